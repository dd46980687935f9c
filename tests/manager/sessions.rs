//! `httpie sessions list`, `show`, `delete` and `path`: what is shown, what stays hidden, and what goes.

use std::fs;

use crate::support::{Outcome, Program, TempFolder};
use serde_json::Value;

const ALICE: &str = r#"{
    "__meta__": {"about": "HTTPie session file", "help": "https://httpie.io/docs#sessions", "httpie": "3.2.4"},
    "auth": {"type": "basic", "raw_auth": "ann:s3cret-auth"},
    "cookies": [
        {"name": "sid", "value": "s3cret-sid", "domain": ".example.org", "path": "/", "secure": true, "expires": 4000000000, "rest": {"http_only": true, "same_site": "lax"}},
        {"name": "old", "value": "s3cret-old", "domain": "example.org", "path": "/", "secure": false, "expires": 1000000000},
        {"name": "sid", "value": "s3cret-app", "domain": "example.org", "path": "/app", "secure": false, "expires": null, "rest": {"host_only": true}}
    ],
    "headers": [
        {"name": "X-Api-Key", "value": "s3cret-key"},
        {"name": "Accept", "value": "text/html"}
    ],
    "kept": 1
}"#;

fn folder_with(sessions: &[(&str, &str)]) -> TempFolder {
    let folder = TempFolder::new();
    for (name, text) in sessions {
        folder.write(&format!("config/sessions/{name}"), text);
    }
    folder
}

fn sessions_program(folder: &TempFolder, args: &[&str]) -> Program {
    Program::httpie(folder).arg("sessions").args(args)
}

fn sessions(folder: &TempFolder, args: &[&str]) -> Outcome {
    sessions_program(folder, args).run()
}

fn sessions_well(folder: &TempFolder, args: &[&str]) -> String {
    let outcome = sessions(folder, args);
    assert_eq!(outcome.status, 0, "{args:?}: {}", outcome.stderr_text());
    outcome.stdout_text()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("--json prints JSON")
}

fn set_age(folder: &TempFolder, name: &str, seconds: u64) {
    let file = fs::File::options()
        .write(true)
        .open(folder.join(format!("config/sessions/{name}")))
        .expect("a file of the test's own");
    let then = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
    file.set_modified(then).expect("a file of the test's own");
}

