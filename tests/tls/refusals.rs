//! Chains that look right and are not, and what a server that is refused has seen by then: nothing. `trust.rs` has the
//! certificates themselves.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};

use crate::support::{
    self, Answer, Authority, Identity, Program, Server, TempFolder, TunnelProxy, contains, text,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, NameConstraints,
};

/// How `http` ends at a server with this identity, for whom this authority is named, and how many requests came.
fn met(authority: &Authority, identity: Identity, host: &str) -> (support::Outcome, usize) {
    let folder = TempFolder::new();
    let ca = folder.write("ca.pem", authority.pem());
    let server = Server::start_tls(identity, |_| Answer::ok("secret"));
    let outcome = Program::http(&folder)
        .arg(format!("--verify={}", ca.display()))
        .args(["-a", "user:secret"])
        .arg(server.url_as(host, "/x"))
        .run();
    (outcome, server.request_count())
}

fn constrained(limit: GeneralSubtree) -> impl FnOnce(&mut CertificateParams) {
    move |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![limit],
            excluded_subtrees: Vec::new(),
        });
    }
}

#[test]
fn a_chain_of_authorities_is_followed() {
    let root = Authority::new();
    let middle = root.below(|_| ()).below(|_| ());
    let loopback = CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0]);
    let narrow = root.below(constrained(GeneralSubtree::IpAddress(loopback)));
    for authority in [middle, narrow] {
        let (outcome, count) = met(&root, authority.issue(&["127.0.0.1"]), "127.0.0.1");
        assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
        assert_eq!(count, 1);
    }
}

#[test]
fn a_chain_that_was_not_meant_to_be_is_refused() {
    let root = Authority::new();
    let elsewhere = CidrSubnet::V4([10, 0, 0, 0], [255, 0, 0, 0]);
    let cases = [
        (
            "a server's certificate as authority",
            root.below(|params| params.is_ca = IsCa::ExplicitNoCa),
        ),
        (
            "no word of being an authority",
            root.below(|params| params.is_ca = IsCa::NoCa),
        ),
        (
            "too long a chain",
            root.below(|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)))
                .below(|_| ()),
        ),
        (
            "expired in the middle",
            root.below(|params| params.not_after = rcgen::date_time_ymd(2001, 1, 1)),
        ),
        (
            "not yet valid in the middle",
            root.below(|params| params.not_before = rcgen::date_time_ymd(2100, 1, 1)),
        ),
        (
            "an authority for other addresses",
            root.below(constrained(GeneralSubtree::IpAddress(elsewhere))),
        ),
        (
            "an authority for clients",
            root.below(|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }),
        ),
    ];
    for (name, authority) in cases {
        let (outcome, count) = met(&root, authority.issue(&["127.0.0.1"]), "127.0.0.1");
        let said = outcome.stderr_text();
        assert_eq!((outcome.status, count), (1, 0), "{name}: {said}");
        assert!(
            said.to_lowercase().contains("certificate"),
            "{name}: {said}"
        );
        assert!(!said.contains("secret"), "{name}: {said}");
    }
}

/// RFC 9525: names are compared whole, a star is the whole first label, an address is no name, and the old common name
/// counts for nothing.
#[test]
fn a_name_that_only_looks_alike_is_refused() {
    let authority = Authority::new();
    for names in [
        &["localhost.example.test"][..],
        &["ocalhost"],
        &["*"],
        &["l*"],
        &["*.localhost"],
        &["127.0.0.1"],
        &["::1"],
    ] {
        let identity = authority.issue(names);
        let (outcome, count) = met(&authority, identity, "localhost");
        assert_eq!(
            (outcome.status, count),
            (1, 0),
            "{names:?}: {}",
            outcome.stderr_text()
        );
    }
    let by_common_name = authority.issue_with(&["example.test"], |params| {
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
    });
    let (outcome, count) = met(&authority, by_common_name, "localhost");
    assert_eq!((outcome.status, count), (1, 0), "{}", outcome.stderr_text());
}

/// Options and request items that bring credentials along.
const CREDENTIALS: &[(&[&str], &[&str])] = &[
    (&["-a", "user:secret"], &[]),
    (&["-A", "bearer", "-a", "secret"], &[]),
    (&["-A", "digest", "-a", "user:secret"], &[]),
    (
        &[],
        &[
            "Authorization:Bearer secret",
            "X-Api-Key:secret",
            "Cookie:a=secret",
        ],
    ),
    (&["--session=./s.json"], &[]),
    (&["--session=./s.json"], &["password=secret"]),
];

