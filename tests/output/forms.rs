//! What is printed, in which form, in a pipe and on a terminal.

use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::channel;

use crate::support::{
    Answer, Outcome, Program, Server, TempFolder, contains, text, without_colours,
};

const DOCUMENT: &str = concat!(
    r#"{"b": 1.10, "a": [1,{"x":null}], "big": 123456789012345678901234567890, "#,
    r#""b": 2, "tiny": 1E-400, "text": "\u017eivot ☺"}"#
);
const FORMATTED: &str = r#"{
    "a": [
        1,
        {
            "x": null
        }
    ],
    "b": 1.10,
    "b": 2,
    "big": 123456789012345678901234567890,
    "text": "život ☺",
    "tiny": 1E-400
}"#;

fn document_server() -> Server {
    Server::start(|_| {
        Answer::json(DOCUMENT)
            .header("Z-Last", "1")
            .header("A-First", "2")
    })
}

fn run(server: &Server, args: &[&str]) -> Outcome {
    Program::http(&TempFolder::new())
        .args(args)
        .arg(server.url("/x"))
        .run_well()
}

#[test]
fn a_pipe_gets_the_body_as_it_came() {
    let outcome = run(&document_server(), &[]);
    assert_eq!(outcome.stdout_text(), DOCUMENT);
    assert_eq!(outcome.stderr_text(), "");
}

#[test]
fn formatting_keeps_every_value() {
    assert_eq!(
        run(&document_server(), &["--pretty=format"]).stdout_text(),
        FORMATTED
    );
}

#[test]
fn the_parts_of_messages_can_be_chosen() {
    let server = document_server();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nZ-Last: 1\r\nA-First: 2\r\n";
    for (options, has_request, has_head, has_body) in [
        (&["-h"][..], false, true, false),
        (&["--headers"], false, true, false),
        (&["-b"], false, false, true),
        (&["--body"], false, false, true),
        (&["--print=hb"], false, true, true),
        (&["--print=H"], true, false, false),
        (&["--print=Hh"], true, true, false),
        (&["-v"], true, true, true),
        (&["--verbose"], true, true, true),
        (&["--print="], false, false, false),
    ] {
        let shown = run(&server, options).stdout_text();
        assert_eq!(
            shown.contains("GET /x HTTP/1.1\r\n"),
            has_request,
            "{options:?}: {shown}"
        );
        assert_eq!(shown.contains(head), has_head, "{options:?}: {shown}");
        assert_eq!(shown.contains(DOCUMENT), has_body, "{options:?}: {shown}");
    }
}

#[test]
fn messages_are_set_apart_by_two_empty_lines() {
    let server = document_server();
    let shown = run(&server, &["-v"]).stdout_text();
    assert!(
        shown.contains("\r\n\r\n\n\nHTTP/1.1 200 OK\r\n"),
        "{shown:?}"
    );
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["-v", &server.url("/"), "a=b"])
        .run_well();
    let shown = outcome.stdout_text();
    assert!(
        shown.contains("\r\n\r\n{\"a\": \"b\"}\n\nHTTP/1.1 200 OK\r\n"),
        "{shown:?}"
    );
}

