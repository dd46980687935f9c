//! What is told about an exchange: the text of `--meta` and the line of `--json-meta`.

use crate::support::{Answer, Authority, Outcome, Program, Server, TempFolder};
use serde_json::Value;

const KEYS: [&str; 10] = [
    "url",
    "method",
    "status",
    "http_version",
    "hops",
    "request",
    "response",
    "times",
    "exit_status",
    "error",
];

fn run(folder: &TempFolder, args: &[&str]) -> Outcome {
    Program::http(folder).args(args).run()
}

/// The line of JSON that stands first on standard error.
fn line(outcome: &Outcome) -> Value {
    let said = outcome.stderr_text();
    let line = said.lines().next().unwrap_or_default();
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {said}"));
    let Value::Object(members) = &value else {
        panic!("{said}")
    };
    let mut keys: Vec<_> = members.keys().map(String::as_str).collect();
    let mut want = KEYS.to_vec();
    keys.sort_unstable();
    want.sort_unstable();
    assert_eq!(keys, want);
    value
}

#[test]
fn the_elapsed_time_is_told() {
    let server = Server::start(|_| Answer::ok("x"));
    let folder = TempFolder::new();
    for options in ["--meta", "-m", "--print=m"] {
        let outcome = run(&folder, &[options, &server.url("/")]);
        let shown = outcome.stdout_text();
        let seconds = shown
            .strip_prefix("Elapsed time: ")
            .and_then(|rest| rest.strip_suffix("s\n\n"))
            .unwrap_or_else(|| panic!("{shown:?}"));
        assert!(seconds.parse::<f64>().is_ok_and(|seconds| seconds > 0.0));
    }
    let shown = run(&folder, &["-vv", &server.url("/")]).stdout_text();
    assert!(shown.contains("\r\n\r\nx\n\nElapsed time: "), "{shown:?}");
    let outcome = run(&folder, &["-d", "--meta", &server.url("/")]);
    let said = outcome.stderr_text();
    assert!(said.starts_with("Elapsed time: "), "{said:?}");
    assert!(said.contains("s\n\nDownloading to "), "{said:?}");
}

#[test]
fn a_line_of_json_tells_about_the_exchange() {
    let server = Server::start(|_| Answer::json("{}").header("X-Y", "z"));
    let folder = TempFolder::new();
    let url = server.url("/path?q=1");
    let outcome = run(&folder, &["--json-meta", &url, "a=b"]);
    assert_eq!(outcome.stdout_text(), "{}");
    let told = line(&outcome);
    assert_eq!(told["url"], url);
    assert_eq!(told["method"], "POST");
    assert_eq!(told["status"], 200);
    assert_eq!(told["http_version"], "1.1");
    assert_eq!(told["hops"], 0);
    let request = server.only_request();
    assert_eq!(told["request"]["head_bytes"], request.head.len());
    assert_eq!(told["request"]["body_bytes"], request.body.len());
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Y: z\r\nContent-Length: 2\r\n\r\n";
    assert_eq!(told["response"]["head_bytes"], head.len());
    assert_eq!(told["response"]["body_bytes"], 2);
    assert_eq!(told["response"]["decoded_bytes"], 2);
    assert_eq!(told["exit_status"], 0);
    assert_eq!(told["error"], Value::Null);
    let times = &told["times"];
    assert_eq!(times["dns"], Value::Null, "an address was given");
    assert_eq!(times["tls"], Value::Null);
    let seconds = |name: &str| times[name].as_f64().unwrap_or(-1.0);
    assert!(seconds("connect") >= 0.0 && seconds("connect") <= seconds("first_byte"));
    assert!(seconds("first_byte") <= seconds("total"));
}

#[test]
fn a_mask_reaches_urls_within_urls() {
    let server = Server::start(|_| Answer::ok(""));
    let folder = TempFolder::new();
    let url = server.url("/?from=http://ann:s3cret@origin.test/");
    for (option, shown) in [
        ("--mask", "http://***@origin.test/"),
        ("--no-mask", "http://ann:s3cret@origin.test/"),
    ] {
        let outcome = run(&folder, &["--json-meta", option, &url]);
        let told = line(&outcome)["url"].to_string();
        assert!(told.contains(shown), "{told}");
    }
}

#[test]
fn a_body_that_is_not_printed_is_measured_all_the_same() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &[b'x'; 1000]).unwrap();
    let packed = encoder.finish().unwrap();
    let length = packed.len();
    let server = Server::start(move |_| Answer::ok(&packed[..]).header("Content-Encoding", "gzip"));
    let folder = TempFolder::new();
    for options in [&["--print=m"][..], &["-h"], &["-b"], &["-d", "-o", "f"]] {
        let outcome = Program::http(&folder)
            .args(options)
            .args(["--json-meta", "-q", &server.url("/")])
            .run();
        let told = line(&outcome);
        assert_eq!(told["response"]["body_bytes"], length, "{options:?}");
        assert_eq!(told["response"]["decoded_bytes"], 1000, "{options:?}");
        assert_eq!(outcome.stdout_text(), "", "{options:?}");
    }
}

