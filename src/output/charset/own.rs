//! Charsets that are not on the WHATWG's list and that Python knows: UTF-32, and code pages of DOS.
//!
//! A decoder from bytes to UTF-8 in pieces of any size, in the manner of encoding_rs. What is no character becomes U+FFFD.

/// A charset of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    Utf32(Order),
    /// The characters of the bytes from 0x80 on.
    CodePage(&'static str),
}

/// Which byte of a character comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The byte order mark tells; little without one, as in Python on the machines of today.
    Marked,
    Little,
    Big,
}

impl Own {
    /// The charset of this name, in small letters and with dashes.
    pub(super) fn named(name: &str) -> Option<Own> {
        Some(match name.strip_prefix("ibm").or(name.strip_prefix("cp")) {
            Some("437") => Own::CodePage(CP437),
            Some("850") => Own::CodePage(CP850),
            Some("852") => Own::CodePage(CP852),
            Some("858") => Own::CodePage(CP858),
            _ => Own::Utf32(match name {
                "utf-32" | "utf32" | "u32" => Order::Marked,
                "utf-32le" | "utf-32-le" => Order::Little,
                "utf-32be" | "utf-32-be" => Order::Big,
                _ => return None,
            }),
        })
    }

    /// A whole text in UTF-8.
    pub(super) fn whole(self, bytes: &[u8]) -> Vec<u8> {
        let mut decoder = OwnDecoder::new(self);
        let mut out = Vec::with_capacity(bytes.len());
        let mut piece = [0; 4096];
        let mut rest = bytes;
        loop {
            let (is_done, read, written) = decoder.decode_to_utf8(rest, &mut piece, true);
            out.extend_from_slice(&piece[..written]);
            rest = &rest[read..];
            if is_done {
                return out;
            }
        }
    }
}

/// Decodes pieces of a text.
pub(super) struct OwnDecoder {
    charset: Own,
    /// The upper half of a code page.
    page: Vec<char>,
    /// The beginning of a character that is not whole yet.
    held: Vec<u8>,
    is_start: bool,
}

impl OwnDecoder {
    pub(super) fn new(charset: Own) -> OwnDecoder {
        let page = match charset {
            Own::CodePage(characters) => characters.chars().collect(),
            Own::Utf32(_) => Vec::new(),
        };
        OwnDecoder {
            charset,
            page,
            held: Vec::new(),
            is_start: true,
        }
    }

    /// Decodes as much of `from` as there is room for in `to`, which has room for a character. Gives whether all was
    /// decoded, how much was read and how much was written.
    pub(super) fn decode_to_utf8(
        &mut self,
        from: &[u8],
        to: &mut [u8],
        is_last: bool,
    ) -> (bool, usize, usize) {
        let (mut read, mut written) = (0, 0);
        while read < from.len() || is_last && !self.held.is_empty() {
            if to.len() - written < char::MAX.len_utf8() {
                return (false, read, written);
            }
            let character = match from.get(read) {
                Some(&byte) => {
                    read += 1;
                    self.take(byte)
                }
                None => {
                    self.held.clear();
                    Some(char::REPLACEMENT_CHARACTER)
                }
            };
            if let Some(character) = character {
                written += character.encode_utf8(&mut to[written..]).len();
            }
        }
        (true, read, written)
    }

    /// Takes the next byte, and gives a character when it is whole. A byte order mark is none.
    fn take(&mut self, byte: u8) -> Option<char> {
        let order = match self.charset {
            Own::CodePage(_) if byte.is_ascii() => return Some(char::from(byte)),
            Own::CodePage(_) => return self.page.get(usize::from(byte & 0x7F)).copied(),
            Own::Utf32(order) => order,
        };
        self.held.push(byte);
        let unit = <[u8; 4]>::try_from(&self.held[..]).ok()?;
        self.held.clear();
        let is_start = std::mem::take(&mut self.is_start);
        if is_start && order == Order::Marked && unit == [0, 0, 0xFE, 0xFF] {
            self.charset = Own::Utf32(Order::Big);
            return None;
        }
        let code = match order {
            Order::Big => u32::from_be_bytes(unit),
            Order::Little | Order::Marked => u32::from_le_bytes(unit),
        };
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        (!is_start || character != '\u{FEFF}').then_some(character)
    }
}

const CP437: &str = "\
     ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}\
";

const CP850: &str = "\
     ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}\
";

const CP852: &str = "\
     ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐\
     └┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}\
";

/// Code page 850 with the euro sign.
const CP858: &str = "\
     ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}\
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_page_is_whole() {
        for page in [CP437, CP850, CP852, CP858] {
            assert_eq!(page.chars().count(), 128);
        }
        let page = Own::named("cp852").unwrap();
        assert_eq!(page.whole(b"V\xe7ichni"), "Všichni".as_bytes());
        let page = Own::named("ibm437").unwrap();
        assert_eq!(
            page.whole(b"\xc9\xcd\xbb \x81\xff"),
            "╔═╗ ü\u{a0}".as_bytes()
        );
        assert_eq!(Own::named("cp858").unwrap().whole(b"\xd5"), "€".as_bytes());
    }

    #[test]
    fn marks_tell_the_order_of_bytes() {
        let bytes = |mark: &str, big: bool| -> Vec<u8> {
            let codes = mark.chars().chain("aé😀".chars()).map(u32::from);
            codes
                .flat_map(|code| {
                    if big {
                        code.to_be_bytes()
                    } else {
                        code.to_le_bytes()
                    }
                })
                .collect()
        };
        for (name, mark, big) in [
            ("utf-32", "\u{feff}", true),
            ("utf-32", "\u{feff}", false),
            ("utf-32", "", false),
            ("utf-32be", "", true),
            ("utf-32-le", "\u{feff}", false),
        ] {
            let text = Own::named(name).unwrap().whole(&bytes(mark, big));
            assert_eq!(text, "aé😀".as_bytes(), "{name} {mark:?}");
        }
        let cut = Own::Utf32(Order::Big).whole(b"\0\0\0a\0\0\xd8\0\0\0");
        assert_eq!(cut, "a\u{fffd}\u{fffd}".as_bytes());
    }
}
