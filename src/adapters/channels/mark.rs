//! What we write beside a message at the provider, so that its echo or its receipt tells which delivery it was.

use crate::domain::ids::DeliveryId;

/// Which delivery it is, and which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub id: DeliveryId,
    /// 1, 2, … for the parts before the last. Only the last proves that the delivery went out.
    pub early_part: Option<u32>,
}

impl Mark {
    pub fn is_last(self) -> bool {
        self.early_part.is_none()
    }

    /// Reads what `Display` wrote; none for anything that is not ours.
    pub fn parse(metadata: &str) -> Option<Self> {
        match metadata.split_once(':') {
            None => Some(Self { id: DeliveryId::parse(metadata)?, early_part: None }),
            Some((id, part)) => Some(Self { id: DeliveryId::parse(id)?, early_part: Some(part.parse().ok()?) }),
        }
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id.fmt(out)?;
        self.early_part.map_or(Ok(()), |part| write!(out, ":{part}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, ConversationId};

    #[test]
    fn a_mark_reads_back_what_it_wrote() {
        for early_part in [None, Some(1), Some(12)] {
            let mark = Mark {
                id: DeliveryId { conversation: ConversationId::of(&AccountId::new("page"), "7"), seq: 12 },
                early_part,
            };
            assert_eq!(Mark::parse(&mark.to_string()), Some(mark));
        }
        for foreign in ["", "out_01J9ZQ4T1V", "sb1.", "sb1.zz.1", ":1", "sb1.0:x"] {
            assert_eq!(Mark::parse(foreign), None, "{foreign}");
        }
    }
}
