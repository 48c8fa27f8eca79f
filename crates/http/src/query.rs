//! Reads the parameters of a query, notes every fault of them, and writes the link to the next page.

use actix_web::http::header::HeaderValue;
use moniflux_domain::fault::Faults;
use url::form_urlencoded;

use crate::problem::Problem;

/// The parameters of one request.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Faults,
}

impl Query {
    /// Splits a query; any text is one.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        Self { pairs, known: Vec::new(), faults: Faults::none() }
    }

    /// Each value of a parameter that may be repeated.
    pub(crate) fn all(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect()
    }

    /// What `read` makes of a parameter that may be given once, or why it cannot.
    pub(crate) fn one<T, E: ToString>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let values = self.all(name);
        match values.as_slice() {
            [] => None,
            [value] => match read(value) {
                Ok(value) => Some(value),
                Err(why) => {
                    self.fault(name, why.to_string());
                    None
                }
            },
            [..] => {
                self.fault(name, format!("is given {} times; accepted is once", values.len()));
                None
            }
        }
    }

    /// A whole number in a range.
    pub(crate) fn whole(&mut self, name: &'static str, least: u32, most: u32) -> Option<u32> {
        self.one(name, |text| {
            let number = text.parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| format!("is \"{text}\"; accepted: a whole number from {least} to {most}"))
        })
    }

    /// Notes what is wrong with a parameter.
    pub(crate) fn fault(&mut self, name: &'static str, message: impl Into<String>) {
        self.faults.add(name, message);
    }

    /// Refuses whatever was not asked for, and answers the other parameters for [`Query::next_page`].
    ///
    /// # Errors
    /// Every fault of every parameter.
    pub(crate) fn finish(mut self) -> Result<Parameters, Problem> {
        for (name, _) in &self.pairs {
            if !self.known.contains(&name.as_str()) {
                let known = self.known.join(", ");
                self.faults.add(name.clone(), format!("is not a parameter of this call; known are {known}"));
            }
        }
        self.faults.or(Parameters(self.pairs)).map_err(Problem::invalid)
    }
}

/// The parameters of a request that was understood.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// A `Link` (RFC 8288) to the page at `cursor` of the same listing.
    pub(crate) fn next_page(&self, path: &str, cursor: &str) -> HeaderValue {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| name != CURSOR));
        query.append_pair(CURSOR, cursor);
        #[expect(clippy::expect_used, reason = "a request's path and an encoded query are visible ASCII")]
        HeaderValue::from_str(&format!("<{path}?{}>; rel=\"next\"", query.finish())).expect("visible ASCII")
    }
}

/// The parameter that says where a page begins.
pub(crate) const CURSOR: &str = "cursor";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_to_the_next_page_keeps_the_other_parameters() {
        let mut query = Query::parse("status=Running&status=Paused&userID=a%20b%26c&cursor=old");
        query.all("status");
        query.all("userID");
        query.all(CURSOR);
        let link = query.finish().unwrap().next_page("/tests", "n/w");
        assert_eq!(link, "</tests?status=Running&status=Paused&userID=a+b%26c&cursor=n%2Fw>; rel=\"next\"");
    }

    #[test]
    fn every_fault_of_a_query_is_told_at_once() {
        let mut query = Query::parse("limit=0&run=1&run=2&statsu=x");
        assert_eq!(query.whole("limit", 1, 1000), None);
        assert_eq!(query.whole("run", 1, 9), None);
        let told = query.finish().unwrap_err().to_string();
        for part in ["limit is \"0\"", "run is given 2 times", "statsu is not a parameter"] {
            assert!(told.contains(part), "{told}");
        }
    }
}
