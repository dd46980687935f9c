//! XML, laid out as HTTPie lays it out and otherwise untouched.

use crate::support::{Answer, Program, Server, TempFolder};

const RAW: &str = "<?xml version='1.0'?><!-- notes --><shelf xmlns='urn:s'><book id='1'>One &amp; two</book><empty></empty>loose<book><![CDATA[<x>]]></book></shelf>";
const FORMATTED: &str = "<?xml version='1.0'?>
<!-- notes -->
<shelf xmlns=\"urn:s\">
  <book id=\"1\">One &amp; two</book>
  <empty/>
  loose
  <book><![CDATA[<x>]]></book>
</shelf>";

/// What is printed of a body of this type.
fn shown(body: &str, content_type: &str, args: &[&str]) -> String {
    let (body, content_type) = (body.to_owned(), content_type.to_owned());
    let server = Server::start(move |_| {
        Answer::ok(body.clone()).header("Content-Type", content_type.as_str())
    });
    let folder = TempFolder::new();
    let program = Program::http(&folder)
        .args(["--body", "--pretty=format"])
        .args(args);
    program.arg(server.url("/")).run_well().stdout_text()
}

#[test]
fn xml_is_laid_out_under_all_its_types() {
    for content_type in [
        "application/xml",
        "text/xml; charset=utf-8",
        "application/rss+xml",
        "image/svg+xml",
        "APPLICATION/XHTML+XML",
    ] {
        assert_eq!(shown(RAW, content_type, &[]), FORMATTED, "{content_type}");
    }
    for content_type in ["text/html", "text/plain", "application/octet-stream", ""] {
        assert_eq!(shown(RAW, content_type, &[]), RAW, "{content_type}");
    }
}

#[test]
fn the_layout_can_be_tuned_and_switched_off() {
    let wide = FORMATTED.replace("\n  ", "\n      ");
    assert_eq!(
        shown(RAW, "text/xml", &["--format-options=xml.indent:6"]),
        wide
    );
    let flat = FORMATTED.replace("\n  ", "\n");
    assert_eq!(
        shown(RAW, "text/xml", &["--format-options=xml.indent:0"]),
        flat
    );
    assert_eq!(
        shown(RAW, "text/xml", &["--format-options=xml.format:false"]),
        RAW
    );
    assert_eq!(shown(RAW, "text/xml", &["--pretty=none"]), RAW);
}

#[test]
fn unsafe_and_invalid_documents_come_out_untouched() {
    let deep = "<a>".repeat(200_000);
    for document in [
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a> <b>&b;</b></a>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a> <b>&b;</b></a>",
        "<a> <b></a>",
        "<a> <b/>&undeclared;</a>",
        "no xml\n at all ",
        "",
        &deep,
    ] {
        let output = shown(document, "application/xml", &[]);
        assert!(
            output == document,
            "{}",
            &document[..document.len().min(80)]
        );
    }
}

#[test]
fn requests_are_laid_out_too() {
    let folder = TempFolder::new();
    let program = Program::http(&folder).args([
        "--offline",
        "--print=B",
        "--pretty=format",
        "--raw=<a><b/></a>",
        "pie.dev",
        "Content-Type: text/xml",
    ]);
    assert_eq!(program.run_well().stdout_text(), "<a>\n  <b/>\n</a>");
}
