//! What speaks against an act because a paper is not on file: every paper at once.
//!
//! Decided in memory; permits ask this.

use std::collections::BTreeMap;

use shuyu_model::id::{OrganisationId, ScenarioId};
use shuyu_model::regime::{PaperAct, PaperKind, PaperRules, Particular};
use shuyu_model::{Day, Reason, Role};

use super::paper::{Answer, Paper, PaperState};
use crate::decide::Asked;
use crate::reasons;
use crate::world::World;

/// Who takes part in an act, by role. In a role that is not named here, every
/// organisation that holds it.
#[derive(Default)]
pub(crate) struct Parties<'a>(BTreeMap<Role, Vec<&'a OrganisationId>>);

impl<'a> Parties<'a> {
    /// With these in this role, and nobody else.
    pub(crate) fn with(mut self, role: Role, who: impl IntoIterator<Item = &'a OrganisationId>) -> Self {
        let mut who: Vec<_> = who.into_iter().collect();
        who.sort();
        who.dedup();
        self.0.insert(role, who);
        self
    }

    /// Those who take part in this role. Who is named and does not hold it is refused for
    /// that, and asked for no papers.
    fn holding(&self, world: &'a World, role: Role) -> Vec<&'a OrganisationId> {
        let holds = |id: &OrganisationId| world.organisations.get(id).is_some_and(|one| one.roles.contains(&role));
        match self.0.get(&role) {
            Some(named) => named.iter().copied().filter(|id| holds(id)).collect(),
            None => world.organisations.keys().filter(|id| holds(id)).collect(),
        }
    }
}

/// What an act rests on, where nothing speaks against it.
#[derive(Debug, Default)]
pub(crate) struct OnFile {
    /// The last day of the paper that ends first.
    pub(crate) last_day: Option<Day>,
    /// Whose papers were looked at.
    pub(crate) whose: Vec<OrganisationId>,
}

/// REG-040 to REG-042, REG-045: the papers that an act waits for.
pub(crate) fn against<'a>(
    asked: &Asked<'a>,
    act: PaperAct,
    parties: &Parties<'a>,
    scenario: Option<&ScenarioId>,
    found: &mut Vec<Reason>,
) -> OnFile {
    let mut on_file = OnFile::default();
    for (kind, rules) in asked.regime.dossier.iter().filter(|(_, rules)| rules.is_before(act)) {
        // Whoever is a party twice is asked once.
        let mut whose: Vec<&OrganisationId> =
            rules.of.iter().flat_map(|role| parties.holding(asked.world, *role)).collect();
        whose.sort();
        whose.dedup();
        for organisation in whose {
            let scenario = scenario.filter(|_| rules.is_of_scenario());
            of_organisation(asked, *kind, rules, organisation, scenario, &mut on_file, found);
            on_file.whose.push(organisation.clone());
        }
    }
    on_file.whose.sort();
    on_file.whose.dedup();
    on_file
}

/// Where a party may have several, all of a kind by choice must be in order, else one.
fn of_organisation(
    asked: &Asked<'_>,
    kind: PaperKind,
    rules: &PaperRules,
    organisation: &OrganisationId,
    scenario: Option<&ScenarioId>,
    on_file: &mut OnFile,
    found: &mut Vec<Reason>,
) {
    let today = asked.now.day();
    let papers: Vec<&Paper> = asked.world.papers_of(organisation, kind, scenario).collect();
    let (good, bad): (Vec<&Paper>, Vec<&Paper>) =
        papers.iter().partition(|paper| paper.state(rules, today) == PaperState::InOrder);
    // The one that lasts longest carries; one without a last day for ever.
    let lasts = |paper: &&Paper| paper.last_day(rules).unwrap_or(Day::MAX);
    if kind.is_each() && (kind.is_by_choice() || !papers.is_empty()) {
        found.extend(bad.iter().map(|paper| not_in_order(asked, rules, paper, today)));
        let first = good.iter().map(lasts).min().filter(|day| *day != Day::MAX);
        on_file.last_day = on_file.last_day.into_iter().chain(first).min();
        return;
    }
    if let Some(last) = good.iter().map(lasts).max() {
        on_file.last_day = on_file.last_day.into_iter().chain(Some(last).filter(|day| *day != Day::MAX)).min();
    } else if bad.is_empty() {
        found.push(missing(asked, kind, rules, organisation));
    } else {
        found.extend(bad.iter().map(|paper| not_in_order(asked, rules, paper, today)));
    }
}

/// REG-040.
fn missing(asked: &Asked<'_>, kind: PaperKind, rules: &PaperRules, whose: &OrganisationId) -> Reason {
    let what = format!("`{}` has no {} ({}) on file", asked.world.name_of(whose), kind.word(), kind.zh());
    let held: Vec<&str> = rules.held().iter().map(|held| held.word()).collect();
    let holding = if held.is_empty() { String::new() } else { format!(" that holds {}", held.join(", ")) };
    let instead = format!("let it enter a paper of the kind `{}`{holding}{}", kind.word(), answered(asked, rules));
    Reason::new(reasons::PAPER_MISSING, what, asked.regime.cite_before(rules), instead)
}

fn answered(asked: &Asked<'_>, rules: &PaperRules) -> String {
    let who = rules.answered_by().map(|by| asked.regime.word(by.value));
    match (who, &rules.consent_by) {
        (None, _) => String::new(),
        (Some(who), Some(_)) => format!(" and wait for the consent of {who}"),
        (Some(who), None) => format!(" and wait for the receipt of {who}"),
    }
}

/// REG-041, REG-042, REG-045.
fn not_in_order(asked: &Asked<'_>, rules: &PaperRules, paper: &Paper, today: Day) -> Reason {
    let name = format!(
        "the {} ({}) `{}` of `{}`",
        paper.kind.word(),
        paper.kind.zh(),
        paper.title,
        asked.world.name_of(&paper.organisation)
    );
    let before = || asked.regime.cite_before(rules);
    let replaced = "let it enter a newer version that replaces it";
    match paper.state(rules, today) {
        PaperState::Expired => {
            let last = paper.last_day(rules).unwrap_or(today);
            let instead =
                if paper.kind.is_by_choice() { "let it renew it, or withdraw it and do without" } else { replaced };
            Reason::new(reasons::PAPER_EXPIRED, format!("{name} counted until {last}"), before(), instead)
        }
        PaperState::Adverse => {
            let adverse = paper.adverse();
            let what = match adverse.as_slice() {
                [Particular::GivesRightsAway] => format!("{name} says that rights in data are given away"),
                said => {
                    let said: Vec<String> = said.iter().map(|one| format!("{} ({})", one.word(), one.zh())).collect();
                    format!("{name} says that these are open or failed: {}", reasons::names(&said))
                }
            };
            let instead = "have that put right; then let it declare so anew";
            Reason::new(reasons::PAPER_ADVERSE, what, before(), instead)
        }
        _ => {
            let by = rules.answered_by().map(|by| asked.regime.word(by.value)).unwrap_or_default();
            let clause = rules.answered_by().map_or_else(before, |by| asked.regime.cite(by));
            let (what, instead) = match (paper.answer, &rules.consent_by) {
                (Some(Answer::Refused), _) => (format!("{name} was refused by {by}"), replaced.to_owned()),
                (_, Some(_)) => {
                    (format!("{name} has no consent of {by} yet"), format!("wait until {by} has consented"))
                }
                _ => (format!("{name} is not filed with {by} yet"), format!("wait for the receipt of {by}")),
            };
            Reason::new(reasons::PAPER_UNANSWERED, what, clause, instead)
        }
    }
}
