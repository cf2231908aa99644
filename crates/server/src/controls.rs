//! The controls that a document wants to hold: each is probed on the running thing, its
//! state is kept, and while a required one does not hold the work that the rules name is
//! refused.
//!
//! INVARIANT (probed): a control holds because its probe has just shown it, never because
//! a setting says so; a probe that cannot be made counts as not held.
//! INVARIANT (kept): each change from held to not held, and back, is an event.
//!
//! Not here: which are required and what stops (`regime::ControlRules`).

use std::collections::BTreeMap;

use parking_lot::RwLock;
use serde_json::json;
use shuyu_casework::Observed;
use shuyu_ledger::Event;
use shuyu_model::regime::{ControlRules, RequiredControl, StoppedWork, Unusual};
use shuyu_model::{Reasons, Time};

use crate::app::App;
use crate::authority::Standing;
use crate::error::Problem;
use crate::needs::Needs;
use crate::{reasons, store};

/// How a control stood when it was last probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlState {
    /// Which.
    pub control: RequiredControl,
    /// Whether it holds.
    pub holds: bool,
    /// Since when it stands so.
    pub since: Time,
    /// When it was last probed.
    pub checked_at: Time,
    /// What the probe found, in words and figures of ours.
    pub detail: String,
}

/// The states of the last probe.
#[derive(Default)]
pub struct Controls(RwLock<BTreeMap<RequiredControl, ControlState>>);

impl Controls {
    /// Every control that was probed.
    pub fn all(&self) -> Vec<ControlState> {
        self.0.read().values().cloned().collect()
    }

    fn failed(&self, rules: &ControlRules) -> Vec<ControlState> {
        let states = self.0.read();
        rules.required.value.iter().filter_map(|control| states.get(control)).filter(|s| !s.holds).cloned().collect()
    }
}

/// The work that a need begins, if it is any that the rules can stop.
pub(crate) fn work_of(needs: Needs) -> Option<StoppedWork> {
    match needs {
        Needs::Land => Some(StoppedWork::Landing),
        Needs::Compute => Some(StoppedWork::Run),
        Needs::SubmitRelease => Some(StoppedWork::Release),
        Needs::ClientSignature => Some(StoppedWork::Delivery),
        _ => None,
    }
}

/// SRV-011: everything that stops a piece of work now.
pub(crate) fn against(app: &App, work: StoppedWork) -> Option<Reasons> {
    let regime = app.registry().regime();
    let rules = regime.controls().filter(|rules| rules.stop.value.contains(&work))?;
    let found = app.controls().failed(rules).into_iter().map(|state| {
        let what = format!(
            "the control {} ({}) does not hold since {}: {}",
            state.control.word(),
            state.control.zh(),
            state.since,
            state.detail
        );
        regime.reason(reasons::CONTROL_FAILED, &rules.required, what, "wait until it holds again; see GET /v1/controls")
    });
    Reasons::new(found.collect())
}

/// Probes every control, keeps what was found, and alerts of what fell.
pub async fn check(app: &App) -> Result<(), Problem> {
    let Some(rules) = app.registry().regime().controls().cloned() else { return Ok(()) };
    for control in RequiredControl::ALL {
        let found = probe(app, *control, &rules).await;
        keep(app, *control, found).await?;
    }
    Ok(())
}

