//! The way to the server: proxies and sockets.

#[path = "../support/mod.rs"]
mod support;

mod proxies;
mod sockets;
