pub mod adapters;
pub mod config;
pub mod dice;
pub mod domain;
pub mod machine;
pub mod ports;
pub mod wire;
