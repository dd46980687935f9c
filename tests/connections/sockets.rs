//! Which socket a request goes through: Unix sockets, chosen addresses and interfaces, and how long connecting may take.

use crate::support::{
    Answer, Authority, Program, Received, Relay, Server, TempFolder, TunnelProxy,
};

#[cfg(unix)]
mod unix {
    use super::*;

    /// A server behind a Unix socket, and that socket's path as a URL's host.
    struct Case {
        /// Closed first: its socket lies in the folder.
        _door: Relay,
        server: Server,
        folder: TempFolder,
        path: String,
    }

    impl Case {
        fn new(server: Server) -> Case {
            let folder = TempFolder::new();
            let path = folder.join("Api.sock");
            Case {
                _door: Relay::unix(&path, server.port()),
                path: path.to_string_lossy().into_owned(),
                server,
                folder,
            }
        }

        fn url(&self, path: &str) -> String {
            format!("http+unix://{}{path}", self.path.replace('/', "%2F"))
        }

        fn program(&self) -> Program {
            // Nobody asks a proxy about a socket.
            Program::http(&self.folder).env("ALL_PROXY", "http://127.0.0.1:1")
        }
    }

    #[test]
    fn a_unix_socket_takes_the_place_of_the_host() {
        let case = Case::new(Server::start(|request| match request.target().as_str() {
            "/v1" => Answer::redirect(302, "http://other.test/x").header("Set-Cookie", "sid=1"),
            _ => Answer::ok("done"),
        }));
        let option = format!("--unix-socket={}", case.path);
        let outcome = case
            .program()
            .args([
                &option,
                "--follow",
                "--session=s",
                "docker.test/v1",
                "X-Key:typed",
            ])
            .run_well();
        assert_eq!(outcome.stdout_text(), "done");
        let requests = case.server.requests();
        let hosts: Vec<_> = requests
            .iter()
            .filter_map(|request| request.header("Host"))
            .collect();
        assert_eq!(hosts, ["docker.test", "other.test"]);
        assert_eq!(requests[0].target(), "/v1");
        assert_eq!(requests[1].header("Cookie"), None, "cookies go by the host");
        let again = case.program().args([&option, "--session=s", "docker.test"]);
        again.run_well();
        let kept = case.server.last_request();
        assert_eq!(kept.header("Cookie").as_deref(), Some("sid=1"));
        assert_eq!(kept.header("X-Key").as_deref(), Some("typed"));
    }

    const LOGIN: [&str; 4] = ["--session=us", "-a", "ann:pw", "X-Key:kept"];

    #[track_caller]
    fn assert_nothing_is_told(server: &Server) {
        for request in server.requests() {
            for name in ["Authorization", "Cookie", "X-Key"] {
                assert_eq!(request.header(name), None, "{name}");
            }
        }
    }

    #[test]
    fn what_is_kept_for_a_socket_goes_neither_to_the_network_nor_to_another() {
        let network = Server::start(|_| Answer::ok("network"));
        let one = Case::new(Server::start(|_| {
            Answer::ok("one").header("Set-Cookie", "sid=1; Path=/")
        }));
        let other = Case::new(Server::start(|_| Answer::ok("other")));
        let run = |way: &str, session: &[&str], url: &str| {
            let program = Program::http(&one.folder).args([way, url]);
            program.args(session).run_well();
        };
        let socket = |case: &Case| format!("--unix-socket={}", case.path);
        for host in ["localhost", "app.test"] {
            let url = network.url_as(host, "/");
            run(&socket(&one), &LOGIN, &url);
            run(&socket(&one), &["--session-read-only=us"], &url);
            let again = one.server.last_request();
            assert_eq!(again.header("Cookie").as_deref(), Some("sid=1"), "{host}");
            assert!(again.header("Authorization").is_some(), "{host}");
            let pin = format!("--resolve={host}:127.0.0.1");
            run(&pin, &["--session-read-only=us"], &url);
            run(&socket(&other), &["--session-read-only=us"], &url);
        }
        assert_eq!(
            (network.request_count(), other.server.request_count()),
            (2, 2)
        );
        assert_nothing_is_told(&network);
        assert_nothing_is_told(&other.server);
    }

