//! Outside bots that speak our own protocol: one signed `POST` a turn, answered in the response or later.

use reqwest::{Method, StatusCode};

use super::{Inner, Posted, address, success};
use crate::domain::bot::Outside;
use crate::domain::call::{Backlog, Outcome};
use crate::ports::outside::{Call, Came, Known};
use crate::wire::outside::{Answer, CallView, ContactView, MessageView, Turn};

impl Inner {
    pub(super) async fn ours(
        &self,
        call: &Call,
        outside: &Outside,
        about: &Backlog,
        contact: &Known,
    ) -> Result<Came, String> {
        let asked = Turn {
            kind: "turn".to_owned(),
            call: CallView {
                id: call.id.to_string(),
                attempt: call.attempt,
                timeout_ms: call.timeout.as_millis() as u64,
            },
            conversation: call.id.conversation.to_string(),
            turn: call.turn,
            account: call.contact.account.to_string(),
            channel: contact.channel.as_str().to_owned(),
            contact: ContactView { name: contact.name.clone(), attributes: contact.attributes.clone() },
            messages: about
                .heard
                .iter()
                .map(|(seq, heard)| MessageView::of(*seq, heard, &self.settings.own_address))
                .collect(),
            left_out: about.left_out,
            answer_to: self.answer_to(call),
        };
        let body = serde_json::to_vec(&asked).map_err(|error| error.to_string())?;
        let (url, sign) = (address(&outside.url)?, outside.secret.clone());
        let posted = Posted { method: Method::POST, url, body: Some(body), bearer: None, sign };
        let answered = success(self.send(call, posted).await?)?;
        match answered.status {
            StatusCode::ACCEPTED => Ok(Came::Later),
            StatusCode::NO_CONTENT => Ok(Came::Outcome(Outcome::Bot(Answer::default().to_core()?))),
            _ => {
                let answer =
                    Answer::read(&answered.body).map_err(|error| format!("its answer does not fit: {error}"))?;
                let answer = answer.to_core().map_err(|error| format!("its answer does not fit: {error}"))?;
                Ok(Came::Outcome(Outcome::Bot(answer)))
            }
        }
    }

    fn answer_to(&self, call: &Call) -> String {
        let own = &self.settings.own_address;
        format!("{own}/api/v1/conversations/{}/turns/{}/messages", call.id.conversation, call.turn)
    }
}
