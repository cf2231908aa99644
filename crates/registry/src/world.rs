//! Everything the registry knows, in memory: what decisions are made from.
//!
//! A world is a value; a change makes a new one that shares what did not change.
//! INVARIANT (one writer): the ledger's folder is served by one process, so
//! nothing changes in the database that did not go through [`crate::Turn`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use shuyu_model::id::{
    AgreementId, AmendmentId, DistrictSchemeId, OrderId, OrganisationId, PersonId, ProductId, RegistrationId,
    RequirementId, ResourceId, ScenarioId,
};
use shuyu_model::regime::{FactKind, Interest, PaperKind, SpecialUse};
use shuyu_model::registration::RegistrationKind;
use shuyu_model::{Day, Time};

use crate::catalogue;
use crate::cleared::{self, ClearedConflict};
use crate::district::{self, DistrictScheme};
use crate::dossier::{self, Paper};
use crate::facts::{self, BaseEntry, Fact, Stop};
use crate::findings::{self, Finding};
use crate::grading::{self, GradingRules};
use crate::live::Basis;
use crate::own::{self, OwnTable};
use crate::product::{self, DeclaredUse, ProductFinding};
use crate::registration::{self, Application, Registration};
use crate::requirement::{self, FieldRequirement};
use crate::standing::{results_of, shelf_of};
use crate::store::Book;
use crate::whole::{self, WholeAgency};
use crate::{
    Admission, Agreement, AgreementKind, Amendment, Order, Organisation, Person, RegistryError, Resource, Scenario,
    store,
};

/// The registry's memory at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// How many changes it has seen.
    pub(crate) generation: u64,
    pub(crate) organisations: BTreeMap<OrganisationId, Arc<Organisation>>,
    pub(crate) people: BTreeMap<PersonId, Arc<Person>>,
    pub(crate) resources: BTreeMap<ResourceId, Arc<Resource>>,
    pub(crate) agreements: BTreeMap<AgreementId, Arc<Agreement>>,
    pub(crate) scenarios: BTreeMap<ScenarioId, Arc<Scenario>>,
    /// What shall change in agreements, or did.
    pub(crate) amendments: BTreeMap<AmendmentId, Arc<Amendment>>,
    /// What operators and entities brought into workrooms.
    pub(crate) own_tables: BTreeMap<ResourceId, Arc<OwnTable>>,
    /// What operators ordered from processors.
    pub(crate) orders: BTreeMap<OrderId, Arc<Order>>,
    /// Agreements and scenarios that rest, and since when.
    pub(crate) suspended: BTreeMap<String, Time>,
    /// To which day what an ended agreement had delivered goes on.
    pub(crate) going_on: BTreeMap<AgreementId, Day>,
    /// How entities stand with operators.
    pub(crate) admissions: BTreeMap<(OrganisationId, OrganisationId), Admission>,
    pub(crate) registrations: BTreeMap<RegistrationId, Arc<Registration>>,
    /// Those of a resource or product, oldest first.
    pub(crate) registered: HashMap<String, Vec<RegistrationId>>,
    /// What waits for a decision.
    pub(crate) applications: BTreeMap<(String, RegistrationKind), Arc<Application>>,
    /// The papers on file of each organisation that nothing has replaced.
    pub(crate) papers: BTreeMap<OrganisationId, Vec<Arc<Paper>>>,
    /// The last finding on each protected interest of each resource.
    pub(crate) findings: BTreeMap<ResourceId, BTreeMap<Interest, Finding>>,
    /// What was told last of each resource and scenario.
    pub(crate) facts: BTreeMap<String, BTreeMap<FactKind, Fact>>,
    /// Resources that their departments stopped.
    pub(crate) stops: BTreeMap<ResourceId, Stop>,
    /// The base catalogue.
    pub(crate) base: BTreeMap<String, BaseEntry>,
    /// What stands in the catalogues that departments published.
    pub(crate) department_catalogues: BTreeMap<OrganisationId, BTreeSet<ResourceId>>,
    /// What is agreed for fields.
    /// The rules of grading that count.
    pub(crate) grading: Option<GradingRules>,
    pub(crate) requirements: BTreeMap<RequirementId, Arc<FieldRequirement>>,
    /// The last finding on each protected interest of each product.
    pub(crate) product_findings: BTreeMap<ProductId, BTreeMap<Interest, ProductFinding>>,
    /// Special uses of scenarios.
    pub(crate) special_uses: BTreeMap<ScenarioId, BTreeMap<SpecialUse, DeclaredUse>>,
    /// The districts that organisations belong to; a district's data department to itself.
    pub(crate) districts: BTreeMap<OrganisationId, OrganisationId>,
    /// Conflicts of projects that were cleared, by project and processor.
    pub(crate) cleared: BTreeMap<(ScenarioId, OrganisationId), ClearedConflict>,
    /// The agency of whole authorisations, where one was named.
    pub(crate) whole_agency: Option<WholeAgency>,
    /// Their schemes.
    pub(crate) district_schemes: BTreeMap<DistrictSchemeId, Arc<DistrictScheme>>,
    /// Development agreements by entity.
    development: HashMap<OrganisationId, Vec<AgreementId>>,
}

