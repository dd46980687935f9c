//! `--download`: what the file is called, that nothing else is touched, and that an incomplete file is never taken for a
//! whole one.

#![cfg(target_os = "linux")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use support::{Answer, Outcome, PATIENCE, Program, Server, TempFolder, TerminalOutcome};

const BODY: &str = "0123456789";

fn ten_bytes() -> Answer {
    Answer::ok(BODY).header("Content-Type", "text/plain")
}

/// Downloads with a terminal, so that the file gets its name from the response or the URL.
fn download(server: &Server, folder: &TempFolder, args: &[&str]) -> TerminalOutcome {
    let outcome = Program::http(folder).args(args).run_in_terminal();
    assert!(server.request_count() > 0, "{}", outcome.text());
    outcome
}

fn run(folder: &TempFolder, args: &[&str]) -> Outcome {
    Program::http(folder).args(args).run()
}

/// The files that a download has left in the folder it was started in.
fn saved(folder: &TempFolder) -> Vec<String> {
    let files = folder.files().into_iter();
    files
        .filter_map(|path| path.strip_prefix("work/").map(str::to_owned))
        .collect()
}

#[test]
fn the_url_names_the_file_and_the_type_gives_it_an_ending() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    for path in ["/a/report", "/x.tar.gz", "/", "/a%20b%2Fc"] {
        let outcome = download(&server, &folder, &["-d", &server.url(path)]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }
    assert_eq!(
        saved(&folder),
        ["a%20b%2Fc.txt", "index.txt", "report.txt", "x.tar.gz"]
    );
    assert_eq!(folder.read("work/report.txt"), BODY);
}

#[test]
fn the_first_url_names_the_file_after_a_redirect() {
    let server = Server::start(|request| match request.target().as_str() {
        "/redirect/1" => Answer::redirect(302, "/get"),
        _ => Answer::json("{}"),
    });
    let folder = TempFolder::new();
    let outcome = download(&server, &folder, &["-d", &server.url("/redirect/1")]);
    assert_eq!(outcome.status, 0);
    assert_eq!(saved(&folder), ["1.json"]);
}

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
fn hostile_names_stay_in_the_folder() {
    let long = format!("{}.txt", "ä".repeat(200));
    let names = [
        ("\"../../x\"", "x"),
        ("/etc/passwd", "passwd"),
        (".bashrc", "bashrc"),
        ("\"..\"", "url.txt"),
        ("\".\"", "url.txt-1"),
        ("\"\"", "url.txt-2"),
        ("\"a\0b\u{1b}[31m\"", "ab[31m"),
        ("\"c\rd\"", "cd"),
        ("\"C:\\\\temp\\\\e.txt\"", "e.txt"),
        ("\"naïve ☺.txt\"", "naïve ☺.txt"),
    ];
    for (typed, want) in names {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename={typed}\r\nContent-Length: 10\r\n\r\n{BODY}"
        );
        let folder = TempFolder::new();
        for taken in ["url.txt", "url.txt-1"] {
            if want > taken && want.starts_with("url") {
                folder.write(&format!("work/{taken}"), "mine");
            }
        }
        let server = Server::start(move |_| Answer::raw(head.clone()));
        let outcome = download(&server, &folder, &["-d", &server.url("/url")]);
        assert_eq!(outcome.status, 0, "{typed:?}: {}", outcome.text());
        assert_eq!(folder.read(&format!("work/{want}")), BODY, "{typed:?}");
        let others = folder.files().into_iter();
        let others: Vec<_> = others.filter(|path| !path.starts_with("work/")).collect();
        assert_eq!(others, [""; 0], "{typed:?}");
    }
    let folder = TempFolder::new();
    let server = Server::start(move |_| {
        ten_bytes().header(
            "Content-Disposition",
            format!("attachment; filename=\"{long}\""),
        )
    });
    for _ in 0..2 {
        let outcome = download(&server, &folder, &["-d", &server.url("/url")]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
    }
    let files = saved(&folder);
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|name| (250..=255).contains(&name.len())));
    assert!(files.iter().any(|name| name.ends_with("ä.txt")));
    assert!(files.iter().any(|name| name.ends_with("ä.txt-1")));
}

