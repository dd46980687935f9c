//! Digest access authentication (RFC 7616, and RFC 2617 where a server still speaks that): from a challenge and a login to
//! the value of Authorization.
//!
//! Functions from bytes to values; the client nonce is a parameter. What to do with an answer is for `client::exchange`.

use std::fmt::Write as _;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, SHA512_256, digest};

use crate::error::Error;
use crate::headers::OPTIONAL_SPACE;
use crate::sessions::Credentials;

/// The hash of a challenge, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    /// Of no RFC, as the last one; HTTPie answers both.
    Sha1,
    Sha256,
    Sha512Part,
    Sha512,
}

impl Hash {
    const ALL: [Hash; 5] = [
        Hash::Md5,
        Hash::Sha1,
        Hash::Sha256,
        Hash::Sha512Part,
        Hash::Sha512,
    ];

    fn name(self) -> &'static str {
        match self {
            Hash::Md5 => "MD5",
            Hash::Sha1 => "SHA",
            Hash::Sha256 => "SHA-256",
            Hash::Sha512Part => "SHA-512-256",
            Hash::Sha512 => "SHA-512",
        }
    }

    /// The hash in lower-case hexadecimal digits.
    fn hex(self, bytes: &[u8]) -> String {
        let hex = |digest: &[u8]| {
            digest.iter().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{byte:02x}");
                out
            })
        };
        let by_ring = |algorithm| hex(digest(algorithm, bytes).as_ref());
        match self {
            Hash::Md5 => hex(&md5::compute(bytes).0),
            Hash::Sha1 => by_ring(&SHA1_FOR_LEGACY_USE_ONLY),
            Hash::Sha256 => by_ring(&SHA256),
            Hash::Sha512Part => by_ring(&SHA512_256),
            Hash::Sha512 => by_ring(&SHA512),
        }
    }
}

/// What the answer protects besides the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protection {
    /// RFC 2069: no count, no client nonce.
    Legacy,
    Auth,
    /// The body too.
    AuthInt,
}

impl Protection {
    /// As `qop` names it.
    fn word(self) -> &'static str {
        match self {
            Protection::Legacy => "",
            Protection::Auth => "auth",
            Protection::AuthInt => "auth-int",
        }
    }
}

/// A challenge that we can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    hash: Hash,
    /// `-sess`: the nonces go into the first hash.
    is_session: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    protection: Protection,
    hashes_user: bool,
    /// The credentials may be right: only the nonce was too old.
    pub(crate) is_stale: bool,
}

/// The strongest challenge among the values of WWW-Authenticate that we can answer.
pub(crate) fn strongest<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Option<Challenge> {
    let offered = fields.flat_map(|field| challenges(&String::from_utf8_lossy(field)));
    // Of equally strong ones the first: a server names them in the order that it prefers.
    offered
        .filter_map(Challenge::read)
        .reduce(|best, next| if next.hash > best.hash { next } else { best })
}

impl Challenge {
    /// `None` for another scheme, or for what we do not know.
    fn read((scheme, parameters): (String, Vec<(String, String)>)) -> Option<Challenge> {
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        // The answer repeats them, and they must not end a line of the request (RFC 9110, section 5.6.4).
        if parameters
            .iter()
            .any(|(_, value)| value.contains(is_forbidden))
        {
            return None;
        }
        let get = |name: &str| {
            let mut named = parameters
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(name));
            named.next().map(|(_, value)| value.clone())
        };
        let is_true =
            |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let algorithm = get("algorithm")
            .unwrap_or_else(|| "MD5".to_owned())
            .to_ascii_uppercase();
        let (name, is_session) = match algorithm.strip_suffix("-SESS") {
            Some(name) => (name, true),
            None => (algorithm.as_str(), false),
        };
        let offered = get("qop");
        let offers = |word: &str| {
            let mut words = offered.iter().flat_map(|list| list.split(','));
            words.any(|offer| {
                offer
                    .trim_matches(OPTIONAL_SPACE)
                    .eq_ignore_ascii_case(word)
            })
        };
        Some(Challenge {
            hash: Hash::ALL.into_iter().find(|hash| hash.name() == name)?,
            is_session,
            realm: get("realm")?,
            nonce: get("nonce")?,
            opaque: get("opaque"),
            protection: match offered {
                None => Protection::Legacy,
                Some(_) if offers("auth") => Protection::Auth,
                Some(_) if offers("auth-int") => Protection::AuthInt,
                Some(_) => return None,
            },
            hashes_user: is_true("userhash"),
            is_stale: is_true("stale"),
        })
    }

    /// Goes on with the nonce that the server has named for the next request.
    pub(crate) fn renew(&mut self, nonce: String) {
        self.nonce = nonce;
    }

    /// Whether the answer hashes the body.
    pub(crate) fn covers_body(&self) -> bool {
        self.protection == Protection::AuthInt
    }
}

