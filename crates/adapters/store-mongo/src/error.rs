//! MongoDB's errors as faults of a store: what passes by itself, and what does not.

use mongodb::error::{Error, ErrorKind, InsertManyError, WriteFailure};
use mongodb::error::{RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR};
use moniflux_ports::error::StoreFault;
use tokio::time::timeout;

use crate::config::PATIENCE;

/// The answer of a call to the server, which is given up when it takes too long: the driver itself would wait for ever
/// for a server that is there but does not answer.
pub(crate) async fn answer<T>(call: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, StoreFault> {
    raw_answer(call).await?.map_err(fault)
}

/// Like [`answer`], for callers that look at the driver's error first.
pub(crate) async fn raw_answer<T>(
    call: impl IntoFuture<Output = Result<T, Error>>,
) -> Result<Result<T, Error>, StoreFault> {
    timeout(PATIENCE, call.into_future()).await.map_err(StoreFault::unavailable)
}

/// The store's fault that an error of the driver means.
pub(crate) fn fault(error: Error) -> StoreFault {
    if may_pass(&error) { StoreFault::unavailable(error) } else { StoreFault::broken(error) }
}

/// Whether a unique index refused the write.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    code(error) == Some(DUPLICATE_KEY)
}

/// Whether what was to be dropped, or what holds it, was not there.
pub(crate) fn is_gone(error: &Error) -> bool {
    matches!(code(error), Some(NAMESPACE_NOT_FOUND | INDEX_NOT_FOUND))
}

/// Whether what was to be made was there already, with the same options or, for an index, with others.
pub(crate) fn exists_already(error: &Error) -> bool {
    matches!(code(error), Some(NAMESPACE_EXISTS | INDEX_OPTIONS_CONFLICT))
}

/// Whether unique indexes refused some of many documents, and nothing else went wrong.
pub(crate) fn are_duplicates(error: &Error) -> bool {
    let ErrorKind::InsertMany(InsertManyError {
        write_errors: Some(errors), write_concern_error: None, ..
    }) = error.kind.as_ref()
    else {
        return false;
    };
    errors.iter().all(|error| error.code == DUPLICATE_KEY)
}

fn may_pass(error: &Error) -> bool {
    let of_the_way = matches!(
        error.kind.as_ref(),
        ErrorKind::Io(_)
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::ServerSelection { .. }
            | ErrorKind::Shutdown
            | ErrorKind::Write(WriteFailure::WriteConcernError(_))
            | ErrorKind::InsertMany(InsertManyError { write_concern_error: Some(_), .. })
    );
    let is_labelled =
        [RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR].iter().any(|label| error.contains_label(label));
    of_the_way || is_labelled || code(error).is_some_and(|code| PASSING.contains(&code))
}

fn code(error: &Error) -> Option<i32> {
    if let ErrorKind::Command(error) = error.kind.as_ref() {
        return Some(error.code);
    }
    if let ErrorKind::Write(WriteFailure::WriteError(error)) = error.kind.as_ref() {
        return Some(error.code);
    }
    None
}

const NAMESPACE_NOT_FOUND: i32 = 26;
const INDEX_NOT_FOUND: i32 = 27;
const NAMESPACE_EXISTS: i32 = 48;
const INDEX_OPTIONS_CONFLICT: i32 = 85;
const DUPLICATE_KEY: i32 = 11000;

/// The server's error codes that speak of the moment: <https://www.mongodb.com/docs/manual/reference/error-codes/>.
const PASSING: [i32; 23] = [
    6,     // HostUnreachable
    7,     // HostNotFound
    24,    // LockTimeout
    43,    // CursorNotFound
    46,    // LockBusy
    50,    // MaxTimeMSExpired
    64,    // WriteConcernFailed
    89,    // NetworkTimeout
    91,    // ShutdownInProgress
    100,   // UnsatisfiableWriteConcern
    112,   // WriteConflict
    133,   // FailedToSatisfyReadPreference
    134,   // ReadConcernMajorityNotAvailableYet
    175,   // QueryPlanKilled
    189,   // PrimarySteppedDown
    202,   // NetworkInterfaceExceededTimeLimit
    262,   // ExceededTimeLimit
    9001,  // SocketException
    10107, // NotWritablePrimary
    11600, // InterruptedAtShutdown
    11602, // InterruptedDueToReplStateChange
    13435, // NotPrimaryNoSecondaryOk
    14031, // OutOfDiskSpace
];
