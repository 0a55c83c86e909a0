//! The one place that makes ids nobody has made before.

/// A new random UUID.
#[allow(clippy::disallowed_methods)]
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A number by which a run can be repeated.
pub fn new_seed() -> u64 {
    u64::from_str_radix(&new_tag(), 16).unwrap_or(1)
}

/// Eight random hex digits, for names that must differ between runs.
pub fn new_tag() -> String {
    new_id()[..8].to_owned()
}
