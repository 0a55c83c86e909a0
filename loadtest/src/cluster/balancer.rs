//! One door for all nodes, as a load balancer has it: the next node that takes the connection gets it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const CONNECT_MAX: Duration = Duration::from_secs(1);

/// Dropping it closes the door.
pub struct Balancer {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Balancer {
    pub async fn before(nodes: Vec<SocketAddr>) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let nodes: Arc<[SocketAddr]> = nodes.into();
        let accepting = tokio::spawn(async move {
            let mut next = 0;
            while let Ok((client, _)) = listener.accept().await {
                next += 1;
                tokio::spawn(carry(client, nodes.clone(), next));
            }
        });
        Ok(Self { address, accepting })
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(mut client: TcpStream, nodes: Arc<[SocketAddr]>, first: usize) {
    for turn in 0..nodes.len() {
        let node = nodes[(first + turn) % nodes.len()];
        if let Ok(Ok(mut server)) = tokio::time::timeout(CONNECT_MAX, TcpStream::connect(node)).await {
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
