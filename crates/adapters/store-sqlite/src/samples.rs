//! Samples: many rows a statement, and what is looked for in the words of SQLite.

use moniflux_domain::id::RunId;
use moniflux_domain::point::Sample;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_ports::error::StoreFault;
use moniflux_ports::result_store::SampleQuery;
use sqlx::{QueryBuilder, Sqlite};

use crate::codec::{SampleRow, integer, millis};
use crate::error::fault;
use crate::store::SqliteStore;

/// Writes all of them in one transaction.
pub(crate) async fn append(store: &SqliteStore, samples: &[Sample]) -> Result<(), StoreFault> {
    if samples.is_empty() {
        return Ok(());
    }
    let mut transaction = store.writer.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
    for some in samples.chunks(ROWS_A_STATEMENT) {
        // What SQLite cannot hold is refused before anything is written.
        let numbers: Vec<i64> = some.iter().map(|sample| integer(sample.seq)).collect::<Result<_, _>>()?;
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO samples (run, signal, seq, share, at, level, trace_id, body) ",
        );
        insert.push_values(some.iter().zip(numbers), |mut row, (sample, seq)| {
            row.push_bind(sample.run.0.as_bytes().as_slice())
                .push_bind(sample.signal.as_str())
                .push_bind(seq)
                .push_bind(sample.share)
                .push_bind(millis(sample.at))
                .push_bind(sample.level.map(LogType::as_str))
                .push_bind(sample.trace_id.as_deref())
                .push_bind(sample.body.as_str());
        });
        insert.push(" ON CONFLICT (run, signal, seq, share) DO NOTHING");
        insert.build().execute(&mut *transaction).await.map_err(fault)?;
    }
    transaction.commit().await.map_err(fault)
}

/// Those that fit.
pub(crate) async fn find(
    store: &SqliteStore,
    run: RunId,
    query: &SampleQuery,
) -> Result<Vec<Sample>, StoreFault> {
    let mut select = QueryBuilder::new("SELECT * FROM samples WHERE run = ");
    select.push_bind(run.0.as_bytes().as_slice());
    if let Some(signal) = query.signal {
        select.push(" AND signal = ").push_bind(signal.as_str());
    }
    if let Some(seq) = query.seq {
        // No number is stored beyond what a column holds.
        let Ok(seq) = i64::try_from(seq) else { return Ok(Vec::new()) };
        select.push(" AND seq = ").push_bind(seq);
        // Numbers stand behind signals in the key.
        let [logs, metrics, traces] = Signal::ALL.map(Signal::as_str);
        select.push(" AND signal IN (").push_bind(logs).push(", ").push_bind(metrics);
        select.push(", ").push_bind(traces).push(")");
    }
    if let Some(from) = query.from {
        select.push(" AND at >= ").push_bind(millis(from));
    }
    if let Some(to) = query.to {
        select.push(" AND at < ").push_bind(millis(to));
    }
    if let Some(level) = query.level {
        select.push(" AND level = ").push_bind(level.as_str());
    }
    if let Some(trace) = &query.trace_id {
        select.push(" AND trace_id = ").push_bind(trace.as_str());
    }
    if let Some(text) = &query.text {
        push_text(&mut select, text);
    }
    if let Some(after) = query.after {
        // Beyond what a column holds is after every number that is stored.
        let seq = i64::try_from(after.seq).unwrap_or(i64::MAX);
        select.push(" AND (signal, seq, share) > (").push_bind(after.signal.as_str());
        select.push(", ").push_bind(seq).push(", ").push_bind(after.share).push(")");
    }
    select.push(" ORDER BY signal, seq, share LIMIT ").push_bind(query.limit);
    let rows: Vec<SampleRow> = select.build_query_as().fetch_all(&store.reader).await.map_err(fault)?;
    rows.into_iter().map(SampleRow::decode).collect()
}

/// A text is looked for in the values of the object, and not in its keys.
fn push_text(select: &mut QueryBuilder<Sqlite>, text: &str) {
    let pattern = pattern(text);
    if text.chars().all(|c| c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '/')) {
        // JSON writes such a text as it is: most records are passed over without being read as JSON.
        select.push(" AND body LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
    }
    select.push(" AND EXISTS (SELECT 1 FROM json_tree(body) WHERE type = 'text'");
    let names = Sample::NOT_SEARCHED.map(|name| format!("'{name}'")).join(", ");
    select.push(format!(" AND (key IS NULL OR key NOT IN ({names}))"));
    select.push(" AND value LIKE ").push_bind(pattern).push(" ESCAPE '\\')");
}

/// What `LIKE` takes for any text with this one in it.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Eight values each; SQLite takes 32,766 in a statement.
const ROWS_A_STATEMENT: usize = 250;
