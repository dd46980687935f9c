//! `--retry` and `--wait`: what is sent again, what is said and shown of it, and when it ends.

use std::io::{BufRead, BufReader};
use std::process::ChildStderr;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::support::{
    Answer, ClosedPort, Outcome, Program, Received, Running, Server, TempFolder, without_colours,
};

/// An answer that is to be asked for again, without a pause.
fn busy(_: &Received) -> Answer {
    Answer::new("503 Service Unavailable")
        .header("Retry-After", "0")
        .body("try later")
}

fn fine(_: &Received) -> Answer {
    Answer::ok("fine")
}

fn run(args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    Program::http(&folder).args(args).run()
}

fn next_line(errors: &mut BufReader<ChildStderr>) -> String {
    let mut line = String::new();
    errors.read_line(&mut line).expect("a pipe can be read");
    line
}

/// Starts a program and waits until it has said something on stderr.
fn spawn_until_it_speaks(folder: &TempFolder, args: &[&str]) -> (Running, String) {
    let mut running = Program::http(folder).args(args).spawn();
    let mut errors = BufReader::new(running.take_stderr());
    let line = next_line(&mut errors);
    // What is said later must not break the pipe.
    std::thread::spawn(move || std::io::copy(&mut errors, &mut std::io::sink()));
    (running, line)
}

#[test]
fn an_answer_that_may_pass_is_asked_for_again_and_only_the_last_is_printed() {
    let server = Server::start(Server::in_turn([busy, busy, fine]));
    let outcome = run(&["--retry=3", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "fine")
    );
    assert_eq!(
        outcome.stderr_text(),
        "http: attempt 1 of 4 failed, the next follows at once: HTTP 503 Service Unavailable\n\
         http: attempt 2 of 4 failed, the next follows at once: HTTP 503 Service Unavailable\n"
    );
    assert_eq!(server.request_count(), 3);
    let requests = server.requests();
    assert_eq!(requests[0].wire(), requests[2].wire());
}

#[test]
fn the_exit_status_and_the_output_are_those_of_the_last_attempt() {
    let server = Server::start(busy);
    let outcome = run(&["--retry=2", "--check-status", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (5, "try later")
    );
    assert_eq!(server.request_count(), 3);
}

#[test]
fn without_the_option_and_for_other_statuses_there_is_one_attempt() {
    let server = Server::start(busy);
    let url = server.url("/");
    for args in [
        &[][..],
        &["--retry=0"],
        &["--retry=3", "--retry-on=timeout,500"],
        &["--retry=3", "--no-retry"],
    ] {
        let before = server.request_count();
        let outcome = run(&[args, &[url.as_str()]].concat());
        assert_eq!(outcome.stdout_text(), "try later", "{args:?}");
        assert_eq!(server.request_count(), before + 1, "{args:?}");
    }
}

#[test]
fn quiet_is_quiet_about_attempts_too() {
    let server = Server::start(Server::in_turn([busy, fine]));
    let outcome = run(&["-q", "--retry=1", &server.url("/")]);
    assert_eq!((outcome.status, outcome.stderr_text().as_str()), (0, ""));
    assert_eq!(server.request_count(), 2);
}

#[test]
fn what_may_do_something_twice_is_not_repeated_unless_asked_for() {
    for method in ["POST", "PATCH"] {
        let server = Server::start(Server::in_turn([busy, fine]));
        let url = server.url("/");
        let once = run(&["--retry=3", method, &url, "a=b"]);
        assert_eq!(once.stdout_text(), "try later", "{method}");
        once.assert_says("--retry-all-methods");
        assert_eq!(server.request_count(), 1);
    }
    let server = Server::start(Server::in_turn([busy, fine]));
    let twice = run(&["--retry=1", "--retry-all-methods", &server.url("/"), "a=b"]);
    assert_eq!(twice.stdout_text(), "fine");
    let requests = server.requests();
    assert_eq!(requests[0].wire(), requests[1].wire());
    assert_eq!(requests[1].body_text(), r#"{"a": "b"}"#);
}

#[test]
fn a_refused_connection_is_tried_again_for_any_method() {
    let port = ClosedPort::reserve();
    let folder = TempFolder::new();
    let url = port.url("/");
    let (running, line) =
        spawn_until_it_speaks(&folder, &["--retry=9", "--retry-max-time=50", &url, "a=b"]);
    assert!(
        line.starts_with("http: attempt 1 of 10 failed, the next follows in 0.")
            && line.contains("refused"),
        "{line}"
    );
    let server = port.open(fine);
    let outcome = running.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "fine")
    );
    assert_eq!(server.only_request().method(), "POST");
}

