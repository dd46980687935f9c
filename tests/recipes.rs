//! The recipes of the README, cut out of it and run as they stand there: in order, in one shell's surroundings, against a
//! loopback server that starts late, fails, is busy and cuts off what it sends.

#![cfg(unix)]

mod support;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Mutex;

use support::{Answer, ClosedPort, Outcome, Program, Received, Server, TempFolder};

const README: &str = include_str!("../README.md");
const PASSWORD: &str = "correct horse";

/// The fenced blocks of this language in the section.
fn blocks(language: &str) -> Vec<&'static str> {
    let section = README.split_once("\n## Recipes\n").expect("a section").1;
    let section = section.split("\n## ").next().unwrap_or_default();
    let fence = format!("```{language}\n");
    let begun = section.split(fence.as_str()).skip(1);
    begun
        .map(|block| block.split("```").next().unwrap_or_default())
        .collect()
}

/// The command lines of the section, each of which must be run by a test.
fn lines() -> Vec<&'static str> {
    let lines = blocks("console").into_iter().flat_map(str::lines);
    lines
        .map(|line| line.strip_prefix("$ ").expect("a command line"))
        .collect()
}

/// Two machines, each with our programs, and a way from the first to the second.
struct Machines {
    folder: TempFolder,
    host: String,
}

impl Machines {
    fn new(host: String) -> Machines {
        let folder = TempFolder::new();
        let programs = [
            ("http", env!("CARGO_BIN_EXE_http")),
            ("httpie", env!("CARGO_BIN_EXE_httpie")),
        ];
        std::fs::create_dir_all(folder.join("bin")).expect("the test's own folder");
        for (name, program) in programs {
            symlink(program, folder.join("bin").join(name)).expect("a new link");
        }
        let runner = folder.join("runner");
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = runner ] || exit 9\nshift\nHTTPIE_CONFIG_DIR='{}' exec \"$@\"\n",
            runner.display()
        );
        let pass = "#!/bin/sh\n[ \"$*\" = 'show ci/token' ] && echo t0ken\n";
        for (name, script) in [("ssh", script.as_str()), ("pass", pass)] {
            let path = folder.write(&format!("bin/{name}"), script);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            std::fs::set_permissions(path, mode).expect("a file of the test's own");
        }
        Machines { folder, host }
    }

    fn shell(&self, line: &str) -> Program {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.folder.join("bin");
        Program::at(Path::new("/bin/sh"), &self.folder)
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("HOST", &self.host)
            .env("PASSWORD", PASSWORD)
            .args(["-euc", line])
    }

    fn run(&self, line: &str) -> Outcome {
        let outcome = self.shell(line).run();
        assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr_text());
        outcome
    }
}

/// A server with moods.
struct Moody {
    met: Mutex<HashSet<String>>,
}

impl Moody {
    fn is_first(&self, what: &str) -> bool {
        let mut met = self.met.lock().expect("no handler panics");
        met.insert(what.to_owned())
    }

