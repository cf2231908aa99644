//! 江城市, the made-up city: its people, its data and its story.
//!
//! Two things. [`City`] makes the city's tables: residents, employers, provident
//! fund accounts and contributions, as CSV, the same bytes for the same seed.
//! [`story::tell`] lives a year's work of that city through a running server's
//! public HTTP API, and checks every answer.
//!
//! INVARIANT (no back door): this crate knows the nouns (`model`) and speaks
//! HTTP. It names no station, opens no database and reads no file of a server.
//!
//! Everybody and every firm in here is invented. Identity numbers and credit
//! codes carry valid check digits and real division codes, so that one may
//! coincide with a real one: never pass the output off as about real people.
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

pub mod city;
pub mod shipped;
pub mod story;

pub use city::{City, CityOptions};
