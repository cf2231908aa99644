//! Shapes of documents.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// Of which kind a document is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The scheme of authorised operation, about its matter.
    Scheme,
    /// An agreement of agency and operator.
    OperatorAgreement,
    /// An agreement of operator and entity.
    DevelopmentAgreement,
    /// An agreement with a processor.
    ProcessorAgreement,
    /// What is registered and can be authorised.
    Catalog,
    /// What the public is told of a period.
    Disclosure,
    /// A report that the rules ask of an operator, about its name.
    OperatorReport,
    /// The result of an assessment, about its matter.
    AssessmentResult,
    /// The use of a department's data in a period, about the department.
    SourceAccount,
    /// The products that applications for scenarios plan, by class.
    PlannedProducts,
    /// What of a case or matter is filed with whom.
    Filing,
    /// A closed month.
    Statement,
}

/// A document to be made.
#[derive(ToSchema)]
pub struct NewDocument {
    /// Of which kind.
    pub kind: DocumentKind,
    /// What it is about, where the kind is about something: an id, or a report's name.
    #[schema(required = false)]
    pub about: Option<String>,
    /// For which period, where the kind accounts for one: `2026`, `2026-H1`, `2026-Q3`, `2026-11`.
    #[schema(required = false, pattern = "^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$")]
    pub period: Option<String>,
    /// What the records do not hold, by the headings that the rules prescribe.
    #[schema(required = false)]
    pub told: BTreeMap<String, String>,
    /// The issued document in whose place it comes.
    #[schema(required = false, pattern = "^DOC-[0-9a-f]{32}$")]
    pub supersedes: Option<String>,
}

/// A document that was issued.
#[derive(ToSchema)]
pub struct IssuedDocument {
    /// Its id.
    pub id: String,
    /// Of which kind.
    pub kind: DocumentKind,
    /// Its number, which counts for its issuer and year.
    pub number: String,
    /// Whose it is.
    pub issuer: String,
    /// About what; empty where about nothing in particular.
    pub about: String,
    /// For which period.
    pub period: Option<String>,
    /// Its title.
    pub title: String,
    /// Whether everybody may read it.
    pub is_public: bool,
    /// Under which version of which rules.
    pub regime: String,
    /// The digest of what it says, which stands at its end.
    pub content_digest: String,
    /// The digest of the page.
    pub html_digest: String,
    /// The digest of the PDF.
    pub pdf_digest: String,
    /// The digest of the workbook.
    pub xlsx_digest: String,
    /// Who issued it.
    pub issued_by: String,
    /// When, in microseconds.
    pub issued_at: i64,
    /// In whose place it came.
    pub supersedes: Option<String>,
    /// What came in its place.
    pub superseded_by: Option<String>,
}
