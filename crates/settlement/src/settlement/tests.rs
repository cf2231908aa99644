//! Months settled over a real ledger, registry and delivery: prices, charges,
//! the book, and the same again from the log.

use std::sync::atomic::AtomicBool;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use jiff::civil::date;
use proptest::prelude::*;
use shuyu_delivery::testing::{Client, Released, delivery};
use shuyu_delivery::{NewProduct, NewSubscription};
use shuyu_ledger::args;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::{ColumnClass, CryptoProfile, Day, UseKind};
use shuyu_registry::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town_under};

use super::*;
use crate::basis::NewPriceBasis;
use crate::book::{Account, balance};
use crate::costs::NewCost;
use crate::tariff::Why;

mod deals;
mod money;
mod shares;

/// Two reports of one operator, one for industry and one for welfare, and a
/// bank that has subscribed to both.
struct Office {
    town: Town,
    ledger: Ledger,
    delivery: Delivery,
    settlement: Settlement,
    products: Vec<ProductId>,
    clients: Vec<Client>,
    basis: PriceBasisId,
    /// The scheme on which the operator's agreement rests; it says nothing of money by itself.
    scheme: MatterId,
}

const USES: [UseKind; 2] = [UseKind::Industry, UseKind::PublicWelfare];

async fn office(ledger: Ledger) -> Office {
    office_under(ledger, shuyu_registry::rules::SHIPPED_CODE).await
}

