//! `httpie` itself: sessions on the disk, options of the past and of plugins, and what the program says of itself.

#[path = "../support/mod.rs"]
mod support;

#[cfg(unix)]
mod editing;
mod exchange;
mod export_args;
mod program;
mod sessions;
