//! What every test file and the tour stand on: a server that records the bytes it gets, a way to run the real
//! programs in an environment of their own, and folders that are gone afterwards.
//!
//! Nothing here knows what HTTPie should do; that is said in the tests.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test file takes the part that it needs"
)]

mod folder;
mod message;
mod program;
mod raw;
mod relay;
mod server;
#[cfg(target_os = "linux")]
mod terminal;
mod tls;
mod tunnel;

pub(crate) use folder::TempFolder;
pub(crate) use message::{Message, contains, text, without_colours};
pub(crate) use program::{Outcome, Program, Running, is_reference};
pub(crate) use raw::{RawConnection, RawServer};
pub(crate) use relay::Relay;
pub(crate) use server::{Answer, Received, Server};
#[cfg(target_os = "linux")]
pub(crate) use terminal::TerminalOutcome;
pub(crate) use tls::{Authority, Identity, fixture};
pub(crate) use tunnel::TunnelProxy;

use std::time::Duration;

/// The longest that anything in a test may take before it is called hung. Never waited for when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
