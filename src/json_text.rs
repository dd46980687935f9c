//! Strings as JSON, in ASCII: as HTTPie sends and stores them.

/// Appends a string with its quotes. What is not printable ASCII is escaped, above U+FFFF as a pair of surrogates.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (index, character) in text.char_indices() {
        if matches!(character, ' '..='~') && character != '"' && character != '\\' {
            continue;
        }
        out.push_str(&text[plain..index]);
        plain = index + character.len_utf8();
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            other => push_escape(out, other),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Appends a piece of JSON as it is but for what is not ASCII, which can stand in strings alone.
pub(crate) fn push_ascii(out: &mut String, json: &str) {
    if json.is_ascii() {
        return out.push_str(json);
    }
    for character in json.chars() {
        match character.is_ascii() {
            true => out.push(character),
            false => push_escape(out, character),
        }
    }
}

/// Appends a character as `\uXXXX`.
pub(crate) fn push_escape(out: &mut String, character: char) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            out.push(char::from(HEX[usize::from(*unit >> shift) & 15]));
        }
    }
}
