//! Conversations written beside a bot, and whether they still go that way.
//!
//! A `.chat` file holds what the contact says (`> words`, `> [a button]`), what else happens (`/wait 1h`), and what must
//! follow: what the bot says (`< words [button]`) and what it does (`! hand-off: urgent “accident”`). Empty lines and
//! lines that begin with `#` are the author's.

use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

use super::desk::Desk;

/// The conversations of a bot: `shop.json` has `shop.chat` and `shop.*.chat`.
pub fn beside(file: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.strip_suffix(".chat").is_some_and(|name| name == stem || name.starts_with(&format!("{stem}.")))
    };
    let paths = std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut chats: Vec<PathBuf> = paths.filter(ours).collect();
    chats.sort();
    Ok(chats)
}

/// The conversation as it goes now: what is said and done is the file's, what follows is the bot's.
pub fn replay(text: &str, desk: &mut Desk) -> String {
    let mut now = String::new();
    let mut push = |line: &str| {
        now.push_str(line);
        now.push('\n');
    };
    for line in text.lines().map(str::trim_end) {
        let asked = line.strip_prefix("> ").or_else(|| line.starts_with('/').then_some(line));
        if asked.is_some() || line.is_empty() || line.starts_with('#') {
            push(line);
        }
        match asked.map(|asked| desk.act(asked.trim())) {
            Some(Ok(told)) => told.iter().for_each(|told| push(&told.line)),
            Some(Err(problem)) => push(&format!("! {problem}")),
            None => {}
        }
    }
    now
}

/// Where the conversation goes another way, with what was said around it; none if nowhere.
pub fn difference(written: &str, now: &str) -> Option<String> {
    let tidy = |text: &str| text.lines().map(|line| format!("{}\n", line.trim_end())).collect::<String>();
    let (written, now) = (tidy(written), tidy(now));
    if written == now {
        return None;
    }
    let diff = TextDiff::from_lines(&written, &now);
    let mut shown = String::new();
    for group in diff.grouped_ops(3) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let tag = match change.tag() {
                ChangeTag::Delete => "written ",
                ChangeTag::Insert => "now     ",
                ChangeTag::Equal => "        ",
            };
            shown.push_str(&format!("  {tag}{change}"));
        }
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(difference("> hi\n< hello \n", "> hi\n< hello\n"), None);
        let shown = difference("> hi\n< hello\n", "> hi\n< good day\n").expect("a difference");
        assert_eq!(shown, "          > hi\n  written < hello\n  now     < good day\n");
    }
}
