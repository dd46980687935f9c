//! Bodies from the standard input: read, waited for, left alone.

use crate::support::{Answer, Program, Server, TempFolder, text};
use crate::{send, send_from, send_with_stdin};

#[test]
fn a_body_from_stdin_makes_a_post_and_goes_as_it_is() {
    let request = send_with_stdin(&["{url}/"], "any text\r\n");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.body_text(), "any text\r\n");
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("application/json")
    );
    let request = send_with_stdin(&["PUT", "{url}/", "Content-Type:text/plain"], "any text");
    assert_eq!(
        (request.method(), request.body_text()),
        ("PUT".into(), "any text".into())
    );
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("text/plain")
    );
}

#[test]
fn a_long_body_from_a_pipe_goes_in_chunks_where_there_is_no_room_for_a_temporary_file() {
    let long = "x".repeat(5 << 20);
    let request = send_from(&TempFolder::new(), &["PUT", "{url}/"], |program| {
        program.stdin(long).env("TMPDIR", "/no/such/place")
    });
    let coding = request.header("Transfer-Encoding");
    assert_eq!(coding.as_deref(), Some("chunked"));
    assert_eq!(request.header("Content-Length"), None);
    assert_eq!(request.body_length, 5 << 20);
}

#[test]
fn stdin_is_left_alone_when_told_so() {
    let request = send_with_stdin(&["--ignore-stdin", "{url}/"], "not this");
    assert_eq!(
        (request.method(), request.body_text()),
        ("GET".into(), String::new())
    );
    let request = send_with_stdin(&["-I", "{url}/", "a=b"], "not this");
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
    let held = send_from(
        &TempFolder::new(),
        &["-I", "{url}/"],
        Program::stdin_held_open,
    );
    assert_eq!(held.method(), "GET");
}

#[test]
fn an_empty_stdin_is_no_body() {
    let request = send_with_stdin(&["{url}/"], "");
    assert_eq!(request.method(), "GET");
    let request = send_with_stdin(&["{url}/", "a=b"], "");
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
}

#[test]
fn an_idle_pipe_on_stdin_is_waited_for_but_named() {
    use std::io::{Read, Write};
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let mut running = Program::http(&folder)
        .arg(server.url("/"))
        .stdin_held_open()
        .spawn();
    let mut stdin = running.take_stdin();
    let mut said = Vec::new();
    let mut stderr = running.take_stderr();
    let mut byte = [0];
    while !text(&said).contains("--ignore-stdin")
        && stderr.read(&mut byte).is_ok_and(|count| count > 0)
    {
        said.extend(byte);
    }
    assert!(text(&said).contains("--ignore-stdin"), "{}", text(&said));
    stdin.write_all(b"late").expect("it still listens");
    drop(stdin);
    assert_eq!(running.finish().status, 0);
    assert_eq!(server.only_request().body_text(), "late");
}

#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_read_once_and_sent_with_its_length() {
    let large = "x".repeat(5_000_000);
    let piped = send_with_stdin(&["POST", "{url}/"], &large);
    assert_eq!(piped.header("Content-Length").as_deref(), Some("5000000"));
    assert_eq!(piped.body_length, 5_000_000);
    let read = send_with_stdin(&["-I", "{url}/", "@/dev/stdin"], "hi");
    assert_eq!(
        (read.method(), read.body_text()),
        ("POST".to_owned(), "hi".to_owned())
    );
    let empty = send(&["{url}/", "@/dev/null"]);
    assert_eq!(empty.method(), "POST");
    assert_eq!(empty.header("Content-Length").as_deref(), Some("0"));
    let part = send_with_stdin(&["-I", "--form", "{url}/", "a@/dev/stdin"], "inside");
    assert!(part.body_text().contains("filename=\"stdin\""));
    assert!(part.body_text().contains("\r\n\r\ninside\r\n--"));
}
