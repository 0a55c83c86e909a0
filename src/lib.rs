pub mod adapters;
pub mod config;
pub mod domain;
pub mod machine;
pub mod ports;
pub mod wire;
