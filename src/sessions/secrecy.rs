//! Which headers may be shown where secrets may not, and which may not whoever gave them.

use crate::headers::Header;

/// Headers that hold no secret. All others may, whatever they are called: `X-Api-Key`, `Authorization`, `X-Auth`.
const HARMLESS_HEADERS: [&str; 14] = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Cache-Control",
    "Connection",
    "Content-Type",
    "DNT",
    "Origin",
    "Pragma",
    "Prefer",
    "TE",
    "User-Agent",
    "X-Requested-With",
];

/// Parts of names under which people send secrets, in lower case.
const TELLING: [&[u8]; 8] = [
    b"auth",
    b"token",
    b"secret",
    b"password",
    b"key",
    b"session",
    b"credential",
    b"cookie",
];

/// Whether a header is called like a secret: `Authorization`, `X-Api-Key`.
pub(crate) fn is_telling_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let contains = |part: &&[u8]| name.windows(part.len()).any(|window| window == *part);
    TELLING.iter().any(contains)
}

/// Whether the value of a header is known to be no secret.
pub(crate) fn is_harmless_header(header: &Header) -> bool {
    HARMLESS_HEADERS.iter().any(|name| header.is(name))
}
