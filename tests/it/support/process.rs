//! The real program, as an operator starts it: killed, ended, started again.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loadtest::checker::{StoredConversation, parse_dump};
use loadtest::http::request_once;
use loadtest::process::ask_to_end;

use super::installation::{Installation, SOON};
use super::node::eventually;

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");

/// A running program. Dropping it kills it.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    said: Arc<Mutex<String>>,
}

impl Installation {
    /// Starts the program, and waits until it is ready.
    pub async fn process(&self) -> Process {
        self.process_of(self.command()).await
    }

    /// Starts it by another command, made from `command`.
    pub async fn process_of(&self, command: Command) -> Process {
        let process = Process::start(command, self.address()).await;
        self.listen.set(process.address);
        process
    }

    /// The command that serves this installation.
    pub fn command(&self) -> Command {
        let mut command = self.program();
        command.arg("--config").arg(self.configuration_file());
        command.arg("--data-dir").arg(self.data_dir()).arg("--listen").arg(self.address().to_string());
        command
    }

    /// The program, told by its environment where everything is kept.
    pub fn program(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        if let Some(url) = &self.database {
            command.env("SWITCHBOARD_DATABASE", url);
        }
        command
    }

    /// What the store holds, as `switchboard dump` tells it.
    pub async fn dump(&self) -> Vec<StoredConversation> {
        let mut command = self.program();
        command.arg("dump").arg("--data-dir").arg(self.data_dir());
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined").expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        parse_dump(&String::from_utf8_lossy(&output.stdout)).expect("a dump")
    }
}

impl Process {
    /// Starts a command that serves, at `address` or, for port 0, wherever it says.
    pub async fn start(mut command: Command, address: SocketAddr) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut process = Self { child: child.expect("it starts"), address, said: Arc::default() };
        process.listen_to_it();
        process.address = eventually("the program says where it listens", async || process.where_it_listens()).await;
        eventually("the program is ready", async || process.is_ready().await.then_some(())).await;
        process
    }

    fn listen_to_it(&mut self) {
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(self.child.stdout.take().expect("stdout is a pipe")),
            Box::new(self.child.stderr.take().expect("stderr is a pipe")),
        ];
        for stream in streams {
            let said = self.said.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    said.lock().expect("nobody panics here").push_str(&format!("{line}\n"));
                }
            });
        }
    }

    fn where_it_listens(&mut self) -> Option<SocketAddr> {
        if let Some(status) = self.child.try_wait().expect("it can be asked") {
            panic!("the program ended while starting ({status}):\n{}", self.said());
        }
        let said = self.said();
        let after = said.split("http://").nth(1)?;
        after.split(['/', '\n', ' ']).next()?.parse().ok()
    }

    pub async fn is_ready(&self) -> bool {
        self.status("/health/ready").await == Some(200)
    }

    /// The status of a page; none if nobody answers.
    pub async fn status(&self, path: &str) -> Option<u16> {
        let answer = request_once("GET", self.address, path, &[], b"", Duration::from_secs(5)).await;
        answer.ok().map(|answer| answer.status)
    }

    /// Whether its counters hold this line.
    pub async fn counts(&self, line: &str) -> bool {
        let answer = request_once("GET", self.address, "/metrics", &[], b"", Duration::from_secs(5)).await;
        answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.body).lines().any(|other| other == line))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it wrote to its two outputs.
    pub fn said(&self) -> String {
        self.said.lock().expect("nobody panics here").clone()
    }

    /// SIGTERM.
    pub fn ask_to_end(&self) {
        ask_to_end(self.pid()).expect("a signal");
    }

    /// Waits for the end by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        eventually("the program ends", async || self.child.try_wait().expect("it can be asked")).await
    }

    pub async fn end(mut self) {
        self.ask_to_end();
        tokio::time::timeout(SOON, self.ended()).await.expect("it ends by itself");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
