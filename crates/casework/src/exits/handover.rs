//! The handover (移交清单): each service, each resource whose data was retained and each
//! asset by itself, with what becomes of it, who gets it, and their acceptance.
//!
//! INVARIANT (nothing falls between): see `exits`.
//! INVARIANT (received is said by the receiver): only the receiver's people accept; who
//! leaves receives nothing of it.
//!
//! Not here: what stands on the list (`registry::Handed`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Handing;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Turn, enact};

use super::{GROUND, Result, store};
use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::matter::{self, Matter};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandoverOutcome {
    /// 实施机构接续: the agency goes on with the service.
    Agency,
    /// 新运营机构接续: another operator does.
    Successor,
    /// 移交: data or an asset goes to somebody.
    HandedOver,
    /// 终止: the service ends; its development agreement ends with it.
    Ended,
    /// 删除: the data is deleted.
    Deleted,
    /// 留存: the asset remains with the operator.
    Remains,
}

impl HandoverOutcome {
    /// Every one.
    pub const ALL: [HandoverOutcome; 6] =
        [Self::Agency, Self::Successor, Self::HandedOver, Self::Ended, Self::Deleted, Self::Remains];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Successor => "successor",
            Self::HandedOver => "handed_over",
            Self::Ended => "ended",
            Self::Deleted => "deleted",
            Self::Remains => "remains",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Which outcomes a thing of a kind can have.
    pub fn of(kind: Handing) -> &'static [HandoverOutcome] {
        match kind {
            Handing::Service => &[Self::Agency, Self::Successor, Self::Ended],
            Handing::Data => &[Self::HandedOver, Self::Deleted],
            Handing::Asset => &[Self::HandedOver, Self::Remains],
        }
    }

    /// Whether somebody must accept it.
    pub fn has_receiver(self) -> bool {
        matches!(self, Self::Agency | Self::Successor | Self::HandedOver)
    }
}

/// A thing on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandoverItem {
    /// Counts them within the exit, from 1.
    pub number: i64,
    /// What it is.
    pub kind: Handing,
    /// Its id: a development agreement, a resource, a paper.
    pub subject: String,
    /// What people call it.
    pub what: String,
    /// Whom else it concerns.
    pub concerns: Option<OrganisationId>,
    /// What becomes of it, once that is decided.
    pub outcome: Option<HandoverOutcome>,
    /// Who gets it.
    pub receiver: Option<OrganisationId>,
    /// Why so.
    pub reason: Option<String>,
    /// Of the document that shows it.
    pub evidence: Option<Digest>,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Time>,
    /// Who accepted it for the receiver.
    pub accepted_by: Option<PersonId>,
    /// When.
    pub accepted_at: Option<Time>,
    /// Of the receipt.
    pub receipt: Option<Digest>,
}

impl HandoverItem {
    /// Whether nothing is left to do about it.
    pub fn is_settled(&self) -> bool {
        self.outcome.is_some_and(|outcome| !outcome.has_receiver() || self.accepted_at.is_some())
    }
}

/// The list of an exit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HandoverView {
    /// Everything on it.
    pub items: Vec<HandoverItem>,
    /// How many are not settled.
    pub open: usize,
}

/// What shall become of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOutcome {
    /// What.
    pub outcome: HandoverOutcome,
    /// Who gets it, where somebody does; the agency itself where that goes on with it.
    #[serde(default)]
    pub receiver: Option<OrganisationId>,
    /// Why so.
    pub reason: String,
    /// Of the document that shows it: the transfer plan, the entity's notice, the proof.
    pub evidence: Digest,
}

impl Casework {
    pub(super) async fn list_handover(&self, turn: &mut Turn, matter: &Matter, agreement: &AgreementId) -> Result<()> {
        let Some(kinds) = &matter.rules.hands_over else { return Ok(()) };
        let listed = self.registry().to_hand_over_in(turn, agreement, &kinds.value).await?;
        store::insert_items(turn.change(), &matter.id, &listed).await
    }

