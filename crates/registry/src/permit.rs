//! A permit: this actor may do this with these columns for this scenario until
//! then, under these clauses. Only the registry can make one.
//!
//! INVARIANT (dies at once): see [`Permit::is_live`]. Whoever works under a
//! permit for longer than a moment asks again on the way.

use std::sync::Arc;

use shuyu_ledger::Clock;
use shuyu_model::id::{AgreementId, OrganisationId, ProductId, ResourceId, ScenarioId};
use shuyu_model::{Actor, Column, Reason, Regime, Role, Time, UseKind, Verdict};

use crate::decide;
use crate::live::{Basis, Pin};
use crate::order::Order;
use crate::processing::{self, Leave};
use crate::{Registry, RegistryError};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Compute in a workroom (operator, or a processor that has an order; where the rules
    /// say so an entity, too).
    Compute,
    /// Review what wants to leave (operator, agency).
    Review,
    /// Deliver to an entity (operator).
    Deliver,
    /// Use what was delivered (entity).
    Use,
}

impl Act {
    /// Every one.
    pub const ALL: [Act; 4] = [Self::Compute, Self::Review, Self::Deliver, Self::Use];

    /// Who may at all. Where the document has a processor apart, that computes and
    /// the operator does not.
    pub fn roles(self, regime: &Regime) -> &'static [Role] {
        match self {
            Self::Compute => regime.computing_roles(),
            Self::Deliver => &[Role::Operator],
            Self::Review => &[Role::Agency, Role::Operator],
            Self::Use => &[Role::Entity],
        }
    }

    /// Whether it concerns an entity.
    pub(crate) fn has_entity(self) -> bool {
        matches!(self, Self::Deliver | Self::Use)
    }
}

/// What it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Under which scenario.
    pub scenario: ScenarioId,
    /// Which columns; empty for all of the scenario's.
    pub columns: Vec<(ResourceId, Vec<String>)>,
    /// Who gets it ([`Act::Deliver`], [`Act::Use`]; with the latter it is the
    /// actor's organisation unless said otherwise).
    pub entity: Option<OrganisationId>,
    /// For what; `None` for what the scenario was approved for.
    pub use_kind: Option<UseKind>,
    /// As which product ([`Act::Deliver`]); it must be registered where the rules say so.
    pub product: Option<ProductId>,
    /// Whether it goes to everybody ([`Act::Deliver`]), where the document opens what serves
    /// the public good.
    pub is_public: bool,
    /// Whether it is asked for anew ([`Act::Deliver`]): a product off the shelf is delivered
    /// to who had ordered it, and ordered by nobody.
    pub is_order: bool,
}

impl Scope {
    /// All that a scenario allows.
    pub fn of(scenario: ScenarioId) -> Self {
        Self {
            scenario,
            columns: Vec::new(),
            entity: None,
            use_kind: None,
            product: None,
            is_public: false,
            is_order: false,
        }
    }

    /// Only these columns.
    #[must_use]
    pub fn columns(mut self, columns: Vec<(ResourceId, Vec<String>)>) -> Self {
        self.columns = columns;
        self
    }

    /// For this entity.
    #[must_use]
    pub fn to(mut self, entity: OrganisationId) -> Self {
        self.entity = Some(entity);
        self
    }

    /// For everybody, without a contract.
    #[must_use]
    pub fn to_the_public(mut self) -> Self {
        self.is_public = true;
        self
    }

    /// As this product.
    #[must_use]
    pub fn as_product(mut self, product: ProductId) -> Self {
        self.product = Some(product);
        self
    }

    /// As an order that is not there yet.
    #[must_use]
    pub fn as_order(mut self) -> Self {
        self.is_order = true;
        self
    }

    /// For this use.
    #[must_use]
    pub fn used_for(mut self, use_kind: UseKind) -> Self {
        self.use_kind = Some(use_kind);
        self
    }
}

/// A resource, cut down to what is permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermittedTable {
    /// Which resource.
    pub resource: ResourceId,
    /// Its name in SQL.
    pub name: String,
    /// The permitted columns, in the resource's order.
    pub columns: Vec<Column>,
    /// The column that names the person or firm a row is about, permitted or
    /// not: counts of people need it, statements do not see it by this.
    pub entity: Option<Column>,
    /// Whether whoever computes brought it. One that has not landed yet is left out.
    pub is_own: bool,
}

