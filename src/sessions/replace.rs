//! Changing a session file while others do the same: lock, read again, change, replace as a whole.
//!
//! The lock is the temporary file itself, one fixed name beside the target. Who holds it reads the target, writes
//! the temporary file, and renames it over the target; so a reader sees the old file or the new one, a killed
//! process leaves at most a temporary file for the next save to take up, and no lock file stays behind. Knows paths
//! and text, not sessions.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::access;
use super::error::{Access, SessionError};
use super::store::{MAX_SIZE, TEMPORARY_SUFFIX, read_text};
use crate::error::io_reason;

/// How long a save waits for other processes.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(30);
/// As many as Linux follows.
const MAX_LINKS: usize = 40;

/// Gives the present text of the file at `path` to `change`, under the lock, and replaces the file by what that
/// answers.
///
/// Nothing is written if it answers nothing. On any error the file is as it was.
pub(super) fn update(
    path: &Path,
    wait: Duration,
    change: impl FnOnce(Option<&str>) -> Result<Option<String>, SessionError>,
) -> Result<(), SessionError> {
    let fail = |error| SessionError::io(path, Access::Write, error);
    let target = resolve_links(path).map_err(fail)?;
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    create_folder(folder).map_err(|error| SessionError::io(folder, Access::Write, error))?;
    let lock = Lock::acquire(path, &target, wait, Access::Write)?;
    let old = read_text(&target)?;
    let Some(text) = change(old.as_deref())? else {
        return Ok(());
    };
    if text.len() as u64 > MAX_SIZE {
        return Err(SessionError::TooLarge {
            path: path.to_owned(),
            access: Access::Write,
        });
    }
    lock.replace(&target, text.as_bytes()).map_err(fail)?;
    // The rename is what counts; that it survives a power cut is more than some file systems offer.
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// Removes the file at `path` under the lock, and the link to it if it is one; tells whether there was one.
pub(super) fn remove(path: &Path, wait: Duration) -> Result<bool, SessionError> {
    let fail = |error| SessionError::io(path, Access::Delete, error);
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(fail(error)),
    };
    let target = resolve_links(path).map_err(fail)?;
    if target.is_dir() {
        let path = path.to_owned();
        let found = "a folder";
        return Err(SessionError::NotAFile { path, found });
    }
    if target
        .parent()
        .is_some_and(|folder| folder.as_os_str().is_empty() || folder.is_dir())
    {
        let _lock = Lock::acquire(path, &target, wait, Access::Delete)?;
        match fs::remove_file(&target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
            Err(_) if !found.is_symlink() => return Ok(false),
            _ => {}
        }
    }
    if found.is_symlink() {
        fs::remove_file(path).map_err(fail)?;
    }
    Ok(true)
}

/// Follows symbolic links in the last component, also where the last of them leads nowhere yet.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_symlink() => {
                let link = fs::read_link(&target)?;
                target = target.parent().unwrap_or(Path::new("")).join(link);
            }
            Ok(_) => return Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are too many symbolic links"))
}

/// New folders are for their owner only; those that are there stay as they are.
fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The temporary file, locked. Dropped, it is removed, unless it has become the target.
struct Lock {
    file: File,
    path: PathBuf,
    is_replaced: bool,
}

impl Lock {
    fn acquire(
        path: &Path,
        target: &Path,
        wait: Duration,
        access: Access,
    ) -> Result<Lock, SessionError> {
        let fail = |error| SessionError::io(path, access, error);
        let temporary = temporary_path(target)?;
        let deadline = Instant::now() + wait;
        let mut pause = Pause::new();
        while Instant::now() < deadline {
            let (file, is_fresh) = match open_temporary(&temporary).map_err(fail)? {
                Opened::Fresh(file) => (file, true),
                Opened::Found(file) => (file, false),
                Opened::Gone => continue,
            };
            while Instant::now() < deadline {
                match file.try_lock() {
                    // The holder before us has renamed or removed it meanwhile: then this is not the lock any more.
                    Ok(()) if !is_still_at(&file, &temporary).map_err(fail)? => break,
                    Ok(()) if is_fresh => {
                        return Ok(Lock {
                            file,
                            path: temporary,
                            is_replaced: false,
                        });
                    }
                    // Nobody holds it, so a killed process left it, or somebody put it there. What is written must be
                    // in a file of our own making: who opened this one before us could read along.
                    Ok(()) => {
                        remove_leftover(&temporary).map_err(fail)?;
                        break;
                    }
                    Err(TryLockError::WouldBlock) => pause.sleep(),
                    Err(TryLockError::Error(error)) => return Err(fail(error)),
                }
            }
        }
        Err(SessionError::LockedTooLong {
            path: path.to_owned(),
            seconds: wait.as_secs(),
        })
    }

