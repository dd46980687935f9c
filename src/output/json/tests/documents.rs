//! Documents that nobody would write by hand.

/// A small generator of numbers (xorshift), so that a failing case comes again.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn space(&mut self, out: &mut String) {
        out.push_str(self.pick(&["", "", "", " ", "\n", "\t ", "\r\n"]));
    }

    fn string(&mut self, out: &mut String) {
        out.push('"');
        for _ in 0..self.below(5) {
            out.push_str(self.pick(&[
                "a",
                "b",
                "Z",
                "é",
                "😀",
                "\\n",
                "\\\"",
                "\\\\",
                "\\/",
                "\\u0041",
                "\\u0000",
                "\\ud83d\\ude00",
                "\\ud800",
                "\\udc00",
                "[{,:}]",
                "a longer piece of text",
                "\u{7f}",
                "\\u0022",
            ]));
        }
        out.push('"');
    }

    pub(super) fn value(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => out.push_str(self.pick(&[
                "0",
                "-1",
                "1.50",
                "1e9",
                "-2.5E-3",
                "123456789012345678901234567890",
            ])),
            1 => out.push_str(self.pick(&["true", "false", "null"])),
            2 | 3 => self.string(out),
            kind => {
                let (open, close) = if kind < 6 { ('[', ']') } else { ('{', '}') };
                out.push(open);
                let count = self.below(5);
                for index in 0..count {
                    self.space(out);
                    if kind >= 6 {
                        self.string(out);
                        self.space(out);
                        out.push(':');
                        self.space(out);
                    }
                    self.value(depth - 1, out);
                    self.space(out);
                    if index + 1 < count {
                        out.push(',');
                    }
                }
                self.space(out);
                out.push(close);
            }
        }
    }

    pub(super) fn document(&mut self) -> String {
        let mut out = String::new();
        self.space(&mut out);
        let depth = self.below(7);
        self.value(depth, &mut out);
        self.space(&mut out);
        out
    }
}

/// A document of some MiB in which large arrays stand in arrays and objects.
pub(super) fn large_document(random: &mut Random) -> String {
    let mut text = String::from("{\"z\":[");
    while text.len() < 2 << 20 {
        random.value(6, &mut text);
        text.push_str(", ");
    }
    text.push_str("0],\"a\":[[1],[");
    while text.len() < 5 << 20 {
        random.value(3, &mut text);
        text.push_str("\n,\t");
    }
    text.push_str("\"\"],[]]}");
    text
}
