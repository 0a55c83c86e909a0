//! `register` and the scripts of the product answer alike, whatever is asked of them.
//!
//! Leases and claims last a minute or no time at all, so that the history alone decides, and not how fast it runs.

use proptest::prelude::*;
use redis::{Connection, Script};
use switchboard::adapters::redis::members::Members;
use switchboard::domain::ids::Incarnation;
use uuid::Uuid;

use super::register::Register;
use loadtest::servers::redis::RedisServer;

const MINUTE: u64 = 60_000;
const HOUR: &str = "3600000";
const NODES: u8 = 4;
const ACTORS: u8 = 2;

#[derive(Debug, Clone)]
enum Act {
    Join { node: u8, name: u8, lease: u64 },
    ComeBack { node: u8, name: u8, lease: u64 },
    Beat { node: u8, name: u8, lease: u64 },
    Leave { node: u8 },
    Look,
    Claim { actor: u8, node: u8, claim: u64, seen_dead: Option<(u8, u64)> },
    Confirm { actor: u8, node: u8, epoch: u64 },
    Touch { actor: u8, node: u8, epoch: u64 },
    Release { actor: u8, node: u8, epoch: u64 },
    Wipe,
}

fn act() -> impl Strategy<Value = Act> {
    let node = 0..NODES;
    let actor = 0..ACTORS;
    let span = prop_oneof![3 => Just(MINUTE), 1 => Just(0)];
    let epoch = 0..3_u64;
    let on = || (0..ACTORS, 0..NODES, 0..3_u64);
    prop_oneof![
        3 => (node.clone(), 0..2_u8, span.clone()).prop_map(|(node, name, lease)| Act::Join { node, name, lease }),
        2 => (node.clone(), 0..2_u8, span.clone()).prop_map(|(node, name, lease)| Act::ComeBack { node, name, lease }),
        3 => (node.clone(), 0..2_u8, span.clone()).prop_map(|(node, name, lease)| Act::Beat { node, name, lease }),
        1 => node.clone().prop_map(|node| Act::Leave { node }),
        2 => Just(Act::Look),
        8 => (actor, node.clone(), span, proptest::option::of((node, epoch)))
            .prop_map(|(actor, node, claim, seen_dead)| Act::Claim { actor, node, claim, seen_dead }),
        5 => on().prop_map(|(actor, node, epoch)| Act::Confirm { actor, node, epoch }),
        2 => on().prop_map(|(actor, node, epoch)| Act::Touch { actor, node, epoch }),
        3 => on().prop_map(|(actor, node, epoch)| Act::Release { actor, node, epoch }),
        1 => Just(Act::Wipe),
    ]
}

/// What was answered, without times.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Yes(bool),
    Owner(Option<(Incarnation, u64)>),
    Alive(Vec<bool>, Vec<Incarnation>),
    Nothing,
}

fn node(number: u8) -> Incarnation {
    Incarnation(Uuid::from_u128(u128::from(number) + 1))
}

fn seen(members: &Members) -> Answer {
    let alive = |ends: &u64| *ends > members.now;
    Answer::Alive(
        members.all.values().map(|(ends, _)| alive(ends)).collect(),
        members.others_that_take(node(0)).into_iter().chain(members.all.keys().copied()).collect(),
    )
}

fn in_rust(register: &mut Register, act: &Act) -> Answer {
    let name = |name: &u8| format!("node-{name}");
    match act {
        Act::Join { node: n, name: of, lease } => Answer::Yes(register.join(node(*n), &name(of), *lease, 0)),
        Act::ComeBack { node: n, name: of, lease } => Answer::Yes(register.come_back(node(*n), &name(of), *lease, 0)),
        Act::Beat { node: n, name: of, lease } => Answer::Yes(register.beat(node(*n), &name(of), *lease, 0)),
        Act::Leave { node: n } => Answer::Yes(register.leave(node(*n), 0)),
        Act::Look => seen(&Members::read(register.members(0, MINUTE))),
        Act::Claim { actor, node: n, claim, seen_dead } => {
            let dead = seen_dead.map(|(dead, epoch)| (node(dead), epoch));
            Answer::Owner(register.claim(*actor, node(*n), dead, *claim, 0))
        }
        Act::Confirm { actor, node: n, epoch } => Answer::Yes(register.confirm(*actor, node(*n), *epoch)),
        Act::Touch { actor, node: n, epoch } => Answer::Yes(register.touch(*actor, node(*n), *epoch)),
        Act::Release { actor, node: n, epoch } => Answer::Yes(register.release(*actor, node(*n), *epoch)),
        Act::Wipe => {
            *register = Register::default();
            Answer::Nothing
        }
    }
}

