//! Intake from end to end: bytes in, table and report out.

mod properties;

use std::cell::Cell;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use encoding_rs::GB18030;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shuyu_model::id::{Key, LandingId, OrganisationId, ResourceId};
use shuyu_model::{Column, ColumnClass, ColumnType, CryptoProfile, Mask, Time};
use uuid::Uuid;

use crate::{Encoding, Format, Intake, IntakeLimits, Landing, SourceError, land};

pub(crate) fn columns(list: &[(&str, ColumnType)]) -> Vec<Column> {
    let column = |(name, kind): &(&str, ColumnType)| Column {
        name: (*name).to_owned(),
        title: format!("标题{name}"),
        kind: *kind,
        class: if *name == "id_card" { ColumnClass::DirectIdentifier } else { ColumnClass::Plain },
        grade: None,
        mask: Mask::None,
        is_entity: false,
    };
    list.iter().map(column).collect()
}

pub(crate) fn intake(columns: Vec<Column>, format: Format) -> Intake {
    Intake {
        landing: LandingId::from_uuid(Uuid::from_u128(1)),
        department: OrganisationId::from_uuid(Uuid::from_u128(2)),
        resource: ResourceId::from_uuid(Uuid::from_u128(3)),
        columns,
        format,
        profile: CryptoProfile::International,
        limits: IntakeLimits::default(),
        spool_dir: std::env::temp_dir(),
        at: Time(0),
        cancel: Arc::new(AtomicBool::new(false)),
    }
}

pub(crate) fn table(landing: &Landing) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(landing.open_spool().unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    concat_batches(landing.schema(), &batches).unwrap()
}

/// Each row as text; a null is `∅`.
pub(crate) fn texts(landing: &Landing) -> Vec<Vec<String>> {
    let table = table(landing);
    let options = FormatOptions::default().with_null("∅");
    let columns: Vec<_> =
        table.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options).unwrap()).collect();
    (0..table.num_rows()).map(|row| columns.iter().map(|c| c.value(row).to_string()).collect()).collect()
}

fn land_csv(list: &[(&str, ColumnType)], bytes: &[u8]) -> Result<Landing, SourceError> {
    land(&intake(columns(list), Format::Csv), bytes, &|_| ())
}

/// Line, column and code of each bad row.
fn bad(landing: &Landing) -> Vec<(u64, String, String)> {
    let rows = landing.report().bad_rows.iter();
    rows.map(|row| (row.line, row.column.clone().unwrap_or_default(), row.code.to_string())).collect()
}

#[track_caller]
fn check(list: &[(&str, ColumnType)], bytes: &[u8], good: &[&[&str]], faults: &[(u64, &str, &str)]) -> Landing {
    let landing = land_csv(list, bytes).unwrap();
    assert_eq!(texts(&landing), good);
    let expected: Vec<_> = faults.iter().map(|(l, c, r)| (*l, (*c).to_owned(), (*r).to_owned())).collect();
    assert_eq!(bad(&landing), expected);
    assert_eq!(landing.rows_bad(), faults.len() as u64);
    landing
}

const TEXT: ColumnType = ColumnType::Text;
const INTEGER: ColumnType = ColumnType::Integer;

#[test]
fn every_type_lands_in_the_declared_order() {
    let list = [
        ("name", TEXT),
        ("age", INTEGER),
        ("score", ColumnType::Float),
        ("is_local", ColumnType::Boolean),
        ("born", ColumnType::Date),
        ("seen", ColumnType::Timestamp),
    ];
    let bytes = "标题seen,born,is_local,score,age,name\n2026-11-22 17:30:00,1990/1/2,是,1.5, 36 ,林黛玉\nNULL,NA,,,,\n";
    let landing = check(
        &list,
        bytes.as_bytes(),
        &[&["林黛玉", "36", "1.5", "true", "1990-01-02", "2026-11-22T17:30:00"], &["∅"; 6]],
        &[],
    );
    assert!(landing.report().columns.iter().all(|column| column.nulls == 1));
    assert_eq!(landing.bytes_count(), bytes.len() as u64);
    assert_eq!(landing.digest(), CryptoProfile::International.digest(bytes.as_bytes()));
}

