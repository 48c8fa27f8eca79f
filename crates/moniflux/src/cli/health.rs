//! `moniflux health`: whether a service answers, for containers that hold nothing else to ask with.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use moniflux_domain::destination::Endpoint;
use moniflux_domain::fault::Faults;

use crate::exit::Exit;
use crate::settings::{ServeArgs, Settings, SettingsArgs};

/// Which service to ask.
#[derive(Debug, Args)]
pub(crate) struct HealthArgs {
    /// An http URL that answers 200 when all is well [default: /health of the configured port on this machine]
    #[arg(long)]
    url: Option<String>,
}

pub(crate) fn main(settings: &SettingsArgs, args: &HealthArgs) -> anyhow::Result<Exit> {
    let url = if let Some(url) = &args.url {
        url.clone()
    } else {
        let settings =
            Settings::load(settings, &ServeArgs::default()).context("the configuration is wrong:")?;
        format!("http://127.0.0.1:{}/health", settings.port)
    };
    ask(&url).with_context(|| format!("{url} is not well"))?;
    Ok(Exit::Done)
}

/// One plain HTTP/1.0 request.
fn ask(url: &str) -> anyhow::Result<()> {
    let endpoint = Endpoint::parse(url).map_err(|why| Faults::one("--url", why.to_string()))?;
    let url = endpoint.url();
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(80));
    if url.scheme() != "http" {
        return Err(Faults::one("--url", "must be an http URL").into());
    }
    let address =
        (host.trim_matches(['[', ']']), port).to_socket_addrs()?.next().context("the name has no address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {} HTTP/1.0\r\nHost: {host}\r\n\r\n", url.path())?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or("nothing");
    if status != "200" {
        bail!("it answers {status}");
    }
    Ok(())
}

const PATIENCE: Duration = Duration::from_secs(3);
const MOST: u64 = 64 * 1024;
