//! The log and everything that must survive: what the shell asks of a database.
//!
//! The store decides who may act. Every append is conditional on the owner's token and the last seq; a write that
//! does not match changes nothing. Any error other than a plain answer means: drop what is in memory and load again.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::domain::account::Account;
use crate::domain::aside::Status;
pub use crate::domain::effects::Effect;
use crate::domain::event::Event;
use crate::domain::ids::{AccountId, ConversationId, DeliveryId, Incarnation, Seq};
use crate::domain::message::Line;
use crate::domain::state::State;
use crate::domain::summary::{ModeSummary, Summary};
use crate::domain::time::Timestamp;
use crate::domain::unread;
use crate::domain::window::Author;
use crate::ports::about::About;

pub type Answer<T> = BoxFuture<'static, Result<T, StoreError>>;

/// Why the store did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another owner, or an append we do not know of: forget what is in memory.
    #[error("another owner has this conversation")]
    Fenced,
    /// Nothing was written; the same may work later: a full disk, a read-only file system.
    #[error("the store cannot write: {0}")]
    Unavailable(String),
    /// Nothing was written because too much else waits: come back in a moment.
    #[error("too much is waiting to be stored")]
    Busy,
    /// What was read makes no sense: a newer version's data, or damage.
    #[error("stored data cannot be read: {0}")]
    Unreadable(String),
}

pub trait Store: Send + Sync + 'static {
    /// Changes when a backup is restored; positions of clients are only good within one.
    fn generation(&self) -> &str;

    /// Makes `me` the owner under a new epoch, creating the conversation if it is new.
    fn activate(&self, contact: Contact, me: Incarnation) -> Answer<Activated>;

    /// Writes events and all that follows from them, in one transaction, if `fence::judge` lets them pass.
    fn append(&self, append: Append) -> Answer<Appended>;

    /// A refusal counts only from who may write, and knows the log to its end: anybody else is fenced. With a key, nothing is
    /// accepted under it any more; if something was before, whoever asks, its last seq.
    fn refuse(&self, refuse: Refuse) -> Answer<Option<Seq>>;

    /// Events after `after`, oldest first, at most `limit`, with the summary of the same moment. None: no such conversation.
    fn read_after(&self, conversation: ConversationId, after: Seq, limit: usize) -> Answer<Option<Reading>>;

    /// The newest events before `before` (none: the newest of all), oldest first, at most `limit`.
    fn read_before(&self, conversation: ConversationId, before: Option<Seq>, limit: usize) -> Answer<Option<Reading>>;

    /// What is known of the contact at the end of the log. Nothing, if there is no such conversation.
    fn about(&self, conversation: ConversationId) -> Answer<About>;

    /// Of these conversations, those whose log goes beyond the seq beside them, and where it ends.
    fn beyond(&self, known: Vec<(ConversationId, Seq)>) -> Answer<HashMap<ConversationId, Seq>>;

    /// Who a conversation is with. None: no such conversation.
    fn contact(&self, conversation: ConversationId) -> Answer<Option<Contact>>;

    /// Whose conversation it is when a channel begins to name a contact otherwise: the one under this name, if there is one,
    /// else the one under the name that the channel gives beside it (`also`), which from then on is theirs under both. Who
    /// has none yet begins one under this name.
    fn namesake(&self, contact: Contact, also: Option<Contact>) -> Answer<Contact>;

    /// Conversations whose deadline has passed, oldest first; those given are not given again for two seconds.
    fn due(&self, now: Timestamp, limit: usize) -> Answer<Vec<Contact>>;

    /// Deliveries left behind: `sending` under an incarnation other than `me`, or withdrawn and not yet told to their
    /// conversation. Those given are not given again for two seconds.
    fn strays(&self, now: Timestamp, me: Incarnation, limit: usize) -> Answer<Vec<Stray>>;

    /// Unsent deliveries of an account (queued, or uncertain and to be sent again), in the order they were written,
    /// after the given `number`.
    fn queued(&self, account: AccountId, after: i64, limit: usize) -> Answer<Vec<Queued>>;

    /// Messages that failed or are left uncertain, of one account or of all, newest first, with numbers below `before`.
    fn shelved(&self, account: Option<AccountId>, before: Option<i64>, limit: usize) -> Answer<Vec<Shelved>>;

    /// Of all accounts, those that were last tried, or written, at `until` or before; oldest first, with numbers above
    /// `after`. Among `limit` rows that are looked at: whoever gets an end asks on with it, until there is none.
    fn shelved_until(&self, until: Timestamp, after: i64, limit: usize) -> Answer<(Vec<Shelved>, Option<i64>)>;

    /// From now on only `me` may start messages of this account. A store that no second process can open has nobody to
    /// keep out, and does nothing.
    fn take_sending(&self, account: AccountId, me: Incarnation) -> Answer<()>;

    /// Why the provider refuses an account, for other nodes to hear; none: it does not, or not any more. A store that no
    /// second process can open has nobody to tell, and keeps nothing.
    fn tell_trouble(&self, account: AccountId, trouble: Option<String>) -> Answer<()>;

    /// What was told last.
    fn trouble(&self, account: AccountId) -> Answer<Option<String>>;

    /// Marks deliveries as being sent, durably, where they still may be (they are queued or uncertain). Fenced, and nothing
    /// is marked, if another incarnation has taken the sending of one of their accounts. After `Unavailable` marks may
    /// stand: whoever asks again hears of it.
    fn start_sending(&self, me: Incarnation, deliveries: Vec<DeliveryId>) -> Answer<Vec<Mark>>;

    /// Alerts whose time has come, oldest first, for whoever asks: marked as being sent, durably, and not given again
    /// before `until`. What was being sent and never heard of comes as `lost`.
    fn take_alerts(&self, now: Timestamp, until: Timestamp, limit: usize) -> Answer<Vec<TakenAlert>>;

    /// The first rows of a group, in the group's order: waiting and human by who waits longest, others by newest words.
    /// Of a conversation whose log ends where it is `known` to end, only that it is there.
    fn list(&self, group: Group, limit: usize, known: Known) -> Answer<Vec<Listed>>;

    /// Marks how far the contact's words were seen by somebody of us. Marks only move forward, unless `exactly`: then they
    /// are what is asked for. Whether that changed anything.
    fn see(&self, conversation: ConversationId, mark: unread::Mark, exactly: bool) -> Answer<bool>;

    /// The marks of these conversations, as far as they have any.
    fn marks(&self, conversations: Vec<ConversationId>) -> Answer<HashMap<ConversationId, unread::Mark>>;

    /// How many conversations are in each group, in the order of `Group::ALL`.
    fn count(&self) -> Answer<Counted>;

    /// Makes the channel accounts of the configuration known; accounts that are gone keep their conversations.
    fn provision(&self, accounts: Vec<Account>) -> Answer<()>;

    /// Keeps a payload that was signed but not understood, for inspection. At most 10 000; the oldest go first.
    fn keep_raw(&self, source: String, reason: String, body: bytes::Bytes, at: Timestamp) -> Answer<()>;

    /// The payloads kept by `keep_raw`, newest first.
    fn raw_payloads(&self, limit: usize) -> Answer<Vec<RawPayload>>;

    /// Whether the store can write: appends one harmless row and reads it back.
    fn probe(&self, now: Timestamp) -> Answer<()>;
}

