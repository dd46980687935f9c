//! Completions: loaded in the shells that are installed, and asked for command lines as a user would type them.

use std::path::PathBuf;

use crate::support::{Program, TempFolder, text};

/// A folder with three sessions and a file.
fn folder() -> TempFolder {
    let folder = TempFolder::new();
    for name in ["x.org_alice", "x.org_bob", "localhost%3A8080_dev"] {
        folder.write(&format!("config/sessions/{name}.json"), "{\"cookies\": []}");
    }
    folder.write("work/report.pdf", "");
    folder
}

fn script(folder: &TempFolder, shell: &str) -> PathBuf {
    let outcome = Program::httpie(folder)
        .args(["completions", shell])
        .run_well();
    folder.write(&format!("script.{shell}"), &outcome.stdout)
}

/// A shell, if it is installed, which finds our programs before any others.
fn shell(folder: &TempFolder, name: &str) -> Option<Program> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let ours = PathBuf::from(env!("CARGO_BIN_EXE_httpie"));
    let ours = ours.parent().map(PathBuf::from).unwrap_or_default();
    let Some(found) = std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
    else {
        eprintln!("skipped: {name} is not installed");
        return None;
    };
    let path = std::env::join_paths([ours].into_iter().chain(std::env::split_paths(&path)));
    let path = path.expect("the folders of PATH");
    Some(Program::at(&found, folder).env("PATH", path))
}

/// What is typed, and what it must become.
const LINES: [(&str, &str); 9] = [
    ("http --prett", "http --pretty"),
    ("https --pretty=for", "https --pretty=format"),
    (
        "http POST x.org --session al",
        "http POST x.org --session alice",
    ),
    ("http :8080 --session=", "http :8080 --session=dev"),
    ("http GET localh", "http GET localhost:8080"),
    ("http x.org content-ty", "http x.org Content-Type:"),
    ("http -f x.org cv@rep", "http -f x.org cv@report.pdf"),
    ("http x.org -o rep", "http x.org -o report.pdf"),
    ("httpie sessions exp", "httpie sessions export"),
];

#[test]
fn the_answers_do_not_depend_on_the_shell() {
    let folder = folder();
    let ask = |words: &[&str]| {
        let index = (words.len() - 1).to_string();
        let outcome = Program::httpie(&folder)
            .args(["__complete", &index])
            .args(words)
            .run_well();
        outcome.stdout_text()
    };
    assert_eq!(
        ask(&["http", "x.org", "--session", ""]),
        "words\t\nalice\t\nbob\t\n"
    );
    assert_eq!(
        ask(&["http", "--session="]),
        "words\t--session=\n--session=alice\t\n--session=bob\t\n--session=dev\t\n"
    );
    assert_eq!(ask(&["http", "x.org", "a@b"]), "files\ta@\n");
    assert_eq!(ask(&["http", "x.org", "te"]), "open\t\n");
    assert_eq!(
        ask(&["httpie", "sessions", "show", "bob", "l"]),
        "words\t\nlocalhost:8080\t\n"
    );
    // PowerShell leaves an empty word out.
    let outcome = Program::httpie(&folder)
        .args(["__complete", "2", "http", "--pretty"])
        .run_well();
    assert!(outcome.stdout_text().contains("\ncolors\t\n"));
    for odd in [
        &["__complete"][..],
        &["__complete", "99999999999999999999", "http"],
        &["__complete", "7"],
    ] {
        let outcome = Program::httpie(&folder).args(odd).run();
        assert_eq!((outcome.status, outcome.stderr_text()), (0, String::new()));
    }
}

#[test]
fn scripts_are_for_four_shells() {
    let folder = TempFolder::new();
    for name in ["bash", "zsh", "fish", "powershell"] {
        let script = std::fs::read(script(&folder, name)).unwrap();
        assert!(text(&script).contains("httpie __complete"), "{name}");
    }
    let outcome = Program::httpie(&folder).args(["completions", "csh"]).run();
    outcome.assert_error(&["'csh'", "'bash', 'zsh', 'fish', 'powershell'"]);
}

