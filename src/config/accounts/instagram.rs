//! A professional account on Instagram. How it was connected decides whom we speak to: through a Page it is Facebook's Graph,
//! by Instagram's own login it is Instagram's.

use super::messenger::{Defaults, api_version, digits, graph};
use super::others::{self, Others};
use crate::config::secret::Secret;
use crate::config::table::Table;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instagram {
    pub instagram_id: String,
    /// The Page through which it is connected; none: by Instagram's own login.
    pub page_id: Option<String>,
    pub app_secret: Secret,
    pub access_token: Secret,
    pub verify_token: Secret,
    pub app_id: Option<String>,
    /// Scheme and host, perhaps a path; no slash at the end.
    pub api_base: String,
    pub api_version: String,
    pub sends_per_second: u32,
    pub others: Others,
}

/// `pages`: what holds where it is connected through a Page.
pub fn read(table: &mut Table<'_>, defaults: &Defaults, pages: &Defaults) -> Option<Instagram> {
    let instagram_id = table.read("instagram_id", digits);
    let page_id = table.optional("page_id", digits);
    let (app_secret, access_token, verify_token) =
        (table.secret("app_secret"), table.secret("access_token"), table.secret("verify_token"));
    let app_id = table.optional("app_id", digits);
    let own_base = table.optional("api_base", graph);
    let own_version = table.optional("api_version", api_version);
    let sends_per_second = defaults.sends_per_second(table);
    let others = others::read(table);
    let graph = if page_id.is_some() { pages } else { defaults };
    Some(Instagram {
        instagram_id: instagram_id?,
        page_id,
        app_secret: app_secret?,
        access_token: access_token?,
        verify_token: verify_token?,
        app_id,
        api_base: own_base.or_else(|| graph.api_base.clone())?,
        api_version: own_version.or_else(|| graph.api_version.clone())?,
        sends_per_second,
        others,
    })
}
