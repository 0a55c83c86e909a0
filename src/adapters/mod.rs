//! Who answers the ports.

pub mod sqlite;
