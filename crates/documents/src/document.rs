//! A document before it has a shape: title, facts, sections, tables, notes, and
//! what it was made from.
//!
//! INVARIANT (plain): a document holds text, numbers, amounts and days. No part of
//! it is markup, a formula or a program, whatever a record says.
//! INVARIANT (bounded): [`Document::faults`] is empty before anything is rendered.
//!
//! Not here: what it looks like (`render`), what stands in which (`kinds`).

use serde::Serialize;
use shuyu_model::{CryptoProfile, Day, Digest, Money};

use crate::DocumentsError;

/// The most rows of all tables of one document.
pub const ROWS_MAX: usize = 5_000;
/// The most sections.
pub const SECTIONS_MAX: usize = 100;
/// The most columns of a table.
pub const COLUMNS_MAX: usize = 10;
/// The longest text in one place, in characters; a cell of XLSX holds 32,767.
pub(crate) const TEXT_CHARS_MAX: usize = 8_000;
/// The longest document in characters, all its texts together.
pub const CHARS_MAX: usize = 400_000;

/// One cell, or the value of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "value")]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number of things.
    Count(i64),
    /// Yuan.
    Money(Money),
    /// A day.
    Day(Day),
    /// Nothing is known.
    Nothing,
}

impl Cell {
    /// Words, without control characters: no shape can hold those.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(plain(text.as_ref()))
    }

    /// A day, if there is one.
    pub fn day(day: Option<Day>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Money(money) => money.to_string(),
            Self::Day(day) => chinese_day(*day),
            Self::Nothing => "—".to_owned(),
        }
    }

    /// Whether it stands at the right, as figures do.
    pub fn is_figure(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Money(_))
    }
}

/// `2026年3月5日`.
pub(crate) fn chinese_day(day: Day) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// One line of text: every control character and every character that changes the
/// direction of the text becomes a blank. A name cannot rearrange what is around it.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => ' ',
            '\u{fffe}' | '\u{ffff}' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// What is known of the whole: `授权期限: …`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Of what.
    pub label: String,
    /// What.
    pub value: Cell,
}

/// Rows under heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// The heads.
    pub heads: Vec<String>,
    /// The rows, each as long as the heads.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table under these heads.
    pub fn of<const N: usize>(heads: [&str; N]) -> Self {
        Self { heads: heads.map(str::to_owned).to_vec(), rows: Vec::new() }
    }
}

/// A part with a heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The heading, without its number.
    pub heading: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// A table below them.
    pub table: Option<Table>,
}

impl Section {
    /// A part of words; each line is a paragraph.
    pub fn words(heading: &str, text: &str) -> Self {
        let paragraphs = text.lines().map(plain).filter(|line| !line.is_empty()).collect();
        Self { heading: plain(heading), paragraphs, table: None }
    }

    /// A part with a table, or with the sentence that there is nothing to list.
    pub fn table(heading: &str, table: Table) -> Self {
        let none = || vec!["本期无。".to_owned()];
        let is_empty = table.rows.is_empty();
        Self {
            heading: plain(heading),
            paragraphs: if is_empty { none() } else { Vec::new() },
            table: (!is_empty).then_some(table),
        }
    }
}

/// What a document says, before it is numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// The title.
    pub title: String,
    /// To whom it is addressed, where it is.
    pub addressee: Option<String>,
    /// What is known of the whole.
    pub facts: Vec<Fact>,
    /// The parts.
    pub sections: Vec<Section>,
    /// Notes below them.
    pub notes: Vec<String>,
    /// Under which rules: `changsha-2026@1`.
    pub regime: String,
    /// Under which clauses.
    pub clauses: Vec<String>,
    /// From which records: ids, or what they are.
    pub records: Vec<String>,
    /// How many entries the log had when they were read.
    pub log_size: u64,
}

impl Content {
    /// Nothing yet under this title.
    pub fn new(title: &str) -> Self {
        Self {
            title: plain(title),
            addressee: None,
            facts: Vec::new(),
            sections: Vec::new(),
            notes: Vec::new(),
            regime: String::new(),
            clauses: Vec::new(),
            records: Vec::new(),
            log_size: 0,
        }
    }

