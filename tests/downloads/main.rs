//! `--download`: what the file is called, that nothing else is touched, and that an incomplete file is never taken for a
//! whole one.

#![cfg(target_os = "linux")]

#[path = "../support/mod.rs"]
mod support;

mod incomplete;
mod names;
mod progress;
mod resume;
mod saving;

use support::{Answer, Outcome, Program, Server, TempFolder, TerminalOutcome};

const BODY: &str = "0123456789";

fn ten_bytes() -> Answer {
    Answer::ok(BODY).header("Content-Type", "text/plain")
}

/// Downloads with a terminal, so that the file gets its name from the response or the URL.
fn download(server: &Server, folder: &TempFolder, args: &[&str]) -> TerminalOutcome {
    let outcome = Program::http(folder).args(args).run_in_terminal();
    assert!(server.request_count() > 0, "{}", outcome.text());
    outcome
}

fn run(folder: &TempFolder, args: &[&str]) -> Outcome {
    Program::http(folder).args(args).run()
}

/// The files that a download has left in the folder it was started in.
fn saved(folder: &TempFolder) -> Vec<String> {
    let files = folder.files().into_iter();
    files
        .filter_map(|path| path.strip_prefix("work/").map(str::to_owned))
        .collect()
}
