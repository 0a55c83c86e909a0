use std::io::Write;

use super::*;
use crate::domain::account::Channel;

const MESSENGER: &str = r#"
[[account]]
id = "harbor-page"
kind = "messenger"
bot = "harbor"
page_id = "1122334455"
app_secret = "s3cr3t-app"
page_token = "s3cr3t-token"
verify_token = "s3cr3t-word"
"#;

/// The configuration of this file and environment.
fn load_with(text: &str, environment: &[(&str, &str)]) -> Result<Config, Problems> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("written");
    let environment = environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    load(&Sources { file: Some(file.path().to_owned()), environment, ..Sources::default() })
}

fn load_file(text: &str) -> Result<Config, Problems> {
    load_with(text, &[])
}

/// The only problem of this file, without the name of the file.
fn problem(text: &str) -> String {
    let problems = load_file(text).expect_err("a problem");
    assert_eq!(problems.0.len(), 1, "{problems}");
    let line = problems.0[0].to_string();
    line.strip_prefix(&format!("{}: ", problems.0[0].origin)).expect("an origin").to_owned()
}

#[test]
fn the_defaults_are_those_of_the_commented_file() {
    let config = load(&Sources::default()).expect("the defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.base_url(), "http://127.0.0.1:8080");
    assert_eq!(config.bots, BotSource { directory: Some("bots".into()), sample: false });
    assert_eq!(config.limits.send_timeout, Duration::from_secs(20));
    assert_eq!(config.limits.session_lasts, Duration::from_secs(30 * 24 * 60 * 60));
    assert!(config.workers >= 1 && config.shards >= 1);
    assert!(config.accounts.is_empty() && warnings(&config).is_empty());
}

#[test]
fn the_examples_in_the_commented_file_can_be_read() {
    let (_, examples) = DEFAULTS.split_once("# [[account]]").expect("an example");
    let lines = format!("# [[account]]{examples}");
    let example = |line: &&str| line.starts_with("# [[") || line.contains(" = ");
    let text: Vec<&str> = lines.lines().filter(example).map(|line| line.trim_start_matches("# ")).collect();
    let config = load_file(&text.join("\n")).expect("examples that work");
    assert_eq!(config.accounts.len(), Channel::ALL.len(), "each channel has its example");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(b"listen = \"127.0.0.1:1\"\nlog = \"warn\"\ndata_dir = \"from-file\"\n").expect("written");
    let environment = [("SWITCHBOARD_LISTEN", "127.0.0.1:2"), ("SWITCHBOARD_LOG", "debug"), ("OTHER", "x")];
    let config = load(&Sources {
        file: Some(file.path().to_owned()),
        environment: environment.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec(),
        listen: Some("127.0.0.1:3".to_owned()),
        ..Sources::default()
    })
    .expect("good layers");
    assert_eq!((config.listen.port(), config.log.as_str()), (3, "debug"));
    assert_eq!(config.data_dir, PathBuf::from("from-file"));
}

#[test]
fn the_environment_reaches_into_tables() {
    let config = load_with("", &[("SWITCHBOARD_LIMITS__SESSION_DAYS", "7")]).expect("a number");
    assert_eq!(config.limits.session_lasts, Duration::from_secs(7 * 24 * 60 * 60));
}

#[test]
fn the_environment_can_keep_the_secrets_of_an_account() {
    let text = MESSENGER.replace("page_token = \"s3cr3t-token\"\n", "");
    let config = load_with(&text, &[("SWITCHBOARD_ACCOUNT__HARBOR_PAGE__PAGE_TOKEN", "0042")]).expect("a token");
    let Kind::Messenger(messenger) = &config.accounts[0].kind else { panic!("a messenger account") };
    assert_eq!(messenger.page_token.expose(), "0042");
    assert_eq!(config.accounts[0].name, "harbor-page");
    assert_eq!((messenger.api_base.as_str(), messenger.sends_per_second), ("https://graph.facebook.com", 300));
}

#[test]
fn the_environment_names_the_file_when_the_command_line_does_not() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(b"log = \"trace\"").expect("written");
    let path = file.path().display().to_string();
    let environment = vec![("SWITCHBOARD_CONFIG".to_owned(), path)];
    assert_eq!(load(&Sources { environment, ..Sources::default() }).expect("a file").log, "trace");
}

