//! Redirects to where nobody should go.

use super::{Case, case, run_all, served};

/// `/start` redirects there; every other path says where it is.
fn to(name: &'static str, location: impl Into<String>) -> Case {
    let location = location.into();
    served(name, move |mut connection| {
        let location = location.replace("{port}", &connection.port().to_string());
        let path = connection.request();
        match path.as_str() {
            "/start" => {
                connection.send(b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: ");
                connection.send(location);
                connection.send(b"\r\nContent-Length: 5\r\n\r\nmoved")
            }
            path => connection.send(format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{path}",
                path.len()
            )),
        };
    })
    .args(&["--follow"])
}

#[test]
fn locations_are_resolved_against_where_one_is() {
    run_all(vec![
        to("a path", "/a").shows("/a"),
        to("a name", "a").shows("/a"),
        to("above the root", "../../../a").shows("/a"),
        to("a query", "?a=b").shows("/start?a=b"),
        to("another host", "//127.0.0.1:{port}/a").shows("/a"),
        to("a whole URL", "http://127.0.0.1:{port}/a").shows("/a"),
        to("a scheme in capitals", "HTTP://127.0.0.1:{port}/a").shows("/a"),
        to("spaces around", " \t /a \t ").shows("/a"),
        to("a space inside", "/a b").shows("/a%20b"),
        to("UTF-8", "/ž").shows("/%C5%BE"),
        to("a fragment", "/a#b").shows("/a"),
        to("what looks like a command", "/$(id);`id`|id").shows_anything(),
        to("a percent sign", "/%zz%").shows_anything(),
        to("two of them", "/a\r\nLocation: /b").shows("/a"),
        to("an absolute path with two slashes", "//127.0.0.1:{port}//a").shows("//a"),
        to("a colon", ":").shows("/:"),
        to("a semicolon", ";a").shows("/;a"),
        to("a backslash", "/\\evil.test/a").shows("/%5Cevil.test/a"),
        to(
            "a user before the host",
            "http://127.0.0.2@127.0.0.1:{port}/a",
        )
        .shows("/a"),
        to("a line break, escaped", "/%0d%0aX:y").shows("/%0D%0AX:y"),
        to("10,000 steps up", format!("/{}a", "../".repeat(10_000))).shows("/a"),
        to("a long one", format!("/{}", "a".repeat(100_000))).begins("/aaaa"),
    ]);
}

#[test]
fn a_redirect_whose_body_drips_without_end_is_followed() {
    let dripping = served("dripping", |mut connection| {
        if connection.request() != "/start" {
            connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
            return;
        }
        connection
            .send(b"HTTP/1.1 302 Found\r\nLocation: /a\r\nTransfer-Encoding: chunked\r\n\r\n");
        // So slowly that neither a limit in bytes nor the time limit for silence ends it.
        while connection.send(b"1\r\nx\r\n") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    });
    run_all(vec![dripping.args(&["--follow"]).shows("hi")]);
}

#[test]
fn a_redirect_that_says_not_where_is_an_answer() {
    run_all(vec![
        // HTTPie takes an empty Location for none.
        to("empty", "").shows("moved").asks(&["/start"]),
        to("spaces", "   ").shows("moved").asks(&["/start"]),
        case("none", "HTTP/1.1 302 X\r\nContent-Length: 5\r\n\r\nmoved")
            .args(&["--follow"])
            .shows("moved"),
        case(
            "not a redirect",
            "HTTP/1.1 200 X\r\nLocation: /a\r\nContent-Length: 2\r\n\r\nhi",
        )
        .args(&["--follow"])
        .shows("hi"),
        case(
            "a choice",
            "HTTP/1.1 300 X\r\nLocation: /a\r\nContent-Length: 2\r\n\r\nhi",
        )
        .args(&["--follow"])
        .shows("hi"),
        case(
            "a proxy",
            "HTTP/1.1 305 X\r\nLocation: /a\r\nContent-Length: 2\r\n\r\nhi",
        )
        .args(&["--follow"])
        .shows("hi"),
        case("not modified", "HTTP/1.1 304 X\r\nLocation: /a\r\n\r\n").args(&["--follow"]),
    ]);
}

