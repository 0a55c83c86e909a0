//! Lists and searches against looking at everything, on data without a pattern.

use std::collections::BTreeSet;
use std::sync::Arc;

use switchboard::domain::account::Channel;
use switchboard::domain::assigning::Assigned;
use switchboard::domain::event::{Agent, Event, Origin, Reason, Speaker};
use switchboard::domain::filter::{Filter, Mode, Order, active_at};
use switchboard::domain::ids::AgentId;
use switchboard::domain::label::Label;
use switchboard::domain::priority::Priority;
use switchboard::domain::search::Sought;
use switchboard::domain::summary::{LastWords, ModeSummary, Summary, Voice};
use switchboard::domain::unread::Written;
use switchboard::ports::finding::Finding;
use switchboard::ports::store::{Append, Store};
use uuid::Uuid;

use super::props::{Owner, Place, heard, incarnation, later};
use crate::support::node::eventually;

const CONVERSATIONS: u64 = 120;
const QUESTIONS: u64 = 150;
const LABELS: [&str; 3] = ["fleet", "vip", "claim"];
const CITIES: [&str; 2] = ["Lisboa", "Porto"];
const ORDERS: [Order; 4] = [Order::Newest, Order::Oldest, Order::Waiting, Order::Priority];
/// Some begin like others, and one is longer than what indexes of beginnings hold.
const WORDS: [&str; 10] =
    ["sea", "seal", "seaside", "seasides", "storm", "claims", "claim", "insurance", "insured", "in"];

/// Numbers without a pattern, the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 31) % limit
    }

    fn once_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")]
    }
}

fn agent(number: u64) -> Agent {
    Agent { id: AgentId(Uuid::from_u128(number.into())), name: format!("Agent {number}") }
}

fn label(text: &str) -> Label {
    Label::parse(text).expect("a label")
}

/// A conversation as the test knows it.
struct Known {
    summary: Summary,
    city: &'static str,
}

async fn begins(store: &Arc<impl Store>, number: u64, dice: &mut Dice) -> Known {
    let mut owner = Owner::of(store, &format!("c{number}"), incarnation(1)).await;
    let city = dice.one(&CITIES);
    let set = Event::AttributeSet { name: "city".into(), value: city.into(), by: None, from: Origin::default() };
    // Few times, so that many conversations share one.
    let at = later(dice.below(30));
    let mut append = Append { at, ..owner.next(vec![heard("hi"), set]) };
    let summary = Arc::make_mut(&mut append.summary);
    summary.last = Some(LastWords { text: "hi".to_owned(), by: Voice::Contact, at });
    summary.channel = dice.one(&[Channel::Messenger, Channel::Sms]);
    summary.mode = match dice.below(3) {
        0 => ModeSummary::Bot,
        1 => ModeSummary::Waiting,
        _ => ModeSummary::Human { by: Speaker::Agent(agent(dice.below(2))), until: None },
    };
    summary.since = later(dice.below(30));
    summary.wanted = (summary.mode == ModeSummary::Waiting).then(|| (dice.one(&Reason::ALL), "help".to_owned()));
    let assigned = dice.once_in(3).then(|| agent(dice.below(2)));
    summary.assigned = Assigned { agent: assigned, team: None };
    summary.labels = LABELS.into_iter().filter(|_| dice.once_in(2)).map(label).collect();
    summary.priority = dice.one(&[Priority::None, Priority::Low, Priority::Urgent]);
    summary.written = Written { count: u32::from(dice.once_in(2)), seq: 1 };
    let summary = summary.clone();
    owner.append(append).await.expect("appends");
    Known { summary, city }
}

fn any_filter(dice: &mut Dice) -> Filter {
    let mut filter = Filter::default();
    filter.channel = dice.once_in(3).then(|| dice.one(&[Channel::Messenger, Channel::Sms]));
    filter.mode = dice.once_in(4).then(|| dice.one(&[Mode::Bot, Mode::Waiting, Mode::Human]));
    filter.reason = dice.once_in(6).then(|| dice.one(&Reason::ALL));
    filter.assignee = dice.once_in(5).then(|| agent(dice.below(2)).id);
    filter.labels = LABELS.into_iter().filter(|_| dice.once_in(4)).map(label).collect();
    filter.attribute = dice.once_in(3).then(|| ("city".to_owned(), dice.one(&CITIES).to_lowercase()));
    filter.unread = dice.once_in(4);
    filter.priority = dice.once_in(5).then(|| dice.one(&[Priority::Low, Priority::Urgent]));
    filter
}

/// What the words of a filter say, one after the other.
fn is_listed(Known { summary, city }: &Known, filter: &Filter, order: Order) -> bool {
    let mode = match summary.mode {
        ModeSummary::Bot => Mode::Bot,
        ModeSummary::Waiting => Mode::Waiting,
        ModeSummary::Human { .. } => Mode::Human,
    };
    (order != Order::Waiting || mode == Mode::Waiting)
        && (order != Order::Priority || summary.priority != Priority::None)
        && filter.channel.is_none_or(|channel| channel == summary.channel)
        && filter.mode.is_none_or(|wanted| wanted == mode)
        && filter.reason.is_none_or(|reason| summary.wanted.as_ref().is_some_and(|(wanted, _)| *wanted == reason))
        && filter.assignee.is_none_or(|id| summary.assignee().is_some_and(|agent| agent.id == id))
        && filter.labels.iter().all(|label| summary.labels.contains(label))
        && filter.attribute.as_ref().is_none_or(|(_, value)| *value == city.to_lowercase())
        && (!filter.unread || summary.written.count > 0)
        && filter.priority.is_none_or(|priority| priority == summary.priority)
}

