//! Moves that wait for data itself: an aggregation is supplied once data has come after it
//! was put, and a quality issue ends once a check has passed after it was fixed.
//!
//! INVARIANT (checked after): what landed before the fix, or before the demand was put,
//! answers neither.
//!
//! Not here: the check (`sources`), what each landing brought (`registry::supply`).

use shuyu_model::id::ResourceId;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Reason, Time};
use shuyu_registry::{Supply, Turn};

use super::{Matter, MatterMove, Moved};
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The demands that only data which lands answers.
const LANDED: [&str; 2] = ["aggregation", "data_update"];

impl Casework {
    /// CAS-135, CAS-136.
    pub(crate) async fn against_supply(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
        history: &[Moved],
    ) -> Result<Vec<Reason>> {
        match (matter.kind, named.name.as_str()) {
            (MatterKind::QualityIssue, "confirm") => self.rechecked(turn, matter, history).await,
            (MatterKind::DataDemand, "supply") => self.landed(turn, matter, named, history).await,
            _ => Ok(Vec::new()),
        }
    }

    /// CAS-136: the last landing after the fix passed its check.
    async fn rechecked(&self, turn: &mut Turn, matter: &Matter, history: &[Moved]) -> Result<Vec<Reason>> {
        let regime = self.registry().regime();
        let Some(rules) = &regime.quality else { return Ok(Vec::new()) };
        let Some(rule) = rules.recheck.as_ref().filter(|rule| rule.value) else { return Ok(Vec::new()) };
        let fixed_at = last(history, "fix").unwrap_or(matter.entered_at);
        let Ok(resource) = ResourceId::parse(&matter.subject) else { return Ok(Vec::new()) };
        let supply = self.registry().last_supply_in(turn, &resource).await?;
        let score_min = i64::from(rules.score_min.value).saturating_mul(10);
        let after = supply.filter(|supply| fixed_at <= supply.landed_at);
        let what = match after {
            Some(supply) if score_min <= supply.accuracy => return Ok(Vec::new()),
            Some(supply) => format!(
                "version {} has {}‰ good rows; a check passes with {score_min}‰",
                supply.version, supply.accuracy
            ),
            None => "nothing was landed and checked since it was fixed".to_owned(),
        };
        let instead = "let the department land the data anew, so that it is checked; or reopen the issue";
        Ok(vec![regime.reason(reasons::NOT_RECHECKED, rule, what, instead)])
    }

    /// CAS-135: of each cited resource something was landed since the demand was put.
    async fn landed(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
        history: &[Moved],
    ) -> Result<Vec<Reason>> {
        let regime = self.registry().regime();
        let rule = regime.quality.as_ref().and_then(|rules| rules.supply_is_landed.as_ref());
        let Some(rule) = rule.filter(|rule| rule.value) else { return Ok(Vec::new()) };
        let told = named.facts.get("request").or_else(|| matter.facts.get("request"));
        if !told.is_some_and(|told| LANDED.contains(&told.as_str())) {
            return Ok(Vec::new());
        }
        let put_at = last(history, "put").unwrap_or(matter.opened_at);
        let own = ResourceId::parse(&matter.subject).ok();
        let cited = named.cites.iter().filter_map(|id| ResourceId::parse(id).ok()).chain(own);
        let mut is_landed = false;
        for resource in cited {
            let supply: Option<Supply> = self.registry().last_supply_in(turn, &resource).await?;
            is_landed |= supply.is_some_and(|supply| put_at <= supply.landed_at);
        }
        if is_landed {
            return Ok(Vec::new());
        }
        let what = "nothing of what it cites was landed since the demand was put";
        let instead = "land the data, then name its resource in `cites`";
        Ok(vec![regime.reason(reasons::NOT_LANDED, rule, what, instead)])
    }
}

/// When a move was made last.
fn last(history: &[Moved], name: &str) -> Option<Time> {
    history.iter().rev().find(|moved| moved.by == name).map(|moved| moved.at)
}
