//! A reply with a file: the file belongs to the message before the message is asked for.

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use crate::domain::command::Command;
use crate::domain::ids::{ConversationId, Seq};
use crate::domain::upload::{UploadKey, attachment};
use crate::ports::store::StoreError;
use crate::ports::uploads::Upload;
use crate::wire::console::Tell;

const NO_UPLOAD: &str = "the file is not there any more; attach it again";

/// As it was asked for.
pub struct Reply {
    pub conversation: String,
    pub cid: String,
    pub text: String,
    pub file: String,
    pub seen: Seq,
    pub anyway: bool,
}

impl AgentSession {
    pub(super) fn reply_with(&mut self, reference: u64, reply: Reply, ctx: &mut ws::WebsocketContext<Self>) {
        let Reply { conversation, cid, text, file, seen, anyway } = reply;
        let conversation = conversation.parse::<ConversationId>().ok().filter(|_| uuid::Uuid::parse_str(&cid).is_ok());
        let Some(conversation) = conversation else {
            return self.error(Some(reference), "bad_id", "conversation and cid must be UUIDs", ctx);
        };
        let Some(key) = UploadKey::parse(&file) else { return self.no_upload(reference, ctx) };
        let kept = self.switchboard.parts().uploads.keep_uploads(vec![key], self.person.id.0, cid.clone());
        // Nothing this console asks later may come before it.
        ctx.wait(kept.into_actor(self).map(move |kept: Result<Option<Vec<Upload>>, StoreError>, this, ctx| {
            let upload = match kept {
                Ok(kept) => kept.and_then(|kept| kept.into_iter().next()),
                Err(error) => return this.error(Some(reference), "unavailable", &error.to_string(), ctx),
            };
            let Some(Upload { key, name, bytes, .. }) = upload else { return this.no_upload(reference, ctx) };
            let (agent, attachment) = (this.agent(), Some(attachment(key, &name, bytes)));
            this.send(reference, conversation, cid, Command::Reply { agent, text, attachment, seen, anyway }, ctx);
        }));
    }

    fn no_upload(&mut self, reference: u64, ctx: &mut ws::WebsocketContext<Self>) {
        let (code, text) = ("no_upload".to_owned(), NO_UPLOAD.to_owned());
        self.tell(&Tell::Refused { reference, code, text, said: Vec::new() }, ctx);
    }

    /// The command is refused for good: its file, if it had one, may go with another.
    pub(super) fn release(&self, cid: &str, ctx: &mut ws::WebsocketContext<Self>) {
        let released = self.switchboard.parts().uploads.release_uploads(self.person.id.0, cid.to_owned());
        ctx.spawn(released.into_actor(self).map(|_, _, _| ()));
    }
}
