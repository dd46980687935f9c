//! THE table of options: names, value, choices, category, help and effect, one entry an option.
//!
//! Parsing, `--help`, usage errors, the manual pages, completions and `export-args` read it and know no option by
//! themselves. Names, short forms and defaults are HTTPie 3.2.4's, and so is the order, in which ambiguous prefixes are
//! listed. To make a planned option available, change the one word `Planned` in its entry.

mod network;
mod output;
mod positionals;
mod request;
mod session;
mod times;
mod troubleshooting;
mod value;

use super::args::Args;

pub(crate) use positionals::{POSITIONALS, Positional};
pub(crate) use value::{Value, quoted, quoted_word};

/// All options, in the order of `--help`.
pub(crate) fn flags() -> impl Iterator<Item = &'static Flag> {
    [
        request::FLAGS,
        output::FLAGS,
        session::FLAGS,
        network::FLAGS,
        troubleshooting::FLAGS,
    ]
    .into_iter()
    .flatten()
}

/// One option.
pub(crate) struct Flag {
    /// The name after `--`.
    pub(crate) long: &'static str,
    /// The letter after `-`.
    pub(crate) short: Option<char>,
    /// Further names after `--`, for which no `--no-` form exists.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) category: Category,
    pub(crate) visibility: Visibility,
    pub(crate) availability: Availability,
    pub(crate) lineage: Lineage,
    /// One line without a full stop, for completions.
    pub(crate) short_help: &'static str,
    /// Paragraphs with an empty line between them, for `--help` and the manual; lines that start with four spaces are kept as they are.
    pub(crate) long_help: &'static str,
    pub(crate) effect: Effect,
    /// Puts the fields of this option back to their defaults, which it is given: `--no-OPTION`.
    pub(crate) reset: fn(&mut Args, Args),
}

/// What an option does.
pub(crate) enum Effect {
    /// Takes no value.
    Switch(fn(&mut Args)),
    /// Takes one value.
    Value(ValueFacts, fn(&mut Args, Value) -> Result<(), String>),
    /// Takes a value behind an equals sign, `--name=value`, or none; never the next argument.
    ValueOrNone(
        ValueFacts,
        fn(&mut Args, Option<Value>) -> Result<(), String>,
    ),
    /// Takes no value and ends the parse: something else than a request was asked for.
    Instead(Instead),
}

/// What is done instead of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instead {
    Help,
    Manual,
    Version,
    /// `--generate-man PAGE`, the one that takes a value: it is for building the package only.
    GenerateMan,
}

/// What can stand as an option's value.
pub(crate) struct ValueFacts {
    /// How help calls it.
    pub(crate) name: &'static str,
    pub(crate) kind: ValueKind,
}

impl ValueFacts {
    /// Whether it is a session: completions offer those that there are.
    pub(crate) fn is_session(&self) -> bool {
        self.name == "SESSION_NAME_OR_PATH"
    }
}

/// The kinds of value.
pub(crate) enum ValueKind {
    Text,
    Integer,
    Float,
    /// The path of a file: completions offer files.
    File,
    /// One of these words.
    Choice {
        all: &'static [&'static str],
        /// Those which are understood but cannot be used yet.
        planned: &'static [&'static str],
        /// Whether help and usage list the choices; a long list has a name instead.
        listed: bool,
    },
}

/// The groups of `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    ContentTypes,
    ContentProcessing,
    OutputProcessing,
    Output,
    Sessions,
    Authentication,
    Network,
    Ssl,
    Troubleshooting,
}

impl Category {
    /// All groups, in the order of `--help`.
    pub(crate) const ALL: [Category; 9] = [
        Category::ContentTypes,
        Category::ContentProcessing,
        Category::OutputProcessing,
        Category::Output,
        Category::Sessions,
        Category::Authentication,
        Category::Network,
        Category::Ssl,
        Category::Troubleshooting,
    ];

    /// The heading in `--help`.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Category::ContentTypes => "Predefined content types",
            Category::ContentProcessing => "Content processing options",
            Category::OutputProcessing => "Output processing",
            Category::Output => "Output options",
            Category::Sessions => "Sessions",
            Category::Authentication => "Authentication",
            Category::Network => "Network",
            Category::Ssl => "SSL",
            Category::Troubleshooting => "Troubleshooting",
        }
    }
}

/// Who is told about an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    Shown,
    /// Works like any other, but help does not speak of it.
    Hidden,
    /// For building the package: found by its whole name only, never by a prefix.
    Internal,
}

/// Whose option it is. HTTPie's keep the prefixes that are unique in HTTPie; ours are found by what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lineage {
    Httpie,
    Own,
}

/// Whether an option has its effect already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    Available,
    /// Using it is an error that says so.
    Planned,
}

impl Flag {
    /// What most entries have in common; they name the rest.
    const BASE: Flag = Flag {
        long: "",
        short: None,
        aliases: &[],
        category: Category::Troubleshooting,
        visibility: Visibility::Shown,
        availability: Availability::Available,
        lineage: Lineage::Httpie,
        short_help: "",
        long_help: "",
        effect: Effect::Switch(|_| ()),
        reset: |_, _| (),
    };

