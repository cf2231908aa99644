//! INVARIANT (masking never adds), for every mask over every type: values that
//! agree in what the mask says it reveals look the same afterwards.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, Date32Array, Float64Array, Int64Array, StringArray};
use datafusion::arrow::util::display::array_value_to_string;
use proptest::prelude::*;
use shuyu_model::CryptoProfile;
use shuyu_model::id::ScenarioId;

use super::*;

fn maker() -> Arc<Pseudonymiser> {
    let scenario = ScenarioId::parse(&format!("SCN-{:032x}", 1)).unwrap();
    Arc::new(Pseudonymiser::new(CryptoProfile::International, &[1; 32], &scenario))
}

fn mask(word: &str) -> Applied {
    match word {
        "none" => Applied::None,
        "keep_prefix" => Applied::KeepPrefix(3),
        "generalise_date" => Applied::GeneraliseDate(DatePart::Month),
        "bucket" => Applied::Bucket(50),
        "leading_digit" => Applied::LeadingDigit,
        "redact" => Applied::Redact,
        "pseudonym" => Applied::Pseudonym(maker()),
        "entity" => Applied::Entity(maker()),
        other => panic!("the test does not know the mask `{other}`"),
    }
}

/// What each file's head says that the mask reveals, written again and
/// differently: by text.
fn revealed(word: &str, kind: &str, text: &str) -> String {
    match (word, kind) {
        ("none" | "pseudonym" | "entity", _) => text.to_owned(),
        ("keep_prefix", "text") => {
            let characters: Vec<char> = text.chars().collect();
            let shown: String = if characters.len() > 3 { characters[..3].iter().collect() } else { String::new() };
            format!("{} {shown}", characters.len())
        }
        ("generalise_date", "date") => text.chars().take(7).collect(),
        ("bucket", "integer" | "float") => format!("{}", (text.parse::<f64>().unwrap() / 50.0).floor()),
        ("leading_digit", "integer" | "float") => {
            let whole = text.split('.').next().unwrap_or_default();
            let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
            // There is no negative zero among whole numbers.
            let sign = if digits == "0" { "" } else { sign };
            format!("{sign}{} {}", digits.len(), digits.chars().next().unwrap_or('0'))
        }
        _ => String::new(),
    }
}

fn array(kind: &str, seed: i64, words: &str) -> ArrayRef {
    match kind {
        "text" => Arc::new(StringArray::from(vec![words.to_owned()])),
        "integer" => Arc::new(Int64Array::from(vec![seed])),
        "float" => Arc::new(Float64Array::from(vec![seed as f64 / 8.0])),
        _ => Arc::new(Date32Array::from(vec![i32::try_from(seed % 40_000).unwrap()])),
    }
}

proptest! {
    #[test]
    fn masking_never_adds(a in -20_000_i64..20_000, b in -20_000_i64..20_000, s in "[ab欧]{0,6}", t in "[ab欧]{0,6}") {
        for word in ALL {
            for kind in ["text", "integer", "float", "date"] {
                let (one, two) = (array(kind, a, &s), array(kind, b, &t));
                let applied = mask(word);
                let (masked_one, masked_two) = (applied.apply(&one).unwrap(), applied.apply(&two).unwrap());
                prop_assert_eq!(masked_one.data_type(), &applied.output_type(one.data_type()));
                let text = |array: &ArrayRef| array_value_to_string(array, 0).unwrap();
                if revealed(word, kind, &text(&one)) == revealed(word, kind, &text(&two)) {
                    prop_assert_eq!(text(&masked_one), text(&masked_two), "{} of {}", word, kind);
                }
            }
        }
    }

    #[test]
    fn a_masked_row_does_not_depend_on_its_neighbours(values in proptest::collection::vec(-9_999_i64..9_999, 1..20)) {
        for word in ALL {
            let applied = mask(word);
            let together = applied.apply(&(Arc::new(Int64Array::from(values.clone())) as ArrayRef)).unwrap();
            for (row, value) in values.iter().enumerate() {
                let alone = applied.apply(&array("integer", *value, "")).unwrap();
                prop_assert!(alone.slice(0, 1).to_data() == together.slice(row, 1).to_data(), "{word}");
            }
        }
    }
}

#[test]
fn a_mask_that_does_not_fit_its_column_gives_only_nulls() {
    for (word, kind) in
        [("keep_prefix", "integer"), ("generalise_date", "text"), ("bucket", "text"), ("bucket", "date")]
    {
        let masked = mask(word).apply(&array(kind, 7, "seven")).unwrap();
        assert_eq!(masked.null_count(), 1, "{word} of {kind}");
    }
}

/// Changchun 18: raw data is invisible to those who process it.
#[test]
fn where_the_document_keeps_raw_data_from_who_processes_it_a_sample_shows_no_value_as_it_is() {
    for (code, expected) in [
        ("changchun-2025", Plane::Unseen),
        ("changsha-2023", Plane::Draft),
        ("changsha-2026", Plane::Draft),
        ("luohu-2025", Plane::Draft),
        ("xianning-2025", Plane::Draft),
    ] {
        let regime = shuyu_registry::rules::shipped(code).unwrap().regime;
        assert_eq!(Plane::of_sample(&regime), expected, "{code}");
    }
    let classes =
        [ColumnClass::DirectIdentifier, ColumnClass::QuasiIdentifier, ColumnClass::Sensitive, ColumnClass::Plain];
    for class in classes {
        for kind in ColumnType::ALL {
            let (name, title) = ("c".to_owned(), "c".to_owned());
            let column = Column { name, title, kind, class, grade: None, mask: Mask::None, is_entity: false };
            let shown = Applied::of(&column, Plane::Unseen, &maker());
            assert!(!matches!(shown, Applied::None), "{class:?} {kind:?}");
            let (run, from) = (Applied::of(&column, Plane::Run, &maker()), arrow_type(kind));
            assert_eq!(shown.output_type(&from), run.output_type(&from), "a statement plans in both or in neither");
        }
    }
}

#[test]
fn the_draft_plane_never_shows_an_identifier_or_a_sensitive_value() {
    for class in [ColumnClass::DirectIdentifier, ColumnClass::Sensitive] {
        for kind in ColumnType::ALL {
            let column = Column {
                name: "c".to_owned(),
                title: "c".to_owned(),
                kind,
                class,
                grade: None,
                mask: Mask::None,
                is_entity: false,
            };
            let draft = Applied::of(&column, Plane::Draft, &maker());
            assert!(!matches!(draft, Applied::None), "{class:?} {kind:?}");
            let run = Applied::of(&column, Plane::Run, &maker());
            let from = arrow_type(kind);
            assert_eq!(draft.output_type(&from), run.output_type(&from), "a statement plans in both or in neither");
        }
    }
}
