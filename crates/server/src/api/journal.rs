//! The journal: for whoever audits all of it, for those who oversee what their
//! supervision reaches.
//!
//! INVARIANT (no values): an entry names things and digests, so that reading it shows
//! nobody a value from the data.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shuyu_ledger::{Event, Reach, Sought};
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::{Actor, Reason, Reasons, Role, Time};
use utoipa::{IntoParams, ToSchema};

use super::Stations;
use crate::app::App;
use crate::endpoint::{Asked, At, Listed, PageAsked, Seq, Shown, Who};
use crate::error::Problem;
use crate::reasons;
use crate::shapes::shaped;

/// An event, as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct JournalEntry {
    /// Its number, from 1, without a gap.
    pub seq: i64,
    /// Its index in the log, once it lies there.
    pub leaf_index: Option<i64>,
    /// The event: who, what, when, under which clauses.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// That an event lies in the log: recompute the root from these.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The event's number.
    pub seq: i64,
    /// Its index in the log.
    pub leaf_index: u64,
    /// The size of the tree that the proof is for.
    pub tree_size: u64,
    /// That tree's root, in hexadecimal digits.
    pub root: String,
    /// The hashes on the way up (RFC 6962), in hexadecimal digits.
    pub path: Vec<String>,
    /// The entry's bytes, as text.
    pub entry: String,
    /// The signed checkpoint of that tree.
    pub checkpoint: String,
}

shaped! { JournalEntry => JournalEntry, Proof => Proof }

/// Which events, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JournalAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Refusals alone.
    #[serde(default)]
    pub refused: Option<bool>,
    /// What was done: `release.made`.
    #[serde(default)]
    pub action: Option<String>,
    /// To what: an id.
    #[serde(default)]
    pub object: Option<String>,
    /// By whom.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub person: Option<PersonId>,
    /// For which organisation.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub organisation: Option<OrganisationId>,
}

/// A kind of entry, how many there are, and how long they are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptEntries {
    /// What was done.
    pub action: String,
    /// How many.
    pub count: i64,
    /// When the first was written, in microseconds.
    pub first_at: i64,
    /// When the last was written, in microseconds.
    pub last_at: i64,
    /// The first day on which anybody might ask to delete the oldest; nothing deletes it.
    pub kept_until: String,
    /// For how many years each is kept at least.
    pub years: u8,
    /// The clause, or the setting, that these years rest on.
    pub clause: String,
}

shaped! { KeptEntries => KeptEntries }

/// SRV-010; else how far somebody reads: the audit administrator everything; who oversees,
/// what its supervision reaches; those of a district, their district.
async fn reach(app: &App, actor: &Actor) -> Result<Reach, Problem> {
    let own = actor.organisation.to_string();
    if actor.is(Role::AuditAdmin) {
        return Ok(Reach { own, ..Reach::default() });
    }
    let regime = app.registry().regime();
    if !regime.journal_readers().iter().any(|role| actor.is(*role)) {
        let who: Vec<&str> = regime.journal_readers().iter().map(|role| regime.word(*role)).collect();
        let clause = regime.security.as_ref().and_then(|security| security.journal_readers.as_ref());
        let clause = clause.map_or_else(|| regime.cite_clause("setting"), |readers| regime.cite(readers));
        let what = "the document does not let this role read the journal 本文件未赋予该角色查阅日志的权限";
        let instead = format!("ask {} or the audit administrator", who.join(", "));
        let reasons = Reasons::one(Reason::new(reasons::NO_JOURNAL_READER, what, clause, instead));
        let event = Event::refused(Some(actor), "journal.refused", "journal", &reasons).under(regime);
        app.ledger().refuse(event).await.map_err(Problem::fault)?;
        return Err(Problem::refused(reasons));
    }
    let organisations = app.registry().same_district(&actor.organisation).await?;
    let parties_only = !actor.is(Role::Regulator) && !actor.is(Role::Supervisor);
    Ok(Reach { parties_only, own, organisations })
}

