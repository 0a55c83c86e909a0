//! What is shown beside messages: that somebody writes, that somebody has read.

use serde::Serialize;

use crate::ports::channel::Courtesy;

#[derive(Serialize)]
pub struct Body {
    recipient: Recipient,
    sender_action: &'static str,
}

#[derive(Serialize)]
struct Recipient {
    id: String,
}

/// None for what Meta has nothing for.
pub fn body(to: &str, courtesy: &Courtesy) -> Option<Body> {
    let sender_action = match courtesy {
        // It goes away with the next message, or after twenty seconds.
        Courtesy::Types => "typing_on",
        Courtesy::Seen => "mark_seen",
        Courtesy::Tapped { .. } | Courtesy::Read { .. } => return None,
    };
    Some(Body { recipient: Recipient { id: to.to_owned() }, sender_action })
}
