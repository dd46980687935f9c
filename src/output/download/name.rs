//! The name of a downloaded file: what the response or the URL suggests, made harmless.
//!
//! Pure functions from text to text. What a server suggests is a wish, never a path: the base name alone is taken, it does
//! not hide behind a dot, is no option to `rm *`, holds no control characters, and fits a folder. Nothing here looks at a folder.

use percent_encoding::percent_decode;

use crate::headers::without_optional_space;

/// How long a name may be on the file systems in use, in bytes.
pub(crate) const LONGEST: usize = 255;
/// The same where file names are encrypted (eCryptfs).
pub(crate) const LONGEST_ENCRYPTED: usize = 143;

/// Whose file names have to be kept to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rules {
    Unix,
    Windows,
}

const RULES: Rules = if cfg!(windows) {
    Rules::Windows
} else {
    Rules::Unix
};

/// The name that `Content-Disposition` suggests (RFC 6266), where it is of use. `filename*` goes before `filename`.
pub(crate) fn from_disposition(value: &[u8]) -> Option<String> {
    let parameters = parameters(value);
    let find = |name: &str| {
        let mut same = parameters.iter().filter(|(other, _)| other == name);
        same.next().map(|(_, value)| value.as_slice())
    };
    let extended = find("filename*").and_then(extended_value);
    extended
        .as_deref()
        .and_then(|name| harmless(name, RULES))
        .or_else(|| harmless(&text(find("filename")?), RULES))
}

/// The name that a URL's path suggests, with an ending that goes with the media type if it has none. As in HTTPie, what
/// is percent-encoded in the URL stays so.
pub(crate) fn from_path(path: &str, content_type: Option<&str>) -> String {
    let last = path.trim_end_matches('/').rsplit('/').next();
    let mut name = last
        .and_then(|last| harmless(last, RULES))
        .unwrap_or_else(|| "index".to_owned());
    if !name.contains('.')
        && let Some(ending) = content_type.and_then(ending)
    {
        name.push('.');
        name.push_str(ending);
    }
    name
}

/// The name for the n-th attempt, counted from 0: as it is, then with `-1`, `-2` behind it. What is too long is cut,
/// before its ending if that leaves something.
pub(crate) fn numbered(name: &str, attempt: u32, longest: usize) -> String {
    let suffix = match attempt {
        0 => String::new(),
        n => format!("-{n}"),
    };
    let room = longest.saturating_sub(suffix.len());
    let first_length = name.chars().next().map_or(0, char::len_utf8);
    let (stem, ending) = match name.rfind('.') {
        // A name that begins with its ending would be hidden.
        Some(dot) if name.len() - dot + first_length <= room && dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let mut stem = stem;
    while stem.len() + ending.len() > room {
        let Some((last, _)) = stem.char_indices().next_back() else {
            break;
        };
        stem = &stem[..last];
    }
    format!("{stem}{ending}{suffix}")
}

/// A name that can do no harm; `None` where nothing is left.
fn harmless(wish: &str, rules: Rules) -> Option<String> {
    let base = wish.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name: String = base
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .collect();
    if rules == Rules::Windows {
        name = name.replace(['<', '>', ':', '"', '|', '?', '*'], "_");
        name.truncate(name.trim_end_matches(['.', ' ']).len());
        if is_device(&name) {
            name.insert(0, '_');
        }
    }
    let name = name
        .trim_start_matches(|letter: char| matches!(letter, '.' | '-') || letter.is_whitespace())
        .trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Control characters, line separators, and those that turn the direction of text and so hide an ending.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The names that are devices in every folder of Windows, whatever their ending.
fn is_device(name: &str) -> bool {
    const DIGITS: [&str; 13] = [
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³",
    ];
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => {
            let number = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
            number.is_some_and(|rest| DIGITS.contains(&rest))
        }
    }
}

/// The parameters behind the disposition type: names in lower case, values without their quotes (RFC 6266, section 4.1).
fn parameters(value: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    // Some servers leave the type out.
    let has_type = !matches!(value.iter().find(|byte| b"=;".contains(byte)), Some(b'='));
    let mut rest = if has_type { after(value, b';') } else { value };
    while !rest.is_empty() {
        let name_end = rest.iter().position(|byte| matches!(byte, b'=' | b';'));
        let Some(at) = name_end.filter(|at| rest[*at] == b'=') else {
            rest = after(rest, b';');
            continue;
        };
        let name =
            String::from_utf8_lossy(without_optional_space(&rest[..at])).to_ascii_lowercase();
        let value = without_optional_space(&rest[at + 1..]);
        let (value, behind) = match value.strip_prefix(b"\"") {
            Some(quoted) => unquote(quoted),
            None => {
                let end = value.iter().position(|byte| *byte == b';');
                let (token, behind) = value.split_at(end.unwrap_or(value.len()));
                (without_optional_space(token).to_vec(), behind)
            }
        };
        found.push((name, value));
        rest = after(behind, b';');
    }
    found
}

/// What stands behind the first `mark`; nothing where there is none.
fn after(bytes: &[u8], mark: u8) -> &[u8] {
    let at = bytes.iter().position(|byte| *byte == mark);
    at.map_or(&[], |at| &bytes[at + 1..])
}

/// A quoted string from behind its opening quote, and what follows it. A backslash is an escape before a quote or a
/// backslash only: many servers put Windows paths there as they are.
fn unquote(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut value = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'"', _) => return (value, &bytes[at + 1..]),
            (b'\\', Some(&escaped @ (b'"' | b'\\'))) => {
                value.push(escaped);
                at += 1;
            }
            _ => value.push(byte),
        }
        at += 1;
    }
    (value, &[])
}

