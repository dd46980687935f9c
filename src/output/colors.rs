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

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    Warning,
    Error,
}

/// Writes a message in the colour of its kind: that of the style, where it tells kinds apart, else the terminal's own
/// yellow or red, as HTTPie does.
pub(crate) fn paint_alarm(alarm: Alarm, text: &[u8], style: Option<&Style>, out: &mut Vec<u8>) {
    let Some(style) = style else {
        return out.extend_from_slice(text);
    };
    let (class, usual) = match alarm {
        Alarm::Warning => (Class::Doubtful, "33"),
        Alarm::Error => (Class::Bad, "31"),
    };
    let look = match style.tells_kinds_apart() {
        true => style.attributes(class).colour_alone(),
        false => Attributes::of_word(usual),
    };
    look.paint(text, out);
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

    #[test]
    fn an_alarm_has_the_colour_of_its_kind() {
        let painted = |style: Option<&str>, alarm| {
            let mut out = Vec::new();
            let style = style.and_then(Style::named);
            paint_alarm(alarm, b"text", style.as_ref(), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(painted(None, Alarm::Error), "text");
        for (style, alarm, look) in [
            ("auto", Alarm::Error, "31"),
            ("auto", Alarm::Warning, "33"),
            ("monokai", Alarm::Error, "31"),
            ("pie", Alarm::Error, "38;5;167"),
            ("pie-light", Alarm::Warning, "38;5;172"),
        ] {
            let want = format!("\x1b[{look}mtext\x1b[0m");
            assert_eq!(painted(Some(style), alarm), want);
        }
    }
}
