//! Shares by the scheme, by product and by what a party is on record; items of the scheme.

use shuyu_model::regime::words::{Booking, Metered, Part, TakesPart, UnitKind};
use shuyu_registry::Unit;

use super::*;
use crate::basis::{COST_PART, RETURN_PART};
use crate::sharing::{BodyKind, NewSharingRule};
use crate::{Distribution, SharingRule};

const JUNE: &str = "2026-06";

fn of(number: u128, role: Role) -> Actor {
    Actor { person: crate::testing::id(number), organisation: crate::testing::id(number), roles: vec![role] }
}

impl Office {
    /// The five bodies of Changchun's document, each an organisation of its own.
    async fn all_consent(&self, rule: &SharingRule) {
        allowed(self.consent(rule, &self.town.regulators[0]).await);
        for number in [71, 72, 73] {
            allowed(self.consent(rule, &of(number, Role::Finance)).await);
        }
        allowed(self.consent(rule, &self.town.source[0]).await);
    }

    async fn unit(&self, of: &Actor, unit_kind: UnitKind) {
        let unit = Unit { unit_kind, division: "440303".to_owned(), takes_part: TakesPart::Duty };
        allowed(self.town.registry.state_unit(&self.town.admins[0], &of.organisation, unit).await.unwrap());
    }

    /// Codes of a refusal; none where it went through.
    async fn proposed(&self, new: NewSharingRule) -> Vec<String> {
        let proposed = self.settlement.propose_sharing(&self.town.agency[0], new).await.unwrap();
        proposed.into_result().map_or_else(|r| r.iter().map(|reason| reason.code.to_string()).collect(), |_| Vec::new())
    }

    /// A guided price of the first product.
    fn cap(&self) -> Cap {
        let (product, use_kind) = (self.products[0].clone(), USES[0]);
        Cap { product, use_kind, cap_fen: 1000, floor_fen: 0, from: date(2026, 6, 2) }
    }

    async fn distribute_product(&self, product: usize) -> Verdict<Distribution> {
        let of = (&self.operator().organisation, Some(&self.products[product]));
        self.settlement.distribute(&self.town.agency[0], Month::parse(JUNE).unwrap(), of).await.unwrap()
    }
}

#[tokio::test]
async fn a_cost_is_kept_in_an_item_of_the_scheme_and_the_account_lists_each_of_them() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office_under(ledger, "changchun-2025").await;
        let (settlement, june) = (&office.settlement, Month::parse(JUNE).unwrap());
        let cost = |item: &str| NewCost { item: item.to_owned(), ..office.cost(june, 40) };
        let enter = async |item: &str| settlement.record_cost(office.operator(), cost(item)).await.unwrap();
        let early = allowed(enter("团建").await);
        office.town.scheme_says(&office.scheme, &["算力", "人员"], &[]).await;
        assert_eq!(refused(enter("团建").await), [reasons::OTHER_ITEM], "{backend}");
        let kept = allowed(enter("算力").await);
        for id in [early, kept] {
            allowed(settlement.accept_cost(&office.town.agency[0], &id).await.unwrap());
        }
        office.advance_to(date(2026, 7, 1));
        // What the scheme says from July on changes nothing of June.
        office.town.scheme_says(&office.scheme, &["其他"], &[]).await;
        allowed(office.close(JUNE).await);
        let account = settlement.accounts(office.operator()).await.unwrap().remove(0);
        let items: Vec<_> =
            account.items.iter().map(|line| (line.item.as_str(), line.amount.fen, line.count)).collect();
        assert_eq!(items, [("算力", 40, 1), ("人员", 0, 0)], "{backend}");
        let check = account.checks.iter().find(|check| check.rule == "itemised").unwrap();
        assert_eq!((check.is_kept, check.broken_total), (false, 1), "the early one stands in no item");
        assert!(settlement.accounts(&office.town.bank[0]).await.unwrap().is_empty());
    }
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let elsewhere = office(ledger).await;
    elsewhere.town.scheme_says(&elsewhere.scheme, &["算力"], &[]).await;
    let cost = NewCost { item: "人员".to_owned(), ..elsewhere.cost(Month::parse(JUNE).unwrap(), 40) };
    allowed(elsewhere.settlement.record_cost(elsewhere.operator(), cost).await.unwrap());
}

