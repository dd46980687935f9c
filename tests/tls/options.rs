//! `--verify` with folders and the system's store, `--ciphers`, and what `--debug` says about trust.

use crate::support::{Answer, Authority, Program, Server, TempFolder};
use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite as suite;

/// A server that offers these suites (all of them, if none), and a folder with the file of its authority.
fn server_with(suites: &[SupportedCipherSuite]) -> (Server, TempFolder) {
    let authority = Authority::new();
    let identity = authority.issue(&["127.0.0.1"]);
    let identity = match suites {
        [] => identity,
        suites => identity.with_suites(suites),
    };
    let folder = TempFolder::new();
    folder.write("ca.pem", authority.pem());
    (
        Server::start_tls(identity, |_| Answer::ok("secret")),
        folder,
    )
}

#[test]
fn a_folder_of_certificates_is_trusted() {
    let (server, folder) = server_with(&[]);
    let certificates = folder.join("certificates");
    std::fs::create_dir(&certificates).expect("a folder in the test's own folder");
    std::fs::rename(folder.join("ca.pem"), certificates.join("0a1b2c3d.0")).expect("our own file");
    folder.write("certificates/other.pem", Authority::new().pem());
    folder.write("certificates/README", "no certificate\n");
    let program = || {
        Program::http(&folder)
            .arg("--verify")
            .arg(&certificates)
            .arg(server.url("/"))
    };
    assert_eq!(program().run_well().stdout_text(), "secret");
    let said = program().arg("--debug").run_well().stderr_text();
    assert!(
        said.contains("trusted certificates: 2, of the folder"),
        "{said}"
    );
    std::fs::remove_file(certificates.join("0a1b2c3d.0")).expect("our own file");
    std::fs::remove_file(certificates.join("other.pem")).expect("our own file");
    program()
        .run()
        .assert_error(&["certificates", "no certificate in PEM form"]);
}

#[test]
fn the_system_is_trusted_when_asked_and_the_environment_names_its_store() {
    for variable in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let (server, folder) = server_with(&[]);
        std::fs::create_dir(folder.join("store")).expect("a folder in the test's own folder");
        std::fs::rename(folder.join("ca.pem"), folder.join("store/ca.pem")).expect("our own file");
        let value = match variable {
            "SSL_CERT_FILE" => folder.join("store/ca.pem").into_os_string(),
            _ => folder.join("store").into_os_string(),
        };
        let program = || {
            Program::http(&folder)
                .arg("--verify=system")
                .arg(server.url("/"))
        };
        let outcome = program().arg("--debug").env(variable, value).run_well();
        assert_eq!(outcome.stdout_text(), "secret");
        let said = outcome.stderr_text();
        assert!(
            said.contains("trusted certificates: 1, of the operating system ("),
            "{said}"
        );
        let elsewhere = program().env(variable, "/nowhere/store").run();
        elsewhere.assert_error(&["/nowhere/store"]);
        // This machine has a store without our authority, or none.
        assert_eq!(program().run().status, 1);
        assert_eq!(server.request_count(), 1);
    }
}

#[test]
fn a_certificate_that_the_store_has_twice_counts_once() {
    let (server, folder) = server_with(&[]);
    std::fs::create_dir(folder.join("store")).expect("a folder in the test's own folder");
    std::fs::copy(folder.join("ca.pem"), folder.join("store/0a1b2c3d.0")).expect("our own file");
    let said = Program::http(&folder)
        .args(["--verify=system", "--debug"])
        .arg(server.url("/"))
        .env("SSL_CERT_FILE", folder.join("ca.pem"))
        .env("SSL_CERT_DIR", folder.join("store"))
        .run_well()
        .stderr_text();
    assert!(said.contains("trusted certificates: 1, "), "{said}");
}

#[test]
fn debug_says_whom_we_trust() {
    let server = Server::start(|_| Answer::ok(""));
    let folder = TempFolder::new();
    for (args, naming) in [
        (&["--debug"][..], "built into this program"),
        (&["--debug", "--verify=no"], "trusted certificates: none"),
        (
            &["--debug", "--verify=/nowhere/ca.pem"],
            "none: the CA bundle '/nowhere/ca.pem' cannot be read",
        ),
    ] {
        let outcome = Program::http(&folder)
            .args(args)
            .arg(server.url("/"))
            .run_well();
        outcome.assert_says(naming);
    }
    let alone = Program::http(&folder).arg("--debug").run_well();
    alone.assert_says("built into this program");
}

#[test]
fn the_ciphers_that_are_named_are_those_that_are_offered() {
    for (only, list, is_spoken) in [
        (
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            true,
        ),
        (
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            "AES128-SHA:ECDHE+AES128",
            false,
        ),
        (
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            "HIGH,!AES256 !aNULL",
            true,
        ),
        (
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            "DEFAULT:!AES128",
            false,
        ),
        (
            suite::TLS13_AES_128_GCM_SHA256,
            "TLS_AES_128_GCM_SHA256",
            true,
        ),
        (
            suite::TLS13_AES_128_GCM_SHA256,
            "TLS_AES_256_GCM_SHA384",
            false,
        ),
        // As in HTTPie, TLS 1.3 is not touched by names of TLS 1.2.
        (
            suite::TLS13_AES_128_GCM_SHA256,
            "ECDHE-RSA-AES256-GCM-SHA384",
            true,
        ),
    ] {
        let (server, folder) = server_with(&[only]);
        let outcome = Program::http(&folder)
            .arg("--verify")
            .arg(folder.join("ca.pem"))
            .args(["--ciphers", list])
            .arg(server.url("/"))
            .run();
        if is_spoken {
            assert_eq!(
                outcome.stdout_text(),
                "secret",
                "{list}: {}",
                outcome.stderr_text()
            );
        } else {
            outcome.assert_error(&["--ciphers"]);
            assert_eq!(server.request_count(), 0);
        }
    }
}

#[test]
fn ciphers_of_which_none_is_known_are_refused_before_anything_is_sent() {
    let (server, folder) = server_with(&[]);
    for (args, naming) in [
        (&["--ciphers=__FOO__"][..], "no cipher can be selected"),
        (&["--ciphers="], "no cipher can be selected"),
        (&["--ciphers=AES128-SHA"], "ECDHE-RSA-AES256-GCM-SHA384"),
        (
            &["--ciphers=TLS_AES_128_GCM_SHA256", "--ssl=tls1.2"],
            "--ssl",
        ),
    ] {
        let outcome = Program::http(&folder).args(args).arg(server.url("/")).run();
        outcome.assert_error(&["ipher", naming]);
    }
    assert_eq!(server.connection_count(), 0);
}
