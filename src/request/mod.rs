//! Turns what was asked into a request: a URL, one head with its exact bytes, and a body that may never be in memory.

pub(crate) mod authority;
pub(crate) mod body;
pub(crate) mod build;
pub(crate) mod compose;
pub(crate) mod compress;
pub(crate) mod curl;
mod escape;
mod file;
mod media_type;
mod multipart;
pub(crate) mod nested_json;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod spool;
mod stdin;
pub(crate) mod url;

/// 128 bits from the process's own randomness, for what must be like nothing else and is no secret: boundaries (HTTPie's have
/// as many), names of temporary files.
fn random_name() -> String {
    use std::hash::{BuildHasher, RandomState};
    let random = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", random(), random())
}
