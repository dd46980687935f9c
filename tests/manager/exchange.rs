//! `httpie sessions export` and `import`: nothing is lost on the way, and nothing comes in that no server could set.

use std::fs;

use crate::support::{Answer, Outcome, Program, Server, TempFolder};
use serde_json::Value;

const OLD: &str = r#"{
    "__meta__": {"httpie": "2.7.0"},
    "auth": {"type": "basic", "username": "ann", "password": "pw"},
    "cookies": {"a": {"expires": null, "path": "/", "secure": false, "value": "1"}},
    "headers": {"X-Key": "k"},
    "mine": [1]
}"#;

fn sessions(folder: &TempFolder, args: &[&str]) -> Program {
    Program::httpie(folder).arg("sessions").args(args)
}

fn import(folder: &TempFolder, args: &[&str], input: impl Into<Vec<u8>>) -> Outcome {
    sessions(folder, &[&["import"], args].concat())
        .stdin(input)
        .run()
}

fn export(folder: &TempFolder, args: &[&str]) -> String {
    sessions(folder, &[&["export"], args].concat())
        .run_well()
        .stdout_text()
}

fn read(folder: &TempFolder, path: &str) -> Value {
    serde_json::from_str(&folder.read(path)).expect("a session file is JSON")
}

const FILE: &str = "config/sessions/example.org_alice.json";

