//! What follows from events beside the log: read off them, so that it commits with them.

use super::alert::Fate;
use super::conversation::Conversation;
use super::event::Event;
use super::ids::{AgentId, Seq};
use super::message::Line;
use super::state::DeliveryState;
use super::time::Timestamp;
use super::window::{Author, Window};

/// What an append does to the messages on their way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A message goes out.
    Queue { seq: Seq, line: Line, by: Author },
    /// The bot's messages that are queued or uncertain become withdrawn.
    WithdrawBot,
    /// A queued, sending, uncertain or shelved message goes back into the queue until `at`; `flagged`: an earlier try
    /// may have arrived. A flag once set stays, whatever later ones say.
    Requeue { seq: Seq, at: Timestamp, flagged: bool },
    /// A delivery has come to its end.
    Finish { seq: Seq },
    /// A delivery has failed or, sent or withdrawn, is left uncertain; its message is kept, should somebody send it again
    /// (`Requeue`) or its echo come (`Finish`).
    Shelve { seq: Seq },
    /// An alert waits to be sent.
    Alert { seq: Seq },
    /// After the try with this number an alert waits until `at`; `flagged`: a try may have arrived. A flag stays.
    AlertAgain { seq: Seq, attempt: u32, at: Timestamp, flagged: bool },
    /// An alert has come to its end.
    AlertOver { seq: Seq },
    /// These agents are told that the note names them.
    Mention { seq: Seq, agents: Vec<AgentId> },
}

impl Effect {
    /// Whether it is about messages on their way through a channel.
    fn is_of_deliveries(&self) -> bool {
        use Effect::{Alert, AlertAgain, AlertOver, Mention};
        !matches!(self, Alert { .. } | AlertAgain { .. } | AlertOver { .. } | Mention { .. })
    }
}

/// The effects of `events`, the first of which gets the seq `first`, at `now`.
pub fn effects(conversation: &Conversation, first: Seq, events: &[Event], now: Timestamp) -> Vec<Effect> {
    let tracked = conversation.account.channel.has_deliveries();
    let said = Author::Bot { awaited: conversation.is_awaited(events, now) };
    let numbered = events.iter().zip(first..);
    numbered
        .filter(|(event, _)| !is_of_what_was_left(conversation, event))
        .flat_map(|(event, seq)| effects_of(event, seq, now, (&said, conversation.window())))
        .filter(|effect| tracked || !effect.is_of_deliveries())
        .collect()
}

/// What an agent has left is over already; that it arrived after all changes nothing for the queue.
fn is_of_what_was_left(conversation: &Conversation, event: &Event) -> bool {
    let Event::Sent { of, .. } = event else { return false };
    conversation.state.deliveries.get(of).is_some_and(|delivery| delivery.state == DeliveryState::Left)
}

/// `bot`: how it writes, if it does.
fn effects_of(event: &Event, seq: Seq, now: Timestamp, (bot, window): (&Author, Option<Window>)) -> Vec<Effect> {
    match event {
        Event::BotSaid { line, .. } => vec![Effect::Queue { seq, line: line.clone(), by: bot.clone() }],
        Event::AgentSaid { text, attachment, template, .. } => {
            let late_from = window.map(|window| window.open_until);
            let by = Author::Person { late_from, template: template.clone() };
            let line = Line { attachment: attachment.clone(), ..Line::text(text) };
            vec![Effect::Queue { seq, line, by }]
        }
        Event::TakenOver { .. } => vec![Effect::WithdrawBot],
        Event::Sent { of, .. } | Event::LeftBe { of, .. } => vec![Effect::Finish { seq: *of }],
        Event::Withdrawn { of } => of.iter().map(|of| Effect::Finish { seq: *of }).collect(),
        Event::Failed { of, .. } | Event::Uncertain { of, again_at: None, .. } => vec![Effect::Shelve { seq: *of }],
        Event::Retrying { of, at, .. } => vec![Effect::Requeue { seq: *of, at: *at, flagged: false }],
        Event::Uncertain { of, again_at: Some(at), .. } => vec![Effect::Requeue { seq: *of, at: *at, flagged: true }],
        Event::SendingAgain { of, .. } => vec![Effect::Requeue { seq: *of, at: now, flagged: true }],
        Event::AlertQueued { .. } => vec![Effect::Alert { seq }],
        Event::Mentioned { of, agents, .. } => {
            vec![Effect::Mention { seq: *of, agents: agents.iter().map(|agent| agent.id).collect() }]
        }
        Event::AlertTried { of, attempt, fate } => vec![after_try(*of, *attempt, fate)],
        _ => Vec::new(),
    }
}

fn after_try(seq: Seq, attempt: u32, fate: &Fate) -> Effect {
    match *fate {
        Fate::Again { at, .. } => Effect::AlertAgain { seq, attempt, at, flagged: false },
        Fate::Unsure { again_at: Some(at), .. } => Effect::AlertAgain { seq, attempt, at, flagged: true },
        Fate::Sent { .. } | Fate::Failed { .. } | Fate::Unsure { again_at: None, .. } => Effect::AlertOver { seq },
    }
}
