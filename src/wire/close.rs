//! Why a websocket was closed, and whether the client may come back.

/// A close code and its sentence, at most 123 bytes as the protocol demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseCode(pub u16, pub &'static str);

/// The server is going down or restarting: come back after a short random wait and resume.
pub const RESTARTING: CloseCode = CloseCode(1012, "restarting; come back and resume");
/// A fragmented or binary message: this protocol has neither. Do not repeat it.
pub const UNSUPPORTED: CloseCode = CloseCode(1003, "only whole text frames are understood");
/// A frame over the limit (`frame_bytes_max`). Do not repeat it.
pub const TOO_LARGE: CloseCode = CloseCode(1009, "the frame is over the limit");
/// Three unreadable frames on one socket: look at the errors before coming back.
pub const UNREADABLE: CloseCode = CloseCode(1008, "too many unreadable frames");
/// Nobody is signed in on this socket (any more): sign in first.
pub const SIGNED_OUT: CloseCode = CloseCode(4401, "signed out; sign in again");
/// This page may not use this account: do not come back.
pub const FORBIDDEN: CloseCode = CloseCode(4403, "this origin may not use this account");
/// No such account: do not come back.
pub const NO_ACCOUNT: CloseCode = CloseCode(4404, "no such web chat account");
/// The reader was too slow for its queue: come back and resume from the last seq.
pub const LAGGED: CloseCode = CloseCode(4008, "lagged; resume from seq");
/// Two pings went unanswered: come back and resume.
pub const SILENT: CloseCode = CloseCode(4009, "no answer to two pings; resume from seq");
