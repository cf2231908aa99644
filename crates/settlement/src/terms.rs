//! The terms of one product across the entities that use it (公平提供).
//!
//! INVARIANT (like terms): entities with the same product and use are compared; terms
//! that differ from the usual ones say why, or are shown as unexplained.
//!
//! Prices need no comparison to differ: a tariff is a product's, not an entity's. What
//! differs is what a subscription grants, and who uses free what its own data made.

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_delivery::Subscription;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, ProductId, SubscriptionId};
use shuyu_model::{Actor, Money, Reasons, Role, UseKind, Verdict};

use crate::error::SettlementError;
use crate::settlement::{Settlement, is_line, unknown};
use crate::statement::sees_all;
use crate::store;
use crate::tariff::PriceBook;

type Result<T> = std::result::Result<T, SettlementError>;

/// What one entity gets of a product, beside what others get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// By which subscription.
    pub subscription: SubscriptionId,
    /// Of which product.
    pub product: ProductId,
    /// For which use.
    pub use_kind: UseKind,
    /// Who.
    pub entity: OrganisationId,
    /// From whom.
    pub operator: OrganisationId,
    /// The price of a unit today.
    #[serde(rename = "price_fen")]
    pub price: Money,
    /// The quota of a day.
    pub calls_per_day_max: i64,
    /// The price and quota that most have.
    #[serde(rename = "usual_price_fen")]
    pub usual_price: Money,
    /// The quota that most have.
    pub usual_calls_per_day_max: i64,
    /// Why they differ.
    pub reason: Option<String>,
    /// Whether they differ and nobody said why.
    pub is_unexplained: bool,
}

/// The value that most have; of equally frequent ones the smallest.
pub(crate) fn usual(values: impl Iterator<Item = i64>) -> i64 {
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value))).map_or(0, |(value, _)| value)
}

impl Settlement {
    /// The terms in force today, by product and use: all for those who oversee, an
    /// operator those that it grants.
    pub async fn terms(&self, viewer: &Actor) -> Result<Vec<Terms>> {
        let mut all = self.all_terms().await?;
        all.retain(|terms| sees_all(viewer) || (viewer.is(Role::Operator) && terms.operator == viewer.organisation));
        Ok(all)
    }

    /// The terms that an operator grants today, for a record that is made of them.
    pub async fn terms_of(&self, operator: &OrganisationId) -> Result<Vec<Terms>> {
        let mut all = self.all_terms().await?;
        all.retain(|terms| terms.operator == *operator);
        Ok(all)
    }

    async fn all_terms(&self) -> Result<Vec<Terms>> {
        let (regime, today) = (self.regime(), self.ledger().now().day());
        let book = PriceBook::new(&self.tariffs().await?, &self.caps().await?, &self.bases().await?);
        let sources = self.sources_of_products().await?;
        let source_is_free = regime.price.source_uses_free.as_ref().is_some_and(|rule| rule.value);
        let must_say = regime.money.terms_are_alike.as_ref().is_some_and(|rule| rule.value);
        let reasons = store::worth::terms_reasons(self.ledger()).await?;
        let price = |found: &Subscription| {
            let is_source = sources.get(&found.product).is_some_and(|sources| sources.contains(&found.entity));
            let of_day = book.price(&found.product, found.use_kind, today, regime).fen;
            if source_is_free && is_source { Money::ZERO } else { of_day }
        };
        let mut groups: BTreeMap<(ProductId, UseKind), Vec<(Subscription, Money)>> = BTreeMap::new();
        for found in
            self.delivery().subscriptions().into_iter().filter(|found| found.ended_at.is_none() && !found.is_public)
        {
            let price = price(&found);
            groups.entry((found.product.clone(), found.use_kind)).or_default().push((found, price));
        }
        let mut all = Vec::new();
        for ((product, use_kind), members) in groups {
            let usual_price = Money::fen(usual(members.iter().map(|(_, price)| price.fen)));
            let usual_calls_per_day_max = usual(members.iter().map(|(found, _)| found.calls_per_day_max));
            for (found, price) in members {
                let differs = price != usual_price || found.calls_per_day_max != usual_calls_per_day_max;
                let reason = reasons.get(&found.id).cloned();
                all.push(Terms {
                    is_unexplained: must_say && differs && reason.is_none(),
                    subscription: found.id,
                    product: product.clone(),
                    use_kind,
                    entity: found.entity,
                    operator: found.operator,
                    price,
                    calls_per_day_max: found.calls_per_day_max,
                    usual_price,
                    usual_calls_per_day_max,
                    reason,
                });
            }
        }
        Ok(all)
    }

    /// Says why a subscription's terms differ from the usual ones; once.
    pub async fn explain_terms(&self, actor: &Actor, id: &SubscriptionId, reason: &str) -> Result<Verdict<()>> {
        if !is_line(reason) {
            return Err(SettlementError::Malformed { part: "reason", what: "1 to 200 characters on one line" });
        }
        let found = self.delivery().subscription(id).ok_or_else(|| unknown("subscription", id.as_str()))?;
        let product = self.product(&found.product)?;
        if let Some(reasons) = Reasons::new(Vec::from_iter(self.operator_reason(actor, Some(&product)))) {
            return self.refuse(actor, "terms.refused", id.as_str(), reasons).await;
        }
        let regime = self.regime();
        if store::worth::terms_reasons(self.ledger()).await?.contains_key(id) {
            return Err(SettlementError::Conflict { part: "reason", what: "one is recorded already" });
        }
        let mut change = self.ledger().change().await?;
        store::worth::insert_terms_reason(&mut change, id, reason, actor).await?;
        let rule = regime.money.terms_are_alike.as_ref();
        let clause = rule.map_or_else(|| regime.cite(&regime.price.charged_uses), |rule| regime.cite(rule));
        let event = Event::done(Some(actor), "terms.explained", id.as_str())
            .under(regime)
            .citing(clause)
            .facts(serde_json::json!({ "reason": reason }));
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_what_most_have_and_of_equals_the_smallest() {
        for (values, expected) in [(vec![5, 9, 9], 9), (vec![9, 5], 5), (vec![3], 3), (vec![], 0)] {
            assert_eq!(usual(values.iter().copied()), expected, "{values:?}");
        }
    }
}
