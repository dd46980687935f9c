//! The body: which of curl's options give it, and what has to be written into curl where none does.
//!
//! Text stands in the command line, files are named, standard input stays what it is. Only what a command line cannot
//! hold is piped into curl, from printf(1) and cat(1).

use std::io::Read;
use std::path::Path;

use super::words::{Opt, Words};
use super::writer_of;
use crate::cli::args::RequestType;
use crate::cli::invocation::Invocation;
use crate::cli::items::{self, Field, FieldValue};
use crate::error::Error;
use crate::request::body::{self, Body};
use crate::request::build::Request;
use crate::request::compose::file_type;
use crate::request::multipart::{Multipart, Piece};
use crate::shell_text;

const DATA: Opt = Opt::new("-d", "--data-raw");
const DATA_RAW: Opt = Opt::long("--data-raw");
const DATA_BINARY: Opt = Opt::long("--data-binary");
const FORM: Opt = Opt::new("-F", "--form");
const FORM_STRING: Opt = Opt::long("--form-string");

/// A longer text is piped: Linux takes no argument of more than 128 KiB.
const LONGEST_ARGUMENT: usize = 96 * 1024;

/// The most of a compressed body that is written into a command.
const MOST_COMPRESSED: u64 = 1024 * 1024;

/// How curl comes by the body.
pub(super) enum Data {
    None,
    Inline(Vec<u8>),
    /// `@path`
    File(Vec<u8>),
    Stdin,
    /// The command that writes it.
    Piped(String),
    Form(Vec<FormField>),
}

impl Data {
    /// The method that curl chooses.
    pub(super) fn implied_method(&self) -> &'static str {
        match self {
            Data::None => "GET",
            _ => "POST",
        }
    }
}

/// What `-F` or `--form-string` is given.
pub(super) enum FormField {
    /// Read as it is.
    Text(Vec<u8>),
    /// With curl's own marks in it.
    Marked(Vec<u8>),
}

/// A piece of what is piped.
pub(super) enum Written<'a> {
    Bytes(&'a [u8]),
    File(&'a [u8]),
}

/// Finds out how curl comes by the body.
///
/// # Errors
/// It is compressed, and too long to stand in a command.
pub(super) fn data(request: &mut Request, invocation: &Invocation) -> Result<Data, Error> {
    let is_compressed =
        invocation.args.compress > 0 && request.headers.contains("Content-Encoding");
    Ok(match &request.body {
        Body::Empty => Data::None,
        Body::Bytes(bytes) if shell_text::is_text(bytes) && bytes.len() <= LONGEST_ARGUMENT => {
            Data::Inline(bytes.clone())
        }
        Body::Bytes(bytes) => Data::Piped(shell_text::printf(bytes)),
        Body::File { path, .. } => Data::File(file_name(path)),
        Body::Multipart(parts) => match form(invocation) {
            Some(fields) => Data::Form(fields),
            None => Data::Piped(writer_of(&written(parts))),
        },
        Body::Stream(_) if is_compressed => Data::Piped(shell_text::printf(&compressed(request)?)),
        Body::Redirected { .. } | Body::Stream(_) => Data::Stdin,
    })
}

/// curl has no compression of its own for what it sends.
fn compressed(request: &mut Request) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut reader = request.body.open()?.take(MOST_COMPRESSED + 1);
    reader.read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MOST_COMPRESSED {
        true => Err(Error::new(
            "curl cannot compress a body, and this one is too long to stand in a command; leave --compress out",
        )),
        false => Ok(bytes),
    }
}

/// A path that curl does not take for standard input.
fn file_name(path: &Path) -> Vec<u8> {
    match path.as_os_str().as_encoded_bytes() {
        b"-" => b"./-".to_vec(),
        other => other.to_vec(),
    }
}

fn written(parts: &Multipart) -> Vec<Written<'_>> {
    let pieces = parts.pieces().iter();
    pieces
        .map(|piece| match piece {
            Piece::Memory(bytes) => Written::Bytes(bytes),
            Piece::File { path, .. } | Piece::PutAside { path, .. } => {
                Written::File(path.as_os_str().as_encoded_bytes())
            }
        })
        .collect()
}

/// The fields as `-F` takes them; nothing where curl could not write the same: it has a boundary of its own, and no way to
/// say some names.
fn form(invocation: &Invocation) -> Option<Vec<FormField>> {
    let has_boundary =
        invocation.args.boundary.is_some() || invocation.types_header("Content-Type");
    let is_whole =
        invocation.args.compress == 0 && invocation.request_type() == RequestType::Multipart;
    if has_boundary || !is_whole {
        return None;
    }
    let fields = invocation.items.fields.iter();
    let fields = items::grouped(fields.collect(), |field: &&Field| &field.name);
    let fields: Option<Vec<_>> = fields.into_iter().map(form_field).collect();
    fields.filter(|fields| !fields.is_empty())
}

fn form_field(field: &Field) -> Option<FormField> {
    let name = field.name.as_bytes();
    let is_unfit = |byte: &u8| *byte == b'=' || byte.is_ascii_control();
    if name.is_empty() || name.iter().any(is_unfit) {
        return None;
    }
    let FieldValue::File(file) = &field.value else {
        let text = body::form_text(&field.value).ok().flatten()?;
        let fits = !text.contains('\0');
        return fits.then(|| FormField::Text([name, b"=", text.as_bytes()].concat()));
    };
    let mut value = [name, b"=@\""].concat();
    for &byte in &file_name(&file.path) {
        if matches!(byte, b'"' | b'\\') {
            value.push(b'\\');
        }
        value.push(byte);
    }
    value.push(b'"');
    // Where we say nothing, curl says application/octet-stream, which means no more.
    if let Some(mime_type) = file_type(Some(file)) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-._".contains(&byte);
        if !mime_type.contains('/') || !mime_type.bytes().all(is_plain) {
            return None;
        }
        value.extend([b";type=", mime_type.as_bytes()].concat());
    }
    Some(FormField::Marked(value))
}

/// Writes the options; gives the command that has to write into curl, if there is one.
pub(super) fn push(words: &mut Words, data: &Data) -> Option<String> {
    match data {
        Data::None => {}
        Data::Inline(bytes) => match bytes.starts_with(b"@") {
            true => words.option(DATA_RAW, bytes),
            false => words.option(DATA, bytes),
        },
        Data::File(path) => words.option(DATA_BINARY, [b"@", path.as_slice()].concat()),
        Data::Stdin => words.option(DATA_BINARY, "@-"),
        Data::Piped(writer) => {
            words.option(DATA_BINARY, "@-");
            return Some(writer.clone());
        }
        Data::Form(fields) => fields.iter().for_each(|field| push_field(words, field)),
    }
    None
}

fn push_field(words: &mut Words, field: &FormField) {
    match field {
        FormField::Marked(value) => words.option(FORM, value),
        FormField::Text(value) => {
            let behind = value
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or_default()
                + 1;
            let text = &value[behind..];
            // `@` and `<` are files, `(` begins a part of parts, and blanks at either end are lost.
            let is_marked = text.first().is_some_and(|first| b"@(< ".contains(first))
                || text.ends_with(b" ")
                || text.iter().any(|byte| b";\"\\\t\n\r".contains(byte));
            let is_short = !words.uses_long_names() && !is_marked;
            words.option(if is_short { FORM } else { FORM_STRING }, value);
        }
    }
}
