//! The dependency rule of `docs/architecture.md`: dependencies point inwards only, and what talks to the world stays in
//! its adapter. Four tables, and one function that holds a graph against them.

use std::collections::BTreeSet;

use crate::rules::graph::{Crate, Graph};

/// Everything in which the workspace breaks the rule, in words.
pub fn violations(graph: &Graph) -> Vec<String> {
    let mut found = Vec::new();
    for (name, krate) in &graph.crates {
        match ROOMS.iter().find(|room| room.name == name) {
            Some(room) => room.check(krate, graph, &mut found),
            None => found.push(format!("{name} has no row in the rule")),
        }
        for kept in KEPT {
            kept.check(name, krate, &mut found);
        }
    }
    for (name, banned) in NEVER_BEHIND {
        let reach = graph.reach(name);
        for banned in banned.iter().filter(|banned| reach.contains(**banned)) {
            found.push(format!("{name} must not bring {banned} along"));
        }
    }
    found
}

/// What one of our crates may name.
struct Room {
    name: &'static str,
    /// Which of ours.
    ours: &'static [&'static str],
    /// Which else of ours, in its tests.
    ours_in_tests: &'static [&'static str],
    /// Which of others'; anything that [`KEPT`] does not keep elsewhere for none.
    others: Option<&'static [&'static str]>,
}

impl Room {
    fn check(&self, krate: &Crate, graph: &Graph, found: &mut Vec<String>) {
        let name = self.name;
        let (ours, others): (BTreeSet<&str>, BTreeSet<&str>) =
            krate.normal.iter().map(String::as_str).partition(|package| graph.crates.contains_key(*package));
        for package in ours.into_iter().filter(|package| !self.ours.contains(package)) {
            found.push(format!("{name} must not depend on {package}"));
        }
        for package in
            others.into_iter().filter(|package| self.others.is_some_and(|some| !some.contains(package)))
        {
            found.push(format!("{name} must not see {package}"));
        }
        let in_tests =
            krate.dev.iter().map(String::as_str).filter(|package| graph.crates.contains_key(*package));
        let wrong = |package: &&str| {
            *package != name && !self.ours.contains(package) && !self.ours_in_tests.contains(package)
        };
        for package in in_tests.filter(wrong) {
            found.push(format!("{name} must not depend on {package}, not even in its tests"));
        }
    }
}

/// A package of others that only some of ours may name.
struct Kept {
    package: &'static str,
    /// Who may, in code.
    code: &'static [&'static str],
    /// Who else may, in tests.
    tests: &'static [&'static str],
}

impl Kept {
    fn check(&self, name: &str, krate: &Crate, found: &mut Vec<String>) {
        let Self { package, code, tests } = self;
        if krate.normal.contains(*package) && !code.contains(&name) {
            found.push(format!("{name} must not see {package}"));
        }
        if krate.dev.contains(*package) && !code.contains(&name) && !tests.contains(&name) {
            found.push(format!("{name} must not see {package}, not even in its tests"));
        }
    }
}

const DOMAIN: &str = "moniflux-domain";
const PORTS: &str = "moniflux-ports";
const PAYLOAD: &str = "moniflux-payload";
const ENGINE: &str = "moniflux-engine";
const SERVICE: &str = "moniflux-service";
const HTTP: &str = "moniflux-http";
const SINK: &str = "moniflux-sink";
const STORE_MONGO: &str = "moniflux-store-mongo";
const STORE_SQLITE: &str = "moniflux-store-sqlite";
const CONFORMANCE: &str = "moniflux-store-conformance";
const EMIT_HTTP: &str = "moniflux-emit-http";
const VERIFY_HTTP: &str = "moniflux-verify-http";
const BINARY: &str = "moniflux";
const TESTS: &str = "moniflux-tests";
const BENCH: &str = "moniflux-bench";

