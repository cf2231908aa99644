//! What is asked for, and what was issued.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{DocumentId, OrganisationId, PersonId};
use shuyu_model::{Digest, Time};

use crate::{DocumentKind, Period};

/// One of the three shapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A page.
    Html,
    /// To be kept and printed.
    Pdf,
    /// To reckon with.
    Xlsx,
}

impl Shape {
    /// Every one.
    pub const ALL: [Shape; 3] = [Self::Html, Self::Pdf, Self::Xlsx];

    /// The word in addresses and names of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A document to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// Of which kind.
    pub kind: DocumentKind,
    /// What it is about, where the kind is about something: an id, or a report's name.
    #[serde(default)]
    pub about: Option<String>,
    /// For which period, where the kind accounts for one.
    #[serde(default)]
    pub period: Option<Period>,
    /// What the records do not hold, by the headings that the rules prescribe.
    #[serde(default)]
    pub told: BTreeMap<String, String>,
    /// The issued document in whose place it comes.
    #[serde(default)]
    pub supersedes: Option<DocumentId>,
}

/// A document that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issued {
    /// Its id.
    pub id: DocumentId,
    /// Of which kind.
    pub kind: DocumentKind,
    /// Its number.
    pub number: String,
    /// Whose it is.
    pub issuer: OrganisationId,
    /// About what; empty where about nothing in particular.
    pub about: String,
    /// For which period; none where it accounts for none.
    pub period: Option<Period>,
    /// Its title.
    pub title: String,
    /// Whether everybody may read it.
    pub is_public: bool,
    /// Under which version of which rules.
    pub regime: String,
    /// Of what it says.
    pub content_digest: Digest,
    /// Of the page.
    pub html_digest: Digest,
    /// Of the PDF.
    pub pdf_digest: Digest,
    /// Of the workbook.
    pub xlsx_digest: Digest,
    /// Who issued it.
    pub issued_by: PersonId,
    /// When.
    pub issued_at: Time,
    /// In whose place it came.
    pub supersedes: Option<DocumentId>,
    /// What came in its place.
    pub superseded_by: Option<DocumentId>,
}

impl Issued {
    /// The digest of a shape's bytes.
    pub fn digest_of(&self, shape: Shape) -> Digest {
        match shape {
            Shape::Html => self.html_digest,
            Shape::Pdf => self.pdf_digest,
            Shape::Xlsx => self.xlsx_digest,
        }
    }
}

/// Which documents to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of this kind.
    pub kind: Option<DocumentKind>,
    /// About this.
    pub about: Option<String>,
}
