//! The one connection of the bus: what is published and who is subscribed. Its owner rebuilds it when it fails; no
//! client's silent re-subscription is trusted.

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, Pipeline, PushInfo, PushKind, RedisFuture, RedisResult, TlsMode, Value,
};
use tokio::sync::mpsc;

use super::place::Place;
use super::pool::ANSWER_WITHIN;

/// Messages that may wait to be read; with more, listeners are told that they missed something.
const WAITING_MAX: usize = 16_384;

#[derive(Clone)]
pub enum Link {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// What the connection brings.
pub enum Push {
    Message {
        channel: String,
        payload: Vec<u8>,
    },
    /// This channel is not heard any more: we wanted it so, or its slot has moved to another server.
    Unsubscribed {
        channel: String,
    },
    /// The reader was too slow, or the connection broke.
    Lost,
    Broken,
}

impl Link {
    pub async fn open(place: &Place) -> RedisResult<(Self, mpsc::Receiver<Push>)> {
        let (to, pushes) = mpsc::channel(WAITING_MAX);
        let config = || {
            AsyncConnectionConfig::new()
                .set_connection_timeout(Some(ANSWER_WITHIN))
                .set_response_timeout(Some(ANSWER_WITHIN))
                .set_push_sender(reader(to.clone()))
        };
        let link = match place {
            Place::One(info) => {
                let client = Client::open(info.clone())?;
                Link::One(client.get_multiplexed_async_connection_with_config(&config()).await?)
            }
            Place::Sentinel { sentinels, name, primary, tls } => {
                let node =
                    SentinelNodeConnectionInfo::default().set_redis_connection_info(primary.redis_settings().clone());
                let node = if *tls { node.set_tls_mode(TlsMode::Secure) } else { node };
                let sentinels = sentinels.clone();
                let mut client = SentinelClient::build(sentinels, name, Some(node), SentinelServerType::Master)?;
                let client = client.async_get_client().await?;
                Link::One(client.get_multiplexed_async_connection_with_config(&config()).await?)
            }
            Place::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes.clone())
                    .use_protocol(redis::ProtocolVersion::RESP3)
                    .connection_timeout(ANSWER_WITHIN)
                    .response_timeout(ANSWER_WITHIN)
                    .push_sender(reader(to.clone()))
                    .build()?;
                Link::Cluster(client.get_async_connection().await?)
            }
        };
        Ok((link, pushes))
    }

    /// Hears these channels (`on`), or hears them no more. Over a Redis Cluster all must be in one slot.
    ///
    /// Each channel is confirmed on its own. All confirmations must be waited for: one that nobody expects would be taken
    /// for the answer to another command.
    pub async fn change(&self, on: bool, channels: &[String]) -> RedisResult<()> {
        match self.clone() {
            Link::Cluster(mut connection) if on => connection.ssubscribe(channels).await,
            Link::Cluster(mut connection) => connection.sunsubscribe(channels).await,
            // Should it be refused, with a single answer, the wait ends by the time that any answer may take.
            Link::One(mut connection) => {
                let verb = if on { "SSUBSCRIBE" } else { "SUNSUBSCRIBE" };
                let command = redis::pipe().cmd(verb).arg(channels).to_owned();
                connection.req_packed_commands(&command, 0, channels.len()).await.map(|_| ())
            }
        }
    }
}

/// Never blocks, or the whole connection would: what does not fit is lost, and said to be.
fn reader(to: mpsc::Sender<Push>) -> impl Fn(PushInfo) -> Result<(), ()> + Send + Sync + 'static {
    let lost = std::sync::atomic::AtomicBool::new(false);
    move |push: PushInfo| {
        use std::sync::atomic::Ordering::Relaxed;
        let push = match push.kind {
            PushKind::SMessage => message(push.data),
            PushKind::SUnsubscribe => unsubscribed(push.data),
            PushKind::Disconnection => Some(Push::Broken),
            _ => None,
        };
        let Some(push) = push else { return Ok(()) };
        if lost.load(Relaxed) && to.try_send(Push::Lost).is_ok() {
            lost.store(false, Relaxed);
        }
        if to.try_send(push).is_err() {
            metrics::counter!("switchboard_bus_overflows_total").increment(1);
            lost.store(true, Relaxed);
        }
        Ok(())
    }
}

fn message(data: Vec<Value>) -> Option<Push> {
    let mut data = data.into_iter();
    match (data.next()?, data.next()?) {
        (Value::BulkString(channel), Value::BulkString(payload)) => {
            Some(Push::Message { channel: String::from_utf8(channel).ok()?, payload })
        }
        _ => None,
    }
}

fn unsubscribed(data: Vec<Value>) -> Option<Push> {
    match data.into_iter().next()? {
        Value::BulkString(channel) => Some(Push::Unsubscribed { channel: String::from_utf8(channel).ok()? }),
        _ => None,
    }
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Link::One(connection) => connection.req_packed_command(command),
            Link::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Link::One(connection) => connection.req_packed_commands(pipeline, offset, count),
            Link::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Link::One(connection) => connection.get_db(),
            Link::Cluster(connection) => connection.get_db(),
        }
    }
}
