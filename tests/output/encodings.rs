//! Content codings and charsets: what a server packed and what it wrote in other letters, readable.

use std::io::Write;

use crate::support::{Answer, Program, Server, TempFolder, contains};

const DOCUMENT: &str = r#"{"b": 1.10, "a": [1,{"x":null}], "text": "\u017eivot ☺"}"#;

/// An event stream, packed by the encoders of the formats' authors.
const EVENTS_BR: &[u8] = include_bytes!("../../src/output/testdata/events.br");
const EVENTS_ZSTD: &[u8] = include_bytes!("../../src/output/testdata/events.zst");

/// What is in them.
fn events() -> String {
    "data: 1\n\ndata: 2\n\n".repeat(100)
}

/// Czech in windows-1250, of which no byte sequence is UTF-8.
const CZECH: &str = "Všichni lidé jsou si rovni, všichni lidé mají svá práva.";
const CZECH_BYTES: &[u8] =
    b"V\x9aichni lid\xe9 jsou si rovni, v\x9aichni lid\xe9 maj\xed sv\xe1 pr\xe1va.";
/// Japanese in Shift_JIS.
const JAPANESE: &str = "すべての人間は、生まれながらにして自由であり";
const JAPANESE_BYTES: &[u8] = b"\x82\xb7\x82\xd7\x82\xc4\x82\xcc\x90l\x8a\xd4\x82\xcd\x81A\x90\xb6\x82\xdc\x82\xea\x82\xc8\x82\xaa\x82\xe7\x82\xc9\x82\xb5\x82\xc4\x8e\xa9\x97R\x82\xc5\x82\xa0\x82\xe8";

#[test]
fn compressed_answers_are_decoded() {
    let server = Server::start(|request| match request.target().as_str() {
        "/gzip" => Answer::ok(gzip(DOCUMENT)).header("Content-Encoding", "gzip"),
        "/x-gzip" => Answer::ok(gzip(DOCUMENT)).header("Content-Encoding", "x-gzip"),
        "/members" => {
            Answer::ok([gzip("one "), gzip("two")].concat()).header("Content-Encoding", "gzip")
        }
        "/zlib" => Answer::ok(zlib(DOCUMENT)).header("Content-Encoding", "deflate"),
        "/deflate" => Answer::ok(deflate(DOCUMENT)).header("Content-Encoding", "deflate"),
        "/br" => Answer::ok(EVENTS_BR).header("Content-Encoding", "br"),
        "/zstd" => Answer::ok(EVENTS_ZSTD).header("Content-Encoding", "zstd"),
        "/br-in-gzip" => Answer::ok(gzip_bytes(EVENTS_BR)).header("Content-Encoding", "br, gzip"),
        _ => Answer::ok(deflate_then_gzip(DOCUMENT)).header("Content-Encoding", "deflate, gzip"),
    });
    let folder = TempFolder::new();
    for (path, expected) in [
        ("/gzip", DOCUMENT),
        ("/x-gzip", DOCUMENT),
        ("/members", "one two"),
        ("/zlib", DOCUMENT),
        ("/deflate", DOCUMENT),
        ("/both", DOCUMENT),
        ("/br", &events()),
        ("/zstd", &events()),
        ("/br-in-gzip", &events()),
    ] {
        let outcome = Program::http(&folder).arg(server.url(path)).run_well();
        assert_eq!(outcome.stdout_text(), expected, "{path}");
    }
    let outcome = Program::http(&folder)
        .args(["-h", &server.url("/gzip")])
        .run_well();
    assert_eq!(outcome.message().header("Content-Encoding"), Some("gzip"));
}

#[test]
fn a_compressed_answer_that_ends_too_soon_is_an_error() {
    let server = Server::start(|_| {
        let whole = gzip(&DOCUMENT.repeat(100));
        Answer::ok(&whole[..whole.len() - 20]).header("Content-Encoding", "gzip")
    });
    let folder = TempFolder::new();
    let outcome = Program::http(&folder).arg(server.url("/x")).run();
    assert_eq!(outcome.status, 1, "{}", outcome.stderr_text());
    outcome.assert_says("error");
}

#[test]
fn damaged_br_and_zstd_are_errors_after_what_was_decoded() {
    let server = Server::start(|request| match request.target().as_str() {
        "/br" => Answer::ok(&EVENTS_BR[..EVENTS_BR.len() - 3]).header("Content-Encoding", "br"),
        "/zstd" => {
            Answer::ok(&EVENTS_ZSTD[..EVENTS_ZSTD.len() - 3]).header("Content-Encoding", "zstd")
        }
        _ => Answer::ok("plain text").header("Content-Encoding", "zstd"),
    });
    for (path, said) in [
        ("/br", "the br body is truncated"),
        ("/zstd", "the zstd body is truncated"),
        ("/plain", "the zstd body is corrupt"),
    ] {
        for pretty in ["--pretty=none", "--pretty=format"] {
            let folder = TempFolder::new();
            let outcome = Program::http(&folder)
                .args([pretty, &server.url(path)])
                .run();
            assert_eq!(outcome.status, 1, "{path}");
            outcome.assert_says(said);
            assert!(events().starts_with(&outcome.stdout_text()), "{path}");
        }
    }
}

