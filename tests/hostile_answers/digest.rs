//! Challenges without sense or end (RFC 7616): each ends in the server's own 401, never in a wrong answer to it.

use super::{Case, run_all, served};

const REFUSAL: &str = "refused";

/// Every request gets this challenge, and the body of a refusal.
fn challenged(name: &'static str, challenge: impl AsRef<[u8]>) -> Case {
    let challenge = challenge.as_ref().to_vec();
    served(name, move |mut connection| {
        while !connection.request().is_empty() {
            connection.send("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ");
            connection.send(&challenge);
            connection.send(format!(
                "\r\nContent-Length: {}\r\n\r\n{REFUSAL}",
                REFUSAL.len()
            ));
        }
    })
    .args(&["-A", "digest", "-a", "user:secret"])
    .shows(REFUSAL)
}

#[test]
fn what_cannot_be_answered_is_not_answered() {
    let once: &'static [&'static str] = &["/start"];
    run_all(vec![
        challenged("empty", "").asks(once),
        challenged("a word", "Digest").asks(once),
        challenged("no nonce", r#"Digest realm="r", qop="auth""#).asks(once),
        challenged("another scheme", r#"Basic realm="r""#).asks(once),
        challenged("a scheme nobody knows", r#"Magic nonce="n""#).asks(once),
        challenged(
            "an unknown algorithm",
            r#"Digest realm="r", nonce="n", algorithm=ROT13"#,
        )
        .asks(once),
        challenged(
            "an unknown quality",
            r#"Digest realm="r", nonce="n", qop="magic""#,
        )
        .asks(once),
        challenged("garbage", "Digest =,=,\"\",,=\"\\").asks(once),
        challenged("bytes", b"Digest \xff\xfe=\"\x80\"").asks(once),
    ]);
}

#[test]
fn what_can_be_answered_is_answered_once() {
    let twice: &'static [&'static str] = &["/start", "/start"];
    run_all(vec![
        challenged("a good one", r#"Digest realm="r", nonce="n", qop="auth""#).asks(twice),
        challenged("no quality", r#"Digest realm="r", nonce="n""#).asks(twice),
        challenged(
            "capital letters",
            r#"DIGEST REALM="r", NONCE="n", QOP="AUTH""#,
        )
        .asks(twice),
        challenged(
            "quotes inside",
            r#"Digest realm="a\"b\\", nonce="n", qop="auth""#,
        )
        .asks(twice),
        challenged(
            "an empty realm",
            r#"Digest realm="", nonce="n", qop="auth""#,
        )
        .asks(twice),
        challenged("commas", r#"Digest ,,realm="r",, nonce="n",, qop="auth",,"#).asks(twice),
        challenged(
            "behind another",
            r#"Basic realm="x", Digest realm="r", nonce="n", qop="auth""#,
        )
        .asks(twice),
        challenged(
            "one that is long",
            format!(
                r#"Digest realm="r", nonce="{}", qop="auth""#,
                "n".repeat(100_000)
            ),
        )
        .asks(twice),
        challenged(
            "a thousand",
            r#"Digest realm="r", nonce="n", qop="auth", "#.repeat(1000),
        )
        .shows_anything(),
    ]);
}

#[test]
fn stale_nonces_come_to_an_end() {
    run_all(vec![
        served("always stale", |mut connection| {
            let mut count = 0;
            while !connection.request().is_empty() {
                count += 1;
                let challenge = format!(r#"Digest realm="r", nonce="n{count}", qop="auth", stale=true"#);
                connection.send(format!(
                    "HTTP/1.1 401 X\r\nWWW-Authenticate: {challenge}\r\nContent-Length: 7\r\n\r\nrefused"
                ));
            }
        })
        .args(&["-A", "digest", "-a", "user:secret"])
        .shows(REFUSAL)
        .asks(&["/start"; 5]),
        served("a challenge and a redirect in turn", |mut connection| {
            loop {
                let path = connection.request();
                if path.is_empty() {
                    return;
                }
                let answer = match path.as_str() {
                    "/start" => "401 X\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
                    _ => "302 X\r\nLocation: /start",
                };
                let location = "Location: /other";
                connection.send(format!("HTTP/1.1 {answer}\r\n{location}\r\nContent-Length: 7\r\n\r\nrefused"));
            }
        })
        .args(&["--follow", "-A", "digest", "-a", "user:secret"])
        .shows(REFUSAL),
    ]);
}
