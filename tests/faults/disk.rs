//! Disks that are full, homes that cannot be written.

use std::path::PathBuf;

use super::support::{Program, TempFolder};
use super::{SESSION, assert_sentence, in_shell, json, server};

#[test]
fn a_full_disk_is_told_and_is_no_success() {
    let server = server();
    let url = server.url("/x");
    for args in [
        &[url.as_str()][..],
        &["-h", &url],
        &["-v", &url],
        &["--pretty=all", &url],
        &["--stream", &url],
        &["-d", &url],
        &["--offline", &url, "a=b"],
        &["--curl", &url],
        &["--help"],
        &["--version"],
    ] {
        let folder = TempFolder::new();
        let outcome = in_shell(&folder, "", args, ">/dev/full").run();
        let said = outcome.stderr_text();
        assert_eq!(outcome.status, 1, "{args:?}: {said}");
        assert!(said.contains("No space left"), "{args:?}: {said}");
        assert_sentence(&outcome, "full");
    }
    for args in [
        &["-o", "/dev/full", &url][..],
        &["--meta-file=/dev/full", &url],
    ] {
        let outcome = in_shell(&TempFolder::new(), "", args, "").run();
        assert_eq!(outcome.status, 1, "{args:?}: {}", outcome.stderr_text());
        assert!(outcome.stderr_text().contains("No space left"), "{args:?}");
    }
}

/// `ulimit -f` counts blocks of 512 bytes; a longer write fails as it does on a full disk, whatever its signal would do.
#[test]
fn a_session_that_does_not_fit_on_the_disk_leaves_the_old_one() {
    let server = server();
    let large = format!("X-Large:{}", "v".repeat(5000));
    for before in ["trap '' XFSZ; ulimit -f 1;", "ulimit -f 1;"] {
        let folder = TempFolder::new();
        let path = folder.write("work/s.json", SESSION);
        let args = ["--session=./s.json", &server.url("/x"), &large];
        let outcome = in_shell(&folder, before, &args, "").run();
        assert_eq!(outcome.status, 1, "{}", outcome.stderr_text());
        assert_eq!(folder.read("work/s.json"), SESSION);
        assert_eq!(outcome.stdout_text(), r#"{"an":"answer"}"#);
        outcome.assert_says("s.json");
        outcome.assert_says("too large");
        assert_eq!(folder.files(), ["work/s.json"]);
        Program::http(&folder).args(args).run_well();
        assert_eq!(json(&path)["cookies"][0]["name"], "new");
        assert_eq!(folder.files(), ["work/s.json"]);
    }
}

#[test]
fn an_output_that_may_not_grow_is_told() {
    let server = server();
    let folder = TempFolder::new();
    let outcome = in_shell(&folder, "ulimit -f 0;", &[&server.url("/x")], ">out").run();
    assert_eq!(outcome.status, 1, "{}", outcome.stderr_text());
    assert!(outcome.stderr_text().contains("File too large"));
    assert_sentence(&outcome, "too large");
}

/// A path below a file cannot be made or written, not even by root.
#[test]
fn a_home_that_cannot_be_written_stops_only_what_must_write_there() {
    let server = server();
    let url = server.url("/x");
    let folder = TempFolder::new();
    let file = folder.write("file", "");
    for place in [
        file.join("below"),
        PathBuf::from("/proc/nowhere"),
        PathBuf::from(""),
    ] {
        let run = |args: &[&str]| {
            let program = Program::http(&folder).args(args).env("HOME", &place);
            let program = program.env("HTTPIE_CONFIG_DIR", place.join("config"));
            let outcome = program.run();
            assert_sentence(&outcome, &format!("{}: {args:?}", place.display()));
            outcome
        };
        let plain = run(&[&url]);
        assert_eq!(
            (plain.status, plain.stdout_text().as_str()),
            (0, r#"{"an":"answer"}"#)
        );
        assert_eq!(run(&["-o", "answer", &url]).status, 0);
        assert_eq!(run(&["--session-read-only=./missing.json", &url]).status, 0);
        if place.as_os_str().is_empty() {
            continue;
        }
        let session = run(&["--session=s", &url]);
        let said = session.stderr_text();
        assert_eq!(session.status, 1, "{said}");
        assert!(said.contains(&place.display().to_string()), "{said}");
    }
}
