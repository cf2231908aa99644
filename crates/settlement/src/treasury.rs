//! What the treasury is owed, what it was paid, and on what the money went.
//!
//! INVARIANT (open balance): a payment smaller than what is owed leaves the rest open;
//! none is larger than the rest.
//! INVARIANT (purposes): public income is booked to a purpose that the document allows,
//! and never more of it than was paid in.
//!
//! Not here: how much is owed (`statement`, `sharing`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PaymentId, TreasuryDueId};
use shuyu_model::money::MoneyOverflow;
use shuyu_model::{Actor, Day, Digest, Money, Month, Reason, Reasons, Regime, Role, Time, Verdict};

use crate::error::SettlementError;
use crate::settlement::{Settlement, unknown};
use crate::sharing::{TEXT_CHARS_MAX, share_clause};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// A payment to a treasury.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Its name.
    pub id: PaymentId,
    /// Of what.
    pub due: TreasuryDueId,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// On which day.
    pub paid_on: Day,
    /// The digest of the voucher.
    pub voucher: Digest,
}

/// What is owed to a treasury for a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Its name.
    pub id: TreasuryDueId,
    /// For which month.
    pub month: Month,
    /// By whom.
    pub operator: OrganisationId,
    /// To which treasury.
    pub treasury: String,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// By which day.
    pub due_day: Day,
    /// The clause.
    pub clause: String,
    /// The statement or distribution that it comes from.
    pub source: String,
    /// What was paid of it.
    pub payments: Vec<Payment>,
}

/// How a debt to the treasury stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// Not all paid; the day has not passed.
    Open,
    /// All paid in time.
    Met,
    /// All paid, the last of it after its day.
    Late,
    /// Not all paid, and the day has passed.
    Overdue,
}

/// A debt as it stands on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueView {
    /// The debt.
    #[serde(flatten)]
    pub due: Due,
    /// What is not paid yet.
    #[serde(rename = "open_fen")]
    pub open: Money,
    /// How it stands.
    pub state: DueState,
}

impl Due {
    /// What a month settled at a moment owes a treasury.
    pub(crate) fn new(
        id: TreasuryDueId,
        (month, operator): (Month, &OrganisationId),
        treasury: String,
        amount: Money,
        settled_at: Time,
        source: &str,
        regime: &Regime,
    ) -> Self {
        let days = jiff::Span::new().days(i64::from(regime.money.treasury_days_max.value));
        Self {
            id,
            month,
            operator: operator.clone(),
            treasury,
            amount,
            due_day: settled_at.day().saturating_add(days),
            clause: share_clause(regime),
            source: source.to_owned(),
            payments: Vec::new(),
        }
    }

    /// What is not paid yet.
    pub fn open(&self) -> std::result::Result<Money, MoneyOverflow> {
        let paid = self.payments.iter().try_fold(Money::ZERO, |sum, payment| sum.plus(payment.amount))?;
        self.amount.plus(paid.times(-1)?)
    }

    /// As it stands on a day.
    pub fn on(self, today: Day) -> Result<DueView> {
        let open = self.open()?;
        let last = self.payments.iter().map(|payment| payment.paid_on).max();
        let state = match (open > Money::ZERO, last) {
            (true, _) if today > self.due_day => DueState::Overdue,
            (true, _) => DueState::Open,
            (false, Some(last)) if last > self.due_day => DueState::Late,
            (false, _) => DueState::Met,
        };
        Ok(DueView { due: self, open, state })
    }
}

/// A payment to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// How much.
    pub amount_fen: i64,
    /// On which day.
    pub paid_on: Day,
    /// The digest of the voucher.
    pub voucher: Digest,
}

/// Public income that was spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spending {
    /// Its name.
    pub id: PaymentId,
    /// Out of which treasury.
    pub treasury: String,
    /// For which of the document's purposes.
    pub purpose: String,
    /// On what.
    pub what: String,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// The digest of the voucher.
    pub voucher: Digest,
}