#[test]
fn lines_are_those_of_the_file_and_not_of_the_table() {
    let bytes = b"a,b\r\n\r\n\"x\ny\",1\r\n\n2\n\"z\"\"z\",two\nq,3,4\nend,5";
    let landing = check(
        &[("a", TEXT), ("b", INTEGER)],
        bytes,
        &[&["x\ny", "1"], &["end", "5"]],
        &[(6, "", "SRC-001"), (7, "b", "SRC-002"), (8, "", "SRC-001")],
    );
    assert_eq!(landing.report().lines_blank, 2);
    assert_eq!(landing.report().columns[1].faults, 1);
}

#[test]
fn all_three_encodings_give_one_table() {
    let text = "name\n欧阳娜娜\n㐀𠮷\n";
    let good: &[&[&str]] = &[&["欧阳娜娜"], &["㐀𠮷"]];
    let landing = check(&[("name", TEXT)], text.as_bytes(), good, &[]);
    assert_eq!(landing.report().encoding, Some(Encoding::Utf8));
    let landing = check(&[("name", TEXT)], format!("\u{feff}{text}").as_bytes(), good, &[]);
    assert_eq!(landing.report().encoding, Some(Encoding::Utf8Bom));
    let landing = check(&[("name", TEXT)], &GB18030.encode(text).0, good, &[]);
    assert_eq!(landing.report().encoding, Some(Encoding::Gb18030));
}

#[test]
fn a_byte_that_is_no_text_makes_its_row_bad_and_is_not_replaced() {
    let mut bytes = "a,b\n江城市江城市江城市,1\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"x\xFFy,2\nz,3\n");
    check(&[("a", TEXT), ("b", INTEGER)], &bytes, &[&["江城市江城市江城市", "1"], &["z", "3"]], &[(3, "a", "SRC-007")]);
    let mut bytes = GB18030.encode("a,b\n江城市,1\n").0.to_vec();
    bytes.extend_from_slice(b"\x81,2\n\x81\x20,3\nz,4\n");
    check(
        &[("a", TEXT), ("b", INTEGER)],
        &bytes,
        &[&["江城市", "1"], &["z", "4"]],
        &[(3, "a", "SRC-007"), (4, "a", "SRC-007")],
    );
}

#[test]
fn quotes_are_closed_before_the_comma_or_the_row_is_bad() {
    check(
        &[("a", TEXT), ("b", INTEGER)],
        b"a,b\n\"x\"y,1\n5\" pipe,2\n\"open,3\nz,4\n",
        &[&["5\" pipe", "2"], &["z", "4"]],
        &[(2, "", "SRC-010"), (4, "", "SRC-011")],
    );
}

#[test]
fn what_is_too_long_is_bad_and_the_next_row_is_not() {
    let mut intake = intake(columns(&[("a", TEXT)]), Format::Csv);
    intake.limits.row_bytes_max = 16;
    intake.limits.cell_bytes_max = 8;
    let bytes = format!("a\n123456789\n{}\n\"{}\n12345678\n", "x".repeat(600_000), "y".repeat(30));
    let landing = land(&intake, bytes.as_bytes(), &|_| ()).unwrap();
    assert_eq!(texts(&landing), [["12345678"]]);
    let codes: Vec<_> = bad(&landing).into_iter().map(|(line, _, code)| (line, code)).collect();
    assert_eq!(codes, [(2, "SRC-008".into()), (3, "SRC-009".into()), (4, "SRC-011".to_owned())]);
}

#[test]
fn a_wrong_header_is_told_completely_and_without_its_text() {
    let error = land_csv(&[("a", TEXT), ("b", TEXT), ("c", TEXT)], "a,张三,标题a,440524188001010014\n".as_bytes());
    let words = error.unwrap_err().to_string();
    assert_eq!(
        words,
        "the header does not match the declared columns: missing: b, c; not declared: the headers at position 2, 4; twice: a"
    );
}

