//! One run from end to end, and the one place where the rooms meet: what was asked, the sessions laid over it, the request,
//! the exchange, what is shown of it, and what the sessions keep.

use std::borrow::Cow;
use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::auth;
use crate::cli::args::{self, Args, RequestType};
use crate::cli::config::{ConfigFile, DefaultOptions};
use crate::cli::invocation::{Invocation, Secrets, Trust};
use crate::cli::parse::{self, Parsed};
use crate::cli::{Program, config, help, man};
use crate::client::challenge::DigestLogin;
use crate::client::exchange::{Exchange, Observer, Pause, Redirects, Response, cookie_url};
use crate::client::proxy::ProxyRules;
use crate::client::resolve::{Family, Pin};
use crate::client::response_head::ResponseHead;
use crate::client::route::Router;
use crate::client::stopwatch::{Part, Stopwatch};
use crate::client::tcp::Interface;
use crate::client::tls::{Ciphers, ClientCertificate, Passphrase, Roots, TlsSettings, Versions};
use crate::client::transport::Settings;
use crate::environment::Environment;
use crate::error::{Error, ExitStatus};
use crate::headers::Headers;
use crate::messages::Messages;
use crate::output::charset::Charset;
use crate::output::decode;
use crate::output::download::{Download, Facts, Saving};
use crate::output::json::JsonOptions;
use crate::output::mask;
use crate::output::plan::{Parts, Plan, XmlOptions};
use crate::output::progress::{Look, Meter, Metered, Place, Transfer};
use crate::output::report::{ConnectionTimes, Counted, Ending, Report, ResponseFacts};
use crate::output::show::{Codings, Show, ShownBody, output_error};
use crate::output::styles::Style;
use crate::output::target::Target;
use crate::request::build::Request;
use crate::request::compose::{self, Brought};
use crate::request::compress::{self, Compress};
use crate::request::curl;
use crate::request::url::{PathStyle, Url};
use crate::sessions::{
    AuthType, Overlay, OverlayRequest, SourceKind, is_anonymous_session, unix_seconds, without_port,
};

mod attempts;

/// Runs `http` or `https` with these arguments (without the program's own name).
pub(crate) fn run(program: Program, arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let env = Environment::new();
    let mut messages = Messages::new(program.name(), &env);
    let outcome = start(
        program,
        arguments.into_iter().collect(),
        &env,
        &mut messages,
    );
    outcome.unwrap_or_else(|error| {
        messages.error(&error);
        error.status()
    })
}

/// Reads the command line over the default options, and does what it asks for.
fn start(
    program: Program,
    arguments: Vec<OsString>,
    env: &Environment,
    messages: &mut Messages,
) -> Result<ExitStatus, Error> {
    let file = match parse::refuses_config_file(&arguments) {
        true => ConfigFile::Ignored,
        false => ConfigFile::Read,
    };
    let (defaults, warning) = config::default_options(env, file)?;
    if let Some(warning) = warning {
        messages.warning(&warning);
    }
    match parse::parse(program, arguments, &defaults)? {
        Parsed::Run(args) => {
            messages.quiet = args.quiet;
            request(*args, &defaults, env, messages)
        }
        Parsed::DebugInfo => {
            let usual = env.ca_bundle().map_or(Trust::Embedded, Trust::Bundle);
            messages.plain(&debug_info(env, &usual, &defaults));
            Ok(ExitStatus::Success)
        }
        other => answer(program, other, env).map(|()| ExitStatus::Success),
    }
}

/// What is asked of the program itself: help, version and the like.
fn answer(program: Program, parsed: Parsed, env: &Environment) -> Result<(), Error> {
    const WIDTH: usize = 80;
    match parsed {
        Parsed::Help => print(&help::long_help(program.name(), WIDTH)),
        Parsed::Manual => page(&man::text(program.name(), WIDTH).unwrap_or_default(), env),
        Parsed::Version => print(&format!("{}\n", help::version())),
        Parsed::GenerateMan(name) => print(&man::roff(name).unwrap_or_default()),
        // These have an answer of their own.
        Parsed::DebugInfo | Parsed::Run(_) => Ok(()),
    }
}

