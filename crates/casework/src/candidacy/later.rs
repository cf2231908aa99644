//! Records that come up after the choice (入选后新增不良记录): the one who was chosen is
//! listed as a dishonest debtor, say. It bars what still rests on the choice, and who
//! runs the selection owes an answer by a day.
//!
//! INVARIANT (bars): nobody is signed with on a choice while such a record stands against
//! the one who was chosen.
//!
//! Not here: what is found before the choice (`acts`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Time, Verdict};

use super::acts::is_runner;
use super::gates::{is_shown, told};
use super::{ItemKind, sheet, store};
use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// In how many days it is answered where the rules set none.
const DAYS_MAX: u16 = 10;
/// Who supervises a choice beside who made it.
const SUPERVISE: [Role; 2] = [Role::Regulator, Role::Supervisor];

/// A record of a ground, found of the one who was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaterRecord {
    /// In which selection.
    pub matter: MatterId,
    /// Of whom.
    pub organisation: OrganisationId,
    /// Counts them, from 1.
    pub number: i64,
    /// Which ground.
    pub code: String,
    /// The day of the record.
    pub on: Day,
    /// Of what shows it.
    pub document: Digest,
    /// What was found, in words.
    pub reason: String,
    /// The last day for the answer.
    pub due_day: Day,
    /// The clause of the ground.
    pub clause: String,
    /// Who found it.
    pub found_by: PersonId,
    /// When.
    pub found_at: Time,
}

/// Such a record to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLaterRecord {
    /// Which ground.
    pub code: String,
    /// The day of the record.
    pub on: Day,
    /// Of what shows it: an extract of a register.
    pub document: Digest,
    /// What was found, in words.
    pub reason: String,
}

impl Casework {
    /// Enters what was found of the one who was chosen, after the choice. Says its number.
    pub async fn find_later(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        new: NewLaterRecord,
    ) -> Result<Verdict<i64>, CaseworkError> {
        let mut desk = self.desk(actor, id).await?;
        let at = self.visible(&desk, organisation)?;
        let candidacy = desk.candidacies.swap_remove(at);
        let (today, regime) = (self.registry().ledger().now().day(), self.registry().regime());
        if desk.matter.kind != MatterKind::OperatorSelection {
            return Err(malformed("what is found of an admitted entity is told in a matter about it"));
        }
        let item = candidacy.item(&new.code).filter(|item| item.kind == ItemKind::Ground);
        let Some(item) = item else { return Err(malformed("`code` is no ground that was asked")) };
        let chars = new.reason.trim().chars().count();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
            let what = format!("`reason` has {chars} characters; say what in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}");
            return Err(malformed(what));
        }
        if new.on > today {
            return Err(malformed("`on` has not come"));
        }
        let mut found = Vec::new();
        let is_chosen = told(&desk.matter.facts, sheet::WINNER) == Some(organisation.as_str());
        if !is_shown(&desk.matter) || !is_chosen {
            let what = "a record after the choice is one of who was chosen, and this one was not";
            let instead = "give a finding on the ground while the selection runs";
            found.push(Reason::new(reasons::OUT_OF_TIME, what, &item.clause, instead));
        }
        if !is_runner(&desk.matter, &desk.known) && !SUPERVISE.iter().any(|role| desk.known.is(*role)) {
            let what = "a record after the choice is entered by who runs the selection or supervises it";
            found.push(Reason::new(reasons::LATER_ROLE, what, &item.clause, "tell them what you know"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        let known = store::later(&mut Book::Change(desk.turn.change()), id).await?;
        let number = known.iter().filter(|one| one.organisation == *organisation).map(|one| one.number).max();
        let days = regime.selection.later_record_days_max.as_ref().map_or(DAYS_MAX, |days| days.value);
        let record = LaterRecord {
            matter: id.clone(),
            organisation: organisation.clone(),
            number: number.unwrap_or_default().saturating_add(1),
            code: new.code,
            on: new.on,
            document: new.document,
            reason: new.reason,
            due_day: today.saturating_add(jiff::Span::new().days(i64::from(days))),
            clause: item.clause.clone(),
            found_by: actor.person.clone(),
            found_at: desk.turn.change().now(),
        };
        store::insert_later(desk.turn.change(), &record, &actor.organisation).await?;
        let facts = json!({ "organisation": organisation, "code": record.code, "due": record.due_day });
        let event = Event::done(Some(actor), "candidacy.record_found", id.as_str()).facts(facts).under(regime);
        desk.turn.commit(event.digests(None, Some(record.document)).citing(&record.clause)).await?;
        Ok(Verdict::Allow(record.number))
    }
}
