//! All SQL of matters.

use std::collections::BTreeSet;
use std::str::FromStr;

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;
use shuyu_model::{Day, Digest, Time};

use super::view::sees_all;
use super::{Matter, MatterFiling, MatterFilter, Moved};
use crate::CaseworkError;
use crate::districts::Sight;
use crate::store::{Book, Reader, json, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

fn day(row: &Reader<'_>, column: &str) -> Result<Option<Day>> {
    let text = row.0.opt_text(column)?;
    text.map(|text| Day::from_str(&text).map_err(|error| row.damaged(error))).transpose()
}

fn opt_id<T: TryFrom<String, Error = shuyu_model::id::IdError>>(row: &Reader<'_>, column: &str) -> Result<Option<T>> {
    let text = row.0.opt_text(column)?;
    text.map(|text| T::try_from(text).map_err(|error| row.damaged(error))).transpose()
}

pub(crate) fn read_matter(row: &Row) -> Result<Matter> {
    let row = Reader(row);
    let kind = row.word("kind", MatterKind::parse)?;
    let due_is_estimated = row.0.int("due_is_estimated")? != 0;
    Ok(Matter {
        id: row.id("id")?,
        kind,
        rules: row.json("rules_text")?,
        regime: row.0.text("regime")?,
        subject: row.0.text("subject")?,
        subject_organisation: opt_id(&row, "subject_organisation")?,
        counterparty: opt_id(&row, "counterparty")?,
        title: row.0.text("title")?,
        // Upholds INVARIANT (in the table) on reading back.
        state: row.word("state", |word| kind.machine().state(word).map(|state| state.word))?,
        entered_at: Time(row.0.int("entered_at")?),
        due: day(&row, "due_day")?.map(|day| WorkingDay { day, is_estimated: due_is_estimated }),
        platform_day: day(&row, "platform_day")?,
        version: row.0.int("version")?,
        opener: row.id("opener")?,
        opener_person: row.id("opener_person")?,
        parties: row.json("parties")?,
        authors: row.json("authors")?,
        facts: row.json("facts")?,
        opened_at: Time(row.0.int("opened_at")?),
        ended_at: row.0.opt_int("ended_at")?.map(Time),
    })
}

pub(crate) async fn matter(book: &mut Book<'_>, id: &MatterId) -> Result<Matter> {
    let rows = book.read("SELECT * FROM matters WHERE id = $1", args![id.as_str()]).await?;
    read_matter(rows.first().ok_or_else(|| CaseworkError::Unknown { id: id.to_string() })?)
}

/// The same; `None` where there is none of that id.
pub(crate) async fn named(book: &mut Book<'_>, id: &MatterId) -> Result<Option<Matter>> {
    match matter(book, id).await {
        Ok(matter) => Ok(Some(matter)),
        Err(CaseworkError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) async fn insert_matter(change: &mut Change, new: &Matter) -> Result<()> {
    let sql = "INSERT INTO matters (id, kind, rules_text, regime, subject, subject_organisation, counterparty, title, \
               state, entered_at, due_day, due_is_estimated, platform_day, version, opener, opener_person, parties, \
               authors, facts, opened_at, ended_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    let args = args![
        new.id.as_str(),
        new.kind.word(),
        json(&new.rules)?,
        &new.regime,
        &new.subject,
        new.subject_organisation.as_ref().map(OrganisationId::as_str),
        new.counterparty.as_ref().map(OrganisationId::as_str),
        &new.title,
        new.state,
        new.entered_at,
        new.due.map(|due| due.day.to_string()),
        new.due.is_some_and(|due| due.is_estimated),
        new.platform_day.map(|day| day.to_string()),
        new.version,
        new.opener.as_str(),
        new.opener_person.as_str(),
        json(&new.parties)?,
        json(&new.authors)?,
        json(&new.facts)?,
        new.opened_at,
        new.ended_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Writes what a move changed; `version` has been counted up by it.
pub(crate) async fn update_matter(change: &mut Change, matter: &Matter) -> Result<()> {
    let sql = "UPDATE matters SET state = $2, entered_at = $3, due_day = $4, due_is_estimated = $5, \
               platform_day = $6, version = $7, facts = $8, ended_at = $9, counterparty = $11 \
               WHERE id = $1 AND version = $10";
    let args = args![
        matter.id.as_str(),
        matter.state,
        matter.entered_at,
        matter.due.map(|due| due.day.to_string()),
        matter.due.is_some_and(|due| due.is_estimated),
        matter.platform_day.map(|day| day.to_string()),
        matter.version,
        json(&matter.facts)?,
        matter.ended_at,
        matter.version.saturating_sub(1),
        matter.counterparty.as_ref().map(OrganisationId::as_str),
    ];
    match change.write(sql, args).await? {
        1 => Ok(()),
        _ => Err(CaseworkError::Stale { version: matter.version }),
    }
}

/// The one of the same kind, subject and counterparty that has not ended.
pub(crate) async fn running(change: &mut Change, matter: &Matter) -> Result<Option<String>> {
    let sql = "SELECT id FROM matters WHERE subject = $1 AND kind = $2 AND ended_at IS NULL \
               AND (counterparty = $3 OR (counterparty IS NULL AND $3 = ''))";
    let counterparty = matter.counterparty.as_ref().map_or("", OrganisationId::as_str);
    let rows = change.read(sql, args![&matter.subject, matter.kind.word(), counterparty]).await?;
    Ok(rows.first().map(|row| row.text("id")).transpose()?)
}

/// What a viewer may see of what a filter asks for. `$1` is the viewer's
/// organisation, or empty for who sees all; the others are empty where not asked for.
/// What is open to all is said by `MatterKind::is_open_to_all`, too.
macro_rules! listed {
    () => {
        " FROM matters m WHERE ($1 = '' OR m.opener = $1 OR m.subject_organisation = $1 OR m.counterparty = $1 \
         OR m.parties LIKE '%\"' || $1 || '\"%' \
         OR EXISTS (SELECT 1 FROM district_places p WHERE p.district = $6 \
         AND (p.organisation = m.opener OR p.organisation = m.subject_organisation)) \
         OR (m.kind = 'call' AND m.state IN ('published', 'closed', 'evaluated'))) \
         AND ($2 = '' OR m.kind = $2) AND ($3 = '' OR m.state = $3) \
         AND ($4 = '' OR m.opener = $4 OR m.subject_organisation = $4 OR m.counterparty = $4) \
         AND ($5 = '' OR m.subject = $5)"
    };
}

pub(crate) async fn list(
    ledger: &Ledger,
    sight: &Sight,
    filter: &MatterFilter,
    after: &str,
    items_max: usize,
) -> Result<(Vec<Matter>, usize)> {
    let viewer = sight.narrow();
    let own = if sees_all(&viewer) { "" } else { viewer.organisation.as_str() };
    let asked = || {
        args![
            own,
            filter.kind.map_or("", MatterKind::word),
            filter.state.as_deref().unwrap_or_default(),
            filter.organisation.as_ref().map_or("", OrganisationId::as_str),
            filter.subject.as_deref().unwrap_or_default(),
            sight.whole_district(),
        ]
    };
    let count = ledger.read(concat!("SELECT CAST(count(*) AS BIGINT) AS total", listed!()), asked()).await?;
    let total = count.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = concat!("SELECT m.*", listed!(), " AND m.id > $7 ORDER BY m.id LIMIT $8");
    let mut args = asked();
    args.extend(args![after, to_i64(items_max)]);
    let found = ledger.read(sql, args).await?.iter().map(read_matter).collect::<Result<_>>()?;
    Ok((found, usize::try_from(total).unwrap_or(0)))
}

/// The matters of a kind that tell this, oldest first.
pub(crate) async fn told(ledger: &Ledger, kind: MatterKind, (key, value): (&str, &str)) -> Result<Vec<Matter>> {
    let sql = "SELECT m.* FROM matters m WHERE m.kind = $1 AND m.ended_at IS NULL ORDER BY m.id";
    let mut found = Vec::new();
    for row in &ledger.read(sql, args![kind.word()]).await? {
        found.push(read_matter(row)?);
    }
    found.retain(|matter: &Matter| matter.facts.get(key).is_some_and(|told| told == value));
    Ok(found)
}

/// Notes that what says that rights were given away opened a rectification; `false` where
/// it had.
pub(crate) async fn insert_violation(change: &mut Change, ground: &str, matter: &MatterId) -> Result<bool> {
    let sql = "INSERT INTO violations (ground, matter_id, opened_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let now = change.now();
    Ok(change.write(sql, args![ground, matter.as_str(), now]).await? == 1)
}

/// Whether what is on record under this id has opened a matter.
pub(crate) async fn has_opened(ledger: &Ledger, ground: &str) -> Result<bool> {
    let sql = "SELECT ground FROM violations WHERE ground = $1";
    Ok(!ledger.read(sql, args![ground]).await?.is_empty())
}

/// The matters whose platform's day has come, the longest waiting first.
pub(crate) async fn due_for_platform(ledger: &Ledger, today: Day, items_max: usize) -> Result<Vec<MatterId>> {
    let sql = "SELECT id FROM matters WHERE platform_day IS NOT NULL AND platform_day <= $1 \
               ORDER BY platform_day, id LIMIT $2";
    let rows = ledger.read(sql, args![today.to_string(), to_i64(items_max)]).await?;
    rows.iter().map(|row| Reader(row).id("id")).collect()
}

/// The matters of a kind that stand in a state, the newest first.
pub(crate) async fn standing(ledger: &Ledger, kind: MatterKind, state: &str, items_max: usize) -> Result<Vec<Matter>> {
    let sql = "SELECT * FROM matters WHERE kind = $1 AND state = $2 ORDER BY entered_at DESC, id LIMIT $3";
    ledger.read(sql, args![kind.word(), state, to_i64(items_max)]).await?.iter().map(read_matter).collect()
}

/// Every matter that has not ended or ended after `since`, oldest first; and every
/// assessment, exit, inspection, selection and risk report, however old: the next one is
/// counted from the last, and who follows may have been chosen years before.
pub(crate) async fn recent(ledger: &Ledger, since: Time, items_max: usize) -> Result<Vec<Matter>> {
    let sql = "SELECT * FROM matters WHERE ended_at IS NULL OR ended_at >= $1 \
               OR kind IN ('assessment', 'exit', 'inspection', 'operator_selection', 'risk_report') \
               ORDER BY id LIMIT $2";
    ledger.read(sql, args![since, to_i64(items_max)]).await?.iter().map(read_matter).collect()
}

/// The matters of a kind, oldest first.
pub(crate) async fn of_kind(ledger: &Ledger, kind: MatterKind, items_max: usize) -> Result<Vec<Matter>> {
    let sql = "SELECT * FROM matters WHERE kind = $1 ORDER BY id LIMIT $2";
    ledger.read(sql, args![kind.word(), to_i64(items_max)]).await?.iter().map(read_matter).collect()
}

// Moves.

fn read_move(row: &Row) -> Result<Moved> {
    let row = Reader(row);
    Ok(Moved {
        version: row.0.int("version")?,
        by: row.0.text("move")?,
        from: row.0.text("from_state")?,
        to: row.0.text("to_state")?,
        person: opt_id(&row, "person")?,
        organisation: opt_id(&row, "organisation")?,
        reason: row.0.text("reason")?,
        evidence: row.opt_digest("evidence")?,
        facts: row.json("facts")?,
        cites: Vec::new(),
        assignee: opt_id(&row, "assignee")?,
        due_day: day(&row, "due_day")?,
        at: Time(row.0.int("moved_at")?),
    })
}

pub(crate) async fn moves(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<Moved>> {
    let sql = "SELECT * FROM matter_moves WHERE matter_id = $1 ORDER BY version";
    let mut moves: Vec<Moved> =
        book.read(sql, args![id.as_str()]).await?.iter().map(read_move).collect::<Result<_>>()?;
    let sql = "SELECT version, cited FROM matter_cites WHERE matter_id = $1 ORDER BY version, cited";
    for row in book.read(sql, args![id.as_str()]).await? {
        let (version, cited) = (row.int("version")?, row.text("cited")?);
        moves.iter_mut().filter(|moved| moved.version == version).for_each(|moved| moved.cites.push(cited.clone()));
    }
    Ok(moves)
}

/// Whose use a refusal of the journal turned away; nobody's where it names nobody,
/// `None` where the entry is no refusal.
pub(crate) async fn refused(book: &mut Book<'_>, number: i64) -> Result<Option<Option<OrganisationId>>> {
    let rows = book.read("SELECT seq AS id, written FROM journal WHERE seq = $1", args![number]).await?;
    let Some(row) = rows.first().map(Reader) else { return Ok(None) };
    let entry: Refused = serde_json::from_str(&row.0.text("written")?).map_err(|error| row.damaged(error))?;
    Ok((!entry.refused.is_empty()).then_some(entry.organisation))
}

/// What of a journal entry says that it is a refusal, and whose.
#[derive(serde::Deserialize)]
struct Refused {
    #[serde(default)]
    refused: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    organisation: Option<OrganisationId>,
}

/// The matters that cite a record, oldest first.
pub(crate) async fn citing(book: &mut Book<'_>, cited: &str, items_max: usize) -> Result<Vec<Matter>> {
    let sql = "SELECT m.* FROM matters m WHERE m.id IN (SELECT matter_id FROM matter_cites WHERE cited = $1) \
               ORDER BY m.id LIMIT $2";
    book.read(sql, args![cited, to_i64(items_max)]).await?.iter().map(read_matter).collect()
}

/// The matters about a record, oldest first.
pub(crate) async fn on_subject(book: &mut Book<'_>, subject: &str, items_max: usize) -> Result<Vec<Matter>> {
    let sql = "SELECT * FROM matters WHERE subject = $1 ORDER BY id LIMIT $2";
    book.read(sql, args![subject, to_i64(items_max)]).await?.iter().map(read_matter).collect()
}

/// The matters of a kind in one of two states, newest first.
pub(crate) async fn in_states(
    ledger: &Ledger,
    kind: MatterKind,
    states: [&str; 2],
    items_max: usize,
) -> Result<Vec<Matter>> {
    let sql = "SELECT * FROM matters WHERE kind = $1 AND state IN ($2, $3) ORDER BY id DESC LIMIT $4";
    let [one, other] = states;
    let rows = ledger.read(sql, args![kind.word(), one, other, to_i64(items_max)]).await?;
    rows.iter().map(read_matter).collect()
}

/// The matter of this kind on one of two subjects that has not ended.
pub(crate) async fn open_on(change: &mut Change, kind: MatterKind, subjects: [&str; 2]) -> Result<Option<String>> {
    let sql = "SELECT id FROM matters WHERE kind = $1 AND ended_at IS NULL AND subject IN ($2, $3) ORDER BY id";
    let [one, other] = subjects;
    let rows = change.read(sql, args![kind.word(), one, other]).await?;
    Ok(rows.first().map(|row| row.text("id")).transpose()?)
}

/// The oldest matter of this kind on one of these subjects that is in one of these states.
pub(crate) async fn standing_on(
    change: &mut Change,
    kind: MatterKind,
    states: &[String],
    subjects: &BTreeSet<String>,
) -> Result<Option<String>> {
    let sql = "SELECT id, subject, state FROM matters WHERE kind = $1 AND state = $2 AND subject = $3 \
               ORDER BY id LIMIT 1";
    let mut oldest: Option<String> = None;
    for state in states {
        for subject in subjects {
            let rows = change.read(sql, args![kind.word(), state, subject]).await?;
            let id = rows.first().map(|row| row.text("id")).transpose()?;
            oldest = oldest.into_iter().chain(id).min();
        }
    }
    Ok(oldest)
}

/// The moves made since then that had a day, with their matters' ids.
pub(crate) async fn moves_with_a_day(ledger: &Ledger, since: Time, items_max: usize) -> Result<Vec<(MatterId, Moved)>> {
    let sql = "SELECT * FROM matter_moves WHERE due_day IS NOT NULL AND moved_at >= $1 \
               ORDER BY matter_id, version LIMIT $2";
    let rows = ledger.read(sql, args![since, to_i64(items_max)]).await?;
    rows.iter().map(|row| Ok((Reader(row).id("matter_id")?, read_move(row)?))).collect()
}

pub(crate) async fn insert_move(change: &mut Change, id: &MatterId, new: &Moved) -> Result<()> {
    let sql = "INSERT INTO matter_moves (matter_id, version, move, from_state, to_state, person, organisation, reason, \
               evidence, facts, due_day, moved_at, assignee) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        id.as_str(),
        new.version,
        &new.by,
        &new.from,
        &new.to,
        new.person.as_ref().map(PersonId::as_str),
        new.organisation.as_ref().map(OrganisationId::as_str),
        &new.reason,
        new.evidence.map(|digest| digest.to_string()),
        json(&new.facts)?,
        new.due_day.map(|day| day.to_string()),
        new.at,
        new.assignee.as_ref().map(OrganisationId::as_str),
    ];
    change.write(sql, args).await?;
    let sql = "INSERT INTO matter_cites (matter_id, version, cited) VALUES ($1, $2, $3)";
    for cited in &new.cites {
        change.write(sql, args![id.as_str(), new.version, cited]).await?;
    }
    Ok(())
}

// Filings.

fn read_filing(row: &Row) -> Result<MatterFiling> {
    let row = Reader(row);
    Ok(MatterFiling {
        matter: row.id("matter_id")?,
        version: row.0.int("version")?,
        to: row.word("recipient", Body::parse)?,
        due_day: day(&row, "due_day")?.ok_or_else(|| row.damaged("`due_day` is empty"))?,
        is_estimated: row.0.int("is_estimated")? != 0,
        clause: row.0.text("clause")?,
        filed_at: row.0.opt_int("filed_at")?.map(Time),
        evidence: row.opt_digest("evidence")?,
        filer: opt_id(&row, "filer")?,
    })
}

pub(crate) async fn filings(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<MatterFiling>> {
    let sql = "SELECT * FROM matter_filings WHERE matter_id = $1 ORDER BY version, recipient";
    book.read(sql, args![id.as_str()]).await?.iter().map(read_filing).collect()
}

/// Copies not filed, or filed since then, each with who files it.
pub(crate) async fn recent_filings(
    ledger: &Ledger,
    since: Time,
    items_max: usize,
) -> Result<Vec<(MatterFiling, Option<OrganisationId>)>> {
    let sql = "SELECT f.*, m.organisation AS maker FROM matter_filings f \
               JOIN matter_moves m ON m.matter_id = f.matter_id AND m.version = f.version \
               WHERE f.filed_at IS NULL OR f.filed_at >= $1 \
               ORDER BY f.due_day, f.matter_id, f.version, f.recipient LIMIT $2";
    let rows = ledger.read(sql, args![since, to_i64(items_max)]).await?;
    let read = |row: &Row| -> Result<(MatterFiling, Option<OrganisationId>)> {
        let (filing, maker) = (read_filing(row)?, opt_id(&Reader(row), "maker")?);
        let filer = filing.filer.clone().or(maker);
        Ok((filing, filer))
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn insert_filing(change: &mut Change, new: &MatterFiling) -> Result<()> {
    let sql = "INSERT INTO matter_filings (matter_id, version, recipient, due_day, is_estimated, clause, filer) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (to, due_day) = (new.to.word(), new.due_day.to_string());
    let filer = new.filer.as_ref().map(OrganisationId::as_str);
    let (matter, clause) = (new.matter.as_str(), &new.clause);
    change.write(sql, args![matter, new.version, to, due_day, new.is_estimated, clause, filer]).await?;
    Ok(())
}

pub(crate) async fn set_filed(
    change: &mut Change,
    filing: &MatterFiling,
    by: &PersonId,
    evidence: Option<Digest>,
) -> Result<bool> {
    let sql = "UPDATE matter_filings SET filed_at = $4, filed_by = $5, evidence = $6 \
               WHERE matter_id = $1 AND version = $2 AND recipient = $3 AND filed_at IS NULL";
    let now = change.now();
    let evidence = evidence.map(|digest| digest.to_string());
    let args = args![filing.matter.as_str(), filing.version, filing.to.word(), now, by.as_str(), evidence];
    Ok(change.write(sql, args).await? == 1)
}

/// The same by the receipt of the platform that the copy went to; on the day of that
/// receipt, but never on one that has not come here.
pub(crate) async fn set_filed_by_receipt(change: &mut Change, filed: &shuyu_exchange::FiledBy) -> Result<bool> {
    let sql = "UPDATE matter_filings SET filed_at = $4, evidence = $5 \
               WHERE matter_id = $1 AND version = $2 AND recipient = $3 AND filed_at IS NULL";
    let at = filed.at.min(change.now());
    let args = args![&filed.of, filed.version, filed.to.word(), at, filed.receipt.to_string()];
    Ok(change.write(sql, args).await? == 1)
}

/// Takes a matter away as only somebody with the database in hands could: so that a
/// test can open the next one.
#[cfg(test)]
pub(crate) async fn forget(change: &mut Change, id: &MatterId) -> Result<()> {
    let now = change.now();
    change.write("UPDATE matters SET ended_at = $2 WHERE id = $1", args![id.as_str(), now]).await?;
    Ok(())
}

/// Changes a row as only somebody with the database in hands could: to test what
/// is read back.
#[cfg(test)]
pub(crate) async fn tamper(change: &mut Change, id: &MatterId, state: &str, version: i64) -> Result<()> {
    let sql = "UPDATE matters SET state = $2, version = $3 WHERE id = $1";
    change.write(sql, args![id.as_str(), state, version]).await?;
    Ok(())
}
