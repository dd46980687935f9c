//! Connections that end too early, too late or not at all.

use std::time::Duration;

use super::{Case, held, run_all, served};

const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const UNTIL_CLOSE: &str = "HTTP/1.1 200 OK\r\n\r\n";

fn reset_behind(name: &'static str, bytes: &'static str) -> Case {
    served(name, move |mut connection| {
        connection.answer(bytes);
        connection.reset();
    })
}

/// A reset may overtake what was sent before it, so the output is not fixed; status and sentence are.
#[test]
fn a_reset_at_any_stage_is_an_error() {
    run_all(vec![
        served("before the request", |connection| connection.reset()).fails(&["connection"]),
        reset_behind("before the answer", "").fails(&["connection"]),
        reset_behind("in the status line", "HTTP/1.1 2").fails(&["connection"]),
        reset_behind("in the head", "HTTP/1.1 200 OK\r\nA: b\r\n").fails(&["connection"]),
        reset_behind("behind the head", LENGTH).fails(&["connection"]),
        reset_behind("behind an interim head", "HTTP/1.1 100 X\r\n\r\n").fails(&["connection"]),
        reset_behind("in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi")
            .shows_anything()
            .fails(&["connection"]),
        reset_behind("in a body of a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi")
            .shows_anything()
            .fails(&["connection"]),
        // The end of such a body is a FIN; a RST says that something was lost. HTTPie says so too.
        reset_behind("in a body that ends with the connection", "HTTP/1.1 200 OK\r\n\r\nhi")
            .shows_anything()
            .fails(&["connection"]),
        served("behind a redirect", |mut connection| {
            let redirect = "HTTP/1.1 302 X\r\nLocation: /next\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            match connection.request().as_str() {
                "/start" => drop(connection.send(redirect)),
                _ => connection.reset(),
            }
        })
        .args(&["--follow"])
        .fails(&["connection"]),
    ]);
}

#[test]
fn silence_at_any_stage_ends_with_the_time_limit() {
    let stages: &[(&'static str, &str, &str)] = &[
        ("before the answer", "", ""),
        ("in the status line", "HTTP/1.1 2", ""),
        ("in the head", "HTTP/1.1 200 OK\r\nA: b\r\n", ""),
        ("behind an interim head", "HTTP/1.1 100 X\r\n\r\n", ""),
        ("behind the head", LENGTH, ""),
        (
            "in the body",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
            "hi",
        ),
        (
            "in a size",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5",
            "",
        ),
        (
            "in a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
            "hi",
        ),
        (
            "in the trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
            "hi",
        ),
        (
            "in a body without a length",
            "HTTP/1.1 200 OK\r\n\r\nhi",
            "hi",
        ),
    ];
    let cases = stages.iter().map(|(name, bytes, shown)| {
        held(name, bytes)
            .args(&["--timeout=0.3"])
            .shows(shown)
            .ends(2, &["timed out", "0.3"])
    });
    run_all(cases.collect());
}

#[test]
fn a_slow_answer_is_an_answer() {
    let drip = |bytes: &'static str| {
        move |mut connection: super::RawConnection| {
            connection.request();
            connection.drip(bytes.bytes(), Duration::from_millis(3));
        }
    };
    run_all(vec![
        served(
            "head and body",
            drip("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        )
        .args(&["--timeout=10"])
        .shows("hi"),
        served(
            "chunks",
            drip("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        )
        .args(&["--timeout=10"])
        .shows("hi"),
        served("an error", drip("HTTQ")).fails(&["not HTTP"]),
    ]);
}

#[test]
fn a_head_is_enough_where_only_the_head_is_wanted() {
    let endless = |head: &'static str, piece: &'static str| {
        move |mut connection: super::RawConnection| {
            connection.answer(head);
            connection.flood(piece);
        }
    };
    run_all(vec![
        served("until the connection closes", endless(UNTIL_CLOSE, "x"))
            .args(&["--headers"])
            .shows(UNTIL_CLOSE),
        served("chunks", endless(CHUNKED, "1\r\nx\r\n"))
            .args(&["-h"])
            .shows(CHUNKED),
        held("nothing comes", LENGTH).args(&["-h"]).shows(LENGTH),
        held("nothing comes in chunks", CHUNKED)
            .args(&["-h", "--check-status"])
            .shows(CHUNKED),
        served(
            "a redirect whose body has no end",
            |mut connection| match connection.request().as_str() {
                "/start" => {
                    connection.send("HTTP/1.1 302 X\r\nLocation: /next\r\n\r\n");
                    connection.flood("x");
                }
                _ => drop(connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")),
            },
        )
        .args(&["--follow"])
        .shows("hi"),
        served("a challenge whose body has no end", |mut connection| {
            let number = connection.number;
            connection.request();
            match number {
                0 => {
                    let challenge = r#"Digest realm="r", nonce="n", qop="auth""#;
                    connection.send(format!(
                        "HTTP/1.1 401 X\r\nWWW-Authenticate: {challenge}\r\n\r\n"
                    ));
                    connection.flood("x");
                }
                _ => drop(connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")),
            }
        })
        .args(&["-A", "digest", "-a", "user:secret"])
        .shows("hi"),
    ]);
}

#[test]
fn an_answer_before_the_question_is_an_answer() {
    let early = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
    run_all(vec![
        served("without being asked", move |mut connection| {
            connection.send(early);
        })
        .shows("hi"),
        served("to an upload", move |mut connection| {
            connection.send(early);
        })
        .args(&["a=b"])
        .shows("hi"),
    ]);
}
