//! A file that is to be sent: whether it can be, and how long it is.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::error::{Error, io_reason};

/// Opens a file to be sent.
pub(super) fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| cannot_read(path, &error))
}

/// The length of a regular file in bytes; nothing for what has none, such as a named pipe.
pub(super) fn length(path: &Path) -> Result<Option<u64>, Error> {
    let facts = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    match facts.is_dir() {
        true => Err(Error::new(format!("'{}' is a folder", path.display()))),
        false => Ok(facts.is_file().then_some(facts.len())),
    }
}

/// What to say of a file that the system does not give.
pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Error {
    Error::new(format!(
        "cannot read '{}': {}",
        path.display(),
        io_reason(error)
    ))
}
