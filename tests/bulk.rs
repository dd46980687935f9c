//! Memory does not grow with the body, up or down.
//!
//! The peak is read while the program is held at the end of its work: it waits for somebody to read the last of a
//! download, or for the answer to an upload.

#![cfg(target_os = "linux")]

mod support;

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use support::{Answer, Program, Running, Server, TempFolder};

const SIZE: u64 = 256 << 20;
const MOST_MEMORY: u64 = 16 << 20;

fn assert_small(running: &Running) {
    let peak = running.peak_memory();
    assert!(peak < MOST_MEMORY, "{} KiB were held", peak / 1024);
}

/// Reads this many bytes and lets them go.
fn read_away(source: &mut impl Read, length: u64) {
    let read = std::io::copy(&mut source.take(length), &mut std::io::sink());
    assert_eq!(read.expect("a pipe can be read"), length);
}

#[derive(Clone, Copy, PartialEq)]
enum Framing {
    None,
    Chunks,
}

fn write_zeros(socket: &mut dyn Write, length: u64, framing: Framing) -> std::io::Result<()> {
    let block = [0; 1 << 16];
    let mut left = length;
    while left > 0 {
        let piece = &block[..left.min(1 << 16) as usize];
        if framing == Framing::Chunks {
            write!(socket, "{:x}\r\n", piece.len())?;
        }
        socket.write_all(piece)?;
        if framing == Framing::Chunks {
            socket.write_all(b"\r\n")?;
        }
        left -= piece.len() as u64;
    }
    Ok(())
}

/// Downloads this many bytes, most of which are read away before the peak is taken.
fn download(length: u64, answer: impl Fn() -> Answer + Send + Sync + 'static) {
    let server = Server::start(move |_| answer());
    let folder = TempFolder::new();
    let mut running = Program::http(&folder).arg(server.url("/")).spawn();
    let mut stdout = running.take_stdout();
    // What is left is more than a pipe holds, so the program cannot have ended.
    let left = 1 << 20;
    read_away(&mut stdout, length - left);
    assert_small(&running);
    read_away(&mut stdout, left);
    assert_eq!(running.finish().status, 0);
}

#[test]
fn a_download_of_known_length_takes_no_memory() {
    download(SIZE, || {
        Answer::drive(|socket| {
            write!(socket, "HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\n\r\n")?;
            write_zeros(socket, SIZE, Framing::None)
        })
    });
}

#[test]
fn a_chunked_download_takes_no_memory() {
    download(SIZE, || {
        Answer::drive(|socket| {
            socket.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            write_zeros(socket, SIZE, Framing::Chunks)?;
            socket.write_all(b"0\r\n\r\n")
        })
    });
}

#[test]
fn a_compressed_download_takes_no_memory() {
    const UNPACKED: u64 = 32 << 20;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write_zeros(&mut encoder, UNPACKED, Framing::None).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    download(UNPACKED, move || {
        Answer::ok(&packed[..]).header("Content-Encoding", "gzip")
    });
}

/// Uploads a sparse file of `SIZE` bytes; the answer comes when the peak was taken.
fn upload(options: &[&str], items: &[&str]) -> u64 {
    let (open, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let server = Server::start(move |_| {
        let _ = wait.lock().expect("no handler panics").recv();
        Answer::ok("thanks")
    });
    let folder = TempFolder::new();
    let file = sparse_file(&folder);
    let program = Program::http(&folder)
        .args(options)
        .arg("POST")
        .arg(server.url("/"))
        .args(items);
    // Without items the body comes from stdin.
    let program = match items {
        [] => program.stdin_file(file),
        _ => program,
    };
    let mut running = program.spawn();
    let received = server.wait_for(1, &mut running);
    assert_small(&running);
    drop(open);
    let outcome = running.finish();
    assert_eq!(outcome.stdout_text(), "thanks", "{}", outcome.stderr_text());
    received[0].body_length
}

fn sparse_file(folder: &TempFolder) -> PathBuf {
    let path = folder.write("work/sparse.bin", "");
    let file = File::options()
        .write(true)
        .open(&path)
        .expect("the test's own file");
    file.set_len(SIZE).expect("a sparse file takes no room");
    path
}

#[test]
fn an_upload_of_a_file_takes_no_memory() {
    assert_eq!(upload(&[], &["@sparse.bin"]), SIZE);
}

#[test]
fn an_upload_from_stdin_takes_no_memory() {
    assert_eq!(upload(&[], &[]), SIZE);
}

#[test]
fn an_upload_in_a_form_takes_no_memory() {
    let length = upload(&["--form"], &["name=value", "file@sparse.bin"]);
    assert!(length > SIZE && length < SIZE + 1000, "{length}");
}

#[test]
fn a_chunked_upload_takes_no_memory() {
    assert_eq!(upload(&["--chunked"], &["@sparse.bin"]), SIZE);
}

#[test]
fn text_that_is_no_document_streams_also_where_it_is_formatted() {
    const LENGTH: usize = 20 << 20;
    for (options, content_type, line) in [
        (&["--pretty=format"][..], "text/plain", "a line of a log\n"),
        (
            &["--pretty=format"],
            "text/html",
            "<p class=\"a\">\u{e4}</p>\n",
        ),
        (&["--pretty=all"], "text/css", "a { color: #fff; }\n"),
        (
            &["--pretty=all"],
            "application/javascript",
            "f({a: [1]});\n",
        ),
    ] {
        let server = Server::start(move |_| {
            Answer::drive(move |socket| {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n");
                socket.write_all(head.as_bytes())?;
                let block = line.repeat((1 << 16) / line.len());
                for _ in 0..LENGTH / block.len() {
                    socket.write_all(block.as_bytes())?;
                }
                Ok(())
            })
        });
        let folder = TempFolder::new();
        let mut running = Program::http(&folder)
            .args(options)
            .args(["-b", &server.url("/")])
            .spawn();
        let mut stdout = running.take_stdout();
        read_away(&mut stdout, (LENGTH - (2 << 20)) as u64);
        assert_small(&running);
        let rest = std::io::copy(&mut stdout, &mut std::io::sink());
        assert!(rest.expect("a pipe can be read") > 1 << 20);
        assert_eq!(running.finish().status, 0, "{content_type}");
    }
}
