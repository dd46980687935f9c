//! Secrets by reference: what each source gives, what is said where it gives nothing, and that no secret is seen
//! anywhere but in the request.

use crate::support::{Answer, Outcome, Program, Received, Server, TempFolder};

const SECRET: &str = "s3cr3t-T0KEN";

fn server() -> Server {
    Server::start(|_| Answer::ok("fine"))
}

/// Runs `http` with the secret in the variable `T` and in the file `secret`.
fn http(folder: &TempFolder) -> Program {
    folder.write("home/secret", format!("{SECRET}\r\nsecond line\n"));
    Program::http(folder).env("T", SECRET)
}

#[track_caller]
fn assert_unseen(outcome: &Outcome, secret: &str) {
    for said in [outcome.stdout_text(), outcome.stderr_text()] {
        assert!(!said.contains(secret), "the secret was shown: {said}");
    }
}

fn bearer(request: &Received) -> Option<String> {
    let value = request.header("Authorization")?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

#[test]
fn every_source_gives_a_token() {
    let server = server();
    let mut sources = vec!["env:T", "file:~/secret", "file:../home/secret"];
    if cfg!(unix) {
        sources.extend([
            "cmd:cat ../home/secret",
            "cmd:printf '%s\\nx' \"$T\"",
            "cmd:cat ~/secret | head -n 1",
        ]);
    }
    for source in sources {
        let folder = TempFolder::new();
        let line = ["-A", "bearer", "--auth-from", source, &server.url("/")];
        let outcome = http(&folder).args(line).run_well();
        assert_eq!(
            bearer(&server.last_request()).as_deref(),
            Some(SECRET),
            "{source}"
        );
        assert_unseen(&outcome, SECRET);
    }
}

#[test]
fn credentials_of_every_type_come_from_a_source() {
    let server = Server::start(|request| match request.header("Authorization") {
        None => Answer::new("401 Unauthorized").header(
            "WWW-Authenticate",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
        ),
        Some(_) => Answer::ok("fine"),
    });
    let folder = TempFolder::new();
    for (auth_type, want) in [
        ("basic", "Basic YW5uOnBhc3M="),
        ("bearer", "Bearer ann:pass"),
        ("digest", "Digest username=\"ann\""),
    ] {
        Program::http(&folder)
            .env("T", "ann:pass")
            .args(["-A", auth_type, "--auth-from=env:T", &server.url("/")])
            .run_well();
        let value = server
            .last_request()
            .header("Authorization")
            .unwrap_or_default();
        assert!(value.starts_with(want), "{value}");
    }
    // Without a type it is basic, as with -a.
    let line = ["--auth-from=env:T", &server.url("/")];
    Program::http(&folder)
        .env("T", "ann:pass")
        .args(line)
        .run_well();
    let value = server.last_request().header("Authorization");
    assert_eq!(value.as_deref(), Some("Basic YW5uOnBhc3M="));
}

#[cfg(unix)]
#[test]
fn an_open_file_descriptor_gives_a_token() {
    let server = server();
    let folder = TempFolder::new();
    folder.write("work/token", format!("{SECRET}\n"));
    let script = "exec \"$HTTP\" -I -A bearer --auth-from=fd:3 \"$URL\" 3<token";
    let outcome = Program::at("/bin/sh".as_ref(), &folder)
        .env("HTTP", env!("CARGO_BIN_EXE_http"))
        .env("URL", server.url("/"))
        .args(["-c", script])
        .run_well();
    assert_eq!(bearer(&server.last_request()).as_deref(), Some(SECRET));
    assert_unseen(&outcome, SECRET);
}

#[cfg(unix)]
#[test]
fn an_open_file_goes_on_where_it_was_read_to() {
    let server = server();
    let folder = TempFolder::new();
    folder.write("work/tokens", format!("first\n{SECRET}\nthird\n"));
    let run = |script: &str| {
        Program::at("/bin/sh".as_ref(), &folder)
            .env("HTTP", env!("CARGO_BIN_EXE_http"))
            .env("URL", server.url("/"))
            .args(["-c", script])
            .run()
    };
    let http = "\"$HTTP\" -I -A bearer --auth-from=fd:3 \"$URL\"";
    let outcome = run(&format!("exec 3<tokens; read -r x <&3; exec {http}"));
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(bearer(&server.last_request()).as_deref(), Some(SECRET));
    let outcome = run(&format!("exec 3<tokens; cat <&3 >/dev/null; exec {http}"));
    outcome.assert_error(&["there is no secret at fd:3: it is empty"]);
    assert_eq!(server.request_count(), 1);
}

#[test]
fn standard_input_that_gives_a_token_is_no_body() {
    let server = server();
    let folder = TempFolder::new();
    let line = ["-A", "bearer", "--auth-from=fd:0", &server.url("/"), "a=b"];
    http(&folder)
        .args(line)
        .stdin(format!("{SECRET}\nrest\n"))
        .run_well();
    let request = server.last_request();
    assert_eq!(bearer(&request).as_deref(), Some(SECRET));
    assert_eq!(request.body_text(), "{\"a\": \"b\"}");
}

#[test]
fn a_source_that_gives_nothing_is_a_sentence_and_nothing_is_sent() {
    let server = server();
    let folder = TempFolder::new();
    folder.write("home/empty", "");
    folder.write("home/blank", "\nsecond\n");
    folder.write("home/latin", b"s3cr3t-T0KEN\xe9\n");
    folder.write("home/long", SECRET.repeat(10_000));
    let mut cases = vec![
        (
            "env:NO_SUCH",
            "env:NO_SUCH: the environment variable is not set",
        ),
        ("env:EMPTY", "env:EMPTY: it is empty"),
        (
            "file:~/missing",
            "file:~/missing: No such file or directory",
        ),
        ("file:~/empty", "it is empty"),
        ("file:~/blank", "it is empty"),
        ("file:~/latin", "it is not valid UTF-8"),
        ("file:~/long", "longer than 64 KiB"),
        ("file:~", "directory"),
        (
            SECRET,
            "known are env:NAME, file:PATH, fd:N and cmd:COMMAND",
        ),
        ("vault:s3cr3t-T0KEN", "known are env:NAME"),
        ("ann:s3cr3t-T0KEN", "known are env:NAME"),
        ("", "known are env:NAME"),
        ("env:", "names no environment variable"),
        ("fd:s3cr3t-T0KEN", "number of an open file descriptor"),
    ];
    if cfg!(unix) {
        cases.extend([
            ("fd:99", "fd:99: the file descriptor is not open"),
            ("cmd:cat ../home/secret; exit 7", "exit status 7"),
            (
                "cmd:false",
                "cmd:false: the command failed with exit status 1",
            ),
            ("cmd:true", "cmd:true: it is empty"),
            ("cmd:no-such-command", "cannot be run"),
            (
                "cmd:yes s3cret",
                "cmd:yes s3cret: the command prints more than 128 KiB",
            ),
        ]);
    }
    for (source, part) in cases {
        for option in ["--auth-from=", "--header-from=X-Key="] {
            let line = [format!("{option}{source}"), server.url("/")];
            let outcome = http(&folder).env("EMPTY", "").args(line).run();
            outcome.assert_error(&[part]);
            // The reference itself is what the user has to look at; a value is never repeated.
            if !source.contains("; exit") {
                assert_unseen(&outcome, SECRET);
            }
        }
    }
    assert_eq!(server.request_count(), 0);
}

#[cfg(unix)]
#[test]
fn the_errors_of_a_command_are_shown_and_its_input_is_empty() {
    let server = server();
    let folder = TempFolder::new();
    let source = "--auth-from=cmd:echo 'unlock me' >&2; cat; echo tok";
    let outcome = Program::http(&folder)
        .args(["-A", "bearer", source, &server.url("/")])
        .stdin("{}")
        .run_well();
    assert_eq!(outcome.stderr_text(), "unlock me\n");
    let request = server.last_request();
    assert_eq!(bearer(&request).as_deref(), Some("tok"));
    assert_eq!(
        request.body_text(),
        "{}",
        "the body was not the command's to read"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_of_a_secret_is_seen_in_a_list_of_processes() {
    let server = server();
    let folder = TempFolder::new();
    folder.write("home/secret", SECRET);
    let spy = "--header-from=X-Spy=cmd:cat /proc/$PPID/cmdline /proc/$PPID/environ /proc/$$/environ >seen; echo x";
    let outcome = Program::http(&folder)
        .args([
            "-v",
            "--mask",
            "-A",
            "bearer",
            "--auth-from=file:~/secret",
            spy,
        ])
        .args(["--debug", "--session=s", &server.url("/")])
        .run_well();
    assert_eq!(bearer(&server.last_request()).as_deref(), Some(SECRET));
    assert!(
        folder
            .read("work/seen")
            .contains("--auth-from=file:~/secret")
    );
    assert_unseen(&outcome, SECRET);
    for file in folder.files() {
        let holds = std::fs::read(folder.join(&file)).is_ok_and(|bytes| {
            bytes
                .windows(SECRET.len())
                .any(|part| part == SECRET.as_bytes())
        });
        assert_eq!(holds, file == "home/secret", "{file}");
    }
}

#[test]
fn a_source_does_not_go_with_typed_credentials() {
    let server = server();
    let folder = TempFolder::new();
    let line = ["-a", "u:p", "--auth-from=env:T", &server.url("/")];
    http(&folder)
        .args(line)
        .run()
        .assert_error(&["--auth-from", "not allowed with", "--auth"]);
    // What is typed as a header goes before, and nothing is asked for.
    let line = [
        "--auth-from=env:NO_SUCH",
        &server.url("/"),
        "Authorization:mine",
    ];
    http(&folder).args(line).run_well();
    let sent = server.last_request().header("Authorization");
    assert_eq!(sent.as_deref(), Some("mine"));
}

#[test]
fn a_user_alone_needs_somebody_to_ask_and_is_not_shown() {
    let server = server();
    let folder = TempFolder::new();
    let line = ["-I", "--auth-from=env:T", &server.url("/")];
    let outcome = http(&folder).args(line).run();
    outcome.assert_error(&["env:T", "no colon", "--auth-type=bearer"]);
    assert_unseen(&outcome, SECRET);
    assert_eq!(server.request_count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_user_alone_is_asked_for_the_password() {
    let server = server();
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .env("T", "ann")
        .args(["--auth-from=env:T", &server.url("/")])
        .run_in_terminal_typing(&[("password for the user of env:T", "pass\r")]);
    assert!(!outcome.text().contains("ann"), "{}", outcome.text());
    let sent = server.last_request().header("Authorization");
    assert_eq!(sent.as_deref(), Some("Basic YW5uOnBhc3M="));
}

#[test]
fn headers_come_from_sources() {
    let server = server();
    let folder = TempFolder::new();
    let line = [
        "--header-from=X-Key=env:T",
        "--header-from",
        "X-Other=file:~/secret",
        "--header-from=X-Typed=env:NO_SUCH",
        "--header-from=X-Removed=env:NO_SUCH",
        &server.url("/"),
        "X-Typed:1",
        "X-Removed:",
    ];
    let outcome = http(&folder).args(line).run_well();
    let request = server.last_request();
    let header = |name: &str| request.header(name);
    assert_eq!(header("X-Key").as_deref(), Some(SECRET));
    assert_eq!(header("X-Other").as_deref(), Some(SECRET));
    assert_eq!(header("X-Typed").as_deref(), Some("1"));
    assert_eq!(header("X-Removed"), None);
    assert_unseen(&outcome, SECRET);
}

#[test]
fn a_header_from_a_source_keeps_the_rules_of_headers() {
    let server = server();
    let folder = TempFolder::new();
    for (typed, value, part) in [
        ("Host=env:V", "x.org", "Host cannot come from elsewhere"),
        ("content-length=env:V", "5", "content-length cannot"),
        ("X Y=env:V", "1", "header's name"),
        ("=env:V", "1", "header's name"),
        ("X", "1", "NAME=SOURCE"),
        ("X=env:V", "s3cr3t-T0KEN\u{1}", "control character"),
        ("X=env:V", "s3cr3t-T0KEN\nX: y", "control character"),
        ("X=env:V", "  ", "is empty"),
    ] {
        let line = [&format!("--header-from={typed}"), &server.url("/")];
        let outcome = Program::http(&folder).env("V", value).args(line).run();
        outcome.assert_error(&[part]);
        assert_unseen(&outcome, SECRET);
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
fn what_comes_from_a_source_stays_with_its_origin() {
    let other = server();
    let target = other.url("/end");
    let server = Server::start(move |request| match request.target().as_str() {
        "/away" => Answer::redirect(307, &target),
        "/home" => Answer::redirect(307, "/end"),
        _ => Answer::ok("fine"),
    });
    let folder = TempFolder::new();
    let names = ["X-Key", "Authorization", "Cookie"];
    for (path, last, stays) in [("/away", &other, false), ("/home", &server, true)] {
        http(&folder)
            .args([
                "--follow",
                "-A",
                "bearer",
                "--auth-from=env:T",
                "--header-from=X-Key=env:T",
            ])
            .args([
                "--header-from=Cookie=env:C",
                &server.url(path),
                "X-Typed:goes",
            ])
            .env("C", format!("sid={SECRET}"))
            .run_well();
        let requests = server.requests();
        let first = requests.iter().rfind(|request| request.target() == path);
        let first = first.expect("the first request");
        let last = last.last_request();
        for name in names {
            assert!(
                first
                    .header(name)
                    .is_some_and(|value| value.contains(SECRET)),
                "{name}"
            );
            // A Cookie header is for one request, as a typed one is.
            let stays = stays && name != "Cookie";
            assert_eq!(last.header(name).is_some(), stays, "{path}: {name}");
        }
        assert!(last.header("X-Typed").is_some());
    }
}

#[test]
fn a_cookie_from_a_source_goes_beside_those_of_the_session() {
    let server = Server::start(|_| Answer::ok("").header("Set-Cookie", "b=2; Path=/"));
    let folder = TempFolder::new();
    for want in ["a=1", "a=1; b=2"] {
        let line = [
            "--session=s",
            "--header-from=Cookie=env:C",
            &server.url("/"),
        ];
        Program::http(&folder).env("C", "a=1").args(line).run_well();
        let sent = server.last_request().header("Cookie");
        assert_eq!(sent.as_deref(), Some(want));
    }
    let line = ["--session=s", &server.url("/")];
    let outcome = Program::http(&folder).args(line).run();
    outcome.assert_error(&["env:C", "not set"]);
    let session = folder
        .files()
        .into_iter()
        .find(|file| file.ends_with("_s.json"));
    assert!(!folder.read(&session.expect("a session")).contains("a=1"));
}
