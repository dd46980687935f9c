//! What must hold for any bytes from outside: one property a kind of input, each a function that panics when it is broken.
//!
//! The targets in `fuzz/` feed them with libFuzzer; `cargo test` feeds them with the seeds in `fuzz/seeds/` and with inputs
//! made from these. Each room states its own properties, next to the code that only it may call. All of this is compiled for
//! tests and under `--cfg fuzzing` alone, which cargo-fuzz sets: a release has neither the code nor a door to it.

#![allow(missing_docs, reason = "the name of a target says what it is given")]

use std::time::{Duration, Instant};

macro_rules! targets {
    ($($name:ident => $property:path,)*) => {
        /// Every target but `linear_time`, by name.
        const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $property),)*];

        $(pub fn $name(input: &[u8]) {
            $property(input);
        })*

        #[cfg(test)]
        mod seeds_and_what_is_made_of_them {
            $(#[test]
            fn $name() {
                super::tests::try_inputs(stringify!($name), $property);
            })*
        }
    };
}

targets! {
    charset => crate::output::properties::charset,
    chunks => crate::client::properties::chunks,
    content_disposition => crate::output::properties::content_disposition,
    cookie_date => crate::sessions::properties::cookie_date,
    cookies_txt => crate::sessions::properties::cookies_txt,
    digest => crate::auth::properties::digest,
    highlight => crate::output::properties::highlight,
    json => crate::output::properties::json,
    netrc => crate::auth::properties::netrc,
    proxy => crate::client::properties::proxy,
    request_items => crate::cli::properties::request_items,
    response_head => crate::client::properties::response_head,
    session_file => crate::sessions::properties::session_file,
    set_cookie => crate::sessions::properties::set_cookie,
    url => crate::request::properties::url,
    xml => crate::output::properties::xml,
}

/// How long an input is made.
const LONG: usize = if cfg!(test) { 24 << 10 } else { 128 << 10 };
/// Far more time than any step needs, far less than a step for each byte that came before would take.
const MOST_TIME: Duration = Duration::from_secs(if cfg!(test) { 3 } else { 2 });

/// Time is linear: the first byte names a target, which then gets a very long input: what stands between two bytes 0xFF,
/// again and again, with what stands before and behind.
pub fn linear_time(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else {
        return;
    };
    let (name, property) = TARGETS[usize::from(*choice) % TARGETS.len()];
    let mut parts = rest.split(|byte| *byte == 0xFF);
    let (one, two, three) = (parts.next(), parts.next(), parts.next());
    let (before, unit, behind) = match (one, two) {
        (Some(unit), None) => (&[][..], unit, &[][..]),
        _ => (
            one.unwrap_or_default(),
            two.unwrap_or_default(),
            three.unwrap_or_default(),
        ),
    };
    if unit.is_empty() {
        return;
    }
    let long = [before, &unit.repeat(LONG / unit.len() + 1), behind].concat();
    // The machine may be busy with something else at one time, but not at every time.
    let mut times = (0..3).map(|_| {
        let start = Instant::now();
        property(&long);
        start.elapsed()
    });
    assert!(
        times.any(|time| time < MOST_TIME),
        "{name} is too slow with {:?} again and again",
        String::from_utf8_lossy(unit)
    );
}

#[cfg(test)]
mod tests;