/// What a run without and one with `--pretty=format` print, and what a terminal shows.
fn every_way(folder: &TempFolder, args: &[&str]) -> Vec<String> {
    let run = |pretty: &str| {
        let program = Program::http(folder).args(["--body", pretty]).args(args);
        program.run_well().stdout_text()
    };
    let mut shown = vec![
        run("--pretty=format"),
        run("--pretty=all"),
        run("--pretty=colors"),
    ];
    #[cfg(target_os = "linux")]
    for options in [
        &["--pretty=none"][..],
        &["--pretty=all"],
        &["--pretty=all", "--stream"],
    ] {
        let program = Program::http(folder)
            .args(["--body"])
            .args(options)
            .args(args);
        shown.push(program.run_in_terminal().text());
    }
    shown
}

#[test]
fn text_in_a_charset_that_the_type_names_comes_out_in_utf_8() {
    let server = Server::start(|request| match request.target().as_str() {
        "/czech" => {
            Answer::ok(CZECH_BYTES).header("Content-Type", "text/plain; charset=windows-1250")
        }
        "/upper" => Answer::ok([b"<a>", CZECH_BYTES, b"</a>"].concat())
            .header("Content-Type", "text/xml;charset=\"CP1250\""),
        _ => Answer::ok(JAPANESE_BYTES).header("Content-Type", "text/plain; charset=shift_jis"),
    });
    let folder = TempFolder::new();
    for (path, text) in [
        ("/czech", CZECH),
        ("/upper", CZECH),
        ("/japanese", JAPANESE),
    ] {
        for shown in every_way(&folder, &[&server.url(path)]) {
            assert!(shown.contains(text), "{path}: {shown}");
        }
    }
    let raw = Program::http(&folder).arg(server.url("/czech")).run_well();
    assert_eq!(raw.stdout, CZECH_BYTES);
}

#[test]
fn the_user_knows_the_charset_better() {
    let server = Server::start(|_| {
        Answer::ok(CZECH_BYTES).header("Content-Type", "text/plain; charset=utf-8")
    });
    let folder = TempFolder::new();
    for shown in every_way(&folder, &[&server.url("/")]) {
        assert!(!shown.contains(CZECH), "{shown}");
    }
    for shown in every_way(
        &folder,
        &["--response-charset=windows-1250", &server.url("/")],
    ) {
        assert!(shown.contains(CZECH), "{shown}");
    }
    let unknown = Program::http(&folder).args(["--response-charset=foo", &server.url("/")]);
    let requests = server.requests().len();
    unknown.run().assert_error(&["--response-charset", "'foo'"]);
    assert_eq!(server.requests().len(), requests, "nothing is sent");
}

#[test]
fn without_a_name_the_charset_is_found() {
    let server = Server::start(|request| match request.target().as_str() {
        "/guess" => Answer::ok(CZECH_BYTES).header("Content-Type", "text/plain"),
        "/typeless" => Answer::ok(CZECH_BYTES),
        "/nonsense" => Answer::ok(CZECH_BYTES).header("Content-Type", "text/plain; charset=none"),
        "/xml" => Answer::ok(
            [
                b"<?xml version='1.0' encoding='windows-1250'?><a>",
                CZECH_BYTES,
                b"</a>",
            ]
            .concat(),
        )
        .header("Content-Type", "application/xml"),
        "/html" => Answer::ok([b"<html><meta charset=windows-1250>", CZECH_BYTES].concat())
            .header("Content-Type", "text/html"),
        "/mark" => {
            let mut text = vec![0xFF, 0xFE];
            text.extend(CZECH.encode_utf16().flat_map(u16::to_le_bytes));
            Answer::ok(text).header("Content-Type", "text/plain")
        }
        _ => Answer::ok(CZECH).header("Content-Type", "text/plain"),
    });
    let folder = TempFolder::new();
    for path in [
        "/guess",
        "/typeless",
        "/nonsense",
        "/xml",
        "/html",
        "/mark",
        "/utf-8",
    ] {
        for shown in every_way(&folder, &[&server.url(path)]) {
            assert!(shown.contains(CZECH), "{path}: {shown}");
        }
    }
}

