//! Whom https trusts: the usual authorities, those that the user names, and nobody else.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use crate::support::{
    self, Answer, Authority, Identity, Outcome, Program, Server, TempFolder, fixture,
};
use rustls::version::{TLS12, TLS13};

/// A server with this certificate, the file of the authority, and a folder around them.
struct Case {
    server: Server,
    folder: TempFolder,
    authority_file: String,
}

impl Case {
    fn new(make: impl FnOnce(&Authority) -> Identity) -> Case {
        let authority = Authority::new();
        let folder = TempFolder::new();
        let path = folder.write("ca.pem", authority.pem());
        let server = Server::start_tls(make(&authority), |_| Answer::ok("secret"));
        Case {
            server,
            folder,
            authority_file: path.to_string_lossy().into_owned(),
        }
    }

    fn program(&self, args: &[&str]) -> Program {
        Program::http(&self.folder)
            .args(args)
            .arg(self.server.url("/x"))
    }

    fn with_authority(&self) -> Outcome {
        let option = format!("--verify={}", self.authority_file);
        self.program(&[&option]).run()
    }

    /// Fails in the handshake with a sentence that says why: no request was sent.
    #[track_caller]
    fn assert_refused(&self, outcome: &Outcome, naming: &[&str]) {
        outcome.assert_error(naming);
        assert!(
            outcome.stderr_text().to_lowercase().contains("certificate"),
            "{}",
            outcome.stderr_text()
        );
        assert_eq!(self.server.request_count(), 0, "nothing may be sent");
    }

    /// The same without a word about certificates.
    #[track_caller]
    fn assert_broken_off(&self, outcome: &Outcome, naming: &[&str]) {
        outcome.assert_error(naming);
        assert_eq!(self.server.request_count(), 0, "nothing may be sent");
    }
}

fn valid(authority: &Authority) -> Identity {
    authority.issue(&["127.0.0.1", "localhost"])
}

#[test]
fn a_named_authority_is_trusted() {
    let case = Case::new(valid);
    let outcome = case.with_authority();
    assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    let option = format!("--verify={}", case.authority_file);
    let by_name = Program::http(&case.folder)
        .arg(option)
        .arg(case.server.url_as("localhost", "/"))
        .run();
    assert_eq!(by_name.stdout_text(), "secret", "{}", by_name.stderr_text());
}

#[test]
fn environment_variables_name_an_authority() {
    for variable in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"] {
        if variable == "SSL_CERT_FILE" && support::is_reference() {
            continue;
        }
        let case = Case::new(valid);
        let outcome = case.program(&[]).env(variable, &case.authority_file).run();
        assert_eq!(
            outcome.stdout_text(),
            "secret",
            "{variable}: {}",
            outcome.stderr_text()
        );
    }
}

#[test]
fn an_unknown_authority_is_refused() {
    let case = Case::new(valid);
    case.assert_refused(&case.program(&[]).run(), &["127.0.0.1"]);
    let case = Case::new(valid);
    case.assert_refused(&case.program(&["--verify=yes"]).run(), &["127.0.0.1"]);
}

#[test]
fn another_authority_is_refused() {
    let case = Case::new(valid);
    case.folder.write("ca.pem", Authority::new().pem());
    case.assert_refused(&case.with_authority(), &["127.0.0.1"]);
}

#[test]
fn a_refusal_says_which_check_failed_and_what_helps() {
    type Make = fn(&Authority) -> Identity;
    let cases: [(Make, &[&str]); 6] = [
        (
            |authority| authority.issue(&["example.test", "*.example.org", "::1"]),
            &["for another host", "example.test, *.example.org, ::1"],
        ),
        (|authority| authority.issue(&[]), &["names no host at all"]),
        (
            |authority| authority.issue_expired(&["127.0.0.1"]),
            &["expired on 2001-01-01 00:00 UTC"],
        ),
        (
            |authority| {
                authority.issue_with(&["127.0.0.1"], |params| {
                    params.not_before = rcgen::date_time_ymd(2100, 2, 3);
                    params.not_after = rcgen::date_time_ymd(2101, 1, 1);
                })
            },
            &["not valid before 2100-02-03 00:00 UTC", "clock"],
        ),
        (
            |authority| {
                authority.issue_with(&["127.0.0.1"], |params| {
                    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
                })
            },
            &["other purposes"],
        ),
        (
            |_| Authority::new().issue(&["127.0.0.1"]),
            &["signature of its certificate"],
        ),
    ];
    for (make, naming) in cases {
        let case = Case::new(make);
        let outcome = case.with_authority();
        case.assert_refused(&outcome, &["127.0.0.1"]);
        case.assert_refused(&outcome, naming);
    }
}

