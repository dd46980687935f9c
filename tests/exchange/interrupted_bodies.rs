//! Bodies that break off under `--retry`: what is asked for again, and what is said where nothing is.

use crate::support::{Answer, Outcome, Program, Received, Server, TempFolder};

type Answers = [fn(&Received) -> Answer; 2];

fn fine(_: &Received) -> Answer {
    Answer::ok("fine")
}

fn cut_off(_: &Received) -> Answer {
    Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"v1\"\r\n\r\n01234")
}

fn run(args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    Program::http(&folder).args(args).run()
}

#[test]
fn a_body_is_asked_for_again_only_while_nothing_of_it_was_printed() {
    let before_the_body =
        |_: &Received| Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    let server = Server::start(Server::in_turn([before_the_body, fine]));
    let outcome = run(&["--retry=1", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, "fine")
    );
    outcome.assert_says("4 of 4 bytes are missing");

    let server = Server::start(Server::in_turn([before_the_body, fine]));
    let outcome = run(&["--retry=1", "--print=hb", &server.url("/")]);
    assert_eq!((outcome.status, server.request_count()), (1, 1));

    let server = Server::start(Server::in_turn([cut_off, fine]));
    let outcome = run(&["--retry=1", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (1, "01234")
    );
    assert_eq!(server.request_count(), 1);
    let said = outcome.stderr_text();
    assert!(
        said.starts_with("http: not tried again: a part of the answer was printed already"),
        "{said}"
    );
    let outcome = run(&[&server.url("/")]);
    assert_eq!(outcome.stdout_text(), "fine");

    let server = Server::start(cut_off);
    let outcome = run(&[&server.url("/")]);
    assert!(!outcome.stderr_text().contains("not tried again"));
}

#[test]
fn a_body_that_is_laid_out_whole_is_asked_for_again_head_and_all() {
    fn cut_json(_: &Received) -> Answer {
        Answer::raw(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{\"a\":",
        )
    }
    fn json(_: &Received) -> Answer {
        Answer::json("{\"a\":1}")
    }
    let shown = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: application/json\r\n\r\n{\n    \"a\": 1\n}";
    for (print, want) in [("b", "{\n    \"a\": 1\n}"), ("hb", shown)] {
        let server = Server::start(Server::in_turn([cut_json, json]));
        let args = ["--retry=2", "--retry-max-time=9", "--pretty=format"];
        let outcome = run(&[&args[..], &["--print", print, &server.url("/")]].concat());
        assert_eq!((outcome.status, outcome.stdout_text().as_str()), (0, want));
        outcome.assert_says("attempt 1 of 3 failed");
    }
    // What came last is shown where none comes whole.
    let server = Server::start(cut_json);
    let args = ["--retry=1", "--pretty=format", "--print=hb"];
    let outcome = run(&[&args[..], &[&server.url("/")]].concat());
    let output = outcome.stdout_text();
    assert_eq!(outcome.status, 1);
    assert!(output.ends_with("\r\n\r\n{\"a\":"), "{output}");
    assert_eq!(output.matches("HTTP/1.1").count(), 1, "{output}");
    assert_eq!(server.request_count(), 2);
}

#[test]
fn a_download_goes_on_where_it_broke_off() {
    let rest = |request: &Received| {
        assert_eq!(request.header("Range").as_deref(), Some("bytes=5-"));
        assert_eq!(request.header("If-Range").as_deref(), Some("\"v1\""));
        Answer::new(206)
            .header("Content-Range", "bytes 5-9/10")
            .body("56789")
    };
    for pipe in [false, true] {
        let server = Server::start(Server::in_turn([cut_off, rest]));
        let folder = TempFolder::new();
        let url = server.url("/file");
        let program = Program::http(&folder).args(["--retry=2", "--retry-max-time=9"]);
        let outcome = match pipe {
            true => program.args(["-d", &url]).run_well(),
            false => program.args(["-d", "-o", "file", &url]).run_well(),
        };
        let said = outcome.stderr_text();
        assert!(said.contains("attempt 1 of 3 failed"), "{said}");
        assert!(said.contains("Done. "), "{said}");
        assert_eq!(said.matches("Downloading to").count(), 1, "{said}");
        match pipe {
            true => assert_eq!(outcome.stdout_text(), "0123456789"),
            false => assert_eq!(folder.read("work/file"), "0123456789"),
        }
        assert_eq!(server.request_count(), 2);
    }
}

#[test]
fn a_download_is_fetched_anew_where_the_file_has_changed_but_never_twice_into_a_pipe() {
    let whole = |_: &Received| Answer::ok("another one").header("ETag", "\"v2\"");
    let server = Server::start(Server::in_turn([cut_off, whole]));
    let folder = TempFolder::new();
    let args = ["--retry=1", "-d", "-o", "file", &server.url("/")];
    Program::http(&folder).args(args).run_well();
    assert_eq!(folder.read("work/file"), "another one");

    let server = Server::start(Server::in_turn([cut_off, whole]));
    let outcome = run(&["--retry=1", "-d", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (1, "01234")
    );
    outcome.assert_says("went down the pipe already");
}

#[test]
fn each_attempt_asks_for_the_rest_of_the_version_that_came_last() {
    fn other_cut_off(_: &Received) -> Answer {
        Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"v2\"\r\n\r\nabc")
    }
    fn rest(request: &Received) -> Answer {
        assert_eq!(request.header("Range").as_deref(), Some("bytes=3-"));
        assert_eq!(request.header("If-Range").as_deref(), Some("\"v2\""));
        Answer::new(206)
            .header("Content-Range", "bytes 3-9/10")
            .body("defghij")
    }
    let server = Server::start(Server::in_turn([cut_off, other_cut_off, rest]));
    let folder = TempFolder::new();
    let args = ["--retry=3", "-d", "-o", "file", &server.url("/")];
    Program::http(&folder).args(args).run_well();
    assert_eq!(folder.read("work/file"), "abcdefghij");
}

#[test]
fn a_rest_that_does_not_fit_leaves_what_is_there() {
    let other_part = |_: &Received| {
        Answer::new(206)
            .header("Content-Range", "bytes 4-9/10")
            .body("456789")
    };
    let other_length = |_: &Received| {
        Answer::new(206)
            .header("Content-Range", "bytes 5-9/99")
            .body("56789")
    };
    let other_version = |_: &Received| {
        Answer::new(206)
            .header("Content-Range", "bytes 5-9/10")
            .header("ETag", "\"v2\"")
            .body("56789")
    };
    let gone = |_: &Received| Answer::new(404).body("gone");
    let complete = |_: &Received| Answer::new(416).header("Content-Range", "bytes */5");
    let until_closed = |_: &Received| {
        Answer::drive(|socket| {
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            socket.write_all(head)?;
            socket.write_all(b"5\r\n01234\r\n")
        })
    };
    let cases: [(Answers, i32); 5] = [
        ([cut_off, other_version], 1),
        ([cut_off, other_part], 1),
        ([cut_off, other_length], 1),
        ([cut_off, gone], 4),
        ([until_closed, complete], 0),
    ];
    for (index, (answers, status)) in cases.into_iter().enumerate() {
        let server = Server::start(Server::in_turn(answers));
        let folder = TempFolder::new();
        let args = ["--retry=1", "-d", "-o", "file", &server.url("/")];
        let outcome = Program::http(&folder).args(args).run();
        assert_eq!(outcome.status, status, "{index}: {}", outcome.stderr_text());
        assert_eq!(folder.read("work/file"), "01234", "{index}");
        assert_eq!(server.request_count(), 2, "{index}");
    }
}

#[test]
fn an_answer_without_content_is_no_rest_of_a_download() {
    fn empty(_: &Received) -> Answer {
        Answer::new("204 No Content")
    }
    fn reset(_: &Received) -> Answer {
        Answer::new("205 Reset Content")
    }
    fn nothing_came(_: &Received) -> Answer {
        Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    }
    let cases: [(Answers, &str, &str, bool); 3] = [
        ([cut_off, empty], "01234", "5 of 10 bytes", true),
        ([cut_off, reset], "01234", "5 of 10 bytes", true),
        ([nothing_came, empty], "mine", "10 of 10 bytes", false),
    ];
    for (answers, kept, missing, can_go_on) in cases {
        let server = Server::start(Server::in_turn(answers));
        let folder = TempFolder::new();
        folder.write("work/file", "mine");
        let args = ["--retry=2", "-d", "-o", "file", &server.url("/")];
        let outcome = Program::http(&folder).args(args).run();
        let said = outcome.stderr_text();
        assert_eq!((outcome.status, server.request_count()), (1, 2), "{said}");
        let missing = format!("Incomplete download: {missing} are missing");
        assert!(said.contains(&missing) && !said.contains("Done"), "{said}");
        assert!(said.contains("no content"), "{said}");
        assert_eq!(said.contains("--continue"), can_go_on, "{said}");
        assert_eq!(folder.read("work/file"), kept);
    }
    let server = Server::start(Server::in_turn([cut_off, empty]));
    let outcome = run(&["--retry=1", "-d", &server.url("/")]);
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (1, "01234")
    );
    outcome.assert_says("5 of 10 bytes are missing");
}
