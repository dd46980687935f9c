//! Signals at any moment.

use std::fs;
use std::time::{Duration, Instant};
#[cfg(target_os = "linux")]
use std::{io::Read, process::Command};

use rustix::process::Signal;

use super::support::{Answer, Program, Server, TempFolder};
use super::{json, server};

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

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_the_command_that_is_asked_for_a_secret() {
    const PATIENCE: Duration = Duration::from_secs(15);
    for (signal, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = TempFolder::new();
        folder.write("work/beside", "");
        let fifo = folder.join("work/fifo");
        let made = Command::new("mkfifo").arg(&fifo).status();
        assert!(made.is_ok_and(|status| status.success()));
        let source = "--auth-from=cmd:exec 9>fifo; sleep 60";
        let running = Program::http(&folder)
            .without_terminal()
            .args(["-A", "bearer", source, "http://127.0.0.1:1/"])
            .spawn();
        // This waits until the command is there, and the read until nobody holds the other end any more.
        let mut held = fs::File::open(&fifo).expect("a pipe of the test's own");
        running.signal(signal);
        let outcome = running.finish();
        assert_eq!(
            (outcome.status, outcome.stderr_text().as_str()),
            (status, "")
        );
        let begun = Instant::now();
        held.read_to_end(&mut Vec::new())
            .expect("a pipe can be read");
        assert!(
            begun.elapsed() < PATIENCE,
            "{signal:?}: the command goes on"
        );
    }
}

#[test]
fn a_signal_at_a_password_prompt_gives_the_terminal_back() {
    let hung_up = -Signal::HUP.as_raw();
    for (signal, status) in [
        (Signal::INT, 130),
        (Signal::TERM, 143),
        (Signal::HUP, hung_up),
    ] {
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["-a", "user", "http://127.0.0.1:1/"]);
        let (ended, is_restored) = program.signalled_at_prompt("password for user", signal);
        assert!(is_restored, "{signal:?}: the terminal stays silent");
        assert_eq!(ended, status, "{signal:?}");
    }
}
