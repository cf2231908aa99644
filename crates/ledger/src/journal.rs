//! Who may ask the journal what: the index by which it is searched, and what is counted
//! from it.
//!
//! INVARIANT (derived): the index is written in the change of its event, and for events
//! older than it at the start; what was written is read from the journal itself.
//! INVARIANT (true totals): a page says how many entries there are for the same question.
//!
//! Not here: who reads how much of it (`server`).

use serde::Deserialize;
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::{Actor, CryptoProfile, Digest, Hasher, Role, Time};

use crate::db::{Db, Tx};
use crate::event::{Event, Outcome};
use crate::value::Row;
use crate::{LedgerError, args, store};

/// A stretch of time, its end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// From when.
    pub from: Time,
    /// Until when.
    pub to: Time,
}

/// How often somebody did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// For whom they acted.
    pub organisation: Option<OrganisationId>,
    /// Who.
    pub person: Option<PersonId>,
    /// How often.
    pub count: i64,
}

/// What an organisation left in the journal in a span of time, as evidence: whoever has the
/// entries of these numbers computes the same digest, and each is proved by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The number of the first; none where there is none.
    pub first: Option<i64>,
    /// The number of the last.
    pub last: Option<i64>,
    /// How many.
    pub count: i64,
    /// How many of them are refusals.
    pub refused: i64,
    /// Of their bytes, in order, each with a line feed after it.
    pub digest: Digest,
}

/// The bundle of an organisation.
pub(crate) async fn bundle(
    db: &Db,
    profile: CryptoProfile,
    organisation: &OrganisationId,
    on: Stretch,
) -> Result<Bundle, LedgerError> {
    let mut hasher = Hasher::new(profile);
    let (mut first, mut last, mut count, mut refused) = (None, None, 0_i64, 0_i64);
    loop {
        let after = last.unwrap_or(0);
        let rows = store::events_of(db, organisation.as_str(), on, after, CAUGHT_UP_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(Bundle { first, last, count, refused, digest: hasher.finish() });
        }
        for row in rows {
            let seq = row.int("seq")?;
            first = first.or(Some(seq));
            last = Some(seq);
            count = count.saturating_add(1);
            refused = refused.saturating_add(row.int("is_refused")?);
            hasher.update(row.text("written")?.as_bytes());
            hasher.update(b"\n");
        }
    }
}

/// Whose entries somebody reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Of parties and the platform alone, and of the own organisation; not of other bodies
    /// and administrators.
    pub parties_only: bool,
    /// The own organisation.
    pub own: String,
    /// Of these organisations alone; of all where it is empty. The own is always among them.
    pub organisations: Vec<OrganisationId>,
}

/// What somebody looks for; what is empty asks nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// Refusals alone.
    pub refused_only: bool,
    /// What was done: `release.made`.
    pub action: String,
    /// To what: an id.
    pub object: String,
    /// By whom.
    pub person: String,
    /// For which organisation.
    pub organisation: String,
}

/// On which side somebody acts, by their roles.
pub(crate) fn side_of(actor: Option<&[Role]>) -> &'static str {
    let Some(roles) = actor else { return "platform" };
    let is = |any: &[Role]| roles.iter().any(|role| any.contains(role));
    if roles.iter().any(|role| role.is_platform_admin()) {
        "admin"
    } else if is(&[Role::Operator, Role::Processor, Role::Entity, Role::Source]) {
        "party"
    } else if is(&[Role::Regulator, Role::Agency, Role::Supervisor, Role::Finance]) {
        "body"
    } else {
        "subject"
    }
}

/// An event as the index keeps it.
pub(crate) struct Indexed {
    pub(crate) seq: i64,
    pub(crate) at: Time,
    pub(crate) action: String,
    pub(crate) object: String,
    pub(crate) person: Option<String>,
    pub(crate) organisation: Option<String>,
    pub(crate) side: &'static str,
    pub(crate) is_refused: bool,
}

impl Indexed {
    pub(crate) fn of(event: &Event, seq: i64, at: Time) -> Self {
        let actor: Option<&Actor> = event.actor.as_ref();
        Self {
            seq,
            at,
            action: event.action.to_owned(),
            object: event.object.clone(),
            person: actor.map(|actor| actor.person.to_string()),
            organisation: actor.map(|actor| actor.organisation.to_string()),
            side: side_of(actor.map(|actor| actor.roles.as_slice())),
            is_refused: matches!(event.outcome, Outcome::Refused(_)),
        }
    }
}

/// What an entry that is older than the index tells of itself.
#[derive(Deserialize)]
struct Written {
    at: Time,
    action: String,
    object: String,
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    organisation: Option<String>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    refused: Vec<serde_json::Value>,
}

const CAUGHT_UP_AT_ONCE: i64 = 500;

/// Indexes what was written before there was an index.
pub(crate) async fn catch_up(db: &Db) -> Result<(), LedgerError> {
    loop {
        let rows = store::not_indexed(db, CAUGHT_UP_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        for (seq, text) in rows {
            let Written { at, action, object, person, organisation, roles, refused } = serde_json::from_str(&text)?;
            let side = side_of(person.is_some().then_some(roles.as_slice()));
            let is_refused = !refused.is_empty();
            let indexed = Indexed { seq, at, action, object, person, organisation, side, is_refused };
            store::insert_index(&mut tx, &indexed).await?;
        }
        tx.commit().await?;
    }
}

/// Notes an event in the index, in its own change.
pub(crate) async fn index(tx: &mut Tx, event: &Event, seq: i64, at: Time) -> Result<(), LedgerError> {
    store::insert_index(tx, &Indexed::of(event, seq, at)).await
}

/// Entries before number `before` within reach that answer the question, newest first;
/// and how many there are in all.
pub(crate) async fn page(
    db: &Db,
    reach: &Reach,
    sought: &Sought,
    before: i64,
    rows_max: i64,
) -> Result<(Vec<Row>, i64), LedgerError> {
    let own = reach.organisations.iter().map(|id| id.as_str()).chain([reach.own.as_str()]);
    let within = match reach.organisations.is_empty() {
        true => String::new(),
        false => own.map(|id| format!(",{id},")).collect(),
    };
    let asked = args![
        reach.parties_only,
        reach.own.as_str(),
        within,
        sought.refused_only,
        sought.action.as_str(),
        sought.object.as_str(),
        sought.person.as_str(),
        sought.organisation.as_str(),
    ];
    store::journal_sought(db, asked, before, rows_max).await
}
