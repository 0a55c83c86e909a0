//! A way through TCP that a test can cut, or make swallow everything.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Connections break, new ones are refused.
    Cut,
    /// Connections stand, and nothing comes through.
    Swallows,
    /// Everything takes so much longer, each way.
    Slow(Duration),
}

/// Runs on a thread of its own, so that whoever it stands between may block.
pub struct Proxy {
    pub address: SocketAddr,
    way: watch::Sender<Way>,
}

impl Proxy {
    pub fn to(target: SocketAddr) -> Self {
        let (way, seen) = watch::channel(Way::Open);
        let (told, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(target, seen, told));
        });
        Self { address: address.recv().expect("it listens"), way }
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn serve(target: SocketAddr, mut way: watch::Receiver<Way>, told: std::sync::mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    told.send(listener.local_addr().expect("an address")).expect("somebody waits");
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                if *way.borrow() != Way::Cut {
                    tokio::spawn(carry(client, target, way.clone()));
                }
            }
            // The test is over.
            changed = way.changed() => if changed.is_err() { return },
        }
    }
}

async fn carry(client: TcpStream, target: SocketAddr, way: watch::Receiver<Way>) {
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = way.clone();
    tokio::select! {
        () = pass(from_client, to_server, way.clone()) => {}
        () = pass(from_server, to_client, way) => {}
        _ = cut.wait_for(|way| *way == Way::Cut) => {}
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let now = *way.borrow();
        if let Way::Slow(by) = now {
            tokio::time::sleep(by).await;
        }
        if way.wait_for(|way| *way != Way::Swallows).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
