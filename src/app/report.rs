//! The line of `--json-meta`: where it goes, and what is in it at the end of a run.

use std::io::Write;

use super::Run;
use crate::cli::args::Args;
use crate::client::stopwatch::Part;
use crate::error::{Error, ExitStatus};
use crate::output::report::{ConnectionTimes, Ending, Report};
use crate::output::show::output_error;
use crate::output::target::Target;
use crate::url_text::hidden_in_text;

/// Where the line of `--json-meta` goes, if there is to be one: opened now, so that it is known to be possible.
pub(super) fn place(args: &Args) -> Result<Option<Target>, Error> {
    match &args.meta_file {
        Some(path) => Target::file(path).map(Some),
        None if args.json_meta => Target::stderr().map(Some),
        None => Ok(None),
    }
}

pub(super) fn write(
    run: &Run<'_>,
    report: &Report,
    mut place: Target,
    outcome: &Result<ExitStatus, Error>,
) -> Result<(), Error> {
    let error = outcome.as_ref().err();
    let status = error.map(Error::status);
    let status = status.or(outcome.as_ref().ok().copied());
    let sentence = error.map(|error| {
        let sentence = error.to_string();
        String::from_utf8_lossy(&hidden_in_text(sentence.as_bytes())).into_owned()
    });
    let line = report.line(&Ending {
        exit_status: status.unwrap_or(ExitStatus::Error).code(),
        error: sentence.as_deref(),
        connections: ConnectionTimes {
            dns: run.stopwatch.taken(Part::Lookup),
            connect: run.stopwatch.taken(Part::Connect),
            tls: run.stopwatch.taken(Part::Handshake),
        },
        total: report.age(),
    });
    place
        .write_all(line.as_bytes())
        .map_err(|error| output_error(error).context("--json-meta"))
}
