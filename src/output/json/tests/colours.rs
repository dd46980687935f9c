//! Colours: HTTPie's bytes in the terminal's own, and in every style nothing but control sequences.

use super::documents::Random;
use super::*;

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
fn a_byte_order_mark_is_no_mistake() {
    let with_mark = coloured("\u{feff}{\"a\":1}", "auto", &JsonOptions::default());
    let without = coloured("{\"a\":1}", "auto", &JsonOptions::default());
    assert_eq!(with_mark.strip_prefix('\u{feff}'), Some(without.as_str()));
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