#[test]
fn an_export_has_the_present_layout_and_imports_into_the_same() {
    let folder = TempFolder::new();
    folder.write(FILE, OLD);
    let text = export(&folder, &["alice", "example.org"]);
    assert_eq!(folder.read(FILE), OLD);
    let exported: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(exported["cookies"][0]["domain"], Value::Null);
    assert_eq!(exported["cookies"][0]["name"], "a");
    assert_eq!(exported["headers"][0]["value"], "k");
    assert_eq!(exported["auth"]["raw_auth"], "ann:pw");
    assert_eq!(exported["mine"][0], 1);

    let full = r#"{"auth": {"type": "bearer", "raw_auth": "t"}, "headers": [{"name": "X", "value": "1"}, {"name": "x", "value": "2"}],
        "cookies": [{"name": "a", "value": "\u00e9\"", "domain": ".example.org", "path": "/x", "secure": true, "expires": null, "rest": {"http_only": true}},
                    {"name": "a", "value": "2", "domain": "example.org", "path": "/x", "secure": false, "expires": null, "rest": {"host_only": true}}]}"#;
    folder.write(FILE, full);
    let text = export(&folder, &["alice", "example.org"]);
    let outcome = import(&folder, &["bob", "example.org"], text.clone());
    assert_eq!((outcome.status, outcome.stderr_text()), (0, String::new()));
    assert_eq!(
        outcome.stdout_text(),
        "Imported 2 cookies, 2 headers, the credentials into 'bob' @ 'example.org'\n"
    );
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        value(&export(&folder, &["bob", "example.org"])),
        value(&text)
    );
    assert_eq!(
        folder.files(),
        [FILE, "config/sessions/example.org_bob.json"]
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let bob = fs::metadata(folder.join("config/sessions/example.org_bob.json")).unwrap();
        assert_eq!(bob.permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_import_merges_unless_it_is_to_replace() {
    let folder = TempFolder::new();
    let present = r#"{"headers": {"A": "1", "B": "1"}, "cookies": [{"name": "c", "value": "1", "domain": "example.org"}], "auth": {"type": "basic", "raw_auth": "u:p"}, "mine": 5}"#;
    folder.write(FILE, present);
    let new = r#"{"headers": {"b": "2"}, "cookies": [{"name": "c", "value": "2", "domain": "example.org"}, {"name": "d", "value": "1", "domain": "example.org"}]}"#;
    assert_eq!(import(&folder, &["alice", "example.org"], new).status, 0);
    let merged = read(&folder, FILE);
    assert_eq!(merged["headers"].to_string(), r#"{"A":"1","b":"2"}"#);
    assert_eq!(merged["cookies"].as_array().unwrap().len(), 2);
    assert_eq!(merged["cookies"][0]["value"], "2");
    assert_eq!(merged["auth"]["raw_auth"], "u:p");
    assert_eq!(
        import(&folder, &["alice", "example.org", "--replace"], new).status,
        0
    );
    let replaced = read(&folder, FILE);
    assert_eq!(replaced["headers"].as_array().unwrap().len(), 1);
    assert_eq!(replaced["auth"]["type"], Value::Null);
    assert_eq!(replaced["mine"], 5);
    let before = folder.read(FILE);
    let outcome = import(
        &folder,
        &["alice", "example.org", "--replace"],
        "{\"cookies\": []}",
    );
    outcome.assert_error(&["could be taken"]);
    assert_eq!(folder.read(FILE), before);
}

#[test]
fn a_hostile_file_brings_only_what_a_server_could_set() {
    let folder = TempFolder::new();
    let long = "x".repeat(5000);
    let text = format!(
        "# Netscape HTTP Cookie File\n\
         .example.org\tTRUE\t/\tFALSE\t4000000000\tgood\t1\n\
         #HttpOnly_example.org\tFALSE\t/\tTRUE\t0\talso\t2\n\
         .co.uk\tTRUE\t/\tFALSE\t0\tsuffix\tevil\n\
         .github.io\tTRUE\t/\tFALSE\t0\tprivate\tevil\n\
         example.org\tFALSE\t/\tFALSE\t0\tcontrol\tevil\u{1b}[31m\n\
         example.org\tFALSE\t/\tFALSE\t0\tsemicolon\tevil; admin=1\n\
         example.org\tFALSE\t/\tFALSE\t0\tlong\t{long}\n\
         example.org\tTRUE\t/\tTRUE\t0\t__Host-x\tevil\n\
         example.org\tFALSE\t/\tFALSE\t0\t__Secure-x\tevil\n\
         example.org\tFALSE\t/\tFALSE\t1\texpired\tevil\n\
         a line of nonsense \u{7}\n"
    );
    let outcome = import(&folder, &["alice", "example.org"], text);
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout_text().starts_with("Imported 2 cookies into"));
    let said = outcome.stderr_text();
    for part in [
        "'suffix' of co.uk: its domain is a public suffix",
        "'private' of github.io",
        "control character",
        "4096 bytes",
        "__Host-",
        "line 12: it does not have seven fields",
        "left out 1 cookie",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(
        !said.contains(['\u{1b}', '\u{7}']) && !said.contains("evil"),
        "{said:?}"
    );
    let file = folder.read(FILE);
    assert!(!file.contains("evil"), "{file}");
    assert_eq!(read(&folder, FILE)["cookies"][1]["rest"]["http_only"], true);
}

#[test]
fn inputs_that_are_no_sessions_leave_everything_as_it_is() {
    let folder = TempFolder::new();
    let mut huge = b"{\"cookies\": [], \"x\": \"".to_vec();
    huge.resize(17 << 20, b'x');
    for (input, part) in [
        (Vec::new(), "standard input: it is empty"),
        (b"{\n]".to_vec(), "line 2, column 1"),
        (b"[1]".to_vec(), "neither a session file nor a cookies.txt"),
        (b"{\"a\": 1}".to_vec(), "nothing of a session"),
        (b"\x7fELF\0\0\n\0".to_vec(), "could be taken"),
        (huge, "larger than 16 MiB"),
    ] {
        let outcome = import(&folder, &["alice", "example.org"], input);
        assert_eq!((outcome.status, outcome.stdout_text()), (1, String::new()));
        outcome.assert_says(part);
    }
    import(&folder, &["alice", "example.org", "nosuch.txt"], "")
        .assert_error(&["'nosuch.txt' cannot be read"]);
    import(&folder, &["alice", "example.org", "."], "").assert_error(&["'.' cannot be read"]);
    assert!(folder.files().is_empty());
    folder.write(FILE, "broken");
    for replace in [&[][..], &["--replace"]] {
        let args = [&["alice", "example.org"], replace].concat();
        import(&folder, &args, "{\"headers\": {\"X\": \"1\"}}").assert_error(&["line 1, column 1"]);
    }
    assert_eq!(folder.read(FILE), "broken");
    folder.write("work/package.json", "{\"name\": 1}");
    import(
        &folder,
        &["./package.json"],
        "{\"headers\": {\"X\": \"1\"}}",
    )
    .assert_error(&["not a session file"]);
    assert_eq!(folder.read("work/package.json"), "{\"name\": 1}");
}

#[test]
fn a_path_takes_a_file_and_may_take_a_host() {
    let folder = TempFolder::new();
    folder.write("work/plain.json", r#"{"cookies": {"sid": "abc"}}"#);
    let args = ["./s.json", "plain.json"];
    let outcome = import(&folder, &args, "");
    assert_eq!(outcome.status, 1);
    outcome.assert_says("bound to no host");
    let outcome = import(&folder, &["./s.json", "Example.org:8080", "plain.json"], "");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr_text());
    let cookie = &read(&folder, "work/s.json")["cookies"][0];
    assert_eq!(
        (cookie["domain"].as_str(), &cookie["rest"]["host_only"]),
        (Some("example.org"), &Value::Bool(true))
    );
    let outcome = import(&folder, &["./t.json"], export(&folder, &["./s.json"]));
    assert_eq!(outcome.status, 0);
    let outcome = import(&folder, &["./t.json", "-"], "{\"headers\": {\"X\": \"1\"}}");
    assert_eq!(outcome.status, 0);
}

#[test]
fn cookies_go_to_netscape_and_back() {
    let folder = TempFolder::new();
    folder.write(
        FILE,
        r#"{"cookies": [
            {"name": "a", "value": "1=2", "domain": ".example.org", "path": "/x", "secure": true, "expires": null, "rest": {"http_only": true}},
            {"name": "b", "value": "", "domain": "example.org", "path": "/", "secure": false, "expires": null, "rest": {"host_only": true}},
            {"name": "gone", "value": "1", "domain": "example.org", "expires": 5},
            {"name": "every", "value": "1", "domain": null},
            {"name": "tab", "value": "1\t2", "domain": "example.org"}]}"#,
    );
    let outcome = sessions(
        &folder,
        &["export", "alice", "example.org", "--format=netscape"],
    )
    .run_well();
    assert_eq!(
        outcome.stdout_text(),
        "# Netscape HTTP Cookie File\n#HttpOnly_.example.org\tTRUE\t/x\tTRUE\t0\ta\t1=2\n\
         example.org\tFALSE\t/\tFALSE\t0\tb\t\nexample.org\tFALSE\t/\tFALSE\t0\tevery\t1\n"
    );
    outcome.assert_says("refused the cookie 'tab'");
    assert_eq!(
        import(&folder, &["bob", "example.org"], outcome.stdout).status,
        0
    );
    let bob = read(&folder, "config/sessions/example.org_bob.json");
    assert_eq!(bob["cookies"][0]["domain"], ".example.org");
    assert_eq!(bob["cookies"][1]["rest"]["host_only"], true);
    assert_eq!(bob["cookies"].as_array().unwrap().len(), 3);
}

/// Whether there is a curl to try it with.
fn has_curl() -> bool {
    std::process::Command::new("curl")
        .arg("--version")
        .output()
        .is_ok()
}

#[test]
fn curl_sends_what_is_exported_for_it() {
    let folder = TempFolder::new();
    let server = Server::start(|_| Answer::ok("fine"));
    let host = format!("127.0.0.1:{}", server.port());
    let cookie = |name: &str, domain: &str, path: &str| {
        format!(
            r#"{{"name": "{name}", "value": "v \\\" x", "domain": "{domain}", "path": "{path}", "rest": {{"host_only": true}}}}"#
        )
    };
    let cookies = [
        cookie("one", "127.0.0.1", "/"),
        cookie("two", "127.0.0.1", "/app"),
        cookie("no", "other.org", "/"),
    ];
    folder.write(
        &format!("config/sessions/127.0.0.1%3A{}_s.json", server.port()),
        format!(r#"{{"auth": {{"type": "basic", "raw_auth": "a\"n\\n:p"}}, "headers": {{"X-Key": "q\"\u005c", "X-Empty": ""}}, "cookies": [{}]}}"#, cookies.join(",")),
    );
    let config = export(
        &folder,
        &["s", &format!("http://{host}/app/x"), "--format=curl"],
    );
    let jar = export(&folder, &["s", &host, "--format=netscape"]);
    if !has_curl() {
        return;
    }
    let (config, jar) = (folder.write("c.cfg", config), folder.write("jar.txt", jar));
    let curl = |args: &[&str]| {
        let run = std::process::Command::new("curl")
            .args(["-sS", "--noproxy", "*"])
            .args(args)
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
    };
    curl(&["-K", config.to_str().unwrap(), &server.url("/app/x")]);
    curl(&["-b", jar.to_str().unwrap(), &server.url("/app/x")]);
    let received = server.requests();
    assert_eq!(
        received[0].header("Cookie").as_deref(),
        Some("two=v \\\" x; one=v \\\" x")
    );
    assert_eq!(received[0].header("X-Key").as_deref(), Some("q\"\\"));
    assert_eq!(received[0].header("X-Empty").as_deref(), Some(""));
    assert_eq!(
        received[0].header("Authorization").as_deref(),
        Some("Basic YSJuXG46cA==")
    );
    assert_eq!(
        received[1].header("Cookie").as_deref(),
        Some("two=v \\\" x; one=v \\\" x")
    );
}

#[test]
fn jobs_that_import_at_once_lose_nothing() {
    let folder = TempFolder::new();
    let running: Vec<_> = (0..20)
        .map(|number| {
            sessions(&folder, &["import", "alice", "example.org"])
                .stdin(format!("example.org\tFALSE\t/\tFALSE\t0\tc{number}\tv\n"))
                .spawn()
        })
        .collect();
    for job in running {
        assert_eq!(job.finish().status, 0);
    }
    assert_eq!(read(&folder, FILE)["cookies"].as_array().unwrap().len(), 20);
    assert_eq!(folder.files(), [FILE]);
}
