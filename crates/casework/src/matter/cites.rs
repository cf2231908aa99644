//! The records that a move rests on: that they are there, that whoever cites them may
//! see them, and that they are the ones which the rules ask for.
//!
//! INVARIANT (about the same): what the rules ask for concerns the organisation that
//! the matter is about, or the one that it was given to; a task that was given to
//! somebody concerns them.
//! INVARIANT (nothing rests on itself): what a move asks for is another record than the one
//! that the matter is about. Only an opening may name that one: an appeal is about the very
//! refusal that it appeals from. A resource or scenario is no record of what was done: a
//! demand is met with the very one that it is about.
//!
//! Not here: which are asked for (`regime::CiteRule`).

use shuyu_model::id::{CaseId, MatterId, OrganisationId, PaperId};
use shuyu_model::matter::SubjectKind;
use shuyu_model::regime::{Citable, CiteRule, OPENING};
use shuyu_model::{Actor, Reason};
use shuyu_registry::{MatterSubject, Turn};

use super::guards::Asked;
use super::{Facts, Matter, store};
use crate::opening::may_know;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// How a refusal of the journal is cited: this and its number.
const REFUSAL: &str = "JRN-";

/// A record that is cited.
pub(crate) struct Cited {
    id: String,
    of: Citable,
    organisation: Option<OrganisationId>,
    /// Whom a move gave the cited matter to.
    assigned: Option<OrganisationId>,
    state: Option<&'static str>,
    facts: Facts,
}

