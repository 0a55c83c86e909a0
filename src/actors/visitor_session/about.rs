//! What the website says of its visitor: who they are, signed by its server, and attributes, by its pages.

use actix_web_actors::ws;

use super::VisitorSession;
use crate::domain::command::Command;
use crate::domain::described::{self, Attribute, SAID_MAX};
use crate::ports::channel::Identity;
use crate::wire::webchat::AttributeValue;

/// What was said and is not in the log yet: a conversation that has not begun has none.
#[derive(Default)]
pub struct About {
    name: Option<String>,
    attributes: Vec<Attribute>,
    /// Attributes that are the website's: no page changes them.
    signed: Vec<String>,
    /// It has said who this is.
    is_known: bool,
}

impl About {
    pub fn identified(Identity { name, attributes, .. }: Identity) -> Self {
        let signed = attributes.iter().map(|(name, _)| name.clone()).collect();
        Self { name, attributes, signed, is_known: true }
    }

    /// The later word about an attribute counts.
    fn learn(&mut self, news: Vec<Attribute>) {
        self.attributes.retain(|(known, _)| news.iter().all(|(name, _)| name != known));
        self.attributes.extend(news);
        let more = self.attributes.len().saturating_sub(2 * SAID_MAX);
        self.attributes.drain(..more);
    }
}

impl VisitorSession {
    pub(super) fn set_attributes(
        &mut self,
        values: Vec<(String, AttributeValue)>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let Some(visitor) = &mut self.visitor else { return };
        // Whoever has found an identified visitor's browser is not yet that visitor's website.
        if !visitor.about.is_known && self.visitors.is_identified(&visitor.contact.external_key) {
            return self.error(None, "identify_first", "identify the visitor first", false, ctx);
        }
        if let Some((name, _)) = values.iter().find(|(name, _)| visitor.about.signed.contains(name)) {
            let text = format!("{name} is signed by the website's server");
            return self.error(None, "signed_attribute", &text, false, ctx);
        }
        let read = |(name, value): &(String, AttributeValue)| described::attribute(name, &value.to_core());
        match described::attributes(values.iter().map(read)) {
            Ok(news) => {
                visitor.about.learn(news);
                self.tell_about(ctx);
            }
            Err(why) => self.error(None, "bad_attributes", &why, false, ctx),
        }
    }

    /// Says what is known, once there is a conversation to say it to.
    pub(super) fn tell_about(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(visitor) = self.visitor.as_mut().filter(|visitor| visitor.begun) else { return };
        let name = visitor.about.name.take();
        let attributes = std::mem::take(&mut visitor.about.attributes);
        if let Some(name) = name {
            self.begin_and(Command::Name { name }, None, None, ctx);
        }
        if !attributes.is_empty() {
            self.begin_and(Command::Describe { attributes }, None, None, ctx);
        }
    }
}
