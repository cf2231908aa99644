//! The SQL of documents.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{DocumentId, OrganisationId};
use shuyu_model::{Actor, Time};

use crate::issued::{DocumentFilter, Issued};
use crate::{DocumentKind, DocumentsError, Period};

type Result<T> = std::result::Result<T, DocumentsError>;

const TABLE: &str = "documents";

fn stored() -> DocumentsError {
    DocumentsError::Stored { table: TABLE }
}

fn read<T: TryFrom<String>>(row: &Row, column: &str) -> Result<T> {
    T::try_from(row.text(column)?).map_err(|_| stored())
}

fn opt<T: TryFrom<String>>(row: &Row, column: &str) -> Result<Option<T>> {
    row.opt_text(column)?.map(|text| T::try_from(text).map_err(|_| stored())).transpose()
}

fn issued(row: &Row) -> Result<Issued> {
    let digest = |column: &str| shuyu_model::Digest::parse(&row.text(column)?).map_err(|_| stored());
    let period = row.text("period")?;
    Ok(Issued {
        id: read(row, "id")?,
        kind: DocumentKind::parse(&row.text("kind")?).ok_or_else(stored)?,
        number: row.text("number")?,
        issuer: read(row, "issuer")?,
        about: row.text("about")?,
        period: (!period.is_empty()).then(|| Period::parse(&period).map_err(|_| stored())).transpose()?,
        title: row.text("title")?,
        is_public: row.int("is_public")? != 0,
        regime: row.text("regime")?,
        content_digest: digest("content_digest")?,
        html_digest: digest("html_digest")?,
        pdf_digest: digest("pdf_digest")?,
        xlsx_digest: digest("xlsx_digest")?,
        issued_by: read(row, "issued_by")?,
        issued_at: Time(row.int("issued_at")?),
        supersedes: opt(row, "supersedes")?,
        superseded_by: opt(row, "superseded_by")?,
    })
}

/// The number that comes next for an issuer in a year.
const NEXT: &str = "SELECT COALESCE(MAX(counter), 0) + 1 AS next FROM documents WHERE issuer = $1 AND year = $2";

pub(crate) async fn next(ledger: &Ledger, issuer: &OrganisationId, year: i64) -> Result<i64> {
    let rows = ledger.read(NEXT, args![issuer.as_str(), year]).await?;
    Ok(rows.first().ok_or_else(stored)?.int("next")?)
}

pub(crate) async fn next_in(change: &mut Change, issuer: &OrganisationId, year: i64) -> Result<i64> {
    let rows = change.read(NEXT, args![issuer.as_str(), year]).await?;
    Ok(rows.first().ok_or_else(stored)?.int("next")?)
}

/// Those of a kind, subject, period and issuer that nothing has superseded.
const STANDING: &str = "SELECT * FROM documents WHERE kind = $1 AND about = $2 AND period = $3 AND issuer = $4
                        AND superseded_by IS NULL ORDER BY id";

pub(crate) async fn standing(ledger: &Ledger, of: &Issued) -> Result<Vec<Issued>> {
    let period = of.period.map(|period| period.to_string()).unwrap_or_default();
    let args = args![of.kind.word(), of.about.as_str(), period, of.issuer.as_str()];
    ledger.read(STANDING, args).await?.iter().map(issued).collect()
}

pub(crate) async fn standing_in(change: &mut Change, of: &Issued) -> Result<Vec<Issued>> {
    let period = of.period.map(|period| period.to_string()).unwrap_or_default();
    let args = args![of.kind.word(), of.about.as_str(), period, of.issuer.as_str()];
    change.read(STANDING, args).await?.iter().map(issued).collect()
}

