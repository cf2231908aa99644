//! Deals on like terms, under an exchange's number, free on conditions; refusals, trades,
//! and the accounts of a month.

use shuyu_model::regime::words::Metered;
use shuyu_registry::ExchangeEntry;
use shuyu_registry::rules::codes;

use super::*;
use crate::costs::MeterRate;
use crate::deals::{NewDeal, NewRefusal, NewTrade};

impl Office {
    /// A deal on a product for the use that it is offered for, as others have it.
    async fn deal(&self, product: usize) -> NewDeal {
        let found = self.delivery.product(&self.products[product]).unwrap();
        let all = self.town.registry.agreements(&shuyu_registry::Page::first()).await.unwrap().items;
        let signed = all.into_iter().find(|one| one.scenario.as_ref() == Some(&found.scenario)).unwrap();
        NewDeal {
            product: found.id,
            entity: self.town.bank[0].organisation.clone(),
            scenario: found.scenario,
            agreement: signed.id.clone(),
            use_kind: USES[product],
            calls_per_day_max: 1000,
            is_exclusive: false,
            other_terms: None,
            terms_reason: None,
            unlisted_reason: None,
        }
    }

    async fn conclude(&self, new: NewDeal) -> Verdict<SubscriptionId> {
        self.settlement.conclude(self.operator(), new).await.unwrap()
    }

    async fn list(&self, product: usize, exchange: &str) {
        let entry = ExchangeEntry { exchange: exchange.to_owned(), number: "挂牌-7".to_owned() };
        let evidence = digest(&self.ledger, "listing");
        let id = &self.products[product];
        allowed(self.town.registry.record_exchange(self.operator(), id, entry, evidence).await.unwrap());
    }
}

#[tokio::test]
async fn each_document_says_on_which_terms_a_charged_deal_is_concluded() {
    const OWN: &[&str] = &[];
    // As others have it; exclusive; on another quota; the same with its reason.
    let rows: [(&str, [&[&str]; 4]); 5] = [
        ("changsha-2023", [&["STL-054"], &["STL-054"], &["STL-053", "STL-054"], &["STL-054"]]),
        ("changsha-2026", [OWN, &["STL-052"], &["STL-053"], OWN]),
        ("changchun-2025", [OWN, &["STL-052"], &["STL-053"], OWN]),
        ("xianning-2025", [OWN, OWN, OWN, OWN]),
        ("luohu-2025", [&["STL-054"], &["STL-054"], &["STL-053", "STL-054"], &["STL-054"]]),
    ];
    assert_eq!(rows.len(), codes().count());
    for (code, expected) in rows {
        let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
        let office = office_under(ledger, code).await;
        let plain = office.deal(0).await;
        let odd = NewDeal { calls_per_day_max: 9, ..plain.clone() };
        let explained = NewDeal { terms_reason: Some("试用".to_owned()), ..odd.clone() };
        let asked = [plain.clone(), NewDeal { is_exclusive: true, ..plain }, odd, explained];
        for (new, expected) in asked.into_iter().zip(expected) {
            let told = new.terms_reason.is_some();
            let found = match office.conclude(new).await {
                Verdict::Allow(id) => {
                    let terms = office.settlement.terms(&office.town.agency[0]).await.unwrap();
                    let of_it = terms.into_iter().find(|terms| terms.subscription == id).unwrap();
                    assert_eq!(of_it.reason.is_some(), told, "{code}");
                    Vec::new()
                }
                found => refused(found),
            };
            assert_eq!(found, expected, "{code}");
        }
    }
}

#[tokio::test]
async fn what_else_is_agreed_is_compared_too() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let with = NewDeal { other_terms: Some("优先供给".to_owned()), ..office.deal(0).await };
    assert_eq!(refused(office.conclude(with.clone()).await), [reasons::TERMS_UNEXPLAINED]);
    let with = NewDeal { terms_reason: Some("首批试点".to_owned()), ..with };
    let id = allowed(office.conclude(with).await);
    let deals = office.settlement.deals(&office.town.agency[0]).await.unwrap();
    let deal = deals.iter().find(|deal| deal.subscription == id).unwrap();
    assert_eq!(deal.other_terms.as_deref(), Some("优先供给"));
    assert!(
        office.settlement.deals(&office.town.source[0]).await.unwrap().is_empty(),
        "none of a department's business"
    );
}

