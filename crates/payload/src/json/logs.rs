//! JSON logs: `{testID, runID, seq, timestamp, level, message}`.

use crate::corpus::Messages;
use crate::encoder::Shape;
use crate::json::rows::Tail;

/// Level and message.
#[derive(Debug)]
pub(crate) struct LogTail {
    messages: Messages,
    blank: Vec<u8>,
    message_at: usize,
}

impl LogTail {
    pub(crate) fn new(shape: &Shape) -> Self {
        let messages = Messages::new(shape);
        let mut blank = format!(r#"","level":"{}","message":""#, shape.log_type).into_bytes();
        let message_at = blank.len();
        blank.resize(message_at + messages.size(), b' ');
        blank.extend_from_slice(br#""}"#);
        Self { messages, blank, message_at }
    }
}

impl Tail for LogTail {
    fn blank(&self, _index: usize) -> &[u8] {
        &self.blank
    }

    #[inline]
    fn patch(&self, _index: usize, tail: &mut [u8], number: u64) {
        self.messages.put(&mut tail[self.message_at..][..self.messages.size()], number);
    }
}
