//! A walk through sessions with the real programs.

#[path = "../support/mod.rs"]
mod support;

fn main() {}
