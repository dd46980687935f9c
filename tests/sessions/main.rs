//! Sessions: what is kept, where it goes again, and what happens to the files.

#[path = "../support/mod.rs"]
mod support;

mod cookies;
mod faults;
mod files;
mod keeping;
mod layouts;
mod read_only;
mod references;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{Answer, Outcome, Program, Received, Server, TempFolder};

/// Answers with the cookies that the query asks for: `?set=a%3D1` becomes `Set-Cookie: a=1`.
fn server() -> Server {
    Server::start(|request| cookies_from_query(request, Answer::ok("fine")))
}

fn cookies_from_query(request: &Received, mut answer: Answer) -> Answer {
    let target = request.target();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    for cookie in query
        .split('&')
        .filter_map(|item| item.strip_prefix("set="))
    {
        let cookie = cookie.replace('+', " ");
        let cookie = percent_encoding::percent_decode_str(&cookie).decode_utf8_lossy();
        answer = answer.header("Set-Cookie", cookie.into_owned());
    }
    answer
}

fn run(folder: &TempFolder, server: &Server, args: &[&str]) -> Outcome {
    let args = args.iter().map(|arg| arg.replace("{url}", &server.url("")));
    Program::http(folder).args(args).run_well()
}

/// The file of a named session of this server, relative to the test's folder.
fn named(server: &Server, name: &str) -> String {
    if support::is_reference() {
        return nested(server, name);
    }
    format!("config/sessions/127.0.0.1%3A{}_{name}.json", server.port())
}

/// HTTPie's own place for it.
fn nested(server: &Server, name: &str) -> String {
    format!("config/sessions/127.0.0.1_{}/{name}.json", server.port())
}

fn json(folder: &TempFolder, path: &str) -> Value {
    serde_json::from_str(&folder.read(path)).expect("a session file is JSON")
}

/// Names and values of the headers or cookies of a file in the 3.2 layout.
fn pairs(session: &Value, key: &str) -> Vec<(String, String)> {
    let list = session[key].as_array().expect("the 3.2 layout has lists");
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    list.iter()
        .map(|item| (field(item, "name"), field(item, "value")))
        .collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

const HTTPIE_FILE: &str = r#"{
    "__meta__": {"about": "HTTPie session file", "help": "https://httpie.io/docs#sessions", "httpie": "3.2.4"},
    "auth": {"password": null, "type": null, "username": null},
    "cookies": [{"domain": "127.0.0.1", "expires": null, "name": "sid", "path": "/", "secure": false, "value": "abc"}],
    "headers": [{"name": "X-Stored", "value": "yes"}]
}"#;

/// All that can be seen of a file: any write, even of the same bytes, makes it another.
#[derive(Debug, PartialEq)]
struct Snapshot {
    content: String,
    modified: std::time::SystemTime,
    #[cfg(unix)]
    inode: u64,
}

impl Snapshot {
    fn of(path: &Path) -> Snapshot {
        let metadata = fs::metadata(path).expect("the file is there");
        Snapshot {
            content: fs::read_to_string(path).expect("the file can be read"),
            modified: metadata.modified().expect("files have times"),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&metadata),
        }
    }
}
