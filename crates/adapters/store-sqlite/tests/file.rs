//! The file itself: who may read it, what becomes of it, and what a store says when it cannot be used.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use chrono::DateTime;
use moniflux_domain::destination::{Compression, Destination, DestinationKind, Endpoint};
use moniflux_domain::id::{ReplicaId, RunId, RunNumber, TestId};
use moniflux_domain::profile::{Extent, LaneRate, Rate};
use moniflux_domain::run::{Run, RunShare};
use moniflux_domain::signal::Share;
use moniflux_domain::spec::{LoadDuration, Rates, Spec};
use moniflux_ports::error::StoreFault;
use moniflux_ports::run_store::{ClaimLimit, RunStore};
use moniflux_ports::test_store::{TestQuery, TestStore};
use moniflux_store_sqlite::{SqliteConfig, SqliteStore};
use sqlx::{Connection, SqliteConnection};
use tokio::task::JoinSet;
use uuid::Uuid;

fn config(folder: &Path) -> SqliteConfig {
    SqliteConfig { dir: folder.join("made").join("on the way") }
}

/// The whole chain of an error, as an operator reads it.
fn story(fault: &StoreFault) -> String {
    let mut story = fault.to_string();
    let mut source = fault.source();
    while let Some(error) = source {
        story = format!("{story}: {error}");
        source = error.source();
    }
    story
}

#[tokio::test]
async fn the_store_holds_keys_so_only_its_owner_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let store = SqliteStore::open(config.clone()).await.unwrap();
    store.check().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&config.dir), 0o700);
    for entry in fs::read_dir(&config.dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(fs::read_dir(&config.dir).unwrap().count(), 4, "database, log, its index, lock");
}

#[tokio::test]
async fn sixteen_openings_of_a_new_store_at_once_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let mut openings = JoinSet::new();
    for _ in 0..16 {
        openings.spawn(SqliteStore::open(config(folder.path())));
    }
    while let Some(opened) = openings.join_next().await {
        opened.unwrap().unwrap().check().await.unwrap();
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("made"), "a file in the way").unwrap();
    let config = config(folder.path());
    let fault = SqliteStore::open(config.clone()).await.unwrap_err();
    assert!(story(&fault).contains(&config.file().display().to_string()), "{}", story(&fault));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_broken_and_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    fs::create_dir_all(&config.dir).unwrap();
    let text = "my thesis ".repeat(1_000);
    fs::write(config.file(), &text).unwrap();
    let fault = SqliteStore::open(config.clone()).await.unwrap_err();
    assert!(!fault.is_retryable(), "{}", story(&fault));
    assert!(story(&fault).contains(&config.file().display().to_string()), "{}", story(&fault));
    assert_eq!(fs::read_to_string(config.file()).unwrap(), text);
}

#[tokio::test]
async fn tables_of_a_later_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    SqliteStore::open(config.clone()).await.unwrap().close().await;
    let mut other = connect(&config).await.unwrap();
    let later = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1";
    sqlx::query(later).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let fault = SqliteStore::open(config).await.unwrap_err();
    assert!(!fault.is_retryable(), "{}", story(&fault));
}

#[tokio::test]
async fn a_run_of_the_time_before_shares_is_read_and_driven_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (config, earlier) = (config(folder.path()), config(&folder.path().join("earlier")));
    let run = run_of_one_lane().unwrap();
    let store = SqliteStore::open(config.clone()).await.unwrap();
    store.begin(&run).await.unwrap();
    store.close().await;

    fs::create_dir_all(&earlier.dir).unwrap();
    fs::File::create(earlier.file()).unwrap();
    let mut file = connect(&earlier).await.unwrap();
    sqlx::migrate!().run_to(1, &mut file).await.unwrap();
    let attach = format!("ATTACH '{}' AS later", config.file().display());
    sqlx::query(sqlx::AssertSqlSafe(attach)).execute(&mut file).await.unwrap();
    let copy =
        "INSERT INTO runs SELECT id, test, number, spec, started_at, outcome, ended_at, reason, checkpoint,
        holder, expires_at, epoch FROM later.runs";
    assert_eq!(sqlx::query(copy).execute(&mut file).await.unwrap().rows_affected(), 1);
    file.close().await.unwrap();

    let store = SqliteStore::open(earlier).await.unwrap();
    assert_eq!(RunStore::get(&store, &run.test, run.number).await.unwrap(), Some(run));
    let limit = ClaimLimit { shares: 9, per_run: 1 };
    let claimed = store.claim(&ReplicaId("a".to_owned()), Duration::from_secs(1), limit).await.unwrap();
    assert!(claimed[0].is_complete());
}

#[tokio::test]
async fn a_file_that_someone_locked_is_unavailable_and_reads_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let store = SqliteStore::open(config.clone()).await.unwrap();
    let mut other = connect(&config).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let fault = store.check().await.unwrap_err();
    assert!(fault.is_retryable(), "{}", story(&fault));
    TestStore::list(&store, &TestQuery::default()).await.unwrap();
    lock.rollback().await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(config(folder.path())).await.unwrap();
    store.close().await;
    assert!(store.check().await.unwrap_err().is_retryable());
    assert!(TestStore::list(&store, &TestQuery::default()).await.unwrap_err().is_retryable());
}

fn run_of_one_lane() -> Result<Run, Box<dyn Error>> {
    let destination = Destination {
        name: None,
        kind: DestinationKind::Http,
        endpoint: Endpoint::parse("http://127.0.0.1:4318")?,
        port: None,
        api_key: None,
        compression: Compression::None,
    };
    let rates = Rates { logs: LaneRate::PerSecond(Rate::per_second(1).ok_or("rate")?), ..Rates::default() };
    let spec = Spec::new(rates, Extent::For(LoadDuration::seconds(1).ok_or("duration")?), destination);
    Ok(Run {
        id: RunId(Uuid::from_u128(7)),
        test: TestId::parse("t")?,
        number: RunNumber::FIRST,
        started_at: DateTime::UNIX_EPOCH,
        shares: vec![RunShare::start(&spec, Share::WHOLE)],
        spec,
    })
}

async fn connect(config: &SqliteConfig) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect(&format!("sqlite://{}", config.file().display())).await
}
