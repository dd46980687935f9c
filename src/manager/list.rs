//! `httpie sessions list`: the sessions of the store, the last changed first.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::words::{self, Side, table, visible};
use super::{Answer, Context, program, which};
use crate::cli::commands::{Call, Column};
use crate::error::Error;
use crate::sessions::{
    Session, SessionError, StoredSession, list as stored_sessions, unix_seconds,
};

/// The size of a session's file, and when it changed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileFacts {
    pub(super) size: u64,
    /// In seconds since 1970.
    pub(super) changed: i64,
}

impl FileFacts {
    pub(super) fn of(path: &Path) -> FileFacts {
        let Ok(metadata) = fs::metadata(path) else {
            return FileFacts::default();
        };
        FileFacts {
            size: metadata.len(),
            changed: metadata.modified().map(unix_seconds).unwrap_or_default(),
        }
    }
}

/// A session in the list.
struct Row {
    stored: StoredSession,
    facts: FileFacts,
    content: Result<Content, SessionError>,
}

/// How much there is in a session.
struct Content {
    auth: Option<String>,
    cookies: usize,
    expired_cookies: usize,
    headers: usize,
}

impl Content {
    fn of(session: &Session, now: i64) -> Content {
        let auth = session.auth();
        let cookies = session.cookies().iter();
        Content {
            auth: auth.map(|auth| auth.auth_type().as_str().to_owned()),
            cookies: session.cookies().len(),
            expired_cookies: cookies.filter(|cookie| cookie.is_expired(now)).count(),
            headers: session.headers().len() + session.header_sources().len(),
        }
    }
}

/// One column alone. Names are such as a command line takes; a host could be anything that was typed as one.
fn column_of(sessions: impl Iterator<Item = StoredSession>, column: Column) -> Answer {
    let words = sessions.map(|session| match column {
        Column::Names => session.name,
        Column::Hosts => session.host,
    });
    let lines = program::sorted(words).into_iter();
    Answer::text(lines.map(|word| visible(word) + "\n").collect::<String>())
}

/// A row as `--json` prints it.
#[derive(Serialize)]
struct JsonRow<'a> {
    host: &'a str,
    name: &'a str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    auth: Option<&'a str>,
    cookies: Option<usize>,
    expired_cookies: Option<usize>,
    headers: Option<usize>,
    size: u64,
    changed: String,
}

pub(super) fn list(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let host = match call.arguments.first() {
        Some(host) => Some(which::host_of_url(&host.to_string_lossy())?),
        None => None,
    };
    let listing = stored_sessions(context.env.config_dir())?;
    let wanted = |session: &StoredSession| {
        host.as_ref()
            .is_none_or(|host| is_of_host(&session.host, host))
    };
    if let Some(column) = call.options.column {
        return Ok(column_of(
            listing.sessions.into_iter().filter(wanted),
            column,
        ));
    }
    let now = unix_seconds(context.env.now());
    let mut rows: Vec<Row> = listing
        .sessions
        .into_iter()
        .filter(wanted)
        .filter_map(|stored| row(stored, context, now))
        .collect();
    // The sort keeps the order by host and name of those that changed in one second.
    rows.sort_by_key(|row| std::cmp::Reverse(row.facts.changed));
    let unusable = rows.iter().filter(|row| row.content.is_err()).count();
    let text = match call.options.json {
        true => words::json(&rows.iter().map(json_row).collect::<Vec<_>>()),
        false => text_of(&rows),
    };
    if rows.is_empty() && !call.options.json {
        let of_host = host.map(|host| format!(" for {}", visible(host)));
        let message = format!("there are no sessions{}", of_host.unwrap_or_default());
        context.messages.hint(&message);
    }
    let mut failures: Vec<String> = listing
        .unreadable
        .iter()
        .map(|error| visible(error.to_string()))
        .collect();
    if unusable > 0 {
        failures.push(format!(
            "{} cannot be used.",
            words::count(unusable, "session file")
        ));
    }
    let failure = (!failures.is_empty()).then(|| Error::new(failures.join("\n")));
    Ok(Answer::text(text).and_failure(failure))
}

/// A host without a port stands for all its ports.
pub(super) fn is_of_host(host: &str, wanted: &str) -> bool {
    let without_port = match host.rsplit_once(':') {
        Some((before, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => host,
    };
    host.eq_ignore_ascii_case(wanted) || without_port.eq_ignore_ascii_case(wanted)
}

/// Nothing if there is no file any more: another process has deleted it, or it is a link that leads nowhere.
fn row(stored: StoredSession, context: &Context<'_>, now: i64) -> Option<Row> {
    let session = Session::of_stored(context.env, &stored);
    if session.as_ref().is_ok_and(Session::is_new) {
        return None;
    }
    Some(Row {
        facts: FileFacts::of(&stored.path),
        stored,
        content: session.map(|session| Content::of(&session, now)),
    })
}

fn text_of(rows: &[Row]) -> String {
    const SIDES: [Side; 7] = [
        Side::Left,
        Side::Left,
        Side::Left,
        Side::Right,
        Side::Right,
        Side::Right,
        Side::Left,
    ];
    const HEADINGS: [&str; 7] = [
        "HOST",
        "NAME",
        "AUTH",
        "COOKIES",
        "HEADERS",
        "SIZE",
        "CHANGED (UTC)",
    ];
    if rows.is_empty() {
        return String::new();
    }
    let mut cells = vec![HEADINGS.map(str::to_owned).to_vec()];
    for row in rows {
        let mut line = vec![visible(&row.stored.host), visible(&row.stored.name)];
        match &row.content {
            Ok(content) => line.extend([
                visible(content.auth.as_deref().unwrap_or("-")),
                content.cookies.to_string(),
                content.headers.to_string(),
                words::size(row.facts.size),
                words::minute(row.facts.changed),
            ]),
            Err(error) => line.push(visible(error.to_string())),
        }
        cells.push(line);
    }
    table(&SIDES, &cells)
}

fn json_row(row: &Row) -> JsonRow<'_> {
    let content = row.content.as_ref().ok();
    JsonRow {
        host: &row.stored.host,
        name: &row.stored.name,
        path: row.stored.path.to_string_lossy().into_owned(),
        error: row.content.as_ref().err().map(SessionError::to_string),
        auth: content.and_then(|content| content.auth.as_deref()),
        cookies: content.map(|content| content.cookies),
        expired_cookies: content.map(|content| content.expired_cookies),
        headers: content.map(|content| content.headers),
        size: row.facts.size,
        changed: words::timestamp(row.facts.changed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_a_port_stands_for_all_its_ports() {
        for (host, wanted, is) in [
            ("a.org", "A.org", true),
            ("a.org:8080", "a.org", true),
            ("a.org", "a.org:8080", false),
            ("b.a.org", "a.org", false),
            ("[::1]:80", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("[::1]", "[:", false),
        ] {
            assert_eq!(is_of_host(host, wanted), is, "{host} {wanted}");
        }
    }
}