/// A spending to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSpending {
    /// Out of which treasury.
    pub treasury: String,
    /// For which of the document's purposes.
    pub purpose: String,
    /// On what.
    pub what: String,
    /// How much.
    pub amount_fen: i64,
    /// The digest of the voucher.
    pub voucher: Digest,
}

/// What a treasury took in and what was spent of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreasuryReport {
    /// Which.
    pub treasury: String,
    /// What it is owed in all.
    #[serde(rename = "due_fen")]
    pub due: Money,
    /// What it was paid.
    #[serde(rename = "paid_fen")]
    pub paid: Money,
    /// What was spent, for each purpose.
    #[serde(rename = "spent_fen")]
    pub spent: BTreeMap<String, Money>,
}

/// One report for each treasury, by its name.
pub(crate) fn reports(dues: &[Due], uses: &[Spending]) -> Result<Vec<TreasuryReport>> {
    let mut found: BTreeMap<&str, TreasuryReport> = BTreeMap::new();
    let empty = |treasury: &str| TreasuryReport {
        treasury: treasury.to_owned(),
        due: Money::ZERO,
        paid: Money::ZERO,
        spent: BTreeMap::new(),
    };
    for due in dues {
        let report = found.entry(&due.treasury).or_insert_with(|| empty(&due.treasury));
        report.due = report.due.plus(due.amount)?;
        report.paid = report.paid.plus(due.amount.plus(due.open()?.times(-1)?)?)?;
    }
    for spending in uses {
        let report = found.entry(&spending.treasury).or_insert_with(|| empty(&spending.treasury));
        let sum = report.spent.entry(spending.purpose.clone()).or_default();
        *sum = sum.plus(spending.amount)?;
    }
    Ok(found.into_values().collect())
}

impl TreasuryReport {
    /// What was paid and not spent.
    fn left(&self) -> std::result::Result<Money, MoneyOverflow> {
        let spent = self.spent.values().try_fold(Money::ZERO, |sum, amount| sum.plus(*amount))?;
        self.paid.plus(spent.times(-1)?)
    }
}

impl Settlement {
    /// Records a payment of what is owed to a treasury.
    pub async fn record_payment(
        &self,
        actor: &Actor,
        due: &TreasuryDueId,
        new: NewPayment,
    ) -> Result<Verdict<PaymentId>> {
        if new.amount_fen < 1 {
            return Err(SettlementError::Malformed { part: "amount", what: "1 fen at least" });
        }
        let mut change = self.ledger().change().await?;
        if new.paid_on > change.now().day() {
            return Err(SettlementError::Malformed { part: "day", what: "a day that has come" });
        }
        let dues = store::treasury::dues_in(&mut change).await?;
        let found = dues.into_iter().find(|found| found.id == *due);
        let found = found.ok_or_else(|| unknown("treasury due", due.as_str()))?;
        let (open, regime) = (found.open()?, self.regime());
        let mut against = Vec::new();
        let is_own = actor.is(Role::Operator) && actor.organisation == found.operator;
        if !is_own && !actor.is(Role::Finance) {
            against.push(Reason::new(
                reasons::NOT_PAYER,
                "a payment is recorded by the operator that owes it, or by the finance department",
                found.clause.clone(),
                "ask one of them",
            ));
        }
        if new.amount_fen > open.fen {
            against.push(Reason::new(
                reasons::OVERPAID,
                format!("the payment of {} yuan is above the open {open} yuan", Money::fen(new.amount_fen)),
                found.clause.clone(),
                "record what was paid of this debt, and the rest of the voucher to the debt that it pays",
            ));
        }
        if let Some(reasons) = Reasons::new(against) {
            drop(change);
            return self.refuse(actor, "treasury_payment.refused", due.as_str(), reasons).await;
        }
        let id: PaymentId = self.ledger().new_id();
        let NewPayment { amount_fen, paid_on, voucher } = new;
        let payment = Payment { id: id.clone(), due: due.clone(), amount: Money::fen(amount_fen), paid_on, voucher };
        store::treasury::insert_payment(&mut change, &payment, actor).await?;
        let event = Event::done(Some(actor), "treasury_payment.recorded", id.as_str())
            .under(regime)
            .citing(found.clause)
            .facts(serde_json::to_value(&payment)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(id))
    }