async fn keep(app: &App, control: RequiredControl, found: Result<String, String>) -> Result<(), Problem> {
    let now = app.ledger().now();
    let (holds, detail) = match found {
        Ok(detail) => (true, detail),
        Err(detail) => (false, detail),
    };
    let before = app.controls().0.read().get(&control).cloned();
    let changed = before.as_ref().is_none_or(|before| before.holds != holds);
    let since = before.filter(|_| !changed).map_or(now, |before| before.since);
    let state = ControlState { control, holds, since, checked_at: now, detail };
    if changed {
        let action = if holds { "control.held" } else { "control.failed" };
        let mut change = app.ledger().change().await.map_err(Problem::fault)?;
        store::controls::set(&mut change, &state).await.map_err(Problem::fault)?;
        let event = Event::done(None, action, control.word()).facts(json!({ "detail": state.detail }));
        change.commit(event.under(app.registry().regime())).await.map_err(Problem::fault)?;
    }
    app.controls().0.write().insert(control, state);
    if changed && !holds {
        let object = Some(control.word().to_owned());
        let pattern = Unusual::ControlFailed;
        let seen = Observed { pattern, organisation: None, person: None, object, count: 1, threshold: 1 };
        app.casework().raise(seen).await?;
    }
    Ok(())
}

/// What a probe found: words where it holds, words where it does not.
async fn probe(app: &App, control: RequiredControl, rules: &ControlRules) -> Result<String, String> {
    let cannot = |what: &str| format!("the probe cannot be made: {what}");
    match control {
        RequiredControl::EncryptionAtRest => {
            let sealed = app.vault().probe().await.map_err(|_| cannot("the vault does not open"))?;
            Ok(format!("{sealed} versions sealed; the newest opens under the master key"))
        }
        RequiredControl::AuditTrail => {
            let state = app.ledger().audit().await.map_err(|_| cannot("the log does not answer"))?;
            let lag_max = i64::from(rules.log_lag_seconds_max.value).saturating_mul(1_000_000);
            let lag = state.waiting_since.map_or(0, |since| app.ledger().now().0.saturating_sub(since.0));
            match (state.is_proven, lag <= lag_max) {
                (true, true) => Ok(format!("proved under the checkpoint; {} events wait", state.waiting)),
                (false, _) => Err("an entry is not proved by the signed log".to_owned()),
                (true, false) => Err(format!("{} events wait to reach the log for too long", state.waiting)),
            }
        }
        RequiredControl::LogKept => {
            let state = app.ledger().audit().await.map_err(|_| cannot("the journal does not answer"))?;
            match state.missing {
                0 => Ok("no event is missing".to_owned()),
                missing => Err(format!("{missing} events are missing from the journal")),
            }
        }
        RequiredControl::AdminsApart => {
            match app.registry().mixed_admins().await.map_err(|_| cannot("the registry does not answer"))? {
                0 => Ok("no administrator holds another role".to_owned()),
                mixed => Err(format!("{mixed} administrators hold another role")),
            }
        }
        RequiredControl::AccessPolicy => access_policy(app),
        RequiredControl::Sandbox => {
            match app.workrooms().let_through().await.map_err(|_| cannot("the engine does not open"))? {
                0 => Ok("every statement that must be refused was".to_owned()),
                through => Err(format!("{through} statements that must be refused were let through")),
            }
        }
        RequiredControl::Clock => {
            let behind = app.ledger().clock().behind_micros().div_euclid(1_000_000);
            let max = i64::from(rules.clock_seconds_max.value);
            let said = format!("the machine's clock lies {behind} seconds behind what was shown");
            if behind <= max { Ok(said) } else { Err(said) }
        }
        RequiredControl::DiskReserve => match app.spool().has_room_for(0) {
            true => Ok("the reserve is free".to_owned()),
            false => Err("less than the reserve is free".to_owned()),
        },
    }
}

/// The policies deny whatever nobody was given.
fn access_policy(app: &App) -> Result<String, String> {
    let mut open = 0_usize;
    for needs in Needs::OF_PEOPLE.iter().filter(|needs| **needs != Needs::Session) {
        // An error while evaluating is a denial.
        let allowed = app.authority().allows(&[], *needs, Standing::of(*needs)).unwrap_or(false);
        open = open.saturating_add(usize::from(allowed));
    }
    match open {
        0 => Ok(format!("{} acts are denied without a role", Needs::OF_PEOPLE.len())),
        open => Err(format!("{open} acts are allowed without a role")),
    }
}
