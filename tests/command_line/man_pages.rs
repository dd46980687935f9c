//! The manual pages in `man/` are what the program says they are, and what typesetters take without complaint.

use std::path::Path;
use std::process::Command;

use crate::support::{self, TempFolder};

const PAGES: [&str; 3] = ["http", "https", "httpie"];

fn generated(name: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_http"))
        .args(["--generate-man", name])
        .output()
        .expect("http can be run");
    assert!(run.status.success(), "{run:?}");
    String::from_utf8(run.stdout).expect("roff is text")
}

#[test]
fn the_pages_in_the_repository_are_current() {
    for name in PAGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("man/{name}.1"));
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(
            stored == generated(name),
            "man/{name}.1 is stale; run: http --generate-man {name} > man/{name}.1"
        );
    }
}

/// What a checker says about each page; nothing where it is not installed.
fn complaints(checker: &[&str]) -> String {
    let folder = TempFolder::new();
    let mut said = String::new();
    for name in PAGES {
        let page = folder.write(&format!("{name}.1"), generated(name));
        let run = Command::new(checker[0])
            .args(&checker[1..])
            .arg(&page)
            .output();
        let Ok(run) = run else {
            eprintln!("skipped: {} is not installed", checker[0]);
            return String::new();
        };
        said.push_str(&support::text(&run.stdout));
        said.push_str(&support::text(&run.stderr));
    }
    said
}

#[test]
fn mandoc_has_no_complaints() {
    assert_eq!(complaints(&["mandoc", "-Tlint", "-Wstyle"]), "");
}

#[test]
fn groff_has_no_warnings() {
    assert_eq!(complaints(&["groff", "-man", "-ww", "-Tutf8", "-z"]), "");
}
