//! Redirects: which are followed, with what method, and what is left behind at the border of an origin.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Answer, Program, Received, Server, TempFolder};

/// Runs a line against a server whose handler knows its own port.
fn follow(
    args: &[&str],
    handler: impl Fn(&Received, &str) -> Answer + Send + Sync + 'static,
) -> (Vec<Received>, String) {
    let server = Server::start(move |request| {
        let host = request.header("Host").unwrap_or_default();
        let port = host.rsplit(':').next().unwrap_or_default().to_owned();
        handler(request, &port)
    });
    let folder = TempFolder::new();
    let args = args.iter().map(|arg| arg.replace("{url}", &server.url("")));
    let outcome = Program::http(&folder).args(args).run_well();
    (server.requests(), outcome.stdout_text())
}

fn to_end(request: &Received, status: u16) -> Answer {
    match request.target().as_str() {
        "/end" => Answer::ok("the end"),
        _ => Answer::redirect(status, "/end").body("moved"),
    }
}

#[test]
fn redirects_are_followed_only_when_asked() {
    let (requests, shown) = follow(&["{url}/start"], |request, _| to_end(request, 302));
    assert_eq!((requests.len(), shown.as_str()), (1, "moved"));
    for option in ["--follow", "-F"] {
        let (requests, shown) = follow(&[option, "{url}/start"], |request, _| to_end(request, 302));
        assert_eq!((requests.len(), shown.as_str()), (2, "the end"));
    }
}

#[test]
fn all_shows_what_lies_between() {
    let args = ["--follow", "--all", "--print=hb", "{url}/start"];
    let (_, shown) = follow(&args, |request, _| to_end(request, 302));
    assert!(
        shown.contains("302 Found") && shown.contains("moved"),
        "{shown}"
    );
    assert!(
        shown.contains("200 OK") && shown.ends_with("the end"),
        "{shown}"
    );
    let args = ["--follow", "--print=hb", "{url}/start"];
    let (_, shown) = follow(&args, |request, _| to_end(request, 302));
    assert!(!shown.contains("302"), "{shown}");
    let args = ["--follow", "-v", "{url}/start"];
    let (_, shown) = follow(&args, |request, _| to_end(request, 302));
    assert!(
        shown.contains("GET /start ") && shown.contains("GET /end "),
        "{shown}"
    );
}

#[test]
fn methods_and_bodies_follow_the_rules() {
    for (status, method, then, keeps_body) in [
        (301, "POST", "GET", false),
        (302, "POST", "GET", false),
        (303, "POST", "GET", false),
        (307, "POST", "POST", true),
        (308, "POST", "POST", true),
        (302, "PUT", "GET", false),
        (303, "PUT", "GET", false),
        (301, "PUT", "PUT", false),
        (307, "PUT", "PUT", true),
        (302, "HEAD", "HEAD", false),
        (303, "HEAD", "HEAD", false),
        (308, "PATCH", "PATCH", true),
    ] {
        let items: &[&str] = if method == "HEAD" { &[] } else { &["a=b"] };
        let args = [&["--follow", method, "{url}/start"], items].concat();
        let (requests, _) = follow(&args, move |request, _| to_end(request, status));
        assert_eq!(requests.len(), 2, "{status} {method}");
        assert_eq!(requests[1].method(), then, "{status} {method}");
        let body = if keeps_body { r#"{"a": "b"}"# } else { "" };
        assert_eq!(requests[1].body_text(), body, "{status} {method}");
        if then == "GET" {
            assert_eq!(
                requests[1].header("Content-Type"),
                None,
                "{status} {method}"
            );
        }
    }
}

#[test]
fn locations_may_be_relative() {
    let (requests, shown) = follow(
        &["--follow", "{url}/a/b/start?q=1"],
        |request, _| match request.target().as_str() {
            "/a/b/start?q=1" => Answer::redirect(302, "../c?x=y#part"),
            "/a/c?x=y" => Answer::redirect(302, "?z"),
            _ => Answer::ok("the end"),
        },
    );
    let targets: Vec<String> = requests.iter().map(Received::target).collect();
    assert_eq!(targets, ["/a/b/start?q=1", "/a/c?x=y", "/a/c?z"]);
    assert_eq!(shown, "the end");
}

#[test]
fn credentials_stay_with_their_origin() {
    let args = [
        "--follow",
        "-a",
        "user:secret",
        "{url}/start",
        "Cookie:typed=1",
        "X-Typed:goes",
    ];
    let (requests, _) = follow(&args, |request, port| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/same"),
        "/same" => Answer::redirect(302, format!("http://localhost:{port}/other")),
        _ => Answer::ok("the end"),
    });
    let has = |index: usize, name: &str| requests[index].header(name).is_some();
    assert_eq!(requests.len(), 3);
    assert!(has(0, "Authorization") && has(0, "Cookie"));
    assert!(has(1, "Authorization"));
    assert!(!has(2, "Authorization") && !has(2, "Cookie"));
    assert!((0..3).all(|index| has(index, "X-Typed")));
    assert!(
        requests[2]
            .header("Host")
            .is_some_and(|host| host.starts_with("localhost:"))
    );
}

