//! The XML formatter: a complete document in, the document with each element, comment and instruction on a line of its own out.
//!
//! The lines are those of HTTPie (Python's minidom without its blank lines), and nothing but white space, the kind of quotes
//! and the short form of empty elements changes: references, CDATA, comments and declarations stay as they were written, which
//! HTTPie does not manage. Nothing is expanded or fetched. What is not well-formed, declares entities or is nested without
//! end is left to the caller untouched. A tokenizer walks twice, once to check and once to write; no tree is built.

use std::io::{self, BufWriter, Write};

use xmlparser::{ElementEnd, ExternalId, StrSpan, Token, Tokenizer};

/// Levels of nesting beyond which a document is not laid out; HTTPie gives up at about as many.
const MAX_DEPTH: usize = 1000;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Verdict {
    /// It was written.
    Written,
    /// It is not to be laid out: nothing was written.
    NotXml,
}

/// Writes the document `text` to `out` with so many spaces for each level.
///
/// # Errors
/// When `out` fails.
pub(crate) fn write_xml(text: &[u8], indent: usize, out: &mut dyn Write) -> io::Result<Verdict> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Ok(Verdict::NotXml);
    };
    if !is_well_formed(text) {
        return Ok(Verdict::NotXml);
    }
    let mut out = BufWriter::with_capacity(64 << 10, out);
    if text.starts_with('\u{feff}') {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut layout = Layout::new(text, indent, &mut out);
    for token in Tokenizer::from(text) {
        match token {
            Ok(token) => layout.token(token)?,
            Err(_) => break,
        }
    }
    out.flush()?;
    Ok(Verdict::Written)
}

/// What the tokenizer leaves to us of XML 1.0: tags that match, one root, attributes named once, references that exist.
fn is_well_formed(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    let (mut name, mut roots) = ("", 0);
    let (mut in_tag, mut has_external_subset) = (false, false);
    for token in Tokenizer::from(text) {
        let is_sound = match token {
            Err(_) | Ok(Token::EntityDeclaration { .. }) => false,
            Ok(Token::DtdStart { external_id, .. } | Token::EmptyDtd { external_id, .. }) => {
                has_external_subset = external_id.is_some();
                true
            }
            Ok(Token::ElementStart { prefix, local, .. }) => {
                name = qualified(prefix, local, text);
                roots += usize::from(open.is_empty());
                attributes.clear();
                in_tag = true;
                open.len() < MAX_DEPTH
            }
            Ok(Token::Attribute {
                prefix,
                local,
                value,
                ..
            }) => {
                attributes.push(qualified(prefix, local, text));
                has_sound_references(value.as_str(), has_external_subset)
            }
            Ok(Token::ElementEnd { end, .. }) => {
                in_tag = false;
                if end == ElementEnd::Open {
                    open.push(name);
                }
                match end {
                    ElementEnd::Open | ElementEnd::Empty => are_unique(&mut attributes),
                    ElementEnd::Close(prefix, local) => {
                        open.pop() == Some(qualified(prefix, local, text))
                    }
                }
            }
            Ok(Token::Text { text }) => has_sound_references(text.as_str(), has_external_subset),
            Ok(Token::ProcessingInstruction { target, .. }) => {
                !target.as_str().eq_ignore_ascii_case("xml")
            }
            Ok(_) => true,
        };
        if !is_sound {
            return false;
        }
    }
    // The tokenizer takes an end of the text within a tag for an end.
    open.is_empty() && roots == 1 && !in_tag
}

/// A name with its prefix, as it stands in the document.
fn qualified<'t>(prefix: StrSpan<'t>, local: StrSpan<'t>, text: &'t str) -> &'t str {
    let start = match prefix.is_empty() {
        // A name may begin with a colon, which the tokenizer takes for the end of an empty prefix.
        true => local.start() - usize::from(text[..local.start()].ends_with(':')),
        false => prefix.start(),
    };
    &text[start..local.end()]
}

