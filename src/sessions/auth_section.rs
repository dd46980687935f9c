//! The section `auth` of a session file: `{type, raw_auth}`, the `{type, username, password}` of HTTPie before 2.0, and
//! `{type, raw_auth_from}` for a secret that is not in the file.

use std::borrow::Cow;

use super::credentials::{AuthType, Credentials};
use super::json::{Json, Misfit, Output, text, unknown_members};
use super::source::SecretSource;

/// Reads the section; there are no credentials in one of nulls, as HTTPie writes it.
pub(super) fn read_auth(auth: Json<'_>) -> Result<Option<Credentials>, Misfit> {
    if auth.is_null() {
        return Ok(None);
    }
    let (mut kind, mut raw_auth, mut username, mut password) = (None, None, None, None);
    let mut source = None;
    auth.each_member("\"auth\"", |key, value| {
        let (slot, name) = match &*key {
            "type" => (&mut kind, "\"type\" of \"auth\""),
            "raw_auth" => (&mut raw_auth, "\"raw_auth\" of \"auth\""),
            "raw_auth_from" => (&mut source, "\"raw_auth_from\" of \"auth\""),
            "username" => (&mut username, "\"username\" of \"auth\""),
            "password" => (&mut password, "\"password\" of \"auth\""),
            _ => return Ok(()),
        };
        *slot = match value.is_null() {
            true => None,
            false => Some(value.text(name)?),
        };
        Ok(())
    })?;
    if let Some(source) = source {
        let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
            return Err(auth.reject("\"auth\" has no \"type\""));
        };
        let source = SecretSource::parse(&source)
            .map_err(|reason| auth.reject(format!("in \"raw_auth_from\", {reason}")))?;
        let auth_type = AuthType::from(&*kind);
        return Ok(Some(Credentials::from_source(auth_type, source)));
    }
    let secret = match (raw_auth, username, password) {
        (Some(raw_auth), ..) => Some(raw_auth),
        (None, Some(username), Some(password)) => {
            Some(Cow::Owned(format!("{username}:{password}")))
        }
        (None, username, _) => username,
    };
    match (kind, secret) {
        (Some(kind), Some(secret)) if !kind.is_empty() => {
            Ok(Some(Credentials::new(AuthType::from(&*kind), secret)))
        }
        (Some(kind), None) if !kind.is_empty() => {
            Err(auth.reject("\"auth\" has neither \"raw_auth\" nor \"username\""))
        }
        (None, Some(_)) => Err(auth.reject("\"auth\" has no \"type\"")),
        _ => Ok(None),
    }
}

/// Writes the section.
pub(super) fn write_auth<'a>(
    credentials: Option<&Credentials>,
    stored: Option<Json<'a>>,
) -> Output<'a> {
    const OURS: [&str; 5] = ["type", "raw_auth", "raw_auth_from", "username", "password"];
    let mut members = unknown_members(stored, &OURS);
    match credentials {
        Some(credentials) => {
            members.push((
                Cow::Borrowed("type"),
                text(credentials.auth_type().as_str().to_owned()),
            ));
            let raw_auth = match credentials.source() {
                Some(_) => placeholder(credentials.auth_type()),
                None => credentials.raw_auth(),
            };
            members.push((Cow::Borrowed("raw_auth"), text(raw_auth.to_owned())));
            if let Some(source) = credentials.source() {
                let source = text(source.as_str().to_owned());
                members.push((Cow::Borrowed("raw_auth_from"), source));
            }
        }
        None => {
            for key in ["password", "type", "username"] {
                members.push((Cow::Borrowed(key), Output::Null));
            }
        }
    }
    Output::Object(members)
}

/// What stands in the place of a secret that is not stored. Without it, or with null, HTTPie fails when it loads the file
/// (tried); with this, its requests have empty credentials.
fn placeholder(auth_type: &AuthType) -> &'static str {
    match auth_type {
        AuthType::Basic | AuthType::Digest => ":",
        AuthType::Bearer | AuthType::Other(_) => "",
    }
}
