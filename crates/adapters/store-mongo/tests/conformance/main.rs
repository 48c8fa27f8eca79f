//! The suite of all stores on a MongoDB, each property on a database of its own: once on a replica set, which has
//! change streams, and once on a standalone server.

mod database;

mod replica_set {
    use moniflux_store_conformance::{Deployment, Outcome, one_test_a_port};
    use moniflux_store_mongo::mongod::Topology;

    one_test_a_port!(empty_store);

    async fn empty_store() -> Outcome<impl Deployment> {
        super::database::empty(Topology::ReplicaSet).await
    }
}

mod standalone {
    use moniflux_store_conformance::{Deployment, Outcome, one_test_a_port};
    use moniflux_store_mongo::mongod::Topology;

    one_test_a_port!(empty_store);

    async fn empty_store() -> Outcome<impl Deployment> {
        super::database::empty(Topology::Standalone).await
    }
}
