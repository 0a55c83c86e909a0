//! What clients were promised and what they received: facts for the checker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Event;

/// A log that several clients write.
pub type Diary = Arc<Mutex<ClientLog>>;

/// An empty diary.
pub fn diary() -> Diary {
    Diary::default()
}

/// Reads or writes a diary; one that was left by a panic is still good.
pub fn read_diary(diary: &Diary) -> MutexGuard<'_, ClientLog> {
    diary.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that clients know for certain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientLog {
    /// Webhook messages by their provider's id.
    pub posted: BTreeMap<String, Posted>,
    /// Web chat messages by the widget's id.
    pub said: BTreeMap<String, Said>,
    /// Commands of agents by their `cid`.
    pub commands: BTreeMap<String, CommandMade>,
    /// What each reader received of each conversation. A widget does not know its conversation: its key is the reader.
    pub received: Vec<Reader>,
}

/// A webhook message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    pub contact: String,
    pub text: String,
    /// How often it was posted, answered or not.
    pub posts: u32,
    /// How often it was answered 200.
    pub acks: u32,
    /// When it was first posted, and when it was first acknowledged.
    #[serde(default)]
    pub posted_at: u64,
    pub acked_at: Option<u64>,
}

/// A web chat message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Which widget.
    pub reader: String,
    pub text: String,
    pub sent: u32,
    /// The seq it was acknowledged with, and when.
    pub acked: Option<u64>,
    pub acked_at: Option<u64>,
    /// It was refused for good.
    pub refused: bool,
}

/// A command of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandMade {
    pub conversation: String,
    pub kind: CommandKind,
    /// What was to be said or noted.
    pub text: String,
    pub asked: u32,
    pub outcome: Outcome,
    pub answered_at: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandKind {
    Reply,
    TakeOver,
    GiveBack,
    Extend,
    Note,
    Resend,
    Leave,
}

/// What a command's agent knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// No answer: it may have had an effect, once.
    Unanswered,
    /// It had its effect; its last event is this seq.
    Done(u64),
    /// It had none.
    Refused(String),
}

/// One reader's view of one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reader {
    pub reader: String,
    /// None for a widget.
    pub conversation: Option<String>,
    pub steps: Vec<Step>,
}

/// What a reader received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Events that continue; afterwards the reader stands at `upto`.
    Events { upto: u64, events: Vec<Event> },
    /// A new beginning.
    Reset { upto: u64, events: Vec<Event> },
    /// The reader asked afresh, without a position: whatever comes next is a beginning.
    Fresh,
}

impl ClientLog {
    /// Adds a step to a reader's view.
    pub fn receive(&mut self, reader: &str, conversation: Option<&str>, step: Step) {
        let same = |known: &&mut Reader| known.reader == reader && known.conversation.as_deref() == conversation;
        match self.received.iter_mut().find(same) {
            Some(known) => known.steps.push(step),
            None => self.received.push(Reader {
                reader: reader.to_owned(),
                conversation: conversation.map(str::to_owned),
                steps: vec![step],
            }),
        }
    }

    /// How many things were acknowledged: webhooks, web chat messages, commands.
    pub fn acknowledged(&self) -> (usize, usize, usize) {
        let posted = self.posted.values().filter(|posted| posted.acks > 0).count();
        let said = self.said.values().filter(|said| said.acked.is_some()).count();
        let commands = self.commands.values().filter(|command| matches!(command.outcome, Outcome::Done(_))).count();
        (posted, said, commands)
    }
}
