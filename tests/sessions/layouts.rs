//! Session files of every layout that HTTPie has written, and of people: read, used, kept in their layout, and read by the
//! real HTTPie again where it is at hand (`HTTPIE_REFERENCE` names its `http`).

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Answer, Program, Server, TempFolder, text};
use crate::{HTTPIE_FILE, json, named, nested, pair, pairs, run, server};

/// The layouts, and whether cookies and headers are objects keyed by name there.
const LAYOUTS: [(&str, bool, bool); 5] = [
    ("3.2", false, false),
    ("3.1", false, true),
    ("2.x", true, true),
    ("0.9", true, true),
    ("plain", true, true),
];

fn golden(layout: &str) -> String {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/session-{layout}.json"));
    std::fs::read_to_string(path).expect("a golden file")
}

#[test]
fn every_layout_gives_credentials_headers_and_cookies() {
    let server = server();
    for (layout, _, _) in LAYOUTS {
        let folder = TempFolder::new();
        folder.write("work/s.json", golden(layout));
        Program::http(&folder)
            .args(["--session-read-only=./s.json", &server.url("/")])
            .run_well();
        let request = server.last_request();
        assert_eq!(
            request.header("Authorization").as_deref(),
            Some("Basic YW5uOnNlc2FtZQ=="),
            "{layout}"
        );
        assert_eq!(request.header("X-Key").as_deref(), Some("one"), "{layout}");
        assert_eq!(
            request.header("Cookie").as_deref(),
            Some("sid=7f3a"),
            "{layout}"
        );
        assert_eq!(
            folder.read("work/s.json"),
            golden(layout),
            "{layout}: a read-only file was changed"
        );
    }
}

#[test]
fn a_file_keeps_its_layout_and_what_we_do_not_know() {
    let server = server();
    for (layout, keyed_cookies, keyed_headers) in LAYOUTS {
        let folder = TempFolder::new();
        folder.write("work/s.json", golden(layout));
        Program::http(&folder)
            .args([
                "--session=./s.json",
                &server.url("/"),
                "set==fresh=1",
                "X-New:typed",
            ])
            .run_well();
        let saved: serde_json::Value =
            serde_json::from_str(&folder.read("work/s.json")).expect("JSON");
        assert_eq!(
            saved["cookies"].is_object(),
            keyed_cookies,
            "{layout}: {saved:#}"
        );
        assert_eq!(
            saved["headers"].is_object(),
            keyed_headers,
            "{layout}: {saved:#}"
        );
        let before: serde_json::Value = serde_json::from_str(&golden(layout)).expect("JSON");
        assert_eq!(saved["note"], before["note"], "{layout}");
        assert_eq!(saved["auth"]["type"], "basic", "{layout}");

        Program::http(&folder)
            .args(["--session=./s.json", &server.url("/")])
            .run_well();
        let request = server.last_request();
        assert_eq!(
            request.header("X-New").as_deref(),
            Some("typed"),
            "{layout}"
        );
        let cookie = request.header("Cookie").unwrap_or_default();
        assert!(
            cookie.contains("sid=7f3a") && cookie.contains("fresh=1"),
            "{layout}: {cookie}"
        );
    }
}

/// The real HTTPie, where the environment says that it is at hand.
fn reference() -> Option<PathBuf> {
    std::env::var_os("HTTPIE_REFERENCE").map(PathBuf::from)
}

#[test]
fn the_real_httpie_reads_what_we_write() {
    let Some(reference) = reference() else {
        println!("not tried: HTTPIE_REFERENCE names no http");
        return;
    };
    let server = Server::start(|_| {
        Answer::ok("fine").header(
            "Set-Cookie",
            "sid=7f3a; Path=/; HttpOnly; SameSite=Lax; Max-Age=1000",
        )
    });
    for layout in ["new", "3.2", "3.1", "2.x", "0.9"] {
        let folder = TempFolder::new();
        if layout != "new" {
            folder.write("work/s.json", golden(layout));
        }
        Program::http(&folder)
            .args([
                "--session=./s.json",
                "-a",
                "ann:sesame",
                &server.url("/"),
                "X-New:ü",
            ])
            .run_well();
        let outcome = Program::at(&reference, &folder)
            .args(["--ignore-stdin", "--session=./s.json", &server.url("/")])
            .run();
        assert_eq!(outcome.status, 0, "{layout}: {}", outcome.stderr_text());
        let request = server.last_request();
        assert_eq!(
            request.header("Authorization").as_deref(),
            Some("Basic YW5uOnNlc2FtZQ=="),
            "{layout}"
        );
        assert!(
            request
                .header("Cookie")
                .unwrap_or_default()
                .contains("sid=7f3a"),
            "{layout}"
        );
        assert!(text(&request.head).contains("X-New: "), "{layout}");
    }
}

