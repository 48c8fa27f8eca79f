//! The wire formats as a stranger sees them: golden bytes, other people's decoders, batches cut anyhow, broken bodies.

#[cfg(test)]
#[path = "formats/batches.rs"]
mod batches;
#[cfg(test)]
#[path = "formats/broken.rs"]
mod broken;
#[cfg(test)]
#[path = "formats/collected.rs"]
mod collected;
#[cfg(test)]
#[path = "formats/golden.rs"]
mod golden;
#[cfg(test)]
#[path = "formats/json.rs"]
mod json;
#[cfg(test)]
#[path = "formats/otlp.rs"]
mod otlp;
#[cfg(test)]
#[path = "formats/records.rs"]
mod records;
#[cfg(test)]
#[path = "formats/samples.rs"]
mod samples;
#[cfg(test)]
#[path = "formats/shares.rs"]
mod shares;
#[cfg(test)]
#[path = "formats/support.rs"]
mod support;
#[cfg(test)]
#[path = "formats/traces.rs"]
mod traces;
