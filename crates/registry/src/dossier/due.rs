//! What of a dossier falls due: a paper that ends, and one that is made at an interval.

use shuyu_model::id::{OrganisationId, PaperId};
use shuyu_model::regime::{PaperKind, PaperRules};
use shuyu_model::{Day, Role};

use super::paper::{Paper, PaperState};
use crate::world::World;
use crate::{AgreementKind, AgreementState, Registry, RegistryError};

/// A paper that is renewed, or made anew, by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperDue {
    /// Whose.
    pub organisation: OrganisationId,
    /// In which roles it is asked of it.
    pub roles: Vec<Role>,
    /// What it is.
    pub kind: PaperKind,
    /// The last one; `None` where there never was one.
    pub paper: Option<PaperId>,
    /// The last day on which the next one is in time.
    pub due_day: Day,
    /// The clause, or the setting, that the day rests on.
    pub clause: String,
}

impl Registry {
    /// Everything of every dossier that has a day.
    pub async fn papers_due(&self) -> Result<Vec<PaperDue>, RegistryError> {
        let world = self.world().await?;
        let mut due = Vec::new();
        for (kind, rules) in &self.regime().dossier {
            for organisation in world.organisations.values() {
                let roles: Vec<Role> = rules.of.iter().copied().filter(|r| organisation.roles.contains(r)).collect();
                if !roles.is_empty() {
                    self.due_of(&world, *kind, rules, &organisation.id, &roles, &mut due);
                }
            }
        }
        Ok(due)
    }

    fn due_of(
        &self,
        world: &World,
        kind: PaperKind,
        rules: &PaperRules,
        organisation: &OrganisationId,
        roles: &[Role],
        due: &mut Vec<PaperDue>,
    ) {
        let today = self.now().day();
        let counts = |paper: &&Paper| matches!(paper.state(rules, today), PaperState::InOrder | PaperState::Expired);
        let papers = world.papers.get(organisation).into_iter().flatten().map(AsRef::as_ref);
        let papers: Vec<&Paper> = papers.filter(|paper| paper.kind == kind).filter(counts).collect();
        let mut owes = |paper: Option<&Paper>, due_day: Day| {
            due.push(PaperDue {
                organisation: organisation.clone(),
                roles: roles.to_vec(),
                kind,
                paper: paper.map(|paper| paper.id.clone()),
                due_day,
                clause: rules
                    .every_months
                    .as_ref()
                    .map_or_else(|| self.regime().cite_clause(&rules.source), |every| self.regime().cite(every)),
            });
        };
        let Some(every) = &rules.every_months else {
            papers
                .iter()
                .filter_map(|paper| Some((*paper, paper.last_day(rules)?)))
                .for_each(|(p, day)| owes(Some(p), day));
            return;
        };
        // At an interval the last one counts, however many there are; before the first
        // one the interval runs from the first day of the party's own agreement.
        let last = papers.iter().max_by_key(|paper| paper.last_day(rules));
        if let Some((last, day)) = last.and_then(|paper| Some((*paper, paper.last_day(rules)?))) {
            owes(Some(last), day);
        } else if let Some(from) = first_day(world, organisation) {
            owes(None, from.saturating_add(jiff::Span::new().months(i64::from(every.value))));
        }
    }
}

/// The first day of the operator agreements in force that an organisation is party to.
fn first_day(world: &World, organisation: &OrganisationId) -> Option<Day> {
    let holds = |agreement: &&crate::Agreement| {
        agreement.kind == AgreementKind::Operator
            && agreement.state == AgreementState::InForce
            && (agreement.grantee == *organisation || agreement.grantor == *organisation)
    };
    world.agreements.values().map(AsRef::as_ref).filter(holds).map(|agreement| agreement.from).min()
}
