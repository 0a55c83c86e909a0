//! Versions of bots, over real sockets.

mod files;
mod props;
mod publishing;
