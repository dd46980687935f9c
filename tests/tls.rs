//! Whom https trusts: the usual authorities, those that the user names, and nobody else.

mod support;

use support::{Answer, Authority, Identity, Outcome, Program, Server, TempFolder};

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
fn a_certificate_for_another_host_is_refused() {
    let case = Case::new(|authority| authority.issue(&["example.test"]));
    case.assert_refused(&case.with_authority(), &["127.0.0.1"]);
}

#[test]
fn an_expired_certificate_is_refused() {
    let case = Case::new(|authority| authority.issue_expired(&["127.0.0.1"]));
    case.assert_refused(&case.with_authority(), &["127.0.0.1", "expired"]);
}

#[test]
fn a_certificate_that_vouches_for_itself_is_refused_unless_it_is_named() {
    let identity = Identity::self_signed(&["127.0.0.1"]);
    let pem = identity.certificate_pem().to_owned();
    let case = Case::new(|_| identity);
    case.assert_refused(&case.program(&[]).run(), &["127.0.0.1"]);
    case.folder.write("ca.pem", pem);
    let outcome = case.with_authority();
    assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
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
