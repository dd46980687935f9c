//! What a session keeps of a request and its answer, and sends again.

use crate::support::{Answer, Program, Server, TempFolder};
use crate::{Snapshot, json, named, pair, pairs, run, server};

#[test]
fn headers_credentials_and_cookies_are_kept_and_sent_again() {
    let (server, folder) = (server(), TempFolder::new());
    let first = [
        "--session=one",
        "-a",
        "user:secret",
        "{url}/",
        "X-Mine:1",
        "set==sid=abc",
    ];
    run(&folder, &server, &first);
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(session["auth"]["type"], "basic");
    assert_eq!(session["auth"]["raw_auth"], "user:secret");
    assert_eq!(pairs(&session, "headers"), [pair("X-Mine", "1")]);
    assert_eq!(pairs(&session, "cookies"), [pair("sid", "abc")]);
    run(&folder, &server, &["--session=one", "{url}/again"]);
    let again = server.last_request();
    assert_eq!(again.header("X-Mine").as_deref(), Some("1"));
    assert_eq!(again.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(
        again.header("Authorization").as_deref(),
        Some("Basic dXNlcjpzZWNyZXQ=")
    );
    run(&folder, &server, &["--session=other", "{url}/other"]);
    let other = server.last_request();
    assert_eq!(
        (other.header("X-Mine"), other.header("Cookie")),
        (None, None)
    );
}

#[test]
fn headers_of_one_message_and_our_own_are_not_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--session=one",
        "{url}/",
        "a=b",
        "X-A:1",
        "X-Twice:1",
        "X-Twice:2",
        "Content-Language:en",
        "If-None-Match:tag",
        "If-Match:tag",
    ];
    run(&folder, &server, &args);
    let kept = pairs(&json(&folder, &named(&server, "one")), "headers");
    assert_eq!(
        kept,
        [pair("X-A", "1"), pair("X-Twice", "1"), pair("X-Twice", "2")]
    );
}

#[test]
fn typed_headers_replace_stored_ones_whatever_their_case() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "{url}/",
            "X-A:old",
            "X-A:older",
            "X-B:stays",
        ],
    );
    run(&folder, &server, &["--session=one", "{url}/", "x-a:new"]);
    let message = server.last_request().message();
    assert_eq!(message.header_values("X-A"), ["new"]);
    assert_eq!(message.header_values("X-B"), ["stays"]);
    run(&folder, &server, &["--session=one", "{url}/"]);
    assert_eq!(
        server.last_request().message().header_values("X-A"),
        ["new"]
    );
}

