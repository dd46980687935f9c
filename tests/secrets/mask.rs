//! Clean logs: what is shown of secrets with `--mask`, without it, and in a pipeline.

use crate::support::{Answer, Program, Server, TempFolder, contains};

const SECRET: &str = "s3cr3t";

/// Every kind of secret that a request can carry, and what gives it.
const SESSION: &str = r#"{
    "auth": {"type": "bearer", "raw_auth": "s3cr3t-token"},
    "headers": [{"name": "X-Stored", "value": "s3cr3t-stored"}],
    "cookies": [{"name": "sid", "value": "s3cr3t-cookie", "path": "/"}]
}"#;

fn server() -> Server {
    Server::start(|_| {
        Answer::ok("the body has s3cr3t-body")
            .header("Set-Cookie", "fresh=s3cr3t-fresh; Path=/; HttpOnly")
            .header("Link", "<http://ann:s3cr3t-link@x.org/>; rel=next")
    })
}

/// `http` with a session and a reference, with everything printed.
fn http(server: &Server, folder: &TempFolder, args: &[&str]) -> Program {
    folder.write("work/s.json", SESSION);
    Program::http(folder)
        .env("T", "s3cr3t-reference")
        .args([
            "--session-read-only=./s.json",
            "--header-from=X-Ref=env:T",
            "--print=HBhb",
        ])
        .args(args)
        .args([&server.url("/"), "X-Typed:typed"])
}

#[test]
fn everything_that_says_who_one_is_is_masked() {
    let server = server();
    let folder = TempFolder::new();
    for pretty in ["none", "format", "colors", "all"] {
        let pretty = format!("--pretty={pretty}");
        let outcome = http(&server, &folder, &["--mask", &pretty]).run_well();
        let shown = outcome.stdout_text();
        let body = shown
            .find("the body has s3cr3t-body")
            .expect("bodies are never touched");
        assert!(!shown[..body].contains(SECRET), "{shown}");
        assert_eq!(shown.matches("***").count(), 6, "{shown}");
        assert!(shown.contains("fresh=***; Path=/; HttpOnly"), "{shown}");
        assert!(shown.contains("http://***@x.org/"), "{shown}");
        assert!(shown.contains("typed"), "{shown}");
    }
    let sent = server.last_request();
    assert_eq!(
        sent.header("Authorization").as_deref(),
        Some("Bearer s3cr3t-token")
    );
    assert_eq!(sent.header("X-Stored").as_deref(), Some("s3cr3t-stored"));
    assert_eq!(sent.header("X-Ref").as_deref(), Some("s3cr3t-reference"));
    assert_eq!(sent.header("Cookie").as_deref(), Some("sid=s3cr3t-cookie"));
}

#[test]
fn without_a_mask_what_is_printed_is_what_is_sent() {
    let server = server();
    let folder = TempFolder::new();
    for (ci, args) in [
        ("", &[][..]),
        ("false", &[]),
        ("true", &["--no-mask"]),
        ("1", &["--no-mask"]),
    ] {
        let args = [args, &["--pretty=none"]].concat();
        let outcome = http(&server, &folder, &args).env("CI", ci).run_well();
        let sent = server.last_request().wire();
        assert!(
            outcome.stdout.starts_with(&sent),
            "{ci}: {}",
            outcome.stdout_text()
        );
        assert!(contains(&outcome.stdout, b"fresh=s3cr3t-fresh"), "{ci}");
    }
}

#[test]
fn a_pipeline_masks_what_is_not_made_to_be_sent() {
    let server = server();
    let folder = TempFolder::new();
    for ci in ["true", "1", "TRUE"] {
        let outcome = http(&server, &folder, &["--print=Hh"])
            .env("CI", ci)
            .run_well();
        assert!(!outcome.stdout_text().contains(SECRET), "{ci}");
        let outcome = http(&server, &folder, &["--offline"])
            .env("CI", ci)
            .run_well();
        assert_eq!(outcome.stdout_text().matches(SECRET).count(), 4, "{ci}");
        let outcome = http(&server, &folder, &["--offline", "--mask"])
            .env("CI", ci)
            .run_well();
        assert!(!outcome.stdout_text().contains(SECRET), "{ci}");
    }
    // The way back goes before, wherever it stands, but not from a place below.
    let outcome = http(&server, &folder, &["--no-mask", "--mask", "--print=H"]).run_well();
    assert!(outcome.stdout_text().contains(SECRET));
    let outcome = http(&server, &folder, &["--mask", "--print=H"])
        .env("HTTPIE_DEFAULT_OPTIONS", "--no-mask")
        .run_well();
    assert!(!outcome.stdout_text().contains(SECRET));
}

