//! Several nodes: Redis as the registry and the bus.
//!
//! Redis decides who should act and who hears of it quickly; nothing in it is irreplaceable. Wiped at any moment, it
//! makes everybody slower for some seconds and nobody wrong, because the store decides who may act.
//!
//! - `membership`, `members`: every node beats every 2 s and is dead 8 s after its last beat, for ever; it then goes on under a new
//!   incarnation. `namesake`: two that run under one name by mistake.
//! - `directory`: one hash per actor, changed by `scripts/*.lua` only, each within one slot.
//! - `bus`, `courier`, `link`, `hearing`: what is committed goes to one channel per conversation, the lists' rows to one for
//!   all, and letters (commands, answers, hints) to one per node. One connection, opened anew whenever it is in doubt.
//! - `lines`, `line`, `slots`: the same over a Redis Cluster, by connections of its own to each server, so that one that is
//!   lost, or gives slots away, is missed by nobody who does not need it.
//! - `pool`: the connections for scripts. `keys`: every key. `place`: where Redis is. `checks`: what is wrong with it.

mod bus;
mod checks;
mod courier;
mod directory;
mod hearing;
mod keys;
mod line;
mod lines;
mod link;
pub mod members;
mod membership;
mod namesake;
mod notes;
mod place;
mod pool;
mod slots;

use std::sync::Arc;

use tokio::runtime::Handle;

pub use self::bus::RedisBus;
pub use self::checks::{Trouble, look};
pub use self::directory::RedisDirectory;
use self::keys::Keys;
use self::membership::Membership;
use self::place::Place;
use self::pool::Pool;

/// Makes this process one of several: its directory and its bus.
///
/// `name` tells this node from others and stays over restarts: whoever starts frees what an earlier process of its name had.
/// `generation` is the store's. Everything that waits for Redis does so on `io`.
pub async fn join(
    url: &str,
    name: String,
    generation: String,
    io: &Handle,
) -> Result<(RedisDirectory, RedisBus), String> {
    let place = Place::parse(url)?;
    let keys = Keys::new(&generation);
    let pool = Pool::new(&place)?;
    let membership = Arc::new(Membership::new(pool.clone(), keys.clone(), name));
    let (bus, waiting) = RedisBus::new(keys.clone(), generation, membership.clone());
    match place {
        Place::Cluster(seeds) => io.spawn(lines::carry(bus.0.clone(), seeds, waiting)),
        place => io.spawn(courier::carry(bus.0.clone(), place, waiting)),
    };
    let joining = membership.clone();
    let joined = io.spawn(async move { joining.join().await });
    joined.await.map_err(|_| "this node is stopping".to_owned())?.map_err(|error| error.to_string())?;
    let living = membership.clone();
    io.spawn(async move { living.live().await });
    Ok((RedisDirectory::new(pool, keys, membership, io.clone()), bus))
}
