//! Thin: what comes in over HTTP is checked, turned into a question for the switchboard, and its answer into bytes.

pub mod assets;
pub mod conversations;
pub mod error;
pub mod health;
pub mod invitation;
pub mod passwords;
pub mod sign_in;
pub mod sockets;
mod tries;
pub mod webhooks;

use std::sync::Arc;

use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};

use crate::actors::switchboard::Switchboard;
use crate::config::Config;
use crate::ports::channel::{Inlet, Visitors};

/// What the routes share, beside what `sign_in` needs.
pub struct Edge {
    pub switchboard: Switchboard,
    pub inbox: actix::Addr<crate::actors::inbox::Inbox>,
    pub meta: Arc<dyn Inlet>,
    pub visitors: Arc<dyn Visitors>,
    pub config: Arc<Config>,
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/webhooks/meta")
                .route(web::get().to(webhooks::meta_handshake))
                .route(web::post().to(webhooks::meta)),
        )
        .route("/console/socket", web::get().to(sockets::console))
        .route("/webchat/socket", web::get().to(sockets::webchat))
        .service(
            web::resource("/api/v1/conversations/{conversation}/events")
                .wrap(Compress::default())
                .route(web::get().to(conversations::events)),
        )
        .route("/health/live", web::get().to(health::live))
        .route("/health/ready", web::get().to(health::ready))
        .route("/metrics", web::get().to(health::metrics))
        .configure(sign_in::routes)
        .configure(assets::routes)
        .default_service(web::to(error::nowhere));
}
