//! The line that is typed at a prompt without echo, edited as a terminal edits its lines.
//!
//! Takes bytes as the keyboard sends them, gives the line. Keys that move a cursor have nothing to move here: what they
//! send is left out, as are other control characters but the tabulator. Knows nothing of terminals.

const INTERRUPT: u8 = 0x03;
const END_OF_FILE: u8 = 0x04;
const ERASE_ALL: u8 = 0x15;
const LITERAL_NEXT: u8 = 0x16;
const ERASE_WORD: u8 = 0x17;
const ESCAPE: u8 = 0x1B;
const BACKSPACE: [u8; 2] = [0x08, 0x7F];

/// What a key has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    /// The line goes on.
    More,
    /// The line is there.
    Enter,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D where nothing is typed.
    EndOfFile,
}

/// What the bytes before say of the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    /// It stands for itself.
    #[default]
    Key,
    /// It is typed whatever it is: Ctrl-V came before.
    Literal,
    /// An escape character came before, which may have been a key of its own.
    AfterEscape,
    /// It belongs to what a key such as an arrow sends (ECMA-48, section 5.4).
    InSequence,
}

/// A line while it is typed.
#[derive(Default)]
pub(super) struct Line {
    typed: Vec<u8>,
    next: Next,
}

impl Line {
    /// Takes the next byte.
    pub(super) fn press(&mut self, byte: u8) -> Pressed {
        match (std::mem::take(&mut self.next), byte) {
            (Next::Literal, byte) => self.typed.push(byte),
            (Next::AfterEscape, b'[' | b'O') => self.next = Next::InSequence,
            // The console of Linux sends a second bracket for F1 to F5.
            (Next::InSequence, b' '..=b'?' | b'[') => self.next = Next::InSequence,
            (Next::InSequence, b'@'..=b'~') => {}
            (_, byte) => return self.press_key(byte),
        }
        Pressed::More
    }

    fn press_key(&mut self, byte: u8) -> Pressed {
        match byte {
            b'\r' | b'\n' => return Pressed::Enter,
            INTERRUPT => return Pressed::Interrupt,
            END_OF_FILE if self.typed.is_empty() => return Pressed::EndOfFile,
            ERASE_ALL => self.typed.clear(),
            ERASE_WORD => self.erase_word(),
            LITERAL_NEXT => self.next = Next::Literal,
            ESCAPE => self.next = Next::AfterEscape,
            byte if BACKSPACE.contains(&byte) => self.erase_character(),
            byte if byte == b'\t' || !byte.is_ascii_control() => self.typed.push(byte),
            _ => {}
        }
        Pressed::More
    }

    /// Takes the last character off: its UTF-8 continuation bytes too.
    fn erase_character(&mut self) {
        while self.typed.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
    }

    /// Takes the last word off with what stands behind it, as Linux has it: letters, digits and underscores.
    fn erase_word(&mut self) {
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
        let end = self.typed.iter().rposition(is_of_word);
        self.typed.truncate(end.map_or(0, |last| last + 1));
        let start = self.typed.iter().rposition(|byte| !is_of_word(byte));
        self.typed.truncate(start.map_or(0, |last| last + 1));
    }

    /// What was typed.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> String {
        let mut line = Line::default();
        for byte in keys.bytes() {
            assert_eq!(line.press(byte), Pressed::More, "{keys:?}");
        }
        String::from_utf8(line.into_bytes()).unwrap()
    }

    #[test]
    fn erasing_is_as_on_a_terminal() {
        for (keys, want) in [
            ("abc\x7f\x08d", "ad"),
            ("aé\x7f", "a"),
            ("\x7f\x17\x15a", "a"),
            ("abc\x15d", "d"),
            ("one two\x17", "one "),
            ("one two. \x17\x17x", "x"),
            ("a-b_é9\x17c", "a-c"),
            ("...\x17x", "x"),
        ] {
            assert_eq!(typed(keys), want, "{keys:?}");
        }
    }

    #[test]
    fn what_other_keys_send_is_no_part_of_the_line() {
        for (keys, want) in [
            ("a\x1b[Db", "ab"),
            ("a\x1bOAb", "ab"),
            ("a\x1b[1;5Cb\x1b[3~c", "abc"),
            ("a\x1b[[Ab", "ab"),
            ("a\x1bb", "ab"),
            ("a\x1b\x1b[Db", "ab"),
            ("ab\x1b[\x7fc", "ac"),
            ("a\x00\x01\x1a\x1cb\tc", "ab\tc"),
            ("a\x04b", "ab"),
            ("a\x16\x1b[b\x16\x03", "a\x1b[b\x03"),
        ] {
            assert_eq!(typed(keys), want, "{keys:?}");
        }
    }

    #[test]
    fn some_keys_end_the_line() {
        for (keys, want) in [
            ("a\r", Pressed::Enter),
            ("\n", Pressed::Enter),
            ("a\x1b\r", Pressed::Enter),
            ("a\x1b[\x03", Pressed::Interrupt),
            ("\x04", Pressed::EndOfFile),
            ("a\x15\x04", Pressed::EndOfFile),
        ] {
            let mut line = Line::default();
            let last = keys.bytes().map(|byte| line.press(byte)).last();
            assert_eq!(last, Some(want), "{keys:?}");
        }
    }
}
