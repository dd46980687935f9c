//! Credentials and sessions: in the command, and who may see them.

use crate::support::{Answer, Program, Server, TempFolder};
use crate::{assert_same, command, has_curl, sh};

fn session_text(folder: &TempFolder) -> String {
    let files = folder.files();
    let sessions = files.iter().filter(|name| name.ends_with("_me.json"));
    sessions.map(|name| folder.read(name)).collect()
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
    outcome.assert_says("--reveal");
    let shown = with_secrets(&folder).arg("--reveal").run_well();
    for number in 1..=5 {
        assert!(shown.stdout_text().contains(&format!("s3cret{number}")));
    }
    assert!(!shown.stderr_text().contains("--reveal"));
    for (args, secret) in [
        (&["-A", "bearer", "-a", "s3cret"][..], "s3cret"),
        // It may be a token without its type.
        (&["-a", "s3cret"], "s3cret"),
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
