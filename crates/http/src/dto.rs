//! The JSON of requests and answers: one type for each shape, its schema for the description, and its conversion.

pub(crate) mod capacity;
pub(crate) mod compare;
pub(crate) mod conclusion;
pub(crate) mod cursor;
pub(crate) mod delivery;
pub(crate) mod draft;
pub(crate) mod event;
pub(crate) mod problem;
pub(crate) mod results;
pub(crate) mod sample;
pub(crate) mod saved;
pub(crate) mod series;
pub(crate) mod state;
pub(crate) mod test;
