//! What the operator's implementing scheme says of money, where the document has it
//! followed: cost is kept in its items, and a month is shared by its shares.
//!
//! INVARIANT (as it held): a month follows the scheme as it held when the month ended; one
//! that is running, as it holds now.
//!
//! Not here: what a scheme must say (`casework`), who shares what (`sharing`).

use std::collections::BTreeMap;

use shuyu_delivery::DeliveryError;
use shuyu_model::id::{MatterId, OrganisationId, ProductId};
use shuyu_model::regime::words::Part;
use shuyu_model::{Month, Reason, Time};
use shuyu_registry::{Bound, SchemeBook};

use crate::error::SettlementError;
use crate::reasons;
use crate::settlement::Settlement;
use crate::sharing::NewSharingRule;

type Result<T> = std::result::Result<T, SettlementError>;

/// The whole of a scheme's shares: hundredths of a per cent.
const WHOLE: u64 = 10_000;

/// Upholds INVARIANT (as it held).
pub(crate) fn moment_of(month: Month, now: Time) -> Time {
    now.min(month.bounds().1.plus_micros(-1))
}

/// The items that an operator's schemes list at a moment, each once, in their order.
pub(crate) fn items_of(book: &SchemeBook, operator: &OrganisationId, at: Time) -> Vec<String> {
    let mut items = Vec::new();
    for item in book.of(operator, at).into_iter().flat_map(|bound| &bound.says.cost_items) {
        if !items.contains(item) {
            items.push(item.clone());
        }
    }
    items
}

/// Whether a scheme's word for who shares means a party: its part, in any of its words, or
/// its own name.
fn means(word: &str, part: Part, name: &str) -> bool {
    let zh = part.zh();
    let (title, also) = zh.split_once('(').unwrap_or((zh, ""));
    let is_treasury = part == Part::Owner && word == "财政";
    let words = [part.word(), zh, title, also.trim_end_matches(')'), name];
    !word.is_empty() && (words.contains(&word) || is_treasury)
}

/// Whether a rule gives everybody what the scheme gives them, and nobody else anything.
fn follows(rule: &NewSharingRule, names: &BTreeMap<OrganisationId, String>, shares: &BTreeMap<String, u16>) -> bool {
    let name = |id: &OrganisationId| names.get(id).map_or("", String::as_str);
    let mut left: Vec<_> = rule.parties.iter().filter(|party| party.parts > 0).collect();
    let all_given = shares.iter().all(|(word, share)| {
        let is_meant = |party: &&&crate::Party| means(word, party.part, name(&party.organisation));
        let parts: u64 = left.iter().filter(is_meant).map(|party| u64::from(party.parts)).sum();
        left.retain(|party| !is_meant(&party));
        parts * WHOLE == u64::from(*share) * u64::from(rule.whole)
    });
    all_given && left.is_empty()
}

impl Settlement {
    /// What schemes say, where the document has them followed.
    pub(crate) async fn scheme_book(&self) -> Result<Option<SchemeBook>> {
        if !self.regime().money.follows_scheme.as_ref().is_some_and(|rule| rule.value) {
            return Ok(None);
        }
        Ok(Some(self.delivery().registry().scheme_book().await.map_err(DeliveryError::from)?))
    }

    /// STL-061 against a cost of a month.
    pub(crate) async fn against_item(
        &self,
        operator: &OrganisationId,
        month: Month,
        item: &str,
    ) -> Result<Option<Reason>> {
        let regime = self.regime();
        let (Some(rule), Some(book)) = (&regime.money.follows_scheme, self.scheme_book().await?) else {
            return Ok(None);
        };
        let items = items_of(&book, operator, moment_of(month, self.ledger().now()));
        let is_kept = items.is_empty() || items.iter().any(|known| known == item);
        Ok((!is_kept).then(|| {
            let what = "the operator's scheme keeps no cost in such an item";
            let instead = format!("name as `item` one of: {}", items.join("、"));
            regime.reason(reasons::OTHER_ITEM, rule, what, instead)
        }))
    }