/// The nonce for the next request in the value of Authentication-Info.
pub(crate) fn next_nonce(field: &[u8]) -> Option<String> {
    // The field has the parameters of a challenge without its scheme.
    let field = format!("Info {}", String::from_utf8_lossy(field));
    let parameters = challenges(&field)
        .into_iter()
        .flat_map(|(_, parameters)| parameters);
    let mut named = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("nextnonce"));
    let nonce = named.next().map(|(_, nonce)| nonce);
    nonce.filter(|nonce| !nonce.contains(is_forbidden))
}

/// Control characters but for the tab, which can stand in no quoted string.
fn is_forbidden(character: char) -> bool {
    character.is_ascii_control() && character != '\t'
}

/// Splits a field into challenges: a scheme, and its `name=value` parameters.
fn challenges(field: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = field.trim_start_matches([',', ' ', '\t']);
    while !rest.is_empty() {
        let end = rest.find(['=', ',', ' ', '\t']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_space = [' ', '\t'];
        match (
            after.trim_start_matches(is_space).strip_prefix('='),
            found.last_mut(),
        ) {
            (Some(value), Some((_, parameters))) => {
                let (value, after) = parameter_value(value.trim_start_matches(is_space));
                parameters.push((word.to_owned(), value));
                rest = after;
            }
            _ => {
                found.push((word.to_owned(), Vec::new()));
                rest = after.strip_prefix('=').unwrap_or(after);
            }
        }
        rest = rest.trim_start_matches([',', ' ', '\t']);
    }
    found
}

/// A token or a quoted string at the start of `text`, and what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (value, "")
}

/// The request that an answer is for.
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a str,
    /// The request target, as it stands in the request line.
    pub(crate) target: &'a str,
    /// The body, where [`Challenge::covers_body`] wants it.
    pub(crate) body: &'a [u8],
}

/// The answer to a challenge: the value of Authorization. `count` is how often its nonce has been used, this time included.
pub(crate) fn answer(
    challenge: &Challenge,
    login: &Credentials,
    asked: &Asked<'_>,
    count: u32,
    client_nonce: &str,
) -> Vec<u8> {
    let (user, password) = login.user_and_password();
    let hash = |text: &str| challenge.hash.hex(text.as_bytes());
    let Challenge { realm, nonce, .. } = challenge;
    let mut secret = hash(&format!("{user}:{realm}:{}", password.unwrap_or_default()));
    if challenge.is_session {
        secret = hash(&format!("{secret}:{nonce}:{client_nonce}"));
    }
    let subject = match challenge.protection {
        Protection::Legacy | Protection::Auth => format!("{}:{}", asked.method, asked.target),
        Protection::AuthInt => {
            let body = challenge.hash.hex(asked.body);
            format!("{}:{}:{body}", asked.method, asked.target)
        }
    };
    let subject = hash(&subject);
    let word = challenge.protection.word();
    let response = match challenge.protection {
        Protection::Legacy => hash(&format!("{secret}:{nonce}:{subject}")),
        _ => hash(&format!(
            "{secret}:{nonce}:{count:08x}:{client_nonce}:{word}:{subject}"
        )),
    };
    let shown_user = match challenge.hashes_user {
        true => hash(&format!("{user}:{realm}")),
        false => user.to_owned(),
    };
    let mut value = format!(
        "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{response}\", algorithm={}{}",
        escaped(&shown_user),
        escaped(realm),
        escaped(nonce),
        escaped(asked.target),
        challenge.hash.name(),
        if challenge.is_session { "-sess" } else { "" }
    );
    if challenge.protection != Protection::Legacy {
        let _ = write!(
            value,
            ", qop={word}, nc={count:08x}, cnonce=\"{client_nonce}\""
        );
    }
    if challenge.hashes_user {
        value.push_str(", userhash=true");
    }
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(value, ", opaque=\"{}\"", escaped(opaque));
    }
    value.into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A client nonce: 128 bits of the system's randomness in hexadecimal digits.
