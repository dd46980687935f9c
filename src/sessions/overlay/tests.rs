//! Tests of `overlay`.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::sessions::session::tests::Folder;
use crate::sessions::{AuthType, Refusal};

const NOW: i64 = 1_000_000_000;

struct House {
    folder: Folder,
    env: Environment,
}

impl House {
    fn new() -> House {
        let folder = Folder::new();
        let env = Environment::new()
            .with_config_dir(folder.path())
            .with_clock(|| std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000));
        House { folder, env }
    }

    fn open(&self, read_write: Option<&str>, read_only: &[&str]) -> Overlay {
        self.try_open(read_write, read_only).unwrap()
    }

    fn try_open(
        &self,
        read_write: Option<&str>,
        read_only: &[&str],
    ) -> Result<Overlay, SessionError> {
        let read_only: Vec<String> = read_only.iter().map(|&name| name.to_owned()).collect();
        let request = OverlayRequest {
            read_write,
            read_only: &read_only,
            host: "example.com",
        };
        Overlay::open(&self.env, request)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder
            .path()
            .join(format!("sessions/example.com_{name}.json"))
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.folder.path().join("sessions")).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

fn url() -> CookieUrl<'static> {
    CookieUrl::new(true, "example.com", "/")
}

fn typed(fields: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(*name, *value);
    }
    headers
}

fn take(overlay: &mut Overlay, fields: &[(&str, &str)]) {
    overlay.take_over_headers(&typed(fields), &url(), NOW);
}

fn receive(overlay: &mut Overlay, line: &str) {
    let received = overlay.cookies_mut().receive(line.as_bytes(), &url(), NOW);
    assert_eq!(received, Ok::<(), Refusal>(()));
}

fn cookie_line(overlay: &Overlay) -> String {
    let line = overlay.cookies().header_for(&url(), NOW);
    String::from_utf8(line.unwrap_or_default()).unwrap()
}

fn text_of(headers: &Headers, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .map(|value| String::from_utf8(value.to_vec()).unwrap())
        .collect()
}

#[test]
fn a_new_session_is_written_as_httpie_writes() {
    let house = House::new();
    let mut overlay = house.open(Some("new"), &[]);
    assert!(overlay.headers().is_empty() && overlay.cookies().is_empty());
    assert!(overlay.credentials().is_none() && overlay.warnings().is_empty());
    take(
        &mut overlay,
        &[("X-A", "é"), ("x-a", "2"), ("Cookie", "t=1")],
    );
    overlay.set_credentials(Credentials::new(AuthType::Basic, "ann:secret"));
    receive(
        &mut overlay,
        "sid=\"x\"; Path=/; Domain=example.com; HttpOnly; SameSite=Lax; Max-Age=60",
    );
    assert!(!house.path("new").exists());
    overlay.save(NOW).unwrap();
    let expected = r#"{
    "__meta__": {
        "about": "HTTPie session file",
        "help": "https://httpie.io/docs#sessions",
        "httpie": "3.2.4"
    },
    "auth": {
        "raw_auth": "ann:secret",
        "type": "basic"
    },
    "cookies": [
        {
            "domain": "example.com",
            "expires": null,
            "name": "t",
            "path": "/",
            "rest": {
                "host_only": true
            },
            "secure": false,
            "value": "1"
        },
        {
            "domain": ".example.com",
            "expires": 1000000060,
            "name": "sid",
            "path": "/",
            "rest": {
                "http_only": true,
                "same_site": "lax"
            },
            "secure": false,
            "value": "\"x\""
        }
    ],
    "headers": [
        {
            "name": "X-A",
            "value": "\u00e9"
        },
        {
            "name": "x-a",
            "value": "2"
        }
    ]
}
"#;
    assert_eq!(house.read("new"), expected);
    let again = house.open(Some("new"), &[]);
    assert_eq!(text_of(again.headers(), "X-A"), ["é", "2"]);
    assert_eq!(cookie_line(&again), "t=1; sid=\"x\"");
    assert_eq!(
        again.credentials().map(Credentials::raw_auth),
        Some("ann:secret")
    );
}

#[test]
fn an_empty_new_session_is_created_and_then_left_alone() {
    let house = House::new();
    house.open(Some("s"), &[]).save(NOW).unwrap();
    assert!(house.read("s").contains("\"password\": null"));
    let before = fs::metadata(house.path("s")).unwrap().modified().unwrap();
    let mut overlay = house.open(Some("s"), &[]);
    take(
        &mut overlay,
        &[
            ("Content-Type", "a/b"),
            ("If-Match", "x"),
            ("Host", "h"),
            ("User-Agent", "HTTPie/3"),
        ],
    );
    overlay.save(NOW).unwrap();
    assert_eq!(
        fs::metadata(house.path("s")).unwrap().modified().unwrap(),
        before
    );
}

