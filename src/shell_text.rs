//! Words of a command line for a POSIX shell (IEEE Std 1003.1, "Shell Command Language"): any bytes in, text out that
//! `sh` reads as exactly these bytes, and that is safe to show on a terminal.
//!
//! There is no `$'...'` in POSIX, so what is not text is written as octal escapes of printf(1).

/// One word, with quotes only where it needs them.
pub(crate) fn quote(word: &[u8]) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"@%_+=:,./-".contains(byte);
    // `=word` is a path for zsh.
    if !word.is_empty() && word.iter().all(is_plain) && word[0] != b'=' {
        return String::from_utf8_lossy(word).into_owned();
    }
    let mut out = String::new();
    for piece in pieces(word) {
        match piece {
            Piece::Text(text) => out.push_str(&format!("'{}'", text.replace('\'', "'\\''"))),
            Piece::Bytes(bytes) => out.push_str(&format!("\"$(printf '{}')\"", octal(bytes))),
        }
    }
    match out.is_empty() {
        true => "''".to_owned(),
        false => out,
    }
}

/// A command that writes these bytes to its output, NUL among them.
pub(crate) fn printf(bytes: &[u8]) -> String {
    let mut out = "printf '".to_owned();
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\\' => out.push_str("\\\\"),
            b'%' => out.push_str("%%"),
            b'\'' => out.push_str("'\\''"),
            // It would be taken for an option.
            b'-' if index == 0 => out.push_str("\\055"),
            b' '..=b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("\\{other:03o}")),
        }
    }
    out.push('\'');
    out
}

/// Whether it can stand in quotes as it is: text without anything that would steer a terminal.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    pieces(bytes).all(|piece| matches!(piece, Piece::Text(_)))
}

enum Piece<'a> {
    Text(&'a str),
    /// Never with a line feed in it: a command substitution would lose one at its end.
    Bytes(&'a [u8]),
}

/// Cuts bytes into runs of text and of what is none.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = Some(chunk.invalid()).filter(|bytes| !bytes.is_empty());
        runs(chunk.valid()).chain(invalid.map(Piece::Bytes))
    })
}

fn runs(mut text: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let steers = is_steering(text.chars().next()?);
        let end = text.find(|letter| is_steering(letter) != steers);
        let (run, rest) = text.split_at(end.unwrap_or(text.len()));
        text = rest;
        Some(match steers {
            true => Piece::Bytes(run.as_bytes()),
            false => Piece::Text(run),
        })
    })
}

/// Control characters, and those that turn the direction of what follows.
fn is_steering(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || letter.is_control() && !matches!(letter, '\n' | '\t')
}

fn octal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:03o}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_quotes_only_where_they_need_them() {
        for (word, want) in [
            (&b"https://x.org/a?b"[..], "'https://x.org/a?b'"),
            (b"a=b", "a=b"),
            (b"=b", "'=b'"),
            (b"", "''"),
            (b"it's", "'it'\\''s'"),
            (b"a\nb", "'a\nb'"),
            ("$x é".as_bytes(), "'$x é'"),
            (
                b"a\xff\x1bb\n",
                "'a'\"$(printf '\\377')\"\"$(printf '\\033')\"'b\n'",
            ),
        ] {
            assert_eq!(quote(word), want);
        }
    }

    #[test]
    fn printf_writes_every_byte() {
        assert_eq!(
            printf(b"-a%\\'\n\0\xff-"),
            "printf '\\055a%%\\\\'\\''\\n\\000\\377-'"
        );
        assert!(is_text("é\n\t".as_bytes()) && !is_text(b"\r") && !is_text(b"\xe9"));
    }
}
