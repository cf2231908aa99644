//! The records that a move rests on: that they are there, that whoever cites them may
//! see them, and that they are the ones which the rules ask for.
//!
//! INVARIANT (about the same): what the rules ask for concerns the organisation that
//! the matter is about, or the one that it was given to.
//!
//! Not here: which are asked for (`regime::CiteRule`).

use shuyu_model::id::{CaseId, MatterId, OrganisationId, PaperId};
use shuyu_model::matter::SubjectKind;
use shuyu_model::regime::{Citable, CiteRule};
use shuyu_model::{Actor, Reason};
use shuyu_registry::Turn;

use super::guards::Asked;
use super::{Facts, Matter, is_visible, sees_all, store};
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// How a refusal of the journal is cited: this and its number.
const REFUSAL: &str = "JRN-";

/// A record that is cited.
pub(crate) struct Cited {
    id: String,
    of: Citable,
    organisation: Option<OrganisationId>,
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
        let record = |of, organisation| Cited { id: id.to_owned(), of, organisation, state: None, facts: Facts::new() };
        let thing = |of, organisation| record(Citable::Thing(of), organisation);
        if let Some(number) = id.strip_prefix(REFUSAL) {
            let Ok(number) = number.parse::<i64>() else { return Ok(None) };
            let whose = store::refused(&mut Book::Change(turn.change()), number).await?;
            let sees = |whose: &Option<OrganisationId>| may_look(viewer, whose.as_ref());
            return Ok(whose.filter(sees).map(|whose| record(Citable::Refusal, whose)));
        }
        if let Ok(paper) = PaperId::parse(id) {
            let whose = self.registry().paper_holder_in(turn, &paper).await?;
            let sees = |whose: &OrganisationId| may_look(viewer, Some(whose));
            return Ok(whose.filter(sees).map(|whose| record(Citable::Paper, Some(whose))));
        }
        match SubjectKind::of(id) {
            None => Ok(None),
            Some(SubjectKind::Matter) => {
                let Ok(id) = MatterId::parse(id) else { return Ok(None) };
                let matter = match store::matter(&mut Book::Change(turn.change()), &id).await {
                    Err(CaseworkError::Unknown { .. }) => return Ok(None),
                    found => found?,
                };
                let sees = viewer.is_none_or(|viewer| is_visible(&matter, viewer));
                Ok(sees.then_some(Cited {
                    id: matter.id.to_string(),
                    of: Citable::Matter(matter.kind),
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
                let sees = viewer.is_none_or(|viewer| crate::view::is_visible(&case, viewer));
                Ok(sees.then(|| thing(SubjectKind::Case, Some(case.opener))))
            }
            Some(of) => match self.registry().matter_subject_in(turn, id).await {
                Ok(subject) => Ok(subject.map(|subject| thing(of, Some(subject.organisation)))),
                Err(
                    shuyu_registry::RegistryError::Unknown { .. } | shuyu_registry::RegistryError::Malformed { .. },
                ) => Ok(None),
                Err(error) => Err(error.into()),
            },
        }
    }
}

/// Whether a viewer may look at what concerns this organisation alone.
fn may_look(viewer: Option<&Actor>, whose: Option<&OrganisationId>) -> bool {
    viewer.is_none_or(|viewer| sees_all(viewer) || whose == Some(&viewer.organisation))
}

/// CAS-060: one reason for each rule that asks for a record that is not cited.
pub(crate) fn against(
    asked: &Asked<'_>,
    matter: &Matter,
    at: &str,
    facts: &Facts,
    cited: &[Cited],
    found: &mut Vec<Reason>,
) {
    let ground = facts.get("ground");
    let applies = |rule: &&CiteRule| rule.grounds.is_empty() || ground.is_some_and(|g| rule.grounds.contains(g));
    for rule in matter.rules.cites_at(at).filter(applies) {
        if cited.iter().any(|cited| answers(cited, rule, matter)) {
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
fn answers(cited: &Cited, rule: &CiteRule, matter: &Matter) -> bool {
    let about = [&matter.subject_organisation, &matter.counterparty];
    let is_same = cited.organisation.is_some() && about.contains(&&cited.organisation);
    let is_in = match (cited.of, cited.state) {
        (Citable::Matter(kind), Some(state)) => rule.counts_in(kind, state),
        _ => true,
    };
    let tells = rule.told.iter().all(|(key, told)| told.holds(cited.facts.get(key)));
    // Nothing rests on itself.
    rule.of.contains(&cited.of) && is_same && is_in && tells && cited.id != matter.subject
}
