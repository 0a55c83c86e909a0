//! On one machine every actor is ours; the store's lock file keeps other processes out.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use crate::domain::ids::Incarnation;
use crate::ports::directory::{ActorName, Advice, Claim, Directory};

pub struct LocalDirectory;

impl Directory for LocalDirectory {
    fn elsewhere(&self, _: &ActorName) -> Option<Incarnation> {
        None
    }

    fn forget(&self, _: &ActorName) {}

    fn claim(&self, _: ActorName) -> Advice<Claim> {
        ready(Ok(Claim::Ours)).boxed()
    }

    fn confirm(&self, _: ActorName, _: u64) -> Advice<bool> {
        ready(Ok(true)).boxed()
    }

    fn touch(&self, _: ActorName, _: u64) -> Advice<bool> {
        ready(Ok(true)).boxed()
    }

    fn release(&self, _: ActorName, _: u64) -> Advice<()> {
        ready(Ok(())).boxed()
    }

    fn well(&self) {}

    fn drain(&self) {}

    fn leave(&self) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}
