use super::*;

mod oracle;

fn formatted_with(text: &[u8], options: &JsonOptions) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match write_json(text, None, options, None, &mut out).unwrap() {
        Verdict::Written => Some(out),
        Verdict::NotJson => {
            assert!(out.is_empty(), "something was written of {text:?}");
            None
        }
    }
}

/// Whether `text` is one JSON value, with nothing but white space around it.
fn is_valid_json(text: &[u8]) -> bool {
    scan::document(text, &mut scan::Nothing).is_ok()
}

fn formatted(text: impl AsRef<[u8]>) -> Option<String> {
    formatted_with(text.as_ref(), &JsonOptions::default())
        .map(|out| String::from_utf8(out).unwrap())
}

/// Checks the formatted document against the wanted text, which was taken from HTTPie 3.2.4.
#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(formatted(text).as_deref(), Some(wanted), "{text}");
}

#[test]
fn an_ordinary_document_looks_as_in_httpie() {
    check(
        r#"{"b":1,"a":[],"c":{},"d":[1,2],"e":[{}],"f":[[]]}"#,
        "{\n    \"a\": [],\n    \"b\": 1,\n    \"c\": {},\n    \"d\": [\n        1,\n        2\n    ],\n    \
         \"e\": [\n        {}\n    ],\n    \"f\": [\n        []\n    ]\n}",
    );
    check("  [1]  \n", "[\n    1\n]");
    check("[ ]", "[]");
    check("{\n}", "{}");
}

#[test]
fn scalars_are_documents() {
    for text in ["\"x\"", "12", "null", "true", "-0", "1e5"] {
        check(text, text);
    }
}

#[test]
fn numbers_keep_their_digits() {
    check(
        "[1.10,1e5,1E+400,-0,12345678901234567890123,1.0e-7]",
        "[\n    1.10,\n    1e5,\n    1E+400,\n    -0,\n    12345678901234567890123,\n    1.0e-7\n]",
    );
}

#[test]
fn escapes_become_characters_unless_they_must_stay() {
    check(
        r#"["\ud800","\u00e9\ud83d\ude00","\u0007","\/","\"","\\","\u0022","\u005c","\u2028","\n\u000a\b\f"]"#,
        "[\n    \"\\ud800\",\n    \"é😀\",\n    \"\\u0007\",\n    \"/\",\n    \"\\\"\",\n    \"\\\\\",\n    \
         \"\\u0022\",\n    \"\\u005c\",\n    \"\u{2028}\",\n    \"\\n\\u000a\\b\\f\"\n]",
    );
}

#[test]
fn escaped_characters_that_steer_a_terminal_stay_escaped() {
    check(
        r#""\u007f\u009b\u202e\u2066\u00a0\u202a""#,
        "\"\\u007f\\u009b\\u202e\\u2066\u{a0}\\u202a\"",
    );
}

#[test]
fn raw_characters_that_steer_a_terminal_are_escaped_when_asked() {
    let options = JsonOptions {
        escape_controls: true,
        ..JsonOptions::default()
    };
    let text = "\"a\u{7f}\u{9b}31m é \u{202e}x\u{2066}\u{2028}\u{a0}€\"";
    let wanted = "\"a\\u007f\\u009b31m é \\u202ex\\u2066\u{2028}\u{a0}€\"";
    assert_eq!(
        formatted_with(text.as_bytes(), &options).unwrap(),
        wanted.as_bytes()
    );
    check(text, text);
}

#[test]
fn names_are_ordered_by_code_points_behind_their_escapes() {
    check(
        "{\"\\u0062\":1,\"a\":2,\"B\":3,\"é\":4,\"😀\":5,\"\u{fffd}\":6,\"\":7,\"ab\":8}",
        "{\n    \"\": 7,\n    \"B\": 3,\n    \"a\": 2,\n    \"ab\": 8,\n    \"b\": 1,\n    \"é\": 4,\n    \
         \"\u{fffd}\": 6,\n    \"😀\": 5\n}",
    );
    check(
        r#"{"\ud83d\ude00":1,"\udfff":2,"\ue000":3}"#,
        "{\n    \"\\udfff\": 2,\n    \"\u{e000}\": 3,\n    \"😀\": 1\n}",
    );
    check(
        r#"{"a\"":1,"a":2}"#,
        "{\n    \"a\": 2,\n    \"a\\\"\": 1\n}",
    );
}

