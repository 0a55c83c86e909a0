//! What people can tap at first, and what their taps start.

use std::collections::BTreeSet;

use crate::domain::bot::entrances::{CALL, Entrance, Entrances, Leads};
use crate::domain::bot::triggers::{Action, On, Trigger};
use crate::domain::event::Reason;
use crate::wire::bot::document;

impl document::Entrances {
    pub(super) fn to_core(&self) -> Entrances {
        let all = |entrances: &[document::Entrance]| entrances.iter().filter_map(document::Entrance::to_core).collect();
        Entrances { greeting: self.greeting.clone(), menu: all(&self.menu), ice_breakers: all(&self.ice_breakers) }
    }

    /// One for each place that they lead to; what its first label says is its name.
    pub(super) fn triggers(&self) -> Vec<Trigger> {
        let mut known = BTreeSet::new();
        let all = self.menu.iter().chain(&self.ice_breakers);
        all.filter_map(document::Entrance::trigger)
            .filter(|trigger| known.insert(format!("{:?}", trigger.on)))
            .collect()
    }
}

impl document::Entrance {
    fn leads(&self) -> Option<Leads> {
        match (&self.go, self.hand_off, &self.url) {
            (Some(go), ..) => Some(Leads::to_dialogue(go)),
            (_, true, _) => Some(Leads::Payload(CALL.to_owned())),
            (.., Some(url)) => Some(Leads::Link(url.clone())),
            (None, false, None) => None,
        }
    }

    fn to_core(&self) -> Option<Entrance> {
        Some(Entrance { label: self.label.clone(), leads: self.leads()? })
    }

    fn trigger(&self) -> Option<Trigger> {
        let Leads::Payload(payload) = self.leads()? else { return None };
        let action = match &self.go {
            Some(go) => Action::Go(go.clone()),
            None => Action::HandOff(Reason::Asked),
        };
        Some(Trigger { id: self.label.clone(), on: On::Payload(payload), priority: None, score: 0, action })
    }
}
