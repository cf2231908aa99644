//! Assessments (评估考核、内控审计、综合研判): one by one or in rounds, scored by the
//! dimensions of the rules, with material item by item, and their results for the acts
//! that rest on them.
//!
//! INVARIANT (computed): a total is the marks by the weights of the rules; whether that is
//! passed is the threshold's to say, not anybody's.
//! INVARIANT (confirmed is held): an assessment counts from the day of its confirmed
//! result; one that was only begun counts for nothing.
//! INVARIANT (kept): a result is written once, with its move, and never changed.
//! INVARIANT (one row): the row of the rules that an assessment is held by is fixed when it
//! is opened; whatever is told later, nothing else is asked of it or follows from it.
//! INVARIANT (at its own move): form and round are told at the opening, marks at `score`,
//! the result at `confirm`, and none of them anywhere else.
//!
//! Not here: its moves (`matters.rs`), the acts that ask for a result
//! (`gates/assessed.rs`), when the next falls due (`obligations/assessments.rs`).

use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{Assessed, Assessment, AssessmentForm, Dimension, OPENING};
use shuyu_model::{Actor, Day, Reason, Regime, Role};
use shuyu_registry::Turn;

use crate::matter::{FORM, Facts, Matter, MatterMove, ROUND, processors, store as matters};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

mod items;
mod results;
mod rounds;
pub(crate) mod store;

use items::Indicator;
pub use items::{FIGURES, ItemView, NewItem};
pub(crate) use results::Held;
pub use results::{ResultFilter, ResultView};
pub use rounds::{NewRound, ROUND_BODIES_MAX, RoundMatter, RoundView};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The fact in which it is told whether it was passed, and its answers.
const RESULT: &str = "result";
const PASSED: &str = "passed";
const FAILED: &str = "failed";

/// In which form a matter is held; `None` where it names one that there is not.
pub(crate) fn form_of(facts: &Facts) -> Option<AssessmentForm> {
    match facts.get(FORM).map(|told| told.trim()).filter(|told| !told.is_empty()) {
        Some(told) => AssessmentForm::parse(told),
        None => Some(AssessmentForm::Assessment),
    }
}

/// Of whom, by whom and in which form an assessment is held: names its row of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldBy {
    pub(crate) of: Assessed,
    pub(crate) by: Body,
    pub(crate) form: AssessmentForm,
}

impl HeldBy {
    /// The name of a row.
    pub(crate) fn of(row: &Assessment) -> Self {
        Self { of: row.of, by: row.by, form: row.form() }
    }
}

/// When the next assessment by a row is due of somebody under an agreement with this first
/// and last day, the last result being of `last`. `None` where nothing falls due in that
/// time: what falls due after its last day is owed of the next agreement.
pub(crate) fn next_due(row: &Assessment, (from, until): (Day, Day), last: Option<Day>) -> Option<Day> {
    let every = row.every_months.as_ref()?;
    let counted = last.map_or(from, |last| last.max(from));
    let due = counted.saturating_add(jiff::Span::new().months(i64::from(every.value)));
    (due <= until.saturating_add(jiff::Span::new().days(1))).then(|| due.min(until))
}

/// At which move alone a fact of an assessment is told.
fn own_move(key: &str) -> Option<&'static str> {
    match key {
        FORM | ROUND => Some(OPENING),
        RESULT => Some("confirm"),
        key => Dimension::parse(key).map(|_| "score"),
    }
}

/// CAS-175. Upholds INVARIANT (at its own move).
pub(crate) fn told_elsewhere(regime: &Regime, matter: &Matter, at: &str, facts: &Facts) -> Option<Reason> {
    let elsewhere = |key: &&String| own_move(key).is_some_and(|own| own != at);
    let keys: Vec<String> = facts
        .keys()
        .filter(|_| matter.kind == MatterKind::Assessment)
        .filter(elsewhere)
        .map(|key| format!("`{key}` (`{}`)", own_move(key).unwrap_or(OPENING)))
        .collect();
    (!keys.is_empty()).then(|| {
        let what = format!("at `{at}` these facts are told, each of which has a move of its own: {}", keys.join(", "));
        let clause = regime.cite_clause(&matter.rules.source);
        Reason::new(reasons::NOT_AT_THIS_MOVE, what, clause, "leave them to whoever makes that move")
    })
}

/// The marks in the order of the rules, or the words of those that are missing or no mark.
pub(crate) fn marks(row: &Assessment, facts: &Facts) -> std::result::Result<Vec<u8>, Vec<&'static str>> {
    let mark = |word: &str| facts.get(word).and_then(|told| told.trim().parse::<u8>().ok()).filter(|mark| *mark <= 100);
    let missing: Vec<&'static str> =
        row.scored().iter().map(|one| one.word()).filter(|word| mark(word).is_none()).collect();
    if missing.is_empty() { Ok(row.scored().iter().filter_map(|one| mark(one.word())).collect()) } else { Err(missing) }
}

