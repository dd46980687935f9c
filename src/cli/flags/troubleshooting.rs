//! Options on standard input, help, diagnosis and the default scheme.

use super::super::args::CurlNames;
use super::{Category, Effect, Flag, Instead, Lineage, ValueFacts, ValueKind, Visibility};

/// The value of `--generate-man`.
pub(super) static PAGE: ValueFacts = ValueFacts {
    name: "PAGE",
    kind: ValueKind::Choice {
        all: &["http", "https", "httpie"],
        planned: &[],
        listed: true,
    },
};

pub(super) static FLAGS: &[Flag] = &[
    Flag {
        long: "ignore-stdin",
        short: Some('I'),
        category: Category::Troubleshooting,
        short_help: "Do not read standard input",
        long_help: "\
Do not read standard input. Without it, anything but a terminal there is read as the body of the request.

Give it in scripts and cron jobs that do not mean to send their standard input.",
        effect: Effect::Switch(|args| args.ignore_stdin = true),
        reset: |args, default| args.ignore_stdin = default.ignore_stdin,
        ..Flag::BASE
    },
    Flag {
        long: "curl",
        category: Category::Troubleshooting,
        lineage: Lineage::Own,
        short_help: "Print a curl command instead of sending the request",
        long_help: "\
Print the command line of curl's that sends the same request, for a POSIX shell, and do not send it. No session is made or changed.

Where the output is not a terminal, and with --mask, secrets in it are masked as --mask says, and passwords too; headers of a session are shown if they are known to be harmless, such as Accept. --reveal shows all. With `-a USER`, curl asks for the password.

    $ http --curl PUT example.org/users/7 name=John
    $ http --curl --reveal --session=alice example.org | sh",
        effect: Effect::Switch(|args| args.curl = Some(CurlNames::Short)),
        reset: |args, default| args.curl = default.curl,
        ..Flag::BASE
    },
    Flag {
        long: "curl-long",
        category: Category::Troubleshooting,
        lineage: Lineage::Own,
        short_help: "The same with the long names of curl's options",
        long_help: "The same as --curl, with the long names of curl's options.",
        effect: Effect::Switch(|args| args.curl = Some(CurlNames::Long)),
        reset: |args, default| args.curl = default.curl,
        ..Flag::BASE
    },
    Flag {
        long: "reveal",
        category: Category::Troubleshooting,
        lineage: Lineage::Own,
        short_help: "Show the secrets in the output of --curl",
        long_help: "Show the secrets in the output of --curl where it does not go to a terminal: credentials, cookies, headers of sessions and those that are called like secrets. What is in a body or a query is always shown.",
        effect: Effect::Switch(|args| args.reveal = true),
        reset: |args, default| args.reveal = default.reveal,
        ..Flag::BASE
    },
    Flag {
        long: "help",
        category: Category::Troubleshooting,
        short_help: "Print this help and exit",
        long_help: "Print this help and exit.",
        effect: Effect::Instead(Instead::Help),
        ..Flag::BASE
    },
    Flag {
        long: "manual",
        category: Category::Troubleshooting,
        short_help: "Print the manual and exit",
        long_help: "Print the manual and exit.",
        effect: Effect::Instead(Instead::Manual),
        ..Flag::BASE
    },
    Flag {
        long: "version",
        category: Category::Troubleshooting,
        short_help: "Print the version and exit",
        long_help: "Print the version and exit.",
        effect: Effect::Instead(Instead::Version),
        ..Flag::BASE
    },
    Flag {
        long: "traceback",
        category: Category::Troubleshooting,
        short_help: "Show the causes of an error in full",
        long_help: "Show the causes of an error in full, should one occur.",
        effect: Effect::Switch(|args| args.traceback = true),
        reset: |args, default| args.traceback = default.traceback,
        ..Flag::BASE
    },
    Flag {
        long: "default-scheme",
        category: Category::Troubleshooting,
        short_help: "The scheme of a URL that has none",
        long_help: "The scheme of a URL that has none. The default is http; when the program is called as https, it is https whatever is given here.",
        effect: Effect::Value(
            ValueFacts {
                name: "DEFAULT_SCHEME",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.default_scheme = value.text()?;
                Ok(())
            },
        ),
        reset: |args, default| args.default_scheme = default.default_scheme,
        ..Flag::BASE
    },
    Flag {
        long: "no-config",
        category: Category::Troubleshooting,
        lineage: Lineage::Own,
        short_help: "Do not read config.json",
        long_help: "Do not read the file config.json. The environment variable HTTPIE_DEFAULT_OPTIONS counts all the same. The option works on the command line only.",
        effect: Effect::Switch(|args| args.no_config = true),
        reset: |args, default| args.no_config = default.no_config,
        ..Flag::BASE
    },
    Flag {
        long: "debug",
        category: Category::Troubleshooting,
        short_help: "Show facts for a bug report, and the causes of an error in full",
        long_help: "Show what helps to understand a problem and to report it: versions, directories, terminal facts, where default options come from, and the causes of an error in full. Given alone, it shows them and exits.",
        effect: Effect::Switch(|args| args.debug = true),
        reset: |args, default| args.debug = default.debug,
        ..Flag::BASE
    },
    Flag {
        long: "generate-man",
        category: Category::Troubleshooting,
        visibility: Visibility::Internal,
        short_help: "Print the source of a manual page and exit",
        long_help: "Print the source of a manual page and exit: this is how the files in man/ are made.",
        effect: Effect::Instead(Instead::GenerateMan),
        ..Flag::BASE
    },
];
