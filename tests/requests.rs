//! Request items, bodies, methods and default headers: what a typed line makes a server receive.

mod support;

use support::{Answer, Outcome, Program, Received, Server, TempFolder, text};

/// Runs one line against a server and gives what came. `{url}` and `{port}` stand for the server.
fn send(args: &[&str]) -> Received {
    send_from(&TempFolder::new(), args, |program| program)
}

fn send_with_stdin(args: &[&str], stdin: &str) -> Received {
    send_from(&TempFolder::new(), args, |program| program.stdin(stdin))
}

fn send_from(
    folder: &TempFolder,
    args: &[&str],
    prepare: impl FnOnce(Program) -> Program,
) -> Received {
    let server = Server::start(|_| Answer::ok("fine"));
    prepare(Program::http(folder).args(fill(args, &server))).run_well();
    server.only_request()
}

/// What a line would send.
fn offline(args: &[&str]) -> String {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder).arg("--offline").args(args).run();
    outcome.stdout_text()
}

/// Runs a line that must fail before anything is sent.
fn refused(args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("fine"));
    let outcome = Program::http(&folder).args(fill(args, &server)).run();
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
    outcome
}

fn fill(args: &[&str], server: &Server) -> Vec<String> {
    let port = server.port().to_string();
    let filled = args.iter().map(|arg| {
        arg.replace("{url}", &server.url(""))
            .replace("{port}", &port)
    });
    filled.collect()
}

/// Names and values of a head, without those that differ from run to run.
fn headers(request: &Received) -> Vec<(String, String)> {
    let mut headers = request.message().headers;
    headers.retain(|(name, _)| !matches!(name.as_str(), "Host" | "User-Agent" | "Accept-Encoding"));
    headers
}

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
fn a_body_from_stdin_makes_a_post_and_goes_as_it_is() {
    let request = send_with_stdin(&["{url}/"], "any text\r\n");
    assert_eq!(request.method(), "POST");
    assert_eq!(request.body_text(), "any text\r\n");
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("application/json")
    );
    let request = send_with_stdin(&["PUT", "{url}/", "Content-Type:text/plain"], "any text");
    assert_eq!(
        (request.method(), request.body_text()),
        ("PUT".into(), "any text".into())
    );
    assert_eq!(
        request.header("Content-Type").as_deref(),
        Some("text/plain")
    );
}

#[test]
fn a_long_body_from_a_pipe_goes_in_chunks_where_there_is_no_room_for_a_temporary_file() {
    let long = "x".repeat(5 << 20);
    let request = send_from(&TempFolder::new(), &["PUT", "{url}/"], |program| {
        program.stdin(long).env("TMPDIR", "/no/such/place")
    });
    let coding = request.header("Transfer-Encoding");
    assert_eq!(coding.as_deref(), Some("chunked"));
    assert_eq!(request.header("Content-Length"), None);
    assert_eq!(request.body_length, 5 << 20);
}

