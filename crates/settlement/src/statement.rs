//! A month's account: who owes whom how much.
//!
//! Takes charges and costs; gives a [`Statement`] that every party computes
//! again from the log, and the entries of the book that belong to it.
//!
//! INVARIANT (surplus): what remains of an operator's income after its accepted cost
//! goes to the treasury in full, or waits to be shared by a rule where the document
//! or a rule in force says so; a loss stays with the operator.
//! INVARIANT (own lines): an entity sees what it owes and nobody else's debts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, ProductId, StatementId};
use shuyu_model::regime::words::ShareModel;
use shuyu_model::{Actor, CryptoProfile, Digest, Money, Month, Regime, Role, Time};

use crate::book::{Account, BookEntry};
use crate::charge::Line;
use crate::error::SettlementError;

/// A cost that an operator accounts for in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Whose.
    pub operator: OrganisationId,
    /// Of which kind, in the words of the rules; empty where it is from before they had some.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// For which product, where it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// For what: 算力, 人员.
    pub item: String,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
}

/// One operator's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorResult {
    /// Whose.
    pub operator: OrganisationId,
    /// What entities owe it for this month.
    #[serde(rename = "income_fen")]
    pub income: Money,
    /// What the month cost it.
    #[serde(rename = "cost_fen")]
    pub cost: Money,
    /// What goes to the treasury; see INVARIANT (surplus).
    #[serde(rename = "to_treasury_fen")]
    pub to_treasury: Money,
    /// What waits to be distributed by a rule.
    #[serde(rename = "to_share_fen", default, skip_serializing_if = "is_nothing")]
    pub to_share: Money,
}

fn is_nothing(amount: &Money) -> bool {
    *amount == Money::ZERO
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementBody {
    /// Its name.
    pub id: StatementId,
    /// The month.
    pub month: Month,
    /// Under which version of which rules.
    pub regime: String,
    /// The clause that sends the surplus to the treasury.
    pub treasury_clause: String,
    /// What the document calls the charge, where it has a name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_name: Option<String>,
    /// When the month was closed.
    pub closed_at: Time,
    /// What was used, at which price.
    pub lines: Vec<Line>,
    /// What it cost.
    pub costs: Vec<Cost>,
    /// What remains, for each operator.
    pub results: Vec<OperatorResult>,
}

/// A closed month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    #[serde(flatten)]
    body: StatementBody,
    digest: Digest,
}

/// What a statement is computed from.
pub(crate) struct Inputs {
    pub(crate) lines: Vec<Line>,
    pub(crate) costs: Vec<Cost>,
    /// The operators for whom a rule of distribution is in force.
    pub(crate) by_rule: BTreeSet<OrganisationId>,
    /// What the charge is called; a month keeps the name that it was closed under.
    pub(crate) fee_name: Option<String>,
}

impl Statement {
    /// Computes a month.
    pub(crate) fn compute(
        id: StatementId,
        month: Month,
        closed_at: Time,
        inputs: Inputs,
        regime: &Regime,
        profile: CryptoProfile,
    ) -> Result<Self, SettlementError> {
        let results = results(&inputs, regime)?;
        let body = StatementBody {
            id,
            month,
            regime: regime.stamp(),
            treasury_clause: regime.cite(&regime.price.treasury_share),
            fee_name: inputs.fee_name,
            closed_at,
            lines: inputs.lines,
            costs: inputs.costs,
            results,
        };
        let digest = profile.digest(serde_json::to_string(&body)?.as_bytes());
        Ok(Self { body, digest })
    }

    /// A statement as it was stored; it must still have its digest.
    pub(crate) fn read_back(body: &str, digest: Digest) -> Result<Self, SettlementError> {
        if digest.profile().digest(body.as_bytes()) != digest {
            return Err(SettlementError::Stored { table: "statements" });
        }
        Ok(Self { body: serde_json::from_str(body)?, digest })
    }

    pub(crate) fn to_text(&self) -> Result<String, SettlementError> {
        Ok(serde_json::to_string(&self.body)?)
    }

    /// What it says.
    pub fn body(&self) -> &StatementBody {
        &self.body
    }

