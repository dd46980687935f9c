//! Which characters the bytes of a body stand for, and the body in UTF-8.
//!
//! The charset is what the user says, else what the type says, else a byte order mark, else what the document says of itself
//! (XML, HTML), else UTF-8 where the bytes are that, else what a detector takes them for. Takes a reader and gives a reader;
//! text that is UTF-8 already passes through as it is, damage included, and costs a look.

mod own;

use std::borrow::Cow;
use std::io::{self, Read};

use chardetng::EncodingDetector;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use own::{Order, Own, OwnDecoder};

/// As in HTTPie no charset is guessed from fewer bytes.
const TOO_FEW_TO_GUESS: usize = 32;
/// How much a guess is built on.
const ENOUGH_TO_GUESS: usize = 1 << 20;
/// Where a document says its charset (HTML, section 13.2.3.2).
const PROLOGUE: usize = 1024;

/// A charset that we can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    Listed(&'static Encoding),
    Own(Own),
}

/// The charset of text that stays as it is.
const AS_IT_IS: Charset = Charset::Listed(UTF_8);

impl Charset {
    /// The charset of this name: those of the WHATWG's list, and some more spellings that Python takes.
    pub(crate) fn named(name: &str) -> Option<Charset> {
        let name = name.trim().to_ascii_lowercase().replace('_', "-");
        let other = match name.as_str() {
            "latin-1" => "latin1",
            "u8" | "utf 8" => "utf-8",
            "cp874" => "windows-874",
            "8859" => "latin1",
            "cp932" => "ms932",
            "cp949" => "windows-949",
            "cp936" => "gbk",
            "cp950" => "big5",
            "utf-8-sig" => "utf-8",
            "mac-roman" | "macroman" => "macintosh",
            "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
            "latin10" | "l10" | "iso8859-16" => "iso-8859-16",
            "big5hkscs" => "big5-hkscs",
            "iso2022-jp" => "iso-2022-jp",
            "utf-16-le" => "utf-16le",
            "utf-16-be" => "utf-16be",
            name => name,
        };
        if let Some(own) = Own::named(other) {
            return Some(Charset::Own(own));
        }
        let encoding = Encoding::for_label_no_replacement(other.as_bytes())
            // Python's names have dashes where they please: `windows1250`, `iso8859-2`, `koi8r`.
            .or_else(|| Encoding::for_label_no_replacement(other.replace('-', "").as_bytes()))
            .or_else(|| {
                let digits = other.strip_prefix("windows")?.trim_start_matches('-');
                Encoding::for_label_no_replacement(format!("windows-{digits}").as_bytes())
            })?;
        Some(Charset::Listed(encoding))
    }

    /// The charset that a media type names.
    pub(super) fn of_type(content_type: &str) -> Option<Charset> {
        let parameters = content_type.split(';').skip(1);
        let mut named = parameters.filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            is_charset.then(|| value.trim().trim_matches(['"', '\'']))
        });
        Charset::named(named.next()?)
    }

    /// The charset whose byte order mark stands here, other than UTF-8's, which changes nothing.
    fn of_mark(bytes: &[u8]) -> Option<Charset> {
        match bytes {
            // No text in UTF-16 begins with the character 0.
            [0xFF, 0xFE, 0, 0, ..] => Some(Charset::Own(Own::Utf32(Order::Little))),
            [0, 0, 0xFE, 0xFF, ..] => Some(Charset::Own(Own::Utf32(Order::Big))),
            [0xFE, 0xFF, ..] => Some(Charset::Listed(UTF_16BE)),
            [0xFF, 0xFE, ..] => Some(Charset::Listed(UTF_16LE)),
            _ => None,
        }
    }
}

/// What is known about a body before its first byte.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// What the user says.
    pub(super) asked: Option<Charset>,
    /// The `Content-Type`.
    pub(super) content_type: &'a str,
    /// Whether it is text; other bodies are what they are unless the user says otherwise.
    pub(super) is_text: bool,
}

impl Facts<'_> {
    fn known(&self) -> Option<Charset> {
        self.asked.or_else(|| Charset::of_type(self.content_type))
    }

    /// What the beginning of a body says.
    fn said_by(&self, beginning: &[u8]) -> Option<Charset> {
        if !self.is_text {
            return None;
        }
        let prologue = &beginning[..beginning.len().min(PROLOGUE)];
        Charset::of_mark(beginning)
            .or_else(|| of_xml_declaration(prologue))
            .or_else(|| of_meta_element(prologue, self.content_type))
    }
}

