//! A real mail server, aiosmtpd, that fails as it is told (`smtp_server.py`), and what it got.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use super::certificates;
use super::installation::Installation;
use super::node::eventually;

pub struct MailServer {
    /// It ends when its standard input does.
    child: Child,
    pub port: u16,
    dir: TempDir,
    security: &'static str,
}

impl MailServer {
    pub fn plain() -> Self {
        Self::start("plain", None)
    }

    /// `starttls`, `tls` or `plain`; and who must sign in, as `user:password`.
    pub fn start(security: &'static str, account: Option<&str>) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        if security != "plain" {
            certificates::make(dir.path()).expect("certificates");
        }
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/smtp_server.py");
        let mut command = Command::new(python());
        command.arg(script).arg(dir.path()).arg(security).args(account);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says its port");
        let port = line.trim().parse().expect("a port");
        Self { child, port, dir, security }
    }

    /// What it does from now on.
    pub fn does(&self, mode: &str) {
        fs::write(self.dir.path().join("mode"), mode).expect("written");
    }

    /// Lines of a configuration that write letters through it.
    pub fn settings(&self) -> String {
        let Self { port, security, .. } = self;
        let authority = match *security {
            "plain" => String::new(),
            _ => format!("ca_file = {:?}\n", self.dir.path().join("authority.crt")),
        };
        format!(
            "\n[smtp]\nhost = \"localhost\"\nport = {port}\nsecurity = \"{security}\"\ntimeout_s = 2\n\
             from = \"Harbor <alerts@harbor.example>\"\n{authority}"
        )
    }

    /// Every letter it kept, oldest first.
    pub fn letters(&self) -> Vec<Value> {
        let letter = |number: usize| fs::read(self.dir.path().join(format!("{number}.json"))).ok();
        let letters = (1..).map_while(letter);
        letters.map(|text| serde_json::from_slice(&text).expect("JSON")).collect()
    }

    /// Waits until it has kept so many.
    pub async fn got(&self, count: usize) -> Vec<Value> {
        eventually(&format!("{count} letters arrive"), async || {
            let letters = self.letters();
            (letters.len() >= count).then_some(letters)
        })
        .await
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Installation {
    /// Adds lines to the configuration.
    pub fn configure(&self, lines: &str) {
        let file = self.configuration_file();
        let before = fs::read_to_string(&file).expect("a configuration");
        fs::write(file, before + lines).expect("written");
    }
}

/// The Python that has aiosmtpd: Debian's, or the first on the path.
fn python() -> &'static str {
    static PYTHON: OnceLock<&str> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let has = |python: &&str| {
            let mut command = Command::new(python);
            let asked = command.args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        ["/usr/bin/python3", "python3"].into_iter().find(has).expect("aiosmtpd; scripts/test installs it")
    })
}
