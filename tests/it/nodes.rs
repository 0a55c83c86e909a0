//! Several nodes are one switchboard.

mod moves;
mod places;
mod props;
mod start;
mod weather;
mod words;
