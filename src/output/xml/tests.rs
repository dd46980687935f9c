use super::*;

fn laid_out(text: &str) -> Option<String> {
    let mut out = Vec::new();
    match write_xml(text.as_bytes(), 2, &mut out).unwrap() {
        Verdict::Written => Some(String::from_utf8(out).unwrap()),
        Verdict::NotXml => {
            assert!(out.is_empty());
            None
        }
    }
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(laid_out(text).as_deref(), Some(wanted));
    assert_eq!(laid_out(wanted).as_deref(), Some(wanted), "a second time");
}

#[test]
fn elements_stand_on_lines_of_their_own() {
    check(
        "<!-- comment --><root><element key='value'>text</element><element>text</element>tail<empty-element/></root>",
        "<!-- comment -->\n<root>\n  <element key=\"value\">text</element>\n  <element>text</element>\n  tail\n  <empty-element/>\n</root>",
    );
    check("<a></a>", "<a/>");
    check("<a> </a>", "<a> </a>");
    check(
        "<?pi data?><a><?p?><!--c--></a><!-- after -->\n",
        "<?pi data?>\n<a>\n  <?p?>\n  <!--c-->\n</a>\n<!-- after -->",
    );
    check("\n <a\n b = '1'\n/>", "<a b=\"1\"/>");
    check(
        "<x:a  xmlns:x=\"y\"  ><x:b/></x:a >",
        "<x:a xmlns:x=\"y\">\n  <x:b/>\n</x:a>",
    );
}

#[test]
fn prefixes_reach_as_far_as_their_element() {
    check(
        "<a:b xmlns:a='x'><a:c xml:lang='en'/><d xmlns:e='y' e:f='g'><e:h/></d></a:b>",
        "<a:b xmlns:a=\"x\">\n  <a:c xml:lang=\"en\"/>\n  <d xmlns:e=\"y\" e:f=\"g\">\n    <e:h/>\n  </d>\n</a:b>",
    );
}

#[test]
fn a_document_type_is_laid_out_as_in_httpie() {
    check(
        "<?xml   version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD\"  \"http://x\"><html/>",
        "<?xml   version=\"1.0\"?>\n<!DOCTYPE html\n  PUBLIC '-//W3C//DTD'\n  'http://x'>\n<html/>",
    );
    check(
        "<!DOCTYPE a SYSTEM \"it's\"><a>&nbsp;</a>",
        "<!DOCTYPE a\n  SYSTEM \"it's\">\n<a>&nbsp;</a>",
    );
    check(
        "<!DOCTYPE a [<!ELEMENT a ANY>\n\n ]  ><a/>",
        "<!DOCTYPE a [<!ELEMENT a ANY>\n\n ]  >\n<a/>",
    );
}

#[test]
fn what_was_written_stays_as_it_was_written() {
    check(
        "<a b='\"' c=\"&#65;&lt;\">&amp;&#x41;\n\n  x</a>",
        "<a b='\"' c=\"&#65;&lt;\">&amp;&#x41;\n\n  x</a>",
    );
    check(
        "<a><![CDATA[ <b> \n\n]]></a>",
        "<a><![CDATA[ <b> \n\n]]></a>",
    );
    check(
        "<a><!-- \n\n --><b/></a>",
        "<a>\n  <!-- \n\n -->\n  <b/>\n</a>",
    );
    check(
        "<a><pre xml:space='preserve'> <b> c </b>\n <d/></pre><e/></a>",
        "<a>\n  <pre xml:space=\"preserve\"> <b> c </b>\n <d/></pre>\n  <e/>\n</a>",
    );
    check("<a>\n x\r\r\r\n<b/></a>", "<a>\n x\n  <b/>\n</a>");
    check(
        "<a>\n<![CDATA[ x\n]]>   y\n</a>",
        "<a>\n<![CDATA[ x\n]]>   y\n</a>",
    );
    check("<a xml:space=\"preserve\"/>", "<a xml:space=\"preserve\"/>");
}

