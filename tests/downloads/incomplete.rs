//! Downloads that end before all is saved: no success, and what is there is said and kept.

use std::path::Path;

use super::support::{Answer, Outcome, Program, Server, TempFolder};
use super::{BODY, download, run, saved, ten_bytes};

#[test]
fn an_error_status_saves_nothing() {
    let server = Server::start(|_| Answer::new(404).body("gone"));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    for output in ["mine", "new"] {
        let outcome = run(&folder, &["-d", "-o", output, &server.url("/")]);
        assert_eq!(outcome.status, 4);
        assert_eq!(outcome.stdout_text(), "");
        outcome.assert_says("HTTP 404 Not Found");
    }
    let outcome = download(&server, &folder, &["-d", &server.url("/x")]);
    assert_eq!(outcome.status, 4);
    assert!(!outcome.text().contains("Downloading"));
    assert_eq!(saved(&folder), ["mine"]);
    assert_eq!(folder.read("work/mine"), "mine");
}

#[test]
fn a_full_disk_is_no_success() {
    let server = Server::start(|_| ten_bytes());
    let outcome = run(
        &TempFolder::new(),
        &["-d", "-o", "/dev/full", &server.url("/")],
    );
    outcome.assert_error(&["10 of 10 bytes are missing", "'/dev/full'", "No space left"]);
    let said = outcome.stderr_text();
    assert!(
        !said.contains("Done") && !said.contains("--continue"),
        "{said}"
    );
    let outcome = run(&TempFolder::new(), &["-o", "/dev/full", &server.url("/")]);
    outcome.assert_error(&["'/dev/full'", "No space left"]);
}

/// Runs where no file may grow beyond a few KiB.
fn run_in_little_room(folder: &TempFolder, args: &[&str]) -> Outcome {
    let shell = Program::at(Path::new("/bin/sh"), folder);
    shell
        .args(["-c", "ulimit -f 16; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_http"))
        .args(args)
        .run()
}

#[test]
fn what_a_full_disk_took_is_counted_and_can_be_gone_on_from() {
    let body: Vec<u8> = (0..40_000_u32).map(|n| (n % 251) as u8).collect();
    let whole = body.clone();
    let server = Server::start(move |request| match request.header("Range") {
        None => Answer::ok(whole.clone()),
        Some(range) => {
            let from: usize = range[6..range.len() - 1].parse().unwrap_or_default();
            Answer::new("206 Partial Content")
                .header("Content-Range", format!("bytes {from}-39999/40000"))
                .body(&whole[from..])
        }
    });
    let folder = TempFolder::new();
    let outcome = run_in_little_room(&folder, &["-d", "-o", "file", &server.url("/")]);
    let there = std::fs::read(folder.join("work/file")).unwrap();
    assert!(there.len() > 4096 && body.starts_with(&there));
    outcome.assert_error(&[
        &format!("{} of 40000 bytes are missing", 40_000 - there.len()),
        "cannot write 'file': File too large",
        "What came is in 'file'; --download --continue --output",
    ]);
    let outcome = run(&folder, &["-dc", "-o", "file", &server.url("/")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert!(std::fs::read(folder.join("work/file")).unwrap() == body);

    let outcome = run_in_little_room(&folder, &["-o", "plain", &server.url("/")]);
    outcome.assert_error(&["cannot write 'plain': File too large"]);
    let there = std::fs::read(folder.join("work/plain")).unwrap();
    assert!(there.len() > 4096 && body.starts_with(&there));
}

#[test]
fn an_incomplete_download_says_what_is_missing_and_keeps_what_came() {
    let server = Server::start(|request| match request.target().as_str() {
        "/length" => Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"),
        _ => Answer::raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n5\r\n",
        ),
    });
    let folder = TempFolder::new();
    let outcome = run(&folder, &["-d", "-o", "part", &server.url("/length")]);
    outcome.assert_error(&[
        "Incomplete download: 10 of 20 bytes are missing",
        "'part'",
        "--continue",
    ]);
    assert!(!outcome.stderr_text().contains("Done"));
    assert_eq!(folder.read("work/part"), BODY);
    let outcome = run(&folder, &["-d", "-o", "chunks", &server.url("/chunks")]);
    outcome.assert_error(&["Incomplete download: it broke off after 10 bytes"]);
    assert_eq!(folder.read("work/chunks"), BODY);
    let outcome = run(&folder, &["-d", &server.url("/length")]);
    assert_eq!((outcome.status, outcome.stdout_text().as_str()), (1, BODY));
}

#[test]
fn an_answer_that_breaks_off_before_its_first_byte_leaves_the_old_file() {
    let server = Server::start(|_| Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    let outcome = run(&folder, &["-d", "-o", "mine", &server.url("/")]);
    outcome.assert_error(&["20 of 20 bytes are missing"]);
    // Going on from what is there would put the old file before the new one.
    let said = outcome.stderr_text();
    assert!(!said.contains("--continue"), "{said}");
    assert_eq!(folder.read("work/mine"), "mine");
}

#[test]
fn an_empty_answer_makes_an_empty_file() {
    let server = Server::start(|_| Answer::ok(""));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    for place in ["mine", "new"] {
        let outcome = run(&folder, &["-d", "-o", place, &server.url("/")]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(folder.read(&format!("work/{place}")), "");
    }
}

#[test]
fn a_file_that_has_not_changed_is_not_emptied() {
    let server = Server::start(|_| Answer::new("304 Not Modified").header("ETag", "\"v1\""));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    let url = server.url("/");
    for args in [
        &["-d", "-o", "mine"][..],
        &["-dc", "-o", "mine"],
        &["-d", "-o", "new"],
    ] {
        let outcome = run(&folder, &[args, &[&url, "If-None-Match:\"v1\""]].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        outcome.assert_says("Not modified");
    }
    assert_eq!(saved(&folder), ["mine"]);
    assert_eq!(folder.read("work/mine"), "mine");
}
