//! The facts about the process that a run depends on: directories, terminals, environment variables, the clock.
//!
//! They are read once, at the door, and handed down; no other module asks the operating system for them.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Directories, terminal facts and the clock.
///
/// ```
/// use httpie::Environment;
/// let env = Environment::new().with_config_dir("/tmp/httpie-example");
/// assert_eq!(env.config_dir(), std::path::Path::new("/tmp/httpie-example"));
/// ```
#[derive(Clone, Debug)]
pub struct Environment {
    home: Option<PathBuf>,
    config_dir: PathBuf,
    /// Whether standard input is a terminal.
    pub stdin_is_terminal: bool,
    /// Whether standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_is_terminal: bool,
    clock: fn() -> SystemTime,
}

impl Environment {
    /// The environment of this process.
    pub fn new() -> Environment {
        let home = home::home_dir();
        let config_dir = find_config_dir(home.as_deref(), |name| std::env::var_os(name));
        Environment {
            home,
            config_dir,
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
            clock: SystemTime::now,
        }
    }

    /// The same environment with another configuration directory.
    pub fn with_config_dir(mut self, config_dir: impl Into<PathBuf>) -> Environment {
        self.config_dir = config_dir.into();
        self
    }

    /// The same environment with another clock, for tests that need a fixed time.
    pub fn with_clock(mut self, clock: fn() -> SystemTime) -> Environment {
        self.clock = clock;
        self
    }

    /// HTTPie's configuration directory. It may not exist.
    pub fn config_dir(&self) -> &Path {
        &self.config_dir
    }

    /// The user's home directory, where there is one.
    pub fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The present time.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The CA bundle that environment variables name: `REQUESTS_CA_BUNDLE`, `CURL_CA_BUNDLE`, `SSL_CERT_FILE`,
    /// `SSL_CERT_DIR`; the first one that is set and not empty.
    pub(crate) fn ca_bundle(&self) -> Option<PathBuf> {
        [
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ]
        .into_iter()
        .find_map(variable)
        .map(PathBuf::from)
    }

    /// The certificates that the environment names in place of the operating system's, as OpenSSL reads it: the file
    /// `SSL_CERT_FILE` and the folders `SSL_CERT_DIR`.
    pub(crate) fn system_certificates(&self) -> Vec<PathBuf> {
        let file = variable("SSL_CERT_FILE").map(PathBuf::from);
        let folders = variable("SSL_CERT_DIR").unwrap_or_default();
        file.into_iter()
            .chain(std::env::split_paths(&folders))
            .filter(|path| !path.as_os_str().is_empty())
            .collect()
    }

    /// The environment variable that names a proxy for this scheme and host, as Python's requests reads them: lower case
    /// before upper case, the scheme's own before `all_proxy`, and none for hosts of `no_proxy`.
    pub(crate) fn proxy_variable(&self, scheme: &str, host: &str, port: u16) -> Option<String> {
        let either = |name: &str| {
            [name.to_owned(), name.to_ascii_uppercase()]
                .into_iter()
                .find(|name| variable(name).is_some())
        };
        let name = either(&format!("{scheme}_proxy")).or_else(|| either("all_proxy"))?;
        let exempt = either("no_proxy").and_then(|name| variable(&name));
        let exempt = exempt.is_some_and(|list| is_exempt(&list.to_string_lossy(), host, port));
        (!exempt).then_some(name)
    }

    /// The netrc files to look into, in order: `NETRC` alone if it is set, else `~/.netrc` and `~/_netrc`.
    pub(crate) fn netrc_files(&self) -> Vec<PathBuf> {
        if let Some(path) = variable("NETRC") {
            return vec![self.expand_tilde(&path.to_string_lossy())];
        }
        let home = self.home.iter();
        home.flat_map(|home| [home.join(".netrc"), home.join("_netrc")])
            .collect()
    }

    /// Whether the user wants no colours unless they are asked for: `NO_COLOR` (no-color.org) or a dumb terminal.
    pub(crate) fn refuses_colors(&self) -> bool {
        variable("NO_COLOR").is_some() || self.terminal_is_dumb()
    }

