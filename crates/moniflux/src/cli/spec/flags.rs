//! The flags that describe a test, and the fields they stand for.
//!
//! What a flag says is taken as it stands, as a number where it is one: whether it is accepted is not decided here.

use clap::Args;
use moniflux_domain::draft::read_time;
use moniflux_domain::fault::Faults;
use serde_json::{Value, json};

use crate::settings;

/// A test in flags; over the fields of a spec, if there is one.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SpecFlags {
    /// Where the records go
    #[arg(long, value_name = "URL", help_heading = DESTINATION)]
    to: Option<String>,
    /// Wire format: http (JSON arrays) or otlp-http (protobuf)
    #[arg(long = "type", value_name = "TYPE", help_heading = DESTINATION)]
    kind: Option<String>,
    /// none, gzip or zstd
    #[arg(long, value_name = "NAME", help_heading = DESTINATION)]
    compression: Option<String>,
    /// The environment variable that holds the key for `Authorization: Bearer …`
    #[arg(long, value_name = "VARIABLE", help_heading = DESTINATION)]
    api_key_env: Option<String>,

    /// Logs per second: 1000, 1000/s, 10k/s, or max
    #[arg(long, value_name = "RATE", help_heading = LOAD)]
    logs: Option<String>,
    /// Metric data points per second
    #[arg(long, value_name = "RATE", help_heading = LOAD)]
    metrics: Option<String>,
    /// Traces per second
    #[arg(long, value_name = "RATE", help_heading = LOAD)]
    traces: Option<String>,
    /// How long the load lasts: 30s, 5m, 2h
    #[arg(long = "for", value_name = "TIME", help_heading = LOAD)]
    duration: Option<String>,
    /// Ends the load with that many records of each signal
    #[arg(long, value_name = "RECORDS", help_heading = LOAD)]
    count: Option<String>,
    /// The load goes on until it is ended
    #[arg(long, help_heading = LOAD)]
    open_ended: bool,
    /// The shape of the load, as JSON or YAML: '{type: ramp, from: "10%"}'
    #[arg(long, value_name = "SHAPE", help_heading = LOAD)]
    profile: Option<String>,
    /// Into how many shares each lane is divided
    #[arg(long, value_name = "SHARES", help_heading = LOAD)]
    parallelism: Option<String>,

    /// Bytes of a log message
    #[arg(long, value_name = "BYTES", help_heading = RECORDS)]
    log_size: Option<String>,
    /// Severity of the logs: debug, info, warn or error
    #[arg(long, value_name = "LEVEL", help_heading = RECORDS)]
    level: Option<String>,
    /// How much chance is in texts and values: low, realistic or high
    #[arg(long, value_name = "NAME", help_heading = RECORDS)]
    entropy: Option<String>,
    /// Spans of a trace
    #[arg(long, value_name = "COUNT", help_heading = RECORDS)]
    spans: Option<String>,
    /// The same seed makes the same texts and values
    #[arg(long, value_name = "NUMBER", help_heading = RECORDS)]
    seed: Option<String>,

    /// The most records in a request
    #[arg(long, value_name = "RECORDS", help_heading = DELIVERY)]
    batch_size: Option<String>,
    /// The longest wait of a record for others: 100ms
    #[arg(long, value_name = "TIME", help_heading = DELIVERY)]
    linger: Option<String>,
    /// The most requests without an answer
    #[arg(long, value_name = "REQUESTS", help_heading = DELIVERY)]
    max_in_flight: Option<String>,
    /// The most connections
    #[arg(long, value_name = "COUNT", help_heading = DELIVERY)]
    connections: Option<String>,
    /// The longest wait for an answer: 10s
    #[arg(long, value_name = "TIME", help_heading = DELIVERY)]
    timeout: Option<String>,
    /// How often a batch that failed is sent again
    #[arg(long, value_name = "TIMES", help_heading = DELIVERY)]
    retries: Option<String>,

    /// What has to hold, such as 'loss == 0' or 'logs.responseTime.p99 < 250ms'; may be repeated
    #[arg(long = "threshold", value_name = "THRESHOLD", help_heading = JUDGED)]
    thresholds: Vec<String>,
    /// The same, and the run ends as soon as it does not hold; may be repeated
    #[arg(long, value_name = "THRESHOLD", help_heading = JUDGED)]
    abort_unless: Vec<String>,
    /// Asks our sink there what arrived; without an address, where the records go
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "", help_heading = JUDGED)]
    verify: Option<String>,

    /// The test's name
    #[arg(long, value_name = "NAME", help_heading = OTHERS)]
    id: Option<String>,
    /// Whose test it is
    #[arg(long, value_name = "NAME", help_heading = OTHERS)]
    user: Option<String>,
    /// Any field of a spec, such as retry.on='[429, 503]' or destination.port=4318; may be repeated
    #[arg(long = "set", value_name = "FIELD=VALUE", help_heading = OTHERS)]
    fields: Vec<String>,
}

