//! The command line: where options come from, how shells complete it, what the manual says of it, and what a wrong one ends with.

#[path = "../support/mod.rs"]
mod support;

mod completions;
mod defaults;
mod exit_status;
mod man_pages;
