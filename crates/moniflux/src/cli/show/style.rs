//! Colour, where it is wanted: on a terminal, unless `NO_COLOR` is set; elsewhere when `CLICOLOR_FORCE` is.

use std::io::IsTerminal;

use crate::settings;

/// Whether and how text is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    has_color: bool,
}

impl Style {
    /// No marks.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { has_color: false };

    /// What suits a stream of this process.
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        Self::decide(stream.is_terminal(), settings::own_variable)
    }

    /// <https://no-color.org>, <https://bixense.com/clicolors>.
    fn decide(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let is_dumb = variable("TERM").is_some_and(|term| term == "dumb");
        let is_off = variable("CLICOLOR").is_some_and(|value| value == "0");
        let is_forced =
            is_set("CLICOLOR_FORCE") && variable("CLICOLOR_FORCE").is_none_or(|value| value != "0");
        let has_color = !is_set("NO_COLOR") && (is_forced || is_terminal && !is_dumb && !is_off);
        Self { has_color }
    }

    /// Whether there are marks at all.
    pub(crate) fn has_color(self) -> bool {
        self.has_color
    }

    /// What went well.
    pub(crate) fn good(self, text: &str) -> String {
        self.marked("32", text)
    }

    /// What went wrong.
    pub(crate) fn bad(self, text: &str) -> String {
        self.marked("31", text)
    }

    /// What is to be looked at.
    pub(crate) fn doubtful(self, text: &str) -> String {
        self.marked("33", text)
    }

    /// What matters most.
    pub(crate) fn strong(self, text: &str) -> String {
        self.marked("1", text)
    }

    /// What matters least.
    pub(crate) fn faint(self, text: &str) -> String {
        self.marked("2", text)
    }

    fn marked(self, code: &str, text: &str) -> String {
        if self.has_color && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_color(is_terminal: bool, set: &[(&str, &str)]) -> bool {
        let variable =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Style::decide(is_terminal, variable).has_color
    }

    #[test]
    fn color_follows_the_stream_and_the_wishes_of_the_user() {
        assert!(has_color(true, &[]));
        assert!(has_color(true, &[("NO_COLOR", "")]), "empty counts as not set");
        assert!(!has_color(true, &[("NO_COLOR", "1")]));
        assert!(!has_color(true, &[("TERM", "dumb")]));
        assert!(!has_color(true, &[("CLICOLOR", "0")]));
        assert!(!has_color(false, &[]));
        assert!(!has_color(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(has_color(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!has_color(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn without_color_nothing_is_added() {
        assert_eq!(Style::PLAIN.bad("no"), "no");
        assert_eq!(Style { has_color: true }.bad("no"), "\x1b[31mno\x1b[0m");
    }
}
