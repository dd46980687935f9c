//! How fast a session finds out what applies to a request: 10,000 cookies received, full jars asked, headers looked up and
//! taken over.

#![allow(missing_docs)]

#[path = "shared/mod.rs"]
mod shared;

use std::hint::black_box;

use httpie::Headers;
use httpie::sessions::{CookieJar, CookieUrl};
use shared::measure;

const NOW: i64 = 1_800_000_000;
const COUNT: u32 = 10_000;

/// A full jar: the cookies of a hundred hosts of four sites, with paths and times.
fn received() -> CookieJar {
    let mut jar = CookieJar::new();
    for number in 0..COUNT {
        let host = host(number);
        let url = CookieUrl::new(true, &host, "/a/b/page");
        let path = ["/", "/a", "/a/b", "/elsewhere"][number as usize / 100 % 4];
        let line = format!(
            "name{number}=value{number}; Path={path}; Max-Age={}; HttpOnly",
            number + 60
        );
        let taken = jar.receive(line.as_bytes(), &url, NOW);
        assert!(taken.is_ok(), "{line}");
    }
    jar
}

fn host(number: u32) -> String {
    format!("host{}.site{}.example", number % 100, number % 4)
}

fn main() {
    measure("a cookie received, of 10,000", 7, COUNT, || {
        black_box(received());
    });
    let jar = received();
    let name = format!("a Cookie header from {} cookies", jar.len());
    measure(&name, 21, 100, || {
        for number in 0..100 {
            let host = host(number);
            let header = jar.header_for(&CookieUrl::new(true, &host, "/a/b/page"), NOW);
            assert!(black_box(header).is_some());
        }
    });
    let mut headers = Headers::new();
    for number in 0..200 {
        headers.append(format!("X-Header-{number}"), "a value");
    }
    measure("a header found, of 200", 21, 200, || {
        for number in 0..200 {
            let value = headers.get(&format!("x-header-{number}"));
            assert!(black_box(value).is_some());
        }
    });
    measure("200 headers replaced by others", 21, 1, || {
        let mut changed = headers.clone();
        for number in 0..200 {
            changed.set(format!("x-header-{number}"), "another value");
        }
        black_box(changed);
    });
}
