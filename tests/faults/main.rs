//! The machine at its worst: full disks, missing descriptors, readers that go away, too little of everything, a clock that
//! was wrong, files that change under a run, signals at any moment.
//!
//! Whatever happens, a run ends by itself with a status and a sentence, a session file is whole, and what the server
//! answered is not lost without a word. Limits come from the shell that starts the program, so no test needs rights.

#![cfg(target_os = "linux")]

mod disk;
mod files;
mod limits;
mod signals;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use support::{Answer, Outcome, Program, Server, TempFolder, text};

const SESSION: &str = r#"{"__meta__": {"httpie": "3.2.4"}, "auth": {"type": null, "raw_auth": null},
    "cookies": [], "headers": [{"name": "X-Old", "value": "1"}]}"#;

fn server() -> Server {
    Server::start(|_| Answer::json(r#"{"an":"answer"}"#).header("Set-Cookie", "new=cookie"))
}

/// `http` with these arguments, started by a shell that has done this before, with this behind the command.
fn in_shell(folder: &TempFolder, before: &str, args: &[&str], behind: &str) -> Program {
    let line = format!("{before} exec \"$0\" \"$@\" {behind}");
    Program::at(Path::new("/bin/sh"), folder)
        .args(["-c", &line, env!("CARGO_BIN_EXE_http")])
        .args(args)
}

/// Neither a fault of ours nor the words of a library.
#[track_caller]
fn assert_sentence(outcome: &Outcome, what: &str) {
    let said = outcome.stderr_text();
    for leak in [
        "panicked",
        "a fault in this program",
        "os error",
        "Error {",
        "RUST_",
    ] {
        assert!(!said.contains(leak), "{what}: {said}");
    }
}

#[track_caller]
fn json(path: &Path) -> serde_json::Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|error| panic!("half a file: {error}: {}", text(&bytes)))
}
