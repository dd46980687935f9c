//! The low-level arguments: what was typed, after the options of the configuration file, and nothing more.
//!
//! One field an option, with the option's default where it was not typed. No I/O has happened, no environment variable
//! was read, and what depends on other options (the method, what is printed, the default pretty-printing) is still open.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;

/// What was typed.
///
/// URL, items and credentials are secrets; there is no `Debug` outside of tests, so that none of them is printed by accident.
#[derive(Clone, PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Args {
    /// The method as typed, in its own case; `None` when it is left to be chosen by the presence of a body.
    pub(crate) method: Option<String>,
    /// The URL as typed: shorthands such as `:3000/path` are not yet expanded.
    pub(crate) url: String,
    /// The request items as typed, unparsed.
    pub(crate) items: Vec<String>,

    pub(crate) request_type: Option<RequestType>,
    pub(crate) boundary: Option<String>,
    pub(crate) raw: Option<String>,
    /// How often `--compress` was given: once compresses if that makes the body smaller, twice always.
    pub(crate) compress: u8,

    /// `None`: all on a terminal, none elsewhere.
    pub(crate) pretty: Option<Pretty>,
    /// One of the choices of `--style`.
    pub(crate) style: &'static str,
    /// `--format-options`, `--sorted` and `--unsorted`, laid over the defaults in the order of typing.
    pub(crate) format_options: FormatOptions,
    pub(crate) response_charset: Option<String>,
    pub(crate) response_mime: Option<String>,

    /// The last of `--print`, `--headers`, `--body` and `--meta`; only letters of `HBhbm`, maybe none at all.
    pub(crate) print: Option<String>,
    /// `--history-print`: the same for messages before the final ones.
    pub(crate) history_print: Option<String>,
    /// How often `--verbose` was given. It does not override `print`, but implies `--all`.
    pub(crate) verbose: u8,
    pub(crate) all: bool,
    pub(crate) stream: bool,
    pub(crate) output: Option<PathBuf>,
    pub(crate) download: bool,
    /// `--continue`.
    pub(crate) resume: bool,
    pub(crate) quiet: u8,
    /// `--mask` or `--no-mask`.
    pub(crate) mask: Option<bool>,
    pub(crate) json_meta: bool,
    /// `--meta-file`, which implies `json_meta`.
    pub(crate) meta_file: Option<PathBuf>,

    pub(crate) session: Option<String>,
    /// In the order of typing: later ones go over earlier ones.
    pub(crate) session_read_only: Vec<String>,

    /// `USER[:PASS]` or a token, depending on the type.
    pub(crate) auth: Option<String>,
    pub(crate) auth_type: Option<AuthType>,
    /// Where that is to be had instead.
    pub(crate) auth_from: Option<String>,
    /// `NAME=SOURCE`, in the order of typing.
    pub(crate) header_from: Vec<String>,
    pub(crate) ignore_netrc: bool,

    pub(crate) offline: bool,
    pub(crate) proxy: Vec<ProxyRule>,
    pub(crate) follow: bool,
    /// Not checked: zero and negative numbers are accepted, as in HTTPie.
    pub(crate) max_redirects: i64,
    /// Zero means no limit.
    pub(crate) max_headers: i64,
    /// Seconds as typed; [`Args::timeout`] gives their meaning.
    pub(crate) timeout_seconds: f64,
    /// Seconds as typed; [`Args::connect_timeout`] gives their meaning.
    pub(crate) connect_timeout_seconds: Option<f64>,
    /// How many further attempts there may be; `None` where nothing was said.
    pub(crate) retry: Option<u32>,
    pub(crate) retry_on: Option<Vec<RetryOn>>,
    /// Zero means no limit.
    pub(crate) retry_max_time: Option<Duration>,
    pub(crate) retry_all_methods: bool,
    pub(crate) wait: Option<Duration>,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) ip_version: Option<IpVersion>,
    /// In the order of typing: later ones go over earlier ones.
    pub(crate) resolve: Vec<String>,
    pub(crate) interface: Option<String>,
    pub(crate) http_version: Option<String>,
    pub(crate) check_status: bool,
    /// Implies `check_status`.
    pub(crate) errors_to_stderr: bool,
    pub(crate) path_as_is: bool,
    pub(crate) chunked: bool,

    pub(crate) verify: Verify,
    pub(crate) ssl: Option<SslVersion>,
    pub(crate) ciphers: Option<String>,
    pub(crate) cert: Option<PathBuf>,
    pub(crate) cert_key: Option<PathBuf>,
    pub(crate) cert_key_pass: Option<String>,

    /// Whether a command of curl's is printed instead, and with which of its options' names.
    pub(crate) curl: Option<CurlNames>,
    /// Whether that has its secrets in it where it does not go to a terminal.
    pub(crate) reveal: bool,

    /// `--no-config`: it is looked for before the others, and does nothing here.
    pub(crate) no_config: bool,
    pub(crate) ignore_stdin: bool,
    pub(crate) traceback: bool,
    pub(crate) debug: bool,
    /// The scheme of a URL that has none. `https` fixes it, whatever is typed, as HTTPie does.
    pub(crate) default_scheme: String,
}

