//! What a server may not do to a terminal.

use super::support::{Program, RawServer, TempFolder, contains};

const SEQUENCES: &[&[u8]] = &[
    b"\x1b]0;title\x07",
    b"\x1b[2J",
    b"\x1b[?1049h",
    b"\x9b2J",
    b"\x08\x08\x08",
    b"\x07",
    b"\x1bc",
];

/// Runs it on a terminal and gives what the terminal got.
fn screen(answer: &[u8], args: &[&str]) -> Vec<u8> {
    let answer = answer.to_vec();
    let server = RawServer::start(move |mut connection| connection.answer(&answer));
    let folder = TempFolder::new();
    let program = Program::http(&folder).args(args).arg(server.url("/x"));
    program.run_in_terminal().screen
}

#[test]
fn a_head_writes_no_escape_sequences_to_a_terminal() {
    for sequence in SEQUENCES {
        for place in [
            [
                b"HTTP/1.1 200 ",
                *sequence,
                b"\r\nContent-Length: 0\r\n\r\n",
            ]
            .concat(),
            [
                b"HTTP/1.1 200 OK\r\nX: ",
                *sequence,
                b"\r\nContent-Length: 0\r\n\r\n",
            ]
            .concat(),
            [
                b"HTTP/1.1 200 OK\r\n",
                *sequence,
                b": x\r\nContent-Length: 0\r\n\r\n",
            ]
            .concat(),
            [*sequence, b"\r\n\r\n"].concat(),
            [
                b"HTTP/1.1 302 X\r\nLocation: http://",
                *sequence,
                b"/\r\nContent-Length: 0\r\n\r\n",
            ]
            .concat(),
        ] {
            for args in [
                &["--pretty=none", "--follow"][..],
                &["--pretty=all", "--follow"],
            ] {
                let shown = screen(&place, args);
                let found = contains(&shown, sequence);
                assert!(
                    !found,
                    "{place:?}, {args:?}: {}",
                    String::from_utf8_lossy(&shown)
                );
            }
        }
    }
}

#[test]
fn a_body_writes_no_escape_sequences_to_a_terminal() {
    for sequence in SEQUENCES.iter().filter(|sequence| sequence[0] == 0x1b) {
        for kind in ["text/plain", "application/json", "text/event-stream"] {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n");
            for body in [
                [b"\"", *sequence, b"\""].concat(),
                [b"data: ", *sequence, b"\n\n"].concat(),
                // What stands before a document is a prefix of it.
                [*sequence, b"\"x\""].concat(),
                [b"data: ", *sequence, b"{\"a\": 1}\n\n"].concat(),
                [*sequence, b" true"].concat(),
            ] {
                for args in [
                    &["--pretty=none"][..],
                    &["--pretty=format"],
                    &["--pretty=colors"],
                    &["--pretty=all"],
                    &["--stream"],
                ] {
                    let shown = screen(&[head.as_bytes(), &body].concat(), args);
                    let found = contains(&shown, sequence);
                    assert!(
                        !found,
                        "{kind}, {args:?}: {}",
                        String::from_utf8_lossy(&shown)
                    );
                }
            }
        }
    }
}
