//! On what prices rest: documents and standards on file, what is filed with a price,
//! and the conditions of free use.
//!
//! INVARIANT (basis): a charged price names a document on file, of a kind that the
//! rules allow, in force on the price's first day, whose standard it does not pass.
//! Nothing is charged once that document's last day has passed.
//!
//! Not here: the agency's caps and the price of a day (`tariff`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::id::{PriceBasisId, ProductId, SubscriptionId};
use shuyu_model::regime::words::BasisKind;
use shuyu_model::{Actor, Day, Digest, Money, Reason, Reasons, Regime, Role, Time, UseKind, Verdict};

use crate::error::SettlementError;
use crate::settlement::{Settlement, is_line, unknown};
use crate::statement::sees_all;
use crate::tariff::{PRICE_FEN_MAX, PriceBook, Tariff};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// Under these names a price says, in whole fen, what of it is cost and what is return.
pub(crate) const COST_PART: &str = "成本";
/// See [`COST_PART`].
pub(crate) const RETURN_PART: &str = "收益";

/// A document to be put on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPriceBasis {
    /// Of which kind.
    pub kind: BasisKind,
    /// Its title and number.
    pub title: String,
    /// The clause, or the name of the standard.
    pub clause: String,
    /// The digest of the document.
    pub digest: Digest,
    /// The most that the standard allows for a unit; nothing where it names no amount.
    #[serde(default)]
    pub ceiling_fen: Option<i64>,
    /// From which day on it holds.
    pub from: Day,
    /// Its last day; nothing where it has no end.
    #[serde(default)]
    pub until: Option<Day>,
}

/// A document on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceBasis {
    /// Its name.
    pub id: PriceBasisId,
    /// What it says.
    #[serde(flatten)]
    pub basis: NewPriceBasis,
}

/// What was filed with a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceFiling {
    /// Counts up.
    pub number: i64,
    /// Of which product.
    pub product: ProductId,
    /// For which use.
    pub use_kind: UseKind,
    /// From which day on the price holds.
    pub from: Day,
    /// Each content that the document asks for, and what was said.
    pub contents: BTreeMap<String, String>,
    /// When it was filed.
    pub filed_at: Time,
}

