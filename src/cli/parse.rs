//! From argument strings to `Args`, by the rules of Python's argparse, which HTTPie's users have in their fingers.
//!
//! lexopt cuts options, clusters and values apart. Before it does, each argument is sorted by [`classify`], since argparse
//! has rules of its own: unique prefixes of long options, negative numbers and anything with a space as plain values, values that
//! may not look like options, unknown options that are reported together at the end. Options may stand anywhere among the positional arguments.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};

use lexopt::Arg;

use super::Program;
use super::args::Args;
use super::config::{DefaultOptions, Positionals};
use super::flags::{
    Availability, Effect, Flag, Instead, Lineage, Value, Visibility, flags, quoted_word,
};
use crate::error::Error;

/// What the command line asks for.
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) enum Parsed {
    /// A request.
    Run(Box<Args>),
    Help,
    Manual,
    Version,
    /// `--debug` and nothing else: print facts about this installation.
    DebugInfo,
    /// The source of the manual page of this name.
    GenerateMan(&'static str),
}

/// Understands a command line (without the program's own name).
///
/// The default options come first, those of each place under those of the next, so that typed ones go over them. Among
/// the options of one place, `--no-OPTION` takes an option back wherever it stands, before or after it, as in HTTPie.
///
/// # Errors
///
/// A usage error with argparse's wording where scripts could look for it.
pub(crate) fn parse(
    program: Program,
    argv: impl IntoIterator<Item = OsString>,
    defaults: &[DefaultOptions],
) -> Result<Parsed, Error> {
    let typed: Vec<OsString> = argv.into_iter().collect();
    if matches!(typed.as_slice(), [only] if only == "--debug") {
        return Ok(Parsed::DebugInfo);
    }
    let mut reader = Reader::new();
    for options in defaults {
        let read = reader.read_defaults(options);
        let read = read.map_err(|error| error.context(format!("in {}", options.origin)));
        if let Some(instead) = read? {
            return Ok(instead);
        }
    }
    match reader.read_layer(typed)? {
        Some(instead) => Ok(instead),
        None => Ok(Parsed::Run(Box::new(reader.finish(program)?))),
    }
}

/// Whether `--no-config` is among typed arguments: it is wanted before there are default options to read with them.
pub(crate) fn refuses_config_file(typed: &[OsString]) -> bool {
    const NAME: &str = "no-config";
    let options = typed.iter().take_while(|argument| *argument != "--");
    options
        .filter_map(|argument| argument.to_str()?.strip_prefix("--"))
        .filter(|typed| NAME.starts_with(typed))
        .any(|typed| matches!(find_long(typed), Ok(Some(flag)) if flag.long == NAME))
}

/// The names of the options among these words, without their values, which could be secrets.
pub(crate) fn option_names(words: &[String]) -> Vec<String> {
    let mut reader = Reader::new();
    // What cannot be read is for whoever reads it in earnest to say.
    let _ = reader.read_layer(words.iter().map(OsString::from));
    let names = reader.names.iter();
    names
        .map(|(prefix, flag)| format!("{prefix}{}", flag.long))
        .collect()
}

/// What an argument is, by its look.
enum Token {
    /// A positional argument, or the value of the option before it.
    Plain,
    /// `--`: all that follows is plain.
    Separator,
    /// A known option, maybe with further ones in a cluster, maybe with a value.
    Option,
    /// `--no-OPTION`.
    Reset(&'static Flag),
    Unknown,
}

/// Sorts an argument as argparse does.
fn classify(argument: &OsStr) -> Result<Token, Error> {
    let bytes = argument.as_encoded_bytes();
    let text = argument.to_string_lossy();
    match text.strip_prefix('-') {
        None | Some("") => return Ok(Token::Plain),
        Some("-") => return Ok(Token::Separator),
        Some(rest) => {
            let known = match rest.strip_prefix('-') {
                Some(long) => find_long(long)?.is_some(),
                None => rest.chars().next().and_then(find_short).is_some(),
            };
            // -4 and -6 are options, -42 is a number as ever.
            if known && (rest.len() == 1 || !is_negative_number(&text)) {
                return Ok(Token::Option);
            }
        }
    }
    if let Some(flag) = text.strip_prefix("--no-").and_then(find_reset) {
        return Ok(Token::Reset(flag));
    }
    if is_negative_number(&text) || bytes.contains(&b' ') {
        return Ok(Token::Plain);
    }
    Ok(Token::Unknown)
}

fn find_short(letter: char) -> Option<&'static Flag> {
    flags().find(|flag| flag.short == Some(letter))
}

/// The option of a whole name or of a unique prefix; `argument` may have `=value` at its end.
pub(super) fn find_long(argument: &str) -> Result<Option<&'static Flag>, Error> {
    let name = argument.split_once('=').map_or(argument, |(name, _)| name);
    if let Some(flag) = flags().find(|flag| flag.names().any(|other| other == name)) {
        return Ok(Some(flag));
    }
    let of_lineage = |lineage: Lineage| -> Vec<_> {
        flags()
            .filter(|flag| flag.visibility != Visibility::Internal && flag.lineage == lineage)
            .flat_map(|flag| flag.names().map(move |other| (other, flag)))
            .filter(|(other, _)| other.starts_with(name))
            .collect()
    };
    let mut candidates = of_lineage(Lineage::Httpie);
    if candidates.is_empty() {
        candidates = of_lineage(Lineage::Own);
    }
    match candidates.as_slice() {
        [] => Ok(None),
        [(_, flag)] => Ok(Some(flag)),
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|(other, _)| format!("--{other}"))
                .collect();
            Err(Error::usage(format!(
                "ambiguous option: --{} could match {}",
                without_value(argument),
                names.join(", ")
            )))
        }
    }
}