#[test]
fn members_of_one_name_are_ordered_by_value_as_in_httpie() {
    check(
        r#"{"b":0,"a":2,"a":{"z":1,"y":0},"a":"q","a":"p","\u0061":10,"a":1.5e0}"#,
        "{\n    \"a\": 1.5e0,\n    \"a\": 2,\n    \"a\": 10,\n    \"a\": \"p\",\n    \"a\": \"q\",\n    \"a\": {\n        \"y\": 0,\n        \"z\": 1\n    },\n    \"b\": 0\n}",
    );
}

#[test]
fn order_is_kept_when_sorting_is_off() {
    let options = JsonOptions {
        sort_keys: false,
        indent: 1,
        ..JsonOptions::default()
    };
    let out = formatted_with(br#"{"b":1,"a":{"d":1,"c":2}}"#, &options).unwrap();
    assert_eq!(
        out,
        b"{\n \"b\": 1,\n \"a\": {\n  \"d\": 1,\n  \"c\": 2\n }\n}"
    );
}

#[test]
fn prefixes_stay_as_they_are() {
    for prefix in [
        ")]}',\n",
        ")]}'\n\n",
        ")]}',\\n",
        "while(1);",
        "for(;;);",
        ")",
        "]",
        "}",
        "xx",
        "; ",
        "\u{feff}",
        "\u{c}",
        "\u{a0}",
        "12",
        "null",
        " while(1);",
        "&&&START&&&",
        "a][",
    ] {
        let Some(base) = prefix.strip_suffix('[') else {
            check(&format!("{prefix}[1]\n"), &format!("{prefix}[\n    1\n]"));
            check(
                &format!("{prefix}{{\"b\":1,\"a\":2}}"),
                &format!("{prefix}{{\n    \"a\": 2,\n    \"b\": 1\n}}"),
            );
            check(&format!("{prefix}\"\\/\""), &format!("{prefix}\"/\""));
            continue;
        };
        assert_eq!(formatted(format!("{base}[[1")), None);
    }
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "",
        "   ",
        "hello",
        "-",
        "+1",
        "01",
        "[01]",
        "1.",
        ".5",
        "1e",
        "1e+",
        "[1,]",
        "{\"a\":1,}",
        "[",
        "{",
        "[1",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{a:1}",
        "{1:1}",
        "[1 2]",
        "{\"a\" 1}",
        "\"",
        "\"abc",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "[\"a\tb\"]",
        "[\"a\nb\"]",
        "[1]]",
        "{\"a\":1}{\"b\":2}",
        "{\"a\":1}\n{\"b\":2}",
        "callback([1])",
        "a=[1];",
        "tru",
        "nul",
        "NaN",
        "[NaN]",
        "[-Infinity]",
        "Infinity",
        "Nan",
        "-NaN",
        "+Infinity",
        "inf",
        "True",
        "['a']",
        "[1]\0",
        "\0",
        "{]",
        "[}",
        "[1}",
        "{\"a\":1]",
        "/*x*/[1]/*y*/",
        "[,1]",
        "{,}",
        ":",
        ",",
    ] {
        assert_eq!(formatted(text), None, "{text}");
        assert!(!is_valid_json(text.as_bytes()), "{text}");
    }
    for text in [
        &b"[\"\xff\"]"[..],
        b"\"\xed\xa0\x80\"",
        b"\"\xc3\"",
        b"\xff[1]",
        b"[\xc3\xa9]",
        b"\"\xc0\xaf12345678\"",
    ] {
        assert_eq!(formatted(text), None, "{text:?}");
    }
}