impl World {
    /// Reads everything.
    pub(crate) async fn load(book: &mut Book<'_>) -> Result<Self, RegistryError> {
        let mut world = Self::default();
        world.take_organisations(store::organisations(book, "").await?);
        world.take_people(store::people(book, "").await?);
        world.take_resources(store::resources(book, "").await?);
        world.take_agreements(store::agreements(book, "").await?);
        world.take_amendments(store::amendments(book, "").await?);
        world.take_scenarios(store::scenarios(book, "").await?);
        world.suspended.extend(store::suspensions(book, "").await?);
        world.going_on.extend(store::going_on(book, "").await?);
        world.take_admissions(store::admissions(book, "").await?);
        world.take_registrations(registration::store::registrations(book, "").await?);
        world.take_applications(registration::store::applications(book, "").await?);
        world.take_papers(dossier::store::papers(book, "").await?);
        world.take_findings(findings::store::findings(book, "").await?);
        world.take_orders(store::orders(book, "").await?);
        world.take_own_tables(own::store::own_tables(book, "").await?);
        world.take_districts(book, "").await?;
        world.whole_agency = whole::store::named(book).await?;
        world.take_cleared(cleared::store::cleared(book, "").await?);
        world.take_facts(book, "").await?;
        world.take_catalogues(book).await?;
        world.take_uses(book, "").await?;
        world.take_product_findings(book, "").await?;
        world.index();
        Ok(world)
    }

    /// Reads again what was touched.
    pub(crate) async fn refresh(
        &mut self,
        book: &mut Book<'_>,
        touched: &BTreeSet<Basis>,
    ) -> Result<(), RegistryError> {
        for basis in touched {
            match basis {
                Basis::Organisation(id) => {
                    self.take_organisations(store::organisations(book, id.as_str()).await?);
                    self.take_admissions(store::admissions(book, id.as_str()).await?);
                    self.papers.remove(id);
                    self.take_papers(dossier::store::papers(book, id.as_str()).await?);
                    self.take_districts(book, id.as_str()).await?;
                    self.whole_agency = whole::store::named(book).await?;
                }
                Basis::Person(id) => self.take_people(store::people(book, id.as_str()).await?),
                Basis::Resource(id) => {
                    self.take_resources(store::resources(book, id.as_str()).await?);
                    self.refresh_registrations(book, id.as_str()).await?;
                    self.take_findings(findings::store::findings(book, id.as_str()).await?);
                    self.take_own_tables(own::store::own_tables(book, id.as_str()).await?);
                    self.stops.remove(id);
                    self.take_facts(book, id.as_str()).await?;
                    self.take_suspensions(id.as_str(), store::suspensions(book, id.as_str()).await?);
                }
                Basis::Product(id) => {
                    self.refresh_registrations(book, id.as_str()).await?;
                    self.take_product_findings(book, id.as_str()).await?;
                }
                Basis::Catalogues => self.take_catalogues(book).await?,
                Basis::Rules => {}
                Basis::Application(subject) => self.refresh_registrations(book, subject).await?,
                Basis::Agreement(id) => {
                    self.take_agreements(store::agreements(book, id.as_str()).await?);
                    self.take_amendments(store::amendments(book, id.as_str()).await?);
                    self.going_on.remove(id);
                    self.going_on.extend(store::going_on(book, id.as_str()).await?);
                    self.take_suspensions(id.as_str(), store::suspensions(book, id.as_str()).await?);
                }
                Basis::Order(id) => self.take_orders(store::orders(book, id.as_str()).await?),
                Basis::Scenario(id) => {
                    self.take_scenarios(store::scenarios(book, id.as_str()).await?);
                    self.take_cleared(cleared::store::cleared(book, id.as_str()).await?);
                    self.take_suspensions(id.as_str(), store::suspensions(book, id.as_str()).await?);
                    self.take_facts(book, id.as_str()).await?;
                    self.take_uses(book, id.as_str()).await?;
                    let results = results_of(id.as_str());
                    self.take_suspensions(&results, store::suspensions(book, &results).await?);
                    let shelf = shelf_of(id.as_str(), None);
                    self.suspended.retain(|name, _| !name.starts_with(&shelf));
                    self.suspended.extend(store::suspensions_below(book, &shelf).await?);
                }
            }
        }
        if touched.iter().any(|basis| matches!(basis, Basis::Agreement(_))) {
            self.index();
        }
        Ok(())
    }