fn are_unique(names: &mut [&str]) -> bool {
    names.sort_unstable();
    names.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether every `&` begins a reference: to a character, to one of the five entities that are always there, or to one that
/// may be declared in a file that we do not read.
fn has_sound_references(text: &str, has_external_subset: bool) -> bool {
    text.split('&').skip(1).all(|rest| {
        let Some((name, _)) = rest.split_once(';') else {
            return false;
        };
        let number = match name.strip_prefix('#') {
            Some(digits) => digits
                .strip_prefix('x')
                .map_or(digits.parse(), |digits| u32::from_str_radix(digits, 16)),
            None => {
                let is_known = matches!(name, "amp" | "lt" | "gt" | "quot" | "apos");
                return is_known || has_external_subset && is_name(name);
            }
        };
        let is_digits = name.bytes().all(|byte| byte != b'+');
        let character = number.ok().and_then(char::from_u32);
        is_digits
            && character.is_some_and(|character| character >= ' ' || "\t\n\r".contains(character))
    })
}

fn is_name(text: &str) -> bool {
    let is_part = |character: char| {
        character.is_alphanumeric() || "_:-.".contains(character) || character > '\u{b6}'
    };
    let starts_name = |character: char| is_part(character) && !"-.".contains(character);
    text.starts_with(|first: char| starts_name(first) && !first.is_ascii_digit())
        && text.chars().all(is_part)
}

/// What an open element holds so far.
#[derive(Clone, Copy)]
enum Content<'t> {
    /// Nothing: it may still be written as `<a/>`. Its start tag lacks the `>`.
    Nothing,
    /// One text or CDATA section, which stays in the line if nothing comes beside it.
    Text(Piece<'t>),
    /// Things that stand on lines of their own.
    Lines,
}

#[derive(Clone, Copy)]
enum Piece<'t> {
    Characters(&'t str),
    Cdata(&'t str),
}

/// Writes tokens of a well-formed document on lines.
struct Layout<'t, 'w> {
    text: &'t str,
    indent: usize,
    lines: Lines<'w>,
    open: Vec<Content<'t>>,
    keeps_space: KeepsSpace,
}

/// Where `xml:space="preserve"` (XML 1.0, section 2.10) stands.
enum KeepsSpace {
    No,
    /// On the element whose start tag is being read.
    Here,
    /// On the element open at this depth, whose content begins at this offset.
    Below {
        depth: usize,
        start: usize,
    },
}

impl<'t, 'w> Layout<'t, 'w> {
    fn new(text: &'t str, indent: usize, out: &'w mut dyn Write) -> Layout<'t, 'w> {
        Layout {
            text,
            indent,
            lines: Lines::new(out),
            open: Vec::new(),
            keeps_space: KeepsSpace::No,
        }
    }

    fn token(&mut self, token: Token<'t>) -> io::Result<()> {
        if let KeepsSpace::Below { depth, start } = self.keeps_space {
            return self.preserved(token, depth, start);
        }
        match token {
            Token::Declaration { span, .. }
            | Token::ProcessingInstruction { span, .. }
            | Token::Comment { span, .. } => self.line(span.as_str()),
            Token::DtdStart {
                name,
                external_id,
                span,
            } => {
                self.doctype(name.as_str(), external_id)?;
                // The internal subset comes as it is, with the end of the token that closes it.
                self.keeps_space = KeepsSpace::Below {
                    depth: 0,
                    start: span.end(),
                };
                self.lines.put(" [")
            }
            Token::EmptyDtd {
                name, external_id, ..
            } => {
                self.doctype(name.as_str(), external_id)?;
                self.lines.put(">")?;
                self.lines.end()
            }
            Token::ElementStart { prefix, local, .. } => {
                self.begin_line()?;
                self.lines.put("<")?;
                self.lines.put(qualified(prefix, local, self.text))?;
                self.open.push(Content::Nothing);
                Ok(())
            }
            Token::Attribute {
                prefix,
                local,
                value,
                ..
            } => self.attribute(qualified(prefix, local, self.text), value.as_str()),
            Token::ElementEnd { end, span } => self.element_end(end, span),
            Token::Text { text } => self.piece(Piece::Characters(text.as_str())),
            Token::Cdata { span, .. } => self.piece(Piece::Cdata(span.as_str())),
            Token::DtdEnd { .. } | Token::EntityDeclaration { .. } => Ok(()),
        }
    }

    /// Waits for the end of what is copied as it is.
    fn preserved(&mut self, token: Token<'t>, depth: usize, start: usize) -> io::Result<()> {
        let end = match token {
            Token::DtdEnd { span } => span,
            Token::ElementEnd {
                end: ElementEnd::Open,
                ..
            } => {
                self.open.push(Content::Lines);
                return Ok(());
            }
            Token::ElementEnd {
                end: ElementEnd::Close(..),
                span,
            } => {
                self.open.pop();
                span
            }
            _ => return Ok(()),
        };
        if self.open.len() < depth || depth == 0 {
            self.lines.put(&self.text[start..end.end()])?;
            self.lines.end()?;
            self.keeps_space = KeepsSpace::No;
        }
        Ok(())
    }

    /// As in HTTPie each identifier has a line.
    fn doctype(&mut self, name: &str, external_id: Option<ExternalId<'_>>) -> io::Result<()> {
        self.begin_line()?;
        self.lines.put("<!DOCTYPE ")?;
        self.lines.put(name)?;
        let (keyword, identifiers) = match external_id {
            None => return Ok(()),
            Some(ExternalId::System(system)) => ("SYSTEM ", [Some(system), None]),
            Some(ExternalId::Public(public, system)) => ("PUBLIC ", [Some(public), Some(system)]),
        };
        for (index, identifier) in identifiers.into_iter().flatten().enumerate() {
            let quote = if identifier.as_str().contains('\'') {
                "\""
            } else {
                "'"
            };
            self.lines.end()?;
            self.lines.space("  ");
            for part in [
                if index == 0 { keyword } else { "" },
                quote,
                &identifier,
                quote,
            ] {
                self.lines.put(part)?;
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) -> io::Result<()> {
        if name == "xml:space" && value == "preserve" {
            self.keeps_space = KeepsSpace::Here;
        }
        let quote = if value.contains('"') { "'" } else { "\"" };
        for part in [" ", name, "=", quote, value, quote] {
            self.lines.put(part)?;
        }
        Ok(())
    }

    fn element_end(&mut self, end: ElementEnd<'t>, span: StrSpan<'t>) -> io::Result<()> {
        let is_kept = matches!(self.keeps_space, KeepsSpace::Here);
        if is_kept {
            self.keeps_space = KeepsSpace::No;
        }
        let ElementEnd::Close(prefix, local) = end else {
            if end == ElementEnd::Empty {
                self.open.pop();
                self.lines.put("/>")?;
                self.lines.end()?;
            } else if is_kept {
                self.lines.put(">")?;
                self.keeps_space = KeepsSpace::Below {
                    depth: self.open.len(),
                    start: span.end(),
                };
            }
            return Ok(());
        };
        match self.open.pop() {
            None | Some(Content::Nothing) => self.lines.put("/>")?,
            Some(content) => {
                match content {
                    Content::Text(Piece::Characters(text) | Piece::Cdata(text)) => {
                        self.lines.put(">")?;
                        self.lines.put(text)?;
                    }
                    _ => self.lines.indent(self.open.len() * self.indent),
                }
                self.lines.put("</")?;
                self.lines.put(qualified(prefix, local, self.text))?;
                self.lines.put(">")?;
            }
        }
        self.lines.end()
    }

    fn piece(&mut self, piece: Piece<'t>) -> io::Result<()> {
        match self.open.last_mut() {
            Some(content @ Content::Nothing) => {
                *content = Content::Text(piece);
                Ok(())
            }
            _ => {
                self.make_lines()?;
                self.put_piece(piece)
            }
        }
    }

    /// A comment or an instruction.
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.begin_line()?;
        self.lines.put(text)?;
        self.lines.end()
    }

    fn begin_line(&mut self) -> io::Result<()> {
        self.make_lines()?;
        self.lines.indent(self.open.len() * self.indent);
        Ok(())
    }

    /// Gives what stands in the open element lines of its own.
    fn make_lines(&mut self) -> io::Result<()> {
        let Some(content) = self.open.last_mut() else {
            return Ok(());
        };
        match std::mem::replace(content, Content::Lines) {
            Content::Lines => Ok(()),
            Content::Nothing => self.end_start_tag(),
            Content::Text(piece) => {
                self.end_start_tag()?;
                self.put_piece(piece)
            }
        }
    }

    fn end_start_tag(&mut self) -> io::Result<()> {
        self.lines.put(">")?;
        self.lines.end()
    }

    /// Text beside elements. A CDATA section goes without white space around it, as in HTTPie.
    fn put_piece(&mut self, piece: Piece<'t>) -> io::Result<()> {
        let text = match piece {
            Piece::Cdata(text) => return self.lines.put(text),
            Piece::Characters(text) => text,
        };
        self.lines.indent(self.open.len() * self.indent);
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                self.lines.end()?;
            }
            // Each is a line end of its own (XML 1.0, section 2.11), and so makes an empty line.
            let part = part.trim_end_matches('\r');
            let white = [' ', '\t', '\r'];
            let (before, words) = part.split_at(part.len() - part.trim_start_matches(white).len());
            let (words, after) = words.split_at(words.trim_end_matches(white).len());
            self.lines.space(before);
            if !words.is_empty() {
                self.lines.put(words)?;
            }
            self.lines.space(after);
        }
        self.lines.end()
    }
}

/// Lines of which those without anything but white space are left out, and of which the last one has no end.
struct Lines<'w> {
    out: &'w mut dyn Write,
    /// White space at the end of the present line.
    spaces: String,
    is_blank: bool,
    owes_line_end: bool,
}