/// What every step of a run may look at.
struct Run<'a> {
    invocation: Invocation,
    /// Seconds since 1970.
    now: i64,
    env: &'a Environment,
    messages: &'a Messages,
    stopwatch: Stopwatch,
}

/// The way of a request through the house.
fn request(
    args: Args,
    defaults: &[DefaultOptions],
    env: &Environment,
    messages: &Messages,
) -> Result<ExitStatus, Error> {
    let invocation = Invocation::settle(args, env)?;
    if invocation.args.debug {
        messages.plain(&debug_info(env, &invocation.trust, defaults));
    }
    let run = Run {
        invocation,
        now: unix_seconds(env.now()),
        env,
        messages,
        stopwatch: Stopwatch::default(),
    };
    let Some(place) = report_place(&run.invocation.args)? else {
        return perform(&run, None);
    };
    let mut report = Report::new();
    let outcome = perform(&run, Some(&mut report));
    match write_report(&run, &report, place, &outcome) {
        Ok(()) => outcome,
        Err(unwritten) if outcome.is_ok() => Err(unwritten),
        Err(_) => outcome,
    }
}

/// Does what was asked, and tells a report of it.
fn perform(run: &Run<'_>, report: Option<&mut Report>) -> Result<ExitStatus, Error> {
    let (invocation, env, messages) = (&run.invocation, run.env, run.messages);
    let url = target_url(invocation)?;
    let mut overlay = open_sessions(run, &url)?;
    let mut brought = lay_over(run, &url, &mut overlay)?;
    let login = digest_login(run, &url, &overlay);
    let download = download(&invocation.args, env)?;
    if let Some(download) = &download {
        brought.required = download.request_headers();
    }
    let mut request = compose::compose(invocation, url, brought, || messages.hint(STDIN_HINT))?;
    if let Some(when) = compression(&invocation.args) {
        compress::compress(&mut request, when)?;
    }
    let (network, router) = (network(run, request.url.host())?, router(run)?);
    overlay
        .warnings()
        .iter()
        .for_each(|warning| messages.warning(warning));
    if let Some(names) = invocation.args.curl {
        return print_curl(run, request, &overlay, names);
    }

    let mut printer = Printer::new(run, download, report)?;
    let mut exchange = Exchange::new(network, router, redirects(&invocation.args), run.now)
        .with_login(login)
        .with_retries(attempts::rules(&invocation.args));
    let outcome = match invocation.args.offline {
        true => exchange
            .prepare(&mut request)
            .and_then(|()| printer.request(&mut request))
            .map(|()| ExitStatus::Success),
        false => exchange
            .run(request, overlay.cookies_mut(), &mut printer)
            .map(|status| match printer.was_complete {
                true => ExitStatus::Success,
                false => exit_status(status, &invocation.args),
            }),
    };
    let outcome = outcome.and_then(|status| printer.show().finish().map(|()| status));
    let outcome = outcome.map(|status| match status {
        // An answer that is none was waited for all the time.
        ExitStatus::Success if exchange.waited_in_vain() => ExitStatus::Timeout,
        status => status,
    });

    // What a server has answered to is kept, whatever became of the answer on its way to the screen.
    if (outcome.is_ok() || exchange.responses() > 0)
        && let Err(unsaved) = overlay.save(run.now)
    {
        messages.error(&unsaved.into());
        return outcome.and(Ok(ExitStatus::Error));
    }
    outcome
}