#[test]
fn no_attempt_begins_after_the_time_for_all_of_them() {
    let port = ClosedPort::reserve();
    let outcome = run(&["--retry=9", "--retry-max-time=0.1", &port.url("/")]);
    outcome.assert_error(&["--retry-max-time", "refused"]);
    assert!(!outcome.stderr_text().contains("attempt"));
}

#[test]
fn a_server_that_asks_for_more_time_than_there_is_has_the_last_word() {
    let server = Server::start(|request| {
        let asked = request.target().trim_start_matches('/').replace('_', " ");
        Answer::new("429 Too Many Requests")
            .header("Retry-After", asked)
            .body("slow down")
    });
    for (path, limit) in [
        ("/3600", "--retry-max-time=10"),
        ("/301", "--no-retry-max-time"),
        ("/99999999999999999999", "--no-retry-max-time"),
        ("/Fri,_31_Dec_2199_23:59:59_GMT", "--retry-max-time=60"),
    ] {
        let before = server.request_count();
        let outcome = run(&["--retry=3", limit, "--check-status", &server.url(path)]);
        assert_eq!(
            (outcome.status, outcome.stdout_text().as_str()),
            (4, "slow down")
        );
        let said = outcome.stderr_text();
        assert!(
            said.contains("not tried again: ") && said.contains("Retry-After"),
            "{said}"
        );
        assert_eq!(server.request_count(), before + 1, "{path}");
    }
    let outcome = run(&["--retry=1", &server.url("/Sun,_06_Nov_1994_08:49:37_GMT")]);
    outcome.assert_says("at once");
}

#[test]
fn verbose_shows_the_heads_of_all_attempts_in_order_and_one_body() {
    let server = Server::start(Server::in_turn([busy, fine]));
    let outcome = run(&["-v", "--retry=1", "PUT", &server.url("/"), "a=b"]);
    let shown = outcome.stdout_text();
    let places: Vec<_> = [
        "PUT / HTTP/1.1",
        "{\"a\": \"b\"}",
        "HTTP/1.1 503",
        "PUT / HTTP/1.1",
        "HTTP/1.1 200",
        "fine",
    ]
    .into_iter()
    .scan(0, |from, part| {
        let found = shown[*from..].find(part).map(|at| *from + at);
        *from = found.map_or(*from, |at| at + part.len());
        Some(found)
    })
    .collect();
    assert!(places.iter().all(Option::is_some), "{places:?}: {shown}");
    assert!(!shown.contains("try later"), "{shown}");
    assert_eq!(shown.matches("\"a\"").count(), 1, "{shown}");
}

#[test]
fn the_heads_of_repeated_messages_are_masked_as_all_are() {
    let server = Server::start(Server::in_turn([
        |request| busy(request).header("Set-Cookie", "sid=fromserver"),
        fine,
    ]));
    let args = ["-v", "--mask", "--retry=1", "-a", "ann:sesame", "GET"];
    let outcome = run(&[&args[..], &[&server.url("/"), "X-A:b"]].concat());
    let said = outcome.stdout_text() + &outcome.stderr_text();
    assert_eq!(said.matches("Authorization: ***").count(), 2, "{said}");
    for secret in ["sesame", "YW5uOnNlc2FtZQ", "fromserver"] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("sid=fromserver")
    );
}

#[test]
fn cookies_of_an_answer_that_was_passed_over_are_kept_and_sent() {
    let server = Server::start(Server::in_turn([
        |request| busy(request).header("Set-Cookie", "route=b2"),
        fine,
    ]));
    let folder = TempFolder::new();
    let args = ["--session=./s.json", "--retry=1", &server.url("/")];
    Program::http(&folder).args(args).run_well();
    let sent = server.last_request().header("Cookie");
    assert_eq!(sent.as_deref(), Some("route=b2"));
    assert!(folder.read("work/s.json").contains("b2"));
}

