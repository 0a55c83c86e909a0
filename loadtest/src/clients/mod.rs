//! Clients that speak the product's protocols and write down what they were promised.
//!
//! [`Poster`] posts webhooks as Meta does, [`WebchatClient`] is a visitor's widget, [`ConsoleClient`] an agent's
//! console. Each writes facts into a shared [`ClientLog`]: what was acknowledged, what was received. The `checker`
//! holds these against the store.

mod console;
mod frames;
mod log;
mod poster;
mod socket;
#[cfg(test)]
mod tests;
mod webchat;

pub use console::{Answered, ConsoleClient, sign_in};
pub use frames::{ConsoleFrame, Event, Position, Row, VisitorFrame};
pub use log::{ClientLog, CommandKind, CommandMade, Diary, Outcome, Posted, Reader, Said, Step, diary, read_diary};
pub use poster::Poster;
pub(crate) use socket::Socket;
pub use webchat::WebchatClient;