#[test]
fn an_unknown_authority_is_called_by_its_name() {
    let case = Case::new(valid);
    let outcome = case.program(&[]).run();
    case.assert_refused(
        &outcome,
        &["'Test Authority'", "--verify=FILE", "--verify=system"],
    );
}

#[test]
fn old_signatures_and_old_certificates_are_refused() {
    let ca = format!("--verify={}", fixture("ca.pem").display());
    for (certificate, naming) in [
        ("server-sha1.crt", "SHA-1"),
        ("server-version1.crt", "of the old version 1"),
    ] {
        let case = Case::new(|_| Identity::from_fixtures(certificate, "server.key"));
        case.assert_refused(&case.program(&[&ca]).run(), &[naming]);
        let named = format!("--verify={}", fixture(certificate).display());
        if certificate == "server-version1.crt" {
            case.assert_refused(&case.program(&[&named]).run(), &[naming]);
        }
        case.program(&["--verify=no"]).run_well();
    }
}

#[test]
fn an_authority_of_version_1_is_trusted_when_it_is_named() {
    let case = Case::new(|_| Identity::from_fixtures("server-under-version1.crt", "server.key"));
    let option = format!("--verify={}", fixture("ca-version1.pem").display());
    case.program(&[&option]).run_well();
}

#[test]
fn a_certificate_that_vouches_for_itself_is_refused_unless_it_is_named() {
    let as_authority = |params: &mut rcgen::CertificateParams| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    };
    for identity in [
        Identity::self_signed(&["127.0.0.1"]),
        Identity::self_signed_with(&["127.0.0.1"], as_authority),
    ] {
        let pem = identity.certificate_pem().to_owned();
        let case = Case::new(|_| identity);
        case.assert_refused(&case.program(&[]).run(), &["self-signed", "--verify=FILE"]);
        case.folder.write("ca.pem", pem);
        let outcome = case.with_authority();
        assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
    }
}

#[test]
fn a_certificate_that_is_named_is_checked_all_the_same() {
    type Change = fn(&mut rcgen::CertificateParams);
    let cases: [(&str, Change, &str); 4] = [
        ("example.test", |_| (), "for another host: example.test"),
        (
            "127.0.0.1",
            |params| params.not_after = rcgen::date_time_ymd(2001, 1, 1),
            "expired on 2001-01-01",
        ),
        (
            "127.0.0.1",
            |params| params.not_before = rcgen::date_time_ymd(2100, 1, 1),
            "not valid before 2100-01-01",
        ),
        (
            "127.0.0.1",
            |params| {
                params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
            },
            "other purposes",
        ),
    ];
    for (name, change, naming) in cases {
        let identity = Identity::self_signed_with(&[name], |params| {
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            change(params);
        });
        let pem = identity.certificate_pem().to_owned();
        let case = Case::new(|_| identity);
        case.folder.write("ca.pem", pem);
        case.assert_refused(&case.with_authority(), &[naming]);
    }
}

#[test]
fn another_certificate_of_the_same_name_is_not_the_one_that_was_named() {
    let case = Case::new(|_| Identity::self_signed(&["127.0.0.1"]));
    let namesake = Identity::self_signed(&["127.0.0.1"]);
    case.folder.write("ca.pem", namesake.certificate_pem());
    case.assert_refused(&case.with_authority(), &["127.0.0.1"]);
}

#[test]
fn anybody_is_trusted_when_asked() {
    let refused: [fn(&Authority) -> Identity; 4] = [
        valid,
        |authority| authority.issue(&["example.test"]),
        |authority| authority.issue_expired(&["127.0.0.1"]),
        |_| Identity::self_signed(&["127.0.0.1"]),
    ];
    for make in refused {
        for option in ["--verify=no", "--verify=false"] {
            let case = Case::new(make);
            let outcome = case.program(&[option]).run();
            assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
        }
    }
}

#[test]
fn trust_in_anybody_is_not_kept_from_the_next_run() {
    let case = Case::new(valid);
    case.program(&["--verify=no"]).run_well();
    let outcome = case.program(&[]).run();
    outcome.assert_error(&["127.0.0.1"]);
    assert_eq!(case.server.request_count(), 1);
}

#[test]
fn a_missing_or_empty_bundle_is_named() {
    let case = Case::new(valid);
    let outcome = case.program(&["--verify=/nowhere/ca.pem"]).run();
    outcome.assert_error(&["/nowhere/ca.pem"]);
    case.folder
        .write("work/empty.pem", "no certificate in here\n");
    let outcome = case.program(&["--verify=empty.pem"]).run();
    outcome.assert_error(&["empty.pem"]);
    assert_eq!(case.server.request_count(), 0, "nothing may be sent");
}

