//! What operation costs: entered by kind, product and month, accepted by the body that
//! the rules name; and metered, where the operator bears the infrastructure.
//!
//! INVARIANT (accepted): only a cost that was accepted is deducted from income.
//! INVARIANT (metered): a metered cost is computed from the journal and the agency's
//! rates, and by nobody's hand; every party computes it again.
//!
//! Not here: what the month comes to (`statement`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::{Event, Row};
use shuyu_model::id::{CostId, OrganisationId, ProductId, ScenarioId};
use shuyu_model::regime::words::Metered;
use shuyu_model::{Actor, Day, Digest, Money, Month, Reasons, Role, Time, Verdict};

use crate::error::SettlementError;
use crate::settlement::{COST_FEN_MAX, Settlement, is_line, unknown};
use crate::statement::{Cost, sees_all};
use crate::tariff::{PRICE_FEN_MAX, past_day};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// A cost to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCost {
    /// Of which month.
    pub month: Month,
    /// Of which kind, in the words of the rules.
    pub kind: String,
    /// For which product, where it is for one.
    #[serde(default)]
    pub product: Option<ProductId>,
    /// For what.
    pub item: String,
    /// How much.
    pub amount_fen: i64,
    /// The digest of its voucher (凭证).
    #[serde(default)]
    pub voucher: Option<Digest>,
}

/// A cost as it was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnteredCost {
    /// Its name.
    pub id: CostId,
    /// Of which month.
    pub month: Month,
    /// What it is.
    #[serde(flatten)]
    pub cost: Cost,
    /// The digest of its voucher.
    pub voucher: Option<Digest>,
    /// When it was accepted.
    pub accepted_at: Option<Time>,
}

/// What a metered use costs from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterRate {
    /// Which use.
    pub metered: Metered,
    /// How much for one.
    pub rate_fen: i64,
    /// From which day on.
    pub from: Day,
}

/// The events that a metered use leaves in the journal; none for calls, which have their
/// own records in the log.
fn events_of(metered: Metered) -> &'static [&'static str] {
    match metered {
        Metered::Run | Metered::RunSecond | Metered::Stored => &["candidate.made"],
        // A masked sample is made for every draft that is shown; a run masks its columns.
        Metered::Masking => &["draft.shown", "candidate.made"],
        Metered::Release => &["product.published"],
        Metered::Export => &["release.made"],
        Metered::Call => &[],
    }
}

/// How much of a metered use an event was.
fn quantity(metered: Metered, event: &str, facts: Option<&Facts>) -> i64 {
    let started = |amount: Option<i64>, unit: i64| amount.map_or(0, |amount| amount.saturating_add(unit - 1) / unit);
    match (metered, event) {
        (Metered::RunSecond, _) => started(facts.and_then(|facts| facts.took_micros), 1_000_000),
        (Metered::Stored, _) => started(facts.and_then(|facts| facts.bytes), 1 << 20),
        // What is offered that is no model costs nothing by being offered.
        (Metered::Release, _) => i64::from(facts.is_some_and(|facts| facts.kind.as_deref() == Some(MODEL))),
        (Metered::Masking, "candidate.made") => facts.and_then(|facts| facts.masked_columns).unwrap_or(0),
        _ => 1,
    }
}

/// The kind of product whose publication is metered as a model's.
const MODEL: &str = "model";

/// What of an event says whose use it was.
#[derive(Deserialize)]
struct Written {
    at: Time,
    /// Of a draft, its scenario.
    object: String,
    organisation: Option<OrganisationId>,
    facts: Option<Facts>,
}

impl Written {
    fn scenario(&self) -> Option<ScenarioId> {
        let told = self.facts.as_ref().and_then(|facts| facts.scenario.clone());
        told.or_else(|| ScenarioId::parse(&self.object).ok())
    }
}

#[derive(Deserialize)]
struct Facts {
    scenario: Option<ScenarioId>,
    /// How long a run took.
    took_micros: Option<i64>,
    /// How much it stored.
    bytes: Option<i64>,
    /// How many columns it masked.
    masked_columns: Option<i64>,
    /// As what it was offered.
    kind: Option<String>,
}

