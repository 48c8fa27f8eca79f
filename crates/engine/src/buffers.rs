//! Body buffers that come back when their batch is answered.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use moniflux_payload::{BatchBuffer, Encoder, Span};

/// The buffers of one lane; as many as were ever in flight at once.
#[derive(Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<BatchBuffer>>>);

impl Buffers {
    /// Encodes into a buffer that returns by itself when the last handle on the body is dropped.
    pub(crate) fn encode(&self, encoder: &Encoder, span: Span) -> Bytes {
        let mut buffer = self.free().pop().unwrap_or_default();
        encoder.encode(&mut buffer, span);
        Bytes::from_owner(Lent { buffer, home: self.clone() })
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<BatchBuffer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buffers").field(&self.free().len()).finish()
    }
}

/// A buffer on its way.
struct Lent {
    buffer: BatchBuffer,
    home: Buffers,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.buffer.as_ref()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.free().push(std::mem::take(&mut self.buffer));
    }
}
