//! What others ask a dossier for: a paper that somebody cites, and who is named as the
//! security officer of an organisation.

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::Role;
use shuyu_model::id::{OrganisationId, PaperId, PersonId};
use shuyu_model::regime::{PaperKind, Particular};

use super::paper::PaperState;
use super::store;
use crate::store::Book;
use crate::world::World;
use crate::{Registry, RegistryError, Turn};

/// A paper as somebody else cites it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedPaper {
    /// Whose.
    pub organisation: OrganisationId,
    /// What it is.
    pub kind: PaperKind,
    /// Which version of its kind.
    pub version: u32,
    /// The day that stands on it.
    pub issued_on: shuyu_model::Day,
    /// Whether it counts today.
    pub is_in_order: bool,
    /// Whether it was replaced or withdrawn. It stays what it was cited as.
    pub is_history: bool,
    /// What it holds, by the words of its particulars.
    pub particulars: BTreeMap<String, String>,
}

/// Who answers for security, as the dossier names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Officer {
    /// The name on paper.
    pub name: String,
    /// How to reach them, where the paper says so.
    pub contact: Option<String>,
    /// Their account, where somebody of the organisation has that name.
    pub person: Option<PersonId>,
}

impl Registry {
    /// A paper on file, history or not; `None` where there is none.
    pub async fn cited_paper_in(&self, turn: &mut Turn, id: &PaperId) -> Result<Option<CitedPaper>, RegistryError> {
        self.cited(&mut Book::Change(turn.change()), id).await
    }

    /// The same outside of a change.
    pub async fn cited_paper(&self, id: &PaperId) -> Result<Option<CitedPaper>, RegistryError> {
        self.cited(&mut Book::Ledger(self.ledger()), id).await
    }

    async fn cited(&self, book: &mut Book<'_>, id: &PaperId) -> Result<Option<CitedPaper>, RegistryError> {
        let Some(owner) = store::owner(book, id).await? else { return Ok(None) };
        let found = store::papers(book, owner.as_str()).await?.into_iter().find(|paper| paper.id == *id);
        let today = self.now().day();
        Ok(found.map(|paper| CitedPaper {
            organisation: paper.organisation.clone(),
            kind: paper.kind,
            version: paper.version,
            issued_on: paper.issued_on,
            is_history: paper.replaced_by.is_some() || paper.withdrawn_at.is_some(),
            is_in_order: self
                .regime()
                .dossier
                .get(&paper.kind)
                .is_some_and(|rules| paper.state(rules, today) == PaperState::InOrder),
            particulars: paper.particulars.iter().map(|(key, told)| (key.word().to_owned(), told.clone())).collect(),
        }))
    }

    /// Who issued the paper of this kind that an organisation has in order today.
    pub async fn issuer_on_file(
        &self,
        organisation: &OrganisationId,
        kind: PaperKind,
    ) -> Result<Option<String>, RegistryError> {
        let (world, today) = (self.world().await?, self.now().day());
        let Some(rules) = self.regime().dossier.get(&kind) else { return Ok(None) };
        let in_order = |paper: &&super::paper::Paper| paper.state(rules, today) == PaperState::InOrder;
        let found = world.papers_of(organisation, kind, None).filter(in_order).last();
        Ok(found.and_then(|paper| paper.issuer.clone()))
    }

    /// The security officer whom the dossier of an organisation names, if any.
    pub async fn officer_of_in(&self, turn: &mut Turn, id: &OrganisationId) -> Result<Option<Officer>, RegistryError> {
        let world = self.world_in(turn).await?;
        Ok(officer(&world, id))
    }

    /// Every organisation that holds one of these roles, by id.
    pub async fn holders_in(&self, turn: &mut Turn, roles: &[Role]) -> Result<Vec<OrganisationId>, RegistryError> {
        let world = self.world_in(turn).await?;
        let holds = |roles_of: &[Role]| roles.iter().any(|role| roles_of.contains(role));
        Ok(world.organisations.values().filter(|one| holds(&one.roles)).map(|one| one.id.clone()).collect())
    }

    /// Somebody of an organisation who holds this role; the same one each time.
    pub async fn somebody_in(
        &self,
        turn: &mut Turn,
        organisation: &OrganisationId,
        role: Role,
    ) -> Result<Option<PersonId>, RegistryError> {
        let world = self.world_in(turn).await?;
        let is_theirs =
            |one: &&std::sync::Arc<crate::Person>| one.organisation == *organisation && one.roles.contains(&role);
        Ok(world.people.values().find(is_theirs).map(|one| one.id.clone()))
    }
}

fn officer(world: &World, id: &OrganisationId) -> Option<Officer> {
    let paper = world.papers_of(id, PaperKind::SecurityOfficer, None).last()?;
    let name = paper.particulars.get(&Particular::Officer)?.trim().to_owned();
    let is_them = |one: &&std::sync::Arc<crate::Person>| one.organisation == *id && one.name.trim() == name;
    let person = world.people.values().find(is_them).map(|one| one.id.clone());
    Some(Officer { contact: paper.particulars.get(&Particular::Contact).cloned(), person, name })
}
