//! Revocation (撤销, N26 20): a registration that came about by false papers, or whose
//! result is misused, ends at once.

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::{Actor, Reason, Reasons, Role, Verdict};
use shuyu_registry::{Ending, RegistrationState, enact};

use super::Revocation;
use super::objections::words_fault;
use crate::{Casework, CaseworkError, reasons};

impl Casework {
    /// Revokes a registration, on one of the four grounds, with evidence and the
    /// written decision. For the registrar and the regulator; not for its holder.
    pub async fn revoke_registration(&self, actor: &Actor, new: Revocation) -> Result<Verdict<()>, CaseworkError> {
        words_fault("reason", &new.reason)?;
        let found = self.registry().registration_by_code(&new.code).await?;
        let known = found.ok_or_else(|| CaseworkError::Unknown { id: new.code.to_string() })?;
        let mut turn = self.registry().turn().await?;
        let standing = self.registry().standing_registration_in(&mut turn, &known.subject).await?;
        if known.state != RegistrationState::Valid || standing.is_none() {
            let what = format!("{} is {}; there is nothing left to revoke", known.code, known.state.word());
            return Err(CaseworkError::Conflict { what });
        }
        let regime = self.registry().regime();
        let clause = regime.cite_clause("N26 20");
        let acts = self.known(&mut turn, actor).await?;
        let is_registrar = acts.is(Role::Agency) || acts.is(Role::Regulator);
        if !is_registrar || acts.organisation == known.holder {
            let (agency, regulator) = (regime.word(Role::Agency), regime.word(Role::Regulator));
            let what = format!("a registration is revoked by {agency} or {regulator}, and never by its holder");
            let reason = Reason::new(reasons::NOT_THE_REVOKER, what, clause, "tell them what you know");
            let reasons = Reasons::one(reason);
            return self.refuse(turn, actor, "registration.revocation_refused", known.id.as_str(), reasons).await;
        }
        let ending = Ending { state: RegistrationState::Revoked, ground: new.ground.word() };
        let codes = enact::registration_ended(&mut turn, &known.subject, ending).await?;
        let facts = json!({
            "subject": known.subject, "codes": codes, "ground": new.ground, "evidence": new.evidence,
            "decision": new.decision,
        });
        let event = Event::done(Some(actor), "registration.revoked", known.id.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(regime)).await?;
        Ok(Verdict::Allow(()))
    }
}
