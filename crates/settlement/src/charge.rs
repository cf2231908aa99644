//! Charges: the log's access records of a month, times the prices of their days.
//!
//! INVARIANT (from the log): a charge is computed from access records and from
//! nothing else, so that every party can compute it again.
//! INVARIANT (once): a record is charged once, however often it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Access;
use shuyu_model::id::{OrganisationId, PriceBasisId, ProductId, SubscriptionId};
use shuyu_model::money::MoneyOverflow;
use shuyu_model::{Day, Money, Regime, UseKind};

use crate::tariff::{Price, PriceBook, Why};

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
    /// The document that the price rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<PriceBasisId>,
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
    /// Whether the entity gave data for the product.
    pub(crate) is_source: bool,
    /// Since when the conditions of free use are met.
    pub(crate) free_since: Option<Day>,
}

/// Adds up records as they come from the log.
pub(crate) struct Charges<'a> {
    prices: &'a PriceBook,
    regime: &'a Regime,
    lines: BTreeMap<(SubscriptionId, ProductId, UseKind, Price), Line>,
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
        let (price, regime) = (self.price(access, parties), self.regime);
        let key = (access.subscription.clone(), access.product.clone(), access.use_kind, price.clone());
        let line = self.lines.entry(key).or_insert_with(|| Line {
            subscription: access.subscription.clone(),
            product: access.product.clone(),
            entity: parties.entity.clone(),
            operator: parties.operator.clone(),
            use_kind: access.use_kind,
            price: price.fen,
            why: price.why,
            basis: price.basis,
            clause: clause(price.why, regime),
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

    /// The price of the day, but for those who use free what their data made, and for
    /// free use whose conditions are not met: that is priced like a charged use.
    fn price(&self, access: &Access, parties: &Parties) -> Price {
        let (rules, day) = (&self.regime.price, access.at.day());
        if parties.is_source && rules.source_uses_free.as_ref().is_some_and(|rule| rule.value) {
            return Price { fen: Money::ZERO, why: Why::SourceFree, basis: None };
        }
        let price = self.prices.price(&access.product, access.use_kind, day, self.regime);
        let on_conditions = rules.free_on_conditions.as_ref().is_some_and(|rule| rule.value);
        let are_met = parties.free_since.is_some_and(|since| since <= day);
        match (price.why, rules.charged_uses.value.first()) {
            (Why::FreeUse, Some(charged)) if on_conditions && !are_met => {
                let charged = self.prices.price(&access.product, *charged, day, self.regime);
                Price { why: Why::ConditionsUnmet, ..charged }
            }
            _ => price,
        }
    }

    /// The lines, in an order that does not depend on chance.
    pub(crate) fn finish(self) -> Vec<Line> {
        self.lines.into_values().collect()
    }
}

/// The clause that a price rests on.
fn clause(why: Why, regime: &Regime) -> String {
    let rules = &regime.price;
    let special = match why {
        Why::SourceFree => rules.source_uses_free.as_ref(),
        Why::ConditionsUnmet => rules.free_on_conditions.as_ref(),
        _ => None,
    };
    match (special, why) {
        (Some(rule), _) => regime.cite(rule),
        (None, Why::FreeUse) => regime.cite(&rules.free_uses),
        (None, _) => regime.cite(&rules.charged_uses),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use shuyu_model::{CryptoProfile, Time};

    use super::*;
    use crate::tariff::{Tariff, Unit};
    use crate::testing::{id, regime_of};

    const USES: [UseKind; 3] = [UseKind::PublicGovernance, UseKind::PublicWelfare, UseKind::Industry];

    fn access(subscription: u128, use_kind: UseKind, units: i64, day: Day) -> Access {
        let digest = CryptoProfile::International.digest(b"x");
        Access {
            subscription: id(subscription),
            product: id(1),
            receipt: id(1),
            client: Some(id(1)),
            consent: None,
            use_kind,
            request: digest,
            answer: digest,
            units,
            at: Time::at_start_of(day),
        }
    }

    fn parties() -> Parties {
        Parties { entity: id(1), operator: id(2), is_source: false, free_since: None }
    }

    fn charge(accesses: &[(u64, Access)]) -> Vec<Line> {
        charge_under("changsha-2026", accesses, &parties())
    }

    fn charge_under(code: &str, accesses: &[(u64, Access)], parties: &Parties) -> Vec<Line> {
        let tariff = |price_fen, from| Tariff {
            product: id(1),
            use_kind: UseKind::Industry,
            unit: Unit::Call,
            price_fen,
            from,
            basis: None,
        };
        let book = PriceBook::new(&[tariff(50, date(2026, 6, 1)), tariff(70, date(2026, 6, 16))], &[], &[]);
        let regime = regime_of(code);
        let mut charges = Charges::new(&book, &regime);
        for (index, access) in accesses {
            charges.add(*index, access, parties).unwrap();
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

    #[test]
    fn who_gave_the_data_uses_it_free_where_the_document_says_so() {
        let day = date(2026, 6, 15);
        for (code, expected) in [("luohu-2025", (Why::SourceFree, 0)), ("changsha-2026", (Why::Tariff, 50))] {
            let parties = Parties { is_source: true, ..parties() };
            let lines = charge_under(code, &[(1, access(1, UseKind::Industry, 1, day))], &parties);
            assert_eq!((lines[0].why, lines[0].amount.fen), expected, "{code}");
        }
    }

    #[test]
    fn free_on_conditions_is_free_once_they_are_met() {
        let accesses = [
            (1, access(1, UseKind::PublicWelfare, 1, date(2026, 6, 14))),
            (2, access(1, UseKind::PublicWelfare, 1, date(2026, 6, 15))),
        ];
        let parties = Parties { free_since: Some(date(2026, 6, 15)), ..parties() };
        let found = |code| {
            let lines = charge_under(code, &accesses, &parties);
            lines.iter().map(|line| (line.why, line.units, line.amount.fen)).collect::<Vec<_>>()
        };
        let (unmet, free) = ((Why::ConditionsUnmet, 1, 50), (Why::FreeUse, 1, 0));
        let mut changchun = found("changchun-2025");
        changchun.sort_unstable();
        assert_eq!(changchun, [free, unmet]);
        assert_eq!(found("changsha-2026"), [(Why::FreeUse, 2, 0)]);
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