/// Prints the command that curl would send the request with. Nothing is sent, and nothing is saved.
fn print_curl(
    run: &Run<'_>,
    request: Request,
    overlay: &Overlay,
    names: args::CurlNames,
) -> Result<ExitStatus, Error> {
    let invocation = &run.invocation;
    let is_typed = invocation.types_header("Authorization");
    let is_shown = match invocation.args.mask {
        Some(masked) => !masked,
        None if invocation.args.reveal => true,
        None => run.env.stdout_is_terminal && !run.env.is_pipeline(),
    };
    let command = curl::command(curl::Asked {
        invocation,
        request,
        credentials: overlay.credentials().filter(|_| !is_typed),
        unix_socket: unix_socket(run),
        names,
        secrets: match is_shown {
            true => curl::Secrets::Shown,
            false => curl::Secrets::Masked,
        },
    })?;
    print(&format!("{}\n", command.line))?;
    for remark in command.remarks {
        run.messages.hint(remark);
    }
    Ok(ExitStatus::Success)
}

const STDIN_HINT: &str =
    "waiting for the request body on standard input; give --ignore-stdin (-I) if there is none";

fn target_url(invocation: &Invocation) -> Result<Url, Error> {
    let args = &invocation.args;
    let style = if args.path_as_is {
        PathStyle::AsIs
    } else {
        PathStyle::Normalized
    };
    let mut url = Url::from_argument(&args.url, &args.default_scheme, style)?;
    url.append_query(&invocation.items.query);
    Ok(url)
}

fn open_sessions(run: &Run<'_>, url: &Url) -> Result<Overlay, Error> {
    let args = &run.invocation.args;
    for name in args.session.iter().chain(&args.session_read_only) {
        if !is_anonymous_session(name) && (name.ends_with(".json") || name.ends_with(".txt")) {
            run.messages.hint(&format!(
                "'{name}' is the name of a session here; for the file of this name write ./{name}"
            ));
        }
    }
    let typed = run.invocation.typed_headers();
    let overlay = Overlay::open(
        run.env,
        OverlayRequest {
            read_write: args.session.as_deref(),
            read_only: &args.session_read_only,
            host: typed.get_str("Host").unwrap_or(&url.session_host()),
        },
    );
    overlay.map_err(Error::from)
}

/// Lets the sessions give what they hold for this request, and take over what was typed.
fn lay_over(run: &Run<'_>, url: &Url, overlay: &mut Overlay) -> Result<Brought, Error> {
    let args = &run.invocation.args;
    let has_session = args.session.is_some() || !args.session_read_only.is_empty();
    let typed = run.invocation.typed_headers();
    let cookie_host = typed.get_str("Host").map_or(url.host(), without_port);
    let cookie_url = cookie_url(url, cookie_host);
    if let Some(credentials) = auth::typed(&run.invocation, url, run.env, run.messages)? {
        overlay.set_credentials(credentials);
    }
    for header in auth::typed_header_sources(&run.invocation)? {
        overlay.set_header_source(header);
    }
    let mut session_headers = overlay.headers().clone();
    let took_stdin = resolve_references(run, url, overlay, &mut session_headers)?;
    let authorization = match overlay.credentials() {
        _ if run.invocation.types_header("Authorization") => None,
        // What is sent depends on what the server asks.
        Some(credentials) if *credentials.auth_type() == AuthType::Digest => None,
        Some(credentials) => {
            let value = auth::authorization(credentials);
            Some(value.map_err(|error| of_session(args, error))?)
        }
        None if session_headers.contains("Authorization") || args.ignore_netrc => None,
        None => auth::from_netrc(run.env, url, run.messages)?,
    };
    if has_session {
        overlay.take_over_headers(&typed, &cookie_url, run.now);
    }
    Ok(Brought {
        session_headers,
        authorization,
        cookie: match run.invocation.removes_header("Cookie") {
            true => None,
            false => overlay.cookies().header_for(&cookie_url, run.now),
        },
        took_typed_cookies: has_session,
        took_stdin,
        required: Vec::new(),
    })
}

