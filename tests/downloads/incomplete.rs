//! Downloads that end before all is saved: no success, and what is there is said and kept.

use super::support::{Answer, Server, TempFolder};
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
        assert!(outcome.stderr_text().contains("HTTP 404 Not Found"));
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
    outcome.assert_error(&["'/dev/full'", "No space left"]);
    assert!(!outcome.stderr_text().contains("Done"));
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
