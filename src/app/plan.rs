//! What the options say about the output, in the words of `output`.

use crate::cli::args::{self, RequestType};
use crate::cli::invocation::Invocation;
use crate::error::Error;
use crate::output::charset::Charset;
use crate::output::json::JsonOptions;
use crate::output::plan::{Parts, Plan, XmlOptions};
use crate::output::styles::Style;

pub(super) fn plan(invocation: &Invocation) -> Result<Plan, Error> {
    let args = &invocation.args;
    let options = args.format_options;
    let (format, colors) = form(invocation.pretty);
    let parts = |letters: &str| {
        let parts = Parts::from_letters(letters);
        Parts {
            // What is saved is not shown, and --json-meta takes the place of the text.
            response_body: parts.response_body && !invocation.downloads,
            meta: parts.meta && !args.json_meta && args.meta_file.is_none(),
            ..parts
        }
    };
    let response_charset = match &args.response_charset {
        None => None,
        Some(name) => Some(Charset::named(name).ok_or_else(|| {
            Error::usage(format!(
                "argument --response-charset: '{name}' is not a supported encoding; those of web pages (Encoding Standard), utf-32, cp437, cp850, cp852 and cp858 are"
            ))
        })?),
    };
    Ok(Plan {
        parts: parts(&invocation.print),
        history: invocation.history_print.as_deref().map(parts),
        format,
        sort_headers: options.headers_sort,
        json: JsonOptions {
            indent: usize::from(options.json_indent),
            sort_keys: options.json_sort_keys,
            format: options.json_format,
            escape_controls: false,
        },
        xml: XmlOptions {
            indent: usize::from(options.xml_indent),
            format: options.xml_format,
        },
        response_type: args.response_mime.clone(),
        response_charset,
        style: colors.then(|| Style::named(args.style)).flatten(),
        by_line: args.stream,
        any_type_may_be_json: args.request_type == Some(RequestType::Json),
        to_terminal: invocation.to_terminal,
    })
}

/// Whether it is laid out, and whether it is coloured.
pub(super) fn form(pretty: args::Pretty) -> (bool, bool) {
    match pretty {
        args::Pretty::All => (true, true),
        args::Pretty::Format => (true, false),
        args::Pretty::Colors => (false, true),
        args::Pretty::None => (false, false),
    }
}
