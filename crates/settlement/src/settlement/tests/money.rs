//! The law's money over a real ledger: rules of distribution, treasuries, costs that
//! count and are metered, years, terms, assets, contributions.

use shuyu_ledger::testing::ledgers;
use shuyu_model::id::PersonId;
use shuyu_model::permitted::Adjustment;
use shuyu_model::regime::words::{BasisKind, Metered, Part};

use super::*;
use crate::sharing::{NewSharingRule, Party};
use crate::treasury::{DueState, NewPayment, NewSpending};
use crate::worth::{AssetState, NewAsset};
use crate::yearly::NewPermittedRevenue;
use crate::{MeterRate, SharingRule};

const JUNE: &str = "2026-06";

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// Somebody of an organisation that only speaks here.
fn of(number: u128, role: Role) -> Actor {
    let person: PersonId = crate::testing::id(number);
    Actor { person, organisation: crate::testing::id(number), roles: vec![role] }
}

impl Office {
    /// A month with this income of the operator, and no cost.
    pub(super) async fn earn(&self, fen: i64, from: Day, close_on: Day) -> Statement {
        let tariff = self.tariff(0, fen, from);
        allowed(self.settlement.set_tariff(self.operator(), tariff, &BTreeMap::new()).await.unwrap());
        if self.ledger.now().day() < from {
            self.advance_to(from);
        }
        self.use_up(0, 1).await;
        self.advance_to(close_on);
        allowed(self.close(&Month::of(from).to_string()).await)
    }

    pub(super) fn shares(&self, from: Day, whole: u32, parties: &[(Part, &Actor, u32)]) -> NewSharingRule {
        let party = |(part, who, parts): &(Part, &Actor, u32)| Party {
            part: *part,
            organisation: who.organisation.clone(),
            parts: *parts,
            input: "投入".to_owned(),
            contribution: "贡献".to_owned(),
            body: None,
            finance_rule: None,
        };
        NewSharingRule {
            operator: self.operator().organisation.clone(),
            product: None,
            from,
            whole,
            district: None,
            document_title: "收益分配机制".to_owned(),
            document_digest: digest(&self.ledger, "mechanism"),
            parties: parties.iter().map(party).collect(),
        }
    }

    pub(super) async fn propose(&self, new: NewSharingRule) -> SharingRule {
        let id = allowed(self.settlement.propose_sharing(&self.town.agency[0], new).await.unwrap());
        let rules = self.settlement.sharing_rules(&self.town.agency[0]).await.unwrap();
        rules.into_iter().find(|rule| rule.id == id).unwrap()
    }

    pub(super) async fn consent(&self, rule: &SharingRule, who: &Actor) -> Verdict<SharingRule> {
        self.settlement.consent_to_sharing(who, &rule.id, None, rule.digest).await.unwrap()
    }

    pub(super) async fn distribute(&self, of: &str) -> Verdict<crate::Distribution> {
        let operator = &self.operator().organisation;
        self.settlement.distribute(&self.town.agency[0], month(of), (operator, None)).await.unwrap()
    }
}