const ROOMS: &[Room] = &[
    Room {
        name: DOMAIN,
        ours: &[],
        ours_in_tests: &[],
        others: Some(&["chrono", "serde", "serde_json", "strsim", "thiserror", "url", "uuid"]),
    },
    Room {
        name: PORTS,
        ours: &[DOMAIN],
        ours_in_tests: &[],
        others: Some(&["async-trait", "bytes", "chrono", "mockall", "serde", "thiserror", "uuid"]),
    },
    Room {
        name: PAYLOAD,
        ours: &[DOMAIN],
        ours_in_tests: &[],
        others: Some(&[
            "bytes",
            "chrono",
            "opentelemetry-proto",
            "prost",
            "rand",
            "serde",
            "serde_json",
            "thiserror",
            "uuid",
        ]),
    },
    Room {
        name: ENGINE,
        ours: &[DOMAIN, PORTS, PAYLOAD],
        ours_in_tests: &[],
        others: Some(&[
            "async-trait",
            "bytes",
            "chrono",
            "futures-util",
            "hdrhistogram",
            "rand",
            "rustix",
            "serde",
            "thiserror",
            "tokio",
            "tokio-util",
            "tracing",
            "uuid",
        ]),
    },
    Room { name: SERVICE, ours: &[DOMAIN, PORTS, ENGINE], ours_in_tests: &[], others: None },
    Room { name: HTTP, ours: &[DOMAIN, PORTS, SERVICE], ours_in_tests: &[ENGINE], others: None },
    Room { name: SINK, ours: &[DOMAIN, PORTS, PAYLOAD], ours_in_tests: &[], others: None },
    Room { name: STORE_MONGO, ours: &[DOMAIN, PORTS], ours_in_tests: &[CONFORMANCE], others: None },
    Room { name: STORE_SQLITE, ours: &[DOMAIN, PORTS], ours_in_tests: &[CONFORMANCE], others: None },
    Room { name: CONFORMANCE, ours: &[DOMAIN, PORTS], ours_in_tests: &[], others: None },
    Room { name: EMIT_HTTP, ours: &[DOMAIN, PORTS], ours_in_tests: &[], others: None },
    // It is proved on the sink that it asks.
    Room { name: VERIFY_HTTP, ours: &[DOMAIN, PORTS], ours_in_tests: &[PAYLOAD, SINK], others: None },
    Room {
        name: BINARY,
        ours: &[
            DOMAIN,
            PORTS,
            PAYLOAD,
            ENGINE,
            SERVICE,
            HTTP,
            SINK,
            STORE_MONGO,
            STORE_SQLITE,
            EMIT_HTTP,
            VERIFY_HTTP,
        ],
        ours_in_tests: &[],
        others: None,
    },
    // It starts servers with the adapter that knows them.
    Room { name: TESTS, ours: &[STORE_MONGO], ours_in_tests: &[], others: None },
    // It measures the encoder, the emitter and the reading of a day by themselves; the rest it starts as the binary.
    Room {
        name: BENCH,
        ours: &[DOMAIN, PORTS, PAYLOAD, ENGINE, SERVICE, STORE_MONGO, STORE_SQLITE, EMIT_HTTP, VERIFY_HTTP],
        ours_in_tests: &[],
        others: None,
    },
];

const KEPT: &[Kept] = &[
    Kept { package: "mongodb", code: &[STORE_MONGO], tests: &[] },
    Kept { package: "sqlx", code: &[STORE_SQLITE], tests: &[] },
    Kept { package: "actix-web", code: &[HTTP, SINK], tests: &[] },
    Kept { package: "utoipa", code: &[HTTP], tests: &[] },
    Kept { package: "prometheus", code: &[HTTP], tests: &[] },
    // The binary asks services with it.
    Kept { package: "reqwest", code: &[EMIT_HTTP, VERIFY_HTTP, BINARY, TESTS, BENCH], tests: &[HTTP, SINK] },
    Kept { package: "hdrhistogram", code: &[ENGINE, SINK], tests: &[] },
    Kept { package: "opentelemetry-proto", code: &[PAYLOAD], tests: &[SINK] },
    Kept { package: "mockall", code: &[PORTS], tests: &[SERVICE, HTTP] },
    Kept {
        package: "tokio",
        code: &[
            ENGINE,
            SERVICE,
            HTTP,
            SINK,
            STORE_MONGO,
            STORE_SQLITE,
            CONFORMANCE,
            EMIT_HTTP,
            VERIFY_HTTP,
            BINARY,
            TESTS,
            BENCH,
        ],
        tests: &[],
    },
    Kept { package: "clap", code: &[BINARY, BENCH], tests: &[] },
    Kept { package: "config", code: &[BINARY], tests: &[] },
    Kept { package: "dotenvy", code: &[BINARY], tests: &[] },
    Kept { package: "tracing-subscriber", code: &[BINARY], tests: &[HTTP, SERVICE, ENGINE] },
    Kept { package: "anyhow", code: &[BINARY, TESTS, BENCH], tests: &[] },
];

