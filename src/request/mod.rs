//! Turns what was asked into a request: a URL, one head with its exact bytes, and a body that may never be in memory.

pub(crate) mod authority;
pub(crate) mod body;
pub(crate) mod build;
pub(crate) mod compose;
pub(crate) mod compress;
pub(crate) mod curl;
pub(crate) mod multipart;
pub(crate) mod nested_json;
pub(crate) mod stdin;
pub(crate) mod url;