/// Gets the secrets that there are references to, for this run alone. What is typed as a header needs none. Tells whether
/// standard input was read for them.
fn resolve_references(
    run: &Run<'_>,
    url: &Url,
    overlay: &mut Overlay,
    headers: &mut Headers,
) -> Result<bool, Error> {
    let invocation = &run.invocation;
    let mut took_stdin = false;
    for header in overlay.header_sources() {
        if !invocation.types_header(header.name()) {
            took_stdin |= header.source().kind() == SourceKind::Descriptor(0);
            headers.set(header.name(), auth::header_value(header, run.env)?);
        }
    }
    if let Some(credentials) = overlay.credentials()
        && let Some(source) = credentials.source()
        && !invocation.types_header("Authorization")
    {
        took_stdin |= source.kind() == SourceKind::Descriptor(0);
        let asking = auth::Asking {
            env: run.env,
            program: run.messages.program(),
            host: &url.authority(),
            ignore_stdin: invocation.args.ignore_stdin,
        };
        let secret = auth::of_source(credentials, source, asking);
        overlay.resolve_credentials(secret.map_err(|error| of_session(&invocation.args, error))?);
    }
    Ok(took_stdin)
}

/// Says whose credentials they are that an error is about, where they were not typed.
fn of_session(args: &Args, error: Error) -> Error {
    let is_typed = args.auth.is_some() || args.auth_from.is_some();
    match args.session.as_ref().or(args.session_read_only.last()) {
        Some(session) if !is_typed => {
            error.context(format!("the credentials of session '{session}'"))
        }
        _ => error,
    }
}

/// Credentials that answer a challenge of the URL's origin, where those that apply are of this kind.
fn digest_login(run: &Run<'_>, url: &Url, overlay: &Overlay) -> Option<DigestLogin> {
    let is_typed = run.invocation.types_header("Authorization");
    let credentials = overlay.credentials().filter(|_| !is_typed)?;
    let is_digest = *credentials.auth_type() == AuthType::Digest;
    is_digest.then(|| DigestLogin::new(credentials.clone(), url.origin()))
}

fn compression(args: &Args) -> Option<Compress> {
    match args.compress {
        0 => None,
        1 => Some(Compress::IfSmaller),
        _ => Some(Compress::Always),
    }
}

fn network(run: &Run<'_>, host: &str) -> Result<Settings, Error> {
    let invocation = &run.invocation;
    let args = &invocation.args;
    args.check_http_version()?;
    Ok(Settings {
        timeout: args.timeout()?,
        connect_timeout: args.connect_timeout()?,
        family: match args.ip_version {
            None => Family::Any,
            Some(args::IpVersion::V4) => Family::V4,
            Some(args::IpVersion::V6) => Family::V6,
        },
        pins: pins(&args.resolve)?,
        interface: args.interface.as_deref().map(Interface::parse),
        max_headers: usize::try_from(invocation.args.max_headers)
            .ok()
            .filter(|max| *max > 0),
        tls: tls(run, host)?,
        stopwatch: run.stopwatch.clone(),
    })
}

/// What is asked of TLS. The client's certificate is for the host of the typed URL.
fn tls(run: &Run<'_>, host: &str) -> Result<TlsSettings, Error> {
    let args = &run.invocation.args;
    let versions = match args.ssl {
        None | Some(args::SslVersion::Negotiated) => Versions::Negotiated,
        Some(args::SslVersion::Tls1_2) => Versions::Only12,
        Some(args::SslVersion::Tls1_3) => Versions::Only13,
        Some(args::SslVersion::Tls1 | args::SslVersion::Tls1_1) => {
            let message = "TLS 1.0 and 1.1 are not spoken, since they are not safe; --ssl takes tls1.2 and tls1.3";
            return Err(Error::usage(message));
        }
    };
    if args.cert.is_none() && args.cert_key.is_some() {
        run.messages.hint(
            "--cert-key does nothing without --cert, the certificate that the key belongs to",
        );
    }
    Ok(TlsSettings {
        versions,
        roots: roots(&run.invocation.trust),
        ciphers: args.ciphers.as_deref().map(Ciphers::parse).transpose()?,
        client_certificate: args.cert.as_ref().map(|chain| ClientCertificate {
            chain: chain.clone(),
            key: args.cert_key.clone(),
            passphrase: Passphrase::new(args.cert_key_pass.clone(), run.messages.program()),
            host: host.to_owned(),
        }),
    })
}

