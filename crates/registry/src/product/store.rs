//! All SQL of findings on products, rights in them and special uses.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{PersonId, ProductId, ScenarioId};
use shuyu_model::regime::{Interest, Right, SpecialUse};
use shuyu_model::{Digest, Time};

use super::rights::{Allotted, NewRight};
use super::{DeclaredUse, ProductFinding};
use crate::store::{Book, read_all};
use crate::{FindingOutcome, RegistryError};

type Result<T> = std::result::Result<T, RegistryError>;

/// What was found on a product, or on all where `product` is empty, oldest first.
pub(crate) async fn findings(book: &mut Book<'_>, product: &str) -> Result<Vec<(ProductId, ProductFinding)>> {
    let sql = "SELECT product, interest, number, outcome, treatment, document_digest, found_by, organisation, found_at \
               FROM product_findings WHERE $1 = '' OR product = $1 ORDER BY product, interest, number";
    let rows = book.read(sql, args![product]).await?;
    read_all("product finding", &rows, |row| {
        let finding = ProductFinding {
            interest: row.word("interest", Interest::parse)?,
            number: u32::try_from(row.row.int("number")?).map_err(|error| row.damaged(error))?,
            outcome: row.word("outcome", FindingOutcome::parse)?,
            treatment: row.row.opt_text("treatment")?,
            document_digest: row.digest("document_digest")?,
            found_by: row.id("found_by")?,
            organisation: row.id("organisation")?,
            found_at: Time(row.row.int("found_at")?),
        };
        Ok((row.id("product")?, finding))
    })
}

pub(crate) async fn insert_finding(change: &mut Change, product: &ProductId, new: &ProductFinding) -> Result<()> {
    let sql = "INSERT INTO product_findings (product, interest, number, outcome, treatment, document_digest, found_by, \
               organisation, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        product.as_str(),
        new.interest.word(),
        i64::from(new.number),
        new.outcome.word(),
        new.treatment.as_deref(),
        new.document_digest.to_string(),
        new.found_by.as_str(),
        new.organisation.as_str(),
        new.found_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The rights that were allotted in a product, oldest first.
pub(crate) async fn rights(book: &mut Book<'_>, product: &str) -> Result<Vec<Allotted>> {
    let sql = "SELECT held_right, number, holder, agreement FROM product_rights WHERE product = $1 ORDER BY number";
    let rows = book.read(sql, args![product]).await?;
    read_all("product right", &rows, |row| {
        Ok(Allotted {
            held_right: row.word("held_right", Right::parse)?,
            number: row.row.int("number")?,
            holder: row.id("holder")?,
            agreement: row.id("agreement")?,
        })
    })
}

pub(crate) async fn rights_in(change: &mut Change, product: &str) -> Result<Vec<Allotted>> {
    rights(&mut Book::Change(change), product).await
}

pub(crate) async fn insert_right(
    change: &mut Change,
    product: &ProductId,
    number: i64,
    new: &NewRight,
    by: &PersonId,
) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO product_rights (product, held_right, number, holder, agreement, document_digest, said_by, \
               said_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        product.as_str(),
        new.held_right.word(),
        number,
        new.holder.as_str(),
        new.agreement.as_str(),
        new.document_digest.to_string(),
        by.as_str(),
        now,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The special uses of a scenario, or of all where `scenario` is empty.
pub(crate) async fn special_uses(book: &mut Book<'_>, scenario: &str) -> Result<Vec<(ScenarioId, DeclaredUse)>> {
    let sql = "SELECT scenario, use_word, declared_by, declared_at, permission, permitted_at FROM special_uses \
               WHERE $1 = '' OR scenario = $1 ORDER BY scenario, use_word";
    let rows = book.read(sql, args![scenario]).await?;
    read_all("special use", &rows, |row| {
        let declared = DeclaredUse {
            special_use: row.word("use_word", SpecialUse::parse)?,
            declared_by: row.id("declared_by")?,
            declared_at: Time(row.row.int("declared_at")?),
            permission: row.opt_digest("permission")?,
            permitted_at: row.opt_time("permitted_at")?,
        };
        Ok((row.id("scenario")?, declared))
    })
}

pub(crate) async fn declare_use(
    change: &mut Change,
    scenario: &ScenarioId,
    special_use: SpecialUse,
    by: &PersonId,
) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO special_uses (scenario, use_word, declared_by, declared_at) VALUES ($1, $2, $3, $4)";
    change.write(sql, args![scenario.as_str(), special_use.word(), by.as_str(), now]).await?;
    Ok(())
}

pub(crate) async fn permit_use(
    change: &mut Change,
    scenario: &ScenarioId,
    special_use: SpecialUse,
    permission: Digest,
    by: &PersonId,
) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE special_uses SET permission = $3, permitted_by = $4, permitted_at = $5 \
               WHERE scenario = $1 AND use_word = $2";
    let args = args![scenario.as_str(), special_use.word(), permission.to_string(), by.as_str(), now];
    change.write(sql, args).await?;
    Ok(())
}