/// `86.25`, from hundredths.
pub(crate) fn points(total: u32) -> String {
    format!("{}.{:02}", total / 100, total % 100)
}

impl Casework {
    /// CAS-095, CAS-125, CAS-165, CAS-175 against opening an assessment by these roles, the
    /// row that it would be held by, and the indicators that it would ask for.
    pub(crate) async fn against_assessment(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        (subject_roles, known): (&[Role], &Actor),
        found: &mut Vec<Reason>,
    ) -> Result<Option<(HeldBy, Vec<Indicator>)>> {
        if matter.kind != MatterKind::Assessment {
            return Ok(None);
        }
        let regime = self.registry().regime();
        found.extend(told_elsewhere(regime, matter, OPENING, &matter.facts));
        found.extend(processors::told_counts(regime, matter, &matter.facts));
        let Some(row) = self.row_by(turn, matter, subject_roles, &known.roles).await? else {
            let form = form_of(&matter.facts).map_or("a form that there is not", AssessmentForm::zh);
            let what = format!("in your role the document gives you no {form} of what it would be about");
            let clause = regime.cite_clause(&matter.rules.source);
            let instead = known_rows(regime, &known.roles);
            found.push(Reason::new(reasons::NO_SUCH_ASSESSMENT, what, clause, instead));
            return Ok(None);
        };
        let held_by = HeldBy::of(row);
        if let Some(told) = matter.facts.get(ROUND) {
            let number = told.trim().parse().unwrap_or_default();
            if !store::is_round(turn.change(), number, held_by, &matter.opener).await? {
                return Err(malformed("the fact `round` is the number of no such round of your organisation"));
            }
        }
        let indicators = self.indicators_for(turn, matter, row, found).await?;
        Ok(Some((held_by, indicators)))
    }

    async fn row_by(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        roles: &[Role],
        by: &[Role],
    ) -> Result<Option<&Assessment>> {
        let (Some(subject), Some(form)) = (SubjectKind::of(&matter.subject), form_of(&matter.facts)) else {
            return Ok(None);
        };
        if subject == SubjectKind::Matter {
            // A product is known here by the matter of its registration and listing.
            let id = shuyu_model::id::MatterId::parse(&matter.subject);
            let Ok(id) = id else { return Ok(None) };
            if matters::matter(&mut Book::Change(turn.change()), &id).await?.kind != MatterKind::Product {
                return Ok(None);
            }
        }
        Ok(self.registry().regime().assessment_for((subject, roles), by, form))
    }

    /// The row of the rules that an assessment is held by; `None` of what is none, and
    /// where none was kept or the rules have it no more. Upholds INVARIANT (one row).
    pub(crate) async fn row_of(&self, turn: &mut Turn, matter: &Matter) -> Result<Option<&Assessment>> {
        if matter.kind != MatterKind::Assessment {
            return Ok(None);
        }
        let held = store::held_by(turn.change(), &matter.id).await?;
        Ok(held.and_then(|held| self.registry().regime().assessment_row(held.of, held.by, held.form)))
    }

