use std::sync::Arc;

use switchboard::domain::account::Channel;
use switchboard::domain::aside::Status;
use switchboard::domain::assigning::Assigned;
use switchboard::domain::event::{Agent, Event, Origin, Reason, Speaker};
use switchboard::domain::filter::{Aside, Filter, Mode, Order};
use switchboard::domain::ids::{AccountId, AgentId, BotId, TeamId};
use switchboard::domain::label::Label;
use switchboard::domain::priority::Priority;
use switchboard::domain::search::Sought;
use switchboard::domain::summary::{LastWords, ModeSummary, Summary, Voice};
use switchboard::domain::team::Team;
use switchboard::domain::unread::{Mark, Written};
use switchboard::ports::finding::{Cursor, Finding};
use switchboard::ports::store::{Append, Store};
use uuid::Uuid;

use super::props::{Owner, Place, heard, incarnation, later};
use crate::support::node::eventually;

fn ana() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(7)), name: "Ana".to_owned() }
}

fn ben() -> Agent {
    Agent { id: AgentId(Uuid::from_u128(8)), name: "Ben".to_owned() }
}

fn set(name: &str, value: &str) -> Event {
    Event::AttributeSet { name: name.to_owned(), value: value.to_owned(), by: None, from: Origin::default() }
}

fn label(text: &str) -> Label {
    Label::parse(text).expect("a label")
}

/// Appends at a time of the test's choosing, and leaves the summary as the test has it.
async fn append(owner: &mut Owner, at: u64, events: Vec<Event>, change: impl FnOnce(&mut Summary)) {
    let mut append = Append { at: later(at), ..owner.next(events) };
    let summary = Arc::make_mut(&mut append.summary);
    summary.last = Some(LastWords { text: "hi".to_owned(), by: Voice::Contact, at: later(at) });
    change(summary);
    owner.append(append).await.expect("appends");
}

async fn says(store: &Arc<impl Store>, key: &str, at: u64, text: &str) {
    let mut owner = Owner::of(store, key, incarnation(1)).await;
    append(&mut owner, at, vec![heard(text)], |_| {}).await;
}

/// What was found, as words and where.
async fn found(store: &impl Finding, query: &str) -> Vec<(String, u64)> {
    let found = store.find_said(Sought::parse(query).expect("words"), None, 100).await.expect("answers");
    found.hits.into_iter().map(|hit| (hit.summary.name, hit.event.seq)).collect()
}

async fn finds(store: &Arc<impl Finding>, query: &str, wanted: &[(&str, u64)]) {
    let wanted: Vec<(String, u64)> = wanted.iter().map(|(name, seq)| ((*name).to_owned(), *seq)).collect();
    eventually(&format!("“{query}” finds {wanted:?}"), async || {
        (found(&**store, query).await == wanted).then_some(())
    })
    .await;
}

async fn listed(store: &impl Finding, filter: &Filter, order: Order) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = store.list_filtered(filter.clone(), order, after, 2).await.expect("answers");
        names.extend(page.rows.into_iter().map(|row| row.name));
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}

async fn lists(store: &Arc<impl Finding>, filter: Filter, order: Order, wanted: &[&str]) {
    eventually(&format!("{filter:?} lists {wanted:?}"), async || {
        (listed(&**store, &filter, order).await == wanted).then_some(())
    })
    .await;
}

pub async fn what_was_said_is_found_newest_first(place: &impl Place) {
    let store = place.open().await;
    says(&store, "maria", 10, "Mon café a brûlé, c'est un sinistre").await;
    let mut owner = Owner::of(&store, "maria", incarnation(1)).await;
    let note = Event::NoteAdded { agent: ana(), text: "She means the café".to_owned() };
    append(&mut owner, 20, vec![note], |_| {}).await;
    says(&store, "joao", 30, "O meu CAFE ardeu").await;
    says(&store, "yuki", 40, "本日の営業時間を教えて").await;

    finds(&store, "cafe", &[("joao", 1), ("maria", 2), ("maria", 1)]).await;
    finds(&store, "café sinistre", &[("maria", 1)]).await;
    finds(&store, "sinis", &[("maria", 1)]).await;
    finds(&store, "営業時間", &[("yuki", 1)]).await;
    assert_eq!(found(&*store, "cafe tea").await, []);
    assert_eq!(found(&*store, "営間").await, []);
    // Nothing of it is an operator.
    for odd in ["cafe OR tea", "\"cafe", "cafe* AND (", "a'b & !c \\ café:*", "NEAR(cafe, 2)"] {
        store.find_said(Sought::parse(odd).expect("words"), None, 10).await.expect("answers");
    }
}

