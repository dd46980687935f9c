//! `httpie sessions edit` and `upgrade`: what was typed is never lost, and old layouts become new ones.

use std::fs;

use crate::support::{self, Outcome, Program, Running, TempFolder};
use rustix::process::Signal;
use serde_json::Value;

const FILE: &str = "config/sessions/example.org_alice.json";

fn folder() -> TempFolder {
    let folder = TempFolder::new();
    folder.write(FILE, r#"{"headers": {"X": "1"}}"#);
    fs::create_dir(folder.join("tmp")).expect("a folder in the test's own folder");
    folder
}

/// Edits with a shell script as the editor, to which the copy is `$1`.
fn edit(folder: &TempFolder, variable: &str, script: &str) -> Outcome {
    let editor = folder.write("editor.sh", script);
    Program::httpie(folder)
        .args(["sessions", "edit", "alice", "example.org"])
        .env(variable, format!("sh {}", editor.display()))
        .env("TMPDIR", folder.join("tmp"))
        .run()
}

fn copies(folder: &TempFolder) -> Vec<String> {
    folder
        .files()
        .into_iter()
        .filter(|file| file.starts_with("tmp/"))
        .collect()
}

#[test]
fn an_edit_is_checked_and_takes_the_place_of_the_session() {
    let folder = folder();
    let script = "stat -c %a \"$1\" \"$(dirname \"$1\")\" > modes; echo '{\"headers\": {\"X\": \"2\"}}' > \"$1\"";
    let outcome = edit(&folder, "VISUAL", script);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "Saved 'alice' @ 'example.org'\n")
    );
    assert_eq!(folder.read(FILE), "{\"headers\": {\"X\": \"2\"}}\n");
    assert_eq!(folder.read("work/modes"), "600\n700\n");
    assert_eq!(copies(&folder), [""; 0]);
    assert_eq!(fs::read_dir(folder.join("tmp")).unwrap().count(), 0);
    let outcome = edit(&folder, "EDITOR", "true");
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "'alice' @ 'example.org' was not changed.\n")
    );
}