#[test]
fn what_is_there_already_is_never_written_over() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    folder.write("work/file.txt", "mine");
    symlink(folder.join("victim"), folder.join("work/file.txt-1")).unwrap();
    std::fs::create_dir(folder.join("work/file.txt-2")).unwrap();
    let outcome = download(&server, &folder, &["-d", &server.url("/file")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert!(outcome.text().contains("Downloading to file.txt-3"));
    assert_eq!(folder.read("work/file.txt"), "mine");
    assert_eq!(folder.read("work/file.txt-3"), BODY);
    assert!(!folder.join("victim").exists());
}

#[test]
fn two_downloads_at_once_never_share_a_file() {
    let together = Barrier::new(2);
    let server = Server::start(move |request| {
        together.wait();
        Answer::ok(request.header("X-Who").unwrap_or_default())
    });
    let folder = TempFolder::new();
    std::thread::scope(|scope| {
        for who in ["X-Who:one", "X-Who:two"] {
            let (server, folder) = (&server, &folder);
            scope.spawn(move || {
                let outcome = download(server, folder, &["-d", &server.url("/file"), who]);
                assert_eq!(outcome.status, 0, "{}", outcome.text());
            });
        }
    });
    assert_eq!(saved(&folder), ["file", "file-1"]);
    let mut both = [folder.read("work/file"), folder.read("work/file-1")];
    both.sort();
    assert_eq!(both, ["one", "two"]);
}

#[test]
fn an_error_status_saves_nothing() {
    let server = Server::start(|_| Answer::new(404).body("gone"));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    for output in ["mine", "new"] {
        let outcome = run(&folder, &["-d", "-o", output, &server.url("/")]);
        assert_eq!(outcome.status, 4);
        assert_eq!(outcome.stdout_text(), "");
        assert!(outcome.stderr_text().contains("HTTP 404 Not Found"));
    }
    let outcome = download(&server, &folder, &["-d", &server.url("/x")]);
    assert_eq!(outcome.status, 4);
    assert!(!outcome.text().contains("Downloading"));
    assert_eq!(saved(&folder), ["mine"]);
    assert_eq!(folder.read("work/mine"), "mine");
}

#[test]
fn places_that_cannot_be_written_are_known_before_anything_is_sent() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    for place in ["missing/x", "."] {
        let outcome = run(&folder, &["-d", "-o", place, &server.url("/")]);
        outcome.assert_error(&[place]);
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
fn a_full_disk_is_no_success() {
    let server = Server::start(|_| ten_bytes());
    let outcome = run(
        &TempFolder::new(),
        &["-d", "-o", "/dev/full", &server.url("/")],
    );
    outcome.assert_error(&["'/dev/full'", "No space left"]);
    assert!(!outcome.stderr_text().contains("Done"));
}

#[test]
fn an_incomplete_download_says_what_is_missing_and_keeps_what_came() {
    let server = Server::start(|request| match request.target().as_str() {
        "/length" => Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"),
        _ => Answer::raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n5\r\n",
        ),
    });
    let folder = TempFolder::new();
    let outcome = run(&folder, &["-d", "-o", "part", &server.url("/length")]);
    outcome.assert_error(&[
        "Incomplete download: 10 of 20 bytes are missing",
        "'part'",
        "--continue",
    ]);
    assert!(!outcome.stderr_text().contains("Done"));
    assert_eq!(folder.read("work/part"), BODY);
    let outcome = run(&folder, &["-d", "-o", "chunks", &server.url("/chunks")]);
    outcome.assert_error(&["Incomplete download: it broke off after 10 bytes"]);
    assert_eq!(folder.read("work/chunks"), BODY);
    let outcome = run(&folder, &["-d", &server.url("/length")]);
    assert_eq!((outcome.status, outcome.stdout_text().as_str()), (1, BODY));
}

#[test]
fn an_answer_that_breaks_off_before_its_first_byte_leaves_the_old_file() {
    let server = Server::start(|_| Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    let outcome = run(&folder, &["-d", "-o", "mine", &server.url("/")]);
    outcome.assert_error(&["20 of 20 bytes are missing"]);
    assert_eq!(folder.read("work/mine"), "mine");
}

#[test]
fn an_empty_answer_makes_an_empty_file() {
    let server = Server::start(|_| Answer::ok(""));
    let folder = TempFolder::new();
    folder.write("work/mine", "mine");
    for place in ["mine", "new"] {
        let outcome = run(&folder, &["-d", "-o", place, &server.url("/")]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(folder.read(&format!("work/{place}")), "");
    }
}

/// A server that gives parts as it should.
fn parts() -> Server {
    Server::start(|request| {
        let range = request.header("Range");
        let from = range.as_deref().and_then(|range| {
            let from = range.strip_prefix("bytes=")?.strip_suffix('-')?;
            from.parse::<usize>().ok()
        });
        match from {
            None => ten_bytes(),
            Some(from @ 0..10) => Answer::new("206 Partial Content")
                .header("Content-Range", format!("bytes {from}-9/10"))
                .body(&BODY[from..]),
            Some(_) => {
                Answer::new("416 Range Not Satisfiable").header("Content-Range", "bytes */10")
            }
        }
    })
}

#[test]
fn a_download_goes_on_where_it_was_interrupted() {
    let server = parts();
    let folder = TempFolder::new();
    for have in [0, 1, 5, 9] {
        folder.write("work/part", &BODY[..have]);
        let outcome = run(&folder, &["-dc", "-o", "part", &server.url("/")]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(folder.read("work/part"), BODY);
        let range = server.last_request().header("Range");
        assert_eq!(range, (have > 0).then(|| format!("bytes={have}-")));
    }
    let outcome = run(&folder, &["-dc", "-o", "new", &server.url("/")]);
    assert_eq!(outcome.status, 0);
    assert_eq!(folder.read("work/new"), BODY);
}

#[test]
fn a_complete_file_is_left_alone() {
    let server = parts();
    let folder = TempFolder::new();
    folder.write("work/whole", BODY);
    let outcome = run(&folder, &["-dc", "-o", "whole", &server.url("/")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert!(outcome.stderr_text().contains("complete already"));
    assert!(!outcome.stderr_text().contains("warning"));
    folder.write("work/longer", "0123456789ab");
    let outcome = run(&folder, &["-dc", "-o", "longer", &server.url("/")]);
    assert_eq!(outcome.status, 4, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/longer"), "0123456789ab");
}

#[test]
fn a_server_that_sends_the_whole_again_has_the_file_begun_anew() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    folder.write("work/part", "an older and longer version");
    let outcome = run(
        &folder,
        &["-dc", "-o", "part", &server.url("/"), "If-Range:\"v1\""],
    );
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/part"), BODY);
    let if_range = server.last_request().header("If-Range");
    assert_eq!(if_range.as_deref(), Some("\"v1\""));
}

#[test]
fn a_part_that_was_not_asked_for_leaves_the_file_as_it_was() {
    for (headers, body) in [
        ("Content-Range: bytes 0-9/10\r\n", BODY),
        ("Content-Range: bytes 6-9/10\r\n", "6789"),
        ("Content-Range: bytes 5-4/10\r\n", "56789"),
        ("Content-Range: bytes 5-9/9\r\n", "56789"),
        ("Content-Range: octets 5-9/10\r\n", "56789"),
        ("Content-Range: bytes 5-9/10\r\n", "567890"),
        (
            "Content-Range: bytes 5-9/10\r\nContent-Encoding: gzip\r\n",
            "56789",
        ),
        (
            "Content-Type: multipart/byteranges; boundary=x\r\n",
            "--x--",
        ),
        ("", "56789"),
    ] {
        let answer = format!(
            "HTTP/1.1 206 Partial Content\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let server = Server::start(move |_| Answer::raw(answer.clone()));
        let folder = TempFolder::new();
        folder.write("work/part", "01234");
        let outcome = run(&folder, &["-dc", "-o", "part", &server.url("/")]);
        outcome.assert_error(&["'part'"]);
        assert_eq!(folder.read("work/part"), "01234", "{headers}");
    }
}

#[test]
fn more_than_was_announced_is_not_saved_and_less_is_incomplete() {
    let server = Server::start(|request| match request.target().as_str() {
        "/more" => Answer::raw(
            "HTTP/1.1 206 x\r\nContent-Range: bytes 5-9/10\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n56789ab\r\n0\r\n\r\n",
        ),
        _ => Answer::raw(
            "HTTP/1.1 206 x\r\nContent-Range: bytes 5-6/10\r\nContent-Length: 2\r\n\r\n56",
        ),
    });
    let folder = TempFolder::new();
    folder.write("work/more", "01234");
    let outcome = run(&folder, &["-dc", "-o", "more", &server.url("/more")]);
    outcome.assert_error(&["'more'"]);
    assert_eq!(folder.read("work/more"), BODY);
    folder.write("work/less", "01234");
    let outcome = run(&folder, &["-dc", "-o", "less", &server.url("/less")]);
    outcome.assert_error(&["3 of 10 bytes are missing"]);
    assert_eq!(folder.read("work/less"), "0123456");
}

#[test]
fn a_killed_download_can_be_continued() {
    let (open, wait) = channel::<()>();
    let wait = std::sync::Arc::new(Mutex::new(wait));
    let server = Server::start(move |request| match request.header("Range") {
        Some(_) => Answer::new("206 Partial Content")
            .header("Content-Range", "bytes 5-9/10")
            .body("56789"),
        None => {
            let wait = std::sync::Arc::clone(&wait);
            Answer::drive(move |socket| {
                socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")?;
                let _ = wait.lock().map(|wait| wait.recv());
                Ok(())
            })
        }
    });
    let folder = TempFolder::new();
    let args = ["-dc", "-o", "file", &server.url("/")];
    let running = Program::http(&folder).args(args).spawn();
    let started = Instant::now();
    while std::fs::metadata(folder.join("work/file")).map_or(0, |facts| facts.len()) < 5 {
        assert!(started.elapsed() < PATIENCE, "nothing came");
        std::thread::yield_now();
    }
    // Dropping it is kill -9.
    drop(running);
    drop(open);
    assert_eq!(folder.read("work/file"), "01234");
    let outcome = run(&folder, &args);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/file"), BODY);
}

#[test]
fn continue_needs_to_know_the_file() {
    let folder = TempFolder::new();
    run(&folder, &["-c", "-o", "x", "localhost:1"])
        .assert_error(&["--continue only works with --download"]);
    run(&folder, &["-dc", "localhost:1"])
        .assert_error(&["--continue requires --output to be specified"]);
    assert_eq!(saved(&folder), [""; 0]);
}

#[test]
fn offline_leaves_the_file_of_a_download_alone() {
    let folder = TempFolder::new();
    folder.write("work/part", "01234");
    let outcome = run(&folder, &["-dc", "--offline", "-o", "part", "localhost:1"]);
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout_text().contains("Range: bytes=5-\r\n"));
    assert_eq!(folder.read("work/part"), "01234");
}

#[test]
fn a_head_request_has_nothing_to_save() {
    let server = Server::start(|_| ten_bytes());
    let folder = TempFolder::new();
    let outcome = download(&server, &folder, &["-d", "HEAD", &server.url("/file")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert_eq!(saved(&folder), [""; 0]);
}

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