///
/// # Errors
/// The system has none to give.
pub(crate) fn client_nonce() -> Result<String, Error> {
    use ring::rand::SecureRandom;
    let mut bytes = [0; 16];
    ring::rand::SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| {
            Error::new("the system gives no random numbers, which digest authentication needs")
        })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::AuthType;

    fn response(field: &str, login: &str, target: &str, client_nonce: &str) -> String {
        let challenge = strongest([field.as_bytes()].into_iter()).unwrap();
        let asked = Asked {
            method: "GET",
            target,
            body: b"",
        };
        let login = Credentials::new(AuthType::Digest, login);
        let value = String::from_utf8(answer(&challenge, &login, &asked, 1, client_nonce)).unwrap();
        let (_, rest) = value.split_once("response=\"").unwrap();
        rest.split_once('"').unwrap().0.to_owned()
    }

    #[test]
    fn the_vectors_of_rfc_7616_and_rfc_2617_come_out() {
        let challenge = |algorithm: &str| {
            format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            )
        };
        let client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        for (algorithm, want) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            (
                "SHA-256",
                "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
            // The same with hashes of no RFC, by Python's hashlib.
            ("SHA", "e99f244f9069203415f7e8b7bd25b4b2ad3e2a7f"),
            (
                "SHA-512",
                "27d9ebedb4e86595d8b99152ce456620c8e47c48afbd771dbc4468bb758ca66e\
                 7312383d49ad044219d4a2c5c218e66c584fa00b2728798bcff9435825eed0ad",
            ),
        ] {
            let got = response(
                &challenge(algorithm),
                "Mufasa:Circle of Life",
                "/dir/index.html",
                client_nonce,
            );
            assert_eq!(got, want, "{algorithm}");
        }
        let old = "Digest realm=\"testrealm@host.com\",qop=\"auth,auth-int\",nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"";
        let got = response(old, "Mufasa:Circle Of Life", "/dir/index.html", "0a4f113b");
        assert_eq!(got, "6629fae49393a05397450978507c4ef1");
    }

    #[test]
    fn of_several_challenges_the_strongest_known_is_answered() {
        let fields = [
            &b"Basic realm=\"a, Digest nonce=\\\"x\\\"\", Digest realm=\"one\", nonce=\"1\", algorithm=MD5"[..],
            b"Digest realm=\"two\", nonce=\"2\", algorithm=SHA-256, qop=auth, Digest realm=\"no\", nonce=\"3\", algorithm=SHA-9000",
            b"Negotiate, Digest realm=\"three\", nonce=4, algorithm=SHA-256-sess",
        ];
        let best = strongest(fields.into_iter()).unwrap();
        assert_eq!((best.realm.as_str(), best.nonce.as_str()), ("two", "2"));
    }

    #[test]
    fn the_next_nonce_is_found() {
        assert_eq!(
            next_nonce(b"qop=auth, nextnonce=\"n,2\", nc=00000001").as_deref(),
            Some("n,2")
        );
        assert_eq!(next_nonce(b"qop=auth"), None);
    }

    #[test]
    fn what_would_end_a_line_of_the_answer_is_no_challenge() {
        for bad in ["\r", "\0", "\u{b}", "\u{7f}"] {
            let field = format!("Digest realm=\"a{bad}X: y\", nonce=\"n\"");
            assert_eq!(strongest([field.as_bytes()].into_iter()), None, "{bad:?}");
            let field = format!("nextnonce=\"a{bad}X: y\"");
            assert_eq!(next_nonce(field.as_bytes()), None, "{bad:?}");
        }
        assert!(strongest([&b"Digest realm=\"a\tb\", nonce=1"[..]].into_iter()).is_some());
    }

    #[test]
    fn odd_challenges_are_no_challenges() {
        for field in [
            "",
            ",",
            "=",
            "Digest",
            "Digest realm",
            "Digest realm=\"",
            "Digest nonce=1",
            "Basic",
            "\"",
            "Digest ,=,",
            "x=y",
        ] {
            assert_eq!(strongest([field.as_bytes()].into_iter()), None, "{field}");
        }
        let unknown = b"Digest realm=\"a\", nonce=\"b\", qop=\"else\"";
        assert_eq!(strongest([&unknown[..]].into_iter()), None);
    }
}