#[test]
fn the_last_of_several_requests_is_told() {
    let server = Server::start(|request| match request.target().as_str() {
        "/a" => Answer::redirect(302, "/b"),
        _ => Answer::new(404),
    });
    let folder = TempFolder::new();
    let outcome = run(
        &folder,
        &[
            "--json-meta",
            "--follow",
            "--check-status",
            &server.url("/a"),
        ],
    );
    assert_eq!(outcome.status, 4);
    let said = outcome.stderr_text();
    let json = said.lines().find(|line| line.starts_with('{'));
    let told: Value = serde_json::from_str(json.unwrap_or_default()).unwrap();
    assert_eq!(told["url"], server.url("/b"));
    assert_eq!((&told["hops"], &told["status"]), (&1.into(), &404.into()));
    assert_eq!(told["exit_status"], 4);
}

#[test]
fn a_run_that_failed_is_told_with_its_error() {
    let folder = TempFolder::new();
    let server =
        Server::start(|_| Answer::raw("HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"));
    let outcome = run(&folder, &["--print=m", "--json-meta", &server.url("/")]);
    assert_eq!(outcome.status, 1);
    let told = line(&outcome);
    assert_eq!(
        (&told["status"], &told["exit_status"]),
        (&200.into(), &1.into())
    );
    assert_eq!(told["http_version"], "1.0");
    assert_eq!(told["response"]["body_bytes"], 10);
    let error = told["error"].as_str().unwrap_or_default();
    assert!(error.contains("10 of 20 bytes are missing"), "{error}");

    let port = server.port();
    drop(server);
    let outcome = run(
        &folder,
        &["--json-meta", &format!("user:secret@localhost:{port}")],
    );
    let told = line(&outcome);
    assert_eq!(told["url"], format!("http://localhost:{port}/"));
    assert_eq!(told["status"], Value::Null);
    assert!(told["times"]["dns"].is_f64());
    assert_eq!(told["times"]["first_byte"], Value::Null);
    assert!(
        told["error"]
            .as_str()
            .is_some_and(|error| error.contains("connect"))
    );
}

#[test]
fn an_error_in_the_line_has_no_password_of_a_url() {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::redirect(302, "ftp://user:secret@localhost/"));
    let outcome = run(&folder, &["--json-meta", "--follow", &server.url("/")]);
    let told = line(&outcome);
    let error = told["error"].as_str().unwrap_or_default();
    assert!(error.contains("ftp://***@localhost"), "{error}");
}

#[test]
fn the_line_can_go_into_a_file() {
    let server = Server::start(|_| Answer::ok("body"));
    let folder = TempFolder::new();
    folder.write("work/meta.json", "x".repeat(5000));
    for _ in 0..2 {
        let outcome = run(&folder, &["--meta-file=meta.json", &server.url("/")]);
        assert_eq!(outcome.stdout_text(), "body");
        assert_eq!(outcome.stderr_text(), "");
        let told: Value = serde_json::from_str(&folder.read("work/meta.json")).unwrap();
        assert_eq!(told["status"], 200);
    }
    let before = server.request_count();
    let outcome = run(&folder, &["--meta-file=no/such/place", &server.url("/")]);
    outcome.assert_error(&["no/such/place"]);
    assert_eq!(server.request_count(), before);
}

#[test]
fn the_handshake_is_timed() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.issue(&["localhost"]), |_| Answer::ok("x"));
    let folder = TempFolder::new();
    let bundle = folder.write("ca.pem", authority.pem());
    let outcome = Program::http(&folder)
        .arg("--verify")
        .arg(bundle)
        .args(["--json-meta", &server.url_as("localhost", "/")])
        .run();
    let told = line(&outcome);
    assert_eq!(told["error"], Value::Null);
    assert!(told["times"]["tls"].as_f64() > Some(0.0));
    assert!(told["times"]["dns"].is_f64());
}

#[test]
fn prefixes_stay_httpies() {
    let server = Server::start(|_| Answer::ok("x"));
    let folder = TempFolder::new();
    let outcome = run(&folder, &["--js", &server.url("/")]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    let outcome = run(&folder, &["--json-m", &server.url("/")]);
    assert_eq!(line(&outcome)["status"], 200);
    let outcome = run(&folder, &["--me", &server.url("/")]);
    assert!(outcome.stdout_text().starts_with("Elapsed time: "));
}
