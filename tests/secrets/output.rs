//! No secret stands where none is asked for: in errors, warnings, hints, `--debug`, `--meta`, or the lists of sessions.
//!
//! Every carrier of a secret goes through every way in which a run can end, and everything that is printed is searched for
//! every secret, also in the form in which it goes over the wire. Only what a user asks to see (`-v`, `--reveal`) shows it.

use crate::support::{
    Answer, Authority, Outcome, Program, RawServer, Server, TempFolder, contains, fixture, text,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// No part of any name, path or message of ours.
const SECRETS: [&str; 11] = [
    "pw-typed-7319",
    "tok-bearer-7319",
    "pw-in-url-7319",
    "pw-netrc-7319",
    "ck-stored-7319",
    "pw-stored-7319",
    "hd-stored-7319",
    "hd-typed-7319",
    "ck-typed-7319",
    "pw-proxy-7319",
    "phrase-7319",
];

/// What goes over the wire for a user called `user`.
fn needles() -> Vec<Vec<u8>> {
    let plain = SECRETS.iter().map(|secret| secret.as_bytes().to_vec());
    let encoded = SECRETS.iter().map(|secret| {
        BASE64_STANDARD
            .encode(format!("user:{secret}"))
            .into_bytes()
    });
    plain.chain(encoded).collect()
}

const SESSION: &str = r#"{"__meta__": {"httpie": "3.2.4"},
    "auth": {"type": "basic", "raw_auth": "user:pw-stored-7319"},
    "cookies": [{"name": "sid", "value": "ck-stored-7319", "domain": "", "path": "/", "secure": false, "expires": null}],
    "headers": [{"name": "X-Api-Key", "value": "hd-stored-7319"}]}"#;

/// A way to bring a secret along: arguments, with `{host}` for the host in the URL, and what the folder holds.
const CARRIERS: &[(&str, &[&str])] = &[
    ("", &["-a", "user:pw-typed-7319"]),
    ("", &["-A", "digest", "-a", "user:pw-typed-7319"]),
    ("", &["-A", "bearer", "-a", "tok-bearer-7319"]),
    ("user:pw-in-url-7319@", &[]),
    ("user:pw-in-url-7319@", &["-A", "digest"]),
    (
        "",
        &[
            "X-Api-Key:hd-typed-7319",
            "Authorization:Bearer hd-typed-7319",
        ],
    ),
    ("", &["Cookie:sid=ck-typed-7319"]),
    ("", &["--session=./s.json"]),
    ("", &["--session-read-only=./s.json", "X-New:1"]),
    ("", &["--proxy=ftp:http://user:pw-proxy-7319@127.0.0.1:1"]),
    ("", &["--cert-key-pass=phrase-7319"]),
];

fn folder() -> TempFolder {
    let folder = TempFolder::new();
    folder.write("work/s.json", SESSION);
    folder.write(
        "home/.netrc",
        "machine 127.0.0.1 login user password pw-netrc-7319\nnonsense\n",
    );
    folder
}

#[track_caller]
fn assert_silent(outcome: &Outcome, what: &str) {
    for needle in needles() {
        for (place, bytes) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)] {
            let leaks = contains(bytes, &needle);
            assert!(
                !leaks,
                "{what}: {} is on {place}: {}",
                text(&needle),
                text(bytes)
            );
        }
    }
}

/// Options, the URL, request items.
fn run(folder: &TempFolder, carrier: &[&str], args: &[String], url: &str) -> Outcome {
    let words = carrier
        .iter()
        .copied()
        .chain(args.iter().map(String::as_str));
    let (options, items): (Vec<_>, Vec<_>) = words.partition(|word| !is_item(word));
    Program::http(folder)
        .args(options)
        .arg(url)
        .args(items)
        .run()
}

fn is_item(word: &str) -> bool {
    word == "nonsense" || word == "a=b" || word.starts_with(|c: char| c.is_uppercase())
}

