//! The body of a request: bytes in memory, a file, several parts, or standard input. It is opened when it is sent, and
//! only what is small is ever held in memory.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::escape::form_encode;
use super::file;
use super::multipart::Multipart;
use crate::cli::items::{Field, FieldValue};
use crate::cli::json_value::JsonValue;
use crate::error::Error;

/// Where the bytes of a body come from.
pub(crate) enum Body {
    /// No body at all.
    Empty,
    Bytes(Vec<u8>),
    File {
        path: PathBuf,
        length: u64,
    },
    Multipart(Multipart),
    /// A file that standard input was redirected from, from where it stood.
    Redirected {
        file: File,
        start: u64,
        length: u64,
    },
    /// A stream that can be read once; its length may be known.
    Stream(Stream),
}

/// A source that can be read once, such as standard input.
pub(crate) struct Stream {
    reader: Option<Box<dyn Read + Send>>,
    pub(crate) length: Option<u64>,
}

impl Stream {
    pub(crate) fn new(reader: Box<dyn Read + Send>, length: Option<u64>) -> Stream {
        Stream {
            reader: Some(reader),
            length,
        }
    }
}

impl Body {
    /// The length in bytes, where it is known before the body is sent.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Body::Empty => Some(0),
            Body::Bytes(bytes) => Some(bytes.len() as u64),
            Body::File { length, .. } | Body::Redirected { length, .. } => Some(*length),
            Body::Multipart(parts) => Some(parts.length()),
            Body::Stream(stream) => stream.length,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Body::Empty)
    }

    /// Whether it can be read from its beginning once more.
    pub(crate) fn can_be_sent_again(&self) -> bool {
        match self {
            Body::Stream(stream) => stream.reader.is_some(),
            _ => true,
        }
    }

    /// Whether reading it leaves it as it was.
    pub(crate) fn can_be_read_again(&self) -> bool {
        !matches!(self, Body::Stream(_))
    }

    /// What it is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Body::File { path, .. } => format!("'{}'", path.display()),
            Body::Redirected { .. } | Body::Stream(_) => "standard input".to_owned(),
            _ => "the request items".to_owned(),
        }
    }

    /// A reader from the beginning.
    ///
    /// # Errors
    /// A file cannot be opened; a stream was read before.
    pub(crate) fn open(&mut self) -> Result<Box<dyn Read + Send>, Error> {
        match self {
            Body::Empty => Ok(Box::new(io::empty())),
            Body::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            Body::File { path, .. } => Ok(Box::new(file::open(path)?)),
            Body::Multipart(parts) => parts.open(),
            Body::Redirected { file, start, .. } => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(*start))?;
                Ok(Box::new(file))
            }
            Body::Stream(stream) => stream.reader.take().ok_or_else(|| {
                Error::new("the request body came from standard input and cannot be sent a second time; give it as a file (@FILE)")
            }),
        }
    }

    /// Gives all that is read from a stream to `sink` as well, for a body that is shown while it is sent.
    pub(crate) fn tee(&mut self, sink: TeeSink) {
        if let Body::Stream(stream) = self {
            stream.reader = stream
                .reader
                .take()
                .map(|inner| Box::new(Tee { inner, sink }) as Box<dyn Read + Send>);
        }
    }
}

/// Where a teed body goes, piece by piece.
type TeeSink = Box<dyn FnMut(&[u8]) -> io::Result<()> + Send>;

struct Tee {
    inner: Box<dyn Read + Send>,
    sink: TeeSink,
}

impl Read for Tee {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        (self.sink)(&out[..length])?;
        Ok(length)
    }
}

/// The fields as `application/x-www-form-urlencoded`.
///
/// # Errors
/// Null, an array, an object or half of a surrogate pair: a form has no place for it.
pub(crate) fn urlencoded(fields: &[&Field]) -> Result<String, Error> {
    let mut out = String::new();
    for field in fields {
        let Some(text) = form_text(&field.value)? else {
            continue;
        };
        if !out.is_empty() {
            out.push('&');
        }
        form_encode(&field.name, &mut out);
        out.push('=');
        form_encode(&text, &mut out);
    }
    Ok(out)
}

/// The text of a value in a form, as Python shows it: `True`, `100000.0`.
pub(crate) fn form_text(value: &FieldValue) -> Result<Option<String>, Error> {
    Ok(match value {
        FieldValue::Text(text) | FieldValue::Json(JsonValue::String(text)) => Some(text.clone()),
        FieldValue::File(_) => None,
        FieldValue::Json(JsonValue::Bool(value)) => {
            Some(if *value { "True" } else { "False" }.to_owned())
        }
        FieldValue::Json(JsonValue::Number(digits)) => Some(python_number(digits)),
        FieldValue::Json(JsonValue::HalfPair(_)) => {
            return Err(Error::usage(
                "half of a surrogate pair (such as \\ud800) is no character, and cannot be sent with --form/--multipart",
            ));
        }
        FieldValue::Json(JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_)) => {
            return Err(Error::usage(
                "Cannot use complex JSON value types with --form/--multipart.",
            ));
        }
    })
}

/// `1e5` becomes `100000.0`, as Python writes a float; integers stay.
fn python_number(digits: &str) -> String {
    if !digits.contains(['.', 'e', 'E']) {
        return if digits == "-0" {
            "0".to_owned()
        } else {
            digits.to_owned()
        };
    }
    let value: f64 = digits.parse().unwrap_or(f64::NAN);
    let exponent = value.abs().log10().floor();
    if value != 0.0 && !(-4.0..16.0).contains(&exponent) {
        let text = format!("{value:e}");
        return match text.split_once('e') {
            Some((mantissa, exponent)) => match exponent.strip_prefix('-') {
                Some(exponent) => format!("{mantissa}e-{exponent:0>2}"),
                None => format!("{mantissa}e+{exponent:0>2}"),
            },
            None if value.is_infinite() => if value > 0.0 { "inf" } else { "-inf" }.to_owned(),
            None => text,
        };
    }
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_forms_look_like_pythons() {
        for (typed, want) in [
            ("1", "1"),
            ("-0", "0"),
            ("1e5", "100000.0"),
            ("1.50", "1.5"),
            ("1e22", "1e+22"),
            ("1e16", "1e+16"),
            ("123456789012345.5", "123456789012345.5"),
            ("0.00001", "1e-05"),
            ("0.0001", "0.0001"),
            ("1.5e300", "1.5e+300"),
            ("1e400", "inf"),
            ("0.0", "0.0"),
            ("-0.0", "-0.0"),
        ] {
            assert_eq!(python_number(typed), want, "{typed}");
        }
    }
}
