//! Districts on the city's platform under each document: by which scheme they
//! authorise, who decides on it, and what their people see and sign.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{DistrictSchemeId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::testing::{fund_columns, new_paper, new_resource, regime_of, scheme_id, town_under};
use shuyu_registry::{AgreementKind, DistrictSchemeState, NewDistrictScheme, NewOrganisation, NewPerson, Password};

use super::*;
use crate::{MatterFilter, NewMatter};

/// A city with one district in it.
struct Under {
    office: Office,
    /// The district's data department.
    department: Vec<Actor>,
    /// A department of the district that holds data.
    source: Vec<Actor>,
}

async fn under(ledger: &Ledger, code: &str) -> Under {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
    let office = Office { town, casework };
    // Where the document has one agency by name, a district's is not even entered.
    let single = &office.town.registry.regime().roles.single_holders;
    let is_single = single.as_ref().is_some_and(|rule| rule.value.contains(&Role::Agency));
    let role = if is_single { Role::Operator } else { Role::Agency };
    let department = office.newcomers("城东区数据局", role, 3).await;
    let source = office.newcomers("城东区交通局", Role::Source, 1).await;
    Under { office, department, source }
}

async fn placed(ledger: &Ledger, code: &str) -> Under {
    let under = under(ledger, code).await;
    let district = under.district();
    for organisation in [&district, &under.source[0].organisation] {
        allowed(under.place(organisation, &district).await);
    }
    under
}

impl Office {
    async fn newcomers(&self, name: &str, role: Role, count: usize) -> Vec<Actor> {
        let registry = &self.town.registry;
        let code17 = format!("12430100MB1C000{:02}", Role::ALL.iter().position(|known| *known == role).unwrap());
        let check = shuyu_model::identifier::credit_code_check(&code17).unwrap();
        let new = NewOrganisation {
            identity_number: None,
            name: name.to_owned(),
            credit_code: format!("{code17}{check}"),
            roles: vec![role],
            entity_kind: Some(shuyu_registry::EntityKind::LegalPerson),
            owned_by: Vec::new(),
        };
        let organisation = allowed(registry.add_organisation(&self.town.admins[0], new).await.unwrap());
        let mut people = Vec::new();
        for number in 0..count {
            let login = format!("some.{}.{number}", role.word());
            let new = NewPerson {
                name: login.clone(),
                login,
                password: Password::new("correct horse battery"),
                organisation: organisation.clone(),
            };
            let person = allowed(registry.add_person(&self.town.admins[0], new).await.unwrap());
            allowed(registry.grant_role(&self.town.admins[1], &person, role).await.unwrap());
            people.push(registry.actor(&person).await.unwrap().unwrap());
        }
        let Some(keeper) = people.first() else { return people };
        for (kind, rules) in &registry.regime().dossier {
            if rules.of.contains(&role) && !rules.is_of_scenario() && !kind.is_by_choice() {
                let paper = new_paper(self.town.ledger(), *kind, None);
                allowed(registry.enter_paper(keeper, &organisation, paper).await.unwrap());
            }
        }
        people
    }
}

impl Under {
    fn district(&self) -> OrganisationId {
        self.department[0].organisation.clone()
    }

    async fn place(&self, organisation: &OrganisationId, district: &OrganisationId) -> shuyu_model::Verdict<()> {
        let admin = &self.office.town.admins[0];
        self.office.town.registry.place_in_district(admin, organisation, district).await.unwrap()
    }

    fn scheme(&self, sections: &[&str]) -> NewDistrictScheme {
        let sections: BTreeMap<String, String> =
            sections.iter().map(|key| ((*key).to_owned(), "见方案".to_owned())).collect();
        let document_digest = digest(self.office.town.ledger(), "scheme");
        NewDistrictScheme {
            title: "城东区授权运营实施方案".into(),
            document_digest,
            sections,
            narrows: BTreeMap::new(),
            parent: Some(scheme_id()),
        }
    }

    async fn drafted(&self) -> DistrictSchemeId {
        let new = self.scheme(&["organisation_structure", "working_mechanism"]);
        allowed(self.office.town.registry.draft_district_scheme(&self.department[0], new).await.unwrap())
    }