#[test]
fn any_depth_is_laid_out_and_indented_up_to_a_limit() {
    let depth = 1_000_000;
    let deep = ["[".repeat(depth), "]".repeat(depth)].concat();
    assert!(is_valid_json(deep.as_bytes()));
    assert!(!is_valid_json(&deep.as_bytes()[1..]));
    let depth = 3000;
    let deep = ["[".repeat(depth), "]".repeat(depth)].concat();
    let lines = formatted(&deep).unwrap();
    assert_eq!(lines.lines().count(), 2 * depth - 1);
    assert!(lines.contains(&format!("\n{}[]\n", " ".repeat(1000 * 4))));
    assert!(!lines.contains(&" ".repeat(1000 * 4 + 1)));
    assert_eq!(formatted(&lines).as_ref(), Some(&lines));
    let depth = 1_000_000;
    let objects = ["{\"a\":".repeat(depth), "1".into(), "}".repeat(depth)].concat();
    assert!(is_valid_json(objects.as_bytes()));
    let edge = ["[".repeat(1000), "]".repeat(1000)].concat();
    assert!(
        formatted(&edge)
            .unwrap()
            .contains(&format!("\n{}[]\n", " ".repeat(999 * 4)))
    );
}

#[test]
fn nesting_of_arrays_and_objects_is_not_mixed_up_across_words() {
    for depth in 60..=70 {
        let text = "[{\"a\":".repeat(depth) + "0" + &"}]".repeat(depth);
        assert!(is_valid_json(text.as_bytes()));
        let wrong = "[{\"a\":".repeat(depth) + "0" + &"]}".repeat(depth);
        assert!(!is_valid_json(wrong.as_bytes()));
    }
}

fn coloured(text: &str, style: &str, options: &JsonOptions) -> String {
    let style = Style::named(style).unwrap();
    let mut out = Vec::new();
    let verdict = write_json(text.as_bytes(), None, options, Some(&style), &mut out).unwrap();
    assert_eq!(verdict, Verdict::Written);
    String::from_utf8(out).unwrap()
}

fn without_colours(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1)
}

#[test]
fn auto_colours_each_token_as_httpie_does() {
    let text = r#"{"s":"x","n":-1.5,"t":true,"u":null,"e":{},"a":[1]}"#;
    let out = coloured(text, "auto", &JsonOptions::default());
    // White space has a colour too, one for each line.
    let out = out
        .replace("\x1b[37m\x1b[39;49;00m", "~")
        .replace("\x1b[37m", "_")
        .replace("\x1b[39;49;00m", "^");
    assert_eq!(
        out.replace('\x1b', "^"),
        "{~\n_    ^^[94m\"a\"^:_ ^[~\n_        ^^[34m1^~\n_    ^],~\n_    ^^[94m\"e\"^:_ ^{},~\n_    ^^[94m\"n\"^:_ ^^[34m-1.5^,~\n\
         _    ^^[94m\"s\"^:_ ^^[33m\"x\"^,~\n_    ^^[94m\"t\"^:_ ^^[34mtrue^,~\n_    ^^[94m\"u\"^:_ ^^[34mnull^~\n}~"
    );
}

#[test]
fn a_constant_before_what_is_no_white_space_of_json_is_left_alone() {
    let style = Style::named("auto").unwrap();
    for text in ["x true \t\x0c", "x null\x0c", "x false\x0b"] {
        let mut out = Vec::new();
        let options = JsonOptions::default();
        let verdict = write_json(text.as_bytes(), None, &options, Some(&style), &mut out).unwrap();
        assert_eq!((verdict, out.len()), (Verdict::NotJson, 0), "{text:?}");
    }
}

#[test]
fn a_prefix_is_coloured_as_a_mistake_in_front_of_any_value_but_a_number() {
    for (text, want) in [
        (")]}',{}", "^[04m^[91m)]}',~{}"),
        ("while(1);true", "^[04m^[91mwhile(1);~^[34mtrue~"),
        (")]null \n", "^[04m^[91m)]~^[34mnull~^[37m ~\n"),
    ] {
        let out = coloured(text, "auto", &JsonOptions::default());
        let out = out.replace("\x1b[39;49;00m", "~").replace('\x1b', "^");
        assert_eq!(out.strip_suffix("^[37m~").unwrap_or(&out), want, "{text}");
    }
    let style = Style::named("auto").unwrap();
    let options = JsonOptions::default();
    let mut out = Vec::new();
    let verdict = write_json(b")]}1", None, &options, Some(&style), &mut out).unwrap();
    assert_eq!((verdict, out.len()), (Verdict::NotJson, 0));
}