#[test]
fn both_versions_of_tls_can_be_chosen() {
    for version in ["tls1.2", "tls1.3"] {
        let case = Case::new(valid);
        let ssl = format!("--ssl={version}");
        let verify = format!("--verify={}", case.authority_file);
        let outcome = case.program(&[&ssl, &verify]).run();
        assert_eq!(
            outcome.stdout_text(),
            "secret",
            "{version}: {}",
            outcome.stderr_text()
        );
    }
}

#[test]
fn a_plain_server_behind_an_https_url_is_an_error() {
    let server = Server::start(|_| Answer::ok("plain"));
    let folder = TempFolder::new();
    let url = format!("https://127.0.0.1:{}/", server.port());
    let outcome = Program::http(&folder).args(["--verify=no", &url]).run();
    outcome.assert_error(&["127.0.0.1"]);
    assert_eq!(server.request_count(), 0);
}

#[test]
fn what_is_shown_is_what_is_sent_over_tls_too() {
    let case = Case::new(valid);
    let verify = format!("--verify={}", case.authority_file);
    let outcome = case.program(&["-v", &verify]).run_well();
    assert!(outcome.stdout.starts_with(&case.server.only_request().head));
}

#[test]
fn a_redirect_cannot_switch_the_check_off() {
    let stranger = Case::new(valid);
    let url = stranger.server.url("/");
    let plain = Server::start(move |_| Answer::redirect(302, url.clone()));
    let outcome = Program::http(&stranger.folder)
        .args(["--follow", "-a", "user:pass"])
        .arg(plain.url("/"))
        .run();
    stranger.assert_refused(&outcome, &["127.0.0.1"]);
}

#[test]
fn the_check_and_the_version_hold_on_every_hop() {
    let authority = Authority::new();
    let folder = TempFolder::new();
    let ca = folder.write("ca.pem", authority.pem());
    let names = ["127.0.0.1"];
    let new_only = Server::start_tls(authority.issue(&names).speaking(&TLS13), |_| {
        Answer::ok("new")
    });
    let url = new_only.url("/");
    let first = Server::start_tls(authority.issue(&names), move |_| {
        Answer::redirect(302, url.clone())
    });
    let program = || {
        Program::http(&folder)
            .args(["--follow", "--verify"])
            .arg(&ca)
            .arg(first.url("/"))
    };
    assert_eq!(program().run_well().stdout_text(), "new");
    let outcome = program().arg("--ssl=tls1.2").run();
    outcome.assert_error(&["--ssl"]);
    assert_eq!((first.request_count(), new_only.request_count()), (2, 1));
}

#[test]
fn a_version_that_the_server_does_not_speak_is_an_error_that_says_so() {
    for (server, ours) in [(&TLS12, "tls1.3"), (&TLS13, "tls1.2")] {
        let case = Case::new(|authority| valid(authority).speaking(server));
        let option = format!("--ssl={ours}");
        let verify = format!("--verify={}", case.authority_file);
        let outcome = case.program(&[&option, &verify]).run();
        case.assert_broken_off(&outcome, &["127.0.0.1", "--ssl"]);
    }
    for old in ["tls1", "tls1.1"] {
        let case = Case::new(valid);
        let outcome = case.program(&[&format!("--ssl={old}")]).run();
        case.assert_broken_off(&outcome, &["not safe", "tls1.2"]);
        assert_eq!(case.server.connection_count(), 0);
    }
}

/// Answers the first bytes of one connection with these and closes; gives back how the program ended.
fn against_raw_answer(answer: &'static [u8]) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
    let port = listener.local_addr().expect("it is bound").port();
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("the program connects");
        let _ = socket.read(&mut [0; 4096]);
        let _ = socket.write_all(answer);
        let _ = socket.shutdown(Shutdown::Write);
        // Until the program has closed too: an early close would reset what it has not read yet.
        let _ = socket.read_to_end(&mut Vec::new());
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .arg(format!("https://127.0.0.1:{port}/"))
        .run();
    server.join().expect("the server has nothing to fail at");
    outcome
}

#[test]
fn what_is_not_tls_is_told_from_a_handshake_that_is_cut() {
    for (answer, naming) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "does not speak TLS on this port"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak TLS on this port"),
        (b"", "closed the connection during the handshake"),
        (b"\x16\x03\x03\x00\x50\x02\x00", "closed the connection during the handshake"),
        // Alerts: handshake_failure, protocol_version, unrecognized_name, internal_error.
        (b"\x15\x03\x03\x00\x02\x02\x28", "no version of TLS that is safe"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "no version of TLS that is safe"),
        (b"\x15\x03\x03\x00\x02\x02\x70", "no host of this name"),
        (b"\x15\x03\x03\x00\x02\x02\x50", "InternalError"),
        // A ServerHello of TLS 1.0 and its Certificate to come.
        (
            b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00\x00\x2f\x00",
            "no version of TLS that is safe",
        ),
    ] {
        against_raw_answer(answer).assert_error(&["127.0.0.1", naming]);
    }
}
