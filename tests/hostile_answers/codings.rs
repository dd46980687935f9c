//! Content codings that are cut, corrupt, unknown or not there at all (RFC 9110, section 8.4).

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{Case, case, run_all};

const TEXT: &[u8] = b"hello hello hello hello";

fn coded(name: &'static str, coding: &str, body: impl AsRef<[u8]>) -> Case {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {length}\r\n\r\n"
    );
    case(name, [head.as_bytes(), body].concat())
}

fn gzip() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT).expect("memory");
    encoder.finish().expect("memory")
}

/// A frame of zstd that holds nothing (RFC 8878, section 3.1.2).
const SKIPPABLE: &[u8] = b"\x50\x2a\x4d\x18\0\0\0\0";

/// A member of gzip with these flags, and with this between its header and its data.
fn with_header(flags: u8, extra: &[u8]) -> Vec<u8> {
    let mut bytes = gzip();
    bytes[3] = flags;
    let data = bytes.split_off(10);
    [&bytes[..], extra, &data].concat()
}

/// The bytes with the one at this place changed; from the end where the place is negative.
fn damaged(mut bytes: Vec<u8>, place: isize) -> Vec<u8> {
    let at = match place {
        0.. => place as usize,
        _ => bytes.len() - place.unsigned_abs(),
    };
    bytes[at] ^= 0xff;
    bytes
}

fn cut(bytes: &[u8], missing: usize) -> &[u8] {
    &bytes[..bytes.len() - missing]
}

#[test]
fn codings_are_taken_off_whatever_they_are_called() {
    run_all(vec![
        coded("gzip", "gzip", gzip()).shows(TEXT),
        coded("x-gzip", "x-gzip", gzip()).shows(TEXT),
        coded("capital letters", "GZip", gzip()).shows(TEXT),
        coded("zlib", "deflate", zlib()).shows(TEXT),
        coded("bare deflate", "deflate", deflate()).shows(TEXT),
        coded("identity too", "identity, gzip", gzip()).shows(TEXT),
        coded("empty members of the list", ", gzip,,", gzip()).shows(TEXT),
        coded("two members", "gzip", [gzip(), gzip()].concat()).shows(TEXT.repeat(2)),
        coded("padding", "gzip", [gzip(), vec![0; 512]].concat()).shows(TEXT),
        coded(
            "garbage behind it",
            "gzip",
            [gzip(), b"garbage".to_vec()].concat(),
        )
        .shows(TEXT),
        coded("no body", "gzip", ""),
        coded("no body in deflate", "deflate", ""),
        coded("nobody knows it", "rot13", "uryyb").shows("uryyb"),
        coded("nobody knows the outer one", "gzip, rot13", gzip()).shows(gzip()),
        coded("a coding of bytes", "\u{ff}", "x").shows("x"),
        coded("a parameter", "gzip;q=1", gzip()).shows(gzip()),
        coded("quoted", "\"gzip\"", gzip()).shows(gzip()),
        coded("two without a comma", "gzip gzip", gzip()).shows(gzip()),
        coded("NUL behind it", "gzip\0", gzip()).shows(gzip()),
        coded(
            "in two headers",
            "gzip\r\nContent-Encoding: identity",
            gzip(),
        )
        .shows(TEXT),
        coded("no body in br", "br", ""),
        coded("no body in zstd", "zstd", ""),
        coded("a name inside", "gzip", with_header(8, b"a name\0")).shows(TEXT),
        coded("a comment inside", "gzip", with_header(16, b"a comment\0")).shows(TEXT),
        coded("an extra field", "gzip", with_header(4, b"\x02\0ab")).shows(TEXT),
        coded("skippable frames alone", "zstd", SKIPPABLE.repeat(1000)),
        case(
            "not modified",
            "HTTP/1.1 304 X\r\nContent-Encoding: gzip\r\n\r\n",
        ),
    ]);
}

