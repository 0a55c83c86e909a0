//! Who brings alerts to people.

pub mod letter;
pub mod nobody;
pub mod smtp;