#[test]
fn an_environment_variable_for_an_unknown_account_is_refused() {
    let problems = load_with(MESSENGER, &[("SWITCHBOARD_ACCOUNT__HARBOUR__PAGE_TOKEN", "x")]).expect_err("unknown");
    assert!(problems.0[0].origin.ends_with("SWITCHBOARD_ACCOUNT__HARBOUR__PAGE_TOKEN"), "{problems}");
}

#[test]
fn an_unknown_key_is_refused_with_its_name_and_the_one_that_was_meant() {
    assert_eq!(problem("listn = \"127.0.0.1:1\""), "listn: this key is unknown. Perhaps listen was meant.");
    assert_eq!(
        problem("[limits]\nsesion_days = 3"),
        "limits.sesion_days: this key is unknown. Perhaps session_days was meant."
    );
    let odd = problem("[messenger]\ncolour = 3");
    let known = "api_base, api_version, sends_per_second, contact_interval_ms, contact_burst";
    assert_eq!(odd, format!("messenger.colour: this key is unknown. Known here: {known}."));
}

#[test]
fn a_problem_says_where_the_value_came_from() {
    let problems = load_with("", &[("SWITCHBOARD_LISTEN", "8080")]).expect_err("a bare port");
    let expected = "environment variable SWITCHBOARD_LISTEN: listen = \"8080\": this is not an address and a port. \
                    Write it like \"127.0.0.1:8080\".";
    assert_eq!(problems.0[0].to_string(), expected);
    let flag = load(&Sources { listen: Some("x".to_owned()), ..Sources::default() }).expect_err("not an address");
    assert_eq!(flag.0[0].origin, "command line");
    let file = load_file("listen = \"x\"").expect_err("not an address");
    assert!(file.0[0].origin.contains('/'), "{file}");
}

#[test]
fn all_problems_are_reported_together() {
    let text = "listen = \"x\"\nlog_format = \"xml\"\nworkers = -1\n[limits]\nsession_days = 0\n[[account]]\nid = \"A\"\nkind = \"fax\"\nbot = \"b\"";
    let problems = load_file(text).expect_err("many problems");
    let keys: Vec<&str> = problems.0.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["listen", "log_format", "workers", "limits.session_days", "account[0].id", "account[0].kind"]);
}

#[test]
fn each_wrong_value_is_named_with_its_fix() {
    let wrong = [
        ("listen = 8080", "listen = 8080: this is not an address and a port. Write it like \"127.0.0.1:8080\"."),
        ("data_dir = \"\"", "data_dir = \"\": this must name a directory."),
        (
            "public_url = \"chat.example.org\"",
            "public_url = \"chat.example.org\": this is not a scheme and a host. Write it like \"https://chat.example.org\".",
        ),
        (
            "public_url = \"https://a.example/b\"",
            "public_url = \"https://a.example/b\": nothing may follow the host and port. Write it like \"https://chat.example.org\".",
        ),
        (
            "public_url = \"ftp://a.example\"",
            "public_url = \"ftp://a.example\": the scheme must be http or https. Write it like \"https://chat.example.org\".",
        ),
        (
            "log = \"a=b=c\"",
            "log = \"a=b=c\": this is not a log filter. Write error, warn, info, debug or trace, or per module, such as \"info,switchboard::edge=debug\".",
        ),
        ("log_format = \"xml\"", "log_format = \"xml\": the formats are \"text\" and \"json\"."),
        ("log = true", "log = true: this must be a text in quotes."),
        ("workers = 2000", "workers = 2000: this must be a whole number from 0 to 1024."),
        ("[limits]\nreconcile_s = \"30\"", "limits.reconcile_s = \"30\": this must be a whole number from 1 to 3600."),
        ("limits = 3", "limits = 3: this must be a table: write [limits] and its keys below."),
        (
            "[messenger]\napi_version = \"26\"",
            "messenger.api_version = \"26\": write a version as Meta does, such as \"v26.0\".",
        ),
        (
            "[messenger]\nsends_per_second = 0",
            "messenger.sends_per_second = 0: this must be a whole number from 1 to 100000.",
        ),
        ("account = 1", "account = 1: this must be one or more tables: write [[account]] and its keys below."),
    ];
    for (text, expected) in wrong {
        let problems = load_file(text).expect_err(text);
        let line = problems.0[0].to_string();
        assert!(line.ends_with(expected), "{text}\n{line}\n{expected}");
    }
}

