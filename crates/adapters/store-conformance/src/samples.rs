//! Samples: their order, their pages, and what is looked for among them.

use std::time::Duration;

use moniflux_domain::point::Sample;
use moniflux_domain::signal::Signal;
use moniflux_domain::spec::LogType;
use moniflux_ports::result_store::{SampleCursor, SampleQuery};

use crate::example::{run_id, sample};
use crate::{Deployment, Outcome, Stores};

/// By signal, sequence number and share, whatever the order they were stored in; of one run only.
pub async fn samples_read_back_in_order_and_exactly(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut ordered = some_samples();
    ordered[1] = Sample { level: None, trace_id: None, ..ordered[1].clone() };
    let shuffled: Vec<_> = ordered.iter().rev().cloned().collect();
    stores.results.append_samples(&shuffled).await?;
    stores.results.append_samples(&[sample(run_id(2), Signal::Logs, 0, 1)]).await?;
    stores.results.append_samples(&[]).await?;
    assert_eq!(find(&stores, &any()).await?, ordered);
    assert_eq!(find(&stores, &SampleQuery { limit: u32::MAX, ..any() }).await?, ordered);
    Ok(())
}

/// The first one stays, and those beside it in the call are stored.
pub async fn a_sample_stored_again_changes_nothing(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let first = sample(run_id(1), Signal::Metrics, 3, 1);
    let again = Sample { body: "[]".to_owned(), level: None, ..first.clone() };
    let next = sample(run_id(1), Signal::Metrics, 3, 2);
    stores.results.append_samples(std::slice::from_ref(&first)).await?;
    stores.results.append_samples(&[again, next.clone()]).await?;
    assert_eq!(find(&stores, &any()).await?, [first, next]);
    Ok(())
}

/// Pages after a cursor add up to the whole; a page of none is empty.
pub async fn samples_are_read_page_by_page(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let ordered = some_samples();
    stores.results.append_samples(&ordered).await?;
    for limit in [1, 4, 7, 1_000] {
        assert_eq!(pages(&stores, &SampleQuery { limit, ..any() }).await?, ordered, "pages of {limit}");
    }
    assert_eq!(find(&stores, &SampleQuery { limit: 0, ..any() }).await?, []);
    let beyond = SampleCursor { signal: Signal::Traces, share: u32::MAX, seq: u64::MAX };
    assert_eq!(find(&stores, &SampleQuery { after: Some(beyond), ..any() }).await?, []);
    Ok(())
}

/// More than one statement or message of a driver holds.
pub async fn thousands_of_samples_are_stored_in_one_call(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let stored: Vec<_> = (0..5_003).map(|seq| sample(run_id(1), Signal::Logs, 0, seq)).collect();
    stores.results.append_samples(&stored).await?;
    assert_eq!(find(&stores, &SampleQuery { limit: 10_000, ..any() }).await?, stored);
    Ok(())
}

/// Each by itself, exactly.
pub async fn a_signal_a_level_a_number_and_a_trace_are_looked_for(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let mut all = some_samples();
    for (index, sample) in all.iter_mut().enumerate() {
        let is_log = sample.signal == Signal::Logs;
        sample.level = is_log.then_some(LogType::ALL[index % 4]);
        sample.trace_id = sample.trace_id.take().filter(|_| sample.signal == Signal::Traces);
    }
    stores.results.append_samples(&all).await?;
    let fitting = |fits: &dyn Fn(&Sample) -> bool| -> Vec<Sample> {
        all.iter().filter(|sample| fits(sample)).cloned().collect()
    };
    for signal in Signal::ALL {
        let found = find(&stores, &SampleQuery { signal: Some(signal), ..any() }).await?;
        assert_eq!(found, fitting(&|sample| sample.signal == signal));
    }
    for level in LogType::ALL {
        let found = find(&stores, &SampleQuery { level: Some(level), ..any() }).await?;
        assert!(!found.is_empty());
        assert_eq!(found, fitting(&|sample| sample.level == Some(level)));
    }
    for seq in [0, 10, 1 << 40, i64::MAX as u64, 3, u64::MAX] {
        let found = find(&stores, &SampleQuery { seq: Some(seq), ..any() }).await?;
        assert_eq!(found, fitting(&|sample| sample.seq == seq));
        let of_one = SampleQuery { seq: Some(seq), signal: Some(Signal::Metrics), ..any() };
        let expected = fitting(&|sample| sample.seq == seq && sample.signal == Signal::Metrics);
        assert_eq!(find(&stores, &of_one).await?, expected);
    }
    let trace = all.last().and_then(|sample| sample.trace_id.clone());
    assert!(trace.is_some());
    let found = find(&stores, &SampleQuery { trace_id: trace, ..any() }).await?;
    assert_eq!(found, all[all.len() - 1..]);
    let unknown = SampleQuery { trace_id: Some("f".repeat(32)), ..any() };
    assert_eq!(find(&stores, &unknown).await?, []);
    Ok(())
}