/// The option that `--no-NAME` takes back. Prefixes are not accepted here, in HTTPie neither.
fn find_reset(name: &str) -> Option<&'static Flag> {
    flags()
        .filter(|flag| flag.visibility != Visibility::Internal)
        .find(|flag| flag.names().any(|other| other == name))
}

/// `-5`, `-1.5`, `-.5`: no option of HTTPie looks like that, so argparse takes it as a value. `-1e3` is none.
fn is_negative_number(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match text
        .strip_prefix('-')
        .map(|rest| (rest, rest.split_once('.')))
    {
        Some((_, Some((whole, fraction)))) => {
            !fraction.is_empty() && digits(whole) && digits(fraction)
        }
        Some((rest, None)) => !rest.is_empty() && digits(rest),
        None => false,
    }
}

/// An error about one option, in argparse's form; `help::usage_error` reads the option's name out of it again.
fn argument_error(flag: &Flag, message: &str) -> Error {
    Error::usage(format!("argument {}: {message}", flag.display_name()))
}

/// An option without what stands behind its equals sign, which may be a secret.
fn without_value(option: &str) -> Cow<'_, str> {
    match option.split_once('=') {
        Some((name, value)) if !value.is_empty() => Cow::Owned(format!("{name}=***")),
        _ => Cow::Borrowed(option),
    }
}

/// How messages call an option that is none. A short one may be another program's, with a value joined to it.
fn unknown_option(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    let letters = text.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    let is_known = |letter: char| find_short(letter).is_some();
    match letters.and_then(|letters| letters.chars().next().map(|first| (first, letters))) {
        Some((first, letters)) if !letters[first.len_utf8()..].chars().all(is_known) => {
            format!("-{first}***")
        }
        _ => without_value(&text).into_owned(),
    }
}

fn ignored_value(flag: &Flag, value: &OsStr) -> Error {
    let value = quoted_word(&value.to_string_lossy());
    argument_error(flag, &format!("ignored explicit argument {value}"))
}

/// Where the reading of a command line stands.
struct Reader {
    lexopt: lexopt::Parser,
    args: Args,
    positionals: Vec<OsString>,
    unrecognized: Vec<String>,
    /// Those of the layer that is read.
    resets: Vec<&'static Flag>,
    /// All options as they were found, with what stood before their names.
    names: Vec<(&'static str, &'static Flag)>,
    /// Options that were used although they have no effect yet, with what to say about them.
    unsupported: Vec<(&'static Flag, String)>,
}

impl Reader {
    fn new() -> Reader {
        Reader {
            lexopt: lexopt::Parser::from_args(std::iter::empty::<OsString>()),
            args: Args::default(),
            positionals: Vec::new(),
            unrecognized: Vec::new(),
            resets: Vec::new(),
            names: Vec::new(),
            unsupported: Vec::new(),
        }
    }

