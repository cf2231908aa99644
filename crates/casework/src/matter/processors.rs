//! The yearly assessment of a processor (数据加工主体): what the platform counts of its
//! orders and of the years in which it failed, and what follows from the last.
//!
//! INVARIANT (counted): how many orders it declined or answered late, and how many years
//! running it failed, stand in its assessment as the platform counts them, whatever
//! anybody tells.
//! INVARIANT (lost at once): with the last failing year that the document allows its
//! agreements end in the change that confirms the result, and permits under them die.
//!
//! Not here: the moves (`model::matter`), the orders (`registry::orders`).

use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Assessed, Assessment};
use shuyu_model::{Reason, Regime};
use shuyu_registry::{Turn, enact};

use super::{Facts, Matter};
use crate::assessment::{HeldBy, store as assessments};
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The facts that the platform counts.
const PLACED: &str = "orders_placed";
const DECLINED: &str = "orders_declined";
const LATE: &str = "orders_late";
const FAILING: &str = "failing_years_running";
const COUNTED: [&str; 4] = [PLACED, DECLINED, LATE, FAILING];
/// The result, and the one that counts here.
const RESULT: &str = "result";
const FAILED: &str = "failed";
/// The ground on which the agreements end.
const GROUND: &str = "assessment_failed";

impl Casework {
    /// What the platform counts at a move of a processor's assessment. Upholds INVARIANT
    /// (counted).
    pub(crate) async fn counted_at(&self, turn: &mut Turn, matter: &Matter, name: &str, told: &Facts) -> Result<Facts> {
        let Some((rule, processor)) = self.assessed(turn, matter).await? else { return Ok(Facts::new()) };
        let counted: Vec<(&str, String)> = match name {
            "score" => {
                let months =
                    jiff::Span::new().months(rule.every_months.as_ref().map_or(12, |every| i64::from(every.value)));
                let since = turn.change().now().day().saturating_sub(months);
                let tally = self.registry().orders_tally_in(turn, &processor, since).await?;
                let numbers = [(PLACED, tally.placed), (DECLINED, tally.declined), (LATE, tally.late)];
                numbers.into_iter().map(|(key, count)| (key, count.to_string())).collect()
            }
            "confirm" => {
                let is_failed = told.get(RESULT).is_some_and(|result| result.trim() == FAILED);
                let years = if is_failed { self.failing_with(turn, matter, rule, &processor).await? } else { 0 };
                vec![(FAILING, years.to_string())]
            }
            _ => Vec::new(),
        };
        Ok(counted.into_iter().map(|(key, count)| (key.to_owned(), count)).collect())
    }

    /// What follows from a result that was just confirmed. Says which agreements ended.
    /// Upholds INVARIANT (lost at once).
    pub(crate) async fn processor_assessed(&self, turn: &mut Turn, matter: &Matter, name: &str) -> Result<Vec<String>> {
        if name != "confirm" {
            return Ok(Vec::new());
        }
        let Some((rule, processor)) = self.assessed(turn, matter).await? else { return Ok(Vec::new()) };
        let years = matter.facts.get(FAILING).and_then(|years| years.parse::<u16>().ok()).unwrap_or_default();
        let is_out = rule.failing_years_out.as_ref().is_some_and(|out| u16::from(out.value) <= years);
        if !is_out {
            return Ok(Vec::new());
        }
        let mut ended = Vec::new();
        for agreement in self.registry().processing_of_in(turn, &processor).await? {
            ended.extend(enact::access_ended(turn, agreement.as_str(), GROUND).await?);
        }
        Ok(ended)
    }

    /// The rule of the assessment, and whom it is of, where the matter assesses a processor.
    async fn assessed(&self, turn: &mut Turn, matter: &Matter) -> Result<Option<(&Assessment, OrganisationId)>> {
        let row = self.row_of(turn, matter).await?.filter(|row| row.of == Assessed::Processor);
        Ok(row.zip(matter.subject_organisation.clone()))
    }

    /// How many years running it has failed, with the one that this matter is of.
    async fn failing_with(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        rule: &Assessment,
        processor: &OrganisationId,
    ) -> Result<u16> {
        let results = assessments::by_year(turn.change(), processor.as_str(), HeldBy::of(rule)).await?;
        let mut year = matter.opened_at.day().year();
        let mut running: u16 = 1;
        loop {
            year = year.saturating_sub(1);
            // Of several in one year the last counts.
            match results.iter().rev().find(|(of, _)| *of == year) {
                Some((_, result)) if result == FAILED => running = running.saturating_add(1),
                _ => return Ok(running),
            }
        }
    }
}

/// CAS-125 against whoever tells, at any move of an assessment, what the platform counts.
/// Upholds INVARIANT (counted).
pub(crate) fn told_counts(regime: &Regime, matter: &Matter, facts: &Facts) -> Option<Reason> {
    let told: Vec<&str> = COUNTED.into_iter().filter(|key| facts.contains_key(*key)).collect();
    (matter.kind == MatterKind::Assessment && !told.is_empty()).then(|| {
        let what = format!("these are counted by the platform, and told by nobody: {}", told.join(", "));
        let clause = regime.cite_clause(&matter.rules.source);
        Reason::new(reasons::MISCOUNTED, what, clause, "leave them out; they stand there once they are counted")
    })
}
