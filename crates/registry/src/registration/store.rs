//! All SQL of registrations.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{RegistrationId, ResourceId};
use shuyu_model::registration::{Registrable, RegistrationCode, RegistrationKind};
use shuyu_model::{Day, Role, Time};

use super::{Application, ExchangeEntry, Registration, RegistrationState};
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

/// Of one subject, or of all where it is empty; oldest first.
pub(crate) async fn registrations(book: &mut Book<'_>, subject: &str) -> Result<Vec<Registration>> {
    let sql = "SELECT * FROM registrations WHERE $1 = '' OR subject = $1 ORDER BY id";
    let rows = book.read(sql, args![subject]).await?;
    read_all("registration", &rows, |row| {
        let exchange = match (row.row.opt_text("exchange")?, row.row.opt_text("exchange_number")?) {
            (Some(exchange), Some(number)) => Some(ExchangeEntry { exchange, number }),
            _ => None,
        };
        Ok(Registration {
            id: row.id("id")?,
            code: row.word("code", RegistrationCode::parse)?,
            kind: row.word("kind", RegistrationKind::parse)?,
            of: row.word("of_what", Registrable::parse)?,
            subject: row.text("subject")?,
            title: row.text("title")?,
            holder: row.id("holder")?,
            digest: row.digest("digest")?,
            issued: row.day("issued")?,
            valid_from: row.day("valid_from")?,
            valid_until: row.day("valid_until")?,
            state: row.word("state", RegistrationState::parse)?,
            predecessor: row.opt_id("predecessor")?,
            exchange,
            ended_at: row.opt_time("ended_at")?,
            ended_ground: row.row.opt_text("ended_ground")?,
        })
    })
}

/// How many results a day has had.
pub(crate) async fn issued_on(change: &mut Change, day: Day) -> Result<i64> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS total FROM registrations WHERE issued = $1";
    let rows = change.read(sql, args![day.to_string()]).await?;
    Ok(rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0))
}

pub(crate) async fn insert_registration(change: &mut Change, new: &Registration) -> Result<()> {
    let sql = "INSERT INTO registrations (id, code, kind, of_what, subject, title, holder, digest, issued, valid_from, \
               valid_until, state, predecessor, exchange, exchange_number) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let args = args![
        new.id.as_str(),
        new.code.as_str(),
        new.kind.word(),
        new.of.word(),
        &new.subject,
        &new.title,
        new.holder.as_str(),
        new.digest.to_string(),
        new.issued.to_string(),
        new.valid_from.to_string(),
        new.valid_until.to_string(),
        new.state.word(),
        new.predecessor.as_ref().map(RegistrationId::as_str),
        new.exchange.as_ref().map(|entry| entry.exchange.as_str()),
        new.exchange.as_ref().map(|entry| entry.number.as_str()),
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn end_registration(
    change: &mut Change,
    id: &RegistrationId,
    state: RegistrationState,
    ground: &str,
) -> Result<()> {
    let sql = "UPDATE registrations SET state = $2, ended_at = $3, ended_ground = $4 WHERE id = $1 AND state = 'valid'";
    let now = change.now();
    change.write(sql, args![id.as_str(), state.word(), now, ground]).await?;
    Ok(())
}

pub(crate) async fn set_exchange(change: &mut Change, id: &RegistrationId, entry: &ExchangeEntry) -> Result<()> {
    let sql = "UPDATE registrations SET exchange = $2, exchange_number = $3 WHERE id = $1";
    change.write(sql, args![id.as_str(), &entry.exchange, &entry.number]).await?;
    Ok(())
}

/// A registered resource holds until then, or is a draft again.
pub(crate) async fn set_resource_until(change: &mut Change, id: &ResourceId, until: Option<Time>) -> Result<()> {
    match until {
        Some(until) => {
            let sql = "UPDATE resources SET registered_until = $2 WHERE id = $1 AND state = 'registered'";
            change.write(sql, args![id.as_str(), until]).await?;
        }
        None => {
            let sql =
                "UPDATE resources SET state = 'draft', registered_at = NULL, registered_until = NULL WHERE id = $1";
            change.write(sql, args![id.as_str()]).await?;
        }
    }
    Ok(())
}

/// Of one subject, or of all where it is empty.
pub(crate) async fn applications(book: &mut Book<'_>, subject: &str) -> Result<Vec<Application>> {
    let sql = "SELECT *, subject AS id FROM registration_applications WHERE $1 = '' OR subject = $1";
    let rows = book.read(sql, args![subject]).await?;
    read_all("application", &rows, |row| {
        let years = row.row.opt_int("years")?.map(u8::try_from).transpose().map_err(|error| row.damaged(error))?;
        let product = row.row.opt_text("product")?;
        let product =
            product.map(|text| serde_json::from_str(&text).map_err(|error| row.damaged(error))).transpose()?;
        Ok(Application {
            subject: row.text("subject")?,
            kind: row.word("kind", RegistrationKind::parse)?,
            applicant: row.id("applicant")?,
            applicant_role: row.word("applicant_role", Role::parse)?,
            note: row.text("note")?,
            materials: row.json("materials")?,
            years,
            product,
            authors: row.json("authors")?,
            applied_on: row.day("applied_on")?,
        })
    })
}

/// Writes an application, in the place of the one before it.
pub(crate) async fn put_application(change: &mut Change, new: &Application) -> Result<()> {
    drop_application(change, &new.subject, new.kind).await?;
    let sql = "INSERT INTO registration_applications (subject, kind, applicant, applicant_role, note, materials, years, \
               product, authors, applied_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        &new.subject,
        new.kind.word(),
        new.applicant.as_str(),
        new.applicant_role.word(),
        &new.note,
        json(&new.materials)?,
        new.years.map(i64::from),
        new.product.as_ref().map(json).transpose()?,
        json(&new.authors)?,
        new.applied_on.to_string(),
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn drop_application(change: &mut Change, subject: &str, kind: RegistrationKind) -> Result<()> {
    let sql = "DELETE FROM registration_applications WHERE subject = $1 AND kind = $2";
    change.write(sql, args![subject, kind.word()]).await?;
    Ok(())
}

pub(crate) async fn drop_applications(change: &mut Change, subject: &str) -> Result<()> {
    change.write("DELETE FROM registration_applications WHERE subject = $1", args![subject]).await?;
    Ok(())
}
