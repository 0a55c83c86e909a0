//! Who answers the ports.

pub mod channels;
pub mod local;
pub mod sqlite;
