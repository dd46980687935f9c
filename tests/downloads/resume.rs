//! `--continue`, and parts of files in general.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Instant;

use super::support::{Answer, PATIENCE, Program, Received, Server, TempFolder};
use super::{BODY, run, saved, ten_bytes};

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
    outcome.assert_says("complete already");
    assert!(!outcome.stderr_text().contains("warning"));
    folder.write("work/longer", "0123456789ab");
    let outcome = run(&folder, &["-dc", "-o", "longer", &server.url("/")]);
    outcome.assert_error(&["'longer' has 12 bytes, but the server's file has 10"]);
    assert_eq!(folder.read("work/longer"), "0123456789ab");
    let unclear = Server::start(|_| Answer::new("416 Range Not Satisfiable"));
    let outcome = run(&folder, &["-dc", "-o", "longer", &unclear.url("/")]);
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
        (
            "Content-Type: Multipart/Byteranges; boundary=x\r\nContent-Range: bytes 5-9/10\r\n",
            "--x--",
        ),
        (
            "Content-Range: bytes 5-9/10\r\nContent-Range: bytes 0-4/10\r\n",
            "56789",
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
fn an_answer_without_content_leaves_what_is_there() {
    for status in ["204 No Content", "205 Reset Content"] {
        let server = Server::start(move |_| Answer::new(status));
        let folder = TempFolder::new();
        folder.write("work/part", "01234");
        run(&folder, &["-dc", "-o", "part", &server.url("/")]).assert_error(&[
            "no content",
            "'part'",
            "5 bytes",
        ]);
        assert_eq!(folder.read("work/part"), "01234", "{status}");
    }
}

#[test]
fn the_rest_of_another_version_is_refused() {
    for (typed, header, value) in [
        ("If-Range:\"v1\"", "ETag", "\"v2\""),
        (
            "If-Range:Sun, 22 Nov 2026 21:00:00 GMT",
            "Last-Modified",
            "Sun, 22 Nov 2026 21:00:01 GMT",
        ),
    ] {
        let server = Server::start(move |_| {
            Answer::new("206 Partial Content")
                .header("Content-Range", "bytes 5-9/10")
                .header(header, value)
                .body("56789")
        });
        let folder = TempFolder::new();
        folder.write("work/part", "01234");
        let url = server.url("/");
        run(&folder, &["-dc", "-o", "part", &url, typed])
            .assert_error(&["another version", "'part' was left as it was"]);
        assert_eq!(folder.read("work/part"), "01234");
        let same = format!("If-Range:{value}");
        let outcome = run(&folder, &["-dc", "-o", "part", &url, &same]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(folder.read("work/part"), BODY);
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
fn a_part_instead_of_the_whole_is_no_complete_download() {
    // The answer, and what is left of it: in the file, and in words.
    let cases = [
        ("bytes 0-4/10", "01234", "01234", "bytes 0-4 alone"),
        ("bytes 0-4/*", "01234", "", "'bytes 0-4/*'"),
        ("bytes 5-9/10", "56789", "", "'bytes 5-9/10'"),
        ("", "01234", "", "without saying which"),
    ];
    for (range, body, kept, words) in cases {
        let server = Server::start(move |_| {
            let answer = Answer::new("206 Partial Content").body(body);
            match range {
                "" => answer,
                range => answer.header("Content-Range", range),
            }
        });
        let folder = TempFolder::new();
        folder.write("work/old", "mine");
        let url = server.url("/");
        for args in [&["-d", "-o", "new"][..], &["-dc", "-o", "fresh"], &["-d"]] {
            let outcome = run(&folder, &[args, &[url.as_str()]].concat());
            let said = outcome.stderr_text();
            assert_eq!(outcome.status, 1, "{range}: {said}");
            assert!(said.contains(words) && !said.contains("Done"), "{said}");
            match args {
                ["-d"] => assert_eq!(outcome.stdout_text(), kept, "{range}"),
                _ if kept.is_empty() => assert_eq!(saved(&folder), ["old"], "{range}"),
                _ => {
                    assert_eq!(folder.read(&format!("work/{}", args[2])), kept);
                    assert!(said.contains("5 of 10 bytes are missing"), "{said}");
                    assert!(said.contains("--continue"), "{said}");
                }
            }
        }
        let outcome = run(&folder, &["-d", "-o", "old", &url]);
        assert_eq!(outcome.status, 1);
        let want = if kept.is_empty() { "mine" } else { kept };
        assert_eq!(folder.read("work/old"), want, "{range}");
    }
}

#[test]
fn a_part_that_is_the_whole_or_that_was_typed_is_complete() {
    let server = Server::start(|_| {
        Answer::new("206 Partial Content")
            .header("Content-Range", "bytes 0-9/10")
            .body(BODY)
    });
    let folder = TempFolder::new();
    let outcome = run(&folder, &["-d", "-o", "whole", &server.url("/")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/whole"), BODY);

    let server = parts();
    let outcome = run(
        &folder,
        &["-d", "-o", "part", &server.url("/"), "Range:bytes=5-"],
    );
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/part"), "56789");
}

#[test]
fn a_rest_of_which_only_the_last_chunk_is_missing_has_no_bytes_missing() {
    let server = Server::start(|_| {
        Answer::raw(
            "HTTP/1.1 206 x\r\nContent-Range: bytes 5-9/10\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n56789\r\n",
        )
    });
    let folder = TempFolder::new();
    folder.write("work/part", "01234");
    let outcome = run(&folder, &["-dc", "-o", "part", &server.url("/")]);
    outcome.assert_error(&["all 10 bytes came, but the body was not ended"]);
    let said = outcome.stderr_text();
    assert!(
        !said.contains("missing") && !said.contains("--continue"),
        "{said}"
    );
    assert_eq!(folder.read("work/part"), BODY);
}

#[test]
fn a_typed_part_that_broke_off_is_not_gone_on_with_as_if_it_were_the_file() {
    fn broken(_: &Received) -> Answer {
        Answer::raw(
            "HTTP/1.1 206 x\r\nContent-Range: bytes 5-9/10\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n56\r\n",
        )
    }
    fn part(request: &Received) -> Answer {
        assert_eq!(request.header("Range").as_deref(), Some("bytes=5-"));
        Answer::new("206 x")
            .header("Content-Range", "bytes 5-9/10")
            .body("56789")
    }
    let server = Server::start(Server::in_turn([broken, part]));
    let folder = TempFolder::new();
    let url = server.url("/");
    let typed = ["--retry=1", "-d", &url, "Range:bytes=5-", "-o", "part"];
    let outcome = run(&folder, &typed);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read("work/part"), "56789");

    let server = Server::start(Server::in_turn([broken, part]));
    let url = server.url("/");
    let outcome = run(&folder, &["--retry=1", "-d", &url, "Range:bytes=5-"]);
    assert_eq!((outcome.status, outcome.stdout_text().as_str()), (1, "56"));
    assert!(!outcome.stderr_text().contains("--continue"));
}