impl Default for Args {
    fn default() -> Args {
        Args {
            method: None,
            url: String::new(),
            items: Vec::new(),
            request_type: None,
            boundary: None,
            raw: None,
            compress: 0,
            pretty: None,
            style: "auto",
            format_options: FormatOptions::default(),
            response_charset: None,
            response_mime: None,
            print: None,
            history_print: None,
            verbose: 0,
            all: false,
            stream: false,
            output: None,
            download: false,
            resume: false,
            quiet: 0,
            mask: None,
            json_meta: false,
            meta_file: None,
            session: None,
            session_read_only: Vec::new(),
            auth: None,
            auth_type: None,
            auth_from: None,
            header_from: Vec::new(),
            ignore_netrc: false,
            offline: false,
            proxy: Vec::new(),
            follow: false,
            max_redirects: 30,
            max_headers: 0,
            timeout_seconds: 0.0,
            connect_timeout_seconds: None,
            retry: None,
            retry_on: None,
            retry_max_time: None,
            retry_all_methods: false,
            wait: None,
            unix_socket: None,
            ip_version: None,
            resolve: Vec::new(),
            interface: None,
            http_version: None,
            check_status: false,
            errors_to_stderr: false,
            path_as_is: false,
            chunked: false,
            verify: Verify::Yes,
            ssl: None,
            ciphers: None,
            cert: None,
            cert_key: None,
            cert_key_pass: None,
            curl: None,
            reveal: false,
            no_config: false,
            ignore_stdin: false,
            traceback: false,
            debug: false,
            default_scheme: "http".to_owned(),
        }
    }
}

impl Args {
    /// How long a silent server is waited for; `None` is for ever, which is what 0 asks for.
    ///
    /// # Errors
    ///
    /// A negative number or `nan`. HTTPie accepts them on the command line and fails when it connects; so do we.
    pub(crate) fn timeout(&self) -> Result<Option<Duration>, Error> {
        limit("--timeout", self.timeout_seconds)
    }

    /// How long connecting may take; `None` leaves it to [`Args::timeout`].
    ///
    /// # Errors
    ///
    /// A negative number or `nan`.
    pub(crate) fn connect_timeout(&self) -> Result<Option<Duration>, Error> {
        match self.connect_timeout_seconds {
            None => Ok(None),
            Some(seconds) => limit("--connect-timeout", seconds),
        }
    }

    /// `--http-version` is for scripts that say what they rely on.
    ///
    /// # Errors
    ///
    /// Any version but 1.1.
    pub(crate) fn check_http_version(&self) -> Result<(), Error> {
        match self.http_version.as_deref() {
            None | Some("1.1") => Ok(()),
            Some(other) => Err(Error::usage(format!(
                "argument --http-version: HTTP/1.1 is what this program speaks, not '{other}'; leave the option out or give 1.1"
            ))),
        }
    }
}

fn limit(option: &str, seconds: f64) -> Result<Option<Duration>, Error> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(Error::new(format!(
            "{option} must be 0 (no limit) or a number of seconds, not {seconds}"
        )));
    }
    // What does not fit into a Duration is longer than anyone will wait.
    Ok(Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|timeout| !timeout.is_zero()))
}

/// `--retry-on`: what a further attempt is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryOn {
    /// The connection could not be made, or was lost.
    Connect,
    /// A limit of time was over.
    Timeout,
    Status(u16),
}

impl RetryOn {
    /// What is likely to pass.
    pub(crate) fn usual() -> Vec<RetryOn> {
        let statuses = [429, 502, 503, 504].map(RetryOn::Status);
        std::iter::once(RetryOn::Connect).chain(statuses).collect()
    }
}

/// How data items are written into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestType {
    Json,
    Form,
    Multipart,
}

/// `--pretty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pretty {
    All,
    Colors,
    Format,
    None,
}

/// `--auth-type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthType {
    Basic,
    Bearer,
    Digest,
}

/// `--curl` and `--curl-long`: which names of curl's options are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CurlNames {
    /// `-H`, where there is a short one.
    Short,
    /// `--header`
    Long,
}

/// `--verify`: how the server's certificate is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    Yes,
    No,
    /// Against the certificates of the operating system.
    System,
    /// Against the certificates in this file or folder only.
    Bundle(PathBuf),
}

/// `--ssl`: the one protocol version that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SslVersion {
    /// `ssl2.3`, OpenSSL's old name for "the best that both sides know".
    Negotiated,
    Tls1,
    Tls1_1,
    Tls1_2,
    Tls1_3,
}

