//! Settlement opened: prices set, costs recorded, months closed and computed again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use shuyu_delivery::{Delivery, Product, ProductKind};
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{ProductId, StatementId, SubscriptionId};
use shuyu_model::{Actor, Day, Money, Month, Reason, Reasons, Regime, Role, Time, UseKind, Verdict};

use crate::book::BookEntry;
use crate::charge::{Charges, Line, Parties};
use crate::error::SettlementError;
use crate::statement::{Cost, Inputs, Recomputation, Statement};
use crate::tariff::{Cap, PRICE_FEN_MAX, PriceBook, Tariff, Unit, past_day, tariff_reasons};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// How long after a month's end its last calls are waited for. A call takes its
/// time before its record is durable; none takes this long.
pub const LAST_CALLS_MICROS: i64 = 60 * 1_000_000;
/// The longest name of a cost, in characters.
pub const ITEM_CHARS_MAX: usize = 200;
/// The largest cost, in fen (ten billion yuan).
pub const COST_FEN_MAX: i64 = 1_000_000_000_000;

/// The open station. Clones are the same one.
#[derive(Clone)]
pub struct Settlement(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    delivery: Delivery,
}

impl Settlement {
    /// Opens over a delivery, whose ledger and rules it shares.
    pub fn new(delivery: Delivery) -> Self {
        Self(Arc::new(Inner { ledger: delivery.ledger().clone(), delivery }))
    }

    fn regime(&self) -> &Regime {
        self.0.delivery.regime()
    }

