//! The report of a run: one HTML file that opens from disk for ever, the same content as JSON, its tables as CSV.
//!
//! * `view` – what is shown, as plain figures and texts
//! * `page` – the file; `charts`, `ledger`, `tables` – its parts; `chart` and `scale` – drawing
//! * `csv` – the tables by themselves
//!
//! Everything is drawn here, so a report is whole without scripts, and so in a binary that was built without the
//! dashboard; its style is the dashboard's. The script that shows the figures under the pointer comes from there as well.

mod chart;
mod charts;
mod csv;
mod ledger;
mod page;
mod scale;
mod tables;
mod view;
mod words;

#[cfg(test)]
mod testing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use self::view::View;
use crate::dashboard::Script;

pub use self::csv::Table;

/// The policy that a page keeps to, wherever it is opened: nothing from elsewhere, no script but its own.
pub(crate) fn policy(script: Option<&Script>) -> String {
    let script = script
        .map_or_else(|| "'none'".to_owned(), |script| format!("'sha256-{}'", STANDARD.encode(script.sha256)));
    format!(
        "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
}

/// The page.
fn html(view: &View, script: Option<&Script>) -> String {
    let text = script.map(|script| script.text.as_ref());
    page::page(view, text, &policy(script)).into_string()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::testing::{HOSTILE, view};
    use super::*;

    fn script() -> Script {
        Script { text: Cow::Borrowed("start();"), sha256: [7; 32] }
    }

    #[test]
    fn names_are_text_wherever_they_stand() {
        let html = html(&view(), Some(&script()));
        assert!(!html.contains(HOSTILE) && !html.contains("<img") && !html.contains("alert(1)</script>"));
        assert_eq!(html.matches("<script").count(), 2, "its own, and its figures");
        assert_eq!(html.matches("</script>").count(), 2);
        assert!(html.matches("&lt;img src=x onerror=alert(2)&gt;").count() >= 7, "{html}");
        assert!(!html.contains("\" onerror") && !html.contains("'&<"));
    }

    #[test]
    fn the_page_asks_nothing_of_a_network() {
        let html = html(&View { test: "t".to_owned(), ..view() }, Some(&script()));
        for way in ["src=", "href=", "url(", "@import", "<link", "<iframe", "fetch("] {
            let found = html.replace("img src=x", "").contains(way);
            assert!(!found, "{way} is in it");
        }
        assert!(html.contains("default-src 'none'; script-src 'sha256-BwcHBwcH"), "{html}");
    }

    #[test]
    fn tmp_dump() {
        std::fs::write(
            "/tmp/r.html",
            html(&view(), crate::dashboard::Dashboard::embedded().report_script().as_ref()),
        )
        .unwrap();
    }

    #[test]
    fn without_a_script_the_page_is_the_same_but_for_it() {
        let (with, without) = (html(&view(), Some(&script())), html(&view(), None));
        assert!(!without.contains("<script") && without.contains("script-src 'none'"));
        let body = |html: &str| {
            html.split_once("<body").and_then(|(_, body)| body.split_once("</main>")).unwrap().0.to_owned()
        };
        assert_eq!(body(&with), body(&without));
    }

    #[test]
    fn it_says_in_words_how_the_run_went() {
        let html = html(&view(), None);
        for said in [
            "<h2>Failed</h2>",
            "The run is valid (valid): every record left within 50 ms",
            "1 record acked and never seen at http://127.0.0.1:4318.",
            "did not hold: <b>3</b>, first broken 2026-01-02 03:04:07 UTC",
            "threshold breached",
            "<b>A</b>",
        ] {
            assert!(html.contains(said), "{said} is not in {html}");
        }
    }
}
