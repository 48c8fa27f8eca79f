//! Saved results: documents that users keep with a run.

use chrono::{DateTime, Utc};
use moniflux_domain::attachment::Attachment;
use moniflux_domain::draft::SavedResults;
use moniflux_domain::id::{RunId, RunNumber, TestId};
use serde::Serialize;
use serde_json::Value;

use crate::error::UseCaseError;
use crate::service::Service;

/// A document that a user keeps with a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SavedDocument {
    /// Known by this within its run.
    pub name: String,
    /// When it was saved.
    pub at: DateTime<Utc>,
    /// The document.
    pub results: Value,
}

impl Service {
    /// Keeps a document with a run of a test; one of the same name is replaced. Answers which run it was.
    ///
    /// # Errors
    /// There is no such test, or no such run.
    pub async fn save_results(
        &self,
        saved: SavedResults,
    ) -> Result<(TestId, RunNumber, SavedDocument), UseCaseError> {
        let test = self.stored(&saved.test).await?;
        let run = self.run_of(&test, saved.run).await?;
        let document = SavedDocument { name: saved.name, at: self.now(), results: saved.results };
        let attachment = Attachment {
            name: format!("{OF_USERS}{}", document.name),
            at: document.at,
            body: document.results.to_string(),
        };
        self.stores.results.attach(run.id, &attachment).await?;
        Ok((test.id, run.number, document))
    }

    /// What users keep with a run, by name.
    pub(crate) async fn saved_with(&self, run: RunId) -> Result<Vec<SavedDocument>, UseCaseError> {
        let attachments = self.stores.results.attachments(run).await?;
        let of_users = attachments.into_iter().filter_map(|attachment| {
            let name = attachment.name.strip_prefix(OF_USERS)?.to_owned();
            let results = serde_json::from_str(&attachment.body).unwrap_or(Value::String(attachment.body));
            Some(SavedDocument { name, at: attachment.at, results })
        });
        Ok(of_users.collect())
    }
}

/// Sets the documents of users apart from those of the service.
const OF_USERS: &str = "saved/";
