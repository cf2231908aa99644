//! Making a move in a matter, filing its copies, looking at it.
//!
//! INVARIANT (moved is done): the row, the move, what it does to rights, its
//! copies to be filed and its event are one change.
//! INVARIANT (seen is moved): a move is made on the version that its maker saw.
//! INVARIANT (no values): an event holds the keys and the digest of what was told,
//! never the text.
//!
//! Not here: how a matter is opened (`opening.rs`), what speaks against a move
//! (`matter/guards.rs`).

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{AgreementId, MatterId, OrganisationId};
use shuyu_model::matter::{Effect, MatterKind, Transition};
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{MatterRules, MoveRule};
use shuyu_model::{Actor, Digest, Reason, Reasons, Time, Verdict};
use shuyu_registry::page::PAGE_ITEMS_MAX;
use shuyu_registry::{Listing, Page, Turn, canonical};

use crate::filing::{each_copy, without_receipt};
use crate::gates;
use crate::matter::guards::{self, Asked};
use crate::matter::{
    self, FACTS_MAX, Facts, MOVES_MAX, Matter, MatterFiling, MatterFilter, MatterItem, MatterMove, MatterView, Moved,
    effects, store,
};
use crate::store::Book;
use crate::{Casework, CaseworkError, districts, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// How many of the things that a move touched its event names; it counts them all.
/// An entry of the log has 65,535 bytes.
pub const TOUCHED_SHOWN_MAX: usize = 200;

/// How many of the matters that cite one its view names.
pub(crate) const CITING_SHOWN_MAX: usize = 200;

/// What the digest of a move covers.
#[derive(serde::Serialize)]
struct Told<'a> {
    matter: &'a MatterId,
    version: i64,
    name: &'a str,
    person: Option<&'a str>,
    reason: &'a str,
    evidence: Option<Digest>,
    facts: &'a Facts,
    cites: &'a [String],
    assignee: Option<&'a str>,
    at: i64,
}

/// Who makes a move, and what they say.
pub(crate) struct Made<'a> {
    /// Nobody where it is the platform.
    pub(crate) actor: Option<&'a Actor>,
    pub(crate) reason: &'a str,
    pub(crate) evidence: Option<Digest>,
    pub(crate) facts: Facts,
    pub(crate) due_day: Option<shuyu_model::Day>,
    pub(crate) cites: Vec<String>,
    pub(crate) assignee: Option<OrganisationId>,
}

impl Casework {
    /// The rules for a kind; a mistake where the jurisdiction has no such matter.
    pub(crate) fn matter_rules(&self, kind: MatterKind) -> Result<MatterRules> {
        let regime = self.registry().regime();
        regime.matter.get(&kind).cloned().ok_or_else(|| {
            let known: Vec<&str> = regime.matter.keys().map(|kind| kind.word()).collect();
            malformed(format!("{} has no matter `{}`; it has: {}", regime.stamp(), kind.word(), known.join(", ")))
        })
    }

    pub(crate) fn asked<'a>(&'a self, known: &'a Actor) -> Asked<'a> {
        let today = self.registry().ledger().now().day();
        Asked { regime: self.registry().regime(), calendar: self.calendar(), today, known }
    }

