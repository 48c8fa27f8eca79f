//! The corpus: events by severity, fields, and words of a wanted length.

use moniflux_domain::spec::LogType;

use super::text::Text;
use crate::mix::Draws;

/// Appends what happened, in the tone of that severity.
pub(super) fn event(log_type: LogType, draws: &mut Draws, out: &mut Text) {
    let events = match log_type {
        LogType::Debug => DEBUG,
        LogType::Info => INFO,
        LogType::Warn => WARN,
        LogType::Error => ERROR,
    };
    out.fixed(draws.pick(events));
}

/// Appends `key=value` with a number, an id or a name.
pub(super) fn field(draws: &mut Draws, out: &mut Text) {
    let drawn = draws.draw();
    let small = drawn % 1000;
    let service = draws.pick(SERVICES);
    match draws.below(12) {
        0 => out.fixed("user_id=").number(100_000 + drawn % 900_000),
        1 => out.fixed("order=ord-").hexadecimal(drawn, 8),
        2 => out.fixed("duration_ms=").number(small).fixed(".").number(drawn % 10),
        3 => out.fixed("trace_id=").hexadecimal(drawn, 16).hexadecimal(draws.draw(), 16),
        4 => {
            // With another last digit or two, none is above 255.
            let [second, third, fourth] = [drawn % 64, small % 200, drawn % 199];
            out.fixed("peer=10.").number(second).fixed(".").number(third).fixed(".").number(fourth);
            out.fixed(":").number(1_024 + drawn % 58_000)
        }
        5 => out.fixed("service=").fixed(service),
        6 => out.fixed("path=/api/v1/").fixed(draws.pick(THINGS)).fixed("/").number(drawn % 100_000),
        7 => {
            out.fixed("pod=").fixed(service).fixed("-").hexadecimal(drawn, 10).fixed("-");
            out.hexadecimal(draws.draw(), 5)
        }
        8 => out.fixed("bytes=").number(drawn % 1_000_000),
        9 => out.fixed("attempt=").number(1 + drawn % 5).fixed("/5"),
        10 => out.fixed("region=").fixed(draws.pick(REGIONS)),
        _ => out.fixed("session=").hexadecimal(drawn, 8).fixed("-").hexadecimal(draws.draw(), 4),
    };
}

/// A word of exactly that many bytes, 1 to 8.
pub(super) fn of_length(length: usize, draws: &mut Draws) -> &'static str {
    draws.pick(BY_LENGTH[length - 1])
}

const DEBUG: &[&str] = &[
    "cache lookup for key returned in time",
    "acquired connection from pool",
    "parsed request headers",
    "resolved upstream address",
    "scheduled background refresh of the cache",
    "released lock after commit",
    "query plan reused from cache",
    "flushed write buffer to disk",
];

const INFO: &[&str] = &[
    "request completed",
    "payment authorised by provider",
    "user signed in with password",
    "order accepted and queued for shipment",
    "inventory updated from warehouse feed",
    "session renewed",
    "message published to topic orders.created",
    "report delivered to customer",
    "connection established with upstream",
    "job finished within its schedule",
];

const WARN: &[&str] = &[
    "response slower than expected, will retry",
    "retry of upstream call after timeout",
    "connection pool nearly exhausted",
    "queue depth above high watermark",
    "certificate expires soon",
    "rate limit close for client",
    "falling back to replica, primary is slow to answer",
    "disk usage above 85 percent",
];

const ERROR: &[&str] = &[
    "request failed: upstream answered with status 503",
    "transaction rolled back: deadlock detected, commit failed",
    "could not reach database: connection refused",
    "payment failed: provider rejected the card",
    "message could not be delivered, moved to dead letter queue",
    "unhandled exception in worker, job failed",
    "health check failed three times in a row",
    "token validation failed: signature mismatch",
];

const SERVICES: &[&str] =
    &["checkout", "payments", "inventory", "gateway", "search", "shipping", "accounts", "catalog"];
const THINGS: &[&str] = &["orders", "customers", "baskets", "invoices", "products", "shipments"];
const REGIONS: &[&str] = &["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-south-1"];

const BY_LENGTH: [&[&str]; 8] = [
    &["0", "1", "2", "3", "5", "7", "8", "9"],
    &["ok", "in", "at", "up", "by", "to", "42", "17"],
    &["got", "new", "put", "set", "end", "job", "204", "200"],
    &["done", "sent", "read", "sync", "node", "idle", "host", "task"],
    &["retry", "cache", "queue", "shard", "batch", "token", "index", "write"],
    &["served", "cached", "worker", "commit", "client", "update", "stream", "status"],
    &["request", "applied", "session", "timeout", "replica", "cluster", "payload", "handler"],
    &["complete", "accepted", "upstream", "database", "consumer", "resource", "snapshot", "rollback"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_length_they_are_listed_under() {
        for (index, words) in BY_LENGTH.iter().enumerate() {
            assert!(words.iter().all(|word| word.len() == index + 1), "{words:?}");
        }
    }
}
