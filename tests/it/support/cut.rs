//! A proxy between us and a server, which can hold or cut connections at a word.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// What happens when a client says the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Everything passes.
    Pass,
    /// The word arrives, its answer does not: the connection is cut.
    CutAfter,
    /// The word does not arrive: the connection is cut.
    CutBefore,
    /// Nothing goes on until [`Proxy::let_go`].
    Hold,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    word: &'static [u8],
    by: &'static [u8],
    then: Mutex<Then>,
    /// The word was said.
    heard: Notify,
    held: watch::Sender<bool>,
}

impl Proxy {
    /// Stands before `server` and listens for `word` from whoever has said `by`: others have business of their own.
    pub async fn before(server: SocketAddr, word: &'static str, by: &'static str) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            word: word.as_bytes(),
            by: by.as_bytes(),
            then: Mutex::new(Then::Pass),
            heard: Notify::new(),
            held: watch::Sender::new(false),
        });
        let ours = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, ours.clone()));
            }
        });
        Proxy { port, shared }
    }

    /// What happens with the next word, once; for `Hold`, with all until they are let go.
    pub fn next(&self, then: Then) {
        *self.shared.then.lock().expect("nobody panics here") = then;
        self.shared.held.send_replace(then == Then::Hold);
    }

    pub fn let_go(&self) {
        self.next(Then::Pass);
    }

    /// Waits until the word was said and `next` was done.
    pub async fn heard(&self) {
        self.shared.heard.notified().await;
    }
}

async fn carry(client: TcpStream, server: SocketAddr, shared: Arc<Shared>) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let cut = Arc::new(Notify::new());
    let cutting = cut.clone();
    let up = async move {
        let mut buffer = vec![0; 1 << 16];
        let mut meant = false;
        loop {
            let read = from_client.read(&mut buffer).await.unwrap_or(0);
            if read == 0 {
                return;
            }
            meant |= says(&buffer[..read], shared.by);
            let then = if meant { shared.then_of(&buffer[..read]) } else { Then::Pass };
            match then {
                Then::CutBefore => return shared.done(&cutting),
                Then::Hold => {
                    shared.heard.notify_one();
                    let _ = shared.held.subscribe().wait_for(|held| !held).await;
                }
                Then::Pass | Then::CutAfter => {}
            }
            if then == Then::CutAfter {
                // No answer may slip through, so the way back is closed first.
                cutting.notify_one();
            }
            if to_server.write_all(&buffer[..read]).await.is_err() {
                return;
            }
            if then == Then::CutAfter {
                shared.heard.notify_one();
                // The server finishes what it was told, also when nobody listens any more.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                return;
            }
        }
    };
    let down = async move {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = tokio::select! {
                biased;
                () = cut.notified() => return,
                read = from_server.read(&mut buffer) => read.unwrap_or(0),
            };
            if read == 0 || to_client.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(up, down);
}

fn says(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

impl Shared {
    fn then_of(&self, bytes: &[u8]) -> Then {
        if !says(bytes, self.word) {
            return Then::Pass;
        }
        let mut then = self.then.lock().expect("nobody panics here");
        if *then == Then::Hold { Then::Hold } else { std::mem::replace(&mut then, Then::Pass) }
    }

    fn done(&self, cut: &Notify) {
        cut.notify_one();
        self.heard.notify_one();
    }
}
