//! Who is told by e-mail: somebody must be, and nobody whom a stranger names.

use super::Check;
use crate::domain::alert::{RECIPIENTS_MAX, Recipient, SUBJECT_CHARS_MAX};
use crate::domain::bot::template::Template;
use crate::wire::bot::document::{Ask, EmailAlert, Recipients, Widget};

impl Check<'_> {
    pub(super) fn alert(&mut self, path: &str, alert: &EmailAlert) {
        self.somebody(&format!("{path}.to"), &alert.to);
        self.recipients(&format!("{path}.cc"), &alert.cc);
        self.number_of_recipients(&format!("{path}.to"), &[&alert.to, &alert.cc]);
        if let Some(reply_to) = alert.reply_to.as_deref().filter(|text| !has_place(text)) {
            let role = matches!(Recipient::parse(reply_to), Some(Recipient::Address(_)));
            if !role {
                let problem = format!("{reply_to:?} is not an e-mail address");
                let fix = "Write one, or an attribute such as {{email}}";
                self.wrong("no-recipient", format!("{path}.reply_to"), problem, fix);
            }
        }
        if alert.subject.trim().is_empty() {
            self.wrong("empty-text", format!("{path}.subject"), "the subject is empty", "Write what it is about");
        } else if alert.subject.chars().count() > SUBJECT_CHARS_MAX {
            let problem = format!("the subject is longer than {SUBJECT_CHARS_MAX} characters");
            self.wrong("long-text", format!("{path}.subject"), problem, "Say it shorter, or in the body");
        }
        self.length(format!("{path}.body"), &alert.body);
    }

    /// Of all that one letter goes to.
    pub(super) fn number_of_recipients(&mut self, path: &str, lists: &[&Recipients]) {
        let count: usize = lists.iter().map(|list| list.list().len()).sum();
        if count > RECIPIENTS_MAX {
            let problem = format!("{count} recipients are more than {RECIPIENTS_MAX}");
            self.wrong("many-recipients", path, problem, "Write to fewer, or to a mailing list");
        }
    }

    /// At least one recipient.
    pub(super) fn somebody(&mut self, path: &str, recipients: &Recipients) {
        if recipients.is_empty() {
            let fix = "Write \"agents\", \"supervisors\", \"admins\" or an e-mail address";
            self.wrong("no-recipient", path, "nobody gets this alert", fix);
        }
        self.recipients(path, recipients);
    }

    pub(super) fn recipients(&mut self, path: &str, recipients: &Recipients) {
        for (number, recipient) in recipients.list().iter().enumerate() {
            let path = match recipients {
                Recipients::One(_) => path.to_owned(),
                Recipients::Many(_) => format!("{path}[{number}]"),
            };
            if has_place(recipient) {
                self.named_by_strangers(&path, recipient);
            } else if Recipient::parse(recipient).is_none() {
                let problem = format!("{recipient:?} is neither agents, supervisors, admins nor an e-mail address");
                self.wrong("no-recipient", path, problem, "Write one of them");
            }
        }
    }

    /// What a contact answers must not decide who gets letters from us.
    fn named_by_strangers(&mut self, path: &str, recipient: &str) {
        let template = Template::from(recipient);
        let asked = |name: &str| {
            self.document.dialogues.iter().flat_map(|dialogue| &dialogue.widgets).any(|widget| {
                let asks = |ask: &Ask| ask.attribute == name;
                match widget {
                    Widget::Ask(ask) => asks(ask),
                    Widget::Form(form) => form.questions.iter().any(asks),
                    _ => false,
                }
            })
        };
        let open = template.names().find(|(name, _)| asked(name) || matches!(*name, "name" | "email" | "phone"));
        if let Some((name, _)) = open {
            let problem = format!(
                "the contact's own words, {name:?}, say who gets this letter: anybody could have others written to"
            );
            let fix =
                "Write an address, or an attribute that only \"set\" gives a value; for answers there is \"reply_to\"";
            self.doubtful("open-recipient", path, problem, fix);
        }
    }
}

fn has_place(text: &str) -> bool {
    Template::from(text).names().next().is_some()
}
