//! Requests: their method, their head, their body and what it is made of.

use crate::support::{Answer, Program, Server, TempFolder};
use crate::{assert_same, has_curl};

#[test]
fn curl_sends_the_same_head_and_body() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url("/a/b");
    let odd = &server.url("/x/../y;z?q=[1]&r={a,b}&s=it's#part");
    for args in [
        &[url.as_str()][..],
        &[odd],
        &["--path-as-is", odd],
        &[
            "GET",
            url,
            "q==a b",
            "q==\u{e9}&=",
            "X-One:1",
            "x-one:2",
            "Empty;",
        ],
        &[
            url,
            "Accept:",
            "User-Agent:",
            "Accept-Encoding:",
            "Connection:",
        ],
        &[url, "Host:", "Accept:a/b"],
        &[
            url,
            "Host:other.example",
            "user-agent:me",
            "User-Agent:\u{fc}",
        ],
        &["PUT", url, "name=it's", "n:=1.10", "u=\u{e9}"],
        &["-f", url, "a=1 2", "b=\u{e9}&", "\\@=x"],
        &["-f", url, "Content-Type:"],
        &["POST", url],
        &["DELETE", url],
        &["OPTIONS", url],
        &["PURGE", url, "a=b"],
        &["GET", url, "a=b"],
        &["--raw", "@not a file\n", url],
        &[
            "--raw",
            "--x=$(id) `id` \\ % \" ' ! \t\r\u{1b}[31m\u{202e}",
            url,
        ],
        &["--raw", "x", url, "Content-Type:text/plain", "Expect:"],
        &["--chunked", url, "a=b"],
        &["-xx", url, "a=b"],
        &["-x", url, "a=b"],
        &[url, "Transfer-Encoding:chunked"],
    ] {
        assert_same(&folder, &server, args, b"");
    }
}

#[test]
fn a_method_without_an_answer_to_read_ends() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    assert_same(&folder, &server, &["HEAD", &server.url("/h")], b"");
}

#[test]
fn curl_sends_the_same_files_and_parts() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url("/upload");
    folder.write("work/plain.txt", "one\n\ntwo\n");
    folder.write("work/it's \"odd\", or; not.json", [0, 255, 13, 10, 0]);
    folder.write("work/-", "dash");
    folder.write("work/long.bin", vec![7; 3 << 20]);
    for args in [
        &[url.as_str(), "@plain.txt"][..],
        &[url, "@it's \"odd\", or; not.json"],
        &[url, "@long.bin"],
        &["PUT", url, "@-"],
        &[
            "--multipart",
            url,
            "a=1",
            "b:=\"@x;type=y\"",
            "c=<z",
            "g=(h",
            "i=j ",
            "d=\"q\"",
            "e= line\nline",
        ],
        &["--multipart", url, "a\"b=1"],
        &["--multipart", url, "a\\=b=2"],
        &[
            "-f",
            url,
            "f@plain.txt",
            "f@plain.txt;type=text/x-odd",
            "a=1",
        ],
        &[
            "-f",
            url,
            "f@it's \"odd\", or; not.json",
            "g@long.bin;type=a/b",
        ],
        &["-f", "--boundary=xx", url, "f@plain.txt", "a=1"],
        &["-f", url, "f@plain.txt;type=text/plain; charset=utf-8"],
        &["-f", "-xx", "--boundary=xx", url, "f@plain.txt"],
        &["-xx", url, "@plain.txt"],
        &["--chunked", "-f", url, "f@plain.txt"],
        &["--chunked", url, "@plain.txt"],
    ] {
        assert_same(&folder, &server, args, b"");
    }
}

#[test]
fn curl_sends_the_same_standard_input() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url("/in");
    let all: Vec<u8> = (0..=255).collect();
    for (args, input) in [
        (&[url.as_str()][..], &b"text\n"[..]),
        (&[url], &all),
        (&["-f", url], b"a=b"),
        (&["--chunked", url], b"streamed"),
        (&["PUT", url], &vec![b'x'; 200 * 1024]),
        (
            &["--chunked", "PUT", url, "Content-Type:a/b"],
            &vec![b'x'; 3 << 20],
        ),
    ] {
        assert_same(&folder, &server, args, input);
    }
}

#[test]
fn input_that_is_a_file_stays_an_input() {
    let folder = TempFolder::new();
    let file = folder.write("work/in.json", "{}");
    let outcome = Program::http(&folder)
        .args(["--curl", "x.org"])
        .stdin_file(file)
        .run_well();
    let line = outcome.stdout_text();
    assert!(
        line.contains(" --data-binary @- ") || line.ends_with(" --data-binary @-\n"),
        "{line}"
    );
    outcome.assert_says("standard input");
}
