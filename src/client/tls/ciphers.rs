//! `--ciphers`: from OpenSSL's notation to the suites that are spoken here, which are nine.
//!
//! As in OpenSSL, key words and TLS 1.2 names choose among the suites of TLS 1.2, and those of TLS 1.3 stay as they
//! are (this is HTTPie's behaviour) unless one of them is called by its name, which OpenSSL has another option for. Names of suites
//! that are not spoken are passed over. Text in, suites out; nothing is known of connections.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite as suite;

use crate::error::Error;

/// The suites to offer, in order.
#[derive(Clone, Debug)]
pub(crate) struct Ciphers(pub(super) Vec<SupportedCipherSuite>);

/// A suite under OpenSSL's name, with the key words that mean it. Those of TLS 1.3 have none.
struct Known {
    name: &'static str,
    suite: SupportedCipherSuite,
    words: &'static [&'static str],
}

impl Known {
    fn is_tls13(&self) -> bool {
        self.words.is_empty()
    }

    /// By its name in OpenSSL or, with `_WITH_` in it, in the IANA's list; else by all the words of a `+` list.
    fn is_meant_by(&self, term: &str) -> bool {
        let bare = term.to_ascii_uppercase().replace('_', "-");
        let bare = bare
            .strip_prefix("TLS-")
            .filter(|_| bare.contains("-WITH-"))
            .map(|name| name.replace("-WITH", "").replace("AES-", "AES"))
            .unwrap_or(bare);
        bare == self.name.replace('_', "-")
            || bare.strip_suffix("-SHA256") == Some(self.name)
            || (!self.is_tls13() && self.has_words(term))
    }

    fn has_words(&self, term: &str) -> bool {
        term.split('+').all(|word| {
            let mut common = ["ALL", "DEFAULT", "HIGH", "TLSv1.2", "FIPS"]
                .iter()
                .chain(&["ECDHE", "EECDH", "kECDHE", "kEECDH", "ECDH"])
                .chain(self.words);
            common.any(|known| known.eq_ignore_ascii_case(word))
        })
    }
}

fn known() -> [Known; 9] {
    const fn known(
        name: &'static str,
        suite: SupportedCipherSuite,
        words: &'static [&'static str],
    ) -> Known {
        Known { name, suite, words }
    }
    [
        known(
            "TLS_AES_256_GCM_SHA384",
            suite::TLS13_AES_256_GCM_SHA384,
            &[],
        ),
        known(
            "TLS_AES_128_GCM_SHA256",
            suite::TLS13_AES_128_GCM_SHA256,
            &[],
        ),
        known(
            "TLS_CHACHA20_POLY1305_SHA256",
            suite::TLS13_CHACHA20_POLY1305_SHA256,
            &[],
        ),
        known(
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            &["aECDSA", "ECDSA", "AES", "AES256", "AESGCM"],
        ),
        known(
            "ECDHE-RSA-AES256-GCM-SHA384",
            suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            &["aRSA", "AES", "AES256", "AESGCM"],
        ),
        known(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            &["aECDSA", "ECDSA", "AES", "AES128", "AESGCM"],
        ),
        known(
            "ECDHE-RSA-AES128-GCM-SHA256",
            suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            &["aRSA", "AES", "AES128", "AESGCM"],
        ),
        known(
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
            &["aECDSA", "ECDSA", "CHACHA20"],
        ),
        known(
            "ECDHE-RSA-CHACHA20-POLY1305",
            suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            &["aRSA", "CHACHA20"],
        ),
    ]
}

