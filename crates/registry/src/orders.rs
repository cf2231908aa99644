//! Placing orders, and what becomes of them.
//!
//! INVARIANT (one order): for one scenario one order at most is placed or taken at a
//! time, so that it is never open under which of two somebody computes.
//! INVARIANT (dies at once): whoever ends an order touches it, and permits under it die.
//!
//! Not here: what an order allows (`processing`).

use std::sync::Arc;

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, OrderId, OrganisationId};
use shuyu_model::{Actor, Day, Reasons, Role, Verdict};

use crate::decide;
use crate::live::Basis;
use crate::order::{NewOrder, Order, OrderState, OrderStep, OrderedField, OrdersTally};
use crate::party::text_fault;
use crate::scenario::PURPOSE_CHARS_MAX;
use crate::{
    Agreement, AgreementKind, AgreementState, Listing, Page, Registry, RegistryError, Turn, processing, store,
};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// Places an order for an own scenario (operator).
    pub async fn place_order(&self, actor: &Actor, new: NewOrder) -> Result<Verdict<OrderId>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let mut faults = new.faults();
        let scenario = world.scenario(&new.scenario)?;
        let agreement = world.agreement(&new.agreement)?;
        if agreement.kind != AgreementKind::Processing {
            faults.push("`agreement` is no processing agreement".to_owned());
        }
        for field in &new.fields {
            world.resource(&field.resource)?;
        }
        RegistryError::of_faults(faults)?;
        let runs = |order: &&Arc<Order>| {
            order.scenario == new.scenario && matches!(order.state, OrderState::Placed | OrderState::Taken)
        };
        if let Some(running) = world.orders.values().find(runs) {
            let what = format!("the order {} for this scenario has not ended; close or withdraw it first", running.id);
            return Err(RegistryError::conflict(what));
        }
        let mut fields = new.fields;
        if fields.is_empty() {
            let all = scenario.fields.iter();
            fields.extend(all.map(|f| OrderedField { resource: f.resource.clone(), column: f.column.clone() }));
        }
        fields.sort();
        fields.dedup();
        let mut outputs = new.outputs;
        outputs.sort();
        outputs.dedup();
        let order = Order {
            id: self.ledger().new_id(),
            title: new.title,
            scenario: new.scenario,
            agreement: new.agreement,
            operator: actor.organisation.clone(),
            processor: agreement.grantee.clone(),
            requirements: new.requirements,
            outputs,
            fields,
            until: new.until,
            answer_by: self.answer_by(),
            state: OrderState::Placed,
            authors: vec![actor.person.clone()],
            placed_at: self.now(),
            answered_at: None,
            ended_at: None,
            reason: None,
        };
        let asked = self.asked(&world);
        let mut found = Vec::new();
        decide::role(&asked, actor, &[Role::Operator], &mut found);
        let clause = self.regime().cite_role(Role::Operator);
        found.extend(self.unless_own(&world, actor, &scenario.operator, clause));
        processing::against_order(&asked, &order, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "order.refused", order.scenario.as_str(), reasons).await;
        }
        store::insert_order(turn.change(), &order).await?;
        turn.touch(Basis::Order(order.id.clone()));
        let facts = json!({
            "scenario": order.scenario, "agreement": order.agreement, "processor": order.processor,
            "outputs": order.outputs, "fields": order.fields.len(), "until": order.until,
        });
        let event = Event::done(Some(actor), "order.placed", order.id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.citing(self.regime().cite_role(Role::Processor))).await?;
        Ok(Verdict::Allow(order.id))
    }

    /// Takes or declines an order (its processor), closes it or takes it back (its
    /// operator). Declining and taking back say why.
    pub async fn answer_order(
        &self,
        actor: &Actor,
        id: &OrderId,
        step: OrderStep,
        reason: &str,
    ) -> Result<Verdict<OrderState>> {
        let mut faults = Vec::new();
        text_fault("reason", reason, PURPOSE_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let order = world.order(id)?;
        let asked = self.asked(&world);
        let (role, whose) = match step.is_of_processor() {
            true => (Role::Processor, &order.processor),
            false => (Role::Operator, &order.operator),
        };
        let mut found = Vec::new();
        decide::role(&asked, actor, &[role], &mut found);
        found.extend(self.unless_own(&world, actor, whose, self.regime().cite_role(role)));
        if step == OrderStep::Take {
            processing::against_order(&asked, order, &mut found);
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "order.step_refused", id.as_str(), reasons).await;
        }
        let Some(state) = order.state.after(step) else {
            return Err(RegistryError::conflict(format!("the order is {}; read it again", order.state.word())));
        };
        store::set_order(turn.change(), id, state, reason).await?;
        turn.touch(Basis::Order(id.clone()));
        let facts = json!({ "scenario": order.scenario, "state": state, "processor": order.processor });
        let event = Event::done(Some(actor), step.event(), id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.citing(self.regime().cite_role(role))).await?;
        Ok(Verdict::Allow(state))
    }

    /// The last day for the answer to an order of today.
    fn answer_by(&self) -> Option<Day> {
        let days = self.regime().processor.as_ref()?.answer_days_max.as_ref()?;
        Some(self.now().day().saturating_add(jiff::Span::new().days(i64::from(days.value))))
    }

    /// What became of a processor's orders that were placed from a day on.
    pub async fn orders_tally_in(
        &self,
        turn: &mut Turn,
        processor: &OrganisationId,
        since: Day,
    ) -> Result<OrdersTally> {
        let (world, today) = (self.world_in(turn).await?, self.now().day());
        let mut tally = OrdersTally::default();
        let is_theirs = |order: &&Arc<Order>| order.processor == *processor && since <= order.placed_at.day();
        for order in world.orders.values().filter(is_theirs) {
            tally.placed = tally.placed.saturating_add(1);
            tally.declined = tally.declined.saturating_add(u32::from(order.state == OrderState::Declined));
            tally.late = tally.late.saturating_add(u32::from(order.is_answered_late(today)));
        }
        Ok(tally)
    }

    /// Every order that has a day for its answer.
    pub async fn orders_with_a_day(&self) -> Result<Vec<Arc<Order>>> {
        let world = self.world().await?;
        Ok(world.orders.values().filter(|order| order.answer_by.is_some()).cloned().collect())
    }

    /// The processing agreements in force of an organisation.
    pub async fn processing_of_in(&self, turn: &mut Turn, processor: &OrganisationId) -> Result<Vec<AgreementId>> {
        let world = self.world_in(turn).await?;
        let holds = |agreement: &&Arc<Agreement>| {
            agreement.kind == AgreementKind::Processing
                && agreement.state == AgreementState::InForce
                && agreement.grantee == *processor
        };
        Ok(world.agreements.values().filter(holds).map(|agreement| agreement.id.clone()).collect())
    }

    /// An order; `None` for who is none of its parties and supervises nobody.
    pub async fn order(&self, viewer: &Actor, id: &OrderId) -> Result<Option<Arc<Order>>> {
        Ok(self.world().await?.orders.get(id).filter(|order| is_visible(order, viewer)).cloned())
    }

    /// The orders that somebody may see, oldest first.
    pub async fn orders(&self, viewer: &Actor, page: &Page) -> Result<Listing<Arc<Order>>> {
        let world = self.world().await?;
        let seen: Vec<&Arc<Order>> = world.orders.values().filter(|order| is_visible(order, viewer)).collect();
        Ok(Listing::cut(seen.into_iter(), page, |order| order.id.as_str(), Arc::clone))
    }
}

/// Its parties, and those who supervise.
fn is_visible(order: &Order, viewer: &Actor) -> bool {
    let is_party = [&order.operator, &order.processor].contains(&&viewer.organisation);
    is_party || [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| viewer.is(*role))
}