const SESSION: &str = r#"{"auth": {"type": "basic", "raw_auth": "user:secret"},
    "cookies": {"sid": {"value": "secret"}}, "headers": {"X-Api-Key": "secret"}}"#;

#[test]
fn nothing_is_sent_to_a_server_that_is_refused() {
    let authority = Authority::new();
    let refused: [(&str, Identity); 4] = [
        ("unknown", Authority::new().issue(&["127.0.0.1"])),
        ("self-signed", Identity::self_signed(&["127.0.0.1"])),
        ("expired", authority.issue_expired(&["127.0.0.1"])),
        ("another host", authority.issue(&["example.test"])),
    ];
    for (name, identity) in refused {
        let server = Server::start_tls(identity, |_| Answer::ok("thanks"));
        // Redirected to, too: what was typed stays typed.
        let url = server.url("/");
        let first = Server::start_tls(authority.issue(&["127.0.0.1"]), move |_| {
            Answer::redirect(307, url.clone())
        });
        for (options, items) in CREDENTIALS {
            for url in [server.url("/"), first.url("/")] {
                let folder = TempFolder::new();
                folder.write("work/s.json", SESSION);
                let ca = folder.write("ca.pem", authority.pem());
                let outcome = Program::http(&folder)
                    .arg(format!("--verify={}", ca.display()))
                    .arg("--follow")
                    .args(*options)
                    .arg(&url)
                    .args(*items)
                    .run();
                assert_eq!(
                    outcome.status,
                    1,
                    "{name} {options:?} {items:?}: {}",
                    outcome.stderr_text()
                );
            }
        }
        assert_eq!(server.request_count(), 0, "{name}");
        assert_eq!(first.request_count(), CREDENTIALS.len(), "{name}");
    }
}

/// What an eavesdropper gets who answers in the server's place: a greeting without anything of the request in it.
#[test]
fn the_handshake_has_nothing_of_the_request_in_it() {
    for (options, items) in CREDENTIALS {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let port = listener.local_addr().expect("it is bound").port();
        let eavesdropper = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().expect("the program connects");
            let mut seen = vec![0; 16384];
            let length = socket.read(&mut seen).unwrap_or(0);
            seen.truncate(length);
            // An alert: handshake_failure.
            let _ = socket.write_all(b"\x15\x03\x03\x00\x02\x02\x28");
            let _ = socket.shutdown(Shutdown::Write);
            let _ = socket.read_to_end(&mut seen);
            seen
        });
        let folder = TempFolder::new();
        folder.write("work/s.json", SESSION);
        let url = format!("https://127.0.0.1:{port}/private/path");
        let outcome = Program::http(&folder)
            .args(*options)
            .arg(url)
            .args(*items)
            .run();
        assert_eq!(outcome.status, 1);
        let seen = eavesdropper.join().expect("it has nothing to fail at");
        assert_eq!(seen.first(), Some(&0x16), "a handshake comes first");
        let encoded = BASE64_STANDARD.encode("user:secret");
        for needle in ["secret", "user", "private", encoded.as_str()] {
            assert!(
                !contains(&seen, needle.as_bytes()),
                "{needle}: {}",
                text(&seen)
            );
        }
    }
}

#[test]
fn a_tunnel_tells_the_proxy_nothing_of_what_is_meant_for_the_server() {
    let stranger = Server::start_tls(Identity::self_signed(&["localhost"]), |_| {
        Answer::ok("thanks")
    });
    for (options, items) in CREDENTIALS {
        let proxy = TunnelProxy::connect("200 OK", stranger.port());
        let folder = TempFolder::new();
        folder.write("work/s.json", SESSION);
        let outcome = Program::http(&folder)
            .arg(format!("--proxy=https:http://127.0.0.1:{}", proxy.port()))
            .args(*options)
            .arg("https://localhost:9/private/path")
            .args(*items)
            .run();
        assert_eq!(outcome.status, 1, "{}", outcome.stderr_text());
        let asked = proxy.only_head();
        let shown = format!("{} {:?}", asked.start_line, asked.headers);
        assert!(
            !shown.contains("secret") && !shown.contains("private"),
            "{shown}"
        );
        assert!(
            asked.header("Authorization").is_none() && asked.header("Cookie").is_none(),
            "{shown}"
        );
    }
    assert_eq!(stranger.request_count(), 0);
}
