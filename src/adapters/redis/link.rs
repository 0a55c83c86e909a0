//! A connection of the bus: what is published and who is subscribed. Its owner rebuilds it when it fails; no client's
//! silent re-subscription is trusted.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, PushInfo, PushKind, RedisError, RedisResult, TlsMode,
    Value,
};
use tokio::sync::mpsc;

use super::place::Place;
use super::pool::ANSWER_WITHIN;

/// Messages that may wait to be read; with more, listeners are told that they missed something.
const WAITING_MAX: usize = 16_384;

/// To the one server there is.
#[derive(Clone)]
pub struct Link(MultiplexedConnection);

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

/// The channels that a server has confirmed, and not ended since.
pub type Heard = Arc<Mutex<HashSet<String>>>;

/// To one server.
pub async fn connect(
    info: &ConnectionInfo,
    heard: Option<Heard>,
) -> RedisResult<(MultiplexedConnection, mpsc::Receiver<Push>)> {
    let (config, pushes) = config(heard);
    let connection = Client::open(info.clone())?.get_multiplexed_async_connection_with_config(&config).await?;
    Ok((connection, pushes))
}

fn config(heard: Option<Heard>) -> (AsyncConnectionConfig, mpsc::Receiver<Push>) {
    let (to, pushes) = mpsc::channel(WAITING_MAX);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN))
        .set_push_sender(reader(to, heard));
    (config, pushes)
}

impl Link {
    pub async fn open(place: &Place) -> RedisResult<(Self, mpsc::Receiver<Push>)> {
        let (connection, pushes) = match place {
            Place::One(info) => connect(info, None).await?,
            Place::Sentinel { sentinels, name, primary, tls } => {
                let node =
                    SentinelNodeConnectionInfo::default().set_redis_connection_info(primary.redis_settings().clone());
                let node = if *tls { node.set_tls_mode(TlsMode::Secure) } else { node };
                let sentinels = sentinels.clone();
                let mut client = SentinelClient::build(sentinels, name, Some(node), SentinelServerType::Master)?;
                let client = client.async_get_client().await?;
                let (config, pushes) = config(None);
                (client.get_multiplexed_async_connection_with_config(&config).await?, pushes)
            }
            Place::Cluster(_) => {
                return Err(RedisError::from((ErrorKind::InvalidClientConfig, "a cluster has several servers")));
            }
        };
        Ok((Self(connection), pushes))
    }

    pub fn connection(&self) -> MultiplexedConnection {
        self.0.clone()
    }

    /// Hears these channels (`on`), or hears them no more.
    ///
    /// Each channel is confirmed on its own. All confirmations must be waited for: one that nobody expects would be taken
    /// for the answer to another command. Should it be refused, with a single answer, the wait ends by the time that any
    /// answer may take.
    pub async fn change(&self, on: bool, channels: &[String]) -> RedisResult<()> {
        let verb = if on { "SSUBSCRIBE" } else { "SUNSUBSCRIBE" };
        let command = redis::pipe().cmd(verb).arg(channels).to_owned();
        self.connection().req_packed_commands(&command, 0, channels.len()).await.map(|_| ())
    }
}

/// Never blocks, or the whole connection would: what does not fit is lost, and said to be.
fn reader(to: mpsc::Sender<Push>, heard: Option<Heard>) -> impl Fn(PushInfo) -> Result<(), ()> + Send + Sync + 'static {
    let lost = std::sync::atomic::AtomicBool::new(false);
    move |push: PushInfo| {
        use std::sync::atomic::Ordering::Relaxed;
        if let Some(heard) = &heard {
            note(&push, &mut heard.lock().unwrap_or_else(PoisonError::into_inner));
        }
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
    channel_of(&data).map(|channel| Push::Unsubscribed { channel })
}

fn channel_of(data: &[Value]) -> Option<String> {
    match data.first()? {
        Value::BulkString(channel) => String::from_utf8(channel.clone()).ok(),
        _ => None,
    }
}

fn note(push: &PushInfo, heard: &mut HashSet<String>) {
    match (&push.kind, channel_of(&push.data)) {
        (PushKind::SSubscribe, Some(channel)) => _ = heard.insert(channel),
        (PushKind::SUnsubscribe, Some(channel)) => _ = heard.remove(&channel),
        _ => {}
    }
}
