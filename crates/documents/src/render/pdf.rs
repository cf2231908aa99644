//! A document as PDF, set by typst.
//!
//! The template is ours and constant. What a document says comes to it as the file
//! `document.json`, which it reads as data; typst never parses a text of a record.
//! INVARIANT (closed): the template can read these two files and no other, asks no
//! clock, and loads no package.

use std::path::PathBuf;

use serde_json::json;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::fonts::{Fonts, Loaded};
use super::{PREVIEW, heading, source_lines};
use crate::DocumentsError;
use crate::document::{Cell, Document, chinese_day};

/// The most pages of one document.
pub const PAGES_MAX: usize = 500;

const TEMPLATE: &str = include_str!("document.typ");

/// What typst may see.
struct Desk<'a> {
    library: LazyHash<Library>,
    loaded: &'a Loaded,
    template: Source,
    data: (FileId, Bytes),
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.loaded.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::NotFound(PathBuf::new())) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::NotFound(PathBuf::new())) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.loaded.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn file(name: &str) -> Result<FileId, DocumentsError> {
    let path = VirtualPath::new(name).map_err(|_| failed("its own path"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// What typst says of a template may quote a text; only where it failed is told.
fn failed(at: &'static str) -> DocumentsError {
    DocumentsError::Setting { at }
}

pub(super) fn render(document: &Document, digest: &str, fonts: &Fonts) -> Result<Vec<u8>, DocumentsError> {
    let written = lay(document, digest, fonts).and_then(|pages| write(document, digest, &pages));
    // typst remembers what it has set, for the next time; we keep no texts.
    typst::comemo::evict(0);
    written
}

pub(super) fn lay(document: &Document, digest: &str, fonts: &Fonts) -> Result<PagedDocument, DocumentsError> {
    let loaded = fonts.get()?;
    let data = serde_json::to_vec(&legible(told(document, digest), loaded))?;
    let desk = Desk {
        library: LazyHash::new(Library::default()),
        loaded,
        template: Source::new(file("/document.typ")?, TEMPLATE.to_owned()),
        data: (file("/document.json")?, Bytes::new(data)),
    };
    let pages = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| {
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        tracing::error!(?messages, "a document could not be set");
        failed("the template")
    })?;
    if PAGES_MAX < pages.pages().len() {
        return Err(DocumentsError::TooLarge { part: "pages", found: pages.pages().len(), max: PAGES_MAX });
    }
    Ok(pages)
}

fn write(document: &Document, digest: &str, pages: &PagedDocument) -> Result<Vec<u8>, DocumentsError> {
    let options = PdfOptions {
        ident: Smart::Custom(format!("{} {digest}", document.number.as_deref().unwrap_or_default())),
        creator: Smart::Custom(Some("Shuyu".to_owned())),
        standards: PdfStandards::new(STANDARDS).map_err(|_| failed("the standards of PDF"))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(pages, &options).map_err(|errors| {
        let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        tracing::error!(?messages, "a document could not be written as PDF");
        failed("the PDF")
    })
}

/// To be kept (PDF/A-2) and to be read aloud (tagged, PDF/UA-1).
const STANDARDS: &[PdfStandard] = &[PdfStandard::A_2a, PdfStandard::Ua_1];

/// A character that a font lacks is shown by its number, as in `[U+1B000]`: PDF/A
/// allows no page with a character that nobody can see. The other shapes keep it.
fn legible(value: serde_json::Value, loaded: &Loaded) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            let is_known = |c: char| loaded.fonts.iter().all(|font| font.info().coverage.contains(u32::from(c)));
            let mut shown = String::with_capacity(text.len());
            for c in text.chars() {
                if is_known(c) {
                    shown.push(c);
                } else {
                    shown.push_str(&format!("[U+{:04X}]", u32::from(c)));
                }
            }
            Value::String(shown)
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| legible(value, loaded)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, legible(value, loaded))).collect())
        }
        other => other,
    }
}

/// The document as the template reads it.
fn told(document: &Document, digest: &str) -> serde_json::Value {
    let content = &document.content;
    let cell = |cell: &Cell| json!({ "text": cell.shown(), "figure": cell.is_figure() });
    let section = |(index, part): (usize, &crate::document::Section)| {
        let table = part.table.as_ref().map(|table| {
            let rows: Vec<Vec<_>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
            json!({ "heads": table.heads, "rows": rows })
        });
        json!({ "heading": heading(index, &part.heading), "paragraphs": part.paragraphs, "table": table })
    };
    json!({
        "title": content.title,
        "number": document.number.as_deref().unwrap_or(PREVIEW),
        "is_preview": document.number.is_none(),
        "issuer": document.issuer,
        "addressee": content.addressee,
        "year": document.day.year(),
        "month": document.day.month(),
        "day": document.day.day(),
        "signed_on": chinese_day(document.day),
        "facts": content.facts.iter().map(|f| json!({ "label": f.label, "value": cell(&f.value) })).collect::<Vec<_>>(),
        "sections": content.sections.iter().enumerate().map(section).collect::<Vec<_>>(),
        "notes": content.notes,
        "sources": source_lines(document, digest),
    })
}
