//! Choices for a contact without buttons: a number before each, which the bot understands as well as the label.

use crate::domain::message::Line;

/// A line as text alone. Numbers count every choice, as the bot does, also those whose label is empty.
pub fn text(line: &Line, attachment_as_link: bool) -> String {
    let mut text = line.text.clone();
    if let Some(attachment) = line.attachment.as_ref().filter(|_| attachment_as_link) {
        push(&mut text, &attachment.name);
        push(&mut text, &attachment.url);
    }
    let shown = (1..).zip(&line.choices).filter(|(_, choice)| !choice.label.trim().is_empty());
    for (first, (number, choice)) in shown.enumerate().map(|(place, it)| (place == 0, it)) {
        if first {
            push(&mut text, "");
        }
        push(&mut text, &format!("{number}. {}", choice.label.trim()));
    }
    text
}

/// On a line of its own; an empty one leaves a gap.
fn push(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::{Attachment, AttachmentKind, Choice};

    fn choices(labels: &[&str]) -> Vec<Choice> {
        labels.iter().map(|label| Choice { id: "x".into(), label: (*label).into() }).collect()
    }

    #[test]
    fn choices_are_numbered_as_the_bot_counts_them() {
        let line = Line {
            text: "What next?".into(),
            choices: choices(&["A quote", " ", "A person"]),
            attachment: None,
            wanted: None,
        };
        assert_eq!(text(&line, true), "What next?\n\n1. A quote\n3. A person");
        assert_eq!(text(&Line::text("Hello"), true), "Hello");
    }

    #[test]
    fn what_cannot_be_attached_is_a_link() {
        let boat = Attachment {
            kind: AttachmentKind::Image,
            url: "https://a.example/1".into(),
            name: "boat".into(),
            bytes: None,
        };
        let line = Line { text: "Look".into(), choices: vec![], attachment: Some(boat), wanted: None };
        assert_eq!(text(&line, true), "Look\nboat\nhttps://a.example/1");
        assert_eq!(text(&line, false), "Look");
    }
}
