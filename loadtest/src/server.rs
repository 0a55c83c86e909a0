//! A server in a process of its own: started, waited for, killed, asked to end.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::http;
use crate::product::{READY, START_MAX};
use crate::{clock, process};

/// A running server. Dropping it kills it.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts the command and waits until it is ready. Its output is appended to `log`.
    pub async fn start(mut command: Command, address: SocketAddr, log: &Path) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut server = Self { child, address };
        let until = clock::instant() + START_MAX;
        while !server.is_ready().await {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended while starting ({status}):\n{}", tail(log));
            }
            if clock::instant() > until {
                bail!("the server was not ready within {START_MAX:?}:\n{}", tail(log));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(server)
    }

    pub async fn is_ready(&self) -> bool {
        let answer = http::request_once("GET", self.address, READY, &[], b"", Duration::from_secs(1)).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`: the process is gone when this returns.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, and waits for the end; kills it after `within`. Whether it ended by itself.
    pub async fn end(mut self, within: Duration) -> Result<bool> {
        process::ask_to_end(self.pid())?;
        let until = clock::instant() + within;
        while clock::instant() < until {
            if self.child.try_wait()?.is_some() {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.kill()?;
        Ok(false)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The last lines of a server's output, for an error message.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
