//! Rules of distribution (收益分配规则) and what a month's surplus becomes by one.
//!
//! INVARIANT (to the fen): the lines of a distribution sum to what is distributed,
//! and none is negative; checked when it is computed and again when it is read.
//! INVARIANT (former rule): a rule never reaches into a month that is distributed, and
//! a distribution names the rule and version that it was computed by.
//!
//! INVARIANT (on record): what a party is by law is what the registry has on record of it,
//! when the rule is proposed and again when a month is shared; nobody's text decides it.
//!
//! Not here: the arithmetic (`model::sharing`), the station's acts (`distribute`), what of a
//! month a product earned (`pots`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shuyu_model::id::{DistributionId, MatterId, OrganisationId, ProductId, SharingRuleId, StatementId};
use shuyu_model::regime::words::{Booking, Level, Part, Treasury, UnitKind};
use shuyu_model::sharing::{SHARES_MAX, split};
use shuyu_model::{CryptoProfile, Day, Digest, Money, Month, Reason, Regime, Time};
use shuyu_registry::Organisation;

use crate::book::{Account, BookEntry};
use crate::error::SettlementError;
use crate::reasons;

/// The largest whole that shares are parts of.
pub const WHOLE_MAX: u32 = 1_000_000;
/// The longest text in a rule, in characters.
pub(crate) const TEXT_CHARS_MAX: usize = 500;

/// What a party is by law, where it decides to whom its share is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyKind {
    /// 行政单位: its income is non-tax revenue.
    Administrative,
    /// 事业单位: its income goes by the finance department's own rules.
    Institution,
    /// 企业.
    Enterprise,
}

impl BodyKind {
    /// What an organisation is on record; nothing for a public body of which no kind of
    /// unit is stated.
    pub(crate) fn on_record(organisation: &Organisation) -> Option<Self> {
        match organisation.unit.as_ref().map(|unit| unit.unit_kind) {
            Some(UnitKind::Government | UnitKind::Upper) => Some(Self::Administrative),
            Some(UnitKind::Institution) => Some(Self::Institution),
            Some(UnitKind::Enterprise | UnitKind::Utility | UnitKind::Social) => Some(Self::Enterprise),
            None => (!organisation.is_public_body()).then_some(Self::Enterprise),
        }
    }
}

/// What the parties of a rule are on record.
pub(crate) type OnRecord = BTreeMap<OrganisationId, BodyKind>;

/// Who gets what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// As what.
    pub part: Part,
    /// Who.
    pub organisation: OrganisationId,
    /// How many parts of the whole.
    pub parts: u32,
    /// What it put in (投入).
    #[serde(default)]
    pub input: String,
    /// What it contributed (贡献).
    #[serde(default)]
    pub contribution: String,
    /// What it is by law; see INVARIANT (on record).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyKind>,
    /// The finance rule by which a public body's share is booked.
    #[serde(default)]
    pub finance_rule: Option<String>,
}

/// A rule to be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSharingRule {
    /// Whose surplus.
    pub operator: OrganisationId,
    /// Of which product alone; of all that have no rule of their own where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// From which day on: months that begin then or later.
    pub from: Day,
    /// What the parts are parts of: 100 for per cent.
    pub whole: u32,
    /// The district whose project it is; nothing for the city's own.
    #[serde(default)]
    pub district: Option<String>,
    /// The agreement or mechanism that says so.
    pub document_title: String,
    /// Its digest.
    pub document_digest: Digest,
    /// Who gets what.
    pub parties: Vec<Party>,
}

/// Somebody's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// For whom the rules count it: a body's name, or a party's id.
    pub named: String,
    /// Who consented.
    pub organisation: OrganisationId,
    /// When.
    pub given_at: Time,
}

/// A rule as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharingRule {
    /// Its name.
    pub id: SharingRuleId,
    /// Counts up for each operator.
    pub version: i64,
    /// What it says.
    #[serde(flatten)]
    pub rule: NewSharingRule,
    /// The digest of what it says; whoever consents, consents to this.
    pub digest: Digest,
    /// Who consented.
    pub consents: Vec<Consent>,
    /// Whose consent is missing.
    pub consents_missing: Vec<String>,
    /// When the last one consented; it holds since then.
    pub completed_at: Option<Time>,
}

impl SharingRule {
    /// Whether a month is distributed by it, as seen at a moment.
    pub(crate) fn holds(&self, month: Month, at: Time) -> bool {
        self.rule.from <= month.first_day() && self.completed_at.is_some_and(|completed| completed <= at)
    }
}

