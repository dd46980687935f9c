//! The commands on sessions.

use super::{Action, Column, Command, CommandOption, Effect, ExportFormat, Form, form};

/// A named session, or one at a path.
const ONE_SESSION: &[Form] = &[form(&["NAME", "HOST"], &[]), form(&["PATH"], &[])];

const JSON: CommandOption = CommandOption {
    long: "json",
    short: None,
    effect: Effect::Switch(|options| options.json = true),
    help: "Print JSON, for scripts.",
};

const YES: CommandOption = CommandOption {
    long: "yes",
    short: Some('y'),
    effect: Effect::Switch(|options| options.yes = true),
    help: "Do not ask. Needed where there is no terminal to ask at.",
};

const BIND_COOKIES: CommandOption = CommandOption {
    long: "bind-cookies",
    short: None,
    effect: Effect::Switch(|options| options.bind_cookies = true),
    help: "Bind cookies that have no domain to the host of their session. Without this they go on being sent to every host.",
};

pub(super) static COMMANDS: &[Command] = &[
    Command {
        words: &["sessions", "list"],
        action: Action::List,
        forms: &[form(&[], &["HOST"])],
        options: &[
            JSON,
            CommandOption {
                long: "names",
                short: None,
                effect: Effect::Switch(|options| options.column = Some(Column::Names)),
                help: "Print only the names, each once, without opening a file: for scripts.",
            },
            CommandOption {
                long: "hosts",
                short: None,
                effect: Effect::Switch(|options| options.column = Some(Column::Hosts)),
                help: "The same with the hosts.",
            },
        ],
        short_help: "List the named sessions, the last changed first",
        long_help: "\
Lists the named sessions, all of them or those of one host, the last changed first: host, name, type of the credentials, number of cookies and headers, size of the file, and when it changed (UTC). A HOST without a port stands for all its ports.

A file that cannot be used is listed with the reason, and the exit status is 1 then.",
    },
    Command {
        words: &["sessions", "show"],
        action: Action::Show,
        forms: ONE_SESSION,
        options: &[
            CommandOption {
                long: "reveal",
                short: None,
                effect: Effect::Switch(|options| options.reveal = true),
                help: "Show the secrets too.",
            },
            JSON,
        ],
        short_help: "Show what a session holds",
        long_help: "\
Shows what a session holds. Secrets are masked: credentials, the values of cookies, and those of all headers but a few that are known to be harmless, such as Accept.",
    },
    Command {
        words: &["sessions", "delete"],
        action: Action::Delete,
        forms: ONE_SESSION,
        options: &[
            YES,
            CommandOption {
                long: "cookies",
                short: None,
                effect: Effect::Switch(|options| options.all_cookies = true),
                help: "Remove all cookies, and leave the rest.",
            },
            CommandOption {
                long: "cookie",
                short: None,
                effect: Effect::Text("COOKIE", |options, name| options.cookies.push(name)),
                help: "Remove the cookies of this name, whatever their domains and paths. Can be repeated.",
            },
            CommandOption {
                long: "header",
                short: None,
                effect: Effect::Text("HEADER", |options, name| options.headers.push(name)),
                help: "Remove the header of this name. Can be repeated.",
            },
            CommandOption {
                long: "auth",
                short: None,
                effect: Effect::Switch(|options| options.auth = true),
                help: "Remove the credentials.",
            },
            CommandOption {
                long: "expired",
                short: None,
                effect: Effect::Switch(|options| options.expired = true),
                help: "Remove the cookies that have expired. Alone, it does not ask.",
            },
        ],
        short_help: "Delete a session, or parts of it",
        long_help: "\
Deletes a session, or with the options below only parts of it. It asks first; --yes says that it need not, and is required where nobody can be asked.

If the session is a symbolic link, the link goes, and the file that it leads to.",
    },
    Command {
        words: &["sessions", "export"],
        action: Action::Export,
        forms: &[form(&["NAME", "HOST"], &[]), form(&["PATH"], &["HOST"])],
        options: &[CommandOption {
            long: "format",
            short: None,
            effect: Effect::Choice(&["json", "netscape", "curl"], |options, word| {
                options.format = match word {
                    "netscape" => ExportFormat::Netscape,
                    "curl" => ExportFormat::Curl,
                    _ => ExportFormat::Json,
                };
            }),
            help: "\
What to write. `json` (the default) is a session file in the layout of HTTPie 3.2, with everything in it. `netscape` is a cookies.txt for curl, wget and browsers: only the cookies. `curl` is a configuration file of curl's with the headers, the credentials, and those cookies that go to HOST, which can be a URL here:

    $ httpie sessions export --format=curl alice example.org | curl -K - https://example.org/",
        }],
        short_help: "Write a session to standard output, with its secrets",
        long_help: "Writes a session to standard output, with its secrets.",
    },
    Command {
        words: &["sessions", "import"],
        action: Action::Import,
        forms: &[
            form(&["NAME", "HOST"], &["FILE"]),
            form(&["PATH"], &["FILE"]),
            form(&["PATH", "HOST", "FILE"], &[]),
        ],
        options: &[
            CommandOption {
                long: "replace",
                short: None,
                effect: Effect::Switch(|options| options.replace = true),
                help: "Put what is read in the place of all that the session holds, instead of adding it.",
            },
            CommandOption {
                long: "references",
                short: None,
                effect: Effect::Switch(|options| options.references = true),
                help: "Take references to secrets too (`env:`, `file:`, `fd:`, `cmd:`): what they name on this machine is sent, or run, whenever the session is used.",
            },
        ],
        short_help: "Add the content of a file to a session",
        long_help: "\
Adds to a session what a file holds: a session file in any layout, or a cookies.txt as curl and browsers write it. What has the same name goes over what is there. A session that does not exist is made.

The file is not trusted. A cookie is taken by the rules that hold for those of servers: none for a public suffix such as co.uk, none with control characters, none of more than 4096 bytes. References to secrets are taken with `--references` alone. Cookies that are bound to no host are bound to HOST. What is refused is said on standard error, with the reason. The exit status is 0 if anything was taken, and 1 if nothing was.

    $ httpie sessions export alice example.org > backup.json
    $ httpie sessions import alice example.org < backup.json",
    },
    Command {
        words: &["sessions", "path"],
        action: Action::Path,
        forms: &[form(&["NAME", "HOST"], &[])],
        options: &[],
        short_help: "Print the path of a session's file",
        long_help: "Prints the path of a session's file. If there is none yet, it is where one would be made, and the exit status is 1.",
    },
    Command {
        words: &["sessions", "edit"],
        action: Action::Edit,
        forms: ONE_SESSION,
        options: &[],
        short_help: "Edit a session's file",
        long_help: "\
Opens a private copy of a session's file with the editor that $VISUAL or $EDITOR names, else vi. When the editor ends, the copy is checked and takes the place of the file in one step. A copy that cannot be used is kept, and so is one that comes too late because the session was changed meanwhile; its path is told. A signal such as SIGTERM removes a copy in which nothing was changed, if the editor ends too; else its path is told.",
    },
    Command {
        words: &["sessions", "upgrade"],
        action: Action::Upgrade,
        forms: &[form(&["NAME", "HOST"], &[]), form(&["PATH"], &["HOST"])],
        options: &[BIND_COOKIES],
        short_help: "Bring a session to the present layout",
        long_help: "\
Brings a session from the layout of an earlier version to that of HTTPie 3.2. The order HOST NAME, as in `httpie cli sessions upgrade`, is understood where there is no session NAME of HOST.",
    },
    Command {
        words: &["sessions", "upgrade-all"],
        action: Action::UpgradeAll,
        forms: &[form(&[], &[])],
        options: &[BIND_COOKIES],
        short_help: "Bring all named sessions to the present layout",
        long_help: "Brings all named sessions to the layout of HTTPie 3.2. Those that cannot be upgraded are reported, and the others are upgraded all the same.",
    },
    Command {
        words: &["cli", "sessions", "upgrade"],
        action: Action::Upgrade,
        forms: &[form(&["HOST", "NAME"], &[]), form(&["HOST", "PATH"], &[])],
        options: &[BIND_COOKIES],
        short_help: "Bring a session to the present layout, as in HTTPie",
        long_help: "Does what `httpie sessions upgrade` does, with the host first, as in HTTPie. The order NAME HOST is understood where there is no session NAME of HOST in this one.",
    },
    Command {
        words: &["cli", "sessions", "upgrade-all"],
        action: Action::UpgradeAll,
        forms: &[form(&[], &[])],
        options: &[BIND_COOKIES],
        short_help: "Bring all named sessions to the present layout, as in HTTPie",
        long_help: "Does what `httpie sessions upgrade-all` does.",
    },
];
