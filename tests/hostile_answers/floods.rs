//! Answers that want our memory: each is held to an upper bound by the kernel.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Case, case, run_all, served};

/// In MiB of address space; the program itself takes about 15 of it in a debug build.
const ROOM: u32 = 64;

fn flood(name: &'static str, start: &'static str, piece: &'static str) -> Case {
    served(name, move |mut connection| {
        connection.answer(start);
        connection.flood(piece);
    })
    .within(ROOM)
}

#[test]
fn heads_without_end_are_refused_at_one_mebibyte() {
    run_all(vec![
        flood("headers", "HTTP/1.1 200 OK\r\n", "X-Header: value\r\n").fails(&["1 MiB"]),
        flood("one header", "HTTP/1.1 200 OK\r\nX: ", "x").fails(&["1 MiB"]),
        flood("one folded header", "HTTP/1.1 200 OK\r\nX: ", "x\r\n ").fails(&["1 MiB"]),
        flood("one name", "HTTP/1.1 200 OK\r\n", "x").fails(&["1 MiB"]),
        flood("a reason", "HTTP/1.1 200 ", "OK ").fails(&["1 MiB"]),
        flood("empty lines", "", "\r\n").fails(&["1 MiB"]),
        flood("a line that is not HTTP", "", "x").fails(&["not HTTP"]),
        flood("NUL", "", "\0").fails(&["not HTTP"]),
    ]);
}

#[test]
fn heads_up_to_the_limit_are_read() {
    let many: String = (0..20_000).map(|n| format!("X-{n}: v\r\n")).collect();
    let many = format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\nhi");
    let same = "Set-Cookie: a=b\r\n".repeat(20_000);
    let same = format!("HTTP/1.1 200 OK\r\n{same}Content-Length: 2\r\n\r\nhi");
    let others: String = (0..50_000)
        .map(|n| format!("Set-Cookie:{n:x}=\n"))
        .collect();
    let others = format!("HTTP/1.1 200 OK\r\n{others}Content-Length: 2\r\n\r\nhi");
    let long = "x".repeat(1_000_000);
    let long = format!("HTTP/1.1 200 OK\r\nX: {long}\r\nContent-Length: 2\r\n\r\nhi");
    let folded = "\r\n x".repeat(200_000);
    let folded = format!("HTTP/1.1 200 OK\r\nX: {folded}\r\nContent-Length: 2\r\n\r\nhi");
    run_all(vec![
        case("20,000 headers", &many).shows("hi").within(ROOM),
        case("20,000 headers, sorted and coloured", &many)
            .args(&["--pretty=all", "-h"])
            .shows_anything()
            .within(ROOM),
        case("20,000 equal headers", &same).shows("hi").within(ROOM),
        case("20,000 equal cookies in a session", &same)
            .args(&["--session=s"])
            .shows("hi")
            .within(ROOM),
        case("50,000 cookies for a session", others)
            .args(&["--session=s"])
            .shows("hi")
            .within(ROOM),
        case("--max-headers", &many)
            .args(&["--max-headers=19999"])
            .fails(&["19999", "--max-headers"]),
        case("--max-headers allows as many", &many)
            .args(&["--max-headers=20001"])
            .shows("hi"),
        case("one large header", long).shows("hi").within(ROOM),
        case("one header of 200,000 lines", folded)
            .shows("hi")
            .within(ROOM),
    ]);
}

/// Each is a line or a record of a stream, and larger than what is laid out at once.
#[test]
fn lines_and_records_without_end_are_passed_on() {
    let kinds = [
        ("an event", "text/event-stream", "data: ", "x", 96),
        ("JSON", "application/x-ndjson", r#"{"a":""#, "x", 96),
        ("text", "text/plain", "", "x", 96),
        ("a sequence", "application/json-seq", "\x1E[\"", "x", 96),
        // In colours it is several times as large.
        (
            "lines of a record",
            "application/json-seq",
            "\x1E[",
            "1,\n",
            12,
        ),
    ];
    let cases = kinds.map(|(name, kind, start, more, mebibytes)| {
        served(name, move |mut connection| {
            connection.answer(format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{start}"
            ));
            for _ in 0..mebibytes {
                connection.send(more.repeat((1 << 20) / more.len()));
            }
        })
        .args(&["--stream", "--pretty=all", "-o", "/dev/null"])
        .within(ROOM)
    });
    run_all(cases.into());
}

