//! The most that an operator may earn in a year (最高准许收入, P65), set by those who
//! keep prices, and how far the year is from it.
//!
//! INVARIANT (country's rate): no rate of profit is above the bond's yield and the
//! points that the country allows.
//! INVARIANT (given back): what was earned above one year's is taken off the next.
//!
//! Not here: the arithmetic (`model::permitted`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PriceBasisId};
use shuyu_model::permitted::{Deviation, Permitted, PermittedInputs};
use shuyu_model::{Actor, Day, Money, Reason, Reasons, Role, Verdict};

use crate::error::SettlementError;
use crate::settlement::{COST_FEN_MAX, Settlement, unknown};
use crate::statement::sees_all;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// Basis points in a percentage point.
const PER_POINT: i64 = 100;

/// What a year's permitted revenue rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPermittedRevenue {
    /// Whose.
    pub operator: OrganisationId,
    /// Of which year.
    pub year: i16,
    /// The reasonable cost that the survey found.
    pub cost_fen: i64,
    /// What the government gave towards it.
    pub subsidy_fen: i64,
    /// Taxes.
    pub tax_fen: i64,
    /// The average yield of the ten-year bond in the year before, in basis points.
    pub yield_basis_points: i64,
    /// What is added to it, in basis points.
    pub added_basis_points: i64,
    /// When cost and price were evaluated last.
    pub evaluated_on: Day,
    /// The document of the price authority, on file.
    pub basis: PriceBasisId,
}

/// A year as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermittedRevenue {
    /// What it rests on.
    #[serde(flatten)]
    pub set: NewPermittedRevenue,
    /// What was earned above the permitted the year before, and is taken off.
    #[serde(rename = "excess_before_fen")]
    pub excess_before: Money,
    /// What may be earned.
    pub permitted: Permitted,
    /// How far the closed months of the year are from it.
    pub deviation: Deviation,
    /// The year in which the next evaluation is due at the latest.
    pub evaluation_due_year: i16,
    /// Whether the last evaluation is too old for this year.
    pub evaluation_is_overdue: bool,
}

impl Settlement {
    /// Sets a year's permitted revenue; once.
    pub async fn set_permitted_revenue(&self, actor: &Actor, new: NewPermittedRevenue) -> Result<Verdict<()>> {
        let amounts = [new.cost_fen, new.subsidy_fen, new.tax_fen];
        let are_rates = [new.yield_basis_points, new.added_basis_points].iter().all(|rate| (0..=10_000).contains(rate));
        if !amounts.iter().all(|fen| (0..=COST_FEN_MAX).contains(fen))
            || !are_rates
            || !(2000..=2100).contains(&new.year)
        {
            return Err(SettlementError::Malformed {
                part: "permitted revenue",
                what: "amounts and rates from 0, a year from 2000",
            });
        }
        let operator = self.delivery().registry().organisation(&new.operator).await;
        let operator = operator.map_err(shuyu_delivery::DeliveryError::from)?;
        operator.ok_or_else(|| unknown("organisation", new.operator.as_str()))?;
        let regime = self.regime();
        let mut change = self.ledger().change().await?;
        let bases = store::prices::bases_in(&mut change).await?;
        if !bases.iter().any(|basis| basis.id == new.basis) {
            return Err(unknown("price basis", new.basis.as_str()));
        }
        let known = store::worth::permitted_in(&mut change).await?;
        if known.iter().any(|known| known.operator == new.operator && known.year == new.year) {
            return Err(SettlementError::Conflict { part: "year", what: "its permitted revenue is set already" });
        }
        let points = &self.national().price.profit_points_above_yield_max;
        let clause = points.source.clone().unwrap_or_default();
        let mut found = Vec::from_iter(self.keeper_reason(actor));
        if new.added_basis_points > i64::from(points.value).saturating_mul(PER_POINT) {
            found.push(Reason::new(
                reasons::PROFIT_RATE,
                format!("the rate is more than {} points above the bond's yield", points.value),
                clause.clone(),
                "name a rate up to that",
            ));
        }
        let object = format!("{}/{}", new.operator, new.year);
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "permitted_revenue.refused", &object, reasons).await;
        }
        store::worth::insert_permitted(&mut change, &new, actor).await?;
        let event = Event::done(Some(actor), "permitted_revenue.set", object)
            .under(regime)
            .citing(clause)
            .facts(serde_json::to_value(&new)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The years, oldest first for each operator: all for those who oversee, an
    /// operator its own.
    pub async fn permitted_revenues(&self, viewer: &Actor) -> Result<Vec<PermittedRevenue>> {
        let mut earned: BTreeMap<(OrganisationId, i16), Money> = BTreeMap::new();
        for statement in self.statements().await? {
            let year = statement.body().month.first_day().year();
            for result in &statement.body().results {
                let sum = earned.entry((result.operator.clone(), year)).or_default();
                *sum = sum.plus(result.income)?;
            }
        }
        let rules = &self.national().price;
        let (percent, years) = (rules.deviation_percent_max.value, i16::from(rules.evaluation_years_max.value));
        let mut found: Vec<PermittedRevenue> = Vec::new();
        for set in store::worth::permitted(self.ledger()).await? {
            let before = found.last().filter(|last| last.set.operator == set.operator && last.set.year == set.year - 1);
            let excess_before = before.map_or(Money::ZERO, |before| before.deviation.excess);
            let inputs = PermittedInputs {
                cost: Money::fen(set.cost_fen),
                subsidy: Money::fen(set.subsidy_fen),
                tax: Money::fen(set.tax_fen),
                yield_basis_points: set.yield_basis_points,
                added_basis_points: set.added_basis_points,
                excess_before,
            };
            let permitted = inputs.permitted()?;
            let revenue = earned.get(&(set.operator.clone(), set.year)).copied().unwrap_or_default();
            let evaluation_due_year = set.evaluated_on.year().saturating_add(years);
            found.push(PermittedRevenue {
                deviation: permitted.deviation(revenue, percent)?,
                evaluation_is_overdue: set.year > evaluation_due_year,
                evaluation_due_year,
                permitted,
                excess_before,
                set,
            });
        }
        let is_own = |year: &PermittedRevenue| viewer.is(Role::Operator) && year.set.operator == viewer.organisation;
        found.retain(|year| sees_all(viewer) || is_own(year));
        Ok(found)
    }
}
