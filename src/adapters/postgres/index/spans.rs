//! Spans of time as words, so that an index without an order can be asked for the newest.

/// Widths of spans, as powers of two of milliseconds: 70 minutes, 9 hours, 3 days, 25 days, 7 months, 4 years.
const WIDTHS: [u32; 6] = [22, 25, 28, 31, 34, 37];

/// The spans that a time lies in. No word that anybody writes begins like them.
pub fn of(at: i64) -> impl Iterator<Item = String> {
    (0..WIDTHS.len()).map(move |width| span(width, at))
}

fn span(width: usize, at: i64) -> String {
    format!("@{width}.{:x}", at >> WIDTHS[width])
}

/// Ever wider spans back from a time, each with its beginning; in the last, everything.
pub fn back_from(at: i64) -> impl Iterator<Item = (Option<String>, i64)> {
    let mut upper = at;
    let spans = (0..WIDTHS.len()).map(move |width| {
        let begin = (upper >> WIDTHS[width]) << WIDTHS[width];
        let found = (Some(span(width, upper)), begin);
        upper = begin.saturating_sub(1);
        found
    });
    spans.chain(std::iter::once((None, i64::MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_from_any_time_leaves_nothing_out() {
        for now in [1_800_000_000_000, (1_i64 << 40) - 1, 1 << 40, 5] {
            for age in [0, 1, 1 << 20, 1 << 26, 1 << 30, 1 << 35, 1 << 39] {
                let (at, mut upper) = (now - age, now);
                let spans: Vec<String> = of(at).collect();
                let found = back_from(now).position(|(span, begin)| {
                    let within = begin <= at && at <= upper && span.is_none_or(|span| spans.contains(&span));
                    upper = begin.saturating_sub(1);
                    within
                });
                assert!(found.is_some(), "{age} ms before {now}");
            }
        }
    }
}
