//! `httpie sessions show`: what a session holds, its secrets masked unless they are asked for.

use serde::Serialize;

use super::list::FileFacts;
use super::which::Which;
use super::words::{self, MASK, Side, count, table, visible};
use super::{Answer, Context};
use crate::cli::commands::Call;
use crate::error::Error;
use crate::headers::Header;
use crate::sessions::{Cookie, Reach, SecretSource, Session, is_harmless_header, unix_seconds};
use crate::url_text::hidden_in_field;

/// Whether secrets are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrets {
    Masked,
    Revealed,
}

impl Secrets {
    /// The text, unless it has to stay hidden.
    fn show(self, secret: impl AsRef<[u8]>) -> Option<String> {
        let shown = || String::from_utf8_lossy(secret.as_ref()).into_owned();
        (self == Secrets::Revealed).then(shown)
    }

    fn show_header(self, header: &Header) -> Option<String> {
        match is_harmless_header(header) {
            true => {
                let hidden = hidden_in_field(header.name(), header.value());
                self.show(header.value())
                    .or_else(|| Secrets::Revealed.show(hidden))
            }
            false => self.show(header.value()),
        }
    }
}

/// A session as `--json` prints it. Masked values are null.
#[derive(Serialize)]
struct JsonSession<'a> {
    name: &'a str,
    host: Option<&'a str>,
    path: String,
    size: u64,
    changed: String,
    auth: Option<JsonAuth<'a>>,
    headers: Vec<JsonHeader>,
    cookies: Vec<JsonCookie<'a>>,
}

#[derive(Serialize)]
struct JsonAuth<'a> {
    r#type: &'a str,
    raw_auth: Option<String>,
    /// Where the secret comes from, if it is not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_auth_from: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonHeader {
    name: String,
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<String>,
}

#[derive(Serialize)]
struct JsonCookie<'a> {
    name: String,
    value: Option<String>,
    domain: Option<&'a str>,
    host_only: bool,
    path: &'a str,
    secure: bool,
    http_only: bool,
    same_site: Option<&'static str>,
    expires: Option<String>,
    expired: bool,
}

pub(super) fn show(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = Which::of_call(call, context.env)?;
    let session = which.open(context.env)?;
    let secrets = match call.options.reveal {
        true => Secrets::Revealed,
        false => Secrets::Masked,
    };
    if let Some(warning) = session.warning() {
        context.messages.warning(warning);
    }
    let now = unix_seconds(context.env.now());
    Ok(Answer::text(match call.options.json {
        true => words::json(&json_of(&which, &session, secrets, now)),
        false => text_of(&which, &session, secrets, now),
    }))
}

fn json_of<'a>(
    which: &'a Which,
    session: &'a Session,
    secrets: Secrets,
    now: i64,
) -> JsonSession<'a> {
    let facts = FileFacts::of(session.path());
    JsonSession {
        name: &which.name,
        host: which.host.as_deref(),
        path: session.path().to_string_lossy().into_owned(),
        size: facts.size,
        changed: words::timestamp(facts.changed),
        auth: session.auth().map(|auth| JsonAuth {
            r#type: auth.auth_type().as_str(),
            raw_auth: match auth.source() {
                Some(_) => None,
                None => secrets.show(auth.raw_auth()),
            },
            raw_auth_from: auth.source().map(SecretSource::as_str),
        }),
        headers: session
            .headers()
            .iter()
            .map(|header| JsonHeader {
                name: String::from_utf8_lossy(header.name()).into_owned(),
                value: secrets.show_header(header),
                value_from: None,
            })
            .chain(session.header_sources().iter().map(|header| JsonHeader {
                name: header.name().to_owned(),
                value: None,
                value_from: Some(header.source().to_string()),
            }))
            .collect(),
        cookies: session
            .cookies()
            .iter()
            .map(|cookie| json_cookie(cookie, secrets, now))
            .collect(),
    }
}

