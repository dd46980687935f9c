//! Sessions that hold references to secrets in place of secrets: written, used, shown, handed on, and read by the real
//! HTTPie where it is at hand (`HTTPIE_REFERENCE` names its `http`).

use std::path::Path;

use crate::server;
use crate::support::{self, Answer, Program, Server, TempFolder};

const SECRET: &str = "s3cr3t-T0KEN";

/// As a person would write it, and with what HTTPie needs beside it.
const BY_HAND: &str =
    r#"{"auth": {"type": "bearer", "raw_auth_from": "env:T"}, "headers_from": {"X-Key": "env:K"}}"#;

fn http(folder: &TempFolder, args: &[&str]) -> Program {
    Program::http(folder)
        .env("T", SECRET)
        .env("K", SECRET)
        .args(args)
}

#[track_caller]
fn assert_no_secret(folder: &TempFolder) {
    for file in folder.files() {
        let text = std::fs::read(folder.join(&file)).unwrap_or_default();
        assert!(
            !support::contains(&text, SECRET.as_bytes()),
            "the secret is in {file}"
        );
    }
}

/// A session of the file `work/s.json` that another run has made.
fn with_session(server: &Server) -> TempFolder {
    let folder = TempFolder::new();
    let line = ["--session=./s.json", "-A", "bearer", "--auth-from=env:T"];
    http(&folder, &line)
        .args(["--header-from=X-Key=env:K", &server.url("/")])
        .run_well();
    folder
}

#[test]
fn a_session_keeps_the_reference_and_never_the_secret() {
    let server = server();
    let folder = with_session(&server);
    assert_no_secret(&folder);
    let text = folder.read("work/s.json");
    for part in [
        "\"raw_auth_from\": \"env:T\"",
        "\"type\": \"bearer\"",
        "\"raw_auth\": \"\"",
        "\"name\": \"X-Key\"",
        "\"value_from\": \"env:K\"",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    // What is asked for is asked for anew.
    let line = ["--session=./s.json", &server.url("/")];
    Program::http(&folder)
        .env("T", "second")
        .env("K", "third")
        .args(line)
        .run_well();
    let request = server.last_request();
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Bearer second")
    );
    assert_eq!(request.header("X-Key").as_deref(), Some("third"));
    assert_eq!(folder.read("work/s.json"), text, "nothing has changed");
}

#[test]
fn a_reference_that_gives_nothing_is_an_error_and_nothing_is_sent_or_saved() {
    let server = server();
    let folder = with_session(&server);
    let before = folder.read("work/s.json");
    let sent = server.request_count();
    let line = ["--session=./s.json", &server.url("/"), "X-New:1"];
    let outcome = Program::http(&folder).env("K", "k").args(line).run();
    outcome.assert_error(&["session './s.json'", "env:T", "not set"]);
    let outcome = Program::http(&folder).env("T", "t").args(line).run();
    outcome.assert_error(&["env:K", "not set"]);
    assert_eq!(
        (server.request_count(), folder.read("work/s.json")),
        (sent, before)
    );
}