    /// The digest of its body as JSON; the closing event holds it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The entries of the book that belong to it.
    pub(crate) fn entries(&self) -> Vec<BookEntry> {
        let body = &self.body;
        let charges = body.lines.iter().filter(|line| line.amount > Money::ZERO).map(|line| {
            let fee = body.fee_name.as_deref().unwrap_or("operation service fee");
            let what = format!("{fee} of {}", line.subscription);
            BookEntry::transfer(
                what,
                (Account::Receivable, &line.entity),
                (Account::Income, &line.operator),
                line.amount,
            )
        });
        let costs = body.costs.iter().map(|cost| {
            let (debit, credit) = ((Account::Cost, &cost.operator), (Account::Payable, &cost.operator));
            BookEntry::transfer(cost.item.clone(), debit, credit, cost.amount)
        });
        let shares = body.results.iter().filter(|result| result.to_treasury > Money::ZERO).map(|result| {
            let (debit, credit) = ((Account::Surplus, &result.operator), (Account::TreasuryPayable, &result.operator));
            BookEntry::transfer("surplus to the treasury", debit, credit, result.to_treasury)
        });
        let waiting = body.results.iter().filter(|result| result.to_share > Money::ZERO).map(|result| {
            let (debit, credit) = ((Account::Surplus, &result.operator), (Account::Undistributed, &result.operator));
            BookEntry::transfer("surplus to be distributed", debit, credit, result.to_share)
        });
        charges.chain(costs).chain(shares).chain(waiting).collect()
    }

    /// Whom it concerns: who owes, and who is owed.
    pub(crate) fn parties(&self) -> BTreeSet<OrganisationId> {
        let owing = self.body.lines.iter().flat_map(|line| [&line.entity, &line.operator]);
        owing.chain(self.body.results.iter().map(|result| &result.operator)).cloned().collect()
    }

    /// How many units it settles, free ones too.
    pub fn uses_count(&self) -> i64 {
        self.body.lines.iter().fold(0, |sum, line| sum.saturating_add(line.units))
    }

    /// What this actor may see of it; see INVARIANT (own lines).
    pub fn view(&self, viewer: &Actor) -> StatementBody {
        if sees_all(viewer) {
            return self.body.clone();
        }
        let own = &viewer.organisation;
        let (is_operator, is_entity) = (viewer.is(Role::Operator), viewer.is(Role::Entity));
        let mut body = self.body.clone();
        body.lines.retain(|line| (is_entity && line.entity == *own) || (is_operator && line.operator == *own));
        body.costs.retain(|cost| is_operator && cost.operator == *own);
        body.results.retain(|result| is_operator && result.operator == *own);
        body
    }
}

/// Whether somebody oversees everybody's money.
pub(crate) fn sees_all(viewer: &Actor) -> bool {
    let oversee = [Role::Agency, Role::Regulator, Role::Finance, Role::Supervisor, Role::AuditAdmin];
    oversee.iter().any(|role| viewer.is(*role))
}

/// INVARIANT (surplus).
fn results(inputs: &Inputs, regime: &Regime) -> Result<Vec<OperatorResult>, SettlementError> {
    let in_full = regime.price.share_model.as_ref().is_none_or(|model| model.value == ShareModel::Surplus);
    let mut sums: BTreeMap<&OrganisationId, (Money, Money)> = BTreeMap::new();
    for line in &inputs.lines {
        let (income, _) = sums.entry(&line.operator).or_default();
        *income = income.plus(line.amount)?;
    }
    for cost in &inputs.costs {
        let (_, sum) = sums.entry(&cost.operator).or_default();
        *sum = sum.plus(cost.amount)?;
    }
    sums.into_iter()
        .map(|(operator, (income, cost))| {
            let surplus = income.plus(cost.times(-1)?)?.max(Money::ZERO);
            let is_owed_in_full = in_full && !inputs.by_rule.contains(operator);
            let (to_treasury, to_share) = if is_owed_in_full { (surplus, Money::ZERO) } else { (Money::ZERO, surplus) };
            Ok(OperatorResult { operator: operator.clone(), income, cost, to_treasury, to_share })
        })
        .collect()
}

/// What a second computation of a closed month gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recomputation {
    /// The month.
    pub month: Month,
    /// The digest that was written when the month was closed.
    pub written: Digest,
    /// The digest that log, prices and costs give now.
    pub computed: Digest,
    /// What differs; empty where all is well.
    pub differences: Vec<String>,
}

impl Recomputation {
    pub(crate) fn compare(written: &Statement, computed: &Statement, is_booked: bool) -> Self {
        let mut differences = Vec::new();
        let (old, new) = (&written.body, &computed.body);
        if old.regime != new.regime {
            differences.push(format!("closed under {}, computed under {}", old.regime, new.regime));
        }
        for line in new.lines.iter().filter(|line| !old.lines.contains(line)) {
            differences.push(format!("computed, not written: {} {} fen", line.subscription, line.amount.fen));
        }
        for line in old.lines.iter().filter(|line| !new.lines.contains(line)) {
            differences.push(format!("written, not computed: {} {} fen", line.subscription, line.amount.fen));
        }
        if old.costs != new.costs {
            differences.push("the costs differ".to_owned());
        }
        if old.results != new.results {
            differences.push("the results differ".to_owned());
        }
        if !is_booked {
            differences.push("the book holds other entries than the statement gives".to_owned());
        }
        if differences.is_empty() && written.digest != computed.digest {
            differences.push("the digests differ".to_owned());
        }
        Self { month: old.month, written: written.digest, computed: computed.digest, differences }
    }

