//! What every screen must hear at once: that the store is in trouble, and that this node is going down.

use std::sync::{Arc, Mutex, MutexGuard};

use actix::Recipient;

/// A notice to a session.
#[derive(actix::Message, Debug, Clone, PartialEq, Eq)]
#[rtype(result = "()")]
pub enum Notice {
    /// The store cannot write, in words; none: it can again.
    Storage(Option<String>),
    /// The node is going down: come back and resume.
    Restarting,
}

/// The sessions that listen, and the trouble of the moment.
#[derive(Clone, Default)]
pub struct Notices(Arc<Mutex<Board>>);

#[derive(Default)]
struct Board {
    next: u64,
    listeners: Vec<(u64, Recipient<Notice>)>,
    storage: Option<String>,
}

impl Notices {
    /// From now on `listener` hears every notice; it is told the present trouble at once.
    pub fn listen(&self, listener: Recipient<Notice>) -> u64 {
        let mut board = self.board();
        if board.storage.is_some() {
            listener.do_send(Notice::Storage(board.storage.clone()));
        }
        board.next += 1;
        let number = board.next;
        board.listeners.push((number, listener));
        number
    }

    pub fn leave(&self, number: u64) {
        self.board().listeners.retain(|(other, _)| *other != number);
    }

    /// Tells everyone, if it is news.
    pub fn storage(&self, trouble: Option<String>) {
        let mut board = self.board();
        if board.storage == trouble {
            return;
        }
        match &trouble {
            Some(words) => tracing::error!(trouble = %words, "the store cannot write"),
            None => tracing::info!("the store can write again"),
        }
        board.storage = trouble.clone();
        board.tell(&Notice::Storage(trouble));
    }

    pub fn storage_trouble(&self) -> Option<String> {
        self.board().storage.clone()
    }

    pub fn restarting(&self) {
        self.board().tell(&Notice::Restarting);
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Board {
    fn tell(&self, notice: &Notice) {
        self.listeners.iter().for_each(|(_, listener)| listener.do_send(notice.clone()));
    }
}
