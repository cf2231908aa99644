//! What goes up when something becomes so, and the copies that receipts file: here a
//! whole city with another platform above it, the network being a function.

use shuyu_exchange::signature::SignedCall;
use shuyu_exchange::{Exchange, Failure, NewPeer, Parcel, Side};
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::Role;
use shuyu_model::UseKind;
use shuyu_model::id::ProductId;
use shuyu_model::regime::words::Body;
use shuyu_registry::testing::{fund_columns, new_resource, regime_of, town_under};
use shuyu_registry::{AgreementKind, ProductEntry};

use super::*;
use crate::{ObligationKind, ObligationState};

struct Above {
    office: Office,
    exchange: Exchange,
    province: Exchange,
    _folder: tempfile::TempDir,
}

async fn above(ledger: &Ledger, code: &str, stands_for: Vec<Body>) -> Above {
    let regime = regime_of(ledger, code);
    let town = town_under(ledger, regime.clone()).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
    let (over, folder) = sqlite(CryptoProfile::International).await;
    let exchange = Exchange::open(ledger.clone(), regime.clone()).unwrap();
    let province = Exchange::open(over, rules::shipped("changchun-2025").unwrap().regime).unwrap();
    let (ours, theirs) = (exchange.shown(), province.shown());
    let up = NewPeer {
        side: Side::Above,
        name: "省平台".into(),
        url: Some("https://city:443".into()),
        stands_for,
        public_key: theirs.public_key,
        verifier: theirs.verifier,
    };
    let down = NewPeer {
        side: Side::Below,
        name: "某市".into(),
        url: None,
        stands_for: vec![],
        public_key: ours.public_key,
        verifier: ours.verifier,
    };
    allowed(exchange.add_peer(&town.admins[0], up).await.unwrap());
    allowed(province.add_peer(&town.admins[0], down).await.unwrap());
    Above { office: Office { town, casework }, exchange, province, _folder: folder }
}

impl Above {
    /// An operator agreement by its procedure; gives its case.
    async fn agreement(&self) -> CaseId {
        let (office, town) = (&self.office, &self.office.town);
        let resource = town.registry.resources(&Page::first()).await.unwrap().items[0].id.clone();
        let from = town.ledger().now().day();
        let until = town.last_day(from);
        let grantee = town.operator[0].organisation.clone();
        let new = town.new_agreement(AgreementKind::Operator, grantee, vec![resource], None, from, until);
        let agreement = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let case = office.open_chosen(agreement.as_str()).await;
        let steps = office.view(&case, &town.agency[0]).await.steps;
        for step in steps {
            let signer = if step.step == "operator_signature" { &town.operator[0] } else { &town.agency[1] };
            let mut said = opinion(Outcome::Approve, office.digest_of(&case).await);
            said.evidence = Some(digest(town.ledger(), "paper"));
            allowed(office.casework.sign(signer, &case, &step.step, said).await.unwrap());
        }
        case
    }

    /// The next record goes up and its receipt comes back.
    async fn send(&self) {
        let parcel = self.exchange.due().await.unwrap().remove(0);
        let answer = allowed(self.province.receive(&call(&parcel)).await.unwrap());
        let answer = serde_json::to_vec(&answer).unwrap();
        let taken = self.exchange.read_answer(parcel, &answer).await.unwrap().unwrap();
        self.office.casework.dispatch_taken(&taken).await.unwrap();
    }

    async fn by_hand(&self, case: &CaseId, to: Body) -> shuyu_model::Verdict<()> {
        let (agency, receipt) = (&self.office.town.agency[0], digest(self.office.town.ledger(), to.word()));
        self.office.casework.file(agency, case, to, Some(receipt)).await.unwrap()
    }

    /// Who gets a copy, and whether it was filed.
    async fn copies(&self, case: &CaseId) -> Vec<(Body, bool)> {
        let filings = self.office.view(case, &self.office.town.agency[0]).await.filings;
        filings.iter().map(|filing| (filing.to, filing.filed_at.is_some())).collect()
    }

    fn later_days(&self, days: i64) {
        let clock = self.office.town.ledger().clock();
        clock.advance_to(clock.now().plus_days(days)).unwrap();
    }
}

