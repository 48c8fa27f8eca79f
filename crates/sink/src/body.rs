//! Bodies: collected into buffers that are used again, and unpacked.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use actix_web::error::PayloadError;
use actix_web::http::header::HeaderValue;
use actix_web::web::Payload;
use futures_util::StreamExt;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// What a `Content-Encoding` says; none when it is not one that is understood.
    pub(crate) fn of(encoding: Option<&HeaderValue>) -> Option<Self> {
        let Some(encoding) = encoding else { return Some(Self::Plain) };
        match encoding.to_str().ok()?.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The body as it was before it was packed.
    ///
    /// # Errors
    /// It is not packed so, or more than `limit` bytes come out of it; unpacking ends there.
    pub(crate) fn unpack(self, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, BodyError> {
        let unpacked = match self {
            Self::Plain => return Ok(body),
            Self::Gzip => read_all(flate2::read::MultiGzDecoder::new(&*body), limit),
            Self::Zstd => {
                zstd::stream::read::Decoder::new(&*body).and_then(|decoder| read_all(decoder, limit))
            }
        };
        let unpacked = unpacked.map_err(BodyError::Packing)?;
        if unpacked.len() > limit { Err(BodyError::TooLarge) } else { Ok(unpacked) }
    }
}

/// Why there is no body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than what is taken")]
    TooLarge,
    #[error("the body cannot be unpacked: {0}")]
    Packing(#[source] io::Error),
    #[error("the body did not come in whole: {0}")]
    BrokenOff(#[source] PayloadError),
}

/// Buffers of one worker. A body of usual size takes no new memory, which would have to be mapped page by page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Rc<RefCell<Vec<Vec<u8>>>>);

impl Buffers {
    /// Collects a body of at most `limit` bytes. A larger one is read to its end, so that the answer can be heard.
    pub(crate) async fn collect(&self, mut payload: Payload, limit: usize) -> Result<Vec<u8>, BodyError> {
        let mut body = self.0.borrow_mut().pop().unwrap_or_default();
        let mut too_large = false;
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(BodyError::BrokenOff)?;
            too_large |= body.len() + chunk.len() > limit;
            if !too_large {
                body.extend_from_slice(&chunk);
            }
        }
        if too_large {
            self.give_back(body);
            return Err(BodyError::TooLarge);
        }
        Ok(body)
    }

    /// Keeps a buffer for the next body.
    pub(crate) fn give_back(&self, mut body: Vec<u8>) {
        let mut kept = self.0.borrow_mut();
        if body.capacity() <= KEPT_BYTES && kept.len() < KEPT_BUFFERS {
            body.clear();
            kept.push(body);
        }
    }
}

fn read_all(packed: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    packed.take(limit as u64 + 1).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

const KEPT_BYTES: usize = 4 * 1024 * 1024;
const KEPT_BUFFERS: usize = 32;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let body = b"records and more records".repeat(99);
        assert_eq!(Packing::Gzip.unpack(gzip(&body), 1 << 20).unwrap(), body);
        assert_eq!(Packing::Zstd.unpack(zstd::encode_all(&*body, 1).unwrap(), 1 << 20).unwrap(), body);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let body = vec![0; 10_000_000];
        for (packing, packed) in
            [(Packing::Gzip, gzip(&body)), (Packing::Zstd, zstd::encode_all(&*body, 1).unwrap())]
        {
            assert!(packed.len() < 100_000);
            assert!(matches!(packing.unpack(packed, 100_000), Err(BodyError::TooLarge)));
        }
    }

    #[test]
    fn what_is_not_packed_so_is_an_error() {
        for packing in [Packing::Gzip, Packing::Zstd] {
            assert!(matches!(packing.unpack(b"plain text".to_vec(), 99), Err(BodyError::Packing(_))));
        }
        assert_eq!(Packing::of(Some(&HeaderValue::from_static("GZIP"))), Some(Packing::Gzip));
        assert_eq!(Packing::of(Some(&HeaderValue::from_static("br"))), None);
    }
}
