//! A row of a list, for tests.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::aside::{any_priority, any_status, any_written};
use super::assigned::any_assigned;
use super::{any_label, any_last, any_speaker, any_text, any_time, any_wanted};
use crate::domain::account::Channel;
use crate::domain::ids::{AccountId, BotId, ConversationId};
use crate::domain::next::{Does, Next};
use crate::domain::summary::{ModeSummary, Summary};
use crate::domain::window::Window;

fn any_window() -> impl Strategy<Value = Option<Window>> {
    let window = (any_time(), any_time()).prop_map(|(open_until, people_until)| Window { open_until, people_until });
    option::of(window)
}

fn any_next() -> impl Strategy<Value = Next> {
    (select(Does::ALL.to_vec()), any_text()).prop_map(|(does, of)| does.of(of))
}

pub fn any_summary() -> impl Strategy<Value = Summary> {
    let mode = prop_oneof![
        Just(ModeSummary::Bot),
        Just(ModeSummary::Waiting),
        (any_speaker(), option::of(any_time())).prop_map(|(by, until)| ModeSummary::Human { by, until }),
    ];
    let names = (any::<u128>(), any_text(), any::<usize>(), any_text(), any_text(), any_next());
    let floor = (any::<u64>(), any::<u64>(), mode, any_time(), any_wanted(), any_assigned());
    let words =
        (any::<u32>(), any_last(), any::<bool>(), any::<bool>(), any::<usize>(), vec(any_label(), 0..3), any_window());
    let aside = (any_status(), any_priority(), any::<bool>(), any::<bool>(), any_written());
    (names, floor, words, aside).prop_map(|((id, account, channel, bot, name, next), floor, words, aside)| {
        let (status, priority, blocked, opted_out, written) = aside;
        let (unanswered, last, trouble, hot, rungs, labels, window) = words;
        let (seq, turn, mode, since, wanted, assigned) = floor;
        Summary {
            conversation: ConversationId(Uuid::from_u128(id)),
            account: AccountId::new(&account),
            channel: Channel::ALL[channel % Channel::ALL.len()],
            bot: BotId::new(&bot),
            name,
            seq,
            turn,
            mode,
            since,
            wanted,
            next,
            unanswered,
            called: unanswered > 0 && blocked,
            last,
            trouble,
            hot,
            rungs,
            labels,
            window,
            assigned,
            status,
            priority,
            blocked,
            opted_out,
            written,
        }
    })
}