#[test]
fn colours_without_format_change_nothing_else() {
    let options = JsonOptions {
        format: false,
        ..JsonOptions::default()
    };
    let text = " \n{\"b\" : \"\\u00e9\\/\", \"a\":[1 ,true]}\r\n ";
    let out = coloured(text, "pie", &options);
    assert!(out.contains("\x1b[38;5;176m\"b\" \x1b"));
    assert_eq!(without_colours(&out), text);
}

#[test]
fn colours_add_nothing_but_control_sequences() {
    let mut random = Random(5);
    for _ in 0..500 {
        let text = random.document();
        for style in ["auto", "pie", "monokai", "bw"] {
            let out = coloured(&text, style, &JsonOptions::default());
            assert_eq!(Some(without_colours(&out)), formatted(&text));
            assert!(!out.ends_with('\x1b'));
        }
    }
}

/// A small generator of numbers (xorshift), so that a failing case comes again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn space(&mut self, out: &mut String) {
        out.push_str(self.pick(&["", "", "", " ", "\n", "\t ", "\r\n"]));
    }

    fn string(&mut self, out: &mut String) {
        out.push('"');
        for _ in 0..self.below(5) {
            out.push_str(self.pick(&[
                "a",
                "b",
                "Z",
                "é",
                "😀",
                "\\n",
                "\\\"",
                "\\\\",
                "\\/",
                "\\u0041",
                "\\u0000",
                "\\ud83d\\ude00",
                "\\ud800",
                "\\udc00",
                "[{,:}]",
                "a longer piece of text",
                "\u{7f}",
                "\\u0022",
            ]));
        }
        out.push('"');
    }

    fn value(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => out.push_str(self.pick(&[
                "0",
                "-1",
                "1.50",
                "1e9",
                "-2.5E-3",
                "123456789012345678901234567890",
            ])),
            1 => out.push_str(self.pick(&["true", "false", "null"])),
            2 | 3 => self.string(out),
            kind => {
                let (open, close) = if kind < 6 { ('[', ']') } else { ('{', '}') };
                out.push(open);
                let count = self.below(5);
                for index in 0..count {
                    self.space(out);
                    if kind >= 6 {
                        self.string(out);
                        self.space(out);
                        out.push(':');
                        self.space(out);
                    }
                    self.value(depth - 1, out);
                    self.space(out);
                    if index + 1 < count {
                        out.push(',');
                    }
                }
                self.space(out);
                out.push(close);
            }
        }
    }

    fn document(&mut self) -> String {
        let mut out = String::new();
        self.space(&mut out);
        let depth = self.below(7);
        self.value(depth, &mut out);
        self.space(&mut out);
        out
    }
}

#[test]
fn formatting_changes_nothing_but_white_space_and_order() {
    let mut random = Random(7);
    for _ in 0..4000 {
        let text = random.document();
        let mut meaning = oracle::read(&text);
        let unsorted = JsonOptions {
            sort_keys: false,
            ..JsonOptions::default()
        };
        let out = formatted_with(text.as_bytes(), &unsorted).unwrap();
        assert_eq!(
            oracle::read(&String::from_utf8(out).unwrap()),
            meaning,
            "{text}"
        );
        let out = formatted(&text).unwrap();
        oracle::sort(&mut meaning);
        assert_eq!(oracle::read(&out), meaning, "{text}");
        assert_eq!(formatted(&out).as_ref(), Some(&out), "{text}");
    }
}

#[test]
fn sparse_notes_give_the_same_output() {
    let mut random = Random(11);
    let mut big = String::from("{");
    while big.len() < 3 << 20 {
        big.push_str(&format!("\"{}\":", random.below(1 << 40)));
        random.value(6, &mut big);
        big.push(',');
    }
    big.push_str("\"in\":{\"b\":1,\"a\":");
    let inner = big.clone() + "1,\"a\":2}}";
    big.push_str(&inner);
    big.push_str("},\"a\":1}");
    let wanted = formatted(&big).unwrap();
    let index = Index::build_sparse(big.as_bytes()).unwrap();
    let mut out = Vec::new();
    Emitter::new(
        big.as_bytes(),
        &JsonOptions::default(),
        &index,
        Plain,
        &mut out,
    )
    .run(0)
    .unwrap();
    assert!(out == wanted.as_bytes());
}

