//! The cookies of a session: where they go, and when they end.

use crate::support::{Answer, Program, Server, TempFolder};
use crate::{HTTPIE_FILE, json, named, pair, pairs, run, server};

#[test]
fn cookies_go_when_they_expire_or_are_taken_back() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--session=one",
        "{url}/",
        "set==a=1; Path=/",
        "set==b=2; Path=/; Max-Age=1000",
        "set==c=3; Path=/",
    ];
    run(&folder, &server, &args);
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "{url}/",
            "set==a=; Path=/; Max-Age=0",
            "set==c=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ],
    );
    assert_eq!(
        pairs(&json(&folder, &named(&server, "one")), "cookies"),
        [pair("b", "2")]
    );
    let path = named(&server, "one");
    let mut session = json(&folder, &path);
    session["cookies"][0]["expires"] = 1.into();
    folder.write(&path, session.to_string());
    run(&folder, &server, &["--session=one", "{url}/", "X-A:1"]);
    assert_eq!(server.last_request().header("Cookie"), None);
    assert_eq!(pairs(&json(&folder, &path), "cookies"), []);
}

#[test]
fn cookies_go_where_their_path_and_host_allow() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--session=./s.json",
        "{url}/",
        "set==deep=1; Path=/deep",
        "set==safe=1; Path=/; Secure",
        "set==foreign=1; Path=/; Domain=example.com",
        "set==own=1; Path=/",
    ];
    run(&folder, &server, &args);
    let sent = |url: String| {
        Program::http(&folder)
            .args(["--session=./s.json", &url])
            .run_well();
        server.last_request().header("Cookie").unwrap_or_default()
    };
    assert_eq!(sent(server.url("/deep/er")), "deep=1; own=1");
    assert_eq!(sent(server.url("/deeper")), "own=1");
    assert_eq!(sent(server.url("/")), "own=1");
    assert_eq!(sent(server.url_as("localhost", "/deep")), "");
}

#[test]
fn cookies_of_a_redirect_are_kept() {
    let folder = TempFolder::new();
    let server = Server::start(|request| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/end").header("Set-Cookie", "way=1; Path=/"),
        _ => Answer::ok("fine").header("Set-Cookie", "end=2; Path=/"),
    });
    run(
        &folder,
        &server,
        &["--session=one", "--follow", "{url}/start"],
    );
    let mut kept = pairs(&json(&folder, &named(&server, "one")), "cookies");
    kept.sort();
    assert_eq!(kept, [pair("end", "2"), pair("way", "1")]);
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("way=1")
    );
}

#[test]
fn cookies_that_httpie_stored_for_localhost_are_sent_to_localhost() {
    let (server, folder) = (server(), TempFolder::new());
    // Python gives names without a dot the ending `.local`.
    let file = HTTPIE_FILE.replace("\"127.0.0.1\"", "\"localhost.local\"");
    folder.write("work/s.json", file);
    let url = server.url_as("localhost", "/");
    Program::http(&folder)
        .args(["--session=./s.json", &url])
        .run_well();
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("sid=abc")
    );
}

/// The names of the server that HTTPie's cookie jar holds for one another's.
fn with_local_names() -> [&'static str; 4] {
    [
        "--resolve=foo:127.0.0.1",
        "--resolve=foo.local:127.0.0.1",
        "--resolve=localhost:127.0.0.1",
        "--resolve=localhost.local:127.0.0.1",
    ]
}

#[test]
fn cookies_of_a_host_and_of_its_name_in_local_are_kept_apart() {
    let server = server();
    for (one, other) in [("foo", "foo.local"), ("localhost", "localhost.local")] {
        for (from, to) in [(one, other), (other, one)] {
            let folder = TempFolder::new();
            let run = |host: &str, item: &[&str]| {
                Program::http(&folder)
                    .args(with_local_names())
                    .args(["--session=./s.json", &server.url_as(host, "/")])
                    .args(item)
                    .run_well();
                server.last_request().header("Cookie")
            };
            run(from, &["set==sid=SECRET; Path=/"]);
            assert_eq!(run(to, &[]), None, "of {from} to {to}");
            assert_eq!(run(from, &[]).as_deref(), Some("sid=SECRET"), "{from}");
            run(to, &["set==sid=other; Path=/"]);
            assert_eq!(run(to, &[]).as_deref(), Some("sid=other"), "{to}");
            assert_eq!(run(from, &[]).as_deref(), Some("sid=SECRET"), "{from}");
        }
    }
}

#[test]
fn a_cookie_that_a_redirect_brought_from_a_name_in_local_goes_back_there() {
    let folder = TempFolder::new();
    let server = Server::start(|request| {
        let host = request.header("Host").unwrap_or_default();
        match (request.target().as_str(), host.strip_prefix("foo:")) {
            ("/away", Some(port)) => Answer::redirect(302, format!("http://foo.local:{port}/")),
            ("/back", Some(port)) => Answer::redirect(302, format!("http://foo.local:{port}/seen")),
            _ => Answer::ok("fine").header("Set-Cookie", "sid=LOCALSECRET; Path=/"),
        }
    });
    let run = |path: &str| {
        Program::http(&folder)
            .args(with_local_names())
            .args(["-F", "--session=n", &server.url_as("foo", path)])
            .run_well();
    };
    run("/away");
    run("/back");
    let requests = server.requests();
    let sent = |index: usize| requests[index].header("Cookie");
    assert_eq!(sent(2), None, "what foo gets");
    assert_eq!(
        sent(3).as_deref(),
        Some("sid=LOCALSECRET"),
        "what foo.local gets"
    );
    let exported = Program::httpie(&folder)
        .args(["sessions", "export", "--format=netscape", "n"])
        .arg(format!("foo:{}", server.port()))
        .run_well();
    assert!(
        exported
            .stdout_text()
            .contains("foo.local\tFALSE\t/\tFALSE\t0\tsid\tLOCALSECRET\n"),
        "{}",
        exported.stdout_text()
    );
}