    fn answer(&self, request: &Received) -> Answer {
        let target = request.target();
        let knows = request.header("Cookie").as_deref() == Some("sid=s3cret");
        match target.as_str() {
            "/health" if self.is_first("first look") => Answer::new(503),
            "/health" if self.is_first("second look") => Answer::new(502),
            "/health" => Answer::json(r#"{"ok": true}"#),
            "/login" if request.body_text() == "user=ci&password=correct+horse" => {
                Answer::ok("welcome").header("Set-Cookie", "sid=s3cret; Path=/")
            }
            "/image.tar" if self.is_first("image") => {
                Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234")
            }
            "/image.tar" if request.header("Range").as_deref() == Some("bytes=5-") => {
                Answer::new(206)
                    .header("Content-Range", "bytes 5-9/10")
                    .body("56789")
            }
            "/me" if request.header("Authorization").as_deref() == Some("Bearer t0ken") => {
                Answer::ok("the owner of the token")
            }
            _ if !knows => Answer::new(401).body("who are you?"),
            "/me" => Answer::ok("ci"),
            "/jobs/7" if self.is_first("job") => {
                Answer::new("429 Too Many Requests").header("Retry-After", "0")
            }
            "/jobs/13" => Answer::new(404).body("there is no such job"),
            other => Answer::ok(other.to_owned()),
        }
    }
}

#[test]
fn every_recipe_does_what_it_promises() {
    let lines = lines();
    let [wait, login, jobs, token, download, export, me] = lines.as_slice() else {
        panic!("a recipe without a test: {lines:#?}");
    };
    let port = ClosedPort::reserve();
    let machines = Machines::new(port.url("").replace("http://", ""));

    let mut waiting = machines.shell(wait).spawn();
    let mut errors = BufReader::new(waiting.take_stderr());
    let mut said = String::new();
    errors.read_line(&mut said).expect("a pipe can be read");
    assert!(said.contains("waiting up to 60 s"), "{said}");
    let moody = Moody {
        met: Mutex::default(),
    };
    let server = port.open(move |request| moody.answer(request));
    let outcome = waiting.finish();
    assert_eq!(
        (outcome.status, outcome.stdout_text().as_str()),
        (0, r#"{"ok": true}"#)
    );
    assert_eq!(server.request_count(), 3);

    assert_eq!(machines.run(login).stdout_text(), "welcome");

    let outcome = machines.shell(jobs).run();
    assert_eq!(outcome.status, 123, "one job fails: xargs says so");
    let said = outcome.stderr_text();
    assert!(said.contains("there is no such job"), "{said}");
    assert!(
        said.contains("attempt 1 of 6 failed, the next follows at once: HTTP 429"),
        "{said}"
    );
    for job in (1..=20).filter(|job| *job != 13) {
        let file = machines.folder.read(&format!("work/{job}.json"));
        assert_eq!(file, format!("/jobs/{job}"));
    }
    let files = machines.folder.files();
    assert!(
        !files.iter().any(|file| file == "work/13.json"),
        "{files:?}"
    );

    assert_eq!(machines.run(token).stdout_text(), "the owner of the token");

    let outcome = machines.run(download);
    outcome.assert_says("attempt 1 of 11 failed");
    assert_eq!(machines.folder.read("work/image.tar"), "0123456789");

    machines.run(export);
    assert_eq!(machines.run(me).stdout_text(), "ci");
    let sessions: Vec<_> = machines
        .folder
        .files()
        .into_iter()
        .filter(|file| file.ends_with("_ci.json"))
        .collect();
    assert_eq!(sessions.len(), 2, "{sessions:?}");
}

#[test]
fn the_health_check_of_the_container_is_a_line_that_runs() {
    let containerfiles = blocks("dockerfile");
    let [containerfile] = containerfiles.as_slice() else {
        panic!("a container without a test: {containerfiles:#?}");
    };
    let lines: Vec<_> = containerfile.lines().collect();
    assert!(lines.len() <= 12);
    assert_eq!(lines[0], "FROM scratch");
    let known = ["FROM ", "COPY ", "HEALTHCHECK ", "ENTRYPOINT ["];
    for line in &lines {
        assert!(known.iter().any(|word| line.starts_with(word)), "{line}");
    }
    let check = lines.iter().find(|line| line.starts_with("HEALTHCHECK"));
    let (_, words) = check
        .and_then(|line| line.split_once(" CMD "))
        .expect("a health check");
    let words: Vec<String> = serde_json::from_str(words).expect("the exec form is JSON");
    assert_eq!(words[0], "/http");
    for (answer, status) in [(200, 0), (500, 5)] {
        let server = Server::start(move |_| Answer::new(answer));
        let port = format!(":{}/", server.port());
        let folder = TempFolder::new();
        let args = words[1..].iter().map(|word| word.replace(":8080/", &port));
        let outcome = Program::http(&folder).args(args).run();
        assert_eq!(outcome.status, status, "{}", outcome.stderr_text());
        assert_eq!(outcome.stdout_text(), "");
        assert_eq!(server.only_request().target(), "/health");
    }
}
