//! How fast one contact may be written to, on channels that know a limit for that.

use std::time::Duration;

use crate::config::table::Table;
use crate::ports::channel::Pace;

const INTERVAL: &str = "contact_interval_ms";
const BURST: &str = "contact_burst";

/// What the table of a whole channel says.
pub fn read(table: &mut Table<'_>) -> Pace {
    Pace { interval: interval(table), burst: burst(table) }
}

/// What an account says, or else its channel.
pub fn read_over(table: &mut Table<'_>, channel: Pace) -> Pace {
    Pace {
        interval: if table.has(INTERVAL) { interval(table) } else { channel.interval },
        burst: if table.has(BURST) { burst(table) } else { channel.burst },
    }
}

fn interval(table: &mut Table<'_>) -> Duration {
    Duration::from_millis(table.number(INTERVAL, 0..=600_000))
}

fn burst(table: &mut Table<'_>) -> u32 {
    table.number(BURST, 1..=1_000) as u32
}
