//! THE table of commands of `httpie`: words, arguments, options and help, one entry a command.
//!
//! Parsing, `--help`, usage errors and the manual page read it and know no command by themselves. What a command does
//! stands in `manager`, which goes by its [`Action`].

mod help;
mod parse;
mod program;
mod sessions;

pub(crate) use help::{
    choices, command_help, group_help, heading, summary, takes_value, title, usage_error, usages,
};
pub(crate) use parse::{Asked, Call, parse};

/// All commands, in the order of `--help`, but for the doors `http` and `https`.
pub(crate) fn commands() -> impl Iterator<Item = &'static Command> {
    sessions::COMMANDS.iter().chain(program::COMMANDS)
}

/// The groups of commands: words that are no command by themselves.
pub(crate) static GROUPS: [Group; 6] = [
    Group {
        words: &[],
        help: "Manages the sessions of http and https, writes completions for shells, and opens the doors of both: `httpie http` and `httpie https` do what `http` and `https` do.",
    },
    Group {
        words: &["sessions"],
        help: "Lists, shows, deletes, exports, imports, edits and upgrades sessions.",
    },
    Group {
        words: &["cli"],
        help: "Commands under the names that HTTPie gives them.",
    },
    Group {
        words: &["cli", "sessions"],
        help: "Upgrades sessions, under the names that HTTPie gives the commands.",
    },
    Group {
        words: &["cli", "plugins"],
        help: "The commands on plugins, under another of HTTPie's names for them.",
    },
    Group {
        words: &["plugins"],
        help: "Says that there are no plugins: this program is one file and loads no other code.",
    },
];

/// A beginning that several commands share.
pub(crate) struct Group {
    pub(crate) words: &'static [&'static str],
    pub(crate) help: &'static str,
}

impl Group {
    /// The commands that begin with its words.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &'static Command> {
        commands().filter(|command| command.words.starts_with(self.words))
    }

    /// The words that can come next.
    pub(crate) fn next_words(&self) -> Vec<&'static str> {
        let mut words = match self.words {
            [] => vec!["http", "https"],
            _ => Vec::new(),
        };
        for command in self.commands() {
            if let Some(word) = command.words.get(self.words.len())
                && !words.contains(word)
            {
                words.push(word);
            }
        }
        words
    }
}

/// One command.
pub(crate) struct Command {
    /// What is typed after `httpie`.
    pub(crate) words: &'static [&'static str],
    pub(crate) action: Action,
    /// The rows of arguments that it takes, of which one is typed.
    pub(crate) forms: &'static [Form],
    pub(crate) options: &'static [CommandOption],
    /// One line without a full stop.
    pub(crate) short_help: &'static str,
    /// In the markup of `prose`.
    pub(crate) long_help: &'static str,
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    List,
    Show,
    Delete,
    Export,
    Import,
    Path,
    Edit,
    Upgrade,
    UpgradeAll,
    ExportArgs,
    Completions,
    CheckUpdates,
    ListPlugins,
    ChangePlugins,
}

/// A row of arguments; those in the later part can be left out.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) required: &'static [&'static str],
    pub(crate) optional: &'static [&'static str],
    /// Whether the last one can be typed several times.
    pub(crate) repeats: bool,
}

/// A row whose arguments are typed once each.
const fn form(required: &'static [&'static str], optional: &'static [&'static str]) -> Form {
    Form {
        required,
        optional,
        repeats: false,
    }
}

/// What can stand as an argument, and what to say about it.
pub(crate) static ARGUMENTS: [(&str, &str); 6] = [
    ("NAME", "The name of a session, as after --session."),
    (
        "HOST",
        "The host that the session is for, with its port if the URL has one: example.org, localhost:8080. A URL will do.",
    ),
    (
        "PATH",
        "The path of a session file. There is a path separator in it: ./team.json.",
    ),
    (
        "FILE",
        "The file to read. Without it, or with `-`, standard input is read.",
    ),
    (
        "SHELL",
        "The shell that is to complete command lines: bash, zsh, fish or powershell.",
    ),
    ("TARGET", "A plugin, by its name or by where it comes from."),
];

/// One option of a command.
pub(crate) struct CommandOption {
    /// The name after `--`.
    pub(crate) long: &'static str,
    /// The letter after `-`.
    pub(crate) short: Option<char>,
    pub(crate) effect: Effect,
    /// In the markup of `prose`.
    pub(crate) help: &'static str,
}

/// What an option does to the options of a call.
pub(crate) enum Effect {
    /// Takes no value.
    Switch(fn(&mut Options)),
    /// Takes any text; the name is the one in help.
    Text(&'static str, fn(&mut Options, String)),
    /// Takes one of these words.
    Choice(&'static [&'static str], fn(&mut Options, &'static str)),
}

/// What the options of a command line ask for.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) json: bool,
    pub(crate) reveal: bool,
    pub(crate) yes: bool,
    pub(crate) all_cookies: bool,
    pub(crate) cookies: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) auth: bool,
    pub(crate) expired: bool,
    pub(crate) format: ExportFormat,
    pub(crate) replace: bool,
    pub(crate) references: bool,
    pub(crate) bind_cookies: bool,
    pub(crate) column: Option<Column>,
}

/// A column of `sessions list` that is printed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Names,
    Hosts,
}

/// What an export is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    /// A session file in the layout of HTTPie 3.2.
    #[default]
    Json,
    /// The cookies as curl and browsers exchange them.
    Netscape,
    /// A configuration file of curl's.
    Curl,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_a_group_and_no_group_is_empty() {
        for command in commands() {
            let (_, parents) = command.words.split_last().unwrap();
            assert!(GROUPS.iter().any(|group| group.words == parents));
        }
        assert!(GROUPS.iter().all(|group| group.commands().count() > 0));
    }

    #[test]
    fn every_argument_of_a_form_is_explained() {
        for form in commands().flat_map(|command| command.forms) {
            for name in form.required.iter().chain(form.optional) {
                assert!(ARGUMENTS.iter().any(|(known, _)| known == name), "{name}");
            }
        }
    }
}
