//! The manual pages in `man/` are what the program says they are.

use std::path::Path;
use std::process::Command;

#[test]
fn the_pages_in_the_repository_are_current() {
    for name in ["http", "https", "httpie"] {
        let run = Command::new(env!("CARGO_BIN_EXE_http"))
            .args(["--generate-man", name])
            .output()
            .unwrap();
        assert!(run.status.success(), "{run:?}");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("man/{name}.1"));
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(
            stored == String::from_utf8(run.stdout).unwrap(),
            "man/{name}.1 is stale; run: http --generate-man {name} > man/{name}.1"
        );
    }
}
