//! Accounts (台账): what each product of an operator took in and cost in a closed month, by
//! kind of service and of cost, with vouchers; whether the entries keep the financial
//! rules; and which sales depart from the guided price or standard.
//!
//! INVARIANT (reconciled): the lines of a month sum to the result of its statement, and an
//! account says whether they do.
//!
//! Not here: what is charged (`charge`), the closing of a month (`statement`).

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::{OrganisationId, ProductId, SubscriptionId};
use shuyu_model::{Actor, Day, Money, Month, Role, UseKind};

use crate::by_scheme::{items_of, moment_of};
use crate::charge::Line;
use crate::costs::EnteredCost;
use crate::error::SettlementError;
use crate::settlement::Settlement;
use crate::statement::{Cost, OperatorResult, StatementBody, sees_all};
use crate::store;
use crate::tariff::{PriceBook, Why};

type Result<T> = std::result::Result<T, SettlementError>;

/// What one product took in or cost in a month, of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountLine {
    /// Which; nothing for what is of no single product.
    pub product: Option<ProductId>,
    /// `income` or `cost`.
    pub side: &'static str,
    /// The kind of service (`lookup`, `dataset`, `report`, `model`), or the kind of cost.
    pub kind: String,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// How many units, or vouchers.
    pub count: i64,
}

/// What one item of the operator's scheme cost in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// In the scheme's words.
    pub item: String,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
    /// How many costs.
    pub count: usize,
}

/// Whether a financial rule is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCheck {
    /// `balanced`, `reconciled`, `based`, `vouchered`, `itemised`.
    pub rule: &'static str,
    /// What it asks.
    pub title: &'static str,
    /// Whether it is kept.
    pub is_kept: bool,
    /// How many entries do not keep it.
    pub broken_total: usize,
}

/// An operator's account of a closed month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthAccount {
    /// Names it in pages.
    pub key: String,
    /// Which month.
    pub month: Month,
    /// Whose.
    pub operator: OrganisationId,
    /// What came in.
    #[serde(rename = "income_fen")]
    pub income: Money,
    /// What it cost.
    #[serde(rename = "cost_fen")]
    pub cost: Money,
    /// By product, side and kind.
    pub lines: Vec<AccountLine>,
    /// By the items of the operator's scheme, in its order, where the document has it
    /// followed; an item without a cost is there, too.
    pub items: Vec<ItemLine>,
    /// The financial rules.
    pub checks: Vec<RuleCheck>,
}

/// A sale at another price than the guided price or standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Departure {
    /// Names it in pages.
    pub key: String,
    /// Which subscription.
    pub subscription: SubscriptionId,
    /// Of which product.
    pub product: ProductId,
    /// By whom.
    pub operator: OrganisationId,
    /// For which use.
    pub use_kind: UseKind,
    /// In which month it was charged, or on which day an exchange recorded it.
    pub when: String,
    /// At what price.
    #[serde(rename = "price_fen")]
    pub price: Money,
    /// The guided range or the standard that held.
    #[serde(rename = "floor_fen")]
    pub floor: Money,
    /// See `floor`.
    #[serde(rename = "ceiling_fen")]
    pub ceiling: Option<Money>,
    /// `above`, `below`, `unpriced`, or `capped`: the operator's own price was above.
    pub how: &'static str,
}

fn item_line(item: String, costs: &[&Cost]) -> Result<ItemLine> {
    let of_item: Vec<Money> = costs.iter().filter(|cost| cost.item == item).map(|cost| cost.amount).collect();
    let amount = of_item.iter().try_fold(Money::ZERO, |sum, one| sum.plus(*one))?;
    Ok(ItemLine { item, amount, count: of_item.len() })
}

impl Settlement {
    /// The accounts of all closed months, oldest first: all for those who oversee, an
    /// operator its own.
    pub async fn accounts(&self, viewer: &Actor) -> Result<Vec<MonthAccount>> {
        let is_own = |operator: &OrganisationId| viewer.is(Role::Operator) && *operator == viewer.organisation;
        if !sees_all(viewer) && !viewer.is(Role::Operator) {
            return Ok(Vec::new());
        }
        let (entered, schemes) = (store::costs::entered(self.ledger()).await?, self.scheme_book().await?);
        let mut all = Vec::new();
        for statement in self.statements().await? {
            let body = statement.body();
            let of_viewer = |one: &&OperatorResult| sees_all(viewer) || is_own(&one.operator);
            let seen: Vec<&OperatorResult> = body.results.iter().filter(of_viewer).collect();
            if seen.is_empty() {
                continue;
            }
            let unbalanced = match store::entries(self.ledger(), &body.id).await {
                Ok(_) => 0,
                Err(SettlementError::Unbalanced) => 1,
                Err(error) => return Err(error),
            };
            for result in seen {
                let of_month = |one: &&EnteredCost| one.month == body.month && one.cost.operator == result.operator;
                let entered: Vec<&EnteredCost> = entered.iter().filter(of_month).collect();
                let at = moment_of(body.month, body.closed_at);
                let items = schemes.as_ref().map(|book| items_of(book, &result.operator, at)).unwrap_or_default();
                all.push(self.month_account(body, result, &entered, (items, unbalanced))?);
            }
        }
        Ok(all)
    }

