//! Nothing that the rules protect is touched: found on a resource as it is now.

use shuyu_ledger::Event;
use shuyu_model::id::ResourceId;

use super::{Town, digest};
use crate::findings::{Finding, FindingOutcome, store};
use crate::live::Basis;
use crate::store::Book;

impl Town {
    /// Finds every protected interest of a resource clear, and says whether the rules
    /// ask for any.
    pub async fn found_clear(&self, id: &ResourceId) -> bool {
        let regime = self.registry.regime_arc();
        let Some(rule) = &regime.resource.interests else { return false };
        let resource = self.registry.resource(id).await.expect("a world").expect("a resource");
        let mut turn = self.registry.turn().await.expect("a turn");
        let before = store::findings(&mut Book::Change(turn.change()), id.as_str()).await.expect("findings");
        for interest in &rule.value {
            let number = before.iter().filter(|(_, one)| one.interest == *interest).count();
            let finding = Finding {
                interest: *interest,
                number: u32::try_from(number).unwrap_or_default().saturating_add(1),
                outcome: FindingOutcome::Clear,
                treatment: None,
                document_digest: digest(self.ledger(), "finding"),
                resource_digest: resource.digest,
                found_by: resource.authors.first().expect("an author").clone(),
                organisation: resource.source.clone(),
                found_at: self.ledger().now(),
            };
            store::insert(turn.change(), id, &finding).await.expect("a finding");
        }
        turn.touch(Basis::Resource(id.clone()));
        turn.commit(Event::done(None, "resource.interest_found", id.as_str())).await.expect("findings");
        true
    }
}