impl Ciphers {
    /// Reads a list with colons, commas, semicolons or spaces between its terms: `+` before a term moves what it means
    /// to the end, `-` takes it off, `!` for good.
    ///
    /// # Errors
    /// Nothing that is spoken here is left.
    pub(crate) fn parse(list: &str) -> Result<Ciphers, Error> {
        let known = known();
        let mut chosen: Vec<usize> = Vec::new();
        let mut banned = Vec::new();
        for term in list
            .split([':', ',', ';', ' '])
            // What begins with an at sign asks for an order or a level of security, of which there is but one here.
            .map(|term| term.split('@').next().unwrap_or_default())
            .filter(|term| !term.is_empty())
        {
            let (action, term) = match term.as_bytes()[0] {
                action @ (b'!' | b'-' | b'+') => (action, &term[1..]),
                _ => (b' ', term),
            };
            let meant = (0..known.len()).filter(|&index| known[index].is_meant_by(term));
            for index in meant {
                let was_chosen = chosen.contains(&index);
                match action {
                    b'!' => banned.push(index),
                    b'+' if was_chosen => {
                        chosen.retain(|other| *other != index);
                        chosen.push(index);
                    }
                    b'-' => chosen.retain(|other| *other != index),
                    b' ' if !was_chosen => chosen.push(index),
                    _ => {}
                }
            }
        }
        chosen.retain(|index| !banned.contains(index));
        let names_tls13 = chosen.iter().any(|&index| known[index].is_tls13());
        if !names_tls13 && !chosen.is_empty() {
            chosen.extend((0..known.len()).filter(|&index| known[index].is_tls13()));
        }
        chosen.retain(|index| !banned.contains(index));
        // TLS 1.3 first, as the version is: the user's order holds within each.
        chosen.sort_by_key(|&index| !known[index].is_tls13());
        match chosen.is_empty() {
            true => Err(none_left(list, &known)),
            false => Ok(Ciphers(
                chosen.iter().map(|&index| known[index].suite).collect(),
            )),
        }
    }
}

fn none_left(list: &str, known: &[Known]) -> Error {
    let names: Vec<_> = known.iter().map(|known| known.name).collect();
    Error::new(format!(
        "SSLError: no cipher can be selected from '{list}' (--ciphers). Known are {}.",
        names.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(list: &str) -> String {
        let Ok(Ciphers(suites)) = Ciphers::parse(list) else {
            return String::new();
        };
        let known = known();
        let names = suites.iter().map(|suite| {
            let known = known.iter().find(|known| known.suite == *suite).unwrap();
            known.name
        });
        names.collect::<Vec<_>>().join(" ")
    }

    const TLS13: &str =
        "TLS_AES_256_GCM_SHA384 TLS_AES_128_GCM_SHA256 TLS_CHACHA20_POLY1305_SHA256";

    #[test]
    fn names_of_tls_1_2_leave_those_of_tls_1_3_alone() {
        let want = format!("{TLS13} ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-CHACHA20-POLY1305");
        for list in [
            "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305",
            "AES128-SHA, ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-CHACHA20-POLY1305 @STRENGTH",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        ] {
            assert_eq!(chosen(list), want, "{list}");
        }
    }

    #[test]
    fn names_of_tls_1_3_choose_among_their_own() {
        assert_eq!(chosen("TLS_AES_128_GCM_SHA256"), "TLS_AES_128_GCM_SHA256");
        assert_eq!(
            chosen("ECDHE-RSA-CHACHA20-POLY1305:TLS_CHACHA20_POLY1305_SHA256"),
            "TLS_CHACHA20_POLY1305_SHA256 ECDHE-RSA-CHACHA20-POLY1305"
        );
    }

    #[test]
    fn key_words_mean_what_openssl_means() {
        assert_eq!(chosen("HIGH").split(' ').count(), 9);
        assert_eq!(chosen("DEFAULT@SECLEVEL=1").split(' ').count(), 9);
        assert_eq!(
            chosen("DEFAULT:!aNULL:!eNULL:!MD5:@SECLEVEL=2")
                .split(' ')
                .count(),
            9
        );
        assert_eq!(
            chosen("ECDHE+AESGCM+aRSA:!AES256"),
            format!("{TLS13} ECDHE-RSA-AES128-GCM-SHA256")
        );
        assert_eq!(
            chosen("CHACHA20:+ECDSA:-aRSA"),
            format!("{TLS13} ECDHE-ECDSA-CHACHA20-POLY1305")
        );
        // A key exchange with RSA, which is not spoken.
        assert_eq!(chosen("kRSA:RSA:AES128-SHA256:3DES"), "");
        assert_eq!(chosen("ALL:!RSA").split(' ').count(), 9);
    }

    #[test]
    fn a_list_of_which_nothing_is_left_names_what_is_known() {
        for list in ["", ":", "__FOO__", "!aNULL", "HIGH:!ALL", "-", "+", "!"] {
            let error = Ciphers::parse(list).unwrap_err().to_string();
            assert!(
                error.contains("ECDHE-RSA-CHACHA20-POLY1305"),
                "{list}: {error}"
            );
        }
    }
}
