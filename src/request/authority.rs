//! The authority of a URL: user info, host and port (RFC 3986, section 3.2), and the Unix socket that can stand in its
//! place.
//!
//! Takes text, gives exact values or why there are none; the caller names the URL, since only it knows what of that can
//! be shown. It knows nothing of schemes and paths.

use std::fmt;
use std::path::PathBuf;

/// User name and, where a `:` was given, password; percent-decoded. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct UserInfo {
    pub(crate) username: String,
    pub(crate) password: Option<String>,
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserInfo(***)")
    }
}

/// What stands between `//` and the path: user info, host and port.
pub(crate) struct Authority {
    pub(crate) user_info: Option<UserInfo>,
    /// Lower case; an IPv6 address stands in brackets.
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

impl Authority {
    /// Reads an authority (RFC 3986, section 3.2).
    ///
    /// # Errors
    /// Why it is none, without naming it: the caller knows how it can be shown.
    pub(crate) fn parse(text: &str) -> Result<Authority, String> {
        let (user_info, host_port) = split_user_info(text);
        let (host, port) = split_host_port(host_port)?;
        Ok(Authority {
            user_info,
            host: normalize_host(host)?,
            port,
        })
    }
}

/// A Unix socket as the host of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UnixSocket {
    /// Percent-encoded, as it was typed.
    pub(super) typed: String,
    pub(super) path: PathBuf,
}

impl UnixSocket {
    pub(super) fn parse(typed: &str) -> Result<UnixSocket, String> {
        let path: Vec<u8> = percent_encoding::percent_decode_str(typed).collect();
        if path.is_empty() {
            return Err("the path of the socket is missing".to_owned());
        }
        let path = String::from_utf8(path)
            .ok()
            .filter(|path| !path.contains('\0'))
            .ok_or("the path of the socket is not valid")?;
        Ok(UnixSocket {
            typed: typed.to_owned(),
            path: PathBuf::from(path),
        })
    }
}

/// The host as the resolver and the certificate check want it: an IPv6 address without its brackets.
pub(crate) fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

pub(super) fn split_user_info(authority: &str) -> (Option<UserInfo>, &str) {
    match authority.rfind('@') {
        Some(at) => (
            Some(parse_user_info(&authority[..at])),
            &authority[at + 1..],
        ),
        None => (None, authority),
    }
}

fn parse_user_info(text: &str) -> UserInfo {
    let decode = |part: &str| {
        percent_encoding::percent_decode_str(part)
            .decode_utf8_lossy()
            .into_owned()
    };
    match text.split_once(':') {
        Some((username, password)) => UserInfo {
            username: decode(username),
            password: Some(decode(password)),
        },
        None => UserInfo {
            username: decode(text),
            password: None,
        },
    }
}

/// The host, and what stands behind its colon.
fn split_at_colon(text: &str) -> (&str, Option<&str>) {
    match (text.rfind(':'), text.rfind(']')) {
        (Some(colon), bracket) if bracket.is_none_or(|bracket| bracket < colon) => {
            (&text[..colon], Some(&text[colon + 1..]))
        }
        _ => (text, None),
    }
}

fn split_host_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = split_at_colon(text);
    let port = match port {
        None | Some("") => None,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(
            digits
                .parse()
                // It may be a password too: of `ann:12345678/9@host`.
                .map_err(|_| "the port is out of range (0 to 65535)".to_owned())?,
        ),
        // It may be a password: `user:password` without a host looks like this.
        Some(_) => return Err("what stands behind the colon is not a port".to_owned()),
    };
    Ok((host, port))
}

fn normalize_host(host: &str) -> Result<String, String> {
    if host.is_empty() {
        return Err("No host supplied".to_owned());
    }
    if let Some(inner) = host.strip_prefix('[') {
        let address = inner
            .strip_suffix(']')
            .ok_or("the ']' behind the IPv6 address is missing")?;
        let (bare, zone) = address.split_once('%').unwrap_or((address, ""));
        // The zone goes into the Host header with the rest (RFC 6874, section 2: unreserved and percent-encoded).
        let is_zone = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
        return match bare.parse::<std::net::Ipv6Addr>() {
            Ok(_) if zone.bytes().all(is_zone) => Ok(format!("[{}]", address.to_ascii_lowercase())),
            _ => Err(format!("'{address}' is not an IPv6 address")),
        };
    }
    let decoded = percent_encoding::percent_decode_str(host)
        .decode_utf8()
        .map_err(|_| format!("the host '{host}' is not valid"))?;
    let decoded = match decoded.is_ascii() {
        true => decoded,
        // UTS 46 without transitional rules, as browsers and HTTPie do it: `straße.de` is not `strasse.de`.
        false => idna::domain_to_ascii_cow(decoded.as_bytes(), idna::AsciiDenyList::EMPTY)
            .map(|ascii| ascii.into_owned().into())
            .map_err(|_| format!("'{decoded}' is no internationalized domain name"))?,
    };
    let forbidden = |c: char| c.is_ascii_control() || " \"#%/:<>?@[\\]^`{|}".contains(c);
    if decoded.starts_with(['.', '*']) {
        return Err("the host has an invalid label".to_owned());
    }
    // There are characters that mean nothing in a name: nothing is left of a host of them.
    if decoded.is_empty() {
        return Err("the host has an invalid label".to_owned());
    }
    match decoded.chars().find(|c| forbidden(*c)) {
        Some(c) => Err(format!("{c:?} cannot stand in a host name")),
        None => Ok(decoded.to_ascii_lowercase()),
    }
}
