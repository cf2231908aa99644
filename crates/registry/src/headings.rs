//! What an agreement says, heading by heading, and the shares that it names.
//!
//! INVARIANT (all at once): whoever drafts is told every heading under which nothing
//! stands, not the first.
//!
//! INVARIANT (on file): where an agreement names who answers for security at the operator,
//! it is whom the operator's dossier names.
//!
//! Not here: whether the shares are those that were bid (`casework`); what a processing
//! agreement says (`processing`).

use shuyu_model::regime::{PaperAct, PaperKind, Particular};
use shuyu_model::{Reason, Role};

use crate::decide::Asked;
use crate::reasons::{self, names};
use crate::{Agreement, AgreementKind};
use crate::{Paper, PaperState};

/// REG-090, REG-091, REG-153.
pub(crate) fn against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let rules = &asked.regime.agreement;
    let required = match agreement.kind {
        AgreementKind::Operator => rules.contents_required.as_ref(),
        AgreementKind::Development => rules.development_contents_required.as_ref(),
        AgreementKind::Processing => None,
    };
    if let Some(required) = required {
        let is_empty = |heading: &&String| agreement.contents.get(*heading).is_none_or(|text| text.trim().is_empty());
        let missing: Vec<&String> = required.value.iter().filter(is_empty).collect();
        if !missing.is_empty() {
            let what = format!("the agreement says nothing under: {}", names(&missing));
            let instead = "write something under each of these headings in `contents`";
            found.push(asked.regime.reason(reasons::AGREEMENT_CONTENTS, required, what, instead));
        }
    }
    officer(asked, agreement, found);
    let system = rules.system_heading.as_ref().filter(|_| agreement.kind == AgreementKind::Development);
    if let Some(rule) = system.filter(|rule| system_of(agreement, &rule.value).is_empty()) {
        let what = format!("the agreement names no system under `{}`", rule.value);
        let instead = "name the system in which the entity uses what it gets, as its papers call it";
        found.push(asked.regime.reason(reasons::AGREEMENT_CONTENTS, rule, what, instead));
    }
    let rule = rules.names_shares.as_ref().filter(|rule| rule.value && agreement.kind == AgreementKind::Operator);
    match (rule, agreement.shares) {
        (Some(rule), None) => {
            let what = "the agreement names no shares of owner, operator and processor";
            let instead = "name the three in `shares`, 10000 hundredths of a per cent in all";
            found.push(asked.regime.reason(reasons::AGREEMENT_SHARES, rule, what, instead));
        }
        (_, Some(shares)) if !shares.is_whole() => {
            let rule = rule.unwrap_or(&rules.scope_is_binding);
            let what = format!("the shares are {} in all", shares.all().map(|share| share.to_string()).join(" + "));
            let instead = "let them be 10000 hundredths of a per cent in all";
            found.push(asked.regime.reason(reasons::AGREEMENT_SHARES, rule, what, instead));
        }
        _ => {}
    }
}

/// REG-153: the officer and the department of the operator's dossier stand in the agreement.
fn officer(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let rule = asked.regime.agreement.officer_heading.as_ref();
    let Some(rule) = rule.filter(|_| agreement.kind == AgreementKind::Operator) else { return };
    // Without a paper on file there is nobody to name; that is refused for itself.
    let Some(paper) = asked.world.papers_of(&agreement.grantee, PaperKind::SecurityOfficer, None).last() else {
        return;
    };
    let text = agreement.contents.get(&rule.value).map_or("", String::as_str);
    let on_file = [Particular::Officer, Particular::Department].into_iter();
    let on_file = on_file.filter_map(|held| Some((held, paper.particulars.get(&held)?.trim())));
    let missing: Vec<&str> = on_file.filter(|(_, name)| !text.contains(name)).map(|(held, _)| held.zh()).collect();
    if !missing.is_empty() {
        let what = format!("under `{}` the agreement does not name, as on file: {}", rule.value, names(&missing));
        let instead = "name officer and department there as the operator has them on file";
        found.push(asked.regime.reason(reasons::OFFICER_UNNAMED, rule, what, instead));
    }
}

/// The system that a development agreement names.
fn system_of<'a>(agreement: &'a Agreement, heading: &str) -> &'a str {
    agreement.contents.get(heading).map_or("", |text| text.trim())
}

/// REG-137: the papers on systems that deliveries wait for are about the system in which
/// the entity uses what it gets (CS26 十: 等保、密评).
pub(crate) fn of_its_system(asked: &Asked<'_>, agreement: Option<&Agreement>, found: &mut Vec<Reason>) {
    let (Some(rule), Some(agreement)) = (asked.regime.agreement.system_heading.as_ref(), agreement) else { return };
    let (system, entity, today) = (system_of(agreement, &rule.value), &agreement.grantee, asked.now.day());
    for (kind, rules) in &asked.regime.dossier {
        let is_asked = rules.is_before(PaperAct::Delivery) && rules.of.contains(&Role::Entity);
        if !is_asked || !kind.particulars().contains(&Particular::System) {
            continue;
        }
        let papers = asked.world.papers_of(entity, *kind, None);
        let good: Vec<_> = papers.filter(|paper| paper.state(rules, today) == PaperState::InOrder).collect();
        let is_about_it =
            |paper: &&Paper| paper.particulars.get(&Particular::System).is_some_and(|s| s.trim() == system);
        // Where there is none in order, that is refused for itself.
        if !good.is_empty() && !good.iter().any(is_about_it) {
            let what =
                format!("no {} ({}) on file is about the system that the agreement names", kind.word(), kind.zh());
            let instead = "let the entity enter that system's paper, or agree on the system that has one";
            found.push(asked.regime.reason(reasons::OTHER_SYSTEM, rule, what, instead));
        }
    }
}
