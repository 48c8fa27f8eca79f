//! What a store says of a server that is not there, or no more.

use std::error::Error;

use moniflux_domain::secret::Secret;
use moniflux_ports::change_feed::ChangeFeed;
use moniflux_ports::error::StoreFault;
use moniflux_ports::test_store::{TestQuery, TestStore};
use moniflux_store_mongo::mongod::{Mongod, Topology};
use moniflux_store_mongo::{MongoConfig, MongoStore};

fn config(uri: &str) -> MongoConfig {
    MongoConfig { uri: Secret::new(uri), database: "moniflux".to_owned() }
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
async fn a_server_that_is_not_there_is_unavailable_and_no_password_is_told() {
    let nobody = config("mongodb://user:hunter2@127.0.0.1:1/");
    let fault = MongoStore::connect(nobody.clone()).await.unwrap_err();
    assert!(fault.is_retryable(), "{}", story(&fault));
    assert!(story(&fault).contains("127.0.0.1:1"), "{}", story(&fault));
    assert!(!format!("{}{fault:?}{nobody:?}", story(&fault)).contains("hunter2"));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_for_good() {
    let fault = MongoStore::connect(config("http://user:hunter2@127.0.0.1/")).await.unwrap_err();
    assert!(!fault.is_retryable(), "{}", story(&fault));
    assert!(!format!("{}{fault:?}", story(&fault)).contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_went_away_is_unavailable() {
    let server = Mongod::start(Topology::ReplicaSet).await.unwrap();
    let store = MongoStore::connect(config(server.uri())).await.unwrap();
    store.check().await.unwrap();
    drop(server);
    for fault in [
        store.check().await.unwrap_err(),
        store.list(&TestQuery::default()).await.unwrap_err(),
        store.watch().await.err().unwrap(),
    ] {
        assert!(fault.is_retryable(), "{}", story(&fault));
    }
}

#[tokio::test]
async fn a_closed_store_is_unavailable() {
    let server = Mongod::start(Topology::Standalone).await.unwrap();
    let store = MongoStore::connect(config(server.uri())).await.unwrap();
    store.close().await;
    let fault = store.check().await.unwrap_err();
    assert!(fault.is_retryable(), "{}", story(&fault));
}