#[tokio::test]
async fn a_charged_deal_has_an_exchanges_number_or_a_recorded_exception_where_there_are_some() {
    let own = ["深圳数据交易所", "湖南大数据交易所"];
    for (code, exchange, excepted) in [("luohu-2025", own[0], false), ("changsha-2023", own[1], true)] {
        let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
        let office = office_under(ledger, code).await;
        let plain = office.deal(0).await;
        let why = NewDeal { unlisted_reason: Some("试运行".to_owned()), ..plain.clone() };
        match office.conclude(why).await {
            Verdict::Allow(_) => assert!(excepted, "{code}"),
            found => assert_eq!((refused(found), excepted), (vec!["STL-054".to_owned()], false), "{code}"),
        }
        office.list(0, "别处的交易所").await;
        assert_eq!(refused(office.conclude(plain.clone()).await), [reasons::OTHER_EXCHANGE], "{code}");
        office.list(0, exchange).await;
        let id = allowed(office.conclude(plain).await);
        let deal = async || {
            let deals = office.settlement.deals(&office.town.regulators[0]).await.unwrap();
            deals.into_iter().find(|deal| deal.subscription == id).unwrap()
        };
        let found = deal().await;
        let number = (found.exchange.as_deref(), found.listing_number.as_deref());
        assert_eq!((number, found.is_elsewhere), ((Some(exchange), Some("挂牌-7")), true), "{code}: no trade yet");
        let trade = |exchange: &str| NewTrade {
            subscription: id.clone(),
            exchange: exchange.to_owned(),
            trade_number: "成交-1".to_owned(),
            traded_on: date(2026, 6, 1),
            unit_price_fen: 30,
        };
        let settlement = &office.settlement;
        let elsewhere = settlement.record_trade(office.operator(), trade("别处")).await.unwrap();
        assert_eq!(refused(elsewhere), [reasons::OTHER_EXCHANGE], "{code}");
        let by_bank = settlement.record_trade(&office.town.bank[0], trade(exchange)).await.unwrap();
        assert_eq!(refused(by_bank), [reasons::NOT_OPERATOR], "{code}");
        assert_eq!(allowed(settlement.record_trade(office.operator(), trade(exchange)).await.unwrap()), 1, "{code}");
        assert!(settlement.record_trade(office.operator(), trade(exchange)).await.is_err(), "{code}: once");
        let found = deal().await;
        assert_eq!((found.trades, found.is_elsewhere), (vec!["成交-1".to_owned()], false), "{code}");
        let seen = settlement.trades(&office.town.regulators[0]).await.unwrap();
        assert_eq!((seen.len(), seen[0].trade.trade_number.as_str()), (1, "成交-1"), "{code}: the bureau reads it");
    }
}

#[tokio::test]
async fn a_free_use_with_conditions_waits_for_their_record() {
    for (code, expected) in [("changchun-2025", &["STL-056"][..]), ("changsha-2026", &[])] {
        let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
        let office = office_under(ledger, code).await;
        let new = office.deal(1).await;
        let found = match office.conclude(new.clone()).await {
            Verdict::Allow(_) => Vec::new(),
            found => refused(found),
        };
        assert_eq!(found, expected, "{code}");
        let (settlement, evidence) = (&office.settlement, digest(&office.ledger, "conditions"));
        let who = (&new.product, &new.entity);
        let by_operator = settlement.grant_free_use(office.operator(), who, "非营利", evidence).await.unwrap();
        assert_eq!(refused(by_operator), [reasons::NOT_AGENCY], "{code}");
        allowed(settlement.grant_free_use(&office.town.agency[0], who, "非营利", evidence).await.unwrap());
        let id = allowed(office.conclude(new).await);
        // And it is priced as free from the first day.
        let free = crate::store::prices::free_conditions(&office.ledger).await.unwrap();
        assert!(free.contains_key(&id), "{code}");
    }
}