    /// Writes `text` and renames the file over the target.
    fn replace(mut self, target: &Path, text: &[u8]) -> io::Result<()> {
        let old = match OpenOptions::new().write(true).open(target) {
            // A file that may not be written must not be replaced either.
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text)?;
        if let Some(old) = old {
            access::keep(&old, &self.file)?;
        }
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        self.is_replaced = true;
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Still locked: nobody else can have put another file there.
        if !self.is_replaced {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn temporary_path(target: &Path) -> Result<PathBuf, SessionError> {
    let bad_name = |reason| SessionError::BadName {
        name: target.display().to_string(),
        reason,
    };
    let Some(file_name) = target.file_name() else {
        return Err(bad_name("it is a folder"));
    };
    // Else the temporary file of `a` would be the session `a.httpie-tmp`.
    if file_name.to_string_lossy().ends_with(TEMPORARY_SUFFIX) {
        return Err(bad_name(
            "a name that ends in .httpie-tmp is kept for the time of a save",
        ));
    }
    let mut temporary = OsString::from(file_name);
    temporary.push(TEMPORARY_SUFFIX);
    Ok(target.with_file_name(temporary))
}

/// What came of opening the temporary file.
enum Opened {
    /// It is new, and for us only.
    Fresh(File),
    /// Another process has made it, and works on it unless it was killed.
    Found(File),
    /// It went away in between.
    Gone,
}

fn open_temporary(path: &Path) -> io::Result<Opened> {
    let mut create = OpenOptions::new();
    create.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut create, 0o600);
    match create.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        opened => return opened.map(Opened::Fresh),
    }
    // Neither a link, which would let somebody else choose what we lock, nor a pipe, which would let us wait.
    let found = match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            let reason = format!("{} is in the way: it is not a regular file", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
        }
        Ok(_) => File::open(path),
        Err(error) => Err(error),
    };
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Opened::Gone),
        Err(error) => Err(in_the_way(path, &error)),
        Ok(file) => Ok(Opened::Found(file)),
    }
}

fn remove_leftover(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(in_the_way(path, &error)),
        _ => Ok(()),
    }
}

fn in_the_way(path: &Path, error: &io::Error) -> io::Error {
    let reason = format!(
        "{} is in the way ({}); remove it",
        path.display(),
        io_reason(error)
    );
    io::Error::other(reason)
}

/// Whether `path` still names the opened file, and is no link to it.
fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(there) => Ok(is_same_file(&file.metadata()?, &there)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere an open file cannot be renamed or removed under its owner's hands.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, other: &Metadata) -> bool {
    other.is_file()
}

/// Pauses that grow from one to some twenty milliseconds, of uneven length so that two who wait do not stay in step.
struct Pause {
    next: Duration,
    noise: u32,
}

impl Pause {
    fn new() -> Pause {
        let nanoseconds = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        Pause {
            next: Duration::from_millis(1),
            noise: nanoseconds ^ std::process::id().rotate_left(16) | 1,
        }
    }