#[test]
fn an_empty_input_is_a_mistake_and_an_empty_table_is_not() {
    for bytes in [&b""[..], b"\n\n", b"\xEF\xBB\xBF"] {
        assert!(matches!(land_csv(&[("a", TEXT)], bytes), Err(SourceError::Empty)), "{bytes:?}");
    }
    let landing = check(&[("a", TEXT)], b"a", &[], &[]);
    assert_eq!(landing.rows_good(), 0);
}

#[test]
fn identifiers_are_judged_by_format_and_only_counted() {
    let bytes = "id_card\n11010519491231002X\n110105194912310021\n91350100M000100Y43\n13812345678\nNA\n";
    let landing = land_csv(&[("id_card", TEXT)], bytes.as_bytes()).unwrap();
    let formats = landing.report().columns[0].formats.unwrap();
    assert_eq!((formats.id_cards, formats.credit_codes, formats.mobiles, formats.others), (1, 1, 1, 1));
    let report = serde_json::to_string(landing.report()).unwrap();
    assert!(!report.contains("110105"), "{report}");
}

#[test]
fn more_bad_rows_than_are_listed_are_still_counted() {
    let bytes = format!("a\n{}", "x\n".repeat(2500));
    let landing = land_csv(&[("a", INTEGER)], bytes.as_bytes()).unwrap();
    assert_eq!((landing.rows_bad(), landing.report().bad_rows.len()), (2500, 1000));
    assert_eq!(landing.report().faults.get("SRC-002"), Some(&2500));
}

/// Ends never; sets the flag after a while.
struct Endless<'a>(&'a AtomicBool, u32);

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.1 += 1;
        if self.1 > 50 {
            self.0.store(true, Ordering::Relaxed);
        }
        into.fill(b'\n');
        if self.1 == 1 {
            into[0] = b'a';
        }
        Ok(into.len())
    }
}

#[test]
fn a_cancelled_intake_ends_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut intake = intake(columns(&[("a", TEXT)]), Format::Csv);
    intake.spool_dir = dir.path().to_owned();
    let cancel = intake.cancel.clone();
    let result = land(&intake, Endless(&cancel, 0), &|_| ());
    assert!(matches!(result, Err(SourceError::Cancelled)));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn an_input_over_its_limits_is_a_mistake() {
    let mut intake = intake(columns(&[("a", TEXT)]), Format::Csv);
    intake.limits.bytes_max = 10;
    let result = land(&intake, &b"a\n123456789\n"[..], &|_| ());
    assert!(matches!(result, Err(SourceError::TooMuch { what: "bytes", max: 10 })));
    intake.limits = IntakeLimits { rows_max: 2, ..IntakeLimits::default() };
    let result = land(&intake, &b"a\n1\n2\n3\n"[..], &|_| ());
    assert!(matches!(result, Err(SourceError::TooMuch { what: "rows", max: 2 })));
}

#[test]
fn a_reader_that_fails_and_a_folder_that_is_missing_are_errors() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let mut intake = intake(columns(&[("a", TEXT)]), Format::Csv);
    assert!(matches!(land(&intake, Broken, &|_| ()), Err(SourceError::Read { .. })));
    intake.spool_dir = "/nonexistent/spool".into();
    assert!(matches!(land(&intake, &b"a\n"[..], &|_| ()), Err(SourceError::Spool { .. })));
    intake.columns = columns(&[("a", TEXT), ("a", TEXT)]);
    assert!(matches!(land(&intake, &b"a\n"[..], &|_| ()), Err(SourceError::Columns { .. })));
}

#[test]
fn progress_ends_at_the_whole() {
    let bytes = format!("a\n{}", "1\n".repeat(20_000));
    let last = Cell::new(None);
    land(&intake(columns(&[("a", INTEGER)]), Format::Csv), bytes.as_bytes(), &|p| last.set(Some(p))).unwrap();
    let last = last.get().unwrap();
    assert_eq!((last.bytes, last.rows), (bytes.len() as u64, 20_000));
}

