//! What parties are as units, natural persons, origins of data, the document's own area,
//! roles kept apart, and papers that are kept whole.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_ledger::{Event, Ledger};
use shuyu_model::identifier::id_card_check;
use shuyu_model::regime::Sourced;
use shuyu_model::regime::words::{ArisesIn, TakesPart, UnitKind, Way};
use shuyu_model::registration::{Applicant, Registrable, RegistrationKind};
use shuyu_model::{Actor, CryptoProfile, Role};

use crate::party::IdentityNumber;
use crate::testing::{Town, allowed, digest, fund_columns, new_resource, refused, regime_of, town_under};
use crate::{
    AgreementKind, EntityKind, FileKind, KeptFile, NewApplication, NewFile, NewOrganisation, Origin, Page,
    RegistryError, Unit, kept,
};

async fn town_of(code: &str) -> (Town, Ledger, tempfile::TempDir) {
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, code)).await;
    (town, ledger, folder)
}

fn unit(unit_kind: UnitKind, division: &str, takes_part: TakesPart) -> Unit {
    Unit { unit_kind, division: division.into(), takes_part }
}

fn origin(way: Way) -> Origin {
    let returned_on = (way == Way::Returned).then(|| jiff::civil::date(2026, 5, 1));
    Origin { arose_in: ArisesIn::Service, way, duty: "供水服务".into(), returned_on }
}

pub(super) fn person(number: &str) -> NewOrganisation {
    NewOrganisation {
        name: "张三".into(),
        credit_code: String::new(),
        identity_number: Some(IdentityNumber::new(number)),
        roles: vec![Role::Entity],
        entity_kind: Some(EntityKind::NaturalPerson),
        owned_by: Vec::new(),
    }
}

pub(super) fn identity_number() -> String {
    let first17 = "43010219900101001";
    format!("{first17}{}", id_card_check(first17).unwrap())
}

fn of_roles(roles: &[Role]) -> NewOrganisation {
    let first17 = "91430200MA4L00009";
    let check = shuyu_model::identifier::credit_code_check(first17).unwrap();
    NewOrganisation {
        name: "某个单位".into(),
        credit_code: format!("{first17}{check}"),
        identity_number: None,
        roles: roles.to_vec(),
        entity_kind: Some(EntityKind::LegalPerson),
        owned_by: Vec::new(),
    }
}

async fn adds(town: &Town, new: NewOrganisation) -> Vec<String> {
    refused(town.registry.add_organisation(&town.admins[0], new).await.unwrap())
}

async fn states(town: &Town, by: &Actor, whose: &Actor, stated: Unit) -> Vec<String> {
    refused(town.registry.state_unit(by, &whose.organisation, stated).await.unwrap())
}

#[tokio::test]
async fn one_organisation_is_not_who_supervises_and_who_is_supervised() {
    let cases = [
        ("changsha-2026", [Role::Agency, Role::Operator], true),
        ("changsha-2026", [Role::Operator, Role::Entity], true),
        ("changchun-2025", [Role::Agency, Role::Operator], true),
        ("changchun-2025", [Role::Operator, Role::Entity], false),
        ("luohu-2025", [Role::Operator, Role::Entity], false),
    ];
    for (code, roles, is_refused) in cases {
        let (town, _ledger, _folder) = town_of(code).await;
        let said = town.registry.add_organisation(&town.admins[0], of_roles(&roles)).await.unwrap();
        let codes = said.into_result().err().map(|reasons| reasons.iter().any(|one| one.code == "REG-120"));
        assert_eq!(codes == Some(true), is_refused, "{code} {roles:?}");
    }
}

#[tokio::test]
async fn a_natural_person_takes_part_without_a_credit_code_and_the_number_is_kept_nowhere() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
        let number = identity_number();
        let id = allowed(town.registry.add_organisation(&town.admins[0], person(&number)).await.unwrap());
        let known = town.registry.organisation(&id).await.unwrap().unwrap();
        assert_eq!(
            known.identity.as_deref(),
            Some(format!("430{}{}", "*".repeat(13), &number[16..]).as_str()),
            "{backend}"
        );
        assert_eq!(known.entity_kind, Some(EntityKind::NaturalPerson));
        let journal = ledger.journal_page(i64::MAX, 5).await.unwrap();
        assert!(!journal.iter().any(|row| row.text("written").unwrap().contains(&number)), "{backend}");
        let printed = format!("{:?}", person(&number));
        assert!(!printed.contains(&number), "{printed}");
        let wrong = person("430102199001010010");
        let error = town.registry.add_organisation(&town.admins[0], wrong).await.unwrap_err().to_string();
        assert!(error.contains("identity_number") && !error.contains("430102"), "{error}");
        let both = NewOrganisation { entity_kind: Some(EntityKind::LegalPerson), ..person(&number) };
        let error = town.registry.add_organisation(&town.admins[0], both).await;
        assert!(matches!(error, Err(RegistryError::Malformed { .. })), "{backend}");
    }
}

