//! The head of a message as it is shown: its lines, in order of names if asked, in colour if asked.
//!
//! Takes the bytes of the wire and never changes a name or a value. A line that is no header is shown as it stands.

use super::colors::Brush;
use super::styles::{Class, Style};

/// In which order headers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderOrder {
    /// As they came or will go.
    AsOnTheWire,
    /// By name, capital letters first, as HTTPie sorts them; those of one name keep their order.
    ByName,
}

/// Appends a head (a start line, header lines, with or without the empty line behind them) and an empty line to `out`.
///
/// As in HTTPie lines end in CRLF; in colour they end in LF, the last two excepted.
pub(crate) fn write_head(
    head: &[u8],
    order: HeaderOrder,
    style: Option<&Style>,
    out: &mut Vec<u8>,
) {
    let mut lines = lines_of(head);
    if order == HeaderOrder::ByName && lines.len() > 1 {
        lines[1..].sort_by_key(name_of);
    }
    let mut brush = Brush::new(style);
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter().enumerate() {
        if index == 0 {
            paint_start_line(line, &mut brush, out);
        } else {
            paint_header(line, &mut brush, out);
        }
        let line_end: &[u8] = match brush.is_coloured() && index != last {
            true => b"\n",
            false => b"\r\n",
        };
        brush.plain(line_end, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends the line on how long the exchange took.
pub(crate) fn write_elapsed_time(seconds: f64, style: Option<&Style>, out: &mut Vec<u8>) {
    let mut brush = Brush::new(style);
    brush.paint(Class::MetaName, b"Elapsed time", out);
    brush.paint(Class::Operator, b":", out);
    brush.plain(b" ", out);
    let class = match seconds {
        _ if !brush.tells_kinds_apart() => Class::Number,
        ..=0.45 => Class::Good,
        ..=1.0 => Class::Other,
        ..=2.5 => Class::Doubtful,
        _ => Class::Bad,
    };
    brush.paint(class, seconds.to_string().as_bytes(), out);
    brush.paint(Class::MetaUnit, b"s", out);
    brush.plain(b"", out);
}

/// The lines without their ends, up to the empty line. A line that begins with white space goes with the one before it
/// (RFC 9112, section 5.2).
fn lines_of(head: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = Vec::new();
    let mut line_start = 0;
    let mut at = 0;
    while at < head.len() {
        let end = head[at..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(head.len(), |length| at + length);
        let line = without_line_end(&head[at..end]);
        if line.is_empty() {
            break;
        }
        let folded = lines.len() > 1 && matches!(line.first(), Some(b' ' | b'\t'));
        if folded {
            lines.pop();
        } else {
            line_start = at;
        }
        lines.push(without_line_end(&head[line_start..end]));
        at = end + 1;
    }
    lines
}

fn without_line_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What HTTPie sorts by: what stands before the first colon.
fn name_of<'a>(line: &&'a [u8]) -> &'a [u8] {
    line.split(|&byte| byte == b':').next().unwrap_or_default()
}

fn paint_header(line: &[u8], brush: &mut Brush<'_>, out: &mut Vec<u8>) {
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return brush.plain(line, out);
    };
    let value = &line[colon + 1..];
    let spaces = value.len() - value.trim_ascii_start().len();
    brush.paint(Class::HeaderName, &line[..colon], out);
    brush.paint(Class::Operator, b":", out);
    brush.plain(&value[..spaces], out);
    for (index, part) in value[spaces..].split(|&byte| byte == b'\n').enumerate() {
        if index > 0 {
            brush.plain(b"\n", out);
        }
        brush.paint(Class::HeaderValue, part, out);
    }
}

fn paint_start_line(line: &[u8], brush: &mut Brush<'_>, out: &mut Vec<u8>) {
    let mut words = line.splitn(3, |&byte| byte == b' ');
    let (first, second, third) = (words.next(), words.next(), words.next());
    let first = first.unwrap_or_default();
    if let (true, Some(code)) = (first.starts_with(b"HTTP/"), second) {
        paint_protocol(first, brush, out);
        brush.plain(b" ", out);
        let kind = brush.tells_kinds_apart().then(|| kind_of_status(code));
        brush.paint(kind.unwrap_or(Class::Number), code, out);
        if let Some(reason) = third {
            // As in HTTPie one space is enough, however many the server sends.
            let reason = reason.trim_ascii_start();
            brush.plain(b" ", out);
            brush.paint(kind.unwrap_or(Class::Reason), reason, out);
        }
    } else if let (Some(target), Some(protocol)) = (second, third) {
        let kind = brush.tells_kinds_apart().then(|| kind_of_method(first));
        brush.paint(kind.unwrap_or(Class::Method), first, out);
        brush.plain(b" ", out);
        brush.paint(Class::Target, target, out);
        brush.plain(b" ", out);
        paint_protocol(protocol, brush, out);
    } else {
        brush.plain(line, out);
    }
}

fn paint_protocol(text: &[u8], brush: &mut Brush<'_>, out: &mut Vec<u8>) {
    match text.strip_prefix(b"HTTP/") {
        Some(version) => {
            brush.paint(Class::Protocol, b"HTTP", out);
            brush.paint(Class::Operator, b"/", out);
            brush.paint(Class::Number, version, out);
        }
        None => brush.plain(text, out),
    }
}

fn kind_of_status(code: &[u8]) -> Class {
    match code.first() {
        Some(b'1') => Class::Notice,
        Some(b'2') => Class::Good,
        Some(b'3') => Class::Other,
        Some(b'4') => Class::Doubtful,
        Some(b'5') => Class::Bad,
        _ => Class::Number,
    }
}

fn kind_of_method(method: &[u8]) -> Class {
    match method {
        b"GET" | b"HEAD" => Class::Good,
        b"POST" => Class::Other,
        b"PUT" | b"PATCH" => Class::Doubtful,
        b"DELETE" => Class::Bad,
        _ => Class::Method,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(head: &str, order: HeaderOrder, style: Option<&str>) -> String {
        let style = style.map(|name| Style::named(name).unwrap());
        let mut out = Vec::new();
        write_head(head.as_bytes(), order, style.as_ref(), &mut out);
        String::from_utf8(out).unwrap()
    }

    const HEAD: &str =
        "HTTP/1.1 200 OK\r\nServer: x\r\nb-two: 2\r\nDate: now\r\nb-two: 1\r\na-one: x: y\r\n\r\n";

    #[test]
    fn headers_are_sorted_by_name_with_capitals_first() {
        assert_eq!(
            shown(HEAD, HeaderOrder::ByName, None),
            "HTTP/1.1 200 OK\r\nDate: now\r\nServer: x\r\na-one: x: y\r\nb-two: 2\r\nb-two: 1\r\n\r\n"
        );
        assert_eq!(shown(HEAD, HeaderOrder::AsOnTheWire, None), HEAD);
    }

    #[test]
    fn a_coloured_head_ends_its_lines_as_httpie_does() {
        assert_eq!(
            shown(HEAD, HeaderOrder::AsOnTheWire, Some("auto")).replace('\x1b', "^"),
            "^[34mHTTP^[0m/^[34m1.1^[0m ^[34m200^[0m ^[36mOK^[0m\n^[36mServer^[0m: x\n^[36mb-two^[0m: 2\n\
             ^[36mDate^[0m: now\n^[36mb-two^[0m: 1\n^[36ma-one^[0m: x: y\r\n\r\n"
        );
    }

    #[test]
    fn pie_colours_methods_and_codes_by_kind() {
        let text = shown(
            "DELETE /x HTTP/1.1\r\nA: 1\r\n\r\n",
            HeaderOrder::ByName,
            Some("pie"),
        );
        assert!(text.starts_with(
            "\x1b[38;5;167;01mDELETE\x1b[0m \x1b[90;01m/x\x1b[0m \x1b[38;5;8;01mHTTP/1.1\x1b[0m\n"
        ));
        assert!(text.contains("\x1b[38;5;62mA\x1b[0;38;5;8;01m:\x1b[0m \x1b[90m1\x1b[0m\r\n\r\n"));
        let text = shown(
            "HTTP/1.1 404 Not Found\r\n\r\n",
            HeaderOrder::ByName,
            Some("pie"),
        );
        assert!(text.contains("\x1b[38;5;209;01m404\x1b[0m \x1b[38;5;209;01mNot Found\x1b[0m\r\n"));
    }

    #[test]
    fn odd_heads_stay_as_they_are() {
        for head in [
            "",
            "nonsense\r\n",
            "HTTP/1.1 200\r\n",
            "HTTP/1.1 299 \r\nno colon\r\nC:\r\n",
            "HTTP/2\r\n: empty\r\nB:   three  \r\n",
            "GET  HTTP/1.1\r\nX: a\r\n folded\r\n\tmore\r\n",
            "A B C D E\r\n",
        ] {
            let wanted = format!("{head}\r\n");
            assert_eq!(shown(head, HeaderOrder::AsOnTheWire, None), wanted);
            let coloured = shown(head, HeaderOrder::AsOnTheWire, Some("monokai"));
            let mut plain = String::new();
            for (index, piece) in coloured.split('\x1b').enumerate() {
                plain.push_str(if index == 0 {
                    piece
                } else {
                    piece.split_once('m').unwrap().1
                });
            }
            assert_eq!(plain.replace("\r\n", "\n"), wanted.replace("\r\n", "\n"));
        }
    }

    #[test]
    fn a_reason_stands_behind_one_space() {
        let head = "HTTP/1.0 200   All fine\r\n\r\n";
        let wanted = "HTTP/1.0 200 All fine\r\n\r\n";
        assert_eq!(shown(head, HeaderOrder::ByName, None), wanted);
    }

    #[test]
    fn a_folded_line_moves_with_its_header() {
        assert_eq!(
            shown(
                "HTTP/1.1 200 OK\nX: a\n folded\nB: 1\n\n",
                HeaderOrder::ByName,
                None
            ),
            "HTTP/1.1 200 OK\r\nB: 1\r\nX: a\n folded\r\n\r\n"
        );
    }

    #[test]
    fn elapsed_time_is_coloured_by_speed() {
        let pie = Style::named("pie").unwrap();
        let mut out = Vec::new();
        write_elapsed_time(2.75, Some(&pie), &mut out);
        assert_eq!(
            out,
            b"\x1b[38;5;8mElapsed time\x1b[0;38;5;8;01m:\x1b[0m \x1b[38;5;167;01m2.75\x1b[0ms"
        );
        let mut out = Vec::new();
        write_elapsed_time(0.25, None, &mut out);
        assert_eq!(out, b"Elapsed time: 0.25s");
    }
}
