//! Lines of output, and the white space in them.

use std::io::{self, Write};

/// Lines of which those without anything but white space are left out, and of which the last one has no end.
pub(super) struct Lines<'w> {
    out: &'w mut dyn Write,
    /// White space at the end of the present line.
    spaces: String,
    is_blank: bool,
    owes_line_end: bool,
    /// White space without a line end behind a CDATA section, and the indent that belongs there.
    gap: Option<(String, usize)>,
}

impl<'w> Lines<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Lines<'w> {
        Lines {
            out,
            spaces: String::new(),
            is_blank: true,
            owes_line_end: false,
            gap: None,
        }
    }

    pub(super) fn put(&mut self, text: &str) -> io::Result<()> {
        if std::mem::take(&mut self.owes_line_end) {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(self.spaces.as_bytes())?;
        self.spaces.clear();
        self.is_blank = false;
        self.out.write_all(text.as_bytes())
    }

    pub(super) fn space(&mut self, white: &str) {
        self.spaces.push_str(white);
    }

    /// Whether the present line holds something: behind a CDATA section, which ends no line.
    pub(super) fn has_begun(&self) -> bool {
        !self.is_blank
    }

    /// White space behind a CDATA section, where text would have this indent. As in HTTPie it ends the line, unless it is
    /// what HTTPie itself puts before the tag that follows: what was laid out once stays as it is.
    pub(super) fn gap(&mut self, white: &str, indent: usize) {
        self.gap = Some((white.to_owned(), indent));
    }

    /// Ends the line that a gap is in.
    pub(super) fn end_gap(&mut self) -> io::Result<()> {
        let Some((white, indent)) = self.gap.take() else {
            return Ok(());
        };
        let has_indent = white.len() - white.trim_start_matches(' ').len() >= indent;
        if !has_indent {
            self.spaces.extend(std::iter::repeat_n(' ', indent));
        }
        self.space(&white);
        self.end()
    }

    /// Begins a line. Behind a CDATA section one has begun; as in HTTPie the indent stands there too.
    pub(super) fn indent(&mut self, count: usize) -> io::Result<()> {
        match &self.gap {
            Some((white, _)) if white.len() == count && white.bytes().all(|byte| byte == b' ') => {
                self.gap = None;
            }
            _ => self.end_gap()?,
        }
        self.spaces.extend(std::iter::repeat_n(' ', count));
        Ok(())
    }

    /// Ends the line; white space at the end of one that has more is kept, as in HTTPie.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if !self.is_blank {
            self.out.write_all(self.spaces.as_bytes())?;
            self.owes_line_end = true;
            self.is_blank = true;
        }
        self.spaces.clear();
        Ok(())
    }
}
