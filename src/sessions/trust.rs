//! Who can write to a session file. A command in it runs with the rights of whoever uses the session, so a file that
//! others can write to has no say about commands: the rule of ssh for its configuration.

use std::path::Path;

use super::error::SessionError;

/// Insists on a file that nobody but its user and root can write to.
///
/// # Errors
///
/// It is another's, or its mode lets others write.
#[cfg(unix)]
pub(super) fn insist(path: &Path) -> Result<(), SessionError> {
    use std::os::unix::fs::MetadataExt;

    use super::error::Access;
    let metadata = std::fs::metadata(path);
    let metadata = metadata.map_err(|error| SessionError::io(path, Access::Read, error))?;
    let is_own = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
    let reason = match (is_own, metadata.mode() & 0o022) {
        (false, _) => "the file belongs to another user",
        (true, 0) => return Ok(()),
        (true, _) => "other users can write to the file (chmod go-w takes that away)",
    };
    let path = path.to_owned();
    Err(SessionError::Untrusted { path, reason })
}

/// Access lists say who can write, and the folders of a user are closed to others by default.
#[cfg(not(unix))]
pub(super) fn insist(_: &Path) -> Result<(), SessionError> {
    Ok(())
}