/// Ends that a run can come to: what stands in the URL behind the user's part, and the options that go with it.
fn ends(server: &Server, raw: &RawServer) -> Vec<(String, Vec<String>)> {
    let good = format!("127.0.0.1:{}", server.port());
    let at = |path: &str| format!("{good}/{path}");
    let mut ends: Vec<(String, Vec<String>)> = Vec::new();
    let mut end = |place: &str, args: &[&str]| {
        ends.push((
            place.to_owned(),
            args.iter().map(|&arg| arg.to_owned()).collect(),
        ));
    };
    for args in [
        &[][..],
        &["--debug"],
        &["--traceback"],
        &["--check-status"],
        &["--meta"],
        &["--json-meta"],
        &["-h", "--all", "--follow"],
        &["--pretty=all", "-b"],
        &["--stream"],
        &["-d", "-o", "saved"],
        &["-o", "/nowhere/at/all"],
        &["-o", "/dev/full"],
        &["--verify=/nowhere/ca.pem"],
        &["--ssl=tls1"],
        &["--ciphers=none"],
        &["--timeout=never"],
        &["--print=Z"],
        &["--bogus"],
        &["--max-headers=1"],
        &["--session-read-only=bad%name"],
        &["a=b", "nonsense"],
        &["--unix-socket=/nowhere/at/all"],
        &["--interface=nowhere0"],
        &["--resolve=nonsense"],
        &["--http-version=9"],
        &["--curl"],
        &["--offline", "--print="],
    ] {
        end(&at("200"), args);
    }
    for path in [
        "404",
        "401",
        "407",
        "loop",
        "away",
        "javascript",
        "cookie",
        "digest",
        "cut",
    ] {
        end(&at(path), &["--follow", "--check-status"]);
        end(&at(path), &["--follow", "--check-status", "--debug", "a=b"]);
    }
    let raw = format!("127.0.0.1:{}/", raw.port());
    end(&raw, &[]);
    end("127.0.0.1:1/", &[]);
    end("127.0.0.1:1/", &["--debug", "--json-meta"]);
    end("nowhere.invalid/", &[]);
    end("127.0.0.1:99999/", &[]);
    end("127.0.0.1:port/", &[]);
    end("[::1/", &[]);
    end("bad host/", &[]);
    end("/", &[]);
    end(
        &good,
        &["--proxy=http:http://user:pw-proxy-7319@127.0.0.1:1"],
    );
    end(
        &good,
        &["--proxy=http:socks5://user:pw-proxy-7319@127.0.0.1:1"],
    );
    end(
        &good,
        &["--proxy=http:http://user:pw-proxy-7319@127.0.0.1:99999"],
    );
    end(&good, &["--proxy=http:ftp://user:pw-proxy-7319@127.0.0.1"]);
    end(&good, &["--proxy=http:user:pw-proxy-7319@[::1"]);
    end(&good, &["--proxy=http://user:pw-proxy-7319@127.0.0.1:1"]);
    end(
        &good,
        &[&format!("--proxy=http:http://user:pw-proxy-7319@{good}")],
    );
    end(
        &good,
        &[&format!("--proxy=http:socks5h://user:pw-proxy-7319@{raw}")],
    );
    ends
}

fn answers() -> Server {
    Server::start(|request| match request.target().trim_start_matches('/') {
        "loop" => Answer::redirect(302, "/loop"),
        "away" => Answer::redirect(302, "http://127.0.0.1:1/"),
        "javascript" => Answer::redirect(307, "javascript:alert(1)"),
        "cookie" => Answer::ok("fine").header("Set-Cookie", "a=b; Domain=elsewhere.test"),
        "digest" => Answer::new(401).header(
            "WWW-Authenticate",
            "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
        ),
        "cut" => Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"),
        status => Answer::new(status.parse::<u16>().unwrap_or(200)).body("answer"),
    })
}

#[test]
fn no_end_of_a_run_tells_a_secret() {
    let server = answers();
    let raw = RawServer::start(|mut connection| connection.answer("SSH-2.0-OpenSSH\r\n"));
    for (user, carrier) in CARRIERS {
        for (place, args) in ends(&server, &raw) {
            let folder = folder();
            let url = format!("http://{user}{place}");
            let outcome = run(&folder, carrier, &args, &url);
            assert_silent(&outcome, &format!("{carrier:?} {args:?} {url}"));
        }
    }
}

#[test]
fn tls_that_fails_tells_no_secret() {
    let server = Server::start_tls(Authority::new().issue(&["127.0.0.1"]), |_| {
        Answer::ok("fine")
    });
    let plain = answers();
    for (user, carrier) in CARRIERS {
        for port in [server.port(), plain.port()] {
            for args in [&[][..], &["--debug"], &["--verify=no", "--check-status"]] {
                let folder = folder();
                let url = format!("https://{user}127.0.0.1:{port}/");
                let args: Vec<_> = args.iter().map(|&arg| arg.to_owned()).collect();
                let outcome = run(&folder, carrier, &args, &url);
                assert_silent(&outcome, &format!("{carrier:?} {args:?} {url}"));
            }
        }
    }
    let folder = folder();
    for key in ["locked-pem-aes256.key", "missing.key", "client-rsa.crt"] {
        let outcome = Program::http(&folder)
            .arg(format!("--cert={}", fixture("client-rsa.crt").display()))
            .arg(format!("--cert-key={}", fixture(key).display()))
            .args(["--debug", "--cert-key-pass=phrase-7319", &server.url("/")])
            .run();
        assert_ne!(outcome.status, 0, "{key}");
        assert_silent(&outcome, key);
    }
}

