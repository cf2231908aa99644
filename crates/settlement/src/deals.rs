//! Deals (成交): a subscription is concluded on terms that others have, or that say why
//! not; under an exchange's number, where the document wants one; free only on recorded
//! conditions. And what an exchange recorded, who was refused a supply, and what support an
//! operator gave.
//!
//! INVARIANT (like terms first): terms that differ without a reason, or keep others out,
//! are never concluded where the document bars them.
//! INVARIANT (where it is sold): a charged deal without an exchange's number says why, or
//! is not concluded, where the document asks for one.
//! INVARIANT (free on conditions): where free use has conditions, a free use without a
//! record of them is not served.
//!
//! Not here: whether the entity may be served at all (`delivery`), the comparison of what
//! was concluded (`terms`).

use serde::{Deserialize, Serialize};
use shuyu_delivery::NewSubscription;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, OrganisationId, ProductId, ScenarioId, SubscriptionId};
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Time, UseKind, Verdict};

use crate::error::SettlementError;
use crate::settlement::{COST_FEN_MAX, Settlement, is_line, unknown};
use crate::statement::sees_all;
use crate::tariff::PRICE_FEN_MAX;
use crate::terms::usual;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// A deal to be concluded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDeal {
    /// Of which product.
    pub product: ProductId,
    /// With whom.
    pub entity: OrganisationId,
    /// For what.
    pub scenario: ScenarioId,
    /// Under which development agreement.
    pub agreement: AgreementId,
    /// The use.
    pub use_kind: UseKind,
    /// The quota of a day.
    pub calls_per_day_max: i64,
    /// Whether the operator promises to serve nobody else so.
    #[serde(default)]
    pub is_exclusive: bool,
    /// What else is agreed.
    #[serde(default)]
    pub other_terms: Option<String>,
    /// Why these terms are not those that others have.
    #[serde(default)]
    pub terms_reason: Option<String>,
    /// Why it is sold without an exchange's number.
    #[serde(default)]
    pub unlisted_reason: Option<String>,
}

/// A deal as it was concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DealView {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Of which product.
    pub product: ProductId,
    /// With whom.
    pub entity: OrganisationId,
    /// By whom.
    pub operator: OrganisationId,
    /// For which use.
    pub use_kind: UseKind,
    /// What else was agreed.
    pub other_terms: Option<String>,
    /// The exchange at which the product was listed.
    pub exchange: Option<String>,
    /// Its number there.
    pub listing_number: Option<String>,
    /// Why there is none.
    pub unlisted_reason: Option<String>,
    /// The numbers under which the exchange recorded trades of it.
    pub trades: Vec<String>,
    /// Whether it is charged and no exchange has recorded a trade of it.
    pub is_elsewhere: bool,
    /// When it was concluded.
    pub concluded_at: Time,
}

/// What is kept of a deal beside its subscription.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub(crate) other_terms: Option<String>,
    pub(crate) terms_reason: Option<String>,
    pub(crate) exchange: Option<String>,
    pub(crate) listing_number: Option<String>,
    pub(crate) unlisted_reason: Option<String>,
}

/// A trade, as an exchange recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTrade {
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// Which exchange.
    pub exchange: String,
    /// Its record's number.
    pub trade_number: String,
    /// On which day.
    pub traded_on: Day,
    /// At what price for a unit.
    pub unit_price_fen: i64,
}

/// A recorded trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExchangeTrade {
    /// Counts up from 1.
    pub number: i64,
    /// The trade.
    #[serde(flatten)]
    pub trade: NewTrade,
    /// When it was entered.
    pub recorded_at: Time,
}

/// A refusal to supply, to be told by the operator or by the entity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRefusal {
    /// Of which product.
    pub product: ProductId,
    /// Who was refused.
    pub entity: OrganisationId,
    /// Why, in the operator's words.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A refusal to supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupplyRefusal {
    /// Counts up from 1.
    pub number: i64,
    /// Of which product.
    pub product: ProductId,
    /// Who was refused.
    pub entity: OrganisationId,
    /// By whom.
    pub operator: OrganisationId,
    /// Why.
    pub reason: Option<String>,
    /// Who tells of it.
    pub told_for: OrganisationId,
    /// When it was told.
    pub told_at: Time,
    /// Whether nobody said why.
    pub is_unexplained: bool,
}

/// In what form an operator supports public bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportForm {
    /// 技术.
    Technology,
    /// 产品.
    Product,
    /// 服务.
    Service,
    /// 收益.
    Revenue,
}

