//! Prices, costs and closed months. Amounts leave as whole fen in fields `…_fen`.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PriceBasisId, ProductId, StatementId, SubscriptionId};
use shuyu_model::{Actor, Day, Digest, Month, Time, UseKind};
use shuyu_settlement::{Cap, NewCost, Statement, Tariff, Unit, Why};
use utoipa::ToSchema;

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{money as shapes, nouns, shaped};

/// A price from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTariff {
    /// For which use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// For one of what: `call` or `file`.
    #[schema(value_type = String, pattern = "^(call|file)$")]
    pub unit: Unit,
    /// How much.
    #[schema(minimum = 0)]
    pub price_fen: i64,
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    /// The document on file that it rests on; a charged price needs one.
    #[schema(required = false, value_type = Option<String>, pattern = "^PBS-[0-9a-f]{32}$")]
    #[serde(default)]
    pub basis: Option<PriceBasisId>,
    /// What is filed with it, by the names that the rules give, where they ask for it.
    #[schema(required = false)]
    #[serde(default)]
    pub filing: BTreeMap<String, String>,
}

/// A cap on a price, from a day on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCap {
    /// For which use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// How much at most.
    #[schema(minimum = 0)]
    pub cap_fen: i64,
    /// How much at least, where a range is guided.
    #[schema(required = false, minimum = 0)]
    #[serde(default)]
    pub floor_fen: i64,
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub from: Day,
}

/// What one subscription used at one price.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// Which.
    #[schema(value_type = String)]
    pub subscription: SubscriptionId,
    /// What was delivered.
    #[schema(value_type = String)]
    pub product: ProductId,
    /// To whom.
    #[schema(value_type = String)]
    pub entity: OrganisationId,
    /// By whom.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// For which use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// The price of a unit.
    pub price_fen: i64,
    /// Why it is that: `free_use`, `tariff`, `capped`, `source_free`,
    /// `conditions_unmet`, `no_tariff`.
    #[schema(value_type = String)]
    pub why: Why,
    /// The document that the price rests on.
    #[schema(value_type = Option<String>)]
    pub basis: Option<PriceBasisId>,
    /// The clause that it rests on.
    pub clause: String,
    /// How many units.
    pub units: i64,
    /// The first access record of them, as its index in the log.
    pub first_index: u64,
    /// The last.
    pub last_index: u64,
    /// Units times price.
    pub amount_fen: i64,
}

/// A cost in a statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct CostView {
    /// Whose.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// Of which kind.
    pub kind: String,
    /// For which product, where it is for one.
    #[schema(value_type = Option<String>)]
    pub product: Option<ProductId>,
    /// For what.
    pub item: String,
    /// How much.
    pub amount_fen: i64,
}

/// One operator's month.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultView {
    /// Whose.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// What entities owe it.
    pub income_fen: i64,
    /// What the month cost it.
    pub cost_fen: i64,
    /// What goes to the treasury.
    pub to_treasury_fen: i64,
    /// What waits to be distributed by a rule.
    pub to_share_fen: i64,
}

/// What the caller may see of a closed month.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: StatementId,
    /// The month.
    #[schema(value_type = String)]
    pub month: Month,
    /// Under which version of which rules.
    pub regime: String,
    /// The clause that sends the surplus to the treasury.
    pub treasury_clause: String,
    /// What the document calls the charge.
    pub fee_name: Option<String>,
    /// When the month was closed.
    #[schema(value_type = i64)]
    pub closed_at: Time,
    /// The digest of the whole statement, all parties' lines in it.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// What was used, at which price.
    pub lines: Vec<LineView>,
    /// What it cost.
    pub costs: Vec<CostView>,
    /// What remains, for each operator.
    pub results: Vec<ResultView>,
}

shaped! { NewTariff => NewTariff, NewCap => NewCap, NewCost => shapes::NewCost, StatementView => StatementView }

impl StatementView {
    fn new(statement: &Statement, viewer: &Actor) -> Self {
        let body = statement.view(viewer);
        Self {
            id: body.id,
            month: body.month,
            regime: body.regime,
            treasury_clause: body.treasury_clause,
            fee_name: body.fee_name,
            closed_at: body.closed_at,
            digest: statement.digest(),
            lines: body.lines.into_iter().map(line).collect(),
            costs: body
                .costs
                .into_iter()
                .map(|cost| CostView {
                    operator: cost.operator,
                    kind: cost.kind,
                    product: cost.product,
                    item: cost.item,
                    amount_fen: cost.amount.fen,
                })
                .collect(),
            results: body
                .results
                .into_iter()
                .map(|result| ResultView {
                    operator: result.operator,
                    income_fen: result.income.fen,
                    cost_fen: result.cost.fen,
                    to_treasury_fen: result.to_treasury.fen,
                    to_share_fen: result.to_share.fen,
                })
                .collect(),
        }
    }
}

fn line(line: shuyu_settlement::Line) -> LineView {
    LineView {
        subscription: line.subscription,
        product: line.product,
        entity: line.entity,
        operator: line.operator,
        use_kind: line.use_kind,
        price_fen: line.price.fen,
        why: line.why,
        basis: line.basis,
        clause: line.clause,
        units: line.units,
        first_index: line.first_index,
        last_index: line.last_index,
        amount_fen: line.amount.fen,
    }
}

/// Sets the operator's price of a product.
pub async fn price(
    State(app): Stations,
    Who(actor): Who,
    At(product): At<ProductId>,
    Json(new): Json<NewTariff>,
) -> Result<Done, Problem> {
    let NewTariff { use_kind, unit, price_fen, from, basis, filing } = new;
    let tariff = Tariff { product, use_kind, unit, price_fen, from, basis };
    granted(app.settlement().set_tariff(&actor, tariff, &filing).await?)?;
    Ok(Done)
}

/// Sets the agency's cap on a price.
pub async fn cap(
    State(app): Stations,
    Who(actor): Who,
    At(product): At<ProductId>,
    Json(new): Json<NewCap>,
) -> Result<Done, Problem> {
    let NewCap { use_kind, cap_fen, floor_fen, from } = new;
    granted(app.settlement().set_cap(&actor, Cap { product, use_kind, cap_fen, floor_fen, from }).await?)?;
    Ok(Done)
}

/// Enters a cost of the operator.
pub async fn enter_cost(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewCost>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().record_cost(&actor, new).await?)?)))
}

/// Closes a month.
pub async fn close(
    State(app): Stations,
    Who(actor): Who,
    At(month): At<Month>,
) -> Result<Shown<StatementView>, Problem> {
    let statement = granted(app.settlement().close(&actor, month).await?)?;
    Ok(Shown(StatementView::new(&statement, &actor)))
}

/// Lists closed months, oldest first, each with the caller's own part.
pub async fn statements(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<StatementView>>, Problem> {
    let all = app.settlement().statements().await?;
    let views = all.iter().map(|statement| StatementView::new(statement, &actor)).collect();
    Ok(Shown(cut(views, &asked, |view| view.id.as_str())?))
}

/// Shows the caller's part of a closed month.
pub async fn statement(
    State(app): Stations,
    Who(actor): Who,
    At(month): At<Month>,
) -> Result<Shown<StatementView>, Problem> {
    let statement = app.settlement().statement(month).await?.ok_or_else(|| Problem::unseen("closed month"))?;
    Ok(Shown(StatementView::new(&statement, &actor)))
}