#[test]
fn other_schemes_and_broken_places_are_refused() {
    let refused = |name, location: &str| {
        to(name, location)
            .fails(&["redirects (HTTP 302)"])
            .asks(&["/start"])
    };
    run_all(vec![
        refused("a file", "file:///etc/passwd"),
        refused("a script", "javascript:alert(1)"),
        refused("data", "data:text/plain,hello"),
        refused("FTP", "ftp://127.0.0.1/x"),
        refused("a local socket", "http+unix://%2Ftmp%2Fx.sock/x"),
        refused("mail", "mailto:a@b"),
        refused("no host", "http://"),
        refused("no host and a path", "http:///etc/passwd"),
        refused("no host and a port", "http://:80/"),
        refused("half an address", "http://[::1/"),
        refused("a port that is none", "http://127.0.0.1:99999/"),
        refused("a port of letters", "http://127.0.0.1:http/"),
        refused("a negative port", "http://127.0.0.1:-1/"),
        refused("NUL in the host", "http://127.0.0.1\0.test/"),
        refused("a space in the host", "http://127.0.0.1 .test/"),
        refused("an escape in the host", "http://\x1b[2J/"),
        refused("backslashes", "http:\\\\127.0.0.1:{port}\\a"),
        refused("a scheme alone", "http:"),
        refused("one slash", "http:/a"),
        refused("two slashes", "//"),
        refused("a port with a sign", "http://127.0.0.1:+80/"),
        refused("an address of the future", "http://[v1.x]/"),
        refused("a web socket", "ws://127.0.0.1:{port}/"),
        refused("a blob", "blob:http://127.0.0.1/"),
    ]);
}

#[test]
fn control_characters_do_not_reach_the_next_request() {
    for location in [
        "/a\tb",
        "/a\rb",
        "/a\x0bb",
        "/a\0b",
        "/a\x1b[2Jb",
        "/a\x7fb",
    ] {
        let outcome = to("control characters", location).shows_anything();
        run_all(vec![outcome.escapes_paths()]);
    }
}

#[test]
fn loops_come_to_an_end() {
    let around = |status: u16| {
        move |mut connection: super::RawConnection| {
            while !connection.request().is_empty() {
                let head =
                    format!("HTTP/1.1 {status} X\r\nLocation: /start\r\nContent-Length: 0\r\n\r\n");
                connection.send(head);
            }
        }
    };
    run_all(vec![
        served("301", around(301))
            .args(&["--follow"])
            .ends(6, &["30"]),
        served("302", around(302))
            .args(&["--follow"])
            .ends(6, &["30"]),
        served("307 with a body", around(307))
            .args(&["--follow", "a=b"])
            .ends(6, &["30"]),
        served("308, few", around(308))
            .args(&["--follow", "--max-redirects=2"])
            .ends(6, &["2"])
            .asks(&["/start", "/start"]),
        served("longer each time", |mut connection| {
            loop {
                let path = connection.request();
                if path.is_empty() {
                    return;
                }
                let location = format!("{path}{}", "x".repeat(10_000));
                connection.send(format!(
                    "HTTP/1.1 302 X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                ));
            }
        })
        .args(&["--follow"])
        .ends(6, &["30"]),
        served("a body from a stream", around(307))
            .args(&["--follow", "--chunked"])
            .stdin("a body")
            .fails(&["redirects (HTTP 307)"]),
    ]);
}

#[test]
fn the_other_scheme_is_the_other_scheme() {
    run_all(vec![
        to(
            "https at a port that does not speak it",
            "https://127.0.0.1:{port}/x",
        )
        .fails(&["127.0.0.1"]),
        to("a port where nobody listens", "http://127.0.0.1:1/x").fails(&["127.0.0.1"]),
    ]);
}
