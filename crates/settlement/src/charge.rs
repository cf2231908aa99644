//! Charges: the log's access records of a month, times the prices of their days.
//!
//! INVARIANT (from the log): a charge is computed from access records and from
//! nothing else, so that every party can compute it again.
//! INVARIANT (once): a record is charged once, however often it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Access;
use shuyu_model::id::{OrganisationId, ProductId, SubscriptionId};
use shuyu_model::money::MoneyOverflow;
use shuyu_model::{Money, Regime, UseKind};

use crate::tariff::{PriceBook, Why};

/// What one subscription used at one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which.
    pub subscription: SubscriptionId,
    /// What was delivered.
    pub product: ProductId,
    /// To whom.
    pub entity: OrganisationId,
    /// By whom.
    pub operator: OrganisationId,
    /// For which use.
    pub use_kind: UseKind,
    /// The price of a unit.
    #[serde(rename = "price_fen")]
    pub price: Money,
    /// Why it is that.
    pub why: Why,
    /// The clause that it rests on.
    pub clause: String,
    /// How many units.
    pub units: i64,
    /// How many access records.
    pub accesses: u64,
    /// The first of them, as its index in the log.
    pub first_index: u64,
    /// The last of them.
    pub last_index: u64,
    /// Units times price.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
}

/// Who delivers to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) entity: OrganisationId,
    pub(crate) operator: OrganisationId,
}

/// Adds up records as they come from the log.
pub(crate) struct Charges<'a> {
    prices: &'a PriceBook,
    regime: &'a Regime,
    lines: BTreeMap<(SubscriptionId, ProductId, UseKind, Why, Money), Line>,
    last_index: Option<u64>,
}

impl<'a> Charges<'a> {
    pub(crate) fn new(prices: &'a PriceBook, regime: &'a Regime) -> Self {
        Self { prices, regime, lines: BTreeMap::new(), last_index: None }
    }

    /// Adds a record. The log is read in its order, so that an index that does
    /// not grow is one that was counted; see INVARIANT (once).
    pub(crate) fn add(&mut self, index: u64, access: &Access, parties: &Parties) -> Result<(), MoneyOverflow> {
        if self.last_index.is_some_and(|last| index <= last) {
            return Ok(());
        }
        self.last_index = Some(index);
        let price = self.prices.price(&access.product, access.use_kind, access.at.day(), self.regime);
        let key = (access.subscription.clone(), access.product.clone(), access.use_kind, price.why, price.fen);
        let line = self.lines.entry(key).or_insert_with(|| Line {
            subscription: access.subscription.clone(),
            product: access.product.clone(),
            entity: parties.entity.clone(),
            operator: parties.operator.clone(),
            use_kind: access.use_kind,
            price: price.fen,
            why: price.why,
            clause: match price.why {
                Why::FreeUse => self.regime.cite(&self.regime.price.free_uses),
                Why::Tariff | Why::Capped | Why::NoTariff => self.regime.cite(&self.regime.price.charged_uses),
            },
            units: 0,
            accesses: 0,
            first_index: index,
            last_index: index,
            amount: Money::ZERO,
        });
        line.units = line.units.checked_add(access.units).ok_or(MoneyOverflow)?;
        line.accesses += 1;
        line.last_index = index;
        line.amount = line.price.times(line.units)?;
        Ok(())
    }

    /// The lines, in an order that does not depend on chance.
    pub(crate) fn finish(self) -> Vec<Line> {
        self.lines.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use shuyu_model::{CryptoProfile, Day, Time};

    use super::*;
    use crate::tariff::{Tariff, Unit};
    use crate::testing::{id, regime};

    const USES: [UseKind; 3] = [UseKind::PublicGovernance, UseKind::PublicWelfare, UseKind::Industry];

    fn access(subscription: u128, use_kind: UseKind, units: i64, day: Day) -> Access {
        let digest = CryptoProfile::International.digest(b"x");
        Access {
            subscription: id(subscription),
            product: id(1),
            receipt: id(1),
            client: id(1),
            consent: None,
            use_kind,
            request: digest,
            answer: digest,
            units,
            at: Time::at_start_of(day),
        }
    }

    fn charge(accesses: &[(u64, Access)]) -> Vec<Line> {
        let tariff =
            |price_fen, from| Tariff { product: id(1), use_kind: UseKind::Industry, unit: Unit::Call, price_fen, from };
        let book = PriceBook::new(&[tariff(50, date(2026, 6, 1)), tariff(70, date(2026, 6, 16))], &[]);
        let regime = regime();
        let parties = Parties { entity: id(1), operator: id(2) };
        let mut charges = Charges::new(&book, &regime);
        for (index, access) in accesses {
            charges.add(*index, access, &parties).unwrap();
        }
        charges.finish()
    }

    #[test]
    fn charges_each_use_at_the_price_of_its_day_and_free_uses_nothing() {
        let lines = charge(&[
            (3, access(1, UseKind::Industry, 1, date(2026, 6, 15))),
            (5, access(1, UseKind::PublicWelfare, 1, date(2026, 6, 15))),
            (8, access(1, UseKind::Industry, 2, date(2026, 6, 15))),
            (9, access(1, UseKind::Industry, 1, date(2026, 6, 16))),
        ]);
        let found: Vec<_> = lines
            .iter()
            .map(|l| (l.why, l.units, l.amount.fen, l.first_index, l.last_index, l.clause.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (Why::FreeUse, 1, 0, 5, 5, "changsha-2026 四(一)"),
                (Why::Tariff, 3, 150, 3, 8, "changsha-2026 四(一)"),
                (Why::Tariff, 1, 70, 9, 9, "changsha-2026 四(一)"),
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_read_twice_is_charged_once(
            given in prop::collection::vec((1_u128..4, 0_usize..3, 1_i64..5, 1_i8..=30), 0..60),
        ) {
            let accesses: Vec<(u64, Access)> = (0_u64..)
                .zip(&given)
                .map(|(index, (sub, use_kind, units, day))| (index, access(*sub, USES[*use_kind], *units, date(2026, 6, *day))))
                .collect();
            let once = charge(&accesses);
            let replayed: Vec<_> = accesses.iter().chain(&accesses).cloned().collect();
            prop_assert_eq!(&once, &charge(&replayed));
            prop_assert_eq!(once.iter().map(|l| l.units).sum::<i64>(), given.iter().map(|g| g.2).sum::<i64>());
            prop_assert_eq!(once.iter().map(|l| l.accesses).sum::<u64>(), given.len() as u64);
            prop_assert!(once.iter().all(|l| l.amount == l.price.times(l.units).unwrap()));
            prop_assert!(once.iter().all(|l| l.use_kind == UseKind::Industry || l.amount == Money::ZERO));
        }
    }
}
