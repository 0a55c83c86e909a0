//! Other programs that answer at Meta beside us.

use super::messenger::digits;
use crate::config::table::Table;

const APPS_MAX: usize = 10;
const NAME_CHARS_MAX: usize = 60;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    /// To whom agents may pass a conversation.
    pub apps: Vec<App>,
    /// A conversation that is given back to the bot is let go of: another app is Meta's default.
    pub release: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    pub app_id: String,
    /// As agents know it.
    pub name: String,
}

pub fn read(table: &mut Table<'_>) -> Others {
    let release = table.optional("when_given_back", release).unwrap_or_default();
    let apps = table.tables("app", APPS_MAX).into_iter().filter_map(|mut table| {
        let (app_id, name) = (table.read("app_id", digits), table.read("name", name));
        table.finish();
        Some(App { app_id: app_id?, name: name? })
    });
    Others { apps: apps.collect(), release }
}

fn release(text: &str) -> Result<bool, String> {
    match text {
        "keep" => Ok(false),
        "release" => Ok(true),
        _ => Err("this is \"keep\", or \"release\" where another app is Meta's default".to_owned()),
    }
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fine = (1..=NAME_CHARS_MAX).contains(&text.chars().count());
    fine.then(|| text.to_owned()).ok_or_else(|| format!("a name has 1 to {NAME_CHARS_MAX} characters"))
}