#[tokio::test]
async fn a_month_is_shared_as_the_scheme_says_that_held_when_it_ended() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office_under(ledger, "changchun-2025").await;
        let (agency, operator) = (&office.town.agency[0], office.operator());
        let says = async |city, firm| {
            office.town.scheme_says(&office.scheme, &[], &[("财政", city), ("运营机构", firm)]).await;
        };
        says(6000, 4000).await;
        let split = |city, firm| {
            office.shares(date(2026, 6, 1), 10, &[(Part::Owner, agency, city), (Part::Operator, operator, firm)])
        };
        assert_eq!(office.proposed(split(5, 5)).await, [reasons::OTHER_SHARES], "{backend}");
        let rule = office.propose(split(6, 4)).await;
        office.all_consent(&rule).await;
        allowed(office.settlement.set_cap(agency, office.cap()).await.unwrap());
        says(5000, 5000).await;
        office.earn(1000, date(2026, 6, 2), date(2026, 7, 1)).await;
        assert_eq!(refused(office.distribute(JUNE).await), [reasons::OTHER_SHARES], "{backend}: changed within June");
        // Back in July: June follows what held when it ended.
        says(6000, 4000).await;
        assert_eq!(refused(office.distribute(JUNE).await), [reasons::OTHER_SHARES], "{backend}: June ended otherwise");
        assert_eq!(office.proposed(split(5, 5)).await, [reasons::OTHER_SHARES], "{backend}: a new rule is for now");
    }
}

#[tokio::test]
async fn a_distribution_names_the_scheme_that_it_follows() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changchun-2025").await;
    let (agency, operator) = (&office.town.agency[0], office.operator());
    office.town.scheme_says(&office.scheme, &[], &[("政府", 2500), ("operator", 7500)]).await;
    let parties = [(Part::Owner, agency, 1), (Part::Operator, operator, 3)];
    let rule = office.propose(office.shares(date(2026, 6, 1), 4, &parties)).await;
    office.all_consent(&rule).await;
    allowed(office.settlement.set_cap(agency, office.cap()).await.unwrap());
    office.earn(1000, date(2026, 6, 2), date(2026, 7, 1)).await;
    let made = allowed(office.distribute(JUNE).await);
    let amounts: Vec<i64> = made.body().lines.iter().map(|line| line.amount.fen).collect();
    assert_eq!((amounts, made.body().scheme.as_ref()), (vec![250, 750], Some(&office.scheme)));
    assert_eq!(made.body().products, [office.products[0].clone()]);
}

#[tokio::test]
async fn a_product_is_shared_by_its_own_participants_who_all_consent_and_the_rest_by_the_general_rule() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office_under(ledger, "luohu-2025").await;
        let (agency, source, operator) = (&office.town.agency[0], &office.town.source[0], office.operator());
        let bank = &office.town.bank[0];
        let mut general = office.shares(date(2026, 6, 1), 2, &[(Part::Operator, operator, 2)]);
        general.parties[0].input = "平台".to_owned();
        let mut own = office.shares(
            date(2026, 6, 1),
            100,
            &[(Part::Source, source, 30), (Part::Operator, operator, 50), (Part::Entity, bank, 20)],
        );
        own.product = Some(office.products[0].clone());
        assert_eq!(office.proposed(own.clone()).await, [reasons::NOT_ON_RECORD], "{backend}: nobody says what it is");
        office.unit(source, UnitKind::Institution).await;
        assert_eq!(office.proposed(own.clone()).await, [reasons::FINANCE_RULE], "{backend}");
        own.parties[0].finance_rule = Some("罗湖区事业单位财务办法".to_owned());
        let mut firm = own.clone();
        firm.parties[0].body = Some(BodyKind::Enterprise);
        assert_eq!(office.proposed(firm).await, [reasons::NOT_ON_RECORD], "{backend}: the text says otherwise");
        let (general, own) = (office.propose(general).await, office.propose(own).await);
        assert_eq!(own.rule.parties[0].body, Some(BodyKind::Institution), "{backend}: from the record");
        allowed(office.consent(&general, operator).await);
        for who in [source, operator] {
            allowed(office.consent(&own, who).await);
        }
        let tariff = office.tariff(0, 1000, date(2026, 6, 2));
        let contents = office.delivery.regime().money.filing_contents.as_ref().unwrap().value.iter();
        let mut filing: BTreeMap<String, String> = contents.map(|name| (name.clone(), "有".to_owned())).collect();
        filing.extend([(COST_PART, "600"), (RETURN_PART, "400")].map(|(name, fen)| (name.to_owned(), fen.to_owned())));
        allowed(office.settlement.set_tariff(operator, tariff, &filing).await.unwrap());
        office.advance_to(date(2026, 6, 2));
        office.use_up(0, 1).await;
        office.advance_to(date(2026, 7, 1));
        allowed(office.close(JUNE).await);
        assert_eq!(refused(office.distribute_product(0).await), [reasons::NO_RULE], "{backend}: the bank has not");
        allowed(office.consent(&own, bank).await);
        assert_eq!(
            refused(office.distribute(JUNE).await),
            [reasons::NOTHING_TO_SHARE],
            "{backend}: all is the product's"
        );
        // What counts is what the department is when the month is shared.
        office.unit(source, UnitKind::Government).await;
        let made = allowed(office.distribute_product(0).await);
        let lines: Vec<_> = made.body().lines.iter().map(|l| (l.amount.fen, l.treasury.as_deref(), l.booked)).collect();
        let non_tax = (300, Some("区级财政"), Some(Booking::Treasury));
        assert_eq!(lines, [non_tax, (500, None, None), (200, None, None)], "{backend}");
        assert_eq!(refused(office.distribute_product(0).await), [reasons::DISTRIBUTED], "{backend}");
        assert_eq!(refused(office.distribute(JUNE).await), [reasons::NOTHING_TO_SHARE], "{backend}");
        assert_eq!(refused(office.distribute_product(1).await), [reasons::NO_RULE, reasons::NOTHING_TO_SHARE]);
        let dues = office.settlement.dues(agency).await.unwrap();
        let told: Vec<_> = dues.iter().map(|view| (view.due.treasury.as_str(), view.due.amount.fen)).collect();
        assert_eq!(told, [("区级财政", 300)], "{backend}");
        let entries = office.settlement.distribution_entries(&made.body().id).await.unwrap();
        let of = |account, party: &OrganisationId| balance(&entries, account, party).unwrap().fen;
        assert_eq!(of(Account::SharePayable, &source.organisation), 0, "{backend}: never to its own account");
        assert_eq!(office.settlement.distributions(bank).await.unwrap().len(), 1, "{backend}: the bank sees its share");
        assert!(office.settlement.distributions(&office.town.affiliate[0]).await.unwrap().is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn who_has_a_part_in_a_closed_account_can_object_to_it() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office_under(ledger, "xianning-2025").await;
        let (agency, operator) = (&office.town.agency[0], office.operator());
        let parties = [(Part::Owner, agency, 2), (Part::Operator, operator, 1)];
        let rule = office.propose(office.shares(date(2026, 6, 1), 3, &parties)).await;
        allowed(office.consent(&rule, agency).await);
        allowed(office.consent(&rule, &of(77, Role::Finance)).await);
        let statement = office.earn(1000, date(2026, 6, 1), date(2026, 7, 1)).await;
        let made = allowed(office.distribute(JUNE).await);
        let bank = &office.town.bank[0].organisation;
        let own = BTreeSet::from([agency.organisation.clone(), operator.organisation.clone()]);
        let with_bank = own.iter().cloned().chain([bank.clone()]).collect();
        for (id, expected) in [(statement.body().id.as_str(), with_bank), (made.body().id.as_str(), own)] {
            let mut turn = office.town.registry.turn().await.unwrap();
            let subject = office.town.registry.matter_subject_in(&mut turn, id).await.unwrap().unwrap();
            assert_eq!(subject.concerns, Some(expected), "{backend}: {id}");
            assert_eq!(subject.authors, std::slice::from_ref(&agency.person), "{backend}: {id}");
        }
    }
}

