//! What documents look like, and what is none. Wanted texts were taken from HTTPie 3.2.4.

use super::*;

mod colours;
mod documents;
mod generated;
mod oracle;
mod sharing;

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

/// The document as it is written with these notes on it.
fn written_with(text: &[u8], index: &Index, options: &JsonOptions) -> Vec<u8> {
    let mut out = Vec::new();
    let emitter = Emitter::new(text, options, index, Plain, &mut out);
    emitter.run(0).unwrap();
    out
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
fn what_steers_a_terminal_outside_of_strings_is_made_visible_when_asked() {
    let on_a_terminal = |format| JsonOptions {
        escape_controls: true,
        format,
        ..JsonOptions::default()
    };
    for (text, format, wanted) in [
        ("\x1b]0;x\x07\"a\"", true, "␛]0;x␇\"a\""),
        ("\u{9b}2J\r\n[1]", true, "‹U+009B›2J\r\n[\n    1\n]"),
        ("\x1b]0;x\x07\"a\"", false, "␛]0;x␇\"a\""),
        ("\r[1\r,\r\n2]\r\n", false, "␍[1␍,\r\n2]\r\n"),
    ] {
        assert_eq!(
            formatted_with(text.as_bytes(), &on_a_terminal(format)).unwrap(),
            wanted.as_bytes(),
            "{text:?}"
        );
    }
    check("\x1bc\"a\"", "\x1bc\"a\"");
}

#[test]
fn members_of_one_name_around_a_deep_document_take_linear_time() {
    let options = JsonOptions {
        indent: 0,
        ..JsonOptions::default()
    };
    let levels = 40_000;
    let text = ["{\"a\":".repeat(levels), ",\"a\":0}".repeat(levels)].join("1");
    // To look through the rest of the document at every level would take minutes.
    let formatted = formatted_with(text.as_bytes(), &options).unwrap();
    assert!(formatted.starts_with(b"{\n\"a\": 0,\n\"a\": {\n\"a\": 0,"));
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
