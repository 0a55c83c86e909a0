//! What the stories of several nodes are told with.

use std::time::Duration;

use loadtest::clients::ConsoleClient;
use switchboard::domain::event::Event;
use switchboard::domain::ids::Seq;
use switchboard::ports::store::LoggedEvent;

use crate::support::installation::SOON;

/// A dead node's lease, and what the protocol adds.
pub const LEASE_AND_MORE: Duration = Duration::from_secs(8 + 2);

/// The texts the contact wrote, in the log's order.
pub fn heard(log: &[LoggedEvent]) -> Vec<&str> {
    let said = |logged| match logged {
        &LoggedEvent { event: Event::ContactSaid { ref heard, .. }, .. } => Some(heard.text.as_str()),
        _ => None,
    };
    log.iter().filter_map(said).collect()
}

pub fn count(log: &[LoggedEvent], what: impl Fn(&Event) -> bool) -> usize {
    log.iter().filter(|logged| what(&logged.event)).count()
}

/// Seq 1, 2, 3 … without a hole.
pub fn has_no_hole(log: &[LoggedEvent]) -> bool {
    log.iter().map(|logged| logged.seq).eq(1..=log.len() as Seq)
}

pub async fn watch(console: &mut ConsoleClient, conversation: &str) {
    console.watch(conversation).await.expect("it is watched");
}

pub async fn sees(console: &mut ConsoleClient, conversation: &str, kind: &str, text: &str) {
    let seen = console.until_event(conversation, SOON, |event| event.kind == kind && event.text().contains(text)).await;
    seen.unwrap_or_else(|error| panic!("{kind} “{text}” is not seen: {error:#}"));
}
