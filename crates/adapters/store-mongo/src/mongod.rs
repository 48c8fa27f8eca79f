//! A real `mongod` for tests: on a free port of the loopback, with a temporary folder, for as long as it is kept.
//!
//! It cannot outlive the process that started it, however that ends: the shell that becomes `mongod` leaves a guard
//! behind, which waits for a pipe from that process to close.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use mongodb::Client;
use mongodb::bson::doc;
use mongodb::options::ClientOptions;
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// A server that runs until this is dropped.
#[derive(Debug)]
pub struct Mongod {
    uri: String,
    // Dropped in this order: the folder goes after the process.
    _process: Child,
    _folder: TempDir,
}

/// Whether the server is part of a replica set, which change streams need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topology {
    /// The only member of a replica set, and its primary.
    ReplicaSet,
    /// On its own.
    Standalone,
}

impl Mongod {
    /// Starts a server with empty databases, and waits until it takes writes.
    ///
    /// The program is the one that the environment variable `MONIFLUX_TEST_MONGOD` names, else the one that
    /// `make tools` installs below `target/tools/` of the workspace.
    ///
    /// # Errors
    /// There is no such program, or the server does not come up within half a minute.
    pub async fn start(topology: Topology) -> io::Result<Self> {
        let program = program()?;
        let mut last = io::Error::other("no attempt was made");
        for _ in 0..ATTEMPTS {
            // Someone may take the port between its choice and its use.
            let port = free_port()?;
            match timeout(PATIENCE, Self::start_at(&program, port, topology)).await {
                Ok(Ok(server)) => return Ok(server),
                Ok(Err(error)) => last = error,
                Err(late) => return Err(io::Error::new(io::ErrorKind::TimedOut, late)),
            }
        }
        Err(last)
    }

    /// Where it listens, as a URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    async fn start_at(program: &PathBuf, port: u16, topology: Topology) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("moniflux-mongod-").tempdir()?;
        let log = folder.path().join("mongod.log");
        let mut command = Command::new("sh");
        command.args(["-c", GUARDED, "guard"]).arg(folder.path()).arg(program);
        // What is old is to be forgotten within a test's patience.
        command.args(["--setParameter", "ttlMonitorSleepSecs=1"]);
        command.arg("--dbpath").arg(folder.path()).arg("--logpath").arg(&log);
        command.args(["--bind_ip", "127.0.0.1", "--port", &port.to_string(), "--nounixsocket"]);
        command.args(["--wiredTigerCacheSizeGB", "0.25"]);
        command.args(["--setParameter", "diagnosticDataCollectionEnabled=false"]);
        if topology == Topology::ReplicaSet {
            command.args(["--replSet", REPLICA_SET, "--oplogSize", "64"]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn()?;

        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if let Some(status) = process.try_wait()? {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(io::Error::other(format!("{} ended: {status}\n{log}", program.display())));
            }
            sleep(PERIOD).await;
        }
        let mut uri = format!("mongodb://127.0.0.1:{port}/");
        if topology == Topology::ReplicaSet {
            initiate(port).await.map_err(io::Error::other)?;
            uri = format!("{uri}?replicaSet={REPLICA_SET}");
        }
        Ok(Self { uri, _process: process, _folder: folder })
    }
}

/// Makes the server the primary of a replica set of its own.
async fn initiate(port: u16) -> mongodb::error::Result<()> {
    let options = ClientOptions::parse(format!("mongodb://127.0.0.1:{port}/?directConnection=true")).await?;
    let client = Client::with_options(options)?;
    let admin = client.database("admin");
    let members = vec![doc! { "_id": 0, "host": format!("127.0.0.1:{port}") }];
    admin.run_command(doc! { "replSetInitiate": { "_id": REPLICA_SET, "members": members } }).await?;
    while !admin.run_command(doc! { "hello": 1 }).await?.get_bool("isWritablePrimary").unwrap_or(false) {
        sleep(PERIOD).await;
    }
    client.shutdown().await;
    Ok(())
}

fn program() -> io::Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test has no other place to be told of it")]
    let named = std::env::var(VARIABLE);
    let installed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../target/tools/mongod/bin/mongod");
    let program = named.map_or_else(|_| PathBuf::from(installed), PathBuf::from);
    if program.is_file() {
        return Ok(program);
    }
    let message =
        format!("there is no mongod at {}: run `make tools`, or set {VARIABLE} to one", program.display());
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.local_addr()?.port())
}

/// Becomes the program `$2 …`. What stays beside it waits for the end of standard input, which nobody writes to, then
/// kills the program and removes its folder `$1`.
const GUARDED: &str = r#"
folder=$1; shift
exec 3<&0 </dev/null
(cat <&3; kill -9 $$; sleep 1; rm -rf "$folder") >/dev/null 2>&1 &
exec 3<&-
exec "$@"
"#;

const VARIABLE: &str = "MONIFLUX_TEST_MONGOD";

const REPLICA_SET: &str = "moniflux";

const ATTEMPTS: u32 = 5;

const PATIENCE: Duration = Duration::from_secs(30);

const PERIOD: Duration = Duration::from_millis(20);
