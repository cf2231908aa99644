//! Sealed versions at rest: what a department landed becomes a [`Holding`] that
//! nobody can change, read only under a permit, and destroyed for good by
//! destroying its key.
//!
//! Takes a [`shuyu_sources::Landing`]; gives a [`Holding`], and to the workroom
//! an [`Opened`] store under a [`shuyu_registry::Permit`].
//!
//! INVARIANT (sealed): no plaintext is ever written below the vault's folder;
//! each file has its own key, and keys lie wrapped under the master key.
//! INVARIANT (immutable): a version is never written again; a correction is the
//! next version.
//! INVARIANT (tampering shows): a file with any bit changed, cut, extended or
//! put in another's place does not open; see [`sealed_file`].
//! INVARIANT (file before row): a row exists only for a file that is durable; a
//! file without a row is swept at the next start.
//!
//! Not here: rotating keys; a re-seal under a new master key does not exist yet.
//! Remote object storage; files lie in a local folder. Who may compute what
//! (`registry`), hiding columns and values (`workroom`).
#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

mod error;
mod files;
mod folder;
mod holding;
mod key;
mod opened;
mod reasons;
mod results;
pub mod sealed_file;
mod states;
mod store;
mod vault;

#[cfg(test)]
mod tests;

pub use error::VaultError;
pub use holding::{Destruction, Holding};
pub use key::{DataKey, MasterKey};
pub use opened::{Opened, OpenedTable};
pub use reasons::REASONS;
pub use results::{SealedRef, SealedResult};
pub use sealed_file::SealedReader;
pub use states::{HoldingState, TRANSITIONS};
pub use vault::{Vault, VaultConfig};