/// `<?xml version="1.0" encoding="..."?>` (XML 1.0, section 2.8).
fn of_xml_declaration(prologue: &[u8]) -> Option<Charset> {
    let declaration = prologue.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|window| window == b"?>")?;
    let text = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, value) = text.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    declared(value.trim_start_matches(['"', '\'']))
}

/// `<meta charset=...>` and `<meta http-equiv="Content-Type" content="...; charset=...">`.
fn of_meta_element(prologue: &[u8], content_type: &str) -> Option<Charset> {
    if !content_type.contains("html") {
        return None;
    }
    let text = String::from_utf8_lossy(prologue).to_ascii_lowercase();
    text.split("<meta").skip(1).find_map(|element| {
        let element = element.split('>').next()?;
        let (_, value) = element.split_once("charset")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start();
        declared(value.trim_start_matches(['"', '\'']))
    })
}

/// The charset of a name that other things follow. A document of which we can read the name is not UTF-16 or UTF-32 (HTML, section 13.2.3.2).
fn declared(text: &str) -> Option<Charset> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-_:.".contains(character);
    let name = text.split(|character| !is_part(character)).next()?;
    Charset::named(name).map(|charset| match charset {
        Charset::Listed(encoding) if encoding == UTF_16BE || encoding == UTF_16LE => AS_IT_IS,
        Charset::Own(Own::Utf32(_)) => AS_IT_IS,
        charset => charset,
    })
}

/// What bytes look like that are not all ASCII: UTF-8 where they can be that.
fn guess(bytes: &[u8], is_whole: bool) -> Charset {
    let is_utf_8 = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The last character may be cut in two.
        Err(error) => !is_whole && error.error_len().is_none(),
    };
    if is_utf_8 || bytes.len() <= TOO_FEW_TO_GUESS {
        return AS_IT_IS;
    }
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let start = first.saturating_sub(1);
    let end = bytes.len().min(start + ENOUGH_TO_GUESS);
    let mut detector = EncodingDetector::new();
    detector.feed(&bytes[start..end], is_whole && end == bytes.len());
    Charset::Listed(detector.guess(None, false))
}

/// The charset of a body that begins like this; nothing where that tells nothing yet.
pub(super) fn of_beginning(beginning: &[u8], facts: &Facts<'_>) -> Option<Charset> {
    let said = facts.known().or_else(|| facts.said_by(beginning));
    said.or_else(|| {
        let tells = facts.is_text && !beginning.is_ascii();
        tells.then(|| guess(beginning, false))
    })
}

/// A whole body in UTF-8; `is_utf_8` where it is known to be that unless something says otherwise.
pub(super) fn whole_in_utf_8<'b>(
    bytes: &'b [u8],
    facts: &Facts<'_>,
    is_utf_8: bool,
) -> Cow<'b, [u8]> {
    let known = facts.known().or_else(|| facts.said_by(bytes));
    let charset = match known {
        Some(charset) => charset,
        None if facts.is_text && !is_utf_8 => guess(bytes, true),
        None => AS_IT_IS,
    };
    let encoding = match charset {
        charset if charset == AS_IT_IS => return Cow::Borrowed(bytes),
        Charset::Own(own) => return Cow::Owned(own.whole(bytes)),
        Charset::Listed(encoding) => encoding,
    };
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Reads a body as UTF-8 while it comes.
pub(super) struct Utf8Reader<'a, R> {
    body: R,
    facts: Facts<'a>,
    state: State,
}

enum State {
    /// Nothing was read yet.
    Start,
    /// All was ASCII so far, and nothing says more.
    Ascii,
    /// UTF-8, or what is not to be touched.
    AsItIs,
    Converting(Box<Conversion>),
}

enum AnyDecoder {
    Listed(Decoder),
    Own(OwnDecoder),
}

impl AnyDecoder {
    /// Gives whether all was decoded, how much was read and how much was written.
    fn decode_to_utf8(
        &mut self,
        from: &[u8],
        to: &mut [u8],
        is_last: bool,
    ) -> (bool, usize, usize) {
        match self {
            AnyDecoder::Listed(decoder) => {
                let (outcome, read, written, _) = decoder.decode_to_utf8(from, to, is_last);
                (outcome == CoderResult::InputEmpty, read, written)
            }
            AnyDecoder::Own(decoder) => decoder.decode_to_utf8(from, to, is_last),
        }
    }
}

struct Conversion {
    decoder: AnyDecoder,
    /// What was read and is not converted yet begins at `at`.
    raw: Vec<u8>,
    at: usize,
    is_last: bool,
    /// Whether the decoder has given its last: it may not be asked again.
    is_done: bool,
    /// What was converted and found no room.
    spill: Vec<u8>,
}

