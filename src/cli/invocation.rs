//! What is asked, with every default settled: from the typed arguments and the facts about terminals.
//!
//! Checks what options mean together, and reads the request items. Nothing is opened here but files that items embed.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::args::{Args, AuthType, Pretty, RequestType, Verify};
use super::items::{self, FieldValue, Items};
use crate::environment::Environment;
use crate::error::{Error, io_reason};
use crate::headers::Headers;

/// Everything about a run that the command line, the configuration and the terminals decide.
pub(crate) struct Invocation {
    pub(crate) args: Args,
    pub(crate) items: Items,
    /// What is printed of the final messages, in letters of `HBhbm`.
    pub(crate) print: String,
    /// What is printed of the messages before them; `None` leaves them out.
    pub(crate) history_print: Option<String>,
    pub(crate) pretty: Pretty,
    /// Whether the output goes to a terminal: not with `--output`. With `--download` it is standard error.
    pub(crate) to_terminal: bool,
    /// Whether the body of the response is saved: `--download`, which has no effect with `--offline`.
    pub(crate) downloads: bool,
    /// Whether secrets are shown in printed messages.
    pub(crate) secrets: Secrets,
    /// Whether standard input may hold the body.
    pub(crate) reads_stdin: bool,
    pub(crate) trust: Trust,
}

/// What becomes of secrets in what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    Shown,
    Masked,
}

impl Secrets {
    /// In a pipeline they are masked unless the output is made to be sent.
    fn settle(args: &Args, env: &Environment) -> Secrets {
        match args.mask {
            Some(true) => Secrets::Masked,
            None if env.is_pipeline() && !args.offline => Secrets::Masked,
            Some(false) | None => Secrets::Shown,
        }
    }
}

/// Where the trusted certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    Embedded,
    Bundle(PathBuf),
    /// The operating system's; the paths that the environment names for them, if any.
    System(Vec<PathBuf>),
    Nobody,
}

impl Trust {
    fn settle(verify: &Verify, env: &Environment) -> Trust {
        match verify {
            Verify::No => Trust::Nobody,
            Verify::System => Trust::System(env.system_certificates()),
            Verify::Bundle(path) => Trust::Bundle(path.clone()),
            Verify::Yes => env.ca_bundle().map_or(Trust::Embedded, Trust::Bundle),
        }
    }
}

impl Invocation {
    /// Settles what the arguments leave open.
    ///
    /// # Errors
    /// A usage error for items that cannot be read and for options that contradict each other.
    pub(crate) fn settle(mut args: Args, env: &Environment) -> Result<Invocation, Error> {
        check_download(&args)?;
        let downloads = args.download && !args.offline;
        if downloads {
            // A page that moved and an error page are not what was to be saved.
            args.follow = true;
            args.check_status = true;
        }
        check_retry(&args)?;
        args.check_status |= args.errors_to_stderr;
        let mut items = items::parse(&args.items, env)?;
        if !is_form(&args) {
            items.take_body_file()?;
        }
        check_bodies(&args, &items)?;
        check_compression(&args)?;
        check_readable("--cert", args.cert.as_deref())?;
        check_readable("--cert-key", args.cert_key.as_deref())?;
        check_credentials(&args)?;
        let to_terminal = match downloads {
            true => env.stderr_is_terminal,
            // With --offline, the file of a download is left alone.
            false => env.stdout_is_terminal && (args.output.is_none() || args.download),
        };
        let print = settled_print(&args, to_terminal);
        let shows_history = args.all || args.verbose > 0;
        let history_print =
            shows_history.then(|| args.history_print.clone().unwrap_or_else(|| print.clone()));
        let pretty = pretty(&args, to_terminal, env);
        // As in HTTPie: the other styles are made of 256 colours.
        if env.has_few_colors() {
            args.style = "auto";
        }
        Ok(Invocation {
            trust: Trust::settle(&args.verify, env),
            secrets: Secrets::settle(&args, env),
            reads_stdin: !args.ignore_stdin && !env.stdin_is_terminal,
            args,
            items,
            print,
            history_print,
            pretty,
            to_terminal,
            downloads,
        })
    }

    /// How data items are written into the body: files in fields make it multipart.
    pub(crate) fn request_type(&self) -> RequestType {
        match self.args.request_type {
            Some(RequestType::Form) if has_files(&self.items) => RequestType::Multipart,
            Some(kind) => kind,
            None => RequestType::Json,
        }
    }

    /// The headers that were typed and not removed again.
    pub(crate) fn typed_headers(&self) -> Headers {
        let mut headers = Headers::new();
        for item in &self.items.headers {
            match &item.value {
                Some(value) => headers.append(item.name.as_bytes(), value.as_slice()),
                None => {
                    headers.remove(&item.name);
                }
            }
        }
        headers
    }

    /// Whether this header was typed, be it to set or to remove it.
    pub(crate) fn types_header(&self, name: &str) -> bool {
        let mut typed = self.items.headers.iter();
        typed.any(|item| item.name.eq_ignore_ascii_case(name))
    }

    /// Whether the last that was typed about this header is its removal.
    pub(crate) fn removes_header(&self, name: &str) -> bool {
        let mut typed = self.items.headers.iter().rev();
        typed
            .find(|item| item.name.eq_ignore_ascii_case(name))
            .is_some_and(|item| item.value.is_none())
    }