    /// CAS-111. Upholds INVARIANT (nothing falls between).
    pub(super) async fn handover_open(&self, turn: &mut Turn, matter: &Matter) -> Result<Option<Reason>> {
        let Some(rule) = &matter.rules.hands_over else { return Ok(None) };
        let items = store::items(&mut Book::Change(turn.change()), &matter.id).await?;
        let open: Vec<String> = items
            .iter()
            .filter(|item| !item.is_settled())
            .map(|item| format!("{} {}", item.number, item.what))
            .collect();
        Ok((!open.is_empty()).then(|| {
            let shown = open.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join("; ");
            let what =
                format!("{} of {} things handed over are undecided or not accepted: {shown}", open.len(), items.len());
            let instead = "decide on each, and let each receiver accept what it gets";
            self.registry().regime().reason(reasons::HANDOVER_OPEN, rule, what, instead)
        }))
    }

    async fn exit_in(&self, turn: &mut Turn, actor: &Actor, id: &MatterId) -> Result<Matter> {
        let matter = matter::store::matter(&mut Book::Change(turn.change()), id).await?;
        let items = store::items(&mut Book::Change(turn.change()), id).await?;
        let is_receiver = items.iter().any(|item| item.receiver.as_ref() == Some(&actor.organisation));
        if matter.kind != MatterKind::Exit || !(is_receiver || self.sight_in(turn, actor).await?.sees_matter(&matter)) {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        if matter.is_ended() {
            return Err(CaseworkError::Conflict { what: "the exit has ended".to_owned() });
        }
        Ok(matter)
    }

    fn not_theirs(&self, matter: &Matter, what: &str, instead: &str) -> Reasons {
        let clause = self.registry().regime().cite_clause(&matter.rules.source);
        Reasons::one(Reason::new(reasons::NOT_THEIR_HANDOVER, what, clause, instead))
    }

    /// Decides what becomes of a thing on the list of an exit. For the agency that gave
    /// the agreement. What is decided anew is accepted anew.
    pub async fn decide_handover(
        &self,
        actor: &Actor,
        id: &MatterId,
        number: i64,
        new: NewOutcome,
    ) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = self.exit_in(&mut turn, actor, id).await?;
        let items = store::items(&mut Book::Change(turn.change()), id).await?;
        let Some(mut item) = items.into_iter().find(|item| item.number == number) else {
            return Err(malformed(format!("there is no thing {number} on the list")));
        };
        let known = self.known(&mut turn, actor).await?;
        let agency = matter.parties.get(&Role::Agency);
        if !known.is(Role::Agency) || agency.is_some_and(|agency| *agency != known.organisation) {
            let what = "what becomes of a thing handed over is decided by the agency that gave the agreement";
            let reasons = self.not_theirs(&matter, what, "ask that agency");
            return self.refuse(turn, actor, "handover.refused", id.as_str(), reasons).await;
        }
        self.outcome_faults(&mut turn, &matter, &item, &new).await?;
        item.receiver = match new.outcome {
            HandoverOutcome::Agency => Some(known.organisation.clone()),
            outcome => new.receiver.filter(|_| outcome.has_receiver()),
        };
        item.outcome = Some(new.outcome);
        item.reason = Some(new.reason);
        item.evidence = Some(new.evidence);
        item.decided_by = Some(actor.person.clone());
        store::set_outcome(turn.change(), id, &item).await?;
        if new.outcome == HandoverOutcome::Ended {
            let ground = matter.facts.get(GROUND).map_or("other", String::as_str);
            enact::access_ended(&mut turn, &item.subject, ground).await?;
        }
        let facts = json!({
            "number": number, "kind": item.kind, "subject": item.subject, "outcome": item.outcome,
            "receiver": item.receiver,
        });
        self.said(turn, actor, &matter, "handover.decided", facts, item.evidence).await
    }

