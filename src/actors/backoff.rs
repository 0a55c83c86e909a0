//! How long to wait before the next try.

use std::time::Duration;

use crate::dice;

/// Not even the luckiest throw tries again at once.
const LEAST: Duration = Duration::from_millis(500);
const DOUBLINGS_MAX: u32 = 20;

/// Anything up to `first` after the try with the number 1, up to twice that after the next, and so on up to `most`: who
/// failed together does not come back together.
pub fn full_jitter(attempt: u32, first: Duration, most: Duration) -> Duration {
    LEAST + dice::up_to(span(attempt, first, most))
}

fn span(attempt: u32, first: Duration, most: Duration) -> Duration {
    first.saturating_mul(1 << attempt.saturating_sub(1).min(DOUBLINGS_MAX)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_from_the_first_to_the_most_and_never_beyond() {
        let (first, most) = (Duration::from_secs(10), Duration::from_secs(60));
        let spans = [0, 1, 2, 3, 4, u32::MAX].map(|attempt| span(attempt, first, most).as_secs());
        assert_eq!(spans, [10, 10, 20, 40, 60, 60]);
        let waits = (0..100).map(|_| full_jitter(1, first, most));
        assert!(waits.into_iter().all(|wait| (LEAST..=LEAST + first).contains(&wait)));
    }
}
