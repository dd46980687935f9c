//! Who may read and write a session file that takes the place of another: whom its owner let in, and nobody else.
//!
//! A mode that lets everybody in is nobody's choice but that of a umask, so such a file becomes its owner's alone, or its
//! group's where that may write. A group that was let in stays so while the file stays that group's. An access list (POSIX
//! 1003.1e) comes along or takes the group's rights with it: its mask stands where the mode has the group's bits, and without
//! the list they would be the group's.

use std::fs::{File, Metadata};
use std::io;

/// Gives the new file to whom the old one belonged, and lets those use it who could use the old one on purpose.
///
/// # Errors
///
/// The owner of the old file could not use the new one any more, or the system refuses.
#[cfg(unix)]
pub(super) fn keep(old: &File, new: &File) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let (old_facts, new_facts) = (old.metadata()?, new.metadata()?);
    let (uid, gid) = (old_facts.uid(), old_facts.gid());
    let is_same = |facts: &Metadata| (facts.uid(), facts.gid()) == (uid, gid);
    // Who may not give files away keeps the group, if that lets the owner in.
    let is_kept = is_same(&new_facts) || fchown(new, Some(uid), Some(gid)).is_ok();
    let group_is_kept = is_kept || new_facts.gid() == gid || fchown(new, None, Some(gid)).is_ok();
    let mode = mode_kept(old_facts.mode(), group_is_kept, &AccessList::of(old), new);
    if !is_kept && new_facts.uid() != uid && mode & 0o060 != 0o060 {
        return Err(io::Error::other(
            "it belongs to another user, who could not use it any more",
        ));
    }
    new.set_permissions(Permissions::from_mode(mode))
}

/// Elsewhere a new file has the access list of its folder.
#[cfg(not(unix))]
pub(super) fn keep(_: &File, _: &File) -> io::Result<()> {
    Ok(())
}

/// The mode of the new file, which gets the list.
#[cfg(unix)]
fn mode_kept(old_mode: u32, group_is_kept: bool, list: &AccessList, new: &File) -> u32 {
    const OWNER: u32 = 0o700;
    const GROUP: u32 = 0o070;
    const OTHERS: u32 = 0o007;
    // Where the group may write and others may not, that is more than a umask's default.
    let is_shared_on_purpose =
        group_is_kept && (old_mode & OTHERS == 0 || old_mode & 0o022 == 0o020);
    let is_kept = is_shared_on_purpose && list.give_to(new);
    old_mode & if is_kept { OWNER | GROUP } else { OWNER }
}

/// The access list of a file.
#[cfg(unix)]
enum AccessList {
    None,
    /// As the system gives it.
    #[cfg(target_os = "linux")]
    Known(Vec<u8>),
    /// There may be one.
    #[cfg(target_os = "linux")]
    Unknown,
}

#[cfg(target_os = "linux")]
impl AccessList {
    const NAME: &str = "system.posix_acl_access";
    /// So many bytes hold some five hundred entries.
    const LARGEST: usize = 4096;

    fn of(file: &File) -> AccessList {
        use rustix::io::Errno;
        let mut list = [0; AccessList::LARGEST];
        match rustix::fs::fgetxattr(file, AccessList::NAME, &mut list[..]) {
            Ok(length) => AccessList::Known(list[..length].to_vec()),
            Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS) => AccessList::None,
            Err(_) => AccessList::Unknown,
        }
    }

    /// Tells whether the file has the same list now.
    fn give_to(&self, file: &File) -> bool {
        use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
        use rustix::io::Errno;
        match self {
            // A new file has what its folder gives to new files.
            AccessList::None => matches!(
                fremovexattr(file, AccessList::NAME),
                Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP | Errno::NOSYS)
            ),
            AccessList::Known(list) => {
                fsetxattr(file, AccessList::NAME, list, XattrFlags::empty()).is_ok()
            }
            AccessList::Unknown => false,
        }
    }
}

/// Elsewhere lists are not part of the mode.
#[cfg(all(unix, not(target_os = "linux")))]
impl AccessList {
    fn of(_: &File) -> AccessList {
        AccessList::None
    }

    fn give_to(&self, _: &File) -> bool {
        true
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::sessions::session::tests::Folder;
    use std::fs::{self, OpenOptions, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        let facts = fs::metadata(path).expect("the test's own file");
        facts.permissions().mode() & 0o777
    }

    #[test]
    fn a_group_stays_let_in_where_it_was_on_purpose_and_others_do_not() {
        let folder = Folder::new();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        for (before, after) in [
            (0o600, 0o600),
            (0o640, 0o640),
            (0o660, 0o660),
            (0o644, 0o600),
            (0o664, 0o660),
            (0o666, 0o600),
            (0o602, 0o600),
        ] {
            fs::write(&new, "").unwrap();
            fs::write(&old, "").unwrap();
            fs::set_permissions(&old, Permissions::from_mode(before)).unwrap();
            fs::set_permissions(&new, Permissions::from_mode(0o600)).unwrap();
            keep(&File::open(&old).unwrap(), &File::open(&new).unwrap()).unwrap();
            assert_eq!(mode(&new), after, "{before:o}");
            // What was another group's right is not this one's.
            let new = File::open(&new).unwrap();
            let for_other_group = mode_kept(before, false, &AccessList::None, &new);
            assert_eq!(for_other_group, 0o600, "{before:o}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_access_list_comes_along_or_takes_the_rights_of_the_group_with_it() {
        use rustix::fs::{XattrFlags, fsetxattr};
        let folder = Folder::new();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        // Version 2; then the kind of entry, its rights, and whose it is.
        let entries: [(u16, u16, u32); 5] = [
            (0x01, 6, u32::MAX),
            (0x02, 4, 4321),
            (0x04, 0, u32::MAX),
            (0x10, 4, u32::MAX),
            (0x20, 0, u32::MAX),
        ];
        let mut list = 2_u32.to_le_bytes().to_vec();
        for (kind, rights, who) in entries {
            list.extend(kind.to_le_bytes());
            list.extend(rights.to_le_bytes());
            list.extend(who.to_le_bytes());
        }
        fs::write(&old, "").unwrap();
        fs::write(&new, "").unwrap();
        let old_file = OpenOptions::new().write(true).open(&old).unwrap();
        let new_file = OpenOptions::new().write(true).open(&new).unwrap();
        if fsetxattr(&old_file, AccessList::NAME, &list, XattrFlags::empty()).is_err() {
            // A file system without lists cannot lose one.
            return;
        }
        assert_eq!(mode(&old), 0o640);
        keep(&old_file, &new_file).unwrap();
        let kept = AccessList::of(&new_file);
        assert!(matches!(kept, AccessList::Known(kept) if kept == list));
        let without = mode_kept(0o640, true, &AccessList::Unknown, &new_file);
        assert_eq!(without, 0o600);
        // The list that a folder gives to new files is not the old file's.
        fs::set_permissions(&new, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(mode_kept(0o640, true, &AccessList::None, &new_file), 0o640);
        assert!(matches!(AccessList::of(&new_file), AccessList::None));
        // A list under which everybody may read goes with that right.
        fs::remove_file(&new).unwrap();
        fs::write(&new, "").unwrap();
        let new_file = OpenOptions::new().write(true).open(&new).unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o644)).unwrap();
        keep(&old_file, &new_file).unwrap();
        assert_eq!(mode(&new), 0o600);
        assert!(matches!(AccessList::of(&new_file), AccessList::None));
    }
}