#[test]
fn a_digest_login_begins_anew_with_the_next_attempt() {
    fn challenge(nonce: &str) -> Answer {
        let header = format!("Digest realm=\"r\", qop=\"auth\", nonce=\"{nonce}\"");
        Answer::new(401).header("WWW-Authenticate", header)
    }
    let server = Server::start(Server::in_turn([
        |_| challenge("first"),
        busy,
        |_| challenge("second"),
        fine,
    ]));
    let args = ["--retry=1", "-A", "digest", "-a", "u:p", &server.url("/")];
    let outcome = run(&args);
    assert_eq!(outcome.stdout_text(), "fine", "{}", outcome.stderr_text());
    let sent = server.requests();
    let sent: Vec<_> = sent.iter().map(|one| one.header("Authorization")).collect();
    assert!(sent[0].is_none() && sent[2].is_none(), "{sent:?}");
    assert!(
        sent[3]
            .as_deref()
            .is_some_and(|sent| sent.contains("second"))
    );
}

#[test]
fn a_request_behind_a_redirect_is_repeated_by_itself() {
    let server = Server::start(Server::in_turn([
        |_| Answer::redirect(303, "/result"),
        busy,
        busy,
        fine,
    ]));
    let args = ["--follow", "--max-redirects=2", "--retry=2", "POST"];
    let outcome = run(&[&args[..], &[&server.url("/form"), "a=b"]].concat());
    assert_eq!(outcome.stdout_text(), "fine", "{}", outcome.stderr_text());
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| format!("{} {}", request.method(), request.target()))
        .collect();
    assert_eq!(
        lines,
        ["POST /form", "GET /result", "GET /result", "GET /result"]
    );
}

#[test]
fn a_silent_server_is_asked_again_where_timeouts_count() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(Some(wait));
    let server = Server::start(move |_| {
        // The first request hangs until the test ends, the second does not.
        let hangs = wait.lock().expect("no handler panics").take();
        let _ = hangs.map(|hangs| hangs.recv());
        Answer::ok("fine")
    });
    let url = server.url("/");
    let outcome = run(&["--timeout=0.1", "--retry=1", "--retry-on=timeout", &url]);
    drop(release);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "fine")
    );
    assert!(outcome.stderr_text().contains("timed out (0.1s)"));
}

#[test]
fn a_body_that_can_be_read_once_is_refused_before_anything_is_sent() {
    let server = Server::start(fine);
    let folder = TempFolder::new();
    for option in ["--retry=1", "--wait"] {
        let outcome = Program::http(&folder)
            .args([option, "--chunked", "PUT", &server.url("/")])
            .stdin("a body from a pipe")
            .run();
        outcome.assert_error(&[option.split('=').next().unwrap_or_default(), "@FILE"]);
    }
    assert_eq!(server.connection_count(), 0);
    let file = folder.write("work/body", "a body from a file");
    let outcome = Program::http(&folder)
        .args(["--retry=1", "--chunked", "PUT", &server.url("/")])
        .stdin_file(file)
        .run();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    assert_eq!(server.last_request().body_text(), "a body from a file");
}

#[test]
fn the_messages_of_attempts_are_separated_as_those_of_redirects() {
    let moved = |_: &Received| Answer::redirect(302, "/").body("");
    for options in [&["--pretty=none"][..], &["--pretty=all"]] {
        let shown = |first: fn(&Received) -> Answer, option: &str| {
            let server = Server::start(Server::in_turn([first, fine]));
            let url = server.url("/");
            let outcome = run(&[&["-v", option, &url], options].concat());
            assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
            let text = outcome.stdout_text().replace(&url, "");
            // The lines that tell the messages apart, and the empty ones.
            let lines = without_colours(&text);
            let lines = lines.lines().filter_map(|line| match line.trim() {
                "" => Some("".to_owned()),
                line if line.starts_with("GET ") => Some("request".to_owned()),
                line if line.starts_with("HTTP/1.1") => Some("response".to_owned()),
                "fine" => Some("fine".to_owned()),
                _ => None,
            });
            lines.collect::<Vec<_>>()
        };
        let want = shown(moved, "--follow");
        assert_eq!(shown(busy, "--retry=1"), want, "{options:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_signal_ends_a_pause_at_once() {
    let server = Server::start(|_| Answer::new(503).header("Retry-After", "250"));
    for (signal, status) in [
        (Running::interrupt as fn(&Running), 130),
        (Running::terminate, 143),
    ] {
        let folder = TempFolder::new();
        let (running, line) = spawn_until_it_speaks(&folder, &["--retry=1", &server.url("/")]);
        assert!(line.contains("in 250 s"), "{line}");
        signal(&running);
        assert_eq!(running.finish().status, status);
    }
}

#[test]
fn a_server_that_starts_late_is_waited_for() {
    let port = ClosedPort::reserve();
    let folder = TempFolder::new();
    let url = port.url("/health");
    let (running, line) = spawn_until_it_speaks(&folder, &["--wait", "GET", &url]);
    assert!(
        line.starts_with("http: waiting up to 30 s for the server: ") && line.contains("refused"),
        "{line}"
    );
    let server = port.open(Server::in_turn([
        |_| Answer::new(502),
        |_| Answer::raw(""),
        fine,
    ]));
    let outcome = running.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "fine")
    );
    assert_eq!(server.request_count(), 3);
}