pub async fn search_goes_on_where_a_page_ended(place: &impl Place) {
    let store = place.open().await;
    // Several of the same moment, and years between others.
    let times = [0, 5, 5, 5, 9, 100_000, 10_000_000, 90_000_000_000];
    for (number, at) in (0..).zip(times) {
        says(&store, &format!("c{}", number % 3), at, &format!("needle {number}")).await;
    }
    finds(&store, "needle 7", &[("c1", 3)]).await;
    eventually("all are found", async || (found(&*store, "needle").await.len() == times.len()).then_some(())).await;
    let all = found(&*store, "needle").await;
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let found = store.find_said(Sought::parse("needle").expect("words"), before, 3).await.expect("answers");
        assert!(found.hits.windows(2).all(|pair| pair[0].event.at >= pair[1].event.at));
        paged.extend(found.hits.into_iter().map(|hit| (hit.summary.name, hit.event.seq)));
        before = found.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(paged, all);
}

pub async fn contacts_are_found_by_what_is_known_of_them(place: &impl Place) {
    let store = place.open().await;
    let mut owner = Owner::of(&store, "7", incarnation(1)).await;
    append(&mut owner, 1, vec![set("city", "Lisboa"), set("plan", "gold")], |summary| {
        summary.name = "María Álvarez".to_owned();
        summary.labels = vec![label("fleet")];
    })
    .await;
    says(&store, "maria", 2, "hello").await;
    let who = async |query: &str| {
        let rows = store.find_contacts(Sought::parse(query).expect("words"), 10).await.expect("answers");
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    eventually("both are found", async || (who("maria").await == ["maria", "María Álvarez"]).then_some(())).await;
    for query in ["alvarez", "lisboa", "gold maria", "fleet", "alvar"] {
        assert_eq!(who(query).await, ["María Álvarez"], "{query}");
    }
    append(&mut owner, 3, vec![set("plan", "silver"), set("city", "")], |summary| {
        summary.name = "María Álvarez".to_owned();
    })
    .await;
    eventually("what is not true any more is not found", async || (who("gold").await.is_empty()).then_some(())).await;
    assert_eq!((who("silver").await.len(), who("lisboa").await.len(), who("fleet").await.len()), (1, 0, 0));
}

pub async fn lists_show_what_a_filter_lets_through_in_its_order(place: &impl Place) {
    let store = place.open().await;
    let waiting = |reason, since| {
        move |summary: &mut Summary| {
            summary.mode = ModeSummary::Waiting;
            summary.since = later(since);
            summary.wanted = Some((reason, "help".to_owned()));
            summary.unanswered = 1;
        }
    };
    let mut owners = Vec::new();
    for key in ["a", "b", "c", "d", "e"] {
        owners.push(Owner::of(&store, key, incarnation(1)).await);
    }
    let [a, b, c, d, e] = &mut owners[..] else { unreachable!() };
    append(a, 10, vec![heard("hi"), set("city", "Lisboa")], |summary| summary.channel = Channel::Sms).await;
    append(b, 40, vec![heard("hi")], waiting(Reason::Urgent, 5)).await;
    append(c, 30, vec![heard("hi")], waiting(Reason::Asked, 2)).await;
    append(d, 20, vec![heard("hi"), set("city", " LISBOA ")], |summary| {
        summary.mode = ModeSummary::Human { by: Speaker::Agent(ana()), until: None };
        summary.labels = vec![label("fleet"), label("vip")];
    })
    .await;
    append(e, 50, vec![heard("hi")], |summary| {
        summary.bot = BotId::new("other");
        summary.assigned = Assigned { agent: Some(ben()), team: Some(sales()) };
    })
    .await;

    let all = Filter::default();
    lists(&store, all.clone(), Order::Newest, &["e", "b", "c", "d", "a"]).await;
    lists(&store, all.clone(), Order::Oldest, &["a", "d", "c", "b", "e"]).await;
    lists(&store, all.clone(), Order::Waiting, &["c", "b"]).await;
    let unanswered = Filter { unanswered: true, ..all.clone() };
    lists(&store, unanswered.clone(), Order::Newest, &["b", "c"]).await;
    lists(&store, Filter { channel: Some(Channel::Sms), ..all.clone() }, Order::Newest, &["a"]).await;
    lists(&store, Filter { bot: Some(BotId::new("other")), ..all.clone() }, Order::Newest, &["e"]).await;
    lists(&store, Filter { mode: Some(Mode::Human), ..all.clone() }, Order::Newest, &["d"]).await;
    lists(&store, Filter { reason: Some(Reason::Urgent), ..all.clone() }, Order::Waiting, &["b"]).await;
    lists(&store, Filter { assignee: Some(ana().id), ..all.clone() }, Order::Newest, &["d"]).await;
    lists(&store, Filter { assignee: Some(ben().id), ..all.clone() }, Order::Newest, &["e"]).await;
    lists(&store, Filter { team: Some(sales().id), ..all.clone() }, Order::Newest, &["e"]).await;
    lists(&store, Filter { labels: vec![label("vip"), label("fleet")], ..all.clone() }, Order::Newest, &["d"]).await;
    lists(&store, Filter { labels: vec![label("vip")], unanswered: true, ..all.clone() }, Order::Newest, &[]).await;
    let lisbon = Some(("city".to_owned(), "lisboa".to_owned()));
    lists(&store, Filter { attribute: lisbon, ..all.clone() }, Order::Newest, &["d", "a"]).await;
    let account = Some(AccountId::new("page"));
    lists(&store, Filter { account, unanswered: true, ..all.clone() }, Order::Oldest, &["c", "b"]).await;
    lists(&store, Filter { account: Some(AccountId::new("none")), ..all.clone() }, Order::Newest, &[]).await;

    append(b, 60, vec![heard("and")], |summary| summary.mode = ModeSummary::Bot).await;
    lists(&store, all.clone(), Order::Newest, &["b", "e", "c", "d", "a"]).await;
    lists(&store, unanswered, Order::Newest, &["c"]).await;

    let unread = Filter { unread: true, ..all.clone() };
    let by_priority = |priority| {
        move |summary: &mut Summary| {
            summary.priority = priority;
            summary.written = Written { count: 2, seq: summary.seq };
        }
    };
    append(a, 61, vec![heard("when?")], by_priority(Priority::High)).await;
    append(e, 62, vec![heard("when?")], by_priority(Priority::Urgent)).await;
    append(b, 63, vec![heard("when?")], by_priority(Priority::High)).await;
    lists(&store, all.clone(), Order::Priority, &["e", "b", "a"]).await;
    lists(&store, Filter { priority: Some(Priority::High), ..all.clone() }, Order::Oldest, &["a", "b"]).await;
    lists(&store, unread.clone(), Order::Newest, &["b", "e", "a"]).await;
    assert!(store.see(b.contact.conversation, Mark { seq: b.seq, count: 2 }, false).await.expect("marks"));
    lists(&store, unread.clone(), Order::Newest, &["e", "a"]).await;
    assert!(store.see(b.contact.conversation, Mark { seq: 1, count: 1 }, true).await.expect("marks"));
    lists(&store, unread, Order::Newest, &["b", "e", "a"]).await;

    let aside = |aside| Filter { aside: Some(aside), ..all.clone() };
    append(c, 70, vec![heard("soon")], |summary| {
        summary.mode = ModeSummary::Waiting;
        summary.status = Status::Snoozed { until: later(900) };
    })
    .await;
    append(d, 80, vec![heard("bye")], |summary| {
        summary.labels = vec![label("vip")];
        summary.status = Status::Closed { at: later(80) };
    })
    .await;
    lists(&store, all.clone(), Order::Newest, &["b", "e", "a"]).await;
    lists(&store, all.clone(), Order::Priority, &["e", "b", "a"]).await;
    lists(&store, all.clone(), Order::Waiting, &[]).await;
    lists(&store, aside(Aside::Snoozed), Order::Newest, &["c"]).await;
    lists(&store, Filter { labels: vec![label("vip")], ..aside(Aside::Closed) }, Order::Newest, &["d"]).await;
    append(d, 90, vec![heard("again")], |_| ()).await;
    lists(&store, aside(Aside::Closed), Order::Newest, &[]).await;
    lists(&store, all.clone(), Order::Newest, &["d", "b", "e", "a"]).await;
    append(d, 95, vec![heard("again")], |summary| summary.blocked = true).await;
    lists(&store, aside(Aside::Blocked), Order::Newest, &["d"]).await;
    lists(&store, all.clone(), Order::Newest, &["b", "e", "a"]).await;
    let choices = store.choices().await.expect("answers");
    assert_eq!((choices.labels, choices.attributes), (vec!["fleet".into(), "vip".into()], vec!["city".into()]));
}

/// However rarely two facets meet, one question ends soon, and says where to go on.
pub async fn a_list_that_is_nearly_empty_is_gone_along_in_bounded_steps(place: &impl Place) {
    let store = place.open().await;
    for number in 0..30 {
        says(&store, &format!("c{number}"), number, "hi").await;
    }
    lists(&store, Filter { mode: Some(Mode::Bot), unanswered: true, ..Filter::default() }, Order::Newest, &[]).await;
    let far = Cursor { at: i64::MIN, tie: 0, seq: 0 };
    let page = store.list_filtered(Filter::default(), Order::Newest, Some(far), 10).await.expect("answers");
    assert!(page.rows.is_empty() && page.next.is_none());
    let odd = Cursor { at: i64::MAX, tie: u128::MAX, seq: u64::MAX };
    store.find_said(Sought::parse("hi").expect("words"), Some(odd), 10).await.expect("answers");
    store.list_filtered(Filter::default(), Order::Oldest, Some(odd), 10).await.expect("answers");
}

pub async fn what_was_taken_in_is_there_after_reopening_and_once(place: &impl Place) {
    says(&place.open().await, "7", 1, "an old needle").await;
    let store = place.open().await;
    finds(&store, "needle", &[("7", 1)]).await;
    says(&store, "7", 2, "a new needle").await;
    finds(&store, "needle", &[("7", 2), ("7", 1)]).await;
    eventually("all is taken in", async || {
        let page = store.list_filtered(Filter::default(), Order::Newest, None, 10).await.expect("answers");
        page.complete.then_some(())
    })
    .await;
    assert_eq!(listed(&*store, &Filter::default(), Order::Newest).await, ["7"]);
}

fn sales() -> Team {
    Team { id: TeamId(Uuid::from_u128(80)), name: "Sales".into() }
}
