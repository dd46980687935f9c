//! Tests of `cookies`.

use super::*;

const NOW: i64 = 1_000_000_000;

fn https<'a>(host: &'a str, path: &'a str) -> CookieUrl<'a> {
    CookieUrl::new(true, host, path)
}

fn jar_of(lines: &[&str], from: &CookieUrl<'_>) -> CookieJar {
    let mut jar = CookieJar::new();
    for line in lines {
        jar.receive(line.as_bytes(), from, NOW).unwrap();
    }
    jar
}

fn sent(jar: &CookieJar, url: &CookieUrl<'_>) -> String {
    String::from_utf8(jar.header_for(url, NOW).unwrap_or_default()).unwrap()
}

#[test]
fn host_only_cookie_is_not_sent_to_a_subdomain() {
    let jar = jar_of(&["a=1; Path=/"], &https("example.com", "/"));
    assert_eq!(sent(&jar, &https("example.com", "/")), "a=1");
    assert_eq!(sent(&jar, &https("www.example.com", "/")), "");
}

#[test]
fn the_longest_path_is_sent_first_and_then_the_oldest() {
    let lines = ["c=1; Path=/", "a=2; Path=/x", "b=3; Path=/", "d=4; Path=/x"];
    let mut jar = jar_of(&lines, &https("example.com", "/x"));
    assert_eq!(
        sent(&jar, &https("example.com", "/x")),
        "a=2; d=4; c=1; b=3"
    );
    // A replaced cookie keeps its age.
    jar.receive(b"c=9; Path=/", &https("example.com", "/"), NOW)
        .unwrap();
    assert_eq!(sent(&jar, &https("example.com", "/")), "c=9; b=3");
}

#[test]
fn cookies_of_one_name_live_side_by_side() {
    let url = https("www.example.com", "/x/y");
    let lines = [
        "a=1; Path=/",
        "a=2; Path=/x",
        "a=3; Path=/; Domain=example.com",
    ];
    let jar = jar_of(&lines, &url);
    assert_eq!(sent(&jar, &url), "a=2; a=1; a=3");
    assert_eq!(sent(&jar, &https("example.com", "/")), "a=3");
}

#[test]
fn an_expired_cookie_removes_its_predecessor_only() {
    let url = https("example.com", "/");
    let mut jar = jar_of(&["a=1; Path=/", "a=2; Path=/x", "b=3"], &url);
    jar.mark_stored();
    jar.receive(b"a=; Path=/; Max-Age=0", &url, NOW).unwrap();
    assert_eq!(sent(&jar, &https("example.com", "/x")), "a=2; b=3");
    assert_eq!(jar.removed().len(), 1);
}

#[test]
fn an_expired_cookie_is_not_sent() {
    let url = https("example.com", "/");
    let jar = jar_of(&["a=1; Max-Age=10", "b=2"], &url);
    assert_eq!(jar.header_for(&url, NOW + 9).unwrap(), b"a=1; b=2");
    assert_eq!(jar.header_for(&url, NOW + 10).unwrap(), b"b=2");
}

#[test]
fn plain_http_neither_sees_nor_replaces_a_secure_cookie() {
    let mut jar = jar_of(&["a=1; Path=/app; Secure"], &https("example.com", "/"));
    let plain = CookieUrl::new(false, "www.example.com", "/");
    let refused = jar.receive(b"a=2; Path=/app/x; Domain=example.com", &plain, NOW);
    assert_eq!(refused, Err(Refusal::WouldReplaceSecure));
    assert_eq!(jar.receive(b"a=2; Path=/", &plain, NOW), Ok(()));
    assert_eq!(jar.receive(b"b=2; Path=/app", &plain, NOW), Ok(()));
    assert_eq!(
        sent(&jar, &CookieUrl::new(false, "example.com", "/app")),
        ""
    );
}

#[test]
fn secure_cookies_come_from_and_go_to_this_machine_over_plain_http() {
    for host in ["localhost", "app.localhost"] {
        let url = CookieUrl::new(false, host, "/");
        let jar = jar_of(&["a=1; Secure"], &url);
        assert_eq!(sent(&jar, &url), "a=1", "{host}");
    }
}

