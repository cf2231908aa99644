//! What a move does to rights, written in the turn that holds the move.
//!
//! INVARIANT (dies at once): every right is taken through `registry::enact`, which
//! touches what permits rest on.

use shuyu_model::Regime;
use shuyu_model::id::{OrganisationId, ProductId, ResourceId};
use shuyu_model::matter::{Effect, Transition};
use shuyu_model::regime::MoveRule;
use shuyu_registry::{AdmissionState, Barred, Turn, enact};

use super::Matter;
use super::guards::ground_of;
use crate::CaseworkError;

/// Does what the transition says. Gives the ids of what was touched.
pub(crate) async fn apply(
    turn: &mut Turn,
    regime: &Regime,
    matter: &Matter,
    rule: &MoveRule,
    transition: &Transition,
) -> Result<Vec<String>, CaseworkError> {
    let mut touched = Vec::new();
    for effect in transition.effects {
        match effect {
            Effect::Suspend => touched.extend(enact::suspended(turn, &matter.subject, &matter.id).await?),
            Effect::SuspendIfHigh if is_high(matter) => {
                touched.extend(enact::suspended(turn, &matter.subject, &matter.id).await?);
            }
            Effect::SuspendIfHigh => {}
            Effect::Resume => touched.extend(enact::resumed(turn, &matter.id).await?),
            Effect::EndAccess => {
                // `guards` has refused the move where there is none.
                let ground = ground_of(regime, &matter.facts, rule).unwrap_or("other");
                touched.extend(enact::access_ended(turn, &matter.subject, ground).await?);
            }
            Effect::Admit => touched.push(admission(turn, matter, AdmissionState::Admitted).await?),
            Effect::SuspendAdmission => touched.push(admission(turn, matter, AdmissionState::Suspended).await?),
            Effect::RemoveAdmission => touched.push(admission(turn, matter, AdmissionState::Removed).await?),
            Effect::Bar => {
                let told = |key: &str| matter.facts.get(key).filter(|told| !told.trim().is_empty()).cloned();
                let ground = told("ground").unwrap_or_else(|| matter.title.clone());
                let clause = told("clause").unwrap_or_else(|| regime.cite_clause(&matter.rules.source));
                touched.push(barred(turn, matter, Some(Barred { ground, clause })).await?);
            }
            Effect::Quarantine if matter.rules.has_move("clear_results") => {
                touched.extend(enact::results_quarantined(turn, &matter.subject, &matter.id).await?);
            }
            // Where nobody could clear it, nothing is kept inside.
            Effect::Quarantine => {}
            Effect::Delist => {
                // A product that is named in words alone is not told from its fellows.
                let named = matter.facts.get("product").and_then(|named| ProductId::parse(named.trim()).ok());
                touched.extend(enact::delisted(turn, &matter.subject, named.as_ref(), &matter.id).await?);
            }
            Effect::Clear => touched.extend(enact::results_cleared(turn, &matter.id).await?),
            // No right: the matter's own, written where it is moved.
            Effect::Assign | Effect::Forget => {}
            Effect::Reopen => touched.push(super::reopen::apply(turn, matter).await?),
            Effect::Unbar => touched.push(barred(turn, matter, None).await?),
        }
    }
    Ok(touched)
}

/// Whether a risk was assessed as high where the rules say what it can be.
fn is_high(matter: &Matter) -> bool {
    let is_listed = matter.rules.choices.iter().any(|choice| choice.key == SEVERITY);
    is_listed && matter.facts.get(SEVERITY).is_some_and(|told| told == "high")
}

/// The fact that says how grave a risk is.
const SEVERITY: &str = "severity";

async fn admission(turn: &mut Turn, matter: &Matter, state: AdmissionState) -> Result<String, CaseworkError> {
    let entity = OrganisationId::parse(&matter.subject).map_err(|error| damaged(matter, error))?;
    let operator = matter.counterparty.as_ref().ok_or_else(|| damaged(matter, "it has no counterparty"))?;
    enact::admission(turn, &entity, operator, state, &matter.id).await?;
    Ok(entity.to_string())
}

async fn barred(turn: &mut Turn, matter: &Matter, barred: Option<Barred>) -> Result<String, CaseworkError> {
    let resource = ResourceId::parse(&matter.subject).map_err(|error| damaged(matter, error))?;
    enact::barred(turn, &resource, barred.as_ref()).await?;
    Ok(resource.to_string())
}

fn damaged(matter: &Matter, what: impl ToString) -> CaseworkError {
    CaseworkError::Damaged { id: matter.id.to_string(), what: what.to_string() }
}