async fn office_under(ledger: Ledger, code: &str) -> Office {
    let mut regime = Regime::clone(&regime_of(&ledger, code));
    // Admission is another station's; here everybody with a contract is served.
    for rules in regime.matter.values_mut() {
        rules.required_for_use = None;
    }
    let regime = Arc::new(regime);
    let town = town_under(&ledger, Arc::clone(&regime)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let scheme: MatterId = ledger.new_id();
    let above = town.agreement_on(&scheme, std::slice::from_ref(&fund), 2).await;
    let bank = town.bank[0].organisation.clone();
    let (mut released, mut agreements) = (vec![], vec![]);
    for use_kind in USES {
        let scenario = town.scenario("报告", use_kind, &above, &[(&fund, &["district"])]).await;
        agreements.push(town.development(&bank, &scenario).await);
        released.push(Released {
            id: ledger.new_id(),
            scenario,
            operator: town.operator[0].organisation.clone(),
            kind: ProductKind::Report,
            key: None,
            columns: vec![("people".to_owned(), ColumnClass::Plain)],
            rows: RecordBatch::try_from_iter([("people", Arc::new(Int64Array::from(vec![36])) as ArrayRef)]).unwrap(),
            is_live: Arc::new(AtomicBool::new(true)),
        });
    }
    let delivery = delivery(&town.registry, &released).await;
    let (mut products, mut clients) = (vec![], vec![]);
    for (seed, ((released, agreement), use_kind)) in (1..).zip(released.iter().zip(agreements).zip(USES)) {
        let new =
            NewProduct {
                release: released.id.clone(), title: "区县报告".to_owned(), kind: released.kind, key: None
            };
        let product = allowed(delivery.publish(&town.operator[0], new).await.unwrap());
        town.register_product(&product, &released.scenario).await;
        let new = NewSubscription {
            product: product.clone(),
            entity: bank.clone(),
            scenario: released.scenario.clone(),
            agreement,
            use_kind,
            calls_per_day_max: 1000,
        };
        let subscription = allowed(delivery.subscribe(&town.operator[0], new).await.unwrap());
        clients.push(Client::new(&delivery, &town.bank[0], &subscription, seed).await);
        products.push(product);
    }
    let settlement = Settlement::new(delivery.clone(), shuyu_registry::rules::shipped(code).unwrap().national);
    let basis = NewPriceBasis {
        kind: regime.money.basis_kinds.value[0],
        title: "价格机制的通知".to_owned(),
        clause: "三".to_owned(),
        digest: digest(&ledger, "basis"),
        ceiling_fen: Some(10_000_000_000),
        from: date(2026, 1, 1),
        until: None,
    };
    let basis = allowed(settlement.file_basis(&town.agency[0], basis).await.unwrap());
    Office { town, ledger, delivery, settlement, products, clients, basis, scheme }
}

impl Office {
    fn operator(&self) -> &Actor {
        &self.town.operator[0]
    }

    fn tariff(&self, product: usize, price_fen: i64, from: Day) -> Tariff {
        let (product, use_kind, basis) = (self.products[product].clone(), USES[product], Some(self.basis.clone()));
        Tariff { product, use_kind, unit: Unit::File, price_fen, from, basis }
    }

    async fn use_up(&self, product: usize, count: usize) {
        for _ in 0..count {
            allowed(self.delivery.file(self.clients[product].file(&self.ledger, "csv")).await.unwrap());
        }
    }

    fn cost(&self, month: Month, amount_fen: i64) -> NewCost {
        let kind = self.delivery.regime().money.cost_kinds.value[0].clone();
        NewCost {
            month,
            kind,
            product: None,
            item: "算力".to_owned(),
            amount_fen,
            voucher: Some(digest(&self.ledger, "凭证")),
        }
    }

    /// A cost of the operator, accepted by the agency.
    async fn spend(&self, month: Month, fen: i64) {
        let id = allowed(self.settlement.record_cost(self.operator(), self.cost(month, fen)).await.unwrap());
        allowed(self.settlement.accept_cost(&self.town.agency[0], &id).await.unwrap());
    }

    fn advance_to(&self, day: Day) {
        self.ledger.clock().advance_to(Time::at_start_of(day).plus_micros(9 * 3_600_000_000)).unwrap();
    }

    async fn close(&self, month: &str) -> Verdict<Statement> {
        self.settlement.close(&self.town.agency[0], Month::parse(month).unwrap()).await.unwrap()
    }
}

#[tokio::test]
async fn a_month_is_charged_by_use_and_day_and_its_surplus_goes_to_the_treasury() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office(ledger).await;
        let settlement = &office.settlement;
        for tariff in [office.tariff(0, 500, date(2026, 6, 1)), office.tariff(0, 800, date(2026, 6, 15))] {
            allowed(settlement.set_tariff(office.operator(), tariff, &BTreeMap::new()).await.unwrap());
        }
        office.use_up(0, 3).await;
        office.use_up(1, 5).await;
        office.advance_to(date(2026, 6, 15));
        office.use_up(0, 2).await;
        let june = Month::parse("2026-06").unwrap();
        office.spend(june, 900).await;
        office.advance_to(date(2026, 7, 1));
        office.use_up(0, 1).await;

        let statement = allowed(office.close("2026-06").await);
        let mut lines: Vec<_> = statement.body().lines.iter().map(|l| (l.why, l.units, l.amount.fen)).collect();
        lines.sort();
        assert_eq!(lines, [(Why::FreeUse, 5, 0), (Why::Tariff, 2, 1600), (Why::Tariff, 3, 1500)], "{backend}");
        let result = &statement.body().results[0];
        assert_eq!((result.income.fen, result.cost.fen, result.to_treasury.fen), (3100, 900, 2200));

        let entries = settlement.entries(june).await.unwrap();
        let of = |account, party: &OrganisationId| balance(&entries, account, party).unwrap().fen;
        assert_eq!(of(Account::Receivable, &office.town.bank[0].organisation), 3100);
        assert_eq!(of(Account::TreasuryPayable, &office.operator().organisation), -2200);
        assert_eq!(statement.view(&office.town.bank[0]).lines.len(), 3);
        assert_eq!(statement.view(&office.town.affiliate[0]).lines.len(), 0);

        // The same from the log, also by a delivery that has forgotten everything.
        let again = settlement.recompute(june).await.unwrap();
        assert_eq!((again.differences.len(), again.written), (0, again.computed));
        assert_eq!(settlement.statement(june).await.unwrap(), Some(statement.clone()));
        // Whoever has a line finds its records in the log.
        for line in &statement.body().lines {
            let of_line = office.delivery.accesses(june.bounds().0, june.bounds().1).await.unwrap();
            let within = |index| (line.first_index..=line.last_index).contains(&index);
            let found = of_line.iter().filter(|r| r.subscription() == &line.subscription && within(r.index()));
            assert!(u64::try_from(found.count()).unwrap() >= line.accesses);
        }
    }
}