/// Whoever embeds the engine gets no server, no database and no HTTP client; the core gets no runtime.
const NEVER_BEHIND: &[(&str, &[&str])] = &[
    (DOMAIN, &["tokio", "async-trait", "rand"]),
    (PORTS, &["tokio", "hyper", "reqwest"]),
    (PAYLOAD, &["tokio", "hyper", "reqwest"]),
    (ENGINE, &["mongodb", "sqlx", "actix-web", "reqwest", "hyper", "clap"]),
    (SERVICE, &["mongodb", "sqlx", "actix-web", "reqwest", "hyper", "clap"]),
    (EMIT_HTTP, &["mongodb", "sqlx", "actix-web", "clap"]),
    (VERIFY_HTTP, &["mongodb", "sqlx", "actix-web", "clap"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// One crate that names these, beside all the others that name nothing.
    fn graph(name: &str, normal: &[&str], dev: &[&str]) -> Graph {
        let mut crates: BTreeMap<String, Crate> =
            ROOMS.iter().map(|room| (room.name.to_owned(), Crate::default())).collect();
        crates.insert(name.to_owned(), Crate { normal: names(normal), dev: names(dev) });
        let pulls = crates.iter().map(|(name, krate)| (name.clone(), krate.normal.clone())).collect();
        Graph { crates, pulls }
    }

    fn broken(name: &str, normal: &[&str], dev: &[&str]) -> Vec<String> {
        violations(&graph(name, normal, dev))
    }

    const NONE: [String; 0] = [];

    #[test]
    fn what_the_rule_allows_is_not_complained_about() {
        assert_eq!(broken(ENGINE, &[DOMAIN, PORTS, PAYLOAD, "tokio", "hdrhistogram"], &["proptest"]), NONE);
        assert_eq!(broken(STORE_MONGO, &[DOMAIN, "mongodb"], &[CONFORMANCE, "tempfile"]), NONE);
        assert_eq!(broken(HTTP, &[SERVICE, "actix-web"], &["reqwest"]), NONE);
    }

    #[test]
    fn a_dependency_that_points_outwards_is_found() {
        assert_eq!(broken(DOMAIN, &[PORTS], &[]), ["moniflux-domain must not depend on moniflux-ports"]);
        assert_eq!(
            broken(HTTP, &[STORE_SQLITE], &[]),
            ["moniflux-http must not depend on moniflux-store-sqlite"]
        );
        assert_eq!(
            broken(SERVICE, &[], &[STORE_SQLITE]),
            ["moniflux-service must not depend on moniflux-store-sqlite, not even in its tests"]
        );
        assert_eq!(
            broken(BINARY, &[CONFORMANCE], &[]),
            ["moniflux must not depend on moniflux-store-conformance"]
        );
    }

    #[test]
    fn a_driver_outside_its_adapter_is_found() {
        assert_eq!(broken(STORE_SQLITE, &["mongodb"], &[]), ["moniflux-store-sqlite must not see mongodb"]);
        assert_eq!(
            broken(HTTP, &[], &["mongodb"]),
            ["moniflux-http must not see mongodb, not even in its tests"]
        );
        assert_eq!(broken(BINARY, &["sqlx"], &[]), ["moniflux must not see sqlx"]);
        assert_eq!(broken(EMIT_HTTP, &["actix-web"], &[]).len(), 2);
    }

    #[test]
    fn a_runtime_in_the_core_is_found_however_it_comes_in() {
        let direct = broken(DOMAIN, &["tokio"], &[]);
        assert!(direct.contains(&"moniflux-domain must not see tokio".to_owned()), "{direct:?}");

        let mut hidden = graph(DOMAIN, &["chrono"], &[]);
        hidden.pulls.insert("chrono".to_owned(), names(&["calendar"]));
        hidden.pulls.insert("calendar".to_owned(), names(&["tokio"]));
        assert_eq!(violations(&hidden), ["moniflux-domain must not bring tokio along"]);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        assert_eq!(broken("moniflux-new", &[], &[]), ["moniflux-new has no row in the rule"]);
    }
}