    /// Adds a fact.
    pub fn fact(&mut self, label: &str, value: Cell) {
        self.facts.push(Fact { label: plain(label), value });
    }

    fn rows(&self) -> usize {
        self.sections.iter().filter_map(|section| section.table.as_ref()).map(|table| table.rows.len()).sum()
    }

    fn texts(&self) -> impl Iterator<Item = usize> {
        let of_cell = |cell: &Cell| if let Cell::Text(text) = cell { text.chars().count() } else { 12 };
        let chars = |text: &String| text.chars().count();
        let tables = self.sections.iter().filter_map(|section| section.table.as_ref());
        let facts = self.facts.iter().map(move |fact| of_cell(&fact.value));
        let cells = tables.flat_map(|table| &table.rows).flatten().map(of_cell);
        let words = self.sections.iter().flat_map(|section| &section.paragraphs).map(chars);
        facts.chain(cells).chain(words).chain(self.notes.iter().map(chars)).chain(self.records.iter().map(chars))
    }

    /// Why it is too large to be rendered; see INVARIANT (bounded).
    pub fn check(&self) -> Result<(), DocumentsError> {
        let too_large = |part, found, max| Err(DocumentsError::TooLarge { part, found, max });
        let columns = self.sections.iter().filter_map(|s| s.table.as_ref()).map(|t| t.heads.len()).max();
        let texts: Vec<usize> = self.texts().collect();
        let (longest, all) = (texts.iter().copied().max().unwrap_or(0), texts.iter().sum::<usize>());
        for (part, found, max) in [
            ("rows", self.rows(), ROWS_MAX),
            ("sections", self.sections.len(), SECTIONS_MAX),
            ("columns", columns.unwrap_or(0), COLUMNS_MAX),
            ("characters of one text", longest, TEXT_CHARS_MAX),
            ("characters", all, CHARS_MAX),
        ] {
            if max < found {
                return too_large(part, found, max);
            }
        }
        Ok(())
    }
}

/// A document with its number, or a preview without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// What it says.
    pub content: Content,
    /// `长沙市数据局〔2026〕3号`; a preview has none.
    pub number: Option<String>,
    /// Who issues it.
    pub issuer: String,
    /// On which day.
    pub day: Day,
}

impl Document {
    /// Of everything in it; printed at its end and held by the event.
    pub fn digest(&self, profile: CryptoProfile) -> Result<Digest, DocumentsError> {
        Ok(profile.digest(&serde_json::to_vec(self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_could_rearrange_or_break_a_page_becomes_blank() {
        for (given, expected) in [
            ("a\u{202e}b", "a b"),
            ("a\u{0}b\u{7}", "a b"),
            ("a\nb", "a b"),
            (" 名称 ", "名称"),
            ("#import *x*", "#import *x*"),
        ] {
            assert_eq!(plain(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_document_beyond_its_limits_is_told_which_limit() {
        let rows = |count: usize| Table { heads: vec!["号".into()], rows: vec![vec![Cell::Count(1)]; count] };
        let mut content = Content::new("目录");
        content.sections.push(Section::table("行", rows(ROWS_MAX)));
        assert!(content.check().is_ok());
        content.sections.push(Section::table("行", rows(1)));
        let error = content.check().unwrap_err().to_string();
        assert_eq!(error, format!("the document has {} rows; the most is {ROWS_MAX}", ROWS_MAX + 1));
        let mut long = Content::new("长");
        long.notes.push("字".repeat(TEXT_CHARS_MAX + 1));
        assert!(long.check().unwrap_err().to_string().contains("characters of one text"));
    }

    #[test]
    fn cells_show_what_people_read() {
        for (cell, shown) in [
            (Cell::Count(1234), "1234"),
            (Cell::Money(Money::fen(-105)), "-1.05"),
            (Cell::Day(jiff::civil::date(2026, 3, 5)), "2026年3月5日"),
            (Cell::day(None), "—"),
        ] {
            assert_eq!(cell.shown(), shown);
        }
    }
}
