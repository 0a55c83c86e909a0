//! Looks at the store for all who watch on this node: has their conversation gone on?
//!
//! Somebody who may have missed something mostly has not. So nobody reads the store on a suspicion: whoever has one asks
//! here, and what gathers while one question is under way is asked with the next. A node that hears nothing from the
//! others has everybody look, every second; that many looks are few questions, each about many.
//!
//! More than [`WAITING_MAX`] looks at once are refused: who is refused looks again in a moment.

use std::collections::HashMap;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::domain::ids::{ConversationId, Seq};
use crate::ports::store::{Answer, StoreError};

/// Looks in one question.
const TOGETHER_MAX: usize = 500;
/// Looks that wait for their question.
const WAITING_MAX: usize = 65_536;

/// Dropping it ends its task, after what was asked is answered.
pub struct Ends(mpsc::Sender<Look>);

/// The store's part: of these conversations, those whose log goes beyond the seq beside them, and where it ends.
type Question = Box<dyn Fn(Vec<(ConversationId, Seq)>) -> Answer<HashMap<ConversationId, Seq>> + Send + Sync>;

struct Look {
    conversation: ConversationId,
    known: Seq,
    tell: oneshot::Sender<Result<Seq, StoreError>>,
}

impl Ends {
    pub fn start(question: Question, on: &Handle) -> Self {
        Self::start_with(question, on, WAITING_MAX)
    }

    fn start_with(question: Question, on: &Handle, waiting_max: usize) -> Self {
        let (looks, waiting) = mpsc::channel(waiting_max);
        on.spawn(work(question, waiting));
        Self(looks)
    }

    /// Where the log ends, for somebody who knows it up to `known`: that far at least. The store is asked after this call.
    pub fn of(
        &self,
        conversation: ConversationId,
        known: Seq,
    ) -> impl Future<Output = Result<Seq, StoreError>> + Send + use<> {
        let (tell, told) = oneshot::channel();
        let accepted = self.0.try_send(Look { conversation, known, tell }).is_ok();
        async move {
            match told.await {
                Ok(end) => end,
                Err(_) if !accepted => Err(StoreError::Busy),
                Err(_) => Err(StoreError::Unavailable("nobody looks at the store any more".to_owned())),
            }
        }
    }
}

async fn work(question: Question, mut waiting: mpsc::Receiver<Look>) {
    let mut looks = Vec::new();
    while waiting.recv_many(&mut looks, TOGETHER_MAX).await > 0 {
        metrics::counter!("switchboard_looks_total").increment(looks.len() as u64);
        metrics::counter!("switchboard_look_questions_total").increment(1);
        match question(together(&looks)).await {
            Ok(ends) => looks.drain(..).for_each(|look| {
                let end = ends.get(&look.conversation).copied().unwrap_or(0).max(look.known);
                let _ = look.tell.send(Ok(end));
            }),
            Err(error) => {
                // A store that fails may take its time for it: nobody who waits already waits for another failure.
                while let Ok(look) = waiting.try_recv() {
                    looks.push(look);
                }
                looks.drain(..).for_each(|look| _ = look.tell.send(Err(error.clone())));
            }
        }
    }
}

/// Each conversation once, for whoever of its watchers knows least.
fn together(looks: &[Look]) -> Vec<(ConversationId, Seq)> {
    let mut known = HashMap::with_capacity(looks.len());
    for look in looks {
        let least = known.entry(look.conversation).or_insert(look.known);
        *least = look.known.min(*least);
    }
    known.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;
    use uuid::Uuid;

    use super::*;

    /// Conversation `n` ends at `n`. Each question waits for a permit.
    struct Log {
        permits: Semaphore,
        asked: Mutex<Vec<usize>>,
        fails: bool,
    }

    const FEW: usize = 1_200;

    fn start(fails: bool) -> (Ends, Arc<Log>) {
        let log = Arc::new(Log { permits: Semaphore::new(0), asked: Mutex::default(), fails });
        let of = log.clone();
        let question = move |known: Vec<(ConversationId, Seq)>| -> Answer<HashMap<ConversationId, Seq>> {
            let of = of.clone();
            Box::pin(async move {
                of.asked.lock().expect("locks").push(known.len());
                of.permits.acquire().await.expect("stays open").forget();
                let ends = known.into_iter().map(|(id, seq)| (id, id.0.as_u128() as Seq, seq));
                let beyond = ends.filter(|(_, end, known)| end > known).map(|(id, end, _)| (id, end)).collect();
                if of.fails { Err(StoreError::Busy) } else { Ok(beyond) }
            })
        };
        (Ends::start_with(Box::new(question), &Handle::current(), FEW), log)
    }

    fn conversation(number: u128) -> ConversationId {
        ConversationId(Uuid::from_u128(number))
    }

    async fn until_asked(log: &Log, times: usize) {
        while log.asked.lock().expect("locks").len() < times {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn who_looks_while_a_question_is_under_way_shares_the_next_with_all_others() {
        let (ends, log) = start(false);
        let first = ends.of(conversation(7), 3);
        until_asked(&log, 1).await;
        let many: Vec<_> = (0..1_000).map(|number| ends.of(conversation(number), 500)).collect();
        let same: Vec<_> = (0..100).map(|known| ends.of(conversation(50), known)).collect();
        log.permits.add_permits(4);
        assert_eq!(first.await.expect("answers"), 7);
        let ends: Vec<Seq> = join_all(many).await.into_iter().map(|end| end.expect("answers")).collect();
        assert_eq!(ends, (0..1_000).map(|number: Seq| number.max(500)).collect::<Vec<_>>());
        let ends: Vec<Seq> = join_all(same).await.into_iter().map(|end| end.expect("answers")).collect();
        assert_eq!(ends, (0..100).map(|known: Seq| known.max(50)).collect::<Vec<_>>());
        assert_eq!(*log.asked.lock().expect("locks"), [1, 500, 500, 1]);
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_who_waits_and_the_next_look_is_a_new_question() {
        let (ends, log) = start(true);
        let first = ends.of(conversation(7), 3);
        until_asked(&log, 1).await;
        let many: Vec<_> = (0..1_000).map(|number| ends.of(conversation(number), 0)).collect();
        log.permits.add_permits(1);
        assert!(first.await.is_err());
        assert!(join_all(many).await.into_iter().all(|end| end.is_err()));
        let again = ends.of(conversation(7), 3);
        until_asked(&log, 2).await;
        log.permits.add_permits(1);
        assert!(again.await.is_err());
        assert_eq!(*log.asked.lock().expect("locks"), [1, 1]);
    }

    #[tokio::test]
    async fn more_looks_than_can_wait_are_refused_at_once() {
        let (ends, log) = start(false);
        let first = ends.of(conversation(1), 0);
        until_asked(&log, 1).await;
        let waiting: Vec<_> = (0..FEW as u128).map(|number| ends.of(conversation(number), 0)).collect();
        assert!(matches!(ends.of(conversation(1), 0).await, Err(StoreError::Busy)));
        log.permits.add_permits(FEW);
        assert!(first.await.is_ok());
        assert!(join_all(waiting).await.into_iter().all(|end| end.is_ok()));
    }
}