/// What the rows of a list are sorted by; downwards, except where the oldest come first.
fn rank(summary: &Summary, order: Order) -> (u64, u64) {
    match order {
        Order::Newest => (active_at(summary), 0),
        Order::Oldest => (u64::MAX - active_at(summary), 0),
        Order::Waiting => (u64::MAX - summary.since.0, 0),
        Order::Priority => (summary.priority.rank(), active_at(summary)),
    }
}

async fn listed(store: &impl Finding, filter: &Filter, order: Order, limit: usize) -> Vec<Summary> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = store.list_filtered(filter.clone(), order, after, limit).await.expect("answers");
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

/// Whatever is asked for, in whatever order and portions, comes once, and nothing else comes.
pub async fn every_list_agrees_with_looking_at_every_conversation(place: &impl Place) {
    let store = place.open().await;
    let mut dice = Dice(1);
    let mut known = Vec::new();
    for number in 0..CONVERSATIONS {
        known.push(begins(&store, number, &mut dice).await);
    }
    let all = async || listed(&*store, &Filter::default(), Order::Newest, 200).await.len();
    eventually("all are taken in", async || (all().await == known.len()).then_some(())).await;
    for _ in 0..QUESTIONS {
        let (filter, order) = (any_filter(&mut dice), dice.one(&ORDERS));
        let limit = 1 + usize::try_from(dice.below(9)).expect("small");
        let rows = listed(&*store, &filter, order, limit).await;
        assert!(
            rows.windows(2).all(|pair| rank(&pair[0], order) >= rank(&pair[1], order)),
            "out of order: {filter:?} {order:?}"
        );
        let names: BTreeSet<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names.len(), rows.len(), "each once: {filter:?} {order:?}");
        let wanted = known.iter().filter(|known| is_listed(known, &filter, order));
        let wanted: BTreeSet<&str> = wanted.map(|known| known.summary.name.as_str()).collect();
        assert_eq!(names, wanted, "{filter:?} {order:?}");
    }
}

fn any_words(dice: &mut Dice, most: u64) -> Vec<&'static str> {
    (0..=dice.below(most)).map(|_| dice.one(&WORDS)).collect()
}

/// The last word may go on.
fn is_found(said: &[&str], sought: &[&str]) -> bool {
    let [whole @ .., last] = sought else { return false };
    let begins = |word: &&str| if last.len() < 3 { word == last } else { word.starts_with(last) };
    whole.iter().all(|word| said.contains(word)) && said.iter().any(begins)
}

/// Whatever words are sought, in whatever portions, exactly those messages come that have them, once and newest first.
pub async fn every_search_agrees_with_reading_every_message(place: &impl Place) {
    let store = place.open().await;
    let mut dice = Dice(2);
    let mut known: Vec<(String, u64, Vec<&str>)> = Vec::new();
    for number in 0..20 {
        let name = format!("c{number}");
        let mut owner = Owner::of(&store, &name, incarnation(1)).await;
        for _ in 0..10 {
            let said = any_words(&mut dice, 5);
            // Minutes, and years.
            let at = if dice.once_in(4) { dice.below(60_000_000_000) } else { dice.below(600_000) };
            let append = Append { at: later(at), ..owner.next(vec![heard(&format!("hello {}", said.join(" ")))]) };
            owner.append(append).await.expect("appends");
            known.push((name.clone(), owner.seq, said));
        }
    }
    let found = async |query: &str, limit| {
        let sought = Sought::parse(query).expect("words");
        let (mut hits, mut before) = (Vec::new(), None);
        loop {
            let found = store.find_said(sought.clone(), before, limit).await.expect("answers");
            hits.extend(found.hits);
            before = found.next;
            if before.is_none() {
                return hits;
            }
        }
    };
    let all = async || found("hello", 200).await.len();
    eventually("all is taken in", async || (all().await == known.len()).then_some(())).await;
    for _ in 0..QUESTIONS {
        let sought = any_words(&mut dice, 3);
        let limit = 1 + usize::try_from(dice.below(9)).expect("small");
        let hits = found(&sought.join(" "), limit).await;
        assert!(hits.windows(2).all(|pair| pair[0].event.at >= pair[1].event.at), "out of order: {sought:?}");
        let places: BTreeSet<(&str, u64)> = hits.iter().map(|hit| (hit.summary.name.as_str(), hit.event.seq)).collect();
        assert_eq!(places.len(), hits.len(), "each once: {sought:?}");
        let wanted = known.iter().filter(|(_, _, said)| is_found(said, &sought));
        let wanted: BTreeSet<(&str, u64)> = wanted.map(|(name, seq, _)| (name.as_str(), *seq)).collect();
        assert_eq!(places, wanted, "{sought:?}");
    }
}
