//! What servers should never send, one answer a row: each with the exit status, the output and the sentence that must
//! come, in a time and a memory that the answer has no say in.
//!
//! Where HTTPie 3.2.4 was found to fail or to differ, the row says so. RFC 9110 and 9112 decide what is right.

#[path = "../support/mod.rs"]
mod support;

mod codings;
mod connections;
mod digest;
#[cfg(target_os = "linux")]
mod downloads;
mod floods;
mod framing;
mod heads;
mod interim;
mod redirects;
#[cfg(target_os = "linux")]
mod screen;

use std::path::Path;
use std::time::{Duration, Instant};

use support::{Outcome, Program, RawConnection, RawServer, TempFolder, text};

/// No answer may take longer than this, on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(20);

type Serve = Box<dyn Fn(RawConnection) + Send + Sync>;

/// What must be on the standard output.
enum Shows {
    Exactly(Vec<u8>),
    BeginsWith(Vec<u8>),
    Anything,
}

/// One answer, and what must become of it.
struct Case {
    name: &'static str,
    serve: Serve,
    args: Vec<String>,
    stdin: Option<&'static str>,
    status: i32,
    shows: Shows,
    /// Parts of what is said on stderr; none means that nothing is said at all.
    says: Vec<&'static str>,
    /// The paths of all requests that the server must have seen, where it matters.
    asks: Option<&'static [&'static str]>,
    /// Whether every path that is asked for must be printable ASCII.
    asks_cleanly: bool,
    /// The address space that the program gets, in MiB.
    memory: Option<u32>,
}

/// These bytes and the end of the connection, whatever is asked; a success that shows nothing, until told otherwise.
fn case(name: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    let bytes = bytes.as_ref().to_vec();
    served(name, move |mut connection| connection.answer(&bytes))
}

/// The same with the connection left open.
fn held(name: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    let bytes = bytes.as_ref().to_vec();
    served(name, move |mut connection| {
        connection.answer(&bytes);
        connection.hold();
    })
}

fn served(name: &'static str, serve: impl Fn(RawConnection) + Send + Sync + 'static) -> Case {
    Case {
        name,
        serve: Box::new(serve),
        args: Vec::new(),
        stdin: None,
        status: 0,
        shows: Shows::Exactly(Vec::new()),
        says: Vec::new(),
        asks: None,
        asks_cleanly: false,
        memory: None,
    }
}

impl Case {
    fn args(mut self, args: &[&str]) -> Case {
        self.args = args.iter().map(|&arg| arg.to_owned()).collect();
        self
    }

    fn stdin(mut self, text: &'static str) -> Case {
        self.stdin = Some(text);
        self
    }

    fn shows(mut self, output: impl AsRef<[u8]>) -> Case {
        self.shows = Shows::Exactly(output.as_ref().to_vec());
        self
    }

    fn begins(mut self, output: impl AsRef<[u8]>) -> Case {
        self.shows = Shows::BeginsWith(output.as_ref().to_vec());
        self
    }

    fn shows_anything(mut self) -> Case {
        self.shows = Shows::Anything;
        self
    }

    /// Ends with status 1 and an error that says this.
    fn fails(self, says: &[&'static str]) -> Case {
        self.ends(1, says)
    }

    fn ends(mut self, status: i32, says: &[&'static str]) -> Case {
        self.status = status;
        self.says = says.to_vec();
        self
    }

    fn asks(mut self, paths: &'static [&'static str]) -> Case {
        self.asks = Some(paths);
        self
    }

    fn escapes_paths(mut self) -> Case {
        self.asks_cleanly = true;
        self
    }

    fn within(mut self, mebibytes: u32) -> Case {
        self.memory = Some(mebibytes);
        self
    }

    /// What is wrong with it.
    fn faults(self) -> Vec<String> {
        let server = RawServer::start(self.serve);
        let folder = TempFolder::new();
        let port = server.port().to_string();
        let mut args: Vec<String> = self
            .args
            .iter()
            .map(|arg| arg.replace("{port}", &port))
            .collect();
        if !args.iter().any(|arg| arg.contains("127.0.0.1")) {
            args.insert(0, server.url("/start"));
        }
        let program = match self.memory {
            None => Program::http(&folder).args(args),
            Some(limit) => limited(&folder, limit, args),
        };
        let started = Instant::now();
        let outcome = match self.stdin {
            Some(text) => program.stdin(text).run(),
            None => program.run(),
        };
        let mut faults = Vec::new();
        if started.elapsed() > LIMIT {
            faults.push(format!("took {:?}", started.elapsed()));
        }
        if outcome.status != self.status {
            faults.push(format!("status {} not {}", outcome.status, self.status));
        }
        match &self.shows {
            Shows::Exactly(bytes) if *bytes != outcome.stdout => {
                faults.push(format!("shows not {}", start_of(bytes)));
            }
            Shows::BeginsWith(bytes) if !outcome.stdout.starts_with(bytes) => {
                faults.push(format!("does not begin with {}", start_of(bytes)));
            }
            _ => {}
        }
        faults.extend(faults_of_speech(&outcome, &self.says));
        if let Some(paths) = self.asks {
            let asked: Vec<_> = server.heads().iter().map(|head| path_of(head)).collect();
            if asked != paths {
                faults.push(format!("asked for {asked:?}"));
            }
        }
        for head in server.heads().iter().filter(|_| self.asks_cleanly) {
            let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
            if line.iter().any(|byte| !(0x20..0x7f).contains(byte)) {
                faults.push(format!("sends {}", start_of(line)));
            }
        }
        if !faults.is_empty() {
            let (shown, said) = (start_of(&outcome.stdout), outcome.stderr_text());
            faults.push(format!("it was {}, {shown}, {:?}", outcome.status, said));
        }
        faults
    }
}

/// The program with an upper bound for its memory, kept by the kernel.
fn limited(folder: &TempFolder, mebibytes: u32, args: Vec<String>) -> Program {
    let line = format!("ulimit -v {}; exec \"$0\" \"$@\"", mebibytes * 1024);
    Program::at(Path::new("/bin/sh"), folder)
        .args(["-c", &line, env!("CARGO_BIN_EXE_http")])
        .args(args)
}

fn faults_of_speech(outcome: &Outcome, says: &[&str]) -> Vec<String> {
    let said = outcome.stderr_text();
    let mut faults = Vec::new();
    if says.is_empty() && !said.is_empty() {
        faults.push("says something".to_owned());
    }
    for part in says {
        if !said.contains(part) {
            faults.push(format!("does not say {part:?}"));
        }
    }
    for leak in ["panicked", "a fault in this program", "os error", "Error {"] {
        if said.contains(leak) {
            faults.push(format!("says {leak:?}"));
        }
    }
    if said.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        faults.push("lets control characters through".to_owned());
    }
    faults
}

fn path_of(head: &[u8]) -> String {
    let line = text(head).into_owned();
    line.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn start_of(bytes: &[u8]) -> String {
    let shown = text(&bytes[..bytes.len().min(200)]).into_owned();
    format!("{} bytes: {shown:?}", bytes.len())
}

#[track_caller]
fn run_all(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    let count = cases.len();
    for case in cases {
        let name = case.name;
        let faults = case.faults();
        if !faults.is_empty() {
            wrong.push(format!("- {name}: {}", faults.join("; ")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} answers:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