    #[test]
    fn a_socket_has_one_session_of_a_name_for_each_host_behind_it() {
        let case = Case::new(Server::start(|_| Answer::ok("fine")));
        let option = format!("--unix-socket={}", case.path);
        let key = |line: &[&str]| {
            case.program().args(line).run_well();
            case.server.last_request().header("X-Key")
        };
        key(&[&[option.as_str(), "localhost/"], &LOGIN[..]].concat());
        let url = case.url("/");
        let read = "--session-read-only=us";
        assert_eq!(key(&[read, &url]).as_deref(), Some("kept"));
        assert_eq!(key(&[read, &url, "Host:app.test"]), None);
        assert_eq!(key(&[read, &option, "app.test"]), None);
        let typed = [&[url.as_str(), "Host:app.test"], &LOGIN[..]].concat();
        key(&typed);
        assert_eq!(key(&[read, &option, "app.test"]).as_deref(), Some("kept"));
    }

    #[test]
    fn a_url_can_name_the_socket() {
        let case = Case::new(Server::start(|request| match request.target().as_str() {
            "/relative" => Answer::redirect(302, "/next"),
            "/absolute" => Answer::redirect(302, "http://localhost/next"),
            _ => Answer::ok("done"),
        }));
        for path in ["/relative", "/absolute", "/next"] {
            let outcome = case
                .program()
                .args(["--follow", "-a", "u:p", &case.url(path)])
                .run_well();
            assert_eq!(outcome.stdout_text(), "done");
        }
        for request in case.server.requests() {
            assert_eq!(request.header("Host").as_deref(), Some("localhost"));
            assert!(
                request.header("Authorization").is_some(),
                "it is the same origin"
            );
        }
    }

    #[test]
    fn a_socket_is_an_origin_of_its_own() {
        let network = Server::start(|_| Answer::ok("network"));
        let away = network.url_as("localhost", "/");
        let case = Case::new(Server::start(move |request| {
            match request.target().as_str() {
                "/away" => Answer::redirect(302, away.clone()),
                "/other" => Answer::redirect(302, "http+unix://%2Fetc%2Fother.sock/"),
                _ => Answer::ok("socket").header("Set-Cookie", "sid=1"),
            }
        }));
        let login = ["--session=s", "-a", "u:secret"];
        case.program().args(login).arg(case.url("/")).run_well();
        let outcome = Program::http(&case.folder)
            .args(["--follow", "-a", "u:secret", &case.url("/away")])
            .run_well();
        assert_eq!(outcome.stdout_text(), "network");
        Program::http(&case.folder)
            .args(["--session=s", &network.url_as("localhost", "/")])
            .run_well();
        for request in network.requests() {
            assert_eq!(request.header("Authorization"), None);
            assert_eq!(request.header("Cookie"), None);
        }
        let refused = case.program().args(["--follow", &case.url("/other")]).run();
        assert_ne!(refused.status, 0);
        refused.assert_says("Unix socket");
        let again = case
            .program()
            .args(["--session=s", &case.url("/")])
            .run_well();
        assert_eq!(again.stdout_text(), "socket");
        let kept = case.server.last_request();
        assert_eq!(kept.header("Cookie").as_deref(), Some("sid=1"));
        assert!(kept.header("Authorization").is_some());
    }

    #[test]
    fn tls_runs_over_a_unix_socket_too() {
        let authority = Authority::new();
        let identity = authority.issue(&["docker.test"]);
        let case = Case::new(Server::start_tls(identity, |_| Answer::ok("secret")));
        let pem = case.folder.write("ca.pem", authority.pem());
        let outcome = case
            .program()
            .args([
                format!("--verify={}", pem.display()),
                format!("--unix-socket={}", case.path),
            ])
            .arg("https://docker.test/")
            .run();
        assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    }

    #[test]
    fn a_socket_that_cannot_be_used_is_named() {
        let folder = TempFolder::new();
        let missing = folder.join("missing.sock").to_string_lossy().into_owned();
        let outcome = Program::http(&folder)
            .args(["--unix-socket", &missing, "x.test"])
            .run();
        outcome.assert_error(&[&missing, "No such file"]);
        let long = format!("--unix-socket=/{}", "x".repeat(200));
        Program::http(&folder)
            .args([&long, "x.test"])
            .run()
            .assert_error(&["xxx"]);
        for url in ["http+unix:///x", "http+unix://%00/", "http+unix://%FF/"] {
            Program::http(&folder)
                .arg(url)
                .run()
                .assert_error(&["http+unix", "socket"]);
        }
    }
}

