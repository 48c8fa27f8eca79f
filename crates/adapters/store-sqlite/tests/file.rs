//! The file itself: who may read it, what becomes of it, and what a store says when it cannot be used.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::{TestQuery, TestStore};
use moniflux_store_sqlite::{SqliteConfig, SqliteStore};
use sqlx::{Connection, SqliteConnection};
use tokio::task::JoinSet;

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
    let later = "UPDATE _sqlx_migrations SET version = 9999";
    sqlx::query(later).execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    let fault = SqliteStore::open(config).await.unwrap_err();
    assert!(!fault.is_retryable(), "{}", story(&fault));
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
    store.list(&TestQuery::default()).await.unwrap();
    lock.rollback().await.unwrap();
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(config(folder.path())).await.unwrap();
    store.close().await;
    assert!(store.check().await.unwrap_err().is_retryable());
    assert!(store.list(&TestQuery::default()).await.unwrap_err().is_retryable());
}

async fn connect(config: &SqliteConfig) -> sqlx::Result<SqliteConnection> {
    SqliteConnection::connect(&format!("sqlite://{}", config.file().display())).await
}
