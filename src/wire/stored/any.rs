//! Anything that can be stored, for tests.

mod aside;
mod assigned;
mod summary;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use self::assigned::{any_assigned, any_mentioned};
use crate::domain::alert::{Alert, Fate, Open, Recipient};
use crate::domain::call::{Ask, Backlog, Ending, Method, OpenCall, Request};
use crate::domain::changes::{Change, Named, Names};
use crate::domain::echoes::{OwnPart, OwnWords};
use crate::domain::event::*;
use crate::domain::ids::{AgentId, BotId, BotVersion};
use crate::domain::label::Label;
use crate::domain::message::*;
use crate::domain::session::Session;
use crate::domain::state::*;
use crate::domain::summary::{LastWords, Voice};
use crate::domain::template::Filled;
use crate::domain::time::Timestamp;
use crate::domain::window::Author;
use aside::{any_before, any_laying_aside, any_priority, any_status, any_written};
pub use summary::any_summary;

pub fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~]{0,12}", "\\PC{0,12}", Just("\"\\\n\u{0}\u{1f600}".to_owned())]
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

fn any_attachment() -> impl Strategy<Value = Attachment> {
    let kinds = [
        AttachmentKind::Image,
        AttachmentKind::Audio,
        AttachmentKind::Video,
        AttachmentKind::File,
        AttachmentKind::Other,
    ];
    let parts = (proptest::sample::select(kinds.to_vec()), any_text(), any_text(), option::of(any::<u64>()));
    parts.prop_map(|(kind, url, name, bytes)| Attachment { kind, url, name, bytes })
}

fn any_heard() -> impl Strategy<Value = Heard> {
    (any_text(), option::of(any_text()), option::of(any_text()), vec(any_attachment(), 0..3))
        .prop_map(|(text, tap, referral, attachments)| Heard { text, tap, referral, attachments })
}

pub fn any_line() -> impl Strategy<Value = Line> {
    let choice = (any_text(), any_text()).prop_map(|(id, label)| Choice { id, label });
    let parts = (any_text(), vec(choice, 0..3), option::of(any_attachment()), option::of(super::wanted::any()));
    parts.prop_map(|(text, choices, attachment, wanted)| Line { text, choices, attachment, wanted })
}

pub fn any_author() -> impl Strategy<Value = Author> {
    let person = (option::of(any_time()), option::of(any_template()));
    let bot = any::<bool>().prop_map(|awaited| Author::Bot { awaited });
    prop_oneof![bot, person.prop_map(|(late_from, template)| Author::Person { late_from, template })]
}

fn any_template() -> impl Strategy<Value = Filled> {
    (any_text(), any_text(), vec(any_text(), 0..3)).prop_map(|(name, language, values)| Filled {
        name,
        language,
        values,
    })
}

fn any_label() -> impl Strategy<Value = Label> {
    any_text().prop_map(|text| Label::known(&text))
}

pub fn any_agent() -> impl Strategy<Value = Agent> {
    (any::<u128>(), any_text()).prop_map(|(id, name)| Agent { id: AgentId(Uuid::from_u128(id)), name })
}

fn any_speaker() -> impl Strategy<Value = Speaker> {
    prop_oneof![any_agent().prop_map(Speaker::Agent), Just(Speaker::Outside), Just(Speaker::System)]
}

fn any_step() -> impl Strategy<Value = Step> {
    let step = (any_text(), any::<usize>(), any::<usize>());
    step.prop_map(|(dialogue, widget, part)| Step { dialogue, widget, part })
}

fn any_version() -> impl Strategy<Value = BotVersion> {
    (any_text(), any::<u32>()).prop_map(|(bot, number)| BotVersion { bot: BotId::new(&bot), number })
}

fn any_origin() -> impl Strategy<Value = Origin> {
    let parts = (option::of(any_version()), option::of(any_text()), option::of(any_step()));
    parts.prop_map(|(bot, trigger, widget)| Origin { bot, trigger, widget })
}

