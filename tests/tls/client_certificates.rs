//! `--cert`, `--cert-key` and `--cert-key-pass`: who the client is, to whom it says so, and every form of key.

use std::path::Path;

use crate::support::{Answer, Authority, Identity, Outcome, Program, Server, TempFolder, fixture};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};

/// A server that asks clients who they are, and a folder with the file of its authority.
struct Case {
    server: Server,
    identity: Identity,
    folder: TempFolder,
}

impl Case {
    fn new(make: impl FnOnce(Identity) -> Identity) -> Case {
        let authority = Authority::new();
        let identity = make(authority.issue(&["127.0.0.1", "localhost"]));
        let folder = TempFolder::new();
        folder.write("ca.pem", authority.pem());
        Case {
            server: Server::start_tls(identity.clone(), |_| Answer::ok("secret")),
            identity,
            folder,
        }
    }

    fn insisting() -> Case {
        Case::new(Identity::insisting)
    }

    fn program(&self) -> Program {
        Program::http(&self.folder)
            .arg("--verify")
            .arg(self.folder.join("ca.pem"))
            .arg(self.server.url("/x"))
    }

    fn with_files(&self, certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Program {
        self.program()
            .arg("--cert")
            .arg(certificate.as_ref())
            .arg("--cert-key")
            .arg(key.as_ref())
    }

    /// The server was shown a certificate once, and it was this one.
    #[track_caller]
    fn assert_shown(&self, outcome: &Outcome, certificate: &str) {
        assert_eq!(outcome.stdout_text(), "secret", "{}", outcome.stderr_text());
        assert_eq!(self.identity.shown().len(), 1);
        let expected = CertificateDer::from_pem_file(fixture(certificate));
        assert_eq!(self.identity.shown()[0], expected.expect("a certificate"));
    }

    /// Fails with a sentence before anything goes over the network.
    #[track_caller]
    fn assert_not_even_connected(&self, outcome: &Outcome, naming: &[&str]) {
        outcome.assert_error(naming);
        assert_eq!(self.server.connection_count(), 0, "nothing may be sent");
    }
}

#[test]
fn a_certificate_and_its_key_are_shown_in_both_versions_of_tls() {
    for version in [&TLS12, &TLS13] {
        let case = Case::new(|identity| identity.insisting().speaking(version));
        let outcome = case
            .with_files(fixture("client-ec.crt"), fixture("client-ec-sec1.key"))
            .run();
        case.assert_shown(&outcome, "client-ec.crt");
    }
}

#[test]
fn a_server_that_does_not_ask_is_shown_nothing() {
    let case = Case::new(|identity| identity);
    case.with_files(fixture("client-ec.crt"), fixture("client-ec-sec1.key"))
        .run_well();
    assert_eq!(case.identity.shown().len(), 0);
}

#[test]
fn keys_in_the_clear_come_in_every_form() {
    for (certificate, key) in [
        ("client-rsa.crt", "client-rsa-pkcs1.key"),
        ("client-rsa.crt", "client-rsa-pkcs8.key"),
        ("client-ec.crt", "client-ec-sec1.key"),
        ("client-ed25519.crt", "client-ed25519-pkcs8.key"),
    ] {
        let case = Case::insisting();
        let outcome = case.with_files(fixture(certificate), fixture(key)).run();
        case.assert_shown(&outcome, certificate);
    }
}

#[test]
fn certificate_and_key_may_be_in_one_file_in_any_order() {
    let read = |name| std::fs::read_to_string(fixture(name)).expect("a file of the package");
    let (certificate, key) = (read("client-ec.crt"), read("client-ec-sec1.key"));
    for both in [
        format!("{certificate}{key}"),
        format!("Bag Attributes\n{key}text\n{certificate}"),
        format!("{key}{certificate}").replace('\n', "\r\n"),
    ] {
        let case = Case::insisting();
        let path = case.folder.write("both.pem", both);
        let outcome = case.program().arg("--cert").arg(path).run();
        case.assert_shown(&outcome, "client-ec.crt");
    }
}

#[test]
fn a_certificate_of_version_1_is_shown_like_any_other() {
    let case = Case::insisting();
    let outcome = case
        .with_files(
            fixture("client-rsa-version1.crt"),
            fixture("client-rsa-pkcs1.key"),
        )
        .run();
    case.assert_shown(&outcome, "client-rsa-version1.crt");
}

const LOCKED: [&str; 16] = [
    "locked-pem-aes128.key",
    "locked-pem-aes192.key",
    "locked-pem-aes256.key",
    "locked-pem-des.key",
    "locked-pem-des3.key",
    "locked-pem-rsa.key",
    "locked-pkcs8-aes-128-cbc.key",
    "locked-pkcs8-aes-192-cbc.key",
    "locked-pkcs8-aes-256-cbc.key",
    "locked-pkcs8-des3.key",
    "locked-pkcs8-hmacWithSHA1.key",
    "locked-pkcs8-hmacWithSHA384.key",
    "locked-pkcs8-hmacWithSHA512.key",
    "locked-pkcs8-PBE-MD5-DES.key",
    "locked-pkcs8-PBE-SHA1-DES.key",
    "locked-pkcs8-PBE-SHA1-3DES.key",
];

fn certificate_of(key: &str) -> &'static str {
    match key {
        "locked-pem-rsa.key" => "client-rsa.crt",
        _ => "client-ec.crt",
    }
}

