//! A download that broke off within a run goes on: what is asked of the server, and what its answer means.
//!
//! Unlike `--continue`, which knows nothing but the length of a file, it knows which version of it came first; where the
//! server cannot tell or has another one, all of it is fetched anew.

use super::{Facts, Saving, cannot_write, decode, range};
use crate::error::Error;
use crate::headers::Headers;
use crate::output::target::Target;

/// What an answer brings to a download that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Bytes follow.
    Follows,
    /// There are none: what came is the whole file.
    IsHere,
}

impl Saving {
    /// The headers that ask for what is missing, with an `If-Range` where that can be known; none ask for the whole. It is
    /// nothing where neither would help.
    pub(crate) fn wanted(&self) -> Option<Vec<(&'static str, Vec<u8>)>> {
        let is_file = matches!(self.target, Target::File { .. });
        if self.have == 0 || (is_file && !self.codings.is_empty()) {
            return Some(Vec::new());
        }
        // Half of a coded body is in the pipe, and the other half cannot be decoded by itself.
        if !self.codings.is_empty() {
            return None;
        }
        let range = format!("bytes={}-", self.have).into_bytes();
        let validator = self.validator.clone();
        let validator = validator.map(|validator| ("If-Range", validator));
        Some(std::iter::once(("Range", range)).chain(validator).collect())
    }

    /// Takes the answer to that.
    ///
    /// # Errors
    /// It fits neither to what is there nor to the place, which are left as they are.
    pub(crate) fn go_on(&mut self, facts: &Facts<'_>) -> Result<Rest, Error> {
        match facts.status {
            206 if self.have > 0 => {
                let whole = self.whole;
                self.codings = decode::codings(facts.headers.get_all("Content-Encoding"));
                self.continues(facts, self.have)
                    .map_err(|why| self.incomplete(&format!("the server {why}"), self.have))?;
                match whole.filter(|whole| self.whole != Some(*whole)) {
                    None => Ok(Rest::Follows),
                    Some(_) => Err(self.other_version()),
                }
            }
            416 if self.is_complete(facts.headers) => Ok(Rest::IsHere),
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
            && range::is_complete(headers, self.have)
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
        self.codings = decode::codings(facts.headers.get_all("Content-Encoding"));
        self.validator = range::validator(facts.headers);
        (self.from, self.have) = (0, 0);
        let length = facts.length.filter(|_| self.codings.is_empty());
        (self.end, self.whole) = (length, length);
        Ok(())
    }

    fn other_version(&self) -> Error {
        self.incomplete(
            "the server sends the rest of a file of another length",
            self.have,
        )
    }
}
