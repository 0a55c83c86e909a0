//! The lists: one picture of who must act per node, shared by all its agents.
//!
//! Fed by what conversations publish, corrected by reading the store. Every agent has a window on it and hears what
//! changed in that window, a few times a second at most. Bot conversations beyond the newest thousand are only
//! counted, and so are those that are laid aside.

mod counting;
mod marks;
mod rereading;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix::prelude::*;

use self::counting::Counting;
pub use self::marks::Marked;
pub use self::waiting::LookAtWaiting;
use super::agent_session::AgentSession;
use super::socket::{Budget, Frame};
use super::switchboard::Parts;
use crate::domain::aside::Status;
use crate::domain::event::{Event, Reason};
use crate::domain::ids::{AgentId, ConversationId, Seq};
use crate::domain::priority::Priority;
use crate::domain::summary::{ModeSummary, Summary};
use crate::domain::unread::Mark;
use crate::ports::bus::{News, Published, Subscription};
use crate::ports::store::Counted;
use crate::wire::console::{Counts, ReasonCounts, Row, Tell};
use crate::wire::view;

const FLUSH_EVERY: Duration = Duration::from_millis(100);
const REREAD_EVERY: Duration = Duration::from_secs(5);
const ACTIVE_ROWS_MAX: usize = 20_000;
const BOT_ROWS_MAX: usize = 1_000;
/// So far above the time a row waits since stands how urgent it is.
const TIME_BITS: u32 = 48;
/// Rows that are laid aside are shown to nobody; some are kept so that an older reading does not bring them back.
const ASIDE_ROWS_MAX: usize = 1_000;
pub const WINDOW_MAX: u32 = 200;

pub struct Inbox {
    parts: Arc<Parts>,
    changed: Changed,
    mentioned: Mentioned,
    subscription: Option<Subscription>,
    rows: HashMap<ConversationId, Listed>,
    order: BTreeSet<(Section, u64, ConversationId)>,
    /// The same for each reason for which a human is, or was, wanted.
    by_reason: BTreeMap<Reason, BTreeSet<(Section, u64, ConversationId)>>,
    bot_rows: usize,
    aside_rows: usize,
    /// As the store counted them last.
    counts: Counted,
    counting: Counting,
    /// Of these, the rows that are held.
    held: Counted,
    /// As they were last told.
    reasons: ReasonCounts,
    watchers: HashMap<u64, Watcher>,
    next_watcher: u64,
    /// How far what contacts wrote was seen, of rows that somebody sees; none: not at all.
    marks: HashMap<ConversationId, Option<Mark>>,
    /// Conversations that were heard of while the lists are being read; none: they are not.
    heard_in_reading: Option<HashSet<ConversationId>>,
    asking_for_marks: bool,
    /// Marks that were heard of since they were last asked for.
    heard_of: HashSet<ConversationId>,
}

/// What was published since the last flush, by conversation: the newest wins.
type Changed = Arc<Mutex<HashMap<ConversationId, Arc<Published>>>>;

/// Whom notes have named since the last flush.
type Mentioned = Arc<Mutex<BTreeSet<AgentId>>>;

struct Listed {
    summary: Arc<Summary>,
    place: (Section, u64),
}

/// Where a row stands: with nobody, with one agent, or with the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Waiting,
    Human(Option<AgentId>),
    Bot,
    /// Laid aside.
    Aside,
}

struct Watcher {
    agent: AgentId,
    window: usize,
    /// Only conversations for which a human was wanted so.
    reason: Option<Reason>,
    address: Addr<AgentSession>,
    budget: Arc<Budget>,
    /// What this agent's screen shows, by conversation.
    shown: HashMap<ConversationId, (Seq, Option<u32>)>,
    fresh: bool,
    counts: Counts,
}

/// An agent wants to see the lists, or another part of them.
#[derive(Message)]
#[rtype(result = "u64")]
pub struct WatchLists {
    pub watcher: Option<u64>,
    pub agent: AgentId,
    pub window: u32,
    pub reason: Option<Reason>,
    pub address: Addr<AgentSession>,
    pub budget: Arc<Budget>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct UnwatchLists(pub u64);

/// The node is going down: nobody needs the lists any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close;

impl Inbox {
    pub fn new(parts: Arc<Parts>) -> Self {
        Self {
            parts,
            changed: Changed::default(),
            mentioned: Mentioned::default(),
            subscription: None,
            rows: HashMap::new(),
            order: BTreeSet::new(),
            by_reason: BTreeMap::new(),
            bot_rows: 0,
            aside_rows: 0,
            counts: Counted::default(),
            counting: Counting::default(),
            held: Counted::default(),
            reasons: ReasonCounts::default(),
            watchers: HashMap::new(),
            next_watcher: 0,
            marks: HashMap::new(),
            heard_in_reading: None,
            asking_for_marks: false,
            heard_of: HashSet::new(),
        }
    }

