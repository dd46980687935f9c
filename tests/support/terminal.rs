//! Runs a program on a terminal of its own, through the kernel's pseudo terminals.
//!
//! The one kind of `unsafe` of the package stands here: a program that asks for a password opens `/dev/tty`, which is the
//! controlling terminal of its session, and only the child itself, between fork and exec, can make a session and take
//! a terminal for it, or none. The calls made there are plain system calls, which is what is allowed in that place.

#![allow(unsafe_code, reason = "Command::pre_exec, see above")]

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal};
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, OutputModes, Winsize};

use super::message::{contains, text};
use super::program::{Input, Program, Watchdog, number};

/// How a run on a terminal ended, and all that the terminal showed: output, errors and echoed typing in one.
#[derive(Debug)]
pub(crate) struct TerminalOutcome {
    pub(crate) status: i32,
    pub(crate) screen: Vec<u8>,
}

impl TerminalOutcome {
    pub(crate) fn text(&self) -> String {
        text(&self.screen).into_owned()
    }
}

/// Starts it as the leader of a session without a terminal, as a job of CI is: there is no `/dev/tty`.
pub(super) fn take_away(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe and touches no memory of the parent's.
    unsafe {
        command.pre_exec(|| {
            rustix::process::setsid()?;
            Ok(())
        });
    }
}

impl Program {
    /// Runs it with a terminal for its input (unless one was given), output and errors.
    pub(crate) fn run_in_terminal(self) -> TerminalOutcome {
        self.run_in_terminal_typing(&[])
    }

    /// The same with somebody at the keyboard, who waits for each prompt and then types the answer.
    pub(crate) fn run_in_terminal_typing(self, script: &[(&str, &str)]) -> TerminalOutcome {
        let (mut keyboard, terminal) = open_terminal();
        let (mut child, mut watchdog) = self.start_in(&terminal);
        // The screen ends when the last holder of the terminal is gone; that must be the child.
        drop(terminal);
        let screen = watch(&mut keyboard, script);
        let status = child.wait().expect("a child can be waited for");
        assert!(!watchdog.bit(), "it did not end: {}", text(&screen));
        TerminalOutcome {
            status: number(status),
            screen,
        }
    }

    /// Runs it in a terminal, sends it a signal once this prompt is there, and gives its status and whether the terminal
    /// has the settings of before.
    pub(crate) fn signalled_at_prompt(self, prompt: &str, signal: Signal) -> (i32, bool) {
        let (mut keyboard, terminal) = open_terminal();
        let modes = |terminal: &File| {
            let modes = rustix::termios::tcgetattr(terminal).expect("a terminal");
            (modes.local_modes, modes.input_modes, modes.output_modes)
        };
        let before = modes(&terminal);
        let (mut child, mut watchdog) = self.start_in(&terminal);
        let mut screen = Vec::new();
        let mut buffer = [0; 4096];
        while !contains(&screen, prompt.as_bytes()) {
            let count = keyboard.read(&mut buffer).unwrap_or(0);
            assert!(count > 0, "there was no prompt: {}", text(&screen));
            screen.extend(&buffer[..count]);
        }
        assert_ne!(modes(&terminal), before, "the prompt hides what is typed");
        let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        rustix::process::kill_process(id.expect("a process number"), signal).expect("it runs");
        let status = child.wait().expect("a child can be waited for");
        assert!(!watchdog.bit(), "it did not end: {}", text(&screen));
        (number(status), modes(&terminal) == before)
    }

    /// Starts it as the leader of a session that this terminal controls.
    fn start_in(self, terminal: &File) -> (Child, Watchdog) {
        let mut command = self.command();
        match &self.input {
            Input::Bytes(bytes) => {
                let (reader, mut writer) = std::io::pipe().expect("a pipe");
                let bytes = bytes.clone();
                std::thread::spawn(move || writer.write_all(&bytes));
                command.stdin(reader);
            }
            Input::File(path) => {
                command.stdin(File::open(path).expect("the test's own input file"));
            }
            Input::Null | Input::HeldOpen => {
                command.stdin(copy(terminal));
            }
        }
        command.stdout(copy(terminal)).stderr(copy(terminal));
        let controlling = copy(terminal);
        // SAFETY: setsid and the ioctl are async-signal-safe and touch no memory of the parent's.
        unsafe {
            command.pre_exec(move || {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(&controlling)?;
                Ok(())
            });
        }
        let child = command.spawn().expect("the program can be started");
        let watchdog = Watchdog::over(&child);
        (child, watchdog)
    }
}

/// Both ends of a terminal of 24 lines and 80 columns that passes on line ends as they are.
fn open_terminal() -> (File, File) {
    let keyboard =
        rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("the kernel has pseudo terminals");
    rustix::pty::grantpt(&keyboard).expect("our own terminal");
    rustix::pty::unlockpt(&keyboard).expect("our own terminal");
    let name = rustix::pty::ptsname(&keyboard, Vec::new()).expect("our own terminal");
    let path = PathBuf::from(name.into_string().expect("/dev/pts/N"));
    use std::os::unix::fs::OpenOptionsExt;
    let no_controlling = i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).expect("a small flag");
    let terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(no_controlling)
        .open(path)
        .expect("our own terminal");
    let mut modes = rustix::termios::tcgetattr(&terminal).expect("a terminal");
    modes.output_modes.remove(OutputModes::OPOST);
    rustix::termios::tcsetattr(&terminal, OptionalActions::Now, &modes).expect("a terminal");
    let size = Winsize {
        ws_row: 24,
        ws_col: 80,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(&terminal, size).expect("a terminal");
    (File::from(keyboard), terminal)
}

fn copy(terminal: &File) -> File {
    terminal.try_clone().expect("a descriptor can be copied")
}

/// Reads the screen to its end and types each answer once its prompt is there.
fn watch(keyboard: &mut File, script: &[(&str, &str)]) -> Vec<u8> {
    let mut screen = Vec::new();
    let mut seen = 0;
    let mut script = script.iter().peekable();
    let mut buffer = [0; 4096];
    // Linux ends a terminal whose other side is closed with an error.
    while let Ok(count @ 1..) = keyboard.read(&mut buffer) {
        screen.extend(&buffer[..count]);
        while let Some((_, answer)) =
            script.next_if(|(prompt, _)| contains(&screen[seen..], prompt.as_bytes()))
        {
            seen = screen.len();
            let _ = keyboard.write_all(answer.as_bytes());
        }
    }
    screen
}
