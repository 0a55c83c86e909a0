//! Several nodes are one switchboard.

mod calls;
mod commands;
mod failover;
mod moves;
mod places;
mod presence;
mod props;
mod sessions;
mod start;
mod trouble;
mod weather;
mod words;
