//! The bar that shows how far a download or an upload is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::download;
use super::support::{Answer, Program, Server, TempFolder};

/// Writes bytes, one at a time, for longer than a bar waits before it shows itself.
fn trickle(socket: &mut dyn Write) -> std::io::Result<usize> {
    let started = Instant::now();
    let mut count = 0;
    while started.elapsed() < Duration::from_millis(300) && count < 1_000_000 {
        socket.write_all(b"x")?;
        count += 1;
    }
    Ok(count)
}

#[test]
fn a_bar_shows_how_far_it_is_and_goes_away() {
    let server = Server::start(|request| {
        let known = request.target() == "/known";
        Answer::drive(move |socket| {
            match known {
                true => socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n")?,
                false => socket.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?,
            }
            let count = trickle(socket)?;
            socket.write_all(&vec![b'y'; 2_000_000 - count])
        })
    });
    let folder = TempFolder::new();
    let outcome = download(&server, &folder, &["-d", &server.url("/known")]);
    let shown = outcome.text();
    assert_eq!(outcome.status, 0, "{shown}");
    assert!(shown.contains("/2.0 MB ) "), "{shown:?}");
    assert!(shown.contains("% ( "), "{shown:?}");
    assert!(
        shown.contains("\x1b[1A\r\x1b[2KDone. 2.0 MB in 00:0"),
        "{shown:?}"
    );
    let widest = shown.split(['\r', '\n']).map(without_colors);
    assert!(
        widest.map(|line| line.chars().count()).max() < Some(80),
        "{shown:?}"
    );

    let outcome = download(&server, &folder, &["-d", &server.url("/unknown")]);
    let shown = outcome.text();
    assert!(
        shown.contains("/s\n\x1b[1A\r\x1b[2KDone. 2.0 MB"),
        "{shown:?}"
    );
    assert!(!shown.contains('%'), "{shown:?}");
}

fn without_colors(line: &str) -> String {
    let mut pieces = line.split('\x1b');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(
            piece
                .split_once(['m', 'K', 'A'])
                .map_or("", |(_, rest)| rest),
        );
    }
    plain
}

#[test]
fn ctrl_c_leaves_a_clean_line() {
    let server = Server::start(|_| {
        Answer::drive(|socket| {
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")?;
            // Ends when the client has gone.
            loop {
                socket.write_all(&[b'x'; 4096])?;
            }
        })
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["-d", "-o", "/dev/null", &server.url("/")])
        .run_in_terminal_typing(&[("/s\n", "\x03")]);
    assert_eq!(outcome.status, 130);
    let shown = outcome.text();
    let last = shown.rsplit('\n').next().unwrap_or_default();
    assert!(last.is_empty() || last == "^C", "{last:?}");
    assert!(!shown.contains("\x1b[?25l"), "the cursor is never hidden");
}

#[test]
fn a_long_upload_shows_a_bar_that_goes_away() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    // A server that is slow for longer than a bar waits before it shows itself.
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept()?;
        let started = Instant::now();
        let (mut count, mut piece) = (0, vec![0; 1 << 16]);
        while count < (48 << 20) {
            let is_slow = started.elapsed() < Duration::from_millis(700);
            let most = if is_slow { 16 } else { piece.len() };
            match socket.read(&mut piece[..most])? {
                0 => break,
                length => count += length,
            }
        }
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nthanks")?;
        std::io::copy(&mut socket, &mut std::io::sink())
    });
    let folder = TempFolder::new();
    let file = std::fs::File::create(folder.write("work/large", "")).unwrap();
    file.set_len(64 << 20).unwrap();
    let outcome = Program::http(&folder)
        .args(["-b", "--pretty=none", &url, "@large"])
        .run_in_terminal();
    let _ = server.join();
    let shown = outcome.text();
    assert_eq!(outcome.status, 0, "{shown:?}");
    assert!(shown.contains("Uploading [ "), "{shown:?}");
    assert!(shown.contains("/67.1 MB ) "), "{shown:?}");
    assert!(shown.ends_with("\x1b[1A\r\x1b[2Kthanks\n\n\n"), "{shown:?}");
}

#[test]
fn a_small_upload_shows_no_bar_and_neither_does_a_quick_one() {
    let server = Server::start(|_| Answer::ok("thanks"));
    let folder = TempFolder::new();
    folder.write("work/small", "x");
    folder.write("work/large", vec![b'x'; 2 << 20]);
    for file in ["@small", "@large"] {
        let outcome = Program::http(&folder)
            .args(["-b", "--pretty=none", &server.url("/"), file])
            .run_in_terminal();
        assert!(
            outcome.text().ends_with("thanks\n\n\n"),
            "{:?}",
            outcome.text()
        );
    }
}
