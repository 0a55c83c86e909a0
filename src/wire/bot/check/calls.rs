//! Calls to other systems: where they go, and what happens when nobody answers there.

use url::{Host, Url};

use super::{Check, TEXT_CHARS_MAX};
use crate::wire::addresses;
use crate::wire::bot::document::{HttpCall, Outside, Protocol};

const SECONDS_MAX: u32 = 60;
const FIELDS_MAX: usize = 30;

impl Check<'_> {
    pub(super) fn http_call(&mut self, path: &str, call: &HttpCall) {
        self.callee(&format!("{path}.url"), &call.url);
        self.range(format!("{path}.timeout_seconds"), "{} seconds", call.timeout_seconds, 1..=SECONDS_MAX);
        for (what, count) in [("send", call.send.len()), ("answer", call.answer.len())] {
            self.range(format!("{path}.{what}"), "{} fields", count, 0..=FIELDS_MAX);
        }
        for (name, value) in &call.send {
            self.length(format!("{path}.send.{name}"), value);
        }
        for (attribute, pointer) in &call.answer {
            let place = format!("{path}.answer.{attribute}");
            self.attribute(place.as_str(), attribute);
            if !pointer.is_empty() && !pointer.starts_with('/') {
                let problem = format!("{pointer:?} is not a JSON pointer");
                self.wrong("call", place, problem, "Begin with a slash, such as \"/order/status\"");
            }
        }
        match &call.failed {
            Some(to) => self.go(format!("{path}.failed"), to),
            None => {
                let problem = "nothing is said when this call fails, but that a human comes";
                self.doubtful(
                    "call-fails",
                    path,
                    problem,
                    "Add \"failed\", a dialogue that goes on without the answer",
                );
            }
        }
    }

    pub(super) fn outside(&mut self) {
        let Some(outside) = &self.document.outside else { return };
        let Outside { url, protocol, timeout_seconds, secret } = outside;
        self.callee("outside.url", url);
        self.range("outside.timeout_seconds", "{} seconds", *timeout_seconds, 1..=SECONDS_MAX);
        if secret.is_none() && *protocol == Protocol::Switchboard {
            let problem = "nobody can tell that a question comes from us, for it is not signed";
            self.wrong("outside", "outside", problem, "Add \"secret\", the name of a secret in the configuration");
        }
        if !self.document.dialogues.is_empty() {
            let problem = "the outside bot answers everything, so no dialogue is ever reached";
            self.wrong("outside", "dialogues", problem, "Remove the dialogues, or \"outside\"");
        }
        for (number, trigger) in self.document.triggers.iter().enumerate() {
            if trigger.keywords.is_empty() || trigger.hand_off.is_none() {
                let problem = "an outside bot has only triggers with keywords that call a human";
                let fix = "Write keywords and \"hand_off\", or leave it to the outside bot";
                self.wrong("outside", format!("triggers[{number}]"), problem, fix);
            }
        }
    }

    fn callee(&mut self, path: &str, address: &str) {
        let fixed = address.split("{{").next().unwrap_or_default();
        let url = Url::parse(fixed).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let Some((url, host)) = url.as_ref().and_then(|url| Some((url, url.host()?))) else {
            let fix = "Write where it is, beginning with https://";
            return self.wrong("call", path, format!("{address:?} is not a web address"), fix);
        };
        // A place before the path would let a contact choose whom we call.
        let path_begins = fixed.splitn(4, '/').count() == 4;
        if fixed.len() < address.len() && !path_begins {
            let fix = "Write the host as it is; places may stand after it";
            return self.wrong("call", path, format!("{address:?} has a place in its host"), fix);
        }
        if !url.username().is_empty() || url.password().is_some() || address.chars().count() > TEXT_CHARS_MAX {
            let fix = "Leave out names and passwords, and take \"bearer\" or \"sign\"; at most 2000 characters";
            return self.wrong("call", path, "the address has a password in it, or is too long", fix);
        }
        if is_private(&host) || url.scheme() == "http" {
            let problem = format!("{host} is private, or is spoken to without TLS");
            let fix = format!(
                "Take https and a public host, or list \"{host}\" in outside.trusted_hosts of the configuration"
            );
            self.doubtful("private-host", path, problem, fix);
        }
    }
}

pub(in crate::wire::bot) fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(ip) => !addresses::is_public((*ip).into()),
        Host::Ipv6(ip) => !addresses::is_public((*ip).into()),
        Host::Domain(name) => addresses::is_private_name(name),
    }
}
