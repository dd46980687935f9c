//! The first line that a command prints: `cmd:COMMAND`, as git runs credential helpers.
//!
//! Plain words are run as they are; what has a character of the shell's goes through `sh -c`. The command reads nothing,
//! its errors are the user's to see, and it has a limit of time and one of output, at which it is killed. So it is by a
//! signal that ends the run.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::reference::MAX_LENGTH;
use crate::error::io_reason;
use crate::interruptions::Delayed;

/// How much a command may print: a secret, its line end, and as much again of other lines.
const MAX_OUTPUT: u64 = 2 * MAX_LENGTH;

/// How often it is asked whether a command has ended whose output is still open.
const PERIOD: Duration = Duration::from_millis(20);

/// How long the output of a command that has ended may stay open: what it left in the background may hold it for ever.
const AFTERMATH: Duration = Duration::from_millis(500);

/// Runs a command and gives its first line, with its end.
///
/// # Errors
/// It cannot be run, it fails, prints too much or takes longer than `limit`; the sentence has nothing of its output.
pub(super) fn first_line(line: &str, limit: Duration) -> Result<Vec<u8>, String> {
    let mut command = command(line);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let is_alone = leads_a_group(&mut command);
    // Where signals cannot be made to wait, they end the run alone.
    let delayed = Delayed::begin().ok();
    let spawned = command.spawn();
    let child =
        spawned.map_err(|error| format!("the command cannot be run: {}", io_reason(&error)))?;
    let mut running = Running {
        child,
        is_alone,
        ends_at: Instant::now() + limit,
        delayed,
    };
    let (output, ended) = running.output();
    if output.len() as u64 > MAX_OUTPUT {
        running.kill();
        return Err(format!(
            "the command prints more than {} KiB and was stopped",
            MAX_OUTPUT / 1024
        ));
    }
    let status = match ended {
        Some(status) => Some(status),
        None => running.wait(),
    };
    if running.is_interrupted() {
        running.kill();
        return Err("a signal came before the command had ended".to_owned());
    }
    match status {
        Some(status) if status.success() => {
            let end = output.iter().position(|byte| *byte == b'\n');
            Ok(output[..end.map_or(output.len(), |end| end + 1)].to_vec())
        }
        Some(status) => Err(failure(status)),
        None => Err(format!(
            "the command took longer than {} seconds and was stopped",
            limit.as_secs()
        )),
    }
}

/// The command of a line: its words, or a shell where words alone will not do.
fn command(line: &str) -> Command {
    let mut words = line.split_ascii_whitespace();
    match words.next().filter(|_| is_plain(line)) {
        Some(first) => {
            let mut command = Command::new(first);
            command.args(words);
            command
        }
        None => shell(line),
    }
}

#[cfg(not(windows))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(line);
    command
}

#[cfg(windows)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(line);
    command
}

/// Whether a shell would do nothing else than to cut the line at its blanks (POSIX, "Shell Command Language", 2.2).
fn is_plain(line: &str) -> bool {
    const SPECIAL: &str = "|&;<>()$`\\\"'*?[]{}!";
    let mut words = line.split_ascii_whitespace();
    let assigns = words.next().is_some_and(|first| first.contains('='));
    let is_special = |word: &str| {
        word.starts_with(['~', '#'])
            || word.contains("=~")
            || word.contains(|c| SPECIAL.contains(c))
    };
    !assigns && !line.split_ascii_whitespace().any(is_special)
}

/// Puts the command into a process group of its own, which can be killed as a whole. Not where there is a terminal: a
/// group in the background could ask nobody for a passphrase there, and Ctrl-C would pass it by.
#[cfg(unix)]
fn leads_a_group(command: &mut Command) -> bool {
    use std::os::unix::process::CommandExt;
    let has_terminal = std::fs::File::open("/dev/tty").is_ok();
    if !has_terminal {
        command.process_group(0);
    }
    !has_terminal
}

#[cfg(not(unix))]
fn leads_a_group(_: &mut Command) -> bool {
    false
}

