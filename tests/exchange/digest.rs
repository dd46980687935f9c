//! Digest authentication against a server that checks every answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{self, Answer, Program, Received, Server, TempFolder};

fn hash(text: &str) -> String {
    format!("{:x}", md5::compute(text))
}

fn parameter(value: &str, name: &str) -> Option<String> {
    let start = value.find(&format!("{name}="))? + name.len() + 1;
    let rest = &value[start..];
    let end = rest.find(", ").unwrap_or(rest.len());
    Some(rest[..end].trim_matches('"').to_owned())
}

/// Whether a request answers the challenge with this nonce, as ann with the password sesame.
fn is_right(request: &Received, nonce: &str) -> bool {
    let Some(value) = request.header("Authorization") else {
        return false;
    };
    let get = |name| parameter(&value, name).unwrap_or_default();
    let target = request.target();
    let line = support::text(&request.head).into_owned();
    let method = line.split(' ').next().unwrap_or_default();
    let secret = hash("ann:the realm:sesame");
    let subject = hash(&format!("{method}:{target}"));
    let wanted = hash(&format!(
        "{secret}:{nonce}:{}:{}:auth:{subject}",
        get("nc"),
        get("cnonce")
    ));
    get("response") == wanted
        && get("uri") == target
        && get("nonce") == nonce
        && get("username") == "ann"
}

fn challenge(nonce: &str, more: &str) -> Answer {
    let value =
        format!("Digest realm=\"the realm\", nonce=\"{nonce}\", qop=\"auth\", opaque=\"o\"{more}");
    Answer::new("401")
        .header("WWW-Authenticate", value)
        .body("who are you?")
}

fn server() -> Server {
    Server::start(|request| match is_right(request, "n1") {
        false => challenge("n1", ""),
        true if request.target() == "/start" => Answer::redirect(302, "/end"),
        true => Answer::ok("welcome"),
    })
}

#[test]
fn a_challenge_is_answered_and_the_body_sent_again() {
    let (server, folder) = (server(), TempFolder::new());
    let shown = Program::http(&folder)
        .args([
            "-A",
            "digest",
            "-a",
            "ann:sesame",
            "PUT",
            &server.url("/x?y=z"),
            "a=b",
        ])
        .run_well();
    assert_eq!(shown.stdout_text(), "welcome");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].header("Authorization"), None);
    assert_eq!(requests[1].body_text(), "{\"a\": \"b\"}");
}

#[test]
fn the_refused_request_is_shown_with_all() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "-A",
        "digest",
        "-a",
        "ann:sesame",
        "--all",
        "--print=hb",
        &server.url("/"),
    ];
    let shown = Program::http(&folder).args(args).run_well().stdout_text();
    assert!(
        shown.contains("HTTP/1.1 401")
            && shown.contains("who are you?")
            && shown.ends_with("welcome"),
        "{shown}"
    );
}

#[test]
fn a_wrong_password_is_tried_once() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--check-status",
        "-A",
        "digest",
        "-a",
        "ann:wrong",
        &server.url("/"),
    ];
    let outcome = Program::http(&folder).args(args).run();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (4, "who are you?")
    );
    assert_eq!(server.request_count(), 2);
}

#[test]
fn a_session_keeps_the_credentials_and_answers_again() {
    let (server, folder) = (server(), TempFolder::new());
    let first = [
        "--session=./s.json",
        "-A",
        "digest",
        "-a",
        "ann:sesame",
        &server.url("/"),
    ];
    Program::http(&folder).args(first).run_well();
    let saved: serde_json::Value = serde_json::from_str(&folder.read("work/s.json")).expect("JSON");
    assert_eq!(
        (&saved["auth"]["type"], &saved["auth"]["raw_auth"]),
        (&"digest".into(), &"ann:sesame".into())
    );
    let shown = Program::http(&folder)
        .args(["--session=./s.json", &server.url("/")])
        .run_well();
    assert_eq!(shown.stdout_text(), "welcome");
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_that_was_asked_for_answers_too() {
    let (server, folder) = (server(), TempFolder::new());
    let outcome = Program::http(&folder)
        .args(["-A", "digest", "-a", "ann", &server.url("/")])
        .run_in_terminal_typing(&[("password for ann@", "sesame\n")]);
    assert!(outcome.text().contains("welcome"), "{}", outcome.text());
}

#[test]
fn a_stale_nonce_is_replaced() {
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => challenge("n1", ""),
        1 => challenge("n2", ", stale=true"),
        _ if is_right(request, "n2") => Answer::ok("welcome"),
        _ => challenge("n2", ""),
    });
    let folder = TempFolder::new();
    let shown = Program::http(&folder)
        .args(["-A", "digest", "-a", "ann:sesame", &server.url("/")])
        .run_well();
    assert_eq!(shown.stdout_text(), "welcome");
    assert_eq!(server.request_count(), 3);
}

#[test]
fn challenges_without_end_come_to_an_end() {
    let server = Server::start(|_| challenge("n", ", stale=true"));
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["-A", "digest", "-a", "ann:sesame", &server.url("/")])
        .run();
    assert_eq!(outcome.stdout_text(), "who are you?");
    assert!(server.request_count() <= 6, "{}", server.request_count());
}

#[test]
fn an_answer_is_for_one_target_and_one_origin() {
    let (server, folder) = (server(), TempFolder::new());
    let line = [
        "--follow",
        "-A",
        "digest",
        "-a",
        "ann:sesame",
        &server.url("/start"),
    ];
    assert_eq!(
        Program::http(&folder).args(line).run_well().stdout_text(),
        "welcome"
    );
    assert!(
        is_right(&server.last_request(), "n1"),
        "the second target has an answer of its own"
    );

    let elsewhere = server.url_as("localhost", "/");
    let away = Server::start(move |request| match is_right(request, "n1") {
        false => challenge("n1", ""),
        true => Answer::redirect(302, &elsewhere),
    });
    let before = server.request_count();
    Program::http(&folder)
        .args([
            "--follow",
            "-A",
            "digest",
            "-a",
            "ann:sesame",
            &away.url("/"),
        ])
        .run();
    let strangers = &server.requests()[before..];
    assert!(
        strangers
            .iter()
            .all(|request| request.header("Authorization").is_none())
    );
    assert_eq!(strangers.len(), 1);
}

#[test]
fn a_stream_cannot_be_sent_again_and_that_is_said() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--chunked",
        "-A",
        "digest",
        "-a",
        "ann:sesame",
        &server.url("/"),
    ];
    let outcome = Program::http(&folder).args(args).stdin("from a pipe").run();
    outcome.assert_error(&["401", "@FILE"]);
}
