//! Prices: what the operator asks for a unit, and the cap that the agency sets.
//!
//! INVARIANT (price in force): a delivery is charged at the price that was in
//! force on its day, never above the cap of its day. Prices and caps are only
//! added, from a day that has not begun, so that a past price never changes.
//! INVARIANT (free is free): a use that the rules make free costs nothing,
//! whatever stands in a tariff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{PriceBasisId, ProductId};
use shuyu_model::{Day, Money, Reason, Regime, UseKind};

use crate::basis::PriceBasis;
use crate::reasons;

/// The highest price of a unit, in fen (a hundred million yuan).
pub const PRICE_FEN_MAX: i64 = 10_000_000_000;

/// What a price counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// An answer.
    Call,
    /// A file.
    File,
}

/// A price of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// Of what.
    pub product: ProductId,
    /// For which use.
    pub use_kind: UseKind,
    /// For one of what.
    pub unit: Unit,
    /// How much.
    pub price_fen: i64,
    /// From which day on.
    pub from: Day,
    /// The document that it rests on; a price from before documents were kept has none.
    #[serde(default)]
    pub basis: Option<PriceBasisId>,
}

/// The agency's cap on a price, or its guided range (政府指导价).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Of what.
    pub product: ProductId,
    /// For which use.
    pub use_kind: UseKind,
    /// How much at most.
    pub cap_fen: i64,
    /// How much at least; 0 where only the top is guided.
    #[serde(default)]
    pub floor_fen: i64,
    /// From which day on.
    pub from: Day,
}

/// The price of a delivery, and why it is that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Price {
    pub(crate) fen: Money,
    pub(crate) why: Why,
    pub(crate) basis: Option<PriceBasisId>,
}

/// What a unit of a product costs for a use, as the public is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceMark {
    /// For which use.
    pub use_kind: UseKind,
    /// How much; 0 is free.
    #[serde(rename = "price_fen")]
    pub price: Money,
    /// For one of what.
    pub unit: Unit,
    /// The document that the price rests on.
    pub basis: Option<String>,
}

/// A tariff, as the price of its first day.
#[derive(Debug, Clone)]
struct Asked {
    fen: Money,
    basis: Option<PriceBasisId>,
    /// The last day of the document that it rests on.
    until: Option<Day>,
}

/// Why a unit costs what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The rules make this use free.
    FreeUse,
    /// The operator's price was in force.
    Tariff,
    /// The operator's price was above the cap that was in force.
    Capped,
    /// The user gave the data that the product was made from.
    SourceFree,
    /// Free use on conditions that are not met: the price of a charged use.
    ConditionsUnmet,
    /// No price was in force, and without one nothing may be charged.
    NoTariff,
}

type Line = (ProductId, UseKind);

/// All prices and caps.
#[derive(Debug, Clone, Default)]
pub(crate) struct PriceBook {
    tariffs: BTreeMap<Line, BTreeMap<Day, Asked>>,
    /// Floor and cap.
    caps: BTreeMap<Line, BTreeMap<Day, (Money, Money)>>,
}

impl PriceBook {
    pub(crate) fn new(tariffs: &[Tariff], caps: &[Cap], bases: &[PriceBasis]) -> Self {
        let mut book = Self::default();
        for tariff in tariffs {
            let line = (tariff.product.clone(), tariff.use_kind);
            let basis = bases.iter().find(|basis| Some(&basis.id) == tariff.basis.as_ref());
            let until = basis.and_then(|found| found.basis.until);
            let asked = Asked { fen: Money::fen(tariff.price_fen), basis: tariff.basis.clone(), until };
            book.tariffs.entry(line).or_default().insert(tariff.from, asked);
        }
        for cap in caps {
            let line = (cap.product.clone(), cap.use_kind);
            book.caps.entry(line).or_default().insert(cap.from, (Money::fen(cap.floor_fen), Money::fen(cap.cap_fen)));
        }
        book
    }

    /// Whether a price from the same day on is there.
    pub(crate) fn has_tariff(&self, new: &Tariff) -> bool {
        let line = (new.product.clone(), new.use_kind);
        self.tariffs.get(&line).is_some_and(|by_day| by_day.contains_key(&new.from))
    }

    /// Whether a cap from the same day on is there.
    pub(crate) fn has_cap(&self, new: &Cap) -> bool {
        let line = (new.product.clone(), new.use_kind);
        self.caps.get(&line).is_some_and(|by_day| by_day.contains_key(&new.from))
    }

