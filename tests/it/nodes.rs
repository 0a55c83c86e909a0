//! Several nodes are one switchboard.

mod commands;
mod failover;
mod moves;
mod places;
mod props;
mod start;
mod weather;
mod words;
