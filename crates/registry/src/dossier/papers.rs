//! Entering, answering and withdrawing papers.

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PaperId};
use shuyu_model::regime::{PaperAct, PaperKind, PaperRules};
use shuyu_model::{Actor, Reason, Reasons, Role, Verdict};

use super::on_file::{Parties, against};
use super::paper::{Answer, NewPaper, Paper, PaperAnswer};
use super::store;
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::store::Book;
use crate::world::World;
use crate::{Registry, RegistryError, Turn, decide, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

fn malformed(fault: impl Into<String>) -> RegistryError {
    RegistryError::Malformed { faults: vec![fault.into()] }
}

impl Registry {
    pub(super) fn paper_rules(&self, kind: PaperKind) -> Result<&PaperRules> {
        self.regime().dossier.get(&kind).ok_or_else(|| {
            let known: Vec<&str> = self.regime().dossier.keys().map(|kind| kind.word()).collect();
            malformed(format!("`kind`: these rules ask for no {}; they know: {}", kind.word(), known.join(", ")))
        })
    }

    /// Enters a paper of the actor's organisation (whoever acts in the role that the
    /// rules ask it of).
    pub async fn enter_paper(
        &self,
        actor: &Actor,
        organisation: &OrganisationId,
        new: NewPaper,
    ) -> Result<Verdict<PaperId>> {
        let rules = self.paper_rules(new.kind)?;
        RegistryError::of_faults(new.faults(rules, self.now().day()))?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        world.organisation(organisation)?;
        let (paper, put_aside) = self.entered(actor, organisation, &world, rules, new)?;
        let mut found = Vec::new();
        self.may_keep(&world, actor, organisation, rules, &mut found);
        if let Some(scenario) = &paper.scenario {
            let operator = &world.scenario(scenario)?.operator;
            found.extend(self.unless_own(&world, actor, operator, self.regime().cite_clause(&rules.source)));
        }
        found.extend(self.incomplete(rules, &paper));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "paper.entry_refused", organisation.as_str(), reasons).await;
        }
        store::insert(turn.change(), &paper).await?;
        if let Some(older) = put_aside {
            store::set_replaced(turn.change(), &older, &paper.id).await?;
        }
        turn.touch(Basis::Organisation(organisation.clone()));
        let facts = json!({
            "organisation": organisation, "kind": paper.kind, "version": paper.version, "scenario": paper.scenario,
            "valid_until": paper.valid_until, "replaces": paper.replaces,
        });
        let event = Event::done(Some(actor), "paper.entered", paper.id.as_str()).facts(facts).under(self.regime());
        let event = event.citing(self.regime().cite_clause(&rules.source));
        turn.commit(event.digests(None, Some(paper.digest))).await?;
        Ok(Verdict::Allow(paper.id))
    }

    /// The row, with its place among the versions, and the version that it puts aside at
    /// once. One in effect stays until its successor has the answer that the rules want
    /// (INVARIANT (answered first)).
    fn entered(
        &self,
        actor: &Actor,
        organisation: &OrganisationId,
        world: &World,
        rules: &PaperRules,
        new: NewPaper,
    ) -> Result<(Paper, Option<PaperId>)> {
        let NewPaper { kind, scenario, title, issuer, number, issued_on, valid_until, digest, particulars, replaces } =
            new;
        let current: Vec<&Paper> = world.papers_of(organisation, kind, scenario.as_ref()).collect();
        let older = replaces.map(|named| named_in(&current, &named)).transpose()?;
        if let Some(known) = current.first().filter(|_| older.is_none() && !kind.is_many()) {
            let what = format!("there is {} already; name it in `replaces`, or withdraw it", known.id);
            return Err(RegistryError::conflict(what));
        }
        let stays = older.filter(|older| rules.answered_by().is_some() && older.is_answered(rules));
        let put_aside = older.filter(|_| stays.is_none()).map(|older| older.id.clone());
        // What is put aside unanswered hands on what it was to replace.
        let unanswered = older.filter(|older| !older.is_answered(rules));
        let replaces = match unanswered {
            Some(draft) => draft.replaces.clone(),
            None => older.map(|older| older.id.clone()),
        };
        let version = older.map_or(1, |older| older.version.saturating_add(1));
        let id = self.ledger().new_id();
        let paper = Paper {
            id,
            organisation: organisation.clone(),
            kind,
            scenario,
            title,
            issuer,
            number,
            version,
            issued_on,
            valid_until,
            digest,
            particulars,
            replaces,
            replaced_by: None,
            entered_by: actor.person.clone(),
            entered_at: self.now(),
            answer: None,
            answered_by: None,
            answered_at: None,
            answer_note: None,
            withdrawn_at: None,
            withdrawn_ground: None,
        };
        Ok((paper, put_aside))
    }

    /// REG-011, REG-010: the role that it is asked of, for the own organisation.
    fn may_keep(
        &self,
        world: &World,
        actor: &Actor,
        organisation: &OrganisationId,
        rules: &PaperRules,
        found: &mut Vec<Reason>,
    ) {
        decide::role(&self.asked(world), actor, &rules.of, found);
        found.extend(self.unless_own(world, actor, organisation, self.regime().cite_clause(&rules.source)));
    }

    /// REG-043.
    fn incomplete(&self, rules: &PaperRules, paper: &Paper) -> Option<Reason> {
        let rule = rules.must_hold.as_ref()?;
        let missing: Vec<String> = rule
            .value
            .iter()
            .filter(|held| !paper.holds(**held))
            .map(|held| format!("{} ({})", held.word(), held.zh()))
            .collect();
        (!missing.is_empty()).then(|| {
            let what = format!(
                "a {} ({}) must hold what this does not: {}",
                paper.kind.word(),
                paper.kind.zh(),
                missing.join(", ")
            );
            self.regime().reason(reasons::PAPER_INCOMPLETE, rule, what, "tell these too")
        })
    }

    /// Consents to a paper or refuses it, or says that a copy was received: whoever
    /// the rules name, but not about the own organisation's.
    pub async fn answer_paper(&self, actor: &Actor, id: &PaperId, said: PaperAnswer) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("note", &said.note, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let (world, paper) = self.current_paper(&mut turn, id).await?;
        let rules = self.paper_rules(paper.kind)?;
        let Some(by) = rules.answered_by() else {
            return Err(malformed("nobody answers a paper of this kind; it counts once it is entered"));
        };
        let known: &[Answer] =
            if rules.consent_by.is_some() { &[Answer::Consented, Answer::Refused] } else { &[Answer::Received] };
        if !known.contains(&said.answer) {
            let known: Vec<&str> = known.iter().map(|answer| answer.word()).collect();
            return Err(malformed(format!("`answer` is one of: {}", known.join(", "))));
        }
        if paper.answer.is_some() {
            return Err(RegistryError::conflict(format!("{id} was answered before; a newer version is answered anew")));
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[by.value], &mut found);
        if actor.organisation == paper.organisation {
            let what = "it is the paper of your own organisation";
            found.push(self.regime().reason(
                reasons::OWN_PAPER,
                by,
                what,
                "leave it to another organisation in that role",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "paper.answer_refused", id.as_str(), reasons).await;
        }
        store::set_answer(turn.change(), id, &actor.person, &said).await?;
        if let Some(older) = paper.replaces.as_ref().filter(|_| said.answer != Answer::Refused) {
            store::set_replaced(turn.change(), older, id).await?;
        }
        let action = match said.answer {
            Answer::Consented => "paper.consented",
            Answer::Refused => "paper.refused",
            Answer::Received => "paper.received",
        };
        turn.touch(Basis::Organisation(paper.organisation.clone()));
        let facts = json!({ "organisation": paper.organisation, "kind": paper.kind, "version": paper.version });
        let event = Event::done(Some(actor), action, id.as_str()).facts(facts).under(self.regime());
        let event = event.digests(None, Some(paper.digest)).citing(self.regime().cite(by));
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Takes a paper of the own organisation back, with the reason. What waited for it
    /// waits again.
    pub async fn withdraw_paper(&self, actor: &Actor, id: &PaperId, ground: &str) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("ground", ground, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let (world, paper) = self.current_paper(&mut turn, id).await?;
        let rules = self.paper_rules(paper.kind)?;
        let mut found = Vec::new();
        self.may_keep(&world, actor, &paper.organisation, rules, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "paper.withdrawal_refused", id.as_str(), reasons).await;
        }
        store::set_withdrawn(turn.change(), id, ground).await?;
        turn.touch(Basis::Organisation(paper.organisation.clone()));
        let facts = json!({ "organisation": paper.organisation, "kind": paper.kind, "ground": ground });
        let event = Event::done(Some(actor), "paper.withdrawn", id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.digests(Some(paper.digest), None)).await?;
        Ok(Verdict::Allow(()))
    }

    /// A paper that nothing has replaced and nobody withdrew.
    async fn current_paper(&self, turn: &mut Turn, id: &PaperId) -> Result<(std::sync::Arc<World>, Paper)> {
        let owner = store::owner(&mut Book::Change(turn.change()), id).await?;
        let owner = owner.ok_or_else(|| RegistryError::unknown("paper", id.as_str()))?;
        let world = self.world_in(turn).await?;
        let paper = world.papers.get(&owner).into_iter().flatten().find(|paper| paper.id == *id).cloned();
        let over = || RegistryError::conflict(format!("{id} is history: it was replaced or withdrawn"));
        let paper = paper.ok_or_else(over)?;
        Ok((world, Paper::clone(&paper)))
    }

    /// The papers that an entity's admission by an operator waits for.
    pub async fn against_admission_in(
        &self,
        turn: &mut Turn,
        entity: &OrganisationId,
        operator: &OrganisationId,
    ) -> Result<Vec<Reason>> {
        let world = self.world_in(turn).await?;
        let parties = Parties::default().with(Role::Operator, [operator]).with(Role::Entity, [entity]);
        let mut found = Vec::new();
        against(&self.asked(&world), PaperAct::Admission, &parties, None, &mut found);
        Ok(found)
    }

    /// Whose a paper is, be it replaced or withdrawn meanwhile; `None` where there is none.
    pub async fn paper_holder_in(&self, turn: &mut Turn, id: &PaperId) -> Result<Option<OrganisationId>> {
        store::owner(&mut Book::Change(turn.change()), id).await
    }

    /// The rules on file by which an operator admits entities and sends them away
    /// (入驻退出规范); `None` where the document asks for none or none is in order.
    pub async fn entity_rules_in(&self, turn: &mut Turn, operator: &OrganisationId) -> Result<Option<Paper>> {
        let (world, today) = (self.world_in(turn).await?, self.now().day());
        let Some(rules) = self.regime().dossier.get(&PaperKind::EntityRules) else { return Ok(None) };
        let mut papers = world.papers_of(operator, PaperKind::EntityRules, None);
        Ok(papers.find(|paper| paper.state(rules, today) == super::paper::PaperState::InOrder).cloned())
    }

    /// The papers of an operator that the review of its release waits for.
    pub async fn against_release_in(&self, turn: &mut Turn, operator: &OrganisationId) -> Result<Vec<Reason>> {
        let world = self.world_in(turn).await?;
        let parties = Parties::default().with(Role::Operator, [operator]);
        let mut found = Vec::new();
        against(&self.asked(&world), PaperAct::ReleaseReview, &parties, None, &mut found);
        Ok(found)
    }
}

/// The paper that a newer version names: the last of its line.
fn named_in<'a>(current: &[&'a Paper], named: &PaperId) -> Result<&'a Paper> {
    let known = current.iter().find(|paper| paper.id == *named);
    let known = known.ok_or_else(|| malformed("`replaces` names no paper of this kind that is current there"))?;
    match current.iter().find(|paper| paper.replaces.as_ref() == Some(named)) {
        None => Ok(known),
        Some(newer) => {
            Err(RegistryError::conflict(format!("{} is the newer version of it; replace that one", newer.id)))
        }
    }
}