fn application(town: &Town, subject: &str) -> NewApplication {
    let needed = RegistrationKind::First.materials(Registrable::Resource, Applicant::Holder);
    let materials = needed.iter().map(|paper| (paper.key.to_owned(), digest(town.ledger(), paper.key))).collect();
    let kind = RegistrationKind::First;
    NewApplication { subject: subject.to_owned(), kind, note: String::new(), materials, years: None }
}

#[tokio::test]
async fn a_resource_is_registered_when_its_holder_and_its_origin_are_stated_where_the_document_asks() {
    for (code, is_asked) in
        [("changchun-2025", true), ("xianning-2025", true), ("luohu-2025", true), ("changsha-2026", false)]
    {
        let (town, _ledger, _folder) = town_of(code).await;
        let source = &town.source[0];
        let new = new_resource("fund_accounts", fund_columns());
        let id = allowed(town.registry.draft_resource(source, new).await.unwrap());
        let applies = || town.registry.apply(source, application(&town, id.as_str()), None);
        if is_asked {
            assert_eq!(refused(applies().await.unwrap()), ["REG-125"], "{code}");
            town.of_known_units().await;
            assert_eq!(refused(applies().await.unwrap()), ["REG-125"], "{code}");
            town.of_known_origin(source, &id).await;
        }
        allowed(applies().await.unwrap());
        town.of_known_origin(source, &id).await;
        let known = town.registry.resource(&id).await.unwrap().unwrap();
        assert_eq!(known.origin.as_ref().map(|origin| origin.way), Some(Way::Produced), "{code}");
    }
}

#[tokio::test]
async fn a_utility_takes_part_by_reference_and_a_stranger_is_no_source() {
    let (town, _ledger, _folder) = town_of("changsha-2026").await;
    let (admin, source) = (&town.admins[0], &town.source[0]);
    let utility = |takes_part| unit(UnitKind::Utility, "430100", takes_part);
    assert_eq!(states(&town, admin, source, utility(TakesPart::Duty)).await, ["REG-124"]);
    let by_reference = utility(TakesPart::Reference);
    allowed(town.registry.state_unit(admin, &source.organisation, by_reference.clone()).await.unwrap());
    let known = town.registry.organisation(&source.organisation).await.unwrap().unwrap();
    assert_eq!(known.unit, Some(by_reference));
    let social = unit(UnitKind::Social, "430100", TakesPart::Duty);
    assert_eq!(states(&town, admin, source, social).await, ["REG-123"]);
    let odd = unit(UnitKind::Institution, "43", TakesPart::Duty);
    let error = town.registry.state_unit(admin, &source.organisation, odd).await;
    assert!(matches!(error, Err(RegistryError::Malformed { .. })));
}

#[tokio::test]
async fn what_lies_outside_the_documents_area_is_not_authorised_under_it() {
    for (code, inside, outside) in [
        ("luohu-2025", "440303", "440304"),
        ("changchun-2025", "220102", "430100"),
        ("changsha-2023", "430102", "430200"),
    ] {
        let (town, ledger, _folder) = town_of(code).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let today = ledger.now().day();
        let until = today.saturating_add(jiff::Span::new().months(6));
        let operator = town.operator[0].organisation.clone();
        let new = town.new_agreement(AgreementKind::Operator, operator, vec![fund.clone()], None, today, until);
        for (division, is_outside) in [(outside, true), (inside, false)] {
            let stated = unit(UnitKind::Institution, division, TakesPart::Duty);
            let source = &town.source[0].organisation;
            allowed(town.registry.state_unit(&town.admins[0], source, stated).await.unwrap());
            let said = town.registry.draft_agreement(&town.agency[0], new.clone()).await.unwrap();
            let codes: Vec<String> = said
                .into_result()
                .err()
                .map_or_else(Vec::new, |reasons| reasons.iter().map(|reason| reason.code.to_string()).collect());
            assert_eq!(codes.contains(&"REG-126".to_owned()), is_outside, "{code} {division}: {codes:?}");
        }
        town.agreement(std::slice::from_ref(&fund), 1).await;
        let shown = town.registry.authorised(&Page::first()).await.unwrap();
        let own = town.registry.regime().roles.division.as_ref().unwrap();
        assert!(shown.items.iter().all(|one| one.division == own.value), "{code}");
    }
}

