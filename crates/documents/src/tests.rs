//! Documents on real databases: issued, refused, kept, owed.

use std::collections::BTreeMap;

use jiff::civil::date;
use shuyu_casework::{Casework, ObligationState};
use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{AgreementId, Key as _};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Role, Time, UseKind, Verdict};
use shuyu_registry::testing::{Town, allowed, fund_columns, refused, regime_of, town_under};
use shuyu_registry::{Page, rules};
use shuyu_settlement::Settlement;

use crate::headings::heading;
use crate::{
    About, DocumentFilter, DocumentKind, Documents, DocumentsError, Issued, NewDocument, Period, Shape, kinds,
};

mod figures;
mod usage;

struct Office {
    town: Town,
    documents: Documents,
}

async fn documents(town: &Town) -> Documents {
    let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
    let casework = Casework::new(town.registry.clone(), rules.calendar);
    let delivery = shuyu_delivery::testing::delivery(&town.registry, &[]).await;
    let settlement = Settlement::new(delivery.clone(), rules.national);
    Documents::open(casework, delivery, settlement).await.unwrap()
}

async fn office(ledger: &Ledger, code: &str) -> Office {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let documents = documents(&town).await;
    Office { town, documents }
}

fn new(kind: DocumentKind) -> NewDocument {
    NewDocument { kind, about: None, period: None, told: BTreeMap::new(), supersedes: None }
}

fn of_period(kind: DocumentKind, about: Option<&str>, period: &str) -> NewDocument {
    NewDocument { about: about.map(str::to_owned), period: Some(Period::parse(period).unwrap()), ..new(kind) }
}

/// Every heading that the rules want told of an operator agreement.
fn told(office: &Office) -> BTreeMap<String, String> {
    let regime = office.town.registry.regime();
    let rules = &regime.matter[&MatterKind::OperatorSelection];
    let keys = rules.contents_at("sign").flat_map(|contents| contents.keys.clone());
    keys.filter(|key| !matches!(key.as_str(), "data_scope" | "scope" | "term"))
        .map(|key| (heading(&key).to_owned(), "按协议文本执行。".to_owned()))
        .collect()
}

fn agreement(office: &Office, id: &AgreementId) -> NewDocument {
    NewDocument { about: Some(id.to_string()), told: told(office), ..new(DocumentKind::OperatorAgreement) }
}

impl Office {
    async fn in_force(&self) -> AgreementId {
        let fund = self.town.resource("fund_accounts", fund_columns()).await;
        self.town.agreement(std::slice::from_ref(&fund), 2).await
    }

    async fn issued(&self, actor: &Actor, new: &NewDocument) -> Issued {
        allowed(self.documents.issue(actor, new).await.unwrap())
    }

    async fn may_not(&self, actor: &Actor, new: &NewDocument) -> Vec<String> {
        refused(self.documents.issue(actor, new).await.unwrap())
    }

    async fn list(&self, viewer: Option<&Actor>) -> Vec<String> {
        let filter = DocumentFilter::default();
        let listing = self.documents.documents(viewer, &filter, &Page::first()).await.unwrap();
        assert_eq!(listing.total, listing.items.len());
        listing.items.into_iter().map(|one| one.number).collect()
    }

    fn advance_to(&self, year: i16, month: i8, day: i8) {
        let noon = Time::at_start_of(date(year, month, day)).plus_micros(12 * 3_600_000_000);
        self.town.ledger().clock().advance_to(noon).unwrap();
    }
}

#[tokio::test]
async fn an_agreement_is_numbered_kept_in_the_journal_and_read_by_its_parties_alone() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger, "changsha-2026").await;
        let agreement_id = office.in_force().await;
        let agency = office.town.agency[0].clone();
        let new = agreement(&office, &agreement_id);
        let issued = office.issued(&agency, &new).await;
        assert!(issued.number.ends_with("〔2026〕1号"), "{backend} {}", issued.number);
        for shape in Shape::ALL {
            let (_, bytes) = office.documents.file(Some(&agency), &issued.id, shape).await.unwrap().unwrap();
            assert_eq!(ledger.profile().digest(&bytes), issued.digest_of(shape), "{backend}");
        }
        let journal = ledger.journal_page(i64::MAX, 1).await.unwrap();
        let entry = journal[0].text("written").unwrap();
        for part in ["document.issued", &issued.pdf_digest.to_string(), &issued.xlsx_digest.to_string()] {
            assert!(entry.contains(part), "{backend}: {part} in {entry}");
        }
        let (operator, stranger) = (&office.town.operator[0], &office.town.other_operator[0]);
        assert_eq!(office.list(Some(operator)).await, std::slice::from_ref(&issued.number), "{backend}");
        assert!(office.list(Some(stranger)).await.is_empty() && office.list(None).await.is_empty(), "{backend}");
        assert!(office.documents.file(Some(stranger), &issued.id, Shape::Pdf).await.unwrap().is_none());

        assert_eq!(office.may_not(&agency, &new).await, ["DOC-005"], "{backend}");
        let better = NewDocument { supersedes: Some(issued.id.clone()), ..new.clone() };
        let second = office.issued(&agency, &better).await;
        assert!(second.number.ends_with("〔2026〕2号"), "no gap after a refusal: {}", second.number);
        let old = office.documents.document(Some(&agency), &issued.id).await.unwrap().unwrap();
        assert_eq!(old.superseded_by, Some(second.id.clone()), "{backend}");
        assert_eq!(office.may_not(&agency, &better).await, ["DOC-005", "DOC-007"], "{backend}");
    }
}

