//! `httpie cli export-args`: the shape is HTTPie's, and everything that HTTPie has is in it.

use crate::support::{Program, TempFolder};
use serde_json::Value;

/// The groups and options of HTTPie 3.2.4, with `=int` and `=float` where it gives such a type.
const HTTPIE: [(&str, &str); 10] = [
    ("Positional arguments", "METHOD URL REQUEST_ITEM"),
    (
        "Predefined content types",
        "--json/-j --form/-f --multipart --boundary --raw",
    ),
    ("Content processing options", "--compress/-x"),
    (
        "Output processing",
        "--pretty --style/-s --no-unsorted --no-sorted --unsorted --sorted --response-charset --response-mime --format-options",
    ),
    (
        "Output options",
        "--print/-p --headers/-h --meta/-m --body/-b --verbose/-v --all --history-print/-P --stream/-S --output/-o --download/-d --continue/-c --quiet/-q",
    ),
    ("Sessions", "--session --session-read-only"),
    ("Authentication", "--auth/-a --auth-type/-A --ignore-netrc"),
    (
        "Network",
        "--offline --proxy --follow/-F --max-redirects=int --max-headers=int --timeout=float --check-status --path-as-is --chunked",
    ),
    (
        "SSL",
        "--verify --ssl --ciphers --cert --cert-key --cert-key-pass",
    ),
    (
        "Troubleshooting",
        "--ignore-stdin/-I --help --manual --version --traceback --default-scheme --debug",
    ),
];

/// The keys that HTTPie writes, and whether their values are these.
fn has_the_shape(argument: &Value) -> bool {
    let fits = |(key, value): (&String, &Value)| match key.as_str() {
        "options" | "choices" => {
            let list = value.as_array();
            list.is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string))
        }
        "is_positional" | "is_optional" | "is_variadic" => *value == Value::Bool(true),
        "short_description" | "description" | "python_type_name" | "metavar" => value.is_string(),
        "nested_options" => value.as_array().is_some_and(|rows| {
            rows.iter()
                .all(|row| row.as_array().is_some_and(|row| row.len() == 3))
        }),
        _ => false,
    };
    let members = argument.as_object();
    members.is_some_and(|members| members.contains_key("options") && members.iter().all(fits))
}

fn export(args: &[&str]) -> Value {
    let folder = TempFolder::new();
    let outcome = Program::httpie(&folder)
        .args(["cli", "export-args"])
        .args(args)
        .run_well();
    serde_json::from_slice(&outcome.stdout).expect("JSON")
}

#[test]
fn the_document_has_the_shape_of_httpies() {
    let document = export(&[]);
    assert_eq!(document, export(&["--format=json"]));
    assert_eq!(document, export(&["-f", "json"]));
    assert_eq!(document["version"], "0.0.1a0");
    assert_eq!(document["spec"]["name"], "http");
    assert!(document["spec"]["description"].is_string());
    let groups = document["spec"]["groups"].as_array().unwrap();
    for group in groups {
        let keys: Vec<_> = group.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["args", "description", "is_mutually_exclusive", "name"]
        );
        for argument in group["args"].as_array().unwrap() {
            assert!(has_the_shape(argument), "{argument}");
        }
    }
    let items = &groups[0]["args"][2];
    assert_eq!(items["is_variadic"], true);
    assert_eq!(groups[0]["args"][1].get("is_optional"), None);
}

#[test]
fn every_option_of_httpie_is_in_its_group() {
    let document = export(&[]);
    let groups = list(&document["spec"]["groups"]);
    for (name, options) in HTTPIE {
        let group = groups.iter().find(|group| group["name"] == name);
        let group = group.unwrap_or_else(|| panic!("there is no group {name}"));
        let ours: Vec<String> = list(&group["args"]).iter().map(line).collect();
        for option in options.split(' ') {
            let is_told = ours.iter().any(|line| line == option);
            assert_ne!(is_told, is_planned(option), "{option}: {ours:?}");
        }
    }
}

/// Whether an option has no effect yet: such options are not told of.
fn is_planned(option: &str) -> bool {
    let folder = TempFolder::new();
    let name = option.split(['/', '=']).next().unwrap_or_default();
    let outcome = Program::http(&folder)
        .args(["--offline", "x.org", name, "a:b/c"])
        .run();
    let sentence = format!("{name} is not supported yet");
    outcome.stderr_text().contains(&sentence)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn line(argument: &Value) -> String {
    let options = list(&argument["options"]).iter();
    let names: Vec<_> = options.filter_map(Value::as_str).collect();
    match argument.get("python_type_name").and_then(Value::as_str) {
        Some(kind @ ("int" | "float")) => format!("{}={kind}", names.join("/")),
        _ => names.join("/"),
    }
}

#[test]
fn there_is_one_format() {
    let folder = TempFolder::new();
    let outcome = Program::httpie(&folder)
        .args(["cli", "export-args", "--format=xml"])
        .run();
    assert_eq!(outcome.status, 1);
    outcome.assert_says("invalid choice: 'xml'");
}
