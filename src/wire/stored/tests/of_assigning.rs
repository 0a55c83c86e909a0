//! What came with assigning conversations.

use uuid::Uuid;

use super::{ada, sample_summary};
use crate::domain::alert::{Alert, Recipient};
use crate::domain::assigning::Assigned;
use crate::domain::event::{Event, Origin};
use crate::domain::ids::TeamId;
use crate::domain::state::State;
use crate::domain::summary::Summary;
use crate::domain::team::Team;
use crate::wire::stored::{write_event, write_state, write_summary};

pub fn samples() -> Vec<Vec<u8>> {
    let team = Team { id: TeamId(Uuid::from_u128(8)), name: "Sales: north".to_owned() };
    let alert = Alert {
        to: vec![Recipient::Agent(ada()), Recipient::Team(team.clone())],
        cc: Vec::new(),
        reply_to: None,
        subject: "Bo is waiting for you".to_owned(),
        body: "Ada has assigned it.".to_owned(),
        because: "somebody assigned it".to_owned(),
    };
    let assigned = Assigned { agent: Some(ada()), team: Some(team) };
    let Assigned { agent, team } = assigned.clone();
    vec![
        write_event(&Event::Assigned { agent, team, by: ada() }),
        write_event(&Event::Mentioned { of: 7, agents: vec![ada()], by: ada() }),
        write_event(&Event::Assigned { agent: None, team: None, by: ada() }),
        write_event(&Event::AlertQueued { alert: Box::new(alert), from: Origin::default() }),
        write_state(&State { assigned: assigned.clone(), ..State::default() }),
        write_summary(&Summary { assigned, ..sample_summary() }),
    ]
}
