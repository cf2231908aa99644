//! The platform's own moves: what the rules prescribe when a day has passed.
//!
//! INVARIANT (once): a sweep makes a move only from the state that has it and only
//! on its day or later; run again, it finds nothing left.

use serde::Serialize;
use shuyu_model::Day;
use shuyu_model::Time;
use shuyu_model::id::MatterId;

use super::{Facts, MOVES_MAX, store};
use crate::matters::Made;
use crate::store::Book;
use crate::{Casework, CaseworkError};

/// The most matters that one sweep looks at; the next one goes on.
pub const SWEEP_MATTERS_MAX: usize = 500;

/// A move that the platform made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Of which matter.
    pub matter: MatterId,
    /// Which.
    pub name: String,
    /// Where it stands then.
    pub state: String,
}

impl Casework {
    /// Makes every move of the platform whose day has come by `now`.
    pub async fn sweep(&self, now: Time) -> Result<Vec<Swept>, CaseworkError> {
        let today = now.day();
        let mut swept = Vec::new();
        let due = store::due_for_platform(self.registry().ledger(), today, SWEEP_MATTERS_MAX).await?;
        for id in due {
            // One move may lead to a state that has the next: overdue, then closed.
            while let Some(made) = self.sweep_one(&id, today).await? {
                swept.push(made);
            }
        }
        Ok(swept)
    }

    async fn sweep_one(&self, id: &MatterId, today: Day) -> Result<Option<Swept>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let mut matter = store::matter(&mut Book::Change(turn.change()), id).await?;
        // Asked again inside the turn: somebody may have moved it meanwhile.
        let has_come = matter.platform_day.is_some_and(|day| day <= today) && matter.version < MOVES_MAX;
        let machine = matter.machine();
        let rule = matter.rules.rules_from(machine, matter.state).find(|rule| rule.is_of_platform()).cloned();
        let leads = rule.and_then(|rule| machine.transition(matter.state, &rule.word).map(|to| (rule, to)));
        let Some((rule, transition)) = leads.filter(|_| has_come) else { return Ok(None) };
        let reason = "the day by which it was due has passed 已逾期";
        let cites = Vec::new();
        let made =
            Made { actor: None, reason, evidence: None, facts: Facts::new(), due_day: None, cites, assignee: None };
        let event = self.advance(&mut turn, &mut matter, &rule, transition, made).await?;
        turn.commit(event).await?;
        Ok(Some(Swept { matter: matter.id, name: rule.word, state: matter.state.to_owned() }))
    }
}
