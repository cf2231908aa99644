//! What speaks against an applicant: every condition and ground, each by itself.
//!
//! Upholds INVARIANT (each by itself) and INVARIANT (untold counts).

use shuyu_model::candidacy::{Record, free_from};
use shuyu_model::{Day, Reason};
use shuyu_registry::{Applicant, EntityKind};

use super::{Candidacy, Item, ItemKind, LaterRecord};
use crate::reasons;

/// The condition that the register of parties can answer by itself.
const LEGAL_PERSON: &str = "legal_person";

/// Something that the platform itself remembers of an applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remembered {
    pub(crate) record: Record,
    pub(crate) on: Day,
    /// The matter or agreement that says so.
    pub(crate) id: String,
}

/// What is known when an applicant is looked at.
pub(crate) struct Known<'a> {
    pub(crate) applicant: &'a Applicant,
    pub(crate) remembered: &'a [Remembered],
    /// What came up after the choice.
    pub(crate) later: &'a [LaterRecord],
    pub(crate) today: Day,
}

/// Everything against choosing or admitting this applicant today: CAS-041 to CAS-045.
pub(crate) fn against(candidacy: &Candidacy, known: &Known<'_>) -> Vec<Reason> {
    let mut found = Vec::new();
    for item in &candidacy.items {
        match item.kind {
            ItemKind::Condition => condition(candidacy, item, known, &mut found),
            ItemKind::Ground => ground(candidacy, item, known, &mut found),
        }
    }
    found
}

/// The items on which a reviewer has said nothing yet.
pub(crate) fn unjudged(candidacy: &Candidacy) -> Vec<&str> {
    candidacy.items.iter().filter(|item| item.finding.is_none()).map(|item| item.code.as_str()).collect()
}

fn condition(candidacy: &Candidacy, item: &Item, known: &Known<'_>, found: &mut Vec<Reason>) {
    let name = &known.applicant.name;
    let named = format!("`{}` ({})", item.code, item.what);
    let reason = |code, what: String, instead: &str| Reason::new(code, what, &item.clause, instead);
    match &item.answer {
        None => {
            let what = format!("`{name}` has given no evidence for {named}");
            found.push(reason(reasons::ITEM_UNANSWERED, what, "give a document, its title and its day"));
        }
        Some(answer) => {
            if let Some(last) = answer.valid_until.filter(|last| *last < known.today) {
                let what = format!("the evidence of `{name}` for {named} ran out after {last}");
                found.push(reason(reasons::EVIDENCE_EXPIRED, what, "give one that is valid"));
            }
        }
    }
    match &item.finding {
        // Without evidence there is nothing to judge, and that has been said.
        None if item.answer.is_some() => {
            let what = format!("nobody has judged whether `{name}` meets {named}");
            found.push(reason(reasons::ITEM_UNJUDGED, what, "let a reviewer give a verdict"));
        }
        Some(verdict) if !verdict.is_good => {
            let what = format!("`{name}` does not meet {named}, by the verdict of {}", verdict.at.day());
            found.push(reason(reasons::CONDITION_UNMET, what, "choose an applicant that does"));
        }
        _ => {}
    }
    let form = known.applicant.entity_kind.filter(|kind| *kind != EntityKind::LegalPerson);
    if let Some(form) = form.filter(|_| item.code == LEGAL_PERSON && candidacy.is_standing()) {
        let what = format!("`{name}` is registered as {}, and {named} is asked for", form.word());
        found.push(reason(reasons::CONDITION_UNMET, what, "choose an applicant that is a legal person"));
    }
}

fn ground(candidacy: &Candidacy, item: &Item, known: &Known<'_>, found: &mut Vec<Reason>) {
    let name = &known.applicant.name;
    let named = format!("`{}` ({})", item.code, item.what);
    let reason = |code, what: String, instead: &str| Reason::new(code, what, &item.clause, instead);
    if item.answer.is_none() {
        let what = format!("`{name}` has declared nothing about {named}");
        found.push(reason(reasons::ITEM_UNANSWERED, what, "let the applicant declare it"));
    } else if item.finding.is_none() {
        let what = format!("nobody has looked whether {named} is true of `{name}`");
        found.push(reason(reasons::ITEM_UNJUDGED, what, "let a reviewer look it up and say what was found"));
    }
    let declared = item.answer.as_ref().filter(|answer| answer.is_clear == Some(false)).map(|answer| answer.on);
    let reviewed = item.finding.as_ref().filter(|finding| !finding.is_good).map(|finding| finding.on);
    let hits = [(declared, "it declared itself"), (reviewed, "the reviewer found")];
    let told = hits.into_iter().filter_map(|(hit, by)| hit.map(|on| (on, by.to_owned())));
    let remembered = known.remembered.iter().filter(|one| item.counts.contains(&one.record));
    let remembered = remembered.map(|one| (Some(one.on), format!("the platform's {} says", one.id)));
    for (on, by) in told.chain(remembered) {
        found.extend(hit(candidacy, item, name, on, &by));
    }
    // No look-back frees from what came after the application.
    let later = known.later.iter().filter(|one| one.organisation == candidacy.organisation && one.code == item.code);
    for one in later {
        let what =
            format!("`{name}` is ruled out by {named}, which was found on {} after the choice", one.found_at.day());
        found.push(reason(reasons::DISQUALIFIED, what, "take the choice back, or end what rests on it"));
    }
}

/// CAS-045: a record that counts on the day of the application.
fn hit(candidacy: &Candidacy, item: &Item, name: &str, on: Option<Day>, by: &str) -> Option<Reason> {
    let applied_on = candidacy.applied_at.day();
    let free = on.zip(item.look_back_years).map(|(on, years)| free_from(on, years));
    if free.is_some_and(|free| free <= applied_on) {
        return None;
    }
    let day = on.map_or_else(String::new, |on| format!(" on {on}"));
    let what = format!("`{name}` is ruled out by `{}` ({}), which {by}{day}", item.code, item.what);
    let instead = match (free, item.look_back_years) {
        (Some(free), _) => format!("an application of {free} or later is not ruled out by it"),
        (None, Some(years)) => format!("say the day of it; it counts for {years} years"),
        (None, None) => "the document sets no limit in time; choose another applicant".to_owned(),
    };
    Some(Reason::new(reasons::DISQUALIFIED, what, &item.clause, instead))
}

/// [`against`], with the agreements that the registry remembers added to the rest.
pub(crate) fn of(
    candidacy: &Candidacy,
    applicant: &Applicant,
    mut remembered: Vec<Remembered>,
    later: &[LaterRecord],
    today: Day,
) -> Vec<Reason> {
    let ended = applicant.ended_for_cause.iter();
    remembered.extend(ended.map(|(id, on)| Remembered { record: Record::EndedForCause, on: *on, id: id.to_string() }));
    // A choice taken back in this very matter is what ended the candidacy, not a record before it.
    remembered.retain(|one| one.id != candidacy.matter.as_str());
    against(candidacy, &Known { applicant, remembered: &remembered, later, today })
}
