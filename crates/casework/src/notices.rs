//! Notices (通知): who is told of a move of a matter the moment it is made, each
//! organisation by itself, and when each says that it knows.
//!
//! INVARIANT (told at once): a notice is a row of the change that holds its move.
//! INVARIANT (by itself): an organisation answers its own notice and nobody else's.
//!
//! Not here: who is told of what (`regime::NoticeRule`), what is owed (`obligations`).

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::{Actor, Day, Reason, Reasons, Time, Verdict};
use shuyu_registry::Turn;

use crate::matter::Matter;
use crate::store::Book;
use crate::{Casework, CaseworkError, matter, reasons};

pub(crate) mod store;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most organisations that one move tells.
pub const NOTICES_MAX: usize = 100;

/// Somebody who was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatterNotice {
    /// Of which matter.
    pub matter: MatterId,
    /// Of which of its moves.
    pub version: i64,
    /// Who.
    pub organisation: OrganisationId,
    /// When they were told.
    pub sent_at: Time,
    /// The last day on which their answer is in time.
    pub due_day: Day,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that asks for it.
    pub clause: String,
    /// When they said that they know.
    pub received_at: Option<Time>,
    /// Who said so.
    pub received_by: Option<PersonId>,
}

impl Casework {
    /// Tells everybody whom the rules name of the move that a matter has just had. Gives
    /// their ids.
    pub(crate) async fn notify(&self, turn: &mut Turn, matter: &Matter, at: &str) -> Result<Vec<OrganisationId>> {
        let regime = self.registry().regime();
        let sent_at = turn.change().now();
        let mut told: Vec<OrganisationId> = Vec::new();
        for rule in matter.rules.notices_at(at) {
            let mut to = self.registry().holders_in(turn, &rule.to).await?;
            to.extend(matter.subject_organisation.clone().filter(|_| rule.concerned));
            let due = self.calendar().after(sent_at.day(), rule.working_days_max.value);
            for organisation in to {
                if told.contains(&organisation) || told.len() >= NOTICES_MAX {
                    continue;
                }
                let notice = MatterNotice {
                    matter: matter.id.clone(),
                    version: matter.version,
                    organisation: organisation.clone(),
                    sent_at,
                    due_day: due.day,
                    is_estimated: due.is_estimated,
                    clause: regime.cite_clause(&rule.source),
                    received_at: None,
                    received_by: None,
                };
                store::insert(turn.change(), &notice).await?;
                told.push(organisation);
            }
        }
        Ok(told)
    }

    /// Says for the own organisation that it knows of a move. What comes back is when.
    pub async fn receive_notice(&self, actor: &Actor, id: &MatterId, version: i64) -> Result<Verdict<Time>> {
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let found = matter::store::matter(&mut Book::Change(turn.change()), id).await?;
        let notices = store::of_matter(&mut Book::Change(turn.change()), id).await?;
        let is_own = |notice: &&MatterNotice| notice.version == version && notice.organisation == known.organisation;
        let own = notices.iter().find(is_own);
        let sees = own.is_some() || self.sight_in(&mut turn, actor).await?.sees_matter(&found);
        if !sees {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        let Some(own) = own.filter(|_| !known.roles.is_empty()) else {
            let what = "your organisation was sent no notice of this move 未向贵单位发出该通知";
            let clause = self.registry().regime().cite_clause(&found.rules.source);
            let reason = Reason::new(reasons::NOT_NOTIFIED, what, clause, "leave it to an organisation that was");
            return self.refuse(turn, actor, "notice.refused", id.as_str(), Reasons::one(reason)).await;
        };
        if own.received_at.is_some() {
            return Err(CaseworkError::Conflict { what: "your organisation has said that it knows".to_owned() });
        }
        let now = turn.change().now();
        store::set_received(turn.change(), own, &actor.person).await?;
        let facts = json!({ "version": version, "organisation": own.organisation, "sent_at": own.sent_at,
            "due": own.due_day, "is_late": own.due_day < now.day() });
        let event = Event::done(Some(actor), "notice.received", id.as_str()).facts(facts).citing(&own.clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(now))
    }
}