    /// The price of one unit on a day.
    pub(crate) fn price(&self, product: &ProductId, use_kind: UseKind, day: Day, regime: &Regime) -> Price {
        if regime.price.free_uses.value.contains(&use_kind) {
            return Price { fen: Money::ZERO, why: Why::FreeUse, basis: None };
        }
        let line = (product.clone(), use_kind);
        let tariff = self.tariffs.get(&line).and_then(|by_day| by_day.range(..=day).next_back());
        // See INVARIANT (basis): what it rests on has ended, so it has, too.
        let tariff = tariff.map(|(_, asked)| asked).filter(|asked| asked.until.is_none_or(|until| day <= until));
        let Some(Asked { fen, basis, .. }) = tariff.cloned() else {
            return Price { fen: Money::ZERO, why: Why::NoTariff, basis: None };
        };
        match self.cap_on(&line, day) {
            Some((_, cap)) if fen > cap => Price { fen: cap, why: Why::Capped, basis },
            _ => Price { fen, why: Why::Tariff, basis },
        }
    }

    fn cap_on(&self, line: &Line, day: Day) -> Option<(Money, Money)> {
        self.caps.get(line).and_then(|by_day| by_day.range(..=day).next_back()).map(|(_, range)| *range)
    }

    /// The guided range of a day: floor and cap.
    pub(crate) fn guided(&self, product: &ProductId, use_kind: UseKind, day: Day) -> Option<(Money, Money)> {
        self.cap_on(&(product.clone(), use_kind), day)
    }

    /// Whether a guided price is in force on a day.
    pub(crate) fn has_cap_on(&self, product: &ProductId, use_kind: UseKind, day: Day) -> bool {
        self.cap_on(&(product.clone(), use_kind), day).is_some()
    }

    /// What a product costs on a day, for each use that has an answer: free by the
    /// rules, or at a price in force.
    pub(crate) fn asked(&self, product: &ProductId, day: Day, regime: &Regime) -> Vec<(UseKind, Price)> {
        let rules = &regime.price;
        let uses = rules.free_uses.value.iter().chain(&rules.charged_uses.value);
        let priced = uses.map(|use_kind| (*use_kind, self.price(product, *use_kind, day, regime)));
        priced.filter(|(_, price)| price.why != Why::NoTariff).collect()
    }

    /// The caps that a price from `from` on would live under: the one in force
    /// then and those that come later.
    fn caps_from(&self, product: &ProductId, use_kind: UseKind, from: Day) -> Option<Money> {
        let by_day = self.caps.get(&(product.clone(), use_kind))?;
        let now = by_day.range(..=from).next_back();
        now.into_iter().chain(by_day.range(from..)).map(|(_, (_, cap))| *cap).min()
    }
}

/// Why a price cannot be set; all reasons.
pub(crate) fn tariff_reasons(tariff: &Tariff, book: &PriceBook, regime: &Regime, today: Day) -> Vec<Reason> {
    let mut found = Vec::new();
    let rules = &regime.price;
    if tariff.price_fen > 0 && rules.free_uses.value.contains(&tariff.use_kind) {
        found.push(regime.reason(
            reasons::FREE_USE,
            &rules.free_uses,
            "this use is provided free of charge",
            "set no price, or a price of 0",
        ));
    } else if tariff.price_fen > 0 && !rules.charged_uses.value.contains(&tariff.use_kind) {
        found.push(regime.reason(
            reasons::UNPRICED_USE,
            &rules.charged_uses,
            "no rule allows a charge for this use",
            "set no price, or a price of 0",
        ));
    }
    if let Some(cap) = book.caps_from(&tariff.product, tariff.use_kind, tariff.from)
        && tariff.price_fen > cap.fen
    {
        found.push(regime.reason(
            reasons::ABOVE_CAP,
            &rules.charged_uses,
            format!("the price of {} yuan is above the cap of {cap} yuan", Money::fen(tariff.price_fen)),
            "set a price up to the cap, or ask the agency for another cap",
        ));
    }
    if let Some((floor, _)) = book.cap_on(&(tariff.product.clone(), tariff.use_kind), tariff.from)
        && tariff.price_fen < floor.fen
    {
        found.push(regime.reason(
            reasons::BELOW_FLOOR,
            &rules.charged_uses,
            format!("the price of {} yuan is below the guided {floor} yuan", Money::fen(tariff.price_fen)),
            "set a price within the guided range",
        ));
    }
    found.extend(past_day(tariff.from, today, regime));
    found
}

