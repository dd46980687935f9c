//! `httpie` on itself: help, version, what it does not have, and command lines that are meant for `http`.

use crate::support::{Outcome, Program, TempFolder};

fn httpie(args: &[&str]) -> Outcome {
    let folder = TempFolder::new();
    let outcome = Program::httpie(&folder).args(args).run();
    assert_eq!(folder.files(), Vec::<String>::new(), "{args:?}");
    outcome
}

#[test]
fn help_is_found_under_each_of_its_names() {
    for (args, same) in [
        (&["help"][..], &["--help"][..]),
        (&["-h"], &["--help"]),
        (&["help", "sessions"], &["sessions", "--help"]),
        (&["sessions", "help", "list"], &["sessions", "list", "-h"]),
        (
            &["help", "cli", "plugins", "install"],
            &["cli", "plugins", "install", "--help"],
        ),
    ] {
        let outcome = httpie(args);
        assert_eq!(outcome.status, 0, "{args:?}");
        assert!(outcome.stdout_text().starts_with("usage:\n"), "{args:?}");
        assert_eq!(outcome.stdout, httpie(same).stdout, "{args:?}");
    }
    let version = httpie(&["--version"]).stdout_text();
    assert_eq!(version, format!("{}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(
        httpie(&["--debug", "--traceback", "--version"]).stdout_text(),
        version
    );
    let outcome = httpie(&["help", "nonsense"]);
    assert_eq!((outcome.status, outcome.stdout_text()), (1, String::new()));
}

#[test]
fn without_a_command_it_says_what_there_is() {
    let outcome = httpie(&[]);
    assert_eq!((outcome.status, outcome.stdout_text()), (1, String::new()));
    for part in [
        "usage: ",
        "specify one of these",
        "please use the http/https commands:",
    ] {
        assert!(outcome.stderr_text().contains(part), "{part}");
    }
}

#[test]
fn a_request_is_shown_to_the_doors() {
    for line in [
        "pie.dev/get",
        "DELETE localhost:8000/delete",
        "POST pie.dev/post header:value a=b header_2:value x:=1",
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let said = httpie(&words).stderr_text();
        assert!(said.contains(&format!("  $ http {line}\n")), "{said}");
        assert!(said.contains(&format!("  $ https {line}\n")), "{said}");
    }
    for line in [
        "pie.dev/get authorization:s3cret",
        "-a ann:s3cret pie.dev/get",
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let said = httpie(&words).stderr_text();
        assert!(
            said.starts_with("usage: ") && !said.contains("s3cret"),
            "{said}"
        );
    }
    for line in [
        "cli",
        "plugins",
        "cli foo",
        "plugins unknown",
        "plugins unknown.com A:B c=d",
        "unknown.com UNPARSABLE????SYNTAX",
    ] {
        let words: Vec<_> = line.split(' ').collect();
        let outcome = httpie(&words);
        assert_eq!(outcome.status, 1);
        let said = outcome.stderr_text();
        assert!(
            said.starts_with("usage: ") && !said.contains(&format!("http {line}")),
            "{said}"
        );
    }
}

#[test]
fn there_are_no_plugins_and_no_update_checks() {
    for group in [&["plugins"][..], &["cli", "plugins"]] {
        let run = |args: &[&str]| httpie(&[group, args].concat());
        let listed = run(&["list"]);
        assert_eq!((listed.status, listed.stdout_text()), (0, String::new()));
        for (command, done) in [
            ("install", "installed"),
            ("upgrade", "upgraded"),
            ("uninstall", "uninstalled"),
        ] {
            run(&[command, "httpie-ntlm", "other"]).assert_error(&[
                "'httpie-ntlm', 'other'",
                done,
                "no plugins",
            ]);
            assert!(run(&[command]).stderr_text().contains("required: TARGET"));
        }
    }
    let outcome = httpie(&["cli", "check-updates"]);
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout_text().contains(env!("CARGO_PKG_VERSION")));
}
