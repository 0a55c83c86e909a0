//! `docs/bot.schema.json`, by which editors help those who write bots: written from the types of the document.

use std::{fs, path::Path};

use super::Document;

const FILE: &str = "docs/bot.schema.json";

#[test]
fn the_schema_describes_the_document_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let fresh = serde_json::to_string_pretty(&schemars::schema_for!(Document)).expect("written") + "\n";
    if std::env::var_os("UPDATE_WIRE").is_some() {
        fs::write(&path, &fresh).expect("docs can be written");
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == fresh, "{FILE} is stale. Rewrite it: UPDATE_WIRE=1 cargo test --lib wire::bot::schema");
}
