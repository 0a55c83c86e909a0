//! Letters to people: what a widget, a complete form or a hot lead makes of them.

use super::Run;
use crate::domain::alert::{self, Alert, OPEN_MAX, PER_SESSION_MAX, Recipient, one_line, plain};
use crate::domain::bot::template::Template;
use crate::domain::bot::{Form, HotLead, Letter};
use crate::domain::event::{Event, Step};

impl Run<'_> {
    pub(super) fn alert(&mut self, letter: &Letter, step: &Step) {
        let because = format!("the dialogue “{}” says so", step.dialogue);
        let alert = self.written(letter, because);
        self.send(alert, Some(step));
    }

    pub(super) fn alert_of_form(&mut self, form: &Form, answers: &[(String, String)], step: &Step) {
        let Some(letter) = &form.alert else { return };
        let mut alert = self.written(letter, format!("the form “{}” is complete", form.id));
        let answers = answers.iter().map(|(name, value)| format!("{name}: {}", plain(value)));
        let answers = answers.collect::<Vec<_>>().join("\n");
        alert.body = [alert.body, answers].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
        self.send(alert, Some(step));
    }

    pub(super) fn alert_of_hot_lead(&mut self, hot: &HotLead, text: String, step: Option<&Step>) {
        if hot.alert.is_empty() {
            return;
        }
        let name = self.value("name").map(|name| format!(": {name}")).unwrap_or_default();
        let alert = Alert {
            to: hot.alert.clone(),
            cc: Vec::new(),
            reply_to: None,
            subject: one_line(&format!("A hot lead{name}")),
            body: text,
            because: "the contact's points reached the threshold".to_owned(),
        };
        self.send(alert, step);
    }

    /// What is no recipient once it is filled in is left out.
    fn written(&self, letter: &Letter, because: String) -> Alert {
        let recipients = |templates: &[Template]| {
            templates.iter().filter_map(|template| Recipient::parse(&self.fill(template))).collect()
        };
        let subject = one_line(&self.fill(&letter.subject));
        let reply_to = letter.reply_to.as_ref().map(|template| self.fill(template).trim().to_owned());
        Alert {
            to: recipients(&letter.to),
            cc: recipients(&letter.cc),
            reply_to: reply_to.filter(|address| alert::is_address(address)),
            subject: if subject.is_empty() { one_line(&self.bot.name) } else { subject },
            body: plain(&self.fill(&letter.body)),
            because,
        }
    }

    fn send(&mut self, alert: Alert, step: Option<&Step>) {
        let in_session = self.memory.session.alerts as usize + self.alerts;
        if self.memory.alerts + self.alerts >= OPEN_MAX {
            return self.events.push(alert::left_out(OPEN_MAX));
        }
        if in_session >= PER_SESSION_MAX as usize {
            return self.events.push(alert::left_out(PER_SESSION_MAX as usize));
        }
        self.alerts += 1;
        let from = self.origin(step);
        self.events.push(Event::AlertQueued { alert: Box::new(alert), from });
    }
}
