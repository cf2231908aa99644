//! What of a month's surplus each product earned, so that a product can be shared out by a
//! rule of its own.
//!
//! INVARIANT (whole): the parts of a month's products sum to what it has to share, whoever
//! asks, and whichever rules there are. A product's part stands to the others as what it
//! took in stands above its own cost; costs of no single product are borne alike, and a
//! product that lost money has no part.
//!
//! Not here: who gets what of a part (`sharing`).

use std::collections::{BTreeMap, BTreeSet};

use shuyu_model::Money;
use shuyu_model::id::{OrganisationId, ProductId};
use shuyu_model::sharing::split_like;

use crate::error::SettlementError;
use crate::sharing::DistributionBody;
use crate::statement::StatementBody;

/// Upholds INVARIANT (whole).
pub(crate) fn of_month(
    body: &StatementBody,
    operator: &OrganisationId,
    to_share: Money,
) -> Result<BTreeMap<ProductId, Money>, SettlementError> {
    let mut earned: BTreeMap<&ProductId, Money> = BTreeMap::new();
    for line in body.lines.iter().filter(|line| line.operator == *operator) {
        let sum = earned.entry(&line.product).or_default();
        *sum = sum.plus(line.amount)?;
    }
    for cost in body.costs.iter().filter(|cost| cost.operator == *operator) {
        if let Some(sum) = cost.product.as_ref().and_then(|product| earned.get_mut(product)) {
            *sum = sum.plus(cost.amount.times(-1)?)?;
        }
    }
    if to_share <= Money::ZERO {
        return Ok(BTreeMap::new());
    }
    let amounts: Vec<Money> = earned.values().copied().collect();
    let parts = split_like(to_share, &amounts)?;
    let all = earned.into_keys().cloned().zip(parts);
    Ok(all.filter(|(_, part)| *part > Money::ZERO).collect())
}

/// What a distribution shares out: of one product, or of all that have no rule of their own
/// and were not shared out before.
pub(crate) fn to_share(
    pots: &BTreeMap<ProductId, Money>,
    product: Option<&ProductId>,
    own_rule: &BTreeSet<ProductId>,
    done: &[&DistributionBody],
) -> BTreeMap<ProductId, Money> {
    let is_done = |pot: &ProductId| done.iter().any(|done| done.covers(pot));
    let is_meant = |pot: &ProductId| product.map_or_else(|| !own_rule.contains(pot), |product| product == pot);
    pots.iter().filter(|(pot, _)| is_meant(pot) && !is_done(pot)).map(|(pot, part)| (pot.clone(), *part)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shuyu_model::UseKind;

    use super::*;
    use crate::charge::Line;
    use crate::statement::Cost;
    use crate::tariff::Why;
    use crate::testing::id;

    fn body(lines: &[(u128, i64)], costs: &[(Option<u128>, i64)]) -> StatementBody {
        let line = |(product, fen): &(u128, i64)| Line {
            subscription: id(*product),
            product: id(*product),
            entity: id(50),
            operator: id(2),
            use_kind: UseKind::Industry,
            price: Money::fen(*fen),
            why: Why::Tariff,
            basis: None,
            clause: "x".to_owned(),
            units: 1,
            accesses: 1,
            first_index: 0,
            last_index: 0,
            amount: Money::fen(*fen),
        };
        let cost = |(product, fen): &(Option<u128>, i64)| Cost {
            operator: id(2),
            kind: "x".to_owned(),
            product: product.map(id),
            item: "x".to_owned(),
            amount: Money::fen(*fen),
        };
        StatementBody {
            id: id(1),
            month: shuyu_model::Month::parse("2026-06").unwrap(),
            regime: "x".to_owned(),
            treasury_clause: "x".to_owned(),
            fee_name: None,
            closed_at: shuyu_model::Time(0),
            lines: lines.iter().map(line).collect(),
            costs: costs.iter().map(cost).collect(),
            results: Vec::new(),
        }
    }

    #[test]
    fn each_product_has_what_it_earned_above_its_own_cost_less_its_part_of_the_rest() {
        let body = body(&[(1, 800), (2, 500), (3, 100)], &[(Some(1), 200), (Some(3), 150), (None, 50)]);
        // 600 and 500 above their own cost; 100 - 150 is a loss, which all bear, as the 50.
        let pots = of_month(&body, &id(2), Money::fen(1000)).unwrap();
        let found: Vec<(ProductId, i64)> = pots.into_iter().map(|(product, part)| (product, part.fen)).collect();
        assert_eq!(found, [(id(1), 545), (id(2), 455)]);
        assert!(of_month(&body, &id(2), Money::ZERO).unwrap().is_empty(), "a month without surplus has no parts");
    }

    proptest! {
        #[test]
        fn the_parts_of_a_month_sum_to_its_surplus(
            lines in prop::collection::vec((1_u128..6, 1_i64..1_000_000), 1..20),
            costs in prop::collection::vec((prop::option::of(1_u128..8), 1_i64..200_000), 0..10),
        ) {
            let income: i64 = lines.iter().map(|(_, fen)| fen).sum();
            let cost: i64 = costs.iter().map(|(_, fen)| fen).sum();
            let surplus = Money::fen((income - cost).max(0));
            let pots = of_month(&body(&lines, &costs), &id(2), surplus).unwrap();
            prop_assert_eq!(pots.values().map(|part| part.fen).sum::<i64>(), surplus.fen);
        }
    }
}