#[tokio::test]
async fn who_does_not_issue_a_kind_is_refused_and_sees_no_preview() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = office(&ledger, "changsha-2026").await;
    let people: &[(Role, &Actor)] = &[
        (Role::Regulator, &office.town.regulators[0]),
        (Role::Agency, &office.town.agency[0]),
        (Role::Source, &office.town.source[0]),
        (Role::Operator, &office.town.operator[0]),
        (Role::Entity, &office.town.bank[0]),
    ];
    for kind in DocumentKind::ALL {
        let about = (kind.about() != About::Nothing).then(|| "x".to_owned());
        let period = kind.has_period().then(|| Period::parse("2025").unwrap());
        let asked = NewDocument { about, period, ..new(*kind) };
        for (role, actor) in people.iter().filter(|(role, _)| !kind.issuers().contains(role)) {
            assert_eq!(office.may_not(actor, &asked).await, ["DOC-001"], "{kind:?} {role:?}");
            assert_eq!(refused_preview(&office, actor, &asked).await, ["DOC-001"], "{kind:?} {role:?}");
        }
    }
}

async fn refused_preview(office: &Office, actor: &Actor, new: &NewDocument) -> Vec<String> {
    match office.documents.preview(actor, new).await.unwrap() {
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
        Verdict::Allow(_) => Vec::new(),
    }
}

#[tokio::test]
async fn a_draft_another_bodys_agreement_and_missing_contents_are_refused_with_all_reasons() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = office(&ledger, "changsha-2026").await;
    let agency = office.town.agency[0].clone();
    let fund = office.town.resource("fund_accounts", fund_columns()).await;
    let in_force = office.town.agreement(std::slice::from_ref(&fund), 2).await;
    let bare = NewDocument { told: BTreeMap::new(), ..agreement(&office, &in_force) };
    assert_eq!(office.may_not(&agency, &bare).await, ["DOC-006"]);
    let Verdict::Allow(preview) = office.documents.preview(&agency, &bare).await.unwrap() else { panic!("no preview") };
    assert_eq!(preview.reasons.len(), 1);
    assert!(
        preview.reasons[0].what.contains("违约责任") && preview.html.contains("（未填报）"),
        "{:?}",
        preview.reasons
    );

    let mut more = agreement(&office, &in_force);
    more.told.insert("数据资源范围和目录".to_owned(), "别的".to_owned());
    let error = office.documents.issue(&agency, &more).await.unwrap_err();
    assert!(matches!(error, DocumentsError::Malformed { .. }), "what the records hold cannot be told: {error}");

    for (asked, fault) in [
        (new(DocumentKind::OperatorAgreement), "`about` is missing"),
        (new(DocumentKind::Disclosure), "`period` is missing"),
        (of_period(DocumentKind::Catalog, Some("x"), "2026"), "has no `about`"),
    ] {
        let error = office.documents.issue(&agency, &asked).await.unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    let absent = NewDocument { about: Some(AgreementId::from_uuid(uuid::Uuid::nil()).to_string()), ..bare };
    assert!(matches!(office.documents.issue(&agency, &absent).await, Err(DocumentsError::Unknown { .. })));
}

#[tokio::test]
async fn a_disclosure_is_for_everybody_of_a_period_that_is_over_and_of_the_interval_of_the_rules() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger, "changsha-2026").await;
        office.in_force().await;
        let agency = office.town.agency[0].clone();
        let yearly = of_period(DocumentKind::Disclosure, None, "2026");
        assert_eq!(office.may_not(&agency, &yearly).await, ["DOC-004"], "{backend}");
        let quarterly = of_period(DocumentKind::Disclosure, None, "2026-Q1");
        assert_eq!(office.may_not(&agency, &quarterly).await, ["DOC-009"], "{backend}");
        let operator = office.town.operator[0].clone();
        let others = of_period(DocumentKind::Disclosure, None, "2025");
        assert_eq!(office.may_not(&operator, &others).await, ["DOC-003"], "{backend}: changsha asks the agency only");

        office.advance_to(2027, 2, 1);
        let issued = office.issued(&agency, &yearly).await;
        assert!(issued.is_public && issued.title.starts_with("2026年度"), "{}", issued.title);
        assert_eq!(office.list(None).await, std::slice::from_ref(&issued.number), "{backend}");
        let (_, html) = office.documents.file(None, &issued.id, Shape::Html).await.unwrap().unwrap();
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("授权对象、内容、范围和时限") && !html.contains("本期无"), "{html}");
    }
}

