//! The commands on the program itself: what it can do, told to other programs, and what it does not do.

use super::{Action, Command, CommandOption, Effect, Form, form};

/// Any number of plugins, at least one.
const TARGETS: &[Form] = &[Form {
    repeats: true,
    ..form(&["TARGET"], &[])
}];

const NOTHING: &[Form] = &[form(&[], &[])];

const NO_PLUGINS: &str = "\
There are no plugins: this program is one file, and loads no other code. What plugins of HTTPie's are used for most, digest and bearer authentication and Unix sockets, is built in. The exit status is 1.";

/// A command that HTTPie has for its plugins.
const fn plugins(words: &'static [&'static str], short_help: &'static str) -> Command {
    Command {
        words,
        action: Action::ChangePlugins,
        forms: TARGETS,
        options: &[],
        short_help,
        long_help: NO_PLUGINS,
    }
}

const fn list_plugins(words: &'static [&'static str]) -> Command {
    Command {
        words,
        action: Action::ListPlugins,
        forms: NOTHING,
        options: &[],
        short_help: "List the plugins: there are none",
        long_help: "Prints nothing, since there are no plugins: this program is one file, and loads no other code. The exit status is 0.",
    }
}

pub(super) static COMMANDS: &[Command] = &[
    Command {
        words: &["completions"],
        action: Action::Completions,
        forms: &[form(&["SHELL"], &[])],
        options: &[],
        short_help: "Print what makes a shell complete command lines",
        long_help: "\
Prints a script that makes a shell complete the command lines of http, https and httpie: options, their values, methods, header names, files, and the names and hosts of sessions.

    $ httpie completions bash > ~/.local/share/bash-completion/completions/http
    $ httpie completions zsh > /usr/local/share/zsh/site-functions/_http
    $ httpie completions fish > ~/.config/fish/completions/http.fish
    PS> httpie completions powershell >> $PROFILE

bash loads the file when http is completed first; links to it under the names https and httpie make it complete these too. For one session of the shell, `eval` does: `eval \"$(httpie completions bash)\"`. The script asks `httpie` what fits, so it need not be renewed.",
    },
    Command {
        words: &["cli", "export-args"],
        action: Action::ExportArgs,
        forms: NOTHING,
        options: &[CommandOption {
            long: "format",
            short: Some('f'),
            effect: Effect::Choice(&["json"], |_, _| ()),
            help: "The format; there is only this one.",
        }],
        short_help: "Describe the options of http for other programs",
        long_help: "Prints the options and arguments of http as JSON, in the form that HTTPie gives it, for programs that build command lines.",
    },
    Command {
        words: &["cli", "check-updates"],
        action: Action::CheckUpdates,
        forms: NOTHING,
        options: &[],
        short_help: "Say that there are no update checks",
        long_help: "Says how to look for a new version: this program asks nobody by itself whether there is one. The exit status is 0.",
    },
    list_plugins(&["cli", "plugins", "list"]),
    plugins(&["cli", "plugins", "install"], "Say that there are no plugins"),
    plugins(&["cli", "plugins", "upgrade"], "Say that there are no plugins"),
    plugins(&["cli", "plugins", "uninstall"], "Say that there are no plugins"),
    list_plugins(&["plugins", "list"]),
    plugins(&["plugins", "install"], "Say that there are no plugins"),
    plugins(&["plugins", "upgrade"], "Say that there are no plugins"),
    plugins(&["plugins", "uninstall"], "Say that there are no plugins"),
];