/// Kills a command that leads a process group, and all in it.
#[cfg(unix)]
fn kill_group(leader: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(leader.id()).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

/// A command at work. It does not outlive its time.
struct Running {
    child: Child,
    /// Whether it leads a process group of its own.
    is_alone: bool,
    ends_at: Instant,
    /// The signals that wait until it is gone.
    delayed: Option<Delayed>,
}

impl Running {
    /// The beginning of what it prints, and how it ended if that is known already.
    fn output(&mut self) -> (Vec<u8>, Option<ExitStatus>) {
        let Some(pipe) = self.child.stdout.take() else {
            return (Vec::new(), None);
        };
        let pieces = pieces_of(pipe);
        let mut output = Vec::new();
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            match pieces.recv_timeout(PERIOD) {
                Ok(piece) => output.extend(piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if let (None, Ok(Some(status))) = (&ended, self.child.try_wait()) {
                        ended = Some((status, Instant::now()));
                    }
                }
            }
            let is_over = ended.is_some_and(|(_, at)| at.elapsed() > AFTERMATH);
            let is_too_much = output.len() as u64 > MAX_OUTPUT;
            let is_late = Instant::now() >= self.ends_at || self.is_interrupted();
            if is_over || is_too_much || is_late {
                break;
            }
        }
        (output, ended.map(|(status, _)| status))
    }

    /// Waits for its end; `None` if it had to be killed.
    fn wait(&mut self) -> Option<ExitStatus> {
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= self.ends_at || self.is_interrupted() {
                self.kill();
                return None;
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn is_interrupted(&self) -> bool {
        self.delayed.as_ref().is_some_and(Delayed::has_come)
    }

    fn kill(&mut self) {
        if self.is_alone {
            kill_group(&self.child);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a pipe brings, read in the background, so that waiting for it can end.
fn pieces_of(mut pipe: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(4);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = pipe.read(&mut buffer) {
            if sender.send(buffer[..length].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

fn failure(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("the command was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("the command failed with exit status {code}"),
        None => "the command failed".to_owned(),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    fn run(line: &str) -> Result<String, String> {
        first_line(line, PATIENCE).map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn a_shell_is_asked_only_where_the_words_need_one() {
        for line in [
            "pass show a/b",
            "op read op://x/y",
            "get --key=value -n 5 a:b@c",
        ] {
            assert!(is_plain(line), "{line}");
        }
        for line in [
            "a | b",
            "A=b c",
            "echo \"a\"",
            "cat ~/x",
            "echo $X",
            "ls *",
            "a; b",
            "a #b",
        ] {
            assert!(!is_plain(line), "{line}");
        }
    }

    #[test]
    fn the_first_line_is_given() {
        assert_eq!(run("echo one").as_deref(), Ok("one\n"));
        assert_eq!(run("printf 'one\\ntwo'").as_deref(), Ok("one\n"));
        assert_eq!(run("printf one").as_deref(), Ok("one"));
        assert_eq!(run("true").as_deref(), Ok(""));
        assert_eq!(run("cat").as_deref(), Ok(""), "it has nothing to read");
        assert_eq!(run("seq 1 20000").as_deref(), Ok("1\n"));
    }

    #[test]
    fn a_failure_tells_how_the_command_ended() {
        for (line, part) in [
            ("exit 7; echo", "exit status 7"),
            ("echo s3cret; false", "exit status 1"),
            ("kill -9 $$", "signal 9"),
            ("/nonexistent/command", "cannot be run: No such file"),
        ] {
            let error = run(line).unwrap_err();
            assert!(error.contains(part) && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn a_command_that_prints_without_end_is_stopped_at_once() {
        for line in ["yes s3cret", "yes s3cret | cat", "cat /dev/zero"] {
            let begun = Instant::now();
            let error = run(line).unwrap_err();
            assert!(error.contains("more than 128 KiB"), "{error}");
            assert!(begun.elapsed() < PATIENCE / 2, "{line}");
        }
    }

    #[test]
    fn a_command_that_never_ends_is_stopped() {
        for line in ["sleep 20", "echo s3cret; sleep 20", "sleep 20 | cat"] {
            let begun = Instant::now();
            let error = first_line(line, Duration::from_millis(300)).unwrap_err();
            assert!(error.contains("was stopped"), "{error}");
            assert!(begun.elapsed() < PATIENCE, "{line}");
        }
    }

    #[test]
    fn what_a_command_leaves_in_the_background_is_not_waited_for() {
        use rustix::process::{Pid, Signal, kill_process};
        let begun = Instant::now();
        let left = run("sleep 1000 & echo $!").unwrap();
        assert!(begun.elapsed() < PATIENCE);
        let left = Pid::from_raw(left.trim().parse().unwrap()).unwrap();
        kill_process(left, Signal::KILL).unwrap();
    }
}
