//! TLS: whom we trust, whom we refuse, and who we say that we are.

#[path = "../support/mod.rs"]
mod support;

mod client_certificates;
mod options;
mod refusals;
mod trust;
