//! Reads `src/` and notices when an arrow turns round or a file grows into one that nobody enters gladly.

use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 450;

/// Which rooms each room may know beside itself. A room that is not named here is one that this test must be told of.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("wire", &["domain"]),
    ("ports", &["domain"]),
    ("actors", &["ports", "domain", "wire", "dice"]),
    ("adapters", &["ports", "domain", "wire", "dice", "machine"]),
    ("edge", &["actors", "ports", "domain", "wire", "config", "dice"]),
    ("dice", &[]),
    ("machine", &[]),
    ("config", &["domain", "wire", "ports", "dice", "machine"]),
    ("bots", &["config", "domain", "wire"]),
    ("doctor", &["config", "bots", "adapters", "ports", "domain", "machine"]),
    ("node", &["edge", "actors", "adapters", "ports", "domain", "wire", "config", "bots", "dice", "machine"]),
];

/// They give commands to a node and read its parts, but are not part of it: only the node joins actors and adapters.
const COMMANDS: &[&str] = &["main", "cli", "demo", "lib"];
const COMMANDS_MAY_KNOW: &[&str] =
    &["node", "edge", "doctor", "config", "bots", "adapters", "ports", "domain", "wire", "dice", "machine"];

/// The crates that rooms near the core may use.
const CRATES: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "jiff",
            "uuid",
            "thiserror",
            "unicode_normalization",
            "unicode_segmentation",
            "aho_corasick",
            "regex",
            "strsim",
            "percent_encoding",
        ],
    ),
    ("ports", &["futures_util", "bytes", "bytestring", "thiserror", "uuid"]),
];

#[test]
fn the_arrows_point_one_way() {
    let turned: Vec<String> = sources().iter().flat_map(|(path, text)| turned_arrows(path, text)).collect();
    assert!(turned.is_empty(), "arrows turned round:\n{}", turned.join("\n"));
}

#[test]
fn every_file_can_be_entered_gladly() {
    let long = |(path, text): &(PathBuf, String)| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("src/{} has {lines} lines, of at most {LINES_MAX}", path.display()))
    };
    let long: Vec<String> = sources().iter().filter_map(long).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn a_turned_arrow_is_noticed() {
    let notices = |path: &str, text: &str, what: &str| {
        let turned = turned_arrows(Path::new(path), text);
        assert!(turned.len() == 1 && turned[0].contains(what), "{path}: {text}\n{turned:?}");
    };
    notices("domain/state.rs", "\nuse crate::wire::event::What;", "src/domain/state.rs:2 (domain → wire)");
    notices("domain/bot/run.rs", "use super::super::super::ports::store::Store;", ":1 (domain → ports)");
    notices("domain/bot/run.rs", "fn f(x: crate::edge::X) {}", ":1 (domain → edge)");
    notices("domain/state.rs", "use serde::Serialize;", ":1 (domain → crate serde)");
    notices("domain/state.rs", "fn now() { tokio::time::Instant::now() }", ":1 (domain → crate tokio)");
    notices("domain/mod.rs", "#[derive(serde::Serialize)] struct X;", ":1 (domain → crate serde)");
    notices("wire/event.rs", "use crate::{domain::ids::Seq,\n  ports::store::Store};", ":2 (wire → ports)");
    notices("wire/event.rs", "use crate::{domain::{ids::{Seq}, time::X}, actors};", ":1 (wire → actors)");
    notices("actors/sender.rs", "use crate::adapters::sqlite;", ":1 (actors → adapters)");
    notices("adapters/sqlite/mod.rs", "use crate::node::Node;", ":1 (adapters → node)");
    notices("edge/routes.rs", "use crate::adapters::sqlite;", ":1 (edge → adapters)");
    notices("edge.rs", "use super::adapters::sqlite;", ":1 (edge → adapters)");
    notices("main.rs", "use switchboard::actors::sender;", ":1 (main → actors)");
    notices("ports/store.rs", "use rusqlite::Connection;", ":1 (ports → crate rusqlite)");
    notices("basement/mod.rs", "use crate::domain;", "which the test of the house does not know");
}