/// Why the basis of a price, or what is filed with it, does not do; all reasons.
pub(crate) fn basis_reasons(
    tariff: &Tariff,
    filing: &BTreeMap<String, String>,
    (basis, book): (Option<&PriceBasis>, &PriceBook),
    regime: &Regime,
) -> Vec<Reason> {
    let (money, mut found) = (&regime.money, Vec::new());
    if tariff.price_fen == 0 || !regime.price.charged_uses.value.contains(&tariff.use_kind) {
        return found;
    }
    let kinds = || money.basis_kinds.value.iter().map(|kind| kind.zh()).collect::<Vec<_>>().join("、");
    match basis {
        None => found.push(regime.reason(
            reasons::NO_BASIS,
            &money.basis_kinds,
            "the price names no document that it rests on",
            format!("name one that is on file: {}", kinds()),
        )),
        Some(PriceBasis { basis, .. }) => {
            let is_of_day = basis.from <= tariff.from && basis.until.is_none_or(|until| tariff.from <= until);
            if !money.basis_kinds.value.contains(&basis.kind) || !is_of_day {
                found.push(regime.reason(
                    reasons::BASIS_UNFIT,
                    &money.basis_kinds,
                    "the document is of another kind, or does not hold on the price's first day",
                    format!("name one that holds then: {}", kinds()),
                ));
            }
            if let Some(ceiling) = basis.ceiling_fen.filter(|ceiling| tariff.price_fen > *ceiling) {
                let (price, ceiling) = (Money::fen(tariff.price_fen), Money::fen(ceiling));
                let what = format!("the price of {price} yuan is above the standard's {ceiling} yuan");
                let instead = "set a price up to the standard";
                found.push(regime.reason(reasons::ABOVE_BASIS, &money.basis_kinds, what, instead));
            }
        }
    }
    let is_bounded = basis.is_some_and(|found| found.basis.ceiling_fen.is_some())
        || book.has_cap_on(&tariff.product, tariff.use_kind, tariff.from);
    if let Some(asked) = money.ceiling_required.as_ref().filter(|rule| rule.value && !is_bounded && basis.is_some()) {
        let what = "no amount bounds the price: its document names none, and the agency has set no cap";
        found.push(regime.reason(reasons::NO_CEILING, asked, what, "ask the agency for a cap, or file the amount"));
    }
    if let Some(asked) = money.price_is_explained.as_ref().filter(|rule| rule.value) {
        let part =
            |name: &str| filing.get(name).and_then(|said| said.trim().parse::<i64>().ok()).filter(|fen| *fen >= 0);
        let sum = part(COST_PART).zip(part(RETURN_PART)).and_then(|(cost, gain)| cost.checked_add(gain));
        if sum != Some(tariff.price_fen) {
            let what = format!("`{COST_PART}` and `{RETURN_PART}` in whole fen do not make up the price");
            found.push(regime.reason(reasons::PRICE_UNEXPLAINED, asked, what, "file both with the price"));
        }
    }
    if let Some(asked) = money.guided_price_required.as_ref().filter(|rule| rule.value)
        && !book.has_cap_on(&tariff.product, tariff.use_kind, tariff.from)
    {
        let what = "no guided price is set for this product and use";
        found.push(regime.reason(reasons::NO_GUIDED_PRICE, asked, what, "ask the agency to set one"));
    }
    if let Some(asked) = &money.filing_contents {
        let is_said = |content: &String| filing.get(content).is_some_and(|said| !said.trim().is_empty());
        let missing: Vec<&str> = asked.value.iter().filter(|content| !is_said(content)).map(String::as_str).collect();
        if !missing.is_empty() {
            let what = format!("not filed with the price: {}", missing.join("、"));
            found.push(regime.reason(reasons::FILING_INCOMPLETE, asked, what, "say each of them"));
        }
    }
    found
}

