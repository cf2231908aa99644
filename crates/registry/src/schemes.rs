//! What implementing schemes in force say of money, as those read it who come after
//! casework: the items in which an operator's cost is kept, and who gets how much.
//!
//! INVARIANT (as approved): it is written with the move that lets a scheme rule, changes
//! with the move that changes it, and ends with the scheme; what held at a moment stays
//! readable, so that a month is settled by what held when it ended.
//!
//! Not here: how a scheme comes to rule (`casework::gates::scheme`), what follows from it
//! (`settlement`).

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::Time;
use shuyu_model::id::{AgreementId, MatterId, OrganisationId};

use crate::agreement::Agreement;
use crate::store::Book;
use crate::{AgreementKind, Registry, RegistryError};

pub(crate) mod store;

/// What a scheme says of money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SchemeMoney {
    /// The items in which an operator's cost is kept; empty where it lists none.
    pub cost_items: Vec<String>,
    /// Who gets how much of the income, in hundredths of a per cent; empty where it says
    /// nothing.
    pub shares: BTreeMap<String, u16>,
}

/// The same, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) scheme: MatterId,
    pub(crate) says: SchemeMoney,
    pub(crate) from: Time,
    pub(crate) until: Option<Time>,
}

/// What binds an operator at a moment: a scheme, and the agreement that rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound<'a> {
    /// The agreement.
    pub agreement: &'a AgreementId,
    /// Its scheme.
    pub scheme: &'a MatterId,
    /// What the scheme said then.
    pub says: &'a SchemeMoney,
}

/// All of it, read once.
#[derive(Debug, Clone)]
pub struct SchemeBook {
    agreements: Vec<Agreement>,
    versions: Vec<Version>,
}

impl SchemeBook {
    /// What bound an operator at a moment: one row for each agreement that held and rested
    /// on a scheme in force, oldest agreement first.
    pub fn of(&self, operator: &OrganisationId, at: Time) -> Vec<Bound<'_>> {
        let held = |agreement: &&Agreement| {
            let is_concluded = agreement.decided_at.is_some_and(|decided| decided <= at);
            let is_over = agreement.ends_at() <= at || agreement.ended_at.is_some_and(|ended| ended <= at);
            agreement.grantee == *operator && is_concluded && agreement.from <= at.day() && !is_over
        };
        let ruled = |agreement: &Agreement, version: &&Version| {
            let is_over = version.until.is_some_and(|until| until <= at);
            agreement.scheme.as_ref() == Some(&version.scheme) && version.from <= at && !is_over
        };
        let all = self.agreements.iter().filter(held);
        all.filter_map(|agreement| {
            let version = self.versions.iter().find(|version| ruled(agreement, version))?;
            Some(Bound { agreement: &agreement.id, scheme: &version.scheme, says: &version.says })
        })
        .collect()
    }
}

impl Registry {
    /// What the schemes say of money on which operators' agreements rest or rested.
    pub async fn scheme_book(&self) -> Result<SchemeBook, RegistryError> {
        let world = self.world().await?;
        let rests = |agreement: &&Agreement| agreement.kind == AgreementKind::Operator && agreement.scheme.is_some();
        let agreements = world.agreements.values().map(AsRef::as_ref).filter(rests).cloned().collect();
        let versions = store::versions(&mut Book::Ledger(self.ledger())).await?;
        Ok(SchemeBook { agreements, versions })
    }
}