#[test]
fn stdin_is_left_alone_when_told_so() {
    let request = send_with_stdin(&["--ignore-stdin", "{url}/"], "not this");
    assert_eq!(
        (request.method(), request.body_text()),
        ("GET".into(), String::new())
    );
    let request = send_with_stdin(&["-I", "{url}/", "a=b"], "not this");
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
    let held = send_from(
        &TempFolder::new(),
        &["-I", "{url}/"],
        Program::stdin_held_open,
    );
    assert_eq!(held.method(), "GET");
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
fn multipart_bodies_have_exact_bytes() {
    let folder = TempFolder::new();
    folder.write("work/a.txt", "text of a\n");
    folder.write("work/data", b"\x00\xff");
    let args = [
        "--multipart",
        "--boundary=edge",
        "{url}/",
        "x=1",
        "up@a.txt",
        "raw@data;type=x/y",
        "y=ž",
    ];
    let request = send_from(&folder, &args, |program| program);
    let expected = b"--edge\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"up\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\ntext of a\n\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"raw\"; filename=\"data\"\r\nContent-Type: x/y\r\n\r\n\x00\xff\r\n\
        --edge\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\n\xc5\xbe\r\n--edge--\r\n";
    assert_eq!(text(&request.body), text(expected));
    assert_eq!(request.body, expected);
    let kind = request.header("Content-Type");
    assert_eq!(kind.as_deref(), Some("multipart/form-data; boundary=edge"));
}

#[test]
fn a_form_with_a_file_becomes_multipart_with_a_boundary_of_its_own() {
    let folder = TempFolder::new();
    folder.write("work/a.txt", "text");
    let args = ["--form", "{url}/", "up@a.txt"];
    let request = send_from(&folder, &args, |program| program);
    let kind = request.header("Content-Type").expect("a form has a type");
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .expect("a boundary");
    assert!(boundary.len() >= 16, "{boundary}");
    assert!(
        request
            .body_text()
            .starts_with(&format!("--{boundary}\r\n"))
    );
    assert!(
        request
            .body_text()
            .ends_with(&format!("\r\n--{boundary}--\r\n"))
    );
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
fn default_headers_come_in_httpies_order_with_host_last() {
    let names = |args: &[&str]| -> Vec<String> {
        let message = send(args).message();
        message.names().into_iter().map(str::to_owned).collect()
    };
    assert_eq!(
        names(&["{url}/"]),
        [
            "Accept-Encoding",
            "Accept",
            "Connection",
            "User-Agent",
            "Host"
        ]
    );
    assert_eq!(
        names(&["{url}/", "X-Mine:1", "a=b"]),
        [
            "Accept-Encoding",
            "Connection",
            "Content-Length",
            "User-Agent",
            "Accept",
            "Content-Type",
            "X-Mine",
            "Host"
        ]
    );
    assert_eq!(
        names(&["--form", "-a", "u:p", "{url}/", "a=b"]),
        [
            "Accept-Encoding",
            "Accept",
            "Connection",
            "Content-Length",
            "Authorization",
            "User-Agent",
            "Content-Type",
            "Host"
        ]
    );
}

#[test]
fn default_headers_have_httpies_values() {
    let request = send(&["{url}/"]);
    let message = request.message();
    assert_eq!(message.start_line, "GET / HTTP/1.1");
    assert_eq!(message.header("Accept"), Some("*/*"));
    assert_eq!(message.header("Connection"), Some("keep-alive"));
    assert!(
        message
            .header("User-Agent")
            .is_some_and(|value| value.starts_with("HTTPie/"))
    );
    assert!(
        message
            .header("Accept-Encoding")
            .is_some_and(|value| value.starts_with("gzip, deflate"))
    );
    assert!(
        message
            .header("Host")
            .is_some_and(|value| value.starts_with("127.0.0.1:"))
    );
}

#[test]
fn typed_headers_replace_defaults_and_stay_as_typed() {
    let request = send(&[
        "{url}/",
        "user-AGENT:mine",
        "Accept:a",
        "accept:b",
        "X-Empty;",
        "X-Name:kůň",
    ]);
    let message = request.message();
    assert_eq!(message.header_values("User-Agent"), ["mine"]);
    assert_eq!(message.header_values("Accept"), ["a", "b"]);
    assert_eq!(message.header("X-Empty"), Some(""));
    assert_eq!(message.header("X-Name"), Some("kůň"));
    assert!(message.names().contains(&"user-AGENT"));
}

#[test]
fn a_header_without_value_is_removed() {
    let request = send(&[
        "{url}/",
        "Accept:",
        "X-A:1",
        "X-A:",
        "Connection:",
        "X-B:",
        "X-B:2",
    ]);
    let message = request.message();
    assert_eq!(message.header("Accept"), None);
    assert_eq!(message.header("X-A"), None);
    assert_eq!(message.header("X-B"), Some("2"));
}

#[test]
fn content_length_zero_goes_where_a_body_was_meant() {
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        let length = send(&[method, "{url}/"]).header("Content-Length");
        assert_eq!(length.as_deref(), Some("0"), "{method}");
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        assert_eq!(
            send(&[method, "{url}/"]).header("Content-Length"),
            None,
            "{method}"
        );
    }
}

#[test]
fn a_typed_content_length_does_not_change_a_body() {
    let request = send(&["{url}/", "Content-Length:3", "a=b"]);
    assert_eq!(request.message().header_values("Content-Length"), ["10"]);
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
}

#[test]
fn json_and_form_alone_set_the_headers_of_a_get() {
    let json = send(&["--json", "{url}/"]);
    assert_eq!(
        headers(&json),
        [
            ("Connection".into(), "keep-alive".into()),
            ("Accept".into(), "application/json, */*;q=0.5".into()),
            ("Content-Type".into(), "application/json".into()),
        ]
    );
    assert_eq!(json.method(), "GET");
}

#[test]
fn query_items_are_added_and_encoded() {
    for (args, target) in [
        (
            &["{url}/p", "a==1", "b==x y", "c==&=+/?"][..],
            "/p?a=1&b=x+y&c=%26%3D%2B%2F%3F",
        ),
        (&["{url}/p?x=1", "a==1"], "/p?x=1&a=1"),
        (&["{url}/p", "a==1", "a==2"], "/p?a=1&a=2"),
        (&["{url}/p?x=ž#part", "a==ž"], "/p?x=%C5%BE&a=%C5%BE"),
        (&["{url}/p", "empty=="], "/p?empty="),
    ] {
        assert_eq!(send(args).target(), target, "{args:?}");
    }
}

#[test]
fn paths_are_normalised_unless_told_otherwise() {
    for (args, target) in [
        (&["{url}"][..], "/"),
        (&["{url}/a/../b/./c"], "/b/c"),
        (&["--path-as-is", "{url}/a/../b/./c"], "/a/../b/./c"),
        (&["{url}/ž/%c5%be/%7E/a b"], "/%C5%BE/%C5%BE/~/a%20b"),
        (&["{url}//double//"], "//double//"),
    ] {
        assert_eq!(send(args).target(), target, "{args:?}");
    }
}

#[test]
fn localhost_can_be_left_out_of_a_url() {
    let request = send(&[":{port}/short"]);
    assert_eq!(request.target(), "/short");
    assert!(
        request
            .header("Host")
            .is_some_and(|host| host.starts_with("localhost:"))
    );
}

#[test]
fn credentials_in_the_url_become_a_header_without_their_escapes() {
    let request = send(&["http://us%20er:p%40ss@127.0.0.1:{port}/"]);
    // HTTPie does not decode the escapes: `us%20er:p%40ss`.
    let expected = Some("Basic dXMgZXI6cEBzcw==");
    assert_eq!(request.header("Authorization").as_deref(), expected);
    let host = request.header("Host").unwrap_or_default();
    assert!(!host.contains('@'), "{host}");
}

#[test]
fn credentials_of_either_kind_become_a_header() {
    let basic = send(&["-a", "user:pa:ss", "{url}/"]);
    assert_eq!(
        basic.header("Authorization").as_deref(),
        Some("Basic dXNlcjpwYTpzcw==")
    );
    let bearer = send(&["-A", "bearer", "-a", "token", "{url}/"]);
    assert_eq!(
        bearer.header("Authorization").as_deref(),
        Some("Bearer token")
    );
}

#[test]
fn a_password_is_asked_for_on_the_terminal_and_not_shown() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let program = Program::http(&folder).args(["-a", "user", &server.url("/")]);
    let outcome = program.run_in_terminal_typing(&[("password for user@127.0.0.1", "sesame\n")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert!(!outcome.text().contains("sesame"), "{}", outcome.text());
    let expected = Some("Basic dXNlcjpzZXNhbWU=");
    assert_eq!(
        server.only_request().header("Authorization").as_deref(),
        expected
    );
}

#[test]
fn the_default_scheme_can_be_chosen() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let bare = format!("127.0.0.1:{}/bare", server.port());
    Program::http(&folder)
        .args(["--default-scheme=http", &bare])
        .run_well();
    Program::https(&folder).arg(server.url("/typed")).run_well();
    let targets: Vec<String> = server.requests().iter().map(Received::target).collect();
    assert_eq!(targets, ["/bare", "/typed"]);
}

#[test]
fn https_is_the_default_scheme_of_https() {
    let folder = TempFolder::new();
    let outcome = Program::https(&folder)
        .args(["--offline", "-v", "example.test/x"])
        .run_well();
    assert!(outcome.stdout_text().contains("Host: example.test\r\n"));
    let authority = support::Authority::new();
    let server = Server::start_tls(authority.issue(&["127.0.0.1"]), |_| Answer::ok("fine"));
    let bare = format!("127.0.0.1:{}/", server.port());
    Program::https(&folder)
        .args(["--verify=no", &bare])
        .run_well();
    // `https` insists on its own scheme, whatever is typed: HTTPie's behaviour.
    Program::https(&folder)
        .args(["--default-scheme=http", "--verify=no", &bare])
        .run_well();
    Program::http(&folder)
        .args(["--default-scheme=https", "--verify=no", &bare])
        .run_well();
    assert_eq!(server.request_count(), 3);
}

#[test]
fn an_empty_stdin_is_no_body() {
    let request = send_with_stdin(&["{url}/"], "");
    assert_eq!(request.method(), "GET");
    let request = send_with_stdin(&["{url}/", "a=b"], "");
    assert_eq!(request.body_text(), r#"{"a": "b"}"#);
}

#[test]
fn an_idle_pipe_on_stdin_is_waited_for_but_named() {
    use std::io::{Read, Write};
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let mut running = Program::http(&folder)
        .arg(server.url("/"))
        .stdin_held_open()
        .spawn();
    let mut stdin = running.take_stdin();
    let mut said = Vec::new();
    let mut stderr = running.take_stderr();
    let mut byte = [0];
    while !text(&said).contains("--ignore-stdin")
        && stderr.read(&mut byte).is_ok_and(|count| count > 0)
    {
        said.extend(byte);
    }
    assert!(text(&said).contains("--ignore-stdin"), "{}", text(&said));
    stdin.write_all(b"late").expect("it still listens");
    drop(stdin);
    assert_eq!(running.finish().status, 0);
    assert_eq!(server.only_request().body_text(), "late");
}

#[test]
fn a_typed_content_length_without_a_body_goes_as_it_is() {
    for typed in ["0", "xxx"] {
        let item = format!("Content-Length:{typed}");
        let shown = offline(&["OPTIONS", "x.org", &item]);
        assert!(
            shown.contains(&format!("{item}\r\n").replace(':', ": ")),
            "{shown}"
        );
    }
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
fn a_typed_multipart_type_gets_the_boundary_that_it_lacks() {
    let typed = |value: &str| {
        let item = format!("Content-Type:{value}");
        let args = ["--multipart", "--boundary=XX", "{url}/", &item, "a=b"];
        send(&args).header("Content-Type").unwrap_or_default()
    };
    assert_eq!(typed("multipart/magic"), "multipart/magic; boundary=XX");
    assert_eq!(
        typed("multipart/magic; boundary=YY"),
        "multipart/magic; boundary=YY"
    );
}

#[test]
fn an_empty_raw_body_is_a_post() {
    assert_eq!(send(&["--raw=", "{url}/"]).method(), "POST");
}

#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_read_once_and_sent_with_its_length() {
    let large = "x".repeat(5_000_000);
    let piped = send_with_stdin(&["POST", "{url}/"], &large);
    assert_eq!(piped.header("Content-Length").as_deref(), Some("5000000"));
    assert_eq!(piped.body_length, 5_000_000);
    let read = send_with_stdin(&["-I", "{url}/", "@/dev/stdin"], "hi");
    assert_eq!(
        (read.method(), read.body_text()),
        ("POST".to_owned(), "hi".to_owned())
    );
    let empty = send(&["{url}/", "@/dev/null"]);
    assert_eq!(empty.method(), "POST");
    assert_eq!(empty.header("Content-Length").as_deref(), Some("0"));
    let part = send_with_stdin(&["-I", "--form", "{url}/", "a@/dev/stdin"], "inside");
    assert!(part.body_text().contains("filename=\"stdin\""));
    assert!(part.body_text().contains("\r\n\r\ninside\r\n--"));
}

#[test]
fn an_empty_boundary_is_none() {
    let request = send(&["--multipart", "--boundary=", "{url}/", "a=b"]);
    let content_type = request.header("Content-Type").unwrap_or_default();
    assert!(content_type.len() > "multipart/form-data; boundary=".len() + 20);
}

#[test]
fn a_backslash_keeps_a_colon_from_parting_user_and_password() {
    for (typed, want) in [
        (r"u\:x:q", "Basic dTp4OnE="),
        (r"u:x\:q", "Basic dTp4OnE="),
        (r"DOM\user:x", r"Basic RE9NXHVzZXI6eA=="),
    ] {
        let request = send(&["-a", typed, "{url}/"]);
        assert_eq!(request.header("Authorization").as_deref(), Some(want));
    }
}

#[test]
fn a_type_of_authentication_without_credentials_takes_those_of_netrc() {
    let folder = TempFolder::new();
    folder.write("home/.netrc", "machine 127.0.0.1 login u password p\n");
    let basic = send_from(&folder, &["-A", "basic", "{url}/"], |program| program);
    assert_eq!(basic.header("Authorization").as_deref(), Some("Basic dTpw"));
    let digest = send_from(&folder, &["-A", "digest", "{url}/"], |program| program);
    assert_eq!(digest.header("Authorization"), None);
    for args in [&["-A", "bearer", "{url}/"][..], &["-A", "digest", "{url}/"]] {
        let outcome = refused(args);
        assert!(text(&outcome.stderr).contains("--auth required"));
    }
}