const SMTP: &str = "[smtp]\nhost = \"mail.example.org\"\nfrom = \"Harbor <alerts@example.org>\"\n";

#[test]
fn a_mail_server_needs_a_host_and_a_sender() {
    let config = load_file(&format!("{SMTP}user = \"u\"\npassword = \"s3cr3t\"")).expect("a good server");
    assert!(!format!("{config:?}").contains("s3cr3t"), "{config:?}");
    let server = config.smtp.expect("a server");
    assert_eq!(
        (server.host.as_str(), server.port, server.from.as_str()),
        ("mail.example.org", 587, "alerts@example.org")
    );
    assert_eq!(server.from_name.as_deref(), Some("Harbor"));
    assert_eq!(load_file("").expect("none is fine").smtp, None);
    assert_eq!(
        load_file(&format!("{SMTP}security = \"tls\"")).expect("good").smtp.map(|server| server.port),
        Some(465)
    );
}

#[test]
fn what_is_wrong_with_a_mail_server_is_named() {
    for (text, expected) in [
        (
            SMTP.replace("mail.example.org", "mail.example.org:25/x"),
            "smtp.host = \"mail.example.org:25/x\": this is not the name",
        ),
        (
            SMTP.replace("alerts@example.org", "alerts"),
            "smtp.from = \"Harbor <alerts>\": this is not an e-mail address",
        ),
        (format!("{SMTP}security = \"ssl\""), "smtp.security = \"ssl\": this is \"starttls\", \"tls\" or \"plain\""),
        (format!("{SMTP}user = \"u\""), "smtp.password: user is set. Set the password"),
        (format!("{SMTP}password = \"p\""), "smtp.user: password is set. Set the user"),
        (format!("{SMTP}letters_per_minute = 0"), "smtp.letters_per_minute = 0: this must be a whole number from 1"),
        ("[smtp]\nfrom = \"a@b.example\"".to_owned(), "smtp.host: this is missing"),
    ] {
        let problem = problem(&text);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn an_empty_secret_is_refused_and_never_shown() {
    assert_eq!(
        problem(&MESSENGER.replace("s3cr3t-app", " ")),
        "account.harbor-page.app_secret = [secret]: a secret must not be empty. Copy it from the provider."
    );
    let config = format!("{:?}", load_file(MESSENGER).expect("a good account"));
    assert!(!config.contains("s3cr3t"), "{config}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_without_showing_the_line() {
    let problems = load_file("[[account]]\npage_token = \"s3cr3t").expect_err("an open quote").to_string();
    assert!(problems.contains("line 2") && !problems.contains("s3cr3t"), "{problems}");
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let missing = Sources { file: Some("/nowhere/switchboard.toml".into()), ..Sources::default() };
    let problems = load(&missing).expect_err("no file").to_string();
    assert!(problems.contains("/nowhere/switchboard.toml: cannot be read"), "{problems}");
}

#[test]
fn two_accounts_with_one_id_or_one_page_are_refused() {
    let twice = format!("{MESSENGER}{MESSENGER}");
    let keys: Vec<String> = load_file(&twice).expect_err("twins").0.into_iter().map(|problem| problem.key).collect();
    assert_eq!(keys, ["account.harbor-page.id", "account.harbor-page.page_id"]);
    let page = problem(&format!("{MESSENGER}{}", MESSENGER.replace("harbor-page", "other")));
    assert_eq!(
        page,
        "account.other.page_id = \"1122334455\": another account (harbor-page) has the same page_id. Each needs its own."
    );
}

#[test]
fn a_missing_key_of_an_account_is_named() {
    assert_eq!(
        problem(&MESSENGER.replace("verify_token = \"s3cr3t-word\"\n", "")),
        "account.harbor-page.verify_token: this is missing, and there is no default. Add it."
    );
    assert_eq!(
        problem(&MESSENGER.replace("1122334455", "harbor")).split(": ").next(),
        Some("account.harbor-page.page_id = \"harbor\"")
    );
}

#[test]
fn an_origin_that_names_no_website_is_refused() {
    let text = "[[account]]\nid = \"site\"\nkind = \"webchat\"\nbot = \"b\"\norigins = [\"example.org\"]";
    let line = problem(text);
    assert!(line.starts_with("account.site.origins = [\"example.org\"]: \"example.org\" names no website:"), "{line}");
}

#[test]
fn an_api_base_may_have_a_path_but_nothing_more() {
    let with = |base: &str| load_file(&format!("{MESSENGER}api_base = \"{base}\""));
    let base = |config: Config| match &config.accounts[0].kind {
        Kind::Messenger(messenger) => messenger.api_base.clone(),
        _ => String::new(),
    };
    assert_eq!(with("http://127.0.0.1:9000/").map(base), Ok("http://127.0.0.1:9000".to_owned()));
    assert_eq!(with("https://proxy.example/meta/").map(base), Ok("https://proxy.example/meta".to_owned()));
    assert!(with("https://proxy.example?x=1").is_err() && with("proxy.example").is_err());
}

#[test]
fn an_instagram_account_is_reached_where_it_was_connected() {
    let account = "[[account]]\nid = \"ig\"\nkind = \"instagram\"\nbot = \"b\"\ninstagram_id = \"17841400000000000\"\n\
                   app_secret = \"s\"\naccess_token = \"t\"\nverify_token = \"v\"\n";
    let reached =
        |more: &str| match load_file(&format!("{account}{more}")).map(|config| config.accounts[0].kind.clone()) {
            Ok(Kind::Instagram(instagram)) => (instagram.api_base, instagram.sends_per_second),
            other => panic!("{other:?}"),
        };
    assert_eq!(reached(""), ("https://graph.instagram.com".to_owned(), 100));
    assert_eq!(reached("page_id = \"1122\""), ("https://graph.facebook.com".to_owned(), 100));
    assert_eq!(reached("page_id = \"1122\"\n[messenger]\napi_base = \"http://m.example\"").0, "http://m.example");
    let twins = account.replace("\"ig\"", "\"ig-2\"");
    assert!(problem(&format!("{account}{twins}")).contains("another account (ig) has the same instagram_id"));
}

#[test]
fn what_is_legal_but_dangerous_is_a_warning() {
    let site = "[[account]]\nid = \"site\"\nkind = \"webchat\"\nbot = \"b\"\norigins = [\"*\"]\n";
    let text = format!(
        "listen = \"0.0.0.0:80\"\n[limits]\nreconcile_s = 2\n{MESSENGER}api_base = \"http://meta.example\"\n{site}"
    );
    let warnings = warnings(&load_file(&text).expect("legal")).join("\n");
    for part in ["public_url is not https", "reconcile_s = 2", "account harbor-page: api_base", "account site: origins"]
    {
        assert!(warnings.contains(part), "{part}\n{warnings}");
    }
    let safe = format!(
        "listen = \"0.0.0.0:80\"\npublic_url = \"https://a.example\"\n{MESSENGER}api_base = \"http://127.0.0.1:1\""
    );
    assert_eq!(super::warnings(&load_file(&safe).expect("legal")), Vec::<String>::new());
}

#[test]
fn the_demo_needs_no_files_and_lets_in_this_machine_only() {
    let config = load(&Sources { demo: true, ..Sources::default() }).expect("a demo");
    assert_eq!(config.bots, BotSource { directory: None, sample: true });
    let Kind::Webchat(webchat) = &config.accounts[0].kind else { panic!("a web chat") };
    assert!(webchat.origins.allow("http://localhost:8080") && !webchat.origins.allow("https://example.org"));
    assert_eq!(config.accounts[0].id.as_str(), "web-demo");
}

#[test]
fn everything_is_kept_in_sqlite_unless_an_address_says_otherwise() {
    let database = |text: &str| load_file(text).expect("a configuration").database;
    assert_eq!(database(""), Database::Embedded);
    assert_eq!(database("database = \"\""), Database::Embedded);
    let url = "postgres://ana:hunter2@db.example/chat";
    let there = Database::Postgres(Secret::new(url));
    assert_eq!(database(&format!("database = {url:?}")), there);
    assert_eq!(load_with("", &[("SWITCHBOARD_DATABASE", url)]).expect("a configuration").database, there);
    assert!(!format!("{there:?}").contains("hunter2"));
    let wrong = problem("database = \"mysql://ana:hunter2@db.example/chat\"");
    assert!(wrong.contains("postgres://user:password@host:5432/name") && !wrong.contains("hunter2"), "{wrong}");
}

/// Two conditions of many nodes; one alone is a mistake, or a beginning.
#[test]
fn several_nodes_need_both_or_neither() {
    let redis = "redis = \"redis://10.0.0.5\"\n";
    assert!(problem(redis).contains("several nodes share a PostgreSQL database"), "{}", problem(redis));
    let database = "database = \"postgres://ana@10.0.0.5/chat\"\n";
    let alone = warnings(&load_file(database).expect("it may serve alone"));
    assert!(alone.iter().any(|warning| warning.contains("only one process may serve from it")), "{alone:?}");
    assert_eq!(warnings(&load_file(&format!("{redis}{database}")).expect("both")), [""; 0]);
}

#[test]
fn a_web_chat_has_the_colours_and_words_of_its_account() {
    let site = "[[account]]\nid = \"site\"\nkind = \"webchat\"\nbot = \"b\"\norigins = [\"*\"]\n";
    let text = format!(
        "{site}accent = \"#fd0\"\ntheme = \"dark\"\nposition = \"start\"\nbottom_px = 80\n\
         [account.texts]\ntitle = \"Questions?\"\n[account.texts.de]\ntitle = \"Fragen?\"\n"
    );
    let config = load_file(&text).expect("a configuration");
    let Kind::Webchat(webchat) = &config.accounts[0].kind else { panic!("a web chat") };
    let light = webchat.look.accent.expect("a colour").light;
    assert!(light.fill.contrast(crate::domain::colour::WHITE) >= 3.0 && light.fill.contrast(light.ink) >= 4.5);
    assert_eq!(webchat.look.texts_in(Some("de")).title.as_deref(), Some("Fragen?"));
    assert_eq!((webchat.look.bottom_px, webchat.look.side_px), (Some(80), None));
}

#[test]
fn a_look_that_cannot_be_is_told_with_what_could() {
    let wrong = |more: &str| {
        problem(&format!("[[account]]\nid = \"site\"\nkind = \"webchat\"\nbot = \"b\"\norigins = [\"*\"]\n{more}"))
    };
    assert_eq!(wrong("accent = \"blue\""), "account.site.accent = \"blue\": write a colour as \"#1a2b3c\".");
    assert_eq!(wrong("theme = \"pink\""), "account.site.theme = \"pink\": this is \"auto\", \"light\" or \"dark\".");
    assert!(wrong("position = \"top\"").contains("\"end\" (right;"));
    assert!(wrong("side_px = 900").contains("account.site.side_px = 900: this must be a whole number from 0 to 200"));
    assert!(wrong("[account.texts.de]\ntitel = \"Fragen?\"").contains("Perhaps title was meant"));
    assert!(wrong("[account.texts]\nlauncher = \"\"").starts_with("account.site.texts.launcher = \"\": write 1 to 30"));
    assert!(wrong("[account.texts.nl]\ntitle = \"Vragen?\"").contains("account.site.texts.nl"));
}