pub(crate) async fn insert(
    change: &mut Change,
    document: &Issued,
    year: i64,
    counter: i64,
    parties: &[OrganisationId],
) -> Result<()> {
    let period = document.period.map(|period| period.to_string()).unwrap_or_default();
    change
        .write(
            "INSERT INTO documents (id, kind, number, issuer, year, counter, about, period, title, is_public, regime,
                content_digest, html_digest, pdf_digest, xlsx_digest, issued_by, issued_at, supersedes)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            args![
                document.id.as_str(),
                document.kind.word(),
                document.number.as_str(),
                document.issuer.as_str(),
                year,
                counter,
                document.about.as_str(),
                period,
                document.title.as_str(),
                document.is_public,
                document.regime.as_str(),
                document.content_digest.to_string(),
                document.html_digest.to_string(),
                document.pdf_digest.to_string(),
                document.xlsx_digest.to_string(),
                document.issued_by.as_str(),
                document.issued_at,
                document.supersedes.as_ref().map(DocumentId::as_str),
            ],
        )
        .await?;
    for party in parties {
        change
            .write(
                "INSERT INTO document_parties (document_id, organisation) VALUES ($1, $2)",
                args![document.id.as_str(), party.as_str()],
            )
            .await?;
    }
    if let Some(old) = &document.supersedes {
        change
            .write("UPDATE documents SET superseded_by = $1 WHERE id = $2", args![document.id.as_str(), old.as_str()])
            .await?;
    }
    Ok(())
}

/// Who may read: everybody what is public, its issuer and parties theirs, who
/// supervises all. `$1` is 1 for them, `$2` the own organisation or nothing.
pub(crate) async fn find(ledger: &Ledger, viewer: Option<&Actor>, id: &DocumentId) -> Result<Option<Issued>> {
    let rows = ledger
        .read(
            "SELECT * FROM documents d WHERE id = $3 AND ($1 = 1 OR is_public = 1 OR issuer = $2
                OR EXISTS (SELECT 1 FROM document_parties p WHERE p.document_id = d.id AND p.organisation = $2))",
            args![viewer.is_some_and(sees_all), own(viewer), id.as_str()],
        )
        .await?;
    rows.first().map(issued).transpose()
}

fn own(viewer: Option<&Actor>) -> &str {
    viewer.map_or("", |actor| actor.organisation.as_str())
}

pub(crate) fn sees_all(viewer: &Actor) -> bool {
    use shuyu_model::Role::{Agency, AuditAdmin, Regulator, Supervisor};
    [Regulator, Agency, Supervisor, AuditAdmin].iter().any(|role| viewer.is(*role))
}

/// A piece of the list, oldest first, and how many there are in all.
pub(crate) async fn list(
    ledger: &Ledger,
    viewer: Option<&Actor>,
    filter: &DocumentFilter,
    after: &str,
    rows_max: i64,
) -> Result<(Vec<Issued>, usize)> {
    let kind = filter.kind.map_or("", DocumentKind::word);
    let about = filter.about.as_deref().unwrap_or_default();
    let (all, own) = (viewer.is_some_and(sees_all), own(viewer));
    let rows = ledger
        .read(
            "SELECT * FROM documents d WHERE ($1 = 1 OR is_public = 1 OR issuer = $2
                OR EXISTS (SELECT 1 FROM document_parties p WHERE p.document_id = d.id AND p.organisation = $2))
             AND ($3 = '' OR kind = $3) AND ($4 = '' OR about = $4) AND id > $5 ORDER BY id LIMIT $6",
            args![all, own, kind, about, after, rows_max],
        )
        .await?;
    let total = ledger
        .read(
            "SELECT COUNT(*) AS total FROM documents d WHERE ($1 = 1 OR is_public = 1 OR issuer = $2
                OR EXISTS (SELECT 1 FROM document_parties p WHERE p.document_id = d.id AND p.organisation = $2))
             AND ($3 = '' OR kind = $3) AND ($4 = '' OR about = $4)",
            args![all, own, kind, about],
        )
        .await?;
    let total = total.first().ok_or_else(stored)?.int("total")?;
    let found = rows.iter().map(issued).collect::<Result<_>>()?;
    Ok((found, usize::try_from(total).unwrap_or(usize::MAX)))
}

/// All reports and disclosures that stand, for what is owed.
pub(crate) async fn periodic(ledger: &Ledger, since: Time, rows_max: usize) -> Result<Vec<Issued>> {
    ledger
        .read(
            "SELECT * FROM documents WHERE period <> '' AND issued_at >= $1 ORDER BY id LIMIT $2",
            args![since, i64::try_from(rows_max).unwrap_or(i64::MAX)],
        )
        .await?
        .iter()
        .map(issued)
        .collect()
}

/// The ids of all, to know which files belong to one.
pub(crate) async fn exists(ledger: &Ledger, id: &DocumentId) -> Result<bool> {
    Ok(!ledger.read("SELECT id FROM documents WHERE id = $1", args![id.as_str()]).await?.is_empty())
}
