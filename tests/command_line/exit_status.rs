//! Exit statuses, and what is said, sent and written (nothing) when a line is wrong.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use crate::support::{Answer, Outcome, Program, Server, TempFolder};

fn status_server() -> Server {
    Server::start(|request| {
        let status = request.target().trim_start_matches('/').to_owned();
        match status.as_str() {
            "302" => Answer::redirect(302, "/200").body("moved"),
            "loop" => Answer::redirect(302, "/loop"),
            _ => Answer::new(status).body("answer"),
        }
    })
}

fn run(server: &Server, args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    let args = args.iter().map(|arg| arg.replace("{url}", &server.url("")));
    Program::http(&folder).args(args).run()
}

#[test]
fn any_answer_is_a_success_unless_its_status_is_checked() {
    let server = status_server();
    for (status, path) in [(0, "200"), (3, "302"), (4, "404"), (5, "500")] {
        let url = server.url(&format!("/{path}"));
        assert_eq!(run(&server, &[&url]).status, 0, "{path}");
        assert_eq!(
            run(&server, &["--check-status", &url]).status,
            status,
            "{path}"
        );
    }
    assert_eq!(
        run(&server, &["--check-status", "--follow", "{url}/302"]).status,
        0
    );
}

#[test]
fn a_checked_status_still_shows_the_answer_and_warns_on_stderr() {
    let server = status_server();
    let outcome = run(&server, &["--check-status", "{url}/404"]);
    assert_eq!(outcome.stdout_text(), "answer");
    let said = outcome.stderr_text();
    assert!(said.contains("http: warning: HTTP 404 Not Found"), "{said}");
}

#[test]
fn an_error_page_can_be_kept_out_of_the_output() {
    let server = status_server();
    for (path, status) in [("404", 4), ("500", 5)] {
        let url = server.url(&format!("/{path}"));
        let outcome = run(&server, &["--errors-to-stderr", "--print=hb", &url]);
        assert_eq!(
            (outcome.status, outcome.stdout_text().as_str()),
            (status, "")
        );
        let said = outcome.stderr_text();
        let warning = format!("http: warning: HTTP {path}");
        assert!(said.contains(&warning), "{said}");
        assert!(said.contains(&format!("HTTP/1.1 {path}")), "{said}");
        assert!(said.ends_with("\r\n\r\nanswer"), "{said}");
    }
    for (path, body) in [("200", "answer"), ("302", "moved")] {
        let url = server.url(&format!("/{path}"));
        let outcome = run(&server, &["--errors-to-stderr", &url]);
        assert_eq!(outcome.stdout_text(), body, "{path}");
    }
}

#[test]
fn an_error_page_leaves_the_file_and_the_request_where_they_are() {
    let server = status_server();
    let folder = TempFolder::new();
    folder.write("work/file", "what was there");
    for option in ["--output=file", "--output=file --download"] {
        let outcome = Program::http(&folder)
            .args(option.split(' '))
            .args(["--errors-to-stderr", &server.url("/404")])
            .run();
        assert_eq!(outcome.status, 4, "{option}");
        assert!(outcome.stderr_text().ends_with("answer"), "{option}");
        assert_eq!(folder.read("work/file"), "what was there", "{option}");
    }
    let outcome = Program::http(&folder)
        .args(["--output=new", "--errors-to-stderr", &server.url("/404")])
        .run();
    assert_eq!(outcome.status, 4);
    assert_eq!(folder.files(), ["work/file"], "an empty file was left");
    let url = server.url("/404");
    let verbose = run(&server, &["-v", "--errors-to-stderr", &url]);
    let shown = verbose.stdout_text();
    assert!(shown.starts_with("GET /404 HTTP/1.1\r\n"), "{shown}");
    assert!(!shown.contains("answer") && !shown.contains("HTTP/1.1 404"));
    let quiet = run(&server, &["-q", "--errors-to-stderr", &url]);
    assert_eq!((quiet.status, quiet.stdout_text().as_str()), (4, ""));
    assert!(!quiet.stderr_text().contains("answer"));
}

#[test]
fn the_statuses_are_the_same_in_the_readme_and_on_the_manual_page() {
    let folder = TempFolder::new();
    let manual = Program::http(&folder)
        .arg("--manual")
        .run_well()
        .stdout_text();
    let section = |text: &str, from: &str, to: &str| {
        let begun = text.split_once(from).expect("the section is there").1;
        begun.split(to).next().unwrap_or_default().to_owned()
    };
    let numbers = |text: &str, mark: &str| -> Vec<u8> {
        text.lines()
            .filter_map(|line| line.strip_prefix(mark)?.split(' ').next()?.parse().ok())
            .collect()
    };
    let readme = include_str!("../../README.md");
    let told = numbers(&section(readme, "## Exit statuses", "\n## "), "| ");
    assert_eq!(told, [0, 1, 2, 3, 4, 5, 6, 130, 143]);
    let page = section(&manual, "\nEXIT STATUS\n", "\nENVIRONMENT\n");
    assert_eq!(numbers(&page, "    "), told);
}

