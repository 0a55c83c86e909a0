//! What appends do to messages on their way.
//!
//! A row of `outbox` moves from queued (0) to sending (2) and from there back (as uncertain, 1, if it may have arrived)
//! or away. A take over makes unsent rows of the bot withdrawn (3); such a row waits for its conversation to note it, and
//! nothing but a new `Queue` makes it go out. Below 2, a row waits to be sent.
//!
//! One statement does what many appends want of a kind. The effects of each append keep their order: where a later one
//! is of an earlier kind, or about the same message once more, a new round of statements begins.

use std::collections::HashSet;

use uuid::Uuid;

use super::alerts;
use super::append::Write;
use super::columns::{Json, int};
use super::deadlines::GIVEN_FOR_MS;
use super::mentions;
use super::script::Script;
use crate::domain::ids::Seq;
use crate::ports::store::Effect;
use crate::wire::stored;

pub const WITHDRAWN: i16 = 3;

/// The conversation hears of these with the answer to its append; the sweeper only if it forgets them.
pub const WITHDRAW: &str = "UPDATE outbox SET state = 3, next_try_at = w.until
    FROM unnest($1::uuid[], $2::bigint[]) AS w (c, until)
    WHERE conversation = w.c AND by_bot AND state < 2 RETURNING conversation, seq";
/// A message that is still there keeps its number, its attempts and its flag.
pub const QUEUE: &str = "INSERT INTO outbox (conversation, seq, account, state, by_bot, at, body)
    SELECT c, seq, account, 0, by_bot, at, body
    FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::boolean[], $5::bigint[], $6::text[])
        WITH ORDINALITY AS w (c, seq, account, by_bot, at, body, place) ORDER BY place
    ON CONFLICT (conversation, seq) DO UPDATE SET state = excluded.state, by_bot = excluded.by_bot, at = excluded.at,
        body = excluded.body, sending_inc = NULL, next_try_at = 0";
/// One that was shelved gets its old place again.
pub const UNSHELVE: &str = "WITH back AS (DELETE FROM shelf USING unnest($1::uuid[], $2::bigint[]) AS w (c, s)
        WHERE conversation = w.c AND seq = w.s RETURNING shelf.*)
    INSERT INTO outbox (conversation, seq, account, number, state, by_bot, attempt, flagged, at, body)
    SELECT conversation, seq, account, number, 0, by_bot, attempt, flagged, at, body FROM back
    ON CONFLICT (conversation, seq) DO NOTHING";
/// Once flagged, a message stays so.
pub const PUT_BACK: &str = "UPDATE outbox SET state = CASE WHEN w.flag THEN 1 ELSE 0 END, flagged = flagged OR w.flag,
        at = w.again, sending_inc = NULL, next_try_at = 0
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::boolean[]) AS w (c, s, again, flag)
    WHERE conversation = w.c AND seq = w.s AND state <> 3";
pub const FINISH: &str = "DELETE FROM outbox USING unnest($1::uuid[], $2::bigint[]) AS w (c, s)
    WHERE conversation = w.c AND seq = w.s";
/// An end can also come to a message on the shelf: its echo shows that it had arrived.
pub const FINISH_SHELVED: &str = "DELETE FROM shelf USING unnest($1::uuid[], $2::bigint[]) AS w (c, s)
    WHERE conversation = w.c AND seq = w.s";
/// Kept, should somebody send it again.
pub const SHELVE: &str = "WITH off AS (DELETE FROM outbox USING unnest($1::uuid[], $2::bigint[]) AS w (c, s)
        WHERE conversation = w.c AND seq = w.s RETURNING outbox.*)
    INSERT INTO shelf (conversation, seq, account, number, by_bot, attempt, flagged, at, body)
    SELECT conversation, seq, account, number, by_bot, attempt, flagged, at, body FROM off
    ON CONFLICT (conversation, seq) DO UPDATE SET number = excluded.number, by_bot = excluded.by_bot,
        attempt = excluded.attempt, flagged = excluded.flagged, at = excluded.at, body = excluded.body";

/// An effect, encoded.
pub enum Act {
    WithdrawBot,
    Queue { seq: Seq, body: Json, by_bot: bool },
    Requeue { seq: Seq, at: i64, flagged: bool },
    Finish { seq: Seq },
    Shelve { seq: Seq },
    Alert { seq: Seq },
    AlertAgain { seq: Seq, attempt: i32, at: i64, flagged: bool },
    AlertOver { seq: Seq },
    Mention { seq: Seq, agents: Vec<Uuid> },
}

