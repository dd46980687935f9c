//! Sessions when things go wrong: killed jobs, readers in between, files that are none, folders that cannot be written.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::server;
use crate::support::{Program, TempFolder};

/// A session file is absent or whole.
#[track_caller]
fn assert_whole(path: &Path) {
    match fs::read(path) {
        Ok(bytes) => {
            let parsed = serde_json::from_slice::<serde_json::Value>(&bytes);
            assert!(
                parsed.is_ok(),
                "half a file: {:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
    }
}

#[test]
fn a_job_that_is_killed_leaves_the_old_file_or_the_new_one() {
    let folder = TempFolder::new();
    let path = folder.join("work/s.json");
    let line = |n: u32| {
        // Another value each time: a run that changes nothing writes nothing, and takes up nothing.
        let header = format!("X-Header-{}:{n}{}", n % 50, "v".repeat(2000));
        let args = ["--offline", "--quiet", "--session=./s.json", "example.org"];
        Program::http(&folder).args(args).arg(&header)
    };
    let started = Instant::now();
    line(0).run_well();
    let whole_run = started.elapsed();
    for n in 1..=150 {
        let running = line(n).spawn();
        // The instants are spread over the time that a run takes; nothing depends on where one falls.
        let instant = Instant::now() + whole_run * (n % 30) / 30;
        while Instant::now() < instant {
            std::hint::spin_loop();
        }
        // SIGKILL, which nothing can handle.
        drop(running);
        assert_whole(&path);
    }
    line(1000).run_well();
    let files = folder.files();
    let left: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("work/"))
        .collect();
    assert_eq!(
        left,
        ["work/s.json"],
        "a killed job left litter that stayed"
    );
}

#[test]
fn a_reader_never_meets_half_a_file() {
    let folder = TempFolder::new();
    let path = folder.join("work/s.json");
    let jobs: Vec<_> = (0..40)
        .map(|n| {
            let header = format!("X-Header-{n}:{}", "v".repeat(4000));
            // Quiet: nobody reads what it shows before it ends, and that may be more than a pipe holds.
            Program::http(&folder)
                .args(["--offline", "--quiet", "--session=./s.json", "example.org"])
                .arg(&header)
                .spawn()
        })
        .collect();
    let end = Instant::now() + Duration::from_secs(60);
    let mut jobs = jobs.into_iter();
    let mut present = jobs.next();
    while let Some(mut job) = present.take() {
        assert_whole(&path);
        assert!(Instant::now() < end, "the jobs take too long");
        if job.has_ended() {
            assert_eq!(job.finish().status, 0);
            present = jobs.next();
        } else {
            present = Some(job);
        }
    }
    let saved: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
    assert_eq!(
        saved["headers"].as_array().map(Vec::len),
        Some(40),
        "a job's header was lost"
    );
}

#[test]
fn bad_files_are_named_and_neither_sent_nor_overwritten() {
    let (server, folder) = (server(), TempFolder::new());
    for (content, naming) in [
        ("{\"headers\": [],\n  oops}", &["s.json", "line 2"][..]),
        ("", &["s.json"]),
        ("[1, 2]", &["s.json"]),
        ("{\"headers\": 7}", &["s.json", "headers"]),
        ("{\"cookies\": [7]}", &["s.json", "cookie"]),
        ("{\"auth\": []}", &["s.json", "auth"]),
    ] {
        folder.write("work/s.json", content);
        for option in ["--session=./s.json", "--session-read-only=./s.json"] {
            let outcome = Program::http(&folder)
                .args([option, &server.url("/"), "X-A:1"])
                .run();
            outcome.assert_error(naming);
            assert_eq!(folder.read("work/s.json"), content);
        }
    }
    fs::create_dir(folder.join("work/folder.json")).expect("the test's own folder");
    let outcome = Program::http(&folder)
        .args(["--session=./folder.json", &server.url("/")])
        .run();
    outcome.assert_error(&["folder.json"]);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
fn a_file_past_all_measure_is_refused() {
    let (server, folder) = (server(), TempFolder::new());
    let file = fs::File::create(folder.write("work/s.json", "")).expect("the test's own file");
    file.set_len((16 << 20) + 1).expect("a sparse file");
    let outcome = Program::http(&folder)
        .args(["--session=./s.json", &server.url("/")])
        .run();
    outcome.assert_error(&["s.json"]);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_is_shown_even_if_the_session_cannot_be_saved() {
    let (server, folder) = (server(), TempFolder::new());
    // Not even root can make a file there.
    let outcome = Program::http(&folder)
        .args([
            "--session=/proc/httpie-test.json",
            &server.url("/"),
            "X-A:1",
        ])
        .run();
    assert_eq!(outcome.status, 1);
    assert_eq!(outcome.stdout_text(), "fine");
    outcome.assert_says("/proc/httpie-test.json");
}