    fn month_account(
        &self,
        body: &StatementBody,
        result: &OperatorResult,
        entered: &[&EnteredCost],
        (items, unbalanced): (Vec<String>, usize),
    ) -> Result<MonthAccount> {
        let mut sums: BTreeMap<(Option<ProductId>, &'static str, String), (Money, i64)> = BTreeMap::new();
        let mut unbased = 0;
        for line in body.lines.iter().filter(|line| line.operator == result.operator) {
            let kind = self.delivery().product(&line.product).map_or("withdrawn", |found| found.kind.word());
            let sum = sums.entry((Some(line.product.clone()), "income", kind.to_owned())).or_default();
            *sum = (sum.0.plus(line.amount)?, sum.1.saturating_add(line.units));
            unbased += usize::from(line.amount > Money::ZERO && line.basis.is_none());
        }
        let costs: Vec<&Cost> = body.costs.iter().filter(|cost| cost.operator == result.operator).collect();
        for cost in &costs {
            let sum = sums.entry((cost.product.clone(), "cost", cost.kind.clone())).or_default();
            *sum = (sum.0.plus(cost.amount)?, sum.1.saturating_add(1));
        }
        let bare = entered.iter().filter(|one| one.accepted_at.is_some() && one.voucher.is_none()).count();
        let total = |side: &str| {
            let mut of_side = sums.iter().filter(|((_, of, _), _)| *of == side).map(|(_, (amount, _))| *amount);
            of_side.try_fold(Money::ZERO, |sum, one| sum.plus(one))
        };
        let is_same = total("income")? == result.income && total("cost")? == result.cost;
        // What is metered is of no scheme's making.
        let is_metered = |kind: &str| {
            let metered = self.regime().money.metered.iter().flat_map(|rule| &rule.value);
            metered.into_iter().any(|metered| metered.zh() == kind)
        };
        let is_elsewhere = |cost: &&&Cost| !items.contains(&cost.item) && !is_metered(&cost.kind);
        let elsewhere = if items.is_empty() { 0 } else { costs.iter().filter(is_elsewhere).count() };
        let check = |rule, title, broken_total| RuleCheck { rule, title, is_kept: broken_total == 0, broken_total };
        Ok(MonthAccount {
            key: format!("{}.{}", body.month, result.operator),
            month: body.month,
            operator: result.operator.clone(),
            income: result.income,
            cost: result.cost,
            checks: vec![
                check("balanced", "每笔分录借贷平衡", unbalanced),
                check("reconciled", "分产品合计与结算单一致", usize::from(!is_same)),
                check("based", "每笔收费有定价依据", unbased),
                check("vouchered", "每笔成本有凭证", bare),
                check("itemised", "每笔成本列入实施方案的科目", elsewhere),
            ],
            items: items.into_iter().map(|item| item_line(item, &costs)).collect::<Result<_>>()?,
            lines: sums
                .into_iter()
                .map(|((product, side, kind), (amount, count))| AccountLine { product, side, kind, amount, count })
                .collect(),
        })
    }

    /// Sales at other prices than the guided price or standard that held, oldest first.
    /// For those who oversee.
    pub async fn departures(&self, viewer: &Actor) -> Result<Vec<Departure>> {
        if !sees_all(viewer) {
            return Ok(Vec::new());
        }
        let bases = self.bases().await?;
        let book = PriceBook::new(&self.tariffs().await?, &self.caps().await?, &bases);
        let ceiling_of = |basis: Option<&shuyu_model::id::PriceBasisId>| {
            let found = bases.iter().find(|one| Some(&one.id) == basis)?;
            found.basis.ceiling_fen.map(Money::fen)
        };
        let range = |product: &ProductId, use_kind, day: Day, standard: Option<Money>| {
            let guided = book.guided(product, use_kind, day);
            let floor = guided.map_or(Money::ZERO, |(floor, _)| floor);
            (floor, guided.map(|(_, cap)| cap).into_iter().chain(standard).min())
        };
        let mut all = Vec::new();
        for statement in self.statements().await? {
            let body = statement.body();
            let last = body.month.bounds().1.plus_micros(-1).day();
            let charged = |line: &&Line| self.regime().price.charged_uses.value.contains(&line.use_kind);
            for line in body.lines.iter().filter(charged) {
                let (floor, ceiling) = range(&line.product, line.use_kind, last, ceiling_of(line.basis.as_ref()));
                let how = match line.why {
                    Why::NoTariff => "unpriced",
                    Why::Capped => "capped",
                    _ if ceiling.is_some_and(|ceiling| line.price > ceiling) => "above",
                    Why::Tariff if line.price < floor => "below",
                    _ => continue,
                };
                all.push(Departure {
                    key: format!("{}.{}.{}", body.month, line.subscription, line.first_index),
                    subscription: line.subscription.clone(),
                    product: line.product.clone(),
                    operator: line.operator.clone(),
                    use_kind: line.use_kind,
                    when: body.month.to_string(),
                    price: line.price,
                    floor,
                    ceiling,
                    how,
                });
            }
        }
        for traded in store::deals::trades(self.ledger()).await? {
            let Some(found) = self.delivery().subscription(&traded.trade.subscription) else { continue };
            let day = traded.trade.traded_on;
            let asked = book.price(&found.product, found.use_kind, day, self.regime());
            let (floor, ceiling) = range(&found.product, found.use_kind, day, ceiling_of(asked.basis.as_ref()));
            let price = Money::fen(traded.trade.unit_price_fen);
            let how = match ceiling {
                Some(ceiling) if price > ceiling => "above",
                _ if price < floor => "below",
                _ => continue,
            };
            all.push(Departure {
                key: format!("{day}.trade.{}", traded.number),
                subscription: found.id,
                product: found.product,
                operator: found.operator,
                use_kind: found.use_kind,
                when: day.to_string(),
                price,
                floor,
                ceiling,
                how,
            });
        }
        Ok(all)
    }
}
