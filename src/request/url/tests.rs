//! What people type and servers send, and the URLs that come of it.

use super::*;

fn shown(typed: &str) -> String {
    match Url::from_argument(typed, "http", PathStyle::Normalized) {
        Ok(url) => url.to_string(),
        Err(error) => format!("! {error}"),
    }
}

#[test]
fn what_people_type_becomes_a_url() {
    for (typed, want) in [
        ("example.org", "http://example.org/"),
        (":", "http://localhost/"),
        (":/foo", "http://localhost/foo"),
        (":3000", "http://localhost:3000/"),
        (":3000/x?y", "http://localhost:3000/x?y"),
        ("://example.org/", "http://example.org/"),
        ("://https://example.org/", "https://example.org/"),
        ("HTTPS://EXAMPLE.org:443/X", "https://example.org:443/X"),
        ("example.org?a=b#c", "http://example.org/?a=b"),
        ("[::1]:80/x", "http://[::1]:80/x"),
        ("example.org:/x", "http://example.org/x"),
        ("localhost:8080", "http://localhost:8080/"),
    ] {
        assert_eq!(shown(typed), want, "{typed}");
    }
}

#[test]
fn internationalized_names_become_ascii() {
    for (typed, want) in [
        (
            "bücher.example:81/ü",
            "http://xn--bcher-kva.example:81/%C3%BC",
        ),
        ("STRASSE.de", "http://strasse.de/"),
        ("Straße.DE", "http://xn--strae-oqa.de/"),
        ("日本語。jp", "http://xn--wgv71a119e.jp/"),
        ("b%C3%BCcher.example", "http://xn--bcher-kva.example/"),
        ("xn--bcher-kva.example", "http://xn--bcher-kva.example/"),
    ] {
        assert_eq!(shown(typed), want, "{typed}");
    }
    for typed in ["٠a.org", "a％2fb.org", "é\u{200b}\u{300}.٠a"] {
        assert!(shown(typed).starts_with('!'), "{typed}: {}", shown(typed));
    }
}

#[test]
fn urls_are_escaped_as_httpie_does() {
    for (typed, want) in [
        (
            "h/a b/é?x=a b&y=é",
            "http://h/a%20b/%C3%A9?x=a%20b&y=%C3%A9",
        ),
        ("h/..%2f/./../a?x=%zz&y=%41", "http://h/a?x=%25zz&y=%2541"),
        ("h/%41%2f%7e?%c3%a9", "http://h/A%2F~?%C3%A9"),
        ("h/a/b/../c/./", "http://h/a/c/"),
        ("h/a/..", "http://h/"),
        ("h/../../x", "http://h/x"),
        ("h/[x]?[y]", "http://h/%5Bx%5D?%5By%5D"),
    ] {
        assert_eq!(shown(typed), want, "{typed}");
    }
}

#[test]
fn dots_in_escapes_are_dots() {
    for (typed, want) in [
        ("h/x/%2e%2E/y", "http://h/y"),
        ("h/%2e", "http://h/"),
        ("h/%2e%2e%2fx", "http://h/..%2Fx"),
        ("h/%252e%252e/x", "http://h/%252e%252e/x"),
    ] {
        assert_eq!(shown(typed), want, "{typed}");
    }
}

#[test]
fn nothing_comes_into_the_host_header_with_a_zone() {
    assert_eq!(shown("[FE80::1%25eth0]"), "http://[fe80::1%25eth0]/");
    for typed in [
        "[::1%\r\nX: y]",
        "[::1%é]",
        "[::1%a b]",
        "\u{34f}",
        "x\u{34f}",
    ] {
        let refused = shown(typed).starts_with('!');
        assert_eq!(refused, typed != "x\u{34f}", "{typed:?}: {}", shown(typed));
    }
}

