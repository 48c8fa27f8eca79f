//! Text that looks like logs, seeded: a pool of messages of exactly one size.
//!
//! Messages are made once, from events of the wanted severity and from fields with numbers and ids, in printable ASCII
//! without anything that JSON escapes. The pool of a usual size stays in a core's second-level cache.

mod words;

use moniflux_domain::spec::{LogSize, LogType};

use crate::mix::{self, Draws};

/// Messages of one severity and one size.
#[derive(Debug)]
pub(crate) struct Messages {
    key: u64,
    size: usize,
    count: u32,
    text: Vec<u8>,
}

impl Messages {
    /// Makes the pool; the same arguments make the same.
    pub(crate) fn new(key: u64, log_type: LogType, size: LogSize) -> Self {
        let count = (POOL_BYTES / size.as_bytes()).clamp(FEWEST, MOST);
        let size = size.as_bytes() as usize;
        let mut draws = Draws::new(key);
        let mut text = Vec::with_capacity(size * count as usize);
        for end in (1..=count as usize).map(|messages| messages * size) {
            write_message(&mut text, end, log_type, &mut draws);
        }
        Self { key, size, count, text }
    }

    /// The length of every message, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The message of the record with that number.
    #[inline]
    pub(crate) fn of(&self, seq: u64) -> &[u8] {
        let index = mix::scale(mix::nth(self.key, seq), self.count) as usize;
        &self.text[index * self.size..][..self.size]
    }
}

/// Appends one message, so that the text ends at `end`.
fn write_message(text: &mut Vec<u8>, end: usize, log_type: LogType, draws: &mut Draws) {
    let start = text.len();
    let mut clause = String::new();
    let mut fields_left = 0;
    // What does not fit is drawn again; the last few bytes are left to words of the right length.
    let mut refused = 0;
    while end - text.len() > LONGEST_WORD && refused < PATIENCE {
        clause.clear();
        if text.len() > start {
            clause.push(' ');
        }
        if fields_left == 0 {
            words::event(log_type, draws, &mut clause);
        } else {
            words::field(draws, &mut clause);
        }
        if fits(end - text.len(), clause.len()) {
            text.extend_from_slice(clause.as_bytes());
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
            text.push(b' ');
        }
        text.extend_from_slice(words::of_length(length, draws).as_bytes());
    }
}

/// Whether that much text leaves either nothing, or room for a space and a word.
fn fits(room: usize, text: usize) -> bool {
    text == room || text + 2 <= room
}

const POOL_BYTES: u32 = 128 * 1024;
const FEWEST: u32 = 4;
const MOST: u32 = 1024;
const PATIENCE: u32 = 16;
const LONGEST_WORD: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(size: u32, log_type: LogType) -> Messages {
        Messages::new(42, log_type, LogSize::bytes(size).unwrap())
    }

    #[test]
    fn every_message_has_exactly_the_wanted_size() {
        for size in (1..=64).chain([255, 256, 257, 4096, LogSize::MAX]) {
            for log_type in LogType::ALL {
                let messages = messages(size, log_type);
                assert_eq!(messages.text.len(), size as usize * messages.count as usize);
                assert_eq!(messages.of(9).len(), size as usize);
                if size == LogSize::MAX {
                    break;
                }
            }
        }
    }

    #[test]
    fn messages_are_words_between_single_spaces() {
        for size in [1, 2, 3, 7, 8, 9, 10, 11, 50, 256] {
            let messages = messages(size, LogType::Warn);
            for seq in 0..2000 {
                let text = std::str::from_utf8(messages.of(seq)).unwrap();
                assert!(text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'"' && b != b'\\'), "{text}");
                assert!(text.split(' ').all(|word| !word.is_empty()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_usual_pool_fits_the_second_level_cache_and_has_variety() {
        for size in [50, 256, 1024, 4096] {
            let messages = messages(size, LogType::Info);
            assert!(messages.text.len() <= 128 * 1024);
            let distinct: std::collections::HashSet<_> = (0..9999).map(|seq| messages.of(seq)).collect();
            assert!(
                distinct.len() * 4 > messages.count as usize * 3,
                "{} of {}",
                distinct.len(),
                messages.count
            );
        }
    }

    #[test]
    fn the_severity_shows_in_the_text() {
        let text = |log_type| String::from_utf8(messages(256, log_type).text).unwrap();
        assert!(text(LogType::Error).contains("failed") && !text(LogType::Info).contains("failed"));
        assert!(text(LogType::Debug).contains("cache") && text(LogType::Warn).contains("retry"));
    }
}
