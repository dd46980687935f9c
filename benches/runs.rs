//! How long whole runs of `http` take: its start, a request with and without a session, a body formatted and coloured. The
//! server is a thread of the bench.

#![allow(missing_docs)]

#[path = "shared/mod.rs"]
mod shared;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use shared::measure;

const RUNS: usize = 101;

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || serve(&listener));
    let folder = std::env::temp_dir().join(format!("httpie-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let url = url.as_str();
    measure_runs(
        &folder,
        "the start (--offline)",
        RUNS,
        &["--offline", ":/get", "a=b"],
    );
    measure_runs(&folder, "the start (--version)", RUNS, &["--version"]);
    measure_runs(&folder, "a request", RUNS, &[url]);
    let session = ["--session=bench", url, "X-Kept:1"];
    measure_runs(&folder, "a request with a session", RUNS, &session);
    let session = ["--session-read-only=bench", url];
    measure_runs(
        &folder,
        "a request with a session that is only read",
        RUNS,
        &session,
    );
    let page = format!("{url}/page");
    measure_runs(&folder, "1 MiB of HTML as it is", 21, &[&page]);
    measure_runs(
        &folder,
        "1 MiB of HTML in colours",
        21,
        &["--pretty=colors", &page],
    );
    let document = format!("{url}/document");
    measure_runs(&folder, "1 MiB of JSON as it is", 21, &[&document]);
    measure_runs(
        &folder,
        "1 MiB of JSON laid out",
        21,
        &["--pretty=format", &document],
    );
    measure_runs(
        &folder,
        "1 MiB of JSON laid out and in colours",
        21,
        &["--pretty=all", &document],
    );
    std::fs::remove_dir_all(&folder)
}

/// The folder is home and configuration: nothing of the user's counts.
fn measure_runs(folder: &Path, name: &str, runs: usize, args: &[&str]) {
    measure(name, runs, 1, || {
        let status = Command::new(program())
            .arg("--ignore-stdin")
            .args(args)
            .env_clear()
            .env("HOME", folder)
            .env("HTTPIE_CONFIG_DIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{args:?}");
    });
}

/// The one that cargo built, or the one that the variable names: the static one, say.
fn program() -> PathBuf {
    let named = std::env::var_os("HTTPIE_BENCH_PROGRAM");
    named.map_or_else(|| env!("CARGO_BIN_EXE_http").into(), PathBuf::from)
}

fn serve(listener: &TcpListener) {
    let page = "<p class=\"a\">some <b>text</b> &amp; more</p>\n".repeat(24_000);
    let row = r#"{"id":12345,"name":"a name","tags":["x","y"],"score":1.5,"ok":true,"none":null},"#;
    let document = format!("[{}0]", row.repeat(13_000));
    for stream in listener.incoming().flatten() {
        // A client that goes away early is none of a server's business.
        let _ = answer(&stream, &page, &document);
    }
}

fn answer(mut stream: &TcpStream, page: &str, document: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (kind, body) = match first.split(' ').nth(1) {
        Some("/page") => ("text/html", page),
        Some("/document") => ("application/json", document),
        _ => ("application/json", r#"{"a": [1, 2, 3]}"#),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nSet-Cookie: sid=1; Path=/\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}