    fn put(&mut self, summary: Arc<Summary>) {
        let conversation = summary.conversation;
        if let Some(listed) = self.rows.get(&conversation) {
            if listed.summary.seq >= summary.seq {
                return;
            }
            let section = listed.place.0;
            self.bot_rows -= usize::from(section == Section::Bot);
            self.aside_rows -= usize::from(section == Section::Aside);
            let (place, reason) = ((listed.place.0, listed.place.1, conversation), reason(&listed.summary));
            self.take_out(place, reason);
        }
        let place = place(&summary);
        self.bot_rows += usize::from(place.0 == Section::Bot);
        self.aside_rows += usize::from(place.0 == Section::Aside);
        self.order.insert((place.0, place.1, conversation));
        if let Some(reason) = reason(&summary) {
            self.by_reason.entry(reason).or_default().insert((place.0, place.1, conversation));
        }
        self.rows.insert(conversation, Listed { summary, place });
    }

    fn take_out(&mut self, place: (Section, u64, ConversationId), reason: Option<Reason>) {
        self.order.remove(&place);
        if let Some(same) = reason.and_then(|reason| self.by_reason.get_mut(&reason)) {
            same.remove(&place);
        }
    }

    fn trim(&mut self) {
        let aside = (Section::Aside, 0, ConversationId(uuid::Uuid::nil()));
        while self.bot_rows > BOT_ROWS_MAX {
            let Some(last @ (Section::Bot, ..)) = self.order.range(..aside).next_back().copied() else { return };
            self.forget(last);
        }
        while self.aside_rows > ASIDE_ROWS_MAX {
            let Some(last @ (Section::Aside, ..)) = self.order.last().copied() else { return };
            self.forget(last);
        }
    }

    fn forget(&mut self, place: (Section, u64, ConversationId)) {
        self.bot_rows -= usize::from(place.0 == Section::Bot);
        self.aside_rows -= usize::from(place.0 == Section::Aside);
        let reason = self.rows.remove(&place.2).and_then(|listed| reason(&listed.summary));
        self.take_out(place, reason);
    }

    /// The order of the rows a watcher sees; none: there is no such row.
    fn order(&self, reason: Option<Reason>) -> Option<&BTreeSet<(Section, u64, ConversationId)>> {
        match reason {
            None => Some(&self.order),
            Some(reason) => self.by_reason.get(&reason),
        }
    }

    /// The rows in an agent's window: each section's first ones.
    fn window(&self, watcher: &Watcher) -> Vec<ConversationId> {
        let Some(order) = self.order(watcher.reason) else { return Vec::new() };
        let mine = Section::Human(Some(watcher.agent));
        let of = |section| section_of(order, section).take(watcher.window);
        let humans = order.range((Section::Human(None), 0, ConversationId(uuid::Uuid::nil()))..);
        let others = humans
            .take_while(|(section, ..)| matches!(section, Section::Human(_)))
            .filter(|(section, ..)| *section != mine)
            .take(watcher.window)
            .map(|(_, _, id)| *id);
        of(Section::Waiting).chain(of(mine)).chain(others).chain(of(Section::Bot)).collect()
    }

    fn flush(&mut self, ctx: &mut Context<Self>) {
        let changed = {
            let mut changed = self.changed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            std::mem::take(&mut *changed)
        };
        self.tell_mentioned();
        let news = !changed.is_empty();
        if let Some(heard) = &mut self.heard_in_reading {
            heard.extend(changed.keys());
        }
        for published in changed.into_values() {
            self.put(published.summary.clone());
        }
        self.trim();
        if news {
            self.count(ctx);
        }
        if news || self.watchers.values().any(|watcher| watcher.fresh) {
            self.tell_all();
        }
        self.ask_for_marks(false, ctx);
    }