impl From<&Effect> for Act {
    fn from(effect: &Effect) -> Self {
        match *effect {
            Effect::Queue { seq, ref line, ref by } => {
                Act::Queue { seq, body: Json(stored::write_queued(line, by)), by_bot: by.is_bot() }
            }
            Effect::WithdrawBot => Act::WithdrawBot,
            Effect::Requeue { seq, at, flagged } => Act::Requeue { seq, at: int(at.0), flagged },
            Effect::Finish { seq } => Act::Finish { seq },
            Effect::Shelve { seq } => Act::Shelve { seq },
            Effect::Alert { seq } => Act::Alert { seq },
            Effect::AlertAgain { seq, attempt, at, flagged } => {
                Act::AlertAgain { seq, attempt: i32::try_from(attempt).unwrap_or(i32::MAX), at: int(at.0), flagged }
            }
            Effect::AlertOver { seq } => Act::AlertOver { seq },
            Effect::Mention { seq, ref agents } => {
                Act::Mention { seq, agents: agents.iter().map(|agent| agent.0).collect() }
            }
        }
    }
}

impl Act {
    /// Its place within a round.
    fn kind(&self) -> usize {
        match self {
            Act::WithdrawBot => 0,
            Act::Queue { .. } => 1,
            Act::Requeue { .. } => 2,
            Act::Finish { .. } => 3,
            Act::Shelve { .. } => 4,
            Act::Alert { .. } => 5,
            Act::AlertAgain { .. } => 6,
            Act::AlertOver { .. } => 7,
            Act::Mention { .. } => 8,
        }
    }

    /// The message it is about; 0: all of the conversation.
    fn seq(&self) -> Seq {
        match *self {
            Act::WithdrawBot => 0,
            Act::Queue { seq, .. } | Act::Requeue { seq, .. } | Act::Finish { seq } | Act::Shelve { seq } => seq,
            Act::Alert { seq } | Act::AlertAgain { seq, .. } | Act::AlertOver { seq } => seq,
            Act::Mention { seq, .. } => seq,
        }
    }
}

pub fn add<'w>(script: &mut Script<'w>, writes: &[&'w Write]) {
    let mut rounds: Vec<Vec<Of<'w>>> = Vec::new();
    for write in writes {
        for (round, act) in in_rounds(&write.acts) {
            if rounds.len() <= round {
                rounds.push(Vec::new());
            }
            rounds[round].push(Of { write, act });
        }
    }
    for round in rounds {
        withdraw(script, &round);
        queue(script, &round);
        requeue(script, &round);
        finish(script, &round);
        shelve(script, &round);
        alert(script, &round);
        alert_again(script, &round);
        alert_over(script, &round);
        mention(script, &round);
    }
}

/// In which round each act of an append has its turn.
fn in_rounds(acts: &[Act]) -> impl Iterator<Item = (usize, &Act)> {
    let (mut round, mut kind, mut seen) = (0, 0, HashSet::new());
    acts.iter().map(move |act| {
        if act.kind() < kind || !seen.insert((act.kind(), act.seq())) {
            round += 1;
            seen.clear();
            seen.insert((act.kind(), act.seq()));
        }
        kind = act.kind();
        (round, act)
    })
}

/// An act, and the append it belongs to.
struct Of<'w> {
    write: &'w Write,
    act: &'w Act,
}

fn withdraw(script: &mut Script<'_>, round: &[Of<'_>]) {
    let here = round.iter().filter(|of| matches!(of.act, Act::WithdrawBot));
    let (of, until): (Vec<Uuid>, Vec<i64>) = here.map(|of| (of.write.conversation, of.write.at + GIVEN_FOR_MS)).unzip();
    if !of.is_empty() {
        script.add(WITHDRAW, vec![Box::new(of), Box::new(until)]);
    }
}

fn queue<'w>(script: &mut Script<'w>, round: &[Of<'w>]) {
    let (mut of, mut seqs, mut accounts, mut by_bots, mut times, mut bodies) =
        (vec![], vec![], vec![], vec![], vec![], vec![]);
    for Of { write, act } in round {
        if let Act::Queue { seq, body, by_bot } = act {
            of.push(write.conversation);
            seqs.push(int(*seq));
            accounts.push(write.account.as_str());
            by_bots.push(*by_bot);
            times.push(write.at);
            bodies.push(body);
        }
    }
    if !of.is_empty() {
        let values: Vec<Box<dyn tokio_postgres::types::ToSql + Sync + Send + 'w>> = vec![
            Box::new(of),
            Box::new(seqs),
            Box::new(accounts),
            Box::new(by_bots),
            Box::new(times),
            Box::new(bodies),
        ];
        script.add(QUEUE, values);
    }
}

