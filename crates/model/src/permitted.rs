//! The most that an operator may earn in a year (最高准许收入, P65 三), and how far it
//! is from what was earned.
//!
//! INVARIANT (downwards): what cannot be told to the fen is rounded so that less is
//! permitted, never more.
//!
//! Not here: the numbers of P65 (`regimes/national`), what was earned (`settlement`).

use serde::{Deserialize, Serialize};

use crate::money::{Money, MoneyOverflow};

/// A hundredth of a percentage point; a yield of 1.75 % is 175 of them.
pub type BasisPoints = i64;

/// What a year's permitted revenue is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermittedInputs {
    /// The reasonable cost of operation for industry use (准许成本).
    #[serde(rename = "cost_fen")]
    pub cost: Money,
    /// What the government gave towards it; it earns no profit.
    #[serde(rename = "subsidy_fen")]
    pub subsidy: Money,
    /// Taxes under the law.
    #[serde(rename = "tax_fen")]
    pub tax: Money,
    /// The average yield of the ten-year government bond in the year before.
    pub yield_basis_points: BasisPoints,
    /// What the price authority adds to it.
    pub added_basis_points: BasisPoints,
    /// What was earned above the permitted in earlier years and is taken off now.
    #[serde(rename = "excess_before_fen")]
    pub excess_before: Money,
}

/// What may be earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permitted {
    /// Cost less subsidy.
    #[serde(rename = "net_cost_fen")]
    pub net_cost: Money,
    /// The permitted rate of profit on it (准许利润率).
    pub rate_basis_points: BasisPoints,
    /// The permitted profit.
    #[serde(rename = "profit_fen")]
    pub profit: Money,
    /// Cost, profit and taxes, less the excess of before.
    #[serde(rename = "revenue_max_fen")]
    pub revenue_max: Money,
}

impl PermittedInputs {
    /// MPR = C + P + T - excess, with P = C × r.
    pub fn permitted(&self) -> Result<Permitted, MoneyOverflow> {
        let net_cost = self.cost.plus(self.subsidy.times(-1)?)?.max(Money::ZERO);
        let rate = self.yield_basis_points.checked_add(self.added_basis_points).ok_or(MoneyOverflow)?.max(0);
        let profit = i128::from(net_cost.fen).saturating_mul(i128::from(rate)).div_euclid(10_000);
        let profit = Money::fen(i64::try_from(profit).map_err(|_| MoneyOverflow)?);
        let before = net_cost.plus(profit)?.plus(self.tax)?;
        let revenue_max = before.plus(self.excess_before.times(-1)?)?.max(Money::ZERO);
        Ok(Permitted { net_cost, rate_basis_points: rate, profit, revenue_max })
    }
}

/// What a year's deviation asks for (P65 四).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Adjustment {
    /// Within the limit: the operator adjusts its own prices.
    Prices,
    /// Beyond it: the body that authorised adjusts the caps.
    Caps,
}

/// How far a year's income is from what was permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deviation {
    /// What was earned.
    #[serde(rename = "revenue_fen")]
    pub revenue: Money,
    /// Of the permitted, cut to whole basis points; nothing where nothing is permitted.
    pub basis_points: Option<BasisPoints>,
    /// What was earned above the permitted; taken off the next year's.
    #[serde(rename = "excess_fen")]
    pub excess: Money,
    /// Who adjusts what.
    pub adjustment: Adjustment,
}

impl Permitted {
    /// Compares with what was earned. The limit itself is within.
    pub fn deviation(&self, revenue: Money, percent_max: u8) -> Result<Deviation, MoneyOverflow> {
        let away = i128::from(revenue.fen) - i128::from(self.revenue_max.fen);
        let max = i128::from(self.revenue_max.fen);
        let basis_points = match max {
            0 => None,
            _ => Some(i64::try_from(away.saturating_mul(10_000) / max).map_err(|_| MoneyOverflow)?),
        };
        let is_within = away.abs().saturating_mul(100) <= max.saturating_mul(i128::from(percent_max));
        let excess = Money::fen(i64::try_from(away.max(0)).map_err(|_| MoneyOverflow)?);
        let adjustment = if is_within { Adjustment::Prices } else { Adjustment::Caps };
        Ok(Deviation { revenue, basis_points, excess, adjustment })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inputs(cost: i64, subsidy: i64, tax: i64, points: i64, excess: i64) -> PermittedInputs {
        PermittedInputs {
            cost: Money::fen(cost),
            subsidy: Money::fen(subsidy),
            tax: Money::fen(tax),
            yield_basis_points: points,
            added_basis_points: 600,
            excess_before: Money::fen(excess),
        }
    }

    #[test]
    fn what_may_be_earned_is_cost_profit_and_tax_less_the_excess_of_before() {
        for (given, profit, revenue_max) in [
            (inputs(100_000_000, 0, 0, 175, 0), 7_750_000, 107_750_000),
            (inputs(100_000_000, 40_000_000, 600_000, 175, 0), 4_650_000, 65_250_000),
            (inputs(100_000_000, 0, 0, 175, 7_750_000), 7_750_000, 100_000_000),
            // Rounded down, and never below nothing.
            (inputs(129, 0, 0, 175, 0), 9, 138),
            (inputs(100, 200, 0, 175, 50), 0, 0),
        ] {
            let found = given.permitted().unwrap();
            assert_eq!((found.profit.fen, found.revenue_max.fen), (profit, revenue_max), "{given:?}");
        }
    }

    #[test]
    fn up_to_ten_per_cent_the_operator_adjusts_prices_and_beyond_it_the_caps_are() {
        use Adjustment::{Caps, Prices};
        let permitted = inputs(1000, 0, 0, -600, 0).permitted().unwrap();
        for (revenue, basis_points, excess, adjustment) in [
            (1000, 0, 0, Prices),
            (1100, 1000, 100, Prices),
            (1101, 1010, 101, Caps),
            (900, -1000, 0, Prices),
            (899, -1010, 0, Caps),
        ] {
            let found = permitted.deviation(Money::fen(revenue), 10).unwrap();
            let expected = (Some(basis_points), excess, adjustment);
            assert_eq!((found.basis_points, found.excess.fen, found.adjustment), expected, "{revenue}");
        }
        let nothing = inputs(0, 0, 0, 175, 0).permitted().unwrap();
        assert_eq!(nothing.deviation(Money::fen(1), 10).unwrap().adjustment, Caps);
        assert_eq!(nothing.deviation(Money::ZERO, 10).unwrap().basis_points, None);
    }

    proptest! {
        #[test]
        fn the_profit_permitted_is_never_above_the_rate_and_an_excess_is_given_back(
            cost in 0_i64..1_000_000_000_000, subsidy in 0_i64..1_000_000_000_000,
            tax in 0_i64..1_000_000_000, points in 0_i64..1000, revenue in 0_i64..2_000_000_000_000,
        ) {
            let given = inputs(cost, subsidy, tax, points, 0);
            let found = given.permitted().unwrap();
            let exact = i128::from(found.net_cost.fen) * i128::from(points + 600);
            prop_assert!(i128::from(found.profit.fen) * 10_000 <= exact);
            prop_assert!((i128::from(found.profit.fen) + 1) * 10_000 > exact);
            let excess = found.deviation(Money::fen(revenue), 10).unwrap().excess;
            let next = PermittedInputs { excess_before: excess, ..given }.permitted().unwrap();
            let taken_off = found.revenue_max.fen - next.revenue_max.fen;
            prop_assert_eq!(taken_off, excess.fen.min(found.revenue_max.fen));
        }
    }
}