/// What one flag says. It may hold a key, so it cannot be printed.
#[derive(Clone, PartialEq)]
pub(crate) struct Given {
    /// As it was written: `--logs`, `--set retry.on`.
    pub(crate) flag: String,
    /// The field, nested ones with a dot.
    pub(crate) path: String,
    pub(crate) value: Value,
}

impl SpecFlags {
    /// Every flag that was given, `--set` last; notes what cannot be taken at all.
    pub(crate) fn given(&self, faults: &mut Faults) -> Vec<Given> {
        let rates = [("logRate", &self.logs), ("metricsRate", &self.metrics), ("traceRate", &self.traces)];
        let texts = [
            ("destination.endpoint", &self.to),
            ("destination.type", &self.kind),
            ("destination.compression", &self.compression),
            ("logType", &self.level),
            ("entropy", &self.entropy),
            ("testID", &self.id),
            ("userID", &self.user),
        ];
        let scalars = [
            ("count", &self.count),
            ("parallelism", &self.parallelism),
            ("logSize", &self.log_size),
            ("spansPerTrace", &self.spans),
            ("seed", &self.seed),
            ("batchSize", &self.batch_size),
            ("linger", &self.linger),
            ("maxInFlight", &self.max_in_flight),
            ("connections", &self.connections),
            ("timeout", &self.timeout),
            ("retry.attempts", &self.retries),
        ];
        let mut given = Vec::new();
        for (path, text) in rates {
            given.extend(text.as_deref().map(|text| Given::of(path, rate(text))));
        }
        for (path, text) in texts {
            given.extend(text.as_deref().map(|text| Given::of(path, text.into())));
        }
        for (path, text) in scalars {
            given.extend(text.as_deref().map(|text| Given::of(path, scalar(text))));
        }
        given.extend(self.duration.as_deref().map(|text| Given::of("duration", seconds(text, faults))));
        given.extend(self.open_ended.then(|| Given::of("openEnded", true.into())));
        given.extend(
            self.profile.as_deref().map(|text| Given::of("profile", read_yaml("--profile", text, faults))),
        );
        given.extend(self.api_key(faults));
        given.extend(self.thresholds.iter().map(|text| Given::of("thresholds", text.as_str().into())));
        given.extend(self.abort_unless.iter().map(|text| Given {
            flag: "--abort-unless".to_owned(),
            ..Given::of("thresholds", json!({"threshold": text, "abortOnFail": true}))
        }));
        given.extend(self.verify(faults));
        given.extend(self.fields.iter().filter_map(|text| field(text, faults)));
        given
    }

    fn api_key(&self, faults: &mut Faults) -> Option<Given> {
        let name = self.api_key_env.as_deref()?;
        let Some(key) = settings::variable(name) else {
            faults.add("--api-key-env", format!("names {name}, which is not set"));
            return None;
        };
        Some(Given::of("destination.apiKey", key.into()))
    }

    fn verify(&self, faults: &mut Faults) -> Option<Given> {
        let sink = match (self.verify.as_deref()?, &self.to) {
            ("", Some(to)) => to,
            ("", None) => {
                faults.add("--verify", "needs the sink's address: --verify=http://127.0.0.1:4318, or --to");
                return None;
            }
            (sink, _) => sink,
        };
        Some(Given::of("verify.sink", sink.into()))
    }
}

