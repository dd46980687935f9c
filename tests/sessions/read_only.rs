//! Sessions that are only read, alone and beneath another.

use crate::support::{Program, TempFolder};
use crate::{Snapshot, json, named, pair, pairs, run, server};

#[test]
fn read_only_sends_and_never_changes_the_file() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "-a",
            "u:p",
            "{url}/",
            "X-A:1",
            "set==sid=abc; Path=/",
        ],
    );
    let before = Snapshot::of(&folder.join(named(&server, "one")));
    let args = [
        "--session-read-only=one",
        "-a",
        "other:pass",
        "{url}/",
        "X-A:2",
        "X-B:3",
        "set==sid=other",
        "set==new=1",
    ];
    run(&folder, &server, &args);
    let request = server.last_request();
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(request.header("X-A").as_deref(), Some("2"));
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic b3RoZXI6cGFzcw==")
    );
    assert_eq!(Snapshot::of(&folder.join(named(&server, "one"))), before);
    assert_eq!(folder.files(), [named(&server, "one")]);
}

#[test]
fn a_read_only_session_that_is_missing_is_made() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session-read-only=fresh", "{url}/", "X-A:1"],
    );
    let session = json(&folder, &named(&server, "fresh"));
    assert_eq!(pairs(&session, "headers"), [pair("X-A", "1")]);
}

#[test]
fn a_session_can_inherit_from_a_base() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=base",
            "-a",
            "base:pass",
            "{url}/",
            "X-Base:1",
            "X-Both:base",
            "set==base=1; Path=/",
        ],
    );
    run(
        &folder,
        &server,
        &[
            "--session=user",
            "{url}/",
            "X-Both:user",
            "set==user=1; Path=/",
        ],
    );
    let base = Snapshot::of(&folder.join(named(&server, "base")));
    run(
        &folder,
        &server,
        &["--session=user", "--session-read-only=base", "{url}/"],
    );
    let request = server.last_request();
    assert_eq!(request.header("X-Base").as_deref(), Some("1"));
    assert_eq!(request.message().header_values("X-Both"), ["user"]);
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic YmFzZTpwYXNz")
    );
    let cookies = request.header("Cookie").unwrap_or_default();
    assert!(
        cookies.contains("base=1") && cookies.contains("user=1"),
        "{cookies}"
    );
    assert_eq!(
        Snapshot::of(&folder.join(named(&server, "base"))),
        base,
        "the base stays"
    );
    run(&folder, &server, &["--session=user", "{url}/"]);
    let alone = server.last_request();
    assert_eq!(alone.header("X-Base").as_deref(), Some("1"));
    assert_eq!(alone.message().header_values("X-Both"), ["user"]);
    assert!(
        alone
            .header("Cookie")
            .is_some_and(|cookies| cookies.contains("base=1"))
    );
}

#[test]
fn of_several_read_only_sessions_the_last_wins() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=a", "{url}/", "X-A:a", "X-Both:a"],
    );
    run(
        &folder,
        &server,
        &["--session=b", "{url}/", "X-B:b", "X-Both:b"],
    );
    run(
        &folder,
        &server,
        &["--session-read-only=a", "--session-read-only=b", "{url}/"],
    );
    let message = server.last_request().message();
    assert_eq!(message.header_values("X-Both"), ["b"]);
    assert_eq!(
        (message.header("X-A"), message.header("X-B")),
        (Some("a"), Some("b"))
    );
}

#[test]
fn a_base_gives_no_credentials_to_who_has_a_header_for_them() {
    let (server, folder) = (server(), TempFolder::new());
    folder.write(
        "work/mine.json",
        r#"{"headers": [{"name": "Authorization", "value": "Bearer mine"}]}"#,
    );
    folder.write(
        "work/base.json",
        r#"{"auth": {"type": "basic", "raw_auth": "base:base"}}"#,
    );
    let both = [
        "--session=./mine.json",
        "--session-read-only=./base.json",
        &server.url("/"),
    ];
    Program::http(&folder).args(both).run_well();
    assert_eq!(
        server.last_request().header("Authorization").as_deref(),
        Some("Bearer mine")
    );
    assert!(!folder.read("work/mine.json").contains("base:base"));
}
