//! What memory knows of what a matter asks for: the contents, forms, answers and records
//! that the rules name at its opening and its moves, what must have gone before, and what
//! a scheme and an ending ask for alone.
//!
//! Not here: who may open a matter or make a move (`matters.rs`).

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::MatterMove;
use shuyu_model::id::PersonId;
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::{Citable, CiteRule, MoveRule, OPENING, list};
use shuyu_model::{Actor, Digest, Role};

use crate::memory::{Matter, Memory, Org, need};

impl Memory {
    pub(crate) fn is_known_ground(&self, facts: &BTreeMap<String, String>) -> bool {
        facts.get("ground").is_some_and(|ground| self.regime.agreement.exit_grounds.value.contains(ground))
    }

    pub(crate) fn contents(
        &self,
        kind: MatterKind,
        at: &str,
        facts: &BTreeMap<String, String>,
        found: &mut Vec<&'static str>,
    ) {
        let keys = self.rules(kind).contents_for(at, facts).flat_map(|contents| &contents.keys);
        let is_paper = |key: &str, told: &str| !key.ends_with("_digest") || Digest::parse(told).is_ok();
        let is_told = |key: &String| facts.get(key).is_some_and(|told| !told.trim().is_empty() && is_paper(key, told));
        need(keys.into_iter().all(is_told), "contents missing", found);
    }

    pub(crate) fn forms(&self, kind: MatterKind, facts: &BTreeMap<String, String>, found: &mut Vec<&'static str>) {
        for form in &self.rules(kind).forms {
            let told = facts.get(&form.key).filter(|told| !told.is_empty());
            need(told.is_none_or(|told| form.form.is_of(told)), "in another form", found);
        }
    }

    /// What is asked of a scheme alone.
    pub(crate) fn of_a_scheme(&self, matter: &Matter, named: &MatterMove, found: &mut Vec<&'static str>) {
        if matter.kind != MatterKind::Scheme {
            return;
        }
        let mut facts = matter.facts.clone();
        facts.extend(named.facts.clone());
        let was_approved = matter.known.contains_key("effective");
        let allowed = &self.regime.mode.allowed.value;
        match named.name.as_str() {
            "submit" => {
                let told = facts.get("mode");
                let is_mode = allowed.iter().any(|mode| told.is_some_and(|told| told == mode.word()));
                need(is_mode || (told.is_none() && allowed.len() == 1), "no mode", found);
                let grounds = &self.regime.agreement.exit_grounds.value;
                let is_ground = |told: &String| list(told).iter().all(|one| grounds.iter().any(|known| known == one));
                need(facts.get("exit_grounds").is_none_or(is_ground), "no such ground", found);
            }
            "amend" => {
                let large = self.regime.scheme.large_change.as_ref().map(|rule| &rule.value);
                let differs =
                    |key: &String| named.facts.get(key).is_some_and(|told| matter.facts.get(key) != Some(told));
                need(!large.is_some_and(|large| large.iter().any(differs)), "a larger change", found);
            }
            "withdraw" => need(!was_approved, "approved once", found),
            "drop_change" => need(was_approved, "never approved", found),
            _ => {}
        }
    }

    pub(crate) fn answers(&self, kind: MatterKind, facts: &BTreeMap<String, String>, found: &mut Vec<&'static str>) {
        for choice in &self.rules(kind).choices {
            let told = facts.get(&choice.key).filter(|told| !told.is_empty());
            need(told.is_none_or(|told| choice.values.contains(told)), "an unlisted answer", found);
        }
    }

    /// Which records are cited: what the rules ask for, of one whom the matter concerns.
    pub(crate) fn asks_for(
        &self,
        kind: MatterKind,
        at: &str,
        facts: &BTreeMap<String, String>,
        (subject, about): (&str, [&Option<Org>; 2]),
        cites: &[String],
        found: &mut Vec<&'static str>,
    ) {
        // Whoever opens something on a record may name that very record.
        let subject = if at == OPENING { "" } else { subject };
        for rule in self.rules(kind).cites_at(at) {
            if !rule.applies(facts) {
                continue;
            }
            need(cites.iter().any(|id| self.answers_to(id, rule, (subject, about))), "nothing cited", found);
        }
    }

