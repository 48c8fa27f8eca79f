//! A chart over active time as SVG that needs no script: axes, lines or stacked areas, marks, a legend, and its content in
//! words for those who do not see it.
//!
//! Lines are drawn in a box of their own that is stretched to the page's width; texts stand outside it, at percentages of
//! the width, so they keep their size on a phone and on paper.

use std::borrow::Cow;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::scale::{Scale, time_ticks};
use super::view::Column;
use super::words;

/// One chart.
pub(super) struct Chart<'a> {
    /// By which the page's data finds it.
    pub(super) id: String,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) scale: Scale,
    pub(super) drawing: Drawing,
    pub(super) t: &'a [f64],
    pub(super) lines: Vec<Line<'a>>,
}

/// One figure over time.
pub(super) struct Line<'a> {
    pub(super) name: Cow<'a, str>,
    /// Its colour, as a class of the style sheet.
    pub(super) colour: &'static str,
    pub(super) values: Cow<'a, Column>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    PerSecond,
    Millis,
    Records,
}

/// How lines are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawing {
    /// Each from its own figures.
    Lines,
    /// Each on top of those before it.
    Stack,
}

/// A moment that every chart shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pin {
    pub(super) t: f64,
    /// What the timeline calls it; of several that cannot be told apart, all.
    pub(super) letters: String,
}

impl Unit {
    /// As the page's script knows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "perSecond",
            Self::Millis => "millis",
            Self::Records => "records",
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::PerSecond => words::rate(value),
            Self::Millis => words::time(value),
            Self::Records => words::number(value),
        }
    }
}

impl Chart<'_> {
    /// The chart over that many seconds.
    pub(super) fn draw(&self, span: f64, pins: &[Pin]) -> Markup {
        let span = if span > 0.0 { span } else { 1.0 };
        let ticks = self.scale.ticks();
        html! {
            figure .chart {
                figcaption {
                    h4 { (self.title) }
                    ul .legend {
                        @for line in &self.lines { li { i .(line.colour) {} (line.name) } }
                    }
                }
                div .plot { svg role="img" aria-label=(self.in_words()) data-chart=(self.id) width="100%" height=(TOP + HEIGHT + FOOT) {
                    @for tick in &ticks {
                        line .grid x1="0" x2="100%" y1=(self.y(*tick)) y2=(self.y(*tick)) {}
                    }
                    svg y=(TOP) width="100%" height=(HEIGHT) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" {
                        (self.paths(span))
                    }
                    @for pin in pins {
                        @let x = percent(pin.t / span);
                        line .pin x1=(x) x2=(x) y1=(TOP) y2=(TOP + HEIGHT) {}
                        text .pin-name x=(x) y=(TOP - 4) text-anchor=(anchor(pin.t / span)) { (pin.letters) }
                    }
                    @for tick in &ticks {
                        text .tick x="-8" y=(format!("{:.1}", self.height_of(*tick) + f64::from(TOP) + 4.0)) text-anchor="end" { (words::trimmed(&self.unit.show(*tick))) }
                    }
                    @for tick in time_ticks(span) {
                        text .tick x=(percent(tick / span)) y=(TOP + HEIGHT + FOOT - 4) text-anchor=(anchor(tick / span)) {
                            (words::clock(tick))
                        }
                    }
                } }
            }
        }
    }

    fn paths(&self, span: f64) -> Markup {
        let mut below = vec![0.0; self.t.len()];
        html! {
            @for line in &self.lines {
                @match self.drawing {
                    Drawing::Lines => path .line .(line.colour) d=(self.line(&line.values, span)) {},
                    Drawing::Stack => path .area .(line.colour) d=(self.area(&line.values, &mut below, span)) {},
                }
            }
        }
    }

    /// A line that is broken where there is no figure. A figure by itself becomes a dot, by its round ends.
    fn line(&self, values: &[Option<f64>], span: f64) -> String {
        let mut path = String::new();
        let mut is_open = false;
        for (t, value) in self.t.iter().zip(values) {
            let Some(value) = value else {
                is_open = false;
                continue;
            };
            let (x, y) = (t / span * f64::from(WIDTH), self.height_of(*value));
            let command = if is_open { 'L' } else { 'M' };
            // Writing to a string cannot fail.
            write!(path, "{command}{x:.1} {y:.1}").ok();
            if !is_open {
                path.push_str("h.01");
            }
            is_open = true;
        }
        path
    }

    /// The area of a layer, in steps: what was counted between two points is shown as wide as the time between them.
    fn area(&self, values: &[Option<f64>], below: &mut [f64], span: f64) -> String {
        let mut upper = String::new();
        let mut lower = Vec::new();
        let mut from = 0.0;
        for ((t, value), below) in self.t.iter().zip(values).zip(below) {
            let (left, right) = (from / span * f64::from(WIDTH), t / span * f64::from(WIDTH));
            let above = *below + value.unwrap_or(0.0);
            let (bottom, top) = (self.height_of(*below), self.height_of(above));
            let command = if upper.is_empty() { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            write!(upper, "{command}{left:.1} {top:.1}H{right:.1}").ok();
            lower.push(format!("L{right:.1} {bottom:.1}H{left:.1}"));
            *below = above;
            from = *t;
        }
        if !upper.is_empty() {
            lower.into_iter().rev().for_each(|step| upper.push_str(&step));
            upper.push('Z');
        }
        upper
    }

    fn height_of(&self, value: f64) -> f64 {
        (1.0 - self.scale.place(value)) * f64::from(HEIGHT)
    }

    fn y(&self, value: f64) -> String {
        format!("{:.1}", self.height_of(value) + f64::from(TOP))
    }

    /// The lowest and the highest of each line.
    fn in_words(&self) -> String {
        let mut text = format!("{} over time", self.title);
        for line in &self.lines {
            let known = || line.values.iter().flatten().copied();
            let (lowest, highest) = (known().fold(f64::INFINITY, f64::min), known().fold(0.0, f64::max));
            let range = if lowest.is_finite() {
                format!("{} to {}", self.unit.show(lowest), self.unit.show(highest))
            } else {
                "nothing measured".to_owned()
            };
            // Writing to a string cannot fail.
            write!(text, "; {}: {range}", line.name).ok();
        }
        text
    }
}

