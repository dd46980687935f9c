//! One run from end to end, and the one place where the rooms meet: what was asked, the sessions laid over it, the request,
//! the exchange, what is shown of it, and what the sessions keep.

use std::ffi::OsString;

use crate::cli::args::{self, Args};
use crate::cli::config::{ConfigFile, DefaultOptions};
use crate::cli::invocation::{Invocation, Secrets, Trust};
use crate::cli::parse::{self, Parsed};
use crate::cli::{Program, config};
use crate::client::exchange::{Exchange, Observer};
use crate::client::stopwatch::Stopwatch;
use crate::environment::Environment;
use crate::error::{Error, ExitStatus};
use crate::messages::Messages;
use crate::output::download::Download;
use crate::output::report::Report;
use crate::request::build::Request;
use crate::request::compose;
use crate::request::compress::{self, Compress};
use crate::request::curl;
use crate::request::url::{PathStyle, Url, session_host_at};
use crate::sessions::{
    CookieJar, HeaderSource, Overlay, OverlayRequest, is_anonymous_session, unix_seconds,
};

mod answers;
mod attempts;
mod credentials;
mod network;
mod plan;
mod printer;
mod report;

use printer::Printer;

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
            messages.follow(args.quiet, args.style);
            request(*args, &defaults, env, messages)
        }
        Parsed::DebugInfo => {
            let usual = env.ca_bundle().map_or(Trust::Embedded, Trust::Bundle);
            messages.plain(&answers::debug_info(env, &usual, &defaults));
            Ok(ExitStatus::Success)
        }
        other => answers::answer(program, other, env).map(|()| ExitStatus::Success),
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
    messages: &mut Messages,
) -> Result<ExitStatus, Error> {
    let invocation = Invocation::settle(args, env)?;
    messages.follow_output(invocation.to_terminal);
    if invocation.args.debug {
        messages.plain(&answers::debug_info(env, &invocation.trust, defaults));
    }
    let run = Run {
        invocation,
        now: unix_seconds(env.now()),
        env,
        messages,
        stopwatch: Stopwatch::default(),
    };
    let Some(place) = report::place(&run.invocation.args)? else {
        return perform(&run, None);
    };
    let mut report = Report::new();
    let outcome = perform(&run, Some(&mut report));
    match report::write(&run, &report, place, &outcome) {
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
    let mut brought = credentials::lay_over(run, &url, &mut overlay)?;
    let login = credentials::digest_login(run, &url, &overlay);
    let download = download(&invocation.args, env)?;
    if let Some(download) = &download {
        brought.required = download.request_headers();
    }
    let mut request = compose::compose(invocation, url, brought, || messages.hint(STDIN_HINT))?;
    if let Some(when) = compression(&invocation.args) {
        compress::compress(&mut request, when)?;
    }
    let network = network::settings(run, request.url.host())?;
    let redirects = network::redirects(&invocation.args);
    let mut exchange = Exchange::new(network, network::router(run)?, redirects, run.now)
        .with_login(login)
        .with_retries(attempts::rules(&invocation.args));
    overlay
        .warnings()
        .iter()
        .for_each(|warning| messages.warning(warning));
    if let Some(names) = invocation.args.curl {
        return print_curl(run, request, &overlay, names);
    }
    let mut printer = Printer::new(run, download, report)?;
    let outcome = send(request, &mut exchange, overlay.cookies_mut(), &mut printer);
    // What a server has answered to is kept, whatever became of the answer on its way to the screen.
    if (outcome.is_ok() || exchange.responses() > 0)
        && let Err(unsaved) = overlay.save(run.now)
    {
        messages.error(&unsaved.into());
        return outcome.and(Ok(ExitStatus::Error));
    }
    outcome
}

/// Sends the request, or with `--offline` only shows it; gives the exit status that its answer has.
fn send(
    mut request: Request,
    exchange: &mut Exchange,
    jar: &mut CookieJar,
    printer: &mut Printer<'_>,
) -> Result<ExitStatus, Error> {
    let args = &printer.invocation.args;
    let status = match args.offline {
        true => {
            exchange.prepare(&mut request)?;
            printer.request(&mut request)?;
            ExitStatus::Success
        }
        false => match exchange.run(request, jar, printer) {
            Ok(_) if printer.was_complete => ExitStatus::Success,
            Ok(status) => exit_status(status, args),
            Err(error) => {
                // What came of an answer is shown, whatever became of the rest.
                let _ = printer.show().show_held();
                return Err(error);
            }
        },
    };
    printer.show().finish()?;
    Ok(match status {
        // An answer that is none was waited for all the time.
        ExitStatus::Success if exchange.waited_in_vain() => ExitStatus::Timeout,
        status => status,
    })
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
        referenced: overlay
            .header_sources()
            .iter()
            .map(HeaderSource::name)
            .filter(|name| !invocation.types_header(name))
            .collect(),
        unix_socket: network::unix_socket(run),
        names,
        secrets: match is_shown {
            true => Secrets::Shown,
            false => Secrets::Masked,
        },
    })?;
    answers::print(&format!("{}\n", command.line))?;
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
    let overlay = Overlay::open(
        run.env,
        OverlayRequest {
            read_write: args.session.as_deref(),
            read_only: &args.session_read_only,
            host: &session_host(run, url),
        },
    );
    overlay.map_err(Error::from)
}

/// The host that named sessions are those of: the Host header if one is typed, else the URL's, and where it is behind a
/// socket, there.
fn session_host(run: &Run<'_>, url: &Url) -> String {
    let typed = run.invocation.typed_headers();
    let host = typed
        .get_str("Host")
        .map_or_else(|| url.authority(), str::to_owned);
    let socket = network::unix_socket(run);
    match socket.as_deref().or(url.unix_socket()) {
        Some(socket) => session_host_at(socket, &host),
        None => host,
    }
}

fn compression(args: &Args) -> Option<Compress> {
    match args.compress {
        0 => None,
        1 => Some(Compress::IfSmaller),
        _ => Some(Compress::Always),
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
