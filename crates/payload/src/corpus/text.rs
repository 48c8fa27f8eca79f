//! Text under construction that knows which of its characters are digits that differ from record to record.

use std::fmt::Write as _;

/// ASCII text.
#[derive(Debug, Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    /// For each byte: [`FIXED`], or the base of the digit that stands there.
    bases: Vec<u8>,
}

/// The base of what is no digit, or always the same one.
pub(super) const FIXED: u8 = 0;
pub(super) const DECIMAL: u8 = 10;
pub(super) const HEXADECIMAL: u8 = 16;

impl Text {
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn bases(&self) -> &[u8] {
        &self.bases
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.bases.clear();
    }

    /// Appends what stays as it is.
    pub(super) fn fixed(&mut self, text: &str) -> &mut Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self.bases.resize(self.bytes.len(), FIXED);
        self
    }

    /// Appends a number, of which all digits but the first may differ.
    pub(super) fn number(&mut self, value: u64) -> &mut Self {
        self.digits(format_args!("{value}"), DECIMAL);
        let first = self.bases.len() - value.checked_ilog10().unwrap_or_default() as usize - 1;
        self.bases[first] = FIXED;
        self
    }

    /// Appends the last `width` hexadecimal digits, all of which may differ.
    pub(super) fn hexadecimal(&mut self, value: u64, width: u32) -> &mut Self {
        let value = value & (u64::MAX >> (u64::BITS - 4 * width));
        self.digits(format_args!("{value:0width$x}", width = width as usize), HEXADECIMAL);
        self
    }

    pub(super) fn append(&mut self, other: &Self) {
        self.bytes.extend_from_slice(&other.bytes);
        self.bases.extend_from_slice(&other.bases);
    }

    fn digits(&mut self, digits: std::fmt::Arguments<'_>, base: u8) {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _always_ok = text.write_fmt(digits);
        self.bytes.extend_from_slice(text.as_bytes());
        self.bases.resize(self.bytes.len(), base);
    }
}
