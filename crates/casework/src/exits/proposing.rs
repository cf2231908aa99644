//! What the platform opens by itself: an exit where an agreement has run out and none
//! follows, and one where the rules name a record on which it is proposed. The agency
//! decides on it like on any other.
//!
//! INVARIANT (once): a record proposes one exit of an agreement; what the agency
//! cancelled is not proposed again on the same record, and nothing is proposed beside
//! an exit that runs.
//! INVARIANT (not renewed): no exit opens where the same parties have a further
//! agreement in force; the old one ends all the same.

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::Time;
use shuyu_model::id::{AgreementId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Citable, MatterRules};
use shuyu_registry::{RunOut, Turn, enact};

use super::{EXPIRY, GROUND, Result, on_ground};
use crate::Casework;
use crate::matter::{Begun, Facts, Matter, store};
use crate::opening::Opening;
use crate::store::Book;

/// The most records that one look for proposals reads; the next one goes on.
const PROPOSING_MAX: usize = 500;

/// An exit that the platform opened, or an agreement that ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposed {
    /// Of which agreement.
    pub agreement: AgreementId,
    /// Which exit; `None` where the agreement is renewed.
    pub exit: Option<MatterId>,
    /// On which ground.
    pub ground: String,
}

impl Casework {
    /// Opens every exit that the rules leave to the platform, and ends what has run out.
    pub async fn propose_exits(&self, now: Time) -> Result<Vec<Proposed>> {
        let mut proposed = Vec::new();
        let regime = self.registry().regime();
        let Some(rules) = regime.matter.get(&MatterKind::Exit) else { return Ok(proposed) };
        for run_out in self.registry().run_out().await? {
            proposed.extend(self.run_out(rules, &run_out, now).await?);
        }
        for (index, proposal) in rules.proposed_on.iter().enumerate() {
            let Citable::Matter(kind) = proposal.of else { continue };
            for state in &proposal.states {
                let records = store::standing(self.registry().ledger(), kind, state, PROPOSING_MAX).await?;
                for record in records.iter().filter(|record| proposal.holds(record.state, &record.facts)) {
                    proposed.extend(self.proposed_on(rules, index, record).await?);
                }
            }
        }
        Ok(proposed)
    }

    /// Upholds INVARIANT (not renewed).
    async fn run_out(&self, rules: &MatterRules, run_out: &RunOut, now: Time) -> Result<Option<Proposed>> {
        let mut turn = self.registry().turn().await?;
        let (id, regime) = (&run_out.agreement, self.registry().regime());
        if enact::access_ended(&mut turn, id.as_str(), EXPIRY).await?.is_empty() {
            // Somebody ended it meanwhile.
            return Ok(None);
        }
        let opens = rules.opened_at_expiry.as_ref().filter(|opens| opens.value && !run_out.is_renewed);
        let mut event = Event::done(None, "agreement.ended", id.as_str()).under(regime);
        event = event.citing(regime.cite(&regime.agreement.exit_grounds));
        let running = store::open_on(turn.change(), MatterKind::Exit, [id.as_str(), id.as_str()]).await?;
        let mut exit = None;
        if let Some(opens) = opens.filter(|_| running.is_none()) {
            let matter = self.opened_by_platform(&mut turn, rules, id, on_ground(EXPIRY), Vec::new()).await?;
            self.let_deliveries_go_on(&mut turn, &matter, id).await?;
            event = event.citing(regime.cite(opens));
            exit = Some(matter.id);
        }
        let facts = json!({
            "ground": EXPIRY, "until": run_out.until, "is_renewed": run_out.is_renewed, "exit": exit, "at": now,
        });
        turn.commit(event.facts(facts)).await?;
        Ok(Some(Proposed { agreement: id.clone(), exit, ground: EXPIRY.to_owned() }))
    }

    /// Upholds INVARIANT (once).
    async fn proposed_on(&self, rules: &MatterRules, index: usize, record: &Matter) -> Result<Vec<Proposed>> {
        let mut proposed = Vec::new();
        let Some(proposal) = rules.proposed_on.get(index) else { return Ok(proposed) };
        let mut turn = self.registry().turn().await?;
        let agreements = self.registry().operator_agreements_in(&mut turn, &record.subject, record.entered_at).await?;
        let citing = store::citing(&mut Book::Change(turn.change()), record.id.as_str(), PROPOSING_MAX).await?;
        let regime = self.registry().regime();
        let mut clauses = Vec::new();
        for id in agreements {
            let is_decided = |exit: &&Matter| exit.kind == MatterKind::Exit && exit.subject == id.as_str();
            let running = store::open_on(turn.change(), MatterKind::Exit, [id.as_str(), id.as_str()]).await?;
            if citing.iter().any(|exit| is_decided(&exit)) || running.is_some() {
                continue;
            }
            let facts = on_ground(&proposal.ground);
            let matter = self.opened_by_platform(&mut turn, rules, &id, facts, vec![record.id.to_string()]).await?;
            proposed.push(Proposed { agreement: id, exit: Some(matter.id), ground: proposal.ground.clone() });
            clauses = vec![regime.cite_clause(&proposal.source)];
        }
        if proposed.is_empty() {
            return Ok(proposed);
        }
        let event = Event::done(None, "exit.proposed", record.id.as_str()).under(regime);
        let event = clauses.into_iter().fold(event, Event::citing);
        turn.commit(event.facts(json!({ "ground": proposal.ground, "exits": proposed }))).await?;
        Ok(proposed)
    }

    /// An exit on behalf of the agency that gave the agreement; its entry names nobody.
    async fn opened_by_platform(
        &self,
        turn: &mut Turn,
        rules: &MatterRules,
        id: &AgreementId,
        facts: Facts,
        cites: Vec<String>,
    ) -> Result<Matter> {
        let agreement = self.registry().agreement_in(turn, id.as_str()).await?;
        let subject = self.registry().matter_subject_in(turn, id.as_str()).await?;
        let (parties, authors) = subject.map(|one| (one.parties, one.authors)).unwrap_or_default();
        let at = turn.change().now();
        let opener_person = authors
            .first()
            .cloned()
            .ok_or_else(|| crate::CaseworkError::Damaged { id: id.to_string(), what: "it has no author".to_owned() })?;
        let ground = facts.get(GROUND).cloned().unwrap_or_default();
        let begun = Begun {
            id: self.registry().ledger().new_id(),
            kind: MatterKind::Exit,
            rules: rules.clone(),
            regime: self.registry().regime().stamp(),
            subject: id.to_string(),
            subject_organisation: Some(agreement.grantee.clone()),
            counterparty: None,
            title: format!("平台提出的退出:{}", shuyu_model::regime::words::zh(&ground)),
            opener: agreement.grantor.clone(),
            opener_person,
            parties,
            authors,
            facts,
        };
        let matter = Matter::begun(begun, at, self.calendar());
        let reason = "the rules name it as what follows 规则所定的后续";
        self.insert_opened(turn, &matter, Opening { actor: None, reason, cites }).await?;
        Ok(matter)
    }
}
