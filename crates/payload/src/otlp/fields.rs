//! Reads the fields of a protobuf message without copying them.

use prost::encoding::decode_varint;

use crate::arrival::DecodeError;

/// The fields of a message, in the order in which they stand there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

/// A field's value. Which type a number has depends on the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32,
    Bytes(&'a [u8]),
}

impl<'a> Fields<'a> {
    /// The next field and its tag.
    #[expect(
        clippy::inline_always,
        reason = "where the compiler calls it, a point with its ten attributes takes twice as long"
    )]
    #[inline(always)]
    pub(super) fn read(&mut self) -> Result<Option<(u64, Value<'a>)>, DecodeError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                let (number, rest) = self.0.split_first_chunk().ok_or(TRUNCATED)?;
                self.0 = rest;
                Value::Fixed64(u64::from_le_bytes(*number))
            }
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                Value::Bytes(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                Value::Fixed32
            }
            _ => return Err(DecodeError::Protobuf("a field has a wire type that is not in use")),
        };
        Ok(Some((key >> 3, value)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(TRUNCATED)?;
        self.0 = rest;
        Ok(taken)
    }

    /// Most varints are of one byte (keys, short lengths) or of two (lengths of records).
    #[inline]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        match self.0 {
            [byte @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            [low, high @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*low & 0x7f) | (u64::from(*high) << 7))
            }
            _ => self.long_varint(),
        }
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        decode_varint(&mut self.0).map_err(|_not_a_varint| TRUNCATED)
    }
}

const TRUNCATED: DecodeError = DecodeError::Protobuf("a field goes on beyond the end of its message");