impl SupportForm {
    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Technology => "技术",
            Self::Product => "产品",
            Self::Service => "服务",
            Self::Revenue => "收益",
        }
    }
}

/// Support to be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSupport {
    /// Who received it: a department, or a district's body.
    pub receiver: OrganisationId,
    /// In what form.
    pub form: SupportForm,
    /// What for.
    pub what: String,
    /// What it is worth.
    pub value_fen: i64,
    /// On which day it was given.
    pub given_on: Day,
    /// The digest of the receiver's receipt.
    pub voucher: Digest,
}

/// Support that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Support {
    /// Counts up from 1.
    pub number: i64,
    /// By whom.
    pub operator: OrganisationId,
    /// What.
    #[serde(flatten)]
    pub support: NewSupport,
}

impl Settlement {
    /// Concludes a deal: opens the subscription, if nothing speaks against its terms.
    pub async fn conclude(&self, actor: &Actor, new: NewDeal) -> Result<Verdict<SubscriptionId>> {
        let texts = [&new.other_terms, &new.terms_reason, &new.unlisted_reason];
        if texts.into_iter().flatten().any(|text| !is_line(text)) {
            return Err(SettlementError::Malformed { part: "terms", what: "1 to 200 characters on one line" });
        }
        let product = self.product(&new.product)?;
        let listed = self.delivery().registry().registration_of(product.id.as_str()).await;
        let listed =
            listed.map_err(shuyu_delivery::DeliveryError::from)?.and_then(|registration| registration.exchange);
        let grant = store::deals::grant(self.ledger(), &new.product, &new.entity).await?;
        let mut found = self.against_terms(&new).await?;
        found.extend(self.against_sale(&new, listed.as_ref().map(|entry| entry.exchange.as_str())));
        found.extend(self.against_free_use(&new, grant.is_some()));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(actor, "deal.refused", new.product.as_str(), reasons).await;
        }
        let NewDeal { product, entity, scenario, agreement, use_kind, calls_per_day_max, .. } = new.clone();
        let subscription = NewSubscription { product, entity, scenario, agreement, use_kind, calls_per_day_max };
        let id = match self.delivery().subscribe(actor, subscription).await? {
            Verdict::Allow(id) => id,
            Verdict::Refuse(reasons) => return Ok(Verdict::Refuse(reasons)),
        };
        let kept = Kept {
            other_terms: new.other_terms,
            terms_reason: new.terms_reason,
            exchange: listed.as_ref().map(|entry| entry.exchange.clone()),
            listing_number: listed.map(|entry| entry.number),
            unlisted_reason: new.unlisted_reason,
        };
        let regime = self.regime();
        let mut change = self.ledger().change().await?;
        store::deals::insert_deal(&mut change, &id, &kept, actor).await?;
        if let Some(reason) = &kept.terms_reason {
            store::worth::insert_terms_reason(&mut change, &id, reason, actor).await?;
        }
        if let Some((conditions, evidence)) = grant.filter(|_| regime.price.free_uses.value.contains(&new.use_kind)) {
            store::prices::insert_free_conditions(&mut change, &id, &conditions, evidence, actor).await?;
        }
        let event = Event::done(Some(actor), "deal.concluded", id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.price.charged_uses))
            .facts(serde_json::json!({
                "exchange": kept.exchange, "listing_number": kept.listing_number,
                "has_reason": kept.terms_reason.is_some(), "is_excepted": kept.unlisted_reason.is_some(),
            }));
        change.commit(event).await?;
        Ok(Verdict::Allow(id))
    }

    /// STL-052, STL-053. Upholds INVARIANT (like terms first).
    async fn against_terms(&self, new: &NewDeal) -> Result<Vec<Reason>> {
        let (regime, mut found) = (self.regime(), Vec::new());
        let bars = regime.money.exclusivity_barred.as_ref();
        if let Some(rule) = bars.filter(|rule| rule.value && new.is_exclusive) {
            let what = "the deal would bind the operator to serve nobody else so";
            found.push(regime.reason(reasons::EXCLUSIVE, rule, what, "conclude it without exclusive terms"));
        }
        let alike = regime.money.terms_are_alike.as_ref().filter(|rule| rule.value && new.terms_reason.is_none());
        let Some(rule) = alike else { return Ok(found) };
        let all = self.delivery().subscriptions().into_iter();
        let others: Vec<_> = all
            .filter(|one| one.ended_at.is_none() && !one.is_public)
            .filter(|one| one.product == new.product && one.use_kind == new.use_kind)
            .collect();
        if others.is_empty() {
            return Ok(found);
        }
        let kept = store::deals::deals(self.ledger()).await?;
        let usual_calls = usual(others.iter().map(|one| one.calls_per_day_max));
        let has_them = |one: &shuyu_delivery::Subscription| {
            kept.get(&one.id).and_then(|(deal, _)| deal.other_terms.as_ref()) == new.other_terms.as_ref()
        };
        if new.calls_per_day_max != usual_calls || !others.iter().all(has_them) {
            let what = "the quota, or what else is agreed, is not what others have for this product and use";
            let instead =
                format!("agree on {usual_calls} calls a day and on the same terms, or say why not (`terms_reason`)");
            found.push(regime.reason(reasons::TERMS_UNEXPLAINED, rule, what, instead));
        }
        Ok(found)
    }

    /// STL-054, STL-055. Upholds INVARIANT (where it is sold).
    fn against_sale(&self, new: &NewDeal, exchange: Option<&str>) -> Vec<Reason> {
        let regime = self.regime();
        let money = &regime.money;
        let asked = money.listing_required.as_ref().filter(|rule| rule.value);
        let Some(asked) = asked.filter(|_| regime.price.charged_uses.value.contains(&new.use_kind)) else {
            return Vec::new();
        };
        let known = money.exchanges.as_ref().map(|known| known.value.as_slice()).unwrap_or_default();
        let has_exceptions = money.listing_has_exceptions.as_ref().is_some_and(|rule| rule.value);
        match exchange {
            Some(exchange) if known.iter().any(|one| one == exchange) => Vec::new(),
            _ if has_exceptions && new.unlisted_reason.is_some() => Vec::new(),
            Some(_) => {
                let what = "the product is listed at an exchange that the rules do not know";
                vec![regime.reason(reasons::OTHER_EXCHANGE, asked, what, format!("list it at: {}", known.join("、")))]
            }
            None => {
                let mut instead = format!("list it at: {}", known.join("、"));
                if has_exceptions {
                    instead.push_str("; or say why not (`unlisted_reason`)");
                }
                let what = "what is charged for has no number of an exchange";
                vec![regime.reason(reasons::NOT_LISTED, asked, what, instead)]
            }
        }
    }

    /// STL-056. Upholds INVARIANT (free on conditions).
    fn against_free_use(&self, new: &NewDeal, is_granted: bool) -> Option<Reason> {
        let rules = &self.regime().price;
        let asked = rules.free_on_conditions.as_ref().filter(|rule| rule.value && !is_granted)?;
        rules.free_uses.value.contains(&new.use_kind).then(|| {
            let what = "nobody has recorded that this entity meets the conditions of free use";
            let instead = "have the agency record them first";
            self.regime().reason(reasons::CONDITIONS_UNRECORDED, asked, what, instead)
        })
    }

    /// Records that an entity meets the conditions on which it uses a product free.
    pub async fn grant_free_use(
        &self,
        actor: &Actor,
        (product, entity): (&ProductId, &OrganisationId),
        conditions: &str,
        evidence: Digest,
    ) -> Result<Verdict<()>> {
        if !is_line(conditions) {
            return Err(SettlementError::Malformed { part: "conditions", what: "1 to 200 characters on one line" });
        }
        self.product(product)?;
        if let Some(reasons) = Reasons::new(Vec::from_iter(self.agency_reason(actor))) {
            return self.refuse(actor, "free_grant.refused", product.as_str(), reasons).await;
        }
        if store::deals::grant(self.ledger(), product, entity).await?.is_some() {
            return Err(SettlementError::Conflict { part: "conditions", what: "they are recorded already" });
        }
        let regime = self.regime();
        let mut change = self.ledger().change().await?;
        store::deals::insert_grant(&mut change, (product, entity), conditions, evidence, actor).await?;
        let event = Event::done(Some(actor), "free_grant.recorded", product.as_str())
            .under(regime)
            .citing(regime.cite(&regime.price.free_uses))
            .digests(None, Some(evidence))
            .facts(serde_json::json!({ "entity": entity }));
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The deals, oldest first: all for those who oversee, an operator and an entity their own.
    pub async fn deals(&self, viewer: &Actor) -> Result<Vec<DealView>> {
        let mut kept = store::deals::deals(self.ledger()).await?;
        let trades = store::deals::trades(self.ledger()).await?;
        let charged = &self.regime().price.charged_uses.value;
        let own = |of: &OrganisationId| sees_all(viewer) || *of == viewer.organisation;
        let mut all: Vec<DealView> = Vec::new();
        for found in self.delivery().subscriptions().into_iter().filter(|one| own(&one.operator) || own(&one.entity)) {
            let (deal, at) = kept.remove(&found.id).unwrap_or_else(|| (Kept::default(), found.opened_at));
            let of_it = trades.iter().filter(|one| one.trade.subscription == found.id);
            let numbers: Vec<String> = of_it.map(|one| one.trade.trade_number.clone()).collect();
            all.push(DealView {
                is_elsewhere: charged.contains(&found.use_kind) && numbers.is_empty(),
                subscription: found.id,
                product: found.product,
                entity: found.entity,
                operator: found.operator,
                use_kind: found.use_kind,
                other_terms: deal.other_terms,
                exchange: deal.exchange,
                listing_number: deal.listing_number,
                unlisted_reason: deal.unlisted_reason,
                trades: numbers,
                concluded_at: at,
            });
        }
        Ok(all)
    }

    /// Enters a trade as an exchange recorded it.
    pub async fn record_trade(&self, actor: &Actor, new: NewTrade) -> Result<Verdict<i64>> {
        let is_price = (0..=PRICE_FEN_MAX).contains(&new.unit_price_fen);
        if !is_line(&new.exchange) || !is_line(&new.trade_number) || !is_price {
            let what = "an exchange and a number on one line each, and a price of 0 to 10000000000 fen";
            return Err(SettlementError::Malformed { part: "trade", what });
        }
        let found = self.delivery().subscription(&new.subscription);
        let found = found.ok_or_else(|| unknown("subscription", new.subscription.as_str()))?;
        let product = self.product(&found.product)?;
        let regime = self.regime();
        let mut against = Vec::from_iter(self.operator_reason(actor, Some(&product)));
        let known = regime.money.exchanges.as_ref();
        if let Some(known) = known.filter(|known| !known.value.contains(&new.exchange)) {
            let what = "the rules do not know this exchange";
            let instead = format!("name one of: {}", known.value.join("、"));
            against.push(regime.reason(reasons::OTHER_EXCHANGE, known, what, instead));
        }
        if let Some(reasons) = Reasons::new(against) {
            return self.refuse(actor, "trade.refused", new.subscription.as_str(), reasons).await;
        }
        let known = store::deals::trades(self.ledger()).await?;
        let is_same =
            |one: &ExchangeTrade| (&one.trade.exchange, &one.trade.trade_number) == (&new.exchange, &new.trade_number);
        if known.iter().any(is_same) {
            return Err(SettlementError::Conflict { part: "trade", what: "this number is recorded already" });
        }
        let mut change = self.ledger().change().await?;
        let number = store::deals::next(&mut change, store::deals::Counted::Trades).await?;
        store::deals::insert_trade(&mut change, number, &new, actor).await?;
        let clause =
            regime.registration.exchange.as_ref().map_or_else(|| regime.cite_clause("setting"), |one| regime.cite(one));
        let event = Event::done(Some(actor), "trade.recorded", new.subscription.as_str())
            .under(regime)
            .citing(clause)
            .facts(serde_json::to_value(&new)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(number))
    }

    /// The recorded trades, oldest first: all for those who oversee, an operator its own.
    pub async fn trades(&self, viewer: &Actor) -> Result<Vec<ExchangeTrade>> {
        let operator = |id: &SubscriptionId| self.delivery().subscription(id).map(|found| found.operator);
        let is_own = |one: &ExchangeTrade| operator(&one.trade.subscription).as_ref() == Some(&viewer.organisation);
        let all = store::deals::trades(self.ledger()).await?.into_iter();
        Ok(all.filter(|one| sees_all(viewer) || is_own(one)).collect())
    }

    /// Tells of a refusal to supply: the operator that refused, or the entity that was.
    pub async fn record_refusal(&self, actor: &Actor, new: NewRefusal) -> Result<Verdict<i64>> {
        if new.reason.as_deref().is_some_and(|reason| !is_line(reason)) {
            return Err(SettlementError::Malformed { part: "reason", what: "1 to 200 characters on one line" });
        }
        let product = self.product(&new.product)?;
        let entity = self.delivery().registry().organisation(&new.entity).await;
        let entity = entity.map_err(shuyu_delivery::DeliveryError::from)?;
        entity.ok_or_else(|| unknown("organisation", new.entity.as_str()))?;
        let regime = self.regime();
        let rule = regime.money.terms_are_alike.as_ref();
        let clause = rule.map_or_else(|| regime.cite(&regime.price.charged_uses), |rule| regime.cite(rule));
        let is_operator = actor.is(Role::Operator) && actor.organisation == product.operator;
        let is_entity = actor.is(Role::Entity) && actor.organisation == new.entity;
        if !is_operator && !is_entity {
            let what = "a refusal is told by the operator that refused or by the entity that was refused";
            let reason = Reason::new(reasons::NOT_A_PARTY, what, &clause, "leave it to one of them");
            return self.refuse(actor, "supply_refusal.refused", new.product.as_str(), Reasons::one(reason)).await;
        }
        let mut change = self.ledger().change().await?;
        let number = store::deals::next(&mut change, store::deals::Counted::Refusals).await?;
        // What the refused says of the reason is not the operator's reason.
        let reason = new.reason.clone().filter(|_| is_operator);
        store::deals::insert_refusal(&mut change, number, (&new, reason.as_deref()), &product.operator, actor).await?;
        let event = Event::done(Some(actor), "supply_refusal.told", new.product.as_str())
            .under(regime)
            .citing(clause)
            .facts(serde_json::json!({ "number": number, "entity": new.entity, "has_reason": reason.is_some() }));
        change.commit(event).await?;
        Ok(Verdict::Allow(number))
    }

    /// Refusals to supply, oldest first: all for those who oversee, a party its own.
    pub async fn supply_refusals(&self, viewer: &Actor) -> Result<Vec<SupplyRefusal>> {
        let own = |one: &SupplyRefusal| one.operator == viewer.organisation || one.entity == viewer.organisation;
        let all = store::deals::refusals(self.ledger()).await?.into_iter();
        Ok(all.filter(|one| sees_all(viewer) || own(one)).collect())
    }

    /// Refusals to supply by an operator, oldest first, for a record that is made of them.
    pub async fn supply_refusals_of(&self, operator: &OrganisationId) -> Result<Vec<SupplyRefusal>> {
        let all = store::deals::refusals(self.ledger()).await?.into_iter();
        Ok(all.filter(|one| one.operator == *operator).collect())
    }

    /// Books support that the actor's own organisation gave to a public body.
    pub async fn record_support(&self, actor: &Actor, new: NewSupport) -> Result<Verdict<i64>> {
        if !is_line(&new.what) || !(1..=COST_FEN_MAX).contains(&new.value_fen) {
            let what = "what for on one line, and a value of 1 to 1000000000000 fen";
            return Err(SettlementError::Malformed { part: "support", what });
        }
        let regime = self.regime();
        let receiver = self.delivery().registry().organisation(&new.receiver).await;
        let receiver = receiver.map_err(shuyu_delivery::DeliveryError::from)?;
        let receiver = receiver.ok_or_else(|| unknown("organisation", new.receiver.as_str()))?;
        let mut found = Vec::from_iter(self.operator_reason(actor, None));
        if !receiver.is_public_body() {
            let what = "support is given to departments, counties, districts and development zones";
            let clause = regime.cite_role(Role::Operator);
            found.push(Reason::new(reasons::NOT_A_RECEIVER, what, clause, "name a public body"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(actor, "support.refused", new.receiver.as_str(), reasons).await;
        }
        let mut change = self.ledger().change().await?;
        let number = store::deals::next(&mut change, store::deals::Counted::Supports).await?;
        store::deals::insert_support(&mut change, number, &new, actor).await?;
        let clause =
            regime.price.spent_on.as_ref().map_or_else(|| regime.cite_role(Role::Operator), |on| regime.cite(on));
        let event = Event::done(Some(actor), "support.recorded", new.receiver.as_str())
            .under(regime)
            .citing(clause)
            .digests(None, Some(new.voucher))
            .facts(serde_json::json!({ "number": number, "form": new.form, "value_fen": new.value_fen }));
        change.commit(event).await?;
        Ok(Verdict::Allow(number))
    }

    /// Support that was given, oldest first: all for those who oversee, both sides their own.
    pub async fn supports(&self, viewer: &Actor) -> Result<Vec<Support>> {
        let own = |one: &Support| one.operator == viewer.organisation || one.support.receiver == viewer.organisation;
        let all = store::deals::supports(self.ledger()).await?.into_iter();
        Ok(all.filter(|one| sees_all(viewer) || own(one)).collect())
    }
}
