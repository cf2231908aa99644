//! Shapes of distribution, treasury, prices, costs and worth.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::UseKind;

/// One party of a rule of distribution.
#[derive(ToSchema)]
pub struct Party {
    /// As what: `owner`, `operator`, `processor`, `source`, `entity`.
    #[schema(pattern = "^(owner|operator|processor|source|entity)$")]
    pub part: String,
    /// Who.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub organisation: String,
    /// How many parts of the whole.
    #[schema(minimum = 0, maximum = 1000000)]
    pub parts: i64,
    /// What it put in.
    #[schema(required = false)]
    pub input: String,
    /// What it contributed.
    #[schema(required = false)]
    pub contribution: String,
    /// What it is on record: `administrative`, `institution`, `enterprise`. Filled in here;
    /// what is told against the record is refused.
    #[schema(pattern = "^(administrative|institution|enterprise)$", required = false)]
    pub body: Option<String>,
    /// The finance rule by which a public body's share is booked.
    #[schema(required = false)]
    pub finance_rule: Option<String>,
}

/// A rule of distribution to be proposed.
#[derive(ToSchema)]
pub struct NewSharingRule {
    /// Whose surplus.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub operator: String,
    /// Of which product alone; of all that have no rule of their own where none is named.
    #[schema(pattern = "^PRD-[0-9a-f]{32}$", required = false)]
    pub product: Option<String>,
    /// From which day on.
    #[schema(format = Date)]
    pub from: String,
    /// What the parts are parts of: 100 for per cent.
    #[schema(minimum = 1, maximum = 1000000)]
    pub whole: i64,
    /// The district whose project it is.
    #[schema(required = false)]
    pub district: Option<String>,
    /// The agreement or mechanism that says so.
    pub document_title: String,
    /// Its digest.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
    /// Who gets what.
    pub parties: Vec<Party>,
}

/// Somebody's consent to a rule.
#[derive(ToSchema)]
pub struct RuleConsent {
    /// For which body or party it counts.
    pub named: String,
    /// Who consented.
    pub organisation: String,
    /// When.
    pub given_at: i64,
}

/// A rule of distribution.
#[derive(ToSchema)]
pub struct SharingRule {
    /// Its id.
    pub id: String,
    /// Counts up for each operator.
    pub version: i64,
    /// Whose surplus.
    pub operator: String,
    /// Of which product alone.
    pub product: Option<String>,
    /// From which day on.
    pub from: String,
    /// What the parts are parts of.
    pub whole: i64,
    /// The district whose project it is.
    pub district: Option<String>,
    /// The agreement or mechanism that says so.
    pub document_title: String,
    /// Its digest.
    pub document_digest: String,
    /// Who gets what.
    pub parties: Vec<Party>,
    /// What whoever consents has seen.
    pub digest: String,
    /// Who consented.
    pub consents: Vec<RuleConsent>,
    /// Whose consent is missing.
    pub consents_missing: Vec<String>,
    /// Since when it holds.
    pub completed_at: Option<i64>,
}

/// One party's part of a month.
#[derive(ToSchema)]
pub struct ShareLine {
    /// Whose.
    pub party: Party,
    /// The treasury that it is paid to; nothing where the party itself is.
    pub treasury: Option<String>,
    /// How a public body's share is booked: `non_tax_revenue`, `fiscal_account`,
    /// `own_account`.
    pub booked: Option<String>,
    /// How much.
    pub amount_fen: i64,
}

