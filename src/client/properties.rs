//! What must hold for any answer of a server, and for any proxy that is named.

use super::framing::{self, Chunk, ChunkDecoder, Framing};
use super::proxy::{self, Proxy};
use super::redirect;
use super::response_head::{self, ResponseHead};
use crate::request::url::{PathStyle, Url};

/// A head is found where it ends, however it arrives, and what is made of it fits a line.
pub(crate) fn response_head(input: &[u8]) {
    let whole = response_head::head_length(input, 0);
    let mut searched = 0;
    for arrived in (0..input.len()).step_by(input.len() / 64 + 1) {
        let found = response_head::head_length(&input[..arrived], searched);
        assert_eq!(found, whole.filter(|length| *length <= arrived));
        if found.is_some() {
            break;
        }
        // As `wire` does it: the end of what was searched may be the middle of what is sought.
        searched = arrived.saturating_sub(3);
    }
    let Some(length) = whole else {
        drop(response_head::parse(input, Some(100)));
        return;
    };
    assert!(length <= input.len());
    if let Ok(head) = response_head::parse(&input[..length], None) {
        is_sound(&head, &input[..length]);
    }
}

fn is_sound(head: &ResponseHead, input: &[u8]) {
    assert!(input.ends_with(&head.raw));
    assert!((100..1000).contains(&head.status));
    assert!(head.version.0 <= 9 && head.version.1 <= 9);
    for header in &head.headers {
        assert!(!header.name().contains(&b'\n') && !header.name().contains(&b':'));
        assert!(!header.value().contains(&b'\n'));
    }
    assert!(!head.status_and_reason().contains(char::is_control));
    let _ = head.closes_connection();
    let is_bodiless = head.status < 200 || matches!(head.status, 204 | 304);
    match framing::of_response(head, false) {
        Ok(framing) => assert_eq!(framing == Framing::None, is_bodiless),
        Err(_) => assert!(head.headers.contains("Content-Length") && !is_bodiless),
    }
    if let Some(location) = redirect::location(head) {
        assert!(!location.contains('\n'));
    }
}

/// The data, whether the body is complete, and whether it is broken.
type Decoded = (Vec<u8>, bool, bool);

fn decoded(input: &[u8], piece: usize) -> Decoded {
    let (mut decoder, mut data) = (ChunkDecoder::default(), Vec::new());
    for part in input.chunks(piece) {
        let mut rest = part;
        while !rest.is_empty() && !decoder.is_done() {
            let taken = match decoder.step(rest) {
                Ok(Chunk::Framing(length)) => length,
                Ok(Chunk::Data(length)) => {
                    data.extend_from_slice(&rest[..length]);
                    length
                }
                Err(_) => return (data, false, true),
            };
            assert!(taken > 0 && taken <= rest.len(), "no step forward");
            rest = &rest[taken..];
        }
    }
    (data, decoder.is_done(), false)
}

/// The first byte is the size of the pieces in which the rest arrives: chunks mean the same in any pieces, and data comes
/// out as it was when it was cut into chunks.
pub(crate) fn chunks(input: &[u8]) {
    let Some((piece, body)) = input.split_first() else {
        return;
    };
    let piece = usize::from(*piece) % 32 + 1;
    let whole = decoded(body, usize::MAX);
    assert_eq!(decoded(body, piece), whole);
    assert!(whole.0.len() <= body.len());
    let mut coded = Vec::new();
    for chunk in body.chunks(piece) {
        coded.extend_from_slice(format!("{:x};x=\"\"\r\n", chunk.len()).as_bytes());
        coded.extend_from_slice(chunk);
        coded.extend_from_slice(b"\r\n");
    }
    coded.extend_from_slice(b"0\r\nTrailer: x\r\n\r\nwhat follows");
    assert_eq!(decoded(&coded, 7), (body.to_vec(), true, false));
}

/// A URL, a `no_proxy` list and a proxy, a line each.
pub(crate) fn proxy(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (url, list, typed) = (next(), next(), next());
    if let Ok(url) = Url::from_argument(url, "http", PathStyle::Normalized) {
        let (host, port) = (url.host(), url.explicit_port());
        let is_exempt = proxy::is_exempt(list, host, port);
        if !host.contains(',') && !host.starts_with('.') {
            assert!(proxy::is_exempt(&format!("{list}, .{host} "), host, port));
        }
        assert!(!is_exempt || !list.trim().is_empty());
        assert!(!proxy::is_exempt(", ,.", host, port));
    }
    if let Ok(proxy) = Proxy::parse(typed, "--proxy") {
        let shown = proxy.to_string();
        assert!(!shown.contains('@'), "credentials are shown: {shown}");
        let again = Proxy::parse(&shown, "--proxy");
        let again = again.unwrap_or_else(|error| panic!("{shown:?}: {error}"));
        assert_eq!(
            (again.kind, &again.host, again.port),
            (proxy.kind, &proxy.host, proxy.port)
        );
        assert!(again.user_info.is_none());
        if let Ok(Some(value)) = proxy.authorization() {
            assert!(value.iter().all(|byte| matches!(byte, b' '..=b'~')));
        }
    }
}
