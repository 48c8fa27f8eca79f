//! Which source wins, and what a wrong configuration is told.

use std::collections::BTreeMap;

use super::*;

fn load(
    file: Option<&str>,
    environment: &[(&str, &str)],
    flags: &[(&'static str, &str)],
) -> Result<Settings, Faults> {
    let environment: BTreeMap<_, _> =
        environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let flags = flags.iter().map(|(key, text)| (*key, (*text).to_owned()));
    let mut faults = Faults::none();
    let texts = Texts::merge(file, &environment, flags, &mut faults);
    faults.or(())?;
    Settings::check(&texts)
}

fn fields(faults: &Faults) -> Vec<&str> {
    faults.as_slice().iter().map(|fault| fault.field.as_str()).collect()
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let settings = load(None, &[], &[]).unwrap();
    assert_eq!((settings.host.as_str(), settings.port), ("127.0.0.1", 8080));
    assert_eq!(settings.log_filter, "info");
    assert_eq!(settings.store, StoreSettings::Sqlite { folder: "./data".into() });
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = Some("port: 1\nhost: 10.0.0.1\nlog_level: warn");
    let settings = load(file, &[("PORT", "2"), ("HOST", "10.0.0.2")], &[("port", "3")]).unwrap();
    assert_eq!(
        (settings.port, settings.host.as_str(), settings.log_filter.as_str()),
        (3, "10.0.0.2", "warn")
    );
}

#[test]
fn an_empty_variable_is_not_set() {
    let settings = load(None, &[("MONGO_URI", ""), ("PORT", "")], &[]).unwrap();
    assert_eq!(settings.port, 8080);
    assert!(matches!(settings.store, StoreSettings::Sqlite { .. }));
}

#[test]
fn all_faults_are_reported_and_no_password_with_them() {
    let environment = [
        ("PORT", "http"),
        ("LOG_LEVEL", "a=b=c"),
        ("LOG_FORMAT", "xml"),
        ("MONGO_URI", "mysql://u:hunter2@h"),
        ("MONGO_DB", "a b"),
        ("HOST", "not a host"),
    ];
    let faults = load(None, &environment, &[]).unwrap_err();
    assert_eq!(fields(&faults), ["host", "port", "log_level", "log_format", "mongo_uri", "mongo_db"]);
    assert!(!faults.to_string().contains("hunter2"));
}

#[test]
fn an_unknown_key_of_the_file_is_refused() {
    assert_eq!(fields(&load(Some("prot: 1"), &[], &[]).unwrap_err()), ["prot"]);
    assert_eq!(fields(&load(Some("port: [1"), &[], &[]).unwrap_err()), ["--config"]);
}