#[test]
fn an_arrow_that_points_the_right_way_is_none_of_our_business() {
    let fine = |path: &str, text: &str| assert_eq!(turned_arrows(Path::new(path), text), Vec::<String>::new());
    fine("domain/state.rs", "// use crate::wire;\n/* crate::edge /* nested */ crate::edge */ use super::event::Event;");
    fine(
        "domain/state.rs",
        r##"const A: &str = "crate::wire \" tokio::x"; const B: &str = r#"crate::"edge"#; const C: char = '"';"##,
    );
    fine(
        "domain/bot/run.rs",
        "use super::{Action, matching::fold}; use crate::domain::event::Event; mod tests { use super::*; }",
    );
    fine(
        "domain/time.rs",
        "use std::ops::Add; use jiff::tz::TimeZone; fn f() { Vec::<u8>::new(); event::x(); self::y() }",
    );
    fine("node.rs", "use crate::{actors, adapters::sqlite};");
    fine("domain/bot/mod.rs", "pub mod matching; use matching::Matcher;");
    fine("wire/mod.rs", "use serde::Serialize;");
    fine("main.rs", "use switchboard::node::Node;");
}

// --- Reading ---

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be read") {
            let path = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is text");
                sources.push((path.strip_prefix(&root).expect("below src").to_owned(), text));
            }
        }
    }
    assert!(sources.len() > 10, "src was not found");
    sources.sort();
    sources
}

/// Every arrow in a file that points where it must not.
fn turned_arrows(path: &Path, text: &str) -> Vec<String> {
    let module: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let room = module[0].as_str();
    let Some(may_know) = may_know(room) else {
        return vec![format!("src/{}: a room “{room}” which the test of the house does not know", path.display())];
    };
    let crates = CRATES.iter().find(|(name, _)| *name == room).map(|(_, crates)| *crates);
    let tokens = tokens(&without_comments_and_strings(text));
    let wrong = |arrow: &Arrow| match &arrow.to {
        To::Room(to) => is_room(to) && to != room && !may_know.contains(&to.as_str()),
        To::Crate(name) => crates.is_some_and(|crates| !crates.contains(&name.as_str())),
    };
    let told = |arrow: Arrow| {
        let to = match &arrow.to {
            To::Room(to) => to.clone(),
            To::Crate(name) => format!("crate {name}"),
        };
        format!("src/{}:{} ({room} → {to})", path.display(), arrow.line)
    };
    arrows(&module, &tokens).into_iter().filter(wrong).map(told).collect()
}

fn may_know(room: &str) -> Option<&'static [&'static str]> {
    if COMMANDS.contains(&room) {
        return Some(COMMANDS_MAY_KNOW);
    }
    MAY_KNOW.iter().find(|(name, _)| *name == room).map(|(_, may)| *may)
}

fn is_room(name: &str) -> bool {
    may_know(name).is_some()
}

struct Arrow {
    line: usize,
    to: To,
}

enum To {
    Room(String),
    Crate(String),
}

#[derive(Clone, PartialEq, Debug)]
struct Token {
    line: usize,
    text: String,
}

/// Where the paths in a file lead: `crate::x`, `super::x` that leaves the room, `use x::…` and `x::…` of a known crate.
fn arrows(module: &[String], tokens: &[Token]) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    let below = |name: &str| tokens.windows(2).any(|pair| pair[0].text == "mod" && pair[1].text == name);
    for at in 0..tokens.len() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text.as_str());
        if before == "::" || before == "." || !is_word(&tokens[at].text) {
            continue;
        }
        let continues = tokens.get(at + 1).is_some_and(|next| next.text == "::");
        match tokens[at].text.as_str() {
            "crate" | "switchboard" if continues => arrows.extend(rooms_at(tokens, at + 2)),
            "super" if continues => arrows.extend(rooms_above(module, tokens, at)),
            name if (continues && is_crate(name)) || (before == "use" && !is_local(name) && !below(name)) => {
                arrows.push(Arrow { line: tokens[at].line, to: To::Crate(name.to_owned()) });
            }
            _ => {}
        }
    }
    arrows
}

