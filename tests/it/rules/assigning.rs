use switchboard::domain::alert::Recipient;
use switchboard::domain::assigning::{Assigned, Assignee};
use switchboard::domain::command::{Command, Refusal};
use switchboard::domain::event::{Agent, Event, Reason, Speaker};
use switchboard::domain::ids::TeamId;
use switchboard::domain::team::Team;
use uuid::Uuid;

use crate::support::bot::{STILL, TestBot};
use crate::support::story::{Story, agent, ana, ben, hours, minutes};

fn story() -> Story {
    Story::of(TestBot::insurer().build())
}

fn sales() -> Team {
    Team { id: TeamId(Uuid::from_u128(80)), name: "Sales".into() }
}

fn carla() -> Agent {
    agent(9, "Carla")
}

fn assign(by: Agent, to: Option<Assignee>) -> Command {
    Command::Assign { agent: by, to }
}

fn to(agent: Agent) -> Option<Assignee> {
    Some(Assignee::Agent(agent))
}

fn to_team() -> Option<Assignee> {
    Some(Assignee::Team(sales()))
}

fn claim(agent: Agent) -> Command {
    Command::Claim { agent }
}

fn hand_over(note: &str) -> Command {
    Command::HandOverToTeam { agent: ana(), to: sales(), note: note.into() }
}

#[track_caller]
fn expect_assigned(story: &Story, agent: Option<Agent>, team: Option<Team>) {
    assert_eq!(story.conversation.state.assigned, Assigned { agent, team });
}

/// Whom a letter of the last scene goes to.
fn called(story: &Story) -> Vec<Recipient> {
    let letters = story.scene().into_iter().filter_map(|event| match event {
        Event::AlertQueued { alert, .. } => Some(alert.to.clone()),
        _ => None,
    });
    letters.flatten().collect()
}

#[test]
fn assigning_leaves_the_floor_to_the_bot_and_says_who_did_it() {
    let mut story = story();
    story.contact("Hello");
    story.tell(assign(ana(), to(ben())));
    story.expect_event(
        |event| matches!(event, Event::Assigned { agent: Some(to), by, .. } if *to == ben() && *by == ana()),
    );
    story.expect_bot_mode();
    assert_eq!(called(&story), []);
    assert_eq!(story.conversation.summary().assignee(), Some(&ben()));
    story.contact("What are your hours?");
    assert!(!story.bot_lines().is_empty(), "the bot goes on");

    assert_eq!(story.expect_refusal(assign(ana(), to(ben()))), Refusal::NothingNew);
    story.tell(assign(ben(), None));
    expect_assigned(&story, None, None);
    assert_eq!(story.expect_refusal(assign(ben(), None)), Refusal::NothingNew);
}

#[test]
fn whoever_is_assigned_somebody_who_waits_is_alerted_and_the_ladder_goes_on() {
    let mut story = story();
    story.contact("I had an accident");
    story.expect_waiting("urgent");
    let due = story.conversation.next_deadline();
    story.tell(assign(ana(), to(ben())));
    story.expect_waiting("urgent");
    assert_eq!(called(&story), [Recipient::Agent(ben())]);
    assert_eq!(story.conversation.next_deadline(), due);
    story.tell(assign(ana(), to_team()));
    expect_assigned(&story, None, Some(sales()));
    assert_eq!(called(&story), [Recipient::Team(sales())]);
    // Whoever takes it for themselves knows.
    story.tell(assign(ana(), to(ana())));
    assert_eq!(called(&story), []);
    expect_assigned(&story, Some(ana()), Some(sales()));
}

#[test]
fn of_two_who_claim_at_once_one_gets_it_and_the_other_is_told_by_whom() {
    let mut story = story();
    story.contact("I had an accident");
    story.tell(assign(ana(), to_team()));
    story.tell(claim(ben()));
    story.expect_human(&ben());
    expect_assigned(&story, Some(ben()), Some(sales()));
    assert_eq!(story.expect_refusal(claim(carla())), Refusal::AlreadyTaken("Ben".into()));
    assert_eq!(story.expect_refusal(claim(ben())), Refusal::AlreadyTaken("Ben".into()));
    story.expect_human(&ben());
    // To take it from a colleague is another wish.
    story.takes_over(carla());
    story.expect_human(&carla());
    expect_assigned(&story, Some(carla()), Some(sales()));
}

#[test]
fn a_conversation_with_a_colleague_moves_with_whom_it_is_assigned_to() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Ana here.");
    story.tell(assign(carla(), to(ben())));
    story.expect_event(|event| matches!(event, Event::TakenOver { by: Speaker::Agent(by), given_by: Some(giver), .. } if *by == ben() && *giver == carla()));
    story.expect_human(&ben());
    story.expect_pause(Some(hours(1)));
    expect_assigned(&story, Some(ben()), None);
    // Unassigned, it is still with whoever has the floor.
    story.tell(assign(carla(), None));
    story.expect_human(&ben());
    assert_eq!(story.conversation.summary().assignee(), Some(&ben()));
}

#[test]
fn handed_over_to_a_team_it_waits_for_the_first_with_words_the_contact_never_sees() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Ana here.");
    story.tell(hand_over("A big order."));
    story.expect_waiting("agent");
    expect_assigned(&story, None, Some(sales()));
    assert_eq!(called(&story), [Recipient::Team(sales())]);
    story.expect_event(|event| matches!(event, Event::NoteAdded { text, .. } if text == "A big order."));
    story.expect_silence();
    assert_eq!(story.expect_refusal(hand_over("Again.")), Refusal::NothingNew);

    // Nobody of them comes: the contact hears of it, and others are called.
    story.later(minutes(2));
    story.expect_bot(&[STILL]);
    story.tell(claim(ben()));
    story.expect_human(&ben());
    story.expect_pause(Some(hours(1)));
}

#[test]
fn words_for_a_team_that_are_too_long_hand_nothing_over() {
    let mut story = story();
    story.contact("Hello");
    story.agent(ana(), "Ana here.");
    assert_eq!(story.expect_refusal(hand_over(&"x".repeat(10_001))).code(), "too_long");
    story.expect_human(&ana());
}

#[test]
fn the_bot_is_interrupted_by_a_hand_over_and_stays_silent_until_somebody_gives_back() {
    let mut story = story();
    story.contact("Hello");
    story.tell(hand_over(""));
    story.expect_event(|event| matches!(event, Event::HandedOff { reason: Reason::Agent, .. }));
    story.expect_waiting("agent");
    story.contact("What are your hours?");
    story.expect_silence();
}

#[test]
fn giving_back_ends_an_assignment_and_a_pause_that_merely_ends_does_not() {
    let mut story = story();
    story.contact("Hello");
    story.tell(assign(ana(), to(ben())));
    story.agent(ben(), "Ben here.");
    story.later(hours(1));
    story.expect_bot_mode();
    expect_assigned(&story, Some(ben()), None);
    story.agent(ben(), "Ben again.");
    story.gives_back(ben());
    expect_assigned(&story, None, None);
}
