//! Switchboard: a self-hosted, real-time conversation switchboard.
pub mod actors;
pub mod adapters;
pub mod bots;
pub mod config;
pub mod dice;
pub mod doctor;
pub mod domain;
pub mod edge;
pub mod machine;
pub mod node;
pub mod ports;
pub mod wire;
