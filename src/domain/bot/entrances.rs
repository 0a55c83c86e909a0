//! What a provider shows of a bot before anybody has said anything: by it, contacts come in.

/// What `Get started` carries. A trigger may wait for it; without one it greets.
pub const GET_STARTED: &str = "GET_STARTED";
/// What a tap on something carries that calls a person.
pub const CALL: &str = "hand_off";

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entrances {
    /// Over an empty conversation; empty: nothing.
    pub greeting: String,
    /// Always at hand, beside where people write.
    pub menu: Vec<Entrance>,
    /// Questions to begin with.
    pub ice_breakers: Vec<Entrance>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    pub label: String,
    pub leads: Leads,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// A tap comes to us, and carries this.
    Payload(String),
    /// To a page of the web.
    Link(String),
}

impl Leads {
    /// To a dialogue: the same however often the bot is written anew, for what people see lives longer than a version.
    pub fn to_dialogue(id: &str) -> Self {
        Leads::Payload(format!("go:{id}"))
    }
}