    /// Whether `-a` asks for a password on the terminal. In a command of curl's, curl does.
    pub(crate) fn needs_password(&self) -> bool {
        self.args.curl.is_none() && self.lacks_password()
    }

    /// Whether `-a` names a user without a password.
    pub(crate) fn lacks_password(&self) -> bool {
        let is_bearer = self.args.auth_type == Some(AuthType::Bearer);
        !is_bearer
            && self
                .args
                .auth
                .as_deref()
                .is_some_and(|auth| !unescaped(auth).1)
    }

    /// The credentials of `-a` without the backslashes that keep a colon from parting the user from the password.
    pub(crate) fn typed_credentials(&self) -> Option<String> {
        let auth = self.args.auth.as_deref()?;
        Some(match self.args.auth_type {
            Some(AuthType::Bearer) => auth.to_owned(),
            _ => unescaped(auth).0,
        })
    }
}

/// Takes the backslash off `\:`, and tells whether there is a colon without one. Any other backslash stays, with what
/// follows it (as in HTTPie).
fn unescaped(auth: &str) -> (String, bool) {
    let mut text = String::with_capacity(auth.len());
    let mut is_parted = false;
    let mut characters = auth.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(':') => text.push(':'),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            other => {
                is_parted |= other == ':';
                text.push(other);
            }
        }
    }
    (text, is_parted)
}

/// How an output looks: as typed, else for people on a terminal.
pub(crate) fn pretty(args: &Args, to_terminal: bool, env: &Environment) -> Pretty {
    args.pretty.unwrap_or(match to_terminal {
        true if env.refuses_colors() => Pretty::Format,
        true => Pretty::All,
        false => Pretty::None,
    })
}

/// A file that is named must be there even where no https URL needs it, as in HTTPie.
fn check_readable(option: &str, path: Option<&Path>) -> Result<(), Error> {
    let Some(path) = path else {
        return Ok(());
    };
    match File::open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::usage(format!(
            "argument {option}: {}: {}",
            path.display(),
            io_reason(&error)
        ))),
    }
}

/// `-vv` and `-v` say more, `--offline` shows the request, a pipe gets the body alone.
fn settled_print(args: &Args, to_terminal: bool) -> String {
    let letters = match &args.print {
        Some(letters) => letters,
        None if args.verbose > 1 => "HBhbm",
        None if args.verbose == 1 => "HBhb",
        None if args.offline => "HB",
        None if to_terminal => "hb",
        None => "b",
    };
    letters.to_owned()
}

fn is_form(args: &Args) -> bool {
    matches!(
        args.request_type,
        Some(RequestType::Form | RequestType::Multipart)
    )
}

fn check_credentials(args: &Args) -> Result<(), Error> {
    match args.auth.is_some() && args.auth_from.is_some() {
        true => Err(Error::usage(
            "argument --auth-from: not allowed with argument --auth/-a",
        )),
        false => Ok(()),
    }
}

fn check_download(args: &Args) -> Result<(), Error> {
    match args {
        Args {
            resume: true,
            download: false,
            ..
        } => Err(Error::usage("--continue only works with --download")),
        Args {
            resume: true,
            output: None,
            ..
        } => Err(Error::usage("--continue requires --output to be specified")),
        _ => Ok(()),
    }
}

/// What says how to try again says nothing where nobody does.
fn check_retry(args: &Args) -> Result<(), Error> {
    let retries = args.retry.is_some();
    let idle = [
        ("--retry-on", args.retry_on.is_some() && !retries),
        (
            "--retry-max-time",
            args.retry_max_time.is_some() && !retries,
        ),
        (
            "--retry-all-methods",
            args.retry_all_methods && !retries && args.wait.is_none(),
        ),
    ];
    match idle.iter().find(|(_, is_idle)| *is_idle) {
        Some((option, _)) => Err(Error::usage(format!("{option} requires --retry"))),
        None => Ok(()),
    }
}

fn has_files(items: &Items) -> bool {
    items
        .fields
        .iter()
        .any(|field| matches!(field.value, FieldValue::File(_)))
}

fn check_bodies(args: &Args, items: &Items) -> Result<(), Error> {
    let sources = [
        items.body_file.is_some(),
        args.raw.is_some(),
        !items.fields.is_empty(),
    ];
    if sources.iter().filter(|given| **given).count() > 1 {
        return Err(mixed_bodies());
    }
    if has_files(items) && !is_form(args) {
        let names: Vec<_> = items
            .fields
            .iter()
            .filter(|field| matches!(field.value, FieldValue::File(_)))
            .map(|field| field.name.as_str())
            .collect();
        let message = format!(
            "Invalid file fields (perhaps you meant --form?): {}",
            names.join(", ")
        );
        return Err(Error::usage(message));
    }
    Ok(())
}

/// A compressed body has its own framing, and parts of a form are not compressed one by one (as in HTTPie).
fn check_compression(args: &Args) -> Result<(), Error> {
    let other = match (args.compress, args.request_type) {
        (0, _) => return Ok(()),
        _ if args.chunked => "--chunked",
        (_, Some(RequestType::Multipart)) => "--multipart",
        _ => return Ok(()),
    };
    Err(Error::usage(format!(
        "cannot combine --compress and {other}"
    )))
}

/// Two sources for one body.
pub(crate) fn mixed_bodies() -> Error {
    Error::usage(
        "Request body (from stdin, --raw or a file) and request data (key=value) cannot be mixed. \
         Pass --ignore-stdin to let key/value take priority.",
    )
}
