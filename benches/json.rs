//! How fast JSON is formatted: prints MiB of input a second, best of several runs, for a synthetic document of records or
//! for the file named on the command line (`cargo bench --bench json -- FILE`).

#![allow(dead_code, missing_docs, unused_imports)] // Parts of the crate are included of which a bench uses little.

use std::io::{self, Write};
use std::time::{Duration, Instant};

#[path = "../src/output/json/mod.rs"]
mod json;
#[path = "../src/output/styles.rs"]
mod styles;
#[path = "../src/terminal_text.rs"]
mod terminal_text;

use json::{JsonOptions, Verdict, write_json};
use styles::Style;

const RUNS: usize = 7;

/// Takes everything and keeps nothing.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(std::hint::black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// About 32 MiB of records with short strings, a few escapes and members out of order.
fn records() -> Vec<u8> {
    let words = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "épsilon",
        "zeta",
        "a \\\"quoted\\\" one",
        "tab\\tbed",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    let mut state = 7_u64;
    let mut random = |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % limit
    };
    let mut text = String::from("[");
    while text.len() < 32 << 20 {
        let mut word = || words[random(words.len() as u64) as usize];
        let (name, first, second, last) = (word(), word(), word(), word());
        text.push_str(&format!(
            "{{\"id\":{},\"name\":\"{name}\",\"tags\":[\"{first}\",\"{second}\"],\"score\":{}.{:06},\"ok\":{},\
             \"sub\":{{\"z\":null,\"a\":[1,2,3,{}],\"m\":\"{last}\"}}}},",
            random(1 << 40),
            random(10_000),
            random(1_000_000),
            random(2) == 0,
            random(1 << 20),
        ));
    }
    text.pop();
    text.push(']');
    text.into_bytes()
}

fn measure(name: &str, text: &[u8], mut work: impl FnMut()) {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    let mib = text.len() as f64 / f64::from(1 << 20);
    println!(
        "{name:24} {:8.1} ms {:8.0} MiB/s",
        best.as_secs_f64() * 1e3,
        mib / best.as_secs_f64()
    );
}

fn main() -> io::Result<()> {
    let file = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let text = match file {
        Some(path) => std::fs::read(path)?,
        None => records(),
    };
    let sorted = JsonOptions::default();
    let unsorted = JsonOptions {
        sort_keys: false,
        ..sorted
    };
    let wary = JsonOptions {
        escape_controls: true,
        ..sorted
    };
    let only_colours = JsonOptions {
        format: false,
        ..sorted
    };
    let (auto, pie) = (Style::named("auto"), Style::named("pie"));
    for (name, options, style) in [
        ("format", &sorted, None),
        ("format, unsorted", &unsorted, None),
        ("format, for a terminal", &wary, None),
        ("format and colour", &sorted, auto.as_ref()),
        ("format and colour, pie", &sorted, pie.as_ref()),
        ("colour only", &only_colours, auto.as_ref()),
    ] {
        measure(name, &text, || {
            let verdict = write_json(&text, None, options, style, &mut Nowhere);
            assert!(matches!(verdict, Ok(Verdict::Written)));
        });
    }
    Ok(())
}
