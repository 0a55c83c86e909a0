//! Every route there is, and who may use it: nothing is served that does not stand here.

use actix_web::http::Method;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Route, guard};

use super::{
    assigning, bots, contacts, custody, deliveries, finding, hand_offs, manage, mentions, openapi, sessions, teams,
    templates, views, writing,
};
use crate::edge::caller::{Access, gate};
use crate::edge::{
    assets, conversations, files, guests, health, outside, pictures, poll, portraits, sign_in, sockets, uploads,
    webhooks,
};
use crate::ports::rights::Right;

use Access::{Everybody, With};
use Right::{
    Assign, Converse, ManagePeople, ManageTeams, ManageTokens, MergeContacts, PublishBots, RetryAll, SeeAudit, SeeBots,
    SeePeople, ShareViews, WriteBots,
};

/// One route.
pub struct Entry {
    pub method: Method,
    pub path: &'static str,
    pub access: Access,
    route: fn() -> Route,
}

/// Registers them all.
pub fn routes(config: &mut ServiceConfig) {
    let mut paths: Vec<(&'static str, Vec<Entry>)> = Vec::new();
    for entry in table() {
        match paths.iter_mut().find(|(path, _)| *path == entry.path) {
            Some((_, entries)) => entries.push(entry),
            None => paths.push((entry.path, vec![entry])),
        }
    }
    for (path, entries) in paths {
        let resource = entries.into_iter().fold(web::resource(path), |resource, entry| resource.route(entry.guarded()));
        config.service(resource);
    }
}

impl Entry {
    /// The route, behind a gate if not everybody may use it.
    fn guarded(self) -> Route {
        let route = match self.access {
            Access::Everybody => (self.route)(),
            Access::With(right) => (self.route)().wrap(from_fn(move |request, next| gate(right, request, next))),
        };
        match self.method {
            // With HEAD, monitors and link checkers look.
            Method::GET => route.guard(guard::Any(guard::Get()).or(guard::Head())),
            method => route.guard(guard::Method(method)),
        }
    }
}

/// A route table, as it reads best: who, how, where, by whom it is answered.
macro_rules! table {
    ($($access:expr, $method:ident $path:literal => $handler:expr;)*) => {
        vec![$(Entry { method: Method::$method, path: $path, access: $access, route: || $handler }),*]
    };
}

pub fn table() -> Vec<Entry> {
    table! {
        // The provider's adapter looks at signatures; some have an address for each account.
        // First, and without a pattern, where most of them come from: it is looked for with every request.
        Everybody, GET "/webhooks/meta" => web::route().to(webhooks::webhook);
        Everybody, POST "/webhooks/meta" => web::route().to(webhooks::webhook);
        Everybody, GET "/webhooks/{provider}" => web::route().to(webhooks::webhook);
        Everybody, POST "/webhooks/{provider}" => web::route().to(webhooks::webhook);
        Everybody, GET "/webhooks/{provider}/{place:.*}" => web::route().to(webhooks::webhook);
        Everybody, POST "/webhooks/{provider}/{place:.*}" => web::route().to(webhooks::webhook);
        With(Converse), GET "/console/socket" => web::route().to(sockets::console);
        Everybody, GET "/webchat/socket" => web::route().to(sockets::webchat);
        Everybody, POST "/webchat/poll" => web::route().to(poll::poll);
        Everybody, OPTIONS "/webchat/poll" => web::route().to(guests::may_ask);
        // The visitor's token is looked at by the route itself.
        Everybody, POST "/webchat/uploads" => web::route().to(uploads::from_visitor);
        Everybody, OPTIONS "/webchat/uploads" => web::route().to(guests::may_ask);
        Everybody, GET "/uploads/{upload}/{name}" => web::route().to(uploads::show);
        Everybody, GET "/health/live" => web::route().to(health::live);
        Everybody, GET "/health/ready" => web::route().to(health::ready);
        Everybody, GET "/metrics" => web::route().to(health::metrics);

        With(Converse), GET "/api/v1/session" => web::route().to(sign_in::show_session);
        Everybody, POST "/api/v1/session" => web::route().to(sign_in::sign_in);
        Everybody, DELETE "/api/v1/session" => web::route().to(sign_in::sign_out);
        With(Converse), GET "/api/v1/sessions" => web::route().to(sessions::list);
        With(Converse), DELETE "/api/v1/sessions" => web::route().to(sessions::end_others);
        With(Converse), DELETE "/api/v1/sessions/{session}" => web::route().to(sessions::end);
        Everybody, GET "/api/v1/welcome" => web::route().to(sign_in::show_invitation);
        Everybody, POST "/api/v1/welcome" => web::route().to(sign_in::accept_invitation);
        With(Converse), GET "/api/v1/conversations" => web::route().to(finding::list).wrap(Compress::default());
        With(Converse), GET "/api/v1/conversations/{conversation}/contact" => web::route().to(contacts::person);
        With(MergeContacts), POST "/api/v1/conversations/{conversation}/contact" => web::route().to(contacts::merge);
        With(MergeContacts), DELETE "/api/v1/contact-merges/{merge}" => web::route().to(contacts::undo);
        With(Converse), GET "/api/v1/list-choices" => web::route().to(finding::choices);
        With(Converse), GET "/api/v1/search" => web::route().to(finding::search).wrap(Compress::default());
        With(Converse), GET "/api/v1/views" => web::route().to(views::views);
        With(Converse), PUT "/api/v1/views/{view}" => web::route().to(views::save);
        With(Converse), DELETE "/api/v1/views/{view}" => web::route().to(views::delete);
        With(ShareViews), PUT "/api/v1/shared-views/{view}" => web::route().to(views::save_shared);
        With(ShareViews), DELETE "/api/v1/shared-views/{view}" => web::route().to(views::delete_shared);
        With(Converse), GET "/api/v1/conversations/{conversation}/events" =>
            web::route().to(conversations::events).wrap(Compress::default());
        With(Assign), PUT "/api/v1/conversations/{conversation}/assignment" => web::route().to(assigning::assign);
        // An outside bot shows a token of its own, which is good for its own conversations only.
        Everybody, POST "/api/v1/conversations/{conversation}/turns/{turn}/messages" => web::route().to(outside::answer);

        With(Converse), GET "/api/v1/files/{account}/{file}" => web::route().to(files::file);
        With(Converse), POST "/api/v1/uploads" => web::route().to(uploads::from_agent);

        With(Converse), GET "/api/v1/accounts/{account}/templates" => web::route().to(templates::list);
        With(Converse), GET "/api/v1/conversations/{conversation}/pictures/{seq}/{place}" =>
            web::route().to(pictures::picture);
        With(Converse), GET "/api/v1/conversations/{conversation}/attachments/{seq}/{place}" =>
            web::route().to(pictures::attachment);
        With(Converse), GET "/api/v1/conversations/{conversation}/portrait" => web::route().to(portraits::portrait);

        With(Converse), GET "/api/v1/accounts/{account}/apps" => web::route().to(custody::list);
        With(Converse), POST "/api/v1/conversations/{conversation}/pass" => web::route().to(custody::pass);
        With(Converse), GET "/api/v1/deliveries" => web::route().to(deliveries::list);
        With(RetryAll), POST "/api/v1/deliveries/retry" => web::route().to(deliveries::retry_all);
        With(RetryAll), POST "/api/v1/deliveries/leave" => web::route().to(deliveries::leave_all);
        With(Converse), POST "/api/v1/deliveries/{conversation}/{seq}/retry" => web::route().to(deliveries::retry);
        With(Converse), POST "/api/v1/deliveries/{conversation}/{seq}/leave" => web::route().to(deliveries::leave);

        With(Converse), GET "/api/v1/hand-offs" => web::route().to(hand_offs::waiting);

        With(Converse), GET "/api/v1/canned-replies" => web::route().to(writing::canned);
        With(Converse), PUT "/api/v1/canned-replies/{name}" => web::route().to(writing::save_canned);
        With(Converse), DELETE "/api/v1/canned-replies/{name}" => web::route().to(writing::delete_canned);
        With(Converse), GET "/api/v1/colleagues" => web::route().to(manage::colleagues);
        With(Converse), GET "/api/v1/drafts" => web::route().to(writing::drafts);
        With(Converse), PUT "/api/v1/drafts/{conversation}" => web::route().to(writing::save_draft);

        With(SeeBots), GET "/api/v1/bots" => web::route().to(bots::list);
        With(SeeBots), GET "/api/v1/bots/{bot}" => web::route().to(bots::show);
        With(PublishBots), POST "/api/v1/bots/{bot}/publish" => web::route().to(bots::publish);
        With(PublishBots), POST "/api/v1/bots/{bot}/versions" => web::route().to(bots::publish_document);
        With(SeeBots), GET "/api/v1/bots/{bot}/versions/{version}" => web::route().to(bots::version);
        With(SeeBots), GET "/api/v1/bots/{bot}/draft" => web::route().to(bots::draft);
        With(WriteBots), PUT "/api/v1/bots/{bot}/draft" => web::route().to(bots::save_draft);
        With(SeeBots), POST "/api/v1/bot-check" => web::route().to(bots::check);
        With(Converse), GET "/api/v1/mentions" => web::route().to(mentions::mentions);
        With(Converse), POST "/api/v1/mentions/seen" => web::route().to(mentions::see);
        With(Converse), GET "/api/v1/teams" => web::route().to(teams::teams);
        With(ManageTeams), PUT "/api/v1/teams/{team}" => web::route().to(teams::save);
        With(ManageTeams), DELETE "/api/v1/teams/{team}" => web::route().to(teams::delete);
        With(SeePeople), GET "/api/v1/people" => web::route().to(manage::people);
        With(ManagePeople), POST "/api/v1/people" => web::route().to(manage::add_person);
        With(ManagePeople), POST "/api/v1/people/link" => web::route().to(manage::renew_link);
        With(ManagePeople), DELETE "/api/v1/people/{person}/sessions" => web::route().to(sessions::end_all_of);
        With(ManageTokens), GET "/api/v1/tokens" => web::route().to(manage::tokens);
        With(ManageTokens), POST "/api/v1/tokens" => web::route().to(manage::add_token);
        With(ManageTokens), DELETE "/api/v1/tokens/{name}" => web::route().to(manage::revoke_token);
        With(SeeAudit), GET "/api/v1/audit" => web::route().to(manage::audit);
        Everybody, GET "/api/v1/openapi.json" => web::route().to(openapi::show);

        Everybody, GET "/" => web::route().to(assets::console);
        Everybody, GET "/c/{conversation}" => web::route().to(assets::console);
        Everybody, GET "/welcome" => web::route().to(assets::console);
        Everybody, GET "/assets/{path:.*}" => web::route().to(assets::asset);
        Everybody, GET "/manifest.webmanifest" => web::route().to(assets::manifest);
        Everybody, GET "/sw.js" => web::route().to(assets::service_worker);
        Everybody, GET "/icons/{path:.*}" => web::route().to(assets::icon);
        Everybody, GET "/webchat.js" => web::route().to(assets::webchat);
        Everybody, GET "/demo" => web::route().to(assets::demo_page);
        Everybody, GET "/demo/{path:.*}" => web::route().to(assets::demo);
    }
}
