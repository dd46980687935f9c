//! Bodies of fields, of text as it is, and of files; and the method that they bring.

use crate::support::{Answer, Program, Server, TempFolder, text};
use crate::{refused, send, send_from};

#[test]
fn the_method_is_guessed_from_the_items() {
    for (args, method) in [
        (&["{url}/"][..], "GET"),
        (&["{url}/", "X-A:1", "q==1"], "GET"),
        (&["{url}/", "a=b"], "POST"),
        (&["{url}/", "a:=1"], "POST"),
        (&["--form", "{url}/", "a=b"], "POST"),
        (&["--form", "{url}/"], "GET"),
        (&["--raw", "x", "{url}/"], "POST"),
        (&["put", "{url}/"], "PUT"),
        (&["get", "{url}/", "a=b"], "GET"),
        (&["PURGE", "{url}/"], "PURGE"),
    ] {
        assert_eq!(send(args).method(), method, "{args:?}");
    }
}

#[test]
fn json_bodies_are_written_as_httpie_writes_them() {
    for (items, body) in [
        (&["a=b", "c=d"][..], r#"{"a": "b", "c": "d"}"#),
        (
            &["n:=1", "f:=1.5", "t:=true", "z:=null"],
            r#"{"n": 1, "f": 1.5, "t": true, "z": null}"#,
        ),
        (
            &["l:=[1,2]", r#"o:={"x":[{}]}"#],
            r#"{"l": [1, 2], "o": {"x": [{}]}}"#,
        ),
        (
            &["name=Žofie", "smile=😀"],
            r#"{"name": "\u017dofie", "smile": "\ud83d\ude00"}"#,
        ),
        (&["q=say \"hi\"\n\t/"], r#"{"q": "say \"hi\"\n\t/"}"#),
        (
            &["a[b][c]=1", "a[d][]=2", "a[d][]:=3"],
            r#"{"a": {"b": {"c": "1"}, "d": ["2", 3]}}"#,
        ),
        (&["[]=x", "[]:=1"], r#"["x", 1]"#),
        (
            &[r"a\=b=c", r"d\:e=f", r"g\[h\]=i"],
            r#"{"a=b": "c", "d:e": "f", "g[h]": "i"}"#,
        ),
        (&["a=1", "a=2"], r#"{"a": "2"}"#),
        (&["empty="], r#"{"empty": ""}"#),
    ] {
        let args = [&["{url}/"], items].concat();
        let request = send(&args);
        assert_eq!(request.body_text(), body, "{items:?}");
        assert_eq!(
            request.header("Content-Length"),
            Some(body.len().to_string())
        );
        assert_eq!(
            request.header("Content-Type").as_deref(),
            Some("application/json")
        );
        assert_eq!(
            request.header("Accept").as_deref(),
            Some("application/json, */*;q=0.5")
        );
    }
}

#[test]
fn forms_are_urlencoded() {
    let request = send(&[
        "--form", "{url}/", "a=b c", "é=&=", "n:=1", "t:=true", "a=2", "s=-._~*",
    ]);
    assert_eq!(
        request.body_text(),
        "a=b+c&a=2&%C3%A9=%26%3D&n=1&t=True&s=-._~%2A"
    );
    let kind = request.header("Content-Type");
    assert_eq!(
        kind.as_deref(),
        Some("application/x-www-form-urlencoded; charset=utf-8")
    );
    assert_eq!(request.header("Accept").as_deref(), Some("*/*"));
}

#[test]
fn raw_is_sent_as_it_is() {
    let request = send(&["--raw", "{\"as\":  \"typed ž\"}", "{url}/"]);
    assert_eq!(request.body_text(), "{\"as\":  \"typed ž\"}");
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("application/json")
    );
    let request = send(&["--form", "--raw", "a=b", "{url}/"]);
    let kind = request.header("Content-Type");
    assert_eq!(
        kind.as_deref(),
        Some("application/x-www-form-urlencoded; charset=utf-8")
    );
}

#[test]
fn an_empty_raw_body_is_a_post() {
    assert_eq!(send(&["--raw=", "{url}/"]).method(), "POST");
}

#[test]
fn a_file_can_be_the_body_a_value_or_a_header() {
    let folder = TempFolder::new();
    folder.write("work/note.txt", "two\nlines\n");
    folder.write("work/value.json", r#"{"deep": [1, 2]}"#);
    folder.write("work/token", "abc\n");
    let run = |args: &[&str]| send_from(&folder, args, |program| program);
    let request = run(&["{url}/", "@note.txt"]);
    assert_eq!(
        (request.method(), request.body_text()),
        ("POST".into(), "two\nlines\n".into())
    );
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("text/plain")
    );
    let request = run(&["{url}/", "text=@note.txt", "json:=@value.json"]);
    assert_eq!(
        request.body_text(),
        r#"{"text": "two\nlines\n", "json": {"deep": [1, 2]}}"#
    );
    let request = run(&["--form", "{url}/", "text=@note.txt"]);
    assert_eq!(request.body_text(), "text=two%0Alines%0A");
    let request = run(&["{url}/", "X-Token:@token", "q==@token"]);
    assert_eq!(request.header("X-Token").as_deref(), Some("abc"));
    assert_eq!(request.target(), "/?q=abc");
}

#[test]
fn two_bodies_are_refused() {
    refused(&["--raw", "x", "{url}/", "a=b"]).assert_error(&["--raw"]);
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("fine"));
    let outcome = Program::http(&folder)
        .args([&server.url("/"), "a=b"])
        .stdin("body")
        .run();
    outcome.assert_error(&["stdin"]);
    folder.write("work/f", "x");
    let outcome = Program::http(&folder)
        .args([&server.url("/"), "@f", "a=b"])
        .run();
    assert_eq!(outcome.status, 1);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
fn compression_and_a_framing_of_its_own_are_refused_together() {
    for other in ["--chunked", "--multipart"] {
        let outcome = refused(&["--compress", other, "{url}/", "a=b"]);
        let sentence = format!("cannot combine --compress and {other}");
        assert!(text(&outcome.stderr).contains(&sentence));
        assert_eq!(outcome.status, 1);
    }
}

#[test]
fn one_transfer_coding_is_sent_whatever_was_typed() {
    for (typed, sent) in [("identity", "chunked"), ("gzip, Chunked", "gzip, Chunked")] {
        let header = format!("Transfer-Encoding:{typed}");
        let request = send(&["--chunked", "{url}/", "a=b", &header]);
        let head = request.message();
        assert_eq!(head.header_values("Transfer-Encoding"), [sent], "{typed}");
        assert_eq!(request.body_text(), r#"{"a": "b"}"#);
    }
}

#[test]
fn a_body_of_no_bytes_is_not_compressed() {
    let folder = TempFolder::new();
    folder.write("work/empty", "");
    let request = send_from(&folder, &["-xx", "POST", "{url}/", "@empty"], |program| {
        program
    });
    assert_eq!(request.header("Content-Encoding"), None);
    assert_eq!(request.header("Content-Length").as_deref(), Some("0"));
}
