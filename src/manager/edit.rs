//! `httpie sessions edit`: a private copy in the user's editor, checked before it takes the place of the session.
//!
//! What was typed is never lost: a copy that cannot be used, or that comes too late, stays where it is, and so does one with
//! an editor that goes on. One in which nothing was typed goes, whatever ends the run: there are secrets in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
#[cfg(unix)]
use std::{io::Read, os::unix::net::UnixStream, thread, time::Duration};

use super::which::Which;
use super::words::visible;
use super::{Answer, Context};
use crate::cli::commands::Call;
use crate::error::{Error, io_reason};
use crate::interruptions::Delayed;
use crate::messages::Messages;
use crate::sessions::{looks_like_session, replace_text, text_of};

pub(super) fn edit(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = Which::of_call(call, context.env)?;
    let path = which.path(context.env)?;
    let Some(before) = text_of(&path)? else {
        return Err(which.missing(context.env));
    };
    // A broken session of the store can be mended; any other file must be a session.
    if which.is_path() && !looks_like_session(&path)? {
        return Err(Error::new(format!(
            "{} is not a session file, so it is not edited.",
            path.display()
        )));
    }
    let failed =
        |error: io::Error| Error::new(format!("cannot make a copy to edit: {}", io_reason(&error)));
    // From before there is a copy until there is none.
    let delayed = Delayed::begin().map_err(failed)?;
    let copy = Copy::of(&before, &path).map_err(failed)?;
    let ended = run_editor(&copy.path, &delayed, context);
    let outcome = take_over(copy, &path, &before, ended, context);
    if let Err(error) = &outcome
        && delayed.has_come()
    {
        // The signal does its work before anybody else could say it.
        context.messages.error(error);
        return Err(Error::interrupted());
    }
    let label = visible(which.label());
    outcome.map(|saved| {
        Answer::text(match saved {
            true => format!("Saved {label}\n"),
            false => format!("{label} was not changed.\n"),
        })
    })
}

/// Makes what the editor left in the copy the session, unless it is what was there `before`; tells which.
fn take_over(
    copy: Copy,
    session: &Path,
    before: &str,
    ended: Ended,
    context: &Context<'_>,
) -> Result<bool, Error> {
    let after = match text_of(&copy.path) {
        Ok(Some(after)) => after,
        Ok(None) => {
            copy.discard(context.messages);
            return Err(Error::new("The copy is gone; nothing was changed."));
        }
        Err(error) => return Err(copy.keep(&format!("{error}."))),
    };
    match (after == before, ended) {
        // Nobody has typed anything.
        (true, Ended::Well) => {
            copy.discard(context.messages);
            Ok(false)
        }
        (true, Ended::Badly(failure)) if copy.is_alone() => {
            copy.discard(context.messages);
            Err(Error::new(failure))
        }
        (true, Ended::Interrupted) if copy.is_alone() => {
            copy.discard(context.messages);
            Err(Error::interrupted())
        }
        (false, Ended::Well) => {
            copy.put_in_place(session, before, &after, context.messages)?;
            Ok(true)
        }
        // An editor that a signal ends saves what was typed beside the copy.
        (_, Ended::Badly(failure)) => Err(copy.keep(&failure)),
        (_, Ended::Interrupted | Ended::AtWork) => {
            Err(copy.keep("A signal came before the editor was done; nothing was changed."))
        }
    }
}

/// How it went with the editor.
enum Ended {
    Well,
    /// With this sentence.
    Badly(String),
    /// A signal came first, and the editor ended too.
    Interrupted,
    /// A signal came first, and somebody may still be typing.
    AtWork,
}

fn run_editor(path: &Path, delayed: &Delayed, context: &Context<'_>) -> Ended {
    let editor = context.env.editor();
    let name = visible(editor.as_encoded_bytes());
    match run(&editor, path, delayed) {
        Ok(Some(_)) if delayed.has_come() => Ended::Interrupted,
        Ok(Some(status)) if status.success() => Ended::Well,
        Ok(Some(_)) => Ended::Badly(format!("The editor '{name}' failed; nothing was changed.")),
        Ok(None) => Ended::AtWork,
        Err(error) => Ended::Badly(format!(
            "The editor '{name}' cannot be run: {}.",
            io_reason(&error)
        )),
    }
}

/// The copy, alone in a folder that nobody else can look into: editors put files of their own beside it.
struct Copy {
    folder: PathBuf,
    path: PathBuf,
}

