//! What a button brings back with a tap: the id of its choice, if the channel has room for it.

/// Before the place of a button whose id is too long.
pub const BY_PLACE: char = '#';

/// The choice's id. One that is too long stays here, and its label comes back in its place.
pub fn data(place: usize, id: &str, bytes_max: usize) -> String {
    let fits = (1..=bytes_max).contains(&id.len()) && !id.starts_with(BY_PLACE);
    if fits { id.to_owned() } else { format!("{BY_PLACE}{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_does_not_fit_is_told_by_its_place() {
        let long = "x".repeat(65);
        assert_eq!(data(3, &long, 64), "#3");
        assert_eq!(data(3, "", 64), "#3");
        assert_eq!(data(3, "#4", 64), "#3");
        assert_eq!(data(3, &long[1..], 64), long[1..]);
    }
}
