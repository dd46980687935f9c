//! Secrets: where they come from, where they go, and that nobody sees them on the way.

#[path = "../support/mod.rs"]
mod support;

mod mask;
mod output;
mod references;
mod scope;
