//! What a user sees of an exchange: parts, forms, colours, letters and facts, on a terminal and in a pipe.

#[path = "../support/mod.rs"]
mod support;

mod colors;
mod encodings;
mod forms;
mod meta;
#[cfg(target_os = "linux")]
mod separators;
mod streaming;
mod wire;
mod xml;