#[test]
fn a_url_that_cannot_be_requested_is_named_without_its_password() {
    for typed in [
        "http://",
        "http:///x",
        "http://u:secret@",
        "ftp://u:secret@h/",
        "u:secret",
        "http://u:secret/x",
        "h:99999",
        "h:8a",
        "http://[::1",
        "a b",
    ] {
        let message = shown(typed);
        assert!(message.starts_with("! "), "{typed}: {message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn locations_are_resolved() {
    let base =
        Url::from_argument("http://u:p@h:81/a/b?q#f", "http", PathStyle::Normalized).unwrap();
    for (location, want) in [
        ("c", "http://h:81/a/c"),
        ("../c?x", "http://h:81/c?x"),
        ("/c", "http://h:81/c"),
        ("?x", "http://h:81/a/b?x"),
        ("", "http://h:81/a/b?q"),
        ("//other/x", "http://other/x"),
        ("https://other", "https://other/"),
    ] {
        let url = base.join(location).unwrap();
        assert_eq!(url.to_string(), want, "{location}");
        assert_eq!(url.fragment.as_deref(), Some("f"));
        assert_eq!(url.user_info, None, "{location}");
    }
    for location in ["javascript:alert(1)", "file:///etc/passwd", "mailto:x@y"] {
        assert!(base.join(location).is_err(), "{location}");
    }
}

#[cfg(unix)]
#[test]
fn hosts_behind_a_socket_have_sessions_of_their_own() {
    let at = |socket: &str, host: &str| session_host_at(Path::new(socket), host);
    assert_eq!(at("/run/d.sock", "LocalHost"), "%2frun%2fd.sock");
    assert_eq!(at("/run/d.sock", ""), "%2frun%2fd.sock");
    let named = at("/run/d.sock", "App.test:80");
    assert_eq!(named, "%2frun%2fd.sock%2f%2fapp.test%3a80");
    let different = [
        at("/run/d.sock", "localhost"),
        at("/run/D.sock", "localhost"),
        at("/run/d.sock", "app.test"),
        at("/run", "d.sock"),
        at("/run/app.test", "localhost"),
        at("app.test", "localhost"),
        "app.test".to_owned(),
    ];
    for (index, one) in different.iter().enumerate() {
        assert!(!different[..index].contains(one), "{one}");
    }
    assert_eq!(
        at("/run//d.sock", "app.test"),
        at("/run/d.sock", "app.test")
    );
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_a_host_of_its_own() {
    let url = Url::parse("http+unix://%2Frun%2FD.sock/a?b", PathStyle::Normalized).unwrap();
    assert_eq!(url.unix_socket(), Some(Path::new("/run/D.sock")));
    assert_eq!(url.to_string(), "http+unix://%2Frun%2FD.sock/a?b");
    assert_eq!(
        (url.authority().as_str(), url.session_host().as_str()),
        ("localhost", "%2frun%2f%44.sock")
    );
    for (location, stays) in [
        ("/x", true),
        ("http://localhost/x", true),
        ("//localhost/x", true),
        ("http://localhost:80/x", false),
        ("https://localhost/x", false),
        ("http://a/x", false),
    ] {
        let target = url.join(location).unwrap();
        assert_eq!(target.unix_socket().is_some(), stays, "{location}");
        assert_eq!(target.origin() == url.origin(), stays, "{location}");
    }
    for refused in ["http+unix://%2Fetc%2Fx/", "HTTP+UNIX://%2Frun%2FD.sock/"] {
        assert!(url.join(refused).is_err(), "{refused}");
    }
    for bad in [
        "http+unix://",
        "http+unix:///x",
        "http+unix://%00/",
        "http+unix://%FF/",
    ] {
        assert!(Url::parse(bad, PathStyle::Normalized).is_err(), "{bad}");
    }
}

#[test]
fn user_info_is_decoded_and_never_shown() {
    let url = Url::from_argument("http://u%40:p%3A:x@h/", "http", PathStyle::Normalized).unwrap();
    let info = url.user_info.clone().unwrap();
    assert_eq!(
        (info.username.as_str(), info.password.as_deref()),
        ("u@", Some("p::x"))
    );
    assert_eq!(url.to_string(), "http://h/");
    assert!(!format!("{url:?}").contains("p:"));
}

#[test]
fn path_as_is_keeps_dot_segments_and_escapes() {
    let url = Url::from_argument("h/a/../b%2f c", "http", PathStyle::AsIs).unwrap();
    assert_eq!(url.request_target(), "/a/../b%2f%20c");
}

#[test]
fn query_items_are_encoded_like_a_form() {
    let mut url = Url::from_argument("h/?a=1", "http", PathStyle::Normalized).unwrap();
    url.append_query(&[("q".into(), "a b&c".into()), ("é".into(), "/~".into())]);
    assert_eq!(url.request_target(), "/?a=1&q=a+b%26c&%C3%A9=%2F~");
}
