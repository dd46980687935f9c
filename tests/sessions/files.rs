//! The files of sessions: their names, their modes, and when they are written.

use std::fs;
use std::path::Path;

use crate::support::{self, Program, TempFolder};
use crate::{Snapshot, json, named, pair, pairs, run, server};

#[test]
fn the_host_header_names_the_session() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "Host:example.test", "X-A:1"],
    );
    let expected = if support::is_reference() {
        "config/sessions/example.test/one.json"
    } else {
        "config/sessions/example.test_one.json"
    };
    assert_eq!(folder.files(), [expected]);
}

#[test]
fn an_anonymous_session_is_a_path_for_any_host() {
    let (server, folder) = (server(), TempFolder::new());
    run(&folder, &server, &["--session=./s.json", "{url}/", "X-A:1"]);
    let url = server.url_as("localhost", "/");
    Program::http(&folder)
        .args(["--session=./s.json", &url])
        .run_well();
    assert_eq!(server.last_request().header("X-A").as_deref(), Some("1"));
    run(
        &folder,
        &server,
        &["--session=~/in-home.json", "{url}/", "X-A:1"],
    );
    assert_eq!(folder.files(), ["home/in-home.json", "work/s.json"]);
}

#[test]
fn a_name_that_looks_like_a_file_brings_a_hint() {
    let (server, folder) = (server(), TempFolder::new());
    for (name, hinted) in [
        ("s.json", true),
        ("notes.txt", true),
        ("./s.json", false),
        ("s", false),
    ] {
        let outcome = Program::http(&folder)
            .args([&format!("--session={name}"), &server.url("/")])
            .run_well();
        assert_eq!(
            outcome.stderr_text().contains(&format!("./{name}")),
            hinted,
            "{name}"
        );
        let quiet = Program::http(&folder)
            .args(["-q", &format!("--session={name}"), &server.url("/")])
            .run_well();
        assert_eq!(quiet.stderr_text(), "", "{name}");
    }
}

#[test]
#[cfg(unix)]
fn files_and_folders_are_for_their_owner_alone() {
    let (server, folder) = (server(), TempFolder::new());
    run(&folder, &server, &["--session=one", "{url}/", "X-A:1"]);
    assert_eq!(mode(&folder.join(named(&server, "one"))), 0o600);
    assert_eq!(mode(&folder.join("config/sessions")), 0o700);
    run(
        &folder,
        &server,
        &["--session=./new/here.json", "{url}/", "X-A:1"],
    );
    assert_eq!(mode(&folder.join("work/new/here.json")), 0o600);
    assert_eq!(mode(&folder.join("work/new")), 0o700);
    let files = folder.files();
    assert_eq!(
        files,
        [named(&server, "one"), "work/new/here.json".to_owned()],
        "nothing is left beside them"
    );
}

#[test]
#[cfg(unix)]
fn a_file_stays_its_groups_but_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (server(), TempFolder::new());
    let path = folder.write(
        "work/s.json",
        r#"{"headers": [], "cookies": [], "auth": {}}"#,
    );
    // HTTPie leaves them as the umask says.
    for (number, (before, after)) in [(0o640, 0o640), (0o644, 0o600), (0o666, 0o600)]
        .into_iter()
        .enumerate()
    {
        fs::set_permissions(&path, fs::Permissions::from_mode(before))
            .expect("the test's own file");
        let header = format!("X-A:{number}");
        run(&folder, &server, &["--session=./s.json", "{url}/", &header]);
        assert!(
            folder
                .read("work/s.json")
                .contains(&format!("\"{number}\""))
        );
        assert_eq!(mode(&path), after, "{before:o}");
    }
}

#[test]
#[cfg(unix)]
fn a_symlink_stays_and_its_target_is_saved() {
    let (server, folder) = (server(), TempFolder::new());
    folder.write(
        "work/real/s.json",
        r#"{"headers": [], "cookies": [], "auth": {}}"#,
    );
    std::os::unix::fs::symlink("real/s.json", folder.join("work/link.json")).expect("a link");
    run(
        &folder,
        &server,
        &["--session=./link.json", "{url}/", "X-A:1"],
    );
    let link = fs::symlink_metadata(folder.join("work/link.json")).expect("it is there");
    assert!(link.file_type().is_symlink());
    assert!(folder.read("work/real/s.json").contains("X-A"));
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "X-A:1", "set==sid=1; Path=/"],
    );
    let before = Snapshot::of(&folder.join(named(&server, "one")));
    run(&folder, &server, &["--session=one", "{url}/"]);
    run(&folder, &server, &["--session=one", "{url}/", "X-A:1"]);
    assert_eq!(Snapshot::of(&folder.join(named(&server, "one"))), before);
}

#[test]
fn many_jobs_at_once_lose_nothing() {
    const JOBS: usize = 200;
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=shared", "{url}/", "X-Shared:1"],
    );
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..60 {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if job >= JOBS {
                        break;
                    }
                    let cookie = format!("set==c{job}={job}; Path=/");
                    run(&folder, &server, &["--session=shared", "{url}/", &cookie]);
                }
            });
        }
    });
    let session = json(&folder, &named(&server, "shared"));
    let mut kept = pairs(&session, "cookies");
    let mut expected: Vec<_> = (0..JOBS)
        .map(|job| pair(&format!("c{job}"), &job.to_string()))
        .collect();
    kept.sort();
    expected.sort();
    assert_eq!(kept, expected);
    assert_eq!(pairs(&session, "headers"), [pair("X-Shared", "1")]);
    assert_eq!(folder.files(), [named(&server, "shared")]);
}

#[test]
fn a_request_that_fails_makes_no_session() {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--session=one", "http://127.0.0.1:1/", "X-A:1"])
        .run();
    outcome.assert_error(&["127.0.0.1"]);
    assert_eq!(folder.files(), Vec::<String>::new());
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}