/// Either end may be open.
pub async fn a_stretch_of_time_includes_its_start_and_not_its_end(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let stored: Vec<_> = (0..10).map(|t| sample(run_id(1), Signal::Traces, 0, t * 10)).collect();
    stores.results.append_samples(&stored).await?;
    let moment = |millis: u64| stored[0].at + Duration::from_millis(millis);
    let asked: [(Option<u64>, Option<u64>, &[u64]); 7] = [
        (None, None, &[0, 10, 20, 30, 40, 50, 60, 70, 80, 90]),
        (Some(20), Some(50), &[20, 30, 40]),
        (Some(21), Some(51), &[30, 40, 50]),
        (Some(90), None, &[90]),
        (None, Some(1), &[0]),
        (Some(91), None, &[]),
        (Some(50), Some(50), &[]),
    ];
    for (from, to, expected) in asked {
        let query = SampleQuery { from: from.map(moment), to: to.map(moment), ..any() };
        let numbers: Vec<_> = find(&stores, &query).await?.iter().map(|sample| sample.seq).collect();
        assert_eq!(numbers, expected, "{from:?} {to:?}");
    }
    Ok(())
}

/// ASCII letters in either case, and no character has a meaning; keys and what every record of a run has are not looked at.
pub async fn a_text_is_looked_for_as_it_is_in_values_only(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let bodies = [
        r#"{"testID":"checkout","seq":1,"timestamp":"2026-01-01T00:00:00.5Z","message":"Order 100% paid_up"}"#,
        r#"{"testID":"checkout","seq":22,"message":"order 1000 paidXup (a|b) [c] ^d$ e.f* g+?"}"#,
        r#"{"testID":"checkout","seq":3,"message":"C:\\temp \"quoted\" a/b"}"#,
        r#"{"testID":"checkout","seq":4,"operation":"GET /x","spans":[{"operation":"SELECT orders","spanID":"00ff"}]}"#,
        r#"{"testID":"checkout","seq":5,"message":"ünï cödé 🚰"}"#,
    ];
    let stored = (0..)
        .zip(bodies)
        .map(|(seq, body)| Sample { body: body.to_owned(), ..sample(run_id(1), Signal::Logs, 0, seq) });
    stores.results.append_samples(&stored.collect::<Vec<_>>()).await?;
    let asked: [(&str, &[u64]); 25] = [
        ("order", &[0, 1, 3]),
        ("ORDER 100", &[0, 1]),
        ("100%", &[0]),
        ("%", &[0]),
        ("d_up", &[0]),
        ("_", &[0]),
        ("(a|b)", &[1]),
        ("[c]", &[1]),
        ("^d$", &[1]),
        ("e.f*", &[1]),
        (".", &[1]),
        ("g+?", &[1]),
        ("c:\\TEMP", &[2]),
        ("\\", &[2]),
        ("\"Quoted\"", &[2]),
        ("a/b", &[2]),
        ("select", &[3]),
        ("00FF", &[3]),
        ("cödé 🚰", &[4]),
        // Keys, what is the same in all of a run, numbers, and what only the writing of JSON brings.
        ("message", &[]),
        ("checkout", &[]),
        ("2026", &[]),
        ("22", &[]),
        ("\":\"", &[]),
        ("nothing of the kind", &[]),
    ];
    for (text, expected) in asked {
        let query = SampleQuery { text: Some(text.to_owned()), ..any() };
        let numbers: Vec<_> = find(&stores, &query).await?.iter().map(|sample| sample.seq).collect();
        assert_eq!(numbers, expected, "{text}");
    }
    Ok(())
}

/// All that is asked for must fit, on every page.
pub async fn filters_hold_together_and_across_pages(deployment: &dyn Deployment) -> Outcome {
    let stores = deployment.open().await?;
    let stored: Vec<_> = (0..200)
        .map(|seq| Sample {
            level: Some(if seq % 3 == 0 { LogType::Error } else { LogType::Info }),
            body: format!(r#"{{"message":"{} failed"}}"#, if seq % 2 == 0 { "payment" } else { "login" }),
            ..sample(run_id(1), Signal::Logs, u32::from(seq % 5 == 0), seq)
        })
        .collect();
    stores.results.append_samples(&stored).await?;
    let query = SampleQuery {
        signal: Some(Signal::Logs),
        level: Some(LogType::Error),
        text: Some("Payment".to_owned()),
        from: Some(stored[20].at),
        to: Some(stored[150].at),
        limit: 4,
        ..SampleQuery::default()
    };
    let numbers: Vec<_> = pages(&stores, &query).await?.iter().map(|sample| sample.seq).collect();
    assert_eq!(numbers, (20..150).filter(|seq| seq % 6 == 0).collect::<Vec<_>>());
    Ok(())
}

fn some_samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    for signal in Signal::ALL {
        for seq in [0, 2, 10, 1 << 40, i64::MAX as u64] {
            for share in [0, 1, u32::MAX] {
                samples.push(sample(run_id(1), signal, share, seq));
            }
        }
    }
    samples
}

fn any() -> SampleQuery {
    SampleQuery { limit: 1_000, ..SampleQuery::default() }
}

async fn find(stores: &Stores, query: &SampleQuery) -> Outcome<Vec<Sample>> {
    Ok(stores.results.samples(run_id(1), query).await?)
}

/// All that fit, page by page.
async fn pages(stores: &Stores, query: &SampleQuery) -> Outcome<Vec<Sample>> {
    let mut seen: Vec<Sample> = Vec::new();
    loop {
        let after = seen.last().map(SampleCursor::of);
        let page = find(stores, &SampleQuery { after, ..query.clone() }).await?;
        assert!(page.len() <= query.limit as usize);
        if page.is_empty() {
            return Ok(seen);
        }
        seen.extend(page);
    }
}
