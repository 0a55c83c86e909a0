//! A phone number at the WhatsApp Cloud API.

use super::messenger::{api_version, digits, graph};
use super::pace;
use crate::config::secret::Secret;
use crate::config::table::Table;
use crate::domain::template::{TEXT_CHARS_MAX, Template, VALUES_MAX};
use crate::ports::channel::Pace;

const BUTTON_CHARS_MAX: usize = 20;
const TEMPLATES_MAX: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatsApp {
    pub phone_number_id: String,
    pub app_secret: Secret,
    pub access_token: Secret,
    pub verify_token: Secret,
    /// Scheme and host, perhaps a path; no slash at the end.
    pub api_base: String,
    pub api_version: String,
    pub sends_per_second: u32,
    /// On the button that opens a list.
    pub menu_button: String,
    pub templates: Vec<Template>,
}

/// What `[whatsapp]` says for accounts that say nothing.
pub struct Defaults {
    api_base: Option<String>,
    api_version: Option<String>,
    sends_per_second: u32,
    pub pace: Pace,
    menu_button: Option<String>,
}

impl Defaults {
    pub fn read(mut table: Table<'_>) -> Self {
        let defaults = Self {
            api_base: table.read("api_base", graph),
            api_version: table.read("api_version", api_version),
            sends_per_second: sends(&mut table),
            pace: pace::read(&mut table),
            menu_button: table.read("menu_button", button),
        };
        table.finish();
        defaults
    }
}

pub fn read(table: &mut Table<'_>, defaults: &Defaults) -> Option<WhatsApp> {
    let phone_number_id = table.read("phone_number_id", digits);
    let (app_secret, access_token, verify_token) =
        (table.secret("app_secret"), table.secret("access_token"), table.secret("verify_token"));
    let own_base = table.optional("api_base", graph);
    let own_version = table.optional("api_version", api_version);
    let own_button = table.optional("menu_button", button);
    let sends_per_second = if table.has("sends_per_second") { sends(table) } else { defaults.sends_per_second };
    let templates = templates(table);
    Some(WhatsApp {
        phone_number_id: phone_number_id?,
        app_secret: app_secret?,
        access_token: access_token?,
        verify_token: verify_token?,
        api_base: own_base.or_else(|| defaults.api_base.clone())?,
        api_version: own_version.or_else(|| defaults.api_version.clone())?,
        sends_per_second,
        menu_button: own_button.or_else(|| defaults.menu_button.clone())?,
        templates,
    })
}

fn sends(table: &mut Table<'_>) -> u32 {
    table.number("sends_per_second", 1..=100_000) as u32
}

fn button(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fine = (1..=BUTTON_CHARS_MAX).contains(&text.encode_utf16().count());
    fine.then(|| text.to_owned()).ok_or_else(|| format!("a button has 1 to {BUTTON_CHARS_MAX} characters"))
}

fn templates(table: &mut Table<'_>) -> Vec<Template> {
    let tables = table.tables("template", TEMPLATES_MAX);
    let mut templates: Vec<Template> = Vec::new();
    for mut table in tables {
        let (name, language) = (table.read("name", name), table.read("language", language));
        let template = name.zip(language).zip(table.read("text", text));
        if let Some(((name, language), text)) = template {
            let twin = templates.iter().any(|other| other.name == name && other.language == language);
            if twin {
                table.lacks::<()>("name", "another template of this account has the same name and language");
            }
            templates.push(Template { name, language, text });
        }
        table.finish();
    }
    templates
}

fn name(text: &str) -> Result<String, String> {
    let good = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    let fine = (1..=512).contains(&text.len()) && text.bytes().all(good);
    fine.then(|| text.to_owned())
        .ok_or_else(|| "write the template's name as Meta shows it: lower-case letters, digits and _".to_owned())
}

fn language(text: &str) -> Result<String, String> {
    let fine =
        (2..=10).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_alphabetic() || letter == b'_');
    fine.then(|| text.to_owned())
        .ok_or_else(|| "write the language as Meta does, such as \"en_US\" or \"de\"".to_owned())
}

fn text(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !(1..=TEXT_CHARS_MAX).contains(&text.chars().count()) {
        return Err(format!("a template has 1 to {TEXT_CHARS_MAX} characters"));
    }
    let template = Template { name: String::new(), language: String::new(), text: text.to_owned() };
    let takes = template.takes();
    let whole = (1..=takes).all(|number| text.contains(&format!("{{{{{number}}}}}")));
    let beyond = text.contains(&format!("{{{{{}}}}}", VALUES_MAX + 1));
    if !whole || beyond {
        return Err(format!("values are {{{{1}}}}, {{{{2}}}} …, without gaps, at most {VALUES_MAX}"));
    }
    Ok(text.to_owned())
}