impl<'w> Lines<'w> {
    fn new(out: &'w mut dyn Write) -> Lines<'w> {
        Lines {
            out,
            spaces: String::new(),
            is_blank: true,
            owes_line_end: false,
        }
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        if std::mem::take(&mut self.owes_line_end) {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(self.spaces.as_bytes())?;
        self.spaces.clear();
        self.is_blank = false;
        self.out.write_all(text.as_bytes())
    }

    fn space(&mut self, white: &str) {
        self.spaces.push_str(white);
    }

    /// Begins a line. Behind a CDATA section one has begun: HTTPie indents there too, and so again each time.
    fn indent(&mut self, count: usize) {
        if self.is_blank {
            self.spaces.extend(std::iter::repeat_n(' ', count));
        }
    }

    /// Ends the line; white space at the end of one that has more is kept, as in HTTPie.
    fn end(&mut self) -> io::Result<()> {
        if !self.is_blank {
            self.out.write_all(self.spaces.as_bytes())?;
            self.owes_line_end = true;
            self.is_blank = true;
        }
        self.spaces.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
        check("<:a :b='c'> </:a >", "<:a :b=\"c\"> </:a>");
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
            "<a>\n<![CDATA[x]]><b/><![CDATA[y]]></a>",
            "<a>\n<![CDATA[x]]><b/>\n<![CDATA[y]]></a>",
        );
        check(
            "<a>\n<![CDATA[ x\n]]>   y\n</a>",
            "<a>\n<![CDATA[ x\n]]>   y\n</a>",
        );
        check("<a xml:space=\"preserve\"/>", "<a xml:space=\"preserve\"/>");
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
}
