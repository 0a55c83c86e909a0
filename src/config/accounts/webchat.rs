//! A website.

mod look;

use std::sync::Arc;

use crate::config::origins::Origins;
use crate::config::secret::Secret;
use crate::config::table::Table;
use crate::domain::look::Look;

const SECRET_BYTES_MIN: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webchat {
    pub origins: Origins,
    /// What the website's server signs identities with; none: visitors stay strangers.
    pub identity_secret: Option<Secret>,
    pub look: Arc<Look>,
}

pub fn read(table: &mut Table<'_>) -> Option<Webchat> {
    let identity_secret = table.has("identity_secret").then(|| table.secret_of("identity_secret", identity_secret));
    let look = Arc::new(look::read(table));
    let (words, value) = table.list("origins")?;
    match Origins::parse(words.iter().map(String::as_str)) {
        Ok(origins) => Some(Webchat { origins, identity_secret: identity_secret.flatten(), look }),
        Err((word, why)) => {
            let forms = r#""https://www.example.org", "*.example.org", "http://localhost:*" or "*""#;
            table.wrong("origins", &value, format!("{word:?} names no website: {why}. Write {forms}"));
            None
        }
    }
}

/// As many bytes as what it signs with; fewer would be the weakest part.
fn identity_secret(text: &str) -> Result<Secret, String> {
    let fine = text.trim().len() >= SECRET_BYTES_MIN;
    let fix = "a secret of at least 32 letters is needed: `openssl rand -base64 32` makes one";
    if fine { Ok(Secret::new(text)) } else { Err(fix.to_owned()) }
}
