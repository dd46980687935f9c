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

use super::body::{FIRST_PIECE, LARGE_PIECE};
use super::decode;
use super::progress::{Look, Meter, Transfer, amount};
use super::report::Counted;
use super::target::Target;
use crate::error::{Error, Trouble, io_reason};
use crate::headers::Headers;

pub(crate) use rest::{Rest, Wanted};

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
    /// Whether the request had a `Range`.
    pub(crate) asked_for_part: bool,
    /// The version that the part was asked of (`If-Range`).
    pub(crate) version: Option<&'a [u8]>,
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
    /// Whether it is the part that a typed `Range` asked for: where it lies in the whole is for the user to know.
    is_typed_part: bool,
    /// Why less is coming than was asked for.
    shortfall: Option<String>,
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
                let is_begun = resume && facts.is_file();
                Ok(Download {
                    have: if is_begun { facts.len() } else { 0 },
                    wish: Wish::File(path.to_owned(), Some(file)),
                })
            }
            // Neither '' nor 'folder/' is the name of a file that could be made.
            Err(error) if error.kind() == io::ErrorKind::NotFound && names_file(path) => {
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

    /// What an answer says that has no bytes for the rest of the file: a sentence where nothing is missing. It is nothing
    /// where the answer does not say that.
    ///
    /// # Errors
    /// The server's file has another length, or no content.
    pub(crate) fn no_rest(&self, status: u16, headers: &Headers) -> Option<Result<String, Error>> {
        let Wish::File(path, _) = &self.wish else {
            return None;
        };
        let (name, have) = (path.display(), self.have);
        if have > 0 && matches!(status, 204 | 205) {
            return Some(Err(Error::new(format!(
                "the server has no content (HTTP {status}) for the rest of '{name}', which was left as it was with its {have} bytes; without --continue it is emptied."
            ))));
        }
        let asked = status == 416 && have > 0;
        let whole = range::unsatisfied(headers).filter(|_| asked)?;
        Some(match whole == have {
            true => Ok(format!("'{name}' is complete already: {}", amount(have))),
            false => Err(Error::new(format!(
                "'{name}' has {have} bytes, but the server's file has {whole}: it is another one. It was left as it was; without --continue it is fetched anew."
            ))),
        })
    }

    /// Opens the place for the body of this response.
    ///
    /// # Errors
    /// The place cannot be written, or a part came that was not asked for; files are as they were then.
    pub(crate) fn begin(self, facts: &Facts<'_>) -> Result<Saving, Error> {
        let mut saving = Saving {
            target: Target::Nowhere,
            name: String::new(),
            from: 0,
            end: None,
            whole: None,
            codings: Vec::new(),
            have: 0,
            validator: None,
            is_typed_part: false,
            shortfall: None,
        };
        let is_rest = self.have > 0 && facts.status == 206;
        if !is_rest {
            saving.takes_new(facts).map_err(Error::new)?;
        }
        match self.wish {
            Wish::StandardOutput => {
                saving.name = "<stdout>".to_owned();
                saving.target = Target::stdout()?;
            }
            Wish::FromResponse => {
                let (name, file) = new_file(&suggested_name(facts))?;
                saving.target = Target::opened(file, &name);
                saving.name = name;
            }
            Wish::File(path, file) => {
                saving.name = path.display().to_string();
                saving.target = match file {
                    Some(mut file) if is_rest => {
                        saving.takes_rest(facts, self.have).map_err(|why| {
                            Error::new(format!(
                                "the server {why}. '{}' was left as it was; without --continue it is fetched anew.",
                                saving.name
                            ))
                        })?;
                        file.seek(SeekFrom::Start(self.have))
                            .map_err(|error| cannot_write(&saving.name, &error))?;
                        Target::opened(file, &saving.name)
                    }
                    Some(file) => Target::existing(file, &saving.name),
                    None => Target::file(&path)?,
                };
            }
        }
        Ok(saving)
    }
}

fn names_file(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    !text.is_empty() && !text.ends_with(b"/")
}