fn requeue(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (mut of, mut seqs, mut times, mut flags) = (vec![], vec![], vec![], vec![]);
    for Of { write, act } in round {
        if let Act::Requeue { seq, at, flagged } = act {
            of.push(write.conversation);
            seqs.push(int(*seq));
            times.push(*at);
            flags.push(*flagged);
        }
    }
    if !of.is_empty() {
        script.add(UNSHELVE, vec![Box::new(of.clone()), Box::new(seqs.clone())]);
        script.add(PUT_BACK, vec![Box::new(of), Box::new(seqs), Box::new(times), Box::new(flags)]);
    }
}

fn finish(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (of, seqs) = deliveries(round, |act| matches!(act, Act::Finish { .. }));
    if !of.is_empty() {
        script.add(FINISH, vec![Box::new(of.clone()), Box::new(seqs.clone())]);
        script.add(FINISH_SHELVED, vec![Box::new(of), Box::new(seqs)]);
    }
}

fn shelve(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (of, seqs) = deliveries(round, |act| matches!(act, Act::Shelve { .. }));
    if !of.is_empty() {
        script.add(SHELVE, vec![Box::new(of), Box::new(seqs)]);
    }
}

fn alert(script: &mut Script<'_>, round: &[Of<'_>]) {
    let new = round.iter().filter(|of| matches!(of.act, Act::Alert { .. }));
    let times: Vec<i64> = new.map(|of| of.write.at).collect();
    if !times.is_empty() {
        let (of, seqs) = deliveries(round, |act| matches!(act, Act::Alert { .. }));
        script.add(alerts::ADD, vec![Box::new(of), Box::new(seqs), Box::new(times)]);
    }
}

fn alert_again(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (mut attempts, mut times, mut flags) = (vec![], vec![], vec![]);
    for of in round {
        if let Act::AlertAgain { attempt, at, flagged, .. } = *of.act {
            attempts.push(attempt);
            times.push(at);
            flags.push(flagged);
        }
    }
    if !times.is_empty() {
        let (of, seqs) = deliveries(round, |act| matches!(act, Act::AlertAgain { .. }));
        let values: Vec<Box<dyn tokio_postgres::types::ToSql + Sync + Send>> =
            vec![Box::new(of), Box::new(seqs), Box::new(attempts), Box::new(times), Box::new(flags)];
        script.add(alerts::AGAIN, values);
    }
}

fn alert_over(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (of, seqs) = deliveries(round, |act| matches!(act, Act::AlertOver { .. }));
    if !of.is_empty() {
        script.add(alerts::OVER, vec![Box::new(of), Box::new(seqs)]);
    }
}

fn mention(script: &mut Script<'_>, round: &[Of<'_>]) {
    let (mut of, mut seqs, mut agents, mut times) = (vec![], vec![], vec![], vec![]);
    for Of { write, act } in round {
        if let Act::Mention { seq, agents: told } = act {
            for agent in told {
                of.push(write.conversation);
                seqs.push(int(*seq));
                agents.push(*agent);
                times.push(write.at);
            }
        }
    }
    if !of.is_empty() {
        script.add(mentions::ADD, vec![Box::new(of), Box::new(seqs), Box::new(agents), Box::new(times)]);
    }
}

fn deliveries(round: &[Of<'_>], wanted: impl Fn(&Act) -> bool) -> (Vec<Uuid>, Vec<i64>) {
    let wanted = round.iter().filter(|of| wanted(of.act));
    wanted.map(|of| (of.write.conversation, int(of.act.seq()))).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(acts: &[Act]) -> Vec<usize> {
        in_rounds(acts).map(|(round, _)| round).collect()
    }

    #[test]
    fn effects_keep_their_order() {
        let queue = |seq| Act::Queue { seq, body: Json(Vec::new()), by_bot: true };
        let finish = |seq| Act::Finish { seq };
        let again = |seq| Act::Requeue { seq, at: 0, flagged: true };
        assert_eq!(rounds(&[Act::WithdrawBot, queue(1), queue(2), again(1), finish(3), finish(4)]), [0; 6]);
        assert_eq!(rounds(&[queue(1), Act::WithdrawBot, queue(2)]), [0, 1, 1], "what is queued before is withdrawn");
        assert_eq!(rounds(&[queue(1), queue(1)]), [0, 1], "no statement may touch a row twice");
        assert_eq!(rounds(&[finish(1), queue(1), finish(1)]), [0, 1, 1]);
    }
}
