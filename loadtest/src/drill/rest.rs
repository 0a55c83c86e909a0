//! Waiting until nothing moves any more.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Stage;
use crate::checker::{StoredConversation, parse_dump};
use crate::clock;
use crate::product::Product;
use crate::provider::Provider;

/// Back-off after a fault and the wait after an uncertain end must fit.
const REST_MAX: Duration = Duration::from_secs(60);

/// Waits until clients, provider and store have nothing left to do; whether they came to rest in time.
pub(crate) async fn wait(product: &Product, provider: &Provider, stage: &Stage) -> bool {
    let until = clock::instant() + REST_MAX;
    while clock::instant() < until {
        let acknowledged = stage.pending.load(Ordering::Acquire) == 0;
        let quiet = provider.wait_quiet(Duration::from_millis(500), Duration::from_secs(2)).await;
        if acknowledged && quiet && provider.receipts_pending() == 0 && nothing_unsent(product).await {
            // The last events are still on their way to screens.
            tokio::time::sleep(Duration::from_millis(700)).await;
            return true;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    false
}

/// Whether the store knows of no message on its way. If a running server's store cannot be dumped, quiet must do.
async fn nothing_unsent(product: &Product) -> bool {
    let product = product.clone();
    let dump = tokio::task::spawn_blocking(move || product.dump()).await;
    match dump {
        Ok(Ok(dump)) => parse_dump(&dump).is_ok_and(|store| store.iter().all(is_at_rest)),
        _ => true,
    }
}

fn is_at_rest(conversation: &StoredConversation) -> bool {
    let mut open: BTreeSet<u64> = BTreeSet::new();
    for stored in &conversation.events {
        if !stored.delivery_ids().is_empty() {
            open.insert(stored.event.seq);
        }
        if stored.kind() == "delivery" {
            let of = stored.event.fields.get("of").and_then(serde_json::Value::as_array);
            for seq in of.into_iter().flatten().filter_map(serde_json::Value::as_u64) {
                if stored.event.str("state") == "queued" {
                    open.insert(seq)
                } else {
                    open.remove(&seq)
                };
            }
        }
    }
    open.is_empty()
}
