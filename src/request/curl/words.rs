//! The words of the command: options under their short or their long names, values quoted for a shell, secrets masked.

use std::borrow::Cow;

use crate::cli::args::CurlNames;
use crate::cli::invocation::Secrets;
use crate::shell_text;

/// What stands for a secret that is not shown.
const MASK: &[u8] = b"***";

/// An option of curl's.
#[derive(Clone, Copy)]
pub(super) struct Opt {
    /// The same as `long` where there is no short name.
    short: &'static str,
    long: &'static str,
}

impl Opt {
    pub(super) const fn new(short: &'static str, long: &'static str) -> Opt {
        Opt { short, long }
    }

    /// One without a short name.
    pub(super) const fn long(long: &'static str) -> Opt {
        Opt { short: long, long }
    }
}

/// A command line as it grows.
pub(super) struct Words {
    names: CurlNames,
    secrets: Secrets,
    has_masked: bool,
    line: String,
}

impl Words {
    pub(super) fn new(names: CurlNames, secrets: Secrets) -> Words {
        Words {
            names,
            secrets,
            has_masked: false,
            line: "curl".to_owned(),
        }
    }

    pub(super) fn uses_long_names(&self) -> bool {
        self.names == CurlNames::Long
    }

    pub(super) fn word(&mut self, word: impl AsRef<[u8]>) {
        self.line.push(' ');
        self.line.push_str(&shell_text::quote(word.as_ref()));
    }

    pub(super) fn switch(&mut self, option: Opt) {
        self.word(match self.names {
            CurlNames::Short => option.short,
            CurlNames::Long => option.long,
        });
    }

    pub(super) fn option(&mut self, option: Opt, value: impl AsRef<[u8]>) {
        self.switch(option);
        self.word(value);
    }

    /// A secret as it may be shown.
    pub(super) fn secret(&mut self, secret: impl AsRef<[u8]>) -> Vec<u8> {
        match self.secrets {
            Secrets::Shown => secret.as_ref().to_vec(),
            Secrets::Masked => {
                self.has_masked = true;
                MASK.to_vec()
            }
        }
    }

    /// A text as it may be shown, of which `hidden` is the form without user info in its URLs.
    pub(super) fn with_urls(&mut self, hidden: Cow<'_, [u8]>, text: &[u8]) -> Vec<u8> {
        match self.secrets {
            Secrets::Shown => text.to_vec(),
            Secrets::Masked => {
                self.has_masked |= *hidden != *text;
                hidden.into_owned()
            }
        }
    }

    pub(super) fn has_masked(&self) -> bool {
        self.has_masked
    }

    pub(super) fn line(self) -> String {
        self.line
    }
}
