//! `httpie cli export-args`: the options and arguments of `http` as JSON, from the table, for programs that build
//! command lines.
//!
//! The shape is that of HTTPie 3.2.4, `version` names it; what an entry lacks is not written. The texts are ours.

use serde::Serialize;

use super::flags::{
    Availability, Category, Flag, POSITIONALS, Positional, ValueKind, Visibility, flags,
};
use super::help::DESCRIPTION;

/// HTTPie's version of the shape.
const VERSION: &str = "0.0.1a0";

#[derive(Serialize)]
struct Document {
    version: &'static str,
    spec: Spec,
}

#[derive(Serialize)]
struct Spec {
    name: &'static str,
    description: &'static str,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    description: Option<&'static str>,
    is_mutually_exclusive: bool,
    args: Vec<Argument>,
}

/// An option or a positional argument. What HTTPie leaves out is left out.
#[derive(Default, Serialize)]
struct Argument {
    options: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    is_positional: bool,
    #[serde(skip_serializing_if = "is_false")]
    is_optional: bool,
    #[serde(skip_serializing_if = "is_false")]
    is_variadic: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested_options: Option<&'static [[&'static str; 3]]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    python_type_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metavar: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<&'static str>>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// The kinds of request items: a title, an example and what it makes.
const ITEMS: [[&str; 3]; 5] = [
    ["HTTP Headers", "Name:Value", "A header: X-API-Token:123"],
    [
        "URL Parameters",
        "name==value",
        "A parameter of the URL's query: limit==50",
    ],
    [
        "Data Fields",
        "field=value",
        "A text field of the JSON object, or of the form (--form)",
    ],
    [
        "Raw JSON Fields",
        "field:=json",
        "A field whose value is written in JSON",
    ],
    [
        "File upload Fields",
        "field@/dir/file",
        "A file to upload, with --form or --multipart",
    ],
];

/// The document, in one line.
///
/// # Errors
/// None that could occur: there are only strings in it.
pub(crate) fn json() -> serde_json::Result<String> {
    let options = Category::ALL.map(|category| Group {
        name: category.title(),
        description: None,
        is_mutually_exclusive: false,
        args: flags()
            .filter(|flag| flag.category == category)
            .filter(|flag| flag.visibility != Visibility::Internal)
            .filter(|flag| flag.availability == Availability::Available)
            .flat_map(option)
            .collect(),
    });
    let positionals = Group {
        name: "Positional arguments",
        description: Some("They follow in this order; only URL is required."),
        is_mutually_exclusive: false,
        args: POSITIONALS.iter().map(positional).collect(),
    };
    serde_json::to_string(&Document {
        version: VERSION,
        spec: Spec {
            name: "http",
            description: DESCRIPTION,
            groups: std::iter::once(positionals).chain(options).collect(),
        },
    })
}

fn positional(argument: &'static Positional) -> Argument {
    Argument {
        options: vec![argument.name.to_owned()],
        is_positional: true,
        is_optional: !argument.required,
        is_variadic: argument.repeated,
        short_description: Some(argument.short_help),
        description: Some(argument.long_help),
        nested_options: argument.repeated.then_some(&ITEMS),
        python_type_name: argument.repeated.then_some("KeyValueArgType"),
        metavar: Some(argument.name),
        choices: None,
    }
}

/// An option, and what has become options of their own in HTTPie: further names.
fn option(flag: &'static Flag) -> Vec<Argument> {
    let shown = flag.visibility == Visibility::Shown;
    let long = format!("--{}", flag.long);
    let short = flag.short.map(|letter| format!("-{letter}"));
    let kind = flag.value().map(|value| &value.kind);
    let planned = flag.planned_choices();
    let choices = flag.choices().iter().filter(|word| !planned.contains(word));
    let choices: Vec<_> = choices.copied().collect();
    let has_listed_choices = matches!(kind, Some(ValueKind::Choice { listed: true, .. }));
    let main = Argument {
        options: std::iter::once(long).chain(short).collect(),
        short_description: shown.then_some(flag.short_help),
        description: shown.then_some(flag.long_help),
        python_type_name: match kind {
            Some(ValueKind::Integer) => Some("int"),
            Some(ValueKind::Float) => Some("float"),
            _ => None,
        },
        metavar: flag
            .value()
            .filter(|_| !has_listed_choices)
            .map(|value| value.name),
        choices: Some(choices).filter(|choices| !choices.is_empty()),
        ..Argument::default()
    };
    let aliases = flag.aliases.iter().map(|alias| Argument {
        options: vec![format!("--{alias}")],
        ..Argument::default()
    });
    std::iter::once(main).chain(aliases).collect()
}
