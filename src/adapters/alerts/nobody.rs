//! An installation without a mail server: every letter is refused, in words that the conversation shows.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::ports::alert::{Letter, Mailer, Posted};

pub const REASON: &str = "no mail server is configured: set host and from under [smtp] in the configuration";

pub struct Nobody;

impl Mailer for Nobody {
    fn post(&self, _: Letter) -> BoxFuture<'static, Posted> {
        ready(Posted::Refused { reason: REASON.to_owned() }).boxed()
    }
}
