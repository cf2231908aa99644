//! What must hold over all crates at once: the house's own rules, the story told
//! over HTTP, and the process killed at any moment.
//!
//! Not here: what one crate can prove alone (it does, beside its code).

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod city;
mod conformance;
mod crash;
mod exchange;
mod full_disk;
mod process;
mod story;
mod tidy;

/// The top of the repository.
pub(crate) fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_path_buf()
}