/// Leave to act. It cannot be made, only asked for.
#[derive(Debug, Clone)]
pub struct Permit {
    actor: Actor,
    act: Act,
    granted: Arc<Granted>,
    pins: Arc<[Pin]>,
    clock: Clock,
}

/// What was found when the answer was yes.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) scenario: ScenarioId,
    pub(crate) agreement: AgreementId,
    pub(crate) development: Option<AgreementId>,
    pub(crate) goes_on: bool,
    pub(crate) leave: Option<Leave>,
    pub(crate) use_kind: UseKind,
    pub(crate) operator: OrganisationId,
    pub(crate) entity: Option<OrganisationId>,
    pub(crate) tables: Vec<PermittedTable>,
    pub(crate) until: Time,
    pub(crate) clauses: Vec<String>,
    pub(crate) regime: String,
}

impl Permit {
    /// Who may.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What.
    pub fn act(&self) -> Act {
        self.act
    }

    /// For which scenario.
    pub fn scenario(&self) -> &ScenarioId {
        &self.granted.scenario
    }

    /// Under which operator agreement.
    pub fn agreement(&self) -> &AgreementId {
        &self.granted.agreement
    }

    /// Under which development agreement, where an entity is concerned.
    pub fn development_agreement(&self) -> Option<&AgreementId> {
        self.granted.development.as_ref()
    }

    /// Whether the operator's agreement has ended, and only what it had delivered goes on.
    pub fn goes_on(&self) -> bool {
        self.granted.goes_on
    }

    /// On which order, where a processor computes.
    pub fn order(&self) -> Option<&Order> {
        self.granted.leave.as_ref().map(|leave| leave.order.as_ref())
    }

    /// Why a result of this kind cannot be made under it: it was not ordered.
    pub fn against_output(&self, regime: &Regime, output: &str) -> Option<Reason> {
        self.order().and_then(|order| processing::against_output(regime, order, output))
    }

    /// For which kind of use.
    pub fn use_kind(&self) -> UseKind {
        self.granted.use_kind
    }

    /// For which operator.
    pub fn operator(&self) -> &OrganisationId {
        &self.granted.operator
    }

    /// Who gets it.
    pub fn entity(&self) -> Option<&OrganisationId> {
        self.granted.entity.as_ref()
    }

    /// On which columns of which resources.
    pub fn tables(&self) -> &[PermittedTable] {
        &self.granted.tables
    }

    /// Until when (exclusive), if nothing changes before.
    pub fn until(&self) -> Time {
        self.granted.until
    }

    /// Under which clauses.
    pub fn clauses(&self) -> &[String] {
        &self.granted.clauses
    }

    /// Under which version of which rules: `changsha-2026@1`.
    pub fn regime(&self) -> &str {
        &self.granted.regime
    }

    /// Whether it still holds. False from the moment that its agreement, its
    /// scenario, a registration, a role or the negative list changed, or its
    /// time ran out. Costs nanoseconds; ask often.
    pub fn is_live(&self) -> bool {
        self.pins.iter().all(Pin::holds) && self.clock.now() < self.granted.until
    }
}

impl Registry {
    /// Whether `actor` may do `act` with `scope`: a permit, or every reason why
    /// not. A refusal is written down here. Decided in memory.
    ///
    /// Never call this with a ledger change open: a refusal would wait for it.
    pub async fn permit(&self, actor: &Actor, act: Act, scope: &Scope) -> Result<Verdict<Permit>, RegistryError> {
        loop {
            let world = self.world().await?;
            match decide::permit(&self.asked(&world), actor, act, scope)? {
                Verdict::Allow((granted, mut bases)) => {
                    bases.push(Basis::Rules);
                    let pins = self.0.pulse.pin(&bases);
                    // A change between the decision and the pins: decide again.
                    if self.0.is_current(&world) {
                        let clock = self.0.ledger.clock().clone();
                        return Ok(Verdict::Allow(Permit {
                            actor: actor.clone(),
                            act,
                            granted: Arc::new(granted),
                            pins,
                            clock,
                        }));
                    }
                }
                Verdict::Refuse(reasons) => {
                    let scenario = scope.scenario.as_str();
                    let event = crate::refusal(self.regime(), actor, "permit.refused", scenario, &reasons);
                    self.0.ledger.refuse(event).await?;
                    return Ok(Verdict::Refuse(reasons));
                }
            }
        }
    }
}
