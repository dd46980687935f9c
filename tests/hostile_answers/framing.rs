//! Where bodies end (RFC 9112, sections 6 to 8): lengths and chunks that are odd, wrong, cut, or at odds with each other.

use super::{Case, case, held, run_all, served};

fn with(name: &'static str, headers: &str, body: &str) -> Case {
    case(name, format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}"))
}

fn open(name: &'static str, headers: &str, body: &str) -> Case {
    held(name, format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}"))
}

fn chunks(name: &'static str, body: &str) -> Case {
    with(name, "Transfer-Encoding: chunked", body)
}

#[test]
fn lengths_are_believed_when_they_are_numbers() {
    run_all(vec![
        open("a length", "Content-Length: 2", "hi").shows("hi"),
        open(
            "leading zeros",
            "Content-Length: 0000000000000000000000002",
            "hi",
        )
        .shows("hi"),
        open(
            "twice the same",
            "Content-Length: 2\r\nContent-Length: 2",
            "hi",
        )
        .shows("hi"),
        open("a list of the same", "Content-Length: 2, 2", "hi").shows("hi"),
        open(
            "a list with empty members",
            "Content-Length: ,2,, 2 ,",
            "hi",
        )
        .shows("hi"),
        open("another form of it", "Content-Length: 2, 002", "hi").shows("hi"),
        with("two numbers without a comma", "Content-Length: 2 2", "hi").shows("hi"),
        with(
            "a number folded in two",
            "Content-Length: 1\r\n 0",
            "0123456789",
        )
        .shows("0123456789"),
        with("quoted", "Content-Length: \"1\"", "hi").shows("hi"),
        with("an exponent", "Content-Length: 1e1", "hi").shows("hi"),
        with("NUL behind it", "Content-Length: 1\0", "hi").shows("hi"),
        with("NUL in its name", "Content-Length\0: 1", "hi").shows("hi"),
        with("a parameter", "Content-Length: 1;x", "hi").shows("hi"),
        with("a form feed behind it", "Content-Length: 1\x0c", "hi").shows("hi"),
        with("a form feed behind its name", "Content-Length\x0c: 1", "hi").shows("hi"),
        with("an underscore in its name", "Content_Length: 1", "hi").shows("hi"),
        with("folded under another", "X: y\r\n Content-Length: 1", "hi").shows("hi"),
        with(
            "one of them empty",
            "Content-Length: 2\r\nContent-Length:",
            "hi",
        )
        .fails(&["conflicting"]),
        with(
            "one of them a word",
            "Content-Length: 2\r\nContent-Length: x",
            "hi",
        )
        .fails(&["conflicting"]),
        open("more than it says", "Content-Length: 2", "hi there").shows("hi"),
        open("nothing, and something comes", "Content-Length: 0", "hi"),
        with("negative", "Content-Length: -2", "hi").shows("hi"),
        with("a sign", "Content-Length: +2", "hi").shows("hi"),
        with("hexadecimal", "Content-Length: 0x2", "hi").shows("hi"),
        with("a fraction", "Content-Length: 2.0", "hi").shows("hi"),
        with("words", "Content-Length: two", "hi").shows("hi"),
        with("empty", "Content-Length:", "hi").shows("hi"),
        with("underscores", "Content-Length: 1_0", "hi").shows("hi"),
        with("digits of another script", "Content-Length: ٢", "hi").shows("hi"),
        with("different", "Content-Length: 2\r\nContent-Length: 3", "hi!").fails(&["conflicting"]),
        with("a list of different", "Content-Length: 2, 3", "hi!").fails(&["conflicting"]),
        with("out of range", "Content-Length: 18446744073709551616", "hi").fails(&["out of range"]),
    ]);
}

#[test]
fn what_is_missing_is_told() {
    run_all(vec![
        with("cut", "Content-Length: 5", "hi")
            .shows("hi")
            .fails(&["3 of 5 bytes are missing"]),
        with("nothing came", "Content-Length: 5", "").fails(&["5 of 5 bytes"]),
        with(
            "the largest number",
            "Content-Length: 18446744073709551615",
            "hi",
        )
        .shows("hi")
        .fails(&["18446744073709551613 of"])
        .within(64),
        chunks("no last chunk", "2\r\nhi\r\n")
            .shows("hi")
            .fails(&["before the last chunk"]),
        chunks("nothing", "").fails(&["before the last chunk"]),
        chunks("cut in a size", "2\r\nhi\r\n1")
            .shows("hi")
            .fails(&["before the last chunk"]),
        chunks("cut behind a size", "2\r\n").fails(&["before the last chunk"]),
        chunks("cut in data", "5\r\nhi")
            .shows("hi")
            .fails(&["before the last chunk"]),
        chunks("cut behind data", "2\r\nhi")
            .shows("hi")
            .fails(&["before the last chunk"]),
        chunks("a chunk that is too large", "fffffffffffffff\r\nhi")
            .shows("hi")
            .fails(&["before the last chunk"])
            .within(64),
        with(
            "cut, formatted",
            "Content-Type: application/json\r\nContent-Length: 9",
            "[1]",
        )
        .args(&["--pretty=format"])
        .shows_anything()
        .fails(&["6 of 9 bytes"]),
    ]);
}

