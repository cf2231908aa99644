//! All SQL of those for whom cases are opened.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{CaseId, OrganisationId, PersonId};

use crate::CaseworkError;
use crate::store::{Book, Reader};

pub(crate) async fn of(book: &mut Book<'_>, id: &CaseId) -> Result<Vec<OrganisationId>, CaseworkError> {
    let sql = "SELECT case_id, organisation FROM case_applicants WHERE case_id = $1 ORDER BY organisation";
    book.read(sql, args![id.as_str()]).await?.iter().map(|row| Reader(row).id("organisation")).collect()
}

pub(super) async fn insert(
    change: &mut Change,
    id: &CaseId,
    applicant: &OrganisationId,
    by: &PersonId,
) -> Result<(), CaseworkError> {
    let sql = "INSERT INTO case_applicants (case_id, organisation, named_by, named_at) VALUES ($1, $2, $3, $4)";
    let now = change.now();
    change.write(sql, args![id.as_str(), applicant.as_str(), by.as_str(), now]).await?;
    Ok(())
}
