//! Whether the service is there and can serve.

use serde::Serialize;
use utoipa::ToSchema;

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = State)]
pub(crate) struct StateView {
    /// `alive` or `ready`.
    pub(crate) status: &'static str,
}
