//! Tests of `file`.

use super::*;
use crate::sessions::CookieUrl;
use crate::sessions::data::SessionData;

const NOW: i64 = 1_000_000_000;

fn read(text: &str) -> SessionFile<'_> {
    let members = Json::document(text).unwrap();
    SessionFile::read(members, "example.com").unwrap_or_else(|misfit| panic!("{}", misfit.reason))
}

/// The file after `headers` were typed and `cookies` received.
fn after(text: &str, headers: &[(&str, &str)], cookies: &[&str]) -> serde_json::Value {
    serde_json::from_str(&text_after(text, headers, cookies)).unwrap()
}

fn text_after(text: &str, headers: &[(&str, &str)], cookies: &[&str]) -> String {
    let url = CookieUrl::new(true, "example.com", "/");
    let mut file = read(text);
    let mut data = SessionData::of_file(&mut read(text));
    let mut typed = Headers::new();
    for (name, value) in headers {
        typed.append(*name, *value);
    }
    data.update_headers(&typed, &url, NOW);
    for line in cookies {
        data.cookies_mut()
            .receive(line.as_bytes(), &url, NOW)
            .unwrap();
    }
    file.apply(&data.change_set(), NOW);
    file.into_text()
}

#[test]
fn old_layouts_are_kept_with_all_that_nobody_knows() {
    let old = r#"{
        "__meta__": {"httpie": "1.0.0", "note": 1.10},
        "zoo": {"b": 1e300, "a": [1.0]},
        "auth": {"type": null, "username": null, "password": null, "hint": "x"},
        "cookies": {"sid": {"value": "1", "path": "/", "secure": false, "expires": null, "odd": 1.50},
                    "plain": "abc", "old": {"value": "x", "expires": 5}},
        "headers": {"X-A": "1", "X-Null": null}
    }"#;
    let text = text_after(old, &[("X-B", "2")], &["new=1; Path=/"]);
    for kept in [
        "\"note\": 1.10",
        "\"b\": 1e300",
        "1.0\n",
        "\"hint\": \"x\"",
        "\"odd\": 1.50",
    ] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["__meta__"]["httpie"], "1.0.0");
    assert_eq!(json["cookies"]["plain"], "abc");
    assert_eq!(json["cookies"]["new"]["rest"]["host_only"], true);
    assert_eq!(json["cookies"]["sid"]["value"], "1");
    assert_eq!(
        json["cookies"].get("old"),
        None,
        "expired cookies go on any save"
    );
    assert_eq!(
        json["headers"],
        serde_json::json!({"X-A": "1", "X-B": "2", "X-Null": null})
    );
}

#[test]
fn an_old_cookie_without_a_value_keeps_its_key() {
    let old = r#"{"cookies": {"flag": {"value": null}, "other": {}, "€": "1"}}"#;
    let text = text_after(old, &[("X", "1")], &[]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        json["cookies"],
        serde_json::json!({"flag": {"value": null}, "other": {}, "€": "1"})
    );
}

#[test]
fn a_server_updates_an_old_cookie_in_its_place() {
    let old = r#"{"cookies": {"sid": {"value": "1", "path": "/", "secure": false, "expires": null, "odd": 1}}}"#;
    let json = after(old, &[], &["sid=2; Path=/"]);
    assert_eq!(json["cookies"]["sid"]["value"], "2");
    assert_eq!(json["cookies"]["sid"]["domain"], "example.com");
    assert_eq!(json["cookies"]["sid"]["odd"], 1);
}

#[test]
fn a_layout_that_cannot_hold_two_of_one_name_gives_way_to_one_that_can() {
    let old = r#"{"cookies": {"a": "1", "sid": {"value": "1", "path": "/x", "k": 1}}, "headers": {"X": "1", "Y": "2"}}"#;
    let json = after(old, &[("X", "2"), ("X", "3")], &["sid=2; Path=/"]);
    let cookies = json["cookies"].as_array().unwrap();
    let facts: Vec<_> = cookies
        .iter()
        .map(|c| (c["name"].as_str(), c["value"].as_str(), c["path"].as_str()))
        .collect();
    assert_eq!(
        facts,
        [
            (Some("a"), Some("1"), Some("/")),
            (Some("sid"), Some("1"), Some("/x")),
            (Some("sid"), Some("2"), Some("/")),
        ]
    );
    assert_eq!(cookies[1]["k"], 1);
    let headers = json["headers"].as_array().unwrap();
    let facts: Vec<_> = headers
        .iter()
        .map(|h| (h["name"].as_str(), h["value"].as_str()))
        .collect();
    assert_eq!(
        facts,
        [
            (Some("X"), Some("2")),
            (Some("X"), Some("3")),
            (Some("Y"), Some("2"))
        ]
    );
}

