//! Where settings come from: four layers, the later wins.
//!
//! Figment lays them over one another and remembers for each value which layer it came from. What the environment says
//! about accounts is kept aside, because an account is found by its id and not by a key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::Problem;

/// The commented file at the root: the base layer, and the reference.
pub const DEFAULTS: &str = include_str!("../../switchboard.toml");

const PREFIX: &str = "SWITCHBOARD_";
/// What the command line reads from the environment by itself.
const NOT_SETTINGS: &[&str] = &["CONFIG", "SERVER", "TOKEN"];
const ENVIRONMENT: &str = "environment";

/// What a start brings along.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// The environment; tests bring their own.
    pub environment: Vec<(String, String)>,
    /// `--data-dir`.
    pub data_dir: Option<String>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--demo`.
    pub demo: bool,
}

impl Sources {
    /// The file to read, as the command line or else the environment names it.
    pub fn file(&self) -> Option<PathBuf> {
        let named = || self.environment.iter().find(|(name, _)| name == "SWITCHBOARD_CONFIG");
        self.file.clone().or_else(|| named().map(|(_, path)| PathBuf::from(path)))
    }
}

pub struct Layers {
    pub figment: Figment,
    /// What the environment says about accounts: id (in capitals, with `_`) → key → text.
    pub accounts: BTreeMap<String, BTreeMap<String, String>>,
}

pub fn stack(sources: &Sources) -> Result<Layers, Problem> {
    let mut layers = vec![Layer::toml("the built-in defaults", DEFAULTS)?];
    if let Some(path) = sources.file() {
        layers.push(Layer::toml(&path.display().to_string(), &read(&path)?)?);
    }
    let (environment, accounts) = environment(&sources.environment);
    layers.push(environment);
    layers.push(command_line(sources));
    let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
    Ok(Layers { figment, accounts })
}

/// How the environment would name the key at `path`.
pub fn variable(path: &str) -> String {
    format!("{PREFIX}{}", in_capitals(&path.replace('.', "__")))
}

pub fn in_capitals(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

/// Whether values with this origin came out of the environment, where everything is text.
pub fn is_environment(metadata: Option<&Metadata>) -> bool {
    metadata.is_none_or(|metadata| metadata.name == ENVIRONMENT)
}

struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    fn toml(name: &str, text: &str) -> Result<Self, Problem> {
        let read = Toml::string(text).data();
        let mut profiles = read.map_err(|error| Problem::whole(name, &without_excerpt(&error.to_string())))?;
        Ok(Self { name: name.to_owned(), values: profiles.remove(&Profile::Default).unwrap_or_default() })
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| {
        let what = format!("cannot be read ({error}). Name a file that exists and that this user may read");
        Problem::whole(&path.display().to_string(), &what)
    })
}

/// The TOML reader shows the line it stumbled over, and that line may hold a secret.
fn without_excerpt(error: &str) -> String {
    let lines = error.lines().map(str::trim).filter(|line| !line.is_empty());
    let plain: Vec<&str> = lines.filter(|line| !line.starts_with('|') && !line.contains(" | ")).collect();
    format!("{}. Mend this line", plain.join(": "))
}

fn environment(variables: &[(String, String)]) -> (Layer, BTreeMap<String, BTreeMap<String, String>>) {
    let mut values = Dict::new();
    let mut accounts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (name, text) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|key| !NOT_SETTINGS.contains(key)) else { continue };
        let parts: Vec<&str> = key.split("__").collect();
        match parts.as_slice() {
            ["ACCOUNT", id, key] => {
                accounts.entry((*id).to_owned()).or_default().insert(key.to_lowercase(), text.clone());
            }
            parts => insert(&mut values, parts, text),
        }
    }
    (Layer { name: ENVIRONMENT.to_owned(), values }, accounts)
}

fn insert(values: &mut Dict, parts: &[&str], text: &str) {
    let [first, rest @ ..] = parts else { return };
    let first = first.to_lowercase();
    if rest.is_empty() {
        values.insert(first, Value::from(text));
        return;
    }
    let table = values.entry(first).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = table {
        insert(inner, rest, text);
    }
}

fn command_line(sources: &Sources) -> Layer {
    let given = [("data_dir", &sources.data_dir), ("listen", &sources.listen)];
    let values = given.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Value::from(text.as_deref()?))));
    Layer { name: "command line".to_owned(), values: values.collect() }
}