#[test]
fn request_bodies_can_be_printed() {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--print=B", &document_server().url("/"), "a=ž"])
        .run_well();
    assert_eq!(outcome.stdout_text(), r#"{"a": "\u017e"}"#);
    let outcome = Program::http(&folder)
        .args([
            "--print=B",
            "--pretty=format",
            &document_server().url("/"),
            "a=ž",
        ])
        .run_well();
    assert_eq!(outcome.stdout_text(), "{\n    \"a\": \"ž\"\n}");
}

#[test]
fn metadata_tells_the_time_taken() {
    for options in [&["-m"][..], &["--meta"], &["--print=m"]] {
        let shown = run(&document_server(), options).stdout_text();
        let seconds = shown.trim_end().strip_prefix("Elapsed time: ");
        let seconds = seconds.and_then(|rest| rest.strip_suffix('s'));
        assert!(
            seconds.is_some_and(|text| text.parse::<f64>().is_ok()),
            "{shown:?}"
        );
    }
    let shown = run(&document_server(), &["-vv"]).stdout_text();
    assert!(shown.contains("\n\nElapsed time: "), "{shown}");
}

#[test]
fn headers_are_sorted_only_when_formatted() {
    let server = document_server();
    let plain = run(&server, &["-h"]).message();
    assert_eq!(
        plain.names(),
        ["Content-Type", "Z-Last", "A-First", "Content-Length"]
    );
    let formatted = run(&server, &["-h", "--pretty=format"]).message();
    assert_eq!(
        formatted.names(),
        ["A-First", "Content-Length", "Content-Type", "Z-Last"]
    );
    let unsorted = run(&server, &["-h", "--pretty=format", "--unsorted"]).message();
    assert_eq!(unsorted.names(), plain.names());
}

#[test]
fn keys_keep_their_order_when_asked() {
    let shown = run(&document_server(), &["--pretty=format", "--unsorted"]).stdout_text();
    let place = |key: &str| {
        shown
            .find(key)
            .unwrap_or_else(|| panic!("{key} in {shown}"))
    };
    assert!(place("\"b\": 1.10") < place("\"a\": ["), "{shown}");
    assert!(place("\"a\": [") < place("\"tiny\": 1E-400"), "{shown}");
}

#[test]
fn formatting_can_be_tuned() {
    let server = Server::start(|_| Answer::json(r#"{"b":1,"a":{"c":2}}"#));
    let indented = run(
        &server,
        &["--pretty=format", "--format-options=json.indent:2"],
    );
    assert_eq!(
        indented.stdout_text(),
        "{\n  \"a\": {\n    \"c\": 2\n  },\n  \"b\": 1\n}"
    );
    let left = run(
        &server,
        &["--pretty=format", "--format-options=json.format:false"],
    );
    assert_eq!(left.stdout_text(), r#"{"b":1,"a":{"c":2}}"#);
}

#[test]
fn a_document_that_is_not_json_comes_out_untouched() {
    const BROKEN: &str = "{\"a\": 1,\n  oops }\n";
    let server = Server::start(|_| Answer::json(BROKEN));
    assert_eq!(run(&server, &["--pretty=format"]).stdout_text(), BROKEN);
}

#[test]
fn json_is_formatted_after_a_guard_and_under_other_types_when_asked() {
    let server = Server::start(|_| Answer::json(")]}',\n{\"a\":1}"));
    assert_eq!(
        run(&server, &["--pretty=format"]).stdout_text(),
        ")]}',\n{\n    \"a\": 1\n}"
    );
    let server = Server::start(|_| Answer::ok("{\"a\":1}").header("Content-Type", "x/y"));
    assert_eq!(
        run(&server, &["--pretty=format"]).stdout_text(),
        "{\"a\":1}"
    );
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["--pretty=format", "--json", &server.url("/")])
        .run_well();
    assert_eq!(outcome.stdout_text(), "{\n    \"a\": 1\n}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_gets_head_and_body_formatted_and_coloured() {
    let server = document_server();
    let folder = TempFolder::new();
    let shown = Program::http(&folder)
        .arg(server.url("/x"))
        .run_in_terminal();
    assert_eq!(shown.status, 0, "{}", shown.text());
    let plain = without_colours(&shown.text());
    assert!(plain.starts_with("HTTP/1.1 200 OK\n"), "{plain:?}");
    assert!(plain.contains(FORMATTED), "{plain:?}");
    let place = |name: &str| plain.find(name);
    assert!(place("A-First") < place("Content-Type"), "{plain}");
    assert!(contains(&shown.screen, b"\x1b["), "{}", shown.text());
    // The request is a GET: a terminal is no body.
    assert_eq!(server.only_request().method(), "GET");
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_can_have_it_plain() {
    let server = document_server();
    let folder = TempFolder::new();
    let program = Program::http(&folder).args(["--pretty=none", &server.url("/x")]);
    let shown = program.run_in_terminal();
    assert!(!contains(&shown.screen, b"\x1b"), "{}", shown.text());
    assert!(shown.text().contains(DOCUMENT), "{}", shown.text());
}

#[test]
#[cfg(target_os = "linux")]
fn a_plain_body_on_a_terminal_ends_its_last_line_as_in_httpie() {
    for (body, shown) in [
        ("abc", "\r\n\r\nabc\n\n\n"),
        ("abc\n", "\r\n\r\nabc\n\n\n"),
        ("abc\n\n", "\r\n\r\nabc\n\n\n\n"),
        ("", "\r\n\r\n\n\n"),
    ] {
        let server = Server::start(move |_| Answer::ok(body));
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["--pretty=none", &server.url("/x")]);
        let screen = program.run_in_terminal().text();
        assert!(screen.ends_with(shown), "{body:?}: {screen:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn binary_bodies_stay_off_the_terminal_and_whole_in_a_pipe() {
    const BYTES: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe";
    let server = Server::start(|_| Answer::ok(BYTES).header("Content-Type", "image/png"));
    assert_eq!(run(&server, &[]).stdout, BYTES);
    let notice = "NOTE: binary data not shown in terminal";
    assert!(
        run(&server, &["--pretty=format"])
            .stdout_text()
            .contains(notice)
    );
    let folder = TempFolder::new();
    let shown = Program::http(&folder)
        .arg(server.url("/x"))
        .run_in_terminal();
    assert!(shown.text().contains(notice), "{}", shown.text());
    assert!(!contains(&shown.screen, b"PNG"), "{}", shown.text());
}

#[test]
fn the_output_can_go_to_a_file() {
    let server = document_server();
    let folder = TempFolder::new();
    folder.write(
        "work/answer",
        "something longer that was there before, and must be gone afterwards ".repeat(9),
    );
    for option in ["-o", "--output"] {
        let outcome = Program::http(&folder)
            .args([option, "answer", &server.url("/x")])
            .run_well();
        assert_eq!(outcome.stdout_text(), "");
        assert_eq!(folder.read("work/answer"), DOCUMENT);
    }
}

#[test]
fn quiet_prints_nothing_and_still_does_the_work() {
    let server = document_server();
    for option in ["-q", "--quiet", "-qq"] {
        let outcome = run(&server, &[option]);
        assert_eq!(
            (outcome.stdout_text(), outcome.stderr_text()),
            (String::new(), String::new())
        );
    }
    assert_eq!(server.request_count(), 3);
    let folder = TempFolder::new();
    Program::http(&folder)
        .args(["-q", "-o", "answer", &server.url("/x")])
        .run_well();
    assert_eq!(folder.read("work/answer"), DOCUMENT);
}

#[cfg(target_os = "linux")]
#[test]
fn twice_quiet_hides_warnings_where_the_output_is_a_terminal_as_in_httpie() {
    let server = Server::start(|_| Answer::new("404 Not Found"));
    let folder = TempFolder::new();
    for (more, is_warned) in [(&[][..], false), (&["-o", "answer"], true)] {
        let program = Program::http(&folder)
            .args(["-qq", "--check-status"])
            .args(more)
            .arg(server.url("/"));
        let shown = program.run_in_terminal().text();
        assert_eq!(shown.contains("warning: HTTP 404"), is_warned, "{shown:?}");
    }
}

#[test]
fn quiet_does_not_hide_errors() {
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .args(["-qq", "http://127.0.0.1:1/"])
        .run();
    outcome.assert_error(&["127.0.0.1"]);
}

#[test]
fn chunked_answers_are_joined() {
    let server = Server::start(|_| Answer::new(200).chunked(&["one ", "two", " three"]));
    assert_eq!(run(&server, &[]).stdout_text(), "one two three");
}

#[test]
fn an_answer_that_ends_too_soon_is_an_error_and_what_came_is_shown() {
    for raw in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst part",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nfirst part\r\n",
    ] {
        let server = Server::start(move |_| Answer::raw(raw));
        let folder = TempFolder::new();
        let outcome = Program::http(&folder).arg(server.url("/x")).run();
        assert_eq!(outcome.status, 1, "{}", outcome.stderr_text());
        outcome.assert_says("error");
        assert_eq!(outcome.stdout_text(), "first part");
    }
}

#[test]
fn an_answer_without_length_is_read_to_its_end() {
    let server = Server::start(|_| Answer::raw("HTTP/1.0 200 OK\r\n\r\nto the end"));
    assert_eq!(run(&server, &[]).stdout_text(), "to the end");
}

#[test]
fn odd_answers_are_taken() {
    for raw in [
        "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfine",
        "HTTP/1.1 200 OK\nContent-Length: 4\n\nfine",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;name=value\r\nfine\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Folded: a\r\n  b\r\nContent-Length: 4\r\n\r\nfine",
    ] {
        let server = Server::start(move |_| Answer::raw(raw));
        assert_eq!(run(&server, &[]).stdout_text(), "fine", "{raw:?}");
    }
}

#[test]
fn answers_without_a_body_end_with_their_head() {
    let server = Server::start(|request| match request.target().as_str() {
        "/204" => Answer::raw("HTTP/1.1 204 No Content\r\n\r\n"),
        "/304" => Answer::raw("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        _ => Answer::ok("12345"),
    });
    let folder = TempFolder::new();
    for (method, path, status) in [
        ("GET", "/204", "204"),
        ("GET", "/304", "304"),
        ("HEAD", "/x", "200"),
    ] {
        let outcome = Program::http(&folder)
            .args(["--print=hb", method, &server.url(path)])
            .run_well();
        assert!(
            outcome.message().start_line.contains(status),
            "{}",
            outcome.stdout_text()
        );
        assert_eq!(outcome.message().body_text(), "");
    }
}

#[test]
fn streaming_shows_each_piece_when_it_comes() {
    let (release, wait) = channel::<()>();
    let wait = Mutex::new(Some(wait));
    let server = Server::start(move |_| {
        let wait = wait.lock().expect("no handler panics").take();
        Answer::drive(move |socket| {
            socket.write_all(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n",
            )?;
            socket.flush()?;
            // An error means that the test is over, which is as good a reason to go on.
            let _ = wait.map(|wait| wait.recv());
            socket.write_all(b"5\r\nlast\n\r\n0\r\n\r\n")
        })
    });
    let folder = TempFolder::new();
    let mut running = Program::http(&folder)
        .args(["--stream", &server.url("/")])
        .spawn();
    let mut stdout = running.take_stdout();
    let mut first = [0; 6];
    stdout
        .read_exact(&mut first)
        .expect("the first piece comes before the last");
    assert_eq!(&first, b"first\n");
    drop(release);
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).expect("a pipe can be read");
    assert_eq!(text(&rest), "last\n");
    assert_eq!(running.finish().status, 0);
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let server = Server::start(|_| Answer::ok("line\n".repeat(1 << 20)));
    let folder = TempFolder::new();
    for options in [&[][..], &["--pretty=format"], &["--stream"]] {
        let mut running = Program::http(&folder)
            .args(options)
            .arg(server.url("/"))
            .spawn();
        let mut stdout = running.take_stdout();
        let mut first = [0; 5];
        stdout.read_exact(&mut first).expect("a first line");
        drop(stdout);
        let outcome = running.finish();
        assert_eq!(outcome.stderr_text(), "", "{options:?}");
    }
}

#[test]
fn printed_requests_are_parted_where_the_answers_between_are_not_shown() {
    let server = Server::start(|request| match request.target().as_str() {
        "/a" => Answer::redirect(307, "/b"),
        _ => Answer::ok("fine"),
    });
    let folder = TempFolder::new();
    let url = server.url("/a");
    let outcome = Program::http(&folder)
        .args(["--follow", "--print=Bb", &url, "a=b"])
        .run_well();
    let body = r#"{"a": "b"}"#;
    assert_eq!(outcome.stdout_text(), format!("{body}\n\n{body}\n\nfine"));
}
