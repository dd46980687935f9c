//! The machine at its worst: full disks, missing descriptors, readers that go away, too little of everything, a clock that
//! was wrong, files that change under a run, signals at any moment.
//!
//! Whatever happens, a run ends by itself with a status and a sentence, a session file is whole, and what the server
//! answered is not lost without a word. Limits come from the shell that starts the program, so no test needs rights.

#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rustix::process::Signal;
use support::{Answer, Outcome, Program, Server, TempFolder, text};

const SESSION: &str = r#"{"__meta__": {"httpie": "3.2.4"}, "auth": {"type": null, "raw_auth": null},
    "cookies": [], "headers": [{"name": "X-Old", "value": "1"}]}"#;

fn server() -> Server {
    Server::start(|_| Answer::json(r#"{"an":"answer"}"#).header("Set-Cookie", "new=cookie"))
}

/// `http` with these arguments, started by a shell that has done this before, with this behind the command.
fn in_shell(folder: &TempFolder, before: &str, args: &[&str], behind: &str) -> Program {
    let line = format!("{before} exec \"$0\" \"$@\" {behind}");
    Program::at(Path::new("/bin/sh"), folder)
        .args(["-c", &line, env!("CARGO_BIN_EXE_http")])
        .args(args)
}

/// Neither a fault of ours nor the words of a library.
#[track_caller]
fn assert_sentence(outcome: &Outcome, what: &str) {
    let said = outcome.stderr_text();
    for leak in [
        "panicked",
        "a fault in this program",
        "os error",
        "Error {",
        "RUST_",
    ] {
        assert!(!said.contains(leak), "{what}: {said}");
    }
}

#[track_caller]
fn json(path: &Path) -> serde_json::Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes)
        .unwrap_or_else(|error| panic!("half a file: {error}: {}", text(&bytes)))
}

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

