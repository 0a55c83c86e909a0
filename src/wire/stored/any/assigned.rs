//! Anybody to whom a conversation can be assigned, and whom notes name.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::{any_agent, any_text};
use crate::domain::assigning::Assigned;
use crate::domain::event::Event;
use crate::domain::ids::TeamId;
use crate::domain::team::Team;

pub fn any_assigned() -> impl Strategy<Value = Assigned> {
    let team = (any::<u128>(), any_text()).prop_map(|(id, name)| Team { id: TeamId(Uuid::from_u128(id)), name });
    (option::of(any_agent()), option::of(team)).prop_map(|(agent, team)| Assigned { agent, team })
}

pub fn any_mentioned() -> impl Strategy<Value = Event> {
    (any::<u64>(), vec(any_agent(), 0..3), any_agent()).prop_map(|(of, agents, by)| Event::Mentioned { of, agents, by })
}
