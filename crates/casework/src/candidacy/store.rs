//! All SQL of candidacies.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, Row, args};
use shuyu_model::candidacy::{ChosenAs, Record};
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::{Day, Time};

use super::eligible::Remembered;
use super::later::LaterRecord;
use super::panel::{Expert, NewExpert};
use super::ranking::Scored;
use super::{Answer, Candidacy, CandidacyState, Found, Item, ItemKind, NewCondition};
use crate::CaseworkError;
use crate::matter::{Matter, store::read_matter};
use crate::store::{Book, Reader, json, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

fn opt_json<T: serde::de::DeserializeOwned>(row: &Reader<'_>, column: &str) -> Result<Option<T>> {
    let text = row.0.opt_text(column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| row.damaged(error))).transpose()
}

fn opt_written<T: serde::Serialize>(value: Option<&T>) -> Result<Option<String>> {
    value.map(json).transpose()
}

fn read_item(row: &Row) -> Result<(OrganisationId, Item)> {
    let row = Reader(row);
    let years = row.0.opt_int("look_back_years")?;
    let item = Item {
        code: row.0.text("code")?,
        kind: row.word("kind", ItemKind::parse)?,
        what: row.0.text("what")?,
        clause: row.0.text("clause")?,
        look_back_years: years.map(|years| u8::try_from(years).map_err(|error| row.damaged(error))).transpose()?,
        counts: row.json("counts")?,
        version: row.0.int("version")?,
        answer: opt_json::<Answer>(&row, "answer")?,
        finding: opt_json::<Found>(&row, "finding")?,
    };
    Ok((row.id("organisation")?, item))
}

fn read_candidacy(row: &Row) -> Result<Candidacy> {
    let row = Reader(row);
    Ok(Candidacy {
        matter: row.id("matter_id")?,
        organisation: row.id("organisation")?,
        chosen_as: row.word("chosen_as", ChosenAs::parse)?,
        document: row.opt_digest("document")?,
        bid: opt_json(&row, "bid")?,
        scheme: row.0.opt_text("scheme")?.map(MatterId::try_from).transpose().map_err(|error| row.damaged(error))?,
        state: row.word("state", CandidacyState::parse)?,
        entered_by: row.id("entered_by")?,
        entered_for: row.id("entered_for")?,
        applied_at: Time(row.0.int("applied_at")?),
        ended_at: row.0.opt_int("ended_at")?.map(Time),
        items: Vec::new(),
    })
}

/// Every candidacy of a matter, in the order of their organisations' ids.
pub(crate) async fn candidacies(book: &mut Book<'_>, matter: &MatterId) -> Result<Vec<Candidacy>> {
    let sql = "SELECT * FROM candidacies WHERE matter_id = $1 ORDER BY organisation";
    let rows = book.read(sql, args![matter.as_str()]).await?;
    let mut found: Vec<Candidacy> = rows.iter().map(read_candidacy).collect::<Result<_>>()?;
    let sql = "SELECT * FROM candidacy_items WHERE matter_id = $1 ORDER BY organisation, position";
    let mut items: BTreeMap<OrganisationId, Vec<Item>> = BTreeMap::new();
    for row in &book.read(sql, args![matter.as_str()]).await? {
        let (organisation, item) = read_item(row)?;
        items.entry(organisation).or_default().push(item);
    }
    for candidacy in &mut found {
        candidacy.items = items.remove(&candidacy.organisation).unwrap_or_default();
    }
    Ok(found)
}

pub(crate) async fn insert_candidacy(change: &mut Change, new: &Candidacy) -> Result<()> {
    let sql = "INSERT INTO candidacies (matter_id, organisation, chosen_as, document, bid, state, entered_by, \
               entered_for, applied_at, scheme) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        new.matter.as_str(),
        new.organisation.as_str(),
        new.chosen_as.word(),
        new.document.map(|digest| digest.to_string()),
        opt_written(new.bid.as_ref())?,
        new.state.word(),
        new.entered_by.as_str(),
        new.entered_for.as_str(),
        new.applied_at,
        new.scheme.as_ref().map(MatterId::as_str),
    ];
    change.write(sql, args).await?;
    let sql = "INSERT INTO candidacy_items (matter_id, organisation, code, position, kind, what, clause, \
               look_back_years, counts, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    for (position, item) in new.items.iter().enumerate() {
        let args = args![
            new.matter.as_str(),
            new.organisation.as_str(),
            &item.code,
            to_i64(position),
            item.kind.word(),
            &item.what,
            &item.clause,
            item.look_back_years.map(i64::from),
            json(&item.counts)?,
            item.version,
        ];
        change.write(sql, args).await?;
    }
    Ok(())
}

