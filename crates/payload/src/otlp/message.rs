//! Writes protobuf messages; used to make templates, not for single records.

use prost::encoding::{encode_varint, encoded_len_varint};

/// A message under construction. The caller adds fields in the order of their tags.
#[derive(Debug, Default)]
pub(super) struct Message(pub(super) Vec<u8>);

impl Message {
    pub(super) fn varint(&mut self, tag: u32, value: u64) -> &mut Self {
        self.key(tag, VARINT);
        encode_varint(value, &mut self.0);
        self
    }

    pub(super) fn fixed64(&mut self, tag: u32, value: u64) -> &mut Self {
        self.key(tag, FIXED64);
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(super) fn bytes(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        self.key(tag, LENGTH_DELIMITED);
        encode_varint(value.len() as u64, &mut self.0);
        self.0.extend_from_slice(value);
        self
    }

    pub(super) fn string(&mut self, tag: u32, value: &str) -> &mut Self {
        self.bytes(tag, value.as_bytes())
    }

    /// An attribute: `KeyValue { key = 1, value = 2: AnyValue { string_value = 1 } }`.
    pub(super) fn text_attribute(&mut self, tag: u32, key: &str, value: &str) -> &mut Self {
        let mut any = Self::default();
        any.string(1, value);
        self.attribute(tag, key, &any)
    }

    /// An attribute: `KeyValue { key = 1, value = 2: AnyValue { int_value = 3 } }`.
    pub(super) fn int_attribute(&mut self, tag: u32, key: &str, value: u64) -> &mut Self {
        let mut any = Self::default();
        any.varint(3, value);
        self.attribute(tag, key, &any)
    }

    fn attribute(&mut self, tag: u32, key: &str, any: &Self) -> &mut Self {
        let mut pair = Self::default();
        pair.string(1, key).bytes(2, &any.0);
        self.bytes(tag, &pair.0)
    }

    fn key(&mut self, tag: u32, wire_type: u32) {
        encode_varint(u64::from((tag << 3) | wire_type), &mut self.0);
    }
}

/// Appends the key and the length of a message field with that many bytes; tags below 16 only.
pub(super) fn open_field(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push((tag << 3) | LENGTH_DELIMITED_KEY);
    encode_varint(length as u64, out);
}

/// How many bytes [`open_field`] and a message of that length take.
pub(super) fn field_len(length: usize) -> usize {
    1 + encoded_len_varint(length as u64) + length
}

/// Writes a number whose shortest varint fills the place.
#[inline]
pub(super) fn put_varint(place: &mut [u8], mut value: u64) {
    if let [more @ .., last] = place {
        for byte in more {
            *byte = (value & 0x7f) as u8 | 0x80;
            value >>= 7;
        }
        *last = (value & 0x7f) as u8;
    }
}

/// How many bytes a number's shortest varint takes.
pub(super) fn varint_width(value: u64) -> usize {
    encoded_len_varint(value)
}

/// The largest number whose varint takes that many bytes.
pub(super) fn last_of(width: usize) -> u64 {
    u32::try_from(7 * width).ok().and_then(|bits| 1_u64.checked_shl(bits)).map_or(u64::MAX, |next| next - 1)
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const LENGTH_DELIMITED_KEY: u8 = 2;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_patched_varint_is_the_shortest(value: u64, bits in 0_u32..64) {
            let value = value >> bits;
            let mut expected = Vec::new();
            encode_varint(value, &mut expected);
            let mut place = vec![0; varint_width(value)];
            put_varint(&mut place, value);
            prop_assert_eq!(place, expected);
            prop_assert_eq!(varint_width(last_of(varint_width(value))), varint_width(value));
            prop_assert!(last_of(varint_width(value)) >= value);
        }
    }
}