fn any_later() -> impl Strategy<Value = Later> {
    (any_text(), option::of(any_time())).prop_map(|(dialogue, at)| Later { dialogue, at })
}

fn any_session() -> impl Strategy<Value = Session> {
    let flags = (any::<bool>(), any::<i32>(), any::<bool>(), any::<bool>());
    let seen = (vec(any_text(), 0..3), vec((any_text(), any::<u32>()), 0..3), any::<u32>());
    (1..9_u32, any_time(), flags, seen).prop_map(
        |(number, active_at, (wrote, score, hot, over), (pulled, pages, alerts))| Session {
            number,
            active_at,
            wrote,
            score,
            hot,
            pulled,
            pages,
            alerts,
            over,
        },
    )
}

fn any_place() -> impl Strategy<Value = Place> {
    prop_oneof![
        Just(Place::Idle),
        any_step().prop_map(Place::Asking),
        any_step().prop_map(Place::Interrupted),
        Just(Place::OfferedHuman),
        (any_step(), any_time()).prop_map(|(step, until)| Place::Delayed { step, until }),
        any_step().prop_map(Place::Calling),
        any_step().prop_map(Place::CutOff),
    ]
}

fn any_why() -> impl Strategy<Value = Why> {
    prop_oneof![
        any_text().prop_map(Why::Keyword),
        any_text().prop_map(Why::Dialogue),
        Just(Why::FirstContact),
        Just(Why::NoAnswer),
        Just(Why::OfferedHuman),
        any_text().prop_map(Why::PageVisit),
        Just(Why::AskedAgain),
        Just(Why::Reached),
        Just(Why::CallingHuman),
        Just(Why::OutsideBot),
    ]
}

fn any_reason() -> impl Strategy<Value = Reason> {
    use Reason::*;
    proptest::sample::select(vec![Urgent, NoAnswer, Asked, HotLead, BotFailed, Agent])
}

fn any_wanted() -> impl Strategy<Value = Option<(Reason, String)>> {
    option::of((any_reason(), any_text()))
}