#[test]
fn white_space_behind_a_section_is_httpies_and_comes_once() {
    for (text, wanted) in [
        (
            "<a>\n<![CDATA[x]]><b/><![CDATA[y]]></a>",
            "<a>\n<![CDATA[x]]>  <b/>\n<![CDATA[y]]></a>",
        ),
        (
            "<a>//<![CDATA[x]]>\n</a>",
            "<a>\n  //\n<![CDATA[x]]>  \n</a>",
        ),
        ("<a>t<![CDATA[x]]>t</a>", "<a>\n  t\n<![CDATA[x]]>  t\n</a>"),
        (
            "<a>t<![CDATA[x]]> \n </a>",
            "<a>\n  t\n<![CDATA[x]]>   \n</a>",
        ),
        (
            "<r><a>t<![CDATA[x]]> <b/></a></r>",
            "<r>\n  <a>\n    t\n<![CDATA[x]]>     \n    <b/>\n  </a>\n</r>",
        ),
        (
            "<r><a>t<![CDATA[x]]><![CDATA[y]]></a></r>",
            "<r>\n  <a>\n    t\n<![CDATA[x]]><![CDATA[y]]>  </a>\n</r>",
        ),
    ] {
        check(text, wanted);
    }
}

#[test]
fn what_is_not_well_formed_is_left_alone() {
    for text in [
        "",
        "some string",
        "<a>",
        "</a>",
        "<a></b>",
        "<:a></a>",
        "<a/><b/>",
        "<a/>text",
        "<a b=1/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#+65;</a>",
        "<a>]]></a>",
        "<a>\u{1}</a>",
        "<a",
        "<a><!-- -- --></a>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY % b \"c\">]><a/>",
        "<?xml?><a/>",
        " <?xml version=\"1.0\"?><a/>",
        "<!DOCTYPE a",
        "<a><![CDATA[</a>",
        "<1/>",
        "<:a></:a>",
        "<a :b='c'/>",
        "<a><b:c/></a>",
        "<a><b:c xmlns:b='d'/><b:c/></a>",
        "<a b:c='d'/>",
        "<a xmlns:b=''/>",
        "<a xmlns:b='c'><b:c:d/></a>",
    ] {
        assert_eq!(laid_out(text), None, "{text}");
    }
    assert_eq!(
        write_xml(b"<a>\xff</a>", 2, &mut Vec::new()).unwrap(),
        Verdict::NotXml
    );
}

#[test]
fn depth_has_an_end() {
    let nested = |depth| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(laid_out(&nested(900)).is_some());
    assert_eq!(laid_out(&nested(100_000)), None);
}

#[test]
fn nothing_but_white_space_changes() {
    let words = [
        "<a>",
        "</a>",
        "<b c='1'>",
        "</b>",
        "<d/>",
        "text",
        " ",
        "\n",
        "\r\n",
        "&amp;",
        "<![CDATA[ x ]]>",
        "<!-- c -->",
        "<?p q?>",
        "\t",
    ];
    let mut random = 3_u32;
    let mut written = 0;
    for _ in 0..20_000 {
        let mut next = |below: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as usize % below
        };
        let mut text = String::from("<r>");
        let mut open = vec!["</r>"];
        for _ in 0..next(14) {
            let word = words[next(words.len())];
            match word {
                "</a>" | "</b>" => text.push_str(if open.len() > 1 {
                    open.pop().unwrap()
                } else {
                    ""
                }),
                _ => text.push_str(word),
            }
            match word {
                "<a>" => open.push("</a>"),
                "<b c='1'>" => open.push("</b>"),
                _ => {}
            }
        }
        while let Some(tag) = open.pop() {
            text.push_str(tag);
        }
        let shown = laid_out(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(
            laid_out(&shown).as_ref(),
            Some(&shown),
            "a second time: {text}"
        );
        written += 1;
        let essence = |text: &str| {
            let text: String = text.split_ascii_whitespace().collect();
            text.replace('\'', "\"")
                .replace("<a></a>", "<a/>")
                .replace("<bc=\"1\"></b>", "<bc=\"1\"/>")
                .replace("<r></r>", "<r/>")
                .replace("<a/>", "<a></a>")
                .replace("<bc=\"1\"/>", "<bc=\"1\"></b>")
                .replace("<r/>", "<r></r>")
        };
        assert_eq!(essence(&shown), essence(&text), "{text}");
    }
    assert_eq!(written, 20_000);
}