/// HTTPie takes what was cut for the whole.
#[test]
fn damage_is_no_success() {
    run_all(vec![
        coded("not gzip", "gzip", "plain text").fails(&["gzip", "corrupt"]),
        coded("one byte", "gzip", "\x1f").fails(&["gzip", "truncated"]),
        coded("cut in the header", "gzip", &gzip()[..5]).fails(&["gzip", "truncated"]),
        coded("cut in the data", "gzip", &gzip()[..14])
            .shows_anything()
            .fails(&["gzip", "truncated"]),
        coded("cut in the trailer", "gzip", cut(&gzip(), 3))
            .shows(TEXT)
            .fails(&["gzip", "truncated"]),
        coded("a wrong checksum", "gzip", damaged(gzip(), -5))
            .shows(TEXT)
            .fails(&["gzip", "corrupt"]),
        coded("a wrong length", "gzip", damaged(gzip(), -1))
            .shows(TEXT)
            .fails(&["gzip", "corrupt"]),
        coded("an unknown method", "gzip", damaged(gzip(), 2)).fails(&["gzip", "corrupt"]),
        coded("unknown flags", "gzip", damaged(gzip(), 3)).fails(&["gzip"]),
        coded("damaged data", "gzip", damaged(gzip(), 11))
            .shows_anything()
            .fails(&["gzip"]),
        coded("not deflate", "deflate", "plain text")
            .shows_anything()
            .fails(&["deflate"]),
        coded("zlib, cut", "deflate", cut(&zlib(), 6))
            .shows_anything()
            .fails(&["deflate", "truncated"]),
        coded("zlib, a wrong checksum", "deflate", damaged(zlib(), -1))
            .shows_anything()
            .fails(&["deflate"]),
        coded("bare deflate, cut", "deflate", cut(&deflate(), 3))
            .shows_anything()
            .fails(&["deflate", "truncated"]),
        coded("gzip called deflate", "deflate", gzip())
            .shows_anything()
            .fails(&["deflate"]),
        coded("flags that are reserved", "gzip", with_header(0xe0, b""))
            .fails(&["gzip", "corrupt"]),
        coded(
            "a wrong checksum of the header",
            "gzip",
            with_header(2, b"\0\0"),
        )
        .fails(&["gzip", "corrupt"]),
        coded(
            "a name without end",
            "gzip",
            &with_header(8, &[b'x'; 100_000])[..90_000],
        )
        .fails(&["gzip", "truncated"]),
        coded(
            "half of a second member",
            "gzip",
            [&gzip()[..], &gzip()[..4]].concat(),
        )
        .shows(TEXT)
        .fails(&["gzip", "truncated"]),
        coded(
            "a dictionary that nobody has",
            "deflate",
            b"\x78\xbb\x06\x2c\x02\x15\xcb\x00",
        )
        .fails(&["deflate"]),
        coded("not br", "br", [0xff; 50]).fails(&["br", "corrupt"]),
        coded("br, cut", "br", b"\x0b").fails(&["br", "truncated"]),
        coded("not zstd", "zstd", "plain text").fails(&["zstd", "corrupt"]),
        coded("zstd, cut in its name", "zstd", b"\x28\xb5\x2f").fails(&["zstd", "truncated"]),
        coded(
            "zstd, a block of the reserved kind",
            "zstd",
            b"\x28\xb5\x2f\xfd\x20\x05\x07\0\0",
        )
        .fails(&["zstd", "corrupt"]),
        coded(
            "a skippable frame, cut",
            "zstd",
            b"\x50\x2a\x4d\x18\xff\xff\xff\xffabc",
        )
        .fails(&["zstd", "truncated"]),
        coded("zstd over br that is none", "br, zstd", "plain text").fails(&["zstd", "corrupt"]),
        coded("br over zstd, neither there", "zstd, br", [0xff; 50]).fails(&["br", "corrupt"]),
        coded("one coding less than announced", "gzip, gzip", gzip()).fails(&["gzip", "corrupt"]),
    ]);
}