fn any_last() -> impl Strategy<Value = Option<LastWords>> {
    let voices = vec![Voice::Contact, Voice::Bot, Voice::Agent, Voice::Outside];
    let last = (any_text(), proptest::sample::select(voices), any_time());
    option::of(last.prop_map(|(text, by, at)| LastWords { text, by, at }))
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let methods = vec![Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
    let pairs = || vec((any_text(), any_text()), 0..3);
    let secrets = (option::of(any_text()), option::of(any_text()));
    let request = (proptest::sample::select(methods), any_text(), pairs(), secrets, pairs());
    prop_oneof![
        Just(Ask::Bot),
        request.prop_map(|(method, url, send, (bearer, sign), wanted)| {
            Ask::Http(Request { method, url, send, bearer, sign, wanted })
        }),
    ]
}

fn any_call_event() -> impl Strategy<Value = Event> {
    let how = prop_oneof![Just(Ending::Answered), any_text().prop_map(Ending::Failed), Just(Ending::Cancelled)];
    prop_oneof![
        (any_ask(), any_time(), any_origin(), any_place(), any::<u64>())
            .prop_map(|(ask, due, from, then, turn)| Event::CallOpened { ask, due, from, then, turn }),
        (any::<u64>(), any::<u32>()).prop_map(|(call, attempt)| Event::CallRepeated { call, attempt }),
        (any::<u64>(), how).prop_map(|(call, how)| Event::CallEnded { call, how }),
    ]
}

fn any_backlog() -> impl Strategy<Value = Backlog> {
    (vec((any::<u64>(), any_heard()), 0..3), any::<u32>()).prop_map(|(heard, left_out)| Backlog { heard, left_out })
}

fn any_call() -> impl Strategy<Value = OpenCall> {
    let times = (any_time(), any_time());
    (any::<u64>(), any::<u64>(), times, any::<u32>(), any_ask(), any_backlog()).prop_map(
        |(id, turn, (opened_at, due), attempt, ask, about)| OpenCall { id, turn, opened_at, due, attempt, ask, about },
    )
}

pub fn any_event() -> impl Strategy<Value = Event> {
    let seqs = || vec(any::<u64>(), 0..4);
    let moves = proptest::sample::select(vec![PauseMove::Replied, PauseMove::Extended, PauseMove::Kept]);
    let backs = proptest::sample::select(vec![GiveBack::ByAgent, GiveBack::PauseEnded, GiveBack::ByContact]);
    let receipts = proptest::sample::select(vec![Receipt::Delivered, Receipt::Read]);
    let said = prop_oneof![
        (any_heard(), option::of(any_text()), option::of(any_time()))
            .prop_map(|(heard, provider_id, provider_at)| Event::ContactSaid { heard, provider_id, provider_at }),
        any_text().prop_map(|name| Event::ContactNamed { name }),
        (any_text(), any_text()).prop_map(|(url, title)| Event::PageViewed { url, title }),
        (any_text(), any_text(), option::of(any_agent()), any_origin())
            .prop_map(|(name, value, by, from)| Event::AttributeSet { name, value, by, from }),
        (any_label(), any::<bool>(), option::of(any_agent()), any_origin())
            .prop_map(|(label, on, by, from)| Event::Labelled { label, on, by, from }),
        (any_text(), vec((any_text(), any_text()), 0..3), any_origin())
            .prop_map(|(form, answers, from)| Event::FormCompleted { form, answers, from }),
        (any::<i32>(), any::<bool>(), any_origin()).prop_map(|(points, hot, from)| Event::Scored { points, hot, from }),
        (any_text(), option::of(any_later())).prop_map(|(trigger, later)| Event::Pulled { trigger, later }),
        (any_line(), any_why(), any_origin(), any_place(), any::<u64>())
            .prop_map(|(line, why, from, then, turn)| Event::BotSaid { line, why, from, then, turn }),
        (any_origin(), any_place()).prop_map(|(from, then)| Event::BotMoved { from, then }),
        any_call_event(),
        (any_agent(), any_text(), option::of(any_attachment()), any::<u64>(), option::of(any_template())).prop_map(
            |(agent, text, attachment, turn, template)| Event::AgentSaid { agent, text, attachment, turn, template },
        ),
        (any_text(), any_text()).prop_map(|(text, provider_id)| Event::OutsideSaid { text, provider_id }),
        (any_agent(), any_text()).prop_map(|(agent, text)| Event::NoteAdded { agent, text }),
        (any_text(), any::<u64>()).prop_map(|(text, turn)| Event::Suppressed { text, turn }),
        any_text().prop_map(|text| Event::Alerted { text }),
    ];
    let moved = prop_oneof![
        (any_reason(), any_text(), any_place(), any_origin(), any::<bool>(), option::of(any_time())).prop_map(
            |(reason, words, then, from, closed, next)| Event::HandedOff { reason, words, then, from, closed, next }
        ),
        (any::<usize>(), any_text(), option::of(any_time())).prop_map(|(rungs, text, next)| Event::Climbed {
            rungs,
            text,
            next
        }),
        (any_speaker(), option::of(any_time()), option::of(any_agent()))
            .prop_map(|(by, until, given_by)| Event::TakenOver { by, until, given_by }),
        (any_speaker(), option::of(any_time()), moves).prop_map(|(by, until, why)| Event::PauseMoved {
            by,
            until,
            why
        }),
        any_time().prop_map(|until| Event::PauseEnding { until }),
        (option::of(any_agent()), backs, any_place()).prop_map(|(by, why, then)| Event::GivenBack { by, why, then }),
    ];
    let delivered = prop_oneof![
        (any::<u64>(), any_text()).prop_map(|(of, provider_id)| Event::Sent { of, provider_id }),
        (seqs(), receipts).prop_map(|(of, receipt)| Event::Received { of, receipt }),
        (any::<u64>(), any_time(), any_text()).prop_map(|(of, at, reason)| Event::Retrying { of, at, reason }),
        (any::<u64>(), option::of(any_time()), any_text()).prop_map(|(of, again_at, reason)| Event::Uncertain {
            of,
            again_at,
            reason
        }),
        (any::<u64>(), any_text()).prop_map(|(of, reason)| Event::Failed { of, reason }),
        seqs().prop_map(|of| Event::Withdrawn { of }),
        (any_text(), option::of(any_text())).prop_map(|(text, provider_id)| Event::ToldProvider { text, provider_id }),
        any_text().prop_map(|reason| Event::OptedOut { reason }),
        (any::<u64>(), any_text()).prop_map(|(of, reason)| Event::Bounced { of, reason }),
        Just(Event::OptedIn),
        (any::<u64>(), any_agent()).prop_map(|(of, by)| Event::SendingAgain { of, by }),
        (any::<u64>(), option::of(any_agent())).prop_map(|(of, by)| Event::LeftBe { of, by }),
        any_mentioned(),
        (any_assigned(), any_agent()).prop_map(|(to, by)| Event::Assigned { agent: to.agent, team: to.team, by }),
    ];
    let alerts = prop_oneof![
        (any_alert(), any_origin()).prop_map(|(alert, from)| Event::AlertQueued { alert: Box::new(alert), from }),
        (any::<u64>(), any::<u32>(), any_fate()).prop_map(|(of, attempt, fate)| Event::AlertTried {
            of,
            attempt,
            fate
        }),
    ];
    let changes = prop_oneof![
        (any_text(), any::<u32>()).prop_map(|(text, number)| Change::Edited { text, number }),
        Just(Change::Deleted),
        option::of(any_text()).prop_map(|with| Change::Reacted { with }),
    ];
    let changed = (option::of(any::<u64>()), any_text(), changes, option::of(any_time())).prop_map(
        |(of, provider_id, change, provider_at)| Event::ContactChanged { of, provider_id, change, provider_at },
    );
    // On the heap: together they are more than a thread's stack holds.
    prop_oneof![
        said.boxed(),
        moved.boxed(),
        delivered.boxed(),
        alerts.boxed(),
        changed.boxed(),
        any_laying_aside().boxed()
    ]
}

fn any_alert() -> impl Strategy<Value = Alert> {
    let recipients = || {
        let all = ["agents", "supervisors", "admins", "a@b.example"].map(|text| Recipient::parse(text).expect("one"));
        vec(proptest::sample::select(all.to_vec()), 0..3)
    };
    let words = (option::of(any_text()), any_text(), any_text(), any_text());
    (recipients(), recipients(), words).prop_map(|(to, cc, (reply_to, subject, body, because))| Alert {
        to,
        cc,
        reply_to,
        subject,
        body,
        because,
    })
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        any_text().prop_map(|words| Fate::Sent { words }),
        (any_time(), any_text()).prop_map(|(at, reason)| Fate::Again { at, reason }),
        (option::of(any_time()), any_text()).prop_map(|(again_at, reason)| Fate::Unsure { again_at, reason }),
        any_text().prop_map(|reason| Fate::Failed { reason }),
    ]
}

