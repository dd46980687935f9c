//! HTTPie's `http`, `https` and `httpie`, and above all its sessions, as one small static binary and as a library.

pub mod sessions;

mod cli;
mod client;
mod environment;
mod error;
mod headers;
mod output;
mod request;

pub use environment::Environment;
pub use headers::{Header, Headers};
