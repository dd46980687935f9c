//! Sessions: what is kept, where it goes again, and what happens to the files.

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{Answer, Outcome, Program, Received, Server, TempFolder};

/// Answers with the cookies that the query asks for: `?set=a%3D1` becomes `Set-Cookie: a=1`.
fn server() -> Server {
    Server::start(|request| cookies_from_query(request, Answer::ok("fine")))
}

fn cookies_from_query(request: &Received, mut answer: Answer) -> Answer {
    let target = request.target();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    for cookie in query
        .split('&')
        .filter_map(|item| item.strip_prefix("set="))
    {
        let cookie = cookie.replace('+', " ");
        let cookie = percent_encoding::percent_decode_str(&cookie).decode_utf8_lossy();
        answer = answer.header("Set-Cookie", cookie.into_owned());
    }
    answer
}

fn run(folder: &TempFolder, server: &Server, args: &[&str]) -> Outcome {
    let args = args.iter().map(|arg| arg.replace("{url}", &server.url("")));
    Program::http(folder).args(args).run_well()
}

/// The file of a named session of this server, relative to the test's folder.
fn named(server: &Server, name: &str) -> String {
    if support::is_reference() {
        return nested(server, name);
    }
    format!("config/sessions/127.0.0.1%3A{}_{name}.json", server.port())
}

/// HTTPie's own place for it.
fn nested(server: &Server, name: &str) -> String {
    format!("config/sessions/127.0.0.1_{}/{name}.json", server.port())
}

fn json(folder: &TempFolder, path: &str) -> Value {
    serde_json::from_str(&folder.read(path)).expect("a session file is JSON")
}

/// Names and values of the headers or cookies of a file in the 3.2 layout.
fn pairs(session: &Value, key: &str) -> Vec<(String, String)> {
    let list = session[key].as_array().expect("the 3.2 layout has lists");
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    list.iter()
        .map(|item| (field(item, "name"), field(item, "value")))
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn headers_credentials_and_cookies_are_kept_and_sent_again() {
    let (server, folder) = (server(), TempFolder::new());
    let first = [
        "--session=one",
        "-a",
        "user:secret",
        "{url}/",
        "X-Mine:1",
        "set==sid=abc",
    ];
    run(&folder, &server, &first);
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(session["auth"]["type"], "basic");
    assert_eq!(session["auth"]["raw_auth"], "user:secret");
    assert_eq!(pairs(&session, "headers"), [pair("X-Mine", "1")]);
    assert_eq!(pairs(&session, "cookies"), [pair("sid", "abc")]);
    run(&folder, &server, &["--session=one", "{url}/again"]);
    let again = server.last_request();
    assert_eq!(again.header("X-Mine").as_deref(), Some("1"));
    assert_eq!(again.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(
        again.header("Authorization").as_deref(),
        Some("Basic dXNlcjpzZWNyZXQ=")
    );
    run(&folder, &server, &["--session=other", "{url}/other"]);
    let other = server.last_request();
    assert_eq!(
        (other.header("X-Mine"), other.header("Cookie")),
        (None, None)
    );
}

#[test]
fn a_new_file_has_the_layout_that_httpie_reads() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/a/b", "set==sid=abc", "X-A:1"],
    );
    let session = json(&folder, &named(&server, "one"));
    assert!(session["__meta__"]["httpie"].is_string());
    let cookie = &session["cookies"][0];
    assert_eq!(cookie["domain"], "127.0.0.1");
    assert_eq!(cookie["path"], "/a");
    assert_eq!(cookie["secure"], false);
    assert_eq!(cookie["expires"], Value::Null);
    // HTTPie fails on a cookie with any other key, `rest` excepted.
    let known = [
        "name", "value", "domain", "path", "secure", "expires", "port", "version", "rest",
    ];
    let keys = cookie.as_object().expect("a cookie is an object").keys();
    for key in keys {
        assert!(known.contains(&key.as_str()), "{key}");
    }
    assert_eq!(
        session["headers"][0].as_object().map(serde_json::Map::len),
        Some(2)
    );
}

