fn main() -> anyhow::Result<()> {
    let mut sources = switchboard::config::Sources::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--demo" => sources.demo = true,
            "--config" => sources.file = args.next().map(Into::into),
            "--data-dir" => sources.data_dir = args.next(),
            "--listen" => sources.listen = args.next(),
            _ => {}
        }
    }
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let config = switchboard::config::load(&sources).map_err(|problems| anyhow::anyhow!("{problems}"))?;
    switchboard::node::run(config)
}