/// `-4` and `-6`: the one kind of addresses that is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IpVersion {
    V4,
    V6,
}

/// One `--proxy PROTOCOL:URL`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct ProxyRule {
    pub(crate) protocol: String,
    pub(crate) url: String,
}

/// What the formatters do, one field a key of `--format-options`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatOptions {
    pub(crate) headers_sort: bool,
    pub(crate) json_format: bool,
    /// At most 255, so that nobody can ask for an output of gigabytes by one number.
    pub(crate) json_indent: u8,
    pub(crate) json_sort_keys: bool,
    pub(crate) xml_format: bool,
    /// At most 255 too.
    pub(crate) xml_indent: u8,
}

impl Default for FormatOptions {
    fn default() -> FormatOptions {
        FormatOptions {
            headers_sort: true,
            json_format: true,
            json_indent: 4,
            json_sort_keys: true,
            xml_format: true,
            xml_indent: 2,
        }
    }
}

impl FormatOptions {
    /// Switches all sorting on or off: `--sorted` and `--unsorted`.
    pub(crate) fn sort_all(&mut self, sorted: bool) {
        self.headers_sort = sorted;
        self.json_sort_keys = sorted;
    }

    /// Lays a typed list over what is set already: `json.indent:2,headers.sort:false`, in any case of letters.
    ///
    /// # Errors
    ///
    /// A sentence without the option's name when a part is not `KEY:VALUE`, the key is unknown or the value unfit.
    pub(crate) fn overlay(&mut self, list: &str) -> Result<(), String> {
        list.split(',')
            .try_for_each(|option| self.set(&option.to_lowercase()))
    }

    fn set(&mut self, option: &str) -> Result<(), String> {
        let (key, value) = option
            .split_once(':')
            .filter(|(_, value)| !value.contains(':'))
            .ok_or_else(|| format!("invalid option '{option}'"))?;
        match key {
            "headers.sort" => self.headers_sort = boolean(option, value)?,
            "json.format" => self.json_format = boolean(option, value)?,
            "json.indent" => self.json_indent = indent(option, value)?,
            "json.sort_keys" => self.json_sort_keys = boolean(option, value)?,
            "xml.format" => self.xml_format = boolean(option, value)?,
            "xml.indent" => self.xml_indent = indent(option, value)?,
            _ => return Err(format!("invalid key '{key}'")),
        }
        Ok(())
    }
}

fn boolean(option: &str, value: &str) -> Result<bool, String> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!(
            "invalid value '{value}' in '{option}' (expected true or false)"
        )),
    }
}

fn indent(option: &str, value: &str) -> Result<u8, String> {
    value.parse().map_err(|_| {
        format!("invalid value '{value}' in '{option}' (expected a number from 0 to 255)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_options_go_over_each_other_in_the_order_of_typing() {
        let mut options = FormatOptions::default();
        options.overlay("json.indent:2").unwrap();
        options.sort_all(false);
        options
            .overlay("Headers.Sort:TRUE,json.format:false,xml.indent:4")
            .unwrap();
        let want = FormatOptions {
            headers_sort: true,
            json_indent: 2,
            json_sort_keys: false,
            json_format: false,
            xml_format: true,
            xml_indent: 4,
        };
        assert_eq!(options, want);
    }

    #[test]
    fn unfit_format_options_are_named() {
        for (list, want) in [
            ("foo", "invalid option 'foo'"),
            ("", "invalid option ''"),
            ("json.indent:1:2", "invalid option 'json.indent:1:2'"),
            ("json.foo:1", "invalid key 'json.foo'"),
            (
                "json.indent:x",
                "invalid value 'x' in 'json.indent:x' (expected a number from 0 to 255)",
            ),
            (
                "json.indent:99999",
                "invalid value '99999' in 'json.indent:99999' (expected a number from 0 to 255)",
            ),
            (
                "json.format:1",
                "invalid value '1' in 'json.format:1' (expected true or false)",
            ),
        ] {
            let got = FormatOptions::default().overlay(list);
            assert_eq!(got, Err(want.to_owned()), "{list}");
        }
    }

    #[test]
    fn no_number_of_seconds_makes_the_timeout_panic() {
        let timeout = |timeout_seconds| {
            Args {
                timeout_seconds,
                ..Args::default()
            }
            .timeout()
            .ok()
        };
        assert_eq!(timeout(0.0), Some(None));
        assert_eq!(timeout(-0.0), Some(None));
        assert_eq!(timeout(1.5), Some(Some(Duration::from_millis(1500))));
        assert_eq!(timeout(f64::INFINITY), Some(None));
        assert_eq!(timeout(1e300), Some(None));
        assert_eq!(timeout(-1.0), None);
        assert_eq!(timeout(f64::NAN), None);
    }
}