    /// Signs with whatever paper a step may ask for.
    async fn signs(&self, actor: &Actor, case: &CaseId, step: &str) -> Result<CaseState, Vec<String>> {
        let mut said = opinion(Outcome::Approve, self.office.digest_of(case).await);
        said.evidence = Some(digest(self.office.town.ledger(), "paper"));
        let signed = self.office.casework.sign(actor, case, step, said).await.unwrap().into_result();
        signed.map_err(|reasons| reasons.iter().map(|reason| reason.code.to_string()).collect())
    }

    /// What speaks against an agreement of the district, by code and clause.
    async fn against_agreement(&self) -> Vec<(String, String)> {
        let town = &self.office.town;
        let from = town.ledger().now().day();
        let until = from.saturating_add(jiff::Span::new().years(1));
        let resource = town.registry.resources(&Page::first()).await.unwrap().items[0].id.clone();
        let grantee = town.operator[0].organisation.clone();
        let new = town.new_agreement(AgreementKind::Operator, grantee, vec![resource], None, from, until);
        match town.registry.draft_agreement(&self.department[0], new).await.unwrap().into_result() {
            Ok(_) => Vec::new(),
            Err(reasons) => reasons.iter().map(|r| (r.code.to_string(), r.clause.clone())).collect(),
        }
    }
}

/// What only somebody of a district is told.
pub(super) async fn codes_of_another_district(ledger: &Ledger) -> Vec<String> {
    let under = placed(ledger, "changsha-2026").await;
    let (town, office) = (&under.office.town, &under.office);
    let new = new_resource("fund_accounts", fund_columns());
    let resource = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
    let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, resource.as_str()).await;
    let step = office.view(&case, &town.regulators[0]).await.steps[0].step.clone();
    under.signs(&under.department[0], &case, &step).await.unwrap_err()
}

#[tokio::test]
async fn a_district_authorises_by_a_scheme_of_its_own_that_went_the_documents_way() {
    // Which sections are asked for, the steps with who signs each, copies due.
    type Row = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, Role)], usize);
    let rows: &[Row] = &[
        ("changsha-2026", "十一", &["REG-083"], &[("government_decision", Role::Agency)], 1),
        ("changsha-2023", "7,17", &[], &[("first_review", Role::Agency), ("city_approval", Role::Regulator)], 0),
        ("changchun-2025", "28", &[], &[("government_decision", Role::Agency)], 1),
    ];
    for (code, clause, bare, steps, copies) in rows {
        for (backend, ledger, _folder) in ledgers().await {
            let under = placed(&ledger, code).await;
            let (office, registry) = (&under.office, &under.office.town.registry);
            office.town.resource("fund_accounts", fund_columns()).await;
            let refused_by = under.against_agreement().await;
            let expected = vec![("REG-081".to_owned(), format!("{code} {clause}"))];
            assert_eq!(refused_by, expected, "{code} on {backend}");

            let empty = under.scheme(&[]);
            let drafted = registry.draft_district_scheme(&under.department[0], empty).await.unwrap();
            let codes: Vec<String> = drafted
                .into_result()
                .err()
                .map_or(Vec::new(), |reasons| reasons.iter().map(|reason| reason.code.to_string()).collect());
            assert_eq!(codes, *bare, "{code}: prescribed sections");
            let city = registry.draft_district_scheme(&office.town.agency[0], under.scheme(&[])).await.unwrap();
            assert!(refused(city).contains(&"REG-084".to_owned()), "{code}: the city's own agency is no district");

            let scheme = under.drafted().await;
            let (kind, seen) = (ProcedureKind::DistrictScheme, registry.district_scheme(&under.department[0], &scheme));
            let seen = seen.await.unwrap().unwrap().digest;
            let casework = &office.casework;
            let early = casework.open(&under.department[0], kind, scheme.as_str(), seen, Vec::new()).await.unwrap();
            assert_eq!(refused(early), ["CAS-082"], "{code}: the city's scheme is not in force");
            crate::testing::rested(casework, &office.town.agency[0], &office.town.agency[3]).await;
            let case = office.open(&under.department[0], ProcedureKind::DistrictScheme, scheme.as_str()).await;
            if let [_, (last, _)] = steps {
                let early = under.signs(&office.town.regulators[0], &case, last).await.unwrap_err();
                assert!(early.contains(&"CAS-002".to_owned()), "{code}: decided before the first review: {early:?}");
            }
            let own = under.signs(&under.department[0], &case, steps[0].0).await.unwrap_err();
            assert!(own.contains(&"CAS-005".to_owned()), "{code}: the author signs: {own:?}");
            let others = under.signs(&office.town.agency[0], &case, steps[0].0).await.unwrap_err();
            assert!(others.contains(&"CAS-004".to_owned()), "{code}: the city's agency signs: {others:?}");
            for (step, role) in *steps {
                assert_eq!(under.against_agreement().await, expected, "{code}: not before `{step}`");
                let signer = if *role == Role::Agency { &under.department[1] } else { &office.town.regulators[0] };
                under.signs(signer, &case, step).await.unwrap();
            }
            let found = registry.district_scheme(&under.department[0], &scheme).await.unwrap().unwrap();
            assert_eq!(found.state, DistrictSchemeState::InForce, "{code}");
            let filings = office.view(&case, &office.town.regulators[0]).await.filings;
            assert_eq!(filings.len(), *copies, "{code}: copies for the city's bureau");
            assert!(
                filings
                    .iter()
                    .all(|copy| copy.to == shuyu_model::regime::words::Body::Regulator && copy.filed_at.is_none())
            );
            assert_eq!(under.against_agreement().await, [], "{code}: it authorises now");

            // A newer one takes its place when it has gone the same way.
            let newer = under.drafted().await;
            let case = office.open(&under.department[0], ProcedureKind::DistrictScheme, newer.as_str()).await;
            for (step, role) in *steps {
                let signer = if *role == Role::Agency { &under.department[1] } else { &office.town.regulators[0] };
                under.signs(signer, &case, step).await.unwrap();
            }
            let older = registry.district_scheme(&office.town.regulators[0], &scheme).await.unwrap().unwrap();
            assert_eq!(older.state, DistrictSchemeState::Superseded, "{code}");
            assert_eq!(under.against_agreement().await, [], "{code}");
        }
    }
}