fn roots(trust: &Trust) -> Roots {
    match trust {
        Trust::Embedded => Roots::Embedded,
        Trust::Bundle(path) => Roots::Bundle(path.clone()),
        Trust::System(named) => Roots::System(named.clone()),
        Trust::Nobody => Roots::Unverified,
    }
}

fn pins(typed: &[String]) -> Result<Vec<Pin>, Error> {
    let pin = |typed: &String| Pin::parse(typed);
    let pins: Result<Vec<_>, _> = typed.iter().map(pin).collect();
    pins.map_err(|why| Error::usage(format!("argument --resolve: {why}")))
}

fn router(run: &Run<'_>) -> Result<Router, Error> {
    let args = &run.invocation.args;
    let rules = ProxyRules::new(&args.proxy, run.env)?;
    Ok(Router::new(rules, unix_socket(run)))
}

fn unix_socket(run: &Run<'_>) -> Option<PathBuf> {
    let path = run.invocation.args.unix_socket.as_deref()?;
    Some(match path.to_str() {
        Some(path) => run.env.expand_tilde(path),
        None => path.to_owned(),
    })
}

fn redirects(args: &Args) -> Redirects {
    Redirects {
        follow: args.follow,
        max: u64::try_from(args.max_redirects)
            .ok()
            .filter(|max| *max > 0),
    }
}

/// The exit status that `--check-status` gives a final response.
fn exit_status(status: u16, args: &Args) -> ExitStatus {
    match status {
        _ if !args.check_status => ExitStatus::Success,
        300..=399 if !args.follow => ExitStatus::Redirection,
        400..=499 => ExitStatus::ClientError,
        500..=599 => ExitStatus::ServerError,
        _ => ExitStatus::Success,
    }
}

fn download(args: &Args, env: &Environment) -> Result<Option<Download>, Error> {
    args.download
        .then(|| Download::prepare(args.output.as_deref(), args.resume, env.stdout_is_terminal))
        .transpose()
}

/// Where the line of `--json-meta` goes, if there is to be one: opened now, so that it is known to be possible.
fn report_place(args: &Args) -> Result<Option<Target>, Error> {
    match &args.meta_file {
        Some(path) => Target::file(path).map(Some),
        None if args.json_meta => Target::stderr().map(Some),
        None => Ok(None),
    }
}

fn write_report(
    run: &Run<'_>,
    report: &Report,
    mut place: Target,
    outcome: &Result<ExitStatus, Error>,
) -> Result<(), Error> {
    let error = outcome.as_ref().err();
    let status = error.map(Error::status);
    let status = status.or(outcome.as_ref().ok().copied());
    let sentence = error.map(ToString::to_string);
    let line = report.line(&Ending {
        exit_status: status.unwrap_or(ExitStatus::Error).code(),
        error: sentence.as_deref(),
        connections: ConnectionTimes {
            dns: run.stopwatch.taken(Part::Lookup),
            connect: run.stopwatch.taken(Part::Connect),
            tls: run.stopwatch.taken(Part::Handshake),
        },
        total: report.age(),
    });
    place
        .write_all(line.as_bytes())
        .map_err(|error| output_error(error).context("--json-meta"))
}

/// Uploads shorter than this, in bytes, are not shown.
const SHOWN_UPLOAD: u64 = 1 << 20;
/// Nor are those that take less time.
const SHOWN_UPLOAD_TIME: Duration = Duration::from_millis(500);

/// Shows the messages of an exchange as they come, and saves what is downloaded.
struct Printer<'a> {
    show: Arc<Mutex<Show>>,
    invocation: &'a Invocation,
    messages: &'a Messages,
    download: Option<Download>,
    /// A download whose body broke off.
    interrupted: Option<Saving>,
    attempts: attempts::Attempts,
    /// Whether the server said that nothing is missing of the file.
    was_complete: bool,
    /// How progress looks, where somebody looks at it.
    look: Option<Look>,
    report: Option<&'a mut Report>,
    /// The path of the first request's URL.
    first_path: Option<String>,
    is_head: bool,
}

