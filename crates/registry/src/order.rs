//! Orders (加工任务): what an operator asks a processor to compute, for which scenario,
//! on which columns, as which kinds of output, until when.
//!
//! Not here: placing and answering one (`orders`), what it allows (`processing`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, OrderId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::{Day, Time};

use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::scenario::{FIELDS_MAX, PURPOSE_CHARS_MAX};

/// How far an order has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Placed; the processor has not answered.
    Placed,
    /// The processor has taken it: it can compute.
    Taken,
    /// The processor has declined it, with a reason.
    Declined,
    /// The operator has what it asked for.
    Closed,
    /// The operator took it back.
    Withdrawn,
}

impl OrderState {
    /// Every one.
    pub const ALL: [OrderState; 5] = [Self::Placed, Self::Taken, Self::Declined, Self::Closed, Self::Withdrawn];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Taken => "taken",
            Self::Declined => "declined",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Where a step leads from here; `None` where it cannot be made.
    pub fn after(self, step: OrderStep) -> Option<Self> {
        match (self, step) {
            (Self::Placed, OrderStep::Take) => Some(Self::Taken),
            (Self::Placed, OrderStep::Decline) => Some(Self::Declined),
            (Self::Taken, OrderStep::Close) => Some(Self::Closed),
            (Self::Placed | Self::Taken, OrderStep::Withdraw) => Some(Self::Withdrawn),
            _ => None,
        }
    }
}

/// What is done with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStep {
    /// The processor takes it.
    Take,
    /// The processor declines it.
    Decline,
    /// The operator has what it asked for.
    Close,
    /// The operator takes it back.
    Withdraw,
}

impl OrderStep {
    /// Every one.
    pub const ALL: [OrderStep; 4] = [Self::Take, Self::Decline, Self::Close, Self::Withdraw];

    /// What its event is called.
    pub(crate) fn event(self) -> &'static str {
        match self {
            Self::Take => "order.taken",
            Self::Decline => "order.declined",
            Self::Close => "order.closed",
            Self::Withdraw => "order.withdrawn",
        }
    }

    /// Whether the processor makes it, and not the operator.
    pub fn is_of_processor(self) -> bool {
        matches!(self, Self::Take | Self::Decline)
    }
}

/// A column that is ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedField {
    /// Of which resource.
    pub resource: ResourceId,
    /// Which.
    pub column: String,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What people call it.
    pub title: String,
    /// For which scenario.
    pub scenario: ScenarioId,
    /// Under which processing agreement.
    pub agreement: AgreementId,
    /// Who orders.
    pub operator: OrganisationId,
    /// Who computes.
    pub processor: OrganisationId,
    /// What is asked for, in the operator's words.
    pub requirements: String,
    /// As which kinds of output: words of [`OUTPUTS`].
    pub outputs: Vec<String>,
    /// On which columns; never more than the scenario's.
    pub fields: Vec<OrderedField>,
    /// Its last day.
    pub until: Day,
    /// The last day on which the processor's answer is in time, where the rules set one.
    pub answer_by: Option<Day>,
    /// How far it has come.
    pub state: OrderState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When it was placed.
    pub placed_at: Time,
    /// When the processor answered.
    pub answered_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Why it was declined, closed or taken back.
    pub reason: Option<String>,
}

impl Order {
    /// The columns of a resource that are ordered.
    pub fn columns_of(&self, resource: &ResourceId) -> Vec<&str> {
        self.fields.iter().filter(|f| &f.resource == resource).map(|f| f.column.as_str()).collect()
    }

    /// Whether its answer came, or would come, too late by this day.
    pub fn is_answered_late(&self, today: Day) -> bool {
        let answered = self.answered_at.map(Time::day);
        let is_open = self.state == OrderState::Placed;
        self.answer_by.is_some_and(|by| answered.map_or(is_open && by < today, |day| by < day))
    }

    /// The resources that it names, each once.
    pub fn resources(&self) -> BTreeSet<&ResourceId> {
        self.fields.iter().map(|field| &field.resource).collect()
    }
}

/// What became of the orders of one processor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OrdersTally {
    /// How many were placed.
    pub placed: u32,
    /// How many of them it declined.
    pub declined: u32,
    /// How many of them it answered too late, or has not answered in time.
    pub late: u32,
}

/// The kinds of output that can be ordered, as the workroom calls them.
pub const OUTPUTS: [&str; 4] = ["lookup", "dataset", "report", "model"];

/// An order to be placed. The operator is the actor's organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What people call it.
    pub title: String,
    /// For which scenario.
    pub scenario: ScenarioId,
    /// Under which processing agreement; its grantee computes.
    pub agreement: AgreementId,
    /// What is asked for.
    pub requirements: String,
    /// As which kinds of output.
    pub outputs: Vec<String>,
    /// On which columns; all of the scenario's where none is named.
    #[serde(default)]
    pub fields: Vec<OrderedField>,
    /// Its last day.
    pub until: Day,
}

impl NewOrder {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        text_fault("requirements", &self.requirements, PURPOSE_CHARS_MAX, &mut faults);
        let known = self.outputs.iter().all(|word| OUTPUTS.contains(&word.as_str()));
        if self.outputs.is_empty() || !known || self.outputs.len() > OUTPUTS.len() {
            faults.push(format!("`outputs` names one or more of: {}", OUTPUTS.join(", ")));
        }
        if self.fields.len() > FIELDS_MAX {
            faults.push(format!("`fields` has more than {FIELDS_MAX} fields"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_has_ended_goes_nowhere_and_only_a_placed_one_is_answered() {
        for state in OrderState::ALL {
            let next: Vec<_> = OrderStep::ALL.into_iter().filter(|step| state.after(*step).is_some()).collect();
            let expected: &[OrderStep] = match state {
                OrderState::Placed => &[OrderStep::Take, OrderStep::Decline, OrderStep::Withdraw],
                OrderState::Taken => &[OrderStep::Close, OrderStep::Withdraw],
                _ => &[],
            };
            assert_eq!(next, expected, "{state:?}");
            assert_eq!(OrderState::parse(state.word()), Some(state));
        }
    }
}
