//! What memory knows of applicants: who was chosen, who answered what an admission asks,
//! and what of the past rules one out.
//!
//! INVARIANT (chosen before signed): no operator agreement's case opens but for whom a
//! selection has chosen in time, and who still may be.
//!
//! Selections in which nobody applies are opened and moved like any matter (`walks.rs`):
//! they come as far as their check, and fail.

use shuyu_casework::{NewMatter, NewStance, Stance, testing};
use shuyu_model::candidacy::{ChosenAs, FOR_CAUSE, Record, free_from};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Disqualification;
use shuyu_model::{Actor, Day, Role, Verdict};
use shuyu_registry::{AgreementKind, AgreementState};

use crate::city::City;
use crate::memory::{Agreement, Matter, Memory, Org, Thing, need};

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
            // Nobody calls the group together here.
            MatterKind::Coordination if ["decide", "decline"].contains(&name) => {
                need(self.regime.group.is_none(), "the group has not met", found);
            }
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
        let asks = self.rules(matter.kind).opinions.as_ref().is_some_and(|rule| rule.at == name);
        need(!asks || matter.is_answered, "no opinions", found);
    }

    /// Whether a selection is opened by a method of the document, where one is told.
    pub(crate) fn is_method(&self, new: &NewMatter) -> bool {
        let methods = &self.regime.selection.methods.value;
        let told = new.facts.get("method").filter(|_| new.kind == MatterKind::OperatorSelection);
        told.is_none_or(|told| methods.iter().any(|known| known.word() == told))
    }

    /// Whether an agreement of an operator follows one in force, between the same parties,
    /// on the day after its last.
    pub(crate) fn continues(&self, new: &Agreement) -> bool {
        self.agreements.iter().any(|old| {
            old.kind == AgreementKind::Operator
                && (&old.grantor, &old.grantee) == (&new.grantor, &new.grantee)
                && old.state == AgreementState::InForce
                && old.until.saturating_add(jiff::Span::new().days(1)) == new.from
        })
    }

    /// Why an operator agreement's case does not open for want of a selection.
    pub(crate) fn unselected(&self, thing: &Thing, found: &mut Vec<&'static str>) {
        let Thing::Agreement(at) = thing else { return };
        let new = &self.agreements[*at];
        if new.kind == AgreementKind::Processing {
            return self.unchosen_processor(new, found);
        }
        if new.kind != AgreementKind::Operator {
            return;
        }
        let is_fixed = self.regime.agreement.term_is_fixed_for.is_some();
        let is_full = new.until == shuyu_registry::last_day(&self.regime, new.from);
        need(!is_fixed || is_full, "another term than the one", found);
        let may_renew = self.regime.agreement.at_expiry.value.iter().any(|word| word == "renew");
        if may_renew && self.continues(new) {
            return;
        }
        let is_theirs = |chosen: &&(Org, Org, Day)| (&chosen.0, &chosen.1) == (&new.grantor, &new.grantee);
        // Where it is named, what is named is the first.
        let is_named = self.regime.agreement.names_selection.is_some();
        let all: Vec<_> = self.chosen.iter().filter(is_theirs).collect();
        let Some((_, _, day)) = (if is_named { all.first() } else { all.last() }) else {
            return found.push("not selected");
        };
        let months = i64::from(self.regime.selection.holds_months.value);
        need(self.today() <= day.saturating_add(jiff::Span::new().months(months)), "chosen long ago", found);
        let grounds = &self.regime.selection.disqualifications;
        need(!self.is_ruled_out(grounds, &new.grantee, *day), "ruled out", found);
    }
}

impl Memory {
    /// The same for a processor, whose choice holds for a cycle.
    fn unchosen_processor(&self, new: &Agreement, found: &mut Vec<&'static str>) {
        let Some(rules) = self.regime.processor.as_ref().filter(|rules| rules.selection_required.is_some()) else {
            return;
        };
        let is_theirs = |chosen: &&(Org, Org, Day)| (&chosen.0, &chosen.1) == (&new.grantor, &new.grantee);
        let Some((_, _, day)) = self.chosen.iter().rev().find(is_theirs) else { return found.push("not selected") };
        let years = i64::from(rules.cycle_years.value);
        need(self.today() <= day.saturating_add(jiff::Span::new().years(years)), "chosen long ago", found);
    }

    /// A selection of operators names a scheme in force, where the document asks for one.
    pub(crate) fn rests_on_scheme(&self, new: &NewMatter, found: &mut Vec<&'static str>) {
        let is_asked = self.regime.selection.rests_on_scheme.as_ref().is_some_and(|rule| rule.value);
        let is_selection = new.kind == MatterKind::OperatorSelection;
        need(!is_selection || !is_asked, "no scheme", found);
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
        let is_processing = self.memory.agreements[*at].kind == AgreementKind::Processing;
        let chosen_as = if is_processing { ChosenAs::Processor } else { ChosenAs::Operator };
        testing::selected_as(&self.casework, opener, reviewer, &chosen.1, chosen_as).await;
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

    /// A body is asked for its opinion on a matter, and gives it.
    pub(crate) async fn ask_opinions(&mut self, at: usize, name: &str) {
        let matter = &self.memory.matters[at];
        let rule = self.memory.rules(matter.kind).opinions.as_ref();
        if rule.is_none_or(|rule| rule.at != name) || matter.is_answered || matter.is_ended() {
            return;
        }
        let of = |role: Role| self.cast.iter().map(|(_, a)| a).find(|a| self.memory.is(a, role)).cloned();
        let (Some(bureau), Some(asked)) = (of(Role::Regulator), of(Role::Source)) else { return };
        let invited = self.casework.invite(&bureau, &matter.id, &asked.organisation).await.unwrap();
        let new = NewStance { stance: Stance::For, opinion: "同意该方案".into(), evidence: None };
        if matches!(invited, Verdict::Allow(())) {
            let given = self.casework.give_opinion(&asked, &matter.id, new).await.unwrap();
            self.memory.matters[at].is_answered = matches!(given, Verdict::Allow(()));
        }
        self.counts_events().await;
    }
}
