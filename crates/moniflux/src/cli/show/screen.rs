//! Where a run is shown while it goes on: stderr, redrawn in place on a terminal, else a line now and then.
//!
//! Log lines that come meanwhile go through the screen as well, so that they neither break the picture nor are overdrawn.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

use super::live::Frame;
use super::style::Style;

/// Shared by whoever shows frames and whoever logs.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    kind: Kind,
    /// How many lines of the last frame stand at the end of the terminal.
    drawn: Arc<Mutex<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Terminal(Style),
    Lines,
    Quiet,
}

impl Screen {
    /// Stderr as it is; nothing but log lines when it is to be quiet.
    pub(crate) fn stderr(is_quiet: bool) -> Self {
        let stderr = io::stderr();
        let kind = match is_quiet {
            true => Kind::Quiet,
            false if stderr.is_terminal() => Kind::Terminal(Style::of(&stderr)),
            false => Kind::Lines,
        };
        Self { kind, drawn: Arc::default() }
    }

    /// Shows a frame; `second` counts the frames of this run, from 0.
    pub(crate) fn show(&self, frame: &Frame, second: u64) {
        match self.kind {
            Kind::Terminal(style) => self.draw(&frame.lines(width(), style)),
            Kind::Lines if is_told(second) => self.say(&frame.line()),
            Kind::Lines | Kind::Quiet => {}
        }
    }

    /// Writes a line that stays.
    pub(crate) fn say(&self, line: &str) {
        if self.kind != Kind::Quiet {
            self.clone().over(format!("{line}\n").as_bytes());
        }
    }

    /// Takes the last frame away, so that results can follow.
    pub(crate) fn clear(&self) {
        self.clone().over(b"");
    }

    fn draw(&self, lines: &[String]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        write(&format!("{}{}\n", take_away(*drawn), lines.join("\n")));
        *drawn = lines.len();
    }

    /// Writes in place of the last frame.
    fn over(&self, bytes: &[u8]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        write(&take_away(*drawn));
        *drawn = 0;
        let mut stderr = io::stderr();
        // When stderr is closed nobody watches.
        stderr.write_all(bytes).and_then(|()| stderr.flush()).ok();
    }
}

/// Log lines.
impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.over(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn write(text: &str) {
    let mut stderr = io::stderr();
    // When stderr is closed nobody watches.
    stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush()).ok();
}

/// Moves up over that many lines and clears from there.
fn take_away(lines: usize) -> String {
    if lines == 0 { String::new() } else { format!("\x1b[{lines}A\r\x1b[J") }
}

/// A log gets a line a second in the first minute, and one in ten seconds later.
fn is_told(second: u64) -> bool {
    second < 60 || second.is_multiple_of(10)
}

/// Columns of the terminal.
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}
