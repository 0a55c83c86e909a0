//! Builds the web side (`static/`) into `$OUT_DIR/web`, from where `edge::assets` embeds it.
//!
//! The sources are copied first, so that a build leaves nothing behind in the repository. `npm ci` runs only when the
//! lockfile changed. Packagers who have built it already name the folder in `SWITCHBOARD_WEB_DIST`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

const SOURCES: [&str; 10] = [
    "package.json",
    "package-lock.json",
    ".npmrc",
    "svelte.config.js",
    "tsconfig.json",
    "scripts",
    "shared",
    "console",
    "webchat",
    "demo",
];
const WITHOUT_NPM: &str = "<!doctype html><meta charset=utf-8><title>Switchboard</title>\
    <p>This Switchboard was built without its console, because npm was not found. \
    Install Node.js 20.19 or newer and build again, or set SWITCHBOARD_WEB_DIST to a built console.";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=SWITCHBOARD_WEB_DIST");
    SOURCES.iter().for_each(|source| println!("cargo:rerun-if-changed=static/{source}"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let web = out.join("web");
    if let Some(built) = env::var_os("SWITCHBOARD_WEB_DIST") {
        println!("cargo:rerun-if-changed={}", Path::new(&built).display());
        let _ = fs::remove_dir_all(&web);
        return copy(Path::new(&built), &web);
    }
    let sources = out.join("static");
    fs::create_dir_all(&sources)?;
    for source in SOURCES {
        let _ = fs::remove_dir_all(sources.join(source));
        copy(&Path::new("static").join(source), &sources.join(source))?;
    }
    if Command::new("npm").arg("--version").output().is_err() {
        println!("cargo:warning=npm was not found: this build has no console (see README)");
        fs::create_dir_all(&web)?;
        return fs::write(web.join("index.html"), WITHOUT_NPM);
    }
    let lockfile = fs::read(sources.join("package-lock.json"))?;
    let installed = sources.join("node_modules/.switchboard-lockfile");
    if fs::read(&installed).ok().as_ref() != Some(&lockfile) {
        npm(&sources, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        fs::write(installed, lockfile)?;
    }
    npm(&sources, &["run", "build", "--", &web.display().to_string()]);
    Ok(())
}

fn npm(folder: &Path, arguments: &[&str]) {
    let done = Command::new("npm").args(arguments).current_dir(folder).output().expect("npm can be started");
    let said = [done.stdout, done.stderr].concat();
    assert!(done.status.success(), "npm {} failed:\n{}", arguments.join(" "), String::from_utf8_lossy(&said));
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
