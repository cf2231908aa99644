//! The three shapes: the same in gives the same out, and text stays text.

use std::io::Read as _;

use jiff::civil::date;
use proptest::prelude::*;
use shuyu_model::{CryptoProfile, Money};

use super::*;
use crate::document::{Cell, Content, Section, Table};

fn press() -> Press {
    Press::new(CryptoProfile::International)
}

fn document(name: &str) -> Document {
    let mut content = Content::new("2026年第三季度数据运营安全管理报告");
    content.regime = "changsha-2026@1".to_owned();
    content.addressee = Some("长沙市数据局".to_owned());
    content.fact("报送单位", Cell::text(name));
    content.fact("金额", Cell::Money(Money::fen(123_456_789)));
    let mut table = Table::of(["授权对象", "授权范围", "调用次数", "金额(元)", "日期"]);
    for row in 0..3 {
        table.rows.push(vec![
            Cell::text(name),
            Cell::text("住房公积金缴存信息、不动产登记信息"),
            Cell::Count(row * 1000),
            Cell::Money(Money::fen(row * 105)),
            Cell::Day(date(2026, 3, 5)),
        ]);
    }
    content.sections.push(Section::table("授权情况", table));
    content.sections.push(Section::words("安全措施", &format!("{name}\n第二段。")));
    content.notes.push(name.to_owned());
    content.clauses.push("changsha-2026 二(三)".to_owned());
    content.records.push("AGR-0123456789abcdef0123456789abcdef".to_owned());
    Document {
        content,
        number: Some("长沙市数据局〔2026〕3号".to_owned()),
        issuer: "长沙市数据局".to_owned(),
        day: date(2026, 10, 9),
    }
}

/// All words on the pages, as they are set.
fn words_of_pdf(document: &Document) -> String {
    use typst::layout::{Frame, FrameItem};
    fn walk(frame: &Frame, words: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Group(group) => walk(&group.frame, words),
                FrameItem::Text(text) => words.push_str(&text.text),
                _ => {}
            }
        }
    }
    let fonts = fonts::Fonts::default();
    let pages = pdf::lay(document, "sha256:0", &fonts).unwrap();
    let mut words = String::new();
    pages.pages().iter().for_each(|page| walk(&page.frame, &mut words));
    words.replace('\u{200b}', "")
}

fn entry_of(xlsx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Names that are programs, markup or formulas somewhere.
const NAMES: &[&str] = &[
    "#import \"/etc/passwd\": *",
    "*粗* _斜_ `x` $x$ @a <b> // c",
    "=HYPERLINK(\"http://x\")",
    "+cmd|' /C calc'!A0",
    "<script>alert(1)</script>&amp;\"'",
    "]]> #read(\"document.json\") #{1+1}",
    "http://example.com/a",
];

#[test]
fn a_name_that_is_markup_formula_or_program_elsewhere_is_text_in_every_shape() {
    for name in NAMES {
        let document = document(name);
        let shapes = press().render(&document).unwrap();
        let html = String::from_utf8(shapes.html).unwrap();
        assert!(!html.contains("<script") && !html.contains("<b>"), "{name}");
        let shared = entry_of(&shapes.xlsx, "xl/sharedStrings.xml");
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        assert!(shared.contains(&escaped) || shared.contains(&escaped.replace('"', "&quot;")), "{name}: {shared}");
        for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
            let text = entry_of(&shapes.xlsx, sheet);
            assert!(!text.contains("<f>") && !text.contains("hyperlink"), "{name} in {sheet}");
        }
        let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert!(squeezed(&words_of_pdf(&document)).contains(&squeezed(name)), "{name}: {}", words_of_pdf(&document));
    }
}

#[test]
fn a_pdf_is_tagged_archivable_has_its_fonts_inside_and_no_clock() {
    let document = document("甲公司");
    let pdf = press().render(&document).unwrap().pdf;
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.starts_with("%PDF-1.7"), "{}", &text[..20]);
    for part in ["pdfaid:part", "pdfuaid", "/MarkInfo", "FontFile3", "D:20261009"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(pdf.len() < 400_000, "only a part of each font: {}", pdf.len());
    let words = words_of_pdf(&document);
    for part in ["2026年第三季度", "长沙市数据局〔2026〕3号", "一、授权情况", "1234567.89", "2026年10月9日", "— 1 —"]
    {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[test]
fn a_table_of_many_pages_repeats_its_heads_and_every_page_has_its_number() {
    let mut long = document("江城数据运营有限公司");
    let table = long.content.sections[0].table.as_mut().unwrap();
    let row = table.rows[1].clone();
    table.rows.extend(std::iter::repeat_n(row, 60));
    let words = words_of_pdf(&long);
    let pages = (1..20).take_while(|page| words.contains(&format!("— {page} —"))).count();
    assert!(3 <= pages && pages <= words.matches("调用次数").count() + 1, "{pages}");
}

#[test]
fn a_workbook_has_figures_as_figures_and_days_as_days() {
    let xlsx = press().render(&document("甲公司")).unwrap().xlsx;
    let table = entry_of(&xlsx, "xl/worksheets/sheet2.xml");
    assert!(table.contains("<v>2000</v>") && table.contains("<v>2.1</v>") && table.contains("<v>46086</v>"), "{table}");
    assert!(entry_of(&xlsx, "docProps/core.xml").contains("2026-10-09"), "the day of issue, not the clock's");
}

#[test]
fn figures_beyond_what_a_workbook_keeps_are_text() {
    let mut big = document("甲公司");
    big.content.fact("大数", Cell::Count(9_007_199_254_740_993));
    let xlsx = press().render(&big).unwrap().xlsx;
    assert!(entry_of(&xlsx, "xl/sharedStrings.xml").contains("9007199254740993"));
}

#[test]
fn a_character_that_no_font_has_is_told_by_its_number_and_kept_elsewhere() {
    let document = document("甲\u{1b000}公司");
    let shapes = press().render(&document).unwrap();
    assert!(words_of_pdf(&document).contains("甲[U+1B000]公司"), "{}", words_of_pdf(&document));
    assert!(String::from_utf8(shapes.html).unwrap().contains('\u{1b000}'));
}

#[test]
fn a_preview_says_that_it_is_none_in_every_shape() {
    let preview = Document { number: None, ..document("甲公司") };
    let shapes = press().render(&preview).unwrap();
    assert!(String::from_utf8(shapes.html).unwrap().contains(PREVIEW));
    assert!(entry_of(&shapes.xlsx, "xl/sharedStrings.xml").contains(PREVIEW));
    assert!(words_of_pdf(&preview).contains(PREVIEW));
}

#[test]
fn numbers_of_sections_are_chinese() {
    for (number, expected) in [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "100")]
    {
        assert_eq!(chinese_number(number), expected);
    }
}

#[tokio::test]
async fn what_is_beyond_a_limit_is_not_rendered() {
    let mut long = document("甲公司");
    long.content.notes.push("字".repeat(crate::document::TEXT_CHARS_MAX + 1));
    assert!(matches!(press().shapes(long).await, Err(DocumentsError::TooLarge { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_same_document_gives_the_same_bytes_whatever_it_says(name in "\\PC{0,40}") {
        let document = document(&name);
        let (one, two) = (press().render(&document).unwrap(), press().render(&document).unwrap());
        prop_assert_eq!(one, two);
    }
}
