//! Feeds the properties with the seeds and with what a small generator makes of them.

use std::path::Path;

use super::{TARGETS, linear_time as check_time};

/// How many inputs are made of the seeds of a target.
const MADE: usize = 3000;
/// Longer inputs are libFuzzer's business.
const LONGEST: usize = 4096;

/// A linear congruential generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    /// An input with one thing done to it: bytes changed, cut out, repeated, put in, or taken from another seed.
    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        const WORDS: &[&[u8]] = &[
            b"\0",
            b"\n",
            b"\r\n",
            b"\"",
            b"\\",
            b"%",
            b"\xff",
            b"\xc3\xa9",
            b"\xe2\x80\xae",
            b"[",
            b"]",
            b"{",
            b"}",
            b";",
            b"=",
            b":",
            b",",
            b"\t",
            b"-1",
            b"18446744073709551616",
            b"/..",
            b"\\u",
            b"\\ud800",
            b"null",
            b"'",
            b"<",
            b">",
            b"&",
            b"@",
            b"#",
        ];
        let at = self.below(input.len() + 1);
        let end = (at + self.below(12)).min(input.len());
        match self.below(7) {
            0 => _ = input.get_mut(at).map(|byte| *byte = self.below(256) as u8),
            1 => drop(input.drain(at..end)),
            2 => {
                let piece = input[at..end].repeat(1 + self.below(40));
                input.splice(at..at, piece);
            }
            3 | 4 => drop(input.splice(at..at, WORDS[self.below(WORDS.len())].iter().copied())),
            5 => {
                let other = &seeds[self.below(seeds.len())];
                let from = self.below(other.len() + 1);
                let until = (from + self.below(60)).min(other.len());
                input.splice(at..end, other[from..until].iter().copied());
            }
            _ => input.truncate(at),
        }
        input.truncate(LONGEST);
    }
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let seeds: Vec<_> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    seeds
}

/// Tells on which input a property did not hold.
struct Telling<'a>(&'a [u8]);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input was b\"{}\"", self.0.escape_ascii());
        }
    }
}

fn try_input(property: fn(&[u8]), input: &[u8]) {
    let _telling = Telling(input);
    property(input);
}

pub(super) fn try_inputs(target: &str, property: fn(&[u8])) {
    let seeds = seeds(target);
    for seed in &seeds {
        try_input(property, seed);
    }
    let mut random = Random(target.len() as u64);
    for _ in 0..MADE {
        let mut input = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            random.change(&mut input, &seeds);
        }
        try_input(property, &input);
    }
}

#[test]
fn time_is_linear_in_what_is_repeated() {
    for seed in seeds("linear_time") {
        try_input(check_time, &seed);
    }
    let mut random = Random(5);
    for (index, (target, _)) in TARGETS.iter().enumerate() {
        let seeds = seeds(target);
        for _ in 0..4 {
            let seed = &seeds[random.below(seeds.len())];
            let from = random.below(seed.len());
            let until = (from + 1 + random.below(8)).min(seed.len());
            let unit = [&[index as u8], &seed[from..until]].concat();
            try_input(check_time, &unit);
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for target in TARGETS.iter().map(|(name, _)| *name).chain(["linear_time"]) {
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
        let path = folder.join(format!("fuzz_targets/{target}.rs"));
        assert!(path.exists(), "{}", path.display());
    }
}
