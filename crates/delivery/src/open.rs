//! What serves the public good, open to everybody: a subscription of 社会公众 that needs no
//! contract and no key, with its own quota of a day, for nothing.
//!
//! INVARIANT (nobody is in it): only a file is open, of a release that names nobody; what
//! answers about somebody never is.
//! INVARIANT (durable first), INVARIANT (at once): as for every other call (`gateway`); the
//! record in the log says that nobody signed, and nothing of who asked.
//!
//! Not here: how often one address may ask (`server`), that it costs nothing (`settlement`).

use std::sync::Arc;

use shuyu_ledger::{Access, Event};
use shuyu_model::id::{ProductId, ReceiptId, SubscriptionId};
use shuyu_model::{Actor, Reason, Reasons, Time, UseKind, Verdict};
use shuyu_registry::{Act, Scope};

use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::gateway::{FileBody, UNITS, ended_reason, quota_reason};
use crate::offers::unknown;
use crate::product::{CALLS_PER_DAY_MAX, Product, ProductKind, Subscription};
use crate::receipt::Receipt;
use crate::state::{Line, Offer};
use crate::stock::{FileFormat, to_file};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, DeliveryError>;

impl Delivery {
    /// Opens a product to everybody, so many files a day. Closed as any subscription is.
    pub async fn open_to_public(
        &self,
        actor: &Actor,
        id: &ProductId,
        files_per_day_max: i64,
    ) -> Result<Verdict<SubscriptionId>> {
        let product = self.product(id).ok_or_else(|| unknown("product", id.as_str()))?;
        if !(1..=CALLS_PER_DAY_MAX).contains(&files_per_day_max) {
            return Err(DeliveryError::Malformed { part: "quota of a day", what: "a number from 1 to 1000000000" });
        }
        if self.0.state.read().open_line(id).is_some() {
            return Err(DeliveryError::Conflict { part: "product", what: "it is open already" });
        }
        let registry = &self.0.registry;
        let scenario = registry.scenario(&product.scenario).await?;
        let scenario = scenario.ok_or_else(|| unknown("scenario", product.scenario.as_str()))?;
        let stock = self.stock(&product.release).await?;
        let mut found = Vec::from_iter(self.operator_reason(actor, &product.operator));
        found.extend(self.offered_reason(&product));
        found.extend(self.not_opened_reason(scenario.use_kind));
        found.extend(self.personal_reason(&product, !stock.direct_answers().is_empty()));
        // Where no document opens it, the registry has no such question.
        let mut permit = None;
        if found.iter().all(|reason| reason.code != reasons::NOT_OPENED) {
            let scope = Scope::of(product.scenario.clone()).used_for(scenario.use_kind).to_the_public();
            match registry.permit(actor, Act::Deliver, &scope.as_product(id.clone()).as_order()).await? {
                Verdict::Allow(given) => permit = Some(given),
                Verdict::Refuse(reasons) => found.extend(reasons.into_vec()),
            }
        }
        if let Some(reasons) = Reasons::new(found) {
            return Ok(Verdict::Refuse(self.refused(Some(actor), "opening.refused", id.as_str(), reasons).await?));
        }
        let unknowable = registry.unknowable_if_needed().await?;
        let mut turn = registry.turn().await?;
        let public = registry.public_in(&mut turn, &unknowable).await?;
        let subscription = Subscription {
            id: self.0.ledger.new_id(),
            product: id.clone(),
            entity: public.organisation,
            operator: product.operator.clone(),
            scenario: product.scenario.clone(),
            agreement: scenario.agreement.clone(),
            use_kind: scenario.use_kind,
            calls_per_day_max: files_per_day_max,
            opened_by: actor.person.clone(),
            opened_at: turn.change().now(),
            ended_at: None,
            is_public: true,
        };
        store::insert_subscription(turn.change(), &subscription).await?;
        let regime = self.regime();
        let mut event = Event::done(Some(actor), "product.opened", id.as_str()).under(regime);
        if let Some(rule) = regime.opens_public_good() {
            event = event.citing(regime.cite(rule));
        }
        turn.commit(event.facts(serde_json::to_value(&subscription)?)).await?;
        let id = subscription.id.clone();
        self.0.state.write().add_line(Line::new(subscription, permit));
        Ok(Verdict::Allow(id))
    }

    /// The products that are open to everybody now, oldest first.
    pub fn open_products(&self) -> Vec<Product> {
        let all = self.products().into_iter();
        let state = self.0.state.read();
        all.filter(|product| self.offered_reason(product).is_none() && state.open_line(&product.id).is_some()).collect()
    }

