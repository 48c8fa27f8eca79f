//! Text that looks like logs, seeded: messages of exactly one size.
//!
//! Messages are made once, from events of the wanted severity and from fields with numbers and ids, in printable ASCII
//! without anything that JSON escapes. A record's text is a copy of one of them; what is drawn anew for the record are digits in
//! it, so that compressors find as much to do in a large body as in a small one. See [`Entropy`].

mod fresh;
mod noise;
mod text;
mod words;

use std::ops::RangeInclusive;

use moniflux_domain::spec::{Entropy, LogType};

use self::fresh::Window;
use self::noise::Noise;
use self::text::Text;
use crate::encoder::Shape;
use crate::mix::{self, Draws};

/// The texts of a lane's logs.
#[derive(Debug)]
pub(crate) struct Messages {
    key: u64,
    size: usize,
    source: Source,
}

/// Where a text comes from.
#[derive(Debug)]
enum Source {
    Lines(Lines),
    Noise(Noise),
}

/// Messages of one severity and size, side by side.
#[derive(Debug)]
struct Lines {
    count: u32,
    text: Vec<u8>,
    /// As many for each message, one message after the other.
    windows: Vec<Window>,
    windows_each: usize,
}

impl Messages {
    /// Makes what texts are copied from; of a lane's shape the same makes the same.
    pub(crate) fn new(shape: &Shape) -> Self {
        let key = mix::mix(shape.seed);
        let size = shape.log_size.as_bytes() as usize;
        let lines = |count, windows| Source::Lines(Lines::new(key, shape.log_type, size, count, windows));
        let source = match shape.entropy {
            Entropy::Low => lines(FEW_LINES, 0),
            Entropy::Realistic => {
                let count = (SHORT_LINES_BYTES / size).clamp(*LINES.start(), *LINES.end());
                lines(count.min(POOL_BYTES / size).max(FEW_LINES), size.div_ceil(BYTES_A_WINDOW))
            }
            Entropy::High => Source::Noise(Noise::new(key, size)),
        };
        Self { key, size, source }
    }

    /// The length of every message, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Writes the message of the record with that number into a place of its size.
    #[inline]
    pub(crate) fn put(&self, place: &mut [u8], number: u64) {
        let drawn = mix::nth(self.key, number);
        match &self.source {
            Source::Lines(lines) => lines.put(place, drawn),
            Source::Noise(noise) => noise.put(place, drawn),
        }
    }
}

impl Lines {
    fn new(key: u64, log_type: LogType, size: usize, count: usize, windows_each: usize) -> Self {
        let mut draws = Draws::new(key);
        let mut text = Text::default();
        let windows_each = if size < Window::WIDTH { 0 } else { windows_each };
        let mut windows = Vec::new();
        for start in (0..count).map(|messages| messages * size) {
            write_message(&mut text, start + size, log_type, &mut draws);
            windows.extend(Window::over(&text.bytes()[start..], &text.bases()[start..], windows_each));
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Self { count, text: text.into_bytes(), windows, windows_each }
    }

    #[inline]
    fn put(&self, place: &mut [u8], drawn: u64) {
        let index = mix::scale(drawn, self.count) as usize;
        place.copy_from_slice(&self.text[index * place.len()..][..place.len()]);
        let windows = &self.windows[index * self.windows_each..][..self.windows_each];
        // A window takes half of each byte, so a draw is enough for two.
        let mut drawn = drawn;
        for pair in windows.chunks(2) {
            drawn = fresh::next(drawn);
            for (window, half) in pair.iter().zip([drawn, drawn >> 4]) {
                window.put(place, half);
            }
        }
    }
}

/// Appends one message, so that the text ends at `end`.
fn write_message(text: &mut Text, end: usize, log_type: LogType, draws: &mut Draws) {
    let start = text.len();
    let mut clause = Text::default();
    let mut fields_left = 0;
    // What does not fit is drawn again; the last few bytes are left to words of the right length.
    let mut refused = 0;
    while end - text.len() > LONGEST_WORD && refused < PATIENCE {
        clause.clear();
        if text.len() > start {
            clause.fixed(" ");
        }
        if fields_left == 0 {
            words::event(log_type, draws, &mut clause);
        } else {
            words::field(draws, &mut clause);
        }
        if fits(end - text.len(), clause.len()) {
            text.append(&clause);
            fields_left = if fields_left == 0 { 3 + draws.below(4) } else { fields_left - 1 };
        } else {
            fields_left = fields_left.max(1);
            refused += 1;
        }
    }
    while text.len() < end {
        let room = end - text.len() - usize::from(text.len() > start);
        let most = LONGEST_WORD.min(room);
        // A word may fill the room, or leave enough for a space and another word.
        let length = if room > most && room - most < 2 { most - 1 } else { most };
        if text.len() > start {
            text.fixed(" ");
        }
        text.fixed(words::of_length(length, draws));
    }
}

/// Whether that much text leaves either nothing, or room for a space and a word.
fn fits(room: usize, text: usize) -> bool {
    text == room || text + 2 <= room
}

/// What the messages of a lane take, unless they are very large: no more than fits a core's first-level cache.
const POOL_BYTES: usize = 32 * 1024;
/// So many lines of the usual 256 bytes are soon seen by a compressor, and it sees the same in a body of any length.
const LINES: RangeInclusive<usize> = 30..=128;
const SHORT_LINES_BYTES: usize = 30 * 256;
const FEW_LINES: usize = 2;
/// A window is laid for every so many bytes of a message, as far as there are digits: three for the usual 256.
const BYTES_A_WINDOW: usize = 86;
const PATIENCE: u32 = 16;
const LONGEST_WORD: usize = 8;

#[cfg(test)]
mod tests;
