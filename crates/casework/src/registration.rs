//! Registration by N26, beside what every case does: papers told at acceptance all at
//! once, public notice with objections, delays explained, renewal or its end,
//! revocation.
//!
//! INVARIANT (told once): whatever is missing or at fault is told with the first
//! return; what lay there unchanged and was not told then cannot be told later
//! (一次性告知, N26 10).
//! INVARIANT (held up): nothing is registered while an objection against it is open.
//!
//! Not here: steps and days (`regimes/`), what an application is (`registry`).

use serde::{Deserialize, Serialize};
use shuyu_model::id::{CaseId, ObjectionId, OrganisationId, PersonId};
use shuyu_model::registration::{RegistrationCode, RegistrationKind, RevocationGround};
use shuyu_model::{Day, Digest, Time};

use crate::case::Case;

pub(crate) mod guards;
mod notices;
mod objections;
mod revocation;
pub(crate) mod store;
mod sweep;
mod view;

pub use notices::Notice;
pub use sweep::RegistrationSwept;
pub use view::{ObjectionView, RegistrationFile, ReturnView};

/// A paper at fault, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// Which: the word of its kind.
    pub material: String,
    /// What is wrong with it.
    pub what: String,
}

/// An objection to be filed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewObjection {
    /// What speaks against the registration.
    pub objection: String,
    /// What shows it.
    pub evidence: Digest,
}

/// How an objection is decided.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionDecision {
    /// Upheld: the registration comes to nothing.
    pub upheld: bool,
    /// Why.
    pub reason: String,
}

/// A registration to be revoked (撤销, N26 20).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// Which.
    pub code: RegistrationCode,
    /// On which of the four grounds.
    pub ground: RevocationGround,
    /// Why, in words.
    pub reason: String,
    /// What shows it.
    pub evidence: Digest,
    /// The written decision.
    pub decision: Digest,
}

/// An objection as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Objection {
    pub(crate) id: ObjectionId,
    pub(crate) case: CaseId,
    pub(crate) person: PersonId,
    pub(crate) organisation: OrganisationId,
    pub(crate) name: String,
    pub(crate) objection: String,
    pub(crate) evidence: Digest,
    pub(crate) filed_at: Time,
    pub(crate) upheld: Option<bool>,
    pub(crate) decision: Option<String>,
    pub(crate) decided_at: Option<Time>,
}

/// An explanation why a step takes longer than its days.
#[derive(Debug, Clone)]
pub(crate) struct Delay {
    pub(crate) case: CaseId,
    pub(crate) turn: i64,
    pub(crate) step: String,
    pub(crate) reason: String,
    pub(crate) explained_at: Time,
}

impl Case {
    /// What it registers, where it is about a registration.
    pub(crate) fn registration(&self) -> Option<RegistrationKind> {
        RegistrationKind::of(self.kind)
    }

    /// Whether its first step, the acceptance (受理), is open.
    pub(crate) fn is_at_acceptance(&self) -> bool {
        self.registration().is_some() && self.step == 0 && self.open_step().is_some()
    }

    /// The last day of the public notice that runs, if one does.
    pub(crate) fn notice_ends(&self, calendar: &shuyu_model::Calendar) -> Option<shuyu_model::calendar::WorkingDay> {
        self.registration()?;
        let earliest = self.earliest(calendar)?;
        let day: Day = earliest.day.saturating_sub(jiff::Span::new().days(1));
        Some(shuyu_model::calendar::WorkingDay { day, ..earliest })
    }
}