#[tokio::test]
async fn months_are_closed_once_in_their_order_and_only_by_the_agency() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office(ledger).await;
        let settlement = &office.settlement;
        office.use_up(0, 1).await;
        assert_eq!(refused(office.close("2026-06").await), [reasons::MONTH_RUNNING]);
        let (june, july) = (Month::parse("2026-06").unwrap(), Month::parse("2026-07").unwrap());
        office.ledger.clock().advance_to(june.bounds().1.plus_micros(LAST_CALLS_MICROS - 1)).unwrap();
        assert_eq!(refused(office.close("2026-06").await), [reasons::MONTH_RUNNING]);
        office.advance_to(date(2026, 8, 1));
        let by_operator = settlement.close(office.operator(), july).await.unwrap();
        assert_eq!(refused(by_operator), [reasons::NOT_AGENCY, reasons::EARLIER_OPEN]);
        office.spend(june, 5).await;
        let statement = allowed(office.close("2026-06").await);
        // No price was in force: nothing is charged, and the loss stays.
        assert_eq!(
            (statement.body().lines[0].why, statement.body().results[0].to_treasury),
            (Why::NoTariff, Money::ZERO)
        );
        assert_eq!(refused(office.close("2026-06").await), [reasons::MONTH_CLOSED]);
        let late = settlement.record_cost(office.operator(), office.cost(june, 5)).await.unwrap();
        assert_eq!(refused(late), [reasons::MONTH_CLOSED]);
        let early = settlement.record_cost(&office.town.bank[0], office.cost(Month::parse("2026-09").unwrap(), 5));
        assert_eq!(refused(early.await.unwrap()), [reasons::NOT_OPERATOR, reasons::FUTURE_MONTH]);
        allowed(office.close("2026-07").await);
        assert_eq!(settlement.statements().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_price_needs_its_operator_its_unit_and_an_allowed_use() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let office = office(ledger).await;
        let (settlement, today) = (&office.settlement, date(2026, 6, 1));
        let free = Tariff { unit: Unit::Call, ..office.tariff(1, 1, date(2026, 5, 31)) };
        let found = settlement.set_tariff(&office.town.other_operator[0], free, &BTreeMap::new()).await.unwrap();
        assert_eq!(refused(found), [reasons::NOT_OPERATOR, reasons::FREE_USE, reasons::PAST_DAY, reasons::UNIT]);
        let cap = Cap {
            product: office.products[0].clone(),
            use_kind: UseKind::Industry,
            cap_fen: 600,
            floor_fen: 0,
            from: today,
        };
        assert_eq!(refused(settlement.set_cap(office.operator(), cap.clone()).await.unwrap()), [reasons::NOT_AGENCY]);
        allowed(settlement.set_cap(&office.town.agency[0], cap.clone()).await.unwrap());
        assert!(matches!(settlement.set_cap(&office.town.agency[0], cap).await, Err(SettlementError::Conflict { .. })));
        let dear = office.tariff(0, 601, today);
        assert_eq!(
            refused(settlement.set_tariff(office.operator(), dear, &BTreeMap::new()).await.unwrap()),
            [reasons::ABOVE_CAP]
        );
        let fair = office.tariff(0, 600, today);
        allowed(settlement.set_tariff(office.operator(), fair.clone(), &BTreeMap::new()).await.unwrap());
        let twice = settlement.set_tariff(office.operator(), fair, &BTreeMap::new()).await;
        assert!(matches!(twice, Err(SettlementError::Conflict { .. })));
        assert_eq!((settlement.tariffs().await.unwrap().len(), settlement.caps().await.unwrap().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_book_or_statement_that_somebody_changed_is_noticed() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::Guomi).await;
    let office = office(ledger).await;
    let settlement = &office.settlement;
    allowed(
        settlement
            .set_tariff(office.operator(), office.tariff(0, 500, date(2026, 6, 1)), &BTreeMap::new())
            .await
            .unwrap(),
    );
    office.use_up(0, 2).await;
    office.advance_to(date(2026, 7, 2));
    allowed(office.close("2026-06").await);
    let june = Month::parse("2026-06").unwrap();
    let tamper = async |sql: &'static str| {
        let mut change = office.ledger.change().await.unwrap();
        change.write(sql, args![]).await.unwrap();
        change.commit(Event::done(None, "test.tampered", "X")).await.unwrap();
    };
    tamper("UPDATE tariffs SET price_fen = 400").await;
    let again = settlement.recompute(june).await.unwrap();
    assert_eq!((again.is_equal(), again.differences.len()), (false, 3));
    tamper("UPDATE postings SET debit_fen = debit_fen * 2, credit_fen = credit_fen * 2").await;
    assert_eq!(settlement.recompute(june).await.unwrap().differences.len(), 4);
    tamper("UPDATE postings SET debit_fen = debit_fen + 1 WHERE debit_fen > 0").await;
    assert!(matches!(settlement.entries(june).await, Err(SettlementError::Unbalanced)));
    tamper("UPDATE statements SET body = replace(body, '1000', '1001')").await;
    assert!(matches!(settlement.statement(june).await, Err(SettlementError::Stored { .. })));
}

