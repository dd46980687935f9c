//! Colours on a terminal: a [`Brush`] puts the control sequences between pieces of text, and only where the look changes.

use super::styles::{Attributes, Class, Style};

/// Writes pieces of text in the colours of a style, or without a style in none.
pub(crate) struct Brush<'s> {
    style: Option<&'s Style>,
    look: Attributes,
}

impl<'s> Brush<'s> {
    /// A brush that has not written anything yet.
    pub(crate) fn new(style: Option<&'s Style>) -> Brush<'s> {
        Brush {
            style,
            look: Attributes::NONE,
        }
    }

    /// Whether it has colours.
    pub(crate) fn is_coloured(&self) -> bool {
        self.style.is_some()
    }

    /// The style, if it tells kinds of methods, codes and times apart.
    pub(crate) fn tells_kinds_apart(&self) -> bool {
        self.style.is_some_and(Style::tells_kinds_apart)
    }

    /// Writes a piece of text.
    pub(crate) fn paint(&mut self, class: Class, text: &[u8], out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        if let Some(style) = self.style {
            self.turn_to(style.attributes(class), out);
        }
        out.extend_from_slice(text);
    }

    /// Writes text in the terminal's own colour: line ends, and what is no token.
    pub(crate) fn plain(&mut self, text: &[u8], out: &mut Vec<u8>) {
        self.turn_to(Attributes::NONE, out);
        out.extend_from_slice(text);
    }

    fn turn_to(&mut self, look: Attributes, out: &mut Vec<u8>) {
        self.look.change_to(look, out);
        self.look = look;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brush_writes_a_sequence_only_where_the_look_changes() {
        let style = Style::named("auto").unwrap();
        let mut brush = Brush::new(Some(&style));
        let mut out = Vec::new();
        brush.paint(Class::Protocol, b"HTTP", &mut out);
        brush.paint(Class::Number, b"1.1", &mut out);
        brush.paint(Class::Operator, b"/", &mut out);
        brush.plain(b"\n", &mut out);
        assert_eq!(out, b"\x1b[34mHTTP1.1\x1b[0m/\n");
        let mut out = Vec::new();
        Brush::new(None).paint(Class::Protocol, b"HTTP", &mut out);
        assert_eq!(out, b"HTTP");
    }
}
