//! Conversations at Meta that agents pass to another app there: the Page's inbox, or another company's.
//!
//! What a person wrote before goes out before: a message of ours that came later would take the conversation back.

use std::collections::BTreeSet;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Path};

use crate::actors::switchboard::{COMMAND_KEY, Done, NotDone};
use crate::config::Others;
use crate::dice;
use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId};
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::ports::channel::NotMoved;
use crate::ports::store::{LoggedEvent, StoreError};
use crate::wire::api;

/// What is on its way may take so long, and is looked at so often meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Among so many of the last events.
const LOOKED_AT: usize = 500;

type Answer = Result<HttpResponse, Problem>;

/// `GET /api/v1/accounts/{account}/apps`.
pub async fn list(edge: Data<Edge>, account: Path<String>) -> Answer {
    let id = AccountId::new(&account);
    if !edge.switchboard.parts().accounts.contains_key(&id) {
        return Err(Problem::not_found("There is no such account."));
    }
    let apps = others(&edge, &id).map(|others| others.apps.as_slice()).unwrap_or_default();
    let apps = apps.iter().map(|app| api::AppRow { id: app.app_id.clone(), name: app.name.clone() });
    Ok(HttpResponse::Ok().json(api::Apps { apps: apps.collect() }))
}

/// `POST /api/v1/conversations/{conversation}/pass`: the provider first, then the log: what it refused has not happened.
pub async fn pass(edge: Data<Edge>, caller: Caller, conversation: Path<String>, to: Json<api::PassTo>) -> Answer {
    let none = || Problem::not_found("There is no such conversation.");
    let conversation: ConversationId = conversation.parse().map_err(|_| none())?;
    let contact = edge.switchboard.parts().store.contact(conversation).await?.ok_or_else(none)?;
    let app = others(&edge, &contact.account).and_then(|others| others.apps.iter().find(|app| app.app_id == to.app));
    let app = app.ok_or_else(|| Problem::invalid("The account has no such app to pass a conversation to."))?;
    let custody = edge.custody.get(&contact.account).ok_or_else(|| Problem::not_found("It cannot be passed on."))?;
    if !gone_out(&edge, conversation).await? {
        let (title, detail) =
            ("Not yet", "A message to the contact has not gone out yet. Pass the conversation once it has.");
        return Err(Problem::new(StatusCode::CONFLICT, "on_its_way", title, detail));
    }
    custody.pass(&contact.external_key, &app.app_id).await.map_err(|why| refused(&app.name, &why))?;
    let note = format!("Passed to {}.", app.name);
    for command in [
        Command::ThreadMoved { ours: false, by: Some(caller.agent()) },
        Command::Note { agent: caller.agent(), text: note },
    ] {
        let key = format!("{COMMAND_KEY}{}", dice::new_id());
        match edge.switchboard.ask(contact.clone(), command, Some(key)).await {
            // It was said to be outside already.
            Ok(Done { .. }) | Err(NotDone::Refused(_)) => {}
            Err(NotDone::UnknownAccount) => return Err(none()),
            Err(NotDone::Unavailable(why)) => return Err(Problem { detail: why, ..Problem::busy() }),
        }
    }
    Ok(HttpResponse::NoContent().finish())
}

/// The code is for consoles, which have words for it in the agent's language.
fn refused(app: &str, why: &NotMoved) -> Problem {
    let code = match why {
        NotMoved::Elsewhere(_) => "pass_elsewhere",
        NotMoved::NotAllowed(_) => "pass_not_allowed",
        NotMoved::Refused(_) => "pass_refused",
        NotMoved::Unreachable(_) => "pass_unanswered",
    };
    let detail = format!("{app} did not get the conversation: {why}.");
    Problem::new(StatusCode::CONFLICT, code, "Not passed on", detail)
}

/// Whether everything that people wrote has come to its end, at once or soon.
async fn gone_out(edge: &Edge, conversation: ConversationId) -> Result<bool, StoreError> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        let reading = edge.switchboard.parts().store.read_before(conversation, None, LOOKED_AT).await?;
        if !is_on_its_way(&reading.map(|reading| reading.events).unwrap_or_default()) {
            return Ok(true);
        }
        if tokio::time::Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whether something that a person wrote will still be tried. A bot's messages never take a conversation.
fn is_on_its_way(log: &[LoggedEvent]) -> bool {
    let (mut people, mut open) = (BTreeSet::new(), BTreeSet::new());
    for LoggedEvent { seq, event, .. } in log {
        match event {
            Event::AgentSaid { .. } => _ = people.insert(*seq) && open.insert(*seq),
            Event::SendingAgain { of, .. } if people.contains(of) => _ = open.insert(*of),
            Event::Withdrawn { of } => open.retain(|seq| !of.contains(seq)),
            Event::Sent { of, .. }
            | Event::Failed { of, .. }
            | Event::Uncertain { of, again_at: None, .. }
            | Event::LeftBe { of, .. } => _ = open.remove(of),
            _ => {}
        }
    }
    !open.is_empty()
}

fn others<'a>(edge: &'a Edge, account: &AccountId) -> Option<&'a Others> {
    edge.config.accounts.iter().find(|known| known.id == *account)?.kind.others()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Agent;
    use crate::domain::ids::AgentId;
    use crate::domain::time::Timestamp;

    fn log(events: Vec<Event>) -> Vec<LoggedEvent> {
        (1..).zip(events).map(|(seq, event)| LoggedEvent { seq, at: Timestamp(seq), event }).collect()
    }

    #[test]
    fn only_what_a_person_wrote_and_will_still_be_tried_is_on_its_way() {
        let ana = Agent { id: AgentId(uuid::Uuid::nil()), name: "Ana".into() };
        let said =
            || Event::AgentSaid { agent: ana.clone(), text: "x".into(), attachment: None, template: None, turn: 1 };
        let unsure = |again_at| Event::Uncertain { of: 1, again_at, reason: String::new() };
        let on_its_way = |events| is_on_its_way(&log(events));
        assert!(!on_its_way(vec![]));
        assert!(on_its_way(vec![said()]));
        assert!(on_its_way(vec![said(), unsure(Some(Timestamp(9)))]));
        assert!(!on_its_way(vec![said(), unsure(None)]), "left to people");
        assert!(on_its_way(vec![said(), unsure(None), Event::SendingAgain { of: 1, by: ana.clone() }]));
        assert!(!on_its_way(vec![Event::SendingAgain { of: 1, by: ana.clone() }]), "the bot's");
        for over in [
            Event::Sent { of: 1, provider_id: "m".into() },
            Event::Failed { of: 1, reason: String::new() },
            Event::Withdrawn { of: vec![1] },
            Event::LeftBe { of: 1, by: None },
        ] {
            assert!(!on_its_way(vec![said(), over]));
        }
    }
}
