//! Colours, and what must not act on a terminal.

use crate::support::{
    Answer, Outcome, Program, Server, TempFolder, contains, text, without_colours,
};

const DOCUMENT: &str = r#"{"b": 1.10, "a": [1,{"x":null}]}"#;
const FORMATTED: &str = "{\n    \"a\": [\n        1,\n        {\n            \"x\": null\n        }\n    ],\n    \"b\": 1.10\n}";

fn document_server() -> Server {
    Server::start(|_| Answer::json(DOCUMENT))
}

fn run(server: &Server, args: &[&str]) -> Outcome {
    Program::http(&TempFolder::new())
        .env("TERM", "xterm-256color")
        .args(args)
        .arg(server.url("/x"))
        .run_well()
}

#[test]
fn colours_come_only_where_they_are_wanted() {
    let server = document_server();
    for (option, coloured) in [
        ("--pretty=all", true),
        ("--pretty=colors", true),
        ("--pretty=format", false),
        ("--pretty=none", false),
    ] {
        let outcome = run(&server, &[option, "--print=hb"]);
        assert_eq!(contains(&outcome.stdout, b"\x1b["), coloured, "{option}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_color_is_honoured() {
    let server = document_server();
    let folder = TempFolder::new();
    let program = Program::http(&folder)
        .arg(server.url("/x"))
        .env("NO_COLOR", "1");
    let shown = program.run_in_terminal();
    assert!(!contains(&shown.screen, b"\x1b"), "{}", shown.text());
    assert!(shown.text().contains(FORMATTED), "{}", shown.text());
}

/// Bodies by their types, each with what no line of it may lose.
const BODIES: [(&str, &str); 10] = [
    (
        "text/html",
        "<p class=\"x\">a &amp; b</p>\n<script>let x = 1;</script>\n",
    ),
    ("application/xml", "<a b=\"c\">\n  <d/>\n</a>\n"),
    ("text/css", "a:hover { color: #fff }\n"),
    ("application/javascript", "let x = `a${1}`; // y\n"),
    ("text/x-yaml", "a: 1\nb: [x, \"y\"]\n"),
    ("application/x-www-form-urlencoded", "a=b&c=d\n"),
    ("application/json", "{\"a\": [1, oops\n"),
    ("application/problem+json", "{\n    \"a\": 1\n}\n"),
    ("image/svg+xml", "<svg><broken\n"),
    ("application/yaml", "- a\n- b: c\n"),
];

#[test]
fn every_language_is_coloured_and_keeps_its_text() {
    for (content_type, body) in BODIES {
        let server = Server::start(move |_| Answer::ok(body).header("Content-Type", content_type));
        for style in [
            "auto",
            "pie",
            "pie-dark",
            "pie-light",
            "monokai",
            "fruity",
            "solarized",
        ] {
            let option = format!("--style={style}");
            let shown = run(&server, &["--body", "--pretty=all", &option]).stdout_text();
            assert!(
                shown.contains("\x1b["),
                "{content_type} in {style}: {shown:?}"
            );
            assert_eq!(without_colours(&shown), body, "{content_type} in {style}");
        }
    }
}

#[test]
fn a_type_that_nobody_knows_has_no_colours() {
    let server = Server::start(|_| Answer::ok("<a>{}</a>").header("Content-Type", "xxx/yyy"));
    let shown = run(&server, &["--body", "--pretty=all", "--style=pie"]);
    assert_eq!(shown.stdout_text(), "<a>{}</a>");
}

#[test]
fn json_under_a_type_of_its_own_has_the_colours_of_the_type() {
    for (content_type, text) in [
        ("text/javascript", "[\x1b[34m1\x1b[0m]\n"),
        ("text/x-yaml", "[\x1b[31m1\x1b[0m]\n"),
        ("text/plain", "[1]\n"),
        ("application/json", "[\x1b[34m1"),
    ] {
        let server = Server::start(move |_| Answer::ok("[1]").header("Content-Type", content_type));
        for stream in ["--stream", "--no-stream"] {
            let options = "--format-options=json.format:false";
            let shown = run(&server, &["--body", "--pretty=all", options, stream]).stdout_text();
            assert!(
                shown.starts_with(text),
                "{content_type} {stream}: {shown:?}"
            );
        }
    }
}

#[test]
fn a_coloured_body_ends_its_last_line() {
    for content_type in ["text/html", "text/plain", "application/json", "text/css"] {
        let server = Server::start(move |_| Answer::ok("abc").header("Content-Type", content_type));
        for pretty in ["--pretty=all", "--pretty=colors"] {
            let shown = run(&server, &["--body", pretty]).stdout_text();
            assert_eq!(without_colours(&shown), "abc\n", "{content_type}");
        }
        let shown = run(&server, &["--body", "--pretty=format"]);
        assert_eq!(shown.stdout_text(), "abc");
    }
}

#[test]
fn every_style_shows_the_same_head_and_the_reason_as_it_came() {
    for reason in ["", " ", " OK", " OK ", " CUSTOM"] {
        let server =
            Server::start(move |_| Answer::raw(format!("HTTP/1.0 200{reason}\r\nA: b\r\n\r\n")));
        for style in [
            "auto",
            "pie",
            "pie-dark",
            "pie-light",
            "solarized",
            "bw",
            "vs",
        ] {
            let option = format!("--style={style}");
            let shown = run(&server, &["--headers", "--pretty=all", &option]).stdout_text();
            let wanted = format!("HTTP/1.0 200{}", reason.trim_end());
            assert!(
                without_colours(&shown).starts_with(&wanted),
                "{style}: {shown:?}"
            );
        }
    }
}

#[test]
fn the_pie_styles_tell_kinds_of_methods_codes_and_times_apart() {
    let server = Server::start(|request| Answer::new(request.target().trim_start_matches('/')));
    let folder = TempFolder::new();
    let start_line = |style: &str, status: &str| {
        let program = Program::http(&folder).env("TERM", "xterm-256color").args([
            "--headers",
            "--pretty=all",
            "-s",
            style,
            &server.url(&format!("/{status}")),
        ]);
        let shown = program.run().stdout_text();
        let line = shown.lines().next().unwrap_or_default().to_owned();
        line.split(status).next().unwrap_or_default().to_owned()
    };
    let kinds = ["200", "301", "404", "500"];
    for style in ["pie", "pie-dark", "pie-light"] {
        let looks = kinds.map(|status| start_line(style, status));
        for (index, look) in looks.iter().enumerate() {
            assert!(!looks[..index].contains(look), "{style}: {look:?}");
        }
        let shown = run(&server_of_ok(), &["--meta", "--pretty=all", "-s", style]);
        assert!(without_colours(&shown.stdout_text()).starts_with("Elapsed time: 0."));
        assert!(contains(&shown.stdout, b"\x1b["), "{style}");
    }
    let plain = kinds.map(|status| start_line("monokai", status));
    assert!(plain.iter().all(|look| *look == plain[0]));
}

fn server_of_ok() -> Server {
    Server::start(|_| Answer::ok("fine"))
}

#[test]
fn a_terminal_of_few_colours_gets_its_own() {
    let server = document_server();
    let folder = TempFolder::new();
    let shown = |term: &str, colorterm: &str| {
        let program = Program::http(&folder)
            .env("TERM", term)
            .env("COLORTERM", colorterm)
            .args(["--pretty=all", "--style=monokai", &server.url("/")]);
        program.run_well().stdout_text()
    };
    for (term, colorterm) in [("xterm", ""), ("linux", ""), ("screen", ""), ("vt220", "")] {
        let output = shown(term, colorterm);
        assert!(output.contains("\x1b[94m"), "{term}: {output:?}");
        assert!(!output.contains("38;5"), "{term}: {output:?}");
    }
    for (term, colorterm) in [
        ("xterm-256color", ""),
        ("xterm", "truecolor"),
        ("xterm-kitty", ""),
        ("tmux-256color", ""),
        ("foot", ""),
        ("", ""),
    ] {
        let output = shown(term, colorterm);
        assert!(output.contains("\x1b[38;5;"), "{term}: {output:?}");
    }
}

/// What would retitle the terminal, move its cursor, hide text or turn it around.
const ATTACK: &str = "a\x1b]0;owned\x07b\x1b[2Jc\u{9b}31md\x7fe\u{202e}f\x08g\rh\ti\u{2066}j";

/// The first byte that a terminal would obey, other than in sequences that set colours.
fn obeyed(screen: &[u8]) -> Option<String> {
    let plain = without_colours(&text(screen));
    let steers = |character: &char| match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        character => character.is_control(),
    };
    let found = plain.chars().find(steers);
    found.map(|character| format!("{character:?} in {plain:?}"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_cannot_steer_the_terminal() {
    let folder = TempFolder::new();
    for content_type in [
        "text/plain",
        "text/html",
        "application/json",
        "application/xml",
        "application/javascript",
        "text/css",
        "text/x-yaml",
        "text/event-stream",
        "xxx/yyy",
        "text/plain; charset=latin1",
        "application/x-www-form-urlencoded",
        "a\x1b[31mb/c",
    ] {
        let server = Server::start(move |_| {
            let body = format!("{{\"a\": \"{ATTACK}\"}} {ATTACK}<a>{ATTACK}</a>\n{ATTACK}\n");
            let length = body.len();
            let attack = ATTACK.replace('\r', "");
            Answer::raw(format!(
                "HTTP/1.1 200 OK{attack}\r\nContent-Type: {content_type}\r\nX-{attack}: {attack}\r\nContent-Length: {length}\r\n\r\n{body}"
            ))
        });
        for pretty in ["none", "format", "colors", "all"] {
            for stream in ["--stream", "--no-stream"] {
                let program = Program::http(&folder).args([
                    "-vv",
                    &format!("--pretty={pretty}"),
                    stream,
                    &server.url("/x"),
                ]);
                let shown = program.run_in_terminal();
                assert_eq!(
                    obeyed(&shown.screen),
                    None,
                    "{content_type} {pretty} {stream}"
                );
                assert!(shown.text().contains("owned"), "{}", shown.text());
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_warning_and_an_error_cannot_steer_the_terminal() {
    let server = Server::start(|request| match request.target().as_str() {
        "/status" => Answer::raw("HTTP/1.1 500 oh\x1b[2Jno\r\nContent-Length: 0\r\n\r\n"),
        _ => Answer::raw(
            "HTTP/1.1 302 Found\r\nLocation: foo\x1b[2J://bar\r\nContent-Length: 0\r\n\r\n",
        ),
    });
    let folder = TempFolder::new();
    for args in [
        ["-q", "--check-status", "/status"],
        ["-q", "--follow", "/redirect"],
    ] {
        let [first, second, path] = args;
        let program = Program::http(&folder).args([first, second, &server.url(path)]);
        let shown = program.run_in_terminal();
        assert_eq!(obeyed(&shown.screen), None, "{path}");
        let is_shown = shown.text().contains("oh\u{241b}[2Jno");
        assert_eq!(is_shown, path == "/status", "{}", shown.text());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn warnings_and_errors_on_a_terminal_have_the_colour_of_their_kind() {
    let server = Server::start(|_| Answer::new("404 Not Found"));
    let url = server.url("/");
    let folder = TempFolder::new();
    let shown = |args: &[&str], term: &str| {
        let program = Program::http(&folder).env("TERM", term).args(args);
        program.run_in_terminal().text()
    };
    const WARNING: &str = "http: warning: HTTP 404 Not Found";
    for (style, look) in [("auto", "33"), ("monokai", "33"), ("pie", "38;5;209")] {
        let screen = shown(
            &["-q", "--check-status", "-s", style, &url],
            "xterm-256color",
        );
        assert_eq!(screen, format!("\n\x1b[{look}m{WARNING}\x1b[0m\n\n\n"));
    }
    let few = shown(&["-q", "--check-status", "--style=pie", &url], "xterm");
    assert_eq!(few, format!("\n\x1b[33m{WARNING}\x1b[0m\n\n\n"));
    let dumb = shown(&["-q", "--check-status", &url], "dumb");
    assert_eq!(dumb, format!("\n{WARNING}\n\n\n"));
    let error = shown(&["--pretty=none", "foo://bar"], "xterm");
    assert!(error.starts_with("\n\x1b[31mhttp: error: "), "{error:?}");
    assert!(error.ends_with("\x1b[0m\n\n\n"), "{error:?}");
    let usage = shown(&["--nonsense", "x"], "xterm");
    assert!(usage.starts_with("\x1b[1musage\x1b[0m:\n"), "{usage:?}");
    let plain = Program::http(&folder)
        .env("NO_COLOR", "1")
        .arg("--nonsense");
    let plain = plain.run_in_terminal().text();
    assert!(plain.starts_with("usage:\n"), "{plain:?}");
}

#[test]
fn a_pipe_gets_what_the_server_sent() {
    let server = Server::start(|_| Answer::ok(ATTACK).header("Content-Type", "text/plain"));
    assert_eq!(run(&server, &[]).stdout_text(), ATTACK);
}
