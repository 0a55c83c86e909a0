//! What the channels declare, for readers: the table of `docs/channels.md`, and the limits that the console counts by.

use std::fmt::Write as _;
use std::{fs, path::Path};

use crate::domain::abilities::{Abilities, TextLimit};
use crate::domain::account::Channel;
use crate::domain::conversation::TEXT_CHARS_MAX;

const FILE: &str = "docs/channels.md";
const BEGIN: &str =
    "<!-- abilities: written from src/domain/abilities.rs by UPDATE_WIRE=1 cargo test --lib wire::abilities -->\n";
const END: &str = "<!-- end of abilities -->\n";

#[test]
fn the_docs_say_what_the_channels_can_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = fs::read_to_string(&path).expect("the page is there");
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let fresh = format!("{before}{BEGIN}{}{END}{after}", table());
    if std::env::var_os("UPDATE_WIRE").is_some() {
        fs::write(&path, &fresh).expect("docs can be written");
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == fresh, "{FILE} is stale. Rewrite it: UPDATE_WIRE=1 cargo test --lib wire::abilities");
}

const LIMITS: &str = "static/shared/limits.ts";

#[test]
fn the_console_knows_the_limits_of_the_channels() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIMITS);
    let fresh = limits();
    if std::env::var_os("UPDATE_WIRE").is_some() {
        fs::write(&path, &fresh).expect("static/shared can be written");
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == fresh, "{LIMITS} is stale. Rewrite it: UPDATE_WIRE=1 cargo test --lib wire::abilities");
}

fn limits() -> String {
    let mut file = String::from(
        "// How long a text may be. Written from src/domain/abilities.rs; do not edit:\n\
         //   UPDATE_WIRE=1 cargo test --lib wire::abilities\n",
    );
    let _ = writeln!(file, "export const MESSAGE_CHARS_MAX = {TEXT_CHARS_MAX};\n");
    file.push_str("/** What goes out in one message of a channel; longer texts go out in parts. */\n");
    file.push_str("export const LIMITS: Readonly<Record<string, { max: number; unit: 'characters' | 'bytes' }>> = {\n");
    for channel in Channel::ALL {
        let TextLimit { max, unit } = channel.abilities().text;
        let _ = writeln!(file, "  {}: {{ max: {max}, unit: '{}' }},", channel.as_str(), unit.name());
    }
    file.push_str("};\n");
    file
}

type Row = (&'static str, fn(&Abilities) -> String);

const ROWS: [Row; 14] = [
    ("longest text in one message", |can| format!("{} {}", can.text.max, can.text.unit.name())),
    ("menus", |can| can.menu.style.name().to_owned()),
    ("options in a menu", |can| can.menu.options_max.to_string()),
    ("characters of a label", |can| can.menu.label_max.to_string()),
    ("attachments from contacts", |can| yes(can.attachments_in)),
    ("attachments to contacts", |can| if can.attachments_out { "yes".into() } else { "as a link".into() }),
    ("messages sent past us", |can| yes(can.echoes)),
    ("receipts", |can| can.receipts.name().to_owned()),
    ("shows that we write", |can| yes(can.typing)),
    ("shows that an agent has read", |can| yes(can.seen)),
    ("edits, deletions", |can| format!("{}, {}", yes(can.edits), yes(can.deletions))),
    ("reactions", |can| yes(can.reactions)),
    ("time to answer", |can| match can.reply_window {
        Some(window) => format!("{} hours", window.as_secs() / 3600),
        None => "always".to_owned(),
    }),
    ("time for a person to answer", |can| match can.people_window.or(can.reply_window) {
        Some(window) if window.as_secs() > 86_400 => format!("{} days", window.as_secs() / 86_400),
        Some(window) => format!("{} hours", window.as_secs() / 3600),
        None => "always".to_owned(),
    }),
];

fn table() -> String {
    let mut table = String::from("\n|  |");
    for channel in Channel::ALL {
        let _ = write!(table, " {} |", channel.as_str());
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(Channel::ALL.len()));
    table.push('\n');
    for (name, said) in ROWS {
        let cells: Vec<String> = Channel::ALL.iter().map(|channel| said(channel.abilities())).collect();
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    }
    table.push('\n');
    table
}

fn yes(yes: bool) -> String {
    if yes { "yes" } else { "–" }.to_owned()
}
