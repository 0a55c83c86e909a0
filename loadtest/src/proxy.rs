//! A way through TCP that can hurt: cut, slow, narrow, lossy, or silent, each direction by itself.
//!
//! What a kernel's traffic shaping does is imitated between two sockets, because the shaping is often not to be had: a
//! lost packet, for whoever reads a TCP stream, is a stretch that comes a retransmission later, and everything behind it
//! with it.

use std::net::SocketAddr;
use std::time::Duration;

use rand::RngExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// Stretches that are on their way in one direction of one connection; then the writer waits, as on a full line.
const UNDER_WAY_MAX: usize = 256;
const STRETCH_BYTES_MAX: usize = 16 * 1024;

/// How the way is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    Open,
    /// Connections break, new ones are refused.
    Cut,
    /// Connections stand, and nothing comes through.
    Swallows,
    /// Everything takes so much longer, each way.
    Slow(Duration),
    /// At most so many bytes per second, on each connection.
    Narrow(u32),
    /// This share of the stretches is lost, and sent again after `again`.
    Loses {
        share: f64,
        again: Duration,
    },
    /// Each connection breaks after so many more bytes.
    CutAfter(u64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Ways {
    target: SocketAddr,
    there: Way,
    back: Way,
}

/// Runs on a thread of its own, so that whoever it stands between may block.
pub struct Proxy {
    pub address: SocketAddr,
    ways: watch::Sender<Ways>,
}

impl Proxy {
    pub fn to(target: SocketAddr) -> Self {
        let (ways, seen) = watch::channel(Ways { target, there: Way::Open, back: Way::Open });
        let (told, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serve(seen, told));
        });
        Self { address: address.recv().expect("it listens"), ways }
    }

    pub fn set(&self, way: Way) {
        self.set_each(way, way);
    }

    /// From the client to the server, and back.
    pub fn set_each(&self, there: Way, back: Way) {
        self.ways.send_modify(|ways| (ways.there, ways.back) = (there, back));
    }

    /// New connections go there; those that stand stay where they are.
    pub fn lead_to(&self, target: SocketAddr) {
        self.ways.send_modify(|ways| ways.target = target);
    }
}

async fn serve(mut ways: watch::Receiver<Ways>, told: std::sync::mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    told.send(listener.local_addr().expect("an address")).expect("somebody waits");
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { return };
                let now = *ways.borrow();
                if !now.are_cut() {
                    tokio::spawn(carry(client, now.target, ways.clone()));
                }
            }
            // Whoever held the proxy has gone.
            changed = ways.changed() => if changed.is_err() { return },
        }
    }
}

impl Ways {
    fn are_cut(&self) -> bool {
        self.there == Way::Cut || self.back == Way::Cut
    }
}