#[test]
fn a_list_has_both_layouts_of_the_store_and_the_newest_first() {
    let folder = folder_with(&[
        ("example.org_alice.json", ALICE),
        ("localhost%3A8080_b_c.json", "{}"),
        (
            "example.org/theirs.json",
            r#"{"cookies": {"a": {"value": "1"}}}"#,
        ),
        ("example.org/alice.json", "{}"),
        ("example.org_alice.json.httpie-tmp", "{}"),
    ]);
    set_age(&folder, "example.org_alice.json", 100);
    set_age(&folder, "example.org/theirs.json", 10);
    set_age(&folder, "localhost%3A8080_b_c.json", 1000);
    let text = sessions_well(&folder, &["list"]);
    let words: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        words[0][..6],
        ["HOST", "NAME", "AUTH", "COOKIES", "HEADERS", "SIZE"]
    );
    assert_eq!(words[1][..5], ["example.org", "theirs", "-", "1", "0"]);
    assert_eq!(words[2][..5], ["example.org", "alice", "basic", "3", "2"]);
    assert_eq!(words[3][..5], ["localhost:8080", "b_c", "-", "0", "0"]);
    assert_eq!(words.len(), 4);
    assert_eq!(
        text.lines().next().unwrap().find("NAME"),
        text.lines().nth(1).unwrap().find("theirs")
    );

    let of_host = sessions_well(&folder, &["list", "http://localhost:8080/x"]);
    assert_eq!(of_host.lines().count(), 2);
    let rows = json(&sessions_well(&folder, &["list", "--json", "EXAMPLE.org"]));
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[1]["auth"], "basic");
    assert_eq!(rows[1]["expired_cookies"], 1);
    assert!(
        rows[1]["path"]
            .as_str()
            .unwrap()
            .ends_with("example.org_alice.json")
    );
    assert!(rows[1]["changed"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_list_without_sessions_is_empty_and_makes_no_folder() {
    let folder = TempFolder::new();
    let outcome = sessions(&folder, &["list"]);
    assert_eq!((outcome.status, outcome.stdout_text()), (0, String::new()));
    outcome.assert_says("no sessions");
    assert_eq!(sessions_well(&folder, &["list", "--json"]), "[]\n");
    assert!(!folder.join("config").exists());
}

#[test]
fn a_list_shows_files_that_cannot_be_used_and_fails_at_the_end() {
    let folder = folder_with(&[
        ("a.org_bad.json", "{\n  nonsense"),
        ("b.org_good.json", "{}"),
        ("c.org_shape.json", r#"{"cookies": 5}"#),
        ("d.org_folder.json/x", ""),
    ]);
    for args in [&["list"][..], &["list", "--json"]] {
        let outcome = sessions(&folder, args);
        assert_eq!(outcome.status, 1);
        let text = outcome.stdout_text();
        assert!(
            text.contains("line 2, column 3") && text.contains("line 1, column 13"),
            "{text}"
        );
        assert!(text.contains("b.org"));
        outcome.assert_says("3 session files cannot be used.");
    }
}

#[cfg(unix)]
#[test]
fn a_list_does_not_wait_for_a_pipe_and_goes_on_behind_a_folder_that_is_closed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder_with(&[("b.org_good.json", "{}"), ("closed.org/x.json", "{}")]);
    let fifo = folder.join("config/sessions/a.org_pipe.json");
    let made = std::process::Command::new("mkfifo").arg(fifo).status();
    assert!(made.unwrap().success());
    let closed = folder.join("config/sessions/closed.org");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let outcome = sessions(&folder, &["list"]);
    let is_root = fs::read_dir(&closed).is_ok();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stdout_text().contains("b.org "),
        "{}",
        outcome.stdout_text()
    );
    assert!(outcome.stdout_text().contains("a pipe or device"));
    assert!(
        is_root
            || outcome
                .stderr_text()
                .contains("closed.org: permission denied")
    );
}

#[test]
fn ten_thousand_sessions_are_listed_in_a_moment() {
    let folder = TempFolder::new();
    for number in 0..10_000 {
        folder.write(
            &format!("config/sessions/h{number}.example.org_s.json"),
            ALICE,
        );
    }
    let start = std::time::Instant::now();
    let text = sessions_well(&folder, &["list"]);
    let elapsed = start.elapsed();
    assert_eq!(text.lines().count(), 10_001);
    // A second is the aim of a release build on a machine of its own.
    assert!(elapsed.as_secs() < 10, "{elapsed:?}");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = TempFolder::new();
    for number in 0..2_000 {
        folder.write(
            &format!("config/sessions/h{number}.example.org_s.json"),
            "{}",
        );
    }
    let mut running = Program::httpie(&folder).args(["sessions", "list"]).spawn();
    drop(running.take_stdout());
    let outcome = running.finish();
    assert_eq!(outcome.stderr_text(), "");
}

#[test]
fn secrets_are_masked_unless_they_are_asked_for() {
    let folder = folder_with(&[("example.org_alice.json", ALICE)]);
    for args in [
        &["show", "alice", "example.org"][..],
        &["show", "alice", "https://example.org/x", "--json"],
    ] {
        let text = sessions_well(&folder, args);
        assert!(!text.contains("s3cret") && !text.contains("ann"), "{text}");
        for part in ["basic", "X-Api-Key", "Accept", "text/html", "sid", "/app"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let revealed = sessions_well(&folder, &[args, &["--reveal"]].concat());
        for secret in [
            "ann:s3cret-auth",
            "s3cret-key",
            "s3cret-sid",
            "s3cret-old",
            "s3cret-app",
        ] {
            assert!(revealed.contains(secret), "{secret}: {revealed}");
        }
    }
    let text = sessions_well(&folder, &["show", "alice", "example.org"]);
    assert!(text.contains("*.example.org") && text.contains("Secure HttpOnly SameSite=lax"));
    assert!(text.contains("expired") && text.contains(" session") && text.contains(" years"));
}

#[test]
fn a_session_is_shown_by_its_path_and_its_control_characters_are_visible() {
    let folder = TempFolder::new();
    let path = folder.write(
        "work/x.json",
        r#"{"headers": {"Accept": "a\u009b31m\u202e", "X": "\t"}, "cookies": [{"name": "n\u009b", "value": "v", "domain": "e\u001b[31m", "path": "/\n"}]}"#,
    );
    for args in [
        &["show", "./x.json", "--reveal"][..],
        &["show", path.to_str().unwrap(), "--reveal", "--json"],
    ] {
        let text = sessions_well(&folder, args);
        let hidden = |letter: char| letter.is_control() && letter != '\n';
        assert!(
            !text.contains(hidden) && !text.contains('\u{202e}'),
            "{text:?}"
        );
    }
}

#[test]
fn what_does_not_exist_is_said_with_what_may_have_been_meant() {
    let folder = folder_with(&[("example.org_alice.json", ALICE)]);
    for command in ["show", "delete", "export", "edit", "path", "upgrade"] {
        let outcome = sessions(&folder, &[command, "nosuch", "example.org"]);
        assert_eq!(outcome.status, 1, "{command}");
        let said = outcome.stderr_text();
        assert!(
            said.contains("'nosuch' @ 'example.org' does not exist."),
            "{command}: {said}"
        );
    }
    let said = |args: &[&str]| {
        let outcome = sessions(&folder, args);
        assert_eq!(outcome.status, 1);
        outcome.stderr_text()
    };
    assert!(
        said(&["show", "alice", "x.org"]).contains("There is a session 'alice' for example.org.")
    );
    assert!(
        said(&["show", "example.org", "alice"]).contains("The name of the session comes first")
    );
    let usage = said(&["show", "alice"]);
    assert!(
        usage.starts_with("usage: httpie sessions show [--reveal] [--json] NAME HOST\n"),
        "{usage}"
    );
    assert!(
        usage.contains("required: HOST (there is a session 'alice' for example.org)"),
        "{usage}"
    );
    assert!(said(&["show", "./nosuch.json"]).contains("'./nosuch.json' does not exist."));
    assert!(said(&["show", "a b", "example.org"]).contains("cannot be the name of a session"));
    assert!(said(&["show", "alice", "http://:99999/"]).contains("Invalid URL"));
    assert!(!folder.join("config/sessions/x.org_alice.json").exists());
}

#[test]
fn a_delete_needs_a_yes_and_leaves_nothing() {
    let folder = folder_with(&[
        ("example.org_alice.json", ALICE),
        ("example.org/alice.json", "broken"),
        ("example.org_other.json", "{}"),
    ]);
    let outcome = sessions(&folder, &["delete", "alice", "example.org"]);
    outcome.assert_error(&["--yes"]);
    assert_eq!(folder.read("config/sessions/example.org_alice.json"), ALICE);
    let text = sessions_well(&folder, &["delete", "alice", "example.org", "-y"]);
    assert!(
        text.starts_with("Deleted 'alice' @ 'example.org' ("),
        "{text}"
    );
    // HTTPie's file would be the session now.
    assert_eq!(folder.files(), ["config/sessions/example.org_other.json"]);
    assert!(!folder.join("config/sessions/example.org").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_delete_asks_at_a_terminal() {
    let folder = folder_with(&[("example.org_alice.json", ALICE)]);
    let run = |args: &[&str], answer| {
        Program::httpie(&folder)
            .args(["sessions", "delete", "alice", "example.org"])
            .args(args)
            .run_in_terminal_typing(&[("[y/N]", answer)])
    };
    for no in ["n\n", "\n", "yesterday\n"] {
        let outcome = run(&[], no);
        assert_eq!(outcome.status, 1);
        assert!(
            outcome.text().contains("Nothing was deleted."),
            "{}",
            outcome.text()
        );
        assert_eq!(run(&["--auth"], no).status, 1);
        assert_eq!(folder.read("config/sessions/example.org_alice.json"), ALICE);
    }
    assert_eq!(run(&["--auth"], "y\n").status, 0);
    assert!(
        !folder
            .read("config/sessions/example.org_alice.json")
            .contains("s3cret-auth")
    );
    assert_eq!(run(&[], "YES\n").status, 0);
    assert!(folder.files().is_empty());
}

#[test]
fn parts_are_removed_and_the_rest_stays() {
    for (args, gone, said) in [
        (
            &["--cookies"][..],
            &["s3cret-sid", "s3cret-old", "s3cret-app"][..],
            "3 cookies",
        ),
        (
            &["--cookie", "sid"],
            &["s3cret-sid", "s3cret-app", "s3cret-old"],
            "2 cookies",
        ),
        (
            &["--header=x-api-key"],
            &["s3cret-key", "s3cret-old"],
            "1 header",
        ),
        (
            &["--auth"],
            &["s3cret-auth", "s3cret-old"],
            "the credentials",
        ),
        (&["--expired"], &["s3cret-old"], "1 cookie"),
        (
            &["--cookie=sid", "--header", "Accept", "--auth"],
            &[
                "s3cret-sid",
                "s3cret-app",
                "text/html",
                "s3cret-auth",
                "s3cret-old",
            ],
            "2 cookies, 1 header, the credentials",
        ),
    ] {
        let folder = folder_with(&[("example.org_alice.json", ALICE)]);
        if args != ["--expired"] {
            sessions(
                &folder,
                &[&["delete", "alice", "example.org"], args].concat(),
            )
            .assert_error(&["--yes"]);
            assert_eq!(folder.read("config/sessions/example.org_alice.json"), ALICE);
        }
        let yes: &[&str] = if args == ["--expired"] {
            &[]
        } else {
            &["--yes"]
        };
        let text = sessions_well(
            &folder,
            &[&["delete", "alice", "example.org"], args, yes].concat(),
        );
        assert_eq!(
            text,
            format!("Removed {said} from 'alice' @ 'example.org'\n")
        );
        let left = folder.read("config/sessions/example.org_alice.json");
        for secret in [
            "s3cret-sid",
            "s3cret-old",
            "s3cret-app",
            "s3cret-key",
            "s3cret-auth",
            "text/html",
        ] {
            assert_eq!(
                !left.contains(secret),
                gone.contains(&secret),
                "{args:?}: {secret}"
            );
        }
        assert!(left.contains("\"kept\": 1"));
        assert_eq!(folder.files(), ["config/sessions/example.org_alice.json"]);
    }
}

#[test]
fn a_header_that_is_a_reference_is_removed_by_its_name() {
    let file = r#"{"headers": [{"name": "X-C", "value": "c"}], "headers_from": [
        {"name": "X-A", "value_from": "env:A"}, {"name": "X-B", "value_from": "file:~/b"}]}"#;
    let folder = folder_with(&[("example.org_alice.json", file)]);
    let delete = |names: &[&str]| {
        let line = [&["delete", "alice", "example.org", "-y"], names].concat();
        sessions_well(&folder, &line)
    };
    let text = delete(&["--header=x-a"]);
    assert_eq!(text, "Removed 1 header from 'alice' @ 'example.org'\n");
    let left = sessions_well(&folder, &["show", "alice", "example.org"]);
    assert!(!left.contains("X-A") && left.contains("X-B"), "{left}");
    let text = delete(&["--header=X-B", "--header=X-C"]);
    assert_eq!(text, "Removed 2 headers from 'alice' @ 'example.org'\n");
    let left = folder.read("config/sessions/example.org_alice.json");
    assert!(!left.contains("env:") && !left.contains("file:"), "{left}");
}

#[test]
fn parts_that_are_not_there_change_nothing() {
    let folder = folder_with(&[
        ("example.org_alice.json", ALICE),
        ("example.org_empty.json", "{}"),
    ]);
    for args in [
        ["--cookie", "typo", "--cookie", "sid"],
        ["--header", "typo", "--cookie", "sid"],
    ] {
        let args = [&["delete", "alice", "example.org", "-y"], &args[..]].concat();
        sessions(&folder, &args).assert_error(&["'typo'"]);
    }
    assert_eq!(folder.read("config/sessions/example.org_alice.json"), ALICE);
    let text = sessions_well(
        &folder,
        &["delete", "empty", "example.org", "--auth", "--cookies"],
    );
    assert!(text.contains("nothing to remove"), "{text}");
    assert_eq!(folder.read("config/sessions/example.org_empty.json"), "{}");
}

#[test]
fn a_file_that_is_no_session_is_not_deleted_by_its_path() {
    let folder = TempFolder::new();
    folder.write("work/package.json", r#"{"name": "precious"}"#);
    folder.write("work/notes.txt", "precious");
    folder.write("work/s.json", ALICE);
    fs::create_dir(folder.join("work/folder")).unwrap();
    for path in ["./package.json", "./notes.txt", "./folder"] {
        let outcome = sessions(&folder, &["delete", "--yes", path]);
        outcome.assert_error(&[]);
    }
    assert_eq!(folder.read("work/package.json"), r#"{"name": "precious"}"#);
    assert_eq!(folder.read("work/notes.txt"), "precious");
    sessions_well(&folder, &["delete", "--yes", "./s.json"]);
    assert!(!folder.join("work/s.json").exists());
}

#[test]
fn removing_parts_loses_nothing_that_other_jobs_add() {
    let folder = folder_with(&[("example.org_alice.json", ALICE)]);
    let http = |number: usize| {
        Program::http(&folder)
            .args(["--offline", "--session=alice", "https://example.org/"])
            .arg(format!("Cookie:c{number}={number}"))
            .spawn()
    };
    let delete =
        || sessions_program(&folder, &["delete", "alice", "example.org", "--auth", "-y"]).spawn();
    let running: Vec<_> = (0..20)
        .flat_map(|number| [http(number), delete()])
        .collect();
    for job in running {
        let outcome = job.finish();
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    }
    let left = json(&folder.read("config/sessions/example.org_alice.json"));
    let added = left["cookies"].as_array().into_iter().flatten();
    let added = added.filter(|cookie| {
        cookie["name"]
            .as_str()
            .is_some_and(|name| name.starts_with('c'))
    });
    assert_eq!(added.count(), 20);
    assert_eq!(left["auth"]["type"], Value::Null);
    assert_eq!(folder.files(), ["config/sessions/example.org_alice.json"]);
}

#[test]
fn a_path_is_printed_also_where_a_session_would_be() {
    let folder = folder_with(&[("localhost_8080/a.json", "{}")]);
    let path = folder.join("config/sessions/localhost_8080/a.json");
    let text = sessions_well(&folder, &["path", "a", "http://localhost:8080/x"]);
    assert_eq!(text, format!("{}\n", path.display()));
    let outcome = sessions(&folder, &["path", "b", ":8080"]);
    assert_eq!(outcome.status, 1);
    assert!(
        outcome
            .stdout_text()
            .ends_with("config/sessions/localhost%3A8080_b.json\n")
    );
    for (name, host) in [
        ("..", "x"),
        ("a", "../../etc"),
        ("a:b", "x"),
        ("a\u{7}", "x"),
    ] {
        let outcome = sessions(&folder, &["path", name, host]);
        assert_eq!(outcome.status, 1);
        let text = outcome.stdout_text();
        assert!(
            text.is_empty() || text.starts_with(folder.join("config/sessions").to_str().unwrap()),
            "{text}"
        );
        assert!(!text.contains("/../"), "{text}");
    }
}

#[test]
fn help_is_there_for_every_command_and_usage_errors_show_the_usage() {
    let folder = TempFolder::new();
    let help = |args: &[&str]| {
        let outcome = Program::httpie(&folder).args(args).arg("--help").run_well();
        assert_eq!(outcome.stderr_text(), "");
        outcome.stdout_text()
    };
    assert!(help(&[]).contains("  httpie sessions list\n"));
    assert!(help(&["sessions"]).contains("  httpie sessions export\n"));
    assert!(help(&["cli", "sessions"]).contains("  httpie cli sessions upgrade-all\n"));
    for command in [
        "list",
        "show",
        "delete",
        "export",
        "import",
        "path",
        "edit",
        "upgrade",
        "upgrade-all",
    ] {
        let text = help(&["sessions", command]);
        assert!(
            text.starts_with(&format!("usage:\n    httpie sessions {command}")),
            "{text}"
        );
        for line in text
            .lines()
            .skip(3)
            .filter(|line| !line.starts_with("    httpie"))
        {
            assert!(
                line.chars().count() <= 80 || line.trim_start().starts_with('$'),
                "{line}"
            );
        }
    }
    for args in [
        &["sessions"][..],
        &["sessions", "frob"],
        &["sessions", "list", "--frob"],
        &["frob"],
    ] {
        let outcome = Program::httpie(&folder).args(args).run();
        outcome.assert_error(&["usage: httpie ", ": error: ", "for more information."]);
    }
}

#[test]
fn an_empty_host_is_no_host() {
    let folder = TempFolder::new();
    folder.write("config/sessions/localhost_e.json", "{}");
    for line in [
        &["sessions", "delete", "--yes", "e", ""][..],
        &["sessions", "show", "e", ""],
        &["sessions", "path", "e", " "],
        &["sessions", "list", ""],
        &["cli", "sessions", "upgrade", "", "e"],
    ] {
        let outcome = Program::httpie(&folder).args(line).run();
        assert_eq!(outcome.status, 1, "{line:?}: {}", outcome.stderr_text());
        assert_eq!(outcome.stdout_text(), "", "{line:?}");
    }
    assert_eq!(folder.read("config/sessions/localhost_e.json"), "{}");
}