#[test]
fn chunks_are_read_as_servers_write_them() {
    run_all(vec![
        open("LF alone", "Transfer-Encoding: chunked", "2\nhi\n0\n\n").shows("hi"),
        open(
            "capital letters",
            "Transfer-Encoding: chunked",
            "A\r\n0123456789\r\n0\r\n\r\n",
        )
        .shows("0123456789"),
        open(
            "leading zeros",
            "Transfer-Encoding: chunked",
            "000000000000000000002\r\nhi\r\n00\r\n\r\n",
        )
        .shows("hi"),
        open(
            "an extension",
            "Transfer-Encoding: chunked",
            "2;a=\"b;c\"\r\nhi\r\n0;x\r\n\r\n",
        )
        .shows("hi"),
        open(
            "spaces",
            "Transfer-Encoding: chunked",
            "2  \r\nhi\r\n0 \r\n\r\n",
        )
        .shows("hi"),
        open(
            "trailers",
            "Transfer-Encoding: chunked",
            "2\r\nhi\r\n0\r\nA: b\r\nC: d\r\n\r\n",
        )
        .shows("hi"),
        open(
            "a trailer that would redirect",
            "Transfer-Encoding: chunked",
            "2\r\nhi\r\n0\r\nLocation: /x\r\n\r\n",
        )
        .args(&["--follow"])
        .shows("hi"),
        open(
            "many small ones",
            "Transfer-Encoding: chunked",
            &("1\r\nx\r\n".repeat(5000) + "0\r\n\r\n"),
        )
        .shows("x".repeat(5000)),
        open(
            "a capital name",
            "TRANSFER-ENCODING: Chunked",
            "2\r\nhi\r\n0\r\n\r\n",
        )
        .shows("hi"),
        chunks("no final empty line", "2\r\nhi\r\n0\r\n").shows("hi"),
        case(
            "HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        )
        .shows("hi"),
    ]);
}

#[test]
fn chunks_that_are_none_are_refused() {
    run_all(vec![
        chunks("plain text", "hello").fails(&["chunk size"]),
        chunks("negative", "-2\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("a sign", "+2\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("a prefix", "0x2\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("an underscore", "1_0\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("empty", "\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("an extension alone", ";a\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("out of range", "10000000000000000\r\nhi").fails(&["out of range"]),
        chunks("longer than its size", "2\r\nhi!\r\n0\r\n\r\n")
            .shows("hi")
            .fails(&["longer than its size"]),
        chunks("NUL", "2\0\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("digits of another script", "２\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("a comma", "2,2\r\nhi\r\n0\r\n\r\n").fails(&["chunk size"]),
        chunks("a negative end", "2\r\nhi\r\n-0\r\n\r\n")
            .shows("hi")
            .fails(&["chunk size"]),
        chunks("an end with a prefix", "2\r\nhi\r\n0x0\r\n\r\n")
            .shows("hi")
            .fails(&["chunk size"]),
        chunks(
            "a line break in a quoted extension",
            "2;a=\"\r\n\"\r\nhi\r\n0\r\n\r\n",
        )
        .shows("\"\r")
        .fails(&["chunk size"]),
        chunks("two sizes", "1 1\r\nhi\r\n0\r\n\r\n")
            .shows("h")
            .fails(&["longer than its size"]),
        chunks("CR for CRLF", "2\rhi\r0\r\r").fails(&["before the last chunk"]),
        chunks("no line end behind data", "2\r\nhi0\r\n\r\n")
            .shows("hi")
            .fails(&["longer than its size"]),
        chunks("the largest number", "ffffffffffffffff\r\nhi")
            .shows("hi")
            .fails(&["before the last chunk"])
            .within(64),
    ]);
}

/// RFC 9112, section 6.3: Transfer-Encoding wins, and a body in a coding that is not chunked last ends with the connection.
#[test]
fn shapes_of_smuggling_have_one_meaning() {
    let body = "2\r\nhi\r\n0\r\n\r\n";
    run_all(vec![
        open(
            "chunks and a length",
            "Transfer-Encoding: chunked\r\nContent-Length: 3",
            body,
        )
        .shows("hi"),
        open(
            "a length and chunks",
            "Content-Length: 3\r\nTransfer-Encoding: chunked",
            body,
        )
        .shows("hi"),
        open(
            "chunks and two lengths",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\nContent-Length: 4",
            body,
        )
        .shows("hi"),
        open(
            "chunks and a bad length",
            "Content-Length: -1\r\nTransfer-Encoding: chunked",
            body,
        )
        .shows("hi"),
        open(
            "twice",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            body,
        )
        .shows("hi"),
        open(
            "identity and chunks",
            "Transfer-Encoding: identity, chunked",
            body,
        )
        .shows("hi"),
        with("chunks and another", "Transfer-Encoding: chunked, x", body).shows(body),
        with("almost chunked", "Transfer-Encoding: xchunked", body).shows(body),
        with("quoted", "Transfer-Encoding: \"chunked\"", body).shows(body),
        with("a parameter", "Transfer-Encoding: chunked;q=1", body).shows(body),
        with(
            "a vertical tab before it",
            "Transfer-Encoding: \x0bchunked",
            body,
        )
        .shows(body),
        with("NUL behind it", "Transfer-Encoding: chunked\0", body).shows(body),
        // Only SP and HTAB are optional white space (RFC 9110, section 5.6.3). HTTPie takes a form feed for some, too.
        with(
            "a form feed behind it",
            "Transfer-Encoding: chunked\x0c",
            body,
        )
        .shows(body),
        with(
            "a form feed in a list",
            "Transfer-Encoding: x,\x0cchunked",
            body,
        )
        .shows(body),
        with(
            "a form feed behind its name",
            "Transfer-Encoding\x0c: chunked",
            body,
        )
        .shows(body),
        with(
            "a form feed before its name",
            "X: y\r\n\x0cTransfer-Encoding: chunked",
            body,
        )
        .shows(body),
        with("CR before it", "Transfer-Encoding: \rchunked", body).shows(body),
        open("a tab behind it", "Transfer-Encoding: chunked\t", body).shows("hi"),
        // RFC 9112, section 2.2: a bare CR may stand for a space, as it does in HTTPie.
        open("CR behind it", "Transfer-Encoding: chunked\r", body).shows("hi"),
        with(
            "folded within the word",
            "Transfer-Encoding: chun\r\n ked",
            body,
        )
        .shows(body),
        open(
            "an underscore in its name",
            "Transfer_Encoding: chunked\r\nContent-Length: 2",
            "hi",
        )
        .shows("hi"),
        open(
            "empty members of the list",
            "Transfer-Encoding: ,chunked,",
            body,
        )
        .shows("hi"),
        open(
            "behind a coding that nobody knows",
            "Transfer-Encoding: x, chunked",
            body,
        )
        .shows("hi"),
        // RFC 2616 had `identity`: no coding at all, so that the length holds. HTTPie reads it so.
        open(
            "identity and a length",
            "Transfer-Encoding: identity\r\nContent-Length: 2",
            "hi",
        )
        .shows("hi"),
        open(
            "an empty coding and a length",
            "Transfer-Encoding:\r\nContent-Length: 2",
            "hi",
        )
        .shows("hi"),
        open("a folded coding", "Transfer-Encoding:\r\n chunked", body).shows("hi"),
        open(
            "a space before the colon",
            "Transfer-Encoding : chunked",
            body,
        )
        .shows("hi"),
    ]);
}

/// What comes behind an answer is not the answer to the next request, also where the two look alike.
#[test]
fn an_answer_that_was_slipped_in_is_not_taken() {
    let first = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 2\r\n\r\nhi";
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
    let honest = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhonest";
    let chunked = "HTTP/1.1 302 Found\r\nLocation: /next\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n";
    let both = |first: String| {
        move |mut connection: super::RawConnection| {
            match connection.request().as_str() {
                "/start" => connection.send(format!("{first}{forged}")),
                _ => connection.send(honest),
            };
        }
    };
    run_all(vec![
        served("behind a length", both(first.to_owned()))
            .args(&["--follow"])
            .shows("honest"),
        served("behind chunks", both(chunked.to_owned()))
            .args(&["--follow"])
            .shows("honest"),
    ]);
}

/// RFC 9112, section 6.1: who is told two things about the end of a body does not use the connection again.
#[test]
fn a_connection_with_two_meanings_is_not_used_again() {
    for head in [
        "HTTP/1.1 302 Found\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "HTTP/1.0 302 Found\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n",
    ] {
        let answer = format!("{head}Location: /next\r\n\r\n0\r\n\r\n");
        run_all(vec![
            served("two meanings", move |mut connection| {
                let number = connection.number;
                while !connection.request().is_empty() {
                    let last = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}");
                    match number == 0 {
                        true => connection.send(&answer),
                        false => connection.send(last),
                    };
                }
            })
            .args(&["--follow"])
            .shows("1")
            .asks(&["/start", "/next"]),
        ]);
    }
}
