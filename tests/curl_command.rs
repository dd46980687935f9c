//! `--curl`: what curl sends for the command is what `http` sends itself, and secrets stay where they are.
#![cfg(unix)]

mod support;

use std::path::PathBuf;

use support::{Answer, Authority, Outcome, Program, Received, Server, TempFolder, text};

/// Whether there is a curl to try the commands with.
fn has_curl(folder: &TempFolder) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|dir| dir.join("curl").is_file());
    if !found {
        eprintln!("skipped: there is no curl in {}", folder.path().display());
    }
    found
}

/// The command for these arguments, with its secrets.
fn command(folder: &TempFolder, args: &[&str]) -> String {
    let outcome = Program::http(folder)
        .args(["--curl", "--reveal"])
        .args(args)
        .run_well();
    outcome.stdout_text()
}

fn sh(folder: &TempFolder, line: &str) -> Program {
    // A file, since an argument can hold no more than 128 KiB.
    let script = folder.write("command.sh", line);
    Program::at(&PathBuf::from("/bin/sh"), folder).arg(script)
}

/// What counts of a request: the order of headers does not, nor does a boundary that was made up.
#[derive(Debug, PartialEq)]
struct Essence {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn essence(request: &Received) -> Essence {
    let mut headers = request.message().headers;
    let boundary = headers.iter().find_map(|(_, value)| {
        value
            .split_once("boundary=")
            .map(|(_, rest)| rest.to_owned())
    });
    let mut body: String = request.body.iter().map(|&byte| char::from(byte)).collect();
    if let Some(boundary) = boundary {
        body = body.replace(&boundary, "BOUNDARY");
        for (name, value) in &mut headers {
            *value = value.replace(&boundary, "BOUNDARY");
            if name == "Content-Length" {
                *value = body.len().to_string();
            }
        }
    }
    // curl has cookies of its own order.
    for (name, value) in &mut headers {
        if name.eq_ignore_ascii_case("Cookie") {
            let mut cookies: Vec<&str> = value.split("; ").collect();
            cookies.sort_unstable();
            *value = cookies.join("; ");
        }
    }
    headers.sort();
    Essence {
        method: request.method(),
        target: request.target(),
        headers,
        body,
    }
}

/// Runs `http` and then the command that it prints, with the same input, and compares what arrived.
#[track_caller]
fn assert_same(folder: &TempFolder, server: &Server, args: &[&str], input: &[u8]) {
    let before = server.request_count();
    let ours = Program::http(folder).args(args).stdin(input).run();
    let middle = server.request_count();
    let line = Program::http(folder)
        .args(["--curl", "--reveal"])
        .args(args)
        .stdin(input)
        .run_well()
        .stdout_text();
    assert_eq!(server.request_count(), middle, "--curl has sent something");
    let theirs = sh(folder, &line).stdin(input).run();
    assert_eq!(theirs.status, 0, "{line}{}", theirs.stderr_text());
    let requests = server.requests();
    let last_of = |part: &[Received]| part.last().map(essence);
    assert_eq!(ours.status, 0, "{}", ours.stderr_text());
    assert_eq!(
        last_of(&requests[middle..]),
        last_of(&requests[before..middle]),
        "{line}"
    );
    assert!(requests.len() > middle, "{line}");
}

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
    assert!(outcome.stderr_text().contains("standard input"));
}

#[test]
fn curl_shows_the_same_credentials() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url("/");
    let with_user = &url.replace("//", "//us%40er:p%3Aw@");
    for args in [
        &["-a", "me:pass:word", url.as_str()][..],
        &["-a", "me:", url],
        &["-a", "\u{fc}:\u{e9} '", url],
        &["-A", "bearer", "-a", "tok.en", url],
        &[with_user],
        &[url, "Authorization:mine"],
        &["-a", "me:pw", url, "Authorization:mine"],
        &[url, "Cookie:a=1; b=2"],
        &[url, "Cookie:plain"],
        &[url, "cookie:a=1"],
    ] {
        assert_same(&folder, &server, args, b"");
    }
}

#[test]
fn curl_answers_a_digest_challenge() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|request| match request.header("Authorization") {
        Some(answer) if answer.starts_with("Digest username=\"me\"") => Answer::ok("in"),
        _ => Answer::new(401).header(
            "WWW-Authenticate",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
        ),
    });
    let line = command(
        &folder,
        &["-A", "digest", "-a", "me:pw", &server.url("/"), "a=b"],
    );
    let outcome = sh(&folder, &line).run_well();
    assert_eq!(outcome.stdout_text(), "in", "{line}");
    assert_eq!(server.last_request().body_text(), "{\"a\": \"b\"}");
}

#[test]
fn a_session_is_in_the_command_and_is_left_as_it_is() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine").header("Set-Cookie", "sid=abc; Path=/"));
    let url = &server.url("/");
    Program::http(&folder)
        .args([
            "--session=me",
            "-a",
            "ann:sesame",
            url,
            "X-Kept:1",
            "Cookie:mine=2",
        ])
        .run_well();
    let before = session_text(&folder);
    assert_same(
        &folder,
        &server,
        &["--session-read-only=me", url, "X-New:2"],
        b"",
    );
    let line = command(&folder, &["--session=me", url, "X-New:2"]);
    for part in [
        "-u ann:sesame",
        "sid=abc",
        "mine=2",
        "'X-Kept: 1'",
        "'X-New: 2'",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert_eq!(session_text(&folder), before);
}

