//! Sessions: headers, credentials and cookies that persist between runs, in one flat JSON file per host and name.
//!
//! [`get_httpie_session`] finds and loads a [`Session`]; its data apply to a request, it takes over what the
//! request and the response bring, and [`Session::save`] merges that into the file, whatever other processes do
//! with it meanwhile. The command line lays several sessions over one request (`Overlay`). Nothing here knows
//! options, prints, or speaks HTTP: headers and `Set-Cookie` lines come in as bytes, and the time comes in as a
//! number.

mod access;
mod auth_section;
mod cookie_date;
mod cookie_entry;
mod cookie_parse;
mod cookie_scope;
mod cookies;
mod credentials;
mod curl_config;
mod data;
mod error;
mod file;
mod header_entry;
mod header_sources;
mod import;
mod json;
mod location;
mod netscape;
mod overlay;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod public_suffix;
mod replace;
mod secrecy;
mod session;
mod source;
mod store;
mod trust;

pub use cookie_parse::{Refusal, SameSite};
pub use cookie_scope::CookieUrl;
pub use cookies::{Cookie, CookieJar, Reach};
pub use credentials::{AuthType, Credentials};
pub use data::SessionData;
pub use error::{Access, SessionError};
pub use session::{BindCookies, Session, get_httpie_session};
pub use source::{HeaderSource, SecretSource};
pub use store::is_anonymous_session;

pub(crate) use cookie_date::parse_cookie_date;
pub(crate) use curl_config::{curl_header, curl_user, is_curl_cookie};
pub(crate) use file::COMPATIBLE_VERSION;
pub(crate) use import::{Import, Refused};
pub(crate) use location::{looks_like_session, replace_text, text_of, without_port};
pub(crate) use overlay::{Overlay, OverlayRequest};
pub(crate) use secrecy::{is_harmless_header, is_telling_name};
pub(crate) use session::unix_seconds;
pub(crate) use source::SourceKind;
pub(crate) use store::{MAX_SIZE, StoredSession, delete, files_of, list, path_of};
