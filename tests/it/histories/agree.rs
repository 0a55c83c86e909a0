//! Whether the conversation and the model agree.

use proptest::prelude::*;
use switchboard::domain::conversation::Conversation;
use switchboard::domain::state::{self, Mode};

use super::model::{AssignedModel, Fate, Floor, Model, OutboxModel, Reach};
use super::world::Checked;
use crate::support::outbox::{Outbox, Row, RowState};

const DELIVERIES_MAX: usize = 32;
const SAID_MAX: usize = 16;

pub fn floors(model: &Model, conversation: &Conversation) -> Checked {
    let state = &conversation.state;
    let floor = match &state.mode {
        Mode::Bot => Floor::Bot,
        Mode::Waiting { reason, rungs, next, closed, reach, .. } => Floor::Waiting {
            reason: reason.as_str(),
            rungs: *rungs,
            next: next.map(|at| at.0),
            closed: *closed,
            reach: match reach {
                state::Reach::NotAsked => Reach::No,
                state::Reach::Asked => Reach::Asked,
                state::Reach::AskedAgain => Reach::Twice,
                state::Reach::Told => Reach::Told,
            },
        },
        Mode::Human { by, until, warn_at, .. } => {
            Floor::Human { by: by.clone(), until: until.map(|at| at.0), warn_at: warn_at.map(|at| at.0) }
        }
    };
    prop_assert_eq!(&floor, &model.floor, "who has the floor");
    prop_assert_eq!(state.turn, model.turn, "which turn it is");
    prop_assert_eq!(conversation.next_deadline().map(|at| at.0), model.next_deadline(), "the next deadline");
    prop_assert_eq!(state.status.as_str(), model.status(), "whether it is laid aside");
    let unanswered = state.unanswered.as_ref().map(|unanswered| (unanswered.count, unanswered.heard.clone()));
    prop_assert_eq!(&unanswered, &model.unanswered, "what is unanswered");
    prop_assert_eq!(&state.attributes, &model.bot.attributes, "what is known of the contact");
    let call = state.call.as_ref().map(|open| (open.id, open.attempt));
    prop_assert_eq!(call, model.bot.open_call(), "what is being looked up elsewhere");
    let labels = state.labels.iter().map(ToString::to_string);
    prop_assert!(labels.eq(model.labels.iter().cloned()), "the labels are {:?}, not {:?}", state.labels, model.labels);
    let assigned = AssignedModel { agent: state.assigned.agent.clone(), team: state.assigned.team.is_some() };
    prop_assert_eq!(&assigned, &model.assigned, "whose it is");
    let letters = state.alerts.iter().map(|(of, open)| (*of, (open.attempt, open.unsure)));
    prop_assert!(letters.eq(model.letters.open.clone()), "the letters are {:?}, not {:?}", state.alerts, model.letters);
    prop_assert!(state.said.len() <= SAID_MAX);
    Ok(())
}

pub fn outboxes(model: &OutboxModel, outbox: &Outbox, conversation: &Conversation) -> Checked {
    let deliveries = &conversation.state.deliveries;
    let tracked: Vec<_> = deliveries.keys().collect();
    prop_assert_eq!(tracked, model.messages.keys().collect::<Vec<_>>(), "which messages are of interest");
    let open = model.messages.values().filter(|message| !is_settled(&message.fate)).count();
    prop_assert!(deliveries.len() <= DELIVERIES_MAX.max(open), "the state grows without bound");
    for (seq, message) in &model.messages {
        let row = outbox.rows.get(seq);
        prop_assert!(fits(&message.fate, row), "message {} is {:?}, its row {:?}", seq, message, row);
        let flagged = row.is_some_and(|row| row.flagged);
        prop_assert!(is_settled(&message.fate) || flagged == message.maybe, "message {} has lost its flag", seq);
    }
    let forgotten = |(seq, row): (&u64, &Row)| !model.messages.contains_key(seq) && row.state != RowState::Shelved;
    prop_assert!(!outbox.rows.iter().any(forgotten), "a row that nobody knows: {:?}", outbox.rows);
    Ok(())
}

fn is_settled(fate: &Fate) -> bool {
    matches!(fate, Fate::Left | Fate::Closed | Fate::Sent { .. } | Fate::Delivered { .. })
}

fn fits(fate: &Fate, row: Option<&Row>) -> bool {
    let state = row.map(|row| row.state);
    match fate {
        Fate::Queued { not_before } => {
            matches!(state, Some(RowState::Queued | RowState::Uncertain))
                && row.is_some_and(|row| row.at.0 == *not_before)
        }
        Fate::OnTheWire => state == Some(RowState::Sending),
        Fate::Stopped => state == Some(RowState::Withdrawn),
        Fate::Left => state == Some(RowState::Shelved),
        Fate::Closed | Fate::Sent { .. } | Fate::Delivered { .. } => state.is_none(),
    }
}
