//! Thin: what comes in over HTTP is checked, turned into a question for the switchboard, and its answer into bytes.

mod addresses;
pub mod api;
pub mod assets;
pub mod caller;
pub mod conversations;
mod device;
pub mod error;
pub mod files;
pub mod guests;
pub mod handing;
pub mod health;
pub mod invitation;
pub mod outside;
pub mod passwords;
pub mod pictures;
pub mod poll;
pub mod portraits;
pub mod sign_in;
pub mod sockets;
mod tries;
pub mod uploads;
pub mod webhooks;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use addresses::Addresses;

use actix_web::web::{self, ServiceConfig};
use tokio::sync::Semaphore;

use crate::actors::switchboard::Switchboard;
use crate::config::Config;
use crate::domain::ids::AccountId;
use crate::ports::channel::{Custody, Visitors};
use crate::ports::contacts::Contacts;
use crate::ports::finding::Finding;
use crate::ports::mentions::Mentions;
use crate::ports::views::Views;
use crate::ports::writing::Writing;

/// What the routes share, beside what `sign_in` needs.
pub struct Edge {
    pub switchboard: Switchboard,
    pub inbox: actix::Addr<crate::actors::inbox::Inbox>,
    pub inlets: webhooks::Inlets,
    pub shelves: files::Shelves,
    pub namesakes: webhooks::Namesakes,
    pub pictures: pictures::Fetcher,
    pub portraits: portraits::Portraits,
    /// Whose conversations can be passed to other programs.
    pub custody: BTreeMap<AccountId, Arc<dyn Custody>>,
    pub visitors: Arc<dyn Visitors>,
    pub writing: Arc<dyn Writing>,
    pub finding: Arc<dyn Finding>,
    pub views: Arc<dyn Views>,
    pub contacts: Arc<dyn Contacts>,
    pub mentions: Arc<dyn Mentions>,
    /// How much came from where.
    pub addresses: Addresses,
    /// One for each file that may be taken in at the same time.
    pub taking_in: Arc<Semaphore>,
    /// One for each request that may wait for news of a web chat.
    pub polls: Semaphore,
    pub config: Arc<Config>,
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

/// Everything that is served; any other address is refused.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(api::routes::routes).default_service(web::to(error::nowhere));
}
