//! Rules of classification and grading (数据分类分级规则): how low a column of each class
//! may be graded, set by the one body that the document names.
//!
//! INVARIANT (the newest counts): versions are kept; the newest one is what every draft,
//! case and permit is held against, at once.
//! INVARIANT (never looser than the law): whatever the rules say, what the document bars
//! stays barred; they only ask for more.
//!
//! Not here: grading a column (`resources`), what a grade opens (`decide`).

pub(crate) mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::OrganisationId;
use shuyu_model::{Actor, Column, ColumnClass, Digest, Grade, Reason, Reasons, Time, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::reasons::{self, names};
use crate::{Registry, RegistryError, Resource};

type Result<T> = std::result::Result<T, RegistryError>;

/// A version of the rules to be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGradingRules {
    /// The lowest grade of a column of each class; a class that is not named has none.
    pub grade_min: BTreeMap<ColumnClass, Grade>,
    /// Of the document that says so.
    pub document_digest: Digest,
}

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GradingRules {
    /// Counts up from 1.
    pub version: i64,
    /// The lowest grade of a column of each class.
    pub grade_min: BTreeMap<ColumnClass, Grade>,
    /// Of the document that says so.
    pub document_digest: Digest,
    /// Who set it.
    pub organisation: OrganisationId,
    /// When.
    pub set_at: Time,
}

impl Registry {
    /// Sets the rules of grading anew. What comes back is the version.
    pub async fn set_grading_rules(&self, actor: &Actor, new: NewGradingRules) -> Result<Verdict<i64>> {
        let Some(rule) = self.regime().resource.grading_rules_by.clone() else {
            let faults = vec!["these rules let nobody here set rules of grading".to_owned()];
            return Err(RegistryError::Malformed { faults });
        };
        if new.grade_min.is_empty() {
            let faults = vec!["`grade_min` names no class; name at least one with its lowest grade".to_owned()];
            return Err(RegistryError::Malformed { faults });
        }
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, std::slice::from_ref(&rule.value), &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "grading_rules.refused", "", reasons).await;
        }
        let rules = GradingRules {
            version: world.grading.as_ref().map_or(0, |known| known.version).saturating_add(1),
            grade_min: new.grade_min,
            document_digest: new.document_digest,
            organisation: actor.organisation.clone(),
            set_at: self.now(),
        };
        store::insert(turn.change(), &rules, &actor.person).await?;
        // Every permit rests on how its columns are graded.
        turn.touch(Basis::Catalogues);
        for id in world.resources.keys() {
            turn.touch(Basis::Resource(id.clone()));
        }
        let facts = json!({ "version": rules.version, "grade_min": rules.grade_min });
        let object = format!("grading_rules/{}", rules.version);
        let event = Event::done(Some(actor), "grading_rules.set", &object).under(self.regime()).facts(facts);
        turn.commit(event.citing(self.regime().cite(&rule)).digests(None, Some(new.document_digest))).await?;
        Ok(Verdict::Allow(rules.version))
    }

    /// Every version, oldest first.
    pub async fn grading_rules(&self) -> Result<Vec<GradingRules>> {
        store::all(&mut crate::store::Book::Ledger(self.ledger())).await
    }
}

/// REG-138: columns that are graded lower than their class may be.
pub(crate) fn against(asked: &Asked<'_>, resource: &Resource, columns: &[&str], found: &mut Vec<Reason>) {
    let (Some(rules), Some(rule)) = (&asked.world.grading, &asked.regime.resource.grading_rules_by) else { return };
    let is_low = |column: &Column| {
        let least = rules.grade_min.get(&column.class);
        least.is_some_and(|least| column.grade.is_some_and(|grade| grade < *least))
    };
    let chosen = resource.columns.iter().filter(|column| columns.contains(&column.name.as_str()));
    let low: Vec<&str> = chosen.filter(|column| is_low(column)).map(|column| column.name.as_str()).collect();
    if !low.is_empty() {
        let body = asked.regime.word(rule.value);
        let what = format!(
            "graded lower on `{}` than version {} of the rules of {body} lets: {}",
            resource.name,
            rules.version,
            names(&low)
        );
        let instead = "let its department grade them as the rules say, and register that";
        found.push(asked.regime.reason(reasons::GRADED_TOO_LOW, rule, what, instead));
    }
}
