//! Compresses bodies, each at the fastest level.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use flate2::write::GzEncoder;
use moniflux_domain::answer::{Answer, Kind};
use moniflux_domain::destination::Compression;
use moniflux_ports::emitter::Reply;

/// Compresses, or hands bodies on as they are.
pub(crate) enum Packer {
    /// As they are.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878; its working memory serves one body after the other.
    Zstd(Mutex<zstd::bulk::Compressor<'static>>),
}

impl Packer {
    /// A packer with memory of its own.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(crate) fn new(compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::None => Self::None,
            Compression::Gzip => Self::Gzip,
            Compression::Zstd => Self::Zstd(Mutex::new(zstd::bulk::Compressor::new(FASTEST_ZSTD)?)),
        })
    }

    /// The body as it leaves.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(crate) fn pack(&self, body: &Bytes) -> io::Result<Bytes> {
        Ok(match self {
            Self::None => body.clone(),
            Self::Gzip => {
                let packed = Vec::with_capacity(body.len() / 4);
                let mut encoder = GzEncoder::new(packed, flate2::Compression::fast());
                encoder.write_all(body)?;
                encoder.finish()?.into()
            }
            Self::Zstd(compressor) => {
                compressor.lock().unwrap_or_else(PoisonError::into_inner).compress(body)?.into()
            }
        })
    }
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Gzip => "Gzip",
            Self::Zstd(_) => "Zstd",
        })
    }
}

/// The answer to a body for which a compressor found no memory: nothing left.
pub(crate) const UNPACKABLE: Reply =
    Reply { answer: Answer::Failed(Kind::Protocol), wire_bytes: 0, retry_after: None };

const FASTEST_ZSTD: i32 = 1;
