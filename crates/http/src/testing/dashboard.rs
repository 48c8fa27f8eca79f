//! The dashboard is served as browsers want it, and its absence is explained.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use rust_embed::Embed;

use super::{Answer, Api};
use crate::dashboard::Dashboard;

#[derive(Embed)]
#[folder = "src/testing/dashboard"]
struct Small;

/// A build that never happened.
#[derive(Embed)]
#[folder = "src/testing/dashboard/assets/none"]
#[allow_missing = true]
struct Missing;

impl Api {
    fn with_dashboard(dashboard: Dashboard) -> Self {
        let api = Self::new();
        Self { state: api.state.with_dashboard(dashboard), ..api }
    }

    async fn get_with(&self, path: &str, name: &'static str, value: &str) -> Answer {
        self.send(TestRequest::get().uri(path).insert_header((name, value))).await
    }
}

const SCRIPT: &str = "/assets/app-1a2b.js";

#[actix_web::test]
async fn the_page_is_asked_for_anew_and_its_files_are_kept_for_ever() {
    let api = Api::with_dashboard(Dashboard::of(Small));
    let page = api.get("/").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), "no-cache");
    assert!(page.text().contains("./assets/app-1a2b.js"));

    let script = api.get(SCRIPT).await;
    assert_eq!(
        (script.status.as_u16(), script.header("content-type")),
        (200, "text/javascript; charset=utf-8")
    );
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(api.get("/assets/icon-3c4d.svg").await.header("content-type"), "image/svg+xml");
}

#[actix_web::test]
async fn nothing_from_elsewhere_and_nothing_inline_may_run_on_the_page() {
    let page = Api::with_dashboard(Dashboard::of(Small)).get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[actix_web::test]
async fn a_file_comes_packed_to_those_who_take_it_packed() {
    let api = Api::with_dashboard(Dashboard::of(Small));
    let plain = api.get(SCRIPT).await;
    let packed = api.get_with(SCRIPT, "accept-encoding", "br, gzip;q=0.8").await;
    assert_eq!((plain.header("content-encoding"), packed.header("content-encoding")), ("", "gzip"));
    assert_eq!(packed.header("content-type"), plain.header("content-type"));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len() / 2);
    assert_ne!(packed.header("etag"), plain.header("etag"), "other bytes need another tag");
    for answer in [&plain, &packed] {
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
    let refused = api.get_with(SCRIPT, "accept-encoding", "gzip;q=0, identity").await;
    assert_eq!(refused.body, plain.body);
    let unpacked = api.get_with("/assets/icon-3c4d.svg", "accept-encoding", "gzip").await;
    assert_eq!(unpacked.header("content-encoding"), "");
}

#[actix_web::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let api = Api::with_dashboard(Dashboard::of(Small));
    for path in ["/", SCRIPT] {
        let tag = api.get(path).await.header("etag").to_owned();
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = api.get_with(path, "if-none-match", &known).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path} {known}");
            assert_eq!(again.header("etag"), tag);
        }
        let other = api.get_with(path, "if-none-match", "\"other\"").await;
        assert_eq!(other.status.as_u16(), 200);
    }
}

#[actix_web::test]
async fn what_is_not_there_is_a_problem_as_everywhere() {
    let api = Api::with_dashboard(Dashboard::of(Small));
    for path in ["/assets/app-0000.js", "/assets/", "/assets/../index.html", "/index.html", "/new"] {
        api.get(path).await.problem(404, "path_not_found");
    }
    let posted = api.send(TestRequest::with_uri("/").method(Method::POST)).await;
    posted.problem(405, "method_not_allowed");
}

#[actix_web::test]
async fn a_binary_without_the_dashboard_serves_the_api_and_says_how_to_get_it() {
    let api = Api::with_dashboard(Dashboard::of(Missing));
    let page = api.get("/").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.text().contains("make run") && page.text().contains("Node.js 20"), "{}", page.text());
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src"));
    api.get(SCRIPT).await.problem(404, "path_not_found");
    assert_eq!(api.get("/tests").await.status.as_u16(), 200);
}
