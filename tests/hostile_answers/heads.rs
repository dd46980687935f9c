//! Heads that are odd, and bytes that are none (RFC 9112, sections 2 to 5).

use super::{Case, case, held, run_all};

#[test]
fn odd_heads_are_read_as_they_are_meant() {
    run_all(vec![
        hi("no reason", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi"),
        hi(
            "no reason, a space",
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a reason of bytes",
            b"HTTP/1.1 200 \xff\xfe\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi("LF alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi"),
        hi(
            "LF and CRLF",
            "HTTP/1.1 200 OK\r\nA: b\nContent-Length: 2\r\n\nhi",
        ),
        hi(
            "empty lines first",
            "\r\n\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "two spaces",
            "HTTP/1.1  200  OK\r\nContent-Length: 2\r\n\r\nhi",
        ),
        // RFC 9112, section 4: white space of any form may stand for the space. HTTPie takes it.
        hi(
            "a tab for the space",
            "HTTP/1.1\t200\tOK\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "no space behind the colon",
            "HTTP/1.1 200 OK\r\nContent-Length:2\r\n\r\nhi",
        ),
        hi(
            "a tab behind the colon",
            "HTTP/1.1 200 OK\r\nContent-Length:\t2\t\r\n\r\nhi",
        ),
        hi(
            "a space before the colon",
            "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhi",
        ),
        hi(
            "an empty name",
            "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "an empty value",
            "HTTP/1.1 200 OK\r\nX:\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "no colon",
            "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a name with a space",
            "HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a folded length",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nhi",
        ),
        hi(
            "folding at the first line",
            "HTTP/1.1 200 OK\r\n folded\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "NUL in a value",
            "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "NUL in a name",
            "HTTP/1.1 200 OK\r\nX\0Y: a\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "CR in a value",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "an escape sequence",
            "HTTP/1.1 200 OK\r\nX: \x1b[2J\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "Latin-1 in a value",
            b"HTTP/1.1 200 OK\r\nX: \xe9\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "UTF-8 in a name",
            "HTTP/1.1 200 OK\r\nŽ: 1\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi("HTTP/1.2", "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        hi("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        hi(
            "HTTP/2.0 in text",
            "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "two status lines",
            "HTTP/1.1 200 OK\r\nHTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a reason that looks like a header",
            "HTTP/1.1 200 Content-Length: 99\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a reason of 64 KiB",
            format!(
                "HTTP/1.1 200 {}\r\nContent-Length: 2\r\n\r\nhi",
                "x".repeat(1 << 16)
            ),
        ),
        hi(
            "a name of 64 KiB",
            format!(
                "HTTP/1.1 200 OK\r\n{}: y\r\nContent-Length: 2\r\n\r\nhi",
                "x".repeat(1 << 16)
            ),
        ),
        hi(
            "a header of spaces",
            "HTTP/1.1 200 OK\r\n   \r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "a status nobody knows",
            "HTTP/1.1 999 What\r\nContent-Length: 2\r\n\r\nhi",
        ),
        hi(
            "600 under --check-status",
            "HTTP/1.1 600 X\r\nContent-Length: 2\r\n\r\nhi",
        )
        .args(&["--check-status"]),
        hi(
            "a type of bytes",
            b"HTTP/1.1 200 OK\r\nContent-Type: \xff;charset=\xfe\r\n\r\nhi",
        ),
        hi(
            "a charset nobody knows",
            "HTTP/1.1 200 OK\r\nContent-Type: text/x; charset=;\r\n\r\nhi",
        )
        .args(&["--pretty=format"]),
        hi(
            "many types",
            "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\nhi",
        ),
    ]);
}

fn hi(name: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    case(name, bytes).shows("hi")
}

#[test]
fn heads_are_shown_as_they_came() {
    for head in [
        &b"HTTP/1.1 200 OK\r\nX: one\r\n  two\r\n\tthree\r\nb: 1\r\nA: 2\r\nb: 3\r\n\r\n"[..],
        b"HTTP/1.1 200\r\nX:no space\r\nY : before\r\n: no name\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 \xff\r\nX: \xe9 \x00 \x07\r\n\xff: y\r\n\r\n",
    ] {
        run_all(vec![case("a head", head).args(&["-h"]).shows(head)]);
    }
}

#[test]
fn a_name_is_sorted_with_what_is_folded_under_it() {
    let head = "HTTP/1.1 200 OK\r\nB: 1\r\n folded\r\nA: 2\r\n\r\n";
    let sorted = "HTTP/1.1 200 OK\r\nA: 2\r\nB: 1\r\n folded\r\n\r\n";
    run_all(vec![
        case("folded", head)
            .args(&["-h", "--pretty=format"])
            .shows(sorted),
    ]);
}

#[test]
fn what_is_not_http_is_told_at_once() {
    let refused: &[(&'static str, &[u8])] = &[
        ("HTTP/0.9", b"<html>hello</html>"),
        ("HTTP/0.9 in lines", b"<html>\n\nhello</html>\n"),
        ("garbage", b"\x00\x01\x02\xff\xfe\n\n"),
        ("a TLS alert", b"\x15\x03\x01\x00\x02\x02\x46"),
        (
            "HTTP/2 settings",
            b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00",
        ),
        ("an SSH greeting", b"SSH-2.0-OpenSSH_9.2\r\n"),
        ("a mail server's greeting", b"220 mail.example ESMTP\r\n"),
        ("a database's greeting", b"J\x00\x00\x00\x0a8.0.33\x00"),
        ("lower case", b"http/1.1 200 OK\r\n\r\nhi"),
        ("radio", b"ICY 200 OK\r\n\r\nhi"),
        ("another protocol", b"RTSP/1.0 200 OK\r\n\r\n"),
        ("no status", b"HTTP/1.1\r\n\r\nhi"),
        ("a status of letters", b"HTTP/1.1 abc OK\r\n\r\nhi"),
        ("a status of two digits", b"HTTP/1.1 20 OK\r\n\r\nhi"),
        ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\nhi"),
        ("a status below 100", b"HTTP/1.1 099 OK\r\n\r\nhi"),
        ("a negative status", b"HTTP/1.1 -200 OK\r\n\r\nhi"),
        ("a status with its reason", b"HTTP/1.1 200OK\r\n\r\nhi"),
        ("no version", b"HTTP/ 200 OK\r\n\r\nhi"),
        ("a version of letters", b"HTTP/x.y 200 OK\r\n\r\nhi"),
        ("a version of three numbers", b"HTTP/1.1.1 200 OK\r\n\r\nhi"),
        ("a version without a dot", b"HTTP/11 200 OK\r\n\r\nhi"),
        ("a negative version", b"HTTP/-1.1 200 OK\r\n\r\nhi"),
        ("a request", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("a status with a fraction", b"HTTP/1.1 200.5 OK\r\n\r\nhi"),
        ("a hexadecimal status", b"HTTP/1.1 0xc8 OK\r\n\r\nhi"),
        ("NUL behind the status", b"HTTP/1.1 200\0OK\r\n\r\nhi"),
        (
            "a status in digits of another script",
            "HTTP/1.1 ٢٠٠ OK\r\n\r\nhi".as_bytes(),
        ),
        ("no slash", b"HTTP 200 OK\r\n\r\nhi"),
        ("a space first", b" HTTP/1.1 200 OK\r\n\r\nhi"),
        (
            "a byte order mark",
            b"\xef\xbb\xbfHTTP/1.1 200 OK\r\n\r\nhi",
        ),
    ];
    // Left open, too: such a server waits for us as we for it. HTTPie waits for the end of a line that never comes.
    let (closed, open) = (refused.iter(), refused.iter());
    let closed = closed.map(|(name, bytes)| case(name, bytes).fails(&["not HTTP"]));
    let open = open.map(|(name, bytes)| held(name, bytes).fails(&["not HTTP"]));
    run_all(closed.chain(open).collect());
}

#[test]
fn heads_that_break_off_are_errors() {
    run_all(vec![
        case("nothing", "").fails(&["without an answer"]),
        case("the beginning", "HTT").fails(&["within the head"]),
        case("half a status line", "HTTP/1.1 20").fails(&["within the head"]),
        case("a status line", "HTTP/1.1 200 OK\r\n").fails(&["within the head"]),
        // HTTPie takes the end of the connection for the end of the head.
        case("half a header", "HTTP/1.1 200 OK\r\nContent-Le").fails(&["within the head"]),
        case("no empty line", "HTTP/1.1 200 OK\r\nA: b\r\n").fails(&["within the head"]),
        case("empty lines alone", "\r\n\r\n").fails(&["the server"]),
    ]);
}
