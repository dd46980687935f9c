//! Headers: those of the program, those that are typed, and the length of the body.

use crate::support::{Answer, Program, Received, Server, TempFolder};
use crate::{send, send_with_stdin};

#[test]
fn default_headers_come_in_httpies_order_with_host_last() {
    let names = |args: &[&str]| -> Vec<String> {
        let message = send(args).message();
        message.names().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(
        names(&["{url}/"]),
        [
            "Accept-Encoding",
            "Accept",
            "Connection",
            "User-Agent",
            "Host"
        ]
    );
    assert_eq!(
        names(&["{url}/", "X-Mine:1", "a=b"]),
        [
            "Accept-Encoding",
            "Connection",
            "Content-Length",
            "User-Agent",
            "Accept",
            "Content-Type",
            "X-Mine",
            "Host"
        ]
    );
    assert_eq!(
        names(&["--form", "-a", "u:p", "{url}/", "a=b"]),
        [
            "Accept-Encoding",
            "Accept",
            "Connection",
            "Content-Length",
            "Authorization",
            "User-Agent",
            "Content-Type",
            "Host"
        ]
    );
}

#[test]
fn default_headers_have_httpies_values() {
    let request = send(&["{url}/"]);
    let message = request.message();
    assert_eq!(message.start_line, "GET / HTTP/1.1");
    assert_eq!(message.header("Accept"), Some("*/*"));
    assert_eq!(message.header("Connection"), Some("keep-alive"));
    assert!(
        message
            .header("User-Agent")
            .is_some_and(|value| value.starts_with("HTTPie/"))
    );
    assert!(
        message
            .header("Accept-Encoding")
            .is_some_and(|value| value.starts_with("gzip, deflate"))
    );
    assert!(
        message
            .header("Host")
            .is_some_and(|value| value.starts_with("127.0.0.1:"))
    );
}

#[test]
fn json_and_form_alone_set_the_headers_of_a_get() {
    let json = send(&["--json", "{url}/"]);
    assert_eq!(
        headers(&json),
        [
            ("Connection".into(), "keep-alive".into()),
            ("Accept".into(), "application/json, */*;q=0.5".into()),
            ("Content-Type".into(), "application/json".into()),
        ]
    );
    assert_eq!(json.method(), "GET");
}

#[test]
fn typed_headers_replace_defaults_and_stay_as_typed() {
    let request = send(&[
        "{url}/",
        "user-AGENT:mine",
        "Accept:a",
        "accept:b",
        "X-Empty;",
        "X-Name:kůň",
    ]);
    let message = request.message();
    assert_eq!(message.header_values("User-Agent"), ["mine"]);
    assert_eq!(message.header_values("Accept"), ["a", "b"]);
    assert_eq!(message.header("X-Empty"), Some(""));
    assert_eq!(message.header("X-Name"), Some("kůň"));
    assert!(message.names().contains(&"user-AGENT"));
}

#[test]
fn a_header_without_value_is_removed() {
    let request = send(&[
        "{url}/",
        "Accept:",
        "X-A:1",
        "X-A:",
        "Connection:",
        "X-B:",
        "X-B:2",
    ]);
    let message = request.message();
    assert_eq!(message.header("Accept"), None);
    assert_eq!(message.header("X-A"), None);
    assert_eq!(message.header("X-B"), Some("2"));
}

#[test]
fn content_length_zero_goes_where_a_body_was_meant() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        let length = send(&[method, "{url}/"]).header("Content-Length");
        assert_eq!(length.as_deref(), Some("0"), "{method}");
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(
            send(&[method, "{url}/"]).header("Content-Length"),
            None,
            "{method}"
        );
    }
}

#[test]
fn names_of_headers_are_ascii() {
    let outcome = Program::http(&TempFolder::new())
        .args(["--offline", "x.org", "ä:x"])
        .run();
    outcome.assert_error(&["\"ä\" cannot be the name of a header"]);
}

#[test]
fn a_typed_content_length_does_not_change_a_body() {
    let request = send(&["{url}/", "Content-Length:3", "a=b"]);
    assert_eq!(request.message().header_values("Content-Length"), ["10"]);
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
}

#[test]
fn a_typed_content_length_that_is_not_that_of_standard_input_is_an_error() {
    for (typed, reason) in [
        (3, "standard input: there is more than the 3 that"),
        (7, "standard input ends 2 bytes before the 7"),
    ] {
        let server = Server::start(|_| Answer::ok("fine"));
        let folder = TempFolder::new();
        let outcome = Program::http(&folder)
            .args(["POST", &server.url("/"), &format!("Content-Length:{typed}")])
            .stdin("hello")
            .run();
        outcome.assert_error(&[reason, "Content-Length"]);
        assert_eq!(outcome.status, 1);
    }
    let request = send_with_stdin(&["POST", "{url}/", "Content-Length:5"], "hello");
    assert_eq!(request.body_text(), "hello");
}

#[test]
fn a_typed_content_length_without_a_body_goes_as_it_is() {
    for typed in ["0", "xxx"] {
        let item = format!("Content-Length:{typed}");
        let shown = offline(&["OPTIONS", "x.org", &item]);
        assert!(
            shown.contains(&format!("{item}\r\n").replace(':', ": ")),
            "{shown}"
        );
    }
}

/// Names and values of a head, without those that differ from run to run.
fn headers(request: &Received) -> Vec<(String, String)> {
    let mut headers = request.message().headers;
    headers.retain(|(name, _)| !matches!(name.as_str(), "Host" | "User-Agent" | "Accept-Encoding"));
    headers
}

/// What a line would send.
fn offline(args: &[&str]) -> String {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder).arg("--offline").args(args).run();
    outcome.stdout_text()
}