    /// Makes a move. Says where the matter stands then, by its word in the table.
    pub async fn make_move(&self, actor: &Actor, id: &MatterId, named: MatterMove) -> Result<Verdict<String>> {
        let mut turn = self.registry().turn().await?;
        let mut matter = store::matter(&mut Book::Change(turn.change()), id).await?;
        if !self.sight_in(&mut turn, actor).await?.sees_matter(&matter) {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let machine = matter.machine();
        let mut facts = matter.facts.clone();
        facts.extend(named.facts.clone());
        let rule = matter.rules.rule_for(machine, matter.state, &named.name, &facts).cloned();
        let transition = machine.transition(matter.state, &named.name).filter(|_| rule.is_some());
        self.faults_of(&matter, &named, transition)?;
        let known = districts::in_place(&matter, self.known(&mut turn, actor).await?);
        let history = store::moves(&mut Book::Change(turn.change()), id).await?;
        let leads = rule.as_ref().zip(transition);
        let mut cited = self.cited(&mut turn, Some(actor), &named.cites).await?;
        let before: Vec<String> = history.iter().flat_map(|moved| moved.cites.clone()).collect();
        cited.extend(self.cited(&mut turn, None, &before).await?);
        let mut found = guards::against_move(&self.asked(&known), &matter, &named, leads, &history, &cited);
        if let (Some(assignee), Some((rule, _))) = (&named.assignee, leads) {
            let roles = self.registry().roles_of_in(&mut turn, assignee).await?;
            found.extend(guards::against_assignee(self.registry().regime(), &matter, rule, &roles));
        }
        found.extend(self.against_group(&mut turn, &matter, &named).await?);
        found.extend(self.against_citing(&mut turn, &matter, &named).await?);
        found.extend(self.against_another_selection(&matter, &named));
        if let Some((_, transition)) = leads {
            found.extend(
                self.against_followed(&mut turn, &known, &matter, &named, transition, (&history, &cited)).await?,
            );
            found.extend(self.papers_missing(&mut turn, &matter, transition).await?);
            found.extend(self.against_supply(&mut turn, &matter, &named, &history).await?);
            found.extend(self.against_ending(&mut turn, &matter, &named).await?);
            found.extend(self.against_candidacies(&mut turn, &matter, &named).await?);
            found.extend(self.against_opinions(&mut turn, &matter, &named.name).await?);
            found.extend(self.against_scoring(&mut turn, &matter, &named).await?);
        }
        if leads.is_some_and(|(_, transition)| transition.effects.contains(&Effect::Reopen)) {
            found.extend(matter::reopen::against(&mut turn, self.registry().regime(), &matter).await?);
        }
        let ground = self.move_rests_on(&mut turn, &matter, &named).await?;
        found.extend(ground.against);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "matter.refused", id.as_str(), reasons).await;
        }
        // `against_move` refuses where the matter has no such move.
        let Some((rule, transition)) = leads else { return Err(malformed("there is no such move")) };
        let MatterMove { reason, evidence, facts, due_day, mut cites, assignee, .. } = named;
        self.rested_on(&mut turn, &ground.rests_on, id.as_str()).await?;
        cites.extend(ground.rests_on.iter().map(ToString::to_string));
        cites.sort();
        cites.dedup();
        let made = Made { actor: Some(actor), reason: &reason, evidence, facts, due_day, cites, assignee };
        let event = self.advance(&mut turn, &mut matter, rule, transition, made).await?;
        turn.commit(event).await?;
        Ok(Verdict::Allow(matter.state.to_owned()))
    }

    /// The papers that an admission waits for.
    async fn papers_missing(&self, turn: &mut Turn, matter: &Matter, leads_on: &Transition) -> Result<Vec<Reason>> {
        let operator = matter.counterparty.as_ref().filter(|_| leads_on.effects.contains(&Effect::Admit));
        match (OrganisationId::parse(&matter.subject), operator) {
            (Ok(entity), Some(operator)) => Ok(self.registry().against_admission_in(turn, &entity, operator).await?),
            _ => Ok(Vec::new()),
        }
    }

    /// Mistakes of a caller, all at once; the older version alone.
    fn faults_of(&self, matter: &Matter, named: &MatterMove, leads: Option<&Transition>) -> Result<()> {
        let mut faults = named.faults();
        if !matter.rules.moves.iter().any(|rule| rule.word == named.name) {
            let known: Vec<&str> = matter.rules.moves.iter().map(|rule| rule.word.as_str()).collect();
            faults.push(format!("there is no such move here; there are: {}", known.join(", ")));
        }
        let new_keys = named.facts.keys().filter(|key| !matter.facts.contains_key(*key)).count();
        if matter.facts.len().saturating_add(new_keys) > FACTS_MAX {
            faults.push(format!("the matter would have more than {FACTS_MAX} facts"));
        }
        if let Some(leads) = leads {
            match (leads.effects.contains(&Effect::Assign), &named.assignee) {
                (true, None) => faults.push("`assignee` is missing: the move gives the matter to somebody".to_owned()),
                (false, Some(_)) => {
                    faults.push("`assignee` is given, but the move gives the matter to nobody".to_owned())
                }
                _ => {}
            }
        }
        if let (Some(day), Some(leads)) = (named.due_day, leads) {
            if !guards::has_due(&matter.rules, matter.machine(), leads.to) || leads.to == leads.from {
                faults.push("`due_day` is given, but nothing falls due after this move".to_owned());
            } else if day < self.registry().ledger().now().day() {
                faults.push("`due_day` has passed".to_owned());
            }
        }
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        if named.seen_version != matter.version {
            return Err(CaseworkError::Stale { version: matter.version });
        }
        if matter.version >= MOVES_MAX {
            return Err(CaseworkError::Conflict {
                what: format!("the matter has had {MOVES_MAX} moves; open another"),
            });
        }
        Ok(())
    }

    /// Writes a move and what follows from it; its event is for the caller to commit.
    pub(crate) async fn advance(
        &self,
        turn: &mut Turn,
        matter: &mut Matter,
        rule: &MoveRule,
        transition: &Transition,
        made: Made<'_>,
    ) -> Result<Event> {
        let regime = self.registry().regime();
        let Made { actor, reason, evidence, mut facts, due_day, cites, assignee } = made;
        facts.extend(self.counted_at(turn, matter, &rule.word, &facts).await?);
        let at = turn.change().now();
        let before = self.told(&matter.facts)?;
        // Only the move that a day was set for met it or missed it.
        let was_due = matter.due.filter(|_| rule.working_days_max.is_some() || actor.is_none());
        if transition.effects.contains(&Effect::Forget) {
            let history = store::moves(&mut Book::Change(turn.change()), &matter.id).await?;
            matter.facts = matter::known_at(matter.machine(), &history, transition.to);
        }
        matter.facts.extend(facts.clone());
        if let Some(assignee) = &assignee {
            matter.counterparty = Some(assignee.clone());
        }
        let cites = self.with_rules_on_file(turn, matter, &rule.word, cites).await?;
        let mut touched = effects::apply(turn, regime, matter, rule, transition).await?;
        touched.extend(self.processor_assessed(turn, matter, &rule.word).await?);
        self.exit_moved(turn, matter, transition, &touched).await?;
        self.candidacies_moved(turn, matter, &rule.word).await?;
        self.assessment_moved(turn, matter, &rule.word).await?;
        matter.enter(transition, at, due_day, self.calendar());
        gates::scheme::moved(turn, regime, matter).await?;
        let moved = Moved {
            version: matter.version,
            by: rule.word.clone(),
            from: transition.from.to_owned(),
            to: transition.to.to_owned(),
            person: actor.map(|actor| actor.person.clone()),
            organisation: actor.map(|actor| actor.organisation.clone()),
            reason: reason.to_owned(),
            evidence,
            facts,
            cites,
            assignee,
            due_day: was_due.map(|due| due.day),
            at,
        };
        store::update_matter(turn.change(), matter).await?;
        store::insert_move(turn.change(), &matter.id, &moved).await?;
        for filing in self.matter_filings_of(matter, rule, at) {
            store::insert_filing(turn.change(), &filing).await?;
        }
        self.notify(turn, matter, &rule.word).await?;
        self.tell_move(turn, matter, &moved, &rule.file).await?;
        self.moved_event(actor, matter, rule, &moved, before, touched)
    }

    fn moved_event(
        &self,
        actor: Option<&Actor>,
        matter: &Matter,
        rule: &MoveRule,
        moved: &Moved,
        before: Digest,
        touched: Vec<String>,
    ) -> Result<Event> {
        let regime = self.registry().regime();
        let told = Told {
            matter: &matter.id,
            version: moved.version,
            name: &moved.by,
            person: moved.person.as_ref().map(|person| person.as_str()),
            reason: &moved.reason,
            evidence: moved.evidence,
            facts: &moved.facts,
            cites: &moved.cites,
            assignee: moved.assignee.as_ref().map(OrganisationId::as_str),
            at: moved.at.0,
        };
        let facts = json!({
            "kind": matter.kind, "subject": matter.subject, "move": moved.by, "from": moved.from, "to": moved.to,
            "version": moved.version, "evidence": moved.evidence, "told": self.told(&told)?,
            "keys": moved.facts.keys().collect::<Vec<_>>(), "was_due": moved.due_day,
            "due": matter.due.map(|due| due.day), "touched": touched.iter().take(TOUCHED_SHOWN_MAX).collect::<Vec<_>>(),
            "touched_total": touched.len(), "cites": moved.cites, "assignee": moved.assignee,
        });
        let event = Event::done(actor, "matter.moved", matter.id.as_str()).facts(facts).under(regime);
        let event = event.digests(Some(before), Some(self.told(&matter.facts)?));
        Ok(event.citing(regime.cite_move(&matter.rules, rule, "")))
    }

    pub(crate) fn told<T: serde::Serialize>(&self, value: &T) -> Result<Digest> {
        Ok(canonical::digest(self.registry().ledger().profile(), value).map_err(LedgerError::from)?)
    }

    fn matter_filings_of(&self, matter: &Matter, rule: &MoveRule, at: Time) -> Vec<MatterFiling> {
        let filing = |(file, to): (&shuyu_model::regime::Filing, Body)| {
            let due = self.calendar().after(at.day(), file.working_days_max.value);
            MatterFiling {
                matter: matter.id.clone(),
                version: matter.version,
                to,
                due_day: due.day,
                is_estimated: due.is_estimated,
                clause: self.registry().regime().cite_clause(&file.source),
                filed_at: None,
                evidence: None,
                filer: file.by.and_then(|maker| crate::obligations::maker_of(matter, maker)),
            }
        };
        each_copy(&rule.file).map(filing).collect()
    }

    /// Marks the copy that is due after the move `version` as filed. For the people
    /// of the organisation that made the move.
    pub async fn file_matter(
        &self,
        actor: &Actor,
        id: &MatterId,
        version: i64,
        to: Body,
        evidence: Option<Digest>,
    ) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = store::matter(&mut Book::Change(turn.change()), id).await?;
        if !self.sight_in(&mut turn, actor).await?.sees_matter(&matter) {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let filings = store::filings(&mut Book::Change(turn.change()), id).await?;
        let Some(filing) = filings.into_iter().find(|filing| filing.version == version && filing.to == to) else {
            return Err(malformed(format!("no copy of the move {version} of `{id}` is filed with {}", to.word())));
        };
        let known = self.known(&mut turn, actor).await?;
        let history = store::moves(&mut Book::Change(turn.change()), id).await?;
        let maker = history.iter().find(|moved| moved.version == version).and_then(|m| m.organisation.as_ref());
        let filer = filing.filer.as_ref().or(maker);
        if filer != Some(&known.organisation) || known.roles.is_empty() {
            let what = "the copy is filed by the organisation that made the move, or whom the rules name";
            let reason = Reason::new(reasons::MATTER_NOT_THE_FILER, what, &filing.clause, "ask that organisation");
            return self.refuse(turn, actor, "matter.refused", id.as_str(), Reasons::one(reason)).await;
        }
        let files: Vec<_> = matter.rules.moves.iter().flat_map(|rule| rule.file.iter().cloned()).collect();
        if let Some(reason) = without_receipt(&files, to, evidence, &filing.clause) {
            return self.refuse(turn, actor, "matter.refused", id.as_str(), Reasons::one(reason)).await;
        }
        if let Some(reason) = self.files_itself(&mut turn, id.as_str(), version, to, &filing.clause).await? {
            return self.refuse(turn, actor, "matter.refused", id.as_str(), Reasons::one(reason)).await;
        }
        if !store::set_filed(turn.change(), &filing, &actor.person, evidence).await? {
            return Err(CaseworkError::Conflict { what: "the copy has been filed".to_owned() });
        }
        let is_late = filing.due_day < turn.change().now().day();
        let facts = json!({
            "version": version, "to": to, "due_day": filing.due_day, "is_late": is_late, "evidence": evidence,
        });
        let event = Event::done(Some(actor), "matter.filed", id.as_str()).facts(facts).citing(&filing.clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// A matter, as this viewer may see it; `None` when it is none of their business.
    pub async fn matter(&self, id: &MatterId, viewer: &Actor) -> Result<Option<MatterView>> {
        let mut book = Book::Ledger(self.registry().ledger());
        let matter = match store::matter(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let sight = self.sight(viewer).await?;
        if !sight.sees_matter(&matter) {
            return Ok(None);
        }
        let history = store::moves(&mut book, id).await?;
        let filings = store::filings(&mut book, id).await?;
        let citing = store::citing(&mut book, id.as_str(), CITING_SHOWN_MAX).await?;
        let citing = citing.into_iter().filter(|by| sight.sees_matter(by)).map(|by| by.id).collect();
        let notices = crate::notices::store::of_matter(&mut book, id).await?;
        let matters_on_it = self.matters_on(&mut book, id.as_str(), viewer).await?;
        // Whoever is hit by what was done has the law's remedies; who only opened has not yet been.
        let is_acted_on = matter.version > 1;
        let remedies = if is_acted_on { self.registry().regime().remedies_at_law() } else { Vec::new() };
        let approved = crate::gates::scheme::while_pending(&matter, &history);
        let viewer = districts::in_place(&matter, viewer.clone());
        let asked = self.asked(&viewer);
        let mut view = matter::of_matter(&asked, &matter, history, filings, citing, approved);
        if let (MatterKind::Exit, Ok(agreement)) = (matter.kind, AgreementId::parse(&matter.subject)) {
            let agreement = self.registry().agreement(&agreement).await?;
            view.sections = agreement.map(|agreement| agreement.contents.clone()).unwrap_or_default();
        }
        Ok(Some(MatterView { remedies, matters_on_it, notices, ..view }))
    }

    /// The matters about a record, as far as this viewer may see them.
    pub(crate) async fn matters_on(&self, book: &mut Book<'_>, subject: &str, viewer: &Actor) -> Result<Vec<MatterId>> {
        let sight = self.sight(viewer).await?;
        let found = store::on_subject(book, subject, CITING_SHOWN_MAX).await?;
        Ok(found.into_iter().filter(|on| sight.sees_matter(on)).map(|on| on.id).collect())
    }

    /// The matters that this viewer may see, oldest first.
    pub async fn matters(&self, viewer: &Actor, filter: &MatterFilter, page: &Page) -> Result<Listing<MatterItem>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        // One more than fits tells whether there is a next page.
        let sight = self.sight(viewer).await?;
        let (found, total) =
            store::list(self.registry().ledger(), &sight, filter, after, items_max.saturating_add(1)).await?;
        let items: Vec<MatterItem> = found.iter().take(items_max).map(MatterItem::from).collect();
        let next = (found.len() > items_max).then(|| items.last().map(|item| item.id.to_string())).flatten();
        Ok(Listing { items, next, total })
    }
}

pub(crate) fn malformed(fault: impl Into<String>) -> CaseworkError {
    CaseworkError::Malformed { faults: vec![fault.into()] }
}
