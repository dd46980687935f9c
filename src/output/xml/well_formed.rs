//! Whether a text is an XML document that may be laid out: what the tokenizer leaves to us of XML 1.0, a bound on nesting, and
//! no declared entities. Text in, yes or no out.

use xmlparser::{ElementEnd, Token, Tokenizer};

use super::qualified;

/// Levels of nesting beyond which a document is not laid out; HTTPie gives up at about as many.
const MAX_DEPTH: usize = 1000;

/// Prefixes in scope beyond which a document is not laid out, so that looking one up costs little.
const MAX_PREFIXES: usize = 256;

/// Tags that match, one root, attributes named once, prefixes and references that exist.
pub(super) fn is_well_formed(text: &str) -> bool {
    let mut document = Document::new(text);
    for token in Tokenizer::from(text) {
        if !token.is_ok_and(|token| document.goes_on_with(token)) {
            return false;
        }
    }
    // The tokenizer takes an end of the text within a tag for an end.
    document.open.is_empty() && document.roots == 1 && !document.is_in_tag
}

/// A document as far as it was read.
struct Document<'t> {
    text: &'t str,
    open: Vec<Open<'t>>,
    /// The start tag that was read last.
    tag: Tag<'t>,
    is_in_tag: bool,
    /// The prefixes in scope.
    prefixes: Vec<&'t str>,
    roots: usize,
    has_external_subset: bool,
}

impl<'t> Document<'t> {
    fn new(text: &'t str) -> Document<'t> {
        Document {
            text,
            open: Vec::new(),
            tag: Tag::default(),
            is_in_tag: false,
            prefixes: Vec::new(),
            roots: 0,
            has_external_subset: false,
        }
    }

    /// Takes a token, if it may stand here.
    fn goes_on_with(&mut self, token: Token<'t>) -> bool {
        match token {
            Token::EntityDeclaration { .. } => false,
            Token::DtdStart { external_id, .. } | Token::EmptyDtd { external_id, .. } => {
                self.has_external_subset = external_id.is_some();
                true
            }
            Token::ElementStart { prefix, local, .. } => {
                self.roots += usize::from(self.open.is_empty());
                self.is_in_tag = true;
                self.tag.begin(qualified(prefix, local, self.text));
                self.open.len() < MAX_DEPTH
            }
            Token::Attribute {
                prefix,
                local,
                value,
                ..
            } => {
                let name = qualified(prefix, local, self.text);
                self.tag.attributes.push(name);
                self.tag.values.push(value.as_str());
                has_sound_references(value.as_str(), self.has_external_subset)
            }
            Token::ElementEnd { end, .. } => self.end_tag(end),
            Token::Text { text } => has_sound_references(text.as_str(), self.has_external_subset),
            Token::ProcessingInstruction { target, .. } => {
                !target.as_str().eq_ignore_ascii_case("xml")
            }
            _ => true,
        }
    }

    fn end_tag(&mut self, end: ElementEnd<'t>) -> bool {
        self.is_in_tag = false;
        let outer = self.prefixes.len();
        match end {
            ElementEnd::Open => {
                let name = self.tag.name;
                self.open.push(Open { name, outer });
                self.tag.is_sound(&mut self.prefixes)
            }
            ElementEnd::Empty => {
                let is_sound = self.tag.is_sound(&mut self.prefixes);
                self.prefixes.truncate(outer);
                is_sound
            }
            ElementEnd::Close(prefix, local) => self.open.pop().is_some_and(|element| {
                self.prefixes.truncate(element.outer);
                element.name == qualified(prefix, local, self.text)
            }),
        }
    }
}

/// An element that is open.
struct Open<'t> {
    name: &'t str,
    /// How many prefixes were in scope around it.
    outer: usize,
}

/// A start tag.
#[derive(Default)]
struct Tag<'t> {
    name: &'t str,
    attributes: Vec<&'t str>,
    /// In the order of their attributes.
    values: Vec<&'t str>,
}

impl<'t> Tag<'t> {
    fn begin(&mut self, name: &'t str) {
        self.name = name;
        self.attributes.clear();
        self.values.clear();
    }

    /// Whether its attributes differ and its prefixes are declared (Namespaces in XML 1.0, section 5). Its declarations
    /// come into scope.
    fn is_sound(&mut self, prefixes: &mut Vec<&'t str>) -> bool {
        for (name, value) in self.attributes.iter().zip(&self.values) {
            match name.strip_prefix("xmlns:") {
                // Neither can be declared anew, and no prefix can be taken back (section 3).
                Some(prefix) if value.is_empty() || matches!(prefix, "xml" | "xmlns" | "") => {
                    return false;
                }
                Some(prefix) => prefixes.push(prefix),
                None => {}
            }
        }
        let is_declared = |name: &str| match name.split_once(':') {
            None | Some(("xml", _)) => true,
            Some((prefix, local)) => {
                !local.is_empty() && !local.contains(':') && prefixes.contains(&prefix)
            }
        };
        let mut names = self.attributes.iter();
        let are_declared = names.all(|name| name.starts_with("xmlns:") || is_declared(name));
        are_declared
            && is_declared(self.name)
            && prefixes.len() <= MAX_PREFIXES
            && are_unique(&mut self.attributes)
    }
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