    /// Whether the terminal can do nothing but go forward.
    pub(crate) fn terminal_is_dumb(&self) -> bool {
        variable("TERM").is_some_and(|term| term == "dumb")
    }

    /// Whether texts on the terminal may hold more than ASCII: the first of these variables that is set decides (POSIX).
    pub(crate) fn speaks_utf8(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(variable);
        let locale = locale.unwrap_or_default();
        let name = locale.to_string_lossy().to_ascii_lowercase();
        name.contains("utf-8") || name.contains("utf8")
    }

    /// The program that shows long texts: `MANPAGER`, `PAGER`, else `less`.
    pub(crate) fn pager(&self) -> OsString {
        ["MANPAGER", "PAGER"]
            .into_iter()
            .find_map(variable)
            .unwrap_or_else(|| "less".into())
    }

    /// The program that edits texts: `VISUAL`, `EDITOR`, else the one that every system has.
    pub(crate) fn editor(&self) -> OsString {
        let usual = if cfg!(windows) { "notepad" } else { "vi" };
        ["VISUAL", "EDITOR"]
            .into_iter()
            .find_map(variable)
            .unwrap_or_else(|| usual.into())
    }

    /// Replaces a leading `~` by the home directory; any other path comes back as it is.
    pub fn expand_tilde(&self, path: &str) -> PathBuf {
        let rest = match path.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => return PathBuf::from(path),
        };
        match &self.home {
            Some(home) => home.join(rest.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }
}

impl Default for Environment {
    fn default() -> Environment {
        Environment::new()
    }
}

/// An environment variable that is set and not empty.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether a `no_proxy` list names this host: `*`, the host, a domain above it, each perhaps with a port.
fn is_exempt(list: &str, host: &str, port: u16) -> bool {
    let with_port = format!("{host}:{port}");
    let mut entries = list
        .split(',')
        .map(|entry| entry.trim().trim_start_matches('.').to_ascii_lowercase());
    entries.any(|entry| {
        let is_below = |name: &str| {
            name.strip_suffix(&entry)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        !entry.is_empty() && (entry == "*" || is_below(host) || is_below(&with_port))
    })
}

/// Where HTTPie 3.2 looks: `HTTPIE_CONFIG_DIR`; `%APPDATA%\httpie` on Windows; `~/.httpie` if it exists;
/// `$XDG_CONFIG_HOME/httpie`; `~/.config/httpie`.
fn find_config_dir(home: Option<&Path>, var: impl Fn(&OsStr) -> Option<OsString>) -> PathBuf {
    let set = |name: &str| {
        var(OsStr::new(name))
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(dir) = set("HTTPIE_CONFIG_DIR") {
        return match (dir.to_str(), home) {
            (Some("~"), Some(home)) => home.to_owned(),
            (Some(text), Some(home)) if text.starts_with("~/") => home.join(&text[2..]),
            _ => dir,
        };
    }
    if cfg!(windows) {
        return set("APPDATA").unwrap_or_default().join("httpie");
    }
    let home = home.unwrap_or(Path::new("/"));
    let legacy = home.join(".httpie");
    if legacy.is_dir() {
        return legacy;
    }
    set("XDG_CONFIG_HOME")
        .unwrap_or_else(|| home.join(".config"))
        .join("httpie")
}

#[cfg(test)]
mod tests {
    use super::is_exempt;

    #[test]
    fn a_list_of_exempt_hosts_names_hosts_and_domains() {
        for (list, host, want) in [
            ("*", "a.org", true),
            ("localhost, a.org", "a.org", true),
            (".a.org", "x.a.org", true),
            ("a.org:8080", "a.org", true),
            ("a.org:81", "a.org", false),
            ("a.org", "aa.org", false),
            ("", "a.org", false),
            (",", "a.org", false),
        ] {
            assert_eq!(is_exempt(list, host, 8080), want, "{list} {host}");
        }
    }
}
