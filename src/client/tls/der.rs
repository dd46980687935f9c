//! The little of DER (X.690) that certificates and encrypted keys need: elements one after the other, tag, length, content.
//!
//! Takes bytes and gives slices of them; whatever is not well formed is nothing at all. It knows no certificate.

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const UTC_TIME: u8 = 0x17;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// What is left to read of a list of elements.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Der<'a> {
        Der(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element: its tag and its content.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let length = match first {
            0..=0x7F => usize::from(first),
            // Four bytes of length are more than any certificate; 0x80 alone would be BER.
            0x81..=0x84 => {
                let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7F))?;
                rest = after;
                bytes
                    .iter()
                    .fold(0, |length, byte| length << 8 | usize::from(*byte))
            }
            _ => return None,
        };
        let (content, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((tag, content))
    }

    /// The content of the next element, if it has this tag; else nothing is taken.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (_, content) = ahead.any().filter(|(found, _)| *found == tag)?;
        *self = ahead;
        Some(content)
    }

    /// What is in the next element, a sequence.
    pub(super) fn sequence(&mut self) -> Option<Der<'a>> {
        self.take(SEQUENCE).map(Der)
    }

    /// The next element as a number that is not negative and fits.
    pub(super) fn number(&mut self) -> Option<u32> {
        let bytes = self.take(INTEGER)?;
        let is_small = bytes.len() <= 4 || (bytes.len() == 5 && bytes[0] == 0);
        let is_negative = bytes.first()? & 0x80 != 0;
        (is_small && !is_negative).then(|| {
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte))
        })
    }
}

/// Whether this is one whole sequence and nothing more: what every private key is.
pub(super) fn is_one_sequence(bytes: &[u8]) -> bool {
    let mut der = Der::new(bytes);
    der.sequence().is_some() && der.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_one_after_the_other() {
        let mut der = Der::new(&[0x02, 1, 5, 0x30, 0x81, 2, 0x04, 0]);
        assert_eq!(der.take(SEQUENCE), None);
        assert_eq!(der.number(), Some(5));
        assert_eq!(der.sequence().unwrap().any(), Some((OCTET_STRING, &[][..])));
        assert!(der.is_empty());
    }

    #[test]
    fn what_is_cut_or_too_long_is_nothing() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 1],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(Der::new(bytes).any(), None, "{bytes:?}");
        }
        assert_eq!(Der::new(&[2, 1, 0xFF]).number(), None, "negative");
        assert_eq!(Der::new(&[2, 5, 1, 0, 0, 0, 0]).number(), None, "too large");
        assert_eq!(
            Der::new(&[2, 5, 0, 0xFF, 0, 0, 0]).number(),
            Some(0xFF00_0000)
        );
        assert!(!is_one_sequence(&[0x30, 0, 0]));
    }
}