#[tokio::test]
async fn the_publication_of_a_model_is_a_line_on_the_operators_bill_and_of_a_report_is_none() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changsha-2023").await;
    let rate = crate::MeterRate { metered: Metered::Release, rate_fen: 700, from: date(2026, 6, 1) };
    allowed(office.settlement.set_meter_rate(&office.town.agency[0], rate).await.unwrap());
    let weights = Arc::new(Int64Array::from(vec![3, 5])) as ArrayRef;
    let released = |kind| Released {
        id: office.ledger.new_id(),
        scenario: office.delivery.products()[0].scenario.clone(),
        operator: office.operator().organisation.clone(),
        kind,
        key: None,
        columns: vec![("weight".to_owned(), ColumnClass::Plain)],
        rows: RecordBatch::try_from_iter([("weight", weights.clone())]).unwrap(),
        is_live: Arc::new(AtomicBool::new(true)),
    };
    let all = [released(ProductKind::Model), released(ProductKind::Report)];
    let offered = delivery(&office.town.registry, &all).await;
    let as_kind =
        |of: &Released, kind| NewProduct { release: of.id.clone(), title: "评分模型".into(), kind, key: None };
    let publish = async |new| offered.publish(office.operator(), new).await.unwrap();
    assert_eq!(refused(publish(as_kind(&all[0], ProductKind::Report)).await), ["DLV-005"], "a model is no report");
    let id = allowed(publish(as_kind(&all[0], ProductKind::Model)).await);
    allowed(publish(as_kind(&all[1], ProductKind::Report)).await);
    assert_eq!(offered.product(&id).unwrap().kind.word(), "model");
    office.advance_to(date(2026, 7, 1));
    let statement = allowed(office.close(JUNE).await);
    let costs: Vec<_> = statement.body().costs.iter().map(|cost| (cost.kind.as_str(), cost.amount.fen)).collect();
    assert_eq!(costs, [("模型发布", 700)]);
    assert_eq!(statement.view(office.operator()).costs.len(), 1, "the operator sees it");
}
