//! Options on standard input, help, diagnosis and the default scheme.

use super::{Category, Effect, Flag, Instead, ValueFacts, ValueKind, Visibility};

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
        long: "debug",
        category: Category::Troubleshooting,
        short_help: "Show facts for a bug report, and the causes of an error in full",
        long_help: "Show what helps to understand a problem and to report it: versions, directories, terminal facts, and the causes of an error in full. Given alone, it shows them and exits.",
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
