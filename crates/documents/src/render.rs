//! A document in its three shapes: HTML to read, PDF to keep, XLSX to reckon with.
//!
//! INVARIANT (same in, same out): the same document gives the same bytes, on every
//! machine with the same fonts. No shape holds a clock's time or anything random.
//! INVARIANT (plain): see `document`; each shape takes text as text. HTML escapes,
//! the PDF's template reads it as data, XLSX writes strings and never formulas.
//!
//! Not here: when and by whom it is made (`documents.rs`).

use std::sync::Arc;

use shuyu_model::CryptoProfile;
use tokio::sync::Semaphore;

use crate::DocumentsError;
use crate::document::Document;

mod fonts;
pub mod html;
mod pdf;
mod xlsx;

pub use fonts::FONT_FOLDERS;
pub use pdf::PAGES_MAX;

/// How many documents are rendered at a time; each takes a thread of its own.
pub const RENDERINGS_AT_ONCE_MAX: usize = 2;

/// What stands in place of the number of what is no document yet.
pub(crate) const PREVIEW: &str = "预览稿，未编号，不作为依据";

/// The three shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shapes {
    /// The page.
    pub html: Vec<u8>,
    /// The PDF.
    pub pdf: Vec<u8>,
    /// The workbook.
    pub xlsx: Vec<u8>,
}

/// Makes shapes of documents, away from the threads that serve requests.
#[derive(Clone)]
pub struct Press {
    profile: CryptoProfile,
    fonts: Arc<fonts::Fonts>,
    turns: Arc<Semaphore>,
}

impl Press {
    /// A press. Looks for fonts when the first PDF is asked for.
    pub fn new(profile: CryptoProfile) -> Self {
        Self { profile, fonts: Arc::default(), turns: Arc::new(Semaphore::new(RENDERINGS_AT_ONCE_MAX)) }
    }

    /// The page alone.
    pub fn page(&self, document: &Document) -> Result<String, DocumentsError> {
        document.content.check()?;
        Ok(html::render(document, &document.digest(self.profile)?.to_string()))
    }

    /// All three. Whoever stops waiting gets nothing and nothing is kept; what has
    /// begun ends by its limits.
    pub async fn shapes(&self, document: Document) -> Result<Shapes, DocumentsError> {
        document.content.check()?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DocumentsError::Stopped)?;
        let press = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            // Given back when the work has ended, not when somebody stopped waiting.
            let _turn = turn;
            press.render(&document)
        });
        made.await.map_err(|_| DocumentsError::Stopped)?
    }

    pub(crate) fn render(&self, document: &Document) -> Result<Shapes, DocumentsError> {
        let digest = document.digest(self.profile)?.to_string();
        Ok(Shapes {
            html: html::render(document, &digest).into_bytes(),
            pdf: pdf::render(document, &digest, &self.fonts)?,
            xlsx: xlsx::render(document, &digest)?,
        })
    }
}

/// `一、授权对象`.
fn heading(index: usize, text: &str) -> String {
    format!("{}、{text}", chinese_number(index.saturating_add(1)))
}

/// 1 to 99 in Chinese; above that, in digits.
fn chinese_number(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens @ 2..=9, ones) => format!("{}十{}", digit(tens), digit(ones)),
        _ => number.to_string(),
    }
}

/// From what it was made, for the reader who checks.
fn source_lines(document: &Document, digest: &str) -> Vec<String> {
    let content = &document.content;
    let mut lines = Vec::new();
    if !content.clauses.is_empty() {
        lines.push(format!("依据条款：{}（{}）", content.clauses.join("、"), content.regime));
    }
    if !content.records.is_empty() {
        lines.push(format!("数据来源：{}", content.records.join("、")));
    }
    lines.push(format!("日志位置：截至第{}条", content.log_size));
    lines.push(format!("内容摘要：{digest}"));
    lines
}

#[cfg(test)]
mod tests;