#[test]
fn an_edit_that_cannot_be_used_is_kept() {
    for (script, part) in [
        ("echo '{\"headers\":\n [}' > \"$1\"", "line 2, column 3"),
        ("echo '{\"cookies\": 5}' > \"$1\"", "line 1, column 13"),
        ("echo '{\"other\": 5}' > \"$1\"", "nothing of a session"),
        (
            "echo '{\"headers\": {\"X\": \"3\"}}' > \"$1\"; exit 3",
            "failed",
        ),
    ] {
        let folder = folder();
        let outcome = edit(&folder, "EDITOR", script);
        let kept = copies(&folder);
        assert_eq!(kept.len(), 1, "{script}");
        let said = outcome.stderr_text();
        outcome.assert_error(&[part, folder.join(&kept[0]).to_str().unwrap()]);
        assert!(said.contains("Your edit is kept in"), "{said}");
        assert_eq!(folder.read(FILE), r#"{"headers": {"X": "1"}}"#);
    }
}

#[test]
fn an_editor_that_fails_leaves_nothing() {
    let folder = folder();
    edit(&folder, "EDITOR", "exit 1").assert_error(&["failed"]);
    assert_eq!(copies(&folder), [""; 0]);
    edit(&folder, "EDITOR", "rm \"$1\"").assert_error(&["gone"]);
    assert_eq!(folder.read(FILE), r#"{"headers": {"X": "1"}}"#);
}

#[test]
fn an_edit_that_comes_too_late_is_kept_and_loses_nothing() {
    let folder = folder();
    let script = format!(
        "echo '{{\"headers\": {{\"X\": \"2\"}}}}' > \"$1\"; echo '{{\"headers\": {{\"Y\": \"1\"}}}}' > {}",
        folder.join(FILE).display()
    );
    edit(&folder, "EDITOR", &script)
        .assert_error(&["changed by another process", "Your edit is kept in"]);
    assert_eq!(folder.read(FILE), "{\"headers\": {\"Y\": \"1\"}}\n");
    assert!(folder.read(&copies(&folder)[0]).contains("\"2\""));
}

/// Starts to edit with this script, and waits until the editor is at work. It goes on when there is `work/go`.
fn start_editing(folder: &TempFolder, script: &str) -> Running {
    let script = format!("{script}; touch started; while ! test -e go; do sleep 0.05; done");
    let editor = folder.write("editor.sh", script);
    let running = Program::httpie(folder)
        .args(["sessions", "edit", "alice", "example.org"])
        .env("EDITOR", format!("sh {}", editor.display()))
        .env("TMPDIR", folder.join("tmp"))
        .spawn();
    let start = std::time::Instant::now();
    while !folder.join("work/started").exists() && start.elapsed() < support::PATIENCE {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    running
}

#[test]
fn an_interrupt_is_for_the_editor() {
    for signal in [Signal::INT, Signal::QUIT] {
        let folder = folder();
        let running = start_editing(&folder, "echo '{}' > \"$1\"");
        running.signal(signal);
        folder.write("work/go", "");
        let outcome = running.finish();
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(folder.read(FILE), "{}\n");
    }
}

#[test]
fn a_signal_that_ends_the_run_and_the_editor_takes_the_copy_with_it() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, -1)] {
        let folder = folder();
        let mut running = start_editing(&folder, ":");
        running.signal(signal);
        folder.write("work/go", "");
        wait_for_end(&mut running);
        assert_eq!(fs::read_dir(folder.join("tmp")).unwrap().count(), 0);
        assert_eq!(running.finish().status, status);
        assert_eq!(folder.read(FILE), r#"{"headers": {"X": "1"}}"#);
    }
}

#[test]
fn what_an_editor_saves_at_a_signal_stays() {
    // One that ends with what was typed beside the copy, and one that goes on.
    for (saves, ends) in [(true, true), (false, false)] {
        let folder = folder();
        let script = if saves { "cp \"$1\" \"$1.swp\"" } else { ":" };
        let mut running = start_editing(&folder, script);
        running.signal(Signal::HUP);
        if ends {
            folder.write("work/go", "");
        }
        wait_for_end(&mut running);
        let kept = copies(&folder);
        folder.write("work/go", "");
        assert_eq!(kept.len(), 1 + usize::from(saves));
        let outcome = running.finish();
        assert_eq!(outcome.status, -1);
        outcome.assert_says("A signal came before the editor was done");
    }
}

#[test]
fn what_was_typed_before_a_signal_is_kept_and_told() {
    let folder = folder();
    let mut running = start_editing(&folder, "echo '{}' > \"$1\"");
    running.terminate();
    wait_for_end(&mut running);
    folder.write("work/go", "");
    let outcome = running.finish();
    assert_eq!(outcome.status, 143);
    let kept = copies(&folder);
    assert_eq!(kept.len(), 1);
    outcome.assert_says("A signal came before the editor was done");
    outcome.assert_says(folder.join(&kept[0]).to_str().unwrap());
    assert_eq!(folder.read(FILE), r#"{"headers": {"X": "1"}}"#);
}

/// The editor may outlive the program, and hold its outputs open.
fn wait_for_end(running: &mut Running) {
    let start = std::time::Instant::now();
    while !running.has_ended() && start.elapsed() < support::PATIENCE {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(running.has_ended());
}

#[test]
fn a_broken_session_can_be_mended() {
    let folder = folder();
    folder.write(FILE, "{broken");
    let outcome = edit(&folder, "EDITOR", "echo '{}' > \"$1\"");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(folder.read(FILE), "{}\n");
    folder.write("work/notes.json", "{broken");
    Program::httpie(&folder)
        .args(["sessions", "edit", "./notes.json"])
        .env("EDITOR", "touch opened")
        .run()
        .assert_error(&["line 1, column 2"]);
    assert!(!folder.join("work/opened").exists());
}

const OLD: &str = r#"{
    "__meta__": {"about": "HTTPie session file", "help": "x", "httpie": "2.7.0"},
    "auth": {"password": null, "type": null, "username": null},
    "cookies": {"a": {"expires": null, "path": "/", "secure": false, "value": "1"}},
    "headers": {"X": "y"}
}"#;

fn upgrade(folder: &TempFolder, args: &[&str]) -> Outcome {
    Program::httpie(folder).args(args).run()
}

fn first_cookie(folder: &TempFolder, path: &str) -> Value {
    let file: Value = serde_json::from_str(&folder.read(path)).expect("a session file is JSON");
    file["cookies"][0].clone()
}

#[test]
fn an_upgrade_says_and_does_what_httpies_does() {
    let folder = TempFolder::new();
    let path = "config/sessions/localhost_8080/old.json";
    for (args, domain) in [
        (
            &["cli", "sessions", "upgrade", "localhost:8080", "old"][..],
            Value::Null,
        ),
        (
            &[
                "cli",
                "sessions",
                "upgrade",
                "localhost:8080",
                "old",
                "--bind-cookies",
            ],
            "localhost".into(),
        ),
        (
            &[
                "cli",
                "sessions",
                "upgrade",
                "--bind-cookies",
                "old",
                "localhost:8080",
            ],
            "localhost".into(),
        ),
        (
            &["sessions", "upgrade", "old", "http://localhost:8080/"],
            Value::Null,
        ),
        (
            &["sessions", "upgrade", "localhost:8080", "old"],
            Value::Null,
        ),
    ] {
        folder.write(path, OLD);
        let outcome = upgrade(&folder, args);
        assert_eq!(
            outcome.stdout_text(),
            "Upgraded 'old' @ 'localhost:8080' to v3.2.4\n",
            "{args:?}: {}",
            outcome.stderr_text()
        );
        assert_eq!(outcome.status, 0);
        assert_eq!(first_cookie(&folder, path)["domain"], domain, "{args:?}");
        let before = folder.read(path);
        let outcome = upgrade(&folder, args);
        assert_eq!(
            outcome.stdout_text(),
            "'old' @ 'localhost:8080' is already up to date.\n"
        );
        assert_eq!((outcome.status, folder.read(path)), (0, before));
    }
    for args in [
        ["cli", "sessions", "upgrade", "x.org", "nosuch"],
        ["cli", "sessions", "upgrade", "x.org", "a b"],
    ] {
        let outcome = upgrade(&folder, &args);
        assert_eq!((outcome.status, outcome.stdout_text()), (1, String::new()));
    }
    let outcome = upgrade(&folder, &["cli", "sessions", "upgrade", "x.org", "nosuch"]);
    assert_eq!(
        outcome.stderr_text(),
        "\nhttpie: error: 'nosuch' @ 'x.org' does not exist.\n\n\n"
    );
}

#[test]
fn a_path_is_upgraded_too() {
    let folder = TempFolder::new();
    for (args, domain) in [
        (
            &[
                "cli",
                "sessions",
                "upgrade",
                "x.org",
                "./s.json",
                "--bind-cookies",
            ][..],
            Value::from("x.org"),
        ),
        (
            &["sessions", "upgrade", "./s.json", "x.org", "--bind-cookies"],
            "x.org".into(),
        ),
        (&["sessions", "upgrade", "./s.json"], Value::Null),
    ] {
        folder.write("work/s.json", OLD);
        let outcome = upgrade(&folder, args);
        assert_eq!(outcome.status, 0, "{args:?}: {}", outcome.stderr_text());
        assert_eq!(first_cookie(&folder, "work/s.json")["domain"], domain);
    }
    folder.write("work/s.json", OLD);
    upgrade(
        &folder,
        &["sessions", "upgrade", "./s.json", "--bind-cookies"],
    )
    .assert_error(&["host"]);
    assert_eq!(folder.read("work/s.json"), OLD);
}

#[test]
fn all_are_upgraded_whatever_one_of_them_is_like() {
    let folder = TempFolder::new();
    folder.write("config/sessions/a.org/bad.json", "{bad");
    folder.write("config/sessions/b.org_new.json", "{}");
    folder.write("config/sessions/c.org_8080/old.json", OLD);
    folder.write("config/sessions/d.org_old.json", OLD);
    for command in [
        &["cli", "sessions", "upgrade-all", "--bind-cookies"][..],
        &["sessions", "upgrade-all"],
    ] {
        let outcome = upgrade(&folder, command);
        assert_eq!(outcome.status, 1);
        outcome.assert_says("bad.json is not valid JSON");
        let text = outcome.stdout_text();
        assert!(
            text.starts_with("'new' @ 'b.org' is already up to date.\n"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 3);
        assert_eq!(
            text.contains("Upgraded 'old' @ 'c.org:8080' to v3.2.4"),
            command.len() == 4,
            "{text}"
        );
    }
    assert_eq!(
        first_cookie(&folder, "config/sessions/c.org_8080/old.json")["domain"],
        "c.org"
    );
    assert_eq!(
        first_cookie(&folder, "config/sessions/d.org_old.json")["domain"],
        "d.org"
    );
    assert_eq!(folder.read("config/sessions/a.org/bad.json"), "{bad");
}
