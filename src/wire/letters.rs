//! Letters that JSON can write and nobody can keep: halves of surrogate pairs, and NUL.

/// JSON with U+FFFD for each half of a surrogate pair that lost its other half; none if there is nothing to mend.
pub fn mend_surrogates(json: &str) -> Option<String> {
    mend(json, |_| false)
}

/// The same, and for each escaped NUL, which not every store can keep.
pub fn mend_letters(json: &str) -> Option<String> {
    mend(json, |unit| unit == 0)
}

fn mend(json: &str, also: impl Fn(u16) -> bool) -> Option<String> {
    let mut mended = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        let here = at + found;
        let unit = escaped_unit(json, here);
        at = match unit {
            Some(0xd800..=0xdbff) if matches!(escaped_unit(json, here + 6), Some(0xdc00..=0xdfff)) => here + 12,
            Some(unit) if matches!(unit, 0xd800..=0xdfff) || also(unit) => {
                mended.push_str(&json[copied..here]);
                mended.push_str("\\ufffd");
                copied = here + 6;
                copied
            }
            // A backslash and the letter it escapes, which may be a backslash. JSON has none outside ASCII there.
            _ => (here + 2).min(json.len()),
        };
        if !json.is_char_boundary(at) {
            return None;
        }
    }
    (copied > 0).then(|| mended + &json[copied..])
}

/// The `XXXX` of a `\uXXXX` at `at`.
fn escaped_unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_keep_is_replaced_and_all_else_stays() {
        assert_eq!(mend_letters(r#""a\u0000b \ud83d half""#).as_deref(), Some(r#""a\ufffdb \ufffd half""#));
        assert_eq!(mend_surrogates(r#""a\u0000b \ude00""#).as_deref(), Some(r#""a\u0000b \ufffd""#));
        for whole in [r#""\ud83d\ude00""#, r#""\\u0000""#, r#""\n""#, "\\", r#""plain""#] {
            assert_eq!(mend_letters(whole), None, "{whole}");
        }
    }
}
