//! Delivery: what was released reaches those who may have it, and nobody else.
//!
//! Takes a release and a signed call; gives an
//! answer or a file with its [`Receipt`], or every reason why not.
//!
//! INVARIANT (released only): a product rests on a release.
//! INVARIANT (registered first): where the rules want products registered, none is
//! subscribed to or delivered but under a registration that holds.
//! INVARIANT (own consent): an answer about a person rests on that person's own
//! consent in force.
//! INVARIANT (durable first): nothing goes out before the log holds its record.
//! INVARIANT (at once): what is withdrawn or ended opens nothing from then on.
//!
//! Not here: what a release holds and who reviewed it (`airlock`); prices
//! (`settlement`); HTTP (`server`).

#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

mod accesses;
mod consent;
mod consents;
mod delivery;
#[cfg(test)]
mod desk;
mod error;
mod gateway;
mod offers;
mod open;
mod product;
mod reasons;
mod receipt;
mod released;
mod replay;
mod revoke;
mod shelf;
mod state;
mod stock;
mod store;
mod subject;
pub mod testing;
mod unusual;

pub use consent::Consent;
pub use consents::NewConsent;
pub use delivery::Delivery;
pub use error::DeliveryError;
pub use gateway::{Answer, CALL_BYTES_MAX, FileBody, KEY_BYTES_MAX};
pub use product::{
    CALLS_PER_DAY_MAX, CLIENT_KEYS_MAX, ClientKey, NewProduct, NewSubscription, Product, ProductKind, ProductState,
    Subscription, TITLE_CHARS_MAX,
};
pub use reasons::{QUOTA, REASONS, UNAUTHENTICATED};
pub use receipt::Receipt;
pub use replay::NONCES_MAX;
pub use shelf::LOOKUP_ROWS_MAX;
pub use shuyu_exchange::signature::{
    ANSWER_PREFIX, HEADER_BYTES_MAX, NONCE_CHARS_MAX, NONCE_CHARS_MIN, REQUEST_PREFIX, SIGNATURE_SECONDS_MAX,
    SignedCall, blind_digest, content_digest,
};
pub use stock::FileFormat;
pub use unusual::UnusualCalls;
