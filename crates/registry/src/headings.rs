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

use shuyu_model::Reason;
use shuyu_model::regime::{PaperKind, Particular};

use crate::decide::Asked;
use crate::reasons::{self, names};
use crate::{Agreement, AgreementKind};

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
