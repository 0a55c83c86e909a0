//! Calls to other systems.

use std::time::Duration;

use crate::domain::bot as core;
use crate::domain::call;
use crate::wire::bot::document::{Document, HttpCall, Method, Outside, Protocol};

impl Document {
    pub(super) fn http_call(&self, written: &HttpCall) -> core::HttpCall {
        let mapped = |(attribute, pointer): (&String, &String)| core::Mapped {
            attribute: attribute.clone(),
            pointer: pointer.clone(),
            kind: self.kind(attribute),
        };
        core::HttpCall {
            method: written.method.into(),
            url: written.url.as_str().into(),
            send: written.send.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
            bearer: written.bearer.clone(),
            sign: written.sign.clone(),
            timeout: Duration::from_secs(written.timeout_seconds.into()),
            wanted: written.answer.iter().map(mapped).collect(),
            failed: written.failed.clone(),
        }
    }
}

impl Outside {
    pub(super) fn to_core(&self) -> core::Outside {
        let protocol = match self.protocol {
            Protocol::Switchboard => core::Protocol::Switchboard,
            Protocol::Rasa => core::Protocol::Rasa,
        };
        let timeout = Duration::from_secs(self.timeout_seconds.into());
        core::Outside { url: self.url.clone(), protocol, timeout, secret: self.secret.clone() }
    }
}

impl From<Method> for call::Method {
    fn from(written: Method) -> Self {
        match written {
            Method::Get => Self::Get,
            Method::Post => Self::Post,
            Method::Put => Self::Put,
            Method::Patch => Self::Patch,
            Method::Delete => Self::Delete,
        }
    }
}
