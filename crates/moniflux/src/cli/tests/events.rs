//! Server-sent events, as the HTML standard reads them: bytes in, events out, however the bytes are cut.

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its kind; `message` when it says none.
    pub(super) name: String,
    pub(super) data: String,
}

/// Reads a stream.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// What came of a line that is not over.
    line: Vec<u8>,
    /// Whether the line before ended with a carriage return, to which a line feed may belong.
    after_return: bool,
    is_begun: bool,
    name: String,
    data: Option<String>,
    /// The latest id, with which a reader that was cut off goes on.
    pub(super) last_id: Option<String>,
}

impl Reader {
    /// Takes what came, and answers the events that are whole by now.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for &byte in bytes {
            let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => events.extend(self.end_of_line()),
                _ => self.line.push(byte),
            }
        }
        events
    }

    fn end_of_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let line = if is_first { line.trim_start_matches('\u{feff}') } else { &line };
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let name = if name.is_empty() { "message".to_owned() } else { name };
            return self.data.take().map(|data| Event { name, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "id" if !value.contains('\0') => self.last_id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment, such as a heartbeat, or what this reader has no use for.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = "\u{feff}event: state\ndata: {\"status\": \"Running\"}\n\n: heartbeat\n\nid: 17\r\nevent: point\r\ndata: {\r\n\
                          data:}\r\n\r\ndata\rdata\r\revent: nothing\n\nid: 18\n\ndata: no end";

    fn expected() -> Vec<Event> {
        let event = |name: &str, data: &str| Event { name: name.to_owned(), data: data.to_owned() };
        vec![event("state", "{\"status\": \"Running\"}"), event("point", "{\n}"), event("message", "\n")]
    }

    #[test]
    fn events_are_the_same_however_the_stream_is_cut() {
        for size in [1, 2, 3, 7, 1_000] {
            let mut reader = Reader::default();
            let events: Vec<_> =
                STREAM.as_bytes().chunks(size).flat_map(|chunk| reader.take(chunk)).collect();
            assert_eq!(events, expected(), "in pieces of {size}");
            assert_eq!(reader.last_id.as_deref(), Some("18"));
        }
    }
}
