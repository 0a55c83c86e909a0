//! Versions of bots, over real sockets.

mod api;
mod command_line;
mod files;
mod props;
mod publishing;