    /// CAS-125, CAS-166 to CAS-170, CAS-175 and CAS-176 against a move of an assessment. Upholds INVARIANT (computed).
    pub(crate) async fn against_scoring(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
    ) -> Result<Vec<Reason>> {
        let mut found = Vec::new();
        if matter.kind != MatterKind::Assessment {
            return Ok(found);
        }
        let (regime, today) = (self.registry().regime(), turn.change().now().day());
        found.extend(told_elsewhere(regime, matter, &named.name, &named.facts));
        found.extend(processors::told_counts(regime, matter, &named.facts));
        let Some(row) = self.row_of(turn, matter).await? else {
            if named.name != "cancel" {
                let what = "the rules in force have no row by which this assessment is held";
                let clause = regime.cite_clause(&matter.rules.source);
                let instead = "cancel it, and open it anew under the rules in force";
                found.push(Reason::new(reasons::HELD_BY_NO_ROW, what, clause, instead));
            }
            return Ok(found);
        };
        let mut facts = matter.facts.clone();
        facts.extend(named.facts.clone());
        match named.name.as_str() {
            "score" => {
                if let Some(due) = matter.due.filter(|due| matter.state == "open" && today <= due.day) {
                    let what = format!("the assessed has until {} to give its material", due.day);
                    let clause = regime.cite_clause(&row.source);
                    found.push(Reason::new(reasons::MATERIAL_NOT_DUE, what, clause, "wait for it, or for that day"));
                }
                found.extend(unmarked(regime, row, &facts));
            }
            "confirm" => found.extend(against_result(regime, row, &facts)),
            "apply" | "accept" => {
                if let Some(to) = row.filed_outside().filter(|_| matter.state == "result") {
                    let what = format!("the result has not been filed with {}", to.value.zh());
                    found.push(regime.reason(reasons::COPY_OWED, to, what, "file it first (`file`), with the receipt"));
                }
                if named.name == "accept" && facts.get(RESULT).map(String::as_str) != Some(PASSED) {
                    let clause = regime.cite_clause(&row.source);
                    let what = "the assessment that it would rest on was not passed";
                    let instead = "put the result to use in another way (`apply`), and assess again";
                    found.push(Reason::new(reasons::ASSESSMENT_NOT_PASSED, what, clause, instead));
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// What a move of an assessment leaves behind: its result. Upholds INVARIANT (kept).
    pub(crate) async fn assessment_moved(&self, turn: &mut Turn, matter: &Matter, name: &str) -> Result<()> {
        if (matter.kind, name) != (MatterKind::Assessment, "confirm") {
            return Ok(());
        }
        let damaged = |what: &str| CaseworkError::Damaged { id: matter.id.to_string(), what: what.to_owned() };
        let row = self.row_of(turn, matter).await?.ok_or_else(|| damaged("it is held by no row of the rules"))?;
        let organisation = matter.subject_organisation.clone().ok_or_else(|| damaged("it is about nobody"))?;
        let asked = self.asked_items(turn, &matter.id, Some(row)).await?;
        let asked: Vec<String> = asked.into_iter().map(|asked| asked.what).collect();
        let given = store::items(&mut Book::Change(turn.change()), &matter.id).await?;
        let is_given = |item: &&String| !given.iter().any(|one| one.item == **item);
        let papers = self.registry().papers_missing_in(turn, &organisation).await?;
        let marked = marks(row, &matter.facts).unwrap_or_default();
        let words = row.scored().iter().map(|one| one.word().to_owned());
        let regime = self.registry().regime();
        let held = Held {
            matter: matter.id.clone(),
            form: row.form(),
            held_by: Some(HeldBy::of(row)),
            organisation,
            subject: matter.subject.clone(),
            round: matter.facts.get(ROUND).and_then(|round| round.parse().ok()),
            total: row.total(&marked),
            marks: words.zip(marked).collect(),
            result: matter.facts.get(RESULT).cloned(),
            items_missing: asked.iter().filter(is_given).cloned().collect(),
            items_late: given.iter().filter(|one| one.is_late).map(|one| one.item.clone()).collect(),
            papers_missing: papers.into_iter().map(|kind| kind.word().to_owned()).collect(),
            clause: regime.cite_clause(&row.source),
            confirmed_at: turn.change().now(),
        };
        store::insert_result(turn.change(), &held).await
    }
}

/// What somebody may assess, in words.
fn known_rows(regime: &Regime, roles: &[Role]) -> String {
    let own = regime.assessment.iter().filter(|row| roles.contains(&row.entered_by()));
    let words: Vec<String> = own.map(|row| format!("{} of {}", row.form().word(), row.of.word())).collect();
    match words.as_slice() {
        [] => "leave it to the body that the document names".to_owned(),
        words => format!("yours are: {} (`form` names one that is no assessment)", words.join(", ")),
    }
}

/// CAS-166.
fn unmarked(regime: &Regime, row: &Assessment, facts: &Facts) -> Option<Reason> {
    let missing = marks(row, facts).err()?;
    let scored = row.dimensions.as_ref()?;
    let what = format!("no mark from 0 to 100 is told for: {}", missing.join(", "));
    Some(regime.reason(reasons::UNMARKED, scored, what, "tell each as a whole number in `facts`"))
}

/// CAS-167, and CAS-027 for what else a result of this kind says.
fn against_result(regime: &Regime, row: &Assessment, facts: &Facts) -> Vec<Reason> {
    let mut found = Vec::new();
    let told = facts.get(RESULT).map(|told| told.trim());
    let total = marks(row, facts).ok().and_then(|marks| row.total(&marks));
    if let (Some(min), Some(total)) = (&row.pass_min, total) {
        let by_score = if row.passes(total) == Some(true) { PASSED } else { FAILED };
        if told != Some(by_score) {
            let what = format!("the total is {}, the threshold {}: that is `{by_score}`", points(total), min.value);
            let instead = format!("tell `result` as `{by_score}`, or have it scored anew");
            found.push(regime.reason(reasons::RESULT_NOT_BY_SCORE, min, what, instead));
        }
    }
    if let Some(tells) = &row.tells {
        let is_missing = |key: &&String| facts.get(*key).is_none_or(|told| told.trim().is_empty());
        let missing: Vec<&str> = tells.value.iter().filter(is_missing).map(String::as_str).collect();
        if !missing.is_empty() {
            let what = format!("at `confirm` these contents are missing: {}", missing.join(", "));
            found.push(regime.reason(reasons::CONTENTS_MISSING, tells, what, "tell them in `facts`"));
        }
    }
    found
}