impl<'a> Printer<'a> {
    fn new(
        run: &'a Run<'a>,
        download: Option<Download>,
        report: Option<&'a mut Report>,
    ) -> Result<Printer<'a>, Error> {
        let invocation = &run.invocation;
        let plan = plan(invocation)?;
        let target = match &invocation.args.output {
            Some(path) if download.is_none() => Target::file(path)?,
            _ if invocation.args.quiet > 0 => Target::Nowhere,
            _ if invocation.downloads => Target::stderr()?,
            _ => Target::stdout()?,
        };
        Ok(Printer {
            show: Arc::new(Mutex::new(Show::new(target, plan))),
            invocation,
            messages: run.messages,
            download: download.filter(|_| invocation.downloads),
            interrupted: None,
            attempts: attempts::Attempts::new(run)?,
            was_complete: false,
            look: look(run),
            report,
            first_path: None,
            is_head: false,
        })
    }

    /// Saves the body of the final response.
    fn save(&mut self, response: &mut Response, decoded: &Cell<u64>) -> Result<(), Error> {
        let Some(download) = self.download.take() else {
            return Ok(());
        };
        if self.was_complete {
            self.say(&download.complete_sentence());
            return Ok(());
        }
        let saving = download.begin(&self.facts(response))?;
        self.say(&format!("Downloading to {}", saving.name()));
        self.save_body(saving, response, decoded)
    }

    fn save_body(
        &mut self,
        mut saving: Saving,
        response: &mut Response,
        decoded: &Cell<u64>,
    ) -> Result<(), Error> {
        match saving.run(&mut response.body, decoded, self.look) {
            Ok(summary) => {
                self.say(&format!("Done. {summary}"));
                Ok(())
            }
            Err(error) => {
                self.interrupted = Some(saving);
                Err(error)
            }
        }
    }

    fn facts<'r>(&'r self, response: &'r Response) -> Facts<'r> {
        Facts {
            status: response.head.status,
            headers: &response.head.headers,
            length: response.body.announced_length(),
            path: self.first_path.as_deref().unwrap_or_default(),
        }
    }

    /// Tells how a download goes.
    fn say(&self, text: &str) {
        if self.invocation.args.quiet == 0 {
            self.messages.plain(&format!("{text}\n"));
        }
    }

    /// Reads a body to its end of which nothing was read, so that its size is known.
    fn measure(&self, response: &mut Response, decoded: &Cell<u64>) -> Result<(), Error> {
        if response.body.received() == 0 {
            let codings = response.head.headers.get_all("Content-Encoding");
            let body = decode::decode(&mut response.body, codings);
            io::copy(&mut Counted::new(body, decoded), &mut io::sink())?;
        }
        Ok(())
    }

    fn show(&self) -> MutexGuard<'_, Show> {
        self.show.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Printer<'_> {
    fn request(&mut self, request: &mut Request) -> Result<(), Error> {
        let head = request.head();
        self.is_head = request.method == "HEAD";
        let path = request.url.path();
        self.first_path.get_or_insert_with(|| path.to_owned());
        let repeat = self.attempts.repeats.take();
        if let Some(report) = &mut self.report {
            match repeat {
                None => report.request(&request.method, request.url.to_string(), head.len()),
                Some(_) => report.repeated_request(head.len()),
            }
        }
        let head = match self.invocation.secrets {
            Secrets::Shown => head,
            Secrets::Masked => mask::request_head(&head, &request.bound_headers),
        };
        if let Some(reason) = repeat {
            return self.repeat(&head, reason);
        }
        let shows_body = self.show().shows_request_bodies();
        let can_wait = self.invocation.args.offline || request.body.can_be_read_again();
        if shows_body && !can_wait {
            self.show().streamed_request(&head)?;
            let show = Arc::clone(&self.show);
            request.body.tee(Box::new(move |piece| {
                show.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .raw(piece)
                    .map_err(|error| io::Error::other(output_error(error)))
            }));
            return Ok(());
        }
        let mut reader = match shows_body {
            true => request.body.open()?,
            false => Box::new(io::empty()),
        };
        let body = ShownBody {
            reader: &mut reader,
            headers: &request.headers,
            codings: Codings::Keep,
            count: &Cell::new(0),
        };
        self.show().request(&head, Some(body))
    }

    fn sending(
        &mut self,
        mut body: Box<dyn Read + Send>,
        length: Option<u64>,
    ) -> Box<dyn Read + Send> {
        if let Some(report) = &self.report {
            body = report.sending(body);
        }
        let is_large = length.is_some_and(|length| length >= SHOWN_UPLOAD);
        let look = self.look.map(|look| Look {
            place: Place::Below,
            ..look
        });
        match look.filter(|_| is_large && !self.show().shows_request_bodies()) {
            None => body,
            look => Box::new(Metered {
                meter: Meter::new(Transfer::Upload, 0, length, look, SHOWN_UPLOAD_TIME),
                body,
            }),
        }
    }

    fn again(&mut self, pause: &Pause<'_>) -> Result<(), Error> {
        self.pause(pause)
    }

    fn given_up(&mut self, why: &str) {
        self.messages.hint(why);
    }

    fn takes_up(&mut self, request: &mut Request) -> bool {
        self.asks_for_the_rest(request)
    }

    fn response(&mut self, response: &mut Response) -> Result<(), Error> {
        let args = &self.invocation.args;
        let head = &response.head;
        let seen = self.show().seen();
        self.attempts.seen = seen;
        let interrupted = self.interrupted.take_if(|_| response.is_final);
        let mut facts = ResponseFacts {
            status: head.status,
            version: head.version,
            head_bytes: head.raw.len() as u64,
            first_byte: self
                .report
                .as_ref()
                .map_or(Duration::ZERO, |report| report.age()),
            ..ResponseFacts::default()
        };
        let download = self.download.as_ref().filter(|_| response.is_final);
        self.was_complete =
            download.is_some_and(|download| download.is_complete(head.status, &head.headers));
        let status = match self.was_complete {
            true => ExitStatus::Success,
            false => exit_status(head.status, args),
        };
        if status != ExitStatus::Success
            && response.is_final
            && (!self.invocation.to_terminal || args.quiet == 1)
        {
            self.messages
                .warning(&format!("HTTP {}", head.status_and_reason()));
        }
        let decoded = Cell::new(0);
        let is_error = response.is_final && head.status >= 400 && !self.was_complete;
        let mut outcome = match interrupted {
            Some(saving) => self.save_rest(saving, response, &decoded),
            None => self
                .turn_errors(is_error)
                .and_then(|()| self.show_response(response, &decoded)),
        };
        if status == ExitStatus::Success && response.is_final && !self.is_head {
            outcome = outcome.and_then(|()| self.save(response, &decoded));
        }
        if self.report.is_some() && response.is_final {
            outcome = outcome.and_then(|()| self.measure(response, &decoded));
            facts.body_bytes = Some(response.body.received());
            facts.decoded_bytes = Some(decoded.get());
        }
        if let Some(report) = &mut self.report {
            report.response(facts);
        }
        outcome
    }
}