/// `charset'language'percent-encoded` (RFC 8187, section 3.2) in UTF-8 or ISO-8859-1.
fn extended_value(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode(encoded).collect();
    if charset.eq_ignore_ascii_case(b"UTF-8") {
        return String::from_utf8(bytes).ok();
    }
    let is_latin = charset.eq_ignore_ascii_case(b"ISO-8859-1");
    is_latin.then(|| latin(&bytes))
}

/// Raw bytes of a header are UTF-8 with most servers, and else what HTTP once said that they are.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin(bytes), str::to_owned)
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The usual ending of a media type, without its dot.
fn ending(content_type: &str) -> Option<&'static str> {
    let name = content_type.split(';').next().unwrap_or_default().trim();
    let found = ENDINGS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, ending)| *ending)
}

/// Media types that are downloaded, with the ending that HTTPie gives them.
#[rustfmt::skip]
static ENDINGS: &[(&str, &str)] = &[
    ("application/json", "json"), ("text/html", "html"), ("text/plain", "txt"), ("application/octet-stream", "bin"),
    ("application/atom+xml", "atom"), ("application/dash+xml", "mpd"), ("application/epub+zip", "epub"),
    ("application/geo+json", "geojson"), ("application/gzip", "gz"), ("application/java-archive", "jar"),
    ("application/javascript", "js"), ("application/ld+json", "jsonld"), ("application/manifest+json", "webmanifest"),
    ("application/msword", "doc"), ("application/n-triples", "nt"), ("application/pdf", "pdf"),
    ("application/pgp-signature", "sig"), ("application/pkcs12", "p12"), ("application/pkix-cert", "cer"),
    ("application/postscript", "ps"), ("application/rdf+xml", "rdf"), ("application/rtf", "rtf"),
    ("application/sql", "sql"), ("application/vnd.android.package-archive", "apk"),
    ("application/vnd.debian.binary-package", "deb"), ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"), ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"), ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"), ("application/vnd.rar", "rar"),
    ("application/vnd.sqlite3", "sqlite"), ("application/wasm", "wasm"), ("application/x-7z-compressed", "7z"),
    ("application/x-apple-diskimage", "dmg"), ("application/x-bittorrent", "torrent"), ("application/x-hdf5", "h5"),
    ("application/x-iso9660-image", "iso"), ("application/x-msi", "msi"), ("application/x-ndjson", "ndjson"),
    ("application/x-redhat-package-manager", "rpm"), ("application/x-ruby", "rb"), ("application/x-sh", "sh"),
    ("application/x-tar", "tar"), ("application/x-x509-ca-cert", "crt"), ("application/x-xz", "xz"),
    ("application/xhtml+xml", "xhtml"), ("application/xml", "xml"), ("application/xslt+xml", "xsl"),
    ("application/yaml", "yaml"), ("application/zip", "zip"), ("application/zstd", "zst"), ("audio/aac", "aac"),
    ("audio/flac", "flac"), ("audio/mp4", "m4a"), ("audio/mpeg", "mp3"), ("audio/ogg", "oga"), ("audio/opus", "opus"),
    ("audio/wav", "wav"), ("audio/x-wav", "wav"), ("font/otf", "otf"), ("font/ttf", "ttf"), ("font/woff", "woff"),
    ("font/woff2", "woff2"), ("image/avif", "avif"), ("image/bmp", "bmp"), ("image/gif", "gif"), ("image/heic", "heic"),
    ("image/jp2", "jp2"), ("image/jpeg", "jpg"), ("image/jxl", "jxl"), ("image/png", "png"), ("image/svg+xml", "svg"),
    ("image/tiff", "tiff"), ("image/vnd.microsoft.icon", "ico"), ("image/webp", "webp"), ("message/rfc822", "eml"),
    ("text/calendar", "ics"), ("text/css", "css"), ("text/csv", "csv"), ("text/javascript", "js"),
    ("text/markdown", "md"), ("text/tab-separated-values", "tsv"), ("text/turtle", "ttl"), ("text/vcard", "vcf"),
    ("text/vnd.trolltech.linguist", "ts"), ("text/x-csrc", "c"), ("text/x-diff", "diff"), ("text/x-java", "java"),
    ("text/x-perl", "pl"), ("text/x-python", "py"), ("text/x-sh", "sh"), ("text/x-tex", "tex"), ("text/x-vcard", "vcf"),
    ("text/xml", "xml"), ("video/mp4", "mp4"), ("video/mpeg", "mpeg"), ("video/ogg", "ogv"), ("video/quicktime", "mov"),
    ("video/webm", "webm"), ("video/x-msvideo", "avi"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(value: &str) -> Option<String> {
        from_disposition(value.as_bytes())
    }

    #[test]
    fn a_disposition_gives_a_name() {
        for (value, want) in [
            (
                "attachment; filename=hello-WORLD_123.txt",
                "hello-WORLD_123.txt",
            ),
            (
                r#"attachment; filename="white space.txt""#,
                "white space.txt",
            ),
            (r#"attachment; filename="\"quotes\".txt""#, "\"quotes\".txt"),
            (r#"inline;FILENAME = "a;b.txt"; x=y"#, "a;b.txt"),
            ("attachment;filename=a b.txt ; size=3", "a b.txt"),
            (r#"attachment; filename="unclosed.txt"#, "unclosed.txt"),
            ("attachment; flag; filename=x", "x"),
            ("filename=only.txt", "only.txt"),
            (r#"filename="x;y"; attachment"#, "x;y"),
            (
                "attachment; filename*=UTF-8''na%C3%AFve%20x.txt",
                "naïve x.txt",
            ),
            ("attachment; filename*=iso-8859-1'en'%A3.txt", "£.txt"),
            (
                r#"attachment; filename="plain.txt"; filename*=utf-8''%E2%82%AC.txt"#,
                "€.txt",
            ),
            ("attachment; filename*=UTF-8''%FF; filename=plain", "plain"),
            ("attachment; filename*=EUC-KR''x; filename=plain", "plain"),
            ("attachment; filename*=broken; filename=plain", "plain"),
            ("attachment; filename=\"ž.txt\"", "ž.txt"),
            ("attachment; filename=\"a%25b.txt\"", "a%25b.txt"),
        ] {
            assert_eq!(wish(value).as_deref(), Some(want), "{value}");
        }
        assert_eq!(
            from_disposition(b"attachment; filename=na\xefve").as_deref(),
            Some("naïve")
        );
    }

    #[test]
    fn a_hostile_name_becomes_a_base_name() {
        for (value, want) in [
            ("../../x", Some("x")),
            ("/etc/passwd", Some("passwd")),
            (".bashrc", Some("bashrc")),
            (" . .bashrc", Some("bashrc")),
            (r"C:\windows\win.ini", Some("win.ini")),
            ("a\r\nb\0c\u{1b}[31m.txt", Some("abc[31m.txt")),
            ("photo\u{202E}gpj.exe", Some("photogpj.exe")),
            ("..", None),
            (".", None),
            ("", None),
            ("a/", None),
            ("a/..", None),
            ("\u{7}", None),
        ] {
            assert_eq!(harmless(value, Rules::Unix).as_deref(), want, "{value:?}");
        }
        assert_eq!(wish("attachment; filename="), None);
        assert_eq!(wish("attachment"), None);
        assert_eq!(wish(""), None);
        assert_eq!(
            wish("attachment; filename*=UTF-8''..%2F..%2Fetc%2F.ssh").as_deref(),
            Some("ssh")
        );
    }

    #[test]
    fn windows_gets_no_device_and_no_forbidden_letter() {
        for (value, want) in [
            ("aux", "_aux"),
            ("Nul.tar.gz", "_Nul.tar.gz"),
            ("com1.txt", "_com1.txt"),
            ("LPT²", "_LPT²"),
            ("company", "company"),
            ("comx", "comx"),
            ("a:b?.txt. .", "a_b_.txt"),
        ] {
            assert_eq!(
                harmless(value, Rules::Windows).as_deref(),
                Some(want),
                "{value}"
            );
        }
    }

    #[test]
    fn a_url_gives_a_name_with_the_ending_of_its_type() {
        for (path, content_type, want) in [
            ("/foo", Some("text/plain"), "foo.txt"),
            ("/foo", Some("text/html; charset=UTF-8"), "foo.html"),
            ("/foo", None, "foo"),
            ("/foo", Some("x-foo/bar"), "foo"),
            ("/a/foo.tar/", Some("text/plain"), "foo.tar"),
            ("/", Some("TEXT/HTML"), "index.html"),
            ("", None, "index"),
            ("/a/..", None, "index"),
            ("/a%20b%2Fc.bin", None, "a%20b%2Fc.bin"),
        ] {
            assert_eq!(from_path(path, content_type), want, "{path}");
        }
    }

    #[test]
    fn a_number_goes_behind_and_what_is_too_long_is_cut() {
        let long = "A".repeat(20);
        for (name, attempt, want) in [
            ("foo.bar".to_owned(), 0, "foo.bar"),
            ("foo.bar".to_owned(), 1, "foo.bar-1"),
            ("foo.bar".to_owned(), 10, "foo.bar-10"),
            (long.clone(), 0, "AAAAAAAAAA"),
            (long.clone(), 1, "AAAAAAAA-1"),
            (long.clone(), 10, "AAAAAAA-10"),
            (format!("{long}.txt"), 0, "AAAAAA.txt"),
            (format!("{long}.txt"), 1, "AAAA.txt-1"),
            (format!("foo.{long}"), 0, "foo.AAAAAA"),
            (format!("foo.{long}"), 1, "foo.AAAA-1"),
            (format!("foo.{long}"), 10, "foo.AAA-10"),
            ("€€€€.txt".to_owned(), 0, "€€.txt"),
            ("€.1234567".to_owned(), 0, "€.123456"),
            ("€.1234567".to_owned(), 1, "€.1234-1"),
        ] {
            assert_eq!(numbered(&name, attempt, 10), want, "{name} {attempt}");
        }
        assert!(numbered(&"€".repeat(400), 7, LONGEST).len() <= LONGEST);
    }
}
