//! Interim responses (RFC 9110, section 15.2), and final ones that can have no body.

use super::{Case, case, held, run_all, served};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

fn before(name: &'static str, interim: &str) -> Case {
    case(name, format!("{interim}{OK}"))
}

#[test]
fn interim_responses_are_passed_over() {
    run_all(vec![
        before("100", "HTTP/1.1 100 Continue\r\n\r\n").shows("hi"),
        before("100 with headers", "HTTP/1.1 100 Continue\r\nA: b\r\n\r\n").shows("hi"),
        // HTTPie takes these three for the answer.
        before("102", "HTTP/1.1 102 Processing\r\n\r\n").shows("hi"),
        before("103", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n").shows("hi"),
        before("199", "HTTP/1.1 199 X\r\n\r\n").shows("hi"),
        before("LF", "HTTP/1.1 100 Continue\n\n").shows("hi"),
        before("ten of them", &"HTTP/1.1 103 X\r\n\r\n".repeat(10)).shows("hi"),
        before(
            "one that redirects",
            "HTTP/1.1 103 X\r\nLocation: /away\r\n\r\n",
        )
        .args(&["--follow"])
        .shows("hi")
        .asks(&["/start"]),
        before(
            "one with a cookie",
            "HTTP/1.1 103 X\r\nSet-Cookie: a=b\r\n\r\n",
        )
        .shows("hi"),
        before("for an upload", "HTTP/1.1 100 Continue\r\n\r\n")
            .args(&["a=b"])
            .shows("hi"),
    ]);
}

#[test]
fn interim_responses_come_to_an_end() {
    run_all(vec![
        case("and nothing", "HTTP/1.1 100 Continue\r\n\r\n").fails(&["closed the connection"]),
        case("and half a head", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2")
            .fails(&["within the head"]),
        case(
            "and garbage",
            "HTTP/1.1 100 Continue\r\n\r\ngarbage\r\n\r\n",
        )
        .fails(&["not HTTP"]),
        // It has no body, whatever it says.
        before(
            "one with a length",
            "HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello",
        )
        .fails(&["not HTTP"]),
        served("without end", |mut connection| {
            connection.request();
            connection.flood("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
        })
        .fails(&["interim"])
        .within(64),
    ]);
}

#[test]
fn answers_that_have_no_body_are_not_waited_for() {
    run_all(vec![
        held(
            "204 with a length",
            "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        ),
        held(
            "204 with chunks",
            "HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        held(
            "304 with a length",
            "HTTP/1.1 304 X\r\nContent-Length: 5\r\n\r\n",
        ),
        held(
            "HEAD with a length",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        )
        .args(&["HEAD", "127.0.0.1:{port}/", "-b"]),
        held(
            "HEAD with a body",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        )
        .args(&["HEAD", "127.0.0.1:{port}/", "-b"]),
        held(
            "HEAD with chunks",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        )
        .args(&["HEAD", "127.0.0.1:{port}/", "-b"]),
        held(
            "an upgrade nobody asked for",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes",
        ),
        held("204 and a body", "HTTP/1.1 204 X\r\n\r\nhello"),
        held(
            "205 of no length",
            "HTTP/1.1 205 X\r\nContent-Length: 0\r\n\r\n",
        ),
    ]);
}
