//! How much may be attached from one address within an hour. Visitors are made by anybody, as many as they like; addresses
//! are not. Kept by each node for itself.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::time::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);
/// Beyond it, whoever has attached least is forgotten.
const ENTRIES_MAX: usize = 10_000;

#[derive(Default)]
pub struct Addresses(Mutex<HashMap<IpAddr, Entry>>);

#[derive(Debug, Clone, Copy)]
struct Entry {
    since: Timestamp,
    files: usize,
    bytes: u64,
}

/// Within an hour.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    pub files: usize,
    pub bytes: u64,
}

impl Addresses {
    /// Whether a file of this length may come from there, too; it counts then, whatever becomes of it. An address that nobody
    /// knows has no bound.
    pub fn take(&self, from: Option<IpAddr>, bytes: u64, bound: Bound, now: Timestamp) -> bool {
        let Some(from) = from.map(household) else { return true };
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Entry { since: now, files: 0, bytes: 0 };
        let entry = entries.get(&from).copied().filter(|entry| now.since(entry.since) < HOUR).unwrap_or(fresh);
        let with = Entry { files: entry.files + 1, bytes: entry.bytes.saturating_add(bytes), ..entry };
        if with.files > bound.files || with.bytes > bound.bytes {
            return false;
        }
        if entries.len() >= ENTRIES_MAX && !entries.contains_key(&from) {
            make_room(&mut entries, now);
        }
        entries.insert(from, with);
        true
    }
}

fn make_room(entries: &mut HashMap<IpAddr, Entry>, now: Timestamp) {
    entries.retain(|_, entry| now.since(entry.since) < HOUR);
    if entries.len() >= ENTRIES_MAX {
        let least = entries.iter().min_by_key(|(_, entry)| (entry.bytes, entry.since)).map(|(from, _)| *from);
        least.map(|from| entries.remove(&from));
    }
}

/// Whoever has one address of IPv6 mostly has all of its network.
fn household(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(from) => {
            let [a, b, c, d, ..] = from.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        from => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { files: 2, bytes: 100 };

    fn from(address: &str) -> Option<IpAddr> {
        Some(address.parse().expect("an address"))
    }

    #[test]
    fn an_address_may_attach_so_much_within_an_hour() {
        let (addresses, now) = (Addresses::default(), Timestamp(1_000));
        assert!(addresses.take(from("192.0.2.1"), 10, BOUND, now));
        assert!(!addresses.take(from("192.0.2.1"), 91, BOUND, now), "too many bytes");
        assert!(addresses.take(from("192.0.2.1"), 90, BOUND, now), "what was refused does not count");
        assert!(!addresses.take(from("192.0.2.1"), 0, BOUND, now), "too many files");
        assert!(addresses.take(from("192.0.2.2"), 10, BOUND, now), "others are not touched");
        assert!(addresses.take(from("192.0.2.1"), 10, BOUND, now + HOUR));
        assert!(addresses.take(None, 1_000, BOUND, now));
    }

    #[test]
    fn one_network_is_one_household() {
        let (addresses, now) = (Addresses::default(), Timestamp(1_000));
        assert!(addresses.take(from("2001:db8:1:2::1"), 100, BOUND, now));
        assert!(!addresses.take(from("2001:db8:1:2:ffff::9"), 1, BOUND, now));
        assert!(addresses.take(from("2001:db8:1:3::1"), 1, BOUND, now));
        assert!(addresses.take(from("::ffff:192.0.2.1"), 100, BOUND, now));
        assert!(!addresses.take(from("192.0.2.1"), 1, BOUND, now));
    }

    #[test]
    fn a_flood_of_addresses_fills_no_memory_and_frees_nobody_who_has_had_much() {
        let (addresses, now) = (Addresses::default(), Timestamp(1_000));
        assert!(addresses.take(from("192.0.2.1"), 100, BOUND, now));
        for number in 0..u32::try_from(ENTRIES_MAX + 10).expect("small") {
            addresses.take(Some(IpAddr::V4((0x0a00_0000 + number).into())), 1, BOUND, now);
        }
        assert_eq!(addresses.0.lock().expect("a lock").len(), ENTRIES_MAX);
        assert!(!addresses.take(from("192.0.2.1"), 1, BOUND, now));
    }
}
