//! Speaking with other platforms: what goes up, what comes from below.
//!
//! A fact of this platform goes in ([`outbox::queue`], in the change that makes it so),
//! and comes out at the platform above, once, with a signed receipt on this side; a
//! record from below lies in the inbox until the bureau accepts or refuses it.
//!
//! INVARIANT (row with fact): a record to be sent is written in the change that holds
//! what it tells, or not at all.
//! INVARIANT (taken once): who sends the same record twice gets the same receipt, and
//! one row.
//! INVARIANT (in order): what one platform gets, it gets in the order of the facts.
//! INVARIANT (closed list): a record holds the fields of its kind in [`fields`] and no
//! other; none is about a person, none is a value from the data.
//!
//! Not here: which facts there are (`casework`), the calls over the network and their
//! pace (`server`).

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
mod exchange;
pub mod fields;
pub mod identity;
mod inbox;
pub mod outbox;
mod peer;
mod reasons;
mod receipt;
pub mod signature;
mod store;
mod view;

#[cfg(test)]
mod tests;

pub use error::ExchangeError;
pub use exchange::{CALL_PATH, Exchange, Shown};
pub use inbox::{Answer, Decided, Letter};
pub use outbox::{Failure, FiledBy, FilingOf, Parcel, Record, Taken};
pub use peer::{NewPeer, Peer, Side};
pub use reasons::REASONS;
pub use receipt::Word;
pub use view::{Attempt, DispatchState, DispatchView, HeldBelow, PeerStatus, Piece, SubmissionState, SubmissionView};
