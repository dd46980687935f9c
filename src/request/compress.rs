//! `--compress`: the body as a zlib stream under `Content-Encoding: deflate` (RFC 9110, section 8.4.1.2).
//!
//! What is not in memory is compressed twice: once to learn the length, once while it is sent. So the length can be
//! announced and memory stays small.

use std::io::{self, Read};

use flate2::Compression;
use flate2::bufread::ZlibEncoder as BufEncoder;
use flate2::read::ZlibEncoder;

use super::body::{Body, Stream};
use super::build::Request;
use crate::error::Error;

/// When a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compress {
    /// `-x`: if it becomes smaller.
    IfSmaller,
    /// `-xx`: always.
    Always,
}

/// Compresses the body of a request, and says so in its headers.
pub(crate) fn compress(request: &mut Request, when: Compress) -> Result<(), Error> {
    if request.body.is_empty() || request.body.length() == Some(0) {
        return Ok(());
    }
    let compressed = match &mut request.body {
        Body::Bytes(bytes) => {
            let mut out = Vec::new();
            BufEncoder::new(bytes.as_slice(), Compression::default()).read_to_end(&mut out)?;
            let is_smaller = out.len() < bytes.len();
            (is_smaller || when == Compress::Always).then_some(Body::Bytes(out))
        }
        Body::Stream(_) => {
            let reader = ZlibEncoder::new(request.body.open()?, Compression::default());
            request.chunked = true;
            Some(Body::Stream(Stream::new(Box::new(reader), None)))
        }
        body => {
            let mut counted = ZlibEncoder::new(body.open()?, Compression::default());
            let length = io::copy(&mut counted, &mut io::sink())?;
            let is_smaller = body.length().is_none_or(|plain| length < plain);
            match is_smaller || when == Compress::Always {
                true => {
                    let reader = ZlibEncoder::new(body.open()?, Compression::default());
                    Some(Body::Stream(Stream::new(Box::new(reader), Some(length))))
                }
                false => None,
            }
        }
    };
    let Some(body) = compressed else {
        return Ok(());
    };
    request.body = body;
    match request.framed_length() {
        Some(length) => request.headers.set("Content-Length", length.to_string()),
        None => {
            request.headers.remove("Content-Length");
            request.insert_before_host("Transfer-Encoding", "chunked");
        }
    }
    request.insert_before_host("Content-Encoding", "deflate");
    Ok(())
}
