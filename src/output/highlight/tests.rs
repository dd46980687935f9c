use super::*;
use crate::output::json::properties::without_colours;

/// The text with a mark for each look: in the style used here every look is told by what it starts with.
fn painted(language: Language, style: &str, text: &str) -> String {
    let style = Style::named(style).unwrap();
    let mut out = Vec::new();
    let mut highlighter = Highlighter::new(language, &style);
    highlighter.paint(text.as_bytes(), &mut out).unwrap();
    highlighter.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// In `auto`, with `<33>` for the control sequence of yellow and `<>` for the one that ends it.
#[track_caller]
fn check(language: Language, text: &str, wanted: &str) {
    let shown = painted(language, "auto", text);
    let shown = shown
        .replace("\x1b[0;", "\x1b[")
        .replace("\x1b[0m", "\x1b[m");
    let mut marked = String::new();
    for (index, piece) in shown.split("\x1b[").enumerate() {
        match piece.split_once('m') {
            Some((look, text)) if index > 0 => marked += &format!("<{look}>{text}"),
            _ => marked += piece,
        }
    }
    assert_eq!(marked, wanted);
}

#[test]
fn types_and_their_suffixes_name_languages() {
    for (media_type, language) in [
        ("text/html", Some(Language::Html)),
        ("application/xhtml+xml", Some(Language::Html)),
        ("application/xml", Some(Language::Xml)),
        ("image/svg+xml", Some(Language::Xml)),
        ("application/soap+xml", Some(Language::Xml)),
        ("text/css", Some(Language::Css)),
        ("application/javascript", Some(Language::JavaScript)),
        ("text/x-yaml", Some(Language::Yaml)),
        ("application/openapi+yaml", Some(Language::Yaml)),
        ("application/x-www-form-urlencoded", Some(Language::Form)),
        ("application/json", Some(Language::LooseJson)),
        ("foo/json-foo", Some(Language::LooseJson)),
        (
            "application/vnd.comverge.grid+hal+json",
            Some(Language::LooseJson),
        ),
        ("text/plain", Some(Language::Plain)),
        ("xxx/yyy", None),
        ("html", None),
        ("", None),
    ] {
        assert_eq!(Language::of_type(media_type), language, "{media_type}");
    }
}

#[test]
fn xml_has_tags_attributes_and_references() {
    check(
        Language::Xml,
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ELEMENT a ANY>]>\n<a b=\"c>\" d:e='f'><![CDATA[<x>]]>t &lt;<b/><!-- c\n d --></a>\n",
        "<36><?xml version=\"1.0\"?><>\n<36><!DOCTYPE a [<!ELEMENT a ANY>]><>\n<94><a <36>b=<33>\"c>\" <36>d:e=<33>'f'<94>><36><![CDATA[<x>]]><>t &lt;<94><b/><37><!-- c<>\n <37>d --><94></a><>\n",
    );
}

#[test]
fn html_has_scripts_and_style_sheets_in_it() {
    check(
        Language::Html,
        "<p class=x checked>a & b</p><script>if (a < 1) '</p>'\n</script><style>a { b: 1px }</style>",
        "<<94>p <36>class<>=<33>x <36>checked<>>a & b</<94>p<>><<94>script<>><34>if <>(a < <34>1<>) <33>'</p>'<>\n</<94>script<>><<94>style<>><94>a <>{ <34>b<>: <34>1<36>px <>}</<94>style<>>",
    );
}

#[test]
fn style_sheets_have_selectors_properties_and_values() {
    check(
        Language::Css,
        "@media screen {\n  .a #b > p:hover { color: #fff !important; w: calc(1px * 2) url(d:x;y) }\n}\n/* x\n y */ q::before { content: \"}\" }\n",
        "@<34>media <94>screen <>{\n  .<04;32>a<> #<04;36>b<> > <94>p<>:<90>hover <>{ <34>color<>: <34>#fff <36>!important<>; <34>w<>: <36>calc<>(<34>1<36>px <>* <34>2<>) <36>url<>(<33>d:x;y<>) }\n}\n<37>/* x<>\n <37>y */ <94>q<>::<90>before <>{ <34>content<>: <33>\"}\" <>}\n",
    );
}

#[test]
fn scripts_have_words_strings_templates_and_expressions() {
    check(
        Language::JavaScript,
        "var x = 1.5e+3 / y; // c\nreturn /[/]\\//g.test(`a ${b + {c}.d} e\nf`, \"s\\\"\", null)\n",
        "<34>var <>x = <34>1.5e+3 <>/ y; <37>// c<>\n<34>return <33>/[/]\\//g<>.test(<33>`a ${<>b + {c}.d<33>} e<>\n<33>f`<>, <33>\"s\\\"\"<>, <34>null<>)\n",
    );
}