/// A body that comes in pieces of odd sizes.
struct Dripping<'t>(&'t [u8], Random);

impl io::Read for Dripping<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = (1 + self.1.below(100_000)).min(out.len()).min(self.0.len());
        let (now, rest) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = rest;
        Ok(length)
    }
}

/// A document of some MiB in which large arrays stand in arrays and objects.
fn large_document(random: &mut Random) -> String {
    let mut text = String::from("{\"z\":[");
    while text.len() < 2 << 20 {
        random.value(6, &mut text);
        text.push_str(", ");
    }
    text.push_str("0],\"a\":[[1],[");
    while text.len() < 5 << 20 {
        random.value(3, &mut text);
        text.push_str("\n,\t");
    }
    text.push_str("\"\"],[]]}");
    text
}

#[test]
fn a_body_that_is_scanned_while_it_is_read_looks_the_same() {
    let mut random = Random(17);
    let text = large_document(&mut random);
    for sort_keys in [false, true] {
        let options = JsonOptions {
            sort_keys,
            ..JsonOptions::default()
        };
        let mut body = Dripping(text.as_bytes(), Random(19));
        let mut bytes = Vec::new();
        let scanned = read(&mut body, options.orders_members(), &mut bytes).unwrap();
        assert!(bytes == text.as_bytes());
        assert_eq!(scanned.is_some(), parallel::is_of_use());
        let mut out = Vec::new();
        let verdict = write_json(&bytes, scanned, &options, None, &mut out).unwrap();
        assert_eq!(verdict, Verdict::Written);
        let wanted = formatted_with(text.as_bytes(), &options).unwrap();
        assert!(out == wanted);
    }
    let damaged = text.replace("\"\"],[]]}", "\"\"],[]}");
    let mut bytes = Vec::new();
    let scanned = read(&mut damaged.as_bytes(), true, &mut bytes).unwrap();
    assert!(scanned.is_none() && bytes == damaged.as_bytes());
}

#[test]
fn a_scan_may_pause_anywhere() {
    let mut random = Random(23);
    for _ in 0..2000 {
        let mut bytes = random.document().into_bytes();
        if random.below(2) == 0 && !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = b"{}[]\",:\\u0 -"[random.below(12)];
        }
        let start = scan::skip_space(&bytes, 0);
        let mut scan = index::Scan::new(start, true);
        let mut end = start;
        while end < bytes.len() {
            end = (end + 1 + random.below(9)).min(bytes.len());
            scan.advance(&bytes[..end]);
        }
        let whole = index::Scan::new(start, true).finish(&bytes);
        assert_eq!(scan.finish(&bytes).is_ok(), whole.is_ok(), "{bytes:?}");
    }
}

#[test]
fn two_threads_write_what_one_writes() {
    let mut random = Random(29);
    let text = large_document(&mut random);
    for style in [None, Style::named("auto"), Style::named("pie-dark")] {
        for sort_keys in [false, true] {
            let options = JsonOptions {
                sort_keys,
                ..JsonOptions::default()
            };
            let (start, index) = examine(text.as_bytes(), &options).unwrap();
            assert!(!index.seams().is_empty());
            let written = |is_shared| match &style {
                Some(style) => emitted(
                    &text,
                    start,
                    &index,
                    &options,
                    Coloured::new(style),
                    is_shared,
                ),
                None => emitted(&text, start, &index, &options, Plain, is_shared),
            };
            assert!(written(true) == written(false));
        }
    }
}

fn emitted(
    text: &str,
    start: usize,
    index: &Index,
    options: &JsonOptions,
    painter: impl emit::Painter,
    is_shared: bool,
) -> Vec<u8> {
    let mut out = Vec::new();
    let emitter = Emitter::new(text.as_bytes(), options, index, painter, &mut out);
    emitter.sharing(is_shared).run(start).unwrap();
    out
}

