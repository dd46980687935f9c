//! What is shown is what is sent: `--offline` and `-v` print, byte for byte, what a server receives.

use crate::support::{Answer, Program, Received, Server, TempFolder, text};

/// A command line without its URL's host and port, and what lies around it.
#[derive(Default)]
struct Line {
    args: &'static [&'static str],
    stdin: Option<&'static [u8]>,
    /// Files in the present folder.
    files: &'static [(&'static str, &'static [u8])],
    /// What the session `kept` of this server holds.
    session: Option<&'static str>,
}

fn line(args: &'static [&'static str]) -> Line {
    Line {
        args,
        ..Line::default()
    }
}

const UPLOAD: &[(&str, &[u8])] = &[("upload.txt", b"some text\r\n\xc3\xa9")];
const BINARY: &[(&str, &[u8])] = &[("data.bin", b"\x00\x01\xfe\xff\x00")];

/// `{url}` stands for scheme, host and port, `{port}` for the port alone.
fn lines() -> Vec<Line> {
    let mut lines = plain_lines();
    lines.extend(lines_with_files());
    lines.extend(lines_with_sessions());
    lines
}

fn plain_lines() -> Vec<Line> {
    vec![
        line(&["{url}/get"]),
        line(&["{url}"]),
        line(&["GET", ":{port}/shorthand"]),
        line(&["localhost:{port}/by-name"]),
        line(&["{url}/mixed", "x-lower:1", "X-UPPER:2", "X-MiXeD:3"]),
        line(&[
            "{url}/twice",
            "X-Twice:one",
            "X-Other:between",
            "X-Twice:two",
            "x-twice:three",
        ]),
        line(&["{url}/empty", "X-Empty;"]),
        line(&[
            "{url}/removed",
            "Accept:",
            "Accept-Encoding:",
            "Connection:",
        ]),
        line(&["{url}/removed-agent", "User-Agent:"]),
        line(&["{url}/removed-host", "X-A:1", "Host:example.test"]),
        line(&[
            "{url}/typed",
            "User-Agent:mine/1.0",
            "accept:text/plain",
            "ACCEPT-ENCODING:identity",
        ]),
        line(&["{url}/non-ascii", "X-Name:žluťoučký kůň", "X-Smile:☺"]),
        line(&["{url}/spaces", "X-Spaces:   kept inside  only  "]),
        line(&[
            "{url}/query",
            "a==1",
            "b==two words",
            "c==a&b=c",
            "d==ž",
            r"e\=x==1",
            "a==2",
        ]),
        line(&["{url}/query?have=this#fragment", "more==that"]),
        line(&[
            "{url}/json",
            "name=John",
            "age:=29",
            "list:=[1, 2.50]",
            "deep[a][b]=c",
            "flags[]:=true",
        ]),
        line(&["{url}/json-non-ascii", "name=Žofie ☺", r"colon\:name=x"]),
        line(&[
            "--form",
            "{url}/form",
            "a=1",
            "b=two words",
            "c=ž&=+",
            "a=2",
        ]),
        line(&[
            "--multipart",
            "--boundary=edge",
            "{url}/multipart",
            "a=1",
            "b=ž",
        ]),
        line(&["--raw", "raw text, as it is", "{url}/raw"]),
        line(&["--raw", "", "POST", "{url}/raw-empty"]),
        line(&["DELETE", "{url}/delete"]),
        line(&["DELETE", "{url}/delete", "why=because"]),
        line(&["PROPFIND", "{url}/custom", "Depth:1"]),
        line(&["xlower", "{url}/custom"]),
        line(&["HEAD", "{url}/head"]),
        line(&["OPTIONS", "{url}/options"]),
        line(&["PUT", "{url}/put"]),
        line(&["PATCH", "{url}/patch", "a:=null"]),
        line(&["POST", "{url}/post"]),
        line(&["http://user:pass%20word@127.0.0.1:{port}/credentials"]),
        line(&["-a", "user:secret", "{url}/auth", "X-After:1"]),
        line(&["-A", "bearer", "-a", "token", "{url}/auth"]),
        line(&["-a", "user:secret", "{url}/auth", "Authorization:typed"]),
        line(&["{url}/host", "Host:example.test", "X-After:1"]),
        line(&["POST", "{url}/type", "Content-Type:text/x-mine", "a=b"]),
        line(&["POST", "{url}/type", "Content-Type:", "a=b"]),
        line(&["POST", "{url}/length", "Content-Length:10", "a=b"]),
        line(&["POST", "{url}/length", "Content-Length:0"]),
        line(&["--json", "{url}/json-get"]),
        line(&["--form", "{url}/form-get"]),
        line(&["--path-as-is", "{url}/a/../b/./c"]),
        line(&["{url}/a/../b/./c"]),
        line(&["{url}/nested//path/;v=1/%7Etilde/%zz/ž"]),
        line(&["{url}/a path with spaces?q=a b"]),
        line(&["{url}/cookie", "Cookie:a=1; b=2"]),
        line(&[
            "--compress",
            "{url}/compressed",
            "text=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ]),
    ]
}

fn lines_with_files() -> Vec<Line> {
    vec![
        Line {
            stdin: Some(b"{\"from\": \"stdin\"}"),
            ..line(&["{url}/stdin"])
        },
        Line {
            stdin: Some(b"a=b"),
            ..line(&["--form", "PUT", "{url}/stdin", "X-A:1"])
        },
        Line {
            files: UPLOAD,
            ..line(&["{url}/file", "@upload.txt"])
        },
        Line {
            files: BINARY,
            ..line(&["PUT", "{url}/binary", "@data.bin"])
        },
        Line {
            files: UPLOAD,
            ..line(&["{url}/header-file", "X-Text:@name.txt"])
        }
        .with_name_file(),
        Line {
            files: UPLOAD,
            ..line(&["{url}/embedded", "text=@upload.txt"])
        },
        Line {
            files: UPLOAD,
            ..line(&[
                "--form",
                "--boundary=edge",
                "{url}/upload",
                "a=1",
                "file@upload.txt;type=text/x-mine",
            ])
        },
    ]
}

fn lines_with_sessions() -> Vec<Line> {
    const STORED: &str = r#"{"__meta__": {"httpie": "3.2.4"},
        "auth": {"type": "basic", "raw_auth": "stored:secret"},
        "cookies": [{"name": "sid", "value": "abc", "domain": "", "path": "/", "secure": false, "expires": null},
                    {"name": "deep", "value": "1", "domain": "", "path": "/session", "secure": false, "expires": null}],
        "headers": [{"name": "X-Stored", "value": "one"}, {"name": "x-stored", "value": "two"}]}"#;
    let with = |args| Line {
        session: Some(STORED),
        ..line(args)
    };
    vec![
        with(&["--session=kept", "{url}/session"]),
        with(&[
            "--session=kept",
            "{url}/session/deep",
            "X-Typed:1",
            "x-STORED:typed",
        ]),
        with(&["--session-read-only=kept", "{url}/session", "a=b"]),
        with(&[
            "--session=kept",
            "{url}/session",
            "Cookie:sid=typed; more=1",
        ]),
        with(&["--session=kept", "-a", "other:one", "{url}/session"]),
    ]
}

impl Line {
    fn with_name_file(self) -> Line {
        Line {
            files: &[("name.txt", b"from a file\n")],
            ..self
        }
    }

    fn program(&self, folder: &TempFolder, port: u16) -> Program {
        let url = format!("http://127.0.0.1:{port}");
        for (name, content) in self.files {
            folder.write(&format!("work/{name}"), content);
        }
        if let Some(session) = self.session {
            // HTTPie's own place for it, which is ours too as long as there is no file of our own.
            let path = format!("config/sessions/127.0.0.1_{port}/kept.json");
            folder.write(&path, session);
        }
        let args = self.args.iter().map(|arg| {
            arg.replace("{url}", &url)
                .replace("{port}", &port.to_string())
        });
        let program = Program::http(folder).args(args);
        match self.stdin {
            Some(stdin) => program.stdin(stdin),
            None => program,
        }
    }
}

/// Runs the line for real and gives what the server got, and what was printed.
fn received(server: &Server, line: &Line, options: &[&str]) -> (Received, Vec<u8>) {
    let folder = TempFolder::new();
    let program = line.program(&folder, server.port()).args(options);
    let outcome = program.run();
    assert_eq!(
        outcome.status,
        0,
        "{:?}: {}",
        line.args,
        outcome.stderr_text()
    );
    (server.last_request(), outcome.stdout)
}

#[test]
fn offline_prints_the_bytes_that_go_over_the_wire() {
    let server = Server::start(|_| Answer::ok("fine"));
    let mut wrong = Vec::new();
    for line in lines() {
        let (request, _) = received(&server, &line, &[]);
        let folder = TempFolder::new();
        let program = line.program(&folder, server.port());
        let offline = program
            .args(["--offline", "--pretty=none", "--print=HB"])
            .run();
        assert_eq!(
            offline.status,
            0,
            "{:?}: {}",
            line.args,
            offline.stderr_text()
        );
        if offline.stdout != request.wire() {
            let (shown, sent) = (text(&offline.stdout), request.wire());
            wrong.push(format!(
                "{:?}\nshown:\n{shown}\nsent:\n{}\n",
                line.args,
                text(&sent)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} lines differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn verbose_prints_the_head_that_goes_over_the_wire() {
    let server = Server::start(|_| Answer::ok("fine"));
    for line in lines() {
        let (request, printed) = received(&server, &line, &["-v"]);
        let same = printed.starts_with(&request.head);
        assert!(
            same,
            "{:?}\nsent:\n{}\nshown:\n{}",
            line.args,
            text(&request.head),
            text(&printed)
        );
    }
}

#[test]
fn offline_sends_nothing() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    Program::http(&folder)
        .args(["--offline", &server.url("/x"), "a=b"])
        .run_well();
    assert_eq!(server.connection_count(), 0);
}

#[test]
fn a_chunked_body_is_shown_without_its_framing() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--chunked", "-v", &server.url("/x"), "a=b"])
        .run_well();
    let request = server.only_request();
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
    assert_eq!(request.wire_body, b"a\r\n{\"a\": \"b\"}\r\n0\r\n\r\n");
    assert_eq!(
        request.header("Transfer-Encoding").as_deref(),
        Some("chunked")
    );
    let shown = [&request.head[..], &request.body[..]].concat();
    assert!(
        outcome.stdout.starts_with(&shown),
        "{}",
        outcome.stdout_text()
    );
}

#[test]
fn a_response_head_is_shown_as_it_came() {
    const HEAD: &[u8] =
        b"HTTP/1.1 299 Quite  Fine\r\nx-LOWER: 1\r\nX-Twice: a\r\nB: 2\r\nX-Twice: b\r\n\
        X-Bytes: \xc5\xbe\r\nA:no space\r\nContent-Length: 2\r\n\r\n";
    let server = Server::start(|_| Answer::raw([HEAD, b"ok"].concat()));
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--print=hb", &server.url("/")])
        .run_well();
    let shown = outcome.stdout_text();
    for part in [
        "HTTP/1.1 299 Quite  Fine\r\n",
        "x-LOWER: 1\r\nX-Twice: a\r\nB: 2\r\nX-Twice: b\r\n",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
}