#[test]
fn yaml_has_keys_scalars_and_blocks() {
    check(
        Language::Yaml,
        "%YAML 1.2\n---\n# c\nurl: http://x # d\n\"b\": 'x''y'\nc:\n  - d: true\n  - *al\ne: |\n  a: b\n\n  c\nf: [a, {c: d}]\ng: 'one\n  two: three'\n",
        "<94>%YAML 1.2<>\n<04;36>---<>\n<37># c<>\n<94>url<>: http://x <37># d<>\n<33>\"b\"<>: <33>'x''y'<>\n<94>c<>:\n  - <94>d<>: true\n  - <31>*al<>\n<94>e<>: |\n  <31>a: b<>\n\n  <31>c<>\n<94>f<>: [<31>a<>, {<94>c<>: <31>d<>}]\n<94>g<>: <33>'one<>\n  <33>two: three'<>\n",
    );
}

#[test]
fn forms_and_loose_json_have_names_and_values() {
    check(
        Language::Form,
        "a=b%20c&d&e=",
        "<94>a<>=<33>b%20c<>&<94>d<>&<94>e<>=",
    );
    check(
        Language::LooseJson,
        "{\"a\": [1, true, \"b\", oops\n{\"c\" : -1.5e3}",
        "{<94>\"a\"<>: [<34>1<>, <34>true<>, <33>\"b\"<>, oops\n{<94>\"c\" <>: <34>-1.5e3<>}",
    );
}

#[test]
fn styles_differ_and_plain_text_has_the_colour_of_text() {
    let pie = painted(Language::Plain, "pie", "some text\n");
    assert_eq!(pie, "\x1b[90msome text\x1b[0m\n");
    assert_eq!(
        painted(Language::Plain, "auto", "some text\n"),
        "some text\n"
    );
    assert_ne!(
        painted(Language::Xml, "monokai", "<a/>"),
        painted(Language::Xml, "fruity", "<a/>")
    );
}

#[test]
fn nothing_but_control_sequences_is_added_to_any_text_in_any_pieces() {
    let words: Vec<&[u8]> = [
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<!DOCTYPE ",
        "<script>",
        "</script>",
        "<style>",
        "&",
        ";",
        "a",
        "b=",
        "\"",
        "'",
        "`",
        "${",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "/",
        "//",
        "/*",
        "*/",
        "\\",
        "\n",
        "\r\n",
        " ",
        "\t",
        ":",
        ": ",
        "- ",
        "# ",
        "|",
        "|\n",
        "---",
        "%",
        "@media",
        ".",
        "#",
        "!x",
        "*y",
        "1",
        "-2e+3",
        "0x1F",
        "true",
        "null",
        "é",
        "世",
        "😀",
        "\u{0}",
        "=",
        ",",
        "function",
        "--",
        "::",
        "$",
    ]
    .iter()
    .map(|word| word.as_bytes())
    .collect();
    let style = Style::named("monokai").unwrap();
    let mut random = 5_u32;
    for round in 0..4000 {
        let mut next = |below: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as usize % below
        };
        let count = next(40);
        let text: Vec<u8> = (0..count)
            .flat_map(|_| words[next(words.len())].to_vec())
            .collect();
        let mut out = Vec::new();
        let mut highlighter = Highlighter::new(Language::ALL[round % Language::ALL.len()], &style);
        let mut rest = &text[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + next(rest.len()));
            highlighter.paint(piece, &mut out).unwrap();
            rest = after;
        }
        highlighter.finish(&mut out).unwrap();
        assert_eq!(
            without_colours(&out),
            text,
            "{:?}",
            String::from_utf8_lossy(&text)
        );
    }
}

#[test]
fn a_very_long_line_is_painted_in_pieces() {
    let style = Style::named("auto").unwrap();
    for word in ["a", "é ", "<b c='d'>", "\"x\", "] {
        let text = word.repeat(200_000);
        for language in Language::ALL {
            let mut out = Vec::new();
            let mut highlighter = Highlighter::new(language, &style);
            highlighter.paint(text.as_bytes(), &mut out).unwrap();
            assert!(highlighter.line.len() < 2 * LONGEST_LINE);
            highlighter.finish(&mut out).unwrap();
            assert!(without_colours(&out) == text.as_bytes());
        }
    }
}
