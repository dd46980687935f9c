//! Runs the real `http`, `https` and `httpie` the way a user would, in an environment in which nothing of the
//! machine's user can be seen: home, configuration and present folder lie in the test's own folder.
//!
//! `HTTPIE_TEST_BIN_DIR` names a folder with other programs to test in their place; with the folder of an installed
//! HTTPie the tests can be held against the reference.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use super::PATIENCE;
use super::folder::TempFolder;
use super::message::{Message, text};

pub(super) enum Input {
    /// Nobody is at the other end: `/dev/null`.
    Null,
    Bytes(Vec<u8>),
    File(PathBuf),
    /// A pipe that stays open and says nothing.
    HeldOpen,
}

/// A command line that can be run.
pub(crate) struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    current_dir: PathBuf,
    pub(super) input: Input,
    /// Whether it has the terminal that the test has, if any.
    has_terminal: bool,
}

impl Program {
    pub(crate) fn http(folder: &TempFolder) -> Program {
        Program::at(&tested("http", option_env!("CARGO_BIN_EXE_http")), folder)
    }

    pub(crate) fn https(folder: &TempFolder) -> Program {
        Program::at(&tested("https", option_env!("CARGO_BIN_EXE_https")), folder)
    }

    pub(crate) fn httpie(folder: &TempFolder) -> Program {
        Program::at(
            &tested("httpie", option_env!("CARGO_BIN_EXE_httpie")),
            folder,
        )
    }

