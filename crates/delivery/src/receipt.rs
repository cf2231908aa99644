//! That something went out: the log's record of it, and where it lies there.
//!
//! INVARIANT (durable first): a [`Receipt`] is made from a record that the log
//! holds already, and by nothing else; no answer goes out without one.

use serde::Serialize;
use shuyu_ledger::Access;
use shuyu_model::id::{ClientKeyId, ConsentId, ProductId, ReceiptId, SubscriptionId};
use shuyu_model::{Digest, Time, UseKind};

/// One answer or file that went out.
///
/// ```compile_fail
/// fn forged(access: shuyu_ledger::Access) -> shuyu_delivery::Receipt {
///     shuyu_delivery::Receipt { index: 0, access }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    index: u64,
    #[serde(flatten)]
    access: Access,
}

impl Receipt {
    /// Only for a record that is durable; see INVARIANT (durable first).
    pub(crate) fn of_recorded(index: u64, access: Access) -> Self {
        Self { index, access }
    }

    /// Its name.
    pub fn id(&self) -> &ReceiptId {
        &self.access.receipt
    }

    /// Its place in the log: the leaf whose inclusion the ledger proves.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Under which subscription.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.access.subscription
    }

    /// Of which product.
    pub fn product(&self) -> &ProductId {
        &self.access.product
    }

    /// Signed with which key; none where the product is open to everybody.
    pub fn client(&self) -> Option<&ClientKeyId> {
        self.access.client.as_ref()
    }

    /// On whose consent.
    pub fn consent(&self) -> Option<&ConsentId> {
        self.access.consent.as_ref()
    }

    /// For which use.
    pub fn use_kind(&self) -> UseKind {
        self.access.use_kind
    }

    /// How many units the tariff counts.
    pub fn units(&self) -> i64 {
        self.access.units
    }

    /// When it was decided that it may go out.
    pub fn at(&self) -> Time {
        self.access.at
    }

    /// The digest of the signed request.
    pub fn request(&self) -> Digest {
        self.access.request
    }

    /// The digest of what went out.
    pub fn answer(&self) -> Digest {
        self.access.answer
    }

    /// The record as the log holds it.
    pub fn access(&self) -> &Access {
        &self.access
    }
}
