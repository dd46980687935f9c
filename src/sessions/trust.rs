//! Who can write to a session file. A command in it runs with the rights of whoever uses the session, so a file that
//! others can write to has no say about commands: the rule of ssh for its configuration.

use std::fs::Metadata;

/// Who can write to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writers {
    /// Its user and root alone.
    User,
    /// Others too, for this reason: it is another's, or its mode lets others write.
    Others(&'static str),
}

impl Writers {
    /// `metadata` is that of an opened file: what stands at its path may be another by now.
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Writers {
        use std::os::unix::fs::MetadataExt;

        let is_own = [0, rustix::process::geteuid().as_raw()].contains(&metadata.uid());
        match (is_own, metadata.mode() & 0o022) {
            (false, _) => Writers::Others("the file belongs to another user"),
            (true, 0) => Writers::User,
            (true, _) => {
                Writers::Others("other users can write to the file (chmod go-w takes that away)")
            }
        }
    }

    /// Access lists say who can write, and the folders of a user are closed to others by default.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Metadata) -> Writers {
        Writers::User
    }
}