async fn returned(town: &Town) -> Vec<String> {
    let mut new = new_resource("returned", fund_columns());
    new.shared_from = Some(town.other_source[0].organisation.clone());
    let id = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
    let bare = town.registry.state_origin(&town.source[0], &id, origin(Way::Returned)).await.unwrap();
    let codes = refused(bare);
    let upper = unit(UnitKind::Upper, "420000", TakesPart::Duty);
    allowed(town.registry.state_unit(&town.admins[0], &town.other_source[0].organisation, upper).await.unwrap());
    allowed(town.registry.state_origin(&town.source[0], &id, origin(Way::Returned)).await.unwrap());
    let known = town.registry.resource(&id).await.unwrap().unwrap();
    assert_eq!(known.origin.as_ref().and_then(|origin| origin.returned_on), Some(jiff::civil::date(2026, 5, 1)));
    let undated = Origin { returned_on: None, ..origin(Way::Returned) };
    assert!(town.registry.state_origin(&town.source[0], &id, undated).await.is_err());
    codes
}

#[tokio::test]
async fn what_came_back_from_above_names_ministry_or_province_and_its_day() {
    let (town, _ledger, _folder) = town_of("xianning-2025").await;
    assert_eq!(returned(&town).await, ["REG-127"]);
}

fn new_file(kind: FileKind) -> NewFile {
    NewFile { title: "全文".into(), media_type: "text/plain".into(), kind, number: None, dated: None }
}

async fn keeps(town: &Town, actor: &Actor, kind: FileKind) -> KeptFile {
    let digest = digest(town.ledger(), "the bytes");
    let mut change = town.ledger().change().await.unwrap();
    let file = KeptFile::of(town.ledger().new_id(), new_file(kind), actor, digest, 9, change.now());
    kept::keep_in(&mut change, &file).await.unwrap();
    change.commit(Event::done(Some(actor), "file.kept", file.id.as_str())).await.unwrap();
    file
}

#[tokio::test]
async fn a_file_is_published_by_its_keeper_and_found_by_what_it_is() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "xianning-2025")).await;
        let (bureau, bank) = (&town.regulators[0], &town.bank[0]);
        let text = keeps(&town, bureau, FileKind::RulesText).await;
        keeps(&town, bank, FileKind::Paper).await;
        let registry = &town.registry;
        assert!(registry.rules_text().await.unwrap().is_none(), "{backend}");
        assert_eq!(refused(registry.publish_file(bank, &text.id).await.unwrap()), ["REG-121"], "{backend}");
        allowed(registry.publish_file(bureau, &text.id).await.unwrap());
        allowed(registry.publish_file(bureau, &text.id).await.unwrap());
        assert_eq!(registry.rules_text().await.unwrap().unwrap().id, text.id, "{backend}");
        assert_eq!(registry.published_files(&Page::first()).await.unwrap().total, 1, "{backend}");
        assert_eq!(registry.files(&bank.organisation, &Page::first()).await.unwrap().total, 1, "{backend}");
        assert_eq!(registry.files_of(&text.digest).await.unwrap().len(), 2, "{backend}");
    }
}

pub(super) async fn codes_of_units_with_every_fault() -> BTreeSet<String> {
    let (town, _ledger, _folder) = town_of("changsha-2026").await;
    let (admin, source) = (&town.admins[0], &town.source[0]);
    let mut seen: BTreeSet<String> = adds(&town, of_roles(&[Role::Operator, Role::Entity])).await.into_iter().collect();
    seen.extend(states(&town, admin, source, unit(UnitKind::Social, "430100", TakesPart::Duty)).await);
    seen.extend(states(&town, admin, source, unit(UnitKind::Utility, "430100", TakesPart::Duty)).await);
    let outside = unit(UnitKind::Institution, "110000", TakesPart::Duty);
    allowed(town.registry.state_unit(admin, &source.organisation, outside).await.unwrap());
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let (from, until) = (jiff::civil::date(2026, 6, 1), jiff::civil::date(2027, 6, 1));
    let operator = town.operator[0].organisation.clone();
    let new = town.new_agreement(AgreementKind::Operator, operator, vec![fund], None, from, until);
    seen.extend(refused(town.registry.draft_agreement(&town.agency[0], new).await.unwrap()));
    let file = keeps(&town, &town.regulators[0], FileKind::Paper).await;
    seen.extend(refused(town.registry.publish_file(&town.bank[0], &file.id).await.unwrap()));
    let plan = town.registry.against_keeping(&town.bank[0], &new_file(FileKind::Plan)).unwrap();
    seen.extend(plan.iter().map(|reason| reason.code.to_string()));
    let unheld = digest(town.ledger(), "never kept");
    let rule = Sourced { value: true, source: Some("26运(五)".into()), setting: false };
    seen.extend(town.registry.against_unheld(&unheld, &rule).await.unwrap().map(|reason| reason.code.to_string()));
    assert!(town.registry.against_unheld(&file.digest, &rule).await.unwrap().is_none());
    let (other, _ledger, _folder) = town_of("xianning-2025").await;
    seen.extend(returned(&other).await);
    let new = new_resource("fund_accounts", fund_columns());
    let id = allowed(other.registry.draft_resource(&other.source[0], new).await.unwrap());
    let bare = other.registry.apply(&other.source[0], application(&other, id.as_str()), None).await.unwrap();
    seen.extend(refused(bare));
    seen
}
