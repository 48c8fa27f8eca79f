//! Flags become the fields they stand for, and faults name them.

use clap::Parser;
use serde_json::json;
use tempfile::NamedTempFile;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    flags: SpecFlags,
}

fn flags(arguments: &[&str]) -> SpecFlags {
    Line::try_parse_from(std::iter::once(&"moniflux").chain(arguments)).unwrap().flags
}

fn alone(arguments: &[&str]) -> SpecSource {
    SpecSource::read(None, &flags(arguments)).unwrap()
}

fn over(spec: &str, arguments: &[&str]) -> SpecSource {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), spec).unwrap();
    SpecSource::read(Some(file.path()), &flags(arguments)).unwrap()
}

/// Every fault of reading and of making a whole of it, one a line.
fn faults(source: &SpecSource) -> Vec<String> {
    let spec = source
        .draft()
        .and_then(|draft| draft.into_spec().map_err(|faults| source.in_words_of_flags(&faults)));
    let faults = spec.unwrap_err();
    faults.as_slice().iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect()
}

#[test]
fn the_line_of_the_readme_becomes_the_spec_it_describes() {
    let source = alone(&[
        "--to",
        "http://127.0.0.1:4318",
        "--type",
        "otlp-http",
        "--logs",
        "1000/s",
        "--metrics",
        "500/s",
        "--traces",
        "50/s",
        "--for",
        "30s",
        "--log-size",
        "100",
        "--level",
        "warn",
        "--retries",
        "3",
        "--linger",
        "50ms",
        "--set",
        "retry.on=[429, 503]",
        "--set",
        "destination.port=4319",
    ]);
    let spec = json!({
        "destination": {"endpoint": "http://127.0.0.1:4318", "type": "otlp-http", "port": 4319},
        "logRate": 1000, "metricsRate": 500, "traceRate": 50, "duration": 30, "logSize": 100, "logType": "warn",
        "retry": {"attempts": 3, "on": [429, 503]}, "linger": "50ms",
    });
    assert_eq!(source.value, spec);
    source.draft().unwrap().into_spec().unwrap();
}

#[test]
fn rates_are_numbers_with_or_without_a_unit() {
    for (text, rate) in [
        ("1000", json!(1000)),
        ("1000/s", json!(1000)),
        ("10k/s", json!(10_000)),
        ("1.5M", json!(1_500_000)),
        ("1_000/s", json!(1000)),
        ("2.50k", json!(2500)),
        ("max", json!("max")),
    ] {
        assert_eq!(alone(&["--logs", text]).value["logRate"], rate, "{text}");
    }
    for text in ["1.5", "ten", "-1", "-1/s", "60/m", "1.2345k", "k", ""] {
        let source = alone(&[&format!("--logs={text}"), "--to", "http://localhost", "--for", "1"]);
        let faults = faults(&source);
        assert!(faults.len() == 1 && faults[0].starts_with("--logs is "), "{text}: {faults:?}");
        assert!(faults[0].contains(text.trim_end_matches("/s")), "{text}: {faults:?}");
    }
}

#[test]
fn flags_replace_what_the_file_says() {
    let file = "logRate: 5\nduration: 10\nlogSize: 7\nretry: {attempts: 1, on: [503]}\n\
                destination: {endpoint: 'http://old', port: 81, type: otlp-http}";
    let source = over(file, &["--to", "http://new", "--logs", "6", "--count", "9", "--retries", "2"]);
    let spec = json!({
        "logRate": 6, "count": 9, "logSize": 7, "retry": {"attempts": 2, "on": [503]},
        "destination": {"endpoint": "http://new", "type": "otlp-http"},
    });
    assert_eq!(source.value, spec);
}

#[test]
fn thresholds_of_flags_come_after_those_of_the_file() {
    let source =
        over("thresholds: ['missed == 0']", &["--threshold", "loss == 0", "--abort-unless", "late == 0"]);
    let aborts = json!({"threshold": "late == 0", "abortOnFail": true});
    assert_eq!(source.value["thresholds"], json!(["missed == 0", "loss == 0", aborts]));
    let mut faults = Faults::one("thresholds[0]", "a");
    faults.add("thresholds[1]", "b");
    faults.add("thresholds[2].threshold", "c");
    let named = source.in_words_of_flags(&faults);
    let named: Vec<_> = named.as_slice().iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(named, ["thresholds[0]", "--threshold", "--abort-unless"]);
}