/// INVARIANT (price in force): what reaches back is refused.
pub(crate) fn past_day(from: Day, today: Day, regime: &Regime) -> Option<Reason> {
    (from < today).then(|| {
        Reason::new(
            reasons::PAST_DAY,
            "a price holds for what comes, not for what has been delivered",
            regime.cite(&regime.price.charged_uses),
            "give today or a later day",
        )
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shuyu_model::UseKind::{Industry, PublicWelfare};

    use super::*;
    use crate::testing::{id, regime};

    fn tariff(use_kind: UseKind, price_fen: i64, from: Day) -> Tariff {
        Tariff { product: id(1), use_kind, unit: Unit::Call, price_fen, from, basis: None }
    }

    #[test]
    fn what_is_asked_on_a_day_is_the_free_uses_and_the_price_in_force_under_its_cap() {
        let (first, second) = (date(2026, 6, 1), date(2026, 7, 1));
        let book = PriceBook::new(&[tariff(Industry, 500, first)], &[cap(300, second)], &[]);
        let of_industry = |day| {
            let asked = book.asked(&id(1), day, &regime());
            let (free, charged): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(use_kind, _)| *use_kind != Industry);
            assert!(free.len() == 2 && free.iter().all(|(_, price)| price.fen == Money::ZERO), "{free:?}");
            charged.first().map(|(_, price)| price.fen.fen)
        };
        assert_eq!(of_industry(date(2026, 5, 31)), None, "no price, and none is named");
        assert_eq!((of_industry(first), of_industry(second)), (Some(500), Some(300)));
    }

    fn cap(cap_fen: i64, from: Day) -> Cap {
        Cap { product: id(1), use_kind: Industry, cap_fen, floor_fen: 0, from }
    }

    #[test]
    fn the_price_of_the_day_holds_and_never_above_the_cap_of_the_day() {
        let tariffs = [tariff(Industry, 50, date(2026, 6, 1)), tariff(Industry, 80, date(2026, 6, 10))];
        let caps = [cap(60, date(2026, 6, 20)), cap(90, date(2026, 6, 25))];
        let book = PriceBook::new(&tariffs, &caps, &[]);
        let regime = regime();
        for (day, fen, why) in [
            (date(2026, 5, 31), 0, Why::NoTariff),
            (date(2026, 6, 1), 50, Why::Tariff),
            (date(2026, 6, 9), 50, Why::Tariff),
            (date(2026, 6, 10), 80, Why::Tariff),
            (date(2026, 6, 20), 60, Why::Capped),
            (date(2026, 6, 25), 80, Why::Tariff),
        ] {
            let price = book.price(&id(1), Industry, day, &regime);
            assert_eq!(price, Price { fen: Money::fen(fen), why, basis: None }, "{day}");
            assert_eq!(book.price(&id(1), PublicWelfare, day, &regime).why, Why::FreeUse);
            assert_eq!(book.price(&id(2), Industry, day, &regime).why, Why::NoTariff);
        }
    }

    #[test]
    fn a_use_that_is_neither_free_nor_charged_has_no_price() {
        let mut narrow = regime();
        narrow.price.free_uses.value.retain(|use_kind| *use_kind != PublicWelfare);
        let today = date(2026, 6, 15);
        for (fen, codes) in [(0, &[][..]), (1, &[reasons::UNPRICED_USE])] {
            let found = tariff_reasons(&tariff(PublicWelfare, fen, today), &PriceBook::default(), &narrow, today);
            let found: Vec<&str> = found.iter().map(|reason| reason.code.as_ref()).collect();
            assert_eq!(found, codes, "{fen} fen");
        }
        narrow.price.charged_uses.value.push(PublicWelfare);
        assert!(tariff_reasons(&tariff(PublicWelfare, 1, today), &PriceBook::default(), &narrow, today).is_empty());
    }

    #[test]
    fn nothing_is_charged_once_what_the_price_rests_on_has_ended() {
        let until = Some(date(2026, 6, 30));
        let basis = crate::basis::tests::basis(shuyu_model::regime::words::BasisKind::Policy, None, until);
        let of_basis = Tariff { basis: Some(basis.id.clone()), ..tariff(Industry, 50, date(2026, 6, 1)) };
        let book = PriceBook::new(&[of_basis], &[], &[basis]);
        let why = |day| book.price(&id(1), Industry, day, &regime()).why;
        assert_eq!((why(date(2026, 6, 30)), why(date(2026, 7, 1))), (Why::Tariff, Why::NoTariff));
    }

    #[test]
    fn refuses_a_price_on_what_is_free_above_the_cap_or_reaching_back() {
        let regime = regime();
        let book = PriceBook::new(&[], &[cap(100, date(2026, 6, 1)), cap(60, date(2026, 7, 1))], &[]);
        let today = date(2026, 6, 15);
        for (given, codes) in [
            (tariff(Industry, 60, today), &[][..]),
            (tariff(Industry, 61, today), &[reasons::ABOVE_CAP]),
            (tariff(PublicWelfare, 0, today), &[]),
            (tariff(PublicWelfare, 1, today), &[reasons::FREE_USE]),
            (tariff(PublicWelfare, 1, date(2026, 6, 14)), &[reasons::FREE_USE, reasons::PAST_DAY]),
            (tariff(Industry, 999, date(2026, 6, 14)), &[reasons::ABOVE_CAP, reasons::PAST_DAY]),
        ] {
            let found = tariff_reasons(&given, &book, &regime, today);
            let found: Vec<&str> = found.iter().map(|reason| reason.code.as_ref()).collect();
            assert_eq!(found, codes, "{given:?}");
        }
    }
}