/// Events within the reader's reach, newest first. Each reading is an event itself where
/// somebody else than the audit administrator reads.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<JournalAsked>,
) -> Result<Shown<Listed<JournalEntry>>, Problem> {
    let JournalAsked { cursor, limit, refused, action, object, person, organisation } = asked;
    let page = PageAsked { cursor, limit };
    let limit = i64::from(page.limit()?);
    let before = match page.cursor.as_deref().map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(before)) => before,
        Some(Err(_)) => {
            return Err(Problem::malformed("`cursor` is no cursor of this list: it is a number of the journal"));
        }
    };
    let reach = reach(&app, &actor).await?;
    let sought = Sought {
        refused_only: refused.unwrap_or(false),
        action: action.unwrap_or_default(),
        object: object.unwrap_or_default(),
        person: person.map_or_else(String::new, |id| id.to_string()),
        organisation: organisation.map_or_else(String::new, |id| id.to_string()),
    };
    let (rows, total) = app.ledger().journal_sought(&reach, &sought, before, limit).await.map_err(Problem::fault)?;
    let read = |row: &shuyu_ledger::Row| -> Result<JournalEntry, Problem> {
        let written = row.text("written").map_err(Problem::fault)?;
        Ok(JournalEntry {
            seq: row.int("seq").map_err(Problem::fault)?,
            leaf_index: row.opt_int("leaf_index").map_err(Problem::fault)?,
            event: serde_json::from_str(&written).map_err(Problem::fault)?,
        })
    };
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let is_full = i64::try_from(items.len()).map_err(Problem::fault)? == limit;
    let next_cursor = items.last().filter(|entry| is_full && entry.seq > 1).map(|entry| entry.seq.to_string());
    if !actor.is(Role::AuditAdmin) {
        let seen = (items.last().map(|entry| entry.seq), items.first().map(|entry| entry.seq));
        let facts =
            json!({ "from": seen.0, "to": seen.1, "entries": items.len(), "refused_only": sought.refused_only });
        let event = Event::done(Some(&actor), "journal.read", "journal").facts(facts);
        app.ledger().change().await.map_err(Problem::fault)?.commit(event).await.map_err(Problem::fault)?;
    }
    Ok(Shown(Listed { items, next_cursor, total }))
}

/// How long entries are kept: nothing is deleted, and before this day nobody may ask.
pub async fn retention(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<KeptEntries>>, Problem> {
    reach(&app, &actor).await?;
    let rule = &app.registry().regime().logs.network_log_years_min;
    let clause = app.registry().regime().cite(rule);
    let kept = app.ledger().kept().await.map_err(Problem::fault)?;
    let view = |row: &shuyu_ledger::Row| -> Result<KeptEntries, Problem> {
        let first_at = row.int("first_at").map_err(Problem::fault)?;
        let until = app.registry().regime().log_kept_until(Time(first_at));
        Ok(KeptEntries {
            action: row.text("action").map_err(Problem::fault)?,
            count: row.int("count").map_err(Problem::fault)?,
            first_at,
            last_at: row.int("last_at").map_err(Problem::fault)?,
            kept_until: until.to_string(),
            years: rule.value,
            clause: clause.clone(),
        })
    };
    let all = kept.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(Shown(super::cut(all, &asked, |kept| kept.action.as_str())?))
}

/// The proof that an event lies in the published log.
pub async fn proof(State(app): Stations, Who(actor): Who, At(Seq(seq)): At<Seq>) -> Result<Shown<Proof>, Problem> {
    let ledger = app.ledger();
    let reach = reach(&app, &actor).await?;
    let before = seq.saturating_add(1);
    let (rows, _) = ledger.journal_sought(&reach, &Sought::default(), before, 1).await.map_err(Problem::fault)?;
    let newest = rows.first().map(|row| row.int("seq")).transpose().map_err(Problem::fault)?;
    if newest != Some(seq) {
        return Err(Problem::unseen("event"));
    }
    // An event just committed is folded in and published before it is proved.
    ledger.settle().await.map_err(Problem::fault)?;
    let checkpoint = ledger.log().publish().await.map_err(Problem::fault)?;
    let leaf = ledger.leaf_of(seq).await.map_err(Problem::fault)?.ok_or_else(|| Problem::unseen("event"))?;
    let leaf_index = u64::try_from(leaf).map_err(Problem::fault)?;
    let path = ledger.log().inclusion(leaf_index, checkpoint.size).await.map_err(Problem::fault)?;
    let entry = ledger.log().entries(leaf_index, 1).await.map_err(Problem::fault)?;
    let entry = entry.into_iter().next().ok_or_else(|| Problem::unseen("event"))?;
    Ok(Shown(Proof {
        seq,
        leaf_index,
        tree_size: checkpoint.size,
        root: hex::encode(checkpoint.root),
        path: path.iter().map(hex::encode).collect(),
        entry: String::from_utf8(entry).map_err(Problem::fault)?,
        checkpoint: checkpoint.note,
    }))
}