    /// Reads default options.
    fn read_defaults(&mut self, options: &DefaultOptions) -> Result<Option<Parsed>, Error> {
        let positionals = self.positionals.len();
        let instead = self.read_layer(options.words.iter().map(OsString::from))?;
        if self.args.no_config {
            return Err(Error::usage("--no-config works on the command line only"));
        }
        if !self.unrecognized.is_empty() {
            return Err(self.unrecognized_arguments());
        }
        if options.positionals == Positionals::Refused
            && let Some(word) = self.positionals.get(positionals)
        {
            let word = quoted_word(&word.to_string_lossy());
            return Err(Error::usage(format!("{word} is not an option")));
        }
        Ok(instead)
    }

    /// Reads the arguments that come from one place, over those that were read before.
    fn read_layer(
        &mut self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Option<Parsed>, Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        self.lexopt = lexopt::Parser::from_args(arguments);
        // `--auth` and `--auth-from` do not go together; those of one place take the place of those below it.
        let below = (self.args.auth.take(), self.args.auth_from.take());
        let instead = self.read_all()?;
        if self.args.auth.is_none() && self.args.auth_from.is_none() {
            (self.args.auth, self.args.auth_from) = below;
        }
        for flag in std::mem::take(&mut self.resets) {
            (flag.reset)(&mut self.args, Args::default());
            self.unsupported.retain(|(used, _)| used.long != flag.long);
        }
        Ok(instead)
    }

    fn unrecognized_arguments(&self) -> Error {
        let all = self.unrecognized.join(" ");
        Error::usage(format!("unrecognized arguments: {all}"))
    }

    /// Reads to the end, or to an option that asks for something else than a request.
    fn read_all(&mut self) -> Result<Option<Parsed>, Error> {
        let mut only_plain = false;
        while let Some(argument) = self.peek() {
            let token = match only_plain {
                true => Token::Plain,
                false => classify(&argument)?,
            };
            if let Token::Option = token {
                if let Some(instead) = self.read_options()? {
                    return Ok(Some(instead));
                }
                continue;
            }
            self.skip();
            match token {
                Token::Plain => self.positionals.push(argument),
                Token::Separator => only_plain = true,
                Token::Reset(flag) => {
                    self.names.push(("--no-", flag));
                    self.resets.push(flag);
                }
                Token::Unknown => self.unrecognized.push(unknown_option(&argument)),
                Token::Option => {}
            }
        }
        Ok(None)
    }

    /// The next whole argument.
    fn peek(&mut self) -> Option<OsString> {
        let arguments = self.lexopt.try_raw_args()?;
        arguments.peek().map(OsStr::to_owned)
    }

    fn skip(&mut self) {
        if let Some(mut arguments) = self.lexopt.try_raw_args() {
            arguments.next();
        }
    }

    /// Reads the option, or the cluster of options, that one argument holds.
    fn read_options(&mut self) -> Result<Option<Parsed>, Error> {
        let mut previous: Option<&'static Flag> = None;
        loop {
            let flag = match (self.lexopt.next(), previous) {
                (Ok(Some(Arg::Long(name))), _) => find_long(name)?,
                (Ok(Some(Arg::Short(letter))), None) => find_short(letter),
                (Ok(Some(Arg::Short(letter))), Some(previous)) => {
                    let Some(flag) = find_short(letter) else {
                        let mut value = OsString::from(String::from(letter));
                        value.push(self.lexopt.optional_value().unwrap_or_default());
                        return Err(ignored_value(previous, &value));
                    };
                    Some(flag)
                }
                (Err(lexopt::Error::UnexpectedValue { value, .. }), Some(previous)) => {
                    return Err(ignored_value(previous, &value));
                }
                (Err(error), _) => return Err(Error::usage(error.to_string())),
                (Ok(Some(Arg::Value(_)) | None), _) => return Ok(None),
            };
            let Some(flag) = flag else { return Ok(None) };
            if let Some(instead) = self.apply(flag)? {
                return Ok(Some(instead));
            }
            if self.lexopt.try_raw_args().is_some() {
                return Ok(None);
            }
            previous = Some(flag);
        }
    }

