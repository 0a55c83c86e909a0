//! Who answers the ports.

pub mod local;
