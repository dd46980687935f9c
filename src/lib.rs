//! HTTPie's `http`, `https` and `httpie`, and above all its sessions, as one small static binary and as a library.

pub mod sessions;

mod app;
mod auth;
mod cli;
mod client;
mod environment;
mod error;
mod headers;
mod interruptions;
mod manager;
mod messages;
mod output;
mod request;

pub use environment::Environment;
pub use headers::{Header, Headers};

/// The doors of the house: which program to be when the name on it (`argv[0]`) is none of ours.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Door {
    Http,
    Https,
    Httpie,
}

/// Runs the program that `argv[0]` names, else the one of this door.
#[doc(hidden)]
pub fn main(door: Door) -> std::process::ExitCode {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    let stem = std::path::Path::new(&name)
        .file_stem()
        .and_then(|stem| stem.to_str());
    let door = match stem {
        Some("http") => Door::Http,
        Some("https") => Door::Https,
        Some("httpie") => Door::Httpie,
        _ => door,
    };
    let interruptions = interruptions::Interruptions::end_the_run();
    let status = match door {
        Door::Http => app::run(cli::Program::Http, arguments),
        Door::Https => app::run(cli::Program::Https, arguments),
        Door::Httpie => manager::run(arguments, &interruptions),
    };
    status.code().into()
}
