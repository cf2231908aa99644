//! What speaks against opening a matter or making a move: every reason at once.
//!
//! INVARIANT (apart): whom a matter is about, who made its subject, and the body
//! complained against do not decide it; `model::matter` names the moves.

use std::collections::BTreeSet;

use shuyu_model::id::OrganisationId;
use shuyu_model::matter::{Effect, Guard, Machine, MatterKind, Transition};
use shuyu_model::regime::{Maker, MatterRules, MoveRule, OPENING};
use shuyu_model::{Actor, Calendar, Day, Reason, Regime, Role};

use super::cites::{self, Cited};
use super::followed;
use super::{Facts, Matter, MatterMove, Moved};
use crate::gates::scheme;
use crate::reasons;

/// What a question is asked with.
pub(crate) struct Asked<'a> {
    pub(crate) regime: &'a Regime,
    pub(crate) calendar: &'a Calendar,
    pub(crate) today: Day,
    /// The actor with the roles that they hold now.
    pub(crate) known: &'a Actor,
}

/// What an opening is asked with, beside the matter.
pub(crate) struct Opened<'a> {
    pub(crate) openers: Openers,
    /// The roles of the organisation that it is about.
    pub(crate) subject_roles: &'a [Role],
    /// Whether it is about an agreement that was never concluded.
    pub(crate) is_draft: bool,
    /// Whether the opener's organisation has an agreement in force with whom it is about.
    pub(crate) has_agreement: bool,
    pub(crate) cited: &'a [Cited],
}

/// CAS-022, CAS-023, CAS-027, CAS-031, CAS-033, CAS-060 to CAS-062, CAS-064, CAS-101,
/// CAS-179 against opening `matter`.
pub(crate) fn against_opening(asked: &Asked<'_>, matter: &Matter, opened: &Opened<'_>, found: &mut Vec<Reason>) {
    let (regime, rules) = (asked.regime, &matter.rules);
    let clause = regime.cite_clause(&rules.source);
    let held: Vec<_> = rules.open_by.iter().filter(|role| asked.known.is(**role)).collect();
    if held.is_empty() {
        let who: Vec<&str> = rules.open_by.iter().map(|role| regime.word(*role)).collect();
        let what = format!("a matter of this kind ({}) is opened by {}", matter.machine().title, who.join(", "));
        found.push(Reason::new(reasons::MATTER_NOT_THE_OPENER, what, &clause, "ask somebody who holds such a role"));
    } else if !held.iter().any(|role| rules.oversees(**role, opened.subject_roles)) {
        let what = "you do not oversee the organisation that it would be about";
        let instead = "leave it to the body that supervises that organisation";
        found.push(Reason::new(reasons::NOT_ITS_OVERSEER, what, &clause, instead));
    } else if !opened.has_agreement && held.iter().all(|role| rules.needs_agreement(**role)) {
        let what = "your organisation has no agreement in force with the one that it would be about";
        let clause = rules.under_agreement.as_ref().map_or_else(|| clause.clone(), |roles| regime.cite(roles));
        let instead = "leave it to the body that supervises that organisation, or tell that body";
        found.push(Reason::new(reasons::NO_AGREEMENT_WITH, what, clause, instead));
    } else if opened.openers == Openers::Parties
        && !held.iter().any(|role| matter.parties.get(role).is_none_or(|party| *party == asked.known.organisation))
    {
        let what = "in that role another organisation is the party to it";
        found.push(Reason::new(reasons::MOVE_OTHER_PARTY, what, &clause, "leave it to that organisation"));
    }
    for guard in matter.machine().opening {
        match guard {
            Guard::Concluded => found.extend(opened.is_draft.then(|| {
                let what = "the agreement was never concluded, so that nobody has to leave it";
                Reason::new(reasons::NOT_CONCLUDED, what, &clause, "withdraw the case on its draft")
            })),
            guard => found.extend(against_guard(asked, matter, *guard)),
        }
    }
    contents(regime, rules, OPENING, &matter.facts, found);
    answers(regime, rules, &matter.facts, found);
    forms(regime, rules, &matter.facts, found);
    found.extend(followed::against_times(regime, rules, &matter.facts, matter.opened_at));
    cites::against(asked, matter, OPENING, &matter.facts, opened.cited, found);
    let knows_grounds = matter.machine().moves.iter().any(|row| row.guards.contains(&Guard::KnownGround));
    if knows_grounds && !is_known_ground(regime, &matter.facts) {
        found.push(unknown_ground(regime));
    }
}

