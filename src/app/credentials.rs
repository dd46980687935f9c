//! What sessions and credentials bring to a request, and what the sessions take over of it.

use super::Run;
use crate::auth::{self, Requested};
use crate::cli::args::Args;
use crate::client::challenge::DigestLogin;
use crate::client::exchange::cookie_url;
use crate::error::Error;
use crate::headers::Headers;
use crate::request::compose::Brought;
use crate::request::url::Url;
use crate::sessions::{AuthType, Overlay, SourceKind, without_port};

/// Lets the sessions give what they hold for this request, and take over what was typed.
pub(super) fn lay_over(run: &Run<'_>, url: &Url, overlay: &mut Overlay) -> Result<Brought, Error> {
    let args = &run.invocation.args;
    let has_session = args.session.is_some() || !args.session_read_only.is_empty();
    let typed = run.invocation.typed_headers();
    let cookie_host = typed.get_str("Host").map_or(url.host(), without_port);
    let cookie_url = cookie_url(url, cookie_host);
    match auth::requested(&run.invocation, url, run.env, run.messages)? {
        Some(Requested::Typed(credentials)) => overlay.set_credentials(credentials),
        Some(Requested::OfNetrc(credentials)) => overlay.use_credentials(credentials),
        None => {}
    }
    for header in auth::typed_header_sources(&run.invocation)? {
        overlay.set_header_source(header);
    }
    let mut session_headers = overlay.headers().clone();
    if overlay.replaces_header("Authorization") {
        session_headers.remove("Authorization");
    }
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
        if !invocation.types_header(header.name()) && !overlay.replaces_header(header.name()) {
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
pub(super) fn of_session(args: &Args, error: Error) -> Error {
    let is_typed = args.auth.is_some() || args.auth_from.is_some();
    match args.session.as_ref().or(args.session_read_only.last()) {
        Some(session) if !is_typed => {
            error.context(format!("the credentials of session '{session}'"))
        }
        _ => error,
    }
}

/// Credentials that answer a challenge of the URL's origin, where those that apply are of this kind.
pub(super) fn digest_login(run: &Run<'_>, url: &Url, overlay: &Overlay) -> Option<DigestLogin> {
    let is_typed = run.invocation.types_header("Authorization");
    let credentials = overlay.credentials().filter(|_| !is_typed)?;
    let is_digest = *credentials.auth_type() == AuthType::Digest;
    is_digest.then(|| DigestLogin::new(credentials.clone(), url.origin()))
}
