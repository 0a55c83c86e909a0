//! Every key and channel, in one place.
//!
//! All begin with `sb:` and the cluster's id, so that two installations on one Redis never meet. What stands in braces
//! decides the slot of a Redis Cluster; every script touches the keys of one slot only.
//!
//! | key or channel | what it is |
//! |---|---|
//! | `sb:clusters` | sorted set: cluster id → when it was last seen, ms |
//! | `sb:<id>:{nodes}:z` | sorted set: incarnation → end of its lease |
//! | `sb:<id>:{nodes}:m` | hash: incarnation → JSON about the node |
//! | `sb:<id>:d:{p}:c:<conversation>`, `…:a:<account>` | hash: who has the actor |
//! | `sb:<id>:k:{<incarnation>}` | channel: letters to a node |
//! | `sb:<id>:k:{nodes}:<incarnation>` | channel: the same, while the other one's server of a Redis Cluster is away |
//! | `sb:<id>:e:{p}:<conversation>` | channel: what a conversation committed |
//! | `sb:<id>:l:{lists}` | channel: rows of the lists |

use crate::domain::ids::{ConversationId, Incarnation};
use crate::ports::directory::ActorName;

/// The installations that use this Redis, each under its id.
pub const CLUSTERS: &str = "sb:clusters";

#[derive(Debug, Clone)]
pub struct Keys {
    pub cluster: String,
}

impl Keys {
    /// The store's generation names the cluster: nodes that share a store share it, and a restored store is another one.
    pub fn new(generation: &str) -> Self {
        let letters: Vec<char> = generation.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        Self { cluster: letters[letters.len().saturating_sub(12)..].iter().collect() }
    }

    pub fn members(&self) -> String {
        self.key("{nodes}:z")
    }

    pub fn about(&self) -> String {
        self.key("{nodes}:m")
    }

    /// For a test write.
    pub fn probe(&self) -> String {
        self.key("{nodes}:probe")
    }

    pub fn entry(&self, name: &ActorName) -> String {
        match name {
            ActorName::Conversation(id) => self.key(&format!("d:{{{}}}:c:{id}", part(*id))),
            ActorName::Sender(id) => self.key(&format!("d:{{{}}}:a:{id}", tag(id.as_str().as_bytes()))),
        }
    }

    pub fn letters(&self, node: Incarnation) -> String {
        self.key(&format!("k:{{{node}}}"))
    }

    /// Letters to a node that cannot go by their own server of a cluster.
    pub fn letters_by_registry(&self, node: Incarnation) -> String {
        self.key(&format!("k:{{nodes}}:{node}"))
    }

    /// Where a letter that was to go by this channel may go, too.
    pub fn second_way(&self, channel: &str) -> Option<String> {
        let node = channel.strip_prefix(&self.key("k:{"))?.strip_suffix('}')?;
        Some(self.letters_by_registry(node.parse().ok()?))
    }

    pub fn events(&self, conversation: ConversationId) -> String {
        self.key(&format!("e:{{{}}}:{conversation}", part(conversation)))
    }

    /// Whose events the channel carries, if it is such a channel.
    pub fn conversation_of(&self, channel: &str) -> Option<ConversationId> {
        let rest = channel.strip_prefix(&self.key("e:{"))?;
        rest.split_once("}:")?.1.parse().ok().map(ConversationId)
    }

    pub fn lists(&self) -> String {
        self.key("l:{lists}")
    }

    fn key(&self, rest: &str) -> String {
        format!("sb:{}:{rest}", self.cluster)
    }
}

/// What decides the slot of a key or channel.
pub fn part_of(key: &str) -> &str {
    let inner = key.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    inner.map(|(part, _)| part).filter(|part| !part.is_empty()).unwrap_or(key)
}

/// Conversations of one part share a slot.
fn part(conversation: ConversationId) -> &'static str {
    tag(conversation.0.as_bytes())
}

fn tag(id: &[u8]) -> &'static str {
    TAGS[(xxhash_rust::xxh3::xxh3_64(id) % TAGS.len() as u64) as usize]
}

