//! Responses that come when they happen: each event is out before the next one is sent.
//!
//! The server waits, after every piece, until the test has seen the output for it.

use std::io::{Read, Write};
use std::process::ChildStdout;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use crate::support::{Answer, Program, Server, TempFolder, text};

#[derive(Clone, Copy, PartialEq)]
enum Framing {
    UntilClose,
    Chunked,
    Gzip,
}

/// Serves one response piece by piece, each when it is called for.
fn piecewise(
    content_type: &'static str,
    framing: Framing,
    pieces: &'static [&'static str],
    next: Receiver<()>,
) -> Server {
    let next = Arc::new(Mutex::new(next));
    Server::start(move |_| {
        let next = Arc::clone(&next);
        Answer::drive(move |socket| {
            let headers = match framing {
                Framing::UntilClose => "",
                Framing::Chunked => "Transfer-Encoding: chunked\r\n",
                Framing::Gzip => "Content-Encoding: gzip\r\n",
            };
            write!(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{headers}\r\n"
            )?;
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            for piece in pieces {
                let bytes = match framing {
                    Framing::UntilClose => piece.as_bytes().to_vec(),
                    Framing::Chunked => format!("{:x}\r\n{piece}\r\n", piece.len()).into_bytes(),
                    Framing::Gzip => {
                        packer.write_all(piece.as_bytes())?;
                        packer.flush()?;
                        std::mem::take(packer.get_mut())
                    }
                };
                socket.write_all(&bytes)?;
                socket.flush()?;
                let _ = next.lock().map(|next| next.recv());
            }
            match framing {
                Framing::UntilClose => Ok(()),
                Framing::Chunked => socket.write_all(b"0\r\n\r\n"),
                Framing::Gzip => socket.write_all(&packer.finish()?),
            }
        })
    })
}

/// Reads until `want` has come, all of it and no more.
fn expect(stdout: &mut ChildStdout, want: &str) {
    let mut got = vec![0; want.len()];
    if let Err(error) = stdout.read_exact(&mut got) {
        panic!("{error} before {want:?}: {:?}", text(&got));
    }
    assert_eq!(text(&got), want);
}

/// Runs with these options and sees each of the `shown` before the next of the `pieces` is sent.
fn follow(
    options: &[&str],
    content_type: &'static str,
    framing: Framing,
    pieces: &'static [&'static str],
    shown: &[&str],
) {
    let (go_on, next) = channel();
    let server = piecewise(content_type, framing, pieces, next);
    let folder = TempFolder::new();
    let mut running = Program::http(&folder)
        .args(options)
        .arg(server.url("/"))
        .spawn();
    let mut stdout = running.take_stdout();
    for want in shown {
        expect(&mut stdout, want);
        go_on.send(()).expect("the server waits");
    }
    let mut rest = String::new();
    stdout
        .read_to_string(&mut rest)
        .expect("a pipe can be read");
    assert_eq!(rest, "");
    let outcome = running.finish();
    assert_eq!((outcome.status, outcome.stderr_text().as_str()), (0, ""));
}

const EVENTS: &[&str] = &[
    "event: a\ndata: {\"b\": 1, \"a\": [2]}\n\n",
    ": comment\ndata: plain\n\n",
    "data:{\"x\":1.10}\r\n\r\n",
];
const SHOWN_EVENTS: &[&str] = &[
    "event: a\ndata: {\n    \"a\": [\n        2\n    ],\n    \"b\": 1\n}\n\n",
    ": comment\ndata: plain\n\n",
    "data:{\n    \"x\": 1.10\n}\r\n\r\n",
];

#[test]
fn each_event_is_formatted_and_shown_when_it_is_here() {
    for framing in [Framing::UntilClose, Framing::Chunked, Framing::Gzip] {
        for content_type in ["text/event-stream", "Text/Event-Stream; charset=utf-8"] {
            follow(
                &["--pretty=format"],
                content_type,
                framing,
                EVENTS,
                SHOWN_EVENTS,
            );
        }
    }
}