    /// Gives the file of an open product to whoever asks. One that is not open is not there.
    pub async fn public_file(&self, id: &ProductId, format: FileFormat) -> Result<Verdict<(FileBody, Receipt)>> {
        let line = self.0.state.read().open_line(id).ok_or_else(|| unknown("open product", id.as_str()))?;
        let offer = self.offer(id)?;
        self.stocked(&offer).await?;
        // As the gateway: asked before the work, and again when the file is ready to go.
        match self.admit_anybody(&line, &offer).await? {
            Ok((at, _)) => line.usage.lock().uncount(at.day()),
            Err(reasons) => return self.not_given(id, reasons).await,
        }
        let opened = self.opened(&offer.product.release).await?;
        let bytes = tokio::task::spawn_blocking(move || to_file(opened, format)).await??;
        let admitted = match self.admit_anybody(&line, &offer).await? {
            Ok(admitted) => admitted,
            Err(reasons) => return self.not_given(id, reasons).await,
        };
        let (at, subscription) = admitted;
        let profile = self.0.ledger.profile();
        let receipt: ReceiptId = self.0.ledger.new_id();
        let access = Access {
            subscription: subscription.id,
            product: id.clone(),
            // Nobody signed: the receipt's own name stands for the request.
            request: profile.digest(receipt.as_str().as_bytes()),
            answer: profile.digest(&bytes),
            receipt,
            client: None,
            consent: None,
            use_kind: subscription.use_kind,
            units: UNITS,
            at,
        };
        let entry = self.0.ledger.record(access.clone()).await.inspect_err(|_| line.usage.lock().uncount(at.day()))?;
        let receipt = Receipt::of_recorded(u64::try_from(entry.seq).unwrap_or(u64::MAX), access);
        Ok(Verdict::Allow((FileBody { bytes, format }, receipt)))
    }

    /// INVARIANT (at once): one lock, one time.
    async fn admit_anybody(
        &self,
        line: &Arc<Line>,
        offer: &Offer,
    ) -> Result<std::result::Result<(Time, Subscription), Reasons>> {
        loop {
            let mut found = if line.is_permitted() { Vec::new() } else { self.renew(line).await? };
            let state = self.0.state.read();
            let at = self.0.ledger.now();
            if found.is_empty() && !line.is_permitted() {
                // The permit died between the two lines above.
                continue;
            }
            let subscription = line.subscription.read().clone();
            let offered = state.offers.get(&subscription.product);
            found.extend(offered.and_then(|offer| self.offered_reason(&offer.product)));
            if offer.stock.get().is_some_and(|stock| !stock.is_live()) {
                found.push(self.not_live_reason());
            }
            found.extend(ended_reason(self.regime(), &subscription));
            let mut usage = line.usage.lock();
            if !usage.has_room(at.day(), subscription.calls_per_day_max) {
                found.push(quota_reason(self.regime(), &subscription));
            }
            return Ok(match Reasons::new(found) {
                Some(reasons) => Err(reasons),
                None => {
                    usage.count(at.day());
                    Ok((at, subscription))
                }
            });
        }
    }

    /// INVARIANT (no silent no).
    async fn not_given<T>(&self, id: &ProductId, reasons: Reasons) -> Result<Verdict<T>> {
        let facts = serde_json::json!({ "is_public": true });
        let event = Event::refused(None, "delivery.refused", id.as_str(), &reasons).under(self.regime());
        self.0.ledger.refuse(event.facts(facts)).await?;
        Ok(Verdict::Refuse(reasons))
    }

    /// DLV-027.
    fn not_opened_reason(&self, use_kind: UseKind) -> Option<Reason> {
        let regime = self.regime();
        let rule = regime.opens_public_good();
        if rule.is_some() && use_kind == UseKind::PublicWelfare {
            return None;
        }
        let clause =
            rule.map_or_else(|| regime.cite(&regime.agreement.entity_must_be_contracted), |rule| regime.cite(rule));
        let what = match rule {
            Some(_) => "the product was not made for the public good",
            None => "the document opens nothing to everybody: an entity needs its contract",
        };
        Some(Reason::new(reasons::NOT_OPENED, what, clause, "let entities subscribe to it"))
    }

    /// DLV-028. Upholds INVARIANT (nobody is in it).
    fn personal_reason(&self, product: &Product, names_somebody: bool) -> Option<Reason> {
        let regime = self.regime();
        let is_personal = product.kind == ProductKind::Lookup || product.needs_consent || names_somebody;
        is_personal.then(|| {
            regime.reason(
                reasons::PERSONAL,
                &regime.release.raw_never_leaves,
                "the product answers about single persons or firms",
                "open a report or data set of groups",
            )
        })
    }
}

#[cfg(test)]
mod tests;