#[test]
fn a_typed_authorization_header_stays_with_its_origin() {
    let args = ["--follow", "{url}/start", "Authorization:Bearer typed"];
    let (requests, _) = follow(&args, |request, port| match request.target().as_str() {
        "/start" => Answer::redirect(302, format!("http://localhost:{port}/other")),
        _ => Answer::ok("the end"),
    });
    assert_eq!(
        requests[0].header("Authorization").as_deref(),
        Some("Bearer typed")
    );
    assert_eq!(requests[1].header("Authorization"), None);
}

#[test]
fn a_typed_host_stays_with_its_origin() {
    let other = Server::start(|_| Answer::ok("other"));
    let (to_other, end) = (other.url("/end"), other.port());
    let server = Server::start(move |request| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/near"),
        _ => Answer::redirect(302, to_other.as_str()),
    });
    let folder = TempFolder::new();
    Program::http(&folder)
        .args(["--follow", &server.url("/start"), "Host:virtual.test"])
        .run_well();
    let hosts: Vec<_> = server
        .requests()
        .iter()
        .map(|got| got.header("Host"))
        .collect();
    let typed = Some("virtual.test".to_owned());
    assert_eq!(hosts, [typed.clone(), typed]);
    let host = other.only_request().header("Host");
    assert_eq!(host, Some(format!("127.0.0.1:{end}")));
}

#[test]
fn cookies_set_on_the_way_are_sent_on() {
    let (requests, _) = follow(&["--follow", "{url}/start"], |request, port| match request
        .target()
        .as_str()
    {
        "/start" => Answer::redirect(302, "/same").header("Set-Cookie", "sid=1; Path=/"),
        "/same" => Answer::redirect(302, format!("http://localhost:{port}/other")),
        _ => Answer::ok("the end"),
    });
    assert_eq!(requests[0].header("Cookie"), None);
    assert_eq!(requests[1].header("Cookie").as_deref(), Some("sid=1"));
    assert_eq!(requests[2].header("Cookie"), None);
}

#[test]
fn a_body_that_stalls_is_left_for_another_connection() {
    let (silent, speaks) = channel::<()>();
    let speaks = Arc::new(Mutex::new(speaks));
    let args = ["--follow", "{url}/length"];
    let (requests, shown) = follow(&args, move |request, _| {
        let (next, body) = match request.target().as_str() {
            "/length" => ("/chunks", "Content-Length: 10\r\n\r\n01234"),
            "/chunks" => ("/close", "Transfer-Encoding: chunked\r\n\r\n5\r\n01234"),
            "/close" => ("/end", "\r\n"),
            _ => return Answer::ok("the end"),
        };
        let speaks = Arc::clone(&speaks);
        Answer::drive(move |socket| {
            write!(socket, "HTTP/1.1 302 Found\r\nLocation: {next}\r\n{body}")?;
            let _ = speaks.lock().map(|speaks| speaks.recv());
            Ok(())
        })
    });
    drop(silent);
    let connections: Vec<_> = requests.iter().map(|request| request.connection).collect();
    assert_eq!((connections, shown.as_str()), (vec![0, 1, 2, 3], "the end"));
}

#[test]
fn what_a_redirect_may_take_is_no_limit_for_the_answer_behind_it() {
    let (requests, shown) = follow(&["--follow", "{url}/start"], |request, _| {
        if request.target() == "/end" {
            std::thread::sleep(Duration::from_millis(1200));
        }
        to_end(request, 302)
    });
    assert_eq!(requests[0].connection, requests[1].connection);
    assert_eq!(shown, "the end");
}

#[test]
fn the_connection_is_used_again() {
    let (requests, _) = follow(&["--follow", "{url}/start"], |request, _| {
        to_end(request, 302)
    });
    assert_eq!(requests[0].connection, requests[1].connection);
}

#[test]
fn a_redirect_without_a_location_is_an_answer() {
    let (requests, shown) = follow(&["--follow", "{url}/start"], |_, _| {
        Answer::new(302).body("nowhere")
    });
    assert_eq!((requests.len(), shown.as_str()), (1, "nowhere"));
}

#[test]
fn a_redirect_to_another_kind_of_place_is_refused() {
    for location in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://127.0.0.1:99999/",
    ] {
        let server = Server::start(move |_| Answer::redirect(302, location));
        let folder = TempFolder::new();
        let outcome = Program::http(&folder)
            .args(["--follow", &server.url("/")])
            .run();
        outcome.assert_error(&[]);
        assert_eq!(server.request_count(), 1);
    }
}