/// A month's surplus of one operator, shared out.
#[derive(ToSchema)]
pub struct Distribution {
    /// Its id.
    pub id: String,
    /// The month.
    pub month: String,
    /// Whose surplus.
    pub operator: String,
    /// The statement that it rests on.
    pub statement: String,
    /// Under which version of which rules.
    pub regime: String,
    /// The clause on shares.
    pub clause: String,
    /// Of which product alone.
    pub product: Option<String>,
    /// The products whose income it shares out.
    #[schema(required = false)]
    pub products: Vec<String>,
    /// The scheme whose shares it follows.
    pub scheme: Option<String>,
    /// By which rule.
    pub rule: String,
    /// By which version of it.
    pub rule_version: i64,
    /// What that rule said.
    pub rule_digest: String,
    /// What is shared out.
    pub distributable_fen: i64,
    /// What the parts are parts of.
    pub whole: i64,
    /// Who gets what.
    pub lines: Vec<ShareLine>,
    /// The digest of all this.
    pub digest: String,
}

/// A payment to a treasury.
#[derive(ToSchema)]
pub struct Payment {
    /// Its id.
    pub id: String,
    /// Of what.
    pub due: String,
    /// How much.
    pub amount_fen: i64,
    /// On which day.
    pub paid_on: String,
    /// The digest of the voucher.
    pub voucher: String,
}

/// What is owed to a treasury, as it stands today.
#[derive(ToSchema)]
pub struct DueView {
    /// Its id.
    pub id: String,
    /// For which month.
    pub month: String,
    /// By whom.
    pub operator: String,
    /// To which treasury.
    pub treasury: String,
    /// How much.
    pub amount_fen: i64,
    /// By which day.
    pub due_day: String,
    /// The clause.
    pub clause: String,
    /// The statement or distribution that it comes from.
    pub source: String,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// What is not paid yet.
    pub open_fen: i64,
    /// `open`, `met`, `late`, `overdue`.
    pub state: String,
}

/// A payment to be recorded.
#[derive(ToSchema)]
pub struct NewPayment {
    /// How much.
    #[schema(minimum = 1)]
    pub amount_fen: i64,
    /// On which day.
    #[schema(format = Date)]
    pub paid_on: String,
    /// The digest of the voucher.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub voucher: String,
}

/// A spending of public income to be recorded.
#[derive(ToSchema)]
pub struct NewSpending {
    /// Out of which treasury.
    pub treasury: String,
    /// For which of the document's purposes.
    pub purpose: String,
    /// On what.
    pub what: String,
    /// How much.
    #[schema(minimum = 1)]
    pub amount_fen: i64,
    /// The digest of the voucher.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub voucher: String,
}

/// What a treasury took in and what was spent of it.
#[derive(ToSchema)]
pub struct TreasuryReport {
    /// Which.
    pub treasury: String,
    /// What it is owed in all.
    pub due_fen: i64,
    /// What it was paid.
    pub paid_fen: i64,
    /// What was spent, for each purpose.
    pub spent_fen: BTreeMap<String, i64>,
}

/// A document on price to be put on file.
#[derive(ToSchema)]
pub struct NewPriceBasis {
    /// `policy`, `standard` or `approval`.
    #[schema(pattern = "^(policy|standard|approval)$")]
    pub kind: String,
    /// Its title and number.
    pub title: String,
    /// The clause, or the name of the standard.
    pub clause: String,
    /// The digest of the document.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub digest: String,
    /// The most that the standard allows for a unit.
    #[schema(required = false, minimum = 0)]
    pub ceiling_fen: Option<i64>,
    /// From which day on it holds.
    #[schema(format = Date)]
    pub from: String,
    /// Its last day.
    #[schema(required = false, format = Date)]
    pub until: Option<String>,
}

/// A document on price.
#[derive(ToSchema)]
pub struct PriceBasis {
    /// Its id.
    pub id: String,
    /// `policy`, `standard` or `approval`.
    pub kind: String,
    /// Its title and number.
    pub title: String,
    /// The clause, or the name of the standard.
    pub clause: String,
    /// The digest of the document.
    pub digest: String,
    /// The most that the standard allows for a unit.
    pub ceiling_fen: Option<i64>,
    /// From which day on it holds.
    pub from: String,
    /// Its last day.
    pub until: Option<String>,
}