fn session_text(folder: &TempFolder) -> String {
    let files = folder.files();
    let sessions = files.iter().filter(|name| name.ends_with("_me.json"));
    sessions.map(|name| folder.read(name)).collect()
}

#[test]
fn curl_follows_redirects_with_the_cookies_that_are_set_on_the_way() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|request| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/end").header("Set-Cookie", "on=theway"),
        "/ring" => Answer::redirect(302, "/ring"),
        _ => Answer::ok("end"),
    });
    assert_same(&folder, &server, &["--follow", &server.url("/start")], b"");
    assert_same(
        &folder,
        &server,
        &["-F", "-f", &server.url("/start"), "a=b", "Content-Type:"],
        b"",
    );
    for most in ["1", "3"] {
        let args = ["-F", "--max-redirects", most, &server.url("/ring")];
        let before = server.request_count();
        assert_eq!(Program::http(&folder).args(args).run().status, 6);
        let ours = server.request_count() - before;
        let outcome = sh(&folder, &command(&folder, &args)).run();
        assert_eq!(outcome.status, 47, "{}", outcome.stderr_text());
        assert_eq!(server.request_count() - before - ours, ours);
    }
}

#[test]
fn curl_checks_certificates_as_it_is_told() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let authority = Authority::new();
    let server = Server::start_tls(authority.issue(&["localhost"]), |_| Answer::ok("fine"));
    let bundle = folder.write("work/ca.pem", authority.pem());
    let verify = format!("--verify={}", bundle.display());
    let url = &server.url_as("localhost", "/");
    assert_same(&folder, &server, &[&verify, url], b"");
    assert_same(
        &folder,
        &server,
        &["--verify=no", "--ssl=tls1.2", url, "a=b"],
        b"",
    );
    let outcome = sh(&folder, &command(&folder, &[url])).run();
    assert_eq!(outcome.status, 60, "{}", outcome.stderr_text());
}

#[test]
fn a_silent_server_is_waited_for_as_long() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let server = Server::start(move |_| {
        let _ = released.lock().map(|wait| wait.recv());
        Answer::ok("late")
    });
    let line = command(&folder, &["--timeout=1", &server.url("/")]);
    let outcome = sh(&folder, &line).run();
    assert_eq!(outcome.status, 28, "{line}{}", outcome.stderr_text());
    drop(release);
}

#[test]
fn curl_tries_again_as_far_as_it_can() {
    let folder = TempFolder::new();
    let ask = |args: &[&str]| {
        let program = Program::http(&folder).args(["--curl"]).args(args);
        let outcome = program.arg("x.org").run_well();
        (outcome.stdout_text(), outcome.stderr_text())
    };
    for (args, parts, remark) in [
        (
            &["--retry=3", "--retry-max-time=2.5"][..],
            " --retry 3 --retry-max-time 3 --retry-connrefused",
            "408",
        ),
        (&["--retry=3", "--retry-on=503"], " --retry 3", "408"),
        (
            &["--wait=7"],
            " --retry 7 --retry-delay 1 --retry-max-time 7 --retry-connrefused",
            "once a second",
        ),
        (&["--retry=2", "POST"], "", "twice"),
        (
            &["--retry=2", "--retry-all-methods", "POST"],
            " --retry 2 --retry-connrefused",
            "408",
        ),
        (&["--retry=0"], "", ""),
    ] {
        let (line, said) = ask(args);
        assert!(line.ends_with(&format!("{parts}\n")), "{args:?}: {line}");
        assert_eq!(line.contains("--retry"), !parts.is_empty(), "{line}");
        assert!(said.contains(remark), "{args:?}: {said}");
    }
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(Server::in_turn([
        |_| Answer::new(503).header("Retry-After", "1"),
        |_| Answer::ok("fine"),
    ]));
    let line = command(&folder, &["--retry=1", &server.url("/")]);
    let outcome = sh(&folder, &line).run();
    assert!(outcome.stdout_text().ends_with("fine"), "{line}");
    assert_eq!(server.request_count(), 2);
}

#[test]
fn curl_connects_to_the_same_place() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url_as("elsewhere.example", "/");
    let with_port = format!("--resolve=elsewhere.example:{}:127.0.0.1", server.port());
    assert_same(
        &folder,
        &server,
        &["--resolve=elsewhere.example:127.0.0.1", url],
        b"",
    );
    assert_same(&folder, &server, &["-4", &with_port, url], b"");
}