#[test]
fn a_cr_alone_ends_a_line_of_an_event() {
    follow(
        &["--pretty=format"],
        "text/event-stream",
        Framing::Chunked,
        &[
            "event: a\rdata: {\"b\":1}\r\r",
            "data: [2]\r",
            "\ndata: x\r\n\r\n",
            "data: \r\rdata: y\n\n",
        ],
        &[
            "event: a\ndata: {\n    \"b\": 1\n}\n\n",
            "data: [\n    2\n]\n",
            "data: x\r\n\r\n",
            "data: \n\ndata: y\n\n",
        ],
    );
}

#[test]
fn a_stream_goes_down_a_pipe_as_it_comes() {
    for framing in [Framing::UntilClose, Framing::Chunked, Framing::Gzip] {
        for options in [&[][..], &["--stream"], &["-d", "-q"]] {
            let content_type = "text/event-stream";
            follow(options, content_type, framing, EVENTS, EVENTS);
        }
    }
}

#[test]
fn documents_on_lines_are_formatted_one_by_one() {
    let lines: &[&str] = &["{\"b\":1,\"a\":2}\n", "[]\n{\"c\": 3}\n", "no json\n"];
    let shown = [
        "{\n    \"a\": 2,\n    \"b\": 1\n}\n",
        "[]\n{\n    \"c\": 3\n}\n",
        "no json\n",
    ];
    for content_type in ["application/x-ndjson", "application/stream+json"] {
        follow(
            &["--pretty=format"],
            content_type,
            Framing::Chunked,
            lines,
            &shown,
        );
    }
    follow(
        &["--pretty=format", "--stream"],
        "application/json",
        Framing::Chunked,
        lines,
        &shown,
    );
}

#[test]
fn documents_of_a_sequence_keep_their_separators() {
    follow(
        &["--pretty=format"],
        "application/json-seq",
        Framing::Chunked,
        &["\u{1e}{\"b\":1}\n", "\u{1e}[2]\n"],
        &["\u{1e}{\n    \"b\": 1\n}\n", "\u{1e}[\n    2\n]\n"],
    );
}

#[test]
fn a_record_of_a_sequence_may_stand_over_several_lines() {
    for framing in [Framing::UntilClose, Framing::Chunked, Framing::Gzip] {
        follow(
            &["--pretty=format"],
            "application/json-seq",
            framing,
            &[
                "\u{1e}{\r\n  \"b\": [1,\r\n",
                "\r\n  \"]\\\"}\"]",
                "}\n",
                "\u{1e}\"{\"\n\u{1e}true\n",
                "\u{1e}{\"cut\": [1,\n\u{1e}\n[2",
                "]\u{1e}[3]\n",
                "{\"no\":\n\"separator\"}\n{no json}\n",
                "\u{1e}[\"open\n",
            ],
            &[
                "",
                "",
                "\u{1e}{\n    \"b\": [\n        1,\n        \"]\\\"}\"\n    ]\n}\n",
                "\u{1e}\"{\"\n\u{1e}true\n",
                "\u{1e}{\"cut\": [1,\n\u{1e}\n",
                "[\n    2\n]\u{1e}[\n    3\n]\n",
                "{\n    \"no\": \"separator\"\n}\n{no json}\n",
                "\u{1e}[\"open\n",
            ],
        );
    }
}

#[test]
fn the_last_record_of_a_sequence_ends_with_the_body() {
    for (body, shown) in [
        (
            "\u{1e}[1]\n\u{1e}{\"a\":\n1}",
            "\u{1e}[\n    1\n]\n\u{1e}{\n    \"a\": 1\n}\n",
        ),
        ("\u{1e}{\"a\":\n[1,\n", "\u{1e}{\"a\":\n[1,\n"),
    ] {
        let server =
            Server::start(move |_| Answer::ok(body).header("Content-Type", "application/json-seq"));
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["--pretty=format", &server.url("/")]);
        assert_eq!(program.run_well().stdout_text(), shown);
    }
}

