//! On which line of a JSON text a path points.

/// The line of what `path` names, such as `dialogues[2].widgets[4].menu.options[0].go`. A path that does not go so far
/// ends at the last part that is there. Line 1 for a text that is no JSON.
pub fn locate(text: &str, path: &str) -> usize {
    let mut reader = Reader { text: text.as_bytes(), at: 0 };
    let mut found = 0;
    for step in steps(path) {
        match reader.enter(&step) {
            Some(at) => found = at,
            None => break,
        }
    }
    text.as_bytes()[..found].iter().filter(|byte| **byte == b'\n').count() + 1
}

enum Step {
    Key(String),
    Item(usize),
}

fn steps(path: &str) -> Vec<Step> {
    let parts = path.split(['.', '[']).filter(|part| !part.is_empty());
    let step = |part: &str| match part.strip_suffix(']').and_then(|number| number.parse().ok()) {
        Some(number) => Step::Item(number),
        None => Step::Key(part.to_owned()),
    };
    parts.map(step).collect()
}

/// Walks over JSON without building it. Wrong JSON leads to none, never further than the end.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Moves to the value at `step` of the object or array that begins here; says where its key or itself begins.
    fn enter(&mut self, step: &Step) -> Option<usize> {
        self.skip_space();
        match step {
            Step::Key(wanted) => self.enter_key(wanted),
            Step::Item(number) => self.enter_item(*number),
        }
    }

    fn enter_key(&mut self, wanted: &str) -> Option<usize> {
        self.expect(b'{')?;
        loop {
            self.skip_space();
            let begin = self.at;
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            if serde_json::from_slice::<String>(key).is_ok_and(|key| key == wanted) {
                return Some(begin);
            }
            self.value()?;
            self.skip_space();
            self.expect(b',')?;
        }
    }

    fn enter_item(&mut self, number: usize) -> Option<usize> {
        self.expect(b'[')?;
        for _ in 0..number {
            self.skip_space();
            self.value()?;
            self.skip_space();
            self.expect(b',')?;
        }
        self.skip_space();
        (*self.text.get(self.at)? != b']').then_some(self.at)
    }

    /// Moves behind the value that begins here.
    fn value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ if depth == 0 => self.bare(),
                _ => self.at += 1,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Moves behind a number, true, false or null.
    fn bare(&mut self) {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
        self.at = self.text[self.at..].iter().position(ends).map_or(self.text.len(), |length| self.at + length);
    }

    /// Moves behind the string that begins here, quotes and all.
    fn string(&mut self) -> Option<&'a [u8]> {
        let begin = self.at;
        self.expect(b'"')?;
        while *self.text.get(self.at)? != b'"' {
            self.at += if self.text[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.text.get(begin..self.at)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn skip_space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "a": {"b]": [1, "x\"}", {"deep": null}]},
  "list": [
    {"go": "one"},
    {"text": "…",
     "go": "two"}
  ]
}"#;

    #[test]
    fn a_path_leads_to_its_line() {
        assert_eq!(locate(TEXT, "a"), 2);
        assert_eq!(locate(TEXT, "list"), 3);
        assert_eq!(locate(TEXT, "list[1]"), 5);
        assert_eq!(locate(TEXT, "list[1].go"), 6);
        assert_eq!(locate(TEXT, ""), 1);
    }

    #[test]
    fn a_path_that_goes_too_far_ends_at_what_is_there() {
        assert_eq!(locate(TEXT, "list[7].go"), 3);
        assert_eq!(locate(TEXT, "list[1].hand_off"), 5);
    }

    #[test]
    fn text_that_is_no_json_is_line_one() {
        for text in ["", "{", "{\"a\"", "[\"\\", "{\"a\": \"", "}"] {
            assert_eq!(locate(text, "a.b[1]"), 1, "{text}");
        }
    }
}