    fn take_organisations(&mut self, rows: Vec<Organisation>) {
        self.organisations.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_people(&mut self, rows: Vec<Person>) {
        self.people.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_resources(&mut self, rows: Vec<Resource>) {
        self.resources.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_agreements(&mut self, rows: Vec<Agreement>) {
        self.agreements.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_amendments(&mut self, rows: Vec<Amendment>) {
        self.amendments.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_scenarios(&mut self, rows: Vec<Scenario>) {
        self.scenarios.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_orders(&mut self, rows: Vec<Order>) {
        self.orders.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_own_tables(&mut self, rows: Vec<OwnTable>) {
        self.own_tables.extend(rows.into_iter().map(|row| (row.id.clone(), Arc::new(row))));
    }

    fn take_suspensions(&mut self, subject: &str, rows: Vec<(String, Time)>) {
        self.suspended.remove(subject);
        self.suspended.extend(rows);
    }

    fn take_admissions(&mut self, rows: Vec<Admission>) {
        self.admissions.extend(rows.into_iter().map(|row| ((row.entity.clone(), row.operator.clone()), row)));
    }

    async fn refresh_registrations(&mut self, book: &mut Book<'_>, subject: &str) -> Result<(), RegistryError> {
        self.applications.retain(|(of, _), _| of != subject);
        self.take_registrations(registration::store::registrations(book, subject).await?);
        self.take_applications(registration::store::applications(book, subject).await?);
        Ok(())
    }

    fn take_registrations(&mut self, rows: Vec<Registration>) {
        for row in rows {
            let of_subject = self.registered.entry(row.subject.clone()).or_default();
            if !of_subject.contains(&row.id) {
                of_subject.push(row.id.clone());
            }
            self.registrations.insert(row.id.clone(), Arc::new(row));
        }
    }

    fn take_applications(&mut self, rows: Vec<Application>) {
        self.applications.extend(rows.into_iter().map(|row| ((row.subject.clone(), row.kind), Arc::new(row))));
    }

    fn take_papers(&mut self, rows: Vec<Paper>) {
        for paper in rows.into_iter().filter(Paper::is_current) {
            self.papers.entry(paper.organisation.clone()).or_default().push(Arc::new(paper));
        }
    }

    /// In the order of their numbers, so that the last one stays.
    fn take_findings(&mut self, rows: Vec<(ResourceId, Finding)>) {
        for (resource, finding) in rows {
            self.findings.entry(resource).or_default().insert(finding.interest, finding);
        }
    }

    /// The papers of one kind that an organisation has on file, oldest first; for one
    /// scenario, or about the organisation.
    pub(crate) fn papers_of(
        &self,
        organisation: &OrganisationId,
        kind: PaperKind,
        scenario: Option<&ScenarioId>,
    ) -> impl Iterator<Item = &Paper> {
        let all = self.papers.get(organisation).into_iter().flatten().map(AsRef::as_ref);
        all.filter(move |paper: &&Paper| paper.kind == kind && paper.scenario.as_ref() == scenario)
    }

    /// In the order of their numbers, so that the last one stays.
    async fn take_facts(&mut self, book: &mut Book<'_>, subject: &str) -> Result<(), RegistryError> {
        for (subject, fact) in facts::store::facts(book, subject).await? {
            self.facts.entry(subject).or_default().insert(fact.fact, fact);
        }
        self.stops.extend(facts::store::stops(book, subject).await?);
        Ok(())
    }

    async fn take_catalogues(&mut self, book: &mut Book<'_>) -> Result<(), RegistryError> {
        let base = facts::store::base_entries(book).await?;
        self.base = base.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
        self.department_catalogues = catalogue::store::department_catalogues(book).await?;
        self.grading = grading::store::all(book).await?.pop();
        let requirements = requirement::store::requirements(book).await?;
        self.requirements = requirements.into_iter().map(|one| (one.id.clone(), Arc::new(one))).collect();
        Ok(())
    }

    async fn take_uses(&mut self, book: &mut Book<'_>, scenario: &str) -> Result<(), RegistryError> {
        for (scenario, declared) in product::store::special_uses(book, scenario).await? {
            self.special_uses.entry(scenario).or_default().insert(declared.special_use, declared);
        }
        Ok(())
    }

    async fn take_product_findings(&mut self, book: &mut Book<'_>, product: &str) -> Result<(), RegistryError> {
        for (product, finding) in product::store::findings(book, product).await? {
            self.product_findings.entry(product).or_default().insert(finding.interest, finding);
        }
        Ok(())
    }

    fn take_cleared(&mut self, all: Vec<ClearedConflict>) {
        self.cleared.extend(all.into_iter().map(|one| ((one.scenario.clone(), one.processor.clone()), one)));
    }

    async fn take_districts(&mut self, book: &mut Book<'_>, id: &str) -> Result<(), RegistryError> {
        self.districts.extend(district::store::places(book, id).await?);
        let schemes = district::store::schemes(book, id).await?;
        self.district_schemes.extend(schemes.into_iter().map(|scheme| (scheme.id.clone(), Arc::new(scheme))));
        Ok(())
    }

    fn index(&mut self) {
        self.development.clear();
        for agreement in self.agreements.values().filter(|a| a.kind == AgreementKind::Development) {
            self.development.entry(agreement.grantee.clone()).or_default().push(agreement.id.clone());
        }
    }

    /// The development agreements of an entity, oldest first.
    pub(crate) fn development_of(&self, entity: &OrganisationId) -> impl Iterator<Item = &Arc<Agreement>> {
        self.development.get(entity).into_iter().flatten().filter_map(|id| self.agreements.get(id))
    }

    pub(crate) fn organisation(&self, id: &OrganisationId) -> Result<&Arc<Organisation>, RegistryError> {
        self.organisations.get(id).ok_or_else(|| RegistryError::unknown("organisation", id.as_str()))
    }

    pub(crate) fn person(&self, id: &PersonId) -> Result<&Arc<Person>, RegistryError> {
        self.people.get(id).ok_or_else(|| RegistryError::unknown("person", id.as_str()))
    }

    pub(crate) fn resource(&self, id: &ResourceId) -> Result<&Arc<Resource>, RegistryError> {
        self.resources.get(id).ok_or_else(|| RegistryError::unknown("resource", id.as_str()))
    }

    pub(crate) fn agreement(&self, id: &AgreementId) -> Result<&Arc<Agreement>, RegistryError> {
        self.agreements.get(id).ok_or_else(|| RegistryError::unknown("agreement", id.as_str()))
    }

    pub(crate) fn scenario(&self, id: &ScenarioId) -> Result<&Arc<Scenario>, RegistryError> {
        self.scenarios.get(id).ok_or_else(|| RegistryError::unknown("scenario", id.as_str()))
    }

    pub(crate) fn own_table(&self, id: &ResourceId) -> Result<&Arc<OwnTable>, RegistryError> {
        self.own_tables.get(id).ok_or_else(|| RegistryError::unknown("own table", id.as_str()))
    }

    /// One that must be there.
    pub(crate) fn order(&self, id: &OrderId) -> Result<&Arc<Order>, RegistryError> {
        self.orders.get(id).ok_or_else(|| RegistryError::unknown("order", id.as_str()))
    }

    /// What an organisation is called, for a sentence.
    pub(crate) fn name_of<'a>(&'a self, id: &'a OrganisationId) -> &'a str {
        self.organisations.get(id).map_or(id.as_str(), |organisation| organisation.name.as_str())
    }
}
