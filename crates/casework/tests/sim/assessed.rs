//! What memory knows of assessments: who may hold one, when it can be scored, what its
//! marks give, and which acts rest on a result.

use std::collections::BTreeMap;

use shuyu_casework::testing;
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::words::Effect;
use shuyu_model::regime::{Assessed, Assessment, AssessmentForm};
use shuyu_model::{Actor, Day};
use shuyu_registry::{AgreementKind, AgreementState};

use crate::city::City;
use crate::memory::{Agreement, Matter, Memory, Org, Thing, need};

impl Memory {
    /// The row by which an organisation assesses a subject of another.
    pub(crate) fn row(&self, subject: &str, of: Option<&Org>, by: &Org) -> Option<&Assessment> {
        // Of matters, a product's alone stands for something that can be assessed.
        let known = self.matters.iter().find(|matter| matter.id.as_str() == subject);
        if known.is_some_and(|matter| matter.kind != MatterKind::Product) {
            return None;
        }
        let roles = of.map(|of| self.roles_of[of].clone()).unwrap_or_default();
        self.regime.assessment_for((SubjectKind::of(subject)?, &roles), &self.roles_of[by], AssessmentForm::Assessment)
    }

    /// Against a move of an assessment.
    pub(crate) fn scoring(
        &self,
        matter: &Matter,
        name: &str,
        facts: &BTreeMap<String, String>,
        found: &mut Vec<&'static str>,
    ) {
        let row = self.row(&matter.subject, matter.subject_org.as_ref(), &matter.opener);
        let Some(row) = row.filter(|_| matter.kind == MatterKind::Assessment) else { return };
        let told = row.scored().iter().map(|one| facts.get(one.word()).and_then(|told| told.parse().ok()));
        let marks: Option<Vec<u8>> = told.collect();
        let marks = marks.filter(|marks| marks.iter().all(|mark| *mark <= 100));
        if name == "score" {
            need(matter.state != "open" || matter.due.is_some_and(|due| due.day < self.today()), "not due", found);
            need(marks.is_some(), "no marks", found);
        } else if let (Some(marks), Some(min), "confirm") = (marks, &row.pass_min, name) {
            let passes = row.total(&marks).unwrap() >= u32::from(min.value) * 100;
            let by_score = if passes { "passed" } else { "failed" };
            need(facts.get("result").map(String::as_str) == Some(by_score), "another result", found);
        }
        if let ("confirm", Some(tells)) = (name, &row.tells) {
            let is_told = |key: &String| facts.get(key).is_some_and(|told| !told.trim().is_empty());
            need(tells.value.iter().all(is_told), "verdicts missing", found);
        }
        if matches!(name, "apply" | "accept") {
            need(matter.state != "result" || row.filed_outside().is_none(), "not filed outside", found);
            need(name == "apply" || facts.get("result").is_some_and(|told| told == "passed"), "not passed", found);
        }
    }

    /// Against an act that rests on the latest results: a further agreement, or an exit.
    /// Each form of assessment that the document lets decide on it is asked for.
    pub(crate) fn unassessed(&self, org: Option<&Org>, new: Option<&Agreement>, found: &mut Vec<&'static str>) {
        let Some(org) = org else { return };
        let effects: &[Effect] = match new {
            None => &[Effect::Exit],
            Some(new) if self.continues(new) => &[Effect::Renewal, Effect::Reapplication],
            Some(_) => &[Effect::Renewal, Effect::Reapplication, Effect::Scope],
        };
        let theirs = self.agreements.iter().filter(|one| {
            one.kind == AgreementKind::Operator
                && one.state != AgreementState::Draft
                && one.grantee == *org
                && Some(&one.id) != new.map(|new| &new.id)
        });
        let theirs: Vec<_> = theirs.collect();
        if theirs.is_empty() {
            return;
        }
        let rows = self.regime.assessment.iter().filter(|row| row.of == Assessed::Operator);
        for row in rows.filter(|row| effects.iter().any(|effect| row.decides(*effect))) {
            let last = self.last_assessed(org, row.form());
            let months = row.every_months.as_ref().map(|every| jiff::Span::new().months(i64::from(every.value)));
            // Owed within each term that was not ended before its day.
            let is_overdue = theirs.iter().filter(|one| one.is_of_operator()).any(|one| {
                let Some(months) = months else { return false };
                let due = last.map_or(one.from, |last| last.max(one.from)).saturating_add(months);
                due <= one.until.saturating_add(jiff::Span::new().days(1)) && due.min(one.until) < self.today()
            });
            let holds = !is_overdue && (new.is_none() || last.is_some());
            need(holds, "no result in time", found);
        }
    }

    /// The day of the last confirmed result of an organisation in this form.
    pub(crate) fn last_assessed(&self, org: &Org, form: AssessmentForm) -> Option<Day> {
        let is_it = |known: &&(Org, AssessmentForm, Day)| known.0 == *org && known.1 == form;
        self.assessed.iter().filter(is_it).map(|(_, _, day)| *day).max()
    }
}

impl City {
    /// The agency holds an assessment of an operator that asks for a further agreement,
    /// where it has none in time.
    pub(crate) async fn assess_operator(&mut self, thing: &Thing) {
        let Thing::Agreement(at) = thing else { return };
        let new = &self.memory.agreements[*at];
        let mut found = Vec::new();
        self.memory.unassessed(Some(&new.grantee), Some(new), &mut found);
        if new.kind != AgreementKind::Operator || found.is_empty() {
            return;
        }
        let (grantor, grantee) = (new.grantor.clone(), new.grantee.clone());
        let agent: Option<Actor> =
            self.cast.iter().find(|(_, actor)| actor.organisation == grantor).map(|(_, actor)| actor.clone());
        let Some(agent) = agent else { return };
        testing::assessed(&self.casework, &agent, &grantee).await;
        let today = self.memory.today();
        let rows = self.memory.regime.assessment.iter().filter(|row| row.of == Assessed::Operator);
        self.memory.assessed.extend(rows.map(|row| (grantee.clone(), row.form(), today)));
        self.counts_events().await;
    }
}
