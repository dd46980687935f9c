//! HTTPie's `http`, `https` and `httpie`, and above all its sessions, as one small static binary and as a library.

pub mod sessions;

mod app;
mod auth;
mod cli;
mod client;
mod environment;
mod error;
mod headers;
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
    end_in_a_sentence();
    end_on_signals();
    let status = match door {
        Door::Http => app::run(cli::Program::Http, arguments),
        Door::Https => app::run(cli::Program::Https, arguments),
        Door::Httpie => manager::run(arguments),
    };
    status.code().into()
}

/// No panic is known that a user could meet. Should there be one, it says where it happened, without the values that it
/// happened on, which could be secrets, and ends with the status of an error.
fn end_in_a_sentence() {
    std::panic::set_hook(Box::new(|panic| {
        use std::io::Write;
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let _ = writeln!(
            std::io::stderr(),
            "\nhttp: error: a fault in this program stopped it at {place}. Please report it with the command line.\n\n"
        );
        std::process::exit(1);
    }));
}

/// Ctrl-C ends a run with HTTPie's status 130, and SIGTERM with 143, also where we are process 1 of a container, for which
/// the kernel ignores signals that are not handled.
fn end_on_signals() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let always = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        for (signal, status) in [(SIGINT, 130), (SIGTERM, 143)] {
            // Without a handler the signal ends us all the same.
            let _ = signal_hook::flag::register_conditional_shutdown(
                signal,
                status,
                std::sync::Arc::clone(&always),
            );
        }
    }
}
