//! Credentials: typed, in the URL, asked for, of .netrc.

use crate::support::{Answer, Program, Server, TempFolder, text};
use crate::{refused, send, send_from};

#[test]
fn credentials_of_either_kind_become_a_header() {
    let basic = send(&["-a", "user:pa:ss", "{url}/"]);
    assert_eq!(
        basic.header("Authorization").as_deref(),
        Some("Basic dXNlcjpwYTpzcw==")
    );
    let bearer = send(&["-A", "bearer", "-a", "token", "{url}/"]);
    assert_eq!(
        bearer.header("Authorization").as_deref(),
        Some("Bearer token")
    );
}

#[test]
fn credentials_in_the_url_become_a_header_without_their_escapes() {
    let request = send(&["http://us%20er:p%40ss@127.0.0.1:{port}/"]);
    // HTTPie does not decode the escapes: `us%20er:p%40ss`.
    let expected = Some("Basic dXMgZXI6cEBzcw==");
    assert_eq!(request.header("Authorization").as_deref(), expected);
    let host = request.header("Host").unwrap_or_default();
    assert!(!host.contains('@'), "{host}");
    let bearer = send(&["-A", "bearer", "http://token@127.0.0.1:{port}/"]);
    let bearer = bearer.header("Authorization");
    assert_eq!(bearer.as_deref(), Some("Bearer token"));
}

#[test]
fn a_backslash_keeps_a_colon_from_parting_user_and_password() {
    for (typed, want) in [
        (r"u\:x:q", "Basic dTp4OnE="),
        (r"u:x\:q", "Basic dTp4OnE="),
        (r"DOM\user:x", r"Basic RE9NXHVzZXI6eA=="),
    ] {
        let request = send(&["-a", typed, "{url}/"]);
        assert_eq!(request.header("Authorization").as_deref(), Some(want));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_is_asked_for_on_the_terminal_and_not_shown() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    let program = Program::http(&folder).args(["-a", "user", &server.url("/")]);
    let outcome = program.run_in_terminal_typing(&[("password for user@127.0.0.1", "sesame\n")]);
    assert_eq!(outcome.status, 0, "{}", outcome.text());
    assert!(!outcome.text().contains("sesame"), "{}", outcome.text());
    let expected = Some("Basic dXNlcjpzZXNhbWU=");
    assert_eq!(
        server.only_request().header("Authorization").as_deref(),
        expected
    );
}

#[cfg(target_os = "linux")]
#[test]
fn credentials_without_a_colon_may_be_a_token_and_are_not_shown_where_nobody_can_be_asked() {
    let server = Server::start(|_| Answer::ok("fine"));
    let folder = TempFolder::new();
    for args in [
        &[][..],
        &["--mask"],
        &["--json-meta"],
        &["--debug", "--traceback"],
        &["-A", "digest"],
        &["--ignore-stdin"],
    ] {
        let outcome = Program::http(&folder)
            .env("CI", "true")
            .args(args)
            .args(["-a", "ghp_s3cr3ttoken", &server.url("/")])
            .without_terminal()
            .run();
        outcome.assert_error(&[""]);
        let said = outcome.stdout_text() + &outcome.stderr_text();
        assert!(!said.contains("s3cr3t"), "{args:?}: {said}");
        if args != ["--ignore-stdin"] {
            outcome.assert_error(&["--auth ", "no colon", "--auth-type=bearer", "no terminal"]);
        }
    }
    assert_eq!(server.request_count(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_password_is_edited_as_any_line_of_a_terminal() {
    for keys in [
        "some wrong\x17\x17sesame\n",
        "wrong\x15sesame\n",
        "se\x1b[D\x1bOA\x1b[3~same\n",
        "\x01ses\x1cabc\x7f\x08me\x04\n",
    ] {
        let server = Server::start(|_| Answer::ok("fine"));
        let folder = TempFolder::new();
        let program = Program::http(&folder).args(["-a", "user", &server.url("/")]);
        let outcome = program.run_in_terminal_typing(&[("password for user@127.0.0.1", keys)]);
        assert_eq!(outcome.status, 0, "{keys:?}: {}", outcome.text());
        assert_eq!(
            server.only_request().header("Authorization").as_deref(),
            Some("Basic dXNlcjpzZXNhbWU="),
            "{keys:?}"
        );
    }
}

#[test]
fn a_type_of_authentication_without_credentials_takes_those_of_netrc() {
    let folder = TempFolder::new();
    folder.write("home/.netrc", "machine 127.0.0.1 login u password p\n");
    let basic = send_from(&folder, &["-A", "basic", "{url}/"], |program| program);
    assert_eq!(basic.header("Authorization").as_deref(), Some("Basic dTpw"));
    let digest = send_from(&folder, &["-A", "digest", "{url}/"], |program| program);
    assert_eq!(digest.header("Authorization"), None);
    for args in [&["-A", "bearer", "{url}/"][..], &["-A", "digest", "{url}/"]] {
        let outcome = refused(args);
        assert!(text(&outcome.stderr).contains("--auth required"));
    }
}