    /// Whether a record is one that a rule asks for. A matter or case is no ground of a move
    /// of what is about it; a resource or scenario may be what was asked for.
    pub(crate) fn answers_to(&self, id: &str, rule: &CiteRule, (subject, about): (&str, [&Option<Org>; 2])) -> bool {
        let matter = self.matters.iter().find(|matter| matter.id.as_str() == id);
        let of = match (matter, SubjectKind::of(id)) {
            (Some(matter), _) => Citable::Matter(matter.kind),
            (None, Some(kind)) => Citable::Thing(kind),
            (None, None) => return false,
        };
        if id == subject && (matter.is_some() || SubjectKind::of(id) == Some(SubjectKind::Case)) {
            return false;
        }
        let org = match matter {
            Some(matter) => matter.subject_org.clone(),
            None => self.about(id, &self.somebody()).and_then(|about| about.org),
        };
        let is_in = matter.is_none_or(|m| {
            let mine: Vec<&str> = rule
                .states
                .iter()
                .filter_map(|state| match state.split_once('/') {
                    Some((kind, state)) => (kind == m.kind.word()).then_some(state),
                    None => Some(state.as_str()),
                })
                .collect();
            mine.is_empty() || mine.contains(&m.state)
        });
        let says = |key: &String| matter.and_then(|m| m.facts.get(key));
        let tells = rule.told.iter().all(|(key, told)| says(key).is_some_and(|said| told.0.contains(said)));
        let given = matter.filter(|m| m.kind.machine().counterparty.is_none()).and_then(|m| m.counterparty.clone());
        let is_about = |of: &Option<Org>| of.is_some() && about.contains(&of);
        rule.of.contains(&of) && (is_about(&org) || is_about(&given)) && is_in && tells
    }

    /// Somebody who sees every case.
    fn somebody(&self) -> Actor {
        let is_regulator = |(_, roles): &(&PersonId, &BTreeSet<Role>)| roles.contains(&Role::Regulator);
        let person = self.roles.iter().find(is_regulator).map(|(person, _)| person.clone()).unwrap();
        let organisation = self.roles_of.keys().next().unwrap().clone();
        Actor { person, organisation, roles: [Role::Regulator].into_iter().collect() }
    }

    /// The roles of the organisation that a matter is about, as far as it takes part in them.
    fn concerned(matter: &Matter) -> Vec<Role> {
        let own = |(_, party): &(&Role, &Org)| matter.subject_org.as_ref() == Some(*party);
        matter.parties.iter().filter(own).map(|(role, _)| *role).collect()
    }

    /// What must have gone before a move, and who alone makes it.
    pub(crate) fn passed(
        &self,
        matter: &Matter,
        name: &str,
        facts: &BTreeMap<String, String>,
        actor: &Actor,
        found: &mut Vec<&'static str>,
    ) {
        let rules = self.rules(matter.kind);
        let roles = Self::concerned(matter);
        let is_on = |on: &Vec<Role>| on.is_empty() || on.iter().any(|role| roles.contains(role));
        for one in rules.passages_required.iter().filter(|one| one.at == name && is_on(&one.on)) {
            let ground = facts.get("ground");
            if !one.grounds.is_empty() && !ground.is_some_and(|ground| one.grounds.contains(ground)) {
                continue;
            }
            let is_made = matter.made.iter().any(|made| made.by == one.after);
            let mut told = one.told.iter();
            let is_told = told.all(|(key, told)| facts.get(key).is_some_and(|said| told.0.contains(said)));
            need(is_made && is_told, "something must go before", found);
        }
        let Some((rule, _)) = self.leads(matter, name) else { return };
        for one in rules.reserved.iter().filter(|one| one.at == name && is_on(&one.on)) {
            let alone = MoveRule { by: one.by.clone(), ..rule.clone() };
            let is_another = !self.is_maker(matter, &rule, actor);
            need(is_another || self.is_maker(matter, &alone, actor), "not the maker", found);
        }
    }

    /// What an ending asks for beside its ground.
    pub(crate) fn ending(
        &self,
        matter: &Matter,
        name: &str,
        facts: &BTreeMap<String, String>,
        found: &mut Vec<&'static str>,
    ) {
        let ground = facts.get("ground").map(String::as_str);
        match (matter.kind, name) {
            (MatterKind::Exit, "confirm" | "end_access") => {
                let until = self.agreements[self.agreement_of(&matter.subject).unwrap()].until;
                need(ground != Some("expiry") || until < self.today(), "not run out", found);
                let asks = self.regime.agreement.targets_min.is_some() && name == "confirm";
                // Nobody here measures anything.
                need(!asks || ground != Some("targets_unmet_and_unrectified"), "no target missed", found);
            }
            (MatterKind::Exit, "close") => need(!matter.has_open_handover, "an open handover", found),
            (MatterKind::EntityOnboarding, "remove") => {
                let mut asked = self.rules(matter.kind).contents_at("remove");
                let is_asked = asked.any(|contents| contents.keys.iter().any(|key| key == "exit_standard"));
                let told = facts.get("exit_standard").filter(|told| !told.trim().is_empty());
                let stands = told.is_none_or(|told| "见第三章".contains(told.trim()));
                need(!is_asked || stands, "no such standard", found);
            }
            _ => {}
        }
    }
}
