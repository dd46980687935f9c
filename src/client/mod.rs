//! Sends requests and receives responses: connections, TLS, redirects. It calls an observer with each message and does
//! not know how, or whether, anything is printed.

pub(crate) mod challenge;
mod connection;
pub(crate) mod exchange;
mod framing;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
pub(crate) mod proxy;
mod redirect;
pub(crate) mod resolve;
mod response_body;
pub(crate) mod response_head;
pub(crate) mod retry;
pub(crate) mod route;
#[cfg(test)]
mod scripted_peer;
mod sending;
mod socks;
mod static_resolver;
pub(crate) mod stopwatch;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod transport;
mod tunnel;
mod wire;