    /// STL-062 against a rule of distribution at a moment, or the scheme that it follows;
    /// neither where no scheme says anything of shares.
    pub(crate) async fn followed(
        &self,
        rule: &NewSharingRule,
        at: Time,
    ) -> Result<std::result::Result<Option<MatterId>, Reason>> {
        let regime = self.regime();
        let (Some(clause), Some(book)) = (&regime.money.follows_scheme, self.scheme_book().await?) else {
            return Ok(Ok(None));
        };
        let of_product = self.agreement_of(rule.product.as_ref()).await?;
        let mut bound: Vec<Bound<'_>> = book.of(&rule.operator, at);
        bound.retain(|bound| of_product.as_ref().is_none_or(|agreement| bound.agreement == agreement));
        bound.retain(|bound| !bound.says.shares.is_empty());
        if bound.is_empty() {
            return Ok(Ok(None));
        }
        let names = self.names_of(rule).await?;
        if let Some(found) = bound.iter().find(|bound| follows(rule, &names, &bound.says.shares)) {
            return Ok(Ok(Some(found.scheme.clone())));
        }
        let said = |bound: &Bound<'_>| {
            let hundredths = |share: u16| format!("{}.{:02} %", share / 100, share % 100);
            let shares = bound.says.shares.iter().map(|(who, share)| format!("{who} {}", hundredths(*share)));
            shares.collect::<Vec<_>>().join("、")
        };
        let instead = bound.iter().map(said).collect::<Vec<_>>().join("; or ");
        let what = "the rule shares the income otherwise than the operator's scheme";
        Ok(Err(regime.reason(reasons::OTHER_SHARES, clause, what, format!("share as the scheme says: {instead}"))))
    }

    /// The agreement under which a product was made.
    async fn agreement_of(&self, product: Option<&ProductId>) -> Result<Option<shuyu_model::id::AgreementId>> {
        let Some(product) = product else { return Ok(None) };
        let scenario = self.product(product)?.scenario;
        let found = self.delivery().registry().scenario(&scenario).await.map_err(DeliveryError::from)?;
        Ok(found.map(|scenario| scenario.agreement.clone()))
    }

    async fn names_of(&self, rule: &NewSharingRule) -> Result<BTreeMap<OrganisationId, String>> {
        let mut names = BTreeMap::new();
        for id in rule.parties.iter().map(|party| &party.organisation) {
            let found = self.delivery().registry().organisation(id).await.map_err(DeliveryError::from)?;
            names.extend(found.map(|found| (id.clone(), found.name.clone())));
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::id;

    #[test]
    fn a_scheme_calls_a_party_by_its_part_its_kind_or_its_name() {
        for (word, part, name, is_meant) in [
            ("owner", Part::Owner, "", true),
            ("政府", Part::Owner, "", true),
            ("财政", Part::Owner, "", true),
            ("财政", Part::Operator, "", false),
            ("运营机构", Part::Operator, "", true),
            ("协作单位", Part::Entity, "", true),
            ("江城数科", Part::Entity, "江城数科", true),
            ("", Part::Operator, "x", false),
        ] {
            assert_eq!(means(word, part, name), is_meant, "{word} for {part:?}");
        }
    }

    #[test]
    fn a_rule_follows_a_scheme_when_everybody_gets_what_it_gives_them_and_nobody_else_gets_anything() {
        let rule = |parts: &[(Part, u128, u32)]| {
            let party = |(part, who, parts): &(Part, u128, u32)| crate::Party {
                part: *part,
                organisation: id(*who),
                parts: *parts,
                input: String::new(),
                contribution: String::new(),
                body: None,
                finance_rule: None,
            };
            NewSharingRule {
                operator: id(2),
                product: None,
                from: jiff::civil::date(2026, 6, 1),
                whole: parts.iter().map(|(_, _, parts)| parts).sum(),
                district: None,
                document_title: "x".to_owned(),
                document_digest: shuyu_model::CryptoProfile::International.digest(b"x"),
                parties: parts.iter().map(party).collect(),
            }
        };
        let shares = BTreeMap::from([("财政".to_owned(), 6000), ("运营机构".to_owned(), 4000)]);
        for (parts, expected) in [
            (vec![(Part::Owner, 1, 3), (Part::Operator, 2, 2)], true),
            (vec![(Part::Owner, 1, 3), (Part::Operator, 2, 1), (Part::Operator, 3, 1)], true),
            (vec![(Part::Owner, 1, 3), (Part::Operator, 2, 2), (Part::Source, 4, 0)], true),
            (vec![(Part::Owner, 1, 2), (Part::Operator, 2, 3)], false),
            (vec![(Part::Owner, 1, 6), (Part::Operator, 2, 3), (Part::Source, 4, 1)], false),
            (vec![(Part::Owner, 1, 1)], false),
        ] {
            assert_eq!(follows(&rule(&parts), &BTreeMap::new(), &shares), expected, "{parts:?}");
        }
    }
}