    /// Whether the month stands as it was written.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shuyu_model::UseKind;
    use shuyu_model::id::PersonId;

    use super::*;
    use crate::book::balance;
    use crate::tariff::Why;
    use crate::testing::{id, regime};

    fn line(entity: u128, operator: u128, fen: i64) -> Line {
        Line {
            subscription: id(entity),
            product: id(1),
            entity: id(entity),
            operator: id(operator),
            use_kind: UseKind::Industry,
            price: Money::fen(fen),
            why: Why::Tariff,
            basis: None,
            clause: "x".to_owned(),
            units: 1,
            accesses: 1,
            first_index: 0,
            last_index: 0,
            amount: Money::fen(fen),
        }
    }

    fn cost(operator: u128, fen: i64) -> Cost {
        Cost {
            operator: id(operator),
            kind: String::new(),
            product: None,
            item: "compute".to_owned(),
            amount: Money::fen(fen),
        }
    }

    fn statement(lines: Vec<Line>, costs: Vec<Cost>) -> Statement {
        let month = Month::parse("2026-06").unwrap();
        let profile = CryptoProfile::International;
        Statement::compute(
            id(1),
            month,
            Time(5),
            Inputs { lines, costs, by_rule: BTreeSet::new(), fee_name: None },
            &regime(),
            profile,
        )
        .unwrap()
    }

    #[test]
    fn the_surplus_goes_to_the_treasury_and_a_loss_does_not() {
        let statement =
            statement(vec![line(1, 8, 500), line(2, 8, 300), line(1, 9, 10)], vec![cost(8, 600), cost(9, 25)]);
        let found: Vec<_> =
            statement.body().results.iter().map(|r| (r.income.fen, r.cost.fen, r.to_treasury.fen)).collect();
        assert_eq!(found, [(800, 600, 200), (10, 25, 0)]);
        assert_eq!(statement.body().treasury_clause, "changsha-2026 四(二)");
    }

    #[test]
    fn everybody_sees_their_own_part_of_it() {
        let statement = statement(vec![line(1, 8, 500), line(2, 8, 300), line(3, 9, 10)], vec![cost(8, 1), cost(9, 2)]);
        for (organisation, role, expected) in [
            (1, Role::Entity, (1, 0, 0)),
            (8, Role::Operator, (2, 1, 1)),
            (8, Role::Entity, (0, 0, 0)),
            (1, Role::Operator, (0, 0, 0)),
            (7, Role::Source, (0, 0, 0)),
            (7, Role::Agency, (3, 2, 2)),
            (7, Role::Finance, (3, 2, 2)),
        ] {
            let viewer = Actor { person: id::<PersonId>(1), organisation: id(organisation), roles: vec![role] };
            let view = statement.view(&viewer);
            assert_eq!((view.lines.len(), view.costs.len(), view.results.len()), expected, "{role:?}");
        }
    }

    #[test]
    fn a_statement_that_was_changed_is_not_read_back() {
        let statement = statement(vec![line(1, 8, 500)], vec![]);
        let text = statement.to_text().unwrap();
        assert_eq!(Statement::read_back(&text, statement.digest()).unwrap(), statement);
        assert!(Statement::read_back(&text.replace("500", "501"), statement.digest()).is_err());
    }

    #[test]
    fn a_recomputation_says_what_differs() {
        let written = statement(vec![line(1, 8, 500)], vec![cost(8, 1)]);
        assert!(Recomputation::compare(&written, &written, true).is_equal());
        let other = statement(vec![line(1, 8, 501)], vec![]);
        assert_eq!(Recomputation::compare(&written, &other, false).differences.len(), 5);
    }

    proptest! {
        #[test]
        fn the_book_of_a_month_balances_and_agrees_with_its_statement(
            lines in prop::collection::vec((1_u128..5, 5_u128..8, 0_i64..100_000), 0..40),
            costs in prop::collection::vec((5_u128..8, 1_i64..100_000), 0..20),
        ) {
            let statement = statement(
                lines.iter().map(|(entity, operator, fen)| line(*entity, *operator, *fen)).collect(),
                costs.iter().map(|(operator, fen)| cost(*operator, *fen)).collect(),
            );
            let entries = statement.entries();
            let mut sum = 0;
            for account in Account::ALL {
                for party in 1..8 {
                    sum += balance(&entries, *account, &id(party)).unwrap().fen;
                }
            }
            prop_assert_eq!(sum, 0);
            for result in &statement.body().results {
                let of = |account| balance(&entries, account, &result.operator).unwrap().fen;
                prop_assert_eq!(-of(Account::Income), result.income.fen);
                prop_assert_eq!(of(Account::Cost), result.cost.fen);
                prop_assert_eq!(-of(Account::TreasuryPayable), (result.income.fen - result.cost.fen).max(0));
            }
        }
    }
}