/// The rooms named where a path from the root goes on: one, or several in braces.
fn rooms_at(tokens: &[Token], at: usize) -> Vec<Arrow> {
    let arrow = |token: &Token| Arrow { line: token.line, to: To::Room(token.text.clone()) };
    match tokens.get(at).map(|token| token.text.as_str()) {
        Some("{") => {
            let mut depth = 0;
            let mut rooms = Vec::new();
            for at in at..tokens.len() {
                match tokens[at].text.as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ if depth == 1 && matches!(tokens[at - 1].text.as_str(), "{" | ",") => {
                        rooms.push(arrow(&tokens[at]))
                    }
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            rooms
        }
        Some(_) => vec![arrow(&tokens[at])],
        None => Vec::new(),
    }
}

/// The rooms that `super::super::…` reaches, if it climbs out of the room. A module inside the file climbs less far;
/// what it names then is no room.
fn rooms_above(module: &[String], tokens: &[Token], at: usize) -> Vec<Arrow> {
    let climbed = tokens[at..].chunks(2).take_while(|pair| pair[0].text == "super").count();
    let depth = module.len() - usize::from(module.last().is_some_and(|last| last == "mod"));
    if climbed < depth { Vec::new() } else { rooms_at(tokens, at + climbed * 2) }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words that begin a path of our own, of the language or of its library.
fn is_local(name: &str) -> bool {
    matches!(name, "crate" | "switchboard" | "super" | "self" | "std" | "core" | "alloc")
        || name.starts_with(char::is_uppercase)
}

/// Whether a path `name::…` begins with a dependency: read from Cargo.toml, so that a new one is known at once.
fn is_crate(name: &str) -> bool {
    static CRATES: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    let read = || {
        let manifest = include_str!("../../Cargo.toml");
        let names = manifest.lines().filter_map(|line| line.split(['=', '.']).next());
        names.map(|name| name.trim().replace('-', "_")).filter(|name| is_word(name) && name != "version").collect()
    };
    let known = CRATES.get_or_init(read);
    !["path", "license", "publish", "edition", "name", "members", "description"].contains(&name)
        && known.iter().any(|known| known == name)
}

/// The source with every comment, text and character replaced by spaces; lines stay where they are.
fn without_comments_and_strings(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = comment(rest).or_else(|| string(rest, &out)).or_else(|| character(rest));
        let taken = hidden.unwrap_or(first.len_utf8());
        match hidden {
            Some(_) => out.extend(rest[..taken].chars().map(|c| if c == '\n' { '\n' } else { ' ' })),
            None => out.push(first),
        }
        rest = &rest[taken..];
    }
    out
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

fn string(rest: &str, before: &str) -> Option<usize> {
    let inside_a_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !inside_a_word || before.ends_with('b')) {
        let fence = raw.len() - raw.trim_start_matches('#').len();
        if let Some(body) = raw[fence..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(fence));
            return Some(body.find(&end).map_or(rest.len(), |at| 1 + fence + 1 + at + end.len()));
        }
    }
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            '"' if !escaped => return Some(at + 2),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Some(rest.len())
}

/// A character such as `'"'`; a lifetime has no second quote.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    let escaped = body.starts_with('\\');
    let mut chars = body.char_indices().skip(if escaped { 2 } else { 1 });
    let end = if escaped { chars.find(|(_, c)| *c == '\'') } else { chars.next().filter(|(_, c)| *c == '\'') };
    end.map(|(at, _)| at + 2)
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let taken = if word > 0 {
                word
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(Token { line, text: rest[..taken].to_owned() });
            rest = rest[taken..].trim_start();
        }
    }
    tokens
}