#[test]
fn other_text_is_followed_without_waiting_for_the_end_of_a_line() {
    follow(
        &["-S", "--pretty=format"],
        "application/x-log",
        Framing::Chunked,
        &["working", "...", " done\n"],
        &["working", "...", " done\n"],
    );
}

/// Frames of an encoder that is flushed after every event of `EVENTS`, ten times over; zstd with its usual window.
const FLUSHED: [(&str, &[u8]); 2] = [
    ("zstd", include_bytes!("../testdata/events.zst")),
    ("br", include_bytes!("../testdata/events.br")),
];

#[test]
fn events_under_zstd_and_br_show_when_they_are_here() {
    for (coding, data) in FLUSHED {
        let (go_on, next) = channel();
        let next = Arc::new(Mutex::new(next));
        let server = Server::start(move |_| {
            let next = Arc::clone(&next);
            Answer::drive(move |socket| {
                write!(
                    socket,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: {coding}\r\n\r\n"
                )?;
                // Each event has its length before it; the last piece ends the body.
                let mut rest = data;
                while let Some((size, behind)) = rest.split_first_chunk() {
                    let (piece, behind) = behind.split_at(u16::from_le_bytes(*size).into());
                    socket.write_all(piece)?;
                    rest = behind;
                    let _ = next.lock().map(|next| next.recv());
                }
                Ok(())
            })
        });
        for options in [&["--pretty=format"][..], &[]] {
            let shown = if options.is_empty() {
                EVENTS
            } else {
                SHOWN_EVENTS
            };
            let folder = TempFolder::new();
            let program = Program::http(&folder).args(options).arg(server.url("/"));
            let mut running = program.spawn();
            let mut stdout = running.take_stdout();
            for _ in 0..10 {
                for want in shown {
                    expect(&mut stdout, want);
                    go_on.send(()).expect("the server waits");
                }
            }
            go_on.send(()).expect("the server waits");
            let outcome = running.finish();
            assert_eq!((outcome.status, outcome.stderr_text().as_str()), (0, ""));
        }
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_stream_quietly() {
    for options in [&[][..], &["--stream", "--pretty=all"], &["-dq"]] {
        let server = Server::start(|_| {
            Answer::drive(|socket| {
                socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")?;
                // Ends when the client has gone.
                loop {
                    socket.write_all(b"data: 1\n\n")?;
                }
            })
        });
        let folder = TempFolder::new();
        let mut running = Program::http(&folder)
            .args(options)
            .arg(server.url("/"))
            .spawn();
        let mut stdout = running.take_stdout();
        expect(&mut stdout, "data: ");
        drop(stdout);
        let outcome = running.finish();
        assert_eq!(outcome.stderr_text(), "", "{options:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_holds_more_where_much_goes_through_it() {
    const WIDE: usize = 1 << 20;
    let (_reader, own) = std::io::pipe().unwrap();
    if rustix::pipe::fcntl_setpipe_size(&own, WIDE).is_err() {
        return; // The system or the user has less.
    }
    let server = Server::start(|request| match request.target().as_str() {
        "/small" => Answer::ok(vec![b'x'; 1 << 10]),
        _ => Answer::ok(vec![b'x'; 3 << 20]),
    });
    for (path, length, is_wide) in [("/small", 1 << 10, false), ("/large", 3 << 20, true)] {
        let folder = TempFolder::new();
        let mut running = Program::http(&folder).arg(server.url(path)).spawn();
        let mut stdout = running.take_stdout();
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes.len(), length);
        let size = rustix::pipe::fcntl_getpipe_size(&stdout).unwrap();
        assert_eq!(size >= WIDE, is_wide, "{path}: {size}");
        assert_eq!(running.finish().status, 0);
    }
}
