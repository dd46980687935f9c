//! `httpie sessions edit`: a private copy in the user's editor, checked before it takes the place of the session.
//!
//! What was typed is never lost: a copy that cannot be used, or that comes too late, stays where it is.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::which::Which;
use super::words::visible;
use super::{Answer, Context};
use crate::cli::commands::Call;
use crate::error::{Error, io_reason};
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
    let copy = Copy::of(&before, &path).map_err(|error| {
        Error::new(format!("cannot make a copy to edit: {}", io_reason(&error)))
    })?;
    let failure = run_editor(&copy.path, context);
    let after = match text_of(&copy.path) {
        Ok(Some(after)) => after,
        Ok(None) => return Err(Error::new("The copy is gone; nothing was changed.")),
        Err(error) => return Err(copy.keep(&format!("{error}."))),
    };
    let label = visible(which.label());
    match (after == before, failure) {
        // Nobody has typed anything.
        (true, failure) => {
            copy.discard();
            let unchanged = Answer::text(format!("{label} was not changed.\n"));
            failure.map_or(Ok(unchanged), |failure| Err(Error::new(failure)))
        }
        (false, Some(failure)) => Err(copy.keep(&failure)),
        (false, None) => {
            copy.put_in_place(&path, &before, &after)?;
            Ok(Answer::text(format!("Saved {label}\n")))
        }
    }
}

/// Lets the user edit; the sentence comes back if that failed.
fn run_editor(path: &Path, context: &Context<'_>) -> Option<String> {
    let editor = context.env.editor();
    let ended = {
        // Ctrl-C is the editor's.
        let _ignored = context.interruptions.ignore();
        run(&editor, path)
    };
    let name = visible(editor.as_encoded_bytes());
    match ended {
        Ok(status) if status.success() => None,
        Ok(_) => Some(format!("The editor '{name}' failed; nothing was changed.")),
        Err(error) => Some(format!(
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
    fn put_in_place(self, session: &Path, before: &str, after: &str) -> Result<(), Error> {
        match looks_like_session(&self.path) {
            Ok(true) => {}
            Ok(false) => return Err(self.keep("There is nothing of a session in it any more.")),
            Err(error) => return Err(self.keep(&format!("{error}."))),
        }
        match replace_text(session, before, after) {
            Ok(true) => {
                self.discard();
                Ok(())
            }
            Ok(false) => Err(self.keep("The session was changed by another process meanwhile.")),
            Err(error) => Err(self.keep(&format!("{error}."))),
        }
    }

    fn discard(self) {
        let _ = fs::remove_dir_all(self.folder);
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

/// Runs the editor as git does: its variable may hold arguments too, `code --wait`.
#[cfg(unix)]
fn run(editor: &OsString, path: &Path) -> io::Result<ExitStatus> {
    let mut script = editor.clone();
    script.push(" \"$@\"");
    Command::new("sh")
        .arg("-c")
        .arg(script)
        .arg(editor)
        .arg(path)
        .status()
}

#[cfg(not(unix))]
fn run(editor: &OsString, path: &Path) -> io::Result<ExitStatus> {
    let editor = editor.to_string_lossy();
    let mut words = editor.split_whitespace();
    Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg(path)
        .status()
}