#[test]
fn many_members_of_one_name_keep_their_order() {
    let mut random = Random(13);
    let names: Vec<usize> = (0..3000).map(|_| random.below(40)).collect();
    let members: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(place, name)| format!("\"{name:02}\":{place}"))
        .collect();
    let mut wanted: Vec<(usize, usize)> = names
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect();
    wanted.sort();
    let wanted: Vec<String> = wanted
        .iter()
        .map(|(name, place)| format!("    \"{name:02}\": {place}"))
        .collect();
    check(
        &format!("{{{}}}", members.join(",")),
        &format!("{{\n{}\n}}", wanted.join(",\n")),
    );
}

#[test]
fn notes_stay_small_however_small_the_objects() {
    let text = ["[", &"{\"b\":1,\"a\":1},".repeat(1 << 20), "0]"].concat();
    let out = formatted(&text).unwrap();
    assert!(out.starts_with("[\n    {\n        \"a\": 1,\n        \"b\": 1\n    },\n    {"));
    assert_eq!(out.matches("\"a\": 1,\n        \"b\": 1").count(), 1 << 20);
}

#[test]
fn damaged_documents_never_make_it_panic() {
    let mut random = Random(3);
    for _ in 0..3000 {
        let mut bytes = random.document().into_bytes();
        for _ in 0..=random.below(3) {
            let length = bytes.len();
            if length == 0 {
                break;
            }
            let at = random.below(length);
            match random.below(4) {
                0 => bytes.truncate(at),
                1 => bytes[at] = random.below(256) as u8,
                2 => bytes.insert(at, b"{}[]\",:\\u0"[random.below(10)]),
                _ => drop(bytes.remove(at)),
            }
        }
        let valid = is_valid_json(&bytes);
        let out = formatted_with(&bytes, &JsonOptions::default());
        assert!(out.is_some() || !valid, "{bytes:?}");
    }
    for _ in 0..20000 {
        let length = random.below(24);
        let bytes: Vec<u8> = (0..length)
            .map(|_| b"{}[]\",:\\u0 1ae-.\xc3\xa9\n"[random.below(19)])
            .collect();
        drop(formatted_with(&bytes, &JsonOptions::default()));
    }
}

#[test]
fn a_failing_writer_ends_the_work() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::BrokenPipe))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let large = large_document(&mut Random(31));
    for text in ["[1]", &large] {
        let options = JsonOptions::default();
        let error = write_json(text.as_bytes(), None, &options, None, &mut Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}

#[test]
fn every_beginning_of_a_document_may_become_one() {
    for document in [
        r#"{"a": [1, -2.5e+10, true, false, null], "b\u00e9\n": "c", "d": {}, "e": [[], {"f": ""}]}"#,
        ")]}',\n[1, \"two\", {\"three\": 3}]",
        "while(1);{\"a\": \"b\"}",
        "  \"a string with [brackets] and \\\" a quote\"  ",
        "false",
        "12345.678e-9",
    ] {
        for length in 0..=document.len() {
            let beginning = &document.as_bytes()[..length];
            // A prefix may be as long as the beginning here, where that is a few bytes.
            let is_prefix = document.starts_with([')', 'w']) && !beginning.iter().any(opens);
            assert!(
                is_prefix || may_begin_document(beginning),
                "{:?}",
                &document[..length]
            );
        }
    }
}

#[test]
fn what_is_no_document_is_known_by_its_beginning() {
    for beginning in [
        "some text that is long enough to be taken for what it is\n",
        "<!doctype html><html lang=\"en\"><head><title>a</title></head>",
        "2026-11-22 21:00:00 INFO {\"a\": 1} and more in this line\n",
        "[INFO] the server was started at some time of the day\n",
        "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 3}\n{\"a\": 4}\n{\"a\": 5}\n",
        "a,b,c\n1,2,3\n4,5,6\n7,8,9\n10,11,12\n13,14,15\n16,17\n",
        "body { color: red; } a[href] { background: url(\"x\"); }\n",
        "function f() { return {a: [1, 2, 3]}; } // and so on\n",
    ] {
        assert!(!may_begin_document(beginning.as_bytes()), "{beginning}");
    }
}