#[test]
fn headers_of_one_message_and_our_own_are_not_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let args = [
        "--session=one",
        "{url}/",
        "a=b",
        "X-A:1",
        "X-Twice:1",
        "X-Twice:2",
        "Content-Language:en",
        "If-None-Match:tag",
        "If-Match:tag",
    ];
    run(&folder, &server, &args);
    let kept = pairs(&json(&folder, &named(&server, "one")), "headers");
    assert_eq!(
        kept,
        [pair("X-A", "1"), pair("X-Twice", "1"), pair("X-Twice", "2")]
    );
}

#[test]
fn typed_headers_replace_stored_ones_whatever_their_case() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "{url}/",
            "X-A:old",
            "X-A:older",
            "X-B:stays",
        ],
    );
    run(&folder, &server, &["--session=one", "{url}/", "x-a:new"]);
    let message = server.last_request().message();
    assert_eq!(message.header_values("X-A"), ["new"]);
    assert_eq!(message.header_values("X-B"), ["stays"]);
    run(&folder, &server, &["--session=one", "{url}/"]);
    assert_eq!(
        server.last_request().message().header_values("X-A"),
        ["new"]
    );
}

#[test]
fn a_typed_cookie_header_goes_to_the_cookies() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "Cookie:a=1; b=2"],
    );
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(pairs(&session, "headers"), []);
    assert_eq!(pairs(&session, "cookies"), [pair("a", "1"), pair("b", "2")]);
    run(&folder, &server, &["--session=one", "{url}/"]);
    assert_eq!(
        server.last_request().header("Cookie").as_deref(),
        Some("a=1; b=2")
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_prompted_password_is_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let program = Program::http(&folder).args(["--session=one", "-a", "user", &server.url("/")]);
    let outcome = program.run_in_terminal_typing(&[("password", "sesame\n")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    let session = json(&folder, &named(&server, "one"));
    assert_eq!(session["auth"]["raw_auth"], "user:sesame");
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
fn the_mode_of_an_existing_file_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (server(), TempFolder::new());
    let path = folder.write(
        "work/s.json",
        r#"{"headers": [], "cookies": [], "auth": {}}"#,
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("the test's own file");
    run(&folder, &server, &["--session=./s.json", "{url}/", "X-A:1"]);
    assert!(folder.read("work/s.json").contains("X-A"));
    assert_eq!(mode(&path), 0o640);
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
fn read_only_sends_and_never_changes_the_file() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "-a",
            "u:p",
            "{url}/",
            "X-A:1",
            "set==sid=abc; Path=/",
        ],
    );
    let before = Snapshot::of(&folder.join(named(&server, "one")));
    let args = [
        "--session-read-only=one",
        "-a",
        "other:pass",
        "{url}/",
        "X-A:2",
        "X-B:3",
        "set==sid=other",
        "set==new=1",
    ];
    run(&folder, &server, &args);
    let request = server.last_request();
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(request.header("X-A").as_deref(), Some("2"));
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic b3RoZXI6cGFzcw==")
    );
    assert_eq!(Snapshot::of(&folder.join(named(&server, "one"))), before);
    assert_eq!(folder.files(), [named(&server, "one")]);
}

#[test]
fn a_read_only_session_that_is_missing_is_made() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session-read-only=fresh", "{url}/", "X-A:1"],
    );
    let session = json(&folder, &named(&server, "fresh"));
    assert_eq!(pairs(&session, "headers"), [pair("X-A", "1")]);
}