#[test]
fn too_many_redirects_are_status_6() {
    let server = status_server();
    let outcome = run(&server, &["--follow", "--max-redirects=3", "{url}/loop"]);
    assert_eq!(outcome.status, 6, "{}", outcome.stderr_text());
    outcome.assert_says("3");
    assert_eq!(server.request_count(), 3);
}

/// A server that says nothing before the other end of the channel is dropped.
fn silent_server() -> (Server, Sender<()>) {
    let (release, wait) = channel();
    let wait = Mutex::new(wait);
    let server = Server::start(move |_| {
        let _ = wait.lock().map(|wait| wait.recv());
        Answer::ok("late")
    });
    (server, release)
}

#[test]
fn a_silent_server_is_status_2() {
    let (server, release) = silent_server();
    let outcome = run(&server, &["--timeout=0.2", "{url}/"]);
    drop(release);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr_text());
    outcome.assert_says("0.2");
    assert_eq!(outcome.stdout_text(), "");
}

#[test]
#[cfg(unix)]
fn ctrl_c_is_status_130() {
    let (server, release) = silent_server();
    let folder = TempFolder::new();
    let mut running = Program::http(&folder).arg(server.url("/")).spawn();
    server.wait_for(1, &mut running);
    running.interrupt();
    let outcome = running.finish();
    drop(release);
    assert_eq!(outcome.status, 130, "{}", outcome.stderr_text());
}

/// Lines that are wrong, and what the sentence must name.
const WRONG: &[(&[&str], &[&str])] = &[
    (&["--bogus", "{url}"], &["--bogus"]),
    (&["-y", "{url}"], &["-y"]),
    (&["{url}", "nonsense"], &["nonsense"]),
    (&["{url}", "a:={b"], &["a:="]),
    (&["{url}", "a:="], &["a:="]),
    (&["{url}", "a:=@missing.json"], &["missing.json"]),
    (&["{url}", "a=@missing.txt"], &["missing.txt"]),
    (&["{url}", "@missing.bin"], &["missing.bin"]),
    (&["--form", "{url}", "f@missing.bin"], &["missing.bin"]),
    (&["{url}", "X:@missing.header"], &["missing.header"]),
    (&["{url}", "a[b=1"], &["a[b"]),
    (&["{url}", "a[b]=1", "a[]=2"], &["a"]),
    (&["--form", "{url}", "a:={}"], &["--form"]),
    (&["--pretty=nice", "{url}"], &["--pretty", "nice"]),
    (&["--print=Z", "{url}"], &["Z"]),
    (&["--timeout=soon", "{url}"], &["--timeout", "soon"]),
    (&["--max-redirects=x", "{url}"], &["--max-redirects", "x"]),
    (&["--auth-type=magic", "-a", "u:p", "{url}"], &["magic"]),
    (&["--session=bad%name", "{url}"], &["ession"]),
    (&["--session=", "{url}"], &["ession"]),
    (&["--output=/nowhere/at/all", "{url}"], &["/nowhere/at/all"]),
    (&["--timeout"], &["--timeout"]),
    (&[], &["URL"]),
    (&["http://"], &["http://"]),
    (&["http:///path"], &["http:///path"]),
    (&["127.0.0.1:99999/x"], &["99999"]),
    (&["127.0.0.1:port/x"], &["port"]),
    (&["http://[::1/x"], &["[::1"]),
    (&["ftp://127.0.0.1/x"], &["ftp"]),
    (&["http://nonexistent.invalid/x"], &[]),
    (&["--retry=-1", "{url}"], &["--retry", "-1"]),
    (&["--retry=many", "{url}"], &["--retry", "many"]),
    (&["--retry", "{url}"], &["--retry"]),
    (
        &["--retry=1", "--retry-on=5xx", "{url}"],
        &["--retry-on", "5xx"],
    ),
    (&["--retry=1", "--retry-on=", "{url}"], &["--retry-on"]),
    (
        &["--retry=1", "--retry-on=503,", "{url}"],
        &["--retry-on", "''"],
    ),
    (
        &["--retry=1", "--retry-max-time=1e400", "{url}"],
        &["--retry-max-time", "inf"],
    ),
    (
        &["--retry=1", "--retry-max-time=-1", "{url}"],
        &["--retry-max-time", "-1"],
    ),
    (
        &["--retry=1", "--retry-max-time=nan", "{url}"],
        &["--retry-max-time"],
    ),
    (&["--wait=-1", "{url}"], &["--wait", "-1"]),
    (&["--wait=0", "{url}"], &["--wait", "0"]),
    (&["--wait=1e99", "{url}"], &["--wait"]),
    (&["--wait=nan", "{url}"], &["--wait"]),
    (&["--wait=", "{url}"], &["--wait"]),
    (&["--wait=soon", "{url}"], &["--wait", "soon"]),
    (&["--retry-on=503", "{url}"], &["--retry-on", "--retry"]),
    (&["--retry-max-time=9", "{url}"], &["--retry-max-time"]),
    (&["--retry-all-methods", "{url}"], &["--retry-all-methods"]),
];

