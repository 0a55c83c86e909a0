//! One machine: the directory and the bus inside this process.

mod bus;
mod directory;

pub use bus::LocalBus;
pub use directory::LocalDirectory;
