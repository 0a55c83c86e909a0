use std::collections::BTreeSet;

use switchboard::domain::ids::{AgentId, TeamId};
use switchboard::domain::team::TeamName;
use switchboard::ports::teams::{Saved, TEAMS_MAX, Team, Teams};
use uuid::Uuid;

use super::props::Place;

fn team(id: u128, name: &str, members: impl IntoIterator<Item = u128>) -> Team {
    let members: BTreeSet<AgentId> = members.into_iter().map(|id| AgentId(Uuid::from_u128(id))).collect();
    Team { id: TeamId(Uuid::from_u128(id)), name: TeamName::parse(name).expect("a name"), members }
}

pub async fn teams_are_listed_by_name_and_changed_in_place(place: &impl Place) {
    let store = place.open().await;
    let (sales, night) = (team(1, "Sales", [7, 8]), team(2, "night shift", []));
    for one in [&sales, &night] {
        assert_eq!(store.save_team(one.clone()).await.expect("saves"), Saved::Done);
    }
    assert_eq!(store.teams().await.expect("reads"), [night.clone(), sales.clone()]);
    let changed = team(1, "After-sales", [8, 9]);
    assert_eq!(store.save_team(changed.clone()).await.expect("saves"), Saved::Done);
    assert!(store.delete_team(night.id).await.expect("deletes"));
    assert!(!store.delete_team(night.id).await.expect("answers"));
    drop(store);
    let again = place.open().await;
    assert_eq!(again.teams().await.expect("reads"), [changed]);
    // Nobody is in a team that comes under an old id.
    assert_eq!(again.save_team(night.clone()).await.expect("saves"), Saved::Done);
    assert!(again.teams().await.expect("reads").contains(&night));
}

pub async fn no_two_teams_are_called_the_same(place: &impl Place) {
    let store = place.open().await;
    assert_eq!(store.save_team(team(1, "Sales", [7])).await.expect("saves"), Saved::Done);
    assert_eq!(store.save_team(team(2, "SALES", [8])).await.expect("answers"), Saved::NameTaken);
    assert_eq!(store.save_team(team(1, "SALES", [7])).await.expect("saves"), Saved::Done);
    assert_eq!(store.teams().await.expect("reads"), [team(1, "SALES", [7])]);
}

pub async fn there_is_a_most_of_teams_and_those_there_are_can_be_changed(place: &impl Place) {
    let store = place.open().await;
    for number in 0..TEAMS_MAX as u128 {
        assert_eq!(store.save_team(team(number, &format!("t{number}"), [])).await.expect("saves"), Saved::Done);
    }
    assert_eq!(store.save_team(team(1_000, "one more", [])).await.expect("answers"), Saved::TooMany);
    assert_eq!(store.save_team(team(0, "another name", [7])).await.expect("saves"), Saved::Done);
}
