//! A document as a workbook: the first sheet is the document, each table has a
//! sheet of its own, with figures and days as such.
//!
//! Texts are written as strings and never as formulas or links, whatever they begin with.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::{PREVIEW, heading, source_lines};
use crate::DocumentsError;
use crate::document::{Cell, Document, chinese_day};

/// The width of a column, in characters of the first sheet.
const LABEL_WIDTH: u16 = 18;
const TEXT_WIDTH: u16 = 80;
const TABLE_WIDTH: u16 = 22;

struct Formats {
    title: Format,
    heading: Format,
    label: Format,
    text: Format,
    count: Format,
    money: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_border(FormatBorder::Thin);
        let figure = |pattern: &str| text.clone().set_num_format(pattern).set_align(FormatAlign::Right);
        Self {
            title: Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center),
            heading: Format::new().set_bold().set_font_size(12),
            label: text.clone().set_bold().set_background_color("#ECECEA"),
            count: figure("0"),
            money: figure("#,##0.00"),
            day: figure("yyyy-mm-dd"),
            text,
        }
    }
}

type Result<T> = std::result::Result<T, DocumentsError>;

pub(super) fn render(document: &Document, digest: &str) -> Result<Vec<u8>> {
    let content = &document.content;
    let day = document.day;
    let mut workbook = Workbook::new();
    // Without this the workbook would hold the clock's time.
    let made = ExcelDateTime::from_ymd(day.year().unsigned_abs(), month(day.month()), month(day.day()))?;
    let properties = DocProperties::new()
        .set_title(&content.title)
        .set_author(&document.issuer)
        .set_comment(document.number.as_deref().unwrap_or(PREVIEW))
        .set_creation_datetime(&made);
    workbook.set_properties(&properties);
    let formats = Formats::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("正文")?.set_column_width(0, LABEL_WIDTH)?.set_column_width(1, TEXT_WIDTH)?;
    first_sheet(document, digest, sheet, &formats)?;
    let tables = content.sections.iter().enumerate().filter_map(|(i, part)| Some((i, part.table.as_ref()?)));
    for (number, (index, table)) in tables.enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(format!("表{}", number.saturating_add(1)))?;
        let title = content.sections.get(index).map(|part| heading(index, &part.heading)).unwrap_or_default();
        sheet.write_string_with_format(0, 0, title, &formats.heading)?;
        let mut column: u16 = 0;
        for head in &table.heads {
            sheet.set_column_width(column, TABLE_WIDTH)?;
            sheet.write_string_with_format(1, column, head, &formats.label)?;
            column = column.saturating_add(1);
        }
        let mut line: u32 = 2;
        for row in &table.rows {
            let mut column: u16 = 0;
            for one in row {
                write(sheet, line, column, one, &formats)?;
                column = column.saturating_add(1);
            }
            line = line.saturating_add(1);
        }
        sheet.set_freeze_panes(2, 0)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn month(number: i8) -> u8 {
    number.unsigned_abs()
}

fn first_sheet(document: &Document, digest: &str, sheet: &mut Worksheet, formats: &Formats) -> Result<()> {
    let content = &document.content;
    let mut line: u32 = 0;
    let mut next = || {
        let now = line;
        line = line.saturating_add(1);
        now
    };
    sheet.merge_range(next(), 0, 0, 1, &content.title, &formats.title)?;
    sheet.write_string(next(), 0, document.number.as_deref().unwrap_or(PREVIEW))?;
    if let Some(addressee) = &content.addressee {
        sheet.write_string(next(), 0, format!("{addressee}："))?;
    }
    for fact in &content.facts {
        let row = next();
        sheet.write_string_with_format(row, 0, &fact.label, &formats.label)?;
        write(sheet, row, 1, &fact.value, formats)?;
    }
    let mut tables: usize = 0;
    for (index, part) in content.sections.iter().enumerate() {
        sheet.write_string_with_format(next(), 0, heading(index, &part.heading), &formats.heading)?;
        for paragraph in &part.paragraphs {
            sheet.write_string_with_format(next(), 1, paragraph, &formats.text)?;
        }
        if let Some(table) = &part.table {
            tables = tables.saturating_add(1);
            sheet.write_string(next(), 1, format!("见工作表“表{tables}”，共{}行", table.rows.len()))?;
        }
    }
    for note in &content.notes {
        sheet.write_string_with_format(next(), 1, note, &formats.text)?;
    }
    sheet.write_string(next(), 1, &document.issuer)?;
    sheet.write_string(next(), 1, chinese_day(document.day))?;
    for source in source_lines(document, digest) {
        sheet.write_string(next(), 0, source)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, formats: &Formats) -> Result<()> {
    // A figure is a number as long as a workbook keeps all its digits.
    let number = |text: String| text.parse::<f64>().ok().filter(|_| text.len() <= 15);
    match cell {
        Cell::Count(count) if let Some(number) = number(count.to_string()) => {
            sheet.write_number_with_format(row, column, number, &formats.count)?;
        }
        Cell::Money(money) if let Some(number) = number(money.to_string()) => {
            sheet.write_number_with_format(row, column, number, &formats.money)?;
        }
        Cell::Day(day) => {
            let date = ExcelDateTime::from_ymd(day.year().unsigned_abs(), month(day.month()), month(day.day()))?;
            sheet.write_datetime_with_format(row, column, &date, &formats.day)?;
        }
        other => {
            sheet.write_string_with_format(row, column, other.shown(), &formats.text)?;
        }
    }
    Ok(())
}