    fn apply(&mut self, flag: &'static Flag) -> Result<Option<Parsed>, Error> {
        self.names.push(("--", flag));
        if flag.availability == Availability::Planned {
            self.unsupported.push((flag, format!("--{}", flag.long)));
        }
        match &flag.effect {
            Effect::Switch(apply) => apply(&mut self.args),
            Effect::Value(_, apply) => {
                let value = self.value(flag)?;
                let planned = flag.planned_choices().iter().find(|word| value == **word);
                if let Some(word) = planned {
                    self.unsupported
                        .push((flag, format!("--{}={word}", flag.long)));
                }
                apply(&mut self.args, Value::new(value))
                    .map_err(|message| argument_error(flag, &message))?;
            }
            Effect::ValueOrNone(_, apply) => {
                let value = self.lexopt.optional_value().map(Value::new);
                apply(&mut self.args, value).map_err(|message| argument_error(flag, &message))?;
            }
            Effect::Instead(instead) => return self.instead(flag, *instead).map(Some),
        }
        Ok(None)
    }

    fn instead(&mut self, flag: &Flag, instead: Instead) -> Result<Parsed, Error> {
        let parsed = match instead {
            Instead::Help => Parsed::Help,
            Instead::Manual => Parsed::Manual,
            Instead::Version => Parsed::Version,
            Instead::GenerateMan => {
                let page = Value::new(self.value(flag)?).word(flag.choices());
                return page
                    .map(Parsed::GenerateMan)
                    .map_err(|message| argument_error(flag, &message));
            }
        };
        match self.lexopt.optional_value() {
            Some(value) => Err(ignored_value(flag, &value)),
            None => Ok(parsed),
        }
    }

    /// The value that is joined to the option, or else the next argument, unless that looks like an option.
    fn value(&mut self, flag: &Flag) -> Result<OsString, Error> {
        if let Some(value) = self.lexopt.optional_value() {
            return Ok(value);
        }
        if let Some(mut arguments) = self.lexopt.try_raw_args()
            && let Some(next) = arguments.peek()
            && (is_negative_number(&next.to_string_lossy())
                || matches!(classify(next)?, Token::Plain))
            && let Some(value) = arguments.next()
        {
            return Ok(value);
        }
        Err(argument_error(flag, "expected one argument"))
    }

    /// What can be told only when everything was read, in the order in which HTTPie complains.
    fn finish(mut self, program: Program) -> Result<Args, Error> {
        let positionals = std::mem::take(&mut self.positionals);
        self.set_positionals(positionals)?;
        if !self.unrecognized.is_empty() {
            return Err(self.unrecognized_arguments());
        }
        if let Some((_, usage)) = self.unsupported.first() {
            return Err(Error::usage(format!(
                "{usage} is not supported yet by this version"
            )));
        }
        check_print("--print", self.args.print.as_deref())?;
        check_print("--history-print", self.args.history_print.as_deref())?;
        if program == Program::Https {
            self.args.default_scheme = "https".to_owned();
        }
        Ok(self.args)
    }

    /// METHOD and URL, or URL alone: the first of several arguments is a method if it is all letters.
    fn set_positionals(&mut self, positionals: Vec<OsString>) -> Result<(), Error> {
        let mut texts = positionals
            .into_iter()
            .map(|argument| {
                argument.into_string().map_err(|argument| {
                    let shown = quoted_word(&argument.to_string_lossy());
                    Error::usage(format!("the argument {shown} is not valid UTF-8"))
                })
            })
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .peekable();
        let is_method =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic());
        let first = texts.next();
        let has_more = texts.peek().is_some();
        let (method, url) = match first {
            Some(first) if has_more && is_method(&first) => (Some(first), texts.next()),
            first => (None, first),
        };
        let missing = || Error::usage("the following arguments are required: URL");
        self.args.method = method;
        self.args.url = url.ok_or_else(missing)?;
        self.args.items = texts.collect();
        Ok(())
    }
}

/// Refuses letters that stand for no part of an exchange.
fn check_print(option: &str, letters: Option<&str>) -> Result<(), Error> {
    // Each once and in order, as HTTPie has them in a set: it could be a password behind -p.
    let unknown: BTreeSet<String> = letters
        .unwrap_or_default()
        .chars()
        .filter(|letter| !"HBhbm".contains(*letter))
        .map(String::from)
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown = Vec::from_iter(unknown).join(",");
    Err(Error::usage(format!(
        "Unknown output options: {option}={unknown}"
    )))
}

#[cfg(test)]
mod tests;