#[test]
fn a_session_with_an_unfit_reference_cannot_be_used() {
    let server = server();
    for (text, part) in [
        (
            r#"{"auth": {"type": "bearer", "raw_auth_from": "vault:s3cr3t-T0KEN"}}"#,
            "known are env:NAME",
        ),
        (
            r#"{"auth": {"type": "bearer", "raw_auth_from": "env:"}}"#,
            "names no environment variable",
        ),
        (
            r#"{"auth": {"type": "bearer", "raw_auth_from": 5}}"#,
            "must be a string",
        ),
        (
            r#"{"auth": {"type": null, "raw_auth_from": "env:T"}}"#,
            "has no \"type\"",
        ),
        (
            r#"{"headers_from": {"X": "s3cr3t-T0KEN"}}"#,
            "known are env:NAME",
        ),
        (
            r#"{"headers_from": {"Host": "env:T"}}"#,
            "cannot come from elsewhere",
        ),
        (
            r#"{"headers_from": [{"name": "X"}]}"#,
            "must have a \"name\" and a \"value_from\"",
        ),
        (r#"{"headers_from": 5}"#, "must be a list or an object"),
        (
            r#"{"headers_from": {"X": "env:T", "x": "env:K"}}"#,
            "two sources",
        ),
    ] {
        let folder = TempFolder::new();
        folder.write("work/s.json", text);
        let outcome = http(&folder, &["--session=./s.json", &server.url("/")]).run();
        outcome.assert_error(&[part, "line 1, column", "s.json"]);
        assert!(!outcome.stderr_text().contains(SECRET));
        assert_eq!(folder.read("work/s.json"), text);
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
fn what_is_typed_takes_the_place_of_a_reference_and_the_other_way_round() {
    let server = server();
    let folder = with_session(&server);
    let url = server.url("/");
    let run = |args: &[&str]| {
        http(&folder, &["--session=./s.json", &url])
            .args(args)
            .run_well();
        folder.read("work/s.json")
    };
    folder.write("work/up", "u:p");
    let text = run(&["-a", "ann:pass", "X-Key:typed"]);
    assert!(
        text.contains("ann:pass") && text.contains("typed"),
        "{text}"
    );
    assert!(!text.contains("env:"), "{text}");
    folder.write("work/k", "k");
    let text = run(&["--auth-from=file:up", "--header-from=x-key=file:k"]);
    assert!(
        text.contains("file:up") && text.contains("file:k"),
        "{text}"
    );
    assert!(
        !text.contains("ann:pass") && !text.contains("typed"),
        "{text}"
    );
    let text = run(&["Authorization:Bearer x"]);
    assert!(!text.contains("raw_auth_from"), "{text}");
    let text = run(&["--header-from=Authorization=env:T"]);
    assert!(
        !text.contains("Bearer x") && text.contains("env:T"),
        "{text}"
    );
    assert_eq!(
        server.last_request().header("Authorization").as_deref(),
        Some(SECRET)
    );
}

#[test]
fn references_pass_from_session_to_session_as_references() {
    let server = server();
    let folder = with_session(&server);
    let line = [
        "--session=./user.json",
        "--session-read-only=./s.json",
        &server.url("/"),
    ];
    http(&folder, &line).run_well();
    let request = server.last_request();
    assert_eq!(
        request.header("Authorization"),
        Some(format!("Bearer {SECRET}"))
    );
    assert_eq!(request.header("X-Key").as_deref(), Some(SECRET));
    let text = folder.read("work/user.json");
    assert!(text.contains("env:T") && text.contains("env:K"), "{text}");
    assert_no_secret(&folder);
}

#[test]
fn references_stay_with_their_origin() {
    let other = server();
    let target = other.url("/");
    let server = Server::start(move |_| Answer::redirect(302, &target));
    let folder = TempFolder::new();
    folder.write("work/s.json", BY_HAND);
    http(
        &folder,
        &["--follow", "--session=./s.json", &server.url("/")],
    )
    .run_well();
    let (first, last) = (server.last_request(), other.last_request());
    for name in ["Authorization", "X-Key"] {
        assert!(
            first.header(name).is_some() && last.header(name).is_none(),
            "{name}"
        );
    }
}

#[test]
fn a_reference_typed_by_hand_gets_what_httpie_needs() {
    let server = server();
    for (kind, placeholder) in [("bearer", ""), ("basic", ":"), ("digest", ":")] {
        let folder = TempFolder::new();
        folder.write("work/s.json", BY_HAND.replace("bearer", kind));
        let line = ["--session=./s.json", &server.url("/"), "X-New:1"];
        http(&folder, &line).env("T", "u:p").run_well();
        let text = folder.read("work/s.json");
        assert!(
            text.contains(&format!("\"raw_auth\": \"{placeholder}\"")),
            "{text}"
        );
        assert!(text.contains("\"raw_auth_from\": \"env:T\""), "{text}");
        assert!(text.contains("\"value_from\": \"env:K\""), "{text}");
        assert_no_secret(&folder);
    }
}

#[test]
fn httpie_loads_a_session_with_references_and_keeps_them() {
    let Some(reference) = std::env::var_os("HTTPIE_REFERENCE") else {
        return;
    };
    let server = server();
    for kind in ["bearer", "basic", "digest"] {
        let folder = TempFolder::new();
        let line = ["--session=./s.json", "-A", kind, "--auth-from=env:T"];
        http(&folder, &line)
            .env("T", "u:p")
            .args(["--header-from=X-Key=env:K", &server.url("/")])
            .run_well();
        let before = server.request_count();
        Program::at(Path::new(&reference), &folder)
            .args([
                "--ignore-stdin",
                "--session=./s.json",
                &server.url("/"),
                "X-New:1",
            ])
            .run_well();
        assert_eq!(server.request_count(), before + 1, "{kind}");
        let text = folder.read("work/s.json");
        assert!(text.contains("X-New"), "HTTPie saved it: {text}");
        http(&folder, &["--session=./s.json", &server.url("/")])
            .env("T", "u:p")
            .run_well();
        let request = server.last_request();
        assert_eq!(request.header("X-Key").as_deref(), Some(SECRET), "{kind}");
        assert_eq!(request.header("Authorization").is_some(), kind != "digest");
    }
}

#[test]
fn a_plain_header_that_httpie_has_put_beside_a_reference_goes_before_it() {
    let server = server();
    let folder = TempFolder::new();
    let text = r#"{"headers": [{"name": "x-key", "value": "plain"}], "headers_from": {"X-Key": "env:NONE"}}"#;
    folder.write("work/s.json", text);
    http(&folder, &["--session=./s.json", &server.url("/")]).run_well();
    assert_eq!(
        server.last_request().header("X-Key").as_deref(),
        Some("plain")
    );
}

#[test]
fn the_manager_shows_references_and_asks_for_nothing() {
    let server = server();
    let folder = with_session(&server);
    let run = |args: &[&str]| {
        Program::httpie(&folder)
            .args(["sessions"])
            .args(args)
            .run_well()
    };
    let shown = run(&["show", "./s.json"]).stdout_text();
    assert!(
        shown.contains("bearer from env:T") && shown.contains("X-Key: from env:K"),
        "{shown}"
    );
    assert!(shown.contains("1 header:"), "{shown}");
    let json = run(&["show", "./s.json", "--json", "--reveal"]).stdout_text();
    for part in [
        "\"raw_auth\": null",
        "\"raw_auth_from\": \"env:T\"",
        "\"value_from\": \"env:K\"",
    ] {
        assert!(json.contains(part), "{part} is not in {json}");
    }
    let curl = run(&["export", "./s.json", "x.org", "--format=curl"]).stdout_text();
    for part in [
        "# The header X-Key is not here",
        "env:K",
        "# The bearer credentials",
        "env:T",
    ] {
        assert!(curl.contains(part), "{part} is not in {curl}");
    }
    let is_comment = |line: &str| line.starts_with('#');
    assert!(curl.lines().all(is_comment), "{curl}");
}

#[test]
fn the_list_tells_the_type_of_a_reference() {
    let server = server();
    let folder = TempFolder::new();
    let line = ["--session=named", "-A", "bearer", "--auth-from=env:T"];
    http(&folder, &line)
        .args(["--header-from=X-Key=env:K", &server.url("/")])
        .run_well();
    let list = Program::httpie(&folder)
        .args(["sessions", "list", "--json"])
        .run_well();
    let text = list.stdout_text();
    assert!(
        text.contains("\"auth\": \"bearer\"") && text.contains("\"headers\": 1"),
        "{text}"
    );
}

#[test]
fn references_survive_export_import_edit_and_upgrade() {
    let server = server();
    let folder = with_session(&server);
    let run = |args: &[&str]| Program::httpie(&folder).args(["sessions"]).args(args);
    let exported = run(&["export", "./s.json"]).run_well().stdout;
    run(&["import", "--references", "./copy.json"])
        .stdin(exported.clone())
        .run_well();
    run(&["import", "./copy.json", "--replace", "--references"])
        .stdin(exported)
        .run_well();
    let old = r#"{"auth": {"type": "basic", "raw_auth_from": "env:T"}, "headers": {"A": "b"}, "headers_from": {"X-Key": "env:K"}}"#;
    folder.write("work/old.json", old);
    Program::httpie(&folder)
        .args(["cli", "sessions", "upgrade", "x.org", "./old.json"])
        .run_well();
    for file in ["work/copy.json", "work/old.json"] {
        let text = folder.read(file);
        assert!(
            text.contains("\"raw_auth_from\": \"env:T\""),
            "{file}: {text}"
        );
        assert!(text.contains("\"value_from\": \"env:K\""), "{file}: {text}");
    }
    if cfg!(unix) {
        run(&["edit", "./copy.json"])
            .env("EDITOR", "sed -i.bak s/env:T/env:U/")
            .run_well();
        assert!(folder.read("work/copy.json").contains("env:U"));
    }
    assert_no_secret(&folder);
}

#[test]
fn an_import_tells_which_commands_come_with_it() {
    let folder = TempFolder::new();
    let text = r#"{"auth": {"type": "bearer", "raw_auth_from": "cmd:touch ran"}, "headers_from": {"Content-MD5": "env:A"}}"#;
    let outcome = Program::httpie(&folder)
        .args(["sessions", "import", "--references", "./s.json"])
        .stdin(text)
        .run_well();
    let said = outcome.stderr_text();
    assert!(
        said.contains("took cmd:touch ran, which runs this command"),
        "{said}"
    );
    assert!(said.contains("refused the header 'Content-MD5'"), "{said}");
    assert_eq!(folder.files(), ["work/s.json"], "nothing was run");
}

#[test]
fn an_import_takes_no_references_unless_they_are_asked_for() {
    let folder = TempFolder::new();
    let text = r#"{
        "auth": {"type": "bearer", "raw_auth_from": "cmd:touch ran"},
        "headers": [{"name": "X-Plain", "value": "1"}],
        "headers_from": [{"name": "X-A", "value_from": "env:A"}, {"name": "X-B", "value_from": "file:/etc/b"}]
    }"#;
    let import = |args: &[&str]| {
        Program::httpie(&folder)
            .args(["sessions", "import", "./s.json"])
            .args(args)
            .stdin(text)
            .run_well()
    };
    let said = import(&[]).stderr_text();
    for what in [
        "the header 'X-A' from env:A",
        "the header 'X-B' from file:/etc/b",
        "the credentials from cmd:touch ran",
    ] {
        assert!(
            said.contains(&format!("refused {what}: ")),
            "{what}: {said}"
        );
    }
    assert!(said.contains("--references"), "{said}");
    let taken = folder.read("work/s.json");
    assert!(
        taken.contains("X-Plain") && !taken.contains("_from"),
        "{taken}"
    );
    // What is there is not replaced by less than the file holds.
    let refused = Program::httpie(&folder)
        .args(["sessions", "import", "--replace", "./s.json"])
        .stdin(text)
        .run();
    refused.assert_error(&["nothing was changed", "--references"]);
    assert_eq!(folder.read("work/s.json"), taken);
    import(&["--references"]);
    let taken = folder.read("work/s.json");
    for source in ["cmd:touch ran", "env:A", "file:/etc/b"] {
        assert!(taken.contains(source), "{taken}");
    }
}

#[cfg(unix)]
#[test]
fn commands_of_a_session_that_others_can_write_to_are_not_run() {
    use std::os::unix::fs::PermissionsExt;
    let server = server();
    let folder = TempFolder::new();
    let text = r#"{"auth": {"type": "bearer", "raw_auth_from": "cmd:touch ran; echo x"}}"#;
    let path = folder.write("work/s.json", text);
    let set_mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, mode).expect("a file of the test's own");
    };
    let line = ["--session-read-only=./s.json", &server.url("/")];
    for mode in [0o620, 0o602] {
        set_mode(mode);
        let outcome = http(&folder, &line).run();
        outcome.assert_error(&["s.json", "not run", "chmod go-w"]);
    }
    assert_eq!(
        (server.request_count(), folder.files()),
        (0, vec!["work/s.json".to_owned()])
    );
    set_mode(0o644);
    http(&folder, &line).run_well();
    assert_eq!(folder.files(), ["work/ran", "work/s.json"]);
}

#[cfg(unix)]
#[test]
fn what_a_session_that_others_can_write_to_takes_from_here_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let server = server();
    let folder = TempFolder::new();
    folder.write("work/key", "k3y\n");
    let text = r#"{"headers": [], "headers_from": [{"name": "X-A", "value_from": "env:A"}, {"name": "X-B", "value_from": "file:key"}]}"#;
    let path = folder.write("work/s.json", text);
    let line = ["--session-read-only=./s.json", &server.url("/")];
    for (mode, is_said) in [(0o622, true), (0o644, false)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, mode).expect("a file of the test's own");
        let outcome = http(&folder, &line).env("A", "a").run_well();
        let said = outcome.stderr_text();
        let names_them = said.contains("sends what env:A, file:key gives");
        assert_eq!(names_them, is_said, "{said}");
    }
}
