//! Options on what is printed, where and how.

use super::super::args::Pretty;
use super::{Category, Effect, Flag, Lineage, ValueFacts, ValueKind, Visibility};

static PRETTY: [(&str, Pretty); 4] = [
    ("all", Pretty::All),
    ("colors", Pretty::Colors),
    ("format", Pretty::Format),
    ("none", Pretty::None),
];

/// The names that `--style` knows.
#[rustfmt::skip]
static STYLES: &[&str] = &[
    "abap", "algol", "algol_nu", "arduino", "auto", "autumn", "borland", "bw", "coffee", "colorful", "default",
    "dracula", "emacs", "friendly", "friendly_grayscale", "fruity", "github-dark", "gruvbox-dark", "gruvbox-light",
    "igor", "inkpot", "lightbulb", "lilypond", "lovelace", "manni", "material", "monokai", "murphy", "native",
    "night-owl", "nord", "nord-darker", "one-dark", "paraiso-dark", "paraiso-light", "pastie", "perldoc", "pie",
    "pie-dark", "pie-light", "rainbow_dash", "rrt", "sas", "solarized", "solarized-dark", "solarized-light",
    "staroffice", "stata-dark", "stata-light", "tango", "trac", "vim", "vs", "xcode", "zenburn",
];

pub(super) static FLAGS: &[Flag] = &[
    Flag {
        long: "pretty",
        category: Category::OutputProcessing,
        short_help: "Whether output is formatted and coloured",
        long_help: "\
Whether output is formatted and coloured: `all` does both and is the default on a terminal; `none` does neither and is the default elsewhere; `colors` and `format` do one of them.",
        effect: Effect::Value(
            ValueFacts {
                name: "PRETTY",
                kind: ValueKind::Choice {
                    all: &["all", "colors", "format", "none"],
                    planned: &[],
                    listed: true,
                },
            },
            |args, value| {
                args.pretty = Some(value.choice(&PRETTY)?);
                Ok(())
            },
        ),
        reset: |args, default| args.pretty = default.pretty,
        ..Flag::BASE
    },
    Flag {
        long: "style",
        short: Some('s'),
        category: Category::OutputProcessing,
        short_help: "The colour style of output",
        long_help: "\
The colour style of output; the default is auto, which uses the terminal's own 16 colours. The others are made of 256 colours; on a terminal whose TERM has fewer, and without COLORTERM, auto is used.",
        effect: Effect::Value(
            ValueFacts {
                name: "STYLE",
                kind: ValueKind::Choice {
                    all: STYLES,
                    planned: &[],
                    listed: false,
                },
            },
            |args, value| {
                args.style = value.word(STYLES)?;
                Ok(())
            },
        ),
        reset: |args, default| args.style = default.style,
        ..Flag::BASE
    },
    Flag {
        long: "unsorted",
        // HTTPie's own name for the opposite of --sorted: it does not reset, it switches.
        aliases: &["no-sorted"],
        category: Category::OutputProcessing,
        short_help: "Keep the order of headers and JSON keys",
        long_help: "\
Keep headers and JSON keys in the order in which they came. A shorthand for:

    --format-options=headers.sort:false,json.sort_keys:false",
        effect: Effect::Switch(|args| args.format_options.sort_all(false)),
        reset: |args, default| args.format_options = default.format_options,
        ..Flag::BASE
    },
    Flag {
        long: "sorted",
        aliases: &["no-unsorted"],
        category: Category::OutputProcessing,
        short_help: "Sort headers and JSON keys again",
        long_help: "\
Sort headers and JSON keys: the default, which an earlier option may have changed. A shorthand for:

    --format-options=headers.sort:true,json.sort_keys:true",
        effect: Effect::Switch(|args| args.format_options.sort_all(true)),
        reset: |args, default| args.format_options = default.format_options,
        ..Flag::BASE
    },
    Flag {
        long: "response-charset",
        category: Category::OutputProcessing,
        short_help: "Read the response in this encoding",
        long_help: "\
Read the text of the response in this encoding, whatever the server says, when it is shown:

    --response-charset=utf8
    --response-charset=big5",
        effect: Effect::Value(
            ValueFacts {
                name: "ENCODING",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.response_charset = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.response_charset = default.response_charset,
        ..Flag::BASE
    },
    Flag {
        long: "response-mime",
        category: Category::OutputProcessing,
        short_help: "Format and colour the response as this type",
        long_help: "\
Format and colour the response as this type, whatever the server says:

    --response-mime=application/json
    --response-mime=text/xml",
        effect: Effect::Value(
            ValueFacts {
                name: "MIME_TYPE",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.response_mime = Some(value.mime_type()?);
                Ok(())
            },
        ),
        reset: |args, default| args.response_mime = default.response_mime,
        ..Flag::BASE
    },
    Flag {
        long: "format-options",
        category: Category::OutputProcessing,
        short_help: "How output is formatted",
        long_help: "\
How output is formatted, where it is formatted (see --pretty). The defaults are:

    headers.sort:true
    json.format:true
    json.indent:4
    json.sort_keys:true
    xml.format:true
    xml.indent:2

Several can be given with commas between them, and the option can be repeated; later ones go over earlier ones. This is a good thing to have in the configuration file:

    --format-options=json.sort_keys:false,json.indent:2",
        effect: Effect::Value(
            ValueFacts {
                name: "FORMAT_OPTIONS",
                kind: ValueKind::Text,
            },
            |args, value| args.format_options.overlay(&value.text()?),
        ),
        reset: |args, default| args.format_options = default.format_options,
        ..Flag::BASE
    },
    Flag {
        long: "print",
        short: Some('p'),
        category: Category::Output,
        short_help: "Which parts of the exchange are printed",
        long_help: "\
Which parts of the exchange are printed, as letters:

    H   the request's headers
    B   the request's body
    h   the response's headers
    b   the response's body
    m   the response's metadata: how long it took

The default is hb on a terminal and b elsewhere.",
        effect: Effect::Value(
            ValueFacts {
                name: "WHAT",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.print = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.print = default.print,
        ..Flag::BASE
    },
    Flag {
        long: "headers",
        short: Some('h'),
        category: Category::Output,
        short_help: "Print only the response's headers",
        long_help: "Print only the response's headers: --print=h.",
        effect: Effect::Switch(|args| args.print = Some("h".to_owned())),
        reset: |args, default| args.print = default.print,
        ..Flag::BASE
    },
    Flag {
        long: "meta",
        short: Some('m'),
        category: Category::Output,
        short_help: "Print only the response's metadata",
        long_help: "Print only the response's metadata: --print=m.",
        effect: Effect::Switch(|args| args.print = Some("m".to_owned())),
        reset: |args, default| args.print = default.print,
        ..Flag::BASE
    },
    Flag {
        long: "body",
        short: Some('b'),
        category: Category::Output,
        short_help: "Print only the response's body",
        long_help: "Print only the response's body: --print=b.",
        effect: Effect::Switch(|args| args.print = Some("b".to_owned())),
        reset: |args, default| args.print = default.print,
        ..Flag::BASE
    },
    Flag {
        long: "verbose",
        short: Some('v'),
        category: Category::Output,
        short_help: "Print request and response in full; twice: metadata too",
        long_help: "\
Print the request and the response in full, and those that came before them, such as redirects. Twice (-vv), metadata too.

    -v    is  --all --print=HBhb
    -vv   is  --all --print=HBhbm

A --print that is given as well decides what is printed.",
        effect: Effect::Switch(|args| args.verbose = args.verbose.saturating_add(1)),
        reset: |args, default| args.verbose = default.verbose,
        ..Flag::BASE
    },
    Flag {
        long: "all",
        category: Category::Output,
        short_help: "Print intermediate requests and responses too",
        long_help: "\
Print intermediate requests and responses too: redirects that were followed (with --follow), and the first request of a digest authentication. By default only the last ones are printed.",
        effect: Effect::Switch(|args| args.all = true),
        reset: |args, default| args.all = default.all,
        ..Flag::BASE
    },
    Flag {
        long: "history-print",
        short: Some('P'),
        category: Category::Output,
        visibility: Visibility::Hidden,
        short_help: "The same as --print, for intermediate messages",
        long_help: "The same as --print, for intermediate messages. The default is what --print says.",
        effect: Effect::Value(
            ValueFacts {
                name: "WHAT",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.history_print = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.history_print = default.history_print,
        ..Flag::BASE
    },
    Flag {
        long: "stream",
        short: Some('S'),
        category: Category::Output,
        short_help: "Print the response as it comes, line by line",
        long_help: "\
Print the response as it comes, line by line, also when it is formatted: each line that is a JSON document is laid out, XML is not. Otherwise a response that is to be formatted is read to its end first.

Use it for responses that go on and on. Server-sent events (text/event-stream) and rows of JSON documents (application/x-ndjson, application/json-seq, application/stream+json) are printed so without it. In a pipe, what is not formatted always leaves at once.",
        effect: Effect::Switch(|args| args.stream = true),
        reset: |args, default| args.stream = default.stream,
        ..Flag::BASE
    },
    Flag {
        long: "output",
        short: Some('o'),
        category: Category::Output,
        short_help: "Write output into this file",
        long_help: "\
Write output into this file instead of standard output. With --download, only the response's body goes there, and the rest to standard error.
A symbolic link is followed, as a shell does it; names that a server chooses never lead through one.",
        effect: Effect::Value(
            ValueFacts {
                name: "FILE",
                kind: ValueKind::File,
            },
            |args, value| {
                args.output = Some(value.path());
                Ok(())
            },
        ),
        reset: |args, default| args.output = default.output,
        ..Flag::BASE
    },
    Flag {
        long: "download",
        short: Some('d'),
        category: Category::Output,
        short_help: "Save the response's body in a file",
        long_help: "\
Save the response's body in a file instead of printing it. Everything else goes to standard error.

The file is named by --output, or else by the response (Content-Disposition), or else by the URL, with an ending that goes with the type. A file that is there already is never written over unless --output names it: the new one gets a number. If standard output is redirected and there is no --output, the body goes there.

Redirects are followed, and an error status is an error and saves nothing (--follow, --check-status). A download that is not complete is an error too; what came stays for --continue.",
        effect: Effect::Switch(|args| args.download = true),
        reset: |args, default| args.download = default.download,
        ..Flag::BASE
    },
    Flag {
        long: "continue",
        short: Some('c'),
        category: Category::Output,
        short_help: "Go on with a download that was interrupted",
        long_help: "\
Go on with a download that was interrupted: ask only for what the file of --output lacks. It needs --download and --output.

A server that sends another part than the one asked for is an error, and the file stays as it was. One that sends the whole again has the file begun anew. Whether the file on the server is still the same version is not known from a partial file; if you have its ETag, type it:

    http -dc -o big.iso example.org/big.iso If-Range:'\"abc\"'",
        effect: Effect::Switch(|args| args.resume = true),
        reset: |args, default| args.resume = default.resume,
        ..Flag::BASE
    },
    Flag {
        long: "quiet",
        short: Some('q'),
        category: Category::Output,
        short_help: "Print only errors and warnings; twice: only errors",
        long_help: "\
Print nothing but errors and warnings; twice (-qq), no warnings either where the output goes to a terminal. --output and --download go on writing their file.",
        effect: Effect::Switch(|args| args.quiet = args.quiet.saturating_add(1)),
        reset: |args, default| args.quiet = default.quiet,
        ..Flag::BASE
    },
    Flag {
        long: "mask",
        category: Category::Output,
        lineage: Lineage::Own,
        short_help: "Show *** in the place of secrets",
        long_help: "\
Show *** in the place of secrets, for logs: in printed requests the values of headers that are called like secrets, and of those that come from a session or from --header-from; in printed responses the values of cookies that are set; in both, user names and passwords in URLs. Bodies are shown as they are, and what is sent is the same.

A header is called like a secret if its name has auth, token, secret, password, key, session, credential or cookie in it: Authorization, X-Api-Key.

It is the default where the environment says CI=true or CI=1, except for --offline, whose output is made to be sent; --no-mask shows everything.",
        effect: Effect::Switch(|args| args.mask = Some(true)),
        // The environment has a say only where nothing was typed.
        reset: |args, _| args.mask = Some(false),
        ..Flag::BASE
    },
    Flag {
        long: "json-meta",
        lineage: Lineage::Own,
        category: Category::Output,
        short_help: "Print facts about the exchange as a line of JSON",
        long_help: "\
Print facts about the exchange as one line of JSON on standard error when it has ended, well or not, in place of the text of --meta. The keys are always there and stay what they are; what is not known is null:

    url, method    of the last request; the URL without credentials
    status         of the final response
    http_version   of the final response, as 1.1
    hops           the number of requests before the last: redirects,
                   challenges
    request        head_bytes, body_bytes of the last request
    response       head_bytes, body_bytes (without chunk framing),
                   decoded_bytes (without content codings) of the final
                   response
    times          in seconds: dns, connect, tls, each summed up over all
                   connections; first_byte, up to the head of the final
                   response; total
    exit_status    of the program
    error          what ended it, if anything did

A body that is not printed is read all the same, so that its size is known.",
        effect: Effect::Switch(|args| args.json_meta = true),
        reset: |args, default| args.json_meta = default.json_meta,
        ..Flag::BASE
    },
    Flag {
        long: "meta-file",
        lineage: Lineage::Own,
        category: Category::Output,
        short_help: "Write the line of --json-meta into this file",
        long_help: "\
Write the line of --json-meta, which this implies, into this file instead of standard error. What the file held before is replaced.",
        effect: Effect::Value(
            ValueFacts {
                name: "FILE",
                kind: ValueKind::File,
            },
            |args, value| {
                args.meta_file = Some(value.path());
                Ok(())
            },
        ),
        reset: |args, default| args.meta_file = default.meta_file,
        ..Flag::BASE
    },
];
