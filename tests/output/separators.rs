//! Blank lines between messages, and between the parts of a message, in a terminal and in a pipe: byte for byte HTTPie's.

use crate::support::{Answer, Program, Server, TempFolder, text};

/// Arguments, and what a terminal and a pipe show for them. `{H}` ends a request's head, `{200}` and `{302}` are heads of
/// responses, `{json}` is the body of the request.
#[rustfmt::skip] // One command, one line.
const CASES: [(&str, &str, &str); 19] = [
    ("--print=B URL/plain", "", ""),
    ("--print=HB URL/plain", "GET /plain {H}", "GET /plain {H}"),
    ("--print=HB POST URL/plain --raw=", "POST /plain {H}", "POST /plain {H}"),
    ("--print=HB URL/plain a=b", "POST /plain {H}{json}\n\n", "POST /plain {H}{json}"),
    ("--print=HB --follow --all URL/moved", "GET /moved {H}GET /plain {H}", "GET /moved {H}GET /plain {H}"),
    ("--print=Bb --follow --all URL/moved", "\n\nmoved\n\n\n\n\nfine\n\n\n", "\n\nmoved\n\n\n\nfine"),
    ("--print=HBb --follow URL/moved", "GET /moved {H}\n\nGET /plain {H}\n\nfine\n\n\n", "GET /moved {H}\n\nGET /plain {H}\n\nfine"),
    ("--print=Hh URL/plain", "GET /plain {H}{200}", "GET /plain {H}{200}"),
    ("--print=m URL/plain", "{time}\n\n", "{time}\n\n"),
    ("--print=Bm URL/plain", "\n\n{time}\n\n", "\n\n{time}\n\n"),
    ("--print=bm URL/plain", "fine\n\n\n{time}\n\n", "fine\n\n{time}\n\n"),
    ("--print=HBm URL/plain a=b", "POST /plain {H}{json}\n\n{time}\n\n", "POST /plain {H}{json}\n\n{time}\n\n"),
    ("-v URL/plain", "GET /plain {H}\n\n{200}fine\n\n\n", "GET /plain {H}\n\n{200}fine"),
    ("-v URL/plain a=b", "POST /plain {H}{json}\n\n{200}fine\n\n\n", "POST /plain {H}{json}\n\n{200}fine"),
    ("-vv --follow URL/moved", "GET /moved {H}\n\n{302}moved\n\n\n{time}\n\nGET /plain {H}\n\n{200}fine\n\n\n{time}\n\n", "GET /moved {H}\n\n{302}moved\n\n{time}\n\n\n\nGET /plain {H}\n\n{200}fine\n\n{time}\n\n"),
    ("-q -v URL/plain", "", ""),
    ("--print= URL/plain", "", ""),
    ("--offline --print=HB URL/plain", "GET /plain {H}\n\n", "GET /plain {H}"),
    ("--offline URL/plain a=b", "POST /plain {H}{json}\n\n", "POST /plain {H}{json}"),
];

#[test]
fn messages_are_parted_as_in_httpie() {
    let server = Server::start(|request| match request.target().as_str() {
        "/moved" => Answer::redirect(302, "/plain").body("moved"),
        _ => Answer::ok("fine"),
    });
    let base = server.url("");
    for (arguments, terminal, pipe) in CASES {
        let folder = TempFolder::new();
        let run = || {
            let words = arguments.split(' ');
            Program::http(&folder)
                .arg("--pretty=none")
                .args(words.map(|word| word.replace("URL", &base)))
        };
        let screen = run().run_in_terminal().screen;
        assert_eq!(outline(&screen), terminal, "{arguments}, terminal");
        let stdout = run().run_well().stdout;
        assert_eq!(outline(&stdout), pipe, "{arguments}, pipe");
    }
}

/// What was shown in the notation of the table.
fn outline(shown: &[u8]) -> String {
    let shown = text(shown);
    let mut lines = String::new();
    for line in shown.split_inclusive('\n') {
        let is_header = line.ends_with("\r\n") && line.contains(": ");
        match line.strip_prefix("Elapsed time: ") {
            Some(time) => {
                lines += &format!(
                    "{{time}}{}",
                    time.trim_start_matches(|byte| byte != 's')
                        .replacen('s', "", 1)
                )
            }
            None if is_header => {}
            None => lines += line,
        }
    }
    lines
        .replace("HTTP/1.1 200 OK\r\n\r\n", "{200}")
        .replace("HTTP/1.1 302 Found\r\n\r\n", "{302}")
        .replace("HTTP/1.1\r\n\r\n", "{H}")
        .replace(r#"{"a": "b"}"#, "{json}")
}