fn call(parcel: &Parcel) -> SignedCall {
    let header = |name: &str| parcel.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    SignedCall {
        method: "POST".to_owned(),
        path: parcel.path.to_owned(),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
        body: parcel.body.clone().into(),
        ..SignedCall::default()
    }
}

/// What is told to who marks by hand what a receipt will file.
pub(super) async fn codes_of_a_copy_on_its_way(ledger: &Ledger) -> Vec<String> {
    let above = above(ledger, "changchun-2025", vec![Body::Province]).await;
    above.office.town.resource("fund_accounts", fund_columns()).await;
    let case = above.agreement().await;
    let mut codes = refused(above.by_hand(&case, Body::Province).await);
    let (agency, casework) = (&above.office.town.agency[0], &above.office.casework);
    codes.extend(refused(casework.file(agency, &case, Body::Regulator, None).await.unwrap()));
    codes
}

#[tokio::test]
async fn a_copy_for_a_platform_above_is_filed_by_its_receipt_and_not_by_hand() {
    for (backend, ledger, _folder) in ledgers().await {
        let above = above(&ledger, "changchun-2025", vec![Body::Province]).await;
        above.office.town.resource("fund_accounts", fund_columns()).await;
        let case = above.agreement().await;
        assert_eq!(refused(above.by_hand(&case, Body::Province).await), ["CAS-087"], "{backend}");
        let before = ledger.now();
        above.send().await;
        let filings = above.office.view(&case, &above.office.town.agency[0]).await.filings;
        let filing = filings.into_iter().find(|filing| filing.to == Body::Province).unwrap();
        assert!(filing.filed_at.is_some_and(|at| at <= ledger.now()), "{backend}: {filing:?}");
        assert!(filing.evidence.is_some() && filing.filed_at.is_some_and(|at| at.day() == before.day()));
        let again = above.office.casework.file(&above.office.town.agency[0], &case, Body::Province, None).await;
        assert!(again.is_err() || refused(again.unwrap()) == ["CAS-096"], "{backend}");
    }
}

#[tokio::test]
async fn province_and_city_each_have_a_copy_that_its_own_receipt_alone_files() {
    for (backend, ledger, _folder) in ledgers().await {
        let above = above(&ledger, "changchun-2025", vec![Body::Province]).await;
        above.office.town.resource("fund_accounts", fund_columns()).await;
        let case = above.agreement().await;
        let (agency, casework) = (&above.office.town.agency[0], &above.office.casework);
        assert_eq!(above.copies(&case).await, [(Body::Province, false), (Body::Regulator, false)], "{backend}");
        let owed = async || {
            let all = casework.obligations(agency, &Page::first()).await.unwrap().items;
            let of = all.into_iter().filter(|one| one.about == case.to_string() && one.kind == ObligationKind::Filing);
            let mut of: Vec<_> = of.map(|one| (one.what, one.state == ObligationState::Open)).collect();
            of.sort();
            of
        };
        assert_eq!(owed().await, [("province".to_owned(), true), ("regulator".to_owned(), true)], "{backend}");
        above.send().await;
        assert_eq!(above.copies(&case).await, [(Body::Province, true), (Body::Regulator, false)], "{backend}");
        assert_eq!(owed().await, [("province".to_owned(), false), ("regulator".to_owned(), true)], "{backend}");
        let bare = casework.file(agency, &case, Body::Regulator, None).await.unwrap();
        assert_eq!(refused(bare), ["CAS-096"], "{backend}: nothing but the receipt files it");
        allowed(above.by_hand(&case, Body::Regulator).await);
        assert_eq!(above.copies(&case).await, [(Body::Province, true), (Body::Regulator, true)], "{backend}");
    }
}