#[test]
fn what_is_laid_out_of_a_line_is_not_gathered() {
    // Indented and in colours it is twenty times as large.
    let document = format!("[{}1]", "1,".repeat(3 << 20));
    let cases = ["", "data: ", "\x1E"].map(|name| {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n{name}{document}\n"
        );
        case(name, answer)
            .args(&["--stream", "--pretty=all", "-o", "/dev/null"])
            .within(ROOM)
    });
    run_all(cases.into());
}

#[test]
fn framing_without_end_is_refused() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    run_all(vec![
        flood("zeros", CHUNKED, "0").fails(&["too long"]),
        flood("digits", CHUNKED, "1").fails(&["out of range"]),
        flood("spaces", CHUNKED, " ").fails(&["too long"]),
        flood(
            "an extension",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            "x",
        )
        .fails(&["too long"]),
        flood(
            "CR behind a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx",
            "\r",
        )
        .shows("x")
        .fails(&["too long"]),
        flood(
            "trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            "A: b\r\n",
        )
        .fails(&["too long"]),
        flood(
            "one trailer",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: ",
            "b",
        )
        .fails(&["too long"]),
    ]);
}

#[test]
fn bombs_are_taken_apart_piece_by_piece() {
    let member = gzip(&vec![b'x'; 1 << 20]);
    let bomb = member.repeat(48);
    let twice = gzip(&gzip(&vec![b'x'; 48 << 20]));
    let head = |coding: &str| format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n");
    let layers = ["gzip"; 9].join(", ");
    run_all(vec![
        case("gzip", [head("gzip").as_bytes(), &bomb].concat())
            .args(&["-o", "/dev/null"])
            .within(ROOM),
        case(
            "gzip in gzip",
            [head("gzip, gzip").as_bytes(), &twice].concat(),
        )
        .args(&["-o", "/dev/null"])
        .within(ROOM),
        case(
            "gzip, down a pipe",
            [head("gzip").as_bytes(), &bomb].concat(),
        )
        .begins("xxxx")
        .within(ROOM),
        case(
            "zstd",
            [head("zstd").as_bytes(), &zstd_bomb(48 << 20)].concat(),
        )
        .args(&["-o", "/dev/null"])
        .within(ROOM),
        case(
            "zstd, a window of 2 TiB",
            [head("zstd").as_bytes(), b"\x28\xb5\x2f\xfd\0\xf8\x01\0\0"].concat(),
        )
        .fails(&["8 MiB"])
        .within(ROOM),
        case("nine layers", [head(&layers).as_bytes(), &bomb].concat())
            .fails(&["codings"])
            .within(ROOM),
        case(
            "an extra field of 64 KiB",
            [
                head("gzip").as_bytes(),
                b"\x1f\x8b\x08\x04\0\0\0\0\0\0\xff\xff",
                &[0; 0x10000],
            ]
            .concat(),
        )
        .fails(&["gzip"])
        .within(ROOM),
    ]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A frame (RFC 8878) of so many equal bytes, 128 KiB of them in four.
fn zstd_bomb(length: usize) -> Vec<u8> {
    const BLOCK: usize = 128 << 10;
    const WINDOW_OF_2_MIB: u8 = 0x58;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, WINDOW_OF_2_MIB];
    let count = length / BLOCK;
    for number in 1..=count {
        // The size, the type (1: a byte to be repeated), and whether it is the last one.
        let header = BLOCK << 3 | 1 << 1 | usize::from(number == count);
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(b'x');
    }
    frame
}
