//! Default options: from the file, from the environment, and which of them goes over which.

use crate::support::{Program, TempFolder};

const VARIABLE: &str = "HTTPIE_DEFAULT_OPTIONS";

/// Runs `http --offline`, whose output shows what is in force.
fn offline(folder: &TempFolder, args: &[&str]) -> Program {
    Program::http(folder)
        .args(["--offline", "x.org"])
        .args(args)
}

fn with_file(options: &str) -> TempFolder {
    let folder = TempFolder::new();
    let text = format!("{{\"default_options\": {options}}}");
    folder.write("config/config.json", text);
    folder
}

#[test]
fn the_environment_has_default_options_as_words_or_as_json() {
    let folder = TempFolder::new();
    for value in [
        "--auth=u:p --ignore-netrc",
        "--auth 'u:p'",
        "\n --auth \"u\":p\\\n \n",
        "[\"--auth\", \"u:p\"]",
    ] {
        let outcome = offline(&folder, &[]).env(VARIABLE, value).run_well();
        let sent = outcome.message();
        assert_eq!(
            sent.header("Authorization"),
            Some("Basic dTpw"),
            "{value:?}"
        );
    }
    for value in ["", " ", "[]"] {
        let outcome = offline(&folder, &[]).env(VARIABLE, value).run_well();
        assert_eq!(outcome.message().header("Authorization"), None, "{value:?}");
    }
}

#[test]
fn a_file_without_default_options_says_nothing() {
    let folder = TempFolder::new();
    for text in [
        "{}",
        "{\"default_options\": null}",
        "{\"default_options\": []}",
    ] {
        folder.write("config/config.json", text);
        let outcome = offline(&folder, &[]).run_well();
        assert_eq!(outcome.stderr_text(), "", "{text}");
    }
    folder.write("config/config.json", "{\"default_options\": {}}");
    let outcome = offline(&folder, &[]).run_well();
    outcome.assert_says("warning: invalid config file");
}

