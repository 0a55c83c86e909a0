//! What a run showed.

use std::fmt;

use hdrhistogram::Histogram;

/// Latencies in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

impl Latency {
    /// None if nothing was measured.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Option<Self> {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1000.0;
        (!histogram.is_empty()).then(|| Self { p50: at(0.5), p99: at(0.99), max: histogram.max() as f64 / 1000.0 })
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} / {:.2} / {:.1}", self.p50, self.p99, self.max)
    }
}

/// The figures of a run. Rates and latencies are of the measured part, counts of the whole.
#[derive(Debug, Clone)]
pub struct Report {
    pub seconds: f64,
    /// Messages answered at the provider (or acknowledged, if nobody replies) in the measured part.
    pub measured: u64,
    pub per_second: f64,
    /// Microseconds of the server's CPU for each of them.
    pub cpu_per_message: Option<f64>,
    /// Cores the server kept busy.
    pub cpu_share: Option<f64>,
    pub acked: u64,
    /// Answers other than 200, and connections that broke; each was posted again.
    pub refused: u64,
    /// Messages that were never acknowledged.
    pub given_up: u64,
    /// Replies that never came. Must be zero.
    pub missing: u64,
    /// Replies with metadata that had been seen before. Must be zero.
    pub duplicates: u64,
    /// Replies nobody waited for.
    pub unexpected: u64,
    pub ack: Option<Latency>,
    pub reply: Option<Latency>,
    pub resident: Option<u64>,
}

impl Report {
    /// Whether every message got exactly its replies.
    pub fn is_clean(&self) -> bool {
        self.missing == 0 && self.duplicates == 0 && self.unexpected == 0 && self.given_up == 0
    }

    /// The head of the table whose lines [`Report::line`] writes.
    pub fn heading() -> String {
        format!(
            "{:<22}{:>10}{:>9}{:>7}  {:<22}{:<24}{:>8}{:>6}{:>7}{:>8}",
            "",
            "messages/s",
            "µs CPU",
            "cores",
            "ack p50/p99/max ms",
            "reply p50/p99/max ms",
            "missing",
            "dup",
            "other",
            "RSS MB"
        )
    }

    /// One line of figures under a name.
    pub fn line(&self, name: &str) -> String {
        let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".into());
        format!(
            "{name:<22}{:>10.0}{:>9}{:>7}  {:<22}{:<24}{:>8}{:>6}{:>7}{:>8}",
            self.per_second,
            or_dash(self.cpu_per_message.map(|cpu| format!("{cpu:.1}"))),
            or_dash(self.cpu_share.map(|share| format!("{share:.2}"))),
            or_dash(self.ack.map(|latency| latency.to_string())),
            or_dash(self.reply.map(|latency| latency.to_string())),
            self.missing,
            self.duplicates,
            self.unexpected + self.given_up,
            or_dash(self.resident.map(|bytes| format!("{:.0}", bytes as f64 / 1e6))),
        )
    }
}