/// Whom a conversation is with: enough to find or make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub conversation: ConversationId,
    pub account: AccountId,
    /// How the channel names the contact.
    pub external_key: String,
}

impl Contact {
    pub fn of(account: &AccountId, external_key: &str) -> Self {
        Self {
            conversation: ConversationId::of(account, external_key),
            account: account.clone(),
            external_key: external_key.to_owned(),
        }
    }
}

/// The right to write a conversation: an incarnation, and an epoch that the store minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token {
    pub incarnation: Incarnation,
    pub epoch: u64,
}

#[derive(Debug, Clone)]
pub struct Activated {
    pub token: Token,
    pub last_seq: Seq,
    /// A cached fold, if there is one that can be read.
    pub snapshot: Option<State>,
    /// The events after the snapshot (all of them without one).
    pub events: Vec<LoggedEvent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    pub seq: Seq,
    pub at: Timestamp,
    pub event: Event,
}

#[derive(Debug, Clone)]
pub struct Append {
    pub contact: Contact,
    pub token: Token,
    /// The last seq before this append.
    pub after: Seq,
    /// What makes this command the same as an earlier one, such as `in:<provider id>` or `cmd:<uuid>`.
    pub key: Option<String>,
    pub at: Timestamp,
    /// At least one; they get the seqs after `after`.
    pub events: Arc<[Event]>,
    pub effects: Arc<[Effect]>,
    /// The conversation's next deadline after these events.
    pub deadline: Option<Timestamp>,
    pub summary: Arc<Summary>,
    /// It says what the summary of the append before said, but for its seq.
    pub same_summary: bool,
    /// A fold to cache, now and then.
    pub snapshot: Option<State>,
}