    /// Mistakes in what shall become of a thing, all at once.
    async fn outcome_faults(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        item: &HandoverItem,
        new: &NewOutcome,
    ) -> Result<()> {
        let mut faults = Vec::new();
        let chars = new.reason.trim().chars().count();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
            faults
                .push(format!("`reason` has {chars} characters; say why in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}"));
        }
        let known = HandoverOutcome::of(item.kind);
        if !known.contains(&new.outcome) {
            let known: Vec<&str> = known.iter().map(|outcome| outcome.word()).collect();
            faults.push(format!("a {} has one of these outcomes: {}", item.kind.word(), known.join(", ")));
        }
        if item.outcome == Some(HandoverOutcome::Ended) {
            faults.push("the service has ended and is not taken up again by this list".to_owned());
        }
        let wants = new.outcome.has_receiver() && new.outcome != HandoverOutcome::Agency;
        match &new.receiver {
            None if wants => faults.push("`receiver` is missing: who gets it".to_owned()),
            Some(_) if !wants => faults.push("`receiver` is given, and nobody is named for this outcome".to_owned()),
            Some(receiver) if matter.subject_organisation.as_ref() == Some(receiver) => {
                faults.push("`receiver` is the operator that leaves".to_owned());
            }
            Some(receiver) => {
                let roles = self.registry().roles_of_in(turn, receiver).await?;
                if new.outcome == HandoverOutcome::Successor && !roles.contains(&Role::Operator) {
                    faults.push("`receiver` is no operator".to_owned());
                }
            }
            None => {}
        }
        if faults.is_empty() { Ok(()) } else { Err(CaseworkError::Malformed { faults }) }
    }

    /// Accepts a thing for the organisation that gets it.
    pub async fn accept_handover(
        &self,
        actor: &Actor,
        id: &MatterId,
        number: i64,
        receipt: Digest,
    ) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = self.exit_in(&mut turn, actor, id).await?;
        let items = store::items(&mut Book::Change(turn.change()), id).await?;
        let Some(item) = items.into_iter().find(|item| item.number == number) else {
            return Err(malformed(format!("there is no thing {number} on the list")));
        };
        let known = self.known(&mut turn, actor).await?;
        if known.roles.is_empty() || item.receiver.as_ref() != Some(&known.organisation) {
            let what = "a thing is accepted by the organisation that gets it";
            let reasons = self.not_theirs(&matter, what, "leave it to that organisation");
            return self.refuse(turn, actor, "handover.refused", id.as_str(), reasons).await;
        }
        if item.is_settled() {
            return Err(CaseworkError::Conflict { what: "it has been accepted".to_owned() });
        }
        store::set_accepted(turn.change(), id, number, &actor.person, receipt).await?;
        let facts = json!({ "number": number, "kind": item.kind, "subject": item.subject, "outcome": item.outcome });
        self.said(turn, actor, &matter, "handover.accepted", facts, Some(receipt)).await
    }

    async fn said(
        &self,
        turn: Turn,
        actor: &Actor,
        matter: &Matter,
        action: &'static str,
        facts: serde_json::Value,
        document: Option<Digest>,
    ) -> Result<Verdict<()>> {
        let regime = self.registry().regime();
        let clause = matter.rules.hands_over.as_ref().map(|rule| regime.cite(rule));
        let event = Event::done(Some(actor), action, matter.id.as_str()).facts(facts).under(regime);
        let event = clause.into_iter().fold(event.digests(None, document), Event::citing);
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The list of an exit, for who sees the exit or gets something of it.
    pub async fn handover(&self, id: &MatterId, viewer: &Actor) -> Result<Option<HandoverView>> {
        let mut book = Book::Ledger(self.registry().ledger());
        let matter = match matter::store::matter(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let items = store::items(&mut book, id).await?;
        let is_own = |item: &HandoverItem| {
            let own = Some(&viewer.organisation);
            item.receiver.as_ref() == own || item.concerns.as_ref() == own
        };
        if matter.kind != MatterKind::Exit {
            return Ok(None);
        }
        let sees_all = self.sight(viewer).await?.sees_matter(&matter);
        let items: Vec<HandoverItem> = items.into_iter().filter(|item| sees_all || is_own(item)).collect();
        if items.is_empty() && !sees_all {
            return Ok(None);
        }
        let open = items.iter().filter(|item| !item.is_settled()).count();
        Ok(Some(HandoverView { items, open }))
    }
}

/// How many open things a refusal names; it counts them all.
const SHOWN_MAX: usize = 20;
