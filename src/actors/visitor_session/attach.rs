//! A message with files: they belong to it before it is heard.

use actix::prelude::*;
use actix_web_actors::ws;

use super::VisitorSession;
use crate::domain::message::Heard;
use crate::domain::upload::{FILES_MAX, UploadKey, attachment};
use crate::ports::uploads::Upload;

const NO_UPLOAD: &str = "a file is not there any more; attach it again";

impl VisitorSession {
    /// Their files belong to the message from now on: it is heard once that is durable, and before anything else is.
    pub(super) fn attach(&mut self, id: String, heard: Heard, files: &[String], ctx: &mut ws::WebsocketContext<Self>) {
        let keys: Option<Vec<UploadKey>> = files.iter().map(|key| UploadKey::parse(key)).collect();
        let (Some(visitor), Some(keys)) = (&self.visitor, keys.filter(|keys| keys.len() <= FILES_MAX)) else {
            return self.error(Some(id), "no_upload", NO_UPLOAD, false, ctx);
        };
        let owner = visitor.contact.conversation.0;
        let kept = self.switchboard.parts().uploads.keep_uploads(keys, owner, id.clone());
        ctx.wait(kept.into_actor(self).map(move |kept, this, ctx| match kept {
            Ok(Some(uploads)) => {
                let attached = |upload: &Upload| attachment(upload.key, &upload.name, upload.bytes);
                let attachments = uploads.iter().map(attached).collect();
                this.hear(id, Heard { attachments, ..heard }, ctx);
            }
            Ok(None) => this.error(Some(id), "no_upload", NO_UPLOAD, false, ctx),
            Err(error) => this.error(Some(id), "unavailable", &error.to_string(), true, ctx),
        }));
    }
}
