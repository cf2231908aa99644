//! All SQL of the coordination group.

use shuyu_ledger::{Change, Row, args};
use shuyu_model::Time;
use shuyu_model::id::{OrganisationId, PersonId};

use super::{GroupExpert, GroupMeeting, GroupMember, NewGroupExpert, NewGroupMeeting, NewGroupMember};
use crate::CaseworkError;
use crate::store::{Book, Reader, json, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

pub(super) async fn members(book: &mut Book<'_>) -> Result<Vec<GroupMember>> {
    let sql = "SELECT * FROM group_members WHERE left_at IS NULL ORDER BY number";
    let read = |row: &Row| {
        let row = Reader(row);
        let organisation = row.0.opt_text("organisation")?;
        Ok(GroupMember {
            number: row.0.int("number")?,
            department: row.0.text("department")?,
            organisation: organisation.map(OrganisationId::try_from).transpose().map_err(|error| row.damaged(error))?,
            person: row.0.text("person")?,
        })
    };
    book.read(sql, args![]).await?.iter().map(read).collect()
}

pub(super) async fn insert_member(change: &mut Change, number: i64, new: &NewGroupMember, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO group_members (number, department, organisation, person, entered_by, entered_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let now = change.now();
    let organisation = new.organisation.as_ref().map(OrganisationId::as_str);
    change.write(sql, args![number, new.department.trim(), organisation, new.person.trim(), by.as_str(), now]).await?;
    Ok(())
}

pub(super) async fn experts(book: &mut Book<'_>) -> Result<Vec<GroupExpert>> {
    let sql = "SELECT * FROM group_experts ORDER BY number";
    let read = |row: &Row| {
        let row = Reader(row);
        Ok(GroupExpert {
            number: row.0.int("number")?,
            name: row.0.text("name")?,
            employer: row.0.text("employer")?,
            field: row.0.text("field")?,
            appointment: row.opt_digest("appointment")?.ok_or_else(|| row.damaged("`appointment` is empty"))?,
        })
    };
    book.read(sql, args![]).await?.iter().map(read).collect()
}

pub(super) async fn insert_expert(change: &mut Change, number: i64, new: &NewGroupExpert, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO group_experts (number, name, employer, field, appointment, entered_by, entered_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (appointment, now) = (new.appointment.to_string(), change.now());
    let args = args![number, new.name.trim(), new.employer.trim(), new.field.trim(), appointment, by.as_str(), now];
    change.write(sql, args).await?;
    Ok(())
}

/// Newest first.
pub(super) async fn meetings(book: &mut Book<'_>, items_max: usize) -> Result<Vec<GroupMeeting>> {
    let sql = "SELECT * FROM group_meetings ORDER BY number DESC LIMIT $1";
    let read = |row: &Row| {
        let row = Reader(row);
        Ok(GroupMeeting {
            number: row.0.int("number")?,
            held_on: row.day("held_on")?,
            agenda: row.json("agenda")?,
            present: row.json("present")?,
            minutes: row.opt_digest("minutes")?.ok_or_else(|| row.damaged("`minutes` is empty"))?,
            recorded_at: Time(row.0.int("recorded_at")?),
        })
    };
    book.read(sql, args![to_i64(items_max)]).await?.iter().map(read).collect()
}

pub(super) async fn insert_meeting(
    change: &mut Change,
    number: i64,
    new: &NewGroupMeeting,
    by: &PersonId,
) -> Result<()> {
    let sql = "INSERT INTO group_meetings (number, held_on, agenda, present, minutes, recorded_by, recorded_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let now = change.now();
    let (held_on, minutes) = (new.held_on.to_string(), new.minutes.to_string());
    let args = args![number, held_on, json(&new.agenda)?, json(&new.present)?, minutes, by.as_str(), now];
    change.write(sql, args).await?;
    Ok(())
}
