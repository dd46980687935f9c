//! An exchange of several requests: challenges, redirects, and what is asked for again.

#[path = "../support/mod.rs"]
mod support;

mod digest;
mod interrupted_bodies;
mod redirects;
mod retry;