#[test]
fn a_host_is_resolved_as_the_user_says() {
    let server = Server::start(|_| Answer::ok("found"));
    let folder = TempFolder::new();
    let url = server.url_as("Origin.test", "/x");
    for option in [
        "--resolve=origin.test:127.0.0.1".to_owned(),
        format!("--resolve=ORIGIN.test:{}:127.0.0.1", server.port()),
        // Nothing listens at the first address.
        "--resolve=origin.test:127.0.0.9,127.0.0.1".to_owned(),
    ] {
        let outcome = Program::http(&folder).args([&option, &url]).run();
        assert_eq!(
            outcome.stdout_text(),
            "found",
            "{option}: {}",
            outcome.stderr_text()
        );
        assert_eq!(
            server.last_request().header("Host"),
            Some(format!("origin.test:{}", server.port()))
        );
    }
    let outcome = Program::http(&folder)
        .args(["--resolve=origin.test:127.0.0.9,127.0.0.8", &url])
        .run();
    outcome.assert_error(&["origin.test", "127.0.0.9", "127.0.0.8", "refused"]);
    for bad in ["origin.test", "origin.test:x", ":127.0.0.1"] {
        let outcome = Program::http(&folder).args(["--resolve", bad, &url]).run();
        outcome.assert_error(&["--resolve", bad]);
    }
}

#[test]
fn one_family_of_addresses_can_be_chosen() {
    let server = Server::start(|_| Answer::ok("four"));
    let folder = TempFolder::new();
    let url = server.url("/");
    assert_eq!(
        Program::http(&folder)
            .args(["-4", &url])
            .run_well()
            .stdout_text(),
        "four"
    );
    Program::http(&folder)
        .args(["--ipv6", &url])
        .run()
        .assert_error(&["127.0.0.1", "IPv6"]);
    let Some(six) = Relay::tcp("[::1]", server.port()) else {
        return;
    };
    let url = format!("http://both.test:{}/", six.port());
    let pin = "--resolve=both.test:127.0.0.1,::1";
    for options in [vec!["-6"], vec![]] {
        let outcome = Program::http(&folder)
            .args(&options)
            .args([pin, &url])
            .run();
        assert_eq!(
            outcome.stdout_text(),
            "four",
            "{options:?}: {}",
            outcome.stderr_text()
        );
    }
    let outcome = Program::http(&folder).args(["-4", pin, &url]).run();
    outcome.assert_error(&["both.test", "127.0.0.1", "refused"]);
    let bare = format!("http://[::1]:{}/", six.port());
    assert_eq!(
        Program::http(&folder)
            .args(["-v6", "--print=b", &bare])
            .run_well()
            .stdout_text(),
        "four"
    );
}

#[test]
fn connections_leave_by_the_interface_that_is_named() {
    let server = Server::start(|_| Answer::ok("here"));
    let folder = TempFolder::new();
    let run = |interface: &str| {
        Program::http(&folder)
            .args(["--interface", interface, &server.url("/")])
            .run()
    };
    assert_eq!(run("127.0.0.1").stdout_text(), "here");
    run("192.0.2.77").assert_error(&["127.0.0.1", "assign"]);
    run("::1").assert_error(&["127.0.0.1", "IPv6"]);
    if cfg!(target_os = "linux") {
        let loopback = run("lo");
        assert_eq!(loopback.stdout_text(), "here", "{}", loopback.stderr_text());
        run("nosuchdevice0").assert_error(&["nosuchdevice0"]);
    }
}

#[test]
fn connecting_has_a_time_limit_of_its_own() {
    let silent = TunnelProxy::silent();
    let folder = TempFolder::new();
    let url = format!("https://127.0.0.1:{}/", silent.port());
    let outcome = Program::http(&folder)
        .args(["--connect-timeout=0.2", &url])
        .run();
    assert_eq!(outcome.status, 2, "{}", outcome.stderr_text());
    for part in ["127.0.0.1", "0.2s", "--connect-timeout"] {
        outcome.assert_says(part);
    }
    // A server that is slow to answer is no matter of connecting.
    let slow = Server::start(|_: &Received| {
        Answer::drive(|socket| {
            std::thread::sleep(std::time::Duration::from_millis(400));
            socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")
        })
    });
    let outcome = Program::http(&folder)
        .args(["--connect-timeout=0.2", &slow.url("/")])
        .run_well();
    assert_eq!(outcome.stdout_text(), "slow");
    let bad = Program::http(&folder)
        .args(["--connect-timeout=-1", &slow.url("/")])
        .run();
    bad.assert_error(&["--connect-timeout"]);
}

#[test]
fn http_1_1_is_the_version_that_is_spoken() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let run = |version: &str| {
        Program::http(&folder)
            .args(["--http-version", version, &server.url("/")])
            .run()
    };
    assert_eq!(run("1.1").stdout_text(), "fine");
    for version in ["1.0", "2", "2-prior-knowledge", "3", ""] {
        run(version).assert_error(&["--http-version", "HTTP/1.1"]);
    }
    assert_eq!(server.request_count(), 1);
}
