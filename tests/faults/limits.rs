//! Too few descriptors, too little memory.

use super::support::{Answer, Server, TempFolder};
use super::{SESSION, assert_sentence, in_shell, json, server};

#[test]
fn too_few_descriptors_are_told() {
    let server = server();
    let url = server.url("/x");
    let mut successes = 0;
    for count in 3..12 {
        for args in [
            &["--session=./s.json", &url, "X:1"][..],
            &["-d", "-o", "answer", &url],
            &["--json-meta", &url],
        ] {
            let folder = TempFolder::new();
            folder.write("work/s.json", SESSION);
            let outcome = in_shell(&folder, &format!("ulimit -n {count};"), args, "").run();
            let what = format!("{count} {args:?}: {}", outcome.stderr_text());
            assert_sentence(&outcome, &what);
            match outcome.status {
                0 => successes += 1,
                1 => assert!(
                    what.to_lowercase().contains("too many open files"),
                    "{what}"
                ),
                // The loader of the program itself needs a descriptor.
                127 => assert_eq!(count, 3, "{what}"),
                _ => panic!("{what}"),
            }
            json(&folder.join("work/s.json"));
        }
    }
    assert!(successes > 10, "a run needs more than a dozen descriptors");
}

/// Laying out needs the whole body. Where there is no memory for that, the body is shown as it comes; one that is saved needs
/// none in any case.
#[test]
fn too_little_memory_costs_the_layout_alone() {
    let documents = [
        (
            "application/json",
            format!("[{}1]", "123456789, ".repeat(1 << 19)),
        ),
        (
            "application/xml",
            format!("<a>{}</a>", "<b>c</b>".repeat(1 << 19)),
        ),
        ("text/plain", "text without an end ".repeat(1 << 18)),
    ];
    for (kind, body) in documents {
        let answer = body.clone();
        let server = Server::start(move |_| {
            let answer = Answer::ok(answer.clone()).header("Content-Type", kind);
            answer.header("Set-Cookie", "new=cookie")
        });
        for room in [24_000, 40_000] {
            let folder = TempFolder::new();
            let path = folder.write("work/s.json", SESSION);
            let limit = format!("ulimit -v {room};");
            for pretty in ["--pretty=format", "--pretty=all"] {
                let args = ["--session=./s.json", pretty, &server.url("/x")];
                let outcome = in_shell(&folder, &limit, &args, "").run();
                let what = format!("{kind}, {room} KiB, {pretty}");
                assert_eq!(outcome.status, 0, "{what}: {}", outcome.stderr_text());
                assert_eq!(json(&path)["cookies"][0]["name"], "new", "{what}");
                if pretty != "--pretty=all" {
                    let shown = outcome
                        .stdout
                        .iter()
                        .filter(|byte| !byte.is_ascii_whitespace());
                    let sent = body.bytes().filter(|byte| !byte.is_ascii_whitespace());
                    assert!(shown.copied().eq(sent), "{what}");
                }
            }
        }
    }
}
