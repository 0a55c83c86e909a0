//! How letters leave this node.

use std::sync::Arc;

use actix::prelude::*;
use anyhow::Context as _;
use tokio::runtime::Handle;

use super::storage::Storage;
use crate::actors::alerter::{Alerter, Settings};
use crate::actors::switchboard::Switchboard;
use crate::adapters::alerts::nobody::Nobody;
use crate::adapters::alerts::smtp::Smtp;
use crate::config::Config;
use crate::ports::alert::Mailer;
use crate::ports::people::People;

pub struct Alerts {
    people: Arc<dyn People>,
    mailer: Arc<dyn Mailer>,
    settings: Settings,
    io: Handle,
}

impl Alerts {
    pub fn of(config: &Config, storage: &Storage, base_url: &str, io: &Handle) -> anyhow::Result<Self> {
        let mailer: Arc<dyn Mailer> = match &config.smtp {
            Some(server) => {
                let smtp = Smtp::new(server.clone(), config.letters.timeout);
                Arc::new(smtp.context("the mail server in [smtp] cannot be used")?)
            }
            None => Arc::new(Nobody),
        };
        let settings = Settings {
            base_url: base_url.to_owned(),
            timeout: config.letters.timeout,
            letters_per_minute: config.letters.per_minute,
        };
        Ok(Self { people: storage.people.clone(), mailer, settings, io: io.clone() })
    }

    pub fn start(self, switchboard: &Switchboard, shard: &ArbiterHandle) -> Addr<Alerter> {
        let switchboard = switchboard.clone();
        let Self { people, mailer, settings, io } = self;
        Alerter::start_in_arbiter(shard, move |_| Alerter::new(switchboard, people, mailer, io, settings))
    }
}
