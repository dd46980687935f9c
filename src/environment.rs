//! The facts about the process that a run depends on: directories, terminals, environment variables, the clock.
//!
//! They are read once, at the door, and handed down; no other module asks the operating system for them.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
#[cfg(unix)]
use std::io::Read;
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
        let home = find_home();
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

    /// The environment variable that names the proxy for a scheme, or for `all`, and what it says, as Python reads them:
    /// a lower-case variable decides, also when it is empty. `HTTP_PROXY` does not count in a CGI program, where it is
    /// what the client of the web server put into a `Proxy` header (CVE-2016-1000110).
    pub(crate) fn proxy_variable(&self, scheme: &str) -> Option<(&'static str, String)> {
        let (lower, upper) = match scheme {
            "http" => ("http_proxy", "HTTP_PROXY"),
            "https" => ("https_proxy", "HTTPS_PROXY"),
            _ => ("all_proxy", "ALL_PROXY"),
        };
        let (name, value) = match std::env::var_os(lower) {
            Some(value) => (lower, value),
            None => (upper, variable(upper)?),
        };
        let is_forged = name == "HTTP_PROXY" && std::env::var_os("REQUEST_METHOD").is_some();
        (!value.is_empty() && !is_forged).then(|| (name, value.to_string_lossy().into_owned()))
    }

    /// The hosts that no proxy is asked for: `no_proxy`, or `NO_PROXY` where that is empty.
    pub(crate) fn no_proxy(&self) -> Option<String> {
        let list = variable("no_proxy").or_else(|| variable("NO_PROXY"))?;
        Some(list.to_string_lossy().into_owned())
    }

    /// An environment variable that somebody keeps a secret in; empty ones too.
    pub(crate) fn secret_variable(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }

    /// Whether this is a job of a pipeline, whose output is kept as a log: `CI` is `true` or `1`.
    pub(crate) fn is_pipeline(&self) -> bool {
        variable("CI").is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// Default options for the command line, where there are any.
    pub(crate) fn default_options(&self) -> Option<OsString> {
        variable("HTTPIE_DEFAULT_OPTIONS")
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

    /// Whether the terminal has but its own 8 or 16 colours, by what the terminal database says of those in use.
    /// `COLORTERM` is how a terminal says that it is better than its name.
    pub(crate) fn has_few_colors(&self) -> bool {
        const FEW: [&str; 13] = [
            "ansi", "cygwin", "dumb", "eterm", "gnome", "konsole", "linux", "putty", "rxvt",
            "screen", "tmux", "vte", "xterm",
        ];
        let Some(term) = variable("TERM").filter(|_| variable("COLORTERM").is_none()) else {
            return false;
        };
        let term = term.to_string_lossy();
        let (name, version) = term.split_once('-').unwrap_or((&term, ""));
        let is_vt = name
            .strip_prefix("vt")
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let has_many = ["256color", "direct", "kitty", "ghostty"];
        let is_known = is_vt || FEW.contains(&name);
        is_known && !has_many.iter().any(|word| version.contains(word))
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

/// The home directory: what `HOME` says, else the system's list of users.
///
/// The list is read here: the C library would ask all that `nsswitch.conf` names, for which a static program loads what the
/// machine it runs on happens to have, and crashes.
#[cfg(unix)]
fn find_home() -> Option<PathBuf> {
    /// A list of users beyond this is none that one machine has.
    const LARGEST: u64 = 4 << 20;
    if variable("HOME").is_some() {
        return home::home_dir();
    }
    let mut users = Vec::new();
    let file = std::fs::File::open("/etc/passwd").ok()?;
    file.take(LARGEST).read_to_end(&mut users).ok()?;
    home_of_user(&users, rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn find_home() -> Option<PathBuf> {
    home::home_dir()
}

/// The home directory of a user in a list such as `/etc/passwd` (passwd(5)).
#[cfg(unix)]
fn home_of_user(users: &[u8], uid: u32) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    let uid = uid.to_string();
    let mut users = users.split(|byte| *byte == b'\n');
    users.find_map(|user| {
        let mut fields = user.split(|byte| *byte == b':');
        let is_wanted = fields.nth(2)? == uid.as_bytes();
        let home = fields.nth(2).map(OsStr::from_bytes).map(PathBuf::from)?;
        (is_wanted && home.is_absolute()).then_some(home)
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_users_home_stands_in_the_list_of_users() {
        let users =
            b"root:x:0:0:root:/root:/bin/sh\nbroken\nann:x:1000:1000:Ann,,:/home/ann:/bin/sh\n\
            bob:x:1001:1001::relative:\ncut:x:1002:1002";
        for (uid, home) in [
            (0, Some("/root")),
            (1000, Some("/home/ann")),
            (1001, None),
            (1002, None),
            (100, None),
        ] {
            let found = home_of_user(users, uid);
            assert_eq!(found.as_deref(), home.map(Path::new), "{uid}");
        }
    }
}