#[test]
fn typed_comes_before_read_write_before_read_only_last_first() {
    let house = House::new();
    for (name, headers) in [
        (
            "base1",
            [
                ("A", "base1"),
                ("B", "base1"),
                ("C", "base1"),
                ("D", "base1"),
            ],
        ),
        (
            "base2",
            [
                ("B", "base2"),
                ("C", "base2"),
                ("D", "base2"),
                ("D", "base2b"),
            ],
        ),
        (
            "user",
            [("C", "user"), ("D", "user"), ("D", "user2"), ("d", "user3")],
        ),
    ] {
        let mut overlay = house.open(Some(name), &[]);
        take(&mut overlay, &headers);
        take(
            &mut overlay,
            &[("Cookie", &format!("all={name}; {name}=1"))],
        );
        overlay.set_credentials(Credentials::new(AuthType::Bearer, name));
        overlay.save(NOW).unwrap();
    }
    let base = [house.read("base1"), house.read("base2")];
    let mut overlay = house.open(Some("user"), &["base1", "base2"]);
    take(&mut overlay, &[("d", "typed")]);
    let check = |overlay: &Overlay| {
        for (name, value) in [
            ("A", "base1"),
            ("B", "base2"),
            ("C", "user"),
            ("D", "typed"),
        ] {
            assert_eq!(text_of(overlay.headers(), name), [value], "{name}");
        }
        assert_eq!(cookie_line(overlay), "all=user; user=1; base2=1; base1=1");
        assert_eq!(
            overlay.credentials().map(Credentials::raw_auth),
            Some("user")
        );
    };
    check(&overlay);
    overlay.save(NOW).unwrap();
    check(&house.open(Some("user"), &[]));
    assert_eq!(base, [house.read("base1"), house.read("base2")]);
    let only = house.open(None, &["base1", "base2"]);
    assert_eq!(text_of(only.headers(), "D"), ["base2", "base2b"]);
    assert_eq!(cookie_line(&only), "all=base2; base2=1; base1=1");
    assert_eq!(only.credentials().map(Credentials::raw_auth), Some("base2"));
}