    /// Records what public income was spent on.
    pub async fn record_spending(&self, actor: &Actor, new: NewSpending) -> Result<Verdict<PaymentId>> {
        let is_text = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control)
        };
        if new.amount_fen < 1 || !is_text(&new.what) || !is_text(&new.purpose) {
            return Err(SettlementError::Malformed {
                part: "spending",
                what: "a purpose, a text on one line, 1 fen at least",
            });
        }
        let mut change = self.ledger().change().await?;
        let dues = store::treasury::dues_in(&mut change).await?;
        let reports = reports(&dues, &store::treasury::uses_in(&mut change).await?)?;
        let report = reports.into_iter().find(|report| report.treasury == new.treasury);
        let report = report.ok_or_else(|| unknown("treasury with income", &new.treasury))?;
        let regime = self.regime();
        let clause = regime.price.spent_on.as_ref().map_or_else(|| share_clause(regime), |rule| regime.cite(rule));
        let mut against = Vec::new();
        if !actor.is(Role::Finance) {
            let what = "the use of public income is booked by the finance department";
            against.push(Reason::new(reasons::NOT_FINANCE, what, clause.clone(), "ask the finance department"));
        }
        if let Some(allowed) = regime.price.spent_on.as_ref().filter(|rule| !rule.value.contains(&new.purpose)) {
            let what = "the document does not allow this purpose";
            let instead = format!("book it to one of: {}", allowed.value.join("、"));
            against.push(regime.reason(reasons::PURPOSE, allowed, what, instead));
        }
        let left = report.left()?;
        if new.amount_fen > left.fen {
            let what = format!(
                "{} yuan are more than the {left} yuan that were paid in and not spent",
                Money::fen(new.amount_fen)
            );
            against.push(Reason::new(reasons::OVERSPENT, what, clause.clone(), "book what was spent of this income"));
        }
        if let Some(reasons) = Reasons::new(against) {
            drop(change);
            return self.refuse(actor, "treasury_use.refused", &new.treasury, reasons).await;
        }
        let id: PaymentId = self.ledger().new_id();
        let NewSpending { treasury, purpose, what, amount_fen, voucher } = new;
        let spending = Spending { id: id.clone(), treasury, purpose, what, amount: Money::fen(amount_fen), voucher };
        store::treasury::insert_use(&mut change, &spending, actor).await?;
        let event = Event::done(Some(actor), "treasury_use.recorded", id.as_str())
            .under(regime)
            .citing(clause)
            .facts(serde_json::to_value(&spending)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(id))
    }

    /// What is owed to treasuries as it stands today, oldest first: everything for
    /// those who oversee, an operator its own.
    pub async fn dues(&self, viewer: &Actor) -> Result<Vec<DueView>> {
        let today = self.ledger().now().day();
        let sees = |due: &Due| {
            crate::statement::sees_all(viewer) || (viewer.is(Role::Operator) && due.operator == viewer.organisation)
        };
        store::treasury::dues(self.ledger()).await?.into_iter().filter(sees).map(|due| due.on(today)).collect()
    }

    /// What each treasury took in and what was spent of it, for those who oversee: it is
    /// the sum of what operators earned, and no party's business.
    pub async fn treasuries(&self, viewer: &Actor) -> Result<Vec<TreasuryReport>> {
        if !crate::statement::sees_all(viewer) {
            return Ok(Vec::new());
        }
        reports(&store::treasury::dues(self.ledger()).await?, &store::treasury::uses(self.ledger()).await?)
    }
}