#[test]
fn nobody_can_be_told_on_a_full_stderr_and_the_run_goes_on() {
    let server = server();
    for args in [
        &["--session=s", &server.url("/x")][..],
        &["--debug", &server.url("/x")],
    ] {
        let outcome = in_shell(&TempFolder::new(), "", args, "2>/dev/full").run();
        assert_eq!(
            (outcome.status, outcome.stdout_text().as_str()),
            (0, r#"{"an":"answer"}"#)
        );
    }
    let outcome = in_shell(&TempFolder::new(), "", &["--nonsense"], "2>/dev/full").run();
    assert_eq!(outcome.status, 1);
}

/// `ulimit -f` counts blocks of 512 bytes; with the signal ignored, a longer write fails as it does on a full disk.
#[test]
fn a_session_that_does_not_fit_on_the_disk_leaves_the_old_one() {
    let server = server();
    let large = format!("X-Large:{}", "v".repeat(5000));
    for (before, want) in [("trap '' XFSZ; ulimit -f 1;", 1), ("ulimit -f 1;", -25)] {
        let folder = TempFolder::new();
        let path = folder.write("work/s.json", SESSION);
        let args = ["--session=./s.json", &server.url("/x"), &large];
        let outcome = in_shell(&folder, before, &args, "").run();
        assert_eq!(outcome.status, want, "{}", outcome.stderr_text());
        assert_eq!(folder.read("work/s.json"), SESSION);
        if want == 1 {
            assert_eq!(outcome.stdout_text(), r#"{"an":"answer"}"#);
            assert!(
                outcome.stderr_text().contains("s.json"),
                "{}",
                outcome.stderr_text()
            );
            assert_eq!(folder.files(), ["work/s.json"]);
        }
        Program::http(&folder).args(args).run_well();
        assert_eq!(json(&path)["cookies"][0]["name"], "new");
        assert_eq!(folder.files(), ["work/s.json"], "what the first run left");
    }
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

#[test]
fn missing_descriptors_are_nobody_at_the_other_end() {
    let server = server();
    let url = server.url("/x");
    for closed in ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"] {
        for args in [
            &["--session=./s.json", &url, "a=b"][..],
            &["--session=./s.json", "-v", "--check-status", &url],
            &["--session=./s.json", "-o", "answer", &url],
            &["--session=./s.json", "-d", "-o", "answer", &url],
        ] {
            let folder = TempFolder::new();
            let path = folder.write("work/s.json", SESSION);
            let outcome = in_shell(&folder, "", args, closed).run();
            assert_eq!(
                outcome.status,
                0,
                "{closed} {args:?}: {}",
                outcome.stderr_text()
            );
            // A socket or a file that took the place of a descriptor would have got what was meant for that.
            let session = json(&path);
            assert_eq!(session["cookies"][0]["name"], "new", "{closed} {args:?}");
            if args.contains(&"-o") {
                assert_eq!(
                    folder.read("work/answer"),
                    r#"{"an":"answer"}"#,
                    "{closed} {args:?}"
                );
            }
        }
    }
    for request in server.requests() {
        assert!(
            matches!(request.body_text().as_str(), "" | r#"{"a": "b"}"#),
            "{}",
            request.body_text()
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_news_and_the_session_is_kept() {
    let server = server();
    let url = server.url("/x");
    for args in [
        &["-b"][..],
        &["-h"],
        &["--pretty=all"],
        &["--stream"],
        &["-d"],
        &["--all", "--follow"],
    ] {
        let folder = TempFolder::new();
        let program = Program::http(&folder)
            .args(["--session=./s.json", &url])
            .args(args);
        let outcome = program.run_without_reader();
        let said = outcome
            .stderr_text()
            .replace("Downloading to <stdout>\n", "");
        assert_eq!(said, "", "{args:?}");
        assert_eq!(outcome.status, 1, "{args:?}");
        assert_eq!(
            json(&folder.join("work/s.json"))["cookies"][0]["name"],
            "new",
            "{args:?}"
        );
    }
    // What is shown before anything is sent ends the run before anything is sent.
    let before = server.request_count();
    let folder = TempFolder::new();
    let program = Program::http(&folder).args(["--session=./s.json", "-v", &url]);
    assert_eq!(program.run_without_reader().stderr_text(), "");
    assert_eq!(
        (server.request_count(), folder.files()),
        (before, Vec::new())
    );
    for args in [["--help"], ["--version"], ["--manual"]] {
        let outcome = Program::http(&TempFolder::new())
            .args(args)
            .run_without_reader();
        assert_eq!(outcome.stderr_text(), "", "{args:?}");
    }
}

#[test]
fn an_error_reader_that_goes_away_changes_nothing() {
    let server = server();
    let folder = TempFolder::new();
    let mut running = Program::http(&folder)
        .args(["--debug", &server.url("/x")])
        .spawn();
    drop(running.take_stderr());
    let outcome = running.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, r#"{"an":"answer"}"#)
    );
}

#[test]
fn too_few_descriptors_are_told() {
    let server = server();
    let url = server.url("/x");
    let mut successes = 0;
    for count in 3..12 {
        for args in [
            &["--session=./s.json", &url, "X:1"][..],
            &["-d", "-o", "answer", &url],
            &["--json-meta", &url],
        ] {
            let folder = TempFolder::new();
            folder.write("work/s.json", SESSION);
            let outcome = in_shell(&folder, &format!("ulimit -n {count};"), args, "").run();
            let what = format!("{count} {args:?}: {}", outcome.stderr_text());
            assert_sentence(&outcome, &what);
            match outcome.status {
                0 => successes += 1,
                1 => assert!(
                    what.to_lowercase().contains("too many open files"),
                    "{what}"
                ),
                // The loader of the program itself needs a descriptor.
                127 => assert_eq!(count, 3, "{what}"),
                _ => panic!("{what}"),
            }
            json(&folder.join("work/s.json"));
        }
    }
    assert!(successes > 10, "a run needs more than a dozen descriptors");
}

/// Formatting needs the whole body; where there is no memory for it the run ends, not in success and with a whole session.
#[test]
fn too_little_memory_is_no_success() {
    let body = format!("[{}1]", "123456789, ".repeat(2 << 20));
    let server = Server::start(move |_| Answer::json(&body).header("Set-Cookie", "new=cookie"));
    let folder = TempFolder::new();
    let path = folder.write("work/s.json", SESSION);
    let args = ["--session=./s.json", "--pretty=format", &server.url("/x")];
    let outcome = in_shell(&folder, "ulimit -v 40000;", &args, "").run();
    assert_ne!(outcome.status, 0);
    assert_ne!(outcome.stderr_text(), "");
    json(&path);
    let args = ["--session=./s.json", "-o", "answer", &server.url("/x")];
    let outcome = in_shell(&folder, "ulimit -v 40000;", &args, "").run();
    assert_eq!(
        outcome.status,
        0,
        "a body that is not formatted: {}",
        outcome.stderr_text()
    );
}

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

const SIGNALS: [(Signal, i32); 3] = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, -1)];

/// Waits for an instant, as the scheduler would not.
fn spin_until(instant: Instant) {
    while Instant::now() < instant {
        std::hint::spin_loop();
    }
}

#[test]
fn a_signal_at_any_moment_leaves_a_whole_session() {
    let server = server();
    for (signal, status) in SIGNALS {
        let folder = TempFolder::new();
        let path = folder.join("work/s.json");
        let line = |n: u32| {
            let header = format!("X-Header-{}:{n}{}", n % 20, "v".repeat(2000));
            Program::http(&folder).args(["--session=./s.json", &server.url("/x"), &header])
        };
        let started = Instant::now();
        line(0).run_well();
        let whole_run = started.elapsed();
        for n in 1..=40 {
            let running = line(n).spawn();
            spin_until(Instant::now() + whole_run * (n % 20) / 16);
            running.signal(signal);
            let outcome = running.finish();
            // Before the handler stands, the kernel's own way of ending is the one.
            let number = signal.as_raw();
            let fine = [0, status, -number].contains(&outcome.status);
            assert!(
                fine,
                "{signal:?}: {} {}",
                outcome.status,
                outcome.stderr_text()
            );
            assert_eq!(outcome.stderr_text(), "", "{signal:?}");
            json(&path);
        }
        line(1000).run_well();
        assert_eq!(folder.files(), ["work/s.json"], "{signal:?}");
    }
}

#[test]
fn a_signal_at_any_moment_leaves_the_beginning_of_a_download() {
    const PIECES: usize = 64;
    let body: Vec<u8> = (0..PIECES * 4096).map(|at| (at / 7) as u8).collect();
    let sent = body.clone();
    let server = Server::start(move |_| {
        let sent = sent.clone();
        Answer::drive(move |socket| {
            write!(
                socket,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                sent.len()
            )?;
            for piece in sent.chunks(4096) {
                socket.write_all(piece)?;
                std::thread::yield_now();
            }
            Ok(())
        })
    });
    for (signal, status) in SIGNALS {
        for n in 0..15 {
            let folder = TempFolder::new();
            let running = Program::http(&folder)
                .args(["-d", "-o", "file", &server.url("/x")])
                .spawn();
            spin_until(Instant::now() + Duration::from_micros(700 * n));
            running.signal(signal);
            let outcome = running.finish();
            let fine = [0, status, -signal.as_raw()].contains(&outcome.status);
            assert!(
                fine,
                "{signal:?}: {} {}",
                outcome.status,
                outcome.stderr_text()
            );
            let saved = fs::read(folder.join("work/file")).unwrap_or_default();
            assert!(
                body.starts_with(&saved),
                "{signal:?}: other bytes than were sent"
            );
            assert!(
                outcome.status != 0 || saved == body,
                "{signal:?}: half of it is no success"
            );
        }
    }
}

#[test]
fn a_signal_at_a_password_prompt_gives_the_terminal_back() {
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["-a", "user", "http://127.0.0.1:1/"]);
        let (ended, is_restored) = program.signalled_at_prompt("password for user", signal);
        assert!(is_restored, "{signal:?}: the terminal stays silent");
        assert_eq!(ended, status, "{signal:?}");
    }
}