#[test]
fn faults_name_the_flags() {
    assert_eq!(
        faults(&alone(&[])),
        [
            "--logs is 0, and so are --metrics and --traces: at least one must be above 0",
            "--for is required: seconds of load, 1 to 2592000; or --count, or --open-ended",
            "--to is required: an object with at least an endpoint",
        ]
    );
    let source = alone(&[
        "--to",
        "nowhere",
        "--type",
        "kafka",
        "--logs",
        "20M",
        "--log-size",
        "big",
        "--for",
        "1.5s",
        "--set",
        "logRat=5",
        "--profile",
        "{type: ramp, form: 1}",
    ]);
    let faults = faults(&source);
    for (flag, words) in [
        ("--to ", "must be an absolute http or https URL"),
        ("--type ", "otlp-http"),
        ("--logs ", "is 20000000; accepted"),
        ("--log-size ", "is \"big\"; accepted"),
        ("--for ", "is 1.5;"),
        ("--set logRat ", "did you mean logRate?"),
        ("--profile form ", "did you mean from?"),
    ] {
        let named = faults.iter().any(|fault| fault.starts_with(flag) && fault.contains(words));
        assert!(named, "{flag}{words}: {faults:?}");
    }
    assert_eq!(faults.len(), 7, "{faults:?}");
}

#[test]
fn faults_of_the_file_keep_the_names_of_fields() {
    let source = over("logRate: -1\nduration: 5\ndestination: {endpoint: 'http://a'}", &["--log-size", "0"]);
    let faults = faults(&source);
    assert!(faults.iter().any(|fault| fault.starts_with("logRate is -1")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("--log-size is 0")), "{faults:?}");
}

#[test]
fn what_says_nothing_is_refused_at_once_and_together() {
    let arguments =
        ["--for", "soon", "--set", "oops", "--api-key-env", "MONIFLUX_NOT_SET", "--profile", "{", "--verify"];
    let Err(faults) = SpecSource::read(Some(Path::new("/not/there")), &flags(&arguments)) else {
        panic!("that was accepted");
    };
    let mut named: Vec<_> = faults.as_slice().iter().map(|fault| fault.field.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["--api-key-env", "--for", "--profile", "--set", "--verify", "SPEC"]);
}

#[test]
fn a_saved_spec_is_read_again_and_holds_no_key() {
    let file = "destination: {endpoint: 'http://a', apiKey: hunter2}";
    let source =
        over(file, &["--logs", "max", "--for", "2h", "--threshold", "logs.rejected == 0", "--id", "on"]);
    let (yaml, has_left_key_out) = source.to_yaml().unwrap();
    assert!(has_left_key_out && !yaml.contains("hunter2"), "{yaml}");
    assert!(yaml.starts_with("testID:"), "{yaml}");
    let mut again = over(&yaml, &[]).value;
    again["destination"]["apiKey"] = "hunter2".into();
    assert_eq!(again, source.value);
}

#[test]
fn what_only_the_sink_can_tell_is_asked_where_the_records_go() {
    let line = ["--logs", "9", "--for", "1", "--threshold", "loss == 0"];
    let asked = |more: &[&str]| alone(&[&line, more].concat()).value["verify"].clone();
    assert_eq!(asked(&["--to", "http://h:4318/in?a=b"]), json!({"sink": "http://h:4318/"}));
    assert_eq!(asked(&["--to", "http://h", "--set", "destination.port=81"]), json!({"sink": "http://h:81/"}));
    assert_eq!(asked(&["--to", "http://h", "--verify=http://s"]), json!({"sink": "http://s"}));
    assert_eq!(asked(&["--to", "http://h:1", "--verify"]), json!({"sink": "http://h:1"}));
    let of_file = over("destination: {endpoint: 'http://f:5'}", &line);
    assert_eq!(of_file.value["verify"], json!({"sink": "http://f:5/"}));
    assert_eq!(over("verify: {sink: 'http://s'}", &line).value["verify"], json!({"sink": "http://s"}));
    assert!(alone(&["--to", "http://h", "--threshold", "missed == 0"]).value.get("verify").is_none());
}