#[test]
fn the_real_httpie_sends_our_cookies_of_a_host_without_a_dot() {
    let Some(reference) = reference() else {
        println!("not tried: HTTPIE_REFERENCE names no http");
        return;
    };
    let (server, folder) = (server(), TempFolder::new());
    let url = server.url_as("localhost", "/");
    Program::http(&folder)
        .args(["--session=./s.json", &url, "set==sid=abc; Path=/"])
        .run_well();
    let host = &json(&folder, "work/s.json")["cookies"][0]["rest"]["host"];
    assert_eq!(host, "localhost");
    let outcome = Program::at(&reference, &folder)
        .args(["--ignore-stdin", "--session=./s.json", &url])
        .run();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("sid=abc")
    );
}

#[test]
fn a_new_file_has_the_layout_that_httpie_reads() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/a/b", "set==sid=abc", "X-A:1"],
    );
    let session = json(&folder, &named(&server, "one"));
    assert!(session["__meta__"]["httpie"].is_string());
    let cookie = &session["cookies"][0];
    assert_eq!(cookie["domain"], "127.0.0.1");
    assert_eq!(cookie["path"], "/a");
    assert_eq!(cookie["secure"], false);
    assert_eq!(cookie["expires"], Value::Null);
    // HTTPie fails on a cookie with any other key, `rest` excepted.
    let known = [
        "name", "value", "domain", "path", "secure", "expires", "port", "version", "rest",
    ];
    let keys = cookie.as_object().expect("a cookie is an object").keys();
    for key in keys {
        assert!(known.contains(&key.as_str()), "{key}");
    }
    assert_eq!(
        session["headers"][0].as_object().map(serde_json::Map::len),
        Some(2)
    );
}

#[test]
fn httpies_own_file_is_used_in_place() {
    let (server, folder) = (server(), TempFolder::new());
    folder.write(&nested(&server, "old"), HTTPIE_FILE);
    run(&folder, &server, &["--session=old", "{url}/", "X-New:1"]);
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(folder.files(), [nested(&server, "old")]);
    let kept = pairs(&json(&folder, &nested(&server, "old")), "headers");
    assert_eq!(kept, [pair("X-Stored", "yes"), pair("X-New", "1")]);
}

#[test]
fn keys_that_we_do_not_know_are_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let file = HTTPIE_FILE.replacen('{', r#"{"mine": {"deep": [1.10, null]},"#, 1);
    folder.write("work/s.json", file);
    run(
        &folder,
        &server,
        &["--session=./s.json", "{url}/", "X-New:1"],
    );
    let session = json(&folder, "work/s.json");
    assert_eq!(session["mine"]["deep"][1], Value::Null);
    assert_eq!(session["mine"]["deep"][0], 1.1);
    assert_eq!(pairs(&session, "headers").len(), 2);
}

#[test]
fn the_old_layout_is_read_warned_about_and_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let file = r#"{"headers": {"X-Stored": "yes"}, "cookies": {"sid": {"value": "abc"}},
        "auth": {"type": "basic", "username": "user", "password": "secret"}}"#;
    folder.write("work/s.json", file);
    let outcome = run(
        &folder,
        &server,
        &[
            "--session=./s.json",
            "{url}/",
            "X-New:1",
            "set==new=2; Path=/",
        ],
    );
    outcome.assert_says("httpie cli sessions upgrade");
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic dXNlcjpzZWNyZXQ=")
    );
    let session = json(&folder, "work/s.json");
    assert_eq!(session["headers"]["X-New"], "1");
    assert_eq!(session["cookies"]["sid"]["value"], "abc");
    assert_eq!(session["cookies"]["new"]["value"], "2");
}

#[test]
fn the_plain_layout_is_read() {
    let (server, folder) = (server(), TempFolder::new());
    let file = r#"{"headers": {"X-Stored": "yes"}, "cookies": {"sid": "abc"}}"#;
    folder.write("work/s.json", file);
    run(
        &folder,
        &server,
        &["--session-read-only=./s.json", "{url}/"],
    );
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(folder.read("work/s.json"), file);
}