impl<'a, R: Read> Utf8Reader<'a, R> {
    pub(super) fn new(body: R, facts: Facts<'a>) -> Utf8Reader<'a, R> {
        Utf8Reader {
            body,
            facts,
            state: State::Start,
        }
    }

    /// Decides by a piece what this one and those behind it are in.
    fn settle(&self, piece: &[u8]) -> State {
        let is_start = matches!(self.state, State::Start);
        let known = match is_start {
            true => self.facts.known().or_else(|| self.facts.said_by(piece)),
            false => None,
        };
        let charset = match known {
            Some(charset) => charset,
            None if !self.facts.is_text => AS_IT_IS,
            None if piece.is_ascii() => return State::Ascii,
            None => guess(piece, false),
        };
        let decoder = match charset {
            charset if charset == AS_IT_IS => return State::AsItIs,
            Charset::Own(own) => AnyDecoder::Own(OwnDecoder::new(own)),
            Charset::Listed(encoding) => {
                AnyDecoder::Listed(encoding.new_decoder_with_bom_removal())
            }
        };
        State::Converting(Box::new(Conversion {
            decoder,
            raw: piece.to_vec(),
            at: 0,
            is_last: false,
            is_done: false,
            spill: Vec::new(),
        }))
    }
}

impl<R: Read> Read for Utf8Reader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let State::Start | State::Ascii = self.state {
            let length = self.body.read(buffer)?;
            if length == 0 {
                return Ok(0);
            }
            self.state = self.settle(&buffer[..length]);
            if !matches!(self.state, State::Converting(_)) {
                return Ok(length);
            }
        }
        match &mut self.state {
            State::Converting(conversion) => conversion.read(&mut self.body, buffer),
            _ => self.body.read(buffer),
        }
    }
}

