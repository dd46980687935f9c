//! Headers: those of the request, and the removal of those that curl would add.

use super::body::Data;
use super::words::{Opt, Words};
use crate::error::Error;
use crate::headers::Header;
use crate::request::build::Request;
use crate::sessions::{curl_header, is_curl_cookie, is_harmless_header, is_telling_name};
use crate::url_text::hidden_in_field;

const HEADER: Opt = Opt::new("-H", "--header");
const USER_AGENT: Opt = Opt::new("-A", "--user-agent");
const COOKIE: Opt = Opt::new("-b", "--cookie");
const COMPRESSED: Opt = Opt::long("--compressed");

/// From this length on, curl asks the server first whether it may send a body.
const ASKS_FIRST: u64 = 1024 * 1024;

/// What else there is to know of the headers.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    /// Whether Authorization comes from credentials that curl is told of.
    pub(super) has_credentials: bool,
    /// The names of those whose values came by reference.
    pub(super) referenced: &'a [&'a str],
}

pub(super) fn push(
    words: &mut Words,
    request: &Request,
    data: &Data,
    given: Given<'_>,
) -> Result<(), Error> {
    for header in &request.headers {
        if header.name().starts_with(b"@") {
            let name = String::from_utf8_lossy(header.name()).into_owned();
            return Err(Error::new(format!(
                "curl cannot send a header of the name '{name}': it would read a file"
            )));
        }
        if !adds_by_itself(request, data, header, given.has_credentials) {
            push_header(words, request, given.referenced, header);
        }
    }
    let has = |name: &str| request.headers.contains(name);
    for name in ["Host", "User-Agent", "Accept"] {
        if !has(name) {
            words.option(HEADER, format!("{name}:"));
        }
    }
    if !matches!(data, Data::None) && !has("Content-Type") {
        words.option(HEADER, "Content-Type:");
    }
    let is_long = !matches!(data, Data::None)
        && request
            .body
            .length()
            .is_none_or(|length| length >= ASKS_FIRST);
    if is_long && !has("Expect") {
        words.option(HEADER, "Expect:");
    }
    let decodes = |value: &str| {
        ["gzip", "deflate"]
            .iter()
            .any(|coding| value.contains(coding))
    };
    if request
        .headers
        .get_str("Accept-Encoding")
        .is_some_and(decodes)
    {
        words.switch(COMPRESSED);
    }
    Ok(())
}

/// Whether curl sends the very same without being told.
fn adds_by_itself(request: &Request, data: &Data, header: &Header, has_credentials: bool) -> bool {
    let is = |name: &str| header.name() == name.as_bytes();
    if is("Host") {
        let url = &request.url;
        let is_usual = url.port() == url.scheme.default_port();
        let host = url.authority();
        let shown = match host.strip_suffix(&format!(":{}", url.port())) {
            Some(host) if is_usual => host,
            _ => &host,
        };
        return header.value() == shown.as_bytes();
    }
    is("Content-Length") && !matches!(data, Data::None)
        || is("Content-Type") && matches!(data, Data::Form(_))
        || is("Authorization") && has_credentials
}

fn push_header(words: &mut Words, request: &Request, referenced: &[&str], header: &Header) {
    let alone = |name: &str| {
        header.name() == name.as_bytes()
            && !header.value().is_empty()
            && request.headers.get_all(name).count() == 1
    };
    let by_reference = referenced.iter().any(|name| header.is(name));
    let is_secret = by_reference || is_secret(request, header);
    if alone("Cookie") && is_curl_cookie(header.value()) && !by_reference {
        let cookies = masked_cookies(words, header.value());
        words.option(COOKIE, cookies);
        return;
    }
    let value = match is_secret && !header.value().is_empty() {
        true => words.secret(header.value()),
        false => words.with_urls(
            hidden_in_field(header.name(), header.value()),
            header.value(),
        ),
    };
    if alone("User-Agent") {
        words.option(USER_AGENT, value);
    } else {
        words.option(HEADER, curl_header(&Header::new(header.name(), value)));
    }
}

/// Cookies with their names, but without their values if secrets are masked.
fn masked_cookies(words: &mut Words, line: &[u8]) -> Vec<u8> {
    let pairs: Vec<Vec<u8>> = line
        .split(|byte| *byte == b';')
        .map(|pair| match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => [&pair[..=at], &words.secret(&pair[at + 1..])].concat(),
            None => words.secret(pair),
        })
        .collect();
    pairs.join(&b';')
}

/// Whether a value is masked wherever it was given: what comes from a session, unless it is known to be harmless, and what
/// is called like a secret.
fn is_secret(request: &Request, header: &Header) -> bool {
    let of_session = request
        .bound_headers
        .iter()
        .any(|bound| bound.eq_ignore_ascii_case(header.name()));
    of_session && !is_harmless_header(header) || is_telling_name(header.name())
}
