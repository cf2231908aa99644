//! What memory knows of applicants: who was chosen, who answered what an admission asks,
//! and what of the past rules one out.
//!
//! INVARIANT (chosen before signed): no operator agreement's case opens but for whom a
//! selection has chosen in time, and who still may be.
//!
//! Selections in which nobody applies are opened and moved like any matter (`walks.rs`):
//! they come as far as their check, and fail.

use shuyu_casework::{NewMatter, testing};
use shuyu_model::candidacy::{FOR_CAUSE, Record, free_from};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Disqualification;
use shuyu_model::{Actor, Day, Role};
use shuyu_registry::{AgreementKind, AgreementState};

use crate::city::City;
use crate::memory::{Matter, Memory, Org, Thing, need};

/// In these an incident is no false alarm any more.
const CONFIRMED: [&str; 5] = ["assessed", "contained", "resumed", "terminated", "reviewed"];

impl Memory {
    /// Whether something that everybody can remember rules this organisation out.
    fn is_ruled_out(&self, grounds: &[Disqualification], org: &Org, applied_on: Day) -> bool {
        let counts = |ground: &Disqualification, record: Record| {
            ground.counts.as_ref().is_some_and(|counts| counts.value.contains(&record))
        };
        grounds.iter().any(|ground| {
            let is_recent = |day: Day| ground.look_back_years.is_none_or(|years| applied_on < free_from(day, years));
            let had_incident = self.matters.iter().any(|matter| {
                matter.kind == MatterKind::Incident
                    && matter.subject_org.as_ref() == Some(org)
                    && CONFIRMED.contains(&matter.state)
                    && is_recent(matter.made[0].day)
            });
            let ended = self.agreements.iter().any(|agreement| {
                let ground = agreement.ended_ground.as_deref();
                agreement.grantee == *org && ground.is_some_and(|ground| FOR_CAUSE.contains(&ground))
            });
            counts(ground, Record::Incident) && had_incident || counts(ground, Record::EndedForCause) && ended
        })
    }

    /// What a move asks of who applied.
    pub(crate) fn applicants(&self, matter: &Matter, name: &str, found: &mut Vec<&'static str>) {
        const OF_A_CHOICE: [&str; 7] =
            ["check", "evaluate", "decide_collectively", "approve", "publish_notice", "select", "sign"];
        match matter.kind {
            MatterKind::OperatorSelection => need(!OF_A_CHOICE.contains(&name), "nobody stands", found),
            MatterKind::EntityOnboarding if ["review", "sign", "admit"].contains(&name) => {
                let Some(rules) = &self.regime.entity else { return };
                // Where the document names none, the operators have entered one each (`city.rs`).
                let is_asked = true;
                need(!is_asked || matter.is_answered, "unanswered", found);
                let entity = matter.subject_org.as_ref().unwrap();
                let is_out = self.is_ruled_out(&rules.disqualifications, entity, matter.made[0].day);
                need(!is_out, "ruled out", found);
            }
            _ => {}
        }
    }

    /// Whether a selection is opened by a method of the document, where one is told.
    pub(crate) fn is_method(&self, new: &NewMatter) -> bool {
        let methods = &self.regime.selection.methods.value;
        let told = new.facts.get("method").filter(|_| new.kind == MatterKind::OperatorSelection);
        told.is_none_or(|told| methods.iter().any(|known| known.word() == told))
    }

    /// Why an operator agreement's case does not open for want of a selection.
    pub(crate) fn unselected(&self, thing: &Thing, found: &mut Vec<&'static str>) {
        let Thing::Agreement(at) = thing else { return };
        let new = &self.agreements[*at];
        if new.kind != AgreementKind::Operator {
            return;
        }
        let continues = self.agreements.iter().any(|old| {
            old.kind == AgreementKind::Operator
                && (&old.grantor, &old.grantee) == (&new.grantor, &new.grantee)
                && old.state == AgreementState::InForce
                && old.until.saturating_add(jiff::Span::new().days(1)) == new.from
        });
        let may_renew = self.regime.agreement.at_expiry.value.iter().any(|word| word == "renew");
        if may_renew && continues {
            return;
        }
        let is_theirs = |chosen: &&(Org, Org, Day)| (&chosen.0, &chosen.1) == (&new.grantor, &new.grantee);
        let Some((_, _, day)) = self.chosen.iter().rev().find(is_theirs) else {
            return found.push("not selected");
        };
        let months = i64::from(self.regime.selection.holds_months.value);
        need(self.today() <= day.saturating_add(jiff::Span::new().months(months)), "chosen long ago", found);
        let grounds = &self.regime.selection.disqualifications;
        need(!self.is_ruled_out(grounds, &new.grantee, *day), "ruled out", found);
    }
}

impl City {
    /// What was said beside the acts that are judged has its events, too.
    pub(crate) async fn counts_events(&mut self) {
        self.head = self.town.ledger().journal_head().await.unwrap();
    }

    /// The agency chooses the operator of a draft, where it has not lately.
    pub(crate) async fn choose_operator(&mut self, thing: &Thing) {
        let mut found = Vec::new();
        self.memory.unselected(thing, &mut found);
        let Thing::Agreement(at) = thing else { return };
        if !found.contains(&"not selected") && !found.contains(&"chosen long ago") {
            return;
        }
        let (grantor, grantee) = (&self.memory.agreements[*at].grantor, &self.memory.agreements[*at].grantee);
        let people: Vec<Actor> =
            self.cast.iter().filter(|(_, actor)| actor.organisation == *grantor).map(|(_, a)| a.clone()).collect();
        let (Some(opener), Some(reviewer)) = (people.first(), people.last()) else { return };
        let chosen = (grantor.clone(), grantee.clone(), self.memory.today());
        testing::selected(&self.casework, opener, reviewer, &chosen.1).await;
        self.memory.chosen.push(chosen);
        self.counts_events().await;
    }

    /// An entity answers what it is asked, and the operator judges it, where both can.
    pub(crate) async fn answer_admission(&mut self, at: usize) {
        let matter = &self.memory.matters[at];
        if matter.kind != MatterKind::EntityOnboarding || matter.state != "applied" || matter.is_answered {
            return;
        }
        let of = |org: Option<&Org>, may: &dyn Fn(&Actor) -> bool| {
            self.cast.iter().map(|(_, actor)| actor).find(|a| Some(&a.organisation) == org && may(a)).cloned()
        };
        let applicant = of(matter.subject_org.as_ref(), &|actor| self.memory.is_anybody(actor));
        let reviewer = of(matter.counterparty.as_ref(), &|actor| self.memory.is(actor, Role::Operator));
        let (Some(applicant), Some(reviewer)) = (applicant, reviewer) else { return };
        testing::complete(&self.casework, &matter.id, &applicant, &reviewer).await;
        self.memory.matters[at].is_answered = true;
        self.counts_events().await;
    }
}
