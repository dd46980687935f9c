//! `--help` and the block for usage errors, both derived from the table of options.
//!
//! It takes facts and gives text; it knows neither the terminal nor where the text goes.

use super::flags::{Availability, Category, Flag, POSITIONALS, ValueKind, Visibility, flags};
use super::prose::plain;

/// The positional arguments in a usage line.
pub(crate) const POSITIONAL_USAGE: &str = "[METHOD] URL [REQUEST_ITEM ...]";

pub(crate) const DESCRIPTION: &str = "\
A command-line HTTP client for people: requests are typed as they are thought, answers are formatted and coloured, and sessions keep headers, credentials and cookies between runs.";

/// What holds for every option.
pub(crate) const NEGATION: &str = "\
For every --OPTION there is also --no-OPTION, which puts it back to its default wherever it stands. Long options can be shortened as long as they stay unambiguous, and options may stand before, between and after the other arguments; `--` ends them.";

/// Whether a text has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Coloured,
}

impl Ink {
    /// A piece of text in a look (ECMA-48, 8.3.117).
    fn paint(self, look: &str, text: &str) -> String {
        match self {
            Ink::Plain => text.to_owned(),
            Ink::Coloured => format!("\x1b[{look}m{text}\x1b[0m"),
        }
    }
}

/// The block that HTTPie prints for a command line that it cannot understand, in its colours. It ends with an empty line.
///
/// `program` is what was typed to start us (`http`, `httpie http`). The usage shows the option that the message is
/// about, which is read from the message (`argument --pretty: ...`): so errors of later stages are shown like the parser's own.
pub(crate) fn usage_error(program: &str, message: &str, ink: Ink) -> String {
    const BOLD: &str = "1";
    let concerned = message
        .strip_prefix("argument --")
        .and_then(|rest| rest.split([':', '/']).next())
        .and_then(|name| flags().find(|flag| flag.long == name));
    let option = concerned.map_or_else(String::new, |flag| ink.paint(BOLD, &usage_of(flag)) + " ");
    let positionals = POSITIONAL_USAGE.splitn(3, ' ').map(|word| {
        let may_lack = word.starts_with('[');
        ink.paint(if may_lack { "1;90" } else { "1;37" }, word)
    });
    let positionals = positionals.collect::<Vec<_>>().join(" ");
    let usage = format!("{} {option}{positionals}", ink.paint(BOLD, program));
    let sections = [
        ("usage", usage),
        ("error", message.to_owned()),
        (
            "for more information",
            format!(
                "run {} or visit {}",
                ink.paint("32", &format!("'{program} --help'")),
                ink.paint("4;94", "https://httpie.io/docs/cli")
            ),
        ),
    ];
    let mut block = String::new();
    for (title, text) in sections {
        block += &format!("{}:\n    {text}\n\n", ink.paint(BOLD, title));
    }
    block
}

/// `-s/--style {pie, ...}`: HTTPie shows the shorter name first, and a value only where the choices are limited.
fn usage_of(flag: &Flag) -> String {
    let mut usage = match flag.short {
        Some(short) => format!("-{short}/--{}", flag.long),
        None => format!("--{}", flag.long),
    };
    if !flag.choices().is_empty() {
        usage.push_str(&format!(" {{{}}}", flag.choices().join(", ")));
    }
    usage
}

/// The text of `--help`, filled to `width` columns where that can be.
pub(crate) fn long_help(program: &str, width: usize) -> String {
    let mut out = format!("usage:\n    {program} {POSITIONAL_USAGE}\n\n");
    out.push_str(&plain(DESCRIPTION, 0, width));
    out.push_str("\nPositional arguments:\n\n");
    for positional in &POSITIONALS {
        push_entry(&mut out, positional.name, positional.long_help, width);
    }
    for category in Category::ALL {
        out.push_str(&format!("{}:\n\n", category.title()));
        for flag in shown(category) {
            push_entry(&mut out, &heading(flag), &explanation(flag), width);
        }
    }
    out.push_str(&plain(NEGATION, 0, width));
    out
}

fn push_entry(out: &mut String, heading: &str, text: &str, width: usize) {
    out.push_str(&format!("  {heading}\n{}\n", plain(text, 6, width)));
}