fn percent(place: f64) -> String {
    format!("{:.2}%", place.clamp(0.0, 1.0) * 100.0)
}

/// At which end a text is held, so that it stays inside the chart.
fn anchor(place: f64) -> &'static str {
    match place {
        _ if place < 0.02 => "start",
        _ if place > 0.95 => "end",
        _ => "middle",
    }
}

/// Pixels above the lines, of the lines, and below them; and the width of the box that is stretched.
const TOP: u32 = 16;
const HEIGHT: u32 = 150;
const FOOT: u32 = 20;
const WIDTH: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(drawing: Drawing, columns: &[&[Option<f64>]]) -> Chart<'static> {
        let lines = columns.iter().map(|values| Line {
            name: "a <b>".into(),
            colour: "c1",
            values: Cow::Owned(values.to_vec()),
        });
        Chart {
            id: "logs-rate".to_owned(),
            title: "Rate",
            unit: Unit::PerSecond,
            scale: Scale::Linear { top: 100.0, step: 50.0 },
            drawing,
            t: &[1.0, 2.0, 3.0, 4.0],
            lines: lines.collect(),
        }
    }

    fn paths(markup: &str) -> Vec<&str> {
        markup.split(" d=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_measured() {
        let drawn = chart(Drawing::Lines, &[&[Some(100.0), Some(50.0), None, Some(0.0)]])
            .draw(4.0, &[])
            .into_string();
        assert_eq!(paths(&drawn), ["M250.0 0.0h.01L500.0 75.0M1000.0 150.0h.01"]);
    }

    #[test]
    fn layers_stand_on_each_other() {
        let drawn =
            chart(Drawing::Stack, &[&[Some(0.0), Some(50.0), None, None], &[None, Some(50.0), None, None]]);
        let drawn = drawn.draw(4.0, &[]).into_string();
        let paths = paths(&drawn);
        assert!(paths[0].starts_with("M0.0 150.0H250.0L250.0 75.0H500.0L"), "{}", paths[0]);
        assert!(paths[1].starts_with("M0.0 150.0H250.0L250.0 0.0H500.0L"), "{}", paths[1]);
        assert!(paths[1].contains("L500.0 75.0H250.0") && paths[1].ends_with('Z'), "{}", paths[1]);
    }

    #[test]
    fn a_chart_says_in_words_what_it_shows_and_names_cannot_break_out() {
        let drawn = chart(Drawing::Lines, &[&[Some(90.0), None, Some(98.0), None], &[None; 4]])
            .draw(4.0, &[Pin { t: 2.0, letters: "A".to_owned() }]);
        let drawn = drawn.into_string();
        let words = "Rate over time; a &lt;b&gt;: 90/s to 98/s; a &lt;b&gt;: nothing measured";
        assert!(drawn.contains(&format!("aria-label=\"{words}\"")), "{drawn}");
        assert!(drawn.contains("x1=\"50.00%\"") && !drawn.contains("<b>"), "{drawn}");
    }
}
