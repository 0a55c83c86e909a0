//! What we ask of the outside. Each port is small and speaks the words of `domain`; `adapters` answer.

pub mod about;
pub mod alert;
pub mod bots;
pub mod bus;
pub mod channel;
pub mod clock;
pub mod contacts;
pub mod directory;
pub mod dumped;
pub mod fence;
pub mod finding;
pub mod mentions;
pub mod outside;
pub mod people;
pub mod pictures;
pub mod rights;
pub mod sessions;
pub mod store;
pub mod stretch;
pub mod teams;
pub mod tokens;
pub mod uploads;
pub mod views;
pub mod writing;
