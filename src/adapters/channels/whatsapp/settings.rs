//! What the operator says about a phone number.

pub use crate::adapters::channels::graph::{BadSettings, Graph};

use crate::adapters::channels::graph::Access;

#[derive(Clone)]
pub struct Settings {
    pub phone_number_id: String,
    pub token: String,
    /// With it, each call proves that it is ours.
    pub app_secret: String,
    /// `https://graph.facebook.com`
    pub api_base: String,
    /// `v26.0`
    pub api_version: String,
    pub sends_per_second: u32,
    /// On the button that opens a list.
    pub menu_button: String,
}

impl Settings {
    pub fn access(&self) -> Access {
        let (token, app_secret) = (self.token.clone(), Some(self.app_secret.clone()));
        Access { token, app_secret, api_base: self.api_base.clone(), api_version: self.api_version.clone() }
    }
}
