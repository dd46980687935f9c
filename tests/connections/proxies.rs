//! Requests by way of proxies: which one is taken, what it is told, and what nobody else may learn.

use crate::support::{
    self, Answer, Authority, Outcome, Program, Received, Relay, Server, TempFolder, TunnelProxy,
};
use crate::support::{Message, contains};

/// Credentials of the proxy in these tests: in a URL, decoded, and as a header.
const LOGIN: &str = "me:s%C3%A9cret%40";
const PLAIN_LOGIN: &str = "me:sécret@";
const HEADER: &str = "Basic bWU6c8OpY3JldEA=";

/// Nothing of the proxy's credentials is in what an origin got.
#[track_caller]
fn assert_no_leak(requests: &[Received]) {
    assert!(!requests.is_empty(), "the origin was asked");
    for request in requests {
        let wire = String::from_utf8_lossy(&request.wire()).to_lowercase();
        for secret in ["proxy-", "bwu6", "cret", "http://"] {
            assert!(!wire.contains(secret), "{secret}: {wire}");
        }
    }
}

/// A server with TLS for the name `origin.test`, and the option that trusts it.
struct Secure {
    server: Server,
    folder: TempFolder,
    verify: String,
    authority: Authority,
}

impl Secure {
    fn new(handler: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Secure {
        let authority = Authority::new();
        let folder = TempFolder::new();
        let path = folder.write("ca.pem", authority.pem());
        Secure {
            server: Server::start_tls(authority.issue(&["origin.test", "127.0.0.1"]), handler),
            folder,
            verify: format!("--verify={}", path.display()),
            authority,
        }
    }

    fn run(&self, proxy: &str, args: &[&str]) -> Outcome {
        Program::http(&self.folder)
            .args([&self.verify, &format!("--proxy=https:{proxy}")])
            .args(args)
            .arg("https://origin.test/x")
            .run()
    }
}

fn told(proxy: &Server) -> Message {
    proxy.only_request().message()
}

#[test]
fn a_proxy_for_http_is_told_the_whole_url_as_it_is_shown() {
    let proxy = Server::start(|_| Answer::ok("by proxy"));
    let folder = TempFolder::new();
    let option = format!("--proxy=http:http://{LOGIN}@127.0.0.1:{}", proxy.port());
    let args = ["-v", "POST", "http://u:p@origin.test:81/a?b#c", "k=v"];
    let outcome = Program::http(&folder).arg(&option).args(args).run_well();
    let received = proxy.only_request();
    assert_eq!(
        received.message().start_line,
        "POST http://origin.test:81/a?b HTTP/1.1"
    );
    assert_eq!(received.header("Host").as_deref(), Some("origin.test:81"));
    assert_eq!(
        received.header("Proxy-Authorization").as_deref(),
        Some(HEADER)
    );
    assert_eq!(received.body_text(), r#"{"k": "v"}"#);
    assert!(
        outcome.stdout.starts_with(&received.wire()),
        "{}",
        outcome.stdout_text()
    );
    let offline = Program::http(&folder)
        .args([&option, "--offline", "--pretty=none", "--print=HB"])
        .args(&args[1..])
        .run_well();
    assert_eq!(offline.stdout, received.wire());
    assert_eq!(proxy.request_count(), 1);
}

/// Variables, arguments, and who answers.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

#[test]
fn the_variables_of_the_environment_count_as_in_requests() {
    let proxy = Server::start(|_| Answer::ok("proxy"));
    let server = Server::start(|_| Answer::ok("direct"));
    let folder = TempFolder::new();
    let by = format!("127.0.0.1:{}", proxy.port());
    let (by, none) = (by.as_str(), "127.0.0.1:1");
    let port = server.port();
    let own = format!("127.0.0.1:{port}");
    let cases: [Case; 18] = [
        (&[("http_proxy", by)], &[], "proxy"),
        (&[("HTTP_PROXY", by)], &[], "proxy"),
        (&[("ALL_PROXY", by)], &[], "proxy"),
        (&[("all_proxy", by)], &[], "proxy"),
        (&[("https_proxy", none)], &[], "direct"),
        (
            &[
                ("http_proxy", by),
                ("HTTP_PROXY", none),
                ("all_proxy", none),
            ],
            &[],
            "proxy",
        ),
        (&[("http_proxy", ""), ("HTTP_PROXY", none)], &[], "direct"),
        (
            &[("HTTP_PROXY", none), ("REQUEST_METHOD", "GET")],
            &[],
            "direct",
        ),
        (
            &[("http_proxy", by), ("REQUEST_METHOD", "GET")],
            &[],
            "proxy",
        ),
        (
            &[("http_proxy", none), ("no_proxy", "127.0.0.1")],
            &[],
            "direct",
        ),
        (
            &[("http_proxy", none), ("NO_PROXY", "a, 127.0.0.0/8")],
            &[],
            "direct",
        ),
        (&[("http_proxy", none), ("NO_PROXY", "*")], &[], "direct"),
        (
            &[("http_proxy", by), ("NO_PROXY", "localhost")],
            &[],
            "proxy",
        ),
        (&[("http_proxy", none), ("NO_PROXY", &own)], &[], "direct"),
        (&[("http_proxy", none)], &["--proxy=http:"], "direct"),
        (&[("http_proxy", by)], &["--proxy=all:127.0.0.1:1"], "proxy"),
        (
            &[("http_proxy", none)],
            &["--proxy=http\\://127.0.0.1:"],
            "direct",
        ),
        (
            &[("http_proxy", none)],
            &["--proxy=no_proxy:127.0.0.1"],
            "direct",
        ),
    ];
    for (variables, args, want) in cases {
        // The reference passes over an address with a port in the list.
        let is_ours = variables.iter().any(|(_, value)| *value == own);
        if support::is_reference() && is_ours {
            continue;
        }
        let mut program = Program::http(&folder).args(args).arg(server.url("/"));
        for (name, value) in variables {
            program = program.env(name, value);
        }
        let outcome = program.run();
        assert_eq!(
            outcome.stdout_text(),
            want,
            "{variables:?} {args:?}: {}",
            outcome.stderr_text()
        );
    }
}

#[test]
fn https_goes_through_a_tunnel_that_alone_sees_the_proxys_credentials() {
    let case = Secure::new(|_| Answer::ok("secret"));
    let proxy = TunnelProxy::connect("200 Connection established", case.server.port());
    let url = format!("http://{LOGIN}@127.0.0.1:{}", proxy.port());
    let outcome = case.run(&url, &["-v", "--print=Hb"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    let head = proxy.only_head();
    assert_eq!(head.start_line, "CONNECT origin.test:443 HTTP/1.1");
    assert_eq!(head.header("Host"), Some("origin.test:443"));
    assert_eq!(head.header("Proxy-Authorization"), Some(HEADER));
    assert_eq!(head.names(), ["Host", "Proxy-Authorization"]);
    let requests = case.server.requests();
    assert_no_leak(&requests);
    assert_eq!(requests[0].target(), "/x");
    assert!(outcome.stdout.starts_with(&requests[0].head));
}

#[test]
fn credentials_typed_for_the_proxy_stay_out_of_the_tunnel() {
    let case = Secure::new(|_| Answer::ok("secret"));
    let proxy = TunnelProxy::connect("200 OK", case.server.port());
    let folder = &case.folder;
    let outcome = Program::http(folder)
        .args([
            &case.verify,
            &format!("--proxy=https:127.0.0.1:{}", proxy.port()),
        ])
        .args([
            "https://origin.test/x",
            &format!("proxy-authorization:{HEADER}"),
        ])
        .run();
    assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    assert_eq!(
        proxy.only_head().header("Proxy-Authorization"),
        Some(HEADER)
    );
    assert_no_leak(&case.server.requests());
}

#[test]
fn a_tunnel_that_is_refused_says_why() {
    let case = Secure::new(|_| Answer::ok("secret"));
    for (status, parts) in [
        (
            "407 Proxy Authentication Required",
            &["407 Proxy Authentication Required", "PASSWORD"][..],
        ),
        ("502 Bad Gateway", &["502 Bad Gateway"]),
        ("302 Found", &["302 Found"]),
    ] {
        let proxy = TunnelProxy::connect(status, case.server.port());
        let outcome = case.run(&format!("http://{LOGIN}@127.0.0.1:{}", proxy.port()), &[]);
        outcome.assert_error(parts);
        outcome.assert_error(&["origin.test:443", &format!("127.0.0.1:{}", proxy.port())]);
        assert!(
            !outcome.stderr_text().contains("cret"),
            "{}",
            outcome.stderr_text()
        );
    }
    assert_eq!(case.server.request_count(), 0);
}

#[test]
fn a_proxy_can_be_reached_by_tls() {
    let case = Secure::new(|_| Answer::ok("secret"));
    let identity = case.authority.issue(&["127.0.0.1"]);
    let tunnel = TunnelProxy::connect("200 OK", case.server.port());
    let door = Relay::tls(&identity, tunnel.port());
    let body = "x".repeat(300_000);
    let url = format!("https://{LOGIN}@127.0.0.1:{}", door.port());
    let outcome = Program::https(&case.folder)
        .args([&case.verify, &format!("--proxy=https:{url}")])
        .arg("origin.test")
        .stdin(body.as_bytes())
        .run();
    assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    assert_eq!(
        tunnel.only_head().header("Proxy-Authorization"),
        Some(HEADER)
    );
    assert_no_leak(&case.server.requests());
    assert_eq!(case.server.only_request().body.len(), body.len());

    let plain = Server::start(|_| Answer::ok("forwarded"));
    let door = Relay::tls(&identity, plain.port());
    let outcome = Program::http(&case.folder)
        .args([
            &case.verify,
            &format!("--proxy=http:https://127.0.0.1:{}", door.port()),
        ])
        .arg("http://origin.test/y")
        .run();
    assert_eq!(
        outcome.stdout_text(),
        "forwarded",
        "{}",
        outcome.stderr_text()
    );
    assert_eq!(plain.only_request().target(), "http://origin.test/y");

    let stranger = Relay::tls(&Authority::new().issue(&["127.0.0.1"]), tunnel.port());
    let outcome = case.run(&format!("https://127.0.0.1:{}", stranger.port()), &[]);
    outcome.assert_error(&["the proxy https://127.0.0.1", "certificate"]);
}

#[test]
fn socks_proxies_get_names_or_addresses_by_their_kind() {
    let case = Secure::new(|_| Answer::ok("secret"));
    let resolve = "--resolve=origin.test:127.9.9.9";
    for (scheme, want) in [
        ("socks5", &[127, 9, 9, 9][..]),
        ("socks5h", b"origin.test"),
        ("socks4", b"me@\x7f\x09\x09\x09"),
        ("socks4a", b"me@origin.test"),
    ] {
        let is_five = scheme.starts_with("socks5");
        let proxy = match is_five {
            true => TunnelProxy::socks5(0, Some(PLAIN_LOGIN), case.server.port()),
            false => TunnelProxy::socks4(90, case.server.port()),
        };
        let url = format!("{scheme}://{LOGIN}@127.0.0.1:{}", proxy.port());
        let outcome = case.run(&url, &[resolve]);
        assert_eq!(
            outcome.stdout_text(),
            "secret",
            "{scheme}: {}",
            outcome.stderr_text()
        );
        assert_eq!(proxy.asked(), [want], "{scheme}");
    }
    assert_no_leak(&case.server.requests());
}

#[test]
fn http_goes_through_socks_in_origin_form() {
    let server = Server::start(|_| Answer::ok("through socks"));
    let proxy = TunnelProxy::socks5(0, None, server.port());
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .env("all_proxy", format!("socks5h://127.0.0.1:{}", proxy.port()))
        .arg("origin.test:81/x")
        .run();
    assert_eq!(
        outcome.stdout_text(),
        "through socks",
        "{}",
        outcome.stderr_text()
    );
    assert_eq!(server.only_request().target(), "/x");
    assert_eq!(
        server.only_request().header("Host").as_deref(),
        Some("origin.test:81")
    );
    assert_eq!(proxy.asked(), [b"origin.test"]);
}

#[test]
fn refusals_of_socks_proxies_are_said_in_words() {
    let folder = TempFolder::new();
    let proxies = [
        (TunnelProxy::socks5(5, None, 1), "socks5h", "refused"),
        (TunnelProxy::socks5(2, None, 1), "socks5h", "rules"),
        (
            TunnelProxy::socks5(0, Some(PLAIN_LOGIN), 1),
            "socks5h",
            "credentials",
        ),
        (
            TunnelProxy::socks5(0, Some("me:other"), 1),
            "socks5h://me:secret@",
            "does not accept",
        ),
        (TunnelProxy::socks4(91, 1), "socks4a", "refused"),
    ];
    for (proxy, scheme, part) in proxies {
        let port = proxy.port();
        let separator = if scheme.contains("://") { "" } else { "://" };
        let outcome = Program::http(&folder)
            .args(["--resolve=origin.test:127.0.0.1"])
            .arg(format!("--proxy=all:{scheme}{separator}127.0.0.1:{port}"))
            .arg("origin.test/x")
            .run();
        outcome.assert_error(&[part, "origin.test:80", &format!("127.0.0.1:{port}")]);
        assert!(!outcome.stderr_text().contains("secret"));
    }
}

#[test]
fn the_rule_is_applied_anew_to_each_hop() {
    let direct = Server::start(|request| match request.target().as_str() {
        "/first" => Answer::redirect(302, "http://b.test/second"),
        _ => Answer::ok("done"),
    });
    let away = direct.url("/first");
    let back = direct.url("/last");
    let proxy = Server::start(move |request| match request.target().as_str() {
        "http://a.test/" => Answer::redirect(302, away.clone()),
        _ => Answer::redirect(302, back.clone()),
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .env(
            "http_proxy",
            format!("http://{LOGIN}@127.0.0.1:{}", proxy.port()),
        )
        .env("no_proxy", "127.0.0.1")
        .args(["-v", "--follow", "a.test"])
        .run_well();
    assert_no_leak(&direct.requests());
    let seen: Vec<_> = proxy.requests();
    assert_eq!(
        seen.iter().map(Received::target).collect::<Vec<_>>(),
        ["http://a.test/", "http://b.test/second"]
    );
    for request in seen.iter().chain(&direct.requests()) {
        assert!(
            contains(&outcome.stdout, &request.head),
            "what is sent is shown"
        );
    }
    assert!(
        seen.iter()
            .all(|request| request.header("Proxy-Authorization").as_deref() == Some(HEADER))
    );
    assert_eq!(direct.requests()[1].target(), "/last");
}

#[test]
fn an_upgrade_to_https_leaves_the_proxys_credentials_behind() {
    let case = Secure::new(|_| Answer::ok("secret"));
    let tunnel = TunnelProxy::connect("200 OK", case.server.port());
    let forward = Server::start(|_| Answer::redirect(301, "https://origin.test/x"));
    let outcome = Program::http(&case.folder)
        .args([&case.verify, "--follow", "http://origin.test/"])
        .arg(format!("--proxy=http:127.0.0.1:{}", forward.port()))
        .arg(format!("--proxy=https:127.0.0.1:{}", tunnel.port()))
        .arg(format!("Proxy-Authorization:{HEADER}"))
        .run();
    assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    assert_eq!(told(&forward).header("Proxy-Authorization"), Some(HEADER));
    assert_eq!(
        tunnel.only_head().header("Proxy-Authorization"),
        None,
        "another proxy"
    );
    assert_no_leak(&case.server.requests());
}

#[test]
fn a_session_keeps_no_credentials_for_a_proxy() {
    let (proxy, other) = (
        Server::start(|_| Answer::ok("")),
        Server::start(|_| Answer::ok("")),
    );
    let folder = TempFolder::new();
    let through = |proxy: &Server, args: &[&str]| {
        Program::http(&folder)
            .env("T", HEADER)
            .arg(format!("--proxy=http:127.0.0.1:{}", proxy.port()))
            .args(["--session=./s.json", "origin.test/", "X-Kept:1"])
            .args(args)
            .run_well();
    };
    for typed in [
        format!("Proxy-Authorization:{HEADER}"),
        "--header-from=Proxy-Authorization=env:T".to_owned(),
    ] {
        through(&proxy, &[&typed]);
        let sent = proxy.last_request().header("Proxy-Authorization");
        assert_eq!(sent.as_deref(), Some(HEADER), "{typed}");
        through(&other, &[]);
        let sent = other.last_request();
        assert_eq!(sent.header("Proxy-Authorization"), None, "{typed}");
        assert_eq!(sent.header("X-Kept").as_deref(), Some("1"));
        assert!(
            !folder.read("work/s.json").contains("Proxy-Auth"),
            "{typed}"
        );
    }
}

#[test]
fn one_connection_to_a_proxy_serves_many_origins_and_challenges() {
    let proxy = Server::start(|request| match request.header("Authorization") {
        None if request.target().contains("a.test") => Answer::new(401).header(
            "WWW-Authenticate",
            r#"Digest realm="r", nonce="n", qop="auth""#,
        ),
        Some(_) => Answer::redirect(302, "http://b.test/"),
        None => Answer::ok("done"),
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .arg(format!("--proxy=http:{LOGIN}@127.0.0.1:{}", proxy.port()))
        .args(["-A", "digest", "-a", "u:p", "--follow", "a.test/x"])
        .run_well();
    assert_eq!(outcome.stdout_text(), "done");
    let requests = proxy.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.header("Proxy-Authorization").as_deref() == Some(HEADER))
    );
    assert!(
        requests[1]
            .header("Authorization")
            .is_some_and(|answer| answer.contains(r#"uri="/x""#))
    );
    assert_eq!(proxy.connection_count(), 1);
}

#[test]
fn a_kept_tunnel_serves_the_next_request_to_its_origin() {
    let case = Secure::new(|request| match request.target().as_str() {
        "/x" => Answer::redirect(302, "/y"),
        _ => Answer::ok("done"),
    });
    for kind in ["http", "socks5h"] {
        let proxy = match kind {
            "http" => TunnelProxy::connect("200 OK", case.server.port()),
            _ => TunnelProxy::socks5(0, None, case.server.port()),
        };
        let outcome = case.run(
            &format!("{kind}://127.0.0.1:{}", proxy.port()),
            &["--follow"],
        );
        assert_eq!(outcome.stdout_text(), "done", "{}", outcome.stderr_text());
        assert_eq!(proxy.asked().len(), 1);
    }
}

#[test]
fn a_proxy_url_that_is_none_stops_the_run() {
    let server = Server::start(|_| Answer::ok("direct"));
    let folder = TempFolder::new();
    for (url, part) in [
        ("foo://127.0.0.1:1", "foo"),
        ("socks://127.0.0.1:1", "socks5"),
        ("http://", "No host"),
        ("http://u:secret@", "No host"),
        ("http://u:secret@127.0.0.1:99999", "99999"),
        ("127.0.0.1:port", "port"),
    ] {
        let typed = Program::http(&folder)
            .args([format!("--proxy=http:{url}"), server.url("/")])
            .run();
        typed.assert_error(&["--proxy", part]);
        let variable = Program::http(&folder)
            .env("HTTP_PROXY", url)
            .arg(server.url("/"))
            .run();
        variable.assert_error(&["HTTP_PROXY", part]);
        for outcome in [typed, variable] {
            assert!(
                !outcome.stderr_text().contains("secret"),
                "{}",
                outcome.stderr_text()
            );
        }
    }
    let unknown = Program::http(&folder)
        .args(["--proxy=htp:127.0.0.1:1".to_owned(), server.url("/")])
        .run();
    unknown.assert_error(&["htp"]);
    assert_eq!(server.connection_count(), 0, "nothing may be sent");
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let folder = TempFolder::new();
    for (kind, scheme) in [("http", "http"), ("https", "https"), ("socks5h", "http")] {
        let outcome = Program::http(&folder)
            .arg(format!("--proxy=all:{kind}://u:secret@127.0.0.1:1"))
            .arg(format!("{scheme}://origin.test"))
            .run();
        outcome.assert_error(&["proxy", "127.0.0.1", "port 1", "--proxy", "refused"]);
        assert!(!outcome.stderr_text().contains("secret"));
    }
}

#[test]
fn a_silent_proxy_ends_with_the_time() {
    let proxy = TunnelProxy::silent();
    let folder = TempFolder::new();
    for kind in ["http", "https", "socks5h", "socks4a"] {
        for option in ["--connect-timeout=0.2", "--timeout=0.2"] {
            let outcome = Program::http(&folder)
                .args([option, "https://origin.test"])
                .arg(format!("--proxy=all:{kind}://127.0.0.1:{}", proxy.port()))
                .run();
            assert_eq!(
                outcome.status,
                2,
                "{kind} {option}: {}",
                outcome.stderr_text()
            );
            outcome.assert_says("0.2s");
        }
    }
    assert_eq!(proxy.connection_count(), 8);
}
