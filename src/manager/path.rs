//! `httpie sessions path`: where a session's file is, for scripts.

use super::which::Which;
use super::{Answer, Context};
use crate::cli::commands::Call;
use crate::error::Error;

pub(super) fn path(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = Which::of_call(call, context.env)?;
    let path = which.path(context.env)?;
    let exists = !which.files(context.env)?.is_empty();
    // As the system has it: a script is to open it.
    let mut text = path.into_os_string().into_encoded_bytes();
    text.push(b'\n');
    Ok(Answer::text(text).and_failure((!exists).then(|| which.missing(context.env))))
}
