//! `--curl`: what curl sends for the command is what `http` sends itself, and secrets stay where they are.
#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod network;
mod requests;
mod secrets;

use std::path::PathBuf;

use support::{Answer, Outcome, Program, Received, Server, TempFolder, text};

/// Whether there is a curl to try the commands with.
fn has_curl(folder: &TempFolder) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join("curl").is_file());
    if !found {
        eprintln!("skipped: there is no curl in {}", folder.path().display());
    }
    found
}

/// The command for these arguments, with its secrets.
fn command(folder: &TempFolder, args: &[&str]) -> String {
    let outcome = Program::http(folder)
        .args(["--curl", "--reveal"])
        .args(args)
        .run_well();
    outcome.stdout_text()
}

fn sh(folder: &TempFolder, line: &str) -> Program {
    // A file, since an argument can hold no more than 128 KiB.
    let script = folder.write("command.sh", line);
    Program::at(&PathBuf::from("/bin/sh"), folder).arg(script)
}

/// What counts of a request: the order of headers does not, nor does a boundary that was made up.
#[derive(Debug, PartialEq)]
struct Essence {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn essence(request: &Received) -> Essence {
    let mut headers = request.message().headers;
    let boundary = headers.iter().find_map(|(_, value)| {
        value
            .split_once("boundary=")
            .map(|(_, rest)| rest.to_owned())
    });
    let mut body: String = request.body.iter().map(|&byte| char::from(byte)).collect();
    if let Some(boundary) = boundary {
        body = body.replace(&boundary, "BOUNDARY");
        for (name, value) in &mut headers {
            *value = value.replace(&boundary, "BOUNDARY");
            if name == "Content-Length" {
                *value = body.len().to_string();
            }
        }
    }
    // curl has cookies of its own order.
    for (name, value) in &mut headers {
        if name.eq_ignore_ascii_case("Cookie") {
            let mut cookies: Vec<&str> = value.split("; ").collect();
            cookies.sort_unstable();
            *value = cookies.join("; ");
        }
    }
    headers.sort();
    Essence {
        method: request.method(),
        target: request.target(),
        headers,
        body,
    }
}

/// Runs `http` and then the command that it prints, with the same input, and compares what arrived.
#[track_caller]
fn assert_same(folder: &TempFolder, server: &Server, args: &[&str], input: &[u8]) {
    let before = server.request_count();
    let ours = Program::http(folder).args(args).stdin(input).run();
    let middle = server.request_count();
    let line = Program::http(folder)
        .args(["--curl", "--reveal"])
        .args(args)
        .stdin(input)
        .run_well()
        .stdout_text();
    assert_eq!(server.request_count(), middle, "--curl has sent something");
    let theirs = sh(folder, &line).stdin(input).run();
    assert_eq!(theirs.status, 0, "{line}{}", theirs.stderr_text());
    let requests = server.requests();
    let last_of = |part: &[Received]| part.last().map(essence);
    assert_eq!(ours.status, 0, "{}", ours.stderr_text());
    assert_eq!(
        last_of(&requests[middle..]),
        last_of(&requests[before..middle]),
        "{line}"
    );
    assert!(requests.len() > middle, "{line}");
}

#[test]
fn nothing_is_sent_and_nothing_is_written() {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("no"));
    for args in [
        &["--session=new", "-o", "out"][..],
        &["--session-read-only=new", "--offline"],
        &["--session=./new.json", "--curl-long"],
    ] {
        let outcome = Program::http(&folder)
            .arg("--curl")
            .args(args)
            .args([server.url("/"), "X-Kept:1".to_owned()])
            .run_well();
        assert!(
            outcome.stdout_text().starts_with("curl "),
            "{}",
            shown(&outcome)
        );
    }
    assert_eq!(server.connection_count(), 0);
    assert_eq!(folder.files(), Vec::<String>::new());
}

fn shown(outcome: &Outcome) -> String {
    format!("{}{}", text(&outcome.stdout), text(&outcome.stderr))
}

#[test]
fn what_curl_cannot_send_is_said() {
    let folder = TempFolder::new();
    folder.write("work/long", vec![b'x'; 64]);
    let outcome = Program::http(&folder)
        .args(["--curl", "x.org", "\\@file:1"])
        .run();
    outcome.assert_error(&["curl cannot send", "@file"]);
}
