//! The Public Suffix List: below which domains anyone may register names.
//!
//! `rules.txt` holds the rules of the list (publicsuffix.org, ICANN's and private ones), one a line, in ASCII (`xn--`) and in
//! the order of their bytes. It is searched as it stands: nothing is built at start, and it is a fifth of the size of the
//! `psl` crate's tables. That crate is where the rules come from (its `data/rules.txt`) and what the test compares with.
//! It knows nothing of cookies.

use std::cmp::Ordering;

const RULES: &str = include_str!("rules.txt");

/// What a rule says. The marks stand before all letters, so the rules of a kind stand together.
#[derive(Clone, Copy)]
enum Kind {
    /// `!name`: no public suffix, though a wildcard says so.
    Exception,
    /// `*.name`: every label below the name.
    Wildcard,
    /// `name`
    Plain,
}

/// Where the wildcards and the plain rules start.
const STARTS: (usize, usize) = {
    let rules = RULES.as_bytes();
    let (mut at, mut wildcards, mut plain) = (0, 0, 0);
    while plain == 0 {
        if at == 0 || rules[at - 1] == b'\n' {
            if rules[at] == b'*' && wildcards == 0 {
                wildcards = at;
            } else if rules[at] != b'*' && rules[at] != b'!' {
                plain = at;
            }
        }
        at += 1;
    }
    (wildcards, plain)
};

impl Kind {
    fn mark(self) -> &'static str {
        match self {
            Kind::Exception => "!",
            Kind::Wildcard => "*.",
            Kind::Plain => "",
        }
    }

    fn rules(self) -> &'static str {
        match self {
            Kind::Exception => &RULES[..STARTS.0],
            Kind::Wildcard => &RULES[STARTS.0..STARTS.1],
            Kind::Plain => &RULES[STARTS.1..],
        }
    }
}

/// The public suffix of a domain in lower case (RFC 6265bis, section 5.6): the longest rule that matches, else the last label.
pub(super) fn suffix(domain: &str) -> &str {
    let mut longest = domain.rsplit('.').next().unwrap_or(domain);
    let mut parent = longest;
    while parent.len() < domain.len() {
        // One label more.
        let below = &domain[..domain.len() - parent.len() - 1];
        let start = below.rfind('.').map_or(0, |dot| dot + 1);
        let name = &domain[start..];
        if is_rule(Kind::Exception, name) {
            // It takes one label off a wildcard's name (`!city.kawasaki.jp` leaves `kawasaki.jp`).
            return parent;
        }
        if is_rule(Kind::Wildcard, parent) || is_rule(Kind::Plain, name) {
            longest = name;
        }
        parent = name;
    }
    longest
}

/// The domain that someone registered below a public suffix: one label more; nothing for a public suffix itself.
pub(super) fn registrable(domain: &str) -> Option<&str> {
    let rest = domain.strip_suffix(suffix(domain))?.strip_suffix('.')?;
    let start = rest.rfind('.').map_or(0, |dot| dot + 1);
    (start < rest.len()).then(|| &domain[start..])
}

/// Whether a rule of this kind has this name.
fn is_rule(kind: Kind, name: &str) -> bool {
    let rules = kind.rules().as_bytes();
    let (mut low, mut high) = (0, rules.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let is_end = |byte: &u8| *byte == b'\n';
        let start = rules[low..middle].iter().rposition(is_end);
        let start = start.map_or(low, |end| low + end + 1);
        let length = rules[start..].iter().position(is_end);
        let end = length.map_or(rules.len(), |length| start + length);
        match rules[start + kind.mark().len()..end].cmp(name.as_bytes()) {
            Ordering::Equal => return true,
            Ordering::Less => low = end + 1,
            Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_in_order_and_in_lower_case_ascii() {
        let rules: Vec<_> = RULES.lines().collect();
        assert!(rules.is_sorted() && rules.len() > 10_000);
        assert!(rules.iter().all(|rule| rule.is_ascii()));
        assert!(!RULES.bytes().any(|byte| byte.is_ascii_uppercase()));
    }

    #[test]
    fn every_rule_means_what_the_psl_crate_says() {
        // The crate loses wildcards that stand below one another.
        let is_nested = |rule: &str| {
            let name = rule
                .strip_prefix("*.")
                .and_then(|name| name.split_once('.'));
            name.is_some_and(|(_, parent)| is_rule(Kind::Wildcard, parent))
        };
        for rule in RULES.lines().filter(|rule| !is_nested(rule)) {
            let name = rule.trim_start_matches('!').trim_start_matches("*.");
            for domain in ["", "a.", "b.a.", "c.b.a."].map(|below| format!("{below}{name}")) {
                assert_eq!(Some(suffix(&domain)), psl::suffix_str(&domain), "{domain}");
                assert_eq!(registrable(&domain), psl::domain_str(&domain), "{domain}");
            }
        }
    }

    #[test]
    fn wildcards_below_wildcards_count() {
        let domain = "a.b.eu-north-1.r.cloud.int.apple";
        assert_eq!(suffix(domain), "b.eu-north-1.r.cloud.int.apple");
        assert_eq!(suffix("x.r.cloud.int.apple"), "x.r.cloud.int.apple");
    }

    #[test]
    fn unknown_and_odd_names_have_their_last_label_as_suffix() {
        for domain in [
            "x.unknown",
            "localhost",
            "a.b.unknown",
            "",
            ".",
            "a..b",
            ".x",
        ] {
            assert_eq!(
                Some(suffix(domain)),
                Some(domain.rsplit('.').next().unwrap_or(""))
            );
        }
        assert_eq!(registrable("a.b.unknown"), Some("b.unknown"));
        assert_eq!(registrable("localhost"), None);
    }
}
