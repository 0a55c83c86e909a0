//! Certificates that tests trust. `openssl` comes with Debian's PostgreSQL.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes an authority, and a certificate of it for `localhost`: `authority.crt`, `server.crt` and `server.key`.
pub fn make(place: &Path) -> io::Result<()> {
    let script = r#"set -e
        ec="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        openssl req -x509 $ec -keyout authority.key -out authority.crt -subj /CN=tests -days 2
        openssl req $ec -keyout server.key -out server.csr -subj /CN=localhost
        echo subjectAltName=DNS:localhost >names
        openssl x509 -req -in server.csr -CA authority.crt -CAkey authority.key -CAcreateserial -out server.crt -days 2 -extfile names
        chmod 600 server.key"#;
    let made = Command::new("sh").args(["-c", script]).current_dir(place).stdin(Stdio::null()).output()?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
