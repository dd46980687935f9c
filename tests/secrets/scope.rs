//! Credentials stay with their origin: every kind of them, on every kind of redirect.

use crate::support::{Answer, Authority, Program, Received, Server, TempFolder};

/// Where a secret comes from, and how the request that carries it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    TypedAuthorization,
    BasicOption,
    BearerOption,
    UrlCredentials,
    SessionCredentials,
    SessionHeader,
    TypedCookie,
    SessionCookie,
    Netrc,
}

const SOURCES: [Source; 9] = [
    Source::TypedAuthorization,
    Source::BasicOption,
    Source::BearerOption,
    Source::UrlCredentials,
    Source::SessionCredentials,
    Source::SessionHeader,
    Source::TypedCookie,
    Source::SessionCookie,
    Source::Netrc,
];

impl Source {
    /// The header that carries it.
    fn header(self) -> &'static str {
        match self {
            Source::SessionHeader => "X-Api-Key",
            Source::TypedCookie | Source::SessionCookie => "Cookie",
            _ => "Authorization",
        }
    }

    fn line(self, folder: &TempFolder, start: &str) -> Vec<String> {
        let with = |items: &[&str]| -> Vec<String> {
            let mut line = vec!["--follow".to_owned(), start.to_owned()];
            line.extend(items.iter().map(|item| (*item).to_owned()));
            line
        };
        match self {
            Source::TypedAuthorization => with(&["Authorization:Bearer typed"]),
            Source::BasicOption => with(&["-a", "user:password"]),
            Source::BearerOption => with(&["-A", "bearer", "-a", "token"]),
            Source::UrlCredentials => {
                let mut line = with(&[]);
                line[1] = start.replace("://", "://user:password@");
                line
            }
            Source::TypedCookie => with(&["Cookie:a=typed"]),
            Source::Netrc => {
                folder.write(
                    "home/.netrc",
                    "machine localhost login user password secret\n",
                );
                with(&[])
            }
            Source::SessionCredentials | Source::SessionHeader | Source::SessionCookie => {
                folder.write("work/s.json", SESSION);
                with(&["--session=./s.json"])
            }
        }
    }
}

const SESSION: &str = r#"{
    "auth": {"type": "basic", "raw_auth": "user:password"},
    "headers": [{"name": "X-Api-Key", "value": "secret"}],
    "cookies": [{"name": "sid", "value": "secret", "domain": "localhost", "path": "/", "secure": false,
                 "expires": null, "rest": {"host_only": true}}]
}"#;

/// Redirects to where `to` of the query says, else ends.
fn along(request: &Received) -> Answer {
    let target = request.target();
    match target.split_once("to=") {
        Some((_, next)) => Answer::redirect(302, next),
        None => Answer::ok("the end"),
    }
}

/// Runs the source along the hops, and tells for each request whether its header was there.
fn carried(
    source: Source,
    hops: &[String],
    servers: &[&Server],
    verify: Option<&str>,
) -> Vec<bool> {
    let folder = TempFolder::new();
    let before: Vec<usize> = servers
        .iter()
        .map(|server| server.request_count())
        .collect();
    // The way is nested in the first URL: /1?to=http://b/2?to=http://a/3
    let start = hops.join("?to=");
    let mut program = Program::http(&folder).args(source.line(&folder, &start));
    if let Some(file) = verify {
        program = program.arg(format!("--verify={file}"));
    }
    program.run_well();
    let mut requests: Vec<Received> = servers
        .iter()
        .zip(before)
        .flat_map(|(server, before)| server.requests().into_iter().skip(before))
        .collect();
    requests.sort_by_key(|request| request.target()[1..2].to_owned());
    assert_eq!(requests.len(), hops.len(), "{source:?} {hops:?}");
    requests
        .iter()
        .map(|request| request.header(source.header()).is_some())
        .collect()
}

#[test]
fn credentials_stay_with_their_origin_on_every_kind_of_redirect() {
    let (plain, other) = (Server::start(along), Server::start(along));
    let authority = Authority::new();
    let tls = Server::start_tls(authority.issue(&["localhost"]), along);
    let files = TempFolder::new();
    let pem = files
        .write("ca.pem", authority.pem())
        .to_string_lossy()
        .into_owned();
    let servers = [&plain, &other, &tls];

    let home = |path: &str| plain.url_as("localhost", path);
    let journeys = [
        // name, hops, whether headers are there at each hop, whether the session's cookie is
        (
            "same origin",
            vec![home("/1"), home("/2")],
            vec![true, true],
            vec![true, true],
        ),
        (
            "other host",
            vec![home("/1"), plain.url("/2")],
            vec![true, false],
            vec![true, false],
        ),
        (
            "subdomain",
            vec![home("/1"), plain.url_as("sub.localhost", "/2")],
            vec![true, false],
            vec![true, false],
        ),
        (
            "other port",
            vec![home("/1"), other.url_as("localhost", "/2")],
            vec![true, false],
            vec![true, true],
        ),
        (
            "https to http",
            vec![tls.url_as("localhost", "/1"), home("/2")],
            vec![true, false],
            vec![true, true],
        ),
        (
            "there and back",
            vec![home("/1"), plain.url("/2"), home("/3")],
            vec![true, false, false],
            vec![true, false, true],
        ),
    ];
    for (name, hops, headers, cookie) in &journeys {
        let verify = hops[0].starts_with("https").then_some(pem.as_str());
        for source in SOURCES {
            // A typed Cookie is for the first request alone, as in HTTPie.
            let first_only: Vec<bool> = (0..hops.len()).map(|hop| hop == 0).collect();
            let wanted = match source {
                Source::SessionCookie => cookie,
                Source::TypedCookie => &first_only,
                _ => headers,
            };
            assert_eq!(
                carried(source, hops, &servers, verify),
                *wanted,
                "{source:?}, {name}"
            );
        }
    }
}

#[test]
fn a_session_keeps_no_secret_of_another_host() {
    let server = Server::start(|request| match request.target().as_str() {
        "/start" => {
            let port = request
                .header("Host")
                .unwrap_or_default()
                .rsplit(':')
                .next()
                .unwrap_or_default()
                .to_owned();
            Answer::redirect(302, format!("http://127.0.0.1:{port}/end"))
        }
        _ => Answer::ok("the end").header("Set-Cookie", "stranger=1; Path=/"),
    });
    let folder = TempFolder::new();
    Program::http(&folder)
        .args([
            "--follow",
            "--session=./s.json",
            &server.url_as("localhost", "/start"),
        ])
        .run_well();
    Program::http(&folder)
        .args(["--session=./s.json", &server.url_as("localhost", "/end")])
        .run_well();
    assert_eq!(
        server.last_request().header("Cookie"),
        None,
        "the other host's cookie went to localhost"
    );
}