impl Conversion {
    fn read(&mut self, body: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
        // The decoder asks for room for a character or two.
        const ENOUGH_ROOM: usize = 16;
        if self.spill.is_empty() {
            if buffer.len() >= ENOUGH_ROOM {
                return self.convert(body, buffer);
            }
            let mut room = [0; ENOUGH_ROOM];
            let length = self.convert(body, &mut room)?;
            self.spill.extend_from_slice(&room[..length]);
        }
        let length = self.spill.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.spill[..length]);
        self.spill.drain(..length);
        Ok(length)
    }

    fn convert(&mut self, body: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.is_done {
            let from = &self.raw[self.at..];
            if !from.is_empty() || self.is_last {
                let (is_decoded, read, written) =
                    self.decoder.decode_to_utf8(from, buffer, self.is_last);
                self.at += read;
                self.is_done = self.is_last && is_decoded;
                if written > 0 {
                    return Ok(written);
                }
            }
            if self.at == self.raw.len() {
                self.raw.resize(buffer.len(), 0);
                self.at = 0;
                let length = body.read(&mut self.raw);
                self.raw.truncate(*length.as_ref().unwrap_or(&0));
                self.is_last = length? == 0;
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CZECH: &str = "Všichni lidé jsou si rovni. Všichni lidé jsou si rovni.";
    const CHINESE: &str = "卷首卷首卷首卷首卷卷首卷首卷首卷首卷首卷首卷首卷首卷首卷首卷首卷首";

    fn facts(content_type: &str) -> Facts<'_> {
        Facts {
            asked: None,
            content_type,
            is_text: true,
        }
    }

    /// Converted whole, in one piece, and byte by byte; all must agree unless it has to be guessed.
    #[track_caller]
    fn converted(bytes: &[u8], facts: Facts<'_>) -> String {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = self.0.len().min(buffer.len()).min(1);
                self.0.read(&mut buffer[..length])
            }
        }
        let whole = whole_in_utf_8(bytes, &facts, false).into_owned();
        let mut streamed = Vec::new();
        let mut reader = Utf8Reader::new(bytes, facts);
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            streamed.extend_from_slice(&buffer[..length]);
        }
        assert!(whole == streamed, "{:?}", facts.content_type);
        if facts.known().is_some() {
            let mut slow = Vec::new();
            let mut reader = Utf8Reader::new(Slow(bytes), facts);
            let mut buffer = [0; 3];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                slow.extend_from_slice(&buffer[..length]);
            }
            assert!(slow == streamed);
        }
        String::from_utf8_lossy(&whole).into_owned()
    }

    fn encoded(text: &str, charset: &str) -> Vec<u8> {
        match Charset::named(charset) {
            Some(Charset::Listed(encoding)) => encoding.encode(text).0.into_owned(),
            other => panic!("{charset} is {other:?}"),
        }
    }

    #[test]
    fn a_charset_is_known_by_many_names() {
        for name in [
            "utf8",
            "UTF-8",
            "utf_8",
            "big5",
            "BIG5",
            "windows-1250",
            "cp1250",
            "windows1250",
            "latin-1",
            "iso8859-2",
            "iso8859-16",
            "latin10",
            "big5hkscs",
            "mac-cyrillic",
            "ISO-8859-15",
            "shift_jis",
            "euc-kr",
            "gb18030",
            "koi8-r",
            "utf-16-le",
            "ascii",
            "utf_32",
            "UTF-32BE",
            "cp437",
            "cp874",
            "macroman",
            "iso2022_jp",
            "u8",
            "utf 8",
            "8859",
        ] {
            assert!(Charset::named(name).is_some(), "{name}");
        }
        for name in ["nonsense", "", "base64", "replacement", "iso-2022-kr"] {
            assert_eq!(Charset::named(name), None, "{name}");
        }
    }

    #[test]
    fn the_type_names_the_charset() {
        for (charset, text) in [("big5", CHINESE), ("windows-1250", CZECH)] {
            let content_type = format!("text/plain; charset=\"{charset}\"");
            assert_eq!(
                converted(&encoded(text, charset), facts(&content_type)),
                text
            );
        }
        let bytes: Vec<u8> = CZECH.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(
            converted(&bytes, facts("text/plain; charset=utf-16be")),
            CZECH
        );
        let bytes: Vec<u8> = CZECH
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect();
        assert_eq!(
            converted(&bytes, facts("text/plain; charset=utf-32be")),
            CZECH
        );
    }

    #[test]
    fn what_the_user_says_goes_first() {
        let asked = Facts {
            asked: Charset::named("big5"),
            ..facts("text/plain; charset=utf-8")
        };
        assert_eq!(converted(&encoded(CHINESE, "big5"), asked), CHINESE);
        let wrong = facts("text/plain; charset=utf-8");
        assert_ne!(converted(&encoded(CHINESE, "big5"), wrong), CHINESE);
    }

    #[test]
    fn documents_say_their_charset() {
        let xml = format!("<?xml version='1.0' encoding='windows-1250'?><a>{CZECH}</a>");
        assert_eq!(
            converted(&encoded(&xml, "windows-1250"), facts("text/xml")),
            xml
        );
        let html = format!(
            "<!doctype html><META http-equiv=x content='text/html; charset=big5'>{CHINESE}"
        );
        assert_eq!(converted(&encoded(&html, "big5"), facts("text/html")), html);
        let html = format!("<html><meta charset=koi8-r><p>{}", "Привет");
        assert_eq!(
            converted(&encoded(&html, "koi8-r"), facts("text/html")),
            html
        );
    }

    #[test]
    fn marks_and_guesses_tell_the_rest() {
        let mut marked = vec![0xFF, 0xFE];
        marked.extend(CZECH.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(converted(&marked, facts("text/plain")), CZECH);
        let marked = "\u{feff}".to_owned() + CZECH;
        let marked: Vec<u8> = marked
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        assert_eq!(converted(&marked, facts("text/plain")), CZECH);
        assert_eq!(
            converted(&encoded(CHINESE, "big5"), facts("text/plain")),
            CHINESE
        );
        assert_eq!(converted(&encoded(CZECH, "windows-1250"), facts("")), CZECH);
        assert_eq!(
            converted(CZECH.as_bytes(), facts("text/plain; charset=nonsense")),
            CZECH
        );
    }

    #[test]
    fn what_is_not_text_and_what_is_short_stays_as_it_is() {
        let bytes = encoded(CZECH, "windows-1250");
        let other = Facts {
            is_text: false,
            ..facts("application/octet-stream")
        };
        assert_eq!(&*whole_in_utf_8(&bytes, &other, false), bytes);
        assert_eq!(
            &*whole_in_utf_8(b"caf\xe9", &facts("text/plain"), false),
            b"caf\xe9"
        );
    }

    #[test]
    fn any_bytes_in_any_charset_become_utf_8() {
        let mut random = 7_u32;
        for charset in [
            "big5",
            "gb18030",
            "utf-16",
            "iso-2022-jp",
            "euc-kr",
            "shift_jis",
            "windows-1252",
            "utf-32",
            "cp850",
        ] {
            let bytes: Vec<u8> = (0..5000)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (random >> 24) as u8
                })
                .collect();
            let content_type = format!("text/plain; charset={charset}");
            let text = whole_in_utf_8(&bytes, &facts(&content_type), false).into_owned();
            assert!(std::str::from_utf8(&text).is_ok(), "{charset}");
            converted(&bytes, facts(&content_type));
        }
    }
}
