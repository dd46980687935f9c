//! The order of the members of an object, as HTTPie has it.

use std::cmp::Ordering;

use super::scan::{byte, skip_space};
use super::text::{compare_names, string_end};

/// Orders members by name, those of one name as HTTPie by value; tells whether that moved any. No memory is taken.
#[inline(always)]
pub(super) fn sort(text: &[u8], names: &mut [u32]) -> bool {
    /// Up to here the plainest way is the fastest.
    const FEW: usize = 16;
    if names.len() > FEW {
        return sort_many(text, names);
    }
    let mut moved = false;
    for index in 1..names.len() {
        let name = names[index];
        let mut place = index;
        while place > 0 && compare_members(text, names[place - 1], name).is_gt() {
            names[place] = names[place - 1];
            place -= 1;
        }
        names[place] = name;
        moved |= place != index;
    }
    moved
}

fn sort_many(text: &[u8], names: &mut [u32]) -> bool {
    let compare = |a: &u32, b: &u32| compare_members(text, *a, *b);
    if names.is_sorted_by(|a, b| compare(a, b).is_le()) {
        return false;
    }
    names.sort_unstable_by(|a, b| compare(a, b).then_with(|| a.cmp(b)));
    true
}

#[inline(always)]
fn compare_members(text: &[u8], a: u32, b: u32) -> Ordering {
    compare_names(text, a as usize, b as usize).then_with(|| {
        let kept = Ordering::Equal;
        let compare = || compare_values(text, a as usize, b as usize);
        if a == b { kept } else { compare() }
    })
}

/// The order of two members of one name: numbers by their value, then strings by their text, then all others, which keep
/// their places.
#[cold]
fn compare_values(text: &[u8], a: usize, b: usize) -> Ordering {
    let value = |name: usize| {
        let at = skip_space(text, skip_space(text, string_end(text, name)) + 1);
        let number = || {
            let is_behind = |byte: &u8| b",]} \t\r\n".contains(byte);
            let length = text[at..].iter().position(is_behind)?;
            std::str::from_utf8(&text[at..at + length])
                .ok()?
                .parse::<f64>()
                .ok()
        };
        match byte(text, at) {
            b'-' | b'0'..=b'9' => (0, number(), at),
            b'"' => (1, None, at),
            _ => (2, None, at),
        }
    };
    let (a, b) = (value(a), value(b));
    match (a, b) {
        ((0, Some(a), _), (0, Some(b), _)) => a.total_cmp(&b),
        ((1, _, a), (1, _, b)) => compare_names(text, a, b),
        _ => a.0.cmp(&b.0),
    }
}