impl Copy {
    fn of(text: &str, session: &Path) -> io::Result<Copy> {
        let folder = private_folder(&std::env::temp_dir())?;
        let name = session.file_name().unwrap_or(OsStr::new("session.json"));
        let path = folder.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(text.as_bytes())?;
        Ok(Copy { folder, path })
    }

    /// Checks what it holds now, and makes that the session, unless the session is not `before` any more.
    fn put_in_place(
        self,
        session: &Path,
        before: &str,
        after: &str,
        messages: &Messages,
    ) -> Result<(), Error> {
        match looks_like_session(&self.path) {
            Ok(true) => {}
            Ok(false) => return Err(self.keep("There is nothing of a session in it any more.")),
            Err(error) => return Err(self.keep(&format!("{error}."))),
        }
        match replace_text(session, before, after) {
            Ok(true) => {
                self.discard(messages);
                Ok(())
            }
            Ok(false) => Err(self.keep("The session was changed by another process meanwhile.")),
            Err(error) => Err(self.keep(&format!("{error}."))),
        }
    }

    /// Whether the editor has put nothing beside it.
    fn is_alone(&self) -> bool {
        fs::read_dir(&self.folder).is_ok_and(|files| files.count() == 1)
    }

    /// Removes it, with all that the editor has put beside it.
    fn discard(self, messages: &Messages) {
        if let Err(why) = self.remove() {
            messages.warning(&why);
        }
    }

    fn remove(self) -> Result<(), String> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(format!(
                "The copy of the session, with its secrets, cannot be removed: {}. It is in {}",
                io_reason(&error),
                self.folder.display()
            )),
            _ => Ok(()),
        }
    }

    /// The error that tells where the copy is.
    fn keep(self, why: &str) -> Error {
        Error::new(format!(
            "{why} Your edit is kept in {}",
            self.path.display()
        ))
    }
}

/// A new folder for its owner only. `create` fails where there is one already, so nobody can have prepared it.
fn private_folder(parent: &Path) -> io::Result<PathBuf> {
    let mut last = io::Error::other("no name is free");
    for attempt in 0..100 {
        let nanoseconds = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let id = std::process::id();
        let folder = parent.join(format!("httpie-edit-{id}-{nanoseconds}-{attempt}"));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(false);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// How long an editor may take to save what was typed, when a signal has come that may be for it too.
#[cfg(unix)]
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// Runs the editor as git does: its variable may hold arguments too, `code --wait`. Nothing where a signal came first that is
/// not the editor's, and the editor stays.
#[cfg(unix)]
fn run(editor: &OsString, path: &Path, delayed: &Delayed) -> io::Result<Option<ExitStatus>> {
    let (ended, ends) = UnixStream::pair()?;
    let mut script = editor.clone();
    script.push(" \"$@\"");
    let mut command = Command::new("sh");
    let mut child = command
        .arg("-c")
        .arg(script)
        .arg(editor)
        .arg(path)
        .spawn()?;
    let waiting = thread::spawn(move || {
        let status = child.wait();
        drop(ends);
        status
    });
    while !delayed.wait_for(&ended)? {
        delayed.forget_keyboard();
        if delayed.has_come() {
            ended.set_read_timeout(Some(LAST_MOMENT))?;
            if !matches!((&ended).read(&mut [0]), Ok(0)) {
                return Ok(None);
            }
            break;
        }
    }
    delayed.forget_keyboard();
    let status = waiting.join();
    status
        .unwrap_or_else(|_| Err(io::Error::other("nobody can wait for it")))
        .map(Some)
}

#[cfg(not(unix))]
fn run(editor: &OsString, path: &Path, _: &Delayed) -> io::Result<Option<ExitStatus>> {
    let editor = editor.to_string_lossy();
    let mut words = editor.split_whitespace();
    Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg(path)
        .status()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_cannot_be_removed_is_told() {
        let folder = private_folder(&std::env::temp_dir()).unwrap();
        let copy = |folder: PathBuf| Copy {
            path: folder.join("session.json"),
            folder,
        };
        let blocked = folder.join("file");
        fs::write(&blocked, "no folder").unwrap();
        let why = copy(blocked.clone()).remove().unwrap_err();
        assert!(why.contains("cannot be removed"), "{why}");
        assert!(why.ends_with(blocked.to_str().unwrap()), "{why}");
        assert_eq!(copy(folder.clone()).remove(), Ok(()));
        assert_eq!(copy(folder).remove(), Ok(()), "it is gone already");
    }
}
