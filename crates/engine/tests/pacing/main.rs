//! Runs under paused time, against destinations that are quick, slow, failing or silent.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod collected;
#[cfg(test)]
mod control;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod takeover;