fn any_reach() -> impl Strategy<Value = Reach> {
    proptest::sample::select(vec![Reach::NotAsked, Reach::Asked, Reach::AskedAgain, Reach::Told])
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::Bot),
        (any_reason(), any_text(), any::<usize>(), option::of(any_time()), any::<bool>(), any_reach()).prop_map(
            |(reason, words, rungs, next, closed, reach)| Mode::Waiting { reason, words, rungs, next, closed, reach }
        ),
        (any_speaker(), option::of(any_time()), option::of(any_time()), any_wanted())
            .prop_map(|(by, until, warn_at, wanted)| Mode::Human { by, until, warn_at, wanted }),
    ]
}

fn any_delivery() -> impl Strategy<Value = Delivery> {
    let state = prop_oneof![
        Just(DeliveryState::Open),
        any::<bool>().prop_map(|again| DeliveryState::Uncertain { again }),
        Just(DeliveryState::Failed),
        Just(DeliveryState::Left),
        any_text().prop_map(|provider_id| DeliveryState::Sent { provider_id }),
        any_text().prop_map(|provider_id| DeliveryState::Delivered { provider_id }),
        any_text().prop_map(|provider_id| DeliveryState::Bounced { provider_id }),
    ];
    (any::<u64>(), any::<bool>(), any_time(), state).prop_map(|(turn, by_bot, said_at, state)| Delivery {
        turn,
        by_bot,
        said_at,
        state,
    })
}

