//! The emitter against servers on real sockets, good and bad on purpose.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod renewal;
#[cfg(test)]
mod server;
#[cfg(test)]
mod trouble;
#[cfg(test)]
mod trust;
