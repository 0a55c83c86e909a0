//! Under which facets a conversation stands, and at which time.

use rusqlite::{Connection, Result};

use super::super::columns::int;
use crate::adapters::taking_in::moves;
use crate::domain::filter::Standing;

/// Pairs of facet and time.
pub type Places = Vec<(i64, i64)>;

pub fn of(standings: &[Standing]) -> Places {
    standings.iter().map(|standing| (standing.facet.0, int(standing.at))).collect()
}

pub fn write(places: &Places) -> Vec<u8> {
    places.iter().flat_map(|(facet, at)| [facet.to_le_bytes(), at.to_le_bytes()]).flatten().collect()
}

pub fn read(bytes: &[u8]) -> Places {
    let number = |bytes: &[u8]| bytes.try_into().map(i64::from_le_bytes).unwrap_or_default();
    bytes.chunks_exact(16).map(|pair| (number(&pair[..8]), number(&pair[8..]))).collect()
}

pub fn change(index: &Connection, number: i64, before: &Places, now: &Places) -> Result<()> {
    let (gone, come) = moves(before, now);
    let mut delete = index.prepare_cached("DELETE FROM facet WHERE facet = ?1 AND at = ?2 AND number = ?3")?;
    for (facet, at) in gone {
        delete.execute((facet, at, number))?;
    }
    let mut insert = index.prepare_cached("INSERT OR IGNORE INTO facet (facet, at, number) VALUES (?1, ?2, ?3)")?;
    for (facet, at) in come {
        insert.execute((facet, at, number))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_read_as_they_were_written() {
        let places = vec![(i64::MIN, 0), (7, 1_800_000_000_000), (i64::MAX, -1)];
        assert_eq!(super::read(&super::write(&places)), places);
        assert!(super::read(b"damaged").is_empty());
    }
}
