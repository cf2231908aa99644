//! People with access to data: each is on file of their organisation by name of their
//! account, with post, training and undertaking, before they get a role that computes and
//! whenever they compute.
//!
//! INVARIANT (each by name): a record of one person opens nothing to another.
//! INVARIANT (absent): where a document asks for no such record nobody is asked.

use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::regime::{PaperAct, PaperKind, PaperRules, Particular};
use shuyu_model::{Day, Reason, Role};

use super::paper::{Paper, PaperState};
use crate::decide::Asked;
use crate::reasons;
use crate::world::World;

/// The rules of such records, where the document has them.
fn rules<'a>(asked: &Asked<'a>) -> Option<&'a PaperRules> {
    let rules = asked.regime.dossier.get(&PaperKind::StaffRecord)?;
    rules.is_before(PaperAct::DataAccess).then_some(rules)
}

fn records<'a>(world: &'a World, organisation: &'a OrganisationId, person: &PersonId) -> Vec<&'a Paper> {
    let is_theirs =
        |paper: &&Paper| paper.particulars.get(&Particular::Person).is_some_and(|id| id.trim() == person.as_str());
    world.papers_of(organisation, PaperKind::StaffRecord, None).filter(is_theirs).collect()
}

/// REG-132: somebody computes who is not on file. Gives the last day of their record.
pub(crate) fn against_access(
    asked: &Asked<'_>,
    organisation: &OrganisationId,
    person: &PersonId,
    found: &mut Vec<Reason>,
) -> Option<Day> {
    let rules = rules(asked)?;
    // Whose people the document asks about.
    let holds = |role: &Role| asked.world.organisations.get(organisation).is_some_and(|one| one.roles.contains(role));
    if !rules.of.iter().any(holds) {
        return None;
    }
    let today = asked.now.day();
    let records = records(asked.world, organisation, person);
    let good = records.iter().filter(|paper| paper.state(rules, today) == PaperState::InOrder);
    match good.map(|paper| paper.last_day(rules).unwrap_or(Day::MAX)).max() {
        Some(last) => (last != Day::MAX).then_some(last),
        None => {
            let what = if records.is_empty() { "has no record of staff on file" } else { "has no record in order" };
            found.push(unregistered(asked, rules, person, what));
            None
        }
    }
}

/// REG-132: a role that computes is given to somebody who is not on file. The first of an
/// organisation gets it all the same, to enter the records; they compute nothing before
/// their own.
pub(crate) fn against_grant(
    asked: &Asked<'_>,
    organisation: &OrganisationId,
    person: &PersonId,
    role: Role,
    found: &mut Vec<Reason>,
) {
    if !rules(asked).is_some_and(|rules| rules.of.contains(&role)) {
        return;
    }
    let mut colleagues = asked.world.people.values().filter(|one| one.organisation == *organisation);
    if colleagues.any(|one| one.id != *person && one.roles.contains(&role)) {
        against_access(asked, organisation, person, found);
    }
}

fn unregistered(asked: &Asked<'_>, rules: &PaperRules, person: &PersonId, what: &str) -> Reason {
    Reason::new(
        reasons::STAFF_UNREGISTERED,
        format!("{person} {what}: {}", PaperKind::StaffRecord.zh()),
        asked.regime.cite_before(rules),
        "let the organisation enter a `staff_record` that names the person with post, training and undertaking",
    )
}