/// One step of a random month.
#[derive(Debug, Clone)]
enum Step {
    Use(usize, usize),
    Price(i64),
    Cost(i64),
    NextDay,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_usize..2, 1_usize..4).prop_map(|(product, count)| Step::Use(product, count)),
        (0_i64..10_000).prop_map(Step::Price),
        (1_i64..20_000).prop_map(Step::Cost),
        Just(Step::NextDay),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn whatever_happened_in_a_month_balances_and_computes_to_the_same_again(
        steps in prop::collection::vec(step(), 0..25),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
            let office = office(ledger).await;
            let june = Month::parse("2026-06").unwrap();
            let (mut day, mut price, mut priced, mut income, mut cost) = (date(2026, 6, 1), 0, vec![], 0, 0);
            for step in steps {
                match step {
                    Step::Use(product, count) => {
                        office.use_up(product, count).await;
                        income += if product == 0 { price * i64::try_from(count).unwrap() } else { 0 };
                    }
                    // A second price from the same day on is a mistake.
                    Step::Price(fen) if !priced.contains(&day) && income == 0 => {
                        allowed(office.settlement.set_tariff(office.operator(), office.tariff(0, fen, day), &BTreeMap::new()).await.unwrap());
                        (price, income) = (fen, 0);
                        priced.push(day);
                        // What was used earlier on this day has this price too.
                        let used = office.delivery.accesses(Time::at_start_of(day), office.ledger.now().plus_micros(1)).await;
                        let of_industry = used.unwrap().iter().filter(|r| r.use_kind() == UseKind::Industry).count();
                        income += price * i64::try_from(of_industry).unwrap();
                    }
                    Step::Price(_) => {}
                    Step::Cost(fen) => {
                        office.spend(june, fen).await;
                        cost += fen;
                    }
                    Step::NextDay if day.day() < 30 => {
                        day = day.tomorrow().unwrap();
                        office.advance_to(day);
                    }
                    Step::NextDay => {}
                }
            }
            office.advance_to(date(2026, 7, 1));
            let statement = allowed(office.close("2026-06").await);
            let sums = |f: fn(&crate::OperatorResult) -> Money| statement.body().results.iter().map(|r| f(r).fen).sum::<i64>();
            assert_eq!((sums(|r| r.income), sums(|r| r.cost)), (income, cost));
            assert_eq!(sums(|r| r.to_treasury), (income - cost).max(0));
            let entries = office.settlement.entries(june).await.unwrap();
            let parties = [&office.operator().organisation, &office.town.bank[0].organisation];
            let all = Account::ALL.iter().flat_map(|account| parties.map(|party| balance(&entries, *account, party).unwrap().fen));
            assert_eq!(all.sum::<i64>(), 0);
            for _ in 0..2 {
                assert!(office.settlement.recompute(june).await.unwrap().is_equal());
            }
        });
    }
}
