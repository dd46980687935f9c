//! The colour styles of `--style`: for each of HTTPie's names, which colour each kind of token has.
//!
//! A style is a row of terminal attributes (SGR parameters), as HTTPie shows them on a 256-colour terminal; `auto` uses the
//! sixteen colours of the terminal itself. Nothing here writes anything.

/// What a piece of output is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Class {
    /// A method without a colour of its own.
    Method,
    /// The request target.
    Target,
    /// The letters `HTTP`.
    Protocol,
    /// The slash of the protocol and the colon of a header.
    Operator,
    /// The protocol version, a status code, a measured time.
    Number,
    /// A reason phrase.
    Reason,
    /// The name of a header.
    HeaderName,
    /// The value of a header.
    HeaderValue,
    /// A JSON string.
    String,
    /// The name of a JSON member.
    Key,
    /// JSON's brackets, commas and colons.
    Punctuation,
    /// A JSON number.
    JsonNumber,
    /// `true`, `false`, `null`.
    Constant,
    /// The name of a measured thing (`Elapsed time`).
    MetaName,
    /// The unit of a measured thing.
    MetaUnit,
    /// In styles that tell kinds apart: 1xx.
    Notice,
    /// 2xx, GET and HEAD, a fast answer.
    Good,
    /// 3xx, POST.
    Other,
    /// 4xx, PUT and PATCH.
    Doubtful,
    /// 5xx, DELETE, a very slow answer.
    Bad,
}

/// Classes that every style has; the others stand only in styles that tell kinds apart.
const COMMON: usize = 15;
const CLASSES: usize = 20;

/// The attributes of every class; nothing for the terminal's own colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    name: &'static str,
    attributes: [&'static str; CLASSES],
    tells_kinds_apart: bool,
}

impl Style {
    /// The style of this name, where HTTPie has one.
    pub(crate) fn named(name: &str) -> Option<Style> {
        let (name, row) = STYLES.iter().find(|(known, _)| *known == name)?;
        let mut style = Style {
            name,
            attributes: [""; CLASSES],
            tells_kinds_apart: false,
        };
        for (index, word) in row.split(' ').enumerate().take(CLASSES) {
            style.tells_kinds_apart |= index >= COMMON;
            style.attributes[index] = Attributes::of_word(word).0;
        }
        Some(style)
    }

    /// The name by which it is known.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// Whether methods, status codes and times have a colour by their kind.
    pub(crate) fn tells_kinds_apart(&self) -> bool {
        self.tells_kinds_apart
    }

    /// The attributes of a class.
    pub(super) fn attributes(&self, class: Class) -> Attributes {
        Attributes(self.attributes[class as usize])
    }
}

/// Parameters of the control sequence "select graphic rendition" (ECMA-48, 8.3.117); empty for the terminal's own look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attributes(&'static str);

impl Attributes {
    /// The terminal's own look.
    pub(super) const NONE: Attributes = Attributes("");

    /// What a word of a table means.
    pub(super) fn of_word(word: &'static str) -> Attributes {
        Attributes(if word == "-" { "" } else { word })
    }

    /// Whether there is nothing more to them than a foreground colour, which another such colour replaces whole.
    pub(super) fn is_foreground(self) -> bool {
        // Boldness, italics and underlining (01, 03, 04) stay beside the next colour.
        !self.0.is_empty() && !self.0.contains(';') && !self.0.starts_with('0')
    }

    /// The first of them: a foreground colour without boldness.
    pub(super) fn colour_alone(self) -> Attributes {
        Attributes(self.0.split(';').next().unwrap_or_default())
    }

    /// Appends a text that alone looks like this.
    pub(super) fn paint(self, text: &[u8], out: &mut Vec<u8>) {
        Attributes::NONE.change_to(self, out);
        out.extend_from_slice(text);
        self.change_to(Attributes::NONE, out);
    }

    /// Appends what ends these attributes, and then what begins others: one sequence for each, as HTTPie writes them in
    /// the sixteen colours of a terminal.
    pub(super) fn end_and_begin(self, next: Attributes, out: &mut Vec<u8>) {
        if self == next {
            return;
        }
        if !self.0.is_empty() {
            out.extend_from_slice(b"\x1b[39;49;00m");
        }
        for parameter in next.0.split(';').filter(|parameter| !parameter.is_empty()) {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(parameter.as_bytes());
            out.push(b'm');
        }
    }

