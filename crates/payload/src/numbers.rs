//! The numbers of a batch's records, which are those of the lane: a share's lie as far apart as the lane has shares.
//!
//! Everything that is drawn for a record is drawn from the seed and this number, and never from the share. So a lane's records
//! are the same, timestamps aside, into however many shares it is divided.

use moniflux_domain::signal::Share;

/// Numbers in the order of a share's records, without an end.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) next: u64,
    pub(crate) stride: u64,
}

impl Numbers {
    /// The numbers of a share's records from its record `first` on.
    pub(crate) fn of(share: Share, first: u64) -> Self {
        Self { next: share.lane_number(first), stride: u64::from(share.count()) }
    }

    /// The numbers behind the next `count`.
    pub(crate) fn after(&self, count: u32) -> Self {
        let next = self.next.wrapping_add(u64::from(count).wrapping_mul(self.stride));
        Self { next, stride: self.stride }
    }
}

impl Iterator for Numbers {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let number = self.next;
        self.next = number.wrapping_add(self.stride);
        Some(number)
    }
}