#[test]
fn domains_mean_what_httpie_means() {
    for (stored, host, domain, reach) in [
        ("example.com", "example.com", "example.com", Reach::Assumed),
        (".Example.com", "example.com", "example.com", Reach::Domain),
        (
            "localhost.local",
            "example.com",
            "localhost",
            Reach::Assumed,
        ),
        (
            "localhost.local",
            "localhost.local",
            "localhost.local",
            Reach::Assumed,
        ),
        ("db.local", "db", "db", Reach::Assumed),
        ("db.local", "db.local", "db.local", Reach::Assumed),
        ("[::1].local", "::1", "::1", Reach::Assumed),
        ("", "example.com", "", Reach::Unbound),
    ] {
        let text =
            format!(r#"{{"cookies": [{{"name": "a", "value": "b", "domain": "{stored}"}}]}}"#);
        let mut file = SessionFile::read(Json::document(&text).unwrap(), host)
            .ok()
            .unwrap();
        let cookie = &file.take_cookies()[0];
        assert_eq!(
            (cookie.domain(), cookie.reach()),
            (domain, reach),
            "{stored}"
        );
    }
    let text = r#"{"cookies": [{"name": "a", "value": "b", "domain": null}, {"name": "a", "value": null}]}"#;
    let cookies = read(text).take_cookies();
    assert_eq!(cookies[0].reach(), Reach::AnyHost);
    assert_eq!(
        (cookies[1].name(), cookies[1].value()),
        (&b""[..], &b"a"[..])
    );
}

#[test]
fn a_host_that_is_noted_beside_the_domain_is_the_one_that_counts() {
    for (domain, noted, expected) in [
        ("db.local", "db", "db"),
        ("db.local", "db.local", "db.local"),
        ("localhost.local", "localhost.local", "localhost.local"),
        ("[::1].local", "::1", "::1"),
        ("DB.local", "DB", "db"),
        // The domain was changed by hand.
        ("example.com", "db", "example.com"),
        ("cache.local", "db.local", "cache.local"),
    ] {
        let text = format!(
            r#"{{"cookies": [{{"name": "a", "value": "b", "domain": "{domain}",
                "rest": {{"host_only": true, "host": "{noted}"}}}}]}}"#
        );
        for host in ["db", "db.local", "localhost", "localhost.local", "x.org"] {
            let document = Json::document(&text).unwrap();
            let mut file = SessionFile::read(document, host).ok().unwrap();
            let cookie = &file.take_cookies()[0];
            assert_eq!(
                (cookie.domain(), cookie.reach()),
                (expected, Reach::HostOnly),
                "{domain}, {noted}, for {host}"
            );
        }
    }
}

#[test]
fn hosts_whose_names_are_one_in_httpies_jar_are_told_apart_in_the_file() {
    let hosts = ["db", "db.local", "localhost", "localhost.local", "::1"];
    let mut data = SessionData::empty();
    for host in hosts {
        let url = CookieUrl::new(false, host, "/");
        data.cookies_mut().receive(b"a=1", &url, NOW).unwrap();
    }
    let mut file = SessionFile::new();
    file.apply(&data.change_set(), NOW);
    let text = file.into_text();
    for host in hosts {
        let document = Json::document(&text).unwrap();
        let cookies = SessionFile::read(document, host)
            .ok()
            .unwrap()
            .take_cookies();
        let read: Vec<_> = cookies.iter().map(Cookie::domain).collect();
        assert_eq!(read, hosts, "for {host}: {text}");
    }
}

#[test]
fn every_fact_of_a_cookie_survives_the_file() {
    let url = CookieUrl::new(false, "localhost", "/");
    for line in [
        &b"a=1; Path=/x; Secure; HttpOnly; SameSite=Strict; Max-Age=9"[..],
        b"a=\xff\xe9\"\\",
    ] {
        let mut data = SessionData::empty();
        data.cookies_mut().receive(line, &url, NOW).unwrap();
        let mut file = SessionFile::new();
        file.apply(&data.change_set(), NOW);
        let text = file.into_text();
        let members = Json::document(&text).unwrap();
        let back = SessionFile::read(members, "localhost")
            .ok()
            .unwrap()
            .take_cookies();
        let cookie = data.cookies().iter().next().unwrap();
        assert!(
            back[0].says_the_same_as(cookie) && back[0].is_in(&cookie.slot()),
            "{text}"
        );
    }
}

#[test]
fn a_name_that_stands_twice_is_a_mistake() {
    for (text, place) in [
        (r#"{"headers": {}, "headers": {"Y": "1"}}"#, "the session"),
        (r#"{"headers": {"X": "1", "X": "2"}}"#, "\"headers\""),
        (r#"{"cookies": {"a": "1", "a": "2"}}"#, "\"cookies\""),
        (r#"{"note": 1, "note": 2}"#, "the session"),
    ] {
        let read = SessionFile::read(Json::document(text).unwrap(), "x.org");
        let misfit = read.err().map(|misfit| misfit.reason).unwrap_or_default();
        assert!(
            misfit.ends_with(&format!("stands twice in {place}")),
            "{text}: {misfit}"
        );
    }
}

#[test]
fn expired_cookies_alone_are_no_reason_to_write() {
    let text = r#"{"cookies": [{"name": "a", "value": "b", "expires": 5}]}"#;
    let data = SessionData::of_file(&mut read(text));
    assert!(!read(text).apply(&data.change_set(), NOW));
}

#[test]
fn an_upgrade_makes_lists_and_binds_cookies_if_asked() {
    let text = r#"{"cookies": {"a": {"value": "1"}, "b": {"value": "2", "domain": "x.org"}}, "headers": {"X": "1"}}"#;
    for (bind_to, domain) in [
        (Some("Example.com"), serde_json::json!("example.com")),
        (None, serde_json::json!(null)),
    ] {
        let mut file = read(text);
        assert!(file.upgrade(bind_to));
        let json: serde_json::Value = serde_json::from_str(&file.into_text()).unwrap();
        assert_eq!(json["cookies"][0]["domain"], domain);
        assert_eq!(json["cookies"][1]["domain"], "x.org");
        assert_eq!(json["headers"][0]["name"], "X");
    }
    assert!(!read(r#"{"cookies": []}"#).upgrade(None));
    for (version, is_old) in [
        ("3.0.2", true),
        ("2.0.0-dev", true),
        ("3.2.0", false),
        ("3.2.1", false),
        ("4.0", false),
        ("x", false),
    ] {
        let text = format!(r#"{{"__meta__": {{"httpie": "{version}"}}, "cookies": []}}"#);
        let mut file = read(&text);
        assert_eq!(file.upgrade(None), is_old, "{version}");
        assert_eq!(file.into_text().contains("3.2.4"), is_old, "{version}");
    }
}
