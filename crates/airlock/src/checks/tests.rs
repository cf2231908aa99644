//! What holds of all checks together.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use proptest::prelude::*;
use shuyu_model::identifier::id_card_check;

use super::table::{Sample, report};
use super::*;
use crate::view::Entities;

const PROVINCES: [u32; 6] = [11, 31, 43, 50, 65, 82];

#[test]
fn every_code_stands_once_in_order_and_is_listed_among_the_reasons() {
    let codes: Vec<_> = ALL.iter().map(|check| check.code).collect();
    let unique: BTreeSet<_> = codes.iter().copied().collect();
    assert_eq!(codes, unique.into_iter().collect::<Vec<_>>());
    for check in ALL {
        assert!(crate::REASONS.iter().any(|(code, _)| *code == check.code), "{}", check.code);
    }
}

/// A report by street: a name, a count rounded to a multiple of ten, a mean.
fn rounded_report(counts: &[u32]) -> Sample {
    let streets: ArrayRef = Arc::new(StringArray::from_iter_values((0..counts.len()).map(|n| format!("第{n}街道"))));
    let people: ArrayRef = Arc::new(Int64Array::from_iter_values(counts.iter().map(|n| i64::from(*n) * 10)));
    let mean: ArrayRef = Arc::new(Int64Array::from_iter_values(counts.iter().map(|n| i64::from(*n) % 97 * 100)));
    let mut sample = Sample::of(report(), vec![("street", streets), ("people", people), ("mean", mean)]);
    sample.declared.columns[1].is_count = true;
    sample.facts.entities = Entities::PerRow(counts.iter().map(|n| Some(u64::from(*n) * 10)).collect());
    sample
}

prop_compose! {
    fn id_card()(
        province in proptest::sample::select(&PROVINCES[..]), division in 0..9999_u32,
        year in 1930..2025_u32, month in 1..=12_u32, day in 1..=28_u32, order in 0..999_u32,
    ) -> String {
        let first17 = format!("{province}{division:04}{year}{month:02}{day:02}{order:03}");
        let check = id_card_check(&first17).unwrap();
        format!("{first17}{check}")
    }
}

fn verdict(sample: &Sample) -> BTreeSet<String> {
    let results = run_all(&sample.view()).unwrap();
    results.into_iter().filter(|result| !result.is_passed()).map(|result| result.code).collect()
}

proptest! {
    #[test]
    fn rounded_counts_at_or_above_the_least_always_pass(counts in prop::collection::vec(1..500_000_u32, 0..200)) {
        prop_assert_eq!(verdict(&rounded_report(&counts)), BTreeSet::new());
    }

    #[test]
    fn one_identity_number_planted_in_any_text_always_fails(
        counts in prop::collection::vec(1..5000_u32, 1..60), at in any::<prop::sample::Index>(),
        id in id_card(), before in ".{0,12}", after in ".{0,12}", gap in proptest::sample::select(&["", " ", "-", "\u{200B}", "·"][..]),
    ) {
        let written = format!("{}{gap}{}{gap}{}", &id[..6], &id[6..14], &id[14..]);
        // A neighbour that is a digit makes the groups other groups.
        let fence = if gap.is_empty() || gap == "\u{200B}" { "" } else { ";" };
        let mut notes = vec![String::new(); counts.len()];
        let row = at.index(counts.len());
        notes[row] = format!("{before}{fence}{written}{fence}{after}");
        let mut sample = rounded_report(&counts);
        let arrow = Sample::of(report(), vec![("note", Arc::new(StringArray::from(notes)))]);
        sample.table = arrow.table;
        sample.declared.columns = arrow.declared.columns;
        prop_assert_eq!(verdict(&sample), BTreeSet::from(["AIR-001".to_owned()]));
    }

    #[test]
    fn one_identity_number_planted_in_any_whole_numbers_always_fails(
        counts in prop::collection::vec(1..5000_u32, 1..60), at in any::<prop::sample::Index>(), id in id_card(),
    ) {
        prop_assume!(!id.ends_with('X'));
        let mut numbers: Vec<i64> = counts.iter().map(|n| i64::from(*n) * 10).collect();
        let row = at.index(counts.len());
        numbers[row] = id.parse().unwrap();
        let mut sample = Sample::of(report(), vec![("people", Arc::new(Int64Array::from(numbers)))]);
        sample.declared.columns[0].is_count = true;
        let results = run_all(&sample.view()).unwrap();
        prop_assert_eq!(&results[0].findings[0].place.rows, &vec![row as u64 + 1]);
    }

    #[test]
    fn one_row_below_the_least_always_fails(counts in prop::collection::vec(1..5000_u32, 1..60), at in any::<prop::sample::Index>(), few in 1..10_u64) {
        let mut sample = rounded_report(&counts);
        let mut entities: Vec<Option<u64>> = counts.iter().map(|n| Some(u64::from(*n) * 10)).collect();
        entities[at.index(counts.len())] = Some(few);
        sample.facts.entities = Entities::PerRow(entities);
        prop_assert_eq!(verdict(&sample), BTreeSet::from(["AIR-002".to_owned()]));
    }
}
