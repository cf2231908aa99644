//! Material of an assessment, item by item: a document, a signed statement that it is
//! true, and where the assessed tells figures, those. What the rules ask for is asked, and
//! where they say so each indicator of the scheme under which the assessed was authorised.
//!
//! INVARIANT (as it was opened): the indicators are those of the scheme as it was approved
//! on the day of the opening.
//! INVARIANT (nothing is waived): an item that was not given, or late, stays so in the
//! result.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Assessment;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Time, Verdict};
use shuyu_registry::Turn;

use super::{Result, store};
use crate::matter::{Matter, store as matters};
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

/// An indicator of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Indicator {
    pub(crate) what: String,
    pub(crate) scheme: MatterId,
}

/// An item that is asked for, and by which clause.
pub(crate) struct Asked {
    pub(crate) what: String,
    clause: String,
}

impl Casework {
    /// What an assessment held by this row asks for: the rules' own items and the
    /// indicators that it was opened with.
    pub(crate) async fn asked_items(
        &self,
        turn: &mut Turn,
        id: &MatterId,
        row: Option<&Assessment>,
    ) -> Result<Vec<Asked>> {
        let (regime, mut asked) = (self.registry().regime(), Vec::<Asked>::new());
        let Some(row) = row else { return Ok(asked) };
        if let Some(items) = &row.items {
            asked.extend(items.value.iter().map(|what| Asked { what: what.clone(), clause: regime.cite(items) }));
        }
        let clause =
            row.items_of_scheme.as_ref().map_or_else(|| regime.cite_clause(&row.source), |one| regime.cite(one));
        for what in store::indicators(turn.change(), id).await? {
            if !asked.iter().any(|one| one.what == what) {
                asked.push(Asked { what, clause: clause.clone() });
            }
        }
        Ok(asked)
    }

    /// CAS-095 against opening an assessment by this row, and the indicators of the schemes
    /// under which the assessed is authorised: of the agreement that it is about, or of all.
    /// Upholds INVARIANT (as it was opened).
    pub(crate) async fn indicators_for(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        row: &Assessment,
        found: &mut Vec<Reason>,
    ) -> Result<Vec<Indicator>> {
        let mut asked = Vec::<Indicator>::new();
        let rule = row.items_of_scheme.as_ref().filter(|rule| rule.value);
        let (Some(rule), Some(organisation)) = (rule, &matter.subject_organisation) else { return Ok(asked) };
        let about = AgreementId::parse(&matter.subject).ok();
        let terms = self.registry().terms_with_in(turn, organisation).await?;
        let agreements =
            terms.into_iter().map(|term| term.agreement).filter(|id| about.as_ref().is_none_or(|a| a == id));
        for agreement in agreements.collect::<Vec<_>>() {
            let Some(scheme) = self.scheme_of(turn, &agreement).await? else { continue };
            if scheme.indicators.is_empty() {
                let what = format!("the scheme {} of {agreement} lists no indicators to assess by", scheme.id);
                let instead = "have the scheme amended so that it lists them as `indicators`";
                found.push(self.registry().regime().reason(reasons::NO_INDICATORS, rule, what, instead));
            }
            for what in scheme.indicators {
                if !asked.iter().any(|one| one.what == what) {
                    asked.push(Indicator { what, scheme: scheme.id.clone() });
                }
            }
        }
        Ok(asked)
    }

    /// Gives an item of material. For the people of the assessed.
    pub async fn give_item(&self, actor: &Actor, id: &MatterId, new: NewItem) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let matter = matters::matter(&mut Book::Change(turn.change()), id).await?;
        let sees = self.sight_in(&mut turn, actor).await?.sees_matter(&matter);
        if !sees || matter.kind != MatterKind::Assessment {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let row = self.row_of(&mut turn, &matter).await?;
        let all = self.asked_items(&mut turn, &matter.id, row).await?;
        let Some(asked) = all.iter().find(|asked| asked.what == new.item) else {
            let known: Vec<&str> = all.iter().map(|asked| asked.what.as_str()).collect();
            return Err(malformed(format!("`item` is none that is asked for: {}", known.join("、"))));
        };
        if new.figures.iter().any(|(key, value)| !FIGURES.contains(&key.as_str()) || *value < 0) {
            return Err(malformed(format!("`figures` are counts from 0 of: {}", FIGURES.join(", "))));
        }
        let regime = self.registry().regime();
        let known = self.known(&mut turn, actor).await?;
        let mut found = Vec::new();
        if matter.subject_organisation.as_ref() != Some(&known.organisation) || known.roles.is_empty() {
            let what = "material is given by the organisation that is assessed";
            let instead = "leave it to that organisation";
            found.push(Reason::new(reasons::NOT_THE_ASSESSED, what, &asked.clause, instead));
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
        turn.commit(event.digests(Some(statement), Some(document)).citing(asked.clause.clone())).await?;
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
        let asked = self.asked_items(&mut turn, &matter.id, row).await?;
        let given = store::items(&mut Book::Change(turn.change()), id).await?;
        let due_day = matter.due_in(matter.machine().initial(), matter.opened_at, self.calendar()).map(|due| due.day);
        let is_past = due_day.is_some_and(|due| due < turn.change().now().day());
        let view = |Asked { what: item, .. }: Asked| {
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