/// The rule of a month, for a product or for all that have none: of those that hold, the
/// newest.
pub(crate) fn in_force<'a>(
    rules: &'a [SharingRule],
    (operator, product): (&OrganisationId, Option<&ProductId>),
    month: Month,
    at: Time,
) -> Option<&'a SharingRule> {
    let is_meant = |rule: &&SharingRule| rule.rule.operator == *operator && rule.rule.product.as_ref() == product;
    rules.iter().filter(is_meant).filter(|rule| rule.holds(month, at)).max_by_key(|rule| rule.version)
}

/// One party's part of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareLine {
    /// Whose.
    pub party: Party,
    /// The treasury that it is paid to; nothing where the party itself is paid.
    pub treasury: Option<String>,
    /// How a public body's share is booked, where the finance rules decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked: Option<Booking>,
    /// How much.
    #[serde(rename = "amount_fen")]
    pub amount: Money,
}

/// A month's surplus of one operator, shared out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistributionBody {
    /// Its name.
    pub id: DistributionId,
    /// The month.
    pub month: Month,
    /// Whose surplus.
    pub operator: OrganisationId,
    /// The statement that it rests on.
    pub statement: StatementId,
    /// Under which version of which rules.
    pub regime: String,
    /// The clause on shares.
    pub clause: String,
    /// Of which product alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductId>,
    /// Whose income it shares out; that of all products where it names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// The scheme whose shares it follows, where the document has one followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<MatterId>,
    /// By which rule.
    pub rule: SharingRuleId,
    /// By which version of it.
    pub rule_version: i64,
    /// What that rule said.
    pub rule_digest: Digest,
    /// What is shared out.
    #[serde(rename = "distributable_fen")]
    pub distributable: Money,
    /// What the parts are parts of.
    pub whole: u32,
    /// Who gets what.
    pub lines: Vec<ShareLine>,
}

/// The same, with its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Distribution {
    #[serde(flatten)]
    body: DistributionBody,
    digest: Digest,
}

/// What is shared out, and on what it rests.
pub(crate) struct Surplus<'a> {
    pub(crate) month: Month,
    pub(crate) statement: StatementId,
    /// What each product has to share.
    pub(crate) pots: BTreeMap<ProductId, Money>,
    pub(crate) rule: &'a SharingRule,
    pub(crate) scheme: Option<MatterId>,
    pub(crate) on_record: OnRecord,
}

impl Distribution {
    pub(crate) fn compute(
        id: DistributionId,
        surplus: Surplus<'_>,
        regime: &Regime,
        profile: CryptoProfile,
    ) -> Result<Self, SettlementError> {
        let Surplus { month, statement, pots, rule, scheme, on_record } = surplus;
        let distributable = pots.values().try_fold(Money::ZERO, |sum, part| sum.plus(*part))?;
        let parts: Vec<u32> = rule.rule.parties.iter().map(|party| party.parts).collect();
        let amounts = split(distributable, &parts)?;
        let line = |(party, amount): (&Party, Money)| {
            let mut party = party.clone();
            party.body = on_record.get(&party.organisation).copied().or(party.body);
            let (treasury, booked) = booked_to(&party, rule.rule.district.as_deref(), regime);
            ShareLine { treasury, booked, party, amount }
        };
        let body = DistributionBody {
            id,
            month,
            operator: rule.rule.operator.clone(),
            statement,
            regime: regime.stamp(),
            clause: share_clause(regime),
            product: rule.rule.product.clone(),
            products: pots.into_keys().collect(),
            scheme,
            rule: rule.id.clone(),
            rule_version: rule.version,
            rule_digest: rule.digest,
            distributable,
            whole: rule.rule.whole,
            lines: rule.rule.parties.iter().zip(amounts).map(line).collect(),
        };
        assert!(body.is_balanced(), "INVARIANT (to the fen)");
        let digest = profile.digest(serde_json::to_string(&body)?.as_bytes());
        Ok(Self { body, digest })
    }

    /// As it was stored; see INVARIANT (to the fen).
    pub(crate) fn read_back(text: &str, digest: Digest) -> Result<Self, SettlementError> {
        if digest.profile().digest(text.as_bytes()) != digest {
            return Err(SettlementError::Stored { table: "distributions" });
        }
        let body: DistributionBody = serde_json::from_str(text)?;
        if body.is_balanced() { Ok(Self { body, digest }) } else { Err(SettlementError::Unbalanced) }
    }