#[test]
fn the_environment_and_the_configuration_tell_no_secret() {
    let server = answers();
    for value in [
        "http://user:pw-proxy-7319@127.0.0.1:1",
        "http://user:pw-proxy-7319@127.0.0.1:99999",
        "user:pw-proxy-7319@",
        "magic://user:pw-proxy-7319@127.0.0.1:1",
    ] {
        for args in [&[][..], &["--debug"], &["--curl"]] {
            let folder = folder();
            let program = Program::http(&folder).args(args).env("http_proxy", value);
            let outcome = program.arg(server.url("/200")).run();
            assert_silent(&outcome, &format!("{value} {args:?}"));
        }
    }
    for config in [
        r#"{"default_options": ["-a", "user:pw-typed-7319", "--debug"]}"#,
        r#"{"default_options": ["--auth=user:pw-typed-7319", "--bogus"]}"#,
        r#"{"default_options": ["--auth=user:pw-typed-7319", 1]}"#,
        r#"{"default_options": ["--auth=user:pw-typed-7319"]"#,
    ] {
        let folder = folder();
        folder.write("config/config.json", config);
        let outcome = Program::http(&folder).arg(server.url("/200")).run();
        assert_silent(&outcome, config);
    }
}

#[test]
fn files_that_are_broken_tell_no_secret() {
    let server = answers();
    for session in [
        SESSION.replace("\"cookies\"", "cookies"),
        SESSION.replace("\"basic\"", "\"magic\""),
        SESSION.replace("\"basic\"", "7"),
        SESSION.replace("\"user:pw-stored-7319\"", "[\"pw-stored-7319\"]"),
        SESSION.replace("\"expires\": null", "\"expires\": \"ck-stored-7319\""),
        SESSION.replace("\"sid\"", "\"s\\u0000id\""),
        SESSION.replace("\"hd-stored-7319\"", "\"hd-stored-7319\\r\\nX: y\""),
        SESSION.replace("\"hd-stored-7319\"", "{\"hd-stored-7319\": 1}"),
        SESSION.replace("user:pw-stored-7319\"", "user:pw-stored-7319"),
        format!("{SESSION}pw-stored-7319"),
    ] {
        let folder = folder();
        folder.write("work/s.json", &session);
        for program in [
            Program::http(&folder).args(["--session=./s.json", &server.url("/200")]),
            Program::http(&folder).args([
                "--debug",
                "--session-read-only=./s.json",
                &server.url("/404"),
            ]),
            Program::httpie(&folder).args(["sessions", "show", "./s.json", "127.0.0.1"]),
            Program::httpie(&folder).args(["sessions", "upgrade", "127.0.0.1", "./s.json"]),
        ] {
            assert_silent(&program.run(), &session);
        }
    }
    for netrc in [
        "machine 127.0.0.1 login user password pw-netrc-7319 nonsense pw-netrc-7319",
        "machine 127.0.0.1 login user password \"pw-netrc-7319",
        "machine 127.0.0.1 password pw-netrc-7319",
        "default login user password pw-netrc-7319\nmachine",
        "machine 127.0.0.1 login user password pw-netrc-7319\npw-netrc-7319",
        "pw-netrc-7319",
    ] {
        let folder = folder();
        folder.write("home/.netrc", netrc);
        for path in ["200", "404", "loop"] {
            let args = [
                "--debug",
                "--check-status",
                &server.url(&format!("/{path}")),
            ];
            assert_silent(&Program::http(&folder).args(args).run(), netrc);
        }
    }
}

#[test]
fn the_manager_masks_what_it_shows() {
    let folder = folder();
    for name in ["one", "two"] {
        folder.write(&format!("config/sessions/example.org_{name}.json"), SESSION);
    }
    let old = r#"{"auth": {"type": "basic", "username": "user", "password": "pw-stored-7319"},
        "cookies": {"sid": {"value": "ck-stored-7319"}}, "headers": {"X-Api-Key": "hd-stored-7319"}}"#;
    folder.write("config/sessions/example.org_old.json", old);
    for args in [
        &["sessions", "list"][..],
        &["sessions", "list", "--help"],
        &["sessions", "show", "one", "example.org"],
        &["sessions", "show", "old", "example.org"],
        &["sessions", "show", "missing", "example.org"],
        &["sessions", "path", "one", "example.org"],
        &["sessions", "upgrade", "example.org", "old"],
        &["sessions", "upgrade-all"],
        &["sessions", "delete", "two", "example.org"],
    ] {
        let outcome = Program::httpie(&folder).args(args).run();
        assert_silent(&outcome, &format!("{args:?}"));
    }
    let shown = Program::httpie(&folder)
        .args(["sessions", "show", "one", "example.org"])
        .run_well();
    assert!(
        shown.stdout_text().contains("X-Api-Key"),
        "{}",
        shown.stdout_text()
    );
}

/// The test itself can find what it looks for.
#[test]
fn what_is_asked_for_is_shown() {
    let server = answers();
    let outcome = Program::http(&folder())
        .args(["-v", "--session-read-only=./s.json", &server.url("/200")])
        .run_well();
    let found = needles()
        .iter()
        .filter(|needle| contains(&outcome.stdout, needle))
        .count();
    assert_eq!(found, 3, "{}", outcome.stdout_text());
}
