//! What an applicant is asked: the document's conditions and grounds, those of the scheme
//! that a selection serves where the document has them asked, and those that whoever runs
//! the matter has added where the document lets it.
//!
//! INVARIANT (asked at the beginning): a candidacy keeps what was asked on its day.
//! What is asked later is asked of later ones.

use std::collections::BTreeSet;

use shuyu_model::Regime;
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Condition, Disqualification, Sourced};

use super::competition::SCHEME;
use super::{Item, ItemKind, NewCondition, store};
use crate::CaseworkError;
use crate::gates::scheme;
use crate::matter::Matter;
use crate::store::Book;

/// The most conditions that whoever runs a matter adds.
pub const OWN_CONDITIONS_MAX: usize = 50;

/// The fact of a selection that names what is chosen; the operator where it is silent.
pub(crate) const CHOSEN_AS: &str = "chosen_as";
/// The fact that names the organisation that was chosen.
pub(crate) const WINNER: &str = "winner";

/// What somebody is chosen as in a matter; `None` where nobody is chosen in such one.
pub(crate) fn chosen_as(matter: &Matter) -> Option<ChosenAs> {
    match matter.kind {
        MatterKind::OperatorSelection => match matter.facts.get(CHOSEN_AS) {
            None => Some(ChosenAs::Operator),
            Some(word) => ChosenAs::parse(word),
        },
        MatterKind::EntityOnboarding => Some(ChosenAs::Entity),
        _ => None,
    }
}

/// The part of a document that asks something of applicants.
pub(crate) struct Asks<'a> {
    pub(crate) conditions: &'a [Condition],
    pub(crate) grounds: &'a [Disqualification],
    pub(crate) own: Option<&'a Sourced<bool>>,
}

pub(crate) fn asks(regime: &Regime, chosen_as: ChosenAs) -> Asks<'_> {
    let silent = Asks { conditions: &[], grounds: &[], own: None };
    match chosen_as {
        ChosenAs::Operator => Asks {
            conditions: &regime.selection.conditions,
            grounds: &regime.selection.disqualifications,
            own: regime.selection.own_conditions.as_ref(),
        },
        // No document states what a processor must be.
        ChosenAs::Processor => silent,
        ChosenAs::Entity => regime.entity.as_ref().map_or(silent, |entity| Asks {
            conditions: &entity.conditions,
            grounds: &entity.disqualifications,
            own: entity.own_conditions.as_ref(),
        }),
    }
}

/// What is asked beside the document's own conditions.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// By the scheme that the selection serves, in its own words.
    pub(crate) of_scheme: Vec<String>,
    /// By whoever runs the matter.
    pub(crate) own: Vec<NewCondition>,
}

/// What is asked in a matter beside the document's own conditions.
pub(crate) async fn beside(
    book: &mut Book<'_>,
    regime: &Regime,
    matter: &Matter,
    scope: &str,
) -> Result<Beside, CaseworkError> {
    let own = store::own_conditions(book, scope).await?;
    let rule = regime.selection.conditions_of_scheme.as_ref().filter(|rule| rule.value);
    let named = matter.facts.get(SCHEME).and_then(|id| MatterId::parse(id).ok());
    let of_scheme = match (rule, chosen_as(matter), named) {
        (Some(_), Some(ChosenAs::Operator), Some(id)) => scheme::says(book, regime, &id).await?,
        _ => None,
    };
    let mut of_scheme = of_scheme.map(|scheme| scheme.operator_conditions).unwrap_or_default();
    let mut seen = BTreeSet::new();
    of_scheme.retain(|what| seen.insert(what.clone()));
    Ok(Beside { of_scheme, own })
}

/// Every item that an applicant of today is asked.
pub(crate) fn of(regime: &Regime, chosen_as: ChosenAs, beside: &Beside) -> Vec<Item> {
    let asks = asks(regime, chosen_as);
    let item = |code: &str, kind, what: &str, clause: String| Item {
        code: code.to_owned(),
        kind,
        what: what.to_owned(),
        clause,
        look_back_years: None,
        counts: Vec::new(),
        version: 0,
        answer: None,
        finding: None,
    };
    let conditions = asks
        .conditions
        .iter()
        .map(|asked| item(&asked.code, ItemKind::Condition, &asked.what, regime.cite_clause(&asked.source)));
    let own_clause = asks.own.map_or_else(|| regime.cite_clause("setting"), |own| regime.cite(own));
    let scheme_clause =
        regime.selection.conditions_of_scheme.as_ref().map(|rule| regime.cite(rule)).unwrap_or_default();
    let of_scheme = beside.of_scheme.iter().enumerate().map(|(place, what)| {
        item(&format!("{SCHEME}_{}", place.saturating_add(1)), ItemKind::Condition, what, scheme_clause.clone())
    });
    let own = beside.own.iter().map(|asked| item(&asked.code, ItemKind::Condition, &asked.what, own_clause.clone()));
    let grounds = asks.grounds.iter().map(|asked| Item {
        look_back_years: asked.look_back_years,
        counts: asked.counts.as_ref().map(|counts| counts.value.clone()).unwrap_or_default(),
        ..item(&asked.code, ItemKind::Ground, &asked.ground, regime.cite_clause(&asked.source))
    });
    conditions.chain(of_scheme).chain(own).chain(grounds).collect()
}

/// Who judges the bids, and by what.
pub(crate) struct Panel<'a> {
    pub(crate) third_party_experts: Option<&'a Sourced<bool>>,
    pub(crate) experts_min: Option<&'a Sourced<u8>>,
    pub(crate) scored_items: Option<&'a Sourced<Vec<String>>>,
    pub(crate) scored_weights: Option<&'a Sourced<Vec<u8>>>,
}

/// The panel of a selection. A processor's is judged by experts from outside, too, where
/// an operator's is, by items of its own (CS23 19).
pub(crate) fn panel(regime: &Regime, chosen_as: ChosenAs) -> Panel<'_> {
    let selection = &regime.selection;
    let experts = selection.third_party_experts.as_ref().filter(|rule| rule.value);
    match (chosen_as, &regime.processor) {
        (ChosenAs::Processor, Some(processor)) => Panel {
            third_party_experts: experts,
            experts_min: processor.experts_min.as_ref(),
            scored_items: processor.scored_items.as_ref(),
            scored_weights: processor.scored_weights.as_ref(),
        },
        _ => Panel {
            third_party_experts: experts,
            experts_min: selection.experts_min.as_ref(),
            scored_items: selection.scored_items.as_ref(),
            scored_weights: selection.scored_weights.as_ref(),
        },
    }
}