fn json_cookie(cookie: &Cookie, secrets: Secrets, now: i64) -> JsonCookie<'_> {
    JsonCookie {
        name: String::from_utf8_lossy(cookie.name()).into_owned(),
        value: secrets.show(cookie.value()),
        domain: match cookie.reach() {
            Reach::AnyHost | Reach::Unbound => None,
            _ => Some(cookie.domain()),
        },
        host_only: cookie.reach() == Reach::HostOnly,
        path: cookie.path(),
        secure: cookie.secure(),
        http_only: cookie.http_only(),
        same_site: cookie.same_site().map(|same_site| same_site.as_str()),
        expires: cookie.expires().map(words::timestamp),
        expired: cookie.is_expired(now),
    }
}

fn text_of(which: &Which, session: &Session, secrets: Secrets, now: i64) -> String {
    let facts = FileFacts::of(session.path());
    let mut out = format!(
        "Session: {}\nFile:    {} ({})\nChanged: {} UTC\n",
        visible(which.label()),
        visible(session.path().to_string_lossy().as_bytes()),
        words::size(facts.size),
        words::minute(facts.changed),
    );
    let auth = match session.auth() {
        None => "none".to_owned(),
        Some(auth) => format!(
            "{} {}",
            visible(auth.auth_type().as_str()),
            match auth.source() {
                Some(source) => format!("from {}", visible(source.as_str())),
                None => masked(secrets.show(auth.raw_auth())),
            }
        ),
    };
    out.push_str(&format!("Auth:    {auth}\n"));
    let headers = session.headers().len() + session.header_sources().len();
    if headers > 0 {
        out.push_str(&format!("\n{}:\n", count(headers, "header")));
    }
    for header in session.headers() {
        let value = masked(secrets.show_header(header));
        out.push_str(format!("    {}: {value}", visible(header.name())).trim_end());
        out.push('\n');
    }
    for header in session.header_sources() {
        let (name, source) = (header.name(), visible(header.source().as_str()));
        out.push_str(&format!("    {name}: from {source}\n"));
    }
    if !session.cookies().is_empty() {
        let cookies = count(session.cookies().len(), "cookie");
        out.push_str(&format!("\n{cookies}:\n"));
        for line in cookie_table(session, secrets, now).lines() {
            out.push_str(&format!("    {line}\n"));
        }
    }
    out
}

/// A secret as it may be seen.
fn masked(shown: Option<String>) -> String {
    visible(shown.unwrap_or_else(|| MASK.to_owned()))
}

fn cookie_table(session: &Session, secrets: Secrets, now: i64) -> String {
    let headings = ["NAME", "VALUE", "DOMAIN", "PATH", "EXPIRES", "FLAGS"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    rows.extend(session.cookies().iter().map(|cookie| {
        vec![
            visible(cookie.name()),
            masked(secrets.show(cookie.value())),
            reach_of(cookie),
            visible(cookie.path()),
            words::expiry(cookie.expires(), now),
            flags_of(cookie),
        ]
    }));
    table(&[Side::Left; 6], &rows)
}

/// Where a cookie goes: `*.example.org` reaches subdomains too.
fn reach_of(cookie: &Cookie) -> String {
    let domain = visible(cookie.domain());
    match cookie.reach() {
        Reach::HostOnly => domain,
        Reach::Domain | Reach::Assumed => format!("*.{domain}"),
        Reach::AnyHost | Reach::Unbound => "any host".to_owned(),
    }
}

fn flags_of(cookie: &Cookie) -> String {
    let mut flags = Vec::new();
    if cookie.secure() {
        flags.push("Secure".to_owned());
    }
    if cookie.http_only() {
        flags.push("HttpOnly".to_owned());
    }
    if let Some(same_site) = cookie.same_site() {
        flags.push(format!("SameSite={}", same_site.as_str()));
    }
    flags.join(" ")
}
