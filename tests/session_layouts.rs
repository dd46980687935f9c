//! Session files of every layout that HTTPie has written, and of people: read, used, kept in their layout, and read by the
//! real HTTPie again where it is at hand (`HTTPIE_REFERENCE` names its `http`).

mod support;

use std::path::{Path, PathBuf};

use support::{Answer, Program, Server, TempFolder, text};

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

fn server() -> Server {
    Server::start(|request| match request.target().as_str() {
        "/new" => Answer::ok("fine").header("Set-Cookie", "fresh=1; Path=/"),
        _ => Answer::ok("fine"),
    })
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
            .args(["--session=./s.json", &server.url("/new"), "X-New:typed"])
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
