//! Accounts that were closed, as an objection needs to know them: by whom, and whom each
//! concerns. Written by the settlement in the change that closes one.
//!
//! INVARIANT (own account): who has no part in an account is told that there is none.
//!
//! Not here: what an account says (`settlement`), how an objection is answered (`casework`).

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::Change;
use shuyu_model::Role;
use shuyu_model::id::{OrganisationId, PersonId};

use crate::{MatterSubject, Registry, RegistryError};

pub(crate) mod store;

/// A month's statement, or a month's surplus shared out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedAccount {
    /// Its id: `STM-…` or `DST-…`.
    pub id: String,
    /// Whose surplus was shared out; a statement is of all operators.
    pub operator: Option<OrganisationId>,
    /// Who closed it.
    pub agency: OrganisationId,
    /// Whom it concerns.
    pub parties: BTreeSet<OrganisationId>,
    /// Who closed it: they answer no objection to it.
    pub closed_by: PersonId,
    /// Of a statement: the uses of products and services that it settles.
    pub uses_count: i64,
}

impl ClosedAccount {
    pub(crate) fn as_subject(&self) -> MatterSubject {
        let mut parties = BTreeMap::from([(Role::Agency, self.agency.clone())]);
        parties.extend(self.operator.clone().map(|operator| (Role::Operator, operator)));
        MatterSubject {
            organisation: self.agency.clone(),
            parties,
            authors: vec![self.closed_by.clone()],
            is_draft: false,
            concerns: Some(self.parties.iter().cloned().chain([self.agency.clone()]).collect()),
        }
    }
}

impl Registry {
    /// Writes an account down that a change closes; its event is the caller's.
    pub async fn account_closed(&self, change: &mut Change, account: &ClosedAccount) -> Result<(), RegistryError> {
        store::insert(change, account).await
    }
}
