//! What is looked for among samples, in the words of MongoDB.

use mongodb::bson::{Document, Regex, doc};
use moniflux_domain::id::RunId;
use moniflux_domain::signal::Signal;
use moniflux_ports::result_store::{SampleCursor, SampleQuery};

use crate::codec::{date, uuid};

/// The samples that fit; none when there cannot be any.
pub(crate) fn filter(run: RunId, query: &SampleQuery) -> Option<Document> {
    let mut filter = doc! { "run": uuid(run) };
    if let Some(signal) = query.signal {
        filter.insert("signal", signal.as_str());
    }
    if let Some(seq) = query.seq {
        // No number is stored beyond what BSON holds.
        filter.insert("seq", i64::try_from(seq).ok()?);
        // Numbers stand behind signals in the index.
        if query.signal.is_none() {
            filter.insert("signal", doc! { "$in": Signal::ALL.map(Signal::as_str).to_vec() });
        }
    }
    let mut at = Document::new();
    if let Some(from) = query.from {
        at.insert("$gte", date(from));
    }
    if let Some(to) = query.to {
        at.insert("$lt", date(to));
    }
    if !at.is_empty() {
        filter.insert("at", at);
    }
    if let Some(level) = query.level {
        filter.insert("level", level.as_str());
    }
    if let Some(trace) = &query.trace_id {
        filter.insert("traceID", trace);
    }
    if let Some(text) = &query.text {
        let regex =
            Regex { pattern: literally(text).try_into().ok()?, options: IGNORE_CASE.try_into().ok()? };
        filter.insert("texts", regex);
    }
    if let Some(after) = query.after {
        filter.insert("$or", later(after));
    }
    Some(filter)
}

/// The places after a cursor, by signal, sequence number and share.
fn later(after: SampleCursor) -> [Document; 3] {
    let (signal, share) = (after.signal.as_str(), after.share);
    // Beyond what BSON holds is after every number that is stored.
    let seq = i64::try_from(after.seq).unwrap_or(i64::MAX);
    [
        doc! { "signal": { "$gt": signal } },
        doc! { "signal": signal, "seq": { "$gt": seq } },
        doc! { "signal": signal, "seq": seq, "share": { "$gt": share } },
    ]
}

/// A pattern that fits nothing but that text: a backslash takes its meaning from any character that is no letter and no digit.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(2 * text.len());
    for character in text.chars() {
        if character == '\0' {
            pattern.push_str("\\x00");
            continue;
        }
        if character.is_ascii() && !character.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

const IGNORE_CASE: &str = "i";