impl Saving {
    /// Takes the body for a file from its beginning.
    ///
    /// # Errors
    /// It is a part that nobody asked for and that does not begin there: a sentence.
    fn takes_new(&mut self, facts: &Facts<'_>) -> Result<(), String> {
        self.codings = decode::codings(facts.headers.get_all("Content-Encoding"));
        self.validator = range::validator(facts.headers);
        (self.from, self.have) = (0, 0);
        let length = facts.length.filter(|_| self.codings.is_empty());
        (self.end, self.whole) = (length, length);
        self.is_typed_part = facts.status == 206 && facts.asked_for_part;
        self.shortfall = None;
        if facts.status != 206 || self.is_typed_part {
            return Ok(());
        }
        let taken =
            range::beginning(facts.headers).and_then(|part| self.takes_part(facts, 0, part));
        taken.map_err(|why| {
            format!("the server {why}, where the whole file was asked for. Nothing was saved.")
        })?;
        self.shortfall = self.end.map(|end| {
            let last = end.saturating_sub(1);
            format!("the server sent bytes 0-{last} alone (HTTP 206), where the whole file was asked for")
        });
        Ok(())
    }

    /// Takes the body for the rest of a file, if it is that; else it tells why it is not, as words behind "the server".
    fn takes_rest(&mut self, facts: &Facts<'_>, have: u64) -> Result<(), String> {
        self.codings = decode::codings(facts.headers.get_all("Content-Encoding"));
        let rest = range::rest(facts.headers, have)?;
        if let Some(version) = facts.version
            && range::is_other_version(facts.headers, version)
        {
            return Err(
                "sent the rest of another version than was asked for (If-Range)".to_owned(),
            );
        }
        self.takes_part(facts, have, rest)?;
        if self.validator.is_none() {
            self.validator = range::validator(facts.headers);
        }
        Ok(())
    }

    fn takes_part(
        &mut self,
        facts: &Facts<'_>,
        from: u64,
        part: range::Rest,
    ) -> Result<(), String> {
        if !self.codings.is_empty() {
            let why = "sent a part in a content coding, in which parts cannot be put together";
            return Err(why.to_owned());
        }
        if facts.length.is_some_and(|length| length != part.end - from) {
            let why = "sent a Content-Range and a Content-Length that contradict each other";
            return Err(why.to_owned());
        }
        (self.from, self.have) = (from, from);
        self.end = Some(part.end);
        self.whole = Some(part.whole.unwrap_or(part.end));
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
        let body = decode::decode(body, self.codings.iter().map(Vec::as_slice));
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
            Some(_) => Err(self.no_more(have)),
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
            self.put(&piece[..fitting], meter)
                .map_err(|error| self.write_error(&error, meter.done()))?;
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

    /// Writes a piece. What a full disk takes of it is counted too.
    fn put(&mut self, mut piece: &[u8], meter: &mut Meter) -> io::Result<()> {
        while !piece.is_empty() {
            match self.target.write(piece) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(length) => {
                    meter.advance(length);
                    piece = &piece[length..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The sentence for a body that broke off after the file had `have` bytes.
    fn broken_off(&self, error: io::Error, have: u64) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.no_more(have),
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

    fn no_more(&self, have: u64) -> Error {
        let reason = match &self.shortfall {
            Some(reason) if self.end == Some(have) => reason,
            _ => "the server sent no more",
        };
        self.incomplete(reason, have)
            .with_trouble(Trouble::BrokenOff)
    }

    fn incomplete(&self, reason: &str, have: u64) -> Error {
        let shortage = self.shortage(reason, have);
        let can_go_on = self.codings.is_empty()
            && !self.is_typed_part
            && have > 0
            && self.whole.is_none_or(|whole| have < whole);
        Error::new(match can_go_on && self.target.is_regular_file() {
            true => format!(
                "{shortage} What came is in '{}'; --download --continue --output goes on from there.",
                self.name
            ),
            false => shortage,
        })
    }

    /// What is missing, and why.
    fn shortage(&self, reason: &str, have: u64) -> String {
        let missing = match self.whole {
            // As after the bytes of a Content-Range, before the last chunk.
            Some(whole) if have >= whole => {
                format!("all {whole} bytes came, but the body was not ended")
            }
            Some(whole) => format!("{} of {whole} bytes are missing", whole - have),
            None => format!("it broke off after {have} bytes"),
        };
        format!("Incomplete download: {missing} ({reason}).")
    }

    fn write_error(&self, error: &io::Error, have: u64) -> Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Error::output_closed(),
            _ => {
                let reason = cannot_write(&self.name, error);
                self.incomplete(&reason.to_string(), have)
            }
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
    // A target that has a name gives it already.
    let is_ours = error.get_ref().is_some_and(|inner| inner.is::<Error>());
    match is_ours {
        true => Error::new(error.to_string()),
        false => Error::new(format!("cannot write '{name}': {}", io_reason(error))),
    }
}
