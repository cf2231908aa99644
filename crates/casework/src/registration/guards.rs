//! What speaks against a signature on a registration, beside what speaks against any.

use std::collections::BTreeMap;

use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Step;
use shuyu_model::registration::{Registrable, RegistrationCode};
use shuyu_model::{Digest, Reason};
use shuyu_registry::{Papers, Turn};

use super::{Defect, store};
use crate::case::{Case, Opinion, Outcome};
use crate::matter::{Matter, MatterMove};
use crate::{Casework, CaseworkError, reasons};

/// The fact with which a product's matter names its registration.
const CODE_FACT: &str = "registration_code";

/// The shortest fault that can be told, in characters.
const DEFECT_CHARS_MIN: usize = 4;
/// The longest.
const DEFECT_CHARS_MAX: usize = 500;

/// What a registration's acceptance looks at; nothing for other cases and steps.
#[derive(Default)]
pub(crate) struct Acceptance {
    papers: Option<Papers>,
}

impl Casework {
    /// CAS-070 to CAS-072 and CAS-074. Gives the papers as they are, for
    /// [`Casework::note_return`].
    pub(crate) async fn against_registration(
        &self,
        turn: &mut Turn,
        case: &Case,
        step: &Step,
        opinion: &Opinion,
        found: &mut Vec<Reason>,
    ) -> Result<Acceptance, CaseworkError> {
        let Some(kind) = case.registration() else { return Ok(Acceptance::default()) };
        let is_open = case.open_step().is_some_and(|open| open.step == step.step);
        let clause = self.registry().regime().cite_step(&case.procedure, step, "");
        if step.working_days_min.is_some() && opinion.outcome == Outcome::Approve {
            let open = store::open_objections(turn.change(), &case.id).await?;
            if !open.is_empty() {
                let ids: Vec<&str> = open.iter().map(|objection| objection.id.as_str()).collect();
                let what = format!("not decided yet: {}", ids.join(", "));
                let instead = "decide each objection, with a reason; one that is upheld ends the registration";
                found.push(Reason::new(reasons::OBJECTION_OPEN, what, &clause, instead));
            }
        }
        if !case.is_at_acceptance() || !is_open {
            return Ok(Acceptance::default());
        }
        let papers = self.registry().application_papers_in(turn, &case.subject, kind).await?;
        let missing = papers.missing();
        match opinion.outcome {
            Outcome::Approve if !missing.is_empty() => {
                let titles: Vec<String> = missing.iter().map(|m| format!("{} ({})", m.key, m.title)).collect();
                let sources: Vec<&str> = missing.iter().map(|m| m.source).take(1).collect();
                let clause = self.registry().regime().cite_clause(sources.first().copied().unwrap_or("N26 9"));
                let what = format!("these papers are missing: {}", titles.join(", "));
                let instead = "return the application; all that is missing is told with the return";
                found.push(Reason::new(reasons::MATERIALS_MISSING, what, clause, instead));
            }
            Outcome::Return if missing.is_empty() && opinion.defects.is_empty() => {
                let what = "no paper is missing and none is said to be at fault";
                let instead = "name in `defects` each paper at fault and what is wrong with it, or accept";
                found.push(Reason::new(reasons::NO_DEFECT, what, &clause, instead));
            }
            Outcome::Return => {
                if let Some(reason) = self.told_late(turn, case, &papers, &opinion.defects, &clause).await? {
                    found.push(reason);
                }
            }
            Outcome::Approve | Outcome::Refuse => {}
        }
        Ok(Acceptance { papers: Some(papers) })
    }

