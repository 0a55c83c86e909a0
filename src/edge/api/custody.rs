//! Conversations at Meta that agents pass to another app there: the Page's inbox, or another company's.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};

use crate::actors::switchboard::{COMMAND_KEY, Done, NotDone};
use crate::config::Others;
use crate::dice;
use crate::domain::command::Command;
use crate::domain::ids::{AccountId, ConversationId};
use crate::edge::Edge;
use crate::edge::caller::Caller;
use crate::edge::error::Problem;
use crate::wire::api;

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
    let refused = |why| Problem::conflict(format!("{} did not get the conversation: {why}.", app.name));
    custody.pass(&contact.external_key, &app.app_id).await.map_err(refused)?;
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

fn others<'a>(edge: &'a Edge, account: &AccountId) -> Option<&'a Others> {
    edge.config.accounts.iter().find(|known| known.id == *account)?.kind.others()
}