#[test]
fn a_session_can_inherit_from_a_base() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &[
            "--session=base",
            "-a",
            "base:pass",
            "{url}/",
            "X-Base:1",
            "X-Both:base",
            "set==base=1; Path=/",
        ],
    );
    run(
        &folder,
        &server,
        &[
            "--session=user",
            "{url}/",
            "X-Both:user",
            "set==user=1; Path=/",
        ],
    );
    let base = Snapshot::of(&folder.join(named(&server, "base")));
    run(
        &folder,
        &server,
        &["--session=user", "--session-read-only=base", "{url}/"],
    );
    let request = server.last_request();
    assert_eq!(request.header("X-Base").as_deref(), Some("1"));
    assert_eq!(request.message().header_values("X-Both"), ["user"]);
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic YmFzZTpwYXNz")
    );
    let cookies = request.header("Cookie").unwrap_or_default();
    assert!(
        cookies.contains("base=1") && cookies.contains("user=1"),
        "{cookies}"
    );
    assert_eq!(
        Snapshot::of(&folder.join(named(&server, "base"))),
        base,
        "the base stays"
    );
    run(&folder, &server, &["--session=user", "{url}/"]);
    let alone = server.last_request();
    assert_eq!(alone.header("X-Base").as_deref(), Some("1"));
    assert_eq!(alone.message().header_values("X-Both"), ["user"]);
    assert!(
        alone
            .header("Cookie")
            .is_some_and(|cookies| cookies.contains("base=1"))
    );
}

#[test]
fn of_several_read_only_sessions_the_last_wins() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=a", "{url}/", "X-A:a", "X-Both:a"],
    );
    run(
        &folder,
        &server,
        &["--session=b", "{url}/", "X-B:b", "X-Both:b"],
    );
    run(
        &folder,
        &server,
        &["--session-read-only=a", "--session-read-only=b", "{url}/"],
    );
    let message = server.last_request().message();
    assert_eq!(message.header_values("X-Both"), ["b"]);
    assert_eq!(
        (message.header("X-A"), message.header("X-B")),
        (Some("a"), Some("b"))
    );
}

#[test]
fn httpies_own_file_is_used_in_place() {
    let (server, folder) = (server(), TempFolder::new());
    folder.write(&nested(&server, "old"), HTTPIE_FILE);
    run(&folder, &server, &["--session=old", "{url}/", "X-New:1"]);
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(folder.files(), [nested(&server, "old")]);
    let kept = pairs(&json(&folder, &nested(&server, "old")), "headers");
    assert_eq!(kept, [pair("X-Stored", "yes"), pair("X-New", "1")]);
}

const HTTPIE_FILE: &str = r#"{
    "__meta__": {"about": "HTTPie session file", "help": "https://httpie.io/docs#sessions", "httpie": "3.2.4"},
    "auth": {"password": null, "type": null, "username": null},
    "cookies": [{"domain": "127.0.0.1", "expires": null, "name": "sid", "path": "/", "secure": false, "value": "abc"}],
    "headers": [{"name": "X-Stored", "value": "yes"}]
}"#;

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

#[test]
fn keys_that_we_do_not_know_are_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let file = HTTPIE_FILE.replacen('{', r#"{"mine": {"deep": [1.10, null]},"#, 1);
    folder.write("work/s.json", file);
    run(
        &folder,
        &server,
        &["--session=./s.json", "{url}/", "X-New:1"],
    );
    let session = json(&folder, "work/s.json");
    assert_eq!(session["mine"]["deep"][1], Value::Null);
    assert_eq!(session["mine"]["deep"][0], 1.1);
    assert_eq!(pairs(&session, "headers").len(), 2);
}

#[test]
fn the_old_layout_is_read_warned_about_and_kept() {
    let (server, folder) = (server(), TempFolder::new());
    let file = r#"{"headers": {"X-Stored": "yes"}, "cookies": {"sid": {"value": "abc"}},
        "auth": {"type": "basic", "username": "user", "password": "secret"}}"#;
    folder.write("work/s.json", file);
    let outcome = run(
        &folder,
        &server,
        &[
            "--session=./s.json",
            "{url}/",
            "X-New:1",
            "set==new=2; Path=/",
        ],
    );
    assert!(
        outcome
            .stderr_text()
            .contains("httpie cli sessions upgrade"),
        "{}",
        outcome.stderr_text()
    );
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(
        request.header("Authorization").as_deref(),
        Some("Basic dXNlcjpzZWNyZXQ=")
    );
    let session = json(&folder, "work/s.json");
    assert_eq!(session["headers"]["X-New"], "1");
    assert_eq!(session["cookies"]["sid"]["value"], "abc");
    assert_eq!(session["cookies"]["new"]["value"], "2");
}