impl Printer<'_> {
    /// A response's head as it may be seen.
    fn shown_head<'h>(&self, head: &'h ResponseHead) -> Cow<'h, [u8]> {
        match self.invocation.secrets {
            Secrets::Shown => Cow::Borrowed(&head.raw),
            Secrets::Masked => Cow::Owned(mask::response_head(&head.raw)),
        }
    }

    fn show_response(&self, response: &mut Response, decoded: &Cell<u64>) -> Result<(), Error> {
        let body = ShownBody {
            reader: &mut response.body,
            headers: &response.head.headers,
            codings: Codings::TakeOff,
            count: decoded,
        };
        let head = self.shown_head(&response.head);
        self.show().response(
            &head,
            body,
            response.elapsed.as_secs_f64(),
            response.is_final,
        )
    }
}

/// How progress looks: only to somebody at a terminal, who did not ask for silence.
fn look(run: &Run<'_>) -> Option<Look> {
    let (args, env) = (&run.invocation.args, run.env);
    let can_draw = cfg!(unix) && env.stderr_is_terminal && !env.terminal_is_dumb();
    let goes_to_pipe = args.output.is_none() && !env.stdout_is_terminal;
    (can_draw && args.quiet == 0).then(|| Look {
        colors: !env.refuses_colors(),
        unicode: env.speaks_utf8(),
        place: match goes_to_pipe {
            true => Place::Behind,
            false => Place::Below,
        },
    })
}