impl Settlement {
    /// Puts a document on file that prices may rest on.
    pub async fn file_basis(&self, actor: &Actor, new: NewPriceBasis) -> Result<Verdict<PriceBasisId>> {
        if !is_line(&new.title) || !is_line(&new.clause) {
            return Err(SettlementError::Malformed {
                part: "title or clause",
                what: "1 to 200 characters on one line",
            });
        }
        let is_amount = new.ceiling_fen.is_none_or(|fen| (0..=PRICE_FEN_MAX).contains(&fen));
        if !is_amount || new.until.is_some_and(|until| until < new.from) {
            return Err(SettlementError::Malformed {
                part: "ceiling or days",
                what: "0 to 10000000000 fen, ending after it begins",
            });
        }
        let regime = self.regime();
        if let Some(reasons) = Reasons::new(Vec::from_iter(self.keeper_reason(actor))) {
            return self.refuse(actor, "price_basis.refused", &new.digest.to_string(), reasons).await;
        }
        let mut change = self.ledger().change().await?;
        let basis = PriceBasis { id: self.ledger().new_id(), basis: new };
        store::prices::insert_basis(&mut change, &basis, actor).await?;
        let event = Event::done(Some(actor), "price_basis.filed", basis.id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.money.basis_kinds))
            .digests(None, Some(basis.basis.digest))
            .facts(serde_json::to_value(&basis)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(basis.id))
    }

    pub(crate) fn keeper_reason(&self, actor: &Actor) -> Option<Reason> {
        let regime = self.regime();
        (!actor.is(Role::Agency) && !actor.is(Role::Finance)).then(|| {
            regime.reason(
                reasons::NOT_KEEPER,
                &regime.money.basis_kinds,
                "documents on price, rates and permitted revenue are kept by agency and finance department",
                "ask one of them",
            )
        })
    }

    /// The documents on file, oldest first.
    pub async fn bases(&self) -> Result<Vec<PriceBasis>> {
        store::prices::bases(self.ledger()).await
    }

    /// What was filed with prices, oldest first: all for those who oversee, an operator what
    /// it filed itself. What a price is made up of is told to them and to nobody else.
    pub async fn price_filings(&self, viewer: &Actor) -> Result<Vec<PriceFiling>> {
        let operates = |id: &ProductId| {
            let product = self.delivery().product(id);
            viewer.is(Role::Operator) && product.is_some_and(|product| product.operator == viewer.organisation)
        };
        let all = store::prices::filings(self.ledger()).await?.into_iter();
        Ok(all.filter(|filing| sees_all(viewer) || operates(&filing.product)).collect())
    }

    /// Records that the conditions of free use are met for a subscription, from today
    /// on (有条件无偿使用).
    pub async fn record_free_conditions(
        &self,
        actor: &Actor,
        subscription: &SubscriptionId,
        conditions: &str,
        evidence: Digest,
    ) -> Result<Verdict<()>> {
        if !is_line(conditions) {
            return Err(SettlementError::Malformed { part: "conditions", what: "1 to 200 characters on one line" });
        }
        self.delivery().subscription(subscription).ok_or_else(|| unknown("subscription", subscription.as_str()))?;
        if let Some(reasons) = Reasons::new(Vec::from_iter(self.agency_reason(actor))) {
            return self.refuse(actor, "free_conditions.refused", subscription.as_str(), reasons).await;
        }
        let regime = self.regime();
        let mut change = self.ledger().change().await?;
        if store::prices::free_conditions_in(&mut change).await?.contains_key(subscription) {
            return Err(SettlementError::Conflict { part: "conditions", what: "they are recorded already" });
        }
        store::prices::insert_free_conditions(&mut change, subscription, conditions, evidence, actor).await?;
        let event = Event::done(Some(actor), "free_conditions.recorded", subscription.as_str())
            .under(regime)
            .citing(regime.cite(&regime.price.free_uses))
            .digests(None, Some(evidence));
        change.commit(event).await?;
        Ok(Verdict::Allow(()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::civil::date;
    use shuyu_model::CryptoProfile;

    use super::*;
    use crate::tariff::{Cap, Unit};
    use crate::testing::{id, regime_of};

    pub(crate) fn basis(kind: BasisKind, ceiling_fen: Option<i64>, until: Option<Day>) -> PriceBasis {
        let digest = CryptoProfile::International.digest(b"basis");
        let (title, clause) = ("通知".to_owned(), "三".to_owned());
        let basis = NewPriceBasis { kind, title, clause, digest, ceiling_fen, from: date(2026, 1, 1), until };
        PriceBasis { id: id(5), basis }
    }

    /// The codes for an industry price of 100 fen under every document, in the order of
    /// 2023, 2026, Changchun, Xianning, Luohu.
    #[track_caller]
    fn check(basis: Option<PriceBasis>, is_guided: bool, is_filed: bool, expected: [&[&str]; 5]) {
        let from = date(2026, 6, 1);
        let tariff = Tariff {
            product: id(1),
            use_kind: UseKind::Industry,
            unit: Unit::Call,
            price_fen: 100,
            from,
            basis: basis.as_ref().map(|basis| basis.id.clone()),
        };
        let cap = Cap { product: id(1), use_kind: UseKind::Industry, cap_fen: 100, floor_fen: 0, from };
        let book = PriceBook::new(&[], if is_guided { std::slice::from_ref(&cap) } else { &[] }, &[]);
        let codes = ["changsha-2023", "changsha-2026", "changchun-2025", "xianning-2025", "luohu-2025"];
        for (code, expected) in codes.into_iter().zip(expected) {
            let regime = regime_of(code);
            let contents = regime.money.filing_contents.iter().flat_map(|rule| &rule.value).filter(|_| is_filed);
            let mut filing: BTreeMap<String, String> =
                contents.map(|content| (content.clone(), "有".to_owned())).collect();
            filing
                .extend([(COST_PART, "70"), (RETURN_PART, "30")].map(|(name, fen)| (name.to_owned(), fen.to_owned())));
            let found = basis_reasons(&tariff, &filing, (basis.as_ref(), &book), &regime);
            let found: Vec<&str> = found.iter().map(|reason| reason.code.as_ref()).collect();
            assert_eq!(found, expected, "{code}");
            let free = Tariff { price_fen: 0, ..tariff.clone() };
            assert!(
                basis_reasons(&free, &filing, (None, &book), &regime).is_empty(),
                "{code}: what is free needs none"
            );
        }
    }

    #[test]
    fn each_document_says_on_what_a_price_rests() {
        const NONE: &[&str] = &[reasons::NO_BASIS];
        const UNFIT: &[&str] = &[reasons::BASIS_UNFIT];
        let (policy, standard, approval) = (BasisKind::Policy, BasisKind::Standard, BasisKind::Approval);
        check(None, true, true, [NONE; 5]);
        check(Some(basis(policy, None, None)), true, true, [&[], &[], UNFIT, &[], UNFIT]);
        check(Some(basis(standard, None, None)), true, true, [&[], UNFIT, UNFIT, &[], &[]]);
        check(Some(basis(approval, None, None)), true, true, [&[], &[], &[], UNFIT, UNFIT]);
        let guided = &[reasons::NO_GUIDED_PRICE][..];
        check(Some(basis(approval, Some(100), None)), false, true, [&[], &[], guided, UNFIT, UNFIT]);
        let open = &[reasons::NO_CEILING][..];
        let both: &[&str] = &[reasons::BASIS_UNFIT, reasons::NO_CEILING];
        check(Some(basis(approval, None, None)), false, true, [&[], open, guided, both, both]);
        let unfiled = &[reasons::FILING_INCOMPLETE][..];
        check(Some(basis(standard, None, None)), true, false, [&[], UNFIT, UNFIT, &[], unfiled]);
    }

    #[test]
    fn luohus_price_says_what_of_it_is_cost_and_what_is_return() {
        let basis = basis(BasisKind::Standard, Some(100), None);
        let from = date(2026, 6, 1);
        let tariff = Tariff {
            product: id(1),
            use_kind: UseKind::Industry,
            unit: Unit::Call,
            price_fen: 100,
            from,
            basis: Some(basis.id.clone()),
        };
        let regime = regime_of("luohu-2025");
        let rows = [(Some("70"), Some("30"), 0), (Some("70"), Some("31"), 1), (Some("70"), None, 1), (None, None, 1)];
        for (cost, gain, expected) in rows {
            let contents = regime.money.filing_contents.iter().flat_map(|rule| &rule.value);
            let mut filing: BTreeMap<String, String> = contents.map(|name| (name.clone(), "有".to_owned())).collect();
            filing.extend(cost.map(|fen| (COST_PART.to_owned(), fen.to_owned())));
            filing.extend(gain.map(|fen| (RETURN_PART.to_owned(), fen.to_owned())));
            let book = PriceBook::default();
            let found = basis_reasons(&tariff, &filing, (Some(&basis), &book), &regime);
            assert_eq!(found.len(), expected, "{cost:?} {gain:?}: {found:?}");
            assert!(found.iter().all(|reason| reason.code == reasons::PRICE_UNEXPLAINED));
        }
    }

    #[test]
    fn a_price_does_not_pass_its_standard_nor_outlive_it() {
        let standard = BasisKind::Standard;
        let above: &[&str] = &[reasons::ABOVE_BASIS];
        let both: &[&str] = &[reasons::BASIS_UNFIT, reasons::ABOVE_BASIS];
        check(Some(basis(standard, Some(99), None)), true, true, [above, both, both, above, above]);
        let ended: &[&str] = &[reasons::BASIS_UNFIT];
        check(Some(basis(standard, Some(100), Some(date(2026, 5, 31)))), true, true, [ended; 5]);
    }
}
