//! A session as a configuration file of curl's (`curl -K FILE`): headers, credentials, and the cookies of one URL.
//!
//! curl sends cookies that are given to it to the host of its URL, whatever their scope was: so only those are written
//! that a request to the URL would carry, and where one of them is Secure, curl is told to speak TLS alone.

use super::cookie_scope::CookieUrl;
use super::credentials::{AuthType, Credentials};
use super::data::SessionData;
use super::import::Refused;
use super::netscape::Export;
use super::source::SecretSource;
use crate::headers::{Header, is_control};

const WARNING: &[u8] = b"# Secrets of a session, for: curl -K FILE URL\n\
# With --location, curl sends these headers to other hosts too.\n";

/// Writes what a request to `url` would carry.
pub(super) fn write(data: &SessionData, url: &CookieUrl<'_>, now: i64) -> Export {
    let mut export = Export {
        text: WARNING.to_vec(),
        refused: Vec::new(),
    };
    for header in data.headers() {
        push(&mut export.text, "header", &curl_header(header));
    }
    for header in data.header_sources() {
        let line = format!(
            "# The header {} is not here: its value comes from {}\n",
            header.name(),
            header.source()
        );
        export.text.extend_from_slice(line.as_bytes());
    }
    if let Some(credentials) = data.auth() {
        match credentials.source() {
            Some(source) => push_reference(&mut export.text, credentials, source),
            None => push_credentials(&mut export, credentials),
        }
    }
    if let Some(line) = data.cookies().header_for(url, now) {
        match is_curl_cookie(&line) {
            true => push(&mut export.text, "cookie", &line),
            false => export.refused.push(Refused {
                what: "the cookies".to_owned(),
                reason: "curl would take them for the name of a file".to_owned(),
            }),
        }
    }
    let mut sent = data.cookies().iter();
    let has_secure = sent.any(|cookie| cookie.secure() && cookie.applies_to(url, now));
    let is_local = CookieUrl::new(false, url.host(), "/").is_secure();
    if has_secure && !is_local {
        push(&mut export.text, "proto", b"=https");
    }
    export
}

/// A header as curl is told of it.
pub(crate) fn curl_header(header: &Header) -> Vec<u8> {
    match header.value() {
        // curl takes `Name:` for a header that is to be removed.
        b"" => [header.name(), b";"].concat(),
        value => [header.name(), b": ", value].concat(),
    }
}

/// Whether curl takes a text for cookies: without an equals sign it is the name of a file.
pub(crate) fn is_curl_cookie(line: &[u8]) -> bool {
    line.contains(&b'=') && !line.iter().copied().any(is_control)
}

/// A secret that is not in the session does not go into a file on the way.
fn push_reference(text: &mut Vec<u8>, credentials: &Credentials, source: &SecretSource) {
    let auth_type = credentials.auth_type().as_str();
    let line = format!("# The {auth_type} credentials are not here: they come from {source}\n");
    text.extend(line.bytes().map(|byte| {
        if is_control(byte) && byte != b'\n' {
            b'?'
        } else {
            byte
        }
    }));
}

/// A user and a password as curl is told of them. Without a colon, it would ask for a password.
pub(crate) fn curl_user(credentials: &Credentials) -> String {
    let raw = credentials.raw_auth();
    match raw.contains(':') {
        true => raw.to_owned(),
        false => format!("{raw}:"),
    }
}

fn push_credentials(export: &mut Export, credentials: &Credentials) {
    let raw = credentials.raw_auth();
    let user = curl_user(credentials);
    match credentials.auth_type() {
        AuthType::Basic => {
            export.text.extend(b"basic\n");
            push(&mut export.text, "user", user.as_bytes());
        }
        AuthType::Digest => {
            export.text.extend(b"digest\n");
            push(&mut export.text, "user", user.as_bytes());
        }
        AuthType::Bearer => push(&mut export.text, "oauth2-bearer", raw.trim().as_bytes()),
        AuthType::Other(name) => export.refused.push(Refused {
            what: "the credentials".to_owned(),
            reason: format!("curl does not know the type {name:?}"),
        }),
    }
}

/// `option = "value"`, with the escapes that curl's manual names.
fn push(text: &mut Vec<u8>, option: &str, value: &[u8]) {
    text.extend_from_slice(option.as_bytes());
    text.extend_from_slice(b" = \"");
    for &byte in value {
        match byte {
            b'"' | b'\\' => text.extend([b'\\', byte]),
            b'\t' => text.extend_from_slice(b"\\t"),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            _ => text.push(byte),
        }
    }
    text.extend_from_slice(b"\"\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{Cookie, Reach};

    fn text(data: &SessionData, secure: bool, host: &str) -> String {
        let url = CookieUrl::new(secure, host, "/");
        let text = String::from_utf8(write(data, &url, 0).text).unwrap();
        text.replace(std::str::from_utf8(WARNING).unwrap(), "")
    }

    #[test]
    fn headers_credentials_and_cookies_of_the_url_are_written() {
        let mut data = SessionData::empty();
        let mut headers = crate::headers::Headers::new();
        headers.append("X-Key", "a\"b\\c");
        headers.append("X-Empty", "");
        data.update_headers(&headers, &CookieUrl::new(true, "x.org", "/"), 0);
        data.set_credentials(Some(Credentials::new(AuthType::Basic, "ann")));
        for (name, host) in [("a", "x.org"), ("b", "y.org")] {
            let cookie = Cookie::new(name, "1", host, Reach::HostOnly);
            data.cookies_mut().insert(cookie, 0);
        }
        assert_eq!(
            text(&data, true, "x.org"),
            "header = \"X-Key: a\\\"b\\\\c\"\nheader = \"X-Empty;\"\nbasic\nuser = \"ann:\"\ncookie = \"a=1\"\n"
        );
    }

    #[test]
    fn secure_cookies_do_not_leave_tls() {
        let mut data = SessionData::empty();
        let mut cookie = Cookie::new("a", "1", "x.org", Reach::HostOnly);
        cookie.secure = true;
        data.cookies_mut().insert(cookie, 0);
        assert_eq!(
            text(&data, true, "x.org"),
            "cookie = \"a=1\"\nproto = \"=https\"\n"
        );
        assert_eq!(text(&data, false, "x.org"), "");
    }
}
