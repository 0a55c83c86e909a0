//! Whom a bot calls, for those who know the configuration.

use url::Url;

use super::document::{Document, Widget};

/// An address that a bot calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee<'a> {
    /// Where it stands in the document.
    pub path: String,
    /// Host and port.
    pub host: String,
    /// Only a host that the operator trusts may be called like this.
    pub guarded: bool,
    /// The secrets that go along, by their names.
    pub secrets: Vec<&'a str>,
}

impl Document {
    pub fn callees(&self) -> Vec<Callee<'_>> {
        let mut callees = Vec::new();
        if let Some(outside) = &self.outside {
            callees.extend(callee("outside".to_owned(), &outside.url, [&outside.secret, &None]));
        }
        for (number, dialogue) in self.dialogues.iter().enumerate() {
            for (place, widget) in dialogue.widgets.iter().enumerate() {
                let Widget::HttpCall(call) = widget else { continue };
                let path = format!("dialogues[{number}].widgets[{place}].http_call");
                callees.extend(callee(path, &call.url, [&call.bearer, &call.sign]));
            }
        }
        callees
    }
}

fn callee<'a>(path: String, address: &str, secrets: [&'a Option<String>; 2]) -> Option<Callee<'a>> {
    let url = Url::parse(address.split("{{").next()?).ok()?;
    let host = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let guarded = url.scheme() == "http" || super::check::is_private(&url.host()?);
    let secrets = secrets.into_iter().filter_map(|name| name.as_deref()).collect();
    Some(Callee { path, host, guarded, secrets })
}