#[test]
fn a_typed_cookie_header_goes_to_the_cookies() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "Cookie:a=1; b=2"],
    );
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(pairs(&session, "headers"), []);
    assert_eq!(pairs(&session, "cookies"), [pair("a", "1"), pair("b", "2")]);
    run(&folder, &server, &["--session=one", "{url}/"]);
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("a=1; b=2")
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_prompted_password_is_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let program = Program::http(&folder).args(["--session=one", "-a", "user", &server.url("/")]);
    let outcome = program.run_in_terminal_typing(&[("password", "sesame\n")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(session["auth"]["raw_auth"], "user:sesame");
}

#[test]
fn credentials_of_netrc_are_used_and_not_kept() {
    let server = Server::start(|request| match request.header("Authorization") {
        None => Answer::new(401).header(
            "WWW-Authenticate",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
        ),
        Some(_) => Answer::ok("fine"),
    });
    let folder = TempFolder::new();
    folder.write("home/.netrc", "machine 127.0.0.1 login u password netrcpw");
    let stored = [
        r#"{}"#,
        r#"{"auth": {"type": "basic", "raw_auth": "ann:kept"}}"#,
        r#"{"headers": {"Authorization": "kept"}}"#,
        r#"{"headers": [{"name": "Authorization", "value": "", "value_from": "env:NO_SUCH"}]}"#,
    ];
    for session in stored {
        for (auth_type, want) in [
            ("basic", "Basic dTpuZXRyY3B3"),
            ("digest", "Digest username=\"u\""),
        ] {
            let path = folder.write("work/s.json", session);
            run(
                &folder,
                &server,
                &["--session=./s.json", "-A", auth_type, "{url}/", "X-New:1"],
            );
            let sent = server.last_request().header("Authorization");
            let sent = sent.unwrap_or_default();
            assert!(sent.starts_with(want), "{session}: {sent}");
            let kept = std::fs::read_to_string(path).unwrap();
            assert!(kept.contains("X-New"), "{kept}");
            assert!(!kept.contains("netrcpw"), "{kept}");
            for part in ["ann:kept", "\"kept\"", "env:NO_SUCH"] {
                assert_eq!(kept.contains(part), session.contains(part), "{kept}");
            }
        }
    }
    let args = ["--session=./new.json", "-A", "basic", "{url}/"];
    run(&folder, &server, &args);
    assert!(!folder.read("work/new.json").contains("netrcpw"));
    // What is typed is kept, and so is a header of that meaning that is typed by reference.
    for args in [
        &["-a", "ann:typed"][..],
        &["--header-from=Authorization=env:LANG"],
    ] {
        let args = [&["--session=./new.json", "-A", "basic", "{url}/"], args].concat();
        run(&folder, &server, &args);
    }
    let sent = server.last_request().header("Authorization");
    assert_eq!(sent.as_deref(), Some("C.UTF-8"));
    let kept = folder.read("work/new.json");
    assert!(
        kept.contains("env:LANG") && !kept.contains("netrcpw"),
        "{kept}"
    );
}

#[test]
fn one_way_to_say_who_one_is_takes_the_place_of_the_other() {
    let (server, folder) = (server(), TempFolder::new());
    let sent = |items: &[&str]| {
        let session = Program::http(&folder).args(["--session=./s.json", &server.url("/")]);
        session.args(items).run_well();
        server
            .last_request()
            .header("Authorization")
            .unwrap_or_default()
    };
    assert_eq!(sent(&["-a", "ann:sesame"]), "Basic YW5uOnNlc2FtZQ==");
    assert_eq!(sent(&["Authorization:typed"]), "typed");
    assert_eq!(sent(&[]), "typed");
    assert!(
        !folder.read("work/s.json").contains("ann:sesame"),
        "a dead secret is in the file"
    );
    assert_eq!(sent(&["-a", "ann:sesame"]), "Basic YW5uOnNlc2FtZQ==");
    assert_eq!(sent(&[]), "Basic YW5uOnNlc2FtZQ==");
    assert!(
        !folder.read("work/s.json").contains("typed"),
        "a dead secret is in the file"
    );
}

#[test]
fn what_a_session_holds_does_not_follow_to_another_host() {
    let folder = TempFolder::new();
    let server = Server::start(|request| {
        let host = request.header("Host").unwrap_or_default();
        let port = host.rsplit(':').next().unwrap_or_default();
        match request.target().as_str() {
            "/start" => Answer::redirect(307, "/same"),
            "/same" => Answer::redirect(307, format!("http://localhost:{port}/other")),
            _ => Answer::ok("fine").header("Set-Cookie", "theirs=1; Path=/"),
        }
    });
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "-a",
            "user:secret",
            "{url}/end",
            "X-Token:secret",
            "Cookie:sid=abc",
        ],
    );
    run(
        &folder,
        &server,
        &["--session=one", "--follow", "{url}/start", "X-Typed:goes"],
    );
    let requests = server.requests();
    let [_, start, same, other] = &requests[..] else {
        panic!("{} requests", requests.len())
    };
    for request in [start, same] {
        assert_eq!(request.header("X-Token").as_deref(), Some("secret"));
        assert_eq!(
            request
                .header("Cookie")
                .map(|cookies| cookies.contains("sid=abc")),
            Some(true)
        );
        assert!(request.header("Authorization").is_some());
    }
    assert_eq!(other.header("X-Token"), None);
    assert_eq!(other.header("Cookie"), None);
    assert_eq!(other.header("Authorization"), None);
    assert_eq!(other.header("X-Typed").as_deref(), Some("goes"));
}

#[test]
fn offline_sends_what_is_stored_to_the_output() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "X-A:1", "set==sid=1"],
    );
    let before = Snapshot::of(&folder.join(named(&server, "one")));
    let outcome = run(
        &folder,
        &server,
        &["--offline", "--session-read-only=one", "{url}/"],
    );
    let message = outcome.message();
    assert_eq!(message.header("X-A"), Some("1"));
    assert_eq!(message.header("Cookie"), Some("sid=1"));
    assert_eq!(Snapshot::of(&folder.join(named(&server, "one"))), before);
}
