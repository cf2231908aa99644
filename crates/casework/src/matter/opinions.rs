//! Opinions of bodies that are asked before a matter is decided (组织相关单位评估): who was
//! asked, what each said, and whose is missing.
//!
//! INVARIANT (none is missing): the move that rests on opinions is made when somebody was
//! asked and everybody who was asked has answered.
//!
//! Not here: which move that is (`regime::OpinionRule`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Time, Verdict};
use shuyu_registry::Turn;

use super::guards::is_maker;
use super::{FACT_CHARS_MAX, Matter, store as matters};
use crate::case::REASON_CHARS_MIN;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

pub(crate) mod store;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most bodies that are asked about one matter.
pub(crate) const INVITED_MAX: usize = 50;

/// What a body that was asked thinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// 同意.
    For,
    /// 不同意.
    Against,
    /// 无意见.
    None,
}

impl Stance {
    fn word(self) -> &'static str {
        match self {
            Self::For => "for",
            Self::Against => "against",
            Self::None => "none",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::For, Self::Against, Self::None].into_iter().find(|stance| stance.word() == word)
    }
}

/// An opinion as it is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStance {
    /// For or against.
    pub stance: Stance,
    /// In words.
    pub opinion: String,
    /// The paper that says so.
    #[serde(default)]
    pub evidence: Option<Digest>,
}

/// One body that was asked, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invited {
    /// Which.
    pub organisation: OrganisationId,
    /// Since when it is asked.
    pub invited_at: Time,
    /// What it thinks; nothing before it has answered.
    pub stance: Option<Stance>,
    /// In words.
    pub opinion: Option<String>,
    /// The paper that says so.
    pub evidence: Option<Digest>,
    /// When it answered.
    pub given_at: Option<Time>,
}

impl Casework {
    /// Asks a body for its opinion. For whoever makes the move that rests on opinions.
    pub async fn invite(&self, actor: &Actor, id: &MatterId, organisation: &OrganisationId) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = self.seen_matter(&mut turn, actor, id).await?;
        let known = self.known(&mut turn, actor).await?;
        self.registry().roles_of_in(&mut turn, organisation).await?;
        let Some(rule) = matter.rules.opinions.clone() else {
            return Err(CaseworkError::Conflict { what: "nobody is asked for an opinion in such a matter".to_owned() });
        };
        let clause = self.registry().regime().cite_clause(&rule.source);
        let makes = |rule: &&shuyu_model::regime::MoveRule| rule.by.0.iter().any(|by| is_maker(*by, &matter, &known));
        if !matter.rules.moves.iter().filter(|of| of.word == rule.at).any(|of| makes(&of)) {
            let what = "bodies are asked by whoever evaluates";
            let reason = Reason::new(reasons::MOVE_WRONG_ROLE, what, clause, "leave it to them");
            return self.refuse(turn, actor, "matter.refused", id.as_str(), Reasons::one(reason)).await;
        }
        if matter.is_ended() {
            return Err(CaseworkError::Conflict { what: "the matter has ended".to_owned() });
        }
        let asked = store::of(&mut Book::Change(turn.change()), id).await?;
        if asked.iter().any(|one| one.organisation == *organisation) {
            return Ok(Verdict::Allow(()));
        }
        if asked.len() >= INVITED_MAX {
            return Err(CaseworkError::Conflict { what: format!("{INVITED_MAX} bodies are asked already") });
        }
        store::insert(turn.change(), id, organisation, &actor.person).await?;
        let event = Event::done(Some(actor), "matter.opinion_asked", id.as_str());
        let event = event.facts(json!({ "organisation": organisation })).citing(clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Gives the own organisation's opinion, once.
    pub async fn give_opinion(&self, actor: &Actor, id: &MatterId, new: NewStance) -> Result<Verdict<()>> {
        let chars = new.opinion.trim().chars().count();
        if !(REASON_CHARS_MIN..=FACT_CHARS_MAX).contains(&chars) {
            let fault = format!("`opinion` has {chars} characters; it is {REASON_CHARS_MIN} to {FACT_CHARS_MAX}");
            return Err(CaseworkError::Malformed { faults: vec![fault] });
        }
        let mut turn = self.registry().turn().await?;
        let matter = matters::matter(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        let asked = store::of(&mut Book::Change(turn.change()), id).await?;
        let own = asked.iter().find(|one| one.organisation == known.organisation && !known.roles.is_empty());
        let clause = self.registry().regime().cite_clause(&matter.rules.source);
        let Some(own) = own else {
            if !self.sight_in(&mut turn, actor).await?.sees_matter(&matter) {
                return Err(CaseworkError::Unknown { id: id.to_string() });
            }
            let what = "your organisation was not asked for its opinion";
            let reason = Reason::new(reasons::NOT_INVITED, what, clause, "ask whoever evaluates to invite it");
            return self.refuse(turn, actor, "matter.refused", id.as_str(), Reasons::one(reason)).await;
        };
        if own.stance.is_some() || matter.is_ended() {
            return Err(CaseworkError::Conflict { what: "the opinion was given, or the matter has ended".to_owned() });
        }
        store::give(turn.change(), id, actor, &new).await?;
        let told = shuyu_model::canonical::digest(self.registry().ledger().profile(), &new.opinion);
        let told = told.map_err(shuyu_ledger::LedgerError::from)?;
        let facts = json!({ "organisation": actor.organisation, "stance": new.stance, "evidence": new.evidence });
        let event = Event::done(Some(actor), "matter.opinion_given", id.as_str()).facts(facts).citing(clause);
        turn.commit(event.digests(None, Some(told)).under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Who was asked about a matter and what they said; `None` where it is none of the
    /// viewer's business.
    pub async fn opinions(&self, id: &MatterId, viewer: &Actor) -> Result<Option<Vec<Invited>>> {
        let mut book = Book::Ledger(self.registry().ledger());
        let matter = match matters::matter(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let asked = store::of(&mut book, id).await?;
        let is_asked = asked.iter().any(|one| one.organisation == viewer.organisation) && !viewer.roles.is_empty();
        Ok((is_asked || self.sight(viewer).await?.sees_matter(&matter)).then_some(asked))
    }

    async fn seen_matter(&self, turn: &mut Turn, actor: &Actor, id: &MatterId) -> Result<Matter> {
        let matter = matters::matter(&mut Book::Change(turn.change()), id).await?;
        if self.sight_in(turn, actor).await?.sees_matter(&matter) {
            return Ok(matter);
        }
        Err(CaseworkError::Unknown { id: id.to_string() })
    }

    /// CAS-145.
    pub(crate) async fn against_opinions(&self, turn: &mut Turn, matter: &Matter, at: &str) -> Result<Option<Reason>> {
        let Some(rule) = matter.rules.opinions.as_ref().filter(|rule| rule.at == at) else { return Ok(None) };
        let asked = store::of(&mut Book::Change(turn.change()), &matter.id).await?;
        let missing: Vec<&str> =
            asked.iter().filter(|one| one.stance.is_none()).map(|one| one.organisation.as_str()).collect();
        let what = match (asked.is_empty(), missing.is_empty()) {
            (true, _) => "no body was asked for its opinion".to_owned(),
            (false, false) => format!("the opinions of these are missing: {}", missing.join(", ")),
            (false, true) => return Ok(None),
        };
        let clause = self.registry().regime().cite_clause(&rule.source);
        let instead = "invite the departments and institutions concerned, and wait for what each says";
        Ok(Some(Reason::new(reasons::OPINION_MISSING, what, clause, instead)))
    }
}
