//! What a user gets of an exchange: messages with content codings taken off, in UTF-8, laid out and coloured; downloads and
//! how far they are; a report for programs.
//!
//! Bytes in, bytes out. [`show`] has the order of messages, [`body`] the way of a body through the other rooms. Nothing here
//! knows the command line, a session or a socket; which parts are shown, and where, is said by a [`plan`] and a [`target`].

pub(crate) mod body;
mod brotli;
pub(crate) mod charset;
pub(crate) mod colors;
pub(crate) mod decode;
pub(crate) mod download;
pub(crate) mod head;
pub(crate) mod highlight;
pub(crate) mod json;
pub(crate) mod mask;
pub(crate) mod plan;
pub(crate) mod progress;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod styles;
pub(crate) mod target;
pub(crate) mod xml;
mod zstd;