/// What is refused, and by whom.
#[derive(Debug, Clone)]
pub struct Refuse {
    pub conversation: ConversationId,
    pub token: Token,
    /// The last seq that whoever refuses knows.
    pub after: Seq,
    pub key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Written. `withdrawn` are the bot's messages that `WithdrawBot` found unsent.
    Done { withdrawn: Vec<Seq> },
    /// Written before, up to `last`; nothing was written now.
    Duplicate { last: Seq },
    /// Its key was closed; nothing was written.
    Closed,
}

#[derive(Debug, Clone)]
pub struct Reading {
    pub events: Vec<LoggedEvent>,
    pub summary: Summary,
    /// Whether older events exist before the first of `events`.
    pub more: bool,
}

/// What came of marking a delivery as being sent. The first try has the number 1, and no two tries of a delivery share
/// one, whoever makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Set {
        attempt: u32,
    },
    /// The one who asks had marked it before.
    Stands {
        attempt: u32,
    },
    /// It may not be sent: it is over, a take over has stopped it, another is sending it, or it was asked for twice at once.
    No,
}

/// A delivery nobody looks after any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    pub contact: Contact,
    pub seq: Seq,
    pub state: StrayState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayState {
    /// The try with this number was under way when its process ended.
    Sending { attempt: u32 },
    /// A take over stopped it.
    Withdrawn,
}

/// A message that waits to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its place in the account's queue.
    pub number: i64,
    pub contact: Contact,
    pub seq: Seq,
    pub line: Line,
    pub by: Author,
    /// Not before.
    pub at: Timestamp,
    /// How often sending was tried.
    pub attempt: u32,
    /// An earlier try may have arrived.
    pub flagged: bool,
}

impl Queued {
    pub fn id(&self) -> DeliveryId {
        DeliveryId { conversation: self.contact.conversation, seq: self.seq }
    }
}

/// A message that failed or is left uncertain; what it says and why it did not go out, its log tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// Its place among all of them.
    pub number: i64,
    pub contact: Contact,
    pub seq: Seq,
}

/// An alert to be sent; what it says stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenAlert {
    pub contact: Contact,
    pub seq: Seq,
    /// The number of this try: 1 is the first.
    pub attempt: u32,
    /// An earlier try may have arrived.
    pub flagged: bool,
    /// The try before this one was begun, and whoever began it was not heard of again.
    pub lost: bool,
}

/// A payload that was signed but not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPayload {
    pub at: Timestamp,
    pub source: String,
    pub reason: String,
    pub body: Vec<u8>,
}

/// The lists of the inbox, as the store keeps them. Each has the number of its place; new ones come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    Bot,
    Waiting,
    Human,
    /// Laid aside until a time, whoever has the floor.
    Snoozed,
    Closed,
    /// Their contacts are not listened to.
    Blocked,
}

pub const GROUPS: usize = Group::ALL.len();

/// How many are in each group.
pub type Counted = [u64; GROUPS];

/// Where logs ended when somebody last read of them.
pub type Known = Arc<HashMap<ConversationId, Seq>>;

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    AsKnown(ConversationId),
    News(Arc<Summary>),
}

impl Listed {
    pub fn conversation(&self) -> ConversationId {
        match self {
            Listed::AsKnown(conversation) => *conversation,
            Listed::News(summary) => summary.conversation,
        }
    }
}

impl Group {
    pub const ALL: [Group; 6] =
        [Group::Bot, Group::Waiting, Group::Human, Group::Snoozed, Group::Closed, Group::Blocked];

    /// Where a conversation belongs, and the time it is sorted by there: how long it has been with people or an
    /// agent's, or what was said last.
    pub fn of(summary: &Summary) -> (Group, Timestamp) {
        let last = summary.last.as_ref().map_or(summary.since, |last| last.at);
        match (summary.status, &summary.mode) {
            _ if summary.blocked => (Group::Blocked, last),
            (Status::Snoozed { .. }, _) => (Group::Snoozed, last),
            (Status::Closed { .. }, _) => (Group::Closed, last),
            (Status::Open, ModeSummary::Bot) if summary.assigned.agent.is_none() => (Group::Bot, last),
            (Status::Open, ModeSummary::Waiting) => (Group::Waiting, summary.since),
            (Status::Open, ModeSummary::Human { .. } | ModeSummary::Bot) => (Group::Human, summary.since),
        }
    }
}