#[test]
fn a_server_that_is_there_is_not_waited_for() {
    let server = Server::start(|request| match request.target().as_str() {
        "/missing" => Answer::new(404).body("missing"),
        _ => fine(request),
    });
    for (path, want) in [("/", "fine"), ("/missing", "missing")] {
        let outcome = run(&["--wait=60", &server.url(path)]);
        assert_eq!((outcome.status, outcome.stderr_text().as_str()), (0, ""));
        assert_eq!(outcome.stdout_text(), want);
    }
    assert_eq!(server.request_count(), 2);
}

#[test]
fn a_wait_in_vain_is_status_2_and_says_for_what() {
    let port = ClosedPort::reserve();
    let outcome = run(&["--wait=0.1", &port.url("/")]);
    let said = outcome.stderr_text();
    assert_eq!((outcome.status, outcome.stdout_text().as_str()), (2, ""));
    for part in ["waited 0.1 s for the server in vain (--wait, ", "refused"] {
        assert!(said.contains(part), "{said}");
    }
    let unknown = run(&["--wait=0.06", "http://nonexistent.invalid/"]);
    assert_eq!(unknown.status, 2, "{}", unknown.stderr_text());

    let server = Server::start(busy);
    for (args, status) in [(&[][..], 2), (&["--check-status"], 5)] {
        let url = server.url("/");
        let outcome = run(&[&["--wait=0.1", &url], args].concat());
        assert_eq!(
            (outcome.status, outcome.stdout_text().as_str()),
            (status, "try later")
        );
    }
    assert!(server.request_count() >= 4);
}

#[test]
fn a_server_that_accepts_and_never_answers_is_not_waited_for_longer() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let server = Server::start(move |_| {
        let _ = wait.lock().map(|wait| wait.recv());
        Answer::ok("late")
    });
    let outcome = run(&["--wait=0.2", &server.url("/")]);
    drop(release);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr_text());
    outcome.assert_says("--wait");
    assert_eq!(outcome.stdout_text(), "");
}

#[test]
fn a_post_waits_for_the_connection_and_is_sent_once_with_all_the_time_it_needs() {
    let port = ClosedPort::reserve();
    let folder = TempFolder::new();
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let (running, _) = spawn_until_it_speaks(&folder, &["--wait=60", &port.url("/"), "a=b"]);
    let server = port.open(move |_| {
        let _ = wait.lock().map(|wait| wait.recv());
        Answer::new(503).body("not repeated")
    });
    drop(release);
    let outcome = running.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "not repeated")
    );
    assert_eq!(server.only_request().body_text(), r#"{"a": "b"}"#);
}

#[test]
fn a_wait_and_its_retries_go_together_and_redirects_are_followed() {
    let server = Server::start(Server::in_turn([
        |_| Answer::new(504),
        |_| Answer::redirect(302, "/ready"),
        busy,
        fine,
    ]));
    let outcome = run(&["--wait", "--retry=1", "--follow", &server.url("/")]);
    assert_eq!(outcome.stdout_text(), "fine", "{}", outcome.stderr_text());
    outcome.assert_says("attempt 1 of 2 failed");
    assert_eq!(server.request_count(), 4);
}
