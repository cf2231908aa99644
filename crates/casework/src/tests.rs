//! Procedures on real databases, the long way.

mod districts;
mod matter_refusals;
mod matters;
mod obligations;
mod procedures;
mod refusals;
mod regimes;
mod reviews;
mod shipped_matters;
mod upward;

use shuyu_ledger::Ledger;
use shuyu_model::id::{CandidateId, CaseId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, Digest, Time};
use shuyu_registry::testing::{Town, allowed, digest, refused, town};
use shuyu_registry::{Listing, Page, rules};

use crate::{CaseState, CaseView, Casework, InboxItem, Opinion, Outcome};

/// A town with its casework.
struct Office {
    town: Town,
    casework: Casework,
}

async fn office(ledger: &Ledger) -> Office {
    let town = town(ledger).await;
    let calendar = rules::shipped(rules::SHIPPED_CODE).unwrap().calendar;
    let casework = Casework::new(town.registry.clone(), calendar);
    Office { town, casework }
}

fn opinion(outcome: Outcome, seen: Digest) -> Opinion {
    Opinion { outcome, reason: "looked at all of it".into(), evidence: None, subject_digest: seen }
}

impl Office {
    /// Opens a case as its opener would: on the digest that the registry shows.
    async fn open(&self, actor: &Actor, kind: ProcedureKind, subject: &str) -> CaseId {
        let seen = self.town.registry.subject(kind, subject).await.unwrap().unwrap().digest;
        allowed(self.casework.open(actor, kind, subject, seen, Vec::new()).await.unwrap())
    }

    /// Opens a release case on a made-up candidate, run by the first operator.
    async fn open_release(&self) -> (CaseId, Digest) {
        let candidate: CandidateId = self.town.ledger().new_id();
        let seen = digest(self.town.ledger(), candidate.as_str());
        let (opener, author) = (&self.town.operator[1], self.town.operator[0].person.clone());
        let opened = self.casework.open(opener, ProcedureKind::Release, candidate.as_str(), seen, vec![author]).await;
        (allowed(opened.unwrap()), seen)
    }

    async fn view(&self, id: &CaseId, viewer: &Actor) -> CaseView {
        self.casework.case(id, viewer).await.unwrap().unwrap()
    }

    async fn digest_of(&self, id: &CaseId) -> Digest {
        self.view(id, &self.town.regulators[0]).await.subject_digest
    }

    async fn says(&self, actor: &Actor, id: &CaseId, step: &str, outcome: Outcome) -> CaseState {
        let seen = self.digest_of(id).await;
        allowed(self.casework.sign(actor, id, step, opinion(outcome, seen)).await.unwrap())
    }

    async fn approves(&self, actor: &Actor, id: &CaseId, step: &str) -> CaseState {
        self.says(actor, id, step, Outcome::Approve).await
    }

    /// The codes with which a signature is refused.
    async fn may_not(&self, actor: &Actor, id: &CaseId, step: &str) -> Vec<String> {
        let seen = self.digest_of(id).await;
        refused(self.casework.sign(actor, id, step, opinion(Outcome::Approve, seen)).await.unwrap())
    }

    async fn inbox(&self, actor: &Actor, items_max: usize) -> Listing<InboxItem> {
        self.casework.inbox(actor, &Page { after: None, items_max }).await.unwrap()
    }

    fn advance_to(&self, year: i16, month: i8, day: i8) {
        let noon = Time::at_start_of(jiff::civil::date(year, month, day)).plus_micros(12 * 3_600_000_000);
        self.town.ledger().clock().advance_to(noon).unwrap();
    }
}
