//! Settlement opened: prices set, costs recorded, months closed and computed again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use shuyu_delivery::{Delivery, DeliveryError, Product, ProductKind};
use shuyu_ledger::{Change, Event, Ledger};
use shuyu_model::id::{OrganisationId, PriceBasisId, ProductId, SubscriptionId};
use shuyu_model::regime::National;
use shuyu_model::{Actor, Day, Money, Month, Reason, Reasons, Regime, Role, Time, UseKind, Verdict};
use shuyu_registry::ClosedAccount;

use crate::basis::basis_reasons;
use crate::book::BookEntry;
use crate::charge::{Charges, Line, Parties};
use crate::error::SettlementError;
use crate::sharing::{SharingRule, own_treasury};
use crate::statement::{Inputs, Recomputation, Statement};
use crate::tariff::{Cap, PRICE_FEN_MAX, Price, PriceBook, PriceMark, Tariff, Unit, past_day, tariff_reasons};
use crate::treasury::Due;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// How long after a month's end its last calls are waited for. A call takes its
/// time before its record is durable; none takes this long.
pub const LAST_CALLS_MICROS: i64 = 60 * 1_000_000;
/// The most contents that are filed with a price.
pub const FILING_CONTENTS_MAX: usize = 20;
/// The longest name of a cost, of a document and the like, in characters.
pub const ITEM_CHARS_MAX: usize = 200;
/// The largest cost, in fen (ten billion yuan).
pub const COST_FEN_MAX: i64 = 1_000_000_000_000;

/// The open station. Clones are the same one.
#[derive(Clone)]
pub struct Settlement(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    delivery: Delivery,
    national: Arc<National>,
}

impl Settlement {
    /// Opens over a delivery, whose ledger and rules it shares, and the country's
    /// numbers.
    pub fn new(delivery: Delivery, national: Arc<National>) -> Self {
        Self(Arc::new(Inner { ledger: delivery.ledger().clone(), delivery, national }))
    }

    /// The numbers of national rules.
    pub fn national(&self) -> &National {
        &self.0.national
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn delivery(&self) -> &Delivery {
        &self.0.delivery
    }

    pub(crate) fn regime(&self) -> &Regime {
        self.0.delivery.regime()
    }

    /// Sets the operator's price of a product for a use, from a day on. `filing` are
    /// the contents that are filed with it, where the document asks for some.
    pub async fn set_tariff(
        &self,
        actor: &Actor,
        tariff: Tariff,
        filing: &BTreeMap<String, String>,
    ) -> Result<Verdict<()>> {
        let product = self.product(&tariff.product)?;
        if !(0..=PRICE_FEN_MAX).contains(&tariff.price_fen) {
            return Err(SettlementError::Malformed { part: "price", what: "0 to 10000000000 fen" });
        }
        if filing.len() > FILING_CONTENTS_MAX || !filing.iter().all(|(name, said)| is_line(name) && is_line(said)) {
            return Err(SettlementError::Malformed { part: "filing", what: "up to 20 contents, each on one line" });
        }
        let mut change = self.0.ledger.change().await?;
        let bases = store::prices::bases_in(&mut change).await?;
        let basis = match &tariff.basis {
            Some(id) => {
                Some(bases.iter().find(|basis| basis.id == *id).ok_or_else(|| unknown("price basis", id.as_str()))?)
            }
            None => None,
        };
        let (tariffs, caps) = (store::tariffs_in(&mut change).await?, store::caps_in(&mut change).await?);
        let book = PriceBook::new(&tariffs, &caps, &bases);
        if book.has_tariff(&tariff) {
            return Err(SettlementError::Conflict { part: "price", what: "a price from this day on is set already" });
        }
        let today = change.now().day();
        let mut found = tariff_reasons(&tariff, &book, self.regime(), today);
        found.extend(basis_reasons(&tariff, filing, (basis, &book), self.regime()));
        found.extend(self.operator_reason(actor, Some(&product)));
        found.extend(self.unit_reason(tariff.unit, product.kind));
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "tariff.refused", tariff.product.as_str(), reasons).await;
        }
        store::insert_tariff(&mut change, &tariff, actor).await?;
        if self.regime().money.filing_contents.is_some() && tariff.price_fen > 0 {
            store::prices::insert_filing(&mut change, &tariff, filing).await?;
        }
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
        if !(0..=PRICE_FEN_MAX).contains(&cap.cap_fen) || !(0..=cap.cap_fen).contains(&cap.floor_fen) {
            return Err(SettlementError::Malformed { part: "cap", what: "0 to 10000000000 fen, a floor not above it" });
        }
        let mut change = self.0.ledger.change().await?;
        let book = PriceBook::new(&[], &store::caps_in(&mut change).await?, &[]);
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