#[test]
fn requests_are_shown_in_utf_8_and_sent_as_they_are() {
    let folder = TempFolder::new();
    let type_item = "Content-Type: text/plain; charset=windows-1250";
    for item in [type_item, "Content-Type: text/plain"] {
        let program = Program::http(&folder)
            .args(["--offline", "--pretty=format", "pie.dev", item])
            .stdin(CZECH_BYTES);
        assert!(program.run_well().stdout_text().contains(CZECH));
    }
    let raw = Program::http(&folder)
        .args(["--offline", "pie.dev", type_item])
        .stdin(CZECH_BYTES);
    assert!(contains(&raw.run_well().stdout, CZECH_BYTES));
}

#[test]
fn a_response_is_taken_for_the_type_that_the_user_says() {
    let server = Server::start(|_| Answer::ok("<a><b/></a>").header("Content-Type", "foo/bar"));
    let folder = TempFolder::new();
    let run = |mime: &str| {
        let program = Program::http(&folder).args(["--pretty=format", mime, &server.url("/")]);
        program.run_well().stdout_text()
    };
    assert_eq!(run("--response-mime=application/xml"), "<a>\n  <b/>\n</a>");
    assert_eq!(run("--response-mime=incorrect/type"), "<a><b/></a>");
    let request = Program::http(&folder).args([
        "--offline",
        "--pretty=format",
        "--print=B",
        "--response-mime=application/xml",
        "--raw=<a><b/></a>",
        "pie.dev",
    ]);
    assert_eq!(request.run_well().stdout_text(), "<a><b/></a>");
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_fills_no_memory() {
    use std::io::Read;
    let bomb = gzip_bytes(&vec![b'a'; 256 << 20]);
    let server = Server::start(move |_| {
        Answer::ok(bomb.clone())
            .header("Content-Encoding", "gzip")
            .header("Content-Type", "image/x")
    });
    let folder = TempFolder::new();
    for pretty in ["--pretty=none", "--pretty=all"] {
        let mut running = Program::http(&folder)
            .args([pretty, "--body", &server.url("/")])
            .spawn();
        let mut stdout = running.take_stdout();
        let mut piece = vec![0; 1 << 20];
        let (mut total, mut peak) = (0, 0);
        while total < 200 << 20 {
            let length = stdout.read(&mut piece).expect("a pipe can be read");
            assert!(length > 0, "it ended after {total} bytes");
            total += length;
            peak = running.peak_memory().max(peak);
        }
        assert!(peak < 32 << 20, "{pretty}: {peak}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    gzip_bytes(text.as_bytes())
}

fn gzip_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zlib(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn deflate(text: &str) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn deflate_then_gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&zlib(text)).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn charsets_that_only_python_knows_can_be_read_and_unknown_ones_lose_nothing() {
    let server = Server::start(|request| match request.target().as_str() {
        "/utf-32" => {
            let codes = "\u{feff}{\"a\": \"ž\"}".chars().map(u32::from);
            Answer::ok(codes.flat_map(u32::to_be_bytes).collect::<Vec<u8>>())
                .header("Content-Type", "application/json; charset=UTF-32")
        }
        "/cp852" => Answer::ok(b"{\"a\": \"\xa7\"}").header("Content-Type", "application/json"),
        _ => Answer::ok("{\"a\": \"ž\"}")
            .header("Content-Type", "application/json; charset=x-unheard-of"),
    });
    let folder = TempFolder::new();
    for (path, option) in [
        ("/utf-32", "--no-stream"),
        ("/utf-32", "--stream"),
        ("/cp852", "--response-charset=cp852"),
        ("/unknown", "--no-stream"),
    ] {
        let outcome = Program::http(&folder)
            .args(["--pretty=format", option, &server.url(path)])
            .run_well();
        let want = "{\n    \"a\": \"ž\"\n}";
        assert_eq!(outcome.stdout_text().trim_end(), want, "{path} {option}");
    }
}

#[test]
fn the_charset_of_long_text_is_found_by_more_than_its_first_strange_byte() {
    let mut body = b"plain ASCII\n".repeat(1000);
    // One letter at the end of what is looked at first, and all that tells the charset behind it.
    body.truncate(16 * 1024 - 1);
    body.push(0xe8);
    let czech =
        b"V\x9aichni lid\xe9 jsou si rovni a p\xf8\xedli\x9a \x9elu\x9dou\xe8k\xfd k\xf9\xf2\n";
    body.extend(czech.repeat(3000));
    let server =
        Server::start(move |_| Answer::ok(body.clone()).header("Content-Type", "text/plain"));
    let folder = TempFolder::new();
    let args = ["--pretty=format", "-b", &server.url("/")];
    let shown = Program::http(&folder).args(args).run_well().stdout_text();
    assert!(
        shown.contains("V\u{161}ichni lid\u{e9} jsou"),
        "{:?}",
        &shown[..200]
    );
}