impl Settlement {
    /// Enters a cost of the actor's own organisation; it counts once it is accepted.
    pub async fn record_cost(&self, actor: &Actor, new: NewCost) -> Result<Verdict<CostId>> {
        let item = new.item.trim();
        if !is_line(item) {
            return Err(SettlementError::Malformed { part: "item", what: "1 to 200 characters on one line" });
        }
        if !(1..=COST_FEN_MAX).contains(&new.amount_fen) {
            return Err(SettlementError::Malformed { part: "amount", what: "1 to 1000000000000 fen" });
        }
        let product = new.product.as_ref().map(|id| self.product(id)).transpose()?;
        let (regime, month) = (self.regime(), new.month);
        let against_item = self.against_item(&actor.organisation, month, item).await?;
        let mut change = self.ledger().change().await?;
        let mut found = Vec::from_iter(self.operator_reason(actor, product.as_ref()));
        found.extend(against_item);
        if !regime.money.cost_kinds.value.contains(&new.kind) {
            let kinds = regime.money.cost_kinds.value.join("、");
            let what = "no cost of this kind is accounted for";
            found.push(regime.reason(
                reasons::COST_KIND,
                &regime.money.cost_kinds,
                what,
                format!("name one of: {kinds}"),
            ));
        }
        if let Some(asked) =
            regime.money.costs_have_vouchers.as_ref().filter(|rule| rule.value && new.voucher.is_none())
        {
            let what = "the cost names no voucher";
            found.push(regime.reason(reasons::NO_VOUCHER, asked, what, "give the digest of its voucher"));
        }
        found.extend(self.month_reasons(&mut change, month).await?);
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "cost.refused", &month.to_string(), reasons).await;
        }
        let cost = Cost {
            operator: actor.organisation.clone(),
            kind: new.kind,
            product: new.product,
            item: item.to_owned(),
            amount: Money::fen(new.amount_fen),
        };
        let id: CostId = self.ledger().new_id();
        store::costs::insert_cost(&mut change, &id, month, (&cost, new.voucher), actor).await?;
        let event = Event::done(Some(actor), "cost.recorded", id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.price.treasury_share))
            .digests(None, new.voucher)
            .facts(serde_json::json!({ "month": month, "cost": cost }));
        change.commit(event).await?;
        Ok(Verdict::Allow(id))
    }

    /// Accepts a cost of a month that is open.
    pub async fn accept_cost(&self, actor: &Actor, id: &CostId) -> Result<Verdict<()>> {
        let regime = self.regime();
        let mut change = self.ledger().change().await?;
        let costs = store::costs::entered_in(&mut change).await?;
        let cost = costs.into_iter().find(|cost| cost.id == *id).ok_or_else(|| unknown("cost", id.as_str()))?;
        if cost.accepted_at.is_some() {
            return Err(SettlementError::Conflict { part: "cost", what: "it is accepted already" });
        }
        let by = &regime.money.cost_accepted_by;
        let mut found = Vec::new();
        if !actor.is(by.value) || actor.organisation == cost.cost.operator {
            let what = format!("costs are accepted by: {}", regime.word(by.value));
            found.push(regime.reason(reasons::NOT_ACCEPTER, by, what, "ask that body"));
        }
        if store::closed_months(&mut change).await?.contains(&cost.month) {
            found.push(self.closed_reason(cost.month));
        }
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "cost_acceptance.refused", id.as_str(), reasons).await;
        }
        store::costs::accept(&mut change, id, actor).await?;
        let event = Event::done(Some(actor), "cost.accepted", id.as_str()).under(regime).citing(regime.cite(by));
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The costs that were entered, oldest first: all for those who oversee, an
    /// operator its own.
    pub async fn entered_costs(&self, viewer: &Actor) -> Result<Vec<EnteredCost>> {
        let all = store::costs::entered(self.ledger()).await?.into_iter();
        let is_own = |cost: &EnteredCost| viewer.is(Role::Operator) && cost.cost.operator == viewer.organisation;
        Ok(all.filter(|cost| sees_all(viewer) || is_own(cost)).collect())
    }

    /// Sets what a metered use costs from a day on.
    pub async fn set_meter_rate(&self, actor: &Actor, rate: MeterRate) -> Result<Verdict<()>> {
        if !(0..=PRICE_FEN_MAX).contains(&rate.rate_fen) {
            return Err(SettlementError::Malformed { part: "rate", what: "0 to 10000000000 fen" });
        }
        let regime = self.regime();
        let Some(rule) = regime.money.metered.as_ref().filter(|rule| rule.value.contains(&rate.metered)) else {
            return Err(SettlementError::Malformed { part: "metered", what: "a use that the rules meter" });
        };
        let mut change = self.ledger().change().await?;
        let mut found = Vec::from_iter(past_day(rate.from, change.now().day(), regime));
        found.extend(self.keeper_reason(actor));
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "meter_rate.refused", rate.metered.word(), reasons).await;
        }
        let known = store::costs::rates_in(&mut change).await?;
        if known.iter().any(|known| known.metered == rate.metered && known.from == rate.from) {
            return Err(SettlementError::Conflict { part: "rate", what: "a rate from this day on is set already" });
        }
        store::costs::insert_rate(&mut change, &rate, actor).await?;
        let event = Event::done(Some(actor), "meter_rate.set", rate.metered.word())
            .under(regime)
            .citing(regime.cite(rule))
            .facts(serde_json::to_value(&rate)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The rates, of all times.
    pub async fn meter_rates(&self) -> Result<Vec<MeterRate>> {
        store::costs::rates(self.ledger()).await
    }

    /// What was metered in a month, priced by the rate of its day: see INVARIANT
    /// (metered).
    pub(crate) async fn metered(&self, from: Time, to: Time, rates: &[MeterRate]) -> Result<Vec<Cost>> {
        let mut found: BTreeMap<(OrganisationId, &'static str, i64), i64> = BTreeMap::new();
        for metered in self.regime().money.metered.iter().flat_map(|rule| &rule.value) {
            let of_day = |day: Day| {
                let of_use = rates.iter().filter(|rate| rate.metered == *metered && rate.from <= day);
                of_use.max_by_key(|rate| rate.from).map(|rate| rate.rate_fen).filter(|fen| *fen > 0)
            };
            if *metered == Metered::Call {
                let count = |_, access: shuyu_ledger::Access| {
                    let operator = self.delivery().subscription(&access.subscription).map(|found| found.operator);
                    if let Some((operator, rate_fen)) = operator.zip(of_day(access.at.day())) {
                        *found.entry((operator, metered.zh(), rate_fen)).or_default() += 1;
                    }
                };
                self.delivery().for_each_access(from, to, count).await?;
            }
            let mut rows = Vec::new();
            for event in events_of(*metered) {
                rows.extend(self.ledger().journal_of(event, from, to).await?.into_iter().map(|row| (*event, row)));
            }
            for (event, row) in rows {
                let written = written(&row)?;
                let count = quantity(*metered, event, written.facts.as_ref());
                let Some(rate_fen) = of_day(written.at.day()).filter(|_| count > 0) else { continue };
                // The operator of the scenario bears it, whoever computed for it.
                let operator = match (written.scenario(), written.organisation) {
                    (Some(scenario), _) => {
                        let scenario = self.delivery().registry().scenario(&scenario).await;
                        let scenario = scenario.map_err(shuyu_delivery::DeliveryError::from)?;
                        let stored = SettlementError::Stored { table: "journal" };
                        scenario.ok_or(stored)?.operator.clone()
                    }
                    (None, Some(organisation)) => organisation,
                    (None, None) => return Err(SettlementError::Stored { table: "journal" }),
                };
                *found.entry((operator, metered.zh(), rate_fen)).or_default() += count;
            }
        }
        let cost = |((operator, kind, rate_fen), count): ((OrganisationId, &'static str, i64), i64)| {
            let item = format!("{count} × {rate_fen} fen, metered");
            let amount = Money::fen(rate_fen).times(count)?;
            Ok(Cost { operator, kind: kind.to_owned(), product: None, item, amount })
        };
        found.into_iter().map(cost).collect()
    }
}

fn written(row: &Row) -> Result<Written> {
    Ok(serde_json::from_str(&row.text("written")?)?)
}