#[test]
fn names_and_hosts_of_sessions_are_listed_for_scripts() {
    let folder = folder();
    let list = |args: &[&str]| {
        let outcome = Program::httpie(&folder)
            .args(["sessions", "list"])
            .args(args)
            .run_well();
        outcome.stdout_text()
    };
    assert_eq!(list(&["--names"]), "alice\nbob\ndev\n");
    assert_eq!(list(&["--names", "x.org"]), "alice\nbob\n");
    assert_eq!(list(&["--hosts"]), "localhost:8080\nx.org\n");
    assert_eq!(list(&["--names", "nobody.org"]), "");
}

/// Types each line in an interactive shell, presses the tab key, and lets the shell say what has become of it.
#[cfg(target_os = "linux")]
fn assert_completes(shell: impl Fn() -> Option<Program>, load: &str) {
    for (typed, want) in LINES {
        let Some(shell) = shell() else { return };
        // Ctrl-A goes to the start of the line. The mark is not typed as it is shown, so the echo is none.
        let (load, asked) = (
            format!("{load}; echo LOA''DED\r"),
            format!("{typed}\t\x01echo GO''T \r"),
        );
        let outcome = shell.run_in_terminal_typing(&[
            ("READY", &load),
            ("LOADED", &asked),
            ("GOT ", "exit\r"),
        ]);
        let screen = outcome.text();
        let said = screen.split_once("GOT ").map(|(_, behind)| behind);
        let said = said
            .and_then(|behind| behind.lines().next())
            .map(str::trim_end);
        assert_eq!(said, Some(want), "{typed}: {screen}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn bash_completes() {
    let folder = folder();
    let script = script(&folder, "bash");
    let bash = || {
        let bash = shell(&folder, "bash")?;
        Some(
            bash.args(["--norc", "--noprofile", "-i"])
                .env("PS1", "READY "),
        )
    };
    assert_completes(bash, &format!("source {}", script.display()));
}

/// The line itself, before the shell takes away what quotes it.
#[cfg(target_os = "linux")]
#[test]
fn bash_quotes_a_file_behind_a_separator_only_where_it_must() {
    let folder = folder();
    folder.write("work/my notes.txt", "");
    folder.write("work/papers/one.pdf", "");
    let load = format!(
        "source {}; echo LOA''DED\r",
        script(&folder, "bash").display()
    );
    for (typed, want) in [
        ("http -f x.org cv@rep", "cv@report.pdf"),
        ("http -f x.org cv@my", "cv@my\\ notes.txt"),
        ("http -f x.org cv@pap", "cv@papers/"),
        ("http x.org -o my", "my\\ notes.txt"),
    ] {
        let Some(bash) = shell(&folder, "bash") else {
            return;
        };
        let bash = bash
            .args(["--norc", "--noprofile", "-i"])
            .env("PS1", "READY ");
        let asked = format!("{typed}\t\x05'\x01echo GO''T '\r");
        let outcome = bash.run_in_terminal_typing(&[
            ("READY", &load),
            ("LOADED", &asked),
            ("GOT ", "exit\r"),
        ]);
        let screen = outcome.text();
        let said = screen.split_once("GOT ").map_or("", |(_, behind)| behind);
        let line = said.lines().next().unwrap_or_default().trim_end();
        assert!(line.ends_with(&format!(" {want}")), "{typed}: {screen}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn zsh_completes() {
    let folder = folder();
    let script = script(&folder, "zsh");
    let zsh = || {
        let zsh = shell(&folder, "zsh")?;
        Some(zsh.args(["-f", "-i"]).env("PS1", "READY "))
    };
    let load = format!(
        "autoload -U compinit; compinit -u -D; source {}",
        script.display()
    );
    assert_completes(zsh, &load);
}

#[test]
fn fish_completes() {
    let folder = folder();
    let script = script(&folder, "fish");
    for (typed, want) in LINES {
        let Some(fish) = shell(&folder, "fish") else {
            return;
        };
        let outcome = fish
            .args(["--no-config", "-c", "source $argv[1]; complete -C $argv[2]"])
            .arg(&script)
            .arg(typed)
            .run_well();
        let said = outcome.stdout_text();
        let first = said.lines().next().unwrap_or_default();
        let word = first.split('\t').next().unwrap_or_default();
        let start = typed.rsplit_once(' ').map_or("", |(start, _)| start);
        assert_eq!(format!("{start} {word}"), want, "{typed}: {said}");
    }
}
