//! Agreements that rest on schemes, and what these say of money, for tests.

use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, MatterId, ResourceId};

use super::{Town, allowed, nth};
use crate::{AgreementKind, SchemeMoney, enact};

impl Town {
    /// An operator agreement in force from today for so many years that rests on this scheme.
    pub async fn agreement_on(&self, scheme: &MatterId, resources: &[ResourceId], years: u8) -> AgreementId {
        let from = self.ledger().now().day();
        let span = jiff::Span::new().years(i64::from(years));
        let until = from.saturating_add(span).saturating_sub(jiff::Span::new().days(1));
        let grantee = nth(&self.operator, 0).organisation.clone();
        let mut new = self.new_agreement(AgreementKind::Operator, grantee, resources.to_vec(), None, from, until);
        new.scheme = Some(scheme.clone());
        let drafted = self.registry.draft_agreement(nth(&self.agency, 0), new).await;
        self.in_force(allowed(drafted.expect("a drafted agreement"))).await
    }

    /// A scheme says this of money from now on.
    pub async fn scheme_says(&self, scheme: &MatterId, cost_items: &[&str], shares: &[(&str, u16)]) {
        let cost_items = cost_items.iter().map(|item| (*item).to_owned()).collect();
        let shares = shares.iter().map(|(who, much)| ((*who).to_owned(), *much)).collect();
        let mut turn = self.registry.turn().await.expect("a turn");
        let says = SchemeMoney { cost_items, shares };
        enact::scheme_says(&mut turn, scheme, Some(&says)).await.expect("a scheme");
        let event = Event::done(Some(nth(&self.regulators, 0)), "matter.moved", scheme.as_str());
        turn.commit(event).await.expect("an entry");
    }
}
