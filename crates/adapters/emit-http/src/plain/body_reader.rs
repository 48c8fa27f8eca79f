//! Reads the body of an answer, however it is framed (RFC 9112, 6 and 7.1).

use bytes::{Buf as _, BytesMut};
use httparse::Status;
use moniflux_domain::answer::Kind;

/// Where a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After so many bytes.
    Length(u64),
    /// Where its last chunk says.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// A body as far as it came in.
#[derive(Debug)]
pub(crate) struct BodyReader {
    stage: Stage,
    limit: usize,
    body: Vec<u8>,
    is_over_limit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// So many bytes are missing to the body's end.
    Fixed(u64),
    /// A chunk's size follows.
    Size,
    /// So many bytes of a chunk follow, and a line end.
    Chunk(u64),
    /// The line end behind a chunk follows.
    ChunkEnd,
    /// Lines up to an empty one follow.
    Trailer,
    UntilClose,
    Over,
}

impl BodyReader {
    /// A body of which nothing was read; more than `limit` bytes are not.
    pub(crate) fn new(framing: Framing, limit: usize) -> Self {
        let stage = match framing {
            Framing::Length(length) => Stage::Fixed(length),
            Framing::Chunked => Stage::Size,
            Framing::UntilClose => Stage::UntilClose,
        };
        Self { stage, limit, body: Vec::new(), is_over_limit: false }
    }

    /// Takes from what came in what belongs to the body. Says whether that is all that is wanted of it.
    ///
    /// # Errors
    /// The chunks are none.
    pub(crate) fn take(&mut self, inbox: &mut BytesMut) -> Result<bool, Kind> {
        loop {
            let next = match self.stage {
                Stage::Fixed(0) => Some(Stage::Over),
                Stage::Fixed(missing) => self.data(inbox, missing).map(Stage::Fixed),
                Stage::Chunk(0) => Some(Stage::ChunkEnd),
                Stage::Chunk(missing) => self.data(inbox, missing).map(Stage::Chunk),
                Stage::UntilClose => self.data(inbox, u64::MAX).map(|_| Stage::UntilClose),
                Stage::Size => size(inbox)?,
                Stage::ChunkEnd => match line(inbox)? {
                    Some(0) => Some(Stage::Size),
                    Some(_) => return Err(Kind::Protocol),
                    None => None,
                },
                Stage::Trailer => {
                    line(inbox)?.map(|length| if length == 0 { Stage::Over } else { Stage::Trailer })
                }
                Stage::Over => return Ok(true),
            };
            if self.is_over_limit {
                return Ok(true);
            }
            match next {
                Some(stage) => self.stage = stage,
                None => return Ok(false),
            }
        }
    }

    /// Takes note that nothing more comes. Says whether that is the end of the body.
    pub(crate) fn end(&mut self) -> bool {
        let ends = self.stage == Stage::UntilClose;
        if ends {
            self.stage = Stage::Over;
        }
        ends
    }

    /// The body, if it is there to its end.
    pub(crate) fn whole(&mut self) -> Option<Vec<u8>> {
        (self.stage == Stage::Over).then(|| std::mem::take(&mut self.body))
    }

    /// Takes up to `missing` bytes and answers how many are missing then; none when there was nothing to take.
    fn data(&mut self, inbox: &mut BytesMut, missing: u64) -> Option<u64> {
        let taken = inbox.len().min(usize::try_from(missing).unwrap_or(usize::MAX));
        self.is_over_limit = self.body.len() + taken > self.limit;
        if taken == 0 || self.is_over_limit {
            return None;
        }
        self.body.extend_from_slice(inbox.get(..taken).unwrap_or_default());
        inbox.advance(taken);
        Some(missing - taken as u64)
    }
}

/// Takes a chunk's size.
fn size(inbox: &mut BytesMut) -> Result<Option<Stage>, Kind> {
    match httparse::parse_chunk_size(inbox).map_err(|_garbage| Kind::Protocol)? {
        Status::Complete((length, size)) => {
            inbox.advance(length);
            Ok(Some(if size == 0 { Stage::Trailer } else { Stage::Chunk(size) }))
        }
        Status::Partial if inbox.len() > MAX_LINE => Err(Kind::Protocol),
        Status::Partial => Ok(None),
    }
}

/// Takes a line and answers its length without its end.
fn line(inbox: &mut BytesMut) -> Result<Option<usize>, Kind> {
    match inbox.windows(2).position(|window| window == b"\r\n") {
        Some(length) => {
            inbox.advance(length + 2);
            Ok(Some(length))
        }
        None if inbox.len() > MAX_LINE => Err(Kind::Protocol),
        None => Ok(None),
    }
}

/// A chunk's size with its extensions, or a trailer, is never near this long.
const MAX_LINE: usize = 16 * 1024;
