//! `--download`: where the body of a response is saved, what is asked of the server for that, and whether all of it came.
//!
//! It is given facts about a response and a reader for its body; where these come from does not matter here. A file that
//! the server or the URL names is always a new one. An existing file that the user names keeps what it holds until the
//! first byte that takes its place is here.

pub(super) mod name;
mod range;
mod rest;

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decode;
use super::progress::{Look, Meter, Transfer, amount};
use super::report::Counted;
use super::target::Target;
use crate::error::{Error, Trouble, io_reason};
use crate::headers::Headers;

pub(crate) use rest::Rest;

/// The size of the pieces in which a body is saved, once it has proved to be large.
const LARGE_PIECE: usize = 128 * 1024;
const FIRST_PIECE: usize = 16 * 1024;
/// What takes less time needs no bar.
const SHOWN_TIME: Duration = Duration::from_millis(100);
/// How many names are tried before a folder is called full.
const MOST_ATTEMPTS: u32 = 100_000;

/// Where the user wants the body.
enum Wish {
    /// `--output`: the path, and the file if there is one.
    File(PathBuf, Option<File>),
    /// Standard output is redirected.
    StandardOutput,
    /// The response and the URL give a name.
    FromResponse,
}

/// A download that was asked for.
pub(crate) struct Download {
    wish: Wish,
    /// How many bytes are there already, with `--continue`.
    have: u64,
}

/// What is known of a response when its body is about to come.
pub(crate) struct Facts<'a> {
    pub(crate) status: u16,
    pub(crate) headers: &'a Headers,
    /// The length that its framing announces, in bytes.
    pub(crate) length: Option<u64>,
    /// The path of the first URL of the exchange.
    pub(crate) path: &'a str,
}

/// A body on its way into its place.
pub(crate) struct Saving {
    target: Target,
    /// What the place is called.
    name: String,
    /// Where in the file it begins.
    from: u64,
    /// Where in the file the body ends, where that is known.
    end: Option<u64>,
    /// How long the file should be then.
    whole: Option<u64>,
    codings: Vec<Vec<u8>>,
    /// How much of the file is in its place.
    have: u64,
    /// What the server calls this version of it.
    validator: Option<Vec<u8>>,
}

impl Download {
    /// Looks at the place before anything is sent, so that a path that cannot be written is known by then. Nothing is
    /// created yet: an error of the server leaves no empty file.
    pub(crate) fn prepare(
        output: Option<&Path>,
        resume: bool,
        stdout_is_terminal: bool,
    ) -> Result<Download, Error> {
        let Some(path) = output else {
            let wish = match stdout_is_terminal {
                true => Wish::FromResponse,
                false => Wish::StandardOutput,
            };
            return Ok(Download { wish, have: 0 });
        };
        let unwritable = |error: &io::Error| cannot_write(&path.display().to_string(), error);
        match OpenOptions::new().write(true).open(path) {
            Ok(file) => {
                let facts = file.metadata().map_err(|error| unwritable(&error))?;
                Ok(Download {
                    have: if resume && facts.is_file() {
                        facts.len()
                    } else {
                        0
                    },
                    wish: Wish::File(path.to_owned(), Some(file)),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = path
                    .parent()
                    .filter(|parent| !parent.as_os_str().is_empty());
                let parent = parent.unwrap_or(Path::new("."));
                std::fs::metadata(parent).map_err(|error| unwritable(&error))?;
                Ok(Download {
                    wish: Wish::File(path.to_owned(), None),
                    have: 0,
                })
            }
            Err(error) => Err(unwritable(&error)),
        }
    }

    /// The headers that go with the request: bytes are saved as they are stored, and only those that are missing.
    ///
    /// There is no `If-Range`: nothing is kept beside a partial file that would tell which version it is of. Who knows the
    /// version types the header.
    pub(crate) fn request_headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("Accept-Encoding", "identity".to_owned())];
        if self.have > 0 {
            headers.push(("Range", format!("bytes={}-", self.have)));
        }
        headers
    }

    /// Whether this response says that the file is complete already.
    pub(crate) fn is_complete(&self, status: u16, headers: &Headers) -> bool {
        status == 416 && self.have > 0 && range::is_complete(headers, self.have)
    }

    /// What is said about a file that is complete.
    pub(crate) fn complete_sentence(&self) -> String {
        let name = match &self.wish {
            Wish::File(path, _) => path.display().to_string(),
            _ => String::new(),
        };
        format!("'{name}' is complete already: {}", amount(self.have))
    }

    /// Opens the place for the body of this response.
    ///
    /// # Errors
    /// The place cannot be written, or a part came that was not asked for; files are as they were then.
    pub(crate) fn begin(self, facts: &Facts<'_>) -> Result<Saving, Error> {
        let codings = decode::codings(facts.headers.get_all("Content-Encoding"));
        let has_codings = !codings.is_empty();
        let mut saving = Saving {
            target: Target::Nowhere,
            name: String::new(),
            from: 0,
            end: None,
            whole: None,
            codings,
            have: 0,
            validator: range::validator(facts.headers),
        };
        if !has_codings {
            (saving.end, saving.whole) = (facts.length, facts.length);
        }
        match self.wish {
            Wish::StandardOutput => {
                saving.name = "<stdout>".to_owned();
                saving.target = Target::stdout()?;
            }
            Wish::FromResponse => {
                let (name, file) = new_file(&suggested_name(facts))?;
                (saving.name, saving.target) = (name, Target::opened(file));
            }
            Wish::File(path, file) => {
                saving.name = path.display().to_string();
                let is_rest = self.have > 0 && facts.status == 206;
                saving.target = match file {
                    Some(mut file) if is_rest => {
                        saving.continues(facts, self.have).map_err(|why| {
                            Error::new(format!(
                                "the server {why}. '{}' was left as it was; without --continue it is fetched anew.",
                                saving.name
                            ))
                        })?;
                        file.seek(SeekFrom::Start(self.have))
                            .map_err(|error| cannot_write(&saving.name, &error))?;
                        Target::opened(file)
                    }
                    Some(file) => Target::existing(file),
                    None => Target::file(&path)?,
                };
            }
        }
        Ok(saving)
    }
}