#[tokio::test]
async fn the_treasury_is_owed_in_full_by_a_day_and_what_is_not_paid_stays_open() {
    for (_, ledger, _folder) in ledgers().await {
        let office = office(ledger).await;
        let (settlement, finance) = (&office.settlement, of(77, Role::Finance));
        office.earn(1000, date(2026, 6, 1), date(2026, 7, 1)).await;
        let due = settlement.dues(office.operator()).await.unwrap().remove(0);
        assert_eq!((due.due.amount.fen, due.due.treasury.as_str()), (1000, "市级财政"));
        assert_eq!((due.due.due_day, due.due.clause.as_str()), (date(2026, 7, 31), "changsha-2026 四(二)"));
        assert_eq!((due.open.fen, due.state), (1000, DueState::Open));
        let voucher = digest(&office.ledger, "voucher");
        let pay = async |actor: &Actor, amount_fen, paid_on| {
            let new = NewPayment { amount_fen, paid_on, voucher };
            settlement.record_payment(actor, &due.due.id, new).await
        };
        assert_eq!(
            refused(pay(&office.town.bank[0], 1001, date(2026, 7, 1)).await.unwrap()),
            [reasons::NOT_PAYER, reasons::OVERPAID]
        );
        assert!(pay(&finance, 1, date(2026, 7, 2)).await.is_err(), "a payment of tomorrow");
        allowed(pay(office.operator(), 400, date(2026, 7, 1)).await.unwrap());
        let spend = async |actor: &Actor, purpose: &str, amount_fen| {
            let (treasury, what) = ("市级财政".to_owned(), "平台扩容".to_owned());
            let new = NewSpending { treasury, purpose: purpose.to_owned(), what, amount_fen, voucher };
            settlement.record_spending(actor, new).await.unwrap()
        };
        let allowed_use = "授权运营的持续投入";
        let found = refused(spend(office.operator(), "接待", 401).await);
        assert_eq!(found, [reasons::NOT_FINANCE, reasons::PURPOSE, reasons::OVERSPENT]);
        allowed(spend(&finance, allowed_use, 300).await);
        assert_eq!(refused(spend(&finance, allowed_use, 101).await), [reasons::OVERSPENT]);
        let report = settlement.treasuries(&finance).await.unwrap().remove(0);
        for party in [office.operator(), &office.town.bank[0], &office.town.source[0]] {
            assert!(settlement.treasuries(party).await.unwrap().is_empty(), "what operators earned is none of theirs");
        }
        assert_eq!((report.due.fen, report.paid.fen, report.spent[allowed_use].fen), (1000, 400, 300));

        office.advance_to(date(2026, 8, 1));
        let stands = async || {
            let view = settlement.dues(&finance).await.unwrap().remove(0);
            (view.open.fen, view.state)
        };
        assert_eq!(stands().await, (600, DueState::Overdue));
        allowed(pay(&finance, 600, date(2026, 8, 1)).await.unwrap());
        assert_eq!(stands().await, (0, DueState::Late));
        assert!(settlement.dues(&office.town.bank[0]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_month_is_shared_by_the_rule_both_bodies_consented_to_and_a_later_rule_leaves_it() {
    for (_, ledger, _folder) in ledgers().await {
        let office = office_under(ledger, "xianning-2025").await;
        let (agency, finance, operator) = (&office.town.agency[0], of(77, Role::Finance), office.operator());
        let split =
            |from, city, firm| office.shares(from, 3, &[(Part::Owner, agency, city), (Part::Operator, operator, firm)]);
        let first = office.propose(split(date(2026, 6, 1), 2, 1)).await;
        assert_eq!(first.consents_missing, ["市政数局", "市财政局"]);
        assert_eq!(refused(office.consent(&first, operator).await), [reasons::NOT_ASKED]);
        allowed(office.consent(&first, agency).await);
        let statement = office.earn(1000, date(2026, 6, 1), date(2026, 7, 1)).await;
        let result = &statement.body().results[0];
        assert_eq!((result.to_treasury.fen, result.to_share.fen), (0, 1000));
        assert_eq!(refused(office.distribute(JUNE).await), [reasons::NO_RULE], "finance has not consented");
        assert!(allowed(office.consent(&first, &finance).await).completed_at.is_some());
        let made = allowed(office.distribute(JUNE).await);
        let amounts: Vec<i64> = made.body().lines.iter().map(|line| line.amount.fen).collect();
        assert_eq!((amounts, made.body().rule_version), (vec![667, 333], 1));
        let entries = office.settlement.distribution_entries(&made.body().id).await.unwrap();
        let of_account = |account, party: &OrganisationId| balance(&entries, account, party).unwrap().fen;
        let own = &operator.organisation;
        assert_eq!(of_account(Account::Undistributed, own), 1000);
        assert_eq!((of_account(Account::TreasuryPayable, own), of_account(Account::SharePayable, own)), (-667, -333));
        assert_eq!(refused(office.distribute(JUNE).await), [reasons::DISTRIBUTED]);
        assert_eq!(refused(office.distribute("2026-05").await), [reasons::NO_RULE, reasons::NOTHING_TO_SHARE]);

        let back = office.settlement.propose_sharing(agency, split(date(2026, 6, 1), 1, 2)).await.unwrap();
        assert_eq!(refused(back), [reasons::REACHES_BACK]);
        let second = office.propose(split(date(2026, 7, 1), 1, 2)).await;
        allowed(office.consent(&second, agency).await);
        allowed(office.consent(&second, &finance).await);
        office.earn(1000, date(2026, 7, 2), date(2026, 8, 1)).await;
        let july = allowed(office.distribute("2026-07").await);
        let amounts: Vec<i64> = july.body().lines.iter().map(|line| line.amount.fen).collect();
        assert_eq!((amounts, july.body().rule_version), (vec![333, 667], 2));
        assert_eq!(office.settlement.distributions(operator).await.unwrap()[0], made, "the former stands");
        assert!(office.settlement.distributions(&office.town.bank[0]).await.unwrap().is_empty());
        assert!(office.settlement.recompute(month(JUNE)).await.unwrap().is_equal());
        let dues = office.settlement.dues(&finance).await.unwrap();
        assert_eq!(dues.iter().map(|view| view.due.amount.fen).collect::<Vec<_>>(), [667, 333]);
    }
}

#[tokio::test]
async fn the_parties_of_2023_consent_and_a_districts_share_goes_to_its_own_treasury() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changsha-2023").await;
    let (agency, operator, processor) = (&office.town.agency[0], office.operator(), &office.town.affiliate[0]);
    let parties = [(Part::Owner, agency, 60), (Part::Operator, operator, 25), (Part::Processor, processor, 15)];
    let mut new = office.shares(date(2026, 6, 1), 100, &parties);
    // The project is the district's by whose body the operator was authorised.
    let district = &agency.organisation;
    allowed(office.town.registry.place_in_district(&office.town.admins[0], district, district).await.unwrap());
    let name = office.town.registry.organisation(district).await.unwrap().unwrap().name.clone();
    new.district = Some(name.clone());
    let less = NewSharingRule { whole: 99, ..new.clone() };
    let found = office.settlement.propose_sharing(&office.town.bank[0], less).await.unwrap();
    assert_eq!(refused(found), [reasons::SHARES_SUM, reasons::NOT_PROPOSER]);
    let rule = office.propose(new).await;
    for who in [agency, operator, processor] {
        allowed(office.consent(&rule, who).await);
        let twice = office.settlement.consent_to_sharing(who, &rule.id, None, rule.digest).await;
        assert!(matches!(twice, Err(SettlementError::Conflict { .. })));
    }
    office.earn(101, date(2026, 6, 1), date(2026, 7, 1)).await;
    let made = allowed(office.distribute(JUNE).await);
    let amounts: Vec<i64> = made.body().lines.iter().map(|line| line.amount.fen).collect();
    assert_eq!(amounts, [61, 25, 15]);
    let dues = office.settlement.dues(agency).await.unwrap();
    assert_eq!(dues.iter().map(|view| view.due.treasury.as_str()).collect::<Vec<_>>(), [format!("{name}财政")]);
    assert_eq!(office.settlement.distributions(processor).await.unwrap().len(), 1, "the processor sees its share");
}

#[tokio::test]
async fn a_mechanism_issued_later_replaces_the_surplus_and_leaves_what_was_paid() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let (agency, finance, operator) = (&office.town.agency[0], of(77, Role::Finance), office.operator());
    office.earn(1000, date(2026, 6, 1), date(2026, 7, 1)).await;
    let split = |from| office.shares(from, 10, &[(Part::Owner, agency, 9), (Part::Operator, operator, 1)]);
    let back = office.settlement.propose_sharing(agency, split(date(2026, 6, 1))).await.unwrap();
    assert_eq!(refused(back), [reasons::REACHES_BACK]);
    let rule = office.propose(split(date(2026, 7, 1))).await;
    allowed(office.consent(&rule, agency).await);
    allowed(office.consent(&rule, &finance).await);
    let july = office.earn(1000, date(2026, 7, 2), date(2026, 8, 1)).await;
    let result = &july.body().results[0];
    assert_eq!((result.to_treasury.fen, result.to_share.fen), (0, 1000));
    allowed(office.distribute("2026-07").await);
    let owed: Vec<i64> = office.settlement.dues(agency).await.unwrap().iter().map(|view| view.due.amount.fen).collect();
    assert_eq!(owed, [1000, 900]);
    for closed in [JUNE, "2026-07"] {
        assert!(office.settlement.recompute(month(closed)).await.unwrap().is_equal(), "{closed}");
    }
}

#[tokio::test]
async fn a_cost_counts_once_it_is_accepted_and_metered_ones_nobody_types() {
    for (_, ledger, _folder) in ledgers().await {
        let office = office_under(ledger, "changsha-2023").await;
        let (settlement, agency) = (&office.settlement, &office.town.agency[0]);
        let june = month(JUNE);
        let odd = NewCost { kind: "宴请".to_owned(), ..office.cost(june, 5) };
        assert_eq!(refused(settlement.record_cost(office.operator(), odd).await.unwrap()), [reasons::COST_KIND]);
        let waiting = allowed(settlement.record_cost(office.operator(), office.cost(june, 70)).await.unwrap());
        let by_itself = settlement.accept_cost(office.operator(), &waiting).await.unwrap();
        assert_eq!(refused(by_itself), [reasons::NOT_ACCEPTER]);
        office.spend(june, 30).await;
        let rate = |metered, rate_fen| MeterRate { metered, rate_fen, from: date(2026, 6, 1) };
        let by_operator = settlement.set_meter_rate(office.operator(), rate(Metered::Run, 7)).await.unwrap();
        assert_eq!(refused(by_operator), [reasons::NOT_KEEPER]);
        let rates = [
            (Metered::Run, 7),
            (Metered::RunSecond, 3),
            (Metered::Stored, 5),
            (Metered::Masking, 2),
            (Metered::Release, 11),
            (Metered::Export, 100),
        ];
        for (metered, rate_fen) in rates {
            allowed(settlement.set_meter_rate(agency, rate(metered, rate_fen)).await.unwrap());
        }
        let scenario = office.delivery.products()[0].scenario.clone();
        // Whoever computed, the operator of the scenario bears it; a draft is of its object.
        let (own, other) = (Some(office.operator()), Some(&office.town.other_operator[0]));
        let of_scenario = serde_json::json!({ "scenario": scenario });
        // Two seconds and a bit, a mebibyte and a byte, four columns masked.
        let measured = serde_json::json!({
            "scenario": scenario, "took_micros": 2_000_001, "bytes": 1_048_577, "masked_columns": 4,
        });
        let events = [
            ("candidate.made", own, "X", of_scenario.clone()),
            ("candidate.made", other, "X", measured),
            ("draft.shown", other, scenario.as_str(), serde_json::json!({})),
            ("release.made", None, "X", of_scenario),
            ("product.published", own, "X", serde_json::json!({ "scenario": scenario, "kind": "model" })),
        ];
        for (action, actor, object, facts) in events {
            let change = office.ledger.change().await.unwrap();
            let event = Event::done(actor, action, object).facts(facts);
            change.commit(event).await.unwrap();
        }
        office.advance_to(date(2026, 7, 1));
        let statement = allowed(office.close(JUNE).await);
        let costs: Vec<_> = statement.body().costs.iter().map(|c| (c.kind.as_str(), c.amount.fen)).collect();
        // Two runs, one masked sample beside four columns, one release, and one model: the two
        // reports that the office offers cost nothing by being offered, nor does what nobody
        // measured.
        let metered = [
            ("数据脱敏", 10),
            ("模型发布", 11),
            ("结果导出", 100),
            ("结果存储(每兆字节)", 10),
            ("资源消耗", 14),
            ("运行时长(每秒)", 9),
        ];
        assert_eq!(costs[0], ("资源消耗", 30));
        let mut found = costs[1..].to_vec();
        found.sort_unstable_by_key(|(kind, _)| metered.iter().position(|(known, _)| known == kind));
        assert_eq!(found, metered);
        assert_eq!(statement.body().results[0].cost.fen, 184);
        assert!(settlement.recompute(june).await.unwrap().is_equal());
        assert_eq!(refused(settlement.accept_cost(agency, &waiting).await.unwrap()), [reasons::MONTH_CLOSED]);
        assert_eq!(settlement.entered_costs(office.operator()).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_year_says_what_may_be_earned_and_who_adjusts_what() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let (settlement, agency) = (&office.settlement, &office.town.agency[0]);
    let year = |year, added_basis_points| NewPermittedRevenue {
        operator: office.operator().organisation.clone(),
        year,
        cost_fen: 800,
        subsidy_fen: 0,
        tax_fen: 38,
        yield_basis_points: 175,
        added_basis_points,
        evaluated_on: date(2023, 5, 1),
        basis: office.basis.clone(),
    };
    let dear = settlement.set_permitted_revenue(office.operator(), year(2026, 601)).await.unwrap();
    assert_eq!(refused(dear), [reasons::NOT_KEEPER, reasons::PROFIT_RATE]);
    for of_year in [2026, 2027] {
        allowed(settlement.set_permitted_revenue(agency, year(of_year, 600)).await.unwrap());
    }
    office.earn(1000, date(2026, 6, 1), date(2026, 7, 1)).await;
    let found = settlement.permitted_revenues(office.operator()).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|y| (y.permitted.revenue_max.fen, y.deviation.excess.fen, y.deviation.adjustment, y.evaluation_is_overdue))
        .collect();
    // 800 + 62 + 38; then less the 100 that were earned above it.
    assert_eq!(told, [(900, 100, Adjustment::Caps, false), (800, 0, Adjustment::Caps, true)]);
    assert!(settlement.permitted_revenues(&office.town.bank[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn terms_that_differ_without_a_reason_are_shown() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let (settlement, town) = (&office.settlement, &office.town);
    let product = office.delivery.product(&office.products[0]).unwrap();
    let entity = town.bank[0].organisation.clone();
    let all = town.registry.agreements(&shuyu_registry::Page::first()).await.unwrap().items;
    let signed = all.into_iter().find(|agreement| agreement.scenario.as_ref() == Some(&product.scenario)).unwrap();
    let new = NewSubscription {
        product: product.id.clone(),
        agreement: signed.id.clone(),
        entity,
        scenario: product.scenario.clone(),
        use_kind: UseKind::Industry,
        calls_per_day_max: 9000,
    };
    let odd = &allowed(office.delivery.subscribe(office.operator(), new).await.unwrap());
    let unexplained = async || {
        let terms = settlement.terms(&town.agency[0]).await.unwrap();
        terms.into_iter().filter(|terms| terms.is_unexplained).map(|terms| terms.subscription).collect::<Vec<_>>()
    };
    assert_eq!(unexplained().await, std::slice::from_ref(odd));
    let by_bank = settlement.explain_terms(&town.bank[0], odd, "批量核验").await.unwrap();
    assert_eq!(refused(by_bank), [reasons::NOT_OPERATOR]);
    allowed(settlement.explain_terms(office.operator(), odd, "批量核验").await.unwrap());
    assert!(unexplained().await.is_empty());
}

#[tokio::test]
async fn an_asset_is_booked_by_its_unit_and_a_pledge_says_its_risk() {
    for (_, ledger, _folder) in ledgers().await {
        let office = office(ledger).await;
        let (settlement, town) = (&office.settlement, &office.town);
        let registry = office.delivery.registry();
        let product = office.delivery.product(&office.products[0]).unwrap();
        let scenario = registry.scenario(&product.scenario).await.unwrap().unwrap();
        let fund = scenario.fields[0].resource.to_string();
        let asset = |unit: &Actor, state, risk: Option<&str>| NewAsset {
            unit: unit.organisation.clone(),
            subject: fund.clone(),
            title: "公积金账户表".to_owned(),
            state,
            booked_fen: Some(500),
            booked_on: Some(date(2026, 6, 1)),
            document: digest(&office.ledger, "asset"),
            risk_finding: risk.map(str::to_owned),
        };
        let source = &town.source[0];
        let other = settlement.record_asset(&town.bank[0], asset(&town.other_source[0], AssetState::Pledged, None));
        let expected = [reasons::NOT_FINANCE, reasons::RISK_UNSAID, reasons::NOT_OWN_ASSET];
        assert_eq!(refused(other.await.unwrap()), expected);
        allowed(settlement.record_asset(source, asset(source, AssetState::Booked, None)).await.unwrap());
        let pledged = asset(source, AssetState::Pledged, Some("估值波动"));
        allowed(settlement.record_asset(&of(77, Role::Finance), pledged).await.unwrap());
        let seen = async |viewer: &Actor| settlement.assets(viewer).await.unwrap().len();
        assert_eq!((seen(&of(77, Role::Finance)).await, seen(source).await, seen(&town.bank[0]).await), (2, 2, 0));
    }
}

#[tokio::test]
async fn what_is_only_booked_says_its_risk_where_the_document_has_a_group_that_controls_it() {
    for (code, expected) in [("changchun-2025", vec![reasons::RISK_UNSAID]), ("xianning-2025", Vec::new())] {
        let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
        let office = office_under(ledger, code).await;
        let (settlement, town) = (&office.settlement, &office.town);
        let fund = town.registry.resources(&shuyu_registry::Page::first()).await.unwrap().items[0].clone();
        let booked = |risk: Option<&str>| NewAsset {
            unit: fund.source.clone(),
            subject: fund.id.to_string(),
            title: "公积金账户表".to_owned(),
            state: AssetState::Booked,
            booked_fen: Some(500),
            booked_on: Some(date(2026, 6, 1)),
            document: digest(&office.ledger, "asset"),
            risk_finding: risk.map(str::to_owned),
        };
        let verdict = settlement.record_asset(&town.source[0], booked(None)).await.unwrap();
        let codes: Vec<String> = match verdict {
            shuyu_model::Verdict::Allow(_) => Vec::new(),
            shuyu_model::Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
        };
        assert_eq!(codes, expected, "{code}");
        allowed(settlement.record_asset(&town.source[0], booked(Some("无质押"))).await.unwrap());
        let shown = settlement.assets_of_value().await.unwrap();
        assert!(shown.iter().any(|asset| asset.asset.risk_finding.as_deref() == Some("无质押")), "{code}");
    }
}

#[tokio::test]
async fn a_departments_contribution_is_counted_from_records_that_it_names() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "xianning-2025").await;
    office.use_up(0, 3).await;
    let found = office.settlement.contributions(month(JUNE)).await.unwrap();
    let of_source = found.iter().find(|found| found.department == office.town.source[0].organisation).unwrap();
    let counts: Vec<i64> = of_source.figures.iter().map(|figure| figure.count).collect();
    assert_eq!((counts, of_source.score_basis_points), (vec![1, 1, 2, 3], 10_000));
    for figure in &of_source.figures {
        assert!(!figure.records.is_empty(), "{figure:?}");
    }
    assert_eq!(of_source.figures[2].records.len(), 2);
}

#[tokio::test]
async fn a_guided_price_is_asked_for_where_the_document_asks_and_a_filing_where_it_does() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changchun-2025").await;
    let (settlement, today) = (&office.settlement, date(2026, 6, 1));
    let bare = Tariff { basis: None, ..office.tariff(0, 500, today) };
    let found = settlement.set_tariff(office.operator(), bare, &BTreeMap::new()).await.unwrap();
    assert_eq!(refused(found), [reasons::NO_BASIS, reasons::NO_GUIDED_PRICE]);
    let range = Cap {
        product: office.products[0].clone(),
        use_kind: UseKind::Industry,
        cap_fen: 600,
        floor_fen: 400,
        from: today,
    };
    allowed(settlement.set_cap(&office.town.agency[0], range).await.unwrap());
    let cheap = settlement.set_tariff(office.operator(), office.tariff(0, 399, today), &BTreeMap::new()).await.unwrap();
    assert_eq!(refused(cheap), [reasons::BELOW_FLOOR]);
    allowed(settlement.set_tariff(office.operator(), office.tariff(0, 500, today), &BTreeMap::new()).await.unwrap());
    let marks = &settlement.price_list(today).await.unwrap()[&office.products[0]];
    let industry = marks.iter().find(|mark| mark.use_kind == UseKind::Industry).unwrap();
    assert_eq!((industry.price.fen, industry.unit), (500, Unit::File));
    assert_eq!(industry.basis.as_deref(), Some("价格机制的通知 三"));
    let odd = NewPriceBasis { kind: BasisKind::Policy, ..settlement.bases().await.unwrap()[0].basis.clone() };
    assert_eq!(refused(settlement.file_basis(office.operator(), odd).await.unwrap()), [reasons::NOT_KEEPER]);

    // Free on conditions: without them the use is priced like a charged one.
    let subscription =
        office.delivery.subscriptions().into_iter().find(|s| s.use_kind == UseKind::PublicWelfare).unwrap();
    let evidence = digest(&office.ledger, "conditions");
    let by_operator = settlement.record_free_conditions(office.operator(), &subscription.id, "公益", evidence);
    assert_eq!(refused(by_operator.await.unwrap()), [reasons::NOT_AGENCY]);
    allowed(
        settlement.record_free_conditions(&office.town.agency[0], &subscription.id, "公益", evidence).await.unwrap(),
    );
    office.use_up(1, 2).await;
    office.advance_to(date(2026, 7, 1));
    let statement = allowed(office.close(JUNE).await);
    assert_eq!((statement.body().lines[0].why, statement.body().lines[0].amount), (Why::FreeUse, Money::ZERO));
}

#[tokio::test]
async fn a_price_is_filed_with_its_four_contents_where_the_document_asks_for_them() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "luohu-2025").await;
    let (settlement, today) = (&office.settlement, date(2026, 6, 1));
    let told = [("定价依据", "收费标准"), ("成本", "400"), ("收益", "100")];
    let mut filing: BTreeMap<String, String> = told.map(|(name, said)| (name.to_owned(), said.to_owned())).into();
    let found = settlement.set_tariff(office.operator(), office.tariff(0, 500, today), &filing).await.unwrap();
    let reasons = found.into_result().unwrap_err();
    assert!(reasons.has(reasons::FILING_INCOMPLETE) && reasons.iter().count() == 1, "{reasons:?}");
    for content in ["应用场景", "使用范围", "使用方式"] {
        filing.insert(content.to_owned(), "见协议".to_owned());
    }
    allowed(settlement.set_tariff(office.operator(), office.tariff(0, 500, today), &filing).await.unwrap());
    let filed = settlement.price_filings(&office.town.agency[0]).await.unwrap();
    assert_eq!(settlement.price_filings(office.operator()).await.unwrap(), filed, "it filed them");
    for party in [&office.town.other_operator[0], &office.town.bank[0], &office.town.source[0]] {
        assert!(settlement.price_filings(party).await.unwrap().is_empty(), "what a price is made of is none of theirs");
    }
    assert_eq!((filed.len(), filed[0].number, filed[0].contents.len()), (1, 1, 6));
}
