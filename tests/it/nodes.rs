//! Several nodes are one switchboard.

mod moves;
mod props;
mod start;
mod weather;
mod words;