impl Saving {
    /// Takes the body for the rest of a file, if it is that; else it tells why it is not, as words behind "the server".
    fn continues(&mut self, facts: &Facts<'_>, have: u64) -> Result<(), String> {
        if !self.codings.is_empty() {
            let why = "sent the rest in a content coding, of which parts cannot be put together";
            return Err(why.to_owned());
        }
        let rest = range::rest(facts.headers, have)?;
        if facts.length.is_some_and(|length| length != rest.end - have) {
            let why = "sent a Content-Range and a Content-Length that contradict each other";
            return Err(why.to_owned());
        }
        (self.from, self.have) = (have, have);
        self.end = Some(rest.end);
        self.whole = Some(rest.whole.unwrap_or(rest.end));
        Ok(())
    }

    /// What the place is called, for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Saves the body and gives a summary of it; `count` is how many bytes were saved.
    ///
    /// # Errors
    /// Not all came, or the place cannot be written; what came before is there.
    pub(crate) fn run(
        &mut self,
        body: &mut dyn Read,
        count: &Cell<u64>,
        look: Option<Look>,
    ) -> Result<String, Error> {
        let mut meter = Meter::new(Transfer::Download, self.from, self.whole, look, SHOWN_TIME);
        let codings = self.codings.clone();
        let body = decode::decode(body, codings.iter().map(Vec::as_slice));
        let mut body = Counted::new(body, count);
        let outcome = self.copy(&mut body, &mut meter);
        let have = meter.done();
        self.have = have;
        let summary = meter.summary();
        outcome?;
        let settled = self.target.settle();
        settled.map_err(|error| self.write_error(&error, have))?;
        match self.whole.filter(|whole| *whole != have) {
            None => Ok(summary),
            Some(_) => Err(self
                .incomplete("the server sent no more", have)
                .with_trouble(Trouble::BrokenOff)),
        }
    }

    fn copy(&mut self, body: &mut dyn Read, meter: &mut Meter) -> Result<(), Error> {
        let mut piece = vec![0; FIRST_PIECE];
        loop {
            let length = match body.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken_off(error, meter.done())),
            };
            // What is sent beyond the announced end belongs to no place in the file.
            let room = self.end.map_or(u64::MAX, |end| end - meter.done());
            let fitting = length.min(usize::try_from(room).unwrap_or(usize::MAX));
            self.target
                .write_all(&piece[..fitting])
                .map_err(|error| self.write_error(&error, meter.done()))?;
            meter.advance(fitting);
            if fitting < length {
                return Err(Error::new(format!(
                    "the server sent more for '{}' than it announced; what is beyond was not saved",
                    self.name
                )));
            }
            if length == FIRST_PIECE {
                piece.resize(LARGE_PIECE, 0);
            }
        }
    }

    /// The sentence for a body that broke off after the file had `have` bytes.
    fn broken_off(&self, error: io::Error, have: u64) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self
                .incomplete("the server sent no more", have)
                .with_trouble(Trouble::BrokenOff),
            _ => {
                let reason = Error::from(error);
                let sentence = self.incomplete(&reason.to_string(), have);
                let sentence = sentence.with_status(reason.status());
                match reason.trouble() {
                    Some(trouble) => sentence.with_trouble(trouble),
                    None => sentence,
                }
            }
        }
    }

    fn incomplete(&self, reason: &str, have: u64) -> Error {
        let missing = match self.whole {
            Some(whole) => format!(
                "{} of {whole} bytes are missing",
                whole.saturating_sub(have)
            ),
            None => format!("it broke off after {have} bytes"),
        };
        let hint = match self.target {
            Target::File { .. } if self.codings.is_empty() => format!(
                " What came is in '{}'; --download --continue --output goes on from there.",
                self.name
            ),
            _ => String::new(),
        };
        Error::new(format!("Incomplete download: {missing} ({reason}).{hint}"))
    }

    fn write_error(&self, error: &io::Error, have: u64) -> Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error::output_closed(),
            _ => cannot_write(&self.name, error).context(format!(
                "Incomplete download: it was stopped after {have} bytes"
            )),
        }
    }
}

fn suggested_name(facts: &Facts<'_>) -> String {
    let disposition = facts.headers.get("Content-Disposition");
    disposition
        .and_then(name::from_disposition)
        .unwrap_or_else(|| name::from_path(facts.path, facts.headers.get_str("Content-Type")))
}

/// Creates a file of this name, or with a number behind it, that was not there before: it is ours alone, whoever else
/// downloads, and no link is followed.
fn new_file(wish: &str) -> Result<(String, File), Error> {
    let mut longest = name::LONGEST;
    let mut attempt = 0;
    loop {
        let name = name::numbered(wish, attempt, longest);
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => attempt += 1,
            Err(error)
                if error.kind() == io::ErrorKind::InvalidFilename
                    && longest > name::LONGEST_ENCRYPTED =>
            {
                longest = name::LONGEST_ENCRYPTED;
            }
            Err(error) => return Err(cannot_write(&name, &error)),
        }
        if attempt > MOST_ATTEMPTS {
            return Err(Error::new(format!(
                "there are too many files called '{wish}' here; name another with --output"
            )));
        }
    }
}

fn cannot_write(name: &str, error: &io::Error) -> Error {
    Error::new(format!("cannot write '{name}': {}", io_reason(error)))
}
