//! What every screen must hear at once: that the store or an account is in trouble, and that this node is going down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix::Recipient;

use crate::domain::ids::AccountId;
use crate::wire::console::Tell;

/// A notice to a session.
#[derive(actix::Message, Debug, Clone, PartialEq, Eq)]
#[rtype(result = "()")]
pub enum Notice {
    /// The store cannot write, in words; none: it can again.
    Storage(Option<String>),
    /// The provider refuses this account, in words; none: not any more. For agents.
    Account(AccountId, Option<String>),
    /// Whether the provider brings us what happens on this account, nobody knows, in words; none: it does. For agents.
    Hearing(AccountId, Option<String>),
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
    accounts: BTreeMap<AccountId, String>,
    unheard: BTreeMap<AccountId, String>,
}

impl Notice {
    /// As consoles are told it; none for what ends them.
    pub fn to_tell(&self) -> Option<Tell> {
        let (code, text) = match self {
            Notice::Storage(words) => (
                "storage".to_owned(),
                words.as_ref().map(|words| {
                    format!("Messages cannot be stored at the moment: {words}. Providers will try again.")
                }),
            ),
            Notice::Account(account, words) => (format!("account:{account}"), words.clone()),
            Notice::Hearing(account, words) => (format!("hearing:{account}"), words.clone()),
            Notice::Restarting => return None,
        };
        Some(match text {
            Some(text) => Tell::Trouble { code, text },
            None => Tell::TroubleOver { code },
        })
    }
}

impl Notices {
    /// From now on `listener` hears every notice; it is told the present trouble at once.
    pub fn listen(&self, listener: Recipient<Notice>) -> u64 {
        let mut board = self.board();
        if board.storage.is_some() {
            listener.do_send(Notice::Storage(board.storage.clone()));
        }
        for (account, words) in &board.accounts {
            listener.do_send(Notice::Account(account.clone(), Some(words.clone())));
        }
        for (account, words) in &board.unheard {
            listener.do_send(Notice::Hearing(account.clone(), Some(words.clone())));
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

    /// The same about an account, which people call `name`.
    pub fn account(&self, account: &AccountId, name: &str, trouble: Option<&str>) {
        let words = trouble.map(|reason| {
            format!(
                "{name} cannot send: {reason}. Nothing is lost: messages wait, and go out by themselves once whoever runs \
                 this installation has renewed the account's credentials."
            )
        });
        let mut board = self.board();
        if note(&mut board.accounts, account, words.as_ref()) {
            board.tell(&Notice::Account(account.clone(), words));
        }
    }

    /// The same about what comes in on an account.
    pub fn hearing(&self, account: &AccountId, name: &str, trouble: Option<&str>) {
        let words = trouble.map(|reason| {
            format!(
                "What contacts write on {name} may not reach us: {reason}. Whoever runs this installation has to look at the \
                 account's credentials and permissions."
            )
        });
        let mut board = self.board();
        if note(&mut board.unheard, account, words.as_ref()) {
            board.tell(&Notice::Hearing(account.clone(), words));
        }
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

/// Whether it is news.
fn note(known: &mut BTreeMap<AccountId, String>, account: &AccountId, words: Option<&String>) -> bool {
    let news = known.get(account) != words;
    match words {
        Some(words) => _ = known.insert(account.clone(), words.clone()),
        None => _ = known.remove(account),
    }
    news
}

impl Board {
    fn tell(&self, notice: &Notice) {
        self.listeners.iter().for_each(|(_, listener)| listener.do_send(notice.clone()));
    }
}