    /// Sets the operator's price of a product for a use, from a day on.
    pub async fn set_tariff(&self, actor: &Actor, tariff: Tariff) -> Result<Verdict<()>> {
        let product = self.product(&tariff.product)?;
        if !(0..=PRICE_FEN_MAX).contains(&tariff.price_fen) {
            return Err(SettlementError::Malformed { part: "price", what: "0 to 10000000000 fen" });
        }
        let mut change = self.0.ledger.change().await?;
        let book = PriceBook::new(&store::tariffs_in(&mut change).await?, &store::caps_in(&mut change).await?);
        if book.has_tariff(&tariff) {
            return Err(SettlementError::Conflict { part: "price", what: "a price from this day on is set already" });
        }
        let today = change.now().day();
        let mut found = tariff_reasons(&tariff, &book, self.regime(), today);
        found.extend(self.operator_reason(actor, Some(&product)));
        found.extend(self.unit_reason(tariff.unit, product.kind));
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "tariff.refused", tariff.product.as_str(), reasons).await;
        }
        store::insert_tariff(&mut change, &tariff, actor).await?;
        let event = Event::done(Some(actor), "tariff.set", tariff.product.as_str())
            .under(self.regime())
            .citing(self.regime().cite(&self.regime().price.charged_uses))
            .facts(serde_json::to_value(&tariff)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Sets the agency's cap on a price, from a day on.
    pub async fn set_cap(&self, actor: &Actor, cap: Cap) -> Result<Verdict<()>> {
        self.product(&cap.product)?;
        if !(0..=PRICE_FEN_MAX).contains(&cap.cap_fen) {
            return Err(SettlementError::Malformed { part: "cap", what: "0 to 10000000000 fen" });
        }
        let mut change = self.0.ledger.change().await?;
        let book = PriceBook::new(&[], &store::caps_in(&mut change).await?);
        if book.has_cap(&cap) {
            return Err(SettlementError::Conflict { part: "cap", what: "a cap from this day on is set already" });
        }
        let mut found = Vec::from_iter(past_day(cap.from, change.now().day(), self.regime()));
        found.extend(self.agency_reason(actor));
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "cap.refused", cap.product.as_str(), reasons).await;
        }
        store::insert_cap(&mut change, &cap, actor).await?;
        let event = Event::done(Some(actor), "cap.set", cap.product.as_str())
            .under(self.regime())
            .citing(self.regime().cite(&self.regime().price.charged_uses))
            .facts(serde_json::to_value(&cap)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Records a cost of the actor's own organisation.
    pub async fn record_cost(&self, actor: &Actor, month: Month, item: &str, amount: Money) -> Result<Verdict<()>> {
        let item = item.trim();
        if item.is_empty() || item.chars().count() > ITEM_CHARS_MAX || item.chars().any(char::is_control) {
            return Err(SettlementError::Malformed { part: "item", what: "1 to 200 characters on one line" });
        }
        if !(1..=COST_FEN_MAX).contains(&amount.fen) {
            return Err(SettlementError::Malformed { part: "amount", what: "1 to 1000000000000 fen" });
        }
        let regime = self.regime();
        let mut change = self.0.ledger.change().await?;
        let mut found = Vec::from_iter(self.operator_reason(actor, None));
        if store::closed_months(&mut change).await?.contains(&month) {
            found.push(self.closed_reason(month));
        }
        if change.now() < month.bounds().0 {
            found.push(regime.reason(
                reasons::FUTURE_MONTH,
                &regime.price.treasury_share,
                format!("the month {month} has not begun"),
                "record a cost in the month that it falls into",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "cost.refused", &month.to_string(), reasons).await;
        }
        let cost = Cost { operator: actor.organisation.clone(), item: item.to_owned(), amount };
        // Ordered by time of making, like every id.
        let id: StatementId = self.0.ledger.new_id();
        let id = id.as_str().replacen("STM", "CST", 1);
        store::insert_cost(&mut change, &id, month, &cost, actor).await?;
        let event = Event::done(Some(actor), "cost.recorded", id)
            .under(regime)
            .citing(regime.cite(&regime.price.treasury_share))
            .facts(serde_json::json!({ "month": month, "item": cost.item, "amount_fen": amount.fen }));
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Closes a month that has ended.
    pub async fn close(&self, actor: &Actor, month: Month) -> Result<Verdict<Statement>> {
        let (begin, end) = month.bounds();
        // Read before the change is opened: it may be a long month. Nothing that
        // ended can be added to.
        let last_closed = self.statements().await?.last().map(|statement| statement.body().month.bounds().1);
        let open_before = self.months_with_accesses(last_closed.unwrap_or(Time(i64::MIN)), begin).await?;
        let mut change = self.0.ledger.change().await?;
        let closed = store::closed_months(&mut change).await?;
        let mut found = Vec::from_iter(self.agency_reason(actor));
        if change.now() < end.plus_micros(LAST_CALLS_MICROS) {
            found.push(self.running_reason(month));
        }
        if closed.contains(&month) {
            found.push(self.closed_reason(month));
        }
        let mut earlier: BTreeSet<String> = open_before.difference(&words(&closed)).cloned().collect();
        earlier.extend(words(&store::open_months_with_costs(&mut change, month).await?));
        if !earlier.is_empty() {
            found.push(self.earlier_reason(&earlier));
        }
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "month.refused", &month.to_string(), reasons).await;
        }
        let book = PriceBook::new(&store::tariffs_in(&mut change).await?, &store::caps_in(&mut change).await?);
        let inputs =
            Inputs { lines: self.lines(begin, end, &book).await?, costs: store::costs_in(&mut change, month).await? };
        let (id, at) = (self.0.ledger.new_id(), change.now());
        let statement = Statement::compute(id, month, at, inputs, self.regime(), self.0.ledger.profile())?;
        store::insert_statement(&mut change, &statement).await?;
        let regime = self.regime();
        let event = Event::done(Some(actor), "month.closed", statement.body().id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.price.free_uses))
            .citing(regime.cite(&regime.price.treasury_share))
            .digests(None, Some(statement.digest()))
            .facts(serde_json::json!({ "month": month }));
        change.commit(event).await?;
        Ok(Verdict::Allow(statement))
    }

    /// Computes a closed month again, from the log, and says what differs.
    pub async fn recompute(&self, month: Month) -> Result<Recomputation> {
        let written = self.statement(month).await?.ok_or_else(|| unknown("statement", &month.to_string()))?;
        let (begin, end) = month.bounds();
        let ledger = &self.0.ledger;
        let book = PriceBook::new(&store::tariffs(ledger).await?, &store::caps(ledger).await?);
        let inputs = Inputs { lines: self.lines(begin, end, &book).await?, costs: store::costs(ledger, month).await? };
        let (id, at) = (written.body().id.clone(), written.body().closed_at);
        let computed = Statement::compute(id, month, at, inputs, self.regime(), written.digest().profile())?;
        let is_booked = self.entries(month).await? == written.entries();
        Ok(Recomputation::compare(&written, &computed, is_booked))
    }

    /// The statement of a closed month. What of it somebody may see, their
    /// [`Statement::view`] says.
    pub async fn statement(&self, month: Month) -> Result<Option<Statement>> {
        store::statement(&self.0.ledger, month).await
    }

    /// All statements, oldest first.
    pub async fn statements(&self) -> Result<Vec<Statement>> {
        store::statements(&self.0.ledger).await
    }

    /// The book's entries of a closed month, each found to balance.
    pub async fn entries(&self, month: Month) -> Result<Vec<BookEntry>> {
        let statement = self.statement(month).await?.ok_or_else(|| unknown("statement", &month.to_string()))?;
        store::entries(&self.0.ledger, &statement.body().id).await
    }

    /// All prices, of all times.
    pub async fn tariffs(&self) -> Result<Vec<Tariff>> {
        store::tariffs(&self.0.ledger).await
    }

    /// What each product costs on a day, for each use: 0 where the rules make it
    /// free, the price in force elsewhere, nothing where there is none (明码标价).
    pub async fn price_list(&self, day: Day) -> Result<BTreeMap<ProductId, Vec<(UseKind, Money)>>> {
        let book = PriceBook::new(&self.tariffs().await?, &self.caps().await?);
        let products = self.0.delivery.products().into_iter();
        Ok(products.map(|product| (product.id.clone(), book.asked(&product.id, day, self.regime()))).collect())
    }

    /// All caps, of all times.
    pub async fn caps(&self) -> Result<Vec<Cap>> {
        store::caps(&self.0.ledger).await
    }

    /// Charges from the log.
    async fn lines(&self, from: Time, to: Time, book: &PriceBook) -> Result<Vec<Line>> {
        let mut charges = Charges::new(book, self.regime());
        let mut parties: HashMap<SubscriptionId, Option<Parties>> = HashMap::new();
        let mut failed = None;
        let delivery = &self.0.delivery;
        delivery
            .for_each_access(from, to, |index, access| {
                let parties = parties.entry(access.subscription.clone()).or_insert_with(|| {
                    let found = delivery.subscription(&access.subscription)?;
                    Some(Parties { entity: found.entity, operator: found.operator })
                });
                let added = match parties {
                    Some(parties) => charges.add(index, &access, parties).map_err(SettlementError::from),
                    None => Err(unknown("subscription", access.subscription.as_str())),
                };
                if let Err(error) = added {
                    failed.get_or_insert(error);
                }
            })
            .await?;
        match failed {
            Some(error) => Err(error),
            None => Ok(charges.finish()),
        }
    }

    /// The months from `begin` on and before `end` in which something was delivered.
    async fn months_with_accesses(&self, begin: Time, end: Time) -> Result<BTreeSet<String>> {
        let mut months = BTreeSet::new();
        let mut last = None;
        let visit = |_, access: shuyu_ledger::Access| {
            let month = Month::of(access.at.day());
            if last != Some(month) {
                last = Some(month);
                months.insert(month.to_string());
            }
        };
        self.0.delivery.for_each_access(begin, end, visit).await?;
        Ok(months)
    }

    async fn refuse<T>(
        &self,
        actor: &Actor,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Verdict<T>> {
        self.0.ledger.refuse(Event::refused(Some(actor), action, object, &reasons).under(self.regime())).await?;
        Ok(Verdict::Refuse(reasons))
    }

    fn product(&self, id: &ProductId) -> Result<Product> {
        self.0.delivery.product(id).ok_or_else(|| unknown("product", id.as_str()))
    }

    fn operator_reason(&self, actor: &Actor, product: Option<&Product>) -> Option<Reason> {
        let regime = self.regime();
        let is_own = product.is_none_or(|product| product.operator == actor.organisation);
        (!actor.is(Role::Operator) || !is_own).then(|| {
            regime.reason(
                reasons::NOT_OPERATOR,
                &regime.price.charged_uses,
                "the operator sets the price of its products and accounts for its costs",
                "ask the operator",
            )
        })
    }

    fn agency_reason(&self, actor: &Actor) -> Option<Reason> {
        let regime = self.regime();
        (!actor.is(Role::Agency)).then(|| {
            regime.reason(
                reasons::NOT_AGENCY,
                &regime.price.treasury_share,
                "the agency sets caps and closes months",
                "ask the agency",
            )
        })
    }

    fn unit_reason(&self, unit: Unit, kind: ProductKind) -> Option<Reason> {
        let regime = self.regime();
        let is_counted = match kind {
            ProductKind::Lookup => unit == Unit::Call,
            ProductKind::Dataset | ProductKind::Report => unit == Unit::File,
        };
        (!is_counted).then(|| {
            regime.reason(
                reasons::UNIT,
                &regime.price.charged_uses,
                "the product is not delivered in this unit",
                "price a lookup by `call`, a data set or report by `file`",
            )
        })
    }

    fn running_reason(&self, month: Month) -> Reason {
        let regime = self.regime();
        regime.reason(
            reasons::MONTH_RUNNING,
            &regime.price.treasury_share,
            format!("the month {month} and its last calls are not over"),
            "close it a minute after its end",
        )
    }

    fn closed_reason(&self, month: Month) -> Reason {
        let regime = self.regime();
        regime.reason(
            reasons::MONTH_CLOSED,
            &regime.price.treasury_share,
            format!("the month {month} is closed"),
            "read its statement; put what was forgotten into an open month",
        )
    }

    fn earlier_reason(&self, earlier: &BTreeSet<String>) -> Reason {
        let regime = self.regime();
        let months = earlier.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        regime.reason(
            reasons::EARLIER_OPEN,
            &regime.price.treasury_share,
            format!("earlier months are open: {months}"),
            "close them in their order",
        )
    }
}

fn words(months: &[Month]) -> BTreeSet<String> {
    months.iter().map(Month::to_string).collect()
}

fn unknown(kind: &'static str, id: &str) -> SettlementError {
    SettlementError::Unknown { kind, id: id.to_owned() }
}

#[cfg(test)]
mod tests;