#[tokio::test]
async fn who_is_placed_in_a_district_is_what_the_document_and_the_district_let_be() {
    for code in ["luohu-2025", "xianning-2025"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let under = under(&ledger, code).await;
        assert_eq!(refused(under.place(&under.district(), &under.district()).await), ["REG-080"], "{code}");
    }
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let under = under(&ledger, "changsha-2026").await;
    let town = &under.office.town;
    let bureau = &town.regulators[0].organisation;
    assert_eq!(refused(under.place(bureau, bureau).await), ["REG-082", "REG-084"], "the bureau is the city's");
    let source = &under.source[0].organisation;
    assert_eq!(refused(under.place(source, source).await), ["REG-084"], "it does not authorise");
    let early = town.registry.place_in_district(&town.admins[0], source, &under.district()).await;
    assert!(early.is_err(), "the district is not entered yet");
    let nobody = town.registry.place_in_district(&town.agency[0], &under.district(), &under.district()).await;
    assert_eq!(refused(nobody.unwrap()), ["REG-011"]);
    allowed(under.place(&under.district(), &under.district()).await);
    allowed(under.place(source, &under.district()).await);
    let again = town.registry.place_in_district(&town.admins[0], source, &under.district()).await;
    assert!(again.is_err(), "for good");
}

#[tokio::test]
async fn a_district_sees_and_signs_its_own_business_and_the_city_all() {
    for (backend, ledger, _folder) in ledgers().await {
        let under = placed(&ledger, "changsha-2026").await;
        let (office, casework) = (&under.office, &under.office.casework);
        let (town, registry) = (&office.town, &office.town.registry);
        let mut cases = Vec::new();
        for (source, name) in [(&town.source[0], "fund_accounts"), (&under.source[0], "parking_lots")] {
            let new = new_resource(name, fund_columns());
            let resource = allowed(registry.draft_resource(source, new).await.unwrap());
            cases.push(office.open(source, ProcedureKind::ResourceRegistration, resource.as_str()).await);
        }
        let [citys, districts] = [&cases[0], &cases[1]];
        let department = &under.department[0];
        assert!(casework.case(citys, department).await.unwrap().is_none(), "{backend}: the city's");
        assert!(casework.case(districts, department).await.unwrap().is_some(), "{backend}: its own");
        assert!(casework.case(districts, &town.agency[0]).await.unwrap().is_some(), "{backend}: the city sees all");
        let waiting =
            |listing: Listing<InboxItem>| listing.items.into_iter().map(|item| item.id).collect::<BTreeSet<_>>();
        assert_eq!(waiting(office.inbox(department, 10).await), BTreeSet::from([districts.clone()]), "{backend}");
        assert_eq!(waiting(office.inbox(&town.agency[0], 10).await), cases.iter().cloned().collect(), "{backend}");
        let step = office.view(citys, &town.regulators[0]).await.steps[0].step.clone();
        assert_eq!(under.signs(department, citys, &step).await, Err(vec!["CAS-088".to_owned()]), "{backend}");
        under.signs(department, districts, &step).await.unwrap();

        let mut matters = Vec::new();
        for (opener, title) in [(&town.regulators[0], "市级方案"), (&under.source[0], "区级方案")] {
            let subject = opener.organisation.to_string();
            let new = NewMatter {
                cites: Vec::new(),
                kind: MatterKind::Scheme,
                subject,
                counterparty: None,
                title: title.into(),
                facts: BTreeMap::new(),
            };
            matters.push(allowed(casework.open_matter(opener, new).await.unwrap()));
        }
        let seen = async |viewer: &Actor| {
            let found = casework.matters(viewer, &MatterFilter::default(), &Page::first()).await.unwrap();
            found.items.into_iter().map(|item| item.id).collect::<BTreeSet<_>>()
        };
        assert_eq!(seen(department).await, BTreeSet::from([matters[1].clone()]), "{backend}: its own");
        assert_eq!(seen(&town.agency[0]).await, matters.iter().cloned().collect(), "{backend}: all");
        assert!(casework.matter(&matters[0], department).await.unwrap().is_none());
        assert!(casework.matter(&matters[1], &town.regulators[0]).await.unwrap().is_some());
        let owed = casework.obligations(department, &Page::first()).await.unwrap();
        assert!(owed.items.iter().all(|one| one.about != citys.to_string()), "{backend}: {owed:?}");
    }
}