/// Whether others than its parties may open a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Openers {
    /// In a role that has a party here, only the party.
    Parties,
    /// Whoever holds the role: a complaint is about others.
    Anyone,
}

/// Everything against a move, by people. `rule` and `transition` are `None` where
/// the matter has no such move now.
pub(crate) fn against_move(
    asked: &Asked<'_>,
    matter: &Matter,
    named: &MatterMove,
    leads: Option<(&MoveRule, &Transition)>,
    history: &[Moved],
    cited: &[Cited],
) -> Vec<Reason> {
    let (mut found, machine) = (Vec::new(), matter.machine());
    match leads {
        None => found.push(no_such_move(asked.regime, matter, &named.name)),
        Some((rule, transition)) => {
            makers(asked, matter, rule, &mut found);
            evidence(asked, matter, named, rule, &mut found);
            let mut facts = matter.facts.clone();
            facts.extend(named.facts.clone());
            contents(asked.regime, &matter.rules, &named.name, &facts, &mut found);
            answers(asked.regime, &matter.rules, &named.facts, &mut found);
            forms(asked.regime, &matter.rules, &named.facts, &mut found);
            found.extend(for_other_facts(asked.regime, matter, rule, &facts));
            cites::against(asked, matter, &named.name, &facts, cited, &mut found);
            passages(asked, matter, &named.name, &facts, history, &mut found);
            if matter.kind == MatterKind::Scheme {
                scheme::against_move(asked.regime, matter, named, history, &mut found);
            }
            too_early(asked, matter, rule, &mut found);
            due_too_late(asked, matter, named, rule, transition, &mut found);
            if transition.effects.contains(&Effect::EndAccess)
                && !is_known_ground(asked.regime, &facts)
                && rule.ground.is_none()
            {
                found.push(unknown_ground(asked.regime));
            }
        }
    }
    for guard in machine.row(&named.name).map(|row| row.guards).unwrap_or_default() {
        found.extend(against_guard(asked, matter, *guard));
    }
    found.extend(others_facts(asked, matter, named, history));
    found
}

/// CAS-020.
fn no_such_move(regime: &Regime, matter: &Matter, name: &str) -> Reason {
    let machine = matter.machine();
    let state = machine.state(matter.state).map_or(matter.state, |state| state.title);
    let known: Vec<String> = matter
        .rules
        .rules_from(machine, matter.state)
        .map(|rule| format!("{} ({})", rule.word, rule.title(machine)))
        .collect();
    let instead = if known.is_empty() {
        "it has ended; open another".to_owned()
    } else {
        format!("from here: {}", known.join(", "))
    };
    let what = format!("a matter that is {} ({state}) has no move `{name}`", matter.state);
    Reason::new(reasons::NO_SUCH_MOVE, what, regime.cite_clause(&matter.rules.source), instead)
}

/// Whether this maker is the one who acts.
pub(crate) fn is_maker(maker: Maker, matter: &Matter, actor: &Actor) -> bool {
    match maker {
        Maker::Role(role) => {
            actor.is(role) && matter.parties.get(&role).is_none_or(|party| *party == actor.organisation)
        }
        // Somebody without a role acts for nobody.
        Maker::Opener => !actor.roles.is_empty() && actor.organisation == matter.opener,
        Maker::Counterparty => !actor.roles.is_empty() && matter.counterparty.as_ref() == Some(&actor.organisation),
        Maker::Concerned => {
            !actor.roles.is_empty() && matter.subject_organisation.as_ref() == Some(&actor.organisation)
        }
        Maker::Platform => false,
    }
}