#[tokio::test]
async fn a_refusal_to_supply_is_told_by_either_side_and_unexplained_until_the_operator_says_why() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let (settlement, town) = (&office.settlement, &office.town);
    let told = |reason: Option<&str>| NewRefusal {
        product: office.products[0].clone(),
        entity: town.bank[0].organisation.clone(),
        reason: reason.map(str::to_owned),
    };
    let by_source = settlement.record_refusal(&town.source[0], told(None)).await.unwrap();
    assert_eq!(refused(by_source), [reasons::NOT_A_PARTY]);
    assert_eq!(allowed(settlement.record_refusal(&town.bank[0], told(Some("他们不给"))).await.unwrap()), 1);
    assert_eq!(allowed(settlement.record_refusal(office.operator(), told(Some("未签协议"))).await.unwrap()), 2);
    let nobody = NewRefusal { entity: crate::testing::id(9), ..told(None) };
    let unknown = settlement.record_refusal(office.operator(), nobody).await;
    assert!(matches!(unknown, Err(SettlementError::Unknown { .. })), "nobody was refused");
    let seen = settlement.supply_refusals(&town.regulators[0]).await.unwrap();
    let shown: Vec<_> = seen.iter().map(|one| (one.reason.as_deref(), one.is_unexplained)).collect();
    assert_eq!(shown, [(None, true), (Some("未签协议"), false)]);
    assert!(settlement.supply_refusals(&town.affiliate[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_months_account_sums_to_its_statement_and_says_which_rules_are_kept() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changchun-2025").await;
    let (settlement, june) = (&office.settlement, Month::parse("2026-06").unwrap());
    let bare = NewCost { voucher: None, ..office.cost(june, 5) };
    let found = settlement.record_cost(office.operator(), bare).await.unwrap();
    assert_eq!(refused(found), [reasons::NO_VOUCHER]);
    let of_product = NewCost { product: Some(office.products[0].clone()), ..office.cost(june, 70) };
    let id = allowed(settlement.record_cost(office.operator(), of_product).await.unwrap());
    allowed(settlement.accept_cost(&office.town.agency[0], &id).await.unwrap());
    office.spend(june, 30).await;
    let cap = crate::tariff::Cap {
        product: office.products[0].clone(),
        use_kind: UseKind::Industry,
        cap_fen: 500,
        floor_fen: 0,
        from: date(2026, 6, 1),
    };
    allowed(settlement.set_cap(&office.town.agency[0], cap).await.unwrap());
    let tariff = office.tariff(0, 500, date(2026, 6, 1));
    allowed(settlement.set_tariff(office.operator(), tariff, &BTreeMap::new()).await.unwrap());
    office.use_up(0, 3).await;
    office.advance_to(date(2026, 7, 1));
    allowed(office.close("2026-06").await);
    let account = settlement.accounts(office.operator()).await.unwrap().remove(0);
    assert_eq!((account.income.fen, account.cost.fen), (1500, 100));
    let lines: Vec<_> = account.lines.iter().map(|l| (l.product.is_some(), l.side, l.amount.fen, l.count)).collect();
    assert_eq!(lines, [(false, "cost", 30, 1), (true, "cost", 70, 1), (true, "income", 1500, 3)]);
    assert_eq!(account.lines[2].kind, "report", "by kind of service");
    assert!(account.checks.iter().all(|check| check.is_kept), "{:?}", account.checks);
    assert!(settlement.accounts(&office.town.bank[0]).await.unwrap().is_empty());
    // Whoever finds a posting gone finds the account broken.
    let mut change = office.ledger.change().await.unwrap();
    crate::store::costs::testing::lose_voucher(&mut change, &id).await;
    change.commit(shuyu_ledger::Event::done(None, "test.broke", "X")).await.unwrap();
    let account = settlement.accounts(office.operator()).await.unwrap().remove(0);
    let broken: Vec<_> = account.checks.iter().filter(|check| !check.is_kept).map(|check| check.rule).collect();
    assert_eq!(broken, ["vouchered"]);
}

#[tokio::test]
async fn sales_at_other_prices_than_the_guided_ones_are_listed_for_who_oversees() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office(ledger).await;
    let settlement = &office.settlement;
    let price = office.tariff(0, 500, date(2026, 6, 1));
    allowed(settlement.set_tariff(office.operator(), price, &BTreeMap::new()).await.unwrap());
    let cap = crate::tariff::Cap {
        product: office.products[0].clone(),
        use_kind: UseKind::Industry,
        cap_fen: 400,
        floor_fen: 100,
        from: date(2026, 6, 10),
    };
    allowed(settlement.set_cap(&office.town.agency[0], cap).await.unwrap());
    office.use_up(0, 1).await;
    office.advance_to(date(2026, 6, 11));
    office.use_up(0, 1).await;
    let all = office.delivery.subscriptions();
    let subscription = all.iter().find(|one| one.product == office.products[0]).unwrap().id.clone();
    for (number, unit_price_fen) in [("A", 90), ("B", 200), ("C", 401)] {
        let trade = NewTrade {
            subscription: subscription.clone(),
            exchange: "依法设立的数据交易场所".to_owned(),
            trade_number: number.to_owned(),
            traded_on: date(2026, 6, 12),
            unit_price_fen,
        };
        allowed(settlement.record_trade(office.operator(), trade).await.unwrap());
    }
    office.advance_to(date(2026, 7, 1));
    allowed(office.close("2026-06").await);
    let seen = settlement.departures(&office.town.regulators[0]).await.unwrap();
    let mut told: Vec<_> = seen.iter().map(|one| (one.how, one.price.fen)).collect();
    told.sort_unstable();
    assert_eq!(told, [("above", 401), ("above", 500), ("below", 90), ("capped", 400)]);
    assert!(settlement.departures(&office.town.bank[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_owners_share_goes_to_the_treasury_of_the_project_and_no_other() {
    use crate::sharing::{NewSharingRule, Party};
    use shuyu_model::regime::words::Part;
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "changsha-2023").await;
    let town = &office.town;
    let rule = |district: Option<&str>| {
        let party = |(part, who, parts): (Part, &Actor, u32)| Party {
            part,
            organisation: who.organisation.clone(),
            parts,
            input: "投入".to_owned(),
            contribution: "贡献".to_owned(),
            body: None,
            finance_rule: None,
        };
        let all = [
            (Part::Owner, &town.agency[0], 30),
            (Part::Operator, &town.operator[0], 50),
            (Part::Processor, &town.processor[0], 20),
        ];
        NewSharingRule {
            operator: office.operator().organisation.clone(),
            product: None,
            from: date(2026, 6, 1),
            whole: 100,
            district: district.map(str::to_owned),
            document_title: "协议".to_owned(),
            document_digest: digest(&office.ledger, "agreement"),
            parties: all.map(party).to_vec(),
        }
    };
    let propose = async |district: Option<&str>| match office
        .settlement
        .propose_sharing(&town.agency[0], rule(district))
        .await
        .unwrap()
    {
        Verdict::Allow(_) => Vec::new(),
        found => refused(found),
    };
    assert_eq!(propose(Some("岳麓区")).await, [reasons::OTHER_PROJECT], "the city authorised it");
    assert!(propose(None).await.is_empty());
    let district = &town.agency[0].organisation;
    allowed(town.registry.place_in_district(&town.admins[0], district, district).await.unwrap());
    let name = town.registry.organisation(district).await.unwrap().unwrap().name.clone();
    assert_eq!(propose(None).await, [reasons::OTHER_PROJECT], "now a district did");
    assert!(propose(Some(&name)).await.is_empty());
}

#[tokio::test]
async fn luohus_operator_bears_what_its_runs_took_and_its_calls() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let office = office_under(ledger, "luohu-2025").await;
    for (metered, rate_fen) in [(Metered::Call, 2), (Metered::RunSecond, 3), (Metered::Stored, 5)] {
        let rate = MeterRate { metered, rate_fen, from: date(2026, 6, 1) };
        allowed(office.settlement.set_meter_rate(&office.town.agency[0], rate).await.unwrap());
    }
    office.use_up(1, 4).await;
    let facts = serde_json::json!({
        "scenario": office.delivery.products()[0].scenario, "took_micros": 1_500_000, "bytes": 3, "masked_columns": 1,
    });
    let event = shuyu_ledger::Event::done(Some(office.operator()), "candidate.made", "X").facts(facts);
    office.ledger.change().await.unwrap().commit(event).await.unwrap();
    office.advance_to(date(2026, 7, 1));
    let statement = allowed(office.close("2026-06").await);
    let mut costs: Vec<_> = statement.body().costs.iter().map(|cost| (cost.kind.as_str(), cost.amount.fen)).collect();
    costs.sort_unstable();
    assert_eq!(costs, [("结果存储(每兆字节)", 5), ("调用", 8), ("运行时长(每秒)", 6)]);
    assert!(office.settlement.recompute(Month::parse("2026-06").unwrap()).await.unwrap().is_equal());
}