#[test]
fn a_cookie_of_a_file_without_facts_gives_way_to_the_servers_next_word() {
    for reach in [Reach::Assumed, Reach::Unbound] {
        let domain = if reach == Reach::Unbound {
            ""
        } else {
            "example.com"
        };
        let mut jar = CookieJar::of_stored(vec![Cookie::new("a", "old", domain, reach)]);
        assert_eq!(sent(&jar, &https("www.example.com", "/")), "a=old");
        jar.receive(b"a=new; Path=/", &https("example.com", "/"), NOW)
            .unwrap();
        assert_eq!(jar.len(), 1);
        assert_eq!(sent(&jar, &https("example.com", "/")), "a=new");
        assert_eq!(sent(&jar, &https("www.example.com", "/")), "");
    }
}

#[test]
fn a_stored_cookie_for_a_public_suffix_stays_with_the_suffix() {
    let jar = CookieJar::of_stored(vec![Cookie::new("a", "1", "github.io", Reach::Domain)]);
    assert_eq!(sent(&jar, &https("me.github.io", "/")), "");
    assert_eq!(sent(&jar, &https("github.io", "/")), "a=1");
}

#[test]
fn the_same_cookie_again_is_no_change() {
    let url = https("example.com", "/");
    let mut jar = jar_of(&["a=1; HttpOnly"], &url);
    jar.mark_stored();
    jar.receive(b"a=1; HttpOnly", &url, NOW).unwrap();
    assert!(jar.is_unchanged());
    jar.receive(b"a=1", &url, NOW).unwrap();
    assert!(!jar.is_unchanged());
}

#[test]
fn a_typed_cookie_beats_the_stored_one_and_keeps_its_scope() {
    let from = https("www.example.com", "/app");
    let lines = [
        "sid=1; Path=/; Domain=example.com; Secure",
        "sid=2; Path=/app",
        "b=3",
    ];
    let mut jar = jar_of(&lines, &from);
    jar.take_typed(b"sid=typed; new=4", &from, NOW);
    assert_eq!(sent(&jar, &from), "sid=typed; b=3; new=4");
    let mut jar = jar_of(&lines[..1], &from);
    jar.take_typed(b"sid=typed", &from, NOW);
    assert_eq!(sent(&jar, &https("example.com", "/")), "sid=typed");
}

#[test]
fn two_typed_cookies_of_one_name_end_as_the_last() {
    let url = https("example.com", "/");
    let mut jar = jar_of(&["a=0"], &url);
    jar.take_typed(b"a=1; a=2", &url, NOW);
    assert_eq!(sent(&jar, &url), "a=2");
}

#[test]
fn a_typed_cookie_does_not_stay_unbound() {
    let old = Cookie::new("a", "1", "", Reach::Unbound);
    let mut jar = CookieJar::of_stored(vec![old]);
    jar.take_typed(b"a=2", &https("example.com", "/"), NOW);
    assert_eq!(sent(&jar, &https("example.com", "/")), "a=2");
    assert_eq!(sent(&jar, &https("example.org", "/")), "");
}

#[test]
fn a_server_cannot_fill_the_jar() {
    let mut jar = jar_of(&["keep=1"], &https("example.org", "/"));
    for number in 0..MAX_PER_DOMAIN + 10 {
        let host = format!("h{}.example.com", number % 7);
        let line = format!("c{number}=1");
        jar.receive(line.as_bytes(), &https(&host, "/"), NOW)
            .unwrap();
    }
    assert_eq!(jar.len(), MAX_PER_DOMAIN + 1);
    let has = |name: &str| jar.iter().any(|cookie| cookie.name() == name.as_bytes());
    assert!(has("keep") && !has("c9") && has("c10"));
}

#[test]
fn debug_output_shows_no_value() {
    let jar = jar_of(&["a=secret"], &https("example.com", "/"));
    assert!(!format!("{jar:?}").contains("secret"));
}