pub(crate) async fn set_state(change: &mut Change, of: &Candidacy, state: CandidacyState) -> Result<bool> {
    let sql = "UPDATE candidacies SET state = $3, ended_at = $4 \
               WHERE matter_id = $1 AND organisation = $2 AND state = 'standing'";
    let now = change.now();
    Ok(change.write(sql, args![of.matter.as_str(), of.organisation.as_str(), state.word(), now]).await? == 1)
}

/// Writes what was said about one item; its version is the one that was read, or one more.
pub(crate) async fn update_item(change: &mut Change, of: &Candidacy, item: &Item) -> Result<()> {
    let sql = "UPDATE candidacy_items SET version = $4, answer = $5, finding = $6 \
               WHERE matter_id = $1 AND organisation = $2 AND code = $3";
    let args = args![
        of.matter.as_str(),
        of.organisation.as_str(),
        &item.code,
        item.version,
        opt_written(item.answer.as_ref())?,
        opt_written(item.finding.as_ref())?,
    ];
    change.write(sql, args).await?;
    Ok(())
}

// Conditions of one's own.

/// What a selection or an operator asks beside the document, oldest first.
pub(crate) async fn own_conditions(book: &mut Book<'_>, scope: &str) -> Result<Vec<NewCondition>> {
    let sql = "SELECT code, what FROM own_conditions WHERE scope = $1 ORDER BY added_at, code";
    let rows = book.read(sql, args![scope]).await?;
    rows.iter().map(|row| Ok(NewCondition { code: row.text("code")?, what: row.text("what")? })).collect()
}

pub(crate) async fn insert_own(change: &mut Change, scope: &str, new: &NewCondition, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO own_conditions (scope, code, what, added_by, added_at) VALUES ($1, $2, $3, $4, $5)";
    let now = change.now();
    change.write(sql, args![scope, &new.code, &new.what, by.as_str(), now]).await?;
    Ok(())
}

// Experts and scores.

pub(crate) async fn experts(book: &mut Book<'_>, matter: &MatterId) -> Result<Vec<Expert>> {
    let sql = "SELECT * FROM selection_experts WHERE matter_id = $1 ORDER BY number";
    let read = |row: &Row| {
        let row = Reader(row);
        let declaration = row.opt_digest("declaration")?.ok_or_else(|| row.damaged("`declaration` is empty"))?;
        Ok(Expert {
            number: row.0.int("number")?,
            name: row.0.text("name")?,
            employer: row.0.text("employer")?,
            declaration,
        })
    };
    book.read(sql, args![matter.as_str()]).await?.iter().map(read).collect()
}