/// The text of `--version`, without a line end.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The options of a category that help speaks of.
pub(crate) fn shown(category: Category) -> impl Iterator<Item = &'static Flag> {
    flags().filter(move |flag| flag.category == category && flag.visibility == Visibility::Shown)
}

/// `--print WHAT, -p WHAT`, with backticks around the names.
pub(crate) fn term(flag: &Flag) -> String {
    let value = flag.value_text().map(|value| match flag.takes_next() {
        true => format!(" {value}"),
        false => format!("[={value}]"),
    });
    let value = value.unwrap_or_default();
    match flag.short {
        Some(short) => format!("`--{}`{value}, `-{short}`{value}", flag.long),
        None => format!("`--{}`{value}", flag.long),
    }
}

/// The same without backticks.
fn heading(flag: &Flag) -> String {
    term(flag).replace('`', "")
}

/// The long help with what can be derived: choices that the heading does not list, and what is not there yet.
pub(crate) fn explanation(flag: &Flag) -> String {
    let mut text = flag.long_help.to_owned();
    let planned = flag.planned_choices();
    if let Some(ValueKind::Choice {
        all, listed: false, ..
    }) = flag.value().map(|value| &value.kind)
    {
        let usable: Vec<_> = all
            .iter()
            .filter(|word| !planned.contains(word))
            .copied()
            .collect();
        text.push_str(&format!("\n\nIt can be one of: {}.", usable.join(", ")));
    }
    if flag.availability == Availability::Planned {
        text.push_str("\n\nNot supported yet by this version.");
    } else if !planned.is_empty() {
        text.push_str(&format!(
            "\n\nNot supported yet by this version: {}.",
            planned.join(", ")
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usage_error_is_shown_in_the_block_of_httpie() {
        let want = "\
usage:
    http [METHOD] URL [REQUEST_ITEM ...]

error:
    the following arguments are required: URL

for more information:
    run 'http --help' or visit https://httpie.io/docs/cli

";
        let message = "the following arguments are required: URL";
        assert_eq!(usage_error("http", message, Ink::Plain), want);
        let coloured = usage_error("http", message, Ink::Coloured);
        assert!(coloured.starts_with(
            "\x1b[1musage\x1b[0m:\n    \x1b[1mhttp\x1b[0m \x1b[1;90m[METHOD]\x1b[0m \x1b[1;37mURL\x1b[0m \x1b[1;90m["
        ));
    }

    #[test]
    fn the_usage_shows_the_option_that_the_error_is_about() {
        let usage = |message: &str| {
            let block = usage_error("https", message, Ink::Plain);
            block.lines().nth(1).map(str::to_owned)
        };
        for (message, want) in [
            (
                "argument --pretty: invalid choice: 'foo'",
                "    https --pretty {all, colors, format, none} [METHOD] URL [REQUEST_ITEM ...]",
            ),
            (
                "argument --auth/-a: expected one argument",
                "    https -a/--auth [METHOD] URL [REQUEST_ITEM ...]",
            ),
            (
                "argument REQUEST_ITEM: 'x' is not a valid value",
                "    https [METHOD] URL [REQUEST_ITEM ...]",
            ),
            (
                "unrecognized arguments: --foo",
                "    https [METHOD] URL [REQUEST_ITEM ...]",
            ),
        ] {
            assert_eq!(usage(message).as_deref(), Some(want), "{message}");
        }
    }

    #[test]
    fn help_names_every_shown_option_and_no_hidden_one() {
        let help = long_help("http", 80);
        for flag in flags() {
            let line = format!("\n  {}\n", heading(flag));
            let shown = flag.visibility == Visibility::Shown;
            assert_eq!(help.contains(&line), shown, "--{}", flag.long);
        }
    }

    #[test]
    fn help_fits_into_80_columns() {
        for line in long_help("http", 80).lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }

    #[test]
    fn help_says_what_is_not_supported_yet() {
        for flag in flags() {
            let said = explanation(flag).contains("Not supported yet");
            let planned = flag.availability == Availability::Planned;
            let want = planned || !flag.planned_choices().is_empty();
            assert_eq!(said, want, "--{}", flag.long);
        }
    }
}
