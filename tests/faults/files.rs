//! Session files under a clock that was wrong, and session files that change while a run is under way.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::support::{Answer, Program, Server, TempFolder};
use super::{SESSION, assert_sentence, json};

#[test]
fn a_clock_that_was_wrong_does_no_harm() {
    let server = Server::start(|_| Answer::ok("fine"));
    for (expires, is_sent) in [
        ("253402300799", true),
        ("9223372036854775807", true),
        ("1e300", true),
        ("4102444800.5", true),
        ("null", true),
        ("0", false),
        ("-1", false),
        ("-9223372036854775808", false),
        ("1", false),
    ] {
        let folder = TempFolder::new();
        let cookie = format!(
            r#"{{"name": "a", "value": "b", "domain": "127.0.0.1", "path": "/", "secure": false, "expires": {expires}}}"#
        );
        let path = folder.write(
            "work/s.json",
            SESSION.replace(r#""cookies": []"#, &format!(r#""cookies": [{cookie}]"#)),
        );
        let tomorrow = SystemTime::now() + Duration::from_secs(1 << 30);
        let file = fs::File::options()
            .write(true)
            .open(&path)
            .expect("our own file");
        file.set_modified(tomorrow).expect("our own file");
        let args = ["--session=./s.json", &server.url("/x"), "X-New:1"];
        Program::http(&folder).args(args).run_well();
        let sent = server.last_request().header("Cookie");
        assert_eq!(sent.as_deref(), is_sent.then_some("a=b"), "{expires}");
        assert_eq!(
            json(&path)["headers"].as_array().map(Vec::len),
            Some(2),
            "{expires}"
        );
    }
}

/// What another program makes of a session file while a slow answer is under way.
#[test]
fn a_session_file_that_was_replaced_meanwhile_is_merged_or_left_alone() {
    type Change = fn(&Path);
    let changes: &[(&str, Change, i32)] = &[
        ("removed", |path| fs::remove_file(path).expect("ours"), 0),
        (
            "another job",
            |path| {
                fs::write(path, SESSION.replace("X-Old", "X-Other")).expect("ours");
            },
            0,
        ),
        (
            "garbage",
            |path| fs::write(path, "{garbage").expect("ours"),
            1,
        ),
        ("empty", |path| fs::write(path, "").expect("ours"), 1),
        (
            "another shape",
            |path| fs::write(path, "[1, 2]").expect("ours"),
            1,
        ),
        (
            "a folder",
            |path| {
                fs::remove_file(path).expect("ours");
                fs::create_dir(path).expect("ours");
            },
            1,
        ),
        (
            "a pipe",
            |path| {
                fs::remove_file(path).expect("ours");
                rustix::fs::mknodat(
                    rustix::fs::CWD,
                    path,
                    rustix::fs::FileType::Fifo,
                    rustix::fs::Mode::RWXU,
                    0,
                )
                .expect("a pipe");
            },
            1,
        ),
        (
            "a link",
            |path| {
                let target = path.with_file_name("target.json");
                fs::rename(path, &target).expect("ours");
                symlink("target.json", path).expect("ours");
            },
            0,
        ),
        (
            "a link to nowhere",
            |path| {
                fs::remove_file(path).expect("ours");
                symlink("nowhere.json", path).expect("ours");
            },
            0,
        ),
        (
            "a link to itself",
            |path| {
                fs::remove_file(path).expect("ours");
                symlink(path, path).expect("ours");
            },
            1,
        ),
        (
            "a device",
            |path| {
                fs::remove_file(path).expect("ours");
                symlink("/dev/null", path).expect("ours");
            },
            1,
        ),
        (
            "its folder removed",
            |path| {
                fs::remove_dir_all(path.parent().expect("a folder")).expect("ours");
            },
            0,
        ),
        (
            "its folder a file",
            |path| {
                let parent = path.parent().expect("a folder");
                fs::remove_dir_all(parent).expect("ours");
                fs::write(parent, "a file").expect("ours");
            },
            1,
        ),
    ];
    for (name, change, want) in changes {
        let folder = TempFolder::new();
        let path = folder.write("work/sessions/s.json", SESSION);
        let (change, changed) = (*change, path.clone());
        let server = Server::start(move |_| {
            change(&changed);
            Answer::ok("an answer").header("Set-Cookie", "new=cookie")
        });
        let args = ["--session=./sessions/s.json", &server.url("/x")];
        let outcome = Program::http(&folder).args(args).run();
        let said = outcome.stderr_text();
        assert_eq!(outcome.status, *want, "{name}: {said}");
        assert_eq!(outcome.stdout_text(), "an answer", "{name}: {said}");
        assert_sentence(&outcome, name);
        if *want == 0 {
            assert_eq!(json(&path)["cookies"][0]["name"], "new", "{name}");
        } else {
            assert!(
                said.contains("s.json") || said.contains("/dev/null"),
                "{name}: {said}"
            );
            // A pipe is not to be read: nobody writes to it.
            let content = path.is_file().then(|| present_text(&path));
            assert!(
                matches!(content.as_deref(), None | Some("{garbage" | "" | "[1, 2]")),
                "{name}: {content:?}"
            );
        }
        if *name == "another job" {
            assert_eq!(json(&path)["headers"][0]["name"], "X-Other");
        }
        let litter: Vec<_> = folder
            .files()
            .into_iter()
            .filter(|file| file.contains("tmp") || file.contains("lock"))
            .collect();
        assert_eq!(litter, [""; 0], "{name}");
    }
}

fn present_text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
