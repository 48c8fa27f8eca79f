//! What is refused, and that it says why.

use moniflux_domain::destination::DestinationKind;
use moniflux_domain::signal::Signal;
use moniflux_sink::{Faults, Sink, SinkConfig, SinkError};
use serde_json::json;

use crate::support::{body, shape, with_sink};

type Headers<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn what_cannot_be_taken_is_a_problem_and_is_not_counted() {
    let logs = ("x-moniflux-signal", "logs");
    let otlp = body(&shape(DestinationKind::OtlpHttp, Signal::Logs), 0, 3);
    let json_body = body(&shape(DestinationKind::Http, Signal::Logs), 0, 3);
    let cases: [(&str, Headers<'_>, &[u8], u16, &str); 11] = [
        ("/in", &[logs], b"[{", 400, "malformed_request"),
        ("/in", &[logs], br#"[{"testID": "a"}]"#, 400, "malformed_request"),
        ("/in", &[("x-moniflux-signal", "noise")], &json_body, 400, "malformed_request"),
        ("/in", &[logs, ("x-moniflux-share", "1")], &json_body, 400, "malformed_request"),
        ("/in", &[logs, ("x-moniflux-share", "3/3")], &json_body, 400, "malformed_request"),
        ("/in", &[logs, ("x-moniflux-share", "0/3")], &json_body, 400, "malformed_request"),
        ("/v1/logs", &[], &otlp[..99], 400, "malformed_request"),
        ("/v1/logs", &[("content-encoding", "gzip")], &otlp, 400, "malformed_request"),
        ("/v1/logs", &[("content-encoding", "br")], &otlp, 415, "unsupported_media_type"),
        ("/v1/logs", &[("content-type", "application/json")], b"{}", 415, "unsupported_media_type"),
        ("/v1/profiles", &[], &otlp, 404, "path_not_found"),
    ];
    with_sink(SinkConfig::default(), async |client| {
        for (path, headers, body, status, code) in cases {
            let answer = client.post(path, headers, body).await;
            assert!(answer.head.contains("content-type: application/problem+json"), "{answer:?}");
            let problem = answer.json();
            assert_eq!(
                (answer.status, &problem["code"]),
                (status, &json!(code)),
                "{path} {headers:?} {problem}"
            );
            assert_eq!(problem["status"], status);
        }
        assert_eq!(client.get("/v1/logs").await.status, 405);
        assert_eq!(client.get("/ledger").await.json(), json!({"tests": []}));
    })
    .await;
}

#[tokio::test]
async fn a_problem_names_what_is_missing() {
    with_sink(SinkConfig::default(), async |client| {
        let headers = [("x-moniflux-signal", "logs")];
        let answer = client.post("/", &headers, br#"[{"testID": "a", "seq": 1}]"#).await;
        assert!(answer.json()["detail"].as_str().unwrap().contains("runID"), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_packed_or_not() {
    with_sink(SinkConfig { body_limit: 10_000, ..SinkConfig::default() }, async |client| {
        let large = vec![0; 1_000_000];
        let packed = zstd::encode_all(&*large, 1).unwrap();
        let plain = client.post("/v1/logs", &[], &large).await;
        let zstd = client.post("/v1/logs", &[("content-encoding", "zstd")], &packed).await;
        for answer in [plain, zstd] {
            assert_eq!((answer.status, &answer.json()["code"]), (413, &json!("body_too_large")));
        }
    })
    .await;
}

#[tokio::test]
async fn a_sink_that_cannot_be_says_why() {
    let faults = Faults { fail_rate: 2.0, reset_rate: -1.0, ..Faults::default() };
    let error = Sink::bind(&SinkConfig { port: 0, faults, ..SinkConfig::default() }).unwrap_err();
    assert!(matches!(error, SinkError::Config(complaints) if complaints.len() == 2));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sink::bind(&SinkConfig { port, ..SinkConfig::default() }).unwrap_err();
    assert!(matches!(error, SinkError::Bind { address, .. } if address.port() == port));
}
