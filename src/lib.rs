//! HTTPie's `http`, `https` and `httpie`, and above all its sessions: headers, credentials and cookies that persist
//! between runs in flat JSON files.
//!
//! What is public is the session interface: [`sessions`], with [`Environment`] and [`Headers`]. A Rust program does with it
//! what `from httpie.sessions import ...` does in Python; [`sessions::Session`] shows how in ten lines.
//!
//! # The way of the data
//!
//! ```text
//! argv, config.json ──> cli ───────> Invocation   what was asked, checked, every default settled
//!     session files ──> sessions ──> Overlay      headers, credentials, cookies that apply to this URL
//!                       request ───> Request      one head (exact bytes) and one body (maybe never in memory)
//!                       client ────> Response     transport, redirects, cookies; an Observer sees each message
//!                       output ────> stdout       plan, decode, format, colour; or a file: a download
//!     session files <── sessions <── change set   re-read under a lock, merged, replaced; only if something changed
//! ```
//!
//! One way down: a module knows nothing of those after it. `app` is the one place where they meet.
//!
//! # The rooms
//!
//! - `app`: a run from end to end
//! - `cli`: the table of options, the command line, request items, `config.json`, help, manual pages and completions
//! - `sessions`: what a session holds and takes over, several over one request, the file layouts, the store, cookies
//! - `auth`: credentials to headers, the password prompt, secrets by reference
//! - `request`: URL, nested JSON, bodies, multipart, the final list of headers, a request as a command of curl's
//! - `client`: the exchange, redirects, retries, proxies, connections, TLS, the wire
//! - `output`: what is shown, content codings and charsets, JSON, XML, heads, colours, masks, downloads and their progress
//! - `manager`: `httpie` itself
//! - `fuzzing`: what must hold for any bytes, for tests and fuzz targets alone
//! - `environment`, `headers`, `error`, `messages`, `interruptions`, `json_text`, `shell_text`, `terminal_text`, `url_text`,
//!   `calendar`: what all rooms share
//!
//! # Laws
//!
//! What is shown is what is sent. The data is the server's: formatting never changes a value. Credentials stay with their
//! origin. A session file is never half a file, never loses another job's change, and is never readable by others. Memory does
//! not grow with a body unless it is being formatted. Nothing happens that was not asked for. Errors are sentences.

pub mod sessions;

#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;

mod app;
mod auth;
mod calendar;
mod cli;
mod client;
mod environment;
mod error;
mod headers;
mod interruptions;
mod json_text;
mod manager;
mod messages;
mod output;
mod request;
mod shell_text;
mod terminal_text;
mod url_text;

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
    interruptions::end_the_run();
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
