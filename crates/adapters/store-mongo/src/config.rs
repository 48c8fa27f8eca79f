//! Where the server is, and how the driver is to treat it.

use std::time::Duration;

use mongodb::options::{
    Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use moniflux_domain::secret::Secret;

/// Which database of which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MongoConfig {
    /// `mongodb://…` or `mongodb+srv://…`; a secret, because it may hold a password.
    pub uri: Secret,
    /// The database's name.
    pub database: String,
}

impl MongoConfig {
    /// What the URI says, and on top of it what the contracts of the ports need.
    pub(crate) async fn options(&self) -> mongodb::error::Result<ClientOptions> {
        let mut options = ClientOptions::parse(self.uri.expose()).await?;
        options.write_concern = Some(
            WriteConcern::builder().w(Acknowledgment::Majority).journal(true).w_timeout(PATIENCE).build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        options.app_name.get_or_insert_with(|| "moniflux".to_owned());
        options.server_selection_timeout.get_or_insert(SELECTION);
        options.connect_timeout.get_or_insert(SELECTION);
        options.max_pool_size.get_or_insert(CONNECTIONS);
        Ok(options)
    }
}

/// How long a call may take before it fails; longer than it takes to find out that no server can be selected.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// How long to look for a primary: an election takes a few seconds at most.
const SELECTION: Duration = Duration::from_secs(5);

/// A renewal of all runs, the watches, and what the API asks meanwhile.
const CONNECTIONS: u32 = 64;