/// CAS-021, CAS-022.
fn makers(asked: &Asked<'_>, matter: &Matter, rule: &MoveRule, found: &mut Vec<Reason>) {
    let (regime, known) = (asked.regime, asked.known);
    if rule.by.0.iter().any(|maker| is_maker(*maker, matter, known)) {
        let roles = roles_concerned(matter);
        let reserved = matter.rules.reserved_at(&rule.word, &roles);
        if let Some(reserved) = reserved.filter(|one| !one.by.0.iter().any(|maker| is_maker(*maker, matter, known))) {
            let who: Vec<&str> = reserved.by.0.iter().map(|maker| called(regime, *maker)).collect();
            let what = format!("on this organisation `{}` is made by {} alone", rule.word, who.join(", "));
            let clause = regime.cite_clause(&reserved.source);
            found.push(Reason::new(reasons::MOVE_WRONG_ROLE, what, clause, "leave it to them"));
        }
        return;
    }
    let title = rule.title(matter.machine());
    let clause = regime.cite_move(&matter.rules, rule, "");
    let of_role = rule.by.0.iter().any(|maker| matches!(maker, Maker::Role(role) if known.is(*role)));
    if of_role {
        let what = format!("in this matter another organisation makes the move `{}` ({title})", rule.word);
        found.push(Reason::new(reasons::MOVE_OTHER_PARTY, what, clause, "leave it to that organisation"));
        return;
    }
    let who: Vec<&str> = rule.by.0.iter().map(|maker| called(regime, *maker)).collect();
    let what = format!("`{}` ({title}) is made by {}", rule.word, who.join(", "));
    found.push(Reason::new(reasons::MOVE_WRONG_ROLE, what, clause, "leave it to them"));
}

/// What people call a maker.
fn called(regime: &Regime, maker: Maker) -> &str {
    match maker {
        Maker::Role(role) => regime.word(role),
        Maker::Opener => "the organisation that opened it",
        Maker::Counterparty => "its counterparty",
        Maker::Concerned => "the organisation that it is about",
        Maker::Platform => "the platform, when its day has come",
    }
}

/// CAS-023, CAS-024, CAS-025, CAS-033. Upholds INVARIANT (apart).
fn against_guard(asked: &Asked<'_>, matter: &Matter, guard: Guard) -> Option<Reason> {
    let (regime, known) = (asked.regime, asked.known);
    let clause = regime.cite_clause(&matter.rules.source);
    let is_org = |organisation: &Option<OrganisationId>| organisation.as_ref() == Some(&known.organisation);
    match guard {
        Guard::NotTheSubject => is_org(&matter.subject_organisation).then(|| {
            let what = "the matter is about your own organisation";
            Reason::new(reasons::OWN_MATTER, what, clause, "leave it to the body that supervises it")
        }),
        Guard::NotTheAuthor => matter.authors.contains(&known.person).then(|| {
            let what = "you opened the matter or made what it is about";
            Reason::new(reasons::OWN_WORK, what, clause, "leave it to a colleague who had no part in it")
        }),
        Guard::NotTheCounterparty => {
            let allowed = matter.rules.counterparty_decides.as_ref();
            let is_allowed = allowed.is_some_and(|allowed| allowed.value);
            (is_org(&matter.counterparty) && !is_allowed).then(|| {
                let clause = allowed.map_or(clause, |allowed| regime.cite(allowed));
                let what = "the complaint is against your own organisation";
                Reason::new(reasons::COUNTERPARTY_DECIDES, what, clause, "leave it to the body above")
            })
        }
        // Asked where it is opened; what was concluded once stays so.
        // The officer is looked up where the move is made (`matter/followed.rs`).
        Guard::Concluded | Guard::TheOfficer => None,
        Guard::AboutAProcessor => (!matter.parties.contains_key(&Role::Processor)).then(|| {
            let what = "the matter is about no processor";
            Reason::new(reasons::NO_PROCESSOR, what, clause, "take the measure that the rules have against this party")
        }),
        Guard::KnownGround => (!is_known_ground(regime, &matter.facts)).then(|| unknown_ground(regime)),
    }
}

/// CAS-026.
fn evidence(asked: &Asked<'_>, matter: &Matter, named: &MatterMove, rule: &MoveRule, found: &mut Vec<Reason>) {
    if let (Some(document), None) = (&rule.evidence, named.evidence) {
        let what = format!("`{}` needs a document: {document}", rule.word);
        let clause = asked.regime.cite_move(&matter.rules, rule, "");
        found.push(Reason::new(reasons::MOVE_NO_EVIDENCE, what, clause, "give its digest as `evidence`"));
    }
}