fn any_unanswered() -> impl Strategy<Value = Unanswered> {
    (any::<u32>(), any::<u64>(), any_heard(), any::<bool>()).prop_map(|(count, seq, heard, called)| Unanswered {
        count,
        seq,
        heard,
        called,
    })
}

pub fn any_state() -> impl Strategy<Value = State> {
    let floor = (any::<u64>(), any::<u64>(), any_mode(), any_time(), any_place(), any::<u32>(), any::<bool>());
    let marks = (any_priority(), any::<bool>(), any_written()).boxed();
    let aside = (marks, any_status(), option::of(any_before().prop_map(Box::new)).boxed());
    let calls = (option::of(any_call()).boxed(), any_backlog(), any::<u32>(), (any_assigned().boxed(), aside.boxed()));
    let stretch =
        (any_session(), option::of((any_text(), any_later())), any::<u32>(), option::of(any_version()), calls);
    let known = (btree_map(any_text(), any_text(), 0..4), btree_set(any_label(), 0..3), option::of(any_text()));
    let contact = (
        option::of(any_text()),
        known.boxed(),
        option::of(any_unanswered()).boxed(),
        any_last(),
        option::of(any_time()),
    );
    let said = (any::<u64>(), option::of(any::<u128>()))
        .prop_map(|(seq, agent)| Said { seq, agent: agent.map(|id| AgentId(Uuid::from_u128(id))) });
    let open = (any::<u32>(), any::<bool>()).prop_map(|(attempt, unsure)| Open { attempt, unsure });
    let named = (option::of(any::<u64>()), any::<u32>(), any::<u32>(), any::<bool>(), any::<u32>())
        .prop_map(|(seq, mark, edits, gone, words)| Named { seq, mark, edits, gone, words });
    let part = (any::<u64>(), any::<u32>(), any::<bool>(), any_time()).prop_map(|(seq, words, last, at)| OwnPart {
        seq,
        words,
        last,
        at,
    });
    let own_words = vec(part, 0..3).prop_map(|parts| OwnWords(parts.into()));
    let names = (vec(named, 0..4).prop_map(|named| Names(named.into())), own_words);
    let shown = (any::<u64>(), any::<u64>(), btree_map(any::<u64>(), open, 0..3), names);
    let ours = (vec(said, 0..4), btree_map(any::<u64>(), any_delivery(), 0..4), any::<bool>(), shown);
    (floor, contact, ours, stretch).prop_map(
        |(
            floor,
            contact,
            ours,
            (session, later, tries, pinned, (call, backlog, calls, (assigned, (marks, status, before)))),
        )| {
            let (seq, turn, mode, since, place, unmatched, greeted) = floor;
            let (name, (attributes, labels, opted_out), unanswered, last, heard_at) = contact;
            let (said, deliveries, trouble, (shown, void_below, alerts, (names, own_words))) = ours;
            let said = said.into();
            State {
                seq,
                turn,
                mode,
                since,
                place,
                pinned,
                unmatched,
                tries,
                session,
                later,
                greeted,
                name,
                attributes,
                labels,
                opted_out,
                unanswered,
                last,
                heard_at,
                said,
                shown,
                void_below,
                deliveries,
                names,
                own_words,
                alerts,
                trouble,
                call,
                backlog,
                calls,
                assigned,
                priority: marks.0,
                blocked: marks.1,
                written: marks.2,
                status,
                before,
            }
        },
    )
}
