//! Inputs and outputs that are missing, closed, full, or of another kind than one expects.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Stdio;

use super::support::{Answer, Program, Server, TempFolder};
use super::{SESSION, assert_sentence, in_shell, json, server};

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
fn an_input_that_is_no_input_is_told_and_nothing_is_sent() {
    let server = server();
    let url = server.url("/x");
    for (input, says) in [
        ("</", "Is a directory"),
        (">/dev/null <&1", "Bad file descriptor"),
    ] {
        let outcome = in_shell(&TempFolder::new(), "", &[&url], input).run();
        assert_eq!(outcome.status, 1, "{input}: {}", outcome.stderr_text());
        assert!(
            outcome.stderr_text().contains(says),
            "{input}: {}",
            outcome.stderr_text()
        );
        assert_sentence(&outcome, input);
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
fn a_folder_that_is_gone_stops_only_what_must_write_there() {
    let server = server();
    let url = server.url("/x");
    let gone = "mkdir gone; cd gone; rmdir ../gone;";
    for (args, status) in [
        (&[url.as_str()][..], 0),
        (&["--session=s", &url], 0),
        (&["--session=./s.json", &url], 1),
        (&["-o", "answer", &url], 1),
        (&["-d", "-o", "answer", &url], 1),
    ] {
        let outcome = in_shell(&TempFolder::new(), gone, args, "").run();
        assert_eq!(
            outcome.status,
            status,
            "{args:?}: {}",
            outcome.stderr_text()
        );
        assert_sentence(&outcome, "gone");
        assert_eq!(status == 0, outcome.stderr_text().is_empty(), "{args:?}");
    }
}

#[test]
fn a_run_needs_no_variables() {
    let url = server().url("/x");
    let folder = TempFolder::new();
    let outcome = in_shell(&folder, "", &["--offline", &url, "a=b"], "").run();
    let bare = Program::at("/usr/bin/env".as_ref(), &folder)
        .args(["-i", env!("CARGO_BIN_EXE_http"), "--offline", &url, "a=b"])
        .run();
    assert_eq!(bare.stdout_text(), outcome.stdout_text());
    assert_eq!((bare.status, bare.stderr_text().as_str()), (0, ""));
}

/// Who shares a pipe with us may have set it so: a CI runner in Node, for one.
#[test]
fn an_output_that_does_not_block_is_waited_for() {
    let body = "x".repeat(1 << 20);
    let expected = body.clone();
    let server = Server::start(move |_| Answer::ok(body.clone()));
    for args in [&["-b"][..], &["--pretty=all"], &["--stream"], &["-d"]] {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        rustix::io::ioctl_fionbio(&writer, true).expect("a pipe");
        let folder = TempFolder::new();
        let running = Program::http(&folder)
            .args(args)
            .arg(server.url("/x"))
            .spawn_into(Stdio::from(OwnedFd::from(writer)));
        let mut shown = String::new();
        reader
            .read_to_string(&mut shown)
            .expect("a pipe can be read");
        assert_eq!(running.finish().status, 0, "{args:?}");
        assert_eq!(shown.trim_end(), expected, "{args:?}");
    }
}
