//! What is laid aside, for tests.

use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::{any_agent, any_later, any_mode, any_place, any_speaker, any_text, any_time, any_unanswered, any_version};
use crate::domain::aside::{Before, Status};
use crate::domain::event::{Event, Return};
use crate::domain::ids::AgentId;
use crate::domain::priority::Priority;
use crate::domain::unread::Written;

pub fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Open),
        any_time().prop_map(|until| Status::Snoozed { until }),
        any_time().prop_map(|at| Status::Closed { at }),
    ]
}

pub fn any_priority() -> impl Strategy<Value = Priority> {
    proptest::sample::select(Priority::ALL.to_vec())
}

/// None that was written is at no seq.
pub fn any_written() -> impl Strategy<Value = Written> {
    prop_oneof![Just(Written::default()), (1..9_u32, any::<u64>()).prop_map(|(count, seq)| Written { count, seq })]
}

pub fn any_before() -> impl Strategy<Value = Before> {
    let floor = (any::<u128>(), any::<u64>(), any_mode().boxed(), any_time(), any_place(), option::of(any_version()));
    let rest =
        (any::<u32>(), any::<u32>(), option::of(any_unanswered()).boxed(), option::of((any_text(), any_later())));
    (floor, rest, option::of(any_time()), any_priority()).prop_map(
        |((by, seq, mode, since, place, pinned), (unmatched, tries, unanswered, later), snoozed, priority)| {
            let by = AgentId(Uuid::from_u128(by));
            Before { by, seq, mode, since, place, pinned, unmatched, tries, unanswered, later, snoozed, priority }
        },
    )
}

pub fn any_laying_aside() -> impl Strategy<Value = Event> {
    use Return::{ByAgent, ContactWrote, FloorMoved, TimeCame, Undone};
    let why = proptest::sample::select(vec![ByAgent, Undone, ContactWrote, FloorMoved, TimeCame]);
    prop_oneof![
        (any_agent(), option::of(any_speaker())).prop_map(|(by, floor)| Event::Closed { by, floor }),
        (any_agent(), any_time()).prop_map(|(by, until)| Event::Snoozed { by, until }),
        (option::of(any_agent()), why).prop_map(|(by, why)| Event::Reopened { by, why }),
        (any_agent(), any_priority()).prop_map(|(by, priority)| Event::Prioritised { by, priority }),
        (any_agent(), any::<bool>()).prop_map(|(by, on)| Event::Blocked { by, on }),
    ]
}