macro_rules! script {
    ($name:literal) => {
        include_str!(concat!("../../../src/adapters/redis/scripts/", $name, ".lua"))
    };
}

struct Real(Connection);

impl Real {
    fn answer(&mut self, act: &Act) -> Answer {
        match act {
            Act::Join { node, name, lease } => self.node("join", *node, *name, *lease),
            Act::ComeBack { node, name, lease } => self.node("come_back", *node, *name, *lease),
            Act::Beat { node, name, lease } => self.node("beat", *node, *name, *lease),
            Act::Leave { node } => self.node("leave", *node, 0, 0),
            Act::Look => {
                let told = Script::new(script!("members")).key("z").key("m").arg(HOUR).invoke(&mut self.0);
                seen(&Members::read(told.expect("members")))
            }
            Act::Claim { actor, node: n, claim, seen_dead } => self.claim(*actor, *n, *claim, *seen_dead),
            Act::Confirm { actor, node, epoch } => self.change(script!("confirm"), *actor, *node, *epoch),
            Act::Touch { actor, node, epoch } => self.change(script!("touch"), *actor, *node, *epoch),
            Act::Release { actor, node, epoch } => self.change(script!("release"), *actor, *node, *epoch),
            Act::Wipe => {
                let _: () = redis::cmd("FLUSHALL").query(&mut self.0).expect("wiped");
                Answer::Nothing
            }
        }
    }

    fn node(&mut self, op: &str, of: u8, name: u8, lease: u64) -> Answer {
        let name = format!("node-{name}");
        let about = serde_json::json!({ "node": name }).to_string();
        let script = Script::new(script!("node"));
        let mut call = script.key("z");
        call.key("m").arg(op).arg(node(of).to_string()).arg(lease).arg(about).arg(name);
        let (done, _now): (u8, u64) = call.invoke(&mut self.0).expect("node");
        Answer::Yes(done == 1)
    }

    fn claim(&mut self, actor: u8, me: u8, claim: u64, seen_dead: Option<(u8, u64)>) -> Answer {
        let (dead, epoch) =
            seen_dead.map_or_else(Default::default, |(dead, epoch)| (node(dead).to_string(), epoch.to_string()));
        let script = Script::new(script!("claim"));
        let mut call = script.key(format!("d:{actor}"));
        call.arg(node(me).to_string()).arg(claim).arg(HOUR).arg(dead).arg(epoch);
        let answer: Vec<redis::Value> = call.invoke(&mut self.0).expect("claim");
        let texts: Vec<String> =
            answer.into_iter().map(|value| redis::from_redis_value(value).expect("a text")).collect();
        match &texts[..] {
            [taken] if taken == "1" => Answer::Owner(None),
            [free, owner, epoch] if free == "0" => {
                Answer::Owner(Some((owner.parse().expect("an owner"), epoch.parse().expect("an epoch"))))
            }
            other => panic!("{other:?}"),
        }
    }

    fn change(&mut self, text: &str, actor: u8, me: u8, epoch: u64) -> Answer {
        let script = Script::new(text);
        let mut call = script.key(format!("d:{actor}"));
        call.arg(node(me).to_string()).arg(epoch).arg(HOUR);
        let done: u8 = call.invoke(&mut self.0).expect("an answer");
        Answer::Yes(done == 1)
    }
}

#[test]
fn the_scripts_do_what_is_said_of_them() {
    let server = RedisServer::start();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) };
    proptest!(config, |(history in proptest::collection::vec(act(), 1..60))| {
        let (mut register, mut real) = (Register::default(), Real(server.connect()));
        real.answer(&Act::Wipe);
        for (step, act) in history.iter().enumerate() {
            let said = in_rust(&mut register, act);
            prop_assert_eq!(real.answer(act), said, "step {} of {:#?}", step, history);
        }
    });
}
