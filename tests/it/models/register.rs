//! What the scripts of `src/adapters/redis/scripts` do, said in Rust. `the_scripts` holds it against them.

use std::collections::BTreeMap;

use serde_json::json;
use switchboard::domain::ids::Incarnation;

/// The register as Redis holds it, for actors that are told apart by a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Register {
    /// When each lease ends; 0: declared dead.
    pub leases: BTreeMap<Incarnation, u64>,
    pub about: BTreeMap<Incarnation, About>,
    pub entries: BTreeMap<u8, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum About {
    Node(String),
    Died(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Entry {
    pub owner: Incarnation,
    /// 0 until it is confirmed.
    pub epoch: u64,
    /// While it is only claimed: until when.
    pub claimed_until: Option<u64>,
}

impl Register {
    pub fn join(&mut self, me: Incarnation, name: &str, lease: u64, now: u64) -> bool {
        if self.leases.contains_key(&me) {
            return false;
        }
        let of_that_name = self.about.iter().filter(|(_, about)| **about == About::Node(name.to_owned()));
        let earlier: Vec<Incarnation> = of_that_name.map(|(node, _)| *node).collect();
        self.leases.extend(earlier.into_iter().map(|node| (node, 0)));
        self.live(me, name, lease, now);
        true
    }

    /// The same process under a new incarnation.
    pub fn come_back(&mut self, me: Incarnation, name: &str, lease: u64, now: u64) -> bool {
        let is_new = !self.leases.contains_key(&me);
        if is_new {
            self.live(me, name, lease, now);
        }
        is_new
    }

    pub fn beat(&mut self, me: Incarnation, name: &str, lease: u64, now: u64) -> bool {
        let lives = self.lives(me, now);
        if lives {
            self.live(me, name, lease, now);
        }
        lives
    }

    pub fn leave(&mut self, me: Incarnation, now: u64) -> bool {
        let lives = self.lives(me, now);
        if lives {
            self.leases.insert(me, 0);
        }
        lives
    }

    /// Death is sticky.
    fn lives(&self, node: Incarnation, now: u64) -> bool {
        self.leases.get(&node).is_some_and(|ends| *ends > now)
    }

    fn live(&mut self, me: Incarnation, name: &str, lease: u64, now: u64) {
        self.leases.insert(me, now + lease);
        self.about.insert(me, About::Node(name.to_owned()));
    }

    /// What a look gives, as `Members::read` takes it.
    pub fn members(&mut self, now: u64, remember: u64) -> Vec<String> {
        let mut told = vec![now.to_string()];
        for (node, ends) in self.leases.clone() {
            let about = self.about.get(&node).cloned();
            let died = if let Some(About::Died(at)) = about { Some(at) } else { None };
            match died {
                _ if ends > now => {}
                None => _ = self.about.insert(node, About::Died(now)),
                Some(died) if died + remember <= now => {
                    self.leases.remove(&node);
                    self.about.remove(&node);
                }
                Some(_) => {}
            }
            let about = match about {
                None => json!({}),
                Some(About::Died(at)) => json!({ "died": at }),
                Some(About::Node(name)) => json!({ "node": name }),
            };
            told.extend([node.to_string(), ends.to_string(), about.to_string()]);
        }
        told
    }

    /// None: it is taken. Else who has it, under which epoch.
    pub fn claim(
        &mut self,
        actor: u8,
        me: Incarnation,
        seen_dead: Option<(Incarnation, u64)>,
        claim: u64,
        now: u64,
    ) -> Option<(Incarnation, u64)> {
        if let Some(Entry { owner, epoch, claimed_until }) = self.entries.get(&actor).copied() {
            let ran_out = claimed_until.is_some_and(|until| until <= now);
            if owner != me && !ran_out && seen_dead != Some((owner, epoch)) {
                return Some((owner, epoch));
            }
        }
        self.entries.insert(actor, Entry { owner: me, epoch: 0, claimed_until: Some(now + claim) });
        None
    }

    pub fn confirm(&mut self, actor: u8, me: Incarnation, epoch: u64) -> bool {
        match self.entries.get_mut(&actor) {
            Some(entry) if entry.owner == me && entry.claimed_until.is_some() => {
                *entry = Entry { owner: me, epoch, claimed_until: None };
                true
            }
            _ => false,
        }
    }

    pub fn touch(&self, actor: u8, me: Incarnation, epoch: u64) -> bool {
        self.entries.get(&actor).is_some_and(|entry| (entry.owner, entry.epoch) == (me, epoch))
    }

    pub fn release(&mut self, actor: u8, me: Incarnation, epoch: u64) -> bool {
        let ours = self.touch(actor, me, epoch);
        if ours {
            self.entries.remove(&actor);
        }
        ours
    }
}
