//! The media type that a file's name suggests, as HTTPie gives it.
//!
//! A pure function from a path to a type. HTTPie's types are Python's and, before those, the system's: where the library
//! here says otherwise, what HTTPie says on Debian and its kin goes first, if that is what such a file is.

use std::path::Path;

/// The type of a file of this name, where it can be told.
pub(super) fn of_name(path: &Path) -> Option<&'static str> {
    let suffix = path.extension().and_then(|suffix| suffix.to_str());
    let own = suffix.and_then(|suffix| {
        let of_suffix = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(suffix);
        TYPES.iter().find(of_suffix)
    });
    own.map(|(_, media_type)| *media_type)
        .or_else(|| mime_guess::from_path(path).first_raw())
}

/// Suffixes whose type the library does not know, or knows by another name.
#[rustfmt::skip]
static TYPES: &[(&str, &str)] = &[
    ("bib", "text/x-bibtex"), ("c", "text/x-csrc"), ("cc", "text/x-c++src"), ("cer", "application/pkix-cert"),
    ("cpp", "text/x-c++src"), ("csh", "text/x-csh"), ("cxx", "text/x-c++src"),
    ("deb", "application/vnd.debian.binary-package"), ("diff", "text/x-diff"), ("dmg", "application/x-apple-diskimage"),
    ("dtd", "application/xml-dtd"), ("h", "text/x-chdr"), ("h5", "application/x-hdf5"), ("hh", "text/x-c++hdr"),
    ("hpp", "text/x-c++hdr"), ("hs", "text/x-haskell"), ("ico", "image/vnd.microsoft.icon"),
    ("iso", "application/x-iso9660-image"), ("java", "text/x-java"), ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"), ("mjs", "text/javascript"), ("msi", "application/x-msi"), ("otf", "font/otf"),
    ("p12", "application/pkcs12"), ("patch", "text/x-diff"), ("pem", "application/pem-certificate-chain"),
    ("pfx", "application/pkcs12"), ("pl", "text/x-perl"), ("psd", "image/vnd.adobe.photoshop"), ("py", "text/x-python"),
    ("pyc", "application/x-python-code"), ("rb", "application/x-ruby"), ("rpm", "application/x-redhat-package-manager"),
    ("scala", "text/x-scala"), ("sh", "text/x-sh"), ("sql", "application/sql"), ("srt", "text/plain"),
    ("tex", "text/x-tex"), ("ts", "text/vnd.trolltech.linguist"), ("vcf", "text/vcard"), ("wav", "audio/x-wav"),
    ("woff", "font/woff"), ("wsdl", "application/wsdl+xml"), ("xml", "application/xml"), ("xsl", "application/xslt+xml"),
    ("xslt", "application/xslt+xml"), ("zst", "application/zstd"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_tells_the_type_in_letters_of_any_size() {
        for (name, want) in [
            ("a/b.c/x.ts", Some("text/vnd.trolltech.linguist")),
            ("X.TS", Some("text/vnd.trolltech.linguist")),
            ("x.tar.zst", Some("application/zstd")),
            ("x.JSON", Some("application/json")),
            ("x.unheard-of", None),
            ("java", None),
            (".java", None),
        ] {
            assert_eq!(of_name(Path::new(name)), want, "{name}");
        }
    }

    #[test]
    fn no_entry_says_what_the_library_says_or_stands_twice() {
        for window in TYPES.windows(2) {
            assert!(window[0].0 < window[1].0, "{window:?}");
        }
        for (suffix, media_type) in TYPES {
            let known = mime_guess::from_ext(suffix).first_raw();
            assert_ne!(known, Some(*media_type), "{suffix}");
        }
    }
}