/// What was filed with a price.
#[derive(ToSchema)]
pub struct PriceFiling {
    /// Counts up.
    pub number: i64,
    /// Of which product.
    pub product: String,
    /// For which use.
    pub use_kind: UseKind,
    /// From which day on the price holds.
    pub from: String,
    /// Each content that the document asks for.
    pub contents: BTreeMap<String, String>,
    /// When it was filed.
    pub filed_at: i64,
}

/// A cost to be entered.
#[derive(ToSchema)]
pub struct NewCost {
    /// Of which month.
    #[schema(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub month: String,
    /// Of which kind, in the words of the rules.
    pub kind: String,
    /// For which product, where it is for one.
    #[schema(required = false, pattern = "^PRD-[0-9a-f]{32}$")]
    pub product: Option<String>,
    /// For what.
    pub item: String,
    /// How much.
    #[schema(minimum = 1)]
    pub amount_fen: i64,
    /// The digest of its voucher.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub voucher: Option<String>,
}

/// A cost as it was entered.
#[derive(ToSchema)]
pub struct EnteredCost {
    /// Its id.
    pub id: String,
    /// Of which month.
    pub month: String,
    /// Whose.
    pub operator: String,
    /// Of which kind.
    #[schema(required = false)]
    pub kind: String,
    /// For which product.
    #[schema(required = false)]
    pub product: Option<String>,
    /// For what.
    pub item: String,
    /// How much.
    pub amount_fen: i64,
    /// The digest of its voucher.
    pub voucher: Option<String>,
    /// When it was accepted; before that it counts for nothing.
    pub accepted_at: Option<i64>,
}

/// What a metered use of the infrastructure costs from a day on.
#[derive(ToSchema)]
pub struct MeterRate {
    /// `run`, `run_second`, `stored_mebibyte`, `call`, `masking`, `model_release`, `result_export`.
    #[schema(pattern = "^(run|run_second|stored_mebibyte|call|masking|model_release|result_export)$")]
    pub metered: String,
    /// How much for one.
    #[schema(minimum = 0)]
    pub rate_fen: i64,
    /// From which day on.
    #[schema(format = Date)]
    pub from: String,
}

/// What one entity gets of a product, beside what others get.
#[derive(ToSchema)]
pub struct Terms {
    /// By which subscription.
    pub subscription: String,
    /// Of which product.
    pub product: String,
    /// For which use.
    pub use_kind: UseKind,
    /// Who.
    pub entity: String,
    /// From whom.
    pub operator: String,
    /// The price of a unit today.
    pub price_fen: i64,
    /// The quota of a day.
    pub calls_per_day_max: i64,
    /// The price that most have.
    pub usual_price_fen: i64,
    /// The quota that most have.
    pub usual_calls_per_day_max: i64,
    /// Why they differ.
    pub reason: Option<String>,
    /// Whether they differ and nobody said why.
    pub is_unexplained: bool,
}

/// What a year's permitted revenue rests on.
#[derive(ToSchema)]
pub struct NewPermittedRevenue {
    /// Whose.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub operator: String,
    /// Of which year.
    #[schema(minimum = 2000, maximum = 2100)]
    pub year: i16,
    /// The reasonable cost that the survey found.
    #[schema(minimum = 0)]
    pub cost_fen: i64,
    /// What the government gave towards it.
    #[schema(minimum = 0)]
    pub subsidy_fen: i64,
    /// Taxes.
    #[schema(minimum = 0)]
    pub tax_fen: i64,
    /// The average yield of the ten-year bond in the year before, in basis points.
    #[schema(minimum = 0, maximum = 10000)]
    pub yield_basis_points: i64,
    /// What is added to it, in basis points.
    #[schema(minimum = 0, maximum = 10000)]
    pub added_basis_points: i64,
    /// When cost and price were evaluated last.
    #[schema(format = Date)]
    pub evaluated_on: String,
    /// The document of the price authority, on file.
    #[schema(pattern = "^PBS-[0-9a-f]{32}$")]
    pub basis: String,
}