/// Tag *i* hashes into one of the slots 64·i + 24 … 39, so that any sensible number of primaries gets equal shares. Frozen:
/// a change would move every entry.
#[rustfmt::skip]
const TAGS: [&str; 256] = [
    "021", "8f", "025", "8b", "9t", "d7", "9p", "d3", "6l", "0f1", "6h", "0f5", "07", "mt", "03", "7z",
    "ae", "018", "aa", "0k6", "15j", "07c", "y8", "07g", "0e8", "5e", "3eq", "5a", "4w", "i4", "4s", "i0",
    "0o6", "ea", "058", "ee", "ds", "90", "dw", "94", "1a", "2d1", "1e", "0a8", "m0", "0s", "m4", "0w",
    "fh", "065", "fl", "061", "12g", "gz", "12c", "00j", "0b5", "2h", "0b1", "2l", "3z", "43", "it", "47",
    "0y9", "7f", "18u", "7b", "6t", "k7", "6p", "19", "9l", "0i1", "9h", "0i5", "17i", "bt", "e9", "8z",
    "4o", "0d2", "4k", "0d6", "24", "ow", "20", "5y", "002", "0mq", "006", "0mu", "06i", "f4", "ay", "f0",
    "1ev", "0k", "1er", "0o", "1y", "60", "kw", "64", "dk", "046", "do", "042", "b0", "ey", "b4", "02i",
    "3b", "095", "3f", "091", "59", "2p", "o7", "2t", "0m5", "gb", "0m1", "gf", "fp", "a9", "ft", "13i",
    "8d", "023", "bj", "027", "d5", "9v", "d1", "9r", "0f3", "6n", "0f7", "6j", "mv", "05", "7x", "01",
    "0k0", "ag", "0k4", "ac", "07a", "15h", "07e", "g8", "5g", "3ew", "5c", "3es", "i6", "4u", "38", "4q",
    "ec", "0o4", "eg", "0o0", "92", "dq", "96", "du", "2d3", "1c", "1dz", "1g", "0q", "78", "0u", "m6",
    "067", "fj", "063", "fn", "gx", "12e", "00h", "12a", "2j", "0b7", "2n", "089", "41", "3x", "45", "iv",
    "7d", "0g9", "mj", "18w", "k5", "6v", "k1", "6r", "039", "9n", "0i7", "9j", "bv", "17k", "8x", "17o",
    "0d0", "4m", "0d4", "4i", "ou", "26", "oq", "22", "07y", "000", "0mw", "004", "f6", "06k", "f2", "06o",
    "0i", "1et", "0m", "1ep", "62", "kq", "66", "ku", "044", "di", "040", "dm", "02o", "88", "02k", "b6",
    "097", "ij", "093", "3d", "2r", "o1", "2v", "o5", "yb", "0m7", "gd", "079", "13o", "fr", "13k", "fv",
];

#[cfg(test)]
mod tests {
    use super::super::slots::slot;
    use super::*;

    #[test]
    fn every_tag_hashes_into_its_own_part_of_the_slots() {
        for (number, tag) in TAGS.iter().enumerate() {
            let slot = usize::from(slot(tag));
            assert!((64 * number + 24..64 * number + 40).contains(&slot), "{tag} has slot {slot}");
        }
    }

    #[test]
    fn a_channel_is_known_by_its_conversation() {
        let (keys, id) = (Keys::new("somewhere"), ConversationId(uuid::Uuid::from_u128(7)));
        assert_eq!(keys.conversation_of(&keys.events(id)), Some(id));
        assert_eq!(keys.conversation_of(&keys.lists()), None);
    }

    #[test]
    fn letters_have_a_second_way_by_the_registry() {
        let (keys, node) = (Keys::new("somewhere"), Incarnation(uuid::Uuid::from_u128(7)));
        let second = keys.second_way(&keys.letters(node)).expect("there is one");
        assert_eq!(second, keys.letters_by_registry(node));
        assert_eq!(part_of(&second), part_of(&keys.members()));
        assert_eq!(keys.second_way(&second), None);
        assert_eq!(keys.second_way(&keys.lists()), None);
    }

    #[test]
    fn a_key_names_its_cluster() {
        let keys = Keys::new("0198c1de-0000-7000-8000-00000000000a");
        assert_eq!(keys.members(), "sb:00000000000a:{nodes}:z");
    }
}