#[test]
fn what_was_inherited_gives_way_to_what_another_job_saved_meanwhile() {
    let house = House::new();
    house.write("base", r#"{"headers": [{"name": "A", "value": "base"}], "auth": {"type": "bearer", "raw_auth": "base"}, "cookies": [{"name": "a", "value": "base", "domain": "example.com"}]}"#);
    house.write("user", "{}");
    let mut slow = house.open(Some("user"), &["base"]);
    let mut fast = house.open(Some("user"), &[]);
    take(&mut fast, &[("a", "fast")]);
    receive(&mut fast, "a=fast");
    fast.set_credentials(Credentials::new(AuthType::Bearer, "fast"));
    fast.save(NOW).unwrap();
    slow.save(NOW).unwrap();
    let user = house.open(Some("user"), &[]);
    assert_eq!(text_of(user.headers(), "A"), ["fast"]);
    assert_eq!(cookie_line(&user), "a=fast");
    assert_eq!(user.credentials().map(Credentials::raw_auth), Some("fast"));
}

#[test]
fn a_read_only_session_is_created_only_if_it_stands_alone_and_never_changed() {
    let house = House::new();
    let mut overlay = house.open(None, &["a", "b"]);
    assert_eq!(overlay.warnings().len(), 2);
    take(&mut overlay, &[("X", "1")]);
    overlay.save(NOW).unwrap();
    assert!(!house.folder.path().join("sessions").exists());
    let mut overlay = house.open(None, &["a"]);
    take(&mut overlay, &[("X", "1")]);
    overlay.save(NOW).unwrap();
    let before = house.read("a");
    assert!(before.contains("\"X\""));
    let mut overlay = house.open(None, &["a"]);
    take(&mut overlay, &[("X", "2")]);
    receive(&mut overlay, "c=1");
    overlay.save(NOW).unwrap();
    assert_eq!(house.read("a"), before);
}

#[test]
fn a_change_merges_with_what_others_saved() {
    let house = House::new();
    house.write(
        "s",
        r#"{"cookies": [{"name": "gone", "value": "1", "domain": "example.com", "path": "/"}]}"#,
    );
    let mut one = house.open(Some("s"), &[]);
    let mut two = house.open(Some("s"), &[]);
    receive(&mut one, "one=1");
    receive(&mut one, "gone=; Max-Age=0");
    take(&mut one, &[("X-One", "1")]);
    receive(&mut two, "two=2");
    take(&mut two, &[("X-Two", "2")]);
    one.save(NOW).unwrap();
    two.save(NOW).unwrap();
    let both = house.open(Some("s"), &[]);
    assert_eq!(cookie_line(&both), "one=1; two=2");
    assert_eq!(both.headers().len(), 2);
}

#[test]
fn jobs_in_many_threads_each_keep_their_cookie() {
    let house = House::new();
    std::thread::scope(|scope| {
        for number in 0..32 {
            let house = &house;
            scope.spawn(move || {
                let mut overlay = house.open(Some("s"), &[]);
                receive(&mut overlay, &format!("c{number}={number}"));
                overlay.save(NOW).unwrap();
            });
        }
    });
    assert_eq!(house.open(Some("s"), &[]).cookies().len(), 32);
    assert_eq!(
        fs::read_dir(house.folder.path().join("sessions"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_bad_file_is_an_error_and_stays_as_it_is() {
    let house = House::new();
    for (text, place) in [
        ("", "line 1, column 1"),
        ("{\"cookies\":\n [}", "line 2, column 3"),
        ("[1]", "line 1, column 1"),
        ("{\n  \"auth\": \"s3cret\"}", "line 2, column 11"),
        (
            "{\"auth\": {\"type\": \"basic\",\n \"raw_auth\": 5}}",
            "line 2, column 14",
        ),
        ("{\"cookies\": 5}", "line 1, column 13"),
        ("{\"cookies\": [\n{\"value\": \"x\"}]}", "line 2, column 1"),
        (
            "{\"cookies\": [{\"name\": \"a\", \"value\": \"b\\r\\nX: y\"}]}",
            "line 1, column 14",
        ),
        ("{\"headers\": {\"X\":\n[]}}", "line 2, column 1"),
        ("{\"headers\": [{\"name\": \"X\"}]}", "line 1, column 14"),
        ("{\"headers\": {\"X y\": \"1\"}}", "line 1, column 21"),
        ("{\"__meta__\": []}", "line 1, column 14"),
        ("{\"headers\": {\"X\": \"\\ud800\"}}", "line 1, column 19"),
    ] {
        house.write("bad", text);
        let error = house.try_open(Some("bad"), &[]).unwrap_err().to_string();
        assert!(
            error.contains(place) && error.contains("example.com_bad.json"),
            "{text}: {error}"
        );
        assert!(!error.contains("s3cret"), "{error}");
        // The same when it turns bad between load and save.
        house.write("bad", "{}");
        let mut overlay = house.open(Some("bad"), &[]);
        take(&mut overlay, &[("X", "1")]);
        house.write("bad", text);
        assert!(overlay.save(NOW).is_err());
        assert_eq!(house.read("bad"), text);
    }
    fs::write(house.path("bad"), b"{\n\"a\": \"\xff\"}").unwrap();
    let error = house.try_open(Some("bad"), &[]).unwrap_err().to_string();
    assert!(error.contains("line 2, column 7"), "{error}");
    fs::remove_file(house.path("bad")).unwrap();
    fs::create_dir(house.path("bad")).unwrap();
    assert!(matches!(
        house.try_open(Some("bad"), &[]),
        Err(SessionError::NotAFile { .. })
    ));
}

#[test]
fn credentials_of_every_layout_are_read() {
    let house = House::new();
    for (auth, expected) in [
        ("null", None),
        ("{}", None),
        (r#"{"type": null, "raw_auth": null}"#, None),
        (
            r#"{"type": null, "username": null, "password": null}"#,
            None,
        ),
        (
            r#"{"type": "basic", "raw_auth": "a:b:c"}"#,
            Some(("basic", "a:b:c")),
        ),
        (
            r#"{"type": "digest", "username": "a", "password": "b"}"#,
            Some(("digest", "a:b")),
        ),
        (
            r#"{"type": "basic", "username": "a", "password": null}"#,
            Some(("basic", "a")),
        ),
        (r#"{"type": "ntlm", "raw_auth": "x"}"#, Some(("ntlm", "x"))),
    ] {
        house.write("s", &format!("{{\"auth\": {auth}}}"));
        let overlay = house.open(Some("s"), &[]);
        let found = overlay.credentials();
        let found = found.map(|found| (found.auth_type().as_str(), found.raw_auth()));
        assert_eq!(found, expected, "{auth}");
    }
}
