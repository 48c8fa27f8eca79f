//! The reader against a real sink, and against what is none.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod strangers;