    /// CAS-072. Upholds INVARIANT (told once).
    async fn told_late(
        &self,
        turn: &mut Turn,
        case: &Case,
        papers: &Papers,
        defects: &[Defect],
        clause: &str,
    ) -> Result<Option<Reason>, CaseworkError> {
        let before = store::returns(&mut crate::store::Book::Change(turn.change()), &case.id).await?;
        let was_silent = |defect: &&Defect| {
            before.iter().any(|earlier| {
                let lay_there = earlier.materials.get(&defect.material);
                let is_same = lay_there.is_some() && lay_there == papers.given.get(&defect.material);
                is_same && earlier.defects.iter().all(|told| told.material != defect.material)
            })
        };
        let late: Vec<&str> = defects.iter().filter(was_silent).map(|defect| defect.material.as_str()).collect();
        Ok((!late.is_empty()).then(|| {
            let what = format!("unchanged since an earlier return that did not name it: {}", late.join(", "));
            let instead = "accept these as they are: all faults are told at once, with the first return";
            Reason::new(reasons::TOLD_LATE, what, clause, instead)
        }))
    }

    /// CAS-076: a product's matter cites its registration, not a paper that anybody
    /// could have written.
    pub(crate) async fn against_citing(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
    ) -> Result<Option<Reason>, CaseworkError> {
        let told =
            named.facts.get(CODE_FACT).filter(|_| matter.kind == MatterKind::Product && named.name == "register");
        let Some(told) = told else { return Ok(None) };
        let today = self.registry().ledger().now().day();
        let known = match RegistrationCode::parse(told) {
            Some(code) => self.registry().registration_by_code_in(turn, &code).await?,
            None => None,
        };
        let is_so = known.is_some_and(|known| {
            known.of == Registrable::Product
                && known.holds_on(today)
                && matter.subject_organisation.as_ref() == Some(&known.holder)
        });
        Ok((!is_so).then(|| {
            let regime = self.registry().regime();
            let what = format!("`{CODE_FACT}` is no code of a product that its operator has registered and that holds");
            let clause = regime.cite(&regime.registration.products_are_registered);
            Reason::new(reasons::NO_SUCH_CODE, what, clause, "have the product registered, then cite its code")
        }))
    }

    /// Mistakes in what is said to be at fault.
    pub(crate) fn faults_of_defects(&self, case: &Case, step: &Step, opinion: &Opinion) -> Vec<String> {
        let mut faults = Vec::new();
        if opinion.defects.is_empty() {
            return faults;
        }
        let is_first = case.procedure.steps.first().is_some_and(|first| first.step == step.step);
        if opinion.outcome != Outcome::Return || case.registration().is_none() || !is_first {
            faults.push("`defects` are told with the return of an application at its acceptance only".to_owned());
        }
        for (index, defect) in opinion.defects.iter().enumerate() {
            let chars = defect.what.trim().chars().count();
            if !(DEFECT_CHARS_MIN..=DEFECT_CHARS_MAX).contains(&chars) {
                faults.push(format!(
                    "`defects[{index}].what` has {chars} characters; say it in {DEFECT_CHARS_MIN} to {DEFECT_CHARS_MAX}"
                ));
            }
            if opinion.defects.iter().take(index).any(|earlier| earlier.material == defect.material) {
                faults.push(format!("`defects[{index}].material` is there twice; say all of it once"));
            }
        }
        faults
    }

    /// Writes down what was told with a return: what the signer named, and every paper
    /// that is missing, whether they named it or not.
    pub(crate) async fn note_return(
        &self,
        turn: &mut Turn,
        case: &Case,
        returned_turn: i64,
        opinion: &Opinion,
        acceptance: Acceptance,
    ) -> Result<(), CaseworkError> {
        let Some(papers) = acceptance.papers else { return Ok(()) };
        let mut defects = opinion.defects.clone();
        for material in papers.missing() {
            if defects.iter().all(|told| told.material != material.key) {
                defects.push(Defect { material: material.key.to_owned(), what: format!("缺少{}", material.title) });
            }
        }
        let materials: BTreeMap<String, Digest> = papers.given;
        store::insert_return(turn.change(), &case.id, returned_turn, &defects, &materials).await
    }
}
