//! `--curl`: a request as the command line of curl's that would send it, head and body alike.
//!
//! Takes a finished [`Request`] with what was asked of the network, and gives text for a POSIX shell. What curl would add by
//! itself is taken away again, so that the server sees the same. Secrets are masked unless they are asked for. Nothing is
//! sent, and of files only their names are needed.

mod body;
mod headers;
mod network;
mod retry;
mod words;

use std::path::PathBuf;

use self::body::Data;
use self::words::{Opt, Words};
use super::build::Request;
use super::url::Scheme;
use crate::cli::args::CurlNames;
use crate::cli::invocation::{Invocation, Secrets};
use crate::error::Error;
use crate::sessions::{AuthType, Credentials, curl_user};
use crate::shell_text;
use crate::url_text::hidden_in_text;

/// What a command is made of.
pub(crate) struct Asked<'a> {
    pub(crate) invocation: &'a Invocation,
    pub(crate) request: Request,
    /// Those that the request's Authorization is made of, or that wait for a challenge.
    pub(crate) credentials: Option<&'a Credentials>,
    /// The names of headers whose values came by reference.
    pub(crate) referenced: Vec<&'a str>,
    /// `--unix-socket`; that of the URL does not count beside it.
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) names: CurlNames,
    pub(crate) secrets: Secrets,
}

/// A command, and what its user should know.
pub(crate) struct Command {
    /// A line for a POSIX shell, without its end.
    pub(crate) line: String,
    pub(crate) remarks: Vec<&'static str>,
}

const METHOD: Opt = Opt::new("-X", "--request");
const HEAD: Opt = Opt::new("-I", "--head");
const USER: Opt = Opt::new("-u", "--user");
const DIGEST: Opt = Opt::long("--digest");
const BEARER: Opt = Opt::long("--oauth2-bearer");
const PATH_AS_IS: Opt = Opt::long("--path-as-is");
const NO_GLOBBING: Opt = Opt::new("-g", "--globoff");
const HTTP_1_1: Opt = Opt::long("--http1.1");

/// Writes the command.
///
/// # Errors
/// The request has something that curl cannot send.
pub(crate) fn command(asked: Asked<'_>) -> Result<Command, Error> {
    let Asked {
        invocation,
        mut request,
        credentials,
        referenced,
        unix_socket,
        names,
        secrets,
    } = asked;
    if invocation.args.resume {
        // curl finds out by itself what is missing.
        request.headers.remove("Range");
    }
    let mut words = Words::new(names, secrets);
    let mut remarks = Vec::new();
    let data = body::data(&mut request, invocation)?;
    push_method(&mut words, &request, &data);
    push_url(&mut words, &request, invocation);
    let given = headers::Given {
        has_credentials: credentials.is_some(),
        referenced: &referenced,
    };
    headers::push(&mut words, &request, &data, given)?;
    if let Some(credentials) = credentials {
        push_credentials(&mut words, credentials, invocation);
    }
    let writer = body::push(&mut words, &data);
    let socket = unix_socket.as_deref().or(request.url.unix_socket());
    network::push(&mut words, invocation, &request.url, socket)?;
    remarks.extend(retry::push(&mut words, &invocation.args, &request.method));
    if matches!(data, Data::Stdin) {
        remarks.push("the body comes from standard input: curl needs it there again");
    }
    if network::follows(invocation) {
        remarks.extend(redirect_remarks(&request, &data));
    }
    if words.has_masked() {
        remarks.push("secrets are masked; --reveal shows them, unless there is --mask too");
    }
    let line = words.line();
    Ok(Command {
        line: match writer {
            Some(writer) => format!("{writer} | {line}"),
            None => line,
        },
        remarks,
    })
}

/// Where curl follows redirects otherwise than we do.
fn redirect_remarks(request: &Request, data: &Data) -> impl Iterator<Item = &'static str> {
    let keeps_method = !matches!(request.method.as_str(), "HEAD" | "GET")
        && data.implied_method() != request.method;
    let keeps_method = keeps_method.then_some("after a redirect, curl goes on with -X METHOD");
    let keeps_headers = (!request.bound_headers.is_empty())
        .then_some("after a redirect, curl sends the session's headers to other hosts too");
    let keeps_cookies = request.typed_cookie.is_some();
    let keeps_cookies =
        keeps_cookies.then_some("after a redirect, curl sends the typed Cookie header again");
    [keeps_method, keeps_headers, keeps_cookies]
        .into_iter()
        .flatten()
}

/// Names the method where curl would take another one.
fn push_method(words: &mut Words, request: &Request, data: &Data) {
    match request.method.as_str() {
        "HEAD" if matches!(data, Data::None) => words.switch(HEAD),
        method if method == data.implied_method() => {}
        method => words.option(METHOD, method),
    }
}

fn push_url(words: &mut Words, request: &Request, invocation: &Invocation) {
    let url = &request.url;
    let target = url.request_target();
    if invocation.args.path_as_is {
        words.switch(PATH_AS_IS);
    }
    if target.contains(['[', ']', '{', '}']) {
        words.switch(NO_GLOBBING);
    }
    if url.scheme == Scheme::Https {
        words.switch(HTTP_1_1);
    }
    let scheme = url.scheme.as_str();
    let text = format!("{scheme}://{}{target}", url.authority());
    let text = words.with_urls(hidden_in_text(text.as_bytes()), text.as_bytes());
    words.word(text);
}

fn push_credentials(words: &mut Words, credentials: &Credentials, invocation: &Invocation) {
    match credentials.auth_type() {
        AuthType::Bearer => {
            let token = words.secret(credentials.raw_auth().trim());
            words.option(BEARER, token);
            return;
        }
        AuthType::Digest => words.switch(DIGEST),
        AuthType::Basic | AuthType::Other(_) => {}
    }
    // Without a colon, curl asks for the password, as we would have done. It may be a token without its type.
    if invocation.lacks_password() {
        let user = words.secret(credentials.raw_auth());
        words.option(USER, user);
        return;
    }
    let whole = curl_user(credentials);
    let (user, password) = whole.split_once(':').unwrap_or((&whole, ""));
    // Where there is no password, the user is a token; what came by reference is a secret, whatever is in it.
    let shown = match password {
        "" => [&words.secret(user)[..], b":"].concat(),
        _ if credentials.source().is_some() => words.secret(&whole[..]),
        password => [user.as_bytes(), b":", &words.secret(password)].concat(),
    };
    words.option(USER, shown);
}

/// A command that writes these pieces of a body one after the other.
fn writer_of(pieces: &[body::Written<'_>]) -> String {
    let commands: Vec<String> = pieces
        .iter()
        .map(|piece| match piece {
            body::Written::Bytes(bytes) => shell_text::printf(bytes),
            body::Written::File(path) => format!("cat {}", shell_text::quote(path)),
        })
        .collect();
    match commands.as_slice() {
        [only] => only.clone(),
        several => format!("{{ {}; }}", several.join("; ")),
    }
}