    /// Appends the control sequence that leads from these attributes to others; nothing between like ones.
    pub(super) fn change_to(self, next: Attributes, out: &mut Vec<u8>) {
        if self == next {
            return;
        }
        let reset = self.0.is_empty() || self.is_foreground() && next.is_foreground();
        out.extend_from_slice(match (reset, next.0.is_empty()) {
            (_, true) => b"\x1b[0",
            (true, false) => b"\x1b[",
            (false, false) => b"\x1b[0;",
        });
        match next.0.strip_prefix('~') {
            Some(palette) => {
                out.extend_from_slice(b"38;5;");
                out.extend_from_slice(palette.as_bytes());
            }
            None => out.extend_from_slice(next.0.as_bytes()),
        }
        out.push(b'm');
    }
}

/// Names and rows, in the order of [`Class`]; `-` is the terminal's own colour, `~N` is colour N of the 256 (`38;5;N`).
#[rustfmt::skip] // One style, one line.
static STYLES: [(&str, &str); 55] = [
    ("abap", "~0 ~0 ~21 - ~75 ~75 ~0 ~70 ~70 ~0 - ~75 ~21 ~0 ~0"),
    ("algol", "~241;01;03 ~241;01;03 01;04 - - - - ~241;03 ~241;03 - - - 01;04 - 01;03"),
    ("algol_nu", "~241;01;03 ~241;01;03 01 - - - - ~241;03 ~241;03 - - - 01 - 01;03"),
    ("arduino", "~166 ~239 ~31 ~64 ~101 ~101 ~239 ~102 ~102 ~239 - ~101 ~31 ~239 ~64"),
    ("auto", "32 04;36 34 - 34 36 36 - 33 94 - 34 34 90 36"),
    ("autumn", "~34 ~37;04 ~19 - ~30 ~30 ~33 ~130 ~130 ~33;01 - ~30 ~19 ~102 ~37"),
    ("borland", "- - ~18;01 - ~21 ~21 ~9 ~21 ~21 ~18;01 - ~21 ~18;01 - -"),
    ("bw", "- 01 01 - - - - 03 03 01 - - 01 - -"),
    ("coffee", "~223 ~187 ~132 ~102 ~109 ~109 ~187 ~180 ~180 ~109 ~187 ~109 ~95 ~223 ~187"),
    ("colorful", "~25;01 ~31;01 ~28;01 ~236 ~57;01 ~57;01 ~20 48;5;255 48;5;255 ~28 - ~20;01 ~28;01 ~240;01 ~22"),
    ("default", "~21 ~21;01 ~28;01 ~241 ~241 ~241 ~64 ~124 ~124 ~28;01 - ~241 ~28;01 ~129 ~28"),
    ("dracula", "~84 ~255 ~212 ~212 ~215 ~215 ~84 ~141 ~141 ~212 ~255 ~215 ~212 ~255 ~117;03"),
    ("emacs", "~34 ~21;01 ~129;01 ~241 ~241 ~241 ~131 ~131 ~131 ~28;01 - ~241 ~129;01 ~129 ~129"),
    ("friendly", "~18 ~31;01 ~22;01 ~241 ~71 ~71 ~61 ~61 ~61 ~17;01 - ~71 ~22;01 ~240;01 ~22"),
    ("friendly_grayscale", "~237 ~8;01 ~240;01 ~241 ~102 ~102 ~242 ~242 ~242 ~237;01 - ~102 ~240;01 ~240;01 ~240"),
    ("fruity", "~198;01 ~15 ~202;01 ~15 ~33;01 ~33;01 ~198;01 ~32 ~32 ~202;01 ~15 ~33;01 ~202;01 ~15 ~15"),
    ("github-dark", "~183;01 ~209 ~209 ~209;01 ~153 ~153 ~255 ~153 ~153 ~114 ~255 ~153 ~111 ~183;01 ~255"),
    ("gruvbox-dark", "~108 ~108 ~203 ~253 ~174 ~174 ~214 ~142 ~142 ~108 ~253 ~174 ~203 ~203 ~208"),
    ("gruvbox-light", "~65 ~65 ~124 - ~95 ~95 ~136 ~100 ~100 ~65 - ~95 ~124 ~124 ~130"),
    ("igor", "~130 - ~21 - - - - ~34 ~34 - - - ~21 ~163 -"),
    ("inkpot", "~140 ~9 ~105 ~241 ~215 ~215 ~181 ~222;48;5;238 ~222;48;5;238 ~181 ~181 ~215 ~105 ~66 ~105"),
    ("lightbulb", "~221 ~252 ~215 ~215 ~183 ~183 ~221 ~192 ~192 ~80 ~252 ~183 ~215 ~103;01;03 ~221"),
    ("lilypond", "- - 01 - ~94 ~94 - ~124 ~124 - - ~94 01 - -"),
    ("lovelace", "~95 ~29 ~25 ~241 ~238 ~238 ~65 ~131 ~131 ~25 ~102 ~238 ~238;03 ~24 ~65"),
    ("manni", "~165 ~45;01 ~24;01 ~240 ~202 ~202 ~54 ~166 ~166 ~54;01 - ~202 ~24;01 ~105 ~240"),
    ("material", "~111 ~221 ~139 ~117 ~209 ~209 ~139 ~150 ~150 ~203 ~117 ~209 ~117 ~111 ~111"),
    ("monokai", "~148 ~255 ~81 ~204 ~141 ~141 ~148 ~186 ~186 ~204 ~255 ~141 ~81 ~148 ~148"),
    ("murphy", "~86;01 ~31;01 ~30;01 ~236 ~57;01 ~57;01 ~18 48;5;189 48;5;189 ~28 - ~63;01 ~30;01 ~240;01 ~28"),
    ("native", "~75 ~75;04 ~70;01 ~252 ~75 ~75 ~250 ~214 ~214 ~70;01 ~252 ~75 ~70;01 ~214 ~38"),
    ("night-owl", "~111 ~254 ~176;03 ~116 ~209 ~209 ~222 ~149 ~149 ~210 ~254 ~209 ~176;03 ~111 ~116"),
    ("nord", "~110 ~109 ~109;01 ~109;01 ~139 ~139 ~109 ~144 ~144 ~109 ~255 ~139 ~109;01 ~173 ~109"),
    ("nord-darker", "~110 ~109 ~109;01 ~109;01 ~139 ~139 ~109 ~144 ~144 ~109 ~255 ~139 ~109;01 ~173 ~109"),
    ("one-dark", "~75;01 ~168 ~176 ~73 ~173 ~173 ~168 ~108 ~108 ~168 ~249 ~173 ~180 ~75 ~180"),
    ("paraiso-dark", "~39 ~220 ~97 ~79 ~208 ~208 ~39 ~72 ~72 ~79 ~254 ~208 ~97 ~79 ~254"),
    ("paraiso-light", "~39 ~220 ~97 ~79 ~208 ~208 ~39 ~72 ~72 ~79 ~235 ~208 ~97 ~79 ~235"),
    ("pastie", "~25;01 ~125;01 ~28;01 - ~20;01 ~20;01 ~60 ~160;48;5;255 ~160;48;5;255 ~125;01 - ~20;01 ~28;01 ~240 ~24"),
    ("perldoc", "~29 ~29;04 ~90;01 - ~134 ~134 ~64 ~167 ~167 ~90;01 - ~134 ~90;01 ~243 ~64"),
    ("pie", "~8;01 90;01 ~8;01 ~8;01 ~8;01 ~8;01 ~62 90 ~72 ~176 ~8 ~109 ~209 ~8 - ~109;01 ~72;01 ~185;01 ~209;01 ~167;01"),
    ("pie-dark", "~8;01 ~255;01 ~8;01 ~8;01 ~8;01 ~8;01 ~68 ~255 ~78 ~213 ~8 ~110 ~215 ~8 - ~110;01 ~78;01 ~185;01 ~215;01 ~203;01"),
    ("pie-light", "~8;01 ~234;01 ~8;01 ~8;01 ~8;01 ~8;01 ~61 ~234 ~71 ~133 ~8 ~66 ~172 ~8 - ~66;01 ~71;01 ~142;01 ~172;01 ~166;01"),
    ("rainbow_dash", "~208;01 - ~26;01 ~26 ~55;01 ~55;01 ~26;03 ~41 ~41 ~26;01 - ~55;01 ~26;01 ~208;01 ~55;01"),
    ("rrt", "~11 ~253 ~9 ~253 ~13 ~13 ~253 ~116 ~116 ~122 ~253 ~13 ~9 ~253 ~253"),
    ("sas", "01;03 - ~60;01 - ~29;01 ~29;01 - ~90 ~90 - - ~29;01 ~21;01 - ~21"),
    ("solarized", "~33 ~245 ~33 ~245 ~37 ~37 ~245 ~37 ~37 ~33 ~245 ~37 ~166 ~33 ~33"),
    ("solarized-dark", "~32 ~32 ~100 ~242 ~36 ~36 ~245 ~36 ~36 ~32 ~245 ~36 ~36 ~32 ~32"),
    ("solarized-light", "~32 ~32 ~100 ~247 ~36 ~36 ~66 ~36 ~36 ~32 ~66 ~36 ~36 ~32 ~32"),
    ("staroffice", "~28 ~28 ~18 ~18 ~9 ~9 ~28 ~9 ~9 ~28 ~18 ~9 ~18 ~28 ~28"),
    ("stata-dark", "~63 ~252 ~103;01 ~252 ~74 ~74 ~252 ~78 ~78 ~252 ~252 ~74 ~103;01 ~252 ~252"),
    ("stata-light", "~21 - ~60;01 - ~21 ~21 - ~88 ~88 - - ~21 ~60;01 - -"),
    ("tango", "~0 ~0 ~24;01 ~166;01 ~20;01 ~20;01 ~178 ~64 ~64 ~24;01 ~0;01 ~20;01 ~24;01 ~62;01 ~24"),
    ("trac", "~88;01 ~240 01 01 ~30 ~30 ~30 ~137 ~137 ~18 - ~30 01 - ~246"),
    ("vim", "~252 ~252 ~3 ~68 ~5 ~5 ~252 ~1 ~1 ~252 ~252 ~5 ~3 ~252 ~5"),
    ("vs", "- - ~21 - - - - ~124 ~124 - - - ~21 - -"),
    ("xcode", "~0 ~0 ~126 ~0 ~20 ~20 ~94 ~1 ~1 ~0 - ~20 ~126 ~0 ~126"),
    ("zenburn", "~228 ~188 ~223 ~230 ~116 ~116 ~228 ~174 ~174 ~174;01 ~230 ~116 ~181 ~188 ~228"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        for (name, row) in &STYLES {
            let words = row.split(' ').count();
            assert!(words == COMMON || words == CLASSES, "{name}");
            let allowed = |byte: u8| byte.is_ascii_digit() || b"~;- ".contains(&byte);
            assert!(row.bytes().all(allowed), "{name}");
        }
        assert!(STYLES.is_sorted());
        assert!(Style::named("solarized").is_some());
        assert_eq!(Style::named("no such"), None);
    }

    #[test]
    fn auto_uses_the_colours_of_the_terminal() {
        let auto = Style::named("auto").unwrap();
        assert_eq!(auto.attributes(Class::Key), Attributes("94"));
        assert_eq!(auto.attributes(Class::HeaderValue), Attributes::NONE);
        assert!(!auto.tells_kinds_apart());
        assert!(Style::named("pie").unwrap().tells_kinds_apart());
    }

    #[test]
    fn attributes_that_would_linger_are_reset() {
        let change = |from, to| {
            let mut out = Vec::new();
            Attributes(from).change_to(Attributes(to), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(change("", "94"), "\x1b[94m");
        assert_eq!(change("94", "94"), "");
        assert_eq!(change("94", "~33"), "\x1b[38;5;33m");
        assert_eq!(change("94", ""), "\x1b[0m");
        assert_eq!(change("~8;01", "~8"), "\x1b[0;38;5;8m");
        assert_eq!(change("~8", "04;36"), "\x1b[0;04;36m");
        assert_eq!(change("01", "~30"), "\x1b[0;38;5;30m");
        assert_eq!(change("~30", "03"), "\x1b[0;03m");
    }
}
