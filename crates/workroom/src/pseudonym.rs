//! Keyed pseudonyms: equal values of one scenario get equal pseudonyms, so that
//! its tables can be joined; those of two scenarios have nothing in common.
//!
//! INVARIANT (one scenario): the key is derived from the master key and the
//! scenario's id; nobody without the master key can link two scenarios.
//!
//! A pseudonym is 32 letters `a` to `p`: no digit is in it, so that it is never
//! taken for an identity number or an account.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shuyu_model::CryptoProfile;
use shuyu_model::id::ScenarioId;
use sm3::Sm3;

/// How many bytes of the code a pseudonym shows.
const PSEUDONYM_BYTES: usize = 16;
const LETTERS: &[u8; 16] = b"abcdefghijklmnop";

/// Makes the pseudonyms of one scenario.
#[derive(Clone)]
pub struct Pseudonymiser {
    key: Keyed,
}

#[derive(Clone)]
enum Keyed {
    International(Box<Hmac<Sha256>>),
    Guomi(Box<Hmac<Sm3>>),
}

impl std::fmt::Debug for Pseudonymiser {
    /// Says nothing of the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonymiser")
    }
}

impl Keyed {
    fn new(profile: CryptoProfile, key: &[u8; 32]) -> Self {
        match profile {
            CryptoProfile::International => Self::International(Box::new(keyed::<Hmac<Sha256>>(key))),
            CryptoProfile::Guomi => Self::Guomi(Box::new(keyed::<Hmac<Sm3>>(key))),
        }
    }

    fn code(&self, parts: &[&[u8]]) -> [u8; 32] {
        fn run(mut mac: impl Mac, parts: &[&[u8]]) -> [u8; 32] {
            for part in parts {
                mac.update(part);
            }
            let mut code = [0; 32];
            for (to, from) in code.iter_mut().zip(mac.finalize().into_bytes()) {
                *to = from;
            }
            code
        }
        match self {
            Self::International(mac) => run(mac.as_ref().clone(), parts),
            Self::Guomi(mac) => run(mac.as_ref().clone(), parts),
        }
    }
}

/// 32 bytes fit the block of either hash, so this is `new`, never a failure.
fn keyed<M: Mac + KeyInit>(key: &[u8; 32]) -> M {
    let mut block = hmac::digest::Key::<M>::default();
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    <M as KeyInit>::new(&block)
}

impl Pseudonymiser {
    /// The pseudonymiser of a scenario, under the installation's master key.
    pub fn new(profile: CryptoProfile, master: &[u8; 32], scenario: &ScenarioId) -> Self {
        let master = Keyed::new(profile, master);
        let key = master.code(&[b"shuyu pseudonym v1\0", scenario.as_str().as_bytes()]);
        Self { key: Keyed::new(profile, &key) }
    }

    /// The pseudonym of a value, as text.
    pub fn pseudonym(&self, value: &str) -> String {
        let code = self.key.code(&[b"p\0", value.as_bytes()]);
        code.iter().take(PSEUDONYM_BYTES).flat_map(|byte| [letter(byte >> 4), letter(byte & 15)]).collect()
    }

    /// A number that stands for an entity where entities are only counted or
    /// ordered. Two entities share one with a chance of 2^-64.
    pub(crate) fn entity(&self, value: &str) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.key.code(&[b"e\0", value.as_bytes()]);
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// A number that stands for some values of one row, to compare rows by.
    pub(crate) fn row(&self, values: &[&[u8]]) -> i64 {
        let mut parts: Vec<&[u8]> = vec![b"r\0"];
        let lengths: Vec<[u8; 8]> = values.iter().map(|value| value.len().to_be_bytes()).collect();
        for (value, length) in values.iter().zip(&lengths) {
            parts.push(length);
            parts.push(value);
        }
        let [a, b, c, d, e, f, g, h, ..] = self.key.code(&parts);
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

fn letter(nibble: u8) -> char {
    LETTERS.get(usize::from(nibble)).map_or('a', |letter| char::from(*letter))
}

#[cfg(test)]
mod tests {
    use shuyu_model::id::Key as _;

    use super::*;

    fn scenario(n: u128) -> ScenarioId {
        ScenarioId::parse(&format!("{}-{n:032x}", ScenarioId::PREFIX)).unwrap()
    }

    #[test]
    fn pseudonyms_are_equal_within_a_scenario_and_differ_across() {
        for profile in CryptoProfile::ALL {
            let one = Pseudonymiser::new(profile, &[7; 32], &scenario(1));
            let again = Pseudonymiser::new(profile, &[7; 32], &scenario(1));
            let other = Pseudonymiser::new(profile, &[7; 32], &scenario(2));
            let other_master = Pseudonymiser::new(profile, &[8; 32], &scenario(1));
            assert_eq!(one.pseudonym("11010519491231002X"), again.pseudonym("11010519491231002X"));
            assert_ne!(one.pseudonym("11010519491231002X"), other.pseudonym("11010519491231002X"));
            assert_ne!(one.pseudonym("11010519491231002X"), other_master.pseudonym("11010519491231002X"));
            assert_ne!(one.pseudonym("a"), one.pseudonym("b"));
        }
    }

    #[test]
    fn the_profiles_hash_differently() {
        let [a, b] = CryptoProfile::ALL.map(|p| Pseudonymiser::new(p, &[7; 32], &scenario(1)).pseudonym("x"));
        assert_ne!(a, b);
    }

    #[test]
    fn a_pseudonym_is_letters_alone() {
        let maker = Pseudonymiser::new(CryptoProfile::Guomi, &[7; 32], &scenario(1));
        for n in 0..100 {
            let made = maker.pseudonym(&n.to_string());
            assert!(made.len() == 32 && made.bytes().all(|b| matches!(b, b'a'..=b'p')), "{made}");
        }
    }

    #[test]
    fn values_of_a_row_do_not_run_together() {
        let maker = Pseudonymiser::new(CryptoProfile::Guomi, &[7; 32], &scenario(1));
        assert_ne!(maker.row(&[b"ab", b"c"]), maker.row(&[b"a", b"bc"]));
    }
}