#[test]
fn the_plain_layout_is_read() {
    let (server, folder) = (server(), TempFolder::new());
    let file = r#"{"headers": {"X-Stored": "yes"}, "cookies": {"sid": "abc"}}"#;
    folder.write("work/s.json", file);
    run(
        &folder,
        &server,
        &["--session-read-only=./s.json", "{url}/"],
    );
    let request = server.last_request();
    assert_eq!(request.header("X-Stored").as_deref(), Some("yes"));
    assert_eq!(request.header("Cookie").as_deref(), Some("sid=abc"));
    assert_eq!(folder.read("work/s.json"), file);
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
fn what_a_session_holds_does_not_follow_to_another_host() {
    let folder = TempFolder::new();
    let server = Server::start(|request| {
        let host = request.header("Host").unwrap_or_default();
        let port = host.rsplit(':').next().unwrap_or_default();
        match request.target().as_str() {
            "/start" => Answer::redirect(307, "/same"),
            "/same" => Answer::redirect(307, format!("http://localhost:{port}/other")),
            _ => Answer::ok("fine").header("Set-Cookie", "theirs=1; Path=/"),
        }
    });
    run(
        &folder,
        &server,
        &[
            "--session=one",
            "-a",
            "user:secret",
            "{url}/end",
            "X-Token:secret",
            "Cookie:sid=abc",
        ],
    );
    run(
        &folder,
        &server,
        &["--session=one", "--follow", "{url}/start", "X-Typed:goes"],
    );
    let requests = server.requests();
    let [_, start, same, other] = &requests[..] else {
        panic!("{} requests", requests.len())
    };
    for request in [start, same] {
        assert_eq!(request.header("X-Token").as_deref(), Some("secret"));
        assert_eq!(
            request
                .header("Cookie")
                .map(|cookies| cookies.contains("sid=abc")),
            Some(true)
        );
        assert!(request.header("Authorization").is_some());
    }
    assert_eq!(other.header("X-Token"), None);
    assert_eq!(other.header("Cookie"), None);
    assert_eq!(other.header("Authorization"), None);
    assert_eq!(other.header("X-Typed").as_deref(), Some("goes"));
}

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
fn bad_files_are_named_and_neither_sent_nor_overwritten() {
    let (server, folder) = (server(), TempFolder::new());
    for (content, naming) in [
        ("{\"headers\": [],\n  oops}", &["s.json", "line 2"][..]),
        ("", &["s.json"]),
        ("[1, 2]", &["s.json"]),
        ("{\"headers\": 7}", &["s.json", "headers"]),
        ("{\"cookies\": [7]}", &["s.json", "cookie"]),
        ("{\"auth\": []}", &["s.json", "auth"]),
    ] {
        folder.write("work/s.json", content);
        for option in ["--session=./s.json", "--session-read-only=./s.json"] {
            let outcome = Program::http(&folder)
                .args([option, &server.url("/"), "X-A:1"])
                .run();
            outcome.assert_error(naming);
            assert_eq!(folder.read("work/s.json"), content);
        }
    }
    fs::create_dir(folder.join("work/folder.json")).expect("the test's own folder");
    let outcome = Program::http(&folder)
        .args(["--session=./folder.json", &server.url("/")])
        .run();
    outcome.assert_error(&["folder.json"]);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
fn a_file_past_all_measure_is_refused() {
    let (server, folder) = (server(), TempFolder::new());
    let file = fs::File::create(folder.write("work/s.json", "")).expect("the test's own file");
    file.set_len((16 << 20) + 1).expect("a sparse file");
    let outcome = Program::http(&folder)
        .args(["--session=./s.json", &server.url("/")])
        .run();
    outcome.assert_error(&["s.json"]);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_is_shown_even_if_the_session_cannot_be_saved() {
    let (server, folder) = (server(), TempFolder::new());
    // Not even root can make a file there.
    let outcome = Program::http(&folder)
        .args([
            "--session=/proc/httpie-test.json",
            &server.url("/"),
            "X-A:1",
        ])
        .run();
    assert_eq!(outcome.status, 1);
    assert_eq!(outcome.stdout_text(), "fine");
    assert!(
        outcome.stderr_text().contains("/proc/httpie-test.json"),
        "{}",
        outcome.stderr_text()
    );
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

#[test]
fn offline_sends_what_is_stored_to_the_output() {
    let (server, folder) = (server(), TempFolder::new());
    run(
        &folder,
        &server,
        &["--session=one", "{url}/", "X-A:1", "set==sid=1"],
    );
    let before = Snapshot::of(&folder.join(named(&server, "one")));
    let outcome = run(
        &folder,
        &server,
        &["--offline", "--session-read-only=one", "{url}/"],
    );
    let message = outcome.message();
    assert_eq!(message.header("X-A"), Some("1"));
    assert_eq!(message.header("Cookie"), Some("sid=1"));
    assert_eq!(Snapshot::of(&folder.join(named(&server, "one"))), before);
}

/// All that can be seen of a file: any write, even of the same bytes, makes it another.
#[derive(Debug, PartialEq)]
struct Snapshot {
    content: String,
    modified: std::time::SystemTime,
    #[cfg(unix)]
    inode: u64,
}

impl Snapshot {
    fn of(path: &Path) -> Snapshot {
        let metadata = fs::metadata(path).expect("the file is there");
        Snapshot {
            content: fs::read_to_string(path).expect("the file can be read"),
            modified: metadata.modified().expect("files have times"),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&metadata),
        }
    }
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
fn one_way_to_say_who_one_is_takes_the_place_of_the_other() {
    let (server, folder) = (server(), TempFolder::new());
    let sent = |items: &[&str]| {
        let session = Program::http(&folder).args(["--session=./s.json", &server.url("/")]);
        session.args(items).run_well();
        server
            .last_request()
            .header("Authorization")
            .unwrap_or_default()
    };
    assert_eq!(sent(&["-a", "ann:sesame"]), "Basic YW5uOnNlc2FtZQ==");
    assert_eq!(sent(&["Authorization:typed"]), "typed");
    assert_eq!(sent(&[]), "typed");
    assert!(
        !folder.read("work/s.json").contains("ann:sesame"),
        "a dead secret is in the file"
    );
    assert_eq!(sent(&["-a", "ann:sesame"]), "Basic YW5uOnNlc2FtZQ==");
    assert_eq!(sent(&[]), "Basic YW5uOnNlc2FtZQ==");
    assert!(
        !folder.read("work/s.json").contains("typed"),
        "a dead secret is in the file"
    );
}

#[test]
fn a_base_gives_no_credentials_to_who_has_a_header_for_them() {
    let (server, folder) = (server(), TempFolder::new());
    folder.write(
        "work/mine.json",
        r#"{"headers": [{"name": "Authorization", "value": "Bearer mine"}]}"#,
    );
    folder.write(
        "work/base.json",
        r#"{"auth": {"type": "basic", "raw_auth": "base:base"}}"#,
    );
    let both = [
        "--session=./mine.json",
        "--session-read-only=./base.json",
        &server.url("/"),
    ];
    Program::http(&folder).args(both).run_well();
    assert_eq!(
        server.last_request().header("Authorization").as_deref(),
        Some("Bearer mine")
    );
    assert!(!folder.read("work/mine.json").contains("base:base"));
}