#[test]
fn what_is_wrong_with_default_options_is_said_without_their_values() {
    let folder = TempFolder::new();
    for (text, place) in [
        (
            r#"{"default_options": "--auth=ann:hunter2"}"#,
            "line 1 column 40",
        ),
        (
            "{\n\"default_options\": [\"--auth\", 11hunter2]}",
            "line 2 column",
        ),
        (
            r#"{"default_options": ["--auth", 1122334455]}"#,
            "line 1 column 41",
        ),
        (
            r#"{"default_options": {"--auth": "ann:hunter2"}}"#,
            "line 1",
        ),
        (r#""--auth=ann:hunter2""#, "line 1 column 20"),
        ("1122334455", "line 1 column 10"),
    ] {
        folder.write("config/config.json", text);
        let outcome = offline(&folder, &[]).run_well();
        outcome.assert_says("warning: invalid config file");
        outcome.assert_says(place);
        let said = outcome.stderr_text();
        assert!(
            !said.contains("hunter2") && !said.contains("1122"),
            "{said}"
        );
    }
    let outcome = offline(&folder, &[]).run_well();
    outcome.assert_says("an object is expected in which default_options is a list of strings");
    folder.write("config/config.json", "{}");
    for value in [
        r#"["--auth",1122334455]"#,
        r#"["--auth",{"ann":"hunter2"}]"#,
        r#"["--auth","ann:hunter2\q"]"#,
        r#"["--auth","ann:hunter2"#,
    ] {
        let outcome = offline(&folder, &[]).env(VARIABLE, value).run();
        outcome.assert_error(&[VARIABLE, "no JSON array of strings", "at line 1 column"]);
        let said = outcome.stderr_text();
        assert!(
            !said.contains("hunter2") && !said.contains("1122"),
            "{said}"
        );
    }
}

#[test]
fn typed_goes_over_the_environment_and_the_environment_over_the_file() {
    let folder = with_file("[\"--default-scheme=https\", \"--auth=file:p\", \"--form\"]");
    let auth = |variable: &str, args: &[&str]| {
        let outcome = offline(&folder, args).env(VARIABLE, variable).run_well();
        outcome
            .message()
            .header("Authorization")
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(auth("", &[]), "Basic ZmlsZTpw");
    assert_eq!(auth("--auth=u:p", &[]), "Basic dTpw");
    assert_eq!(auth("--auth=u:p", &["-a", "t:p"]), "Basic dDpw");
    assert_eq!(auth("--no-auth", &[]), "");
    // Not with what stands below: either is the credentials of its place.
    assert_eq!(auth("--auth-from=env:LANG -Abearer", &[]), "Bearer C.UTF-8");
    assert_eq!(auth("--auth-from=env:NONE", &["-a", "t:p"]), "Basic dDpw");
}

#[test]
fn an_option_ignores_the_file_and_not_the_environment() {
    let folder = with_file("[\"--auth=file:p\"]");
    let outcome = offline(&folder, &["--no-config"]).run_well();
    assert_eq!(outcome.message().header("Authorization"), None);
    let outcome = offline(&folder, &["--no-config"])
        .env(VARIABLE, "--auth=u:p")
        .run_well();
    assert_eq!(
        outcome.message().header("Authorization"),
        Some("Basic dTpw")
    );
    folder.write("config/config.json", "{broken");
    let outcome = offline(&folder, &["--no-config"]).run_well();
    assert_eq!(outcome.stderr_text(), "", "the file is not looked at");
    let outcome = offline(&folder, &[]).run_well();
    outcome.assert_says("warning: invalid config file");
}

#[test]
fn a_file_is_ignored_by_the_command_line_alone() {
    let folder = TempFolder::new();
    let outcome = offline(&folder, &[]).env(VARIABLE, "--no-config").run();
    outcome.assert_error(&[VARIABLE, "--no-config works on the command line only"]);
    let folder = with_file("[\"--no-config\"]");
    offline(&folder, &[])
        .run()
        .assert_error(&["config.json", "command line only"]);
}

#[test]
fn a_variable_that_cannot_be_understood_is_an_error() {
    let folder = TempFolder::new();
    for (value, part) in [
        ("--auth='u:p", "a single quote is not closed"),
        ("--auth=\"u:p", "a double quote is not closed"),
        ("--verbose \\", "a backslash stands at the end"),
        ("[\"--verbose\"", "no JSON array of strings"),
        ("[5]", "no JSON array of strings"),
        (
            "--no-such-option",
            "unrecognized arguments: --no-such-option",
        ),
        ("--style=none-such", "invalid choice"),
        ("--auth", "expected one argument"),
        ("verbose", "'verbose' is not an option"),
        ("-- --verbose", "'--verbose' is not an option"),
    ] {
        let outcome = offline(&folder, &[]).env(VARIABLE, value).run();
        outcome.assert_error(&[VARIABLE, part]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_variable_that_is_no_text_is_an_error() {
    use std::os::unix::ffi::OsStrExt;
    let folder = TempFolder::new();
    let value = std::ffi::OsStr::from_bytes(b"--auth=\xff");
    let outcome = offline(&folder, &[]).env(VARIABLE, value).run();
    outcome.assert_error(&[VARIABLE, "not valid UTF-8"]);
}

#[test]
fn debug_tells_where_default_options_come_from_and_no_values() {
    let folder = with_file("[\"--style=pie\", \"--auth\", \"u:s3cr3t\"]");
    for args in [&["--debug"][..], &["--debug", "--offline", "x.org"]] {
        let program = Program::http(&folder).args(args);
        let outcome = program
            .env(VARIABLE, "--follow -vau:s3cr3t --no-form")
            .run_well();
        let said = outcome.stderr_text();
        let path = folder.join("config/config.json");
        let of_file = format!(
            "default options: --style, --auth (from {})\n",
            path.display()
        );
        assert!(said.contains(&of_file), "{said}");
        let of_variable =
            format!("default options: --follow, --verbose, --auth, --no-form (from {VARIABLE})\n");
        assert!(said.contains(&of_variable), "{said}");
        assert!(!said.contains("s3cr3t"), "{said}");
    }
    let outcome = Program::http(&TempFolder::new()).arg("--debug").run_well();
    assert!(!outcome.stderr_text().contains("default options"));
}