    pub(crate) fn to_text(&self) -> Result<String, SettlementError> {
        Ok(serde_json::to_string(&self.body)?)
    }

    /// What it says.
    pub fn body(&self) -> &DistributionBody {
        &self.body
    }

    /// The digest of its body as JSON; its event holds it.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl Distribution {
    /// The entries of the book that belong to it.
    pub(crate) fn entries(&self) -> Vec<BookEntry> {
        let body = &self.body;
        let lines = body.lines.iter().filter(|line| line.amount > Money::ZERO);
        let entry = |line: &ShareLine| {
            let credit = match &line.treasury {
                Some(_) => (Account::TreasuryPayable, &body.operator),
                None => (Account::SharePayable, &line.party.organisation),
            };
            let what = format!("share of {} by {}@{}", line.party.part.word(), body.rule, body.rule_version);
            BookEntry::transfer(what, (Account::Undistributed, &body.operator), credit, line.amount)
        };
        lines.map(entry).collect()
    }
}

impl DistributionBody {
    /// Whether it shares out what this product has to share.
    pub(crate) fn covers(&self, product: &ProductId) -> bool {
        self.products.contains(product) || (self.products.is_empty() && self.product.is_none())
    }

    /// Whom it concerns.
    pub(crate) fn parties(&self) -> BTreeSet<OrganisationId> {
        let sharing = self.lines.iter().map(|line| line.party.organisation.clone());
        sharing.chain([self.operator.clone()]).collect()
    }

    fn is_balanced(&self) -> bool {
        let sum: i128 = self.lines.iter().map(|line| i128::from(line.amount.fen)).sum();
        sum == i128::from(self.distributable.fen) && self.lines.iter().all(|line| line.amount >= Money::ZERO)
    }
}

/// The treasury of the place whose rules hold.
pub(crate) fn own_treasury(regime: &Regime) -> &'static str {
    match regime.level {
        Level::City => "市级财政",
        Level::District => "区级财政",
    }
}

/// To which treasury a share goes, and how the finance rules book it: the government's own
/// to the treasury of the project's level, an administrative body's as non-tax revenue where
/// the document leaves it to the finance rules, an institution's as the place has them.
fn booked_to(party: &Party, district: Option<&str>, regime: &Regime) -> (Option<String>, Option<Booking>) {
    let of_place = || own_treasury(regime).to_owned();
    let by_rules = regime.price.treasury.as_ref().is_some_and(|rule| rule.value == Treasury::ByRules);
    let booked = match party.body.filter(|_| by_rules) {
        Some(BodyKind::Administrative) => Some(Booking::Treasury),
        Some(BodyKind::Institution) => regime.money.institution_share.as_ref().map(|rule| rule.value),
        Some(BodyKind::Enterprise) | None => None,
    };
    let treasury = match (party.part, district, booked) {
        (Part::Owner, Some(district), _) if by_level(regime) => Some(format!("{district}财政")),
        (Part::Owner, ..) | (_, _, Some(Booking::Treasury)) => Some(of_place()),
        (_, _, Some(Booking::FiscalAccount)) => Some(format!("{}专户", of_place())),
        (_, _, Some(Booking::OwnAccount) | None) => None,
    };
    (treasury, booked)
}

fn by_level(regime: &Regime) -> bool {
    regime.price.treasury.as_ref().is_some_and(|rule| rule.value == Treasury::ByLevel)
}

/// The clause that shares rest on.
pub(crate) fn share_clause(regime: &Regime) -> String {
    let model = regime.price.share_model.as_ref();
    model.map_or_else(|| regime.cite(&regime.price.treasury_share), |model| regime.cite(model))
}

/// What cannot be used in a rule, whatever the document says.
pub(crate) fn malformed(new: &NewSharingRule) -> Option<SettlementError> {
    let is_text = |text: &str| text.chars().count() <= TEXT_CHARS_MAX && !text.chars().any(char::is_control);
    let is_named = |text: &str| !text.trim().is_empty() && is_text(text);
    let parties = &new.parties;
    let whole_is_good = (1..=WHOLE_MAX).contains(&new.whole);
    let texts =
        parties.iter().flat_map(|party| [Some(&party.input), Some(&party.contribution), party.finance_rule.as_ref()]);
    if !whole_is_good
        || parties.is_empty()
        || parties.len() > SHARES_MAX
        || parties.iter().all(|party| party.parts == 0)
    {
        return Some(SettlementError::Malformed { part: "shares", what: "1 to 50 parties with parts of 1 to 1000000" });
    }
    if !is_named(&new.document_title) || !texts.flatten().all(|text| is_text(text)) {
        return Some(SettlementError::Malformed { part: "text", what: "1 to 500 characters on one line" });
    }
    if new.district.as_deref().is_some_and(|district| !is_named(district)) {
        return Some(SettlementError::Malformed { part: "district", what: "1 to 500 characters on one line" });
    }
    None
}

