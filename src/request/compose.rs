//! From what was asked to a request: which body it has, which headers its kind brings, and how they meet those of the
//! sessions and the typed ones.

use super::body::{self, Body};
use super::build::{self, ACCEPT_JSON, Ingredients, Request};
use super::media_type;
use super::multipart::Multipart;
use super::nested_json;
use super::stdin::{self, LengthWanted};
use super::url::Url;
use crate::cli::args::RequestType;
use crate::cli::invocation::{Invocation, mixed_bodies};
use crate::cli::items::{self, Field, FieldValue, FileItem, HeaderItem};
use crate::cli::json_value::JsonValue;
use crate::error::Error;
use crate::headers::Headers;

/// What sessions and credentials bring to a request.
pub(crate) struct Brought {
    pub(crate) session_headers: Headers,
    pub(crate) authorization: Option<Vec<u8>>,
    /// The cookies that apply, as one Cookie header.
    pub(crate) cookie: Option<Vec<u8>>,
    /// Whether a typed Cookie header is among `cookie` already.
    pub(crate) took_typed_cookies: bool,
    /// Whether standard input was read for a secret, and has no body.
    pub(crate) took_stdin: bool,
    /// Headers that an option needs, whatever was typed.
    pub(crate) required: Vec<(&'static str, String)>,
}

/// Makes the request that was asked for.
///
/// `waiting` is called when standard input has been silent for a second.
///
/// # Errors
/// A body that cannot be read or does not fit its kind; two bodies.
pub(crate) fn compose(
    invocation: &Invocation,
    url: Url,
    brought: Brought,
    waiting: impl FnOnce(),
) -> Result<Request, Error> {
    let args = &invocation.args;
    let kind = invocation.request_type();
    let mut defaults = Headers::new();
    let waiting = (invocation.reads_stdin && !brought.took_stdin).then_some(waiting);
    let body = choose_body(invocation, kind, &mut defaults, waiting)?;
    let mut typed = invocation.items.headers.clone();
    if brought.took_typed_cookies {
        typed.retain(|item| !item.name.eq_ignore_ascii_case("Cookie"));
    }
    let is_empty_form = kind == RequestType::Multipart && invocation.items.fields.is_empty();
    if let Body::Multipart(parts) = &body {
        let has_type =
            |item: &HeaderItem| item.value.as_ref().is_some_and(|value| !value.is_empty());
        typed.retain(|item| !item.name.eq_ignore_ascii_case("Content-Type") || has_type(item));
        name_boundary(&mut typed, parts.boundary());
    }
    for (name, value) in brought.required {
        typed.retain(|item| !item.name.eq_ignore_ascii_case(name));
        typed.push(HeaderItem {
            name: name.to_owned(),
            value: Some(value.into_bytes()),
        });
    }
    Ok(build::build(Ingredients {
        method: args
            .method
            .clone()
            .map(|method| method.to_ascii_uppercase())
            // An empty --raw is a body all the same.
            .or_else(|| args.raw.is_some().then(|| "POST".to_owned()))
            // HTTPie looks for items, not for a body.
            .or_else(|| is_empty_form.then(|| "GET".to_owned())),
        url,
        defaults,
        session: &brought.session_headers,
        typed: &typed,
        authorization: brought.authorization,
        cookie: brought.cookie,
        body,
        chunked: args.chunked,
    }))
}

/// A typed type of a multipart body gets the boundary without which nobody could read the body (as in HTTPie, where for that
/// reason the type cannot be taken away either).
fn name_boundary(typed: &mut [HeaderItem], boundary: &str) {
    let types = typed
        .iter_mut()
        .filter(|item| item.name.eq_ignore_ascii_case("Content-Type"));
    for value in types.filter_map(|item| item.value.as_mut()) {
        let lower = value.to_ascii_lowercase();
        if !lower.windows(9).any(|part| part == b"boundary=") {
            value.extend_from_slice(format!("; boundary={boundary}").as_bytes());
        }
    }
}

fn choose_body(
    invocation: &Invocation,
    kind: RequestType,
    defaults: &mut Headers,
    waiting: Option<impl FnOnce()>,
) -> Result<Body, Error> {
    let args = &invocation.args;
    let items = &invocation.items;
    let mut body = body_as_it_is(invocation, waiting)?;
    let has_data = !body.is_empty() || !items.fields.is_empty();
    match kind {
        RequestType::Json => {
            if has_data || args.request_type == Some(RequestType::Json) {
                defaults.append("Accept", ACCEPT_JSON);
                defaults.append(
                    "Content-Type",
                    file_type(items.body_file.as_ref()).unwrap_or("application/json".to_owned()),
                );
            }
        }
        RequestType::Form => {
            let form = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
            defaults.append(
                "Content-Type",
                file_type(items.body_file.as_ref()).unwrap_or(form),
            );
        }
        RequestType::Multipart => {}
    }
    if !items.fields.is_empty() || (kind == RequestType::Multipart && body.is_empty()) {
        body = fields_body(invocation, kind, defaults)?;
    }
    Ok(body)
}

/// The body that is not made of fields, of which there can be but one.
fn body_as_it_is(invocation: &Invocation, waiting: Option<impl FnOnce()>) -> Result<Body, Error> {
    let args = &invocation.args;
    let items = &invocation.items;
    let mut body = match (&items.body_file, &args.raw) {
        (Some(file), _) => stdin::read_file(&file.path, length_wanted(invocation))?,
        (None, Some(raw)) if !raw.is_empty() => Body::Bytes(raw.clone().into_bytes()),
        (None, _) => Body::Empty,
    };
    let has_other = !body.is_empty() || !items.fields.is_empty();
    if let Some(waiting) = waiting {
        let input = stdin::read(length_wanted(invocation), waiting)?;
        if !input.is_empty() {
            if has_other {
                return Err(mixed_bodies());
            }
            body = input;
        }
    }
    if args.request_type == Some(RequestType::Multipart) && !body.is_empty() {
        return Err(mixed_bodies());
    }
    Ok(body)
}

/// A length is needed unless the user gives it or the body goes out in chunks.
fn length_wanted(invocation: &Invocation) -> LengthWanted {
    let typed = invocation.typed_headers();
    if invocation.args.chunked || typed.contains("Transfer-Encoding") {
        return LengthWanted::No;
    }
    match typed.get_str("Content-Length") {
        // What is no number is none.
        Some(length) => length
            .parse()
            .map_or(LengthWanted::Yes, LengthWanted::Promised),
        None => LengthWanted::Yes,
    }
}

fn fields_body(
    invocation: &Invocation,
    kind: RequestType,
    defaults: &mut Headers,
) -> Result<Body, Error> {
    let fields = &invocation.items.fields;
    let by_name = || items::grouped(fields.iter().collect(), |field: &&Field| &field.name);
    Ok(match kind {
        RequestType::Json => {
            let values = fields.iter().map(|field| {
                let value = match &field.value {
                    FieldValue::Text(text) => JsonValue::String(text.clone()),
                    FieldValue::Json(value) => value.clone(),
                    FieldValue::File(_) => JsonValue::Null,
                };
                (field.name.as_str(), value)
            });
            let mut text = String::new();
            nested_json::build(values)?.write(&mut text);
            Body::Bytes(text.into_bytes())
        }
        RequestType::Form => match body::urlencoded(&by_name())? {
            text if text.is_empty() => Body::Empty,
            text => Body::Bytes(text.into_bytes()),
        },
        RequestType::Multipart => {
            let parts = parts(by_name(), invocation.args.boundary.clone())?;
            defaults.append(
                "Content-Type",
                format!("multipart/form-data; boundary={}", parts.boundary()),
            );
            Body::Multipart(parts)
        }
    })
}

fn parts(fields: Vec<&Field>, boundary: Option<String>) -> Result<Multipart, Error> {
    let mut parts = Multipart::new(boundary);
    for field in fields {
        match &field.value {
            FieldValue::File(file) => {
                let mime_type = file_type(Some(file));
                parts.add_file(&field.name, file.path.clone(), mime_type.as_deref())?;
            }
            value => {
                if let Some(text) = body::form_text(value)? {
                    parts.add_text(&field.name, &text);
                }
            }
        }
    }
    parts.close();
    Ok(parts)
}

/// The media type of a file: what `;type=` says, else what its name suggests.
pub(super) fn file_type(file: Option<&FileItem>) -> Option<String> {
    let file = file?;
    let guessed = || media_type::of_name(&file.path).map(str::to_owned);
    file.mime_type.clone().or_else(guessed)
}
