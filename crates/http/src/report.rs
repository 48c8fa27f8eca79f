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
mod environment;
mod fill;
mod ledger;
mod marks;
mod page;
mod scale;
mod spec;
mod tables;
mod view;
mod words;

#[cfg(test)]
mod testing;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use moniflux_domain::point::Sample;
use moniflux_domain::spec::Spec;
use moniflux_service::{Results, Series};
use serde_json::{Value, json};

use self::spec::SpecFields;
use self::view::View;
use crate::dashboard::{Dashboard, Script};

pub use self::csv::Table;
pub use self::environment::Environment;

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The summary.
    pub results: &'a Results,
    /// The run over time.
    pub series: &'a Series,
    /// What was asked for.
    pub spec: &'a Spec,
    /// Records that were kept: a few of each signal.
    pub samples: &'a [Sample],
    /// Where and by what it is written.
    pub environment: &'a Environment,
}

impl Report<'_> {
    /// One page that needs nothing else.
    ///
    /// # Errors
    /// The spec cannot be written as YAML.
    pub fn html(&self) -> Result<String, ReportError> {
        self.page(Dashboard::embedded().report_script().as_ref())
    }

    /// The page with that script.
    pub(crate) fn page(&self, script: Option<&Script>) -> Result<String, ReportError> {
        Ok(html(&View::of(self)?, script))
    }

    /// The same content: `results` and `series` as their own calls answer them, `spec` as it is read, `samples`, and
    /// `environment`.
    pub fn json(&self) -> Value {
        let samples = self.samples.iter().map(|sample| {
            let record = serde_json::from_str::<Value>(&sample.body).unwrap_or_else(|_| sample.body.as_str().into());
            json!({"signal": sample.signal, "share": sample.share, "seq": sample.seq, "at": sample.at, "record": record})
        });
        json!({
            "results": self.results,
            "series": self.series,
            "spec": SpecFields::of(&self.results.test, self.spec),
            "samples": samples.collect::<Vec<_>>(),
            "environment": self.environment,
        })
    }

    /// One of its tables.
    pub fn csv(&self, table: Table) -> String {
        table.write(self)
    }
}

/// A report cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the spec cannot be written as YAML")]
pub struct ReportError(#[from] serde_saphyr::SerializeError);

/// The policy that a page keeps to, wherever it is opened: nothing from elsewhere, no script but its own.
pub(crate) fn policy(script: Option<&Script>) -> String {
    let hash = |script: &Script| format!("'sha256-{}'", STANDARD.encode(script.sha256));
    let script = script.map_or_else(|| "'none'".to_owned(), hash);
    format!(
        "default-src 'none'; script-src {script}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
}

fn html(view: &View, script: Option<&Script>) -> String {
    let text = script.map(|script| script.text.as_ref());
    page::page(view, text, &policy(script)).into_string()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::testing::{HOSTILE, run, view};
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
    fn a_run_is_shown_with_all_that_is_known_of_it() {
        let run = run();
        let html = run.report().page(Some(&script())).unwrap();
        for said in [
            "acked &gt; 1000 did not hold: 24",
            "Issued <tspan>30</tspan>",
            "<code>timeout</code>",
            "data-chart=\"logs-failures\"",
            "# destination.apiKey was set",
            "logRate: 10",
            "{&quot;message&quot;:&quot;&lt;b&gt;&quot;}",
            concat!("MoniFlux ", env!("CARGO_PKG_VERSION")),
            "<b>A</b>",
        ] {
            assert!(html.contains(said), "{said} is not in {html}");
        }
        assert!(!html.contains("hush"));
    }

    #[test]
    fn the_document_holds_what_the_calls_of_the_api_answer() {
        let run = run();
        let document = run.report().json();
        assert_eq!(document["results"]["conclusion"]["result"], "failed");
        assert_eq!(document["series"]["points"].as_array().unwrap().len(), 3);
        assert_eq!(document["series"]["timeline"][1]["event"], "changed");
        assert_eq!(document["spec"]["thresholds"], json!(["missed == 0", "acked > 1000"]));
        assert_eq!(document["samples"][0]["record"]["message"], "<b>");
        assert!(!document.to_string().contains("hush"));
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
            "Verdict valid: the generator kept to its schedule",
            "1 record acked and never seen at http://127.0.0.1:4318.",
            "did not hold: <b>3</b>",
            "threshold breached",
            "<b>A</b>",
        ] {
            assert!(html.contains(said), "{said} is not in {html}");
        }
    }
}
