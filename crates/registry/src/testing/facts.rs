//! Everything that the rules ask of a resource beside its description: facts, its place in
//! its department's catalogue, the requirements of its field; and findings on products.

use std::collections::BTreeSet;

use shuyu_ledger::Event;
use shuyu_model::UseKind;
use shuyu_model::id::{HoldingId, OrganisationId, PersonId, ProductId, ResourceId};
use shuyu_model::regime::FactKind;

use super::{Town, digest, nth};
use crate::catalogue::store as catalogues;
use crate::facts::{BaseEntry, Fact, store as facts};
use crate::live::Basis;
use crate::product::store as products;
use crate::requirement::{FieldRequirement, store as requirements};
use crate::store::Book;
use crate::supply::{self, Supply};
use crate::{Catalogue, CatalogueKind, CatalogueState, FindingOutcome, ProductFinding};

impl Town {
    /// Tells everything that acts wait for of a resource, lists it and agrees on its use.
    pub async fn told_all(&self, id: &ResourceId) {
        let regime = self.registry.regime_arc();
        let resource = self.registry.resource(id).await.expect("a world").expect("a resource");
        let by = resource.authors.first().expect("an author").clone();
        let mut turn = self.registry.turn().await.expect("a turn");
        for (kind, rules) in regime.fact.iter().filter(|(_, rules)| rules.before.is_some()) {
            let listed = rules.values.as_ref().and_then(|values| values.value.first().cloned());
            let told = listed.unwrap_or_else(|| format!("{}-{}", kind.word(), resource.name));
            if *kind == FactKind::BaseEntry {
                let (title, holder) = (resource.title.clone(), resource.source.clone());
                let entered_at = self.ledger().now();
                let entry = BaseEntry { id: told.clone(), title, holder, update_every_days: None, entered_at };
                facts::put_base_entry(turn.change(), &entry, &by).await.expect("an entry");
            }
            let before = facts::facts(&mut Book::Change(turn.change()), id.as_str()).await.expect("facts");
            let number = before.iter().filter(|(_, fact)| fact.fact == *kind).count();
            let fact = Fact {
                fact: *kind,
                number: u32::try_from(number).unwrap_or_default().saturating_add(1),
                told: vec![told],
                told_by: by.clone(),
                organisation: resource.source.clone(),
                told_at: self.ledger().now(),
            };
            facts::insert_fact(turn.change(), id.as_str(), &fact).await.expect("a fact");
        }
        if regime.resource.requirements_agreed.as_ref().is_some_and(|rule| rule.value) {
            let agency = nth(&self.agency, 0);
            let requirement = FieldRequirement {
                id: self.ledger().new_id(),
                field: "测试领域".into(),
                resources: vec![id.clone()],
                uses: vec![UseKind::PublicGovernance, UseKind::PublicWelfare, UseKind::Industry],
                scope: "made for a test".into(),
                security: "made for a test".into(),
                document_digest: digest(self.ledger(), "requirement"),
                organisation: agency.organisation.clone(),
                proposed_at: self.ledger().now(),
                consents: Vec::new(),
                withdrawn_at: None,
            };
            requirements::insert(turn.change(), &requirement, &agency.person).await.expect("a requirement");
            let parties = BTreeSet::from([agency.organisation.clone(), resource.source.clone()]);
            for organisation in parties {
                let consenting = self.person_of(&organisation);
                requirements::consent(turn.change(), &requirement.id, &consenting).await.expect("a consent");
            }
        }
        turn.touch(Basis::Catalogues);
        turn.touch(Basis::Resource(id.clone()));
        turn.commit(Event::done(None, "resource.fact_told", id.as_str())).await.expect("facts");
        if regime.catalogue.as_ref().and_then(|rules| rules.department_own.as_ref()).is_some_and(|rule| rule.value) {
            self.listed_by(&resource.source, &by).await;
        }
    }

    /// The next version of a department's own catalogue, published, whoever may do so now.
    async fn listed_by(&self, source: &OrganisationId, by: &PersonId) {
        let (registry, kind) = (&self.registry, CatalogueKind::Department);
        let world = registry.world().await.expect("a world");
        let (entries, left_out) = registry.drawn(&world, kind, Some(source));
        let mut turn = registry.turn().await.expect("a turn");
        let before = catalogues::versions(&mut Book::Change(turn.change()), kind, Some(source)).await;
        let number = before.expect("versions").iter().map(|one| one.number).max().unwrap_or_default();
        let version = Catalogue {
            id: self.ledger().new_id(),
            kind,
            organisation: source.clone(),
            number: number.saturating_add(1),
            state: CatalogueState::Compiled,
            entries,
            left_out,
            asked: Vec::new(),
            demands: Vec::new(),
            digest: digest(self.ledger(), "catalogue"),
            compiled_by: by.clone(),
            compiled_at: self.ledger().now(),
            decision: None,
            decided_at: None,
            published_at: None,
            answers: Vec::new(),
        };
        catalogues::insert(turn.change(), &version).await.expect("a catalogue");
        catalogues::supersede(turn.change(), kind, Some(source)).await.expect("a catalogue");
        catalogues::set_published(turn.change(), &version.id, by).await.expect("a catalogue");
        turn.touch(Basis::Catalogues);
        turn.commit(Event::done(None, "catalogue.published", version.id.as_str())).await.expect("a catalogue");
    }

    /// Somebody of an organisation here.
    fn person_of(&self, organisation: &OrganisationId) -> shuyu_model::Actor {
        let all = [&self.agency, &self.source, &self.other_source];
        let found = all.into_iter().flatten().find(|actor| actor.organisation == *organisation);
        found.expect("a person of that organisation").clone()
    }

    /// Finds every interest of a product clear that the rules protect.
    pub async fn found_product_clear(&self, id: &ProductId) {
        let regime = self.registry.regime_arc();
        let Some(rule) = regime.product.as_ref().and_then(|rules| rules.interests.as_ref()) else { return };
        let operator = nth(&self.operator, 0);
        let mut turn = self.registry.turn().await.expect("a turn");
        for interest in &rule.value {
            let finding = ProductFinding {
                interest: *interest,
                number: 1,
                outcome: FindingOutcome::Clear,
                treatment: None,
                document_digest: digest(self.ledger(), "finding"),
                found_by: operator.person.clone(),
                organisation: operator.organisation.clone(),
                found_at: self.ledger().now(),
            };
            products::insert_finding(turn.change(), id, &finding).await.expect("a finding");
        }
        turn.touch(Basis::Product(id.clone()));
        turn.commit(Event::done(None, "product.interest_found", id.as_str())).await.expect("findings");
    }

    /// A landing of a resource now, with so many good rows of a thousand.
    pub async fn landed(&self, id: &ResourceId, accuracy: i64) {
        let mut turn = self.registry.turn().await.expect("a turn");
        let last = self.registry.last_supply_in(&mut turn, id).await.expect("supplies");
        let holding: HoldingId = self.ledger().new_id();
        let supply = Supply {
            holding,
            resource: id.clone(),
            version: last.map_or(0, |last| last.version).saturating_add(1),
            landed_at: self.ledger().now(),
            rows_good: accuracy,
            rows_bad: 1000 - accuracy,
            accuracy,
            completeness: 1000,
        };
        supply::landed(turn.change(), &supply).await.expect("a supply");
        turn.commit(Event::done(None, "holding.sealed", supply.holding.as_str())).await.expect("a supply");
    }
}
