//! The session by which somebody is signed in: it may end while their console is open.

use std::time::Duration;

use actix::prelude::*;
use actix_web_actors::ws;

use super::AgentSession;
use crate::actors::doors;
use crate::wire::close;

/// That somebody is there is noted as often as this.
const SEEN_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Somebody knocks: the session may have ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct LookAtPass;

impl AgentSession {
    pub(super) fn listen_at_door(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let (bus, address) = (self.switchboard.parts().bus.clone(), ctx.address());
        // A console that has too much to do asks with its next ping.
        let look = move || {
            let _ = address.try_send(LookAtPass);
        };
        self.door = Some(doors::listen(&*bus, self.person.id, look));
        self.check_pass(ctx);
    }

    /// Who has signed out, or whose session has ended, sees nothing more.
    pub(super) fn check_pass(&mut self, ctx: &mut ws::WebsocketContext<Self>) {
        let stands = self.pass.stands().into_actor(self);
        ctx.spawn(stands.map(|stands, this, ctx| {
            if !stands {
                return this.line.close(close::SIGNED_OUT, ctx);
            }
            let now = this.switchboard.parts().clock.now();
            if this.noted.is_none_or(|noted| now.since(noted) >= SEEN_AGAIN_AFTER) {
                this.noted = Some(now);
                ctx.spawn(this.pass.seen().into_actor(this));
            }
        }));
    }
}

impl Handler<LookAtPass> for AgentSession {
    type Result = ();

    fn handle(&mut self, _: LookAtPass, ctx: &mut Self::Context) {
        self.check_pass(ctx);
    }
}