#[test]
fn every_message_of_an_exchange_is_masked() {
    let server = Server::start(|request| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/end").header("Set-Cookie", "hop=s3cr3t-hop; Path=/"),
        _ if request.header("Authorization").is_none() => Answer::new("401 Unauthorized").header(
            "WWW-Authenticate",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
        ),
        _ => Answer::ok("").header("Set-Cookie", "end=s3cr3t-end"),
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args([
            "--follow",
            "-v",
            "-A",
            "digest",
            "-a",
            "s3cr3t-user:s3cr3t-password",
            "--mask",
        ])
        .args([&server.url("/start"), "Cookie:typed=s3cr3t-typed"])
        .run_well();
    let shown = outcome.stdout_text();
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(
        shown.contains("hop=***; Path=/") && shown.contains("Cookie: ***"),
        "{shown}"
    );
    assert!(
        server
            .last_request()
            .header("Cookie")
            .is_some_and(|cookie| cookie.contains("hop="))
    );
}

#[test]
fn a_body_that_is_shown_while_it_is_sent_comes_behind_a_masked_head() {
    let server = server();
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args([
            "-v",
            "--chunked",
            "-a",
            "ann:s3cr3t",
            "--mask",
            &server.url("/"),
        ])
        .stdin("s3cr3t-sent")
        .run_well();
    let shown = outcome.stdout_text();
    assert!(
        shown.contains("Authorization: ***") && shown.contains("s3cr3t-sent"),
        "{shown}"
    );
}

#[test]
fn what_is_typed_is_masked_by_its_name_and_where_it_has_user_info() {
    let server = Server::start(|request| match request.target().as_str() {
        "/quote" => Answer::redirect(302, "http://ann:pa\"s3cr3t@x.org/"),
        "/space" => Answer::redirect(302, "http://ann:pa s3cr3t@x.org/"),
        _ => Answer::redirect(302, "//ann:s3cr3t@x.org/"),
    });
    let folder = TempFolder::new();
    let items = [
        "X-Api-Key:s3cr3t1",
        "X-Auth-Token:s3cr3t2",
        "x-client-SECRET:s3cr3t3",
        "Referer:http://ann:pa\"s3cr3t@x.org/",
        "Origin://ann:s3cr3t@x.org",
        "X-Plain:plain",
        "Accept-Language:de",
    ];
    for path in ["/quote", "/space", "/relative"] {
        for args in [&["--mask", "-v"][..], &["--mask", "--curl"]] {
            let outcome = Program::http(&folder)
                .args(args)
                .arg(server.url(path))
                .args(items)
                .run_well();
            let shown = outcome.stdout_text();
            assert!(!shown.contains(SECRET), "{shown}");
            for part in [
                "X-Api-Key: ***",
                "X-Auth-Token: ***",
                "x-client-SECRET: ***",
                "Referer: http://***@x.org/",
                "Origin: //***@x.org",
                "X-Plain: plain",
                "Accept-Language: de",
            ] {
                assert!(shown.contains(part), "{part}: {shown}");
            }
            let location = match path {
                "/relative" => "Location: //***@x.org/",
                _ => "Location: http://***@x.org/",
            };
            let has_answer = !args.contains(&"--curl");
            assert_eq!(shown.contains(location), has_answer, "{shown}");
        }
    }
    let sent = server.last_request();
    assert_eq!(sent.header("X-Api-Key").as_deref(), Some("s3cr3t1"));
}

#[test]
fn what_comes_by_reference_is_a_secret_in_a_curl_command_whatever_it_is_called() {
    let folder = TempFolder::new();
    let curl = |args: &[&str]| {
        let program = Program::http(&folder).env("T", "s3cr3t-user:s3cr3t-rest");
        let program = program.env("C", "s3cr3t-name=s3cr3t-value");
        let outcome = program.args(["--curl"]).args(args).run_well();
        outcome.stdout_text()
    };
    let args = [
        "--header-from=User-Agent=env:T",
        "--header-from=Prefer=env:T",
        "--header-from=Cookie=env:C",
        "--auth-from=env:T",
        "x.org?u=http://ann:s3cr3t@y.org",
    ];
    let shown = curl(&args);
    assert!(!shown.contains(SECRET), "{shown}");
    for part in ["-A '***'", "'Prefer: ***'", "http://***@y.org"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // What is typed goes before the reference, and is shown.
    let shown = curl(&[&args[..], &["User-Agent:mine"]].concat());
    assert!(shown.contains("-A mine"), "{shown}");
    let shown = curl(&["-a", "s3cr3t-token:", "x.org"]);
    assert!(shown.contains("-u '***:'"), "{shown}");
    let shown = curl(&[&args[..], &["--reveal"]].concat());
    assert!(shown.contains("-A s3cr3t-user:s3cr3t-rest"), "{shown}");
}

#[test]
fn a_session_is_shown_without_the_user_info_of_its_harmless_headers() {
    let folder = TempFolder::new();
    let origin = "https://ann:s3cr3t@x.org";
    folder.write(
        "work/s.json",
        format!(r#"{{"headers": {{"Origin": "{origin}", "Accept": "a/b"}}}}"#),
    );
    let show = |args: &[&str]| {
        let program = Program::httpie(&folder).args(["sessions", "show", "./s.json", "x.org"]);
        program.args(args).run_well().stdout_text()
    };
    for args in [&[][..], &["--json"]] {
        let shown = show(args);
        assert!(!shown.contains(SECRET), "{shown}");
        assert!(
            shown.contains("https://***@x.org") && shown.contains("a/b"),
            "{shown}"
        );
        let shown = show(&[args, &["--reveal"]].concat());
        assert!(shown.contains(origin), "{shown}");
    }
}

#[test]
fn a_curl_command_is_masked_unless_it_is_asked_for() {
    let server = server();
    let folder = TempFolder::new();
    for (args, masked) in [
        (&[][..], true),
        (&["--reveal"], false),
        (&["--no-mask"], false),
        (&["--mask", "--reveal"], true),
    ] {
        for ci in ["", "true"] {
            let args = [&["--curl"], args].concat();
            let outcome = http(&server, &folder, &args).env("CI", ci).run_well();
            let shown = outcome.stdout_text();
            assert_eq!(!shown.contains(SECRET), masked, "{args:?}, {ci:?}: {shown}");
        }
    }
    assert_eq!(server.request_count(), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_secrets_unless_it_is_that_of_a_pipeline() {
    let server = server();
    let folder = TempFolder::new();
    for (ci, masked) in [("", false), ("true", true)] {
        for args in [&["--curl"][..], &["--print=H"]] {
            let program = http(&server, &folder, args).env("CI", ci);
            let shown = program.run_in_terminal().text();
            assert_eq!(!shown.contains(SECRET), masked, "{args:?}, {ci:?}: {shown}");
        }
    }
}

#[test]
fn no_message_names_a_password_of_a_url() {
    let folder = TempFolder::new();
    let server = Server::start(|request| match request.target().as_str() {
        "/loop" => Answer::redirect(302, "/loop"),
        "/bad" => Answer::redirect(302, "http://ann:s3cr3t@[::bad/"),
        "/scheme" => Answer::redirect(302, "gopher://ann:s3cr3t@x.org/"),
        "/slash" => Answer::redirect(302, "http://ann:pa/s3cr3t@x.org/"),
        "/relative" => Answer::redirect(302, "//ann:pa#s3cr3t@x.org/"),
        "/opaque" => Answer::redirect(302, "http:ann:s3cr3t@x.org/"),
        "/socket" => Answer::redirect(302, "http+unix://ann:pa/s3cr3t@%2Frun%2Fx/"),
        "/cut" => Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"),
        "/nonsense" => Answer::raw("nonsense\r\n\r\n"),
        _ => Answer::new("404 Not Found"),
    });
    let port = server.port();
    let home = |path: &str| format!("http://ann:s3cr3t@127.0.0.1:{port}{path}");
    let lines: Vec<Vec<String>> = [
        vec!["http://ann:s3cr3t@[::bad/"],
        vec!["gopher://ann:s3cr3t@x.org/"],
        vec!["http://ann:s3cr3t@x.org:99999/"],
        vec!["http://ann:s3cr3t@:1/"],
        vec!["http://ann:s3cr3t@127.0.0.1:1/"],
        vec!["http://ann:s3cr3t@does-not-exist.invalid/"],
        vec!["ann:s3cr3t@127.0.0.1:1"],
        vec!["http://ann:s3cr3t@h h/"],
        vec!["--proxy=http:http://ann:s3cr3t@127.0.0.1:1", "x.invalid"],
        vec!["--proxy=http:gopher://ann:s3cr3t@127.0.0.1:1", "x.invalid"],
        vec!["--proxy=http://ann:s3cr3t@x", "x.invalid"],
        vec!["--proxy=http:socks5://ann:s3cr3t@127.0.0.1:1", "x.invalid"],
        vec!["--debug", "http://ann:s3cr3t@127.0.0.1:1/"],
        vec!["http://ann:pa/s3cr3t@a.invalid/x"],
        vec!["http://ann:pa?s3cr3t@a.invalid/x"],
        vec!["http://ann:pa#s3cr3t@a.invalid/x"],
        vec!["http://ann:pa s3cr3t/1@a.invalid/x"],
        vec!["http://ann:s3cr3t/1@a.invalid/x"],
        vec!["http://ann:pa/s3cr3t@a.invalid/x", "nonsense"],
        vec!["--json-meta", "http://ann:pa/s3cr3t@a.invalid/x"],
        vec!["gopher://ann:pa/s3cr3t@a.invalid/x"],
        vec!["ann:pa/s3cr3t@a.invalid/x"],
        vec!["--proxy=http:http://ann:pa/s3cr3t@a.invalid:1", "x.invalid"],
        vec!["--proxy=http:http://ann:pa#s3cr3t@a.invalid:1", "x.invalid"],
        vec!["--proxy=http:ann:pa?s3cr3t@a.invalid:1", "x.invalid"],
        vec!["--proxy=http:gopher://ann:pa/s3cr3t@x:1", "x.invalid"],
        vec!["--proxy=http:ann:s3cr3t://pa@x:1", "x.invalid"],
        vec!["--proxy=http://ann:pa/s3cr3t@x", "x.invalid"],
    ]
    .into_iter()
    .map(|line| line.into_iter().map(str::to_owned).collect())
    .chain(
        [
            "/loop",
            "/bad",
            "/scheme",
            "/slash",
            "/relative",
            "/opaque",
            "/socket",
            "/cut",
            "/nonsense",
            "/missing",
        ]
        .map(|path| {
            vec![
                "--follow".to_owned(),
                "--check-status".to_owned(),
                home(path),
            ]
        }),
    )
    .collect();
    for line in lines {
        let outcome = Program::http(&folder).args(&line).run();
        assert_ne!(outcome.status, 0, "{line:?}");
        let said = outcome.stderr_text();
        assert!(!said.is_empty(), "{line:?}");
        assert!(!said.contains(SECRET), "{line:?}: {said}");
    }
}

#[test]
fn a_url_that_cannot_be_used_is_named_without_what_was_meant_as_its_user_info() {
    let folder = TempFolder::new();
    for value in [
        "http://svc:Pa#Top/s3cr3t99@proxy.corp:3128",
        "svc:Pa#Top/s3cr3t99@proxy.corp:3128",
        "http://svc:12345678/s3cr3t99@proxy.corp:3128",
    ] {
        let outcome = Program::http(&folder)
            .env("http_proxy", value)
            .arg("http://a.invalid/")
            .run();
        outcome.assert_error(&["'http://***@proxy.corp:3128' (http_proxy)"]);
        let said = outcome.stderr_text();
        assert!(!said.contains("Pa") && !said.contains("1234"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
    let typed = "http://ann:pa/s3cr3t@a.invalid/x";
    let outcome = Program::http(&folder).arg(typed).run();
    outcome.assert_error(&["'http://***@a.invalid/x'"]);
    // Nothing is taken for a secret in one that can.
    let url = "http://127.0.0.1:1/image@2x.png?mail=a@b";
    let outcome = Program::http(&folder)
        .args(["--json-meta", "--mask", url])
        .run();
    outcome.assert_says(url);
}

#[test]
fn a_location_that_cannot_be_used_is_masked_as_it_was_meant() {
    let server = Server::start(|_| {
        Answer::redirect(302, "http://ann:pa/s3cr3t@x.org/")
            .header("Content-Location", "http://x.org:80/image@2x.png")
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--mask", "-h", &server.url("/")])
        .run_well();
    let shown = outcome.stdout_text();
    assert!(shown.contains("Location: http://***@x.org/"), "{shown}");
    assert!(shown.contains("http://x.org:80/image@2x.png"), "{shown}");
}