#[tokio::test]
async fn a_districts_own_bodies_decide_its_selection_and_the_city_looks_on() {
    for (backend, ledger, _folder) in ledgers().await {
        let under = placed(&ledger, "changsha-2023").await;
        let (office, casework) = (&under.office, &under.office.casework);
        let town = &office.town;
        let scheme = crate::testing::scheme_in_force(casework, &town.agency[0]).await;
        let new = NewMatter {
            cites: Vec::new(),
            kind: MatterKind::OperatorSelection,
            subject: under.district().to_string(),
            counterparty: None,
            title: "城东区运营主体比选".into(),
            facts: BTreeMap::from([("scheme".to_owned(), scheme.to_string())]),
        };
        let id = allowed(casework.open_matter(&under.department[0], new).await.unwrap());
        let call = super::candidacies::Call { office: under.office, id, scheme: Some(scheme) };
        let (casework, town) = (&call.office.casework, &call.office.town);
        let makes = async |actor: &Actor, name: &str, more: &[(&str, &str)]| {
            let view = casework.matter(&call.id, &town.regulators[0]).await.unwrap().unwrap();
            let facts = more.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())).collect();
            let named = crate::MatterMove {
                cites: Vec::new(),
                assignee: None,
                name: name.to_owned(),
                reason: "looked at all of it".into(),
                evidence: Some(digest(town.ledger(), name)),
                facts,
                due_day: None,
                seen_version: view.item.version,
            };
            casework.make_move(actor, &call.id, named).await.unwrap()
        };
        let [first, second] = [&under.department[0], &under.department[1]];
        for name in ["announce", "open_applications"] {
            allowed(makes(first, name, &[]).await);
        }
        let applicant = &town.operator[0];
        crate::testing::apply(casework, &call.id, applicant).await;
        crate::testing::complete(casework, &call.id, applicant, &under.department[2]).await;
        crate::testing::score(casework, &call.id, &applicant.organisation, first, 80).await;
        ledger.clock().advance_to(ledger.now().plus_days(30)).unwrap();
        for name in ["close_applications", "check"] {
            allowed(makes(first, name, &[]).await);
        }
        let chosen = [("winner", applicant.organisation.as_str()), ("few_reason", "仅一家符合条件")];
        allowed(makes(first, "evaluate", &chosen).await);
        let citys = refused(makes(&town.regulators[0], "approve", &[]).await);
        assert_eq!(citys, ["CAS-022"], "{backend}: the city looks on");
        let own = refused(makes(first, "approve", &[]).await);
        assert_eq!(own, ["CAS-024"], "{backend}: not by who opened it");
        assert_eq!(allowed(makes(second, "approve", &[]).await), "approved", "{backend}");
        let seen = casework.matter(&call.id, &town.regulators[0]).await.unwrap();
        assert!(seen.is_some(), "{backend}: the city's bureau sees it");
    }
}
