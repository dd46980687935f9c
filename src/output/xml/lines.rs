//! Lines of output, and the white space in them.

use std::io::{self, Write};

/// Lines of which those without anything but white space are left out, and of which the last one has no end.
pub(super) struct Lines<'w> {
    out: &'w mut dyn Write,
    /// White space at the end of the present line.
    spaces: String,
    is_blank: bool,
    owes_line_end: bool,
}

impl<'w> Lines<'w> {
    pub(super) fn new(out: &'w mut dyn Write) -> Lines<'w> {
        Lines {
            out,
            spaces: String::new(),
            is_blank: true,
            owes_line_end: false,
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

    /// Begins a line. Behind a CDATA section one has begun: HTTPie indents there too, and so again each time.
    pub(super) fn indent(&mut self, count: usize) {
        if self.is_blank {
            self.spaces.extend(std::iter::repeat_n(' ', count));
        }
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
