//! Packs bodies before they leave, on the thread that sends them.
//!
//! A compressor's tables are several times a body, and an output buffer is as large as one; both are used again, so that
//! packing costs what the compressor does and no page is mapped for it.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use flate2::{Compress, FlushCompress, Status};
use moniflux_domain::destination::Compression;

/// Packs in one way.
#[derive(Debug)]
pub(crate) struct Packer {
    compression: Compression,
    /// As many as ever packed at once.
    compressors: Mutex<Vec<Compressor>>,
    buffers: Buffers,
}

impl Packer {
    /// What packs so; none when nothing is to be done.
    pub(crate) fn new(compression: Compression) -> Option<Self> {
        (compression != Compression::None).then(|| Self {
            compression,
            compressors: Mutex::default(),
            buffers: Buffers::default(),
        })
    }

    /// The body as it leaves; the memory that it takes returns by itself.
    ///
    /// # Errors
    /// The compressor broke off, for want of memory.
    pub(crate) fn pack(&self, body: &[u8]) -> io::Result<Bytes> {
        let free = self.compressors().pop();
        let mut compressor = free.map_or_else(|| Compressor::new(self.compression), Ok)?;
        let mut lent =
            Lent { buffer: self.buffers.free().pop().unwrap_or_default(), home: self.buffers.clone() };
        lent.buffer.clear();
        compressor.pack(body, &mut lent.buffer)?;
        self.compressors().push(compressor);
        Ok(Bytes::from_owner(lent))
    }

    fn compressors(&self) -> MutexGuard<'_, Vec<Compressor>> {
        self.compressors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A compressor that packs one body after the other.
enum Compressor {
    Gzip(Compress),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Compressor {
    fn new(compression: Compression) -> io::Result<Self> {
        match compression {
            Compression::Zstd => zstd::bulk::Compressor::new(ZSTD_FASTEST).map(Self::Zstd),
            Compression::Gzip | Compression::None => {
                Ok(Self::Gzip(Compress::new_gzip(flate2::Compression::fast(), GZIP_WINDOW)))
            }
        }
    }

    fn pack(&mut self, body: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Gzip(compress) => gzip(compress, body, packed),
            Self::Zstd(compressor) => {
                // The capacity bounds the output: with this much the body fits, whatever it is.
                packed.reserve(zstd::zstd_safe::compress_bound(body.len()));
                compressor.compress_to_buffer(body, packed).map(drop)
            }
        }
    }
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip(_) => "Gzip",
            Self::Zstd(_) => "Zstd",
        })
    }
}

/// Packs into one member of RFC 1952. The library's writer does the same, but cannot be used twice.
fn gzip(compress: &mut Compress, body: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
    compress.reset();
    loop {
        let taken = usize::try_from(compress.total_in()).unwrap_or(usize::MAX);
        let rest = body.get(taken..).unwrap_or_default();
        packed.reserve(rest.len() / 4 + GZIP_ROOM);
        match compress.compress_vec(rest, packed, FlushCompress::Finish)? {
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError => {}
        }
    }
}

/// Output buffers that come back when their body is dropped.
#[derive(Debug, Clone, Default)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn free(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A buffer on its way.
struct Lent {
    buffer: Vec<u8>,
    home: Buffers,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.home.free().push(std::mem::take(&mut self.buffer));
    }
}

/// The fastest of the levels that every implementation has; the negative ones hardly pack.
const ZSTD_FASTEST: i32 = 1;

/// As a power of two, the largest: every reader must know it.
const GZIP_WINDOW: u8 = 15;

/// For the end of a stream, and for bodies that are too small for a share of them to be room.
const GZIP_ROOM: usize = 1024;

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn unpack(compression: Compression, packed: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        match compression {
            Compression::None => body.extend_from_slice(packed),
            Compression::Gzip => {
                flate2::read::GzDecoder::new(packed).read_to_end(&mut body).unwrap();
            }
            Compression::Zstd => body = zstd::stream::decode_all(packed).unwrap(),
        }
        body
    }

    /// Nothing, a byte, what packs well, and what does not pack.
    fn bodies() -> [Vec<u8>; 4] {
        let noise = |place: u64| place.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes()[7];
        [Vec::new(), vec![7], b"the same again ".repeat(20_000), (0..300_000).map(noise).collect()]
    }

    #[test]
    fn what_is_packed_unpacks_with_one_compressor_after_the_other() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let packer = Packer::new(compression).unwrap();
            for body in bodies().iter().chain(bodies().iter().rev()) {
                let packed = packer.pack(body).unwrap();
                assert!(unpack(compression, &packed) == *body, "{compression:?} of {}", body.len());
            }
            assert_eq!(packer.compressors().len(), 1);
            assert_eq!(packer.buffers.free().len(), 1);
        }
        assert!(Packer::new(Compression::None).is_none());
    }

    #[test]
    fn bodies_that_are_on_their_way_together_do_not_share_memory() {
        let packer = Packer::new(Compression::Zstd).unwrap();
        let packed = [packer.pack(b"a").unwrap(), packer.pack(b"b").unwrap()];
        assert_eq!(packed.map(|packed| unpack(Compression::Zstd, &packed)), [b"a", b"b"]);
        assert_eq!(packer.buffers.free().len(), 2);
    }
}