impl Given {
    fn of(path: &str, value: Value) -> Self {
        let flag = flag_of(path).unwrap_or_default();
        Self { flag: flag.to_owned(), path: path.to_owned(), value }
    }
}

/// The flag for a field, if there is one.
pub(super) fn flag_of(path: &str) -> Option<&'static str> {
    FLAGS.iter().find(|(field, _)| *field == path).map(|(_, flag)| *flag)
}

/// `1000`, `1000/s`, `10k/s`, `1.5M`; whatever else stays a text.
fn rate(text: &str) -> Value {
    let number = text.strip_suffix("/s").unwrap_or(text).trim();
    let (number, zeros) = match number.as_bytes().last() {
        Some(b'k' | b'K') => (number.trim_end_matches(['k', 'K']), 3),
        Some(b'M') => (number.trim_end_matches('M'), 6),
        _ => (number, 0),
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = part.trim_end_matches('0');
    let digits = format!("{}{part:0<zeros$}", whole.replace('_', ""));
    match digits.parse::<u64>() {
        Ok(rate) if !whole.is_empty() && part.len() <= zeros => rate.into(),
        // Whatever it is, it is refused as it was written.
        Ok(_) | Err(_) => scalar(text.strip_suffix("/s").unwrap_or(text)),
    }
}

/// A number where it is one, else the text.
fn scalar(text: &str) -> Value {
    match text.parse::<serde_json::Number>() {
        Ok(number) => Value::Number(number),
        Err(_a_text) => text.into(),
    }
}

/// A duration in seconds, whole ones without a point.
fn seconds(text: &str, faults: &mut Faults) -> Value {
    match read_time(&scalar(text)) {
        None => {
            faults.add("--for", format!("is {text:?}; accepted: a time such as 30s, 5m or 2h"));
            Value::Null
        }
        Some(time) if time.subsec_nanos() == 0 => time.as_secs().into(),
        Some(time) => time.as_secs_f64().into(),
    }
}

fn read_yaml(flag: &str, text: &str, faults: &mut Faults) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|why| {
        faults.add(flag, format!("is neither YAML nor JSON: {why}"));
        Value::Null
    })
}

fn field(text: &str, faults: &mut Faults) -> Option<Given> {
    let Some((path, value)) = text.split_once('=').filter(|(path, _)| is_path(path)) else {
        faults.add("--set", format!("is {text:?}; accepted: FIELD=VALUE, such as retry.attempts=3"));
        return None;
    };
    let flag = format!("--set {path}");
    let value = read_yaml(&flag, value, faults);
    Some(Given { flag, path: path.to_owned(), value })
}

fn is_path(path: &str) -> bool {
    path.split('.').all(|part| !part.is_empty() && part.chars().all(char::is_alphanumeric))
}

const DESTINATION: &str = "Destination";
const LOAD: &str = "Load";
const RECORDS: &str = "Records";
const DELIVERY: &str = "Delivery";
const JUDGED: &str = "What it is judged by";
const OTHERS: &str = "Everything else";

/// Every field that has a flag of its own.
const FLAGS: [(&str, &str); 28] = [
    ("destination", "--to"),
    ("destination.endpoint", "--to"),
    ("destination.type", "--type"),
    ("destination.compression", "--compression"),
    ("destination.apiKey", "--api-key-env"),
    ("logRate", "--logs"),
    ("metricsRate", "--metrics"),
    ("traceRate", "--traces"),
    ("duration", "--for"),
    ("count", "--count"),
    ("openEnded", "--open-ended"),
    ("profile", "--profile"),
    ("parallelism", "--parallelism"),
    ("logSize", "--log-size"),
    ("logType", "--level"),
    ("entropy", "--entropy"),
    ("spansPerTrace", "--spans"),
    ("seed", "--seed"),
    ("batchSize", "--batch-size"),
    ("linger", "--linger"),
    ("maxInFlight", "--max-in-flight"),
    ("connections", "--connections"),
    ("timeout", "--timeout"),
    ("retry.attempts", "--retries"),
    ("thresholds", "--threshold"),
    ("verify.sink", "--verify"),
    ("testID", "--id"),
    ("userID", "--user"),
];
