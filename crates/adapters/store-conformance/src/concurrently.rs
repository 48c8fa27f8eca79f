//! Many callers at once.

use std::future::Future;

use tokio::task::JoinSet;

use crate::{Deployment, Outcome, Stores};

/// Sixteen callers on two handles, all at once; what each was answered, in no order.
pub(crate) async fn sixteen<T, F>(
    deployment: &dyn Deployment,
    call: impl Fn(u32, Stores) -> F,
) -> Outcome<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let handles = [deployment.open().await?, deployment.open().await?];
    let mut callers = JoinSet::new();
    for (caller, handle) in (0..16).zip(handles.iter().cycle()) {
        callers.spawn(call(caller, handle.clone()));
    }
    let mut answers = Vec::new();
    while let Some(answer) = callers.join_next().await {
        answers.push(answer?);
    }
    Ok(answers)
}
