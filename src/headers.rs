//! An ordered list of header fields that keeps what HTTP lets pass through: the case of names, the order of fields,
//! several fields of one name, and the exact bytes of values.
//!
//! Names are compared without regard to ASCII case (RFC 9110, section 5.1). Nothing here knows which headers mean what.

use std::fmt;

/// One header field: a name and a value, both as they were typed or received.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: Vec<u8>,
    value: Vec<u8>,
}

impl Header {
    /// A field with this name and value, taken as they are.
    pub fn new(name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Header {
        Header {
            name: name.into(),
            value: value.into(),
        }
    }

    /// The name, in its own case.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The value, without the white space around it.
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// Whether this field has the given name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// Shows the name only: values are often secrets.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ***", String::from_utf8_lossy(&self.name))
    }
}

/// Whether a byte could end a line of a head, or is no text at all (RFC 9110, section 5.5): a tab is text.
pub(crate) fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7F
}

/// The white space that may stand around the parts of a value (RFC 9110, section 5.6.3). A form feed or a space of Unicode
/// is none: who takes it for one reads another message than whoever stands between us and the server.
pub(crate) const OPTIONAL_SPACE: [char; 2] = [' ', '\t'];

/// Without the optional white space around it.
pub(crate) fn without_optional_space(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// An ordered list of header fields.
///
/// ```
/// let mut headers = httpie::Headers::new();
/// headers.append("X-Tag", "one");
/// headers.append("x-tag", "two");
/// assert_eq!(headers.get("X-TAG"), Some(&b"one"[..]));
/// assert_eq!(headers.get_all("X-Tag").count(), 2);
/// headers.set("X-Tag", "three");
/// assert_eq!(headers.len(), 1);
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<Header>,
}

impl Headers {
    /// An empty list.
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds a field at the end, beside any of the same name.
    pub fn append(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.fields.push(Header::new(name, value));
    }

    /// Makes this the only field of its name: it takes the place of the first one, or goes to the end.
    pub fn set(&mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let header = Header::new(name, value);
        let same = |other: &Header| other.name.eq_ignore_ascii_case(&header.name);
        match self.fields.iter().position(same) {
            None => self.fields.push(header),
            Some(first) => {
                let mut index = 0;
                self.fields.retain(|other| {
                    index += 1;
                    index - 1 <= first || !other.name.eq_ignore_ascii_case(&header.name)
                });
                self.fields[first] = header;
            }
        }
    }

    /// Removes every field of this name; tells whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.fields.len();
        self.fields.retain(|field| !field.is(name));
        self.fields.len() != before
    }

    /// Keeps only the fields for which `keep` answers true.
    pub fn retain(&mut self, keep: impl FnMut(&Header) -> bool) {
        self.fields.retain(keep);
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.fields
            .iter()
            .find(|field| field.is(name))
            .map(|field| field.value.as_slice())
    }

    /// The value of the first field of this name, where it is valid UTF-8.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.get(name)
            .and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The values of all fields of this name, in their order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> + 'a {
        self.fields
            .iter()
            .filter(move |field| field.is(name))
            .map(|field| field.value.as_slice())
    }

    /// Whether there is a field of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.is(name))
    }

    /// All fields, in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Header> {
        self.fields.iter()
    }

    /// The number of fields; a name that stands twice counts twice.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// Shows names only: values are often secrets.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.fields).finish()
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = &'a Header;
    type IntoIter = std::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.iter()
    }
}

impl FromIterator<Header> for Headers {
    fn from_iter<I: IntoIterator<Item = Header>>(fields: I) -> Headers {
        Headers {
            fields: fields.into_iter().collect(),
        }
    }
}

impl Extend<Header> for Headers {
    fn extend<I: IntoIterator<Item = Header>>(&mut self, fields: I) {
        self.fields.extend(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_takes_the_place_of_the_first_and_removes_the_others() {
        let mut headers = Headers::new();
        for (name, value) in [("A", "1"), ("x", "2"), ("B", "3"), ("X", "4")] {
            headers.append(name, value);
        }
        headers.set("X", "5");
        let all: Vec<_> = headers
            .iter()
            .map(|h| (h.name().to_vec(), h.value().to_vec()))
            .collect();
        let want = [("A", "1"), ("X", "5"), ("B", "3")]
            .map(|(n, v)| (n.as_bytes().to_vec(), v.as_bytes().to_vec()));
        assert_eq!(all, want);
    }

    #[test]
    fn only_spaces_and_tabs_are_optional_space() {
        assert_eq!(without_optional_space(b" \t a b\t "), b"a b");
        assert_eq!(without_optional_space(b"\x0b a\x0c"), b"\x0b a\x0c");
        assert_eq!(without_optional_space(b" \t"), b"");
    }

    #[test]
    fn debug_output_shows_no_value() {
        let mut headers = Headers::new();
        headers.append("Authorization", "Bearer secret");
        assert!(!format!("{headers:?}").contains("secret"));
    }
}