#[test]
fn a_wrong_line_is_status_1_and_one_sentence_that_names_the_fault() {
    let server = status_server();
    for (args, naming) in WRONG {
        let folder = TempFolder::new();
        let args: Vec<String> = args
            .iter()
            .map(|arg| arg.replace("{url}", &server.url("/200")))
            .collect();
        let outcome = Program::http(&folder).args(&args).run();
        eprintln!("{args:?}: {}", outcome.stderr_text());
        outcome.assert_error(naming);
        assert_eq!(
            folder.files(),
            Vec::<String>::new(),
            "nothing may be written"
        );
    }
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
fn a_wrong_line_makes_no_session() {
    let server = status_server();
    for (item, named) in [
        ("nonsense", "nonsense"),
        ("a:={b", "a:=***"),
        ("X:@missing", "X:@missing"),
    ] {
        let folder = TempFolder::new();
        let outcome = Program::http(&folder)
            .args(["--session=kept", &server.url("/200"), "X-A:1", item])
            .run();
        outcome.assert_error(&[named]);
        assert_eq!(folder.files(), Vec::<String>::new());
        assert!(!folder.join("config").exists());
    }
}

#[test]
fn a_run_without_a_session_writes_nothing() {
    let folder = TempFolder::new();
    Program::http(&folder)
        .arg(status_server().url("/200"))
        .run_well();
    assert_eq!(folder.files(), Vec::<String>::new());
    assert!(!folder.join("config").exists());
}

#[test]
fn a_name_that_does_not_resolve_is_named() {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .arg("http://nonexistent.invalid/x")
        .run();
    outcome.assert_error(&["nonexistent.invalid"]);
}

#[test]
fn a_refused_connection_names_host_and_port() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
    let port = listener
        .local_addr()
        .expect("a bound socket has an address")
        .port();
    drop(listener);
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .arg(format!("127.0.0.1:{port}/x"))
        .run();
    outcome.assert_error(&["127.0.0.1", &port.to_string(), "refused"]);
}

#[test]
fn an_answer_that_is_not_http_is_an_error() {
    for raw in ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n"] {
        let server = Server::start(move |_| Answer::raw(raw));
        let outcome = run(&server, &["{url}/"]);
        outcome.assert_error(&[]);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = TempFolder::new();
    for (option, part) in [("--version", "."), ("--help", "--session")] {
        let outcome = Program::http(&folder).arg(option).run_well();
        assert!(
            outcome.stdout_text().contains(part),
            "{option}: {}",
            outcome.stdout_text()
        );
        assert_eq!(outcome.stderr_text(), "");
    }
}

#[test]
fn a_proxy_of_the_environment_is_not_gone_around_in_silence() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        let program = |no_proxy: &str| {
            Program::http(&folder)
                .env(name, "http://127.0.0.1:1")
                .env("no_proxy", no_proxy)
                .arg(server.url("/"))
                .run()
        };
        program("").assert_error(&[name, "127.0.0.1"]);
        assert_eq!(program("127.0.0.1").status, 0, "{name}");
    }
    assert_eq!(server.request_count(), 3);
}

#[test]
fn deeply_nested_json_in_an_item_is_a_sentence() {
    let folder = TempFolder::new();
    folder.write("work/deep.json", "[".repeat(50_000) + &"]".repeat(50_000));
    let outcome = Program::http(&folder)
        .args(["--offline", "x.org", "a:=@deep.json"])
        .run();
    outcome.assert_error(&["a:=@deep.json", "nested"]);
}

#[cfg(unix)]
#[test]
fn a_job_in_the_background_lives_on_where_its_shell_ignores_the_interrupt() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let server = Server::start(move |_| {
        let _ = wait.lock().expect("one thread at a time").recv();
        Answer::ok("the whole answer")
    });
    let folder = TempFolder::new();
    let line = format!(
        "trap '' INT; exec {} {}",
        env!("CARGO_BIN_EXE_http"),
        server.url("/")
    );
    let mut running = Program::at(Path::new("/bin/sh"), &folder)
        .args(["-c", &line])
        .spawn();
    server.wait_for(1, &mut running);
    running.interrupt();
    drop(release);
    let outcome = running.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "the whole answer")
    );
}
