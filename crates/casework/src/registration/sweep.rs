//! What becomes of a registration on the day after its last: it gives way to its
//! renewal, or the registrar cancels it (期满未续展的注销, N26 15).
//!
//! INVARIANT (once): run again, a sweep finds nothing left.

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::Time;
use shuyu_model::id::RegistrationId;
use shuyu_model::registration::RegistrationCode;
use shuyu_registry::{Ending, Registration, RegistrationState, enact};

use super::store;
use crate::{Casework, CaseworkError};

/// A registration that the platform ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegistrationSwept {
    /// Which.
    pub registration: RegistrationId,
    /// Its code.
    pub code: RegistrationCode,
    /// How it stands now.
    pub state: RegistrationState,
}

impl Casework {
    /// Ends every registration whose last day has passed by `now`. One whose renewal
    /// was applied for in time and is being decided waits for that; what rests on it
    /// is dead meanwhile.
    pub async fn sweep_registrations(&self, now: Time) -> Result<Vec<RegistrationSwept>, CaseworkError> {
        let mut swept = Vec::new();
        for run_out in self.registry().registrations_run_out(now.day()).await? {
            swept.extend(self.sweep_registration(&run_out).await?);
        }
        Ok(swept)
    }

    async fn sweep_registration(&self, run_out: &Registration) -> Result<Option<RegistrationSwept>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let standing = self.registry().standing_registration_in(&mut turn, &run_out.subject).await?;
        // Asked again inside the turn: somebody may have ended it meanwhile.
        let Some(standing) = standing else { return Ok(None) };
        let (state, clause) = (RegistrationState::Cancelled, self.registry().regime().cite_clause("N26 15"));
        let (state, action) = if standing.id != run_out.id {
            enact::registration_gave_way(&mut turn, run_out).await?;
            (RegistrationState::Replaced, "registration.gave_way")
        } else if store::has_running_renewal(turn.change(), &run_out.subject).await? {
            return Ok(None);
        } else {
            let ending = Ending { state, ground: "not_renewed" };
            enact::registration_ended(&mut turn, &run_out.subject, ending).await?;
            (state, "registration.lapsed")
        };
        let facts = json!({ "code": run_out.code, "subject": run_out.subject, "valid_until": run_out.valid_until });
        let event = Event::done(None, action, run_out.id.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Some(RegistrationSwept { registration: run_out.id.clone(), code: run_out.code.clone(), state }))
    }
}
