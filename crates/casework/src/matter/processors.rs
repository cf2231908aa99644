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
use shuyu_model::{Reason, Role};
use shuyu_registry::{Turn, enact};

use super::{Matter, MatterMove, store};
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The facts that the platform counts.
const PLACED: &str = "orders_placed";
const DECLINED: &str = "orders_declined";
const LATE: &str = "orders_late";
const FAILING: &str = "failing_years_running";
/// The result, and the one that counts here.
const RESULT: &str = "result";
const FAILED: &str = "failed";
/// The ground on which the agreements end.
const GROUND: &str = "assessment_failed";

impl Casework {
    /// Tells what is counted at a move of a processor's assessment. CAS-125 against whoever
    /// tells other numbers. Upholds INVARIANT (counted).
    pub(crate) async fn count_for_processor(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &mut MatterMove,
    ) -> Result<Vec<Reason>> {
        let Some((rule, processor)) = self.assessed(matter) else { return Ok(Vec::new()) };
        let counted: Vec<(&str, String)> = match named.name.as_str() {
            "score" => {
                let months =
                    jiff::Span::new().months(rule.every_months.as_ref().map_or(12, |every| i64::from(every.value)));
                let since = turn.change().now().day().saturating_sub(months);
                let tally = self.registry().orders_tally_in(turn, processor, since).await?;
                let numbers = [(PLACED, tally.placed), (DECLINED, tally.declined), (LATE, tally.late)];
                numbers.into_iter().map(|(key, count)| (key, count.to_string())).collect()
            }
            "confirm" => {
                let result = named.facts.get(RESULT).or_else(|| matter.facts.get(RESULT));
                let is_failed = result.is_some_and(|result| result == FAILED);
                let years = if is_failed { self.failing_with(turn, matter, processor).await? } else { 0 };
                vec![(FAILING, years.to_string())]
            }
            _ => matter.facts.get(FAILING).map(|years| (FAILING, years.clone())).into_iter().collect(),
        };
        let differs = |(key, count): &&(&str, String)| named.facts.get(*key).is_some_and(|told| told.trim() != count);
        let told: Vec<&str> = counted.iter().filter(differs).map(|(key, _)| *key).collect();
        let shown: Vec<String> = counted.iter().map(|(key, count)| format!("{key} {count}")).collect();
        let reason = (!told.is_empty()).then(|| {
            let what = format!("these are counted by the platform, and told otherwise: {}", told.join(", "));
            let clause = self.registry().regime().cite_clause(&rule.source);
            let instead = format!("leave them out; they are {}", shown.join(", "));
            Reason::new(reasons::MISCOUNTED, what, clause, instead)
        });
        if reason.is_none() {
            named.facts.extend(counted.into_iter().map(|(key, count)| (key.to_owned(), count)));
        }
        Ok(reason.into_iter().collect())
    }

    /// What follows from a result that was just confirmed. Says which agreements ended.
    /// Upholds INVARIANT (lost at once).
    pub(crate) async fn processor_assessed(&self, turn: &mut Turn, matter: &Matter, name: &str) -> Result<Vec<String>> {
        let Some((rule, processor)) = self.assessed(matter).filter(|_| name == "confirm") else {
            return Ok(Vec::new());
        };
        let years = matter.facts.get(FAILING).and_then(|years| years.parse::<u16>().ok()).unwrap_or_default();
        let is_out = rule.failing_years_out.as_ref().is_some_and(|out| u16::from(out.value) <= years);
        if !is_out {
            return Ok(Vec::new());
        };
        let mut ended = Vec::new();
        for agreement in self.registry().processing_of_in(turn, processor).await? {
            ended.extend(enact::access_ended(turn, agreement.as_str(), GROUND).await?);
        }
        Ok(ended)
    }

    /// The rule of the assessment, and whom it is of, where the matter assesses a processor.
    fn assessed<'a>(&'a self, matter: &'a Matter) -> Option<(&'a Assessment, &'a OrganisationId)> {
        let rule = self.registry().regime().assessment.iter().find(|rule| rule.of == Assessed::Processor)?;
        let of = matter.parties.get(&Role::Processor).filter(|_| matter.kind == MatterKind::Assessment)?;
        Some((rule, of))
    }

    /// How many years running it has failed, with the one that this matter is of.
    async fn failing_with(&self, turn: &mut Turn, matter: &Matter, processor: &OrganisationId) -> Result<u16> {
        let results = store::results_of(turn.change(), processor).await?;
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
