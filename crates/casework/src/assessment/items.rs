//! Material of an assessment, item by item: a document, a signed statement that it is
//! true, and where the assessed tells figures, those.
//!
//! INVARIANT (nothing is waived): an item that was not given, or late, stays so in the
//! result.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Time, Verdict};

use super::{Result, store};
use crate::matter::store as matters;
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// Figures that can be told beside an item, and that the platform has counted, too:
/// income in fen, calls, incidents.
pub const FIGURES: [&str; 3] = ["income_fen", "calls", "incidents"];

/// An item of material.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// Which of those that the rules ask for.
    pub item: String,
    /// Of the document.
    pub document: Digest,
    /// Of the signed statement that it is true (真实性承诺).
    pub statement: Digest,
    /// Figures for the time since the last result: each a key of [`FIGURES`].
    #[serde(default)]
    pub figures: BTreeMap<String, i64>,
}

/// An item that is asked for, and what was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemView {
    /// Which.
    pub item: String,
    /// The last day on which it is in time.
    pub due_day: Option<Day>,
    /// `asked`, `given`, `late` or `missing`.
    pub state: &'static str,
    /// Of the document.
    pub document: Option<Digest>,
    /// Of the statement that it is true.
    pub statement: Option<Digest>,
    /// What was told.
    pub figures: BTreeMap<String, i64>,
    /// When.
    pub given_at: Option<Time>,
}

/// An item as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) item: String,
    pub(crate) document: Digest,
    pub(crate) statement: Digest,
    pub(crate) figures: BTreeMap<String, i64>,
    pub(crate) is_late: bool,
    pub(crate) given_at: Time,
}

impl Casework {
    /// Gives an item of material. For the people of the assessed.
    pub async fn give_item(&self, actor: &Actor, id: &MatterId, new: NewItem) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = matters::matter(&mut Book::Change(turn.change()), id).await?;
        let sees = self.sight_in(&mut turn, actor).await?.sees_matter(&matter);
        if !sees || matter.kind != MatterKind::Assessment {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let row = self.row_of(&mut turn, &matter).await?;
        let asked = row.and_then(|row| row.items.as_ref());
        let Some(asked) = asked.filter(|asked| asked.value.contains(&new.item)) else {
            let known = asked.map(|asked| asked.value.join("、")).unwrap_or_default();
            return Err(malformed(format!("`item` is none that is asked for: {known}")));
        };
        if new.figures.iter().any(|(key, value)| !FIGURES.contains(&key.as_str()) || *value < 0) {
            return Err(malformed(format!("`figures` are counts from 0 of: {}", FIGURES.join(", "))));
        }
        let regime = self.registry().regime();
        let known = self.known(&mut turn, actor).await?;
        let mut found = Vec::new();
        if matter.subject_organisation.as_ref() != Some(&known.organisation) || known.roles.is_empty() {
            let what = "material is given by the organisation that is assessed";
            found.push(regime.reason(reasons::NOT_THE_ASSESSED, asked, what, "leave it to that organisation"));
        }
        if !matches!(matter.state, "open" | "material") {
            let what = "the assessment has been scored";
            let clause = regime.cite_clause(&matter.rules.source);
            found.push(Reason::new(reasons::MATERIAL_OUT_OF_TIME, what, clause, "ask for it to be scored anew"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "assessment_item.refused", id.as_str(), reasons).await;
        }
        let already = store::items(&mut Book::Change(turn.change()), id).await?;
        if already.iter().any(|given| given.item == new.item) {
            return Err(CaseworkError::Conflict { what: "the item has been given".to_owned() });
        }
        let now = turn.change().now();
        let due = matter.due_in(matter.machine().initial(), matter.opened_at, self.calendar());
        let is_late = due.is_some_and(|due| due.day < now.day());
        let NewItem { item, document, statement, figures } = new;
        let given = Given { item, document, statement, figures, is_late, given_at: now };
        store::insert_item(turn.change(), id, &given, actor).await?;
        let facts =
            json!({ "item": given.item, "is_late": is_late, "figures": given.figures.keys().collect::<Vec<_>>() });
        let event = Event::done(Some(actor), "assessment_item.given", id.as_str()).facts(facts).under(regime);
        turn.commit(event.digests(Some(statement), Some(document)).citing(regime.cite(asked))).await?;
        Ok(Verdict::Allow(()))
    }

    /// Everything that an assessment asks for, and what was given.
    pub async fn assessment_items(&self, viewer: &Actor, id: &MatterId) -> Result<Vec<ItemView>> {
        let mut turn = self.registry().turn().await?;
        let matter = matters::matter(&mut Book::Change(turn.change()), id).await?;
        let sees = self.sight_in(&mut turn, viewer).await?.sees_matter(&matter);
        if !sees || matter.kind != MatterKind::Assessment {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let row = self.row_of(&mut turn, &matter).await?;
        let asked = row.and_then(|row| row.items.as_ref()).map(|items| items.value.clone()).unwrap_or_default();
        let given = store::items(&mut Book::Change(turn.change()), id).await?;
        let due_day = matter.due_in(matter.machine().initial(), matter.opened_at, self.calendar()).map(|due| due.day);
        let is_past = due_day.is_some_and(|due| due < turn.change().now().day());
        let view = |item: String| {
            let found = given.iter().find(|one| one.item == item);
            let state = match found {
                Some(given) if given.is_late => "late",
                Some(_) => "given",
                None if is_past => "missing",
                None => "asked",
            };
            ItemView {
                item,
                due_day,
                state,
                document: found.map(|given| given.document),
                statement: found.map(|given| given.statement),
                figures: found.map(|given| given.figures.clone()).unwrap_or_default(),
                given_at: found.map(|given| given.given_at),
            }
        };
        Ok(asked.into_iter().map(view).collect())
    }
}
