//! Which headers may be shown where secrets may not.

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

/// Whether the value of a header is known to be no secret.
pub(crate) fn is_harmless_header(header: &Header) -> bool {
    HARMLESS_HEADERS.iter().any(|name| header.is(name))
}
