//! A folder of a test's own, removed when the test ends, also by a panic.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A new folder below the system's temporary folder.
pub(crate) struct TempFolder {
    path: PathBuf,
}

impl TempFolder {
    pub(crate) fn new() -> TempFolder {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.subsec_nanos());
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpie-test-{}-{count}-{nanos}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // `create_dir` fails on a folder that is there already, so two tests can never share one.
        fs::create_dir(&path).expect("the temporary folder can be written to");
        TempFolder { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file, and the folders above it, and gives its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("a folder in the test's own folder");
        }
        fs::write(&path, content).expect("a file in the test's own folder");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.join(name);
        fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
    }

    /// The paths of all files in it, relative and sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.path, &self.path, &mut found);
        found.sort();
        found
    }
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).expect("a folder of the test's own");
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.push(relative.to_string_lossy().into_owned());
        }
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // A test may have taken away its own permissions.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let _ = fs::set_permissions(&self.path, fs::Permissions::from_mode(0o700));
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}