    /// The program in this file, with `home`, `config` and `work` in this folder as its surroundings.
    pub(crate) fn at(path: &Path, folder: &TempFolder) -> Program {
        let (home, work) = (folder.join("home"), folder.join("work"));
        for needed in [&home, &work] {
            std::fs::create_dir_all(needed).expect("a folder in the test's own folder");
        }
        let program = Program {
            path: path.to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            current_dir: work,
            input: Input::Null,
            has_terminal: true,
        };
        program
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("HTTPIE_CONFIG_DIR", folder.join("config"))
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm")
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Program {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Program {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Program {
        self.env.push((name.into(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn current_dir(self, path: impl Into<PathBuf>) -> Program {
        Program {
            current_dir: path.into(),
            ..self
        }
    }

    /// What it reads; without this there is nothing to read.
    pub(crate) fn stdin(self, bytes: impl Into<Vec<u8>>) -> Program {
        Program {
            input: Input::Bytes(bytes.into()),
            ..self
        }
    }

    pub(crate) fn stdin_file(self, path: impl Into<PathBuf>) -> Program {
        Program {
            input: Input::File(path.into()),
            ..self
        }
    }

    pub(crate) fn stdin_held_open(self) -> Program {
        Program {
            input: Input::HeldOpen,
            ..self
        }
    }

    /// As a job of CI runs it: there is no terminal to ask at, whatever the test has.
    #[cfg(target_os = "linux")]
    pub(crate) fn without_terminal(self) -> Program {
        Program {
            has_terminal: false,
            ..self
        }
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Outcome {
        self.spawn().finish()
    }

    /// Runs it and insists on success.
    pub(crate) fn run_well(self) -> Outcome {
        let line = self.line();
        let outcome = self.run();
        assert_eq!(outcome.status, 0, "{line}: {}", outcome.stderr_text());
        outcome
    }

    /// Starts it with pipes for its outputs.
    pub(crate) fn spawn(self) -> Running {
        self.spawn_into(Stdio::piped())
    }

    /// Runs it with an output whose reader has gone away already.
    pub(crate) fn run_without_reader(self) -> Outcome {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        self.spawn_into(writer.into()).finish()
    }

    /// Starts it with an output of the test's own.
    pub(crate) fn spawn_into(mut self, stdout: Stdio) -> Running {
        self.match_reference();
        let mut command = self.command();
        let bytes = match &mut self.input {
            Input::Null => {
                command.stdin(Stdio::null());
                None
            }
            Input::File(path) => {
                command.stdin(File::open(path).expect("the test's own input file"));
                None
            }
            Input::HeldOpen => {
                command.stdin(Stdio::piped());
                None
            }
            Input::Bytes(bytes) => {
                command.stdin(Stdio::piped());
                Some(std::mem::take(bytes))
            }
        };
        command.stdout(stdout).stderr(Stdio::piped());
        let mut running = Running::start(command);
        if let Some(bytes) = bytes {
            let mut stdin = running.take_stdin();
            // A program that does not read its input is no fault of the test's.
            std::thread::spawn(move || stdin.write_all(&bytes));
        }
        running
    }

    /// HTTPie takes an empty input for a body; we do not, and the tests are written for us.
    fn match_reference(&mut self) {
        let manager = self.path.file_name() == Some(OsStr::new("httpie"));
        if reference().is_some() && !manager && matches!(self.input, Input::Null) {
            self.args.insert(0, "--ignore-stdin".into());
        }
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .env_clear()
            .current_dir(&self.current_dir);
        for (name, value) in &self.env {
            command.env(name, value);
        }
        #[cfg(target_os = "linux")]
        if !self.has_terminal {
            super::terminal::take_away(&mut command);
        }
        command
    }

    fn line(&self) -> String {
        let words = self
            .args
            .iter()
            .map(|arg| arg.to_string_lossy().into_owned());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Whether other programs than ours are tested.
pub(crate) fn is_reference() -> bool {
    reference().is_some()
}

/// The folder of the programs to test, where they are not ours.
fn reference() -> Option<PathBuf> {
    std::env::var_os("HTTPIE_TEST_BIN_DIR").map(PathBuf::from)
}

fn tested(name: &str, built: Option<&str>) -> PathBuf {
    match (reference(), built) {
        (Some(folder), _) => folder.join(name),
        (None, Some(built)) => PathBuf::from(built),
        (None, None) => panic!("cargo gives the paths of the programs to tests only"),
    }
}

/// A program at work. It is killed when the test's patience ends, or when the test does.
pub(crate) struct Running {
    pub(super) child: Child,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    watchdog: Watchdog,
}

impl Running {
    fn start(mut command: Command) -> Running {
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
        Running {
            watchdog: Watchdog::over(&child),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
        }
    }

    /// The reading end of its output; dropping it is what `| head` does.
    pub(crate) fn take_stdout(&mut self) -> ChildStdout {
        self.stdout.take().expect("the output was not taken before")
    }

    pub(crate) fn take_stderr(&mut self) -> ChildStderr {
        self.stderr
            .take()
            .expect("the errors were not taken before")
    }

    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.child
            .stdin
            .take()
            .expect("the input is a pipe that is held open")
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The most memory that it has held so far, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("a running process has a status");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        kibibytes.expect("Linux tells the peak in KiB") * 1024
    }

    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT);
    }

    #[cfg(unix)]
    pub(crate) fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        let id = id.expect("the kernel's process numbers are positive");
        // Nobody has waited for the child yet, so its number is still its own.
        rustix::process::kill_process(id, signal).expect("it runs or waits to be waited for");
    }

    /// Reads what is left of its outputs and waits for its end.
    pub(crate) fn finish(mut self) -> Outcome {
        let errors = self.stderr.take().map(read_in_background);
        let mut stdout = Vec::new();
        if let Some(mut pipe) = self.stdout.take() {
            pipe.read_to_end(&mut stdout).expect("a pipe can be read");
        }
        let stderr = errors.map(|reader| reader.join().expect("reading ends"));
        // Its input is held open until its outputs are closed.
        let status = self.child.wait().expect("a child can be waited for");
        let hung = self.watchdog.bit();
        let stderr = stderr.unwrap_or_default();
        assert!(!hung, "it did not end: {}{}", text(&stdout), text(&stderr));
        Outcome {
            status: number(status),
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kills a child that outlasts the test's patience.
pub(super) struct Watchdog {
    called_off: Option<Sender<()>>,
    thread: Option<JoinHandle<bool>>,
}

impl Watchdog {
    pub(super) fn over(child: &Child) -> Watchdog {
        let id = child.id();
        let (called_off, wait) = channel();
        let thread = std::thread::spawn(move || {
            let timed_out =
                wait.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout);
            if timed_out {
                kill(id);
            }
            timed_out
        });
        Watchdog {
            called_off: Some(called_off),
            thread: Some(thread),
        }
    }

    /// Ends the watch; true if the child had to be killed.
    pub(super) fn bit(&mut self) -> bool {
        self.called_off = None;
        let thread = self.thread.take();
        thread.is_some_and(|thread| thread.join().unwrap_or(false))
    }
}

#[cfg(unix)]
fn kill(id: u32) {
    let id = i32::try_from(id)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(id: u32) {
    let id = id.to_string();
    let _ = Command::new("taskkill")
        .args(["/F", "/PID", id.as_str()])
        .status();
}

fn read_in_background(mut pipe: ChildStderr) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// The exit status; for a process ended by a signal, its number made negative.
pub(super) fn number(status: std::process::ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return -signal;
        }
    }
    status.code().unwrap_or(-1)
}

/// How a run ended and what it printed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Outcome {
    pub(crate) fn stdout_text(&self) -> String {
        text(&self.stdout).into_owned()
    }

    pub(crate) fn stderr_text(&self) -> String {
        text(&self.stderr).into_owned()
    }

    /// The printed message, where it is one.
    pub(crate) fn message(&self) -> Message {
        Message::parse(&self.stdout)
    }

    /// Insists on this being said on stderr.
    #[track_caller]
    pub(crate) fn assert_says(&self, part: &str) {
        let said = self.stderr_text();
        assert!(said.contains(part), "{part:?} is not said: {said}");
    }

    /// Insists on a failure of our own that names these things, and on nothing having been printed to the output.
    #[track_caller]
    pub(crate) fn assert_error(&self, naming: &[&str]) {
        let said = self.stderr_text();
        assert_eq!(self.status, 1, "{said}");
        assert!(
            said.to_lowercase().contains("error"),
            "no error was shown: {said:?}"
        );
        for part in naming {
            assert!(said.contains(part), "{part:?} is not named: {said}");
        }
        for leak in ["panicked", "RUST_BACKTRACE", "os error", "Traceback"] {
            assert!(!said.contains(leak), "{leak:?} is not for users: {said}");
        }
        assert_eq!(self.stdout_text(), "", "nothing belongs on the output");
    }
}
