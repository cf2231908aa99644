//! What a scenario rests on: the demand that it answers is confirmed, the scheme that it
//! carries out is in force.
//!
//! Not here: that an application names them (`registry::plan`).

use shuyu_model::matter::MatterKind;
use shuyu_model::{Reason, Regime};
use shuyu_registry::{Scenario, Turn};

use super::scheme;
use crate::matter::store;
use crate::store::Book;
use crate::{CaseworkError, reasons};

/// The state of a demand that its asker has confirmed as met.
const CONFIRMED: &str = "met";

/// CAS-109.
pub(crate) async fn against(
    turn: &mut Turn,
    regime: &Regime,
    scenario: &Scenario,
) -> Result<Vec<Reason>, CaseworkError> {
    let mut found = Vec::new();
    let rule = regime.scenario.plan_required.as_ref();
    let clause = rule.map_or_else(|| regime.cite(&regime.scenario.approved_by), |rule| regime.cite(rule));
    let mut say = |what: String, instead: &str| {
        found.push(Reason::new(reasons::PLAN_RESTS_ON_NOTHING, what, &clause, instead));
    };
    if let Some(id) = &scenario.plan.demand {
        let demand = store::named(&mut Book::Change(turn.change()), id).await?;
        let demand = demand.filter(|matter| matter.kind == MatterKind::DataDemand);
        if demand.is_none_or(|matter| matter.state != CONFIRMED) {
            say(format!("{id} is no data demand that was confirmed"), "have the demand met and confirmed first");
        }
    }
    if let Some(id) = &scenario.plan.scheme {
        if scheme::as_approved(turn, id).await?.is_none() {
            say(format!("{id} is no scheme in force"), "have the scheme approved first");
        }
    }
    Ok(found)
}
