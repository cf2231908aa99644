//! The acts of an operator (操作日志), for the processor that watches it and for whoever
//! supervises: what its people did and what was refused to them, as the journal has it,
//! with the checks that were made of each.
//!
//! INVARIANT (no values): an act is its event, which holds no value from the data.
//! INVARIANT (read only): nobody writes or changes an act here; a finding is a matter.
//!
//! Not here: the whole journal (for the audit administrator), the findings (`matters`).

use serde::Serialize;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Role, Time};
use shuyu_registry::Page;

use crate::{Casework, CaseworkError, MatterFilter, matter};

/// Done acts that are risky in themselves: what was computed on everything, what was taken
/// back, a new key with which data is fetched.
const RISKY: [&str; 5] =
    ["candidate.made", "release.withdrawn", "client_key.added", "scenario.withdrawn", "subscription.opened"];
/// The fact of a check that names acts by their numbers, separated by commas.
const ACTS: &str = "acts";

/// What somebody of an organisation did, or was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActView {
    /// Its number in the journal.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// Who.
    pub person: Option<PersonId>,
    /// What: `candidate.made`.
    pub action: String,
    /// To what: an id.
    pub object: String,
    /// With which codes it was refused; none where it was done.
    pub refused: Vec<String>,
    /// Whether it wants to be looked at: it was refused, or is risky in itself.
    pub is_alert: bool,
    /// The checks that looked at it.
    pub looked_at_in: Vec<MatterId>,
}

/// A piece of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acts {
    /// Newest first.
    pub items: Vec<ActView>,
    /// The number to go on from, where there may be more.
    pub next: Option<i64>,
}

/// What of an event is read here.
#[derive(serde::Deserialize)]
struct Written {
    at: Time,
    #[serde(default)]
    person: Option<PersonId>,
    #[serde(default)]
    organisation: Option<OrganisationId>,
    action: String,
    object: String,
    #[serde(default)]
    refused: Vec<Refused>,
}

#[derive(serde::Deserialize)]
struct Refused {
    code: String,
}

impl Casework {
    /// The acts of an organisation before a number, newest first; `None` for who neither
    /// supervises nor watches it as a processor under an agreement in force.
    pub async fn acts_of(
        &self,
        viewer: &Actor,
        of: &OrganisationId,
        before: Option<i64>,
        page: &Page,
    ) -> Result<Option<Acts>, CaseworkError> {
        if !self.watches(viewer, of).await? {
            return Ok(None);
        }
        let ledger = self.registry().ledger();
        let max = i64::try_from(page.items_max).unwrap_or(i64::MAX);
        let rows = ledger.journal_naming(of, before.unwrap_or(i64::MAX), max).await?;
        let filter = MatterFilter {
            kind: Some(MatterKind::Supervision),
            organisation: Some(of.clone()),
            ..MatterFilter::default()
        };
        let sight = self.sight(viewer).await?;
        let (checks, _) = matter::store::list(ledger, &sight, &filter, "", page.items_max).await?;
        let looked_at = |seq: i64| {
            let names = |told: &String| told.split(',').any(|one| one.trim().parse() == Ok(seq));
            let of = checks.iter().filter(|check| check.facts.get(ACTS).is_some_and(&names));
            of.map(|check| check.id.clone()).collect::<Vec<_>>()
        };
        let (mut items, mut last) = (Vec::new(), None);
        for row in &rows {
            let (seq, text) = (row.int("seq")?, row.text("written")?);
            last = Some(seq);
            let damaged =
                |error: serde_json::Error| CaseworkError::Damaged { id: seq.to_string(), what: error.to_string() };
            let written: Written = serde_json::from_str(&text).map_err(damaged)?;
            // Others' acts about it are theirs.
            if written.organisation.as_ref() != Some(of) {
                continue;
            }
            let refused: Vec<String> = written.refused.into_iter().map(|reason| reason.code).collect();
            items.push(ActView {
                seq,
                at: written.at,
                person: written.person,
                is_alert: !refused.is_empty() || RISKY.contains(&written.action.as_str()),
                action: written.action,
                object: written.object,
                refused,
                looked_at_in: looked_at(seq),
            });
        }
        let next = last.filter(|_| rows.len() >= page.items_max);
        Ok(Some(Acts { items, next }))
    }

    /// Who supervises the platform sees everybody's acts; a processor those of operators.
    async fn watches(&self, viewer: &Actor, of: &OrganisationId) -> Result<bool, CaseworkError> {
        if viewer.is(Role::Regulator) || viewer.is(Role::Supervisor) {
            return Ok(true);
        }
        let duties = &self.registry().regime().supervision;
        if !viewer.is(Role::Processor) || !duties.iter().any(|duty| duty.by == Role::Processor) {
            return Ok(false);
        }
        let holds = self.registry().processing_terms().await?;
        let organisation = self.registry().organisation(of).await?;
        let is_operator = organisation.is_some_and(|one| one.roles.contains(&Role::Operator));
        Ok(is_operator && holds.iter().any(|term| term.operator == viewer.organisation))
    }
}