async fn carry(client: TcpStream, target: SocketAddr, ways: watch::Receiver<Ways>) {
    let Ok(server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = ways.clone();
    tokio::select! {
        () = pass(from_client, to_server, ways.clone(), |ways| ways.there) => {}
        () = pass(from_server, to_client, ways, |ways| ways.back) => {}
        _ = cut.wait_for(Ways::are_cut) => {}
    }
}

/// One direction of one connection.
async fn pass(from: OwnedReadHalf, to: OwnedWriteHalf, ways: watch::Receiver<Ways>, mine: fn(&Ways) -> Way) {
    let (line, arriving) = mpsc::channel(UNDER_WAY_MAX);
    // What has set out still arrives when nothing more does.
    let setting_out = async {
        set_out(from, line, ways.clone(), mine).await;
        std::future::pending::<()>().await
    };
    tokio::select! {
        () = setting_out => {}
        () = arrive(to, arriving, ways.clone(), mine) => {}
    }
}

async fn set_out(
    mut from: OwnedReadHalf,
    line: mpsc::Sender<(Instant, Vec<u8>)>,
    ways: watch::Receiver<Ways>,
    mine: fn(&Ways) -> Way,
) {
    let mut bytes = vec![0; STRETCH_BYTES_MAX];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let way = mine(&ways.borrow());
        let takes = match way {
            Way::Slow(by) => by,
            Way::Loses { share, again } if rand::rng().random_bool(share) => again,
            _ => Duration::ZERO,
        };
        if line.send((Instant::now() + takes, bytes[..count].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn arrive(
    mut to: OwnedWriteHalf,
    mut line: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut ways: watch::Receiver<Ways>,
    mine: fn(&Ways) -> Way,
) {
    let (mut passed, mut was) = (0, Way::Open);
    while let Some((at, bytes)) = line.recv().await {
        tokio::time::sleep_until(at).await;
        let way = match ways.wait_for(|ways| mine(ways) != Way::Swallows).await {
            Ok(ways) => mine(&ways),
            Err(_) => return,
        };
        (passed, was) = if way == was { (passed, way) } else { (0, way) };
        let whole = bytes.len() as u64;
        let may_pass = if let Way::CutAfter(bytes) = way { whole.min(bytes.saturating_sub(passed)) } else { whole };
        if to.write_all(&bytes[..may_pass as usize]).await.is_err() || may_pass < whole {
            return;
        }
        passed += whole;
        if let Way::Narrow(per_second) = way {
            tokio::time::sleep(Duration::from_secs_f64(whole as f64 / f64::from(per_second.max(1)))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that says back what it hears.
    async fn parrot() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        address
    }

    async fn echoed(stream: &mut TcpStream, bytes: usize) -> std::io::Result<Duration> {
        let since = Instant::now();
        stream.write_all(&vec![7; bytes]).await?;
        stream.read_exact(&mut vec![0; bytes]).await?;
        Ok(since.elapsed())
    }

    #[tokio::test]
    async fn each_direction_is_slow_by_itself_and_nothing_is_lost() {
        let proxy = Proxy::to(parrot().await);
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        assert!(echoed(&mut stream, 10).await.unwrap() < Duration::from_millis(100));
        proxy.set_each(Way::Slow(Duration::from_millis(150)), Way::Open);
        assert!(echoed(&mut stream, 10).await.unwrap() >= Duration::from_millis(150));
        proxy.set(Way::Slow(Duration::from_millis(150)));
        assert!(echoed(&mut stream, 10).await.unwrap() >= Duration::from_millis(300));
        proxy.set(Way::Loses { share: 1.0, again: Duration::from_millis(100) });
        assert!(echoed(&mut stream, 100_000).await.unwrap() >= Duration::from_millis(200));
        proxy.set_each(Way::Narrow(10_000), Way::Open);
        assert!(echoed(&mut stream, 1_000).await.is_ok());
        assert!(echoed(&mut stream, 1_000).await.unwrap() >= Duration::from_millis(90));
    }

    #[tokio::test]
    async fn a_silent_way_gives_back_what_it_swallowed_when_it_opens_again() {
        let proxy = Proxy::to(parrot().await);
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        proxy.set_each(Way::Open, Way::Swallows);
        stream.write_all(b"hello").await.unwrap();
        let mut back = [0; 5];
        assert!(tokio::time::timeout(Duration::from_millis(200), stream.read_exact(&mut back)).await.is_err());
        proxy.set(Way::Open);
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"hello");
    }

    #[tokio::test]
    async fn a_connection_is_cut_after_so_many_bytes_and_a_new_one_after_as_many() {
        let proxy = Proxy::to(parrot().await);
        proxy.set_each(Way::CutAfter(100), Way::Open);
        for _ in 0..2 {
            let mut stream = TcpStream::connect(proxy.address).await.unwrap();
            assert!(echoed(&mut stream, 100).await.is_ok());
            assert!(echoed(&mut stream, 1).await.is_err());
        }
        proxy.set(Way::Cut);
        let mut stream = TcpStream::connect(proxy.address).await.unwrap();
        assert!(echoed(&mut stream, 1).await.is_err());
    }
}
