//! The network: redirects, certificates, time limits, retries, proxies.

use crate::support::{Answer, Authority, Program, Server, TempFolder};
use crate::{assert_same, command, has_curl, sh};

#[test]
fn curl_follows_redirects_with_the_cookies_that_are_set_on_the_way() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|request| match request.target().as_str() {
        "/start" => Answer::redirect(302, "/end").header("Set-Cookie", "on=theway"),
        "/ring" => Answer::redirect(302, "/ring"),
        _ => Answer::ok("end"),
    });
    assert_same(&folder, &server, &["--follow", &server.url("/start")], b"");
    assert_same(
        &folder,
        &server,
        &["-F", "-f", &server.url("/start"), "a=b", "Content-Type:"],
        b"",
    );
    for most in ["1", "3"] {
        let args = ["-F", "--max-redirects", most, &server.url("/ring")];
        let before = server.request_count();
        assert_eq!(Program::http(&folder).args(args).run().status, 6);
        let ours = server.request_count() - before;
        let outcome = sh(&folder, &command(&folder, &args)).run();
        assert_eq!(outcome.status, 47, "{}", outcome.stderr_text());
        assert_eq!(server.request_count() - before - ours, ours);
    }
}

#[test]
fn curl_checks_certificates_as_it_is_told() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let authority = Authority::new();
    let server = Server::start_tls(authority.issue(&["localhost"]), |_| Answer::ok("fine"));
    let bundle = folder.write("work/ca.pem", authority.pem());
    let verify = format!("--verify={}", bundle.display());
    let url = &server.url_as("localhost", "/");
    assert_same(&folder, &server, &[&verify, url], b"");
    assert_same(
        &folder,
        &server,
        &["--verify=no", "--ssl=tls1.2", url, "a=b"],
        b"",
    );
    let outcome = sh(&folder, &command(&folder, &[url])).run();
    assert_eq!(outcome.status, 60, "{}", outcome.stderr_text());
}

#[test]
fn a_silent_server_is_waited_for_as_long() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = std::sync::Mutex::new(released);
    let server = Server::start(move |_| {
        let _ = released.lock().map(|wait| wait.recv());
        Answer::ok("late")
    });
    let line = command(&folder, &["--timeout=1", &server.url("/")]);
    let outcome = sh(&folder, &line).run();
    assert_eq!(outcome.status, 28, "{line}{}", outcome.stderr_text());
    drop(release);
}

#[test]
fn curl_tries_again_as_far_as_it_can() {
    let folder = TempFolder::new();
    let ask = |args: &[&str]| {
        let program = Program::http(&folder).args(["--curl"]).args(args);
        let outcome = program.arg("x.org").run_well();
        (outcome.stdout_text(), outcome.stderr_text())
    };
    for (args, parts, remark) in [
        (
            &["--retry=3", "--retry-max-time=2.5"][..],
            " --retry 3 --retry-max-time 3 --retry-connrefused",
            "408",
        ),
        (&["--retry=3", "--retry-on=503"], " --retry 3", "408"),
        (
            &["--wait=7"],
            " --retry 7 --retry-delay 1 --retry-max-time 7 --retry-connrefused",
            "once a second",
        ),
        (&["--retry=2", "POST"], "", "twice"),
        (
            &["--retry=2", "--retry-all-methods", "POST"],
            " --retry 2 --retry-connrefused",
            "408",
        ),
        (&["--retry=0"], "", ""),
    ] {
        let (line, said) = ask(args);
        assert!(line.ends_with(&format!("{parts}\n")), "{args:?}: {line}");
        assert_eq!(line.contains("--retry"), !parts.is_empty(), "{line}");
        assert!(said.contains(remark), "{args:?}: {said}");
    }
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(Server::in_turn([
        |_| Answer::new(503).header("Retry-After", "1"),
        |_| Answer::ok("fine"),
    ]));
    let line = command(&folder, &["--retry=1", &server.url("/")]);
    let outcome = sh(&folder, &line).run();
    assert!(outcome.stdout_text().ends_with("fine"), "{line}");
    assert_eq!(server.request_count(), 2);
}

#[test]
fn curl_connects_to_the_same_place() {
    let folder = TempFolder::new();
    if !has_curl(&folder) {
        return;
    }
    let server = Server::start(|_| Answer::ok("fine"));
    let url = &server.url_as("elsewhere.example", "/");
    let with_port = format!("--resolve=elsewhere.example:{}:127.0.0.1", server.port());
    assert_same(
        &folder,
        &server,
        &["--resolve=elsewhere.example:127.0.0.1", url],
        b"",
    );
    assert_same(&folder, &server, &["-4", &with_port, url], b"");
}

#[test]
fn options_of_the_network_and_the_output_have_their_names_in_curl() {
    let folder = TempFolder::new();
    for (args, parts) in [
        (
            &["--timeout=2.5"][..],
            &["--connect-timeout 2.5", "-y 3", "-Y 1"][..],
        ),
        (&["--check-status"], &["--fail-with-body"]),
        (&["-o", "a b"], &["-o 'a b'"]),
        (&["--ssl=tls1.3"], &["--tlsv1.3 --tls-max 1.3"]),
        (&["--verify=no"], &["-k"]),
        (&["-S", "-v"], &["-N", "-v"]),
        (&["--print=hb"], &["-i"]),
        (&["-4", "--interface=lo"], &["-4", "--interface lo"]),
        (
            &["-6", "--connect-timeout=3"],
            &["-6", "--connect-timeout 3"],
        ),
        (
            &["--timeout=1", "--connect-timeout=3"],
            &["--connect-timeout 3 -y 1"],
        ),
        (&["--resolve=x.org:::1"], &["--resolve 'x.org:443:[::1]'"]),
        (&["--unix-socket=/a b"], &["--unix-socket '/a b'"]),
        (&["--proxy=https:http://u:p@h:1"], &["-x http://u:p@h:1"]),
        (&["--proxy=https:", "--proxy=all:x"], &["--noproxy '*'"]),
        (
            &["--curl-long", "-F", "-o", "x"],
            &["--location --max-redirs 29", "--output x", "--header "],
        ),
    ] {
        let line = command(&folder, &[args, &["https://x.org"]].concat());
        for part in parts {
            assert!(line.contains(&format!(" {part}")), "{part}: {line}");
        }
    }
    assert!(!folder.join("work/a b").exists());
}
