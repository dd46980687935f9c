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
        coded("one coding less than announced", "gzip, gzip", gzip()).fails(&["gzip", "corrupt"]),
    ]);
}
