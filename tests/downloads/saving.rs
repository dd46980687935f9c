//! Where the body goes, what is asked of the server for that, and what is said of it.

use std::io::Write;
use std::os::unix::fs::symlink;

use super::support::{Answer, Server, TempFolder};
use super::{BODY, download, run, saved, ten_bytes};

#[test]
fn a_head_on_the_terminal_and_two_lines_go_around_the_download() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    let outcome = download(
        &server,
        &folder,
        &["-d", "--pretty=none", &server.url("/file")],
    );
    let shown = outcome.text();
    assert!(shown.starts_with("HTTP/1.1 200 OK\r\n"), "{shown}");
    assert!(
        shown.contains("\r\n\r\nDownloading to file.txt\nDone. 10 bytes in 00:0"),
        "{shown}"
    );
    assert!(!shown.contains(BODY), "{shown}");
    let quiet = download(&server, &folder, &["-dq", &server.url("/quiet")]);
    assert_eq!(quiet.text(), "");
    assert_eq!(folder.read("work/quiet.txt"), BODY);
}

#[test]
fn without_a_terminal_the_body_goes_down_the_pipe() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    let outcome = run(&folder, &["-d", &server.url("/file")]);
    assert_eq!((outcome.status, outcome.stdout_text().as_str()), (0, BODY));
    let said = outcome.stderr_text();
    assert!(
        said.starts_with("Downloading to <stdout>\nDone. 10 bytes in "),
        "{said}"
    );
    assert!(!said.contains('\x1b'), "{said:?}");
    assert_eq!(saved(&folder), [""; 0]);
    let verbose = run(&folder, &["-dv", &server.url("/file")]);
    assert_eq!(verbose.stdout_text(), BODY);
    let said = verbose.stderr_text();
    assert!(said.starts_with("GET /file HTTP/1.1\r\n"), "{said}");
    assert!(said.contains("\nHTTP/1.1 200 OK\r\n"), "{said}");
    let quiet = run(&folder, &["-dq", &server.url("/file")]);
    assert_eq!(
        (quiet.stdout_text().as_str(), quiet.stderr_text().as_str()),
        (BODY, "")
    );
}

#[test]
fn bytes_are_asked_for_as_they_are_stored() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    let session = "--session=./s.json";
    run(
        &folder,
        &["-d", session, &server.url("/"), "Accept-Encoding:gzip"],
    );
    let request = server.last_request();
    assert_eq!(
        request.message().header_values("Accept-Encoding"),
        ["identity"]
    );
    assert_eq!(request.header("Range"), None);
    let offline = run(&folder, &["-d", "--offline", &server.url("/")]);
    assert!(
        offline
            .stdout_text()
            .contains("Accept-Encoding: identity\r\n"),
        "{}",
        offline.stdout_text()
    );
}

#[test]
fn content_codings_are_taken_off_all_the_same() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(BODY.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let cut = packed[..packed.len() - 9].to_vec();
    let server = Server::start(move |request| {
        let body = match request.target().as_str() {
            "/whole" => packed.clone(),
            _ => cut.clone(),
        };
        Answer::ok(body).header("Content-Encoding", "gzip")
    });
    let folder = TempFolder::new();
    let outcome = run(&folder, &["-d", "-o", "x", &server.url("/whole")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/x"), BODY);
    let outcome = run(&folder, &["-d", "-o", "y", &server.url("/cut")]);
    outcome.assert_error(&["Incomplete download"]);
}

#[test]
fn places_that_cannot_be_written_are_known_before_anything_is_sent() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    for place in ["missing/x", ".", "", "new/"] {
        let outcome = run(&folder, &["-d", "-o", place, &server.url("/")]);
        outcome.assert_error(&["cannot write", place]);
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
fn a_head_request_has_nothing_to_save() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    let outcome = download(&server, &folder, &["-d", "HEAD", &server.url("/file")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert_eq!(saved(&folder), [""; 0]);
}

#[test]
fn a_link_that_the_user_names_is_followed_as_a_shell_follows_it() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    folder.write("work/target", "old");
    symlink("target", folder.join("work/link")).unwrap();
    symlink("absent", folder.join("work/dangling")).unwrap();
    for option in ["-d", "-q"] {
        for link in ["link", "dangling"] {
            let outcome = run(&folder, &[option, "-o", link, &server.url("/")]);
            assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
            assert!(folder.join(format!("work/{link}")).is_symlink());
        }
        for file in ["target", "absent"] {
            assert_eq!(folder.read(&format!("work/{file}")), BODY, "{option}");
            folder.write(&format!("work/{file}"), "old");
        }
    }
}
