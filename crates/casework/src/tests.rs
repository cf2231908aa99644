//! Procedures on real databases, the long way.

mod accounts;
mod agreements;
mod allowed_actions;
mod amendments;
mod assessments;
mod candidacies;
mod choices;
mod competition;
mod desk;
mod districts;
mod dossier;
mod exits;
mod group;
mod handovers;
mod held;
mod matter_refusals;
mod matters;
mod milestones;
mod obligations;
mod operators;
mod plans;
mod procedures;
mod processing;
mod public;
mod raised;
mod refusals;
mod regimes;
mod registration;
mod requests;
mod reviews;
mod scheme_asks;
mod schemes;
mod shipped_matters;
mod supervision;
mod supplies;
mod upward;
mod violations;
mod watching;

use shuyu_ledger::Ledger;
use shuyu_model::id::{CandidateId, CaseId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::registration::{Applicant, Material, Registrable, RegistrationKind};
use shuyu_model::{Actor, Digest, Time, UseKind};
use shuyu_registry::testing::{Town, allowed, digest, fund_columns, refused, town};
use shuyu_registry::{Listing, NewApplication, Page, rules};

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
    Opinion {
        outcome,
        reason: "looked at all of it".into(),
        evidence: None,
        number: Some("备〔2026〕1号".into()),
        subject_digest: seen,
        defects: vec![],
        said: Default::default(),
    }
}

impl Office {
    /// Opens a case as its opener would: on the digest that the registry shows.
    async fn open(&self, actor: &Actor, kind: ProcedureKind, subject: &str) -> CaseId {
        if let Some(kind) = RegistrationKind::of(kind) {
            self.applies(actor, kind, subject).await;
        }
        let seen = self.town.registry.subject(kind, subject).await.unwrap().unwrap().digest;
        allowed(self.casework.open(actor, kind, subject, seen, Vec::new()).await.unwrap())
    }

    /// Brings every paper that an application about a resource needs.
    async fn applies(&self, actor: &Actor, kind: RegistrationKind, subject: &str) -> Digest {
        let asks = self.town.registry.regime().resource.origin_required.is_some();
        if let (Ok(resource), true) = (shuyu_model::id::ResourceId::parse(subject), asks) {
            self.town.of_known_units().await;
            let known = self.town.registry.resource(&resource).await.unwrap().unwrap();
            let mut people = self.town.source.iter().chain(&self.town.other_source);
            let holder = people.find(|person| person.organisation == known.source).unwrap();
            self.town.of_known_origin(holder, &resource).await;
        }
        let needed = kind.materials(Registrable::Resource, Applicant::Holder);
        let paper = |material: &Material| (material.key.to_owned(), digest(self.town.ledger(), material.key));
        let materials = needed.iter().map(paper).collect();
        let new = NewApplication { subject: subject.to_owned(), kind, note: String::new(), materials, years: None };
        allowed(self.town.registry.apply(actor, new, None).await.unwrap())
    }

    /// Opens the case of an operator agreement whose operator a selection has chosen.
    async fn open_chosen(&self, agreement: &str) -> CaseId {
        let (agency, operator) = (&self.town.agency, &self.town.operator[0].organisation);
        crate::testing::selected(&self.casework, &agency[0], &agency[3], operator).await;
        self.open(&agency[0], ProcedureKind::OperatorAgreement, agreement).await
    }

    /// Opens a release case on a made-up candidate, run by the first operator.
    async fn open_release(&self) -> (CaseId, Digest) {
        let candidate: CandidateId = self.town.ledger().new_id();
        let seen = digest(self.town.ledger(), candidate.as_str());
        let computes = match self.town.processor.as_slice() {
            [] => &self.town.operator,
            processor => processor,
        };
        let (opener, authors) = (&computes[1], vec![computes[0].person.clone()]);
        let operator = self.town.operator[0].organisation.clone();
        let scenario = self.some_scenario().await;
        let (subject, title) = (candidate.to_string(), "分区统计".to_owned());
        let new = crate::NewRelease { subject, title, subject_digest: seen, authors, operator, scenario };
        let opened = self.casework.open_release(opener, new).await;
        (allowed(opened.unwrap()), seen)
    }

    /// The first scenario; one that is made for it, where there is none.
    async fn some_scenario(&self) -> ScenarioId {
        let known = self.town.registry.scenarios(&Page::first()).await.unwrap();
        if let Some(scenario) = known.items.first() {
            return scenario.id.clone();
        }
        let fund = self.town.resource("released_accounts", fund_columns()).await;
        let agreement = self.town.agreement(std::slice::from_ref(&fund), 1).await;
        self.town.scenario("分区统计", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await
    }

    async fn view(&self, id: &CaseId, viewer: &Actor) -> CaseView {
        self.casework.case(id, viewer).await.unwrap().unwrap()
    }

    async fn digest_of(&self, id: &CaseId) -> Digest {
        self.view(id, &self.town.regulators[0]).await.subject_digest
    }

    async fn says(&self, actor: &Actor, id: &CaseId, step: &str, outcome: Outcome) -> CaseState {
        let opinion = self.whole(id, step, outcome).await;
        allowed(self.casework.sign(actor, id, step, opinion).await.unwrap())
    }

    /// An opinion with a good finding on each thing that the step finds on, and with the
    /// record of the check that they come from.
    async fn whole(&self, id: &CaseId, step: &str, outcome: Outcome) -> Opinion {
        let view = self.view(id, &self.town.regulators[0]).await;
        let named = view.steps.iter().find(|known| known.step == step);
        let keys = named.map(|named| named.findings.clone()).unwrap_or_default();
        let evidence = (!keys.is_empty()).then(|| digest(self.town.ledger(), "a check"));
        let findings = keys.into_iter().map(|key| (key, true)).collect();
        let whole = opinion(outcome, view.subject_digest);
        Opinion { evidence, said: crate::Said { findings, ..crate::Said::default() }, ..whole }
    }

    async fn approves(&self, actor: &Actor, id: &CaseId, step: &str) -> CaseState {
        self.says(actor, id, step, Outcome::Approve).await
    }

    /// The codes with which a signature is refused.
    async fn may_not(&self, actor: &Actor, id: &CaseId, step: &str) -> Vec<String> {
        let opinion = self.whole(id, step, Outcome::Approve).await;
        refused(self.casework.sign(actor, id, step, opinion).await.unwrap())
    }

    async fn inbox(&self, actor: &Actor, items_max: usize) -> Listing<InboxItem> {
        self.casework.inbox(actor, &Page { after: None, items_max }).await.unwrap()
    }

    fn advance_to(&self, year: i16, month: i8, day: i8) {
        let noon = Time::at_start_of(jiff::civil::date(year, month, day)).plus_micros(12 * 3_600_000_000);
        self.town.ledger().clock().advance_to(noon).unwrap();
    }
}
