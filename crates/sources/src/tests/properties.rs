//! What holds of intake whatever comes in.

use std::io::Read;
use std::sync::Arc;

use arrow::array::{Int64Array, StringArray};
use encoding_rs::GB18030;
use proptest::prelude::*;
use shuyu_model::ColumnType;

use super::{columns, intake, parquet_input, table, texts};
use crate::{Format, Landing, land};

/// Gives few bytes at a time, so that rows are cut everywhere.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(into.len()).min(self.0.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// INVARIANT (every row).
fn check_counts(landing: &Landing) {
    let report = landing.report();
    assert_eq!(report.faults.values().sum::<u64>(), report.rows_bad);
    assert_eq!(table(landing).num_rows() as u64, report.rows_good);
    assert_eq!(report.bad_rows.len() as u64, report.rows_bad.min(1000));
}

fn is_null(cell: &str) -> bool {
    matches!(cell, "" | "NA" | "NULL")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_table_comes_back_from_csv_in_every_encoding_and_quoting(
        rows in prop::collection::vec(("[a-c,\"\n\r 一-龥𠀀-𠀐]{0,9}", any::<Option<i64>>(), "[,\"\r\n市x]{0,3}"), 0..40),
        encoding in 0..3,
        quoting in 0..2,
        piece in 1_usize..40,
    ) {
        let style = if quoting == 0 { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().quote_style(style).from_writer(Vec::new());
        writer.write_record(["标题a", "b", "标题c"]).unwrap();
        for (a, b, c) in &rows {
            writer.write_record([a.as_str(), &b.map(|b| b.to_string()).unwrap_or_default(), c]).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes = match encoding {
            0 => text.into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            _ => GB18030.encode(&text).0.into_owned(),
        };
        let list = [("a", ColumnType::Text), ("b", ColumnType::Integer), ("c", ColumnType::Text)];
        let landing = land(&intake(columns(&list), Format::Csv), Drops(&bytes, piece), &|_| ()).unwrap();
        let or_null = |cell: &str| if is_null(cell) { "∅".to_owned() } else { cell.to_owned() };
        let expected: Vec<_> = rows
            .iter()
            .map(|(a, b, c)| vec![or_null(a), b.map_or("∅".to_owned(), |b| b.to_string()), or_null(c)])
            .collect();
        prop_assert_eq!(texts(&landing), expected);
        check_counts(&landing);
    }

    #[test]
    fn good_and_bad_rows_are_the_rows_that_were_written(
        rows in prop::collection::vec(prop_oneof![
            3 => "[a-z]{1,8},[0-9]{1,9}".prop_map(|row| (row.into_bytes(), true)),
            1 => "[a-z]{1,8},[a-z]{1,9}".prop_map(|row| (row.into_bytes(), false)),
            1 => "[a-z]{1,8}(,[0-9]{1,3}){2,5}".prop_map(|row| (row.into_bytes(), false)),
            1 => "[a-z]{1,8}".prop_map(|row| (row.into_bytes(), false)),
            1 => "\"[a-z\n,]{1,8}\"[a-z],1".prop_map(|row| (row.into_bytes(), false)),
            1 => Just((b"\xFF\xFF,7".to_vec(), false)),
        ], 0..60),
    ) {
        let mut bytes = b"a,b\n".to_vec();
        let (mut line, mut good, mut bad_lines) = (2, 0, Vec::new());
        for (row, is_good) in &rows {
            bytes.extend_from_slice(row);
            bytes.push(b'\n');
            if *is_good { good += 1 } else { bad_lines.push(line) }
            line += 1 + row.iter().filter(|b| **b == b'\n').count() as u64;
        }
        let list = [("a", ColumnType::Text), ("b", ColumnType::Integer)];
        let landing = land(&intake(columns(&list), Format::Csv), &bytes[..], &|_| ()).unwrap();
        let found: Vec<_> = landing.report().bad_rows.iter().map(|bad| bad.line).collect();
        prop_assert_eq!((landing.rows_good(), found), (good, bad_lines));
        check_counts(&landing);
    }

    #[test]
    fn no_garbage_breaks_the_counts(
        garbage in prop::collection::vec(prop_oneof![
            any::<u8>(), Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'1'), Just(0x81),
        ], 0..600),
        row_bytes_max in 1_usize..50,
        piece in 1_usize..50,
    ) {
        let list = [("a", ColumnType::Text), ("b", ColumnType::Float)];
        let mut intake = intake(columns(&list), Format::Csv);
        intake.limits.row_bytes_max = row_bytes_max.max(3);
        let bytes = [b"a,b\n", garbage.as_slice()].concat();
        let whole = land(&intake, &bytes[..], &|_| ()).unwrap();
        check_counts(&whole);
        let pieces = land(&intake, Drops(&bytes, piece), &|_| ()).unwrap();
        prop_assert_eq!(whole.report(), pieces.report());
        prop_assert_eq!(texts(&whole), texts(&pieces));
    }

    #[test]
    fn a_damaged_parquet_file_is_an_error_or_a_table(at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let list = [("a", ColumnType::Text), ("b", ColumnType::Integer)];
        let mut bytes = parquet_input::file(vec![
            ("a", Arc::new(StringArray::from_iter_values((0..50).map(|i| format!("t{}", i % 7))))),
            ("b", Arc::new(Int64Array::from_iter_values(0..50))),
        ]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Ok(landing) = land(&intake(columns(&list), Format::Parquet), &bytes[..], &|_| ()) {
            check_counts(&landing);
        }
    }
}