    fn sleep(&mut self) {
        // Marsaglia's xorshift.
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 17;
        self.noise ^= self.noise << 5;
        std::thread::sleep(self.next / 2 + self.next * (self.noise % 64) / 64);
        self.next = (self.next * 3 / 2).min(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::tests::Folder;

    fn put(path: &Path, text: &str) -> Result<(), SessionError> {
        update(path, LOCK_WAIT, |_| Ok(Some(text.to_owned())))
    }

    fn names_in(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_nothing_else_stays() {
        let folder = Folder::new();
        let path = folder.path().join("a/b/s.json");
        put(&path, "one").unwrap();
        put(&path, "2").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "2");
        assert_eq!(names_in(path.parent().unwrap()), ["s.json"]);
        update(&path, LOCK_WAIT, |old| {
            assert_eq!(old, Some("2"));
            Ok(None)
        })
        .unwrap();
        assert_eq!(names_in(path.parent().unwrap()), ["s.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_stays_its_owners() {
        use std::os::unix::fs::{MetadataExt, chown};
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        fs::write(&path, "old").unwrap();
        if chown(&path, Some(65534), Some(65534)).is_err() {
            // Only the superuser can give files away, and only he could take one by saving.
            return;
        }
        put(&path, "new").unwrap();
        let facts = fs::metadata(&path).unwrap();
        assert_eq!((facts.uid(), facts.gid()), (65534, 65534));
    }

    #[cfg(unix)]
    #[test]
    fn new_files_and_folders_are_private_and_old_ones_stay_the_groups_alone() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = Folder::new();
        let path = folder.path().join("new/s.json");
        put(&path, "1").unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        put(&path, "2").unwrap();
        assert_eq!(mode(&path), 0o640);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        put(&path, "3").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn what_was_open_before_the_save_cannot_read_along() {
        use std::io::Read;
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        let planted = folder.path().join("s.json.httpie-tmp");
        fs::write(&planted, "planted").unwrap();
        fs::hard_link(&planted, folder.path().join("other")).unwrap();
        let mut spy = File::open(&planted).unwrap();
        put(&path, "secret").unwrap();
        let mut seen = String::new();
        spy.read_to_string(&mut seen).unwrap();
        assert_eq!(seen, "planted");
        assert_eq!(
            fs::read_to_string(folder.path().join("other")).unwrap(),
            "planted"
        );
    }

    #[test]
    fn what_a_killed_process_left_is_taken_up() {
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        fs::write(
            folder.path().join("s.json.httpie-tmp"),
            "half a much longer file",
        )
        .unwrap();
        put(&path, "1").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "1");
        assert_eq!(names_in(folder.path()), ["s.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_target_of_a_link_is_replaced_and_a_link_in_the_way_is_not_followed() {
        let folder = Folder::new();
        let at = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("real.json", at("link.json")).unwrap();
        put(&at("link.json"), "1").unwrap();
        assert!(fs::symlink_metadata(at("link.json")).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(at("real.json")).unwrap(), "1");
        fs::write(at("precious"), "keep").unwrap();
        std::os::unix::fs::symlink("precious", at("real.json.httpie-tmp")).unwrap();
        let error = put(&at("link.json"), "2").unwrap_err().to_string();
        assert!(error.contains("in the way"), "{error}");
        assert_eq!(fs::read_to_string(at("precious")).unwrap(), "keep");
        assert_eq!(fs::read_to_string(at("real.json")).unwrap(), "1");
    }

    #[test]
    fn a_lock_that_is_held_too_long_is_an_error() {
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        put(&path, "1").unwrap();
        let lock = Lock::acquire(&path, &path, LOCK_WAIT, Access::Write)
            .map_err(|_| ())
            .unwrap();
        let refused = update(&path, Duration::from_millis(50), |_| {
            Ok(Some("2".to_owned()))
        });
        assert!(matches!(refused, Err(SessionError::LockedTooLong { .. })));
        assert!(names_in(folder.path()).contains(&"s.json.httpie-tmp".to_owned()));
        drop(lock);
        put(&path, "3").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "3");
    }

    #[test]
    fn removing_waits_for_the_lock_and_leaves_nothing() {
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        assert!(!remove(&path, LOCK_WAIT).unwrap());
        put(&path, "1").unwrap();
        let lock = Lock::acquire(&path, &path, LOCK_WAIT, Access::Write)
            .map_err(|_| ())
            .unwrap();
        let refused = remove(&path, Duration::from_millis(50));
        assert!(matches!(refused, Err(SessionError::LockedTooLong { .. })));
        assert!(path.exists());
        drop(lock);
        assert!(remove(&path, LOCK_WAIT).unwrap());
        assert!(names_in(folder.path()).is_empty());
        assert!(remove(folder.path(), LOCK_WAIT).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_removed_with_the_file_that_it_leads_to() {
        let folder = Folder::new();
        let at = |name: &str| folder.path().join(name);
        put(&at("real.json"), "1").unwrap();
        for target in ["real.json", "gone.json", "no/such/folder/x.json"] {
            std::os::unix::fs::symlink(target, at("link.json")).unwrap();
            assert!(remove(&at("link.json"), LOCK_WAIT).unwrap());
            assert!(names_in(folder.path()).is_empty(), "{target}");
        }
    }

    #[test]
    fn an_error_leaves_the_file_and_no_litter() {
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        put(&path, "1").unwrap();
        let too_large = "x".repeat(usize::try_from(MAX_SIZE).unwrap() + 1);
        assert!(put(&path, &too_large).is_err());
        assert!(put(&folder.path().join("x.httpie-tmp"), "1").is_err());
        assert!(put(folder.path(), "1").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "1");
        assert_eq!(names_in(folder.path()), ["s.json"]);
    }

    #[test]
    fn writers_in_many_threads_lose_nothing_and_readers_see_whole_files() {
        let folder = Folder::new();
        let path = &folder.path().join("s.json");
        put(path, "").unwrap();
        let done = &std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let text = fs::read_to_string(path).unwrap();
                    assert!(text.is_empty() || text.ends_with(".\n"));
                    std::thread::yield_now();
                }
            });
            let writers: Vec<_> = (0..32)
                .map(|number| {
                    scope.spawn(move || {
                        update(path, LOCK_WAIT, |old| {
                            Ok(Some(format!("{}{number}.\n", old.unwrap_or_default())))
                        })
                    })
                })
                .collect();
            for writer in writers {
                writer.join().unwrap().unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        assert_eq!(fs::read_to_string(path).unwrap().lines().count(), 32);
        assert_eq!(names_in(folder.path()), ["s.json"]);
    }
}