mod parquet_input {
    use arrow::array::{
        ArrayRef, Float32Array, Int32Array, ListArray, StringViewArray, TimestampNanosecondArray, TimestampSecondArray,
        UInt64Array,
    };
    use arrow::datatypes::Int32Type;
    use parquet::arrow::ArrowWriter;

    use super::*;

    pub(crate) fn file(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    fn land_file(list: &[(&str, ColumnType)], bytes: &[u8]) -> Result<Landing, SourceError> {
        land(&intake(columns(list), Format::Parquet), bytes, &|_| ())
    }

    #[test]
    fn converts_what_is_certain_and_lists_what_does_not_fit() {
        let bytes = file(vec![
            ("big", Arc::new(UInt64Array::from(vec![Some(1), Some(u64::MAX), Some(3), None]))),
            ("code", Arc::new(Int32Array::from(vec![430_102, 2, 3, 4]))),
            ("share", Arc::new(Float32Array::from(vec![0.5, 1.0, f32::NAN, 2.0]))),
            ("day", Arc::new(StringViewArray::from(vec!["2026/1/2", "2026-01-02", "2026-01-02", "20260102"]))),
            ("note", Arc::new(StringViewArray::from(vec!["NA", "", "x", "y"]))),
        ]);
        let list =
            [("note", TEXT), ("day", ColumnType::Date), ("share", ColumnType::Float), ("code", TEXT), ("big", INTEGER)];
        let landing = land_file(&list, &bytes).unwrap();
        let good = [["NA", "2026-01-02", "0.5", "430102", "1"], ["y", "2026-01-02", "2.0", "4", "∅"]];
        assert_eq!(texts(&landing), good);
        let expected = [(2, "big".into(), "SRC-002".into()), (3, "share".into(), "SRC-003".to_owned())];
        assert_eq!(bad(&landing), expected);
        assert_eq!(landing.digest(), CryptoProfile::International.digest(&bytes));
        assert_eq!(landing.report().encoding, None);
    }

    #[test]
    fn moments_with_a_zone_come_onto_the_citys_clock() {
        let zoned = TimestampSecondArray::from(vec![0, 1]).with_timezone("UTC");
        let fine = TimestampNanosecondArray::from(vec![1_000, 1_500]);
        let bytes = file(vec![("at", Arc::new(zoned)), ("fine", Arc::new(fine))]);
        let landing = land_file(&[("at", ColumnType::Timestamp), ("fine", ColumnType::Timestamp)], &bytes).unwrap();
        assert_eq!(texts(&landing), [["1970-01-01T08:00:00", "1970-01-01T00:00:00.000001"]]);
        assert_eq!(bad(&landing), [(2, "fine".into(), "SRC-006".to_owned())]);
    }

    #[test]
    fn names_every_column_of_a_wrong_type() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)])]);
        let bytes = file(vec![("a", Arc::new(list)), ("b", Arc::new(Float32Array::from(vec![1.0])))]);
        let error = land_file(&[("a", TEXT), ("b", INTEGER)], &bytes).unwrap_err().to_string();
        assert!(error.contains("`a` (is List") && error.contains("`b` (is Float32, declared Integer)"), "{error}");
    }

    #[test]
    fn what_is_no_parquet_file_is_a_mistake() {
        for bytes in [&b"a,b\n1,2\n"[..], b"PAR1PAR1", b"PAR1\0\0\0\0PAR1"] {
            assert!(matches!(land_file(&[("a", TEXT)], bytes), Err(SourceError::Parquet { .. })), "{bytes:?}");
        }
        assert!(matches!(land_file(&[("a", TEXT)], b""), Err(SourceError::Empty)));
        let bytes = file(vec![("x", Arc::new(Int32Array::from(vec![1])))]);
        assert!(matches!(land_file(&[("a", TEXT)], &bytes), Err(SourceError::Header { .. })));
    }
}
