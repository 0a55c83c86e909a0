//! A place that a contact shares: a link that every browser can open.

use super::lenient::label;
use crate::domain::message::{Attachment, AttachmentKind};

pub fn place(latitude: f64, longitude: f64, name: &str) -> Attachment {
    let url = format!("https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=16/{latitude}/{longitude}");
    let name = if name.is_empty() { format!("{latitude}, {longitude}") } else { label(name) };
    Attachment { kind: AttachmentKind::Other, url, name, bytes: None }
}