    /// Why nothing can be entered in a month: it is closed, or has not begun.
    pub(crate) async fn month_reasons(&self, change: &mut Change, month: Month) -> Result<Vec<Reason>> {
        let mut found = Vec::new();
        if store::closed_months(change).await?.contains(&month) {
            found.push(self.closed_reason(month));
        }
        if change.now() < month.bounds().0 {
            let regime = self.regime();
            found.push(regime.reason(
                reasons::FUTURE_MONTH,
                &regime.price.treasury_share,
                format!("the month {month} has not begun"),
                "record a cost in the month that it falls into",
            ));
        }
        Ok(found)
    }

    /// Closes a month that has ended.
    pub async fn close(&self, actor: &Actor, month: Month) -> Result<Verdict<Statement>> {
        let (begin, end) = month.bounds();
        // Read before the change is opened: it may be a long month. Nothing that
        // ended can be added to.
        let last_closed = self.statements().await?.last().map(|statement| statement.body().month.bounds().1);
        let open_before = self.months_with_accesses(last_closed.unwrap_or(Time(i64::MIN)), begin).await?;
        let rates = store::costs::rates(&self.0.ledger).await?;
        let metered = self.metered(begin, end, &rates).await?;
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
        let (tariffs, caps) = (store::tariffs_in(&mut change).await?, store::caps_in(&mut change).await?);
        let book = PriceBook::new(&tariffs, &caps, &store::prices::bases_in(&mut change).await?);
        let (id, at) = (self.0.ledger.new_id(), change.now());
        let by_rule = ruled(&store::sharing::rules_in(&mut change).await?, month, at);
        let mut costs = store::costs::accepted_in(&mut change, month).await?;
        costs.extend(metered);
        let free_since = store::prices::free_conditions_in(&mut change).await?;
        let fee_name = self.regime().money.fee_name.as_ref().map(|name| name.value.clone());
        let inputs = Inputs { lines: self.lines((begin, end), &book, &free_since).await?, costs, by_rule, fee_name };
        let statement = Statement::compute(id, month, at, inputs, self.regime(), self.0.ledger.profile())?;
        store::insert_statement(&mut change, &statement).await?;
        let regime = self.regime();
        for result in statement.body().results.iter().filter(|result| result.to_treasury > Money::ZERO) {
            let (about, treasury) = ((month, &result.operator), own_treasury(regime).to_owned());
            let source = statement.body().id.as_str();
            let due = Due::new(self.0.ledger.new_id(), about, treasury, result.to_treasury, at, source, regime);
            store::treasury::insert_due(&mut change, &due).await?;
        }
        let account = ClosedAccount {
            id: statement.body().id.to_string(),
            operator: None,
            agency: actor.organisation.clone(),
            parties: statement.parties(),
            closed_by: actor.person.clone(),
            uses_count: statement.uses_count(),
        };
        self.0.delivery.registry().account_closed(&mut change, &account).await.map_err(DeliveryError::from)?;
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
        let (tariffs, caps) = (store::tariffs(ledger).await?, store::caps(ledger).await?);
        let book = PriceBook::new(&tariffs, &caps, &store::prices::bases(ledger).await?);
        let (id, at) = (written.body().id.clone(), written.body().closed_at);
        let by_rule = ruled(&store::sharing::rules(ledger).await?, month, at);
        let mut costs = store::costs::accepted(ledger, month).await?;
        costs.extend(self.metered(begin, end, &store::costs::rates(ledger).await?).await?);
        let free_since = store::prices::free_conditions(ledger).await?;
        let fee_name = written.body().fee_name.clone();
        let inputs = Inputs { lines: self.lines((begin, end), &book, &free_since).await?, costs, by_rule, fee_name };
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
    /// free, the price in force elsewhere, nothing where there is none; each with its
    /// unit and the document that it rests on (明码标价).
    pub async fn price_list(&self, day: Day) -> Result<BTreeMap<ProductId, Vec<PriceMark>>> {
        let bases = self.bases().await?;
        let book = PriceBook::new(&self.tariffs().await?, &self.caps().await?, &bases);
        let named = |id: &PriceBasisId| bases.iter().find(|basis| basis.id == *id).map(|found| &found.basis);
        let marks = |product: &Product| {
            let asked = book.asked(&product.id, day, self.regime()).into_iter();
            let mark = |(use_kind, price): (UseKind, Price)| PriceMark {
                use_kind,
                price: price.fen,
                unit: unit_of(product.kind),
                basis: price.basis.as_ref().and_then(named).map(|basis| format!("{} {}", basis.title, basis.clause)),
            };
            asked.map(mark).collect()
        };
        let products = self.0.delivery.products().into_iter();
        Ok(products.map(|product| (product.id.clone(), marks(&product))).collect())
    }

    /// All caps, of all times.
    pub async fn caps(&self) -> Result<Vec<Cap>> {
        store::caps(&self.0.ledger).await
    }

    /// Charges from the log.
    async fn lines(
        &self,
        (from, to): (Time, Time),
        book: &PriceBook,
        free_since: &BTreeMap<SubscriptionId, Day>,
    ) -> Result<Vec<Line>> {
        let sources = self.sources_of_products().await?;
        let mut charges = Charges::new(book, self.regime());
        let mut parties: HashMap<SubscriptionId, Option<Parties>> = HashMap::new();
        let mut failed = None;
        let delivery = &self.0.delivery;
        delivery
            .for_each_access(from, to, |index, access| {
                let parties = parties.entry(access.subscription.clone()).or_insert_with(|| {
                    let found = delivery.subscription(&access.subscription)?;
                    let is_source = sources.get(&found.product).is_some_and(|sources| sources.contains(&found.entity));
                    let free_since = free_since.get(&access.subscription).copied();
                    Some(Parties { entity: found.entity, operator: found.operator, is_source, free_since })
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

    /// The departments whose data each product was made from.
    pub(crate) async fn sources_of_products(&self) -> Result<HashMap<ProductId, BTreeSet<OrganisationId>>> {
        let registry = self.0.delivery.registry();
        let mut found = HashMap::new();
        for product in self.0.delivery.products() {
            let mut sources = BTreeSet::new();
            let scenario = registry.scenario(&product.scenario).await.map_err(DeliveryError::from)?;
            for resource in scenario.iter().flat_map(|scenario| scenario.resources()) {
                let resource = registry.resource(resource).await.map_err(DeliveryError::from)?;
                sources.extend(resource.map(|resource| resource.source.clone()));
            }
            found.insert(product.id, sources);
        }
        Ok(found)
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

    pub(crate) async fn refuse<T>(
        &self,
        actor: &Actor,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Verdict<T>> {
        self.0.ledger.refuse(Event::refused(Some(actor), action, object, &reasons).under(self.regime())).await?;
        Ok(Verdict::Refuse(reasons))
    }

    pub(crate) fn product(&self, id: &ProductId) -> Result<Product> {
        self.0.delivery.product(id).ok_or_else(|| unknown("product", id.as_str()))
    }

    pub(crate) fn operator_reason(&self, actor: &Actor, product: Option<&Product>) -> Option<Reason> {
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

    pub(crate) fn agency_reason(&self, actor: &Actor) -> Option<Reason> {
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
        (unit != unit_of(kind)).then(|| {
            regime.reason(
                reasons::UNIT,
                &regime.price.charged_uses,
                "the product is not delivered in this unit",
                "price a lookup by `call`, a data set, report or model by `file`",
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

    pub(crate) fn closed_reason(&self, month: Month) -> Reason {
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

/// What a product is delivered in.
fn unit_of(kind: ProductKind) -> Unit {
    match kind {
        ProductKind::Lookup => Unit::Call,
        ProductKind::Dataset | ProductKind::Report | ProductKind::Model => Unit::File,
    }
}

/// A name or sentence of ours: something, on one line, not too long.
pub(crate) fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= ITEM_CHARS_MAX && !text.chars().any(char::is_control)
}

/// The operators for whom a rule of distribution held when the month was closed.
fn ruled(rules: &[SharingRule], month: Month, at: Time) -> BTreeSet<OrganisationId> {
    let whole = rules.iter().filter(|rule| rule.rule.product.is_none() && rule.holds(month, at));
    whole.map(|rule| rule.rule.operator.clone()).collect()
}

fn words(months: &[Month]) -> BTreeSet<String> {
    months.iter().map(Month::to_string).collect()
}

pub(crate) fn unknown(kind: &'static str, id: &str) -> SettlementError {
    SettlementError::Unknown { kind, id: id.to_owned() }
}

#[cfg(test)]
mod tests;