#[tokio::test]
async fn a_copy_that_arrives_late_is_late_and_one_that_is_turned_away_is_filed_by_hand() {
    for (backend, ledger, _folder) in ledgers().await {
        let above = above(&ledger, "changchun-2025", vec![Body::Province]).await;
        above.office.town.resource("fund_accounts", fund_columns()).await;
        let case = above.agreement().await;
        above.later_days(20);
        let state = async || {
            let viewer = &above.office.town.regulators[0];
            let owed = above.office.casework.obligations(viewer, &Page::first()).await.unwrap().items;
            let is_this =
                |one: &&crate::Obligation| one.about == case.to_string() && one.kind == ObligationKind::Filing;
            owed.iter().filter(is_this).find(|one| one.what == "province").map(|one| one.state)
        };
        assert_eq!(state().await, Some(ObligationState::Overdue), "{backend}");
        let parcel = above.exchange.due().await.unwrap().remove(0);
        above.exchange.failed(&parcel, &Failure::Status(422)).await.unwrap();
        allowed(above.by_hand(&case, Body::Province).await);
        assert_eq!(state().await, Some(ObligationState::Late), "{backend}");
    }
}

#[tokio::test]
async fn a_registration_tells_its_entry_and_where_nothing_is_linked_nothing_goes() {
    for (code, expected) in [
        ("changchun-2025", vec!["registration", "catalog_entry"]),
        ("luohu-2025", vec!["catalog_entry"]),
        ("changsha-2023", vec![]),
    ] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let above = above(&ledger, code, vec![Body::Province]).await;
        let (office, town) = (&above.office, &above.office.town);
        let new = new_resource("fund_accounts", fund_columns());
        let resource = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
        let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, resource.as_str()).await;
        let steps = town.registry.regime().procedure[&ProcedureKind::ResourceRegistration].steps.clone();
        for step in steps {
            above.later_days(30);
            let by = if step.by == Role::Regulator { &town.regulators[0] } else { &town.agency[0] };
            let mut said = opinion(Outcome::Approve, office.digest_of(&case).await);
            said.evidence = Some(digest(town.ledger(), "paper"));
            allowed(office.casework.sign(by, &case, &step.step, said).await.unwrap());
        }
        let mut sent = above.exchange.dispatches(None, "", 10).await.unwrap().items;
        sent.sort_by_key(|record| record.sequence);
        assert_eq!(sent.iter().map(|record| record.kind.as_str()).collect::<Vec<_>>(), expected, "{code}");
        let told = sent.iter().map(|record| record.payload.to_string()).collect::<String>();
        for person in [&town.source[0], &town.agency[0]] {
            assert!(!told.contains(person.person.as_str()), "{code}: a person is told");
        }
    }
}

#[tokio::test]
async fn a_product_that_is_registered_is_told_above_where_the_document_links_so() {
    for (code, expected) in [("xianning-2025", 1), ("changchun-2025", 0)] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let above = above(&ledger, code, vec![Body::Province]).await;
        let (office, town) = (&above.office, &above.office.town);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let product: ProductId = ledger.new_id();
        let kind = RegistrationKind::First;
        let needed = kind.materials(Registrable::Product, Applicant::Holder);
        let materials = needed.iter().map(|paper| (paper.key.to_owned(), digest(&ledger, paper.key))).collect();
        let new = NewApplication { subject: product.to_string(), kind, note: String::new(), materials, years: None };
        let entry = ProductEntry { product: product.clone(), title: "核验".into(), scenario };
        let seen = allowed(town.registry.apply(&town.operator[0], new, Some(entry)).await.unwrap());
        let procedure = ProcedureKind::ProductRegistration;
        let opened = office.casework.open(&town.operator[0], procedure, product.as_str(), seen, Vec::new()).await;
        let case = allowed(opened.unwrap());
        for step in town.registry.regime().procedure[&procedure].steps.clone() {
            above.later_days(30);
            let by = if step.by == Role::Regulator { &town.regulators[0] } else { &town.agency[0] };
            let mut said = opinion(Outcome::Approve, office.digest_of(&case).await);
            said.evidence = Some(digest(town.ledger(), "paper"));
            allowed(office.casework.sign(by, &case, &step.step, said).await.unwrap());
        }
        let sent = above.exchange.dispatches(None, "", 10).await.unwrap().items;
        let products = sent.iter().filter(|record| record.kind.as_str() == "product").count();
        assert_eq!(products, expected, "{code}");
    }
}