    /// The long names, the main one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.long).chain(self.aliases.iter().copied())
    }

    /// The facts about the value, where it takes one.
    pub(crate) fn value(&self) -> Option<&ValueFacts> {
        match &self.effect {
            Effect::Value(facts, _) | Effect::ValueOrNone(facts, _) => Some(facts),
            Effect::Instead(Instead::GenerateMan) => Some(&troubleshooting::PAGE),
            Effect::Switch(_) | Effect::Instead(_) => None,
        }
    }

    /// Whether the next argument is its value where none is joined to it.
    pub(crate) fn takes_next(&self) -> bool {
        self.value().is_some() && !matches!(self.effect, Effect::ValueOrNone(..))
    }

    /// The words that can stand as its value, where they are limited.
    pub(crate) fn choices(&self) -> &'static [&'static str] {
        match self.value().map(|value| &value.kind) {
            Some(ValueKind::Choice { all, .. }) => all,
            _ => &[],
        }
    }

    /// The choices that cannot be used yet.
    pub(crate) fn planned_choices(&self) -> &'static [&'static str] {
        match self.value().map(|value| &value.kind) {
            Some(ValueKind::Choice { planned, .. }) => planned,
            _ => &[],
        }
    }

    /// The value as help shows it: its name, or `{the,choices}`.
    pub(crate) fn value_text(&self) -> Option<String> {
        let facts = self.value()?;
        Some(match &facts.kind {
            ValueKind::Choice {
                all, listed: true, ..
            } => format!("{{{}}}", all.join(",")),
            _ => facts.name.to_owned(),
        })
    }

    /// How messages call it: `--json/-j`, as Python's argparse does.
    pub(crate) fn display_name(&self) -> String {
        match self.short {
            Some(short) => format!("--{}/-{short}", self.long),
            None => format!("--{}", self.long),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_stands_twice() {
        let mut seen = HashSet::new();
        for flag in flags() {
            for name in flag.names() {
                assert!(seen.insert(name.to_owned()), "--{name}");
            }
            if let Some(short) = flag.short {
                assert!(seen.insert(format!("-{short}")), "-{short}");
            }
        }
    }

    #[test]
    fn categories_stand_together_and_in_their_order() {
        let order: Vec<_> = flags()
            .map(|flag| {
                Category::ALL
                    .iter()
                    .position(|other| *other == flag.category)
            })
            .collect();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn every_option_is_explained() {
        for flag in flags() {
            assert!(!flag.short_help.is_empty(), "--{}", flag.long);
            assert!(!flag.short_help.ends_with('.'), "--{}", flag.long);
            assert!(flag.short_help.len() <= 72, "--{}", flag.long);
            assert!(!flag.long_help.is_empty(), "--{}", flag.long);
            assert!(flag.long_help.ends_with(['.', '"', ')']) || flag.long_help.contains("\n    "));
        }
    }

    #[test]
    fn planned_choices_are_choices() {
        for flag in flags() {
            for planned in flag.planned_choices() {
                assert!(flag.choices().contains(planned), "{planned}");
            }
        }
    }

    #[test]
    fn every_choice_is_understood_and_no_other_word() {
        for flag in flags() {
            let Effect::Value(_, apply) = &flag.effect else {
                continue;
            };
            let mut args = Args::default();
            for choice in flag.choices() {
                assert_eq!(apply(&mut args, Value::new(choice.into())), Ok(()));
            }
            if !flag.choices().is_empty() {
                let refused = apply(&mut args, Value::new("nonsense".into()));
                assert!(
                    refused.is_err_and(|text| text.contains("choose from")),
                    "--{}",
                    flag.long
                );
            }
        }
    }

    #[test]
    fn resetting_an_option_undoes_it() {
        for flag in flags() {
            let mut args = Args::default();
            match &flag.effect {
                Effect::Switch(apply) => apply(&mut args),
                Effect::Value(facts, apply) => {
                    let value = match &facts.kind {
                        ValueKind::Choice { all, .. } => all[0],
                        ValueKind::Integer | ValueKind::Float => "7",
                        ValueKind::Text | ValueKind::File => match flag.long {
                            "proxy" => "http:x",
                            "http-version" => "1.1",
                            "print" | "history-print" => "H",
                            "format-options" => "json.indent:1",
                            "response-mime" => "a/b",
                            "retry-on" => "timeout",
                            _ => "text",
                        },
                    };
                    assert_eq!(apply(&mut args, Value::new(value.into())), Ok(()));
                }
                Effect::ValueOrNone(_, apply) => assert_eq!(apply(&mut args, None), Ok(())),
                Effect::Instead(_) => continue,
            }
            if flag.long != "sorted" {
                assert_ne!(args, Args::default(), "--{} does nothing", flag.long);
            }
            (flag.reset)(&mut args, Args::default());
            if flag.long == "mask" {
                assert_eq!(args.mask.take(), Some(false), "it is said, not left open");
            }
            assert_eq!(args, Args::default(), "--no-{}", flag.long);
        }
    }
}