/// What may be earned in a year.
#[derive(ToSchema)]
pub struct Permitted {
    /// Cost less subsidy.
    pub net_cost_fen: i64,
    /// The permitted rate of profit on it, in basis points.
    pub rate_basis_points: i64,
    /// The permitted profit.
    pub profit_fen: i64,
    /// Cost, profit and taxes, less the excess of before.
    pub revenue_max_fen: i64,
}

/// How far a year is from what was permitted.
#[derive(ToSchema)]
pub struct Deviation {
    /// What was earned in the closed months.
    pub revenue_fen: i64,
    /// Of the permitted, in basis points; nothing where nothing is permitted.
    pub basis_points: Option<i64>,
    /// What was earned above the permitted.
    pub excess_fen: i64,
    /// `prices`: the operator adjusts its own; `caps`: the agency adjusts them.
    pub adjustment: String,
}

/// A year's permitted revenue as it stands.
#[derive(ToSchema)]
pub struct PermittedRevenue {
    /// Whose.
    pub operator: String,
    /// Of which year.
    pub year: i16,
    /// The reasonable cost.
    pub cost_fen: i64,
    /// What the government gave.
    pub subsidy_fen: i64,
    /// Taxes.
    pub tax_fen: i64,
    /// The bond's yield, in basis points.
    pub yield_basis_points: i64,
    /// What is added to it, in basis points.
    pub added_basis_points: i64,
    /// When cost and price were evaluated last.
    pub evaluated_on: String,
    /// The document of the price authority.
    pub basis: String,
    /// What was earned above the permitted the year before.
    pub excess_before_fen: i64,
    /// What may be earned.
    pub permitted: Permitted,
    /// How far the year is from it.
    pub deviation: Deviation,
    /// The year in which the next evaluation is due.
    pub evaluation_due_year: i16,
    /// Whether the last evaluation is too old.
    pub evaluation_is_overdue: bool,
}

/// A data asset to be recorded.
#[derive(ToSchema)]
pub struct NewAsset {
    /// Whose.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub unit: String,
    /// The resource or product that it is.
    #[schema(pattern = "^(RES|PRD)-[0-9a-f]{32}$")]
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// `listed`, `booked`, `pledged` or `invested`.
    #[schema(pattern = "^(listed|booked|pledged|invested)$")]
    pub state: String,
    /// Its booked value; nothing while it is only listed.
    #[schema(required = false, minimum = 0)]
    pub booked_fen: Option<i64>,
    /// Since when.
    #[schema(required = false, format = Date)]
    pub booked_on: Option<String>,
    /// The digest of the document.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// What risk was found; needed for what is pledged or invested.
    #[schema(required = false)]
    pub risk_finding: Option<String>,
}

/// A data asset.
#[derive(ToSchema)]
pub struct Asset {
    /// Its id.
    pub id: String,
    /// Whose.
    pub unit: String,
    /// The resource or product that it is.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// `listed`, `booked`, `pledged` or `invested`.
    pub state: String,
    /// Its booked value.
    pub booked_fen: Option<i64>,
    /// Since when.
    pub booked_on: Option<String>,
    /// The digest of the document.
    pub document: String,
    /// What risk was found.
    pub risk_finding: Option<String>,
}

/// One figure of a contribution.
#[derive(ToSchema)]
pub struct Figure {
    /// Of what.
    pub indicator: String,
    /// How many.
    pub count: i64,
    /// Its weight, in per cent.
    pub weight: i64,
    /// The records that it counts.
    pub records: Vec<String>,
}

/// A department's contribution to public data.
#[derive(ToSchema)]
pub struct Contribution {
    /// Which department.
    pub department: String,
    /// Of which month.
    pub month: String,
    /// Each figure.
    pub figures: Vec<Figure>,
    /// 0 to 10000: each figure against the highest of all departments, weighed.
    pub score_basis_points: i64,
}
