//! Which parts of which messages are shown, and in which form.

use super::charset::Charset;
use super::json::JsonOptions;
use super::styles::Style;

/// The parts of an exchange, as `--print` names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// `H`
    pub(crate) request_head: bool,
    /// `B`
    pub(crate) request_body: bool,
    /// `h`
    pub(crate) response_head: bool,
    /// `b`
    pub(crate) response_body: bool,
    /// `m`
    pub(crate) meta: bool,
}

impl Parts {
    /// The parts that these letters stand for; the option table lets no other letter through.
    pub(crate) fn from_letters(letters: &str) -> Parts {
        Parts {
            request_head: letters.contains('H'),
            request_body: letters.contains('B'),
            response_head: letters.contains('h'),
            response_body: letters.contains('b'),
            meta: letters.contains('m'),
        }
    }
}

/// How XML is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct XmlOptions {
    /// Spaces for each level.
    pub(crate) indent: usize,
    /// Whether it is laid out at all.
    pub(crate) format: bool,
}

/// What is to be shown, and how.
pub(crate) struct Plan {
    /// Of the final response and of requests.
    pub(crate) parts: Parts,
    /// Of responses that a further request follows.
    pub(crate) history: Option<Parts>,
    /// Whether headers and bodies are laid out anew.
    pub(crate) format: bool,
    pub(crate) sort_headers: bool,
    pub(crate) json: JsonOptions,
    pub(crate) xml: XmlOptions,
    /// `--response-mime`: what responses are taken for, whatever they say.
    pub(crate) response_type: Option<String>,
    /// `--response-charset`, likewise.
    pub(crate) response_charset: Option<Charset>,
    /// Colours, if there are any.
    pub(crate) style: Option<Style>,
    /// `--stream`: each line is shown when it is here.
    pub(crate) by_line: bool,
    /// `--json`: a body is tried as JSON whatever its type says.
    pub(crate) any_type_may_be_json: bool,
    /// Whether a person looks at a terminal: binary data are left out, control characters made visible.
    pub(crate) to_terminal: bool,
}

impl Plan {
    /// Whether anything but the bytes themselves is wanted.
    pub(crate) fn is_pretty(&self) -> bool {
        self.format || self.style.is_some()
    }
}

/// The type of server-sent events, in lower case.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";
/// The type of JSON text sequences (RFC 7464), in lower case.
pub(crate) const JSON_SEQUENCE: &str = "application/json-seq";

/// Whether a body of this type, in lower case, is a row of events or documents that come when they happen.
pub(crate) fn is_stream(content_type: &str) -> bool {
    let name = content_type.split(';').next().unwrap_or_default().trim();
    matches!(
        name,
        EVENT_STREAM | JSON_SEQUENCE | "application/x-ndjson" | "application/stream+json"
    )
}
