//! Options on the content of the request.

use super::super::args::RequestType;
use super::{Category, Effect, Flag, ValueFacts, ValueKind};

pub(super) static FLAGS: &[Flag] = &[
    Flag {
        long: "json",
        short: Some('j'),
        category: Category::ContentTypes,
        short_help: "Send data items as a JSON object (default)",
        long_help: "\
Send data items as a JSON object. This is the default.

Content-Type and Accept are set for JSON, where they are not typed. Without data items, the option still sets them, and responses of any type are formatted as JSON if they are JSON.",
        effect: Effect::Switch(|args| args.request_type = Some(RequestType::Json)),
        reset: |args, default| args.request_type = default.request_type,
        ..Flag::BASE
    },
    Flag {
        long: "form",
        short: Some('f'),
        category: Category::ContentTypes,
        short_help: "Send data items as form fields",
        long_help: "\
Send data items as the fields of a form.

Content-Type is set to application/x-www-form-urlencoded, where it is not typed; when there are files among the items, the body is multipart/form-data.",
        effect: Effect::Switch(|args| args.request_type = Some(RequestType::Form)),
        reset: |args, default| args.request_type = default.request_type,
        ..Flag::BASE
    },
    Flag {
        long: "multipart",
        category: Category::ContentTypes,
        short_help: "Send data items as multipart/form-data, with or without files",
        long_help: "Like --form, but the body is always multipart/form-data, even without files.",
        effect: Effect::Switch(|args| args.request_type = Some(RequestType::Multipart)),
        reset: |args, default| args.request_type = default.request_type,
        ..Flag::BASE
    },
    Flag {
        long: "boundary",
        category: Category::ContentTypes,
        short_help: "Use this boundary in multipart/form-data bodies",
        long_help: "Use this boundary between the parts of a multipart/form-data body instead of a random one.",
        effect: Effect::Value(
            ValueFacts {
                name: "BOUNDARY",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.boundary = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.boundary = default.boundary,
        ..Flag::BASE
    },
    Flag {
        long: "raw",
        category: Category::ContentTypes,
        short_help: "Send this text as the body, as it is",
        long_help: "\
Send this text as the body, without making anything of it. It cannot be combined with data items.

    $ http --raw='data' example.org/post

The same can be done through standard input or with a file:

    $ echo data | http example.org/post
    $ http example.org/post @data.txt",
        effect: Effect::Value(
            ValueFacts {
                name: "RAW",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.raw = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.raw = default.raw,
        ..Flag::BASE
    },
    Flag {
        long: "compress",
        short: Some('x'),
        category: Category::ContentProcessing,
        short_help: "Compress the body with deflate; twice: even if that makes it longer",
        long_help: "\
Compress the body with deflate and say so in Content-Encoding.

A body that would become longer is sent as it is, unless the option is given twice (-xx).",
        effect: Effect::Switch(|args| args.compress = args.compress.saturating_add(1)),
        reset: |args, default| args.compress = default.compress,
        ..Flag::BASE
    },
];