/// CAS-027: all that are missing, in one reason for each clause that lists them.
fn contents(regime: &Regime, rules: &MatterRules, at: &str, facts: &Facts, found: &mut Vec<Reason>) {
    for contents in rules.contents_for(at, facts) {
        let is_missing = |key: &&String| !facts.get(*key).is_some_and(|told| is_told(key, told));
        let missing: Vec<&str> = contents.keys.iter().filter(is_missing).map(String::as_str).collect();
        if !missing.is_empty() {
            let what = format!("at `{at}` these contents are missing: {}", missing.join(", "));
            let clause = regime.cite_clause(&contents.source);
            found.push(Reason::new(reasons::CONTENTS_MISSING, what, clause, "tell them in `facts`"));
        }
    }
}

/// Whether a fact says something; one that names a signed paper, by its digest.
fn is_told(key: &str, told: &str) -> bool {
    let is_paper = key.ends_with("_digest");
    !told.trim().is_empty() && (!is_paper || shuyu_model::Digest::parse(told).is_ok())
}

/// The roles in which the organisation takes part that a matter is about.
fn roles_concerned(matter: &Matter) -> Vec<Role> {
    let is_own = |party: &OrganisationId| matter.subject_organisation.as_ref() == Some(party);
    matter.parties.iter().filter(|(_, party)| is_own(party)).map(|(role, _)| *role).collect()
}

/// CAS-110: what must have gone before.
fn passages(asked: &Asked<'_>, matter: &Matter, at: &str, facts: &Facts, history: &[Moved], found: &mut Vec<Reason>) {
    let roles = roles_concerned(matter);
    for passage in matter.rules.passages_at(at).filter(|passage| passage.applies(facts, &roles)) {
        // What it came to is what was told when it was made last; nobody tells it otherwise later.
        let last = history.iter().rev().find(|moved| moved.by == passage.after);
        if last.is_some_and(|last| passage.is_told(&last.facts)) {
            continue;
        }
        let machine = matter.machine();
        let title = machine.row(&passage.after).map_or(passage.after.as_str(), |row| row.title);
        let mut what = format!("`{at}` comes after `{}` ({title})", passage.after);
        for (key, told) in &passage.told {
            what.push_str(&format!(", in which `{key}` is `{}`", told.0.join("` or `")));
        }
        let clause = asked.regime.cite_clause(&passage.source);
        found.push(Reason::new(reasons::NOT_PASSED, what, clause, format!("make the move `{}` first", passage.after)));
    }
}

/// CAS-062: every fact whose answers are listed and whose answer is not.
fn answers(regime: &Regime, rules: &MatterRules, facts: &Facts, found: &mut Vec<Reason>) {
    for choice in &rules.choices {
        let told = facts.get(&choice.key).filter(|told| !told.trim().is_empty());
        if told.is_some_and(|told| !choice.values.contains(told)) {
            let what = format!("the fact `{}` has an answer that is not listed", choice.key);
            let clause = regime.cite_clause(&choice.source);
            let instead = format!("answer with one of: {}", choice.values.join(", "));
            found.push(Reason::new(reasons::NO_SUCH_ANSWER, what, clause, instead));
        }
    }
}

/// CAS-101: every fact that is told in another form than its own.
fn forms(regime: &Regime, rules: &MatterRules, facts: &Facts, found: &mut Vec<Reason>) {
    for form in &rules.forms {
        let told = facts.get(&form.key).filter(|told| !told.trim().is_empty());
        if told.is_some_and(|told| !form.form.is_of(told)) {
            let what = format!("the fact `{}` is not {}", form.key, form.form.words());
            let clause = regime.cite_clause(&form.source);
            found.push(Reason::new(reasons::FACT_FORM, what, clause, format!("tell {}", form.form.words())));
        }
    }
}

/// CAS-100: where a move has a way of its own for what a matter tells, it goes that way.
fn for_other_facts(regime: &Regime, matter: &Matter, rule: &MoveRule, facts: &Facts) -> Option<Reason> {
    (!rule.fits(facts)).then(|| {
        let all: Vec<String> = rule.when.iter().map(|(key, told)| format!("`{key}` is `{told}`")).collect();
        let what = format!("from here `{}` is for a matter whose {}", rule.word, all.join(" and "));
        let clause = regime.cite_move(&matter.rules, rule, "");
        Reason::new(reasons::FOR_OTHER_FACTS, what, clause, "tell that, or make the move that is for this matter")
    })
}

