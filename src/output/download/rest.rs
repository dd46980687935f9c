//! A download that broke off within a run goes on: what is asked of the server, and what its answer means.
//!
//! Unlike `--continue`, which knows nothing but the length of a file, it knows which version of it came first; where the
//! server cannot tell or has another one, all of it is fetched anew.

use super::{Facts, Saving, cannot_write, range};
use crate::error::Error;
use crate::headers::Headers;
use crate::output::target::Target;

/// What is to be asked for after an interruption.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The same once more, as it was typed.
    Same,
    /// All of the file.
    Whole,
    /// What is missing: these headers, with an `If-Range` where the version is known.
    Rest(Vec<(&'static str, Vec<u8>)>),
}

/// What an answer brings to a download that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Bytes follow.
    Follows,
    /// There are none: what came is the whole file.
    IsHere,
}

impl Saving {
    /// What would help.
    ///
    /// # Errors
    /// Nothing would: why not, in a few words.
    pub(crate) fn wanted(&self) -> Result<Wanted, &'static str> {
        let is_file = matches!(self.target, Target::File { .. });
        let starts_anew = self.have == 0 || is_file;
        if self.is_typed_part && starts_anew {
            return Ok(Wanted::Same);
        }
        if self.have == 0 || (is_file && !self.codings.is_empty()) {
            return Ok(Wanted::Whole);
        }
        if self.is_typed_part {
            return Err("a piece of the part that was asked for went down the pipe already");
        }
        if !self.codings.is_empty() {
            return Err(
                "a piece of it went down the pipe already, and the rest cannot be decoded by itself (Content-Encoding)",
            );
        }
        let range = format!("bytes={}-", self.have).into_bytes();
        let validator = self.validator.clone();
        let validator = validator.map(|validator| ("If-Range", validator));
        let headers = std::iter::once(("Range", range)).chain(validator);
        Ok(Wanted::Rest(headers.collect()))
    }

    /// Takes the answer to that.
    ///
    /// # Errors
    /// It fits neither to what is there nor to the place, which are left as they are.
    pub(crate) fn go_on(&mut self, facts: &Facts<'_>) -> Result<Rest, Error> {
        match facts.status {
            206 if self.have > 0 && !self.is_typed_part => {
                let whole = self.whole;
                self.takes_rest(facts, self.have)
                    .map_err(|why| self.does_not_fit(&why))?;
                match whole.filter(|whole| self.whole != Some(*whole)) {
                    None => Ok(Rest::Follows),
                    Some(_) => Err(self.does_not_fit("sends the rest of a file of another length")),
                }
            }
            416 if self.is_complete(facts.headers) => Ok(Rest::IsHere),
            status @ (204 | 205) => {
                let reason = format!("the server has no content for the rest, HTTP {status}");
                Err(self.incomplete(&reason, self.have))
            }
            200..=299 => self.start_anew(facts).map(|()| Rest::Follows),
            status => {
                let reason =
                    format!("the server answers with HTTP {status} when asked for the rest");
                Err(self.incomplete(&reason, self.have))
            }
        }
    }

    fn is_complete(&self, headers: &Headers) -> bool {
        self.have > 0
            && range::unsatisfied(headers) == Some(self.have)
            && self.whole.is_none_or(|whole| whole == self.have)
    }

    fn start_anew(&mut self, facts: &Facts<'_>) -> Result<(), Error> {
        let is_anew = match self.have {
            0 => true,
            _ => self
                .target
                .start_anew()
                .map_err(|error| cannot_write(&self.name, &error))?,
        };
        if !is_anew {
            let reason = "the server sends it from its beginning again, of which a part went down the pipe already";
            return Err(self.incomplete(reason, self.have));
        }
        self.takes_new(facts).map_err(Error::new)
    }

    /// The error for a rest of something else. It has no hint to go on: that would mix the two.
    fn does_not_fit(&self, why: &str) -> Error {
        Error::new(self.shortage(&format!("the server {why}"), self.have))
    }
}