    /// A hint: which notes they are, and what was missed, consoles read for themselves.
    fn tell_mentioned(&self) {
        let mentioned = std::mem::take(&mut *self.mentioned.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        let Ok(frame) = serde_json::to_string(&Tell::Mentioned) else { return };
        for watcher in self.watchers.values().filter(|watcher| mentioned.contains(&watcher.agent)) {
            if watcher.budget.take(frame.len()) {
                watcher.address.do_send(Frame(frame.clone().into()));
            }
        }
    }

    fn tell_all(&mut self) {
        self.count_held();
        measure(&self.reasons);
        let mut watchers = std::mem::take(&mut self.watchers);
        watchers.values_mut().for_each(|watcher| self.tell(watcher));
        self.watchers = watchers;
    }

    fn tell(&self, watcher: &mut Watcher) {
        let window = self.window(watcher);
        let shown: HashMap<ConversationId, (Seq, Option<u32>)> =
            window.iter().filter_map(|id| Some((*id, (self.rows.get(id)?.summary.seq, self.unread(*id))))).collect();
        let news = |id: &&ConversationId| watcher.shown.get(id) != shown.get(id);
        let row = |id: &ConversationId| Some(view::row(&self.rows.get(id)?.summary, self.unread(*id)));
        let rows: Vec<Row> = window.iter().filter(news).filter_map(row).collect();
        let gone: Vec<String> =
            watcher.shown.keys().filter(|id| !shown.contains_key(id)).map(ToString::to_string).collect();
        let counts = self.counts_for(watcher);
        if rows.is_empty() && gone.is_empty() && !watcher.fresh && counts == watcher.counts {
            return;
        }
        let tell = Tell::Inbox { fresh: watcher.fresh, rows, gone, counts };
        let Ok(frame) = serde_json::to_string(&tell) else { return };
        if watcher.budget.take(frame.len()) {
            watcher.address.do_send(Frame(frame.into()));
        }
        watcher.shown = shown;
        watcher.fresh = false;
        watcher.counts = counts;
    }
}

fn section_of(
    order: &BTreeSet<(Section, u64, ConversationId)>,
    section: Section,
) -> impl Iterator<Item = ConversationId> + '_ {
    let from = (section, 0, ConversationId(uuid::Uuid::nil()));
    order.range(from..).take_while(move |(other, ..)| *other == section).map(|(_, _, id)| *id)
}

fn reason(summary: &Summary) -> Option<Reason> {
    let wanted = summary.wanted.as_ref().filter(|_| summary.status == Status::Open && !summary.blocked);
    wanted.map(|(reason, _)| *reason)
}

/// For Prometheus: how many wait, by reason, whichever node they live on.
fn measure(reasons: &ReasonCounts) {
    let ReasonCounts { urgent, no_answer, asked, hot_lead, bot_failed, agent } = *reasons;
    for (reason, count) in Reason::ALL.into_iter().zip([urgent, no_answer, asked, hot_lead, bot_failed, agent]) {
        metrics::gauge!("switchboard_waiting", "reason" => reason.as_str()).set(count as f64);
    }
}

/// The section, and the key by which rows are sorted in it: waiting by how urgent they are and then by who waits longest,
/// others by newest words.
fn place(summary: &Summary) -> (Section, u64) {
    let newest_first = u64::MAX - summary.last.as_ref().map_or(summary.since.0, |last| last.at.0);
    let most_urgent_first = Priority::Urgent.rank() - summary.priority.rank();
    match (&summary.mode, summary.assignee()) {
        _ if summary.status != Status::Open || summary.blocked => (Section::Aside, newest_first),
        (ModeSummary::Waiting, _) => (Section::Waiting, most_urgent_first << TIME_BITS | summary.since.0),
        (_, Some(agent)) => (Section::Human(Some(agent.id)), newest_first),
        (ModeSummary::Human { .. }, None) => (Section::Human(None), newest_first),
        (ModeSummary::Bot, None) => (Section::Bot, newest_first),
    }
}

fn note_mentions(mentioned: &Mentioned, published: &Published) {
    let named = published.events.iter().filter_map(|event| match event {
        Event::Mentioned { agents, .. } => Some(agents),
        _ => None,
    });
    for agents in named {
        let mut mentioned = mentioned.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        mentioned.extend(agents.iter().map(|agent| agent.id));
    }
}

impl Actor for Inbox {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        let (changed, mentioned) = (self.changed.clone(), self.mentioned.clone());
        let listener = move |news: News<'_>| {
            // What was missed is found by reading the store again, which happens anyway.
            let News::Published(published) = news else { return };
            note_mentions(&mentioned, published);
            let mut changed = changed.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            changed.insert(published.conversation(), published.clone());
        };
        self.subscription = Some(self.parts.bus.subscribe_all(Arc::new(listener)));
        self.read_first(ctx);
        self.count(ctx);
        ctx.run_interval(FLUSH_EVERY, Self::flush);
        ctx.run_interval(REREAD_EVERY, |this, ctx| {
            if !this.watchers.is_empty() {
                this.reread(ctx);
            }
        });
    }
}

impl Handler<WatchLists> for Inbox {
    type Result = u64;

    fn handle(&mut self, watch: WatchLists, _: &mut Context<Self>) -> u64 {
        let WatchLists { watcher, agent, window, reason, address, budget } = watch;
        let number = watcher.unwrap_or_else(|| {
            self.next_watcher += 1;
            self.next_watcher
        });
        let window = window.clamp(1, WINDOW_MAX) as usize;
        let (shown, counts) = (HashMap::new(), Default::default());
        let mut watcher = Watcher { agent, window, reason, address, budget, shown, fresh: true, counts };
        self.tell(&mut watcher);
        self.watchers.insert(number, watcher);
        number
    }
}

impl Handler<UnwatchLists> for Inbox {
    type Result = ();

    fn handle(&mut self, UnwatchLists(number): UnwatchLists, _: &mut Context<Self>) {
        self.watchers.remove(&number);
    }
}

impl Handler<Close> for Inbox {
    type Result = ();

    fn handle(&mut self, _: Close, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}