/// Why a rule cannot be proposed; all reasons.
pub(crate) fn rule_reasons(new: &NewSharingRule, on_record: &OnRecord, regime: &Regime) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut say = |code, clause: String, what: String, instead: &'static str| {
        found.push(Reason::new(code, what, clause, instead));
    };
    let sum: u64 = new.parties.iter().map(|party| u64::from(party.parts)).sum();
    if sum != u64::from(new.whole) {
        let what = format!("the shares sum to {sum} parts of {}", new.whole);
        say(reasons::SHARES_SUM, share_clause(regime), what, "give parts that sum to the whole");
    }
    if let Some(asked) = &regime.money.shares_of {
        let missing = asked.value.iter().filter(|part| !new.parties.iter().any(|party| party.part == **part));
        let missing: Vec<&str> = missing.map(|part| part.zh()).collect();
        if !missing.is_empty() {
            let what = format!("no share is named for: {}", missing.join("、"));
            say(reasons::SHARE_MISSING, regime.cite(asked), what, "name a share for each of them");
        }
    }
    if let Some(stated) = regime.money.contribution_is_stated.as_ref().filter(|rule| rule.value) {
        let is_silent = |party: &&Party| party.input.trim().is_empty() || party.contribution.trim().is_empty();
        let silent = new.parties.iter().filter(is_silent).count();
        if silent > 0 {
            let what = format!("{silent} parties do not say what they put in and contributed");
            say(reasons::CONTRIBUTION_UNSAID, regime.cite(stated), what, "say both for each party");
        }
    }
    if new.district.is_some() && !by_level(regime) {
        let clause = regime.price.treasury.as_ref().map_or_else(|| share_clause(regime), |rule| regime.cite(rule));
        let what = "the government's share goes to no district's treasury here".to_owned();
        say(reasons::TREASURY_PLACE, clause, what, "leave the district out");
    }
    let by_product = regime.money.shares_by_product.as_ref().is_some_and(|rule| rule.value);
    if new.product.is_some() && !by_product {
        let what = "the document shares an operator's month as a whole".to_owned();
        say(reasons::NOT_BY_PRODUCT, share_clause(regime), what, "propose a rule for all of the operator's income");
    }
    if let Some(by_rules) = regime.price.treasury.as_ref().filter(|rule| rule.value == Treasury::ByRules) {
        found.extend(unlike_record(new, on_record, regime, &regime.cite(by_rules)));
    }
    found
}

/// STL-024 and STL-063; see INVARIANT (on record).
fn unlike_record(new: &NewSharingRule, on_record: &OnRecord, regime: &Regime, clause: &str) -> Vec<Reason> {
    let of = |party: &Party| on_record.get(&party.organisation).copied();
    let mut found = Vec::new();
    let unknown = new.parties.iter().filter(|party| of(party).is_none()).count();
    let unlike =
        new.parties.iter().filter(|party| party.body.is_some() && of(party).is_some_and(|of| party.body != Some(of)));
    let unlike = unlike.count();
    if unknown > 0 || unlike > 0 {
        let what = format!("{unknown} parties are on record as no kind of unit, {unlike} as another than is said here");
        let instead = "leave `body` out, and let the system administrator state the kind of unit of each";
        found.push(Reason::new(reasons::NOT_ON_RECORD, what, clause.to_owned(), instead));
    }
    let is_public = |party: &&Party| of(party).is_some_and(|of| of != BodyKind::Enterprise);
    let is_silent = |party: &&Party| party.finance_rule.as_deref().is_none_or(|rule| rule.trim().is_empty());
    let unruled = new.parties.iter().filter(is_public).filter(is_silent).count();
    if unruled > 0 {
        let booked = regime.money.institution_share.as_ref().map_or("", |rule| rule.value.zh());
        let what = format!("{unruled} public bodies have a share without the finance rule by which it is booked");
        let instead = format!("name the finance rule of each; an institution's share is booked so here: {booked}");
        found.push(Reason::new(reasons::FINANCE_RULE, what, clause.to_owned(), instead));
    }
    found
}

#[cfg(test)]
mod tests;
