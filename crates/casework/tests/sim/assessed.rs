//! What memory knows of assessments: who may hold one, when it can be scored, what its
//! marks give, and which acts rest on a result.

use std::collections::BTreeMap;

use shuyu_casework::testing;
use shuyu_model::Actor;
use shuyu_model::id::AgreementId;
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::words::Effect;
use shuyu_model::regime::{Assessed, Assessment, AssessmentForm};
use shuyu_registry::{AgreementKind, AgreementState};

use crate::city::City;
use crate::memory::{Matter, Memory, Org, Thing, need};

impl Memory {
    /// The row by which an organisation assesses a subject of another.
    pub(crate) fn row(&self, subject: &str, of: Option<&Org>, by: &Org) -> Option<&Assessment> {
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
    }

    /// Against an act that rests on the latest result: a further agreement, or an exit.
    pub(crate) fn unassessed(&self, org: Option<&Org>, new: Option<&AgreementId>, found: &mut Vec<&'static str>) {
        let effect = if new.is_some() { Effect::Scope } else { Effect::Exit };
        let asks = |row: &&Assessment| row.of == Assessed::Operator && row.decides(effect);
        let (Some(row), Some(org)) = (self.regime.assessment.iter().find(asks), org) else { return };
        let theirs = self.agreements.iter().filter(|one| {
            one.kind == AgreementKind::Operator
                && one.state != AgreementState::Draft
                && one.grantee == *org
                && Some(&one.id) != new
        });
        let Some(since) = theirs.map(|one| one.from).min() else { return };
        let last = self.assessed.iter().filter(|(of, _)| of == org).map(|(_, day)| *day).max();
        let months = row.every_months.as_ref().map_or(12, |every| every.value);
        let next = last.unwrap_or(since).saturating_add(jiff::Span::new().months(i64::from(months)));
        let is_overdue = next < self.today();
        let holds = if new.is_some() { last.is_some() && !is_overdue } else { last.is_some() || !is_overdue };
        need(holds, "no result in time", found);
    }
}

impl City {
    /// The agency holds an assessment of an operator that asks for a further agreement,
    /// where it has none in time.
    pub(crate) async fn assess_operator(&mut self, thing: &Thing) {
        let Thing::Agreement(at) = thing else { return };
        let new = &self.memory.agreements[*at];
        let mut found = Vec::new();
        self.memory.unassessed(Some(&new.grantee), Some(&new.id), &mut found);
        if new.kind != AgreementKind::Operator || found.is_empty() {
            return;
        }
        let (grantor, grantee) = (new.grantor.clone(), new.grantee.clone());
        let agent: Option<Actor> =
            self.cast.iter().find(|(_, actor)| actor.organisation == grantor).map(|(_, actor)| actor.clone());
        let Some(agent) = agent else { return };
        testing::assessed(&self.casework, &agent, &grantee).await;
        self.memory.assessed.push((grantee, self.memory.today()));
        self.counts_events().await;
    }
}
