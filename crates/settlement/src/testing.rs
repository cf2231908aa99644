//! Small values for this crate's tests.

use shuyu_model::Regime;
use shuyu_model::id::Key;

/// The rules that the tests run under.
pub(crate) fn regime() -> Regime {
    Regime::clone(&shuyu_registry::testing::regime())
}

/// An id that ends in this number.
pub(crate) fn id<K: Key>(number: u128) -> K {
    K::from_uuid(uuid::Uuid::from_u128(number))
}

/// One of the five regimes, by its code.
pub(crate) fn regime_of(code: &str) -> Regime {
    Regime::clone(&shuyu_registry::rules::shipped(code).unwrap().regime)
}