/// CAS-063: against giving the matter to an organisation with these roles.
pub(crate) fn against_assignee(regime: &Regime, matter: &Matter, rule: &MoveRule, roles: &[Role]) -> Option<Reason> {
    (!rule.to.iter().any(|role| roles.contains(role))).then(|| {
        let who: Vec<&str> = rule.to.iter().map(|role| regime.word(*role)).collect();
        let what = format!("`{}` gives the matter to an organisation that is none of: {}", rule.word, who.join(", "));
        let clause = regime.cite_move(&matter.rules, rule, "");
        Reason::new(reasons::WRONG_ASSIGNEE, what, clause, "name an `assignee` in such a role")
    })
}

/// CAS-028: what one organisation told, another does not change.
fn others_facts(asked: &Asked<'_>, matter: &Matter, named: &MatterMove, history: &[Moved]) -> Option<Reason> {
    let teller = |key: &str| {
        let last = history.iter().rev().find(|moved| moved.facts.contains_key(key));
        last.and_then(|moved| moved.organisation.as_ref())
    };
    let changed: BTreeSet<&str> = named
        .facts
        .iter()
        .filter(|(key, value)| matter.facts.get(*key).is_some_and(|told| told != *value))
        .filter(|(key, _)| teller(key) != Some(&asked.known.organisation))
        .map(|(key, _)| key.as_str())
        .collect();
    (!changed.is_empty()).then(|| {
        let what = format!("another organisation told: {}", changed.into_iter().collect::<Vec<_>>().join(", "));
        let clause = asked.regime.cite_clause(&matter.rules.source);
        Reason::new(reasons::OTHERS_FACT, what, clause, "tell yours under another key")
    })
}

/// CAS-029.
fn too_early(asked: &Asked<'_>, matter: &Matter, rule: &MoveRule, found: &mut Vec<Reason>) {
    let Some(days) = rule.working_days_min else { return };
    let last = asked.calendar.after(matter.entered_at.day(), days).day;
    if asked.today <= last {
        let earliest = last.saturating_add(jiff::Span::new().days(1));
        let what = format!("`{}` waits for {days} working days; they have passed on {earliest}", rule.word);
        let clause = asked.regime.cite_move(&matter.rules, rule, "working_days_min");
        found.push(Reason::new(reasons::MOVE_TOO_EARLY, what, clause, format!("make it on {earliest} or later")));
    }
}

/// CAS-030.
fn due_too_late(
    asked: &Asked<'_>,
    matter: &Matter,
    named: &MatterMove,
    rule: &MoveRule,
    transition: &Transition,
    found: &mut Vec<Reason>,
) {
    let now = shuyu_model::Time::at_start_of(asked.today);
    let (Some(asked_for), Some(last)) = (named.due_day, matter.due_in(transition.to, now, asked.calendar)) else {
        return;
    };
    if last.day < asked_for {
        let what = format!("the next move is due on {} at the latest, not on {asked_for}", last.day);
        let next = matter.rules.rules_from(matter.machine(), transition.to).filter(|next| !next.is_of_platform());
        let next = next.filter(|next| next.working_days_max.is_some()).min_by_key(|next| next.working_days_max);
        let clause = asked.regime.cite_move(&matter.rules, next.unwrap_or(rule), "working_days_max");
        found.push(Reason::new(reasons::DUE_TOO_LATE, what, clause, format!("set {} or a day before", last.day)));
    }
}

/// The ground on which an agreement would end: what the matter names, else the rule's.
pub(crate) fn ground_of<'a>(regime: &Regime, facts: &'a Facts, rule: &'a MoveRule) -> Option<&'a str> {
    facts.get("ground").filter(|_| is_known_ground(regime, facts)).or(rule.ground.as_ref()).map(String::as_str)
}

fn is_known_ground(regime: &Regime, facts: &Facts) -> bool {
    facts.get("ground").is_some_and(|ground| regime.agreement.exit_grounds.value.contains(ground))
}

/// CAS-033.
fn unknown_ground(regime: &Regime) -> Reason {
    let grounds = &regime.agreement.exit_grounds;
    let what = "the fact `ground` is no ground on which an agreement ends";
    regime.reason(reasons::UNKNOWN_GROUND, grounds, what, format!("name one of: {}", grounds.value.join(", ")))
}

/// Whether a state has a day by which its next move of people is due.
pub(crate) fn has_due(rules: &MatterRules, machine: &'static Machine, state: &str) -> bool {
    rules.rules_from(machine, state).any(|rule| !rule.is_of_platform() && rule.working_days_max.is_some())
}
