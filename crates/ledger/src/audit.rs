//! Whether the book is whole now, cheaply enough to ask every minute: nothing of the
//! journal is gone, events reach the log in time, and the first and the last of them are
//! proved under the signed checkpoint.
//!
//! Not here: the proof of everything from the files alone (`verify`).

use shuyu_model::Time;

use crate::ledger::Ledger;
use crate::log::tree::{leaf_hash, verify_inclusion};
use crate::{LedgerError, store};

/// How the book stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditState {
    /// Events that were numbered and are not there: deleted by somebody.
    pub missing: i64,
    /// Events that wait to be folded into the log.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub waiting_since: Option<Time>,
    /// Whether the first and the last folded entry lie in the signed log.
    pub is_proven: bool,
}

impl Ledger {
    /// Asks how the book stands.
    pub async fn audit(&self) -> Result<AuditState, LedgerError> {
        let (head, rows) = store::journal_count(self.db()).await?;
        let folded = store::last_indexed(self.db()).await?;
        let last_seq = folded.map_or(0, |(seq, _)| seq);
        let waiting_since = store::written_after(self.db(), last_seq).await?;
        let checkpoint = self.log().publish().await?;
        let mut is_proven = true;
        let last = folded.and_then(|(_, leaf)| u64::try_from(leaf).ok());
        for index in [(0 < checkpoint.size).then_some(0), last].into_iter().flatten() {
            is_proven = is_proven && self.is_proven(index, checkpoint.size, &checkpoint.root).await?;
        }
        let waiting = head.saturating_sub(last_seq);
        Ok(AuditState { missing: head.saturating_sub(rows), waiting, waiting_since, is_proven })
    }

    async fn is_proven(&self, index: u64, size: u64, root: &[u8; 32]) -> Result<bool, LedgerError> {
        let entries = self.log().entries(index, 1).await?;
        let Some(entry) = entries.first() else { return Ok(false) };
        let leaf = leaf_hash(self.profile(), entry);
        let path = self.log().inclusion(index, size).await?;
        Ok(verify_inclusion(self.profile(), &leaf, index, size, root, &path).is_ok())
    }
}