pub(crate) async fn insert_expert(
    change: &mut Change,
    matter: &MatterId,
    number: i64,
    new: &NewExpert,
    by: &PersonId,
) -> Result<()> {
    let sql = "INSERT INTO selection_experts (matter_id, number, name, employer, declaration, named_by, named_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (declaration, now) = (new.declaration.to_string(), change.now());
    let args = args![matter.as_str(), number, &new.name, &new.employer, declaration, by.as_str(), now];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn scores(book: &mut Book<'_>, matter: &MatterId) -> Result<BTreeMap<OrganisationId, Scored>> {
    let sql = "SELECT * FROM selection_scores WHERE matter_id = $1";
    let mut found: BTreeMap<OrganisationId, Scored> = BTreeMap::new();
    for row in &book.read(sql, args![matter.as_str()]).await? {
        let row = Reader(row);
        found.entry(row.id("organisation")?).or_default().insert(row.0.int("expert")?, row.json("points")?);
    }
    Ok(found)
}

/// Keeps a score; an earlier one by the same expert is replaced, and stays in the journal.
pub(crate) async fn put_score(
    change: &mut Change,
    of: &Candidacy,
    expert: i64,
    points: &[u8],
    by: &PersonId,
) -> Result<()> {
    let sql = "INSERT INTO selection_scores (matter_id, organisation, expert, points, scored_by, scored_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (matter_id, organisation, expert) \
               DO UPDATE SET points = excluded.points, scored_by = excluded.scored_by, scored_at = excluded.scored_at";
    let now = change.now();
    let args = args![of.matter.as_str(), of.organisation.as_str(), expert, json(&points)?, by.as_str(), now];
    change.write(sql, args).await?;
    Ok(())
}

// What the platform remembers.

/// Incidents that were confirmed and choices that were taken back, of one organisation.
pub(crate) async fn remembered(book: &mut Book<'_>, organisation: &OrganisationId) -> Result<Vec<Remembered>> {
    // An incident is confirmed when it was assessed or dealt with; found or reported
    // alone can still turn out to be a false alarm.
    let sql = "SELECT id, opened_at FROM matters WHERE kind = 'incident' AND subject_organisation = $1 \
               AND state IN ('assessed', 'contained', 'resumed', 'terminated', 'reviewed') ORDER BY id";
    let incidents = book.read(sql, args![organisation.as_str()]).await?;
    let sql = "SELECT matter_id AS id, ended_at AS opened_at FROM candidacies WHERE organisation = $1 \
               AND state = 'disqualified' AND ended_at IS NOT NULL ORDER BY matter_id";
    let disqualified = book.read(sql, args![organisation.as_str()]).await?;
    let read = |record: Record| {
        move |row: &Row| {
            let on: Day = Time(row.int("opened_at")?).day();
            Ok(Remembered { record, on, id: row.text("id")? })
        }
    };
    let incidents = incidents.iter().map(read(Record::Incident));
    incidents.chain(disqualified.iter().map(read(Record::DisqualifiedBefore))).collect()
}

/// The selections that have chosen somebody, newest choice first, each with the moment.
pub(crate) async fn chosen(change: &mut Change) -> Result<Vec<(Matter, Time)>> {
    let sql = "SELECT m.*, (SELECT max(v.moved_at) FROM matter_moves v WHERE v.matter_id = m.id \
               AND v.to_state = 'selected' AND v.from_state <> 'selected') AS chosen_at FROM matters m \
               WHERE m.kind = 'operator_selection' AND m.state IN ('selected', 'agreement_signed') ORDER BY m.id DESC";
    let rows = change.read(sql, args![]).await?;
    let mut found = Vec::new();
    for row in &rows {
        if let Some(at) = row.opt_int("chosen_at")? {
            found.push((read_matter(row)?, Time(at)));
        }
    }
    found.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    Ok(found)
}

// What came up after the choice.

fn read_later(row: &Row) -> Result<LaterRecord> {
    let row = Reader(row);
    Ok(LaterRecord {
        matter: row.id("matter_id")?,
        organisation: row.id("organisation")?,
        number: row.0.int("number")?,
        code: row.0.text("code")?,
        on: row.day("on_day")?,
        document: row.opt_digest("document")?.ok_or_else(|| row.damaged("`document` is empty"))?,
        reason: row.0.text("reason")?,
        due_day: row.day("due_day")?,
        clause: row.0.text("clause")?,
        found_by: row.id("found_by")?,
        found_at: Time(row.0.int("found_at")?),
    })
}

/// What was found of the one who was chosen in a selection, oldest first.
pub(crate) async fn later(book: &mut Book<'_>, of: &MatterId) -> Result<Vec<LaterRecord>> {
    let sql = "SELECT * FROM later_records WHERE matter_id = $1 ORDER BY organisation, number";
    book.read(sql, args![of.as_str()]).await?.iter().map(read_later).collect()
}

/// Everything that was found after a choice since then, oldest first.
pub(crate) async fn later_since(book: &mut Book<'_>, since: Time, items_max: usize) -> Result<Vec<LaterRecord>> {
    let sql = "SELECT * FROM later_records WHERE found_at >= $1 ORDER BY found_at, matter_id, number LIMIT $2";
    book.read(sql, args![since, to_i64(items_max)]).await?.iter().map(read_later).collect()
}

pub(crate) async fn insert_later(change: &mut Change, new: &LaterRecord, found_for: &OrganisationId) -> Result<()> {
    let sql = "INSERT INTO later_records (matter_id, organisation, number, code, on_day, document, reason, due_day, \
               clause, found_by, found_for, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = args![
        new.matter.as_str(),
        new.organisation.as_str(),
        new.number,
        &new.code,
        new.on.to_string(),
        new.document.to_string(),
        &new.reason,
        new.due_day.to_string(),
        &new.clause,
        new.found_by.as_str(),
        found_for.as_str(),
        new.found_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Every selection that was announced and did not fail, newest first, each with the
/// moment of its choice; 0 where nobody is chosen yet.
pub(crate) async fn announced(book: &mut Book<'_>, items_max: usize) -> Result<Vec<(Matter, Time)>> {
    let sql = "SELECT m.*, (SELECT max(v.moved_at) FROM matter_moves v WHERE v.matter_id = m.id \
               AND v.to_state = 'selected' AND v.from_state <> 'selected') AS chosen_at FROM matters m \
               WHERE m.kind = 'operator_selection' AND m.state NOT IN ('planned', 'failed') \
               ORDER BY m.id DESC LIMIT $1";
    let rows = book.read(sql, args![to_i64(items_max)]).await?;
    rows.iter().map(|row| Ok((read_matter(row)?, Time(row.opt_int("chosen_at")?.unwrap_or_default())))).collect()
}