impl Casework {
    /// What these ids name. A record that `viewer` may not see is not there; nobody
    /// is asked of what was cited before.
    pub(crate) async fn cited(
        &self,
        turn: &mut Turn,
        viewer: Option<&Actor>,
        ids: &[String],
    ) -> Result<Vec<Cited>, CaseworkError> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for id in ids {
            match self.one_cited(turn, viewer, id).await? {
                Some(cited) => found.push(cited),
                None => {
                    faults.push(format!("`cites`: there is no record `{}`", id.chars().take(80).collect::<String>()))
                }
            }
        }
        if faults.is_empty() { Ok(found) } else { Err(CaseworkError::Malformed { faults }) }
    }

    async fn one_cited(
        &self,
        turn: &mut Turn,
        viewer: Option<&Actor>,
        id: &str,
    ) -> Result<Option<Cited>, CaseworkError> {
        let record = |of, organisation| Cited {
            id: id.to_owned(),
            of,
            organisation,
            assigned: None,
            state: None,
            facts: Facts::new(),
        };
        let thing = |of, organisation| record(Citable::Thing(of), organisation);
        if let Some(number) = id.strip_prefix(REFUSAL) {
            let Ok(number) = number.parse::<i64>() else { return Ok(None) };
            let whose = store::refused(&mut Book::Change(turn.change()), number).await?;
            let sees = match (viewer, &whose) {
                (Some(viewer), Some(whose)) => self.sight_in(turn, viewer).await?.sees_owed(whose.as_ref()),
                _ => true,
            };
            return Ok(whose.filter(|_| sees).map(|whose| record(Citable::Refusal, whose)));
        }
        match SubjectKind::of(id) {
            None => self.cited_paper(turn, viewer, id).await,
            Some(SubjectKind::Matter) => {
                let Ok(id) = MatterId::parse(id) else { return Ok(None) };
                let matter = match store::matter(&mut Book::Change(turn.change()), &id).await {
                    Err(CaseworkError::Unknown { .. }) => return Ok(None),
                    found => found?,
                };
                let sees = match viewer {
                    Some(viewer) => self.sight_in(turn, viewer).await?.sees_matter(&matter),
                    None => true,
                };
                Ok(sees.then_some(Cited {
                    id: matter.id.to_string(),
                    of: Citable::Matter(matter.kind),
                    assigned: matter.counterparty.clone().filter(|_| matter.machine().counterparty.is_none()),
                    organisation: matter.subject_organisation,
                    state: Some(matter.state),
                    facts: matter.facts,
                }))
            }
            Some(SubjectKind::Case) => {
                let Ok(id) = CaseId::parse(id) else { return Ok(None) };
                let case = match crate::store::case(&mut Book::Change(turn.change()), &id).await {
                    Err(CaseworkError::Unknown { .. }) => return Ok(None),
                    found => found?,
                };
                let sees = match viewer {
                    Some(viewer) => self.sight_in(turn, viewer).await?.sees_case(&case),
                    None => true,
                };
                Ok(sees.then(|| thing(SubjectKind::Case, Some(case.opener))))
            }
            Some(of) => match self.registry().matter_subject_in(turn, id).await {
                Ok(subject) => {
                    let knows = |subject: &MatterSubject| viewer.is_none_or(|viewer| may_know(viewer, subject));
                    Ok(subject.filter(knows).map(|subject| thing(of, Some(subject.organisation))))
                }
                Err(
                    shuyu_registry::RegistryError::Unknown { .. } | shuyu_registry::RegistryError::Malformed { .. },
                ) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }
}

impl Cited {
    /// What it tells under a key.
    pub(crate) fn told(&self, key: &str) -> Option<&String> {
        self.facts.get(key)
    }
}

impl Casework {
    /// A paper on file. What somebody cites of another's dossier tells them nothing that
    /// they did not see there. One that was replaced or withdrawn is cited no more;
    /// where it was before, it stays so.
    async fn cited_paper(
        &self,
        turn: &mut Turn,
        viewer: Option<&Actor>,
        id: &str,
    ) -> Result<Option<Cited>, CaseworkError> {
        let Ok(paper_id) = PaperId::parse(id) else { return Ok(None) };
        let paper = self.registry().cited_paper_in(turn, &paper_id).await?;
        Ok(paper.filter(|paper| viewer.is_none() || !paper.is_history).map(|paper| Cited {
            id: id.to_owned(),
            of: Citable::Paper(paper.kind),
            organisation: Some(paper.organisation),
            assigned: None,
            state: Some(if paper.is_in_order { IN_ORDER } else { "not_in_order" }),
            facts: paper.particulars,
        }))
    }
}

/// How a paper stands that can be cited.
const IN_ORDER: &str = "in_order";

/// CAS-060: one reason for each rule that asks for a record that is not cited.
pub(crate) fn against(
    asked: &Asked<'_>,
    matter: &Matter,
    at: &str,
    facts: &Facts,
    cited: &[Cited],
    found: &mut Vec<Reason>,
) {
    for rule in matter.rules.cites_at(at).filter(|rule| rule.applies(facts)) {
        if cited.iter().any(|cited| answers(asked, cited, rule, matter)) {
            continue;
        }
        let of: Vec<String> = rule.of.iter().map(|of| format!("{} ({})", of.word(), of.zh())).collect();
        let mut what = format!("`{at}` rests on a record about the same organisation: {}", of.join(" or "));
        if !rule.states.is_empty() {
            what.push_str(&format!(", which is {}", rule.states.join(" or ")));
        }
        for (key, told) in &rule.told {
            what.push_str(&format!(", and whose `{key}` is `{}`", told.0.join("` or `")));
        }
        let clause = asked.regime.cite_clause(&rule.source);
        found.push(Reason::new(reasons::NOT_CITED, what, clause, "name its id in `cites`"));
    }
}

/// Upholds INVARIANT (about the same).
fn answers(asked: &Asked<'_>, cited: &Cited, rule: &CiteRule, matter: &Matter) -> bool {
    let about = [&matter.subject_organisation, &matter.counterparty];
    // A plan is that of whom the matter is about, or the own one of who starts it.
    let is_paper = matches!(cited.of, Citable::Paper(_));
    let is_own = is_paper && cited.organisation.as_ref() == Some(&asked.known.organisation);
    let is_of = rule.of.contains(&cited.of) || (is_paper && rule.of.contains(&Citable::AnyPaper));
    if is_paper && !rule.of.contains(&Citable::AnyPaper) && cited.state != Some(IN_ORDER) {
        return false;
    }
    let is_about = |of: &Option<OrganisationId>| of.is_some() && about.contains(&of);
    let is_same = is_own || is_about(&cited.organisation) || is_about(&cited.assigned);
    let is_in = match (cited.of, cited.state) {
        (Citable::Matter(kind), Some(state)) => rule.counts_in(kind, state),
        _ => true,
    };
    let tells = rule.told.iter().all(|(key, told)| told.holds(cited.facts.get(key)));
    // Upholds INVARIANT (nothing rests on itself).
    let is_thing = matches!(cited.of, Citable::Thing(SubjectKind::Resource | SubjectKind::Scenario));
    let is_itself = rule.at != OPENING && cited.id == matter.subject && !is_thing;
    is_of && is_same && is_in && tells && !is_itself
}
