//! Who answers the ports.

pub mod channels;
