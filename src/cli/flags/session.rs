//! Options on sessions and credentials.

use super::super::args::AuthType;
use super::{Category, Effect, Flag, Lineage, ValueFacts, ValueKind};

static AUTH_TYPES: [(&str, AuthType); 3] = [
    ("basic", AuthType::Basic),
    ("bearer", AuthType::Bearer),
    ("digest", AuthType::Digest),
];

pub(super) static FLAGS: &[Flag] = &[
    Flag {
        long: "session",
        category: Category::Sessions,
        short_help: "Use a session, and save in it what this exchange adds",
        long_help: "\
Use a session, and make it when it does not exist. Its headers, credentials and cookies are laid under what is typed; typed headers, credentials and the cookies that servers set are saved in it afterwards.

A plain name belongs to the host of the request. A name with a path separator is the path of a file, which any host can use:

    $ http --session=alice example.org
    $ http --session=./alice.json example.org

It can be combined with --session-read-only: see there.",
        effect: Effect::Value(
            ValueFacts {
                name: "SESSION_NAME_OR_PATH",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.session = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.session = default.session,
        ..Flag::BASE
    },
    Flag {
        long: "session-read-only",
        category: Category::Sessions,
        short_help: "Use a session without changing it",
        long_help: "\
Use a session as it is, and leave it so: what happens in this exchange is not saved. When it stands alone and does not exist yet, it is created.

The option can be repeated; later sessions go over earlier ones. Together with --session, that one goes over all of them, and takes over what it lacks when it is saved.",
        effect: Effect::Value(
            ValueFacts {
                name: "SESSION_NAME_OR_PATH",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.session_read_only.push(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.session_read_only = default.session_read_only,
        ..Flag::BASE
    },
    Flag {
        long: "auth",
        short: Some('a'),
        category: Category::Authentication,
        short_help: "Credentials: a user with or without password, or a token",
        long_help: "\
The credentials: USER:PASSWORD for basic and digest, a token for bearer. With a user alone, the password is asked for on the terminal; `USER:` is an empty password.

Arguments can be seen by other users of the machine: prefer --auth-from, the prompt, a session or a .netrc file for secrets.",
        effect: Effect::Value(
            ValueFacts {
                name: "USER[:PASS] | TOKEN",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.auth = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.auth = default.auth,
        ..Flag::BASE
    },
    Flag {
        long: "auth-type",
        short: Some('A'),
        category: Category::Authentication,
        short_help: "How the credentials are presented",
        long_help: "\
How the credentials are presented; the default is basic.

    basic     Basic (RFC 7617)
    bearer    a Bearer token (RFC 6750)
    digest    Digest (RFC 7616)

Without -a, it says how the credentials of the .netrc file are presented. A session does not keep those.",
        effect: Effect::Value(
            ValueFacts {
                name: "AUTH_TYPE",
                kind: ValueKind::Choice {
                    all: &["basic", "bearer", "digest"],
                    planned: &[],
                    listed: true,
                },
            },
            |args, value| {
                args.auth_type = Some(value.choice(&AUTH_TYPES)?);
                Ok(())
            },
        ),
        reset: |args, default| args.auth_type = default.auth_type,
        ..Flag::BASE
    },
    Flag {
        long: "auth-from",
        category: Category::Authentication,
        lineage: Lineage::Own,
        short_help: "Where to get the credentials, so that they are not seen",
        long_help: "\
Where to get what --auth would have given, so that it stands neither on the command line, where other users of the machine can see it, nor in a session:

    env:NAME       the environment variable NAME
    file:PATH      the first line of a file; ~ is your home directory
    fd:N           the line at which the open file descriptor N stands;
                   0 is standard input, which is no body then
    cmd:COMMAND    the first line that a command prints

    $ http --auth-type=bearer --auth-from=env:API_TOKEN example.org
    $ http --auth-from='cmd:pass show example.org' example.org

A command is run without a shell unless it has a character that only a shell understands. It has nothing to read, its errors are shown, and after 30 seconds or 128 KiB of output it is stopped; where there is no terminal, all that it started is stopped too. A pipe has 30 seconds as well.

A session keeps the reference and never the secret, which is asked for anew at each run. A secret that cannot be had is an error, and nothing is sent. A session file that other users can write to is not used if it has a command in it, and what else it takes from here is said.",
        effect: Effect::Value(
            ValueFacts {
                name: "SOURCE",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.auth_from = Some(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.auth_from = default.auth_from,
        ..Flag::BASE
    },
    Flag {
        long: "header-from",
        category: Category::Authentication,
        lineage: Lineage::Own,
        short_help: "A header whose value comes from elsewhere",
        long_help: "\
A header whose value comes from one of the sources of --auth-from. The option can be repeated.

    $ http --header-from=X-Api-Key=file:~/.api-key example.org

Such a header is not sent on when a redirect leads to another host, port or scheme, and a session keeps the reference alone. A header of this name that is typed as a request item goes before it.",
        effect: Effect::Value(
            ValueFacts {
                name: "NAME=SOURCE",
                kind: ValueKind::Text,
            },
            |args, value| {
                args.header_from.push(value.text()?);
                Ok(())
            },
        ),
        reset: |args, default| args.header_from = default.header_from,
        ..Flag::BASE
    },
    Flag {
        long: "ignore-netrc",
        category: Category::Authentication,
        short_help: "Take no credentials from .netrc",
        long_help: "Take no credentials from the .netrc file.",
        effect: Effect::Switch(|args| args.ignore_netrc = true),
        reset: |args, default| args.ignore_netrc = default.ignore_netrc,
        ..Flag::BASE
    },
];