#[test]
fn a_passphrase_opens_every_kind_of_lock() {
    for key in LOCKED {
        let case = Case::insisting();
        let certificate = certificate_of(key);
        let outcome = case
            .with_files(fixture(certificate), fixture(key))
            .arg("--cert-key-pass=sesame")
            .run();
        case.assert_shown(&outcome, certificate);
    }
}

#[test]
fn a_wrong_passphrase_opens_none_and_is_not_repeated() {
    for key in LOCKED {
        let case = Case::insisting();
        let outcome = case
            .with_files(fixture(certificate_of(key)), fixture(key))
            .arg("--cert-key-pass=wr0ng")
            .run();
        case.assert_not_even_connected(&outcome, &[key, "passphrase is wrong"]);
        assert!(!outcome.stderr_text().contains("wr0ng"));
    }
}

#[test]
fn a_passphrase_that_is_not_needed_does_no_harm() {
    let case = Case::insisting();
    let outcome = case
        .with_files(fixture("client-ec.crt"), fixture("client-ec-sec1.key"))
        .arg("--cert-key-pass=sesame")
        .run();
    case.assert_shown(&outcome, "client-ec.crt");
}

#[cfg(target_os = "linux")]
#[test]
fn a_passphrase_that_is_not_given_is_asked_for_without_showing_it() {
    for key in ["locked-pkcs8-aes-256-cbc.key", "locked-pem-aes256.key"] {
        let case = Case::insisting();
        let path = fixture(key);
        let question = format!("http: passphrase for {}: ", path.display());
        let outcome = case
            .with_files(fixture("client-ec.crt"), path)
            .run_in_terminal_typing(&[(&question, "sesame\n")]);
        assert_eq!(outcome.status, 0, "{}", outcome.text());
        assert!(outcome.text().contains("secret") && !outcome.text().contains("sesame"));
        assert_eq!(case.identity.shown().len(), 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_at_the_question_sends_nothing() {
    let case = Case::insisting();
    let outcome = case
        .with_files(
            fixture("client-ec.crt"),
            fixture("locked-pkcs8-aes-256-cbc.key"),
        )
        .run_in_terminal_typing(&[("passphrase for", "ses\u{3}")]);
    assert_eq!(outcome.status, 130, "{}", outcome.text());
    assert_eq!(case.server.connection_count(), 0);
}

#[cfg(unix)]
#[test]
fn a_passphrase_that_nobody_can_be_asked_for_is_an_error() {
    let case = Case::insisting();
    // Without a controlling terminal, as in a CI job; where the tests have one, nothing can be said.
    if std::fs::File::open("/dev/tty").is_ok() {
        return;
    }
    let outcome = case
        .with_files(fixture("client-ec.crt"), fixture("locked-pem-aes256.key"))
        .run();
    case.assert_not_even_connected(&outcome, &["locked-pem-aes256.key", "--cert-key-pass"]);
}

#[test]
fn what_is_wrong_with_the_files_is_said_before_anything_is_sent() {
    let folder = TempFolder::new();
    let empty = folder.write("empty.pem", "nothing in here\n");
    let damaged = folder.write(
        "damaged.pem",
        "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n",
    );
    let cut = folder.write("cut.key", "-----BEGIN PRIVATE KEY-----\nMIIE");
    let nonsense = folder.write(
        "nonsense.key",
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
    );
    let ec = || (fixture("client-ec.crt"), fixture("client-ec-sec1.key"));
    for (certificate, key, naming) in [
        (empty.clone(), ec().1, ["empty.pem", "no certificate"]),
        (damaged, ec().1, ["damaged.pem", "damaged"]),
        (ec().0, empty, ["empty.pem", "no private key"]),
        (ec().0, cut, ["cut.key", "damaged"]),
        (ec().0, nonsense, ["nonsense.key", "cannot be used"]),
        (
            ec().0,
            fixture("client-rsa-pkcs8.key"),
            [
                "client-rsa-pkcs8.key",
                "does not belong to the first certificate",
            ],
        ),
        (
            fixture("client-rsa-version1.crt"),
            ec().1,
            [
                "client-ec-sec1.key",
                "does not belong to the first certificate",
            ],
        ),
        (
            ec().0,
            fixture("unknown-kind-p521.key"),
            ["unknown-kind-p521.key", "ECDSA on P-256"],
        ),
        (ec().0, folder.join("."), ["cannot be read", "directory"]),
    ] {
        let case = Case::insisting();
        let outcome = case.with_files(certificate, key).run();
        case.assert_not_even_connected(&outcome, &naming);
    }
    let case = Case::insisting();
    let outcome = case
        .with_files(fixture("client-ec.crt"), fixture("unknown-lock-scrypt.key"))
        .arg("--cert-key-pass=sesame")
        .run();
    case.assert_not_even_connected(&outcome, &["unknown-lock-scrypt.key", "openssl pkcs8"]);
}

#[test]
fn a_certificate_without_a_key_asks_for_the_option() {
    let case = Case::insisting();
    let outcome = case
        .program()
        .arg("--cert")
        .arg(fixture("client-ec.crt"))
        .run();
    case.assert_not_even_connected(&outcome, &["client-ec.crt", "--cert-key"]);
}

#[test]
fn a_missing_file_is_a_usage_error_even_where_no_https_is_spoken() {
    let server = Server::start(|_| Answer::ok("plain"));
    let folder = TempFolder::new();
    for option in ["--cert", "--cert-key"] {
        let outcome = Program::http(&folder)
            .args([option, "/__not_found__"])
            .arg(server.url("/"))
            .run();
        outcome.assert_error(&[option, "/__not_found__: No such file or directory"]);
    }
    assert_eq!(server.connection_count(), 0);
}

#[test]
fn nothing_of_it_is_looked_into_for_a_plain_request() {
    let server = Server::start(|_| Answer::ok("plain"));
    let folder = TempFolder::new();
    let outcome = Program::http(&folder)
        .arg("--cert")
        .arg(fixture("server-sha1.crt"))
        .arg("--cert-key")
        .arg(fixture("locked-pem-des.key"))
        .arg(server.url("/"))
        .run_well();
    assert_eq!(outcome.stdout_text(), "plain");
}

#[test]
fn a_server_that_insists_on_a_certificate_names_the_option() {
    for version in [&TLS12, &TLS13] {
        let case = Case::new(|identity| identity.insisting().speaking(version));
        let outcome = case.program().run();
        outcome.assert_error(&["client certificate", "--cert"]);
        assert_eq!(case.server.request_count(), 0);
    }
}

#[test]
fn a_certificate_that_the_server_refuses_is_said_to_be_refused() {
    let refused = Identity::self_signed(&["refused.test"]);
    for version in [&TLS12, &TLS13] {
        let case = Case::new(|identity| identity.insisting().speaking(version));
        let both = format!("{}{}", refused.certificate_pem(), refused.key_pem());
        let path = case.folder.write("refused.pem", both);
        let outcome = case.program().arg("--cert").arg(path).run();
        outcome.assert_error(&["refused the client certificate", "--cert"]);
        assert_eq!(case.server.request_count(), 0);
    }
}

#[test]
fn a_redirect_to_another_host_does_not_see_it() {
    let authority = Authority::new();
    let names = ["127.0.0.1", "localhost"];
    let (here, there) = (
        authority.issue(&names).insisting(),
        authority.issue(&names).asking(),
    );
    let target = Server::start_tls(there.clone(), |_| Answer::ok("there"));
    for (url, want) in [(target.url_as("localhost", "/"), 0), (target.url("/"), 1)] {
        let server = Server::start_tls(here.clone(), move |_| Answer::redirect(302, url.clone()));
        let folder = TempFolder::new();
        let outcome = Program::http(&folder)
            .args(["--follow", "--verify"])
            .arg(folder.write("ca.pem", authority.pem()))
            .arg("--cert")
            .arg(fixture("client-ec.crt"))
            .arg("--cert-key")
            .arg(fixture("client-ec-sec1.key"))
            .arg(server.url("/"))
            .run_well();
        assert_eq!(outcome.stdout_text(), "there");
        assert_eq!(there.shown().len(), want);
    }
}

#[test]
fn another_host_that_insists_on_it_is_an_error_that_says_why() {
    for version in [&TLS12, &TLS13] {
        let case = Case::new(|identity| identity.insisting().speaking(version));
        let url = case.server.url_as("localhost", "/");
        let first = Server::start(move |_| Answer::redirect(302, url.clone()));
        let outcome = Program::http(&case.folder)
            .args(["--follow", "--verify"])
            .arg(case.folder.join("ca.pem"))
            .arg("--cert")
            .arg(fixture("client-ec.crt"))
            .arg("--cert-key")
            .arg(fixture("client-ec-sec1.key"))
            .arg(first.url("/"))
            .run();
        outcome.assert_error(&["--cert", "redirect"]);
        assert_eq!(case.identity.shown().len(), 0);
        assert_eq!(case.server.request_count(), 0);
    }
}

#[test]
fn a_key_or_a_passphrase_without_a_certificate_is_warned_of() {
    let case = Case::new(|identity| identity);
    let key = format!(
        "--cert-key={}",
        fixture("client-ec-sec1.key").to_string_lossy()
    );
    for (option, named) in [
        (key.as_str(), "--cert-key "),
        ("--cert-key-pass=sesame", "--cert-key-pass "),
    ] {
        let said = case.program().arg(option).run_well().stderr_text();
        let want = format!("http: warning: {named}does nothing without --cert,");
        assert!(
            said.contains(&want) || said.contains(&format!("https: warning: {named}does")),
            "{said}"
        );
        assert!(!said.contains("sesame"), "{said}");
    }
}

#[test]
fn the_passphrase_is_in_no_output() {
    let case = Case::insisting();
    let outcome = case
        .with_files(fixture("client-ec.crt"), fixture("locked-pem-aes256.key"))
        .args(["--cert-key-pass=sesame", "--debug", "--traceback", "-vv"])
        .run_well();
    assert!(!outcome.stdout_text().contains("sesame"));
    assert!(!outcome.stderr_text().contains("sesame"));
}