#[test]
fn options_of_the_network_and_the_output_have_their_names_in_curl() {
    let folder = TempFolder::new();
    for (args, parts) in [
        (
            &["--timeout=2.5"][..],
            &["--connect-timeout 2.5", "-y 3", "-Y 1"][..],
        ),
        (&["--check-status"], &["--fail-with-body"]),
        (&["-o", "a b"], &["-o 'a b'"]),
        (&["--ssl=tls1.3"], &["--tlsv1.3 --tls-max 1.3"]),
        (&["--verify=no"], &["-k"]),
        (&["-S", "-v"], &["-N", "-v"]),
        (&["--print=hb"], &["-i"]),
        (&["-4", "--interface=lo"], &["-4", "--interface lo"]),
        (
            &["-6", "--connect-timeout=3"],
            &["-6", "--connect-timeout 3"],
        ),
        (
            &["--timeout=1", "--connect-timeout=3"],
            &["--connect-timeout 3 -y 1"],
        ),
        (&["--resolve=x.org:::1"], &["--resolve 'x.org:443:[::1]'"]),
        (&["--unix-socket=/a b"], &["--unix-socket '/a b'"]),
        (&["--proxy=https:http://u:p@h:1"], &["-x http://u:p@h:1"]),
        (&["--proxy=https:", "--proxy=all:x"], &["--noproxy '*'"]),
        (
            &["--curl-long", "-F", "-o", "x"],
            &["--location --max-redirs 29", "--output x", "--header "],
        ),
    ] {
        let line = command(&folder, &[args, &["https://x.org"]].concat());
        for part in parts {
            assert!(line.contains(&format!(" {part}")), "{part}: {line}");
        }
    }
    assert!(!folder.join("work/a b").exists());
}

/// Runs it with every kind of secret.
fn with_secrets(folder: &TempFolder) -> Program {
    folder.write(
        "work/s.json",
        "{\"cookies\": {\"sid\": \"s3cret1\"}, \"headers\": {\"X-Plain\": \"s3cret2\", \"Accept-Language\": \"de\"}}",
    );
    Program::http(folder).args([
        "--curl",
        "--session=./s.json",
        "-a",
        "ann:s3cret3",
        "http://x.org/",
        "X-Api-Key:s3cret4",
        "Proxy-Authorization:s3cret5",
        "X-Trace:7",
    ])
}

#[test]
fn secrets_are_masked_where_there_is_no_terminal() {
    let folder = TempFolder::new();
    let outcome = with_secrets(&folder).run_well();
    let line = outcome.stdout_text();
    assert!(!line.contains("s3cret"), "{line}");
    for part in [
        "-u 'ann:***'",
        "-b 'sid=***'",
        "'X-Plain: ***'",
        "'X-Api-Key: ***'",
        "'X-Trace: 7'",
        "'Accept-Language: de'",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(outcome.stderr_text().contains("--reveal"));
    let shown = with_secrets(&folder).arg("--reveal").run_well();
    for number in 1..=5 {
        assert!(shown.stdout_text().contains(&format!("s3cret{number}")));
    }
    assert!(!shown.stderr_text().contains("--reveal"));
    for (args, secret) in [
        (&["-A", "bearer", "-a", "s3cret"][..], "s3cret"),
        (&["http://me:s3cret@y.org/"], "s3cret"),
    ] {
        let mut args = args.to_vec();
        if !args[0].starts_with("http") {
            args.push("y.org");
        }
        let outcome = Program::http(&folder).arg("--curl").args(args).run_well();
        assert!(!outcome.stdout_text().contains(secret));
        assert!(outcome.stdout_text().contains("***"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn secrets_are_shown_on_a_terminal_and_a_password_is_left_to_curl() {
    let folder = TempFolder::new();
    let outcome = with_secrets(&folder).run_in_terminal();
    assert!(outcome.text().contains("ann:s3cret3"), "{}", outcome.text());
    let outcome = Program::http(&folder)
        .args(["--curl", "-a", "ann", "x.org"])
        .run_in_terminal();
    assert!(outcome.text().contains(" -u ann"), "{}", outcome.text());
    assert!(!outcome.text().contains("password"), "{}", outcome.text());
}

#[test]
fn nothing_is_sent_and_nothing_is_written() {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("no"));
    for args in [
        &["--session=new", "-o", "out"][..],
        &["--session-read-only=new", "--offline"],
        &["--session=./new.json", "--curl-long"],
    ] {
        let outcome = Program::http(&folder)
            .arg("--curl")
            .args(args)
            .args([server.url("/"), "X-Kept:1".to_owned()])
            .run_well();
        assert!(
            outcome.stdout_text().starts_with("curl "),
            "{}",
            shown(&outcome)
        );
    }
    assert_eq!(server.connection_count(), 0);
    assert_eq!(folder.files(), Vec::<String>::new());
}

fn shown(outcome: &Outcome) -> String {
    format!("{}{}", text(&outcome.stdout), text(&outcome.stderr))
}

#[test]
fn what_curl_cannot_send_is_said() {
    let folder = TempFolder::new();
    folder.write("work/long", vec![b'x'; 64]);
    let outcome = Program::http(&folder)
        .args(["--curl", "x.org", "\\@file:1"])
        .run();
    outcome.assert_error(&["curl cannot send", "@file"]);
}