#[tokio::test]
async fn a_report_is_owed_until_it_is_issued_and_the_same_under_another_document_is_not() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = office(&ledger, "luohu-2025").await;
    office.in_force().await;
    let operator = office.town.operator[0].clone();
    office.advance_to(2026, 7, 2);
    let halves = |duties: Vec<crate::DocumentDuty>| -> Vec<(String, ObligationState, String)> {
        let of_security = duties.into_iter().filter(|duty| duty.what.starts_with("security"));
        of_security.map(|duty| (duty.what, duty.state, duty.due_day.to_string())).collect()
    };
    let before = halves(office.documents.duties(&operator, &Page::first()).await.unwrap().items);
    assert_eq!(
        before,
        [
            ("security 2026-H1".to_owned(), ObligationState::Open, "2026-07-30".to_owned()),
            ("security 2026-H2".to_owned(), ObligationState::Open, "2027-01-30".to_owned()),
        ]
    );
    let stranger = office.documents.duties(&office.town.bank[0], &Page::first()).await.unwrap();
    assert!(stranger.items.is_empty(), "{:?}", stranger.items);

    let report = of_period(DocumentKind::OperatorReport, Some("security"), "2026-H1");
    let issued = office.issued(&operator, &report).await;
    assert_eq!(issued.title, "2026年上半年运营安全情况报告");
    let after = halves(office.documents.duties(&operator, &Page::first()).await.unwrap().items);
    assert_eq!(after[0].1, ObligationState::Met);
    office.advance_to(2027, 3, 1);
    let late = halves(office.documents.duties(&operator, &Page::first()).await.unwrap().items);
    assert_eq!(late[1].1, ObligationState::Overdue, "{late:?}");
    let unknown = of_period(DocumentKind::OperatorReport, Some("weather"), "2026-H1");
    assert_eq!(office.may_not(&operator, &unknown).await, ["DOC-003"]);
    let whole = of_period(DocumentKind::OperatorReport, Some("security"), "2025");
    assert_eq!(office.may_not(&operator, &whole).await, ["DOC-009"]);
}

#[tokio::test]
async fn what_is_planned_is_printed_by_class_an_operators_own_and_the_agencys_all() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = office(&ledger, "luohu-2025").await;
    let town = &office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    for (title, use_kind) in [("停车治理", UseKind::PublicGovernance), ("信贷核验", UseKind::Industry)] {
        town.scenario(title, use_kind, &agreement, &[(&fund, &["balance"])]).await;
    }
    for (actor, expected) in [(&town.operator[0], 2), (&town.other_operator[0], 0), (&town.agency[0], 2)] {
        let issued = office.issued(actor, &new(DocumentKind::PlannedProducts)).await;
        let (_, html) = office.documents.file(Some(actor), &issued.id, Shape::Html).await.unwrap().unwrap();
        let html = String::from_utf8(html).unwrap();
        let (governance, industry) = html.split_once("支持产业发展、行业发展").unwrap();
        let found = [governance.contains("停车治理"), industry.contains("信贷核验")];
        assert_eq!(found.iter().filter(|found| **found).count(), expected, "{html}");
        assert!(!governance.contains("信贷核验") && !industry.contains("停车治理"), "each in its class");
    }
}

#[tokio::test]
async fn a_file_that_was_changed_is_told_and_one_without_a_document_is_swept() {
    let (_, ledger, folder) = ledgers().await.into_iter().next().unwrap();
    let office = office(&ledger, "changsha-2026").await;
    let agency = office.town.agency[0].clone();
    let issued = office.issued(&agency, &new(DocumentKind::Catalog)).await;
    let root = folder.path().join("documents");
    let stray = root.join(format!("DOC-{}.pdf", "0".repeat(32)));
    let part = root.join(format!("{}.pdf.part", issued.id));
    std::fs::write(&stray, b"half").unwrap();
    std::fs::write(&part, b"half").unwrap();
    let again = documents(&office.town).await;
    assert!(!stray.exists() && !part.exists(), "swept");
    assert!(again.file(None, &issued.id, Shape::Pdf).await.unwrap().is_some(), "what was issued stays");
    std::fs::write(root.join(format!("{}.pdf", issued.id)), b"%PDF-1.7 other").unwrap();
    assert!(matches!(again.file(None, &issued.id, Shape::Pdf).await, Err(DocumentsError::Tampered { .. })));
}

#[test]
fn every_report_and_disclosure_of_every_document_is_one_that_can_be_made() {
    let mut seen = 0;
    for code in rules::codes() {
        let regime = rules::shipped(code).unwrap().regime;
        for duty in &regime.report {
            assert!(kinds::report::parts_of(&duty.name).is_some(), "{code}: the report `{}` has no parts", duty.name);
            seen += 1;
        }
        for content in regime.disclosure.iter().filter_map(|duty| duty.contents.as_ref()).flat_map(|c| &c.value) {
            assert!(kinds::disclosure::part_of(content).is_some(), "{code}: `{content}` would have to be told");
            seen += 1;
        }
    }
    assert!(12 <= seen, "{seen}");
}
