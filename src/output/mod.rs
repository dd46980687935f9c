//! What a response looks like on standard output: content codings taken off, heads and JSON formatted and coloured.
//!
//! Bytes in, bytes out. Nothing here knows the command line, a URL, a session or a socket; which parts are shown, and
//! where, is decided by the caller.

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
