//! Which server of a Redis Cluster has which slot, as far as its servers say.
//!
//! The truth moves: whoever is sent elsewhere by a server says so, and everything is looked up again, as it is every few
//! seconds. A wrong answer costs a detour, or a look at the store.

use std::sync::Arc;
use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, RedisResult, Value};
use tokio::sync::{Notify, watch};

use super::keys::part_of;

const SLOTS: u16 = 16_384;
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// However often somebody wants it looked up, in between passes so long.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A server that takes longer does not answer; the next is asked.
const LOOK_WITHIN: Duration = Duration::from_secs(1);

/// A server, as the cluster calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slots {
    servers: Vec<Address>,
    /// By slot, a place in `servers`.
    owners: Vec<Option<u16>>,
}

/// The slot of a key or channel.
pub fn slot(name: &str) -> u16 {
    crc16::State::<crc16::XMODEM>::calculate(part_of(name).as_bytes()) % SLOTS
}

impl Slots {
    /// Who has the slot of this key or channel.
    pub fn owner(&self, name: &str) -> Option<&Address> {
        let place = (*self.owners.get(usize::from(slot(name)))?)?;
        self.servers.get(usize::from(place))
    }

    /// All who have slots.
    pub fn servers(&self) -> impl Iterator<Item = &Address> {
        let has = |place: usize| self.owners.iter().any(|owner| owner.map(usize::from) == Some(place));
        self.servers.iter().enumerate().filter(move |(place, _)| has(*place)).map(|(_, server)| server)
    }

    pub fn give(&mut self, slots: std::ops::RangeInclusive<u16>, to: &Address) {
        let known = self.servers.iter().position(|server| server == to);
        let place = known.unwrap_or_else(|| {
            self.servers.push(to.clone());
            self.servers.len() - 1
        });
        self.owners.resize(usize::from(SLOTS), None);
        let owners = self.owners.get_mut(usize::from(*slots.start())..=usize::from(*slots.end()));
        owners.into_iter().flatten().for_each(|owner| *owner = u16::try_from(place).ok());
    }

    /// Out of the answer to `CLUSTER SLOTS`: ranges, each with its primary and then its replicas. A server that does not
    /// know its own name was asked at `asked`.
    fn read(answer: Value, asked: &Address) -> Option<Self> {
        let Value::Array(ranges) = answer else { return None };
        let mut slots = Self::default();
        for range in ranges {
            let Value::Array(range) = range else { return None };
            let [Value::Int(from), Value::Int(to), Value::Array(primary), ..] = &range[..] else { return None };
            let [host, Value::Int(port), ..] = &primary[..] else { return None };
            let host = redis::from_redis_value_ref::<Option<String>>(host).ok()?;
            let host = host.filter(|host| !host.is_empty() && host != "?").unwrap_or_else(|| asked.host.clone());
            let primary = Address { host, port: u16::try_from(*port).ok()? };
            slots.give(u16::try_from(*from).ok()?..=u16::try_from(*to).ok()?, &primary);
        }
        (!slots.servers.is_empty()).then_some(slots)
    }
}

impl Address {
    pub fn of(info: &ConnectionInfo) -> Option<Self> {
        match info.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
                Some(Self { host: host.clone(), port: *port })
            }
            _ => None,
        }
    }

    /// As a server names another, `host:port`; without a host it is its own.
    pub fn read(text: &str, by: &Self) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = if host.is_empty() || host == "?" { &by.host } else { host };
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }

    /// How to connect to it: as to any other of its cluster.
    pub fn like(&self, seed: &ConnectionInfo) -> ConnectionInfo {
        let Self { host, port } = self.clone();
        let address = match seed.addr() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure: *insecure, tls_params: tls_params.clone() }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        seed.clone().set_addr(address)
    }
}

/// Looks every few seconds, and whenever somebody was sent elsewhere; then it asks another server than before.
pub async fn look(seeds: Vec<ConnectionInfo>, seen: Arc<watch::Sender<Slots>>, doubted: Arc<Notify>) {
    let mut turn = 0;
    loop {
        let servers = to_ask(&seeds, &seen.borrow());
        let mut found = None;
        for _ in 0..servers.len() {
            found = ask(&servers[turn % servers.len()]).await;
            if found.is_some() {
                break;
            }
            turn += 1;
        }
        match found {
            Some(slots) => _ = seen.send_if_modified(|seen| std::mem::replace(seen, slots.clone()) != slots),
            None => tracing::debug!("no server of the Redis Cluster says who has which slots"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = doubted.notified() => {
                turn += 1;
                tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            }
        }
    }
}

/// Whoever has slots, and whoever the settings name: they may all be replaced over the years.
fn to_ask(seeds: &[ConnectionInfo], slots: &Slots) -> Vec<ConnectionInfo> {
    let owners = seeds.first().into_iter().flat_map(|seed| slots.servers().map(|server| server.like(seed)));
    let mut all: Vec<ConnectionInfo> = owners.collect();
    all.extend(seeds.iter().cloned());
    all
}

async fn ask(server: &ConnectionInfo) -> Option<Slots> {
    let asked = async {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(LOOK_WITHIN))
            .set_response_timeout(Some(LOOK_WITHIN));
        let client = Client::open(server.clone())?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        redis::cmd("CLUSTER").arg("SLOTS").query_async::<Value>(&mut connection).await
    };
    let answer: RedisResult<Value> = tokio::time::timeout(LOOK_WITHIN, asked).await.ok()?;
    Slots::read(answer.ok()?, &Address::of(server)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> Address {
        Address { host: "10.0.0.5".into(), port }
    }

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn a_servers_answer_is_read() {
        let server = |host: Value, port| Value::Array(vec![host, Value::Int(port), text("id"), Value::Array(vec![])]);
        let range =
            |from, to, servers: Vec<Value>| Value::Array([vec![Value::Int(from), Value::Int(to)], servers].concat());
        let answer = Value::Array(vec![
            range(0, 8191, vec![server(text("10.0.0.6"), 1), server(text("10.0.0.7"), 2)]),
            range(8192, 16383, vec![server(Value::Nil, 3)]),
        ]);
        let slots = Slots::read(answer, &at(9)).expect("it can be read");
        let all: Vec<_> = slots.servers().cloned().collect();
        assert_eq!(all, [Address { host: "10.0.0.6".into(), port: 1 }, at(3)]);
        assert_eq!(slot("{nodes}"), slot("nodes"));
        assert_eq!(slot("123456789"), 0x31c3, "the specification's own example");
        assert_eq!(slots.owner("123456789"), Some(&at(3)));
        assert_eq!(Slots::read(text("no"), &at(9)), None);
    }

    #[test]
    fn a_slot_that_moved_is_elsewhere() {
        let mut slots = Slots::default();
        assert_eq!(slots.owner("a"), None);
        slots.give(0..=16383, &at(1));
        slots.give(slot("a")..=slot("a"), &at(2));
        assert_eq!((slots.owner("a"), slots.owner("b")), (Some(&at(2)), Some(&at(1))));
        slots.give(0..=16383, &at(2));
        assert_eq!(slots.servers().collect::<Vec<_>>(), [&at(2)]);
    }

    #[test]
    fn servers_are_read_as_others_name_them() {
        let read = |text: &str| Address::read(text, &at(1));
        assert_eq!(read("10.0.0.5:7"), Some(at(7)));
        assert_eq!(read(":7"), Some(at(7)));
        assert_eq!(read("::1:7"), Some(Address { host: "::1".into(), port: 7 }));
        assert_eq!(read("somewhere"), None);
    }
}
