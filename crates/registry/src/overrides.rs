//! Rules of a higher level that set a value of the document anew (上级新规定): who issued
//! them, which value, from which day. From that day on every decision is made by it, and
//! its reasons cite it; decisions before it keep theirs.
//!
//! INVARIANT (from its day): a value is set anew on its first day and not before; of two
//! the one that begins later counts.
//! INVARIANT (whole): what this document cannot take, or what makes it contradict itself on
//! any day from then on, is not entered; only where the document yields to higher rules.
//! INVARIANT (stamped): each one that counts moves the stamp of the rules.
//!
//! Not here: new versions of the document itself (`rules`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shuyu_ledger::Event;
use shuyu_model::id::PersonId;
use shuyu_model::regime::Anew;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Regime, Role, Time, Verdict};

use crate::live::Basis;
use crate::page::{Listing, Page};
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::store::Book;
use crate::{Registry, RegistryError, decide, reasons, store};

type Result<T> = std::result::Result<T, RegistryError>;

/// The most of them.
const OVERRIDES_MAX: usize = 200;
/// The longest value, as JSON.
const VALUE_BYTES_MAX: usize = 20_000;

/// A higher rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Override {
    /// Counts them, from 1.
    pub number: i64,
    /// Which value: `agreement.years_max`.
    pub key: String,
    /// What it is set to; `null` where it is taken away.
    pub value: Value,
    /// Who issued the rule.
    pub issuer: String,
    /// Its number and clause: `粤数〔2026〕3号 第五条`.
    pub rule: String,
    /// The first day on which it counts.
    pub first_day: Day,
    /// Of its text.
    pub document: Digest,
    /// Who entered it.
    pub entered_by: PersonId,
    /// When.
    pub entered_at: Time,
}

/// A higher rule to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    /// Which value, by its path in the document's file.
    pub key: String,
    /// What it is set to; `null` takes it away.
    pub value: Value,
    /// Who issued the rule.
    pub issuer: String,
    /// Its number and clause.
    pub rule: String,
    /// The first day on which it counts.
    pub first_day: Day,
    /// Of its text.
    pub document: Digest,
}

impl Override {
    /// What in the rules it sets anew, and who says so.
    fn anew<'a>(&'a self, source: &'a str) -> Anew<'a> {
        Anew { key: &self.key, value: &self.value, source }
    }

    fn source(&self) -> String {
        format!("{} {}", self.issuer, self.rule)
    }
}

impl Registry {
    /// Enters a higher rule (managing body). Says its number.
    pub async fn enter_override(&self, actor: &Actor, new: NewOverride) -> Result<Verdict<i64>> {
        let mut faults = Vec::new();
        text_fault("key", &new.key, NAME_CHARS_MAX, &mut faults);
        text_fault("issuer", &new.issuer, NAME_CHARS_MAX, &mut faults);
        text_fault("rule", &new.rule, NAME_CHARS_MAX, &mut faults);
        if new.value.to_string().len() > VALUE_BYTES_MAX {
            faults.push(format!("`value` has more than {VALUE_BYTES_MAX} bytes"));
        }
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Regulator], &mut found);
        let regime = self.regime();
        let rule = regime.hierarchy.higher_rules_prevail.as_ref().filter(|rule| rule.value);
        if rule.is_none() {
            let what = "the document yields to no later rule of a higher level by itself";
            let instead = "issue a new version of the rules";
            found.push(Reason::new(reasons::NOT_YIELDING, what, regime.cite_clause("setting"), instead));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "rules.override_refused", "", reasons).await;
        }
        let mut known = store::overrides(&mut Book::Change(turn.change())).await?;
        if known.len() >= OVERRIDES_MAX {
            return Err(RegistryError::conflict(format!(
                "there are {OVERRIDES_MAX}; issue a new version of the rules"
            )));
        }
        let number = known.iter().map(|one| one.number).max().unwrap_or_default().saturating_add(1);
        let NewOverride { key, value, issuer, rule: cited, first_day, document } = new;
        let entered_by = actor.person.clone();
        let entered_at = self.now();
        let one = Override { number, key, value, issuer, rule: cited, first_day, document, entered_by, entered_at };
        known.push(one.clone());
        RegistryError::of_faults(faults_from(self.0.rules.written(), known, first_day))?;
        store::insert_override(turn.change(), &one).await?;
        let facts = json!({
            "number": number, "key": one.key, "value": one.value, "issuer": one.issuer, "rule": one.rule,
            "first_day": first_day,
        });
        let event = Event::done(Some(actor), "rules.overridden", regime.stamp()).facts(facts).under(regime);
        let clause = rule.map_or_else(|| regime.cite_clause("setting"), |rule| regime.cite(rule));
        turn.commit(event.digests(None, Some(document)).citing(clause)).await?;
        self.refresh_rules().await?;
        Ok(Verdict::Allow(number))
    }

    /// Every higher rule that was entered, oldest first.
    pub async fn overrides(&self) -> Result<Vec<Override>> {
        store::overrides(&mut Book::Ledger(self.ledger())).await
    }

    /// A page of them, each with whether it counts today.
    pub async fn overrides_listed(&self, page: &Page) -> Result<Listing<(Override, bool)>> {
        let today = self.now().day();
        let all = self.overrides().await?.into_iter().map(|one| (format!("{:06}", one.number), one));
        let all: Vec<(String, Override)> = all.collect();
        let made = |(_, one): &(String, Override)| (one.clone(), one.first_day <= today);
        Ok(Listing::cut(all.iter(), page, |(key, _)| key.as_str(), made))
    }

    /// Takes up the higher rules whose day has come. Asked when the platform starts, when
    /// one is entered, and by the sweep. Upholds INVARIANT (stamped); permits that were given
    /// under the rules before end.
    pub async fn refresh_rules(&self) -> Result<()> {
        let today = self.now().day();
        let mut due = self.overrides().await?;
        due.retain(|one| one.first_day <= today);
        due.sort_by_key(|one| (one.first_day, one.number));
        if usize::try_from(self.regime().higher_rules).is_ok_and(|taken_up| taken_up == due.len()) {
            return Ok(());
        }
        let mut regime = Regime::clone(self.0.rules.written());
        for one in &due {
            let damaged = |what| RegistryError::Damaged { kind: "rule override", id: one.number.to_string(), what };
            regime = regime.set_anew(&[one.anew(&one.source())]).map_err(damaged)?;
        }
        self.0.rules.take_up(regime);
        self.0.touched(&BTreeSet::from([Basis::Rules]));
        Ok(())
    }
}

/// What makes the rules contradict themselves on a day from this one on, as higher rules
/// come into force one after the other.
fn faults_from(written: &Regime, mut all: Vec<Override>, first_day: Day) -> Vec<String> {
    all.sort_by_key(|one| (one.first_day, one.number));
    let mut regime = Regime::clone(written);
    for (at, one) in all.iter().enumerate() {
        regime = match regime.set_anew(&[one.anew(&one.source())]) {
            Ok(regime) => regime,
            Err(what) => return vec![what],
        };
        let is_last_of_day = all.get(at.saturating_add(1)).is_none_or(|next| next.first_day != one.first_day);
        let faults = if one.first_day >= first_day && is_last_of_day { regime.faults() } else { Vec::new() };
        if !faults.is_empty() {
            let day = one.first_day;
            return faults
                .into_iter()
                .map(|what| format!("from {day} on the rules would contradict themselves: {what}"))
                .collect();
        }
    }
    Vec::new()
}
