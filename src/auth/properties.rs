//! What must hold for any netrc file and any challenge.

use super::{digest, netrc};
use crate::sessions::{AuthType, Credentials};

/// Whatever stands behind an entry, its host gets its login, and nothing of a file is in a warning.
pub(crate) fn netrc(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for host in ["a.org", "b.org", ""] {
        let found = netrc::find(&text, host, 80);
        assert!(found.warnings.len() <= text.len());
    }
    if text.to_ascii_lowercase().contains("fuzz.test") {
        return;
    }
    let before = "machine fuzz.test login u password p machine other.test\n";
    let found = netrc::find(&format!("{before}{text}"), "fuzz.test", 80);
    let login = found.login.map(|login| (login.user, login.password));
    assert_eq!(login, Some(("u".to_owned(), "p".to_owned())));
}

/// A field a line. What is answered says what the server said, as one line.
pub(crate) fn digest(input: &[u8]) {
    let fields = || input.split(|byte| *byte == b'\n');
    for field in fields() {
        drop(digest::next_nonce(field));
    }
    let Some(challenge) = digest::strongest(fields()) else {
        return;
    };
    let login = Credentials::new(AuthType::Digest, "Mufasa:Circle of Life");
    let asked = digest::Asked {
        method: "GET",
        target: "/dir/index.html?a=\"b\\",
        body: b"",
    };
    let answer = digest::answer(&challenge, &login, &asked, 1, "0a4f113b");
    let ends_line = |byte: &u8| matches!(byte, 0x00..=0x08 | 0x0A..=0x1F | 0x7F);
    assert!(!answer.iter().any(ends_line), "{}", answer.escape_ascii());
    // An answer looks like a challenge with the same realm, nonce, opaque and algorithm.
    let mut again = digest::strongest([answer.as_slice()].into_iter())
        .unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&answer)));
    again.is_stale = challenge.is_stale;
    let second = digest::answer(&again, &login, &asked, 1, "0a4f113b");
    if !String::from_utf8_lossy(&answer).contains("userhash") {
        assert_eq!(second, answer);
    }
}