fn plan(invocation: &Invocation) -> Result<Plan, Error> {
    let args = &invocation.args;
    let options = args.format_options;
    let (format, colors) = form(invocation.pretty);
    let parts = |letters: &str| {
        let parts = Parts::from_letters(letters);
        Parts {
            // What is saved is not shown, and --json-meta takes the place of the text.
            response_body: parts.response_body && !invocation.downloads,
            meta: parts.meta && !args.json_meta && args.meta_file.is_none(),
            ..parts
        }
    };
    let response_charset = match &args.response_charset {
        None => None,
        Some(name) => Some(Charset::named(name).ok_or_else(|| {
            Error::usage(format!(
                "argument --response-charset: '{name}' is not a supported encoding"
            ))
        })?),
    };
    Ok(Plan {
        parts: parts(&invocation.print),
        history: invocation.history_print.as_deref().map(parts),
        format,
        sort_headers: options.headers_sort,
        json: JsonOptions {
            indent: usize::from(options.json_indent),
            sort_keys: options.json_sort_keys,
            format: options.json_format,
            escape_controls: false,
        },
        xml: XmlOptions {
            indent: usize::from(options.xml_indent),
            format: options.xml_format,
        },
        response_type: args.response_mime.clone(),
        response_charset,
        style: colors.then(|| Style::named(args.style)).flatten(),
        by_line: args.stream,
        any_type_may_be_json: args.request_type == Some(RequestType::Json),
        to_terminal: invocation.to_terminal,
    })
}

/// Whether it is laid out, and whether it is coloured.
fn form(pretty: args::Pretty) -> (bool, bool) {
    match pretty {
        args::Pretty::All => (true, true),
        args::Pretty::Format => (true, false),
        args::Pretty::Colors => (false, true),
        args::Pretty::None => (false, false),
    }
}

fn print(text: &str) -> Result<(), Error> {
    Target::stdout()?
        .write_all(text.as_bytes())
        .map_err(output_error)
}

/// Shows a long text with the user's pager on a terminal; prints it elsewhere, and where there is no pager.
fn page(text: &str, env: &Environment) -> Result<(), Error> {
    if !env.stdout_is_terminal {
        return print(text);
    }
    let pager = env.pager();
    let spawned = Command::new(&pager)
        .stdin(Stdio::piped())
        .env("LESS", "-R")
        .spawn();
    let Ok(mut child) = spawned else {
        return print(text);
    };
    if let Some(mut input) = child.stdin.take() {
        // A pager that is left early closes its input.
        let _ = input.write_all(text.as_bytes());
    }
    let _ = child.wait();
    Ok(())
}

/// Facts for a report of a fault; no secrets.
fn debug_info(env: &Environment, trust: &Trust, defaults: &[DefaultOptions]) -> String {
    let defaults: Vec<String> = defaults
        .iter()
        .map(|options| {
            let names = parse::option_names(&options.words).join(", ");
            format!("default options: {names} (from {})\n", options.origin)
        })
        .collect();
    format!(
        "HTTPie {}\nhttpie-rs on {} {}\nconfiguration directory: {}\ntrusted certificates: {}\n{}\n",
        help::version(),
        std::env::consts::OS,
        std::env::consts::ARCH,
        env.config_dir().display(),
        roots(trust).description(),
        defaults.concat()
    )
}
