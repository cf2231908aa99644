//! Every code that the registry can give. A code is never used again.

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::{Actor, Reason, Reasons, Regime, Role};

macro_rules! reasons {
    ($(($code:literal, $name:ident, $when:literal))*) => {
        $(pub(crate) const $name: &str = $code;)*
        /// Each code and when it is given.
        pub const REASONS: &[(&str, &str)] = &[$(($code, $when),)*];
    };
}

reasons! {
("REG-001", UNREGISTERED, "a resource is not registered")
("REG-002", UNGRADED, "a column has no grade")
("REG-003", GRADE_BARRED, "a column's grade is never authorised")
    ("REG-004", NEGATIVE_LISTED, "a resource stands on the negative list")
    ("REG-005", PROVIDER_DID_NOT_CONSENT, "a resource was shared by a body that has not consented to its authorised operation")
    ("REG-006", AGREEMENT_NOT_IN_FORCE, "an agreement is not signed yet or begins later")
    ("REG-007", AGREEMENT_ENDED, "an agreement has expired or was ended")
    ("REG-008", SCENARIO_NOT_APPROVED, "a scenario is not approved")
    ("REG-009", OUTSIDE_SCENARIO, "a column or resource lies outside the scenario")
    ("REG-010", NOT_A_PARTY, "the actor's organisation is not the party that may do this")
    ("REG-011", WRONG_ROLE, "the actor does not hold the role that may do this")
    ("REG-012", ENTITY_NOT_CONTRACTED, "the entity has no development agreement in force for this scenario")
    ("REG-013", OTHER_USE, "the use is not the one that the scenario was approved for")
    ("REG-014", REGISTRATION_EXPIRED, "a resource's registration has expired")
    ("REG-015", REGIME_NOT_IN_FORCE, "the rules are not in force on this day")
    ("REG-016", OUTSIDE_AGREEMENT, "a resource is not covered by the agreement")
    ("REG-017", FIELD_WITHOUT_REASON, "a field of a scenario does not say what it is needed for")
    ("REG-018", TERM_TOO_LONG, "an agreement's term is longer than the rules allow")
    ("REG-019", OUTLASTS_OPERATOR, "a development agreement ends later than the operator agreement above it")
    ("REG-020", AFFILIATED, "the entity is the operator or affiliated with it")
    ("REG-021", ENTITY_KIND, "the organisation's legal form cannot be that of an entity")
    ("REG-022", ADMIN_AND_OTHER, "a platform administrator would hold another role")
    ("REG-023", ROLE_OF_ORGANISATION, "the person's organisation does not hold the role")
    ("REG-024", OWN_ROLE, "somebody changes the own roles")
    ("REG-025", AGENCY_IS_REGULATOR, "one organisation would be agency and regulator")
    ("REG-026", EXIT_GROUND, "an agreement is ended on a ground that the rules do not name")
    ("REG-027", NO_EMERGENCY_PLAN, "a scenario comes without an emergency plan")
    ("REG-028", PARTY_ROLE, "a party to an agreement does not hold the role that it needs")
    ("REG-029", AGREEMENT_SUSPENDED, "an agreement is suspended: a rectification or an incident holds it")
    ("REG-030", SCENARIO_SUSPENDED, "a scenario is suspended: an incident holds it")
    ("REG-031", NOT_ADMITTED, "the entity is not admitted by the operator, or its admission rests or has ended")
    ("REG-040", PAPER_MISSING, "a paper that must be on file before the act is not there")
    ("REG-041", PAPER_EXPIRED, "a paper that the act waits for has expired, or was to be made anew")
    ("REG-042", PAPER_UNANSWERED, "a paper that the act waits for has no consent, was refused, or is not filed yet")
    ("REG-043", PAPER_INCOMPLETE, "a paper does not hold what the rules want it to")
    ("REG-044", OWN_PAPER, "an organisation answers a paper of its own")
    ("REG-045", PAPER_ADVERSE, "a paper declares that rights in data were given away")
    ("REG-046", FINDING_MISSING, "on a protected interest nothing was found about a resource as it is now")
    ("REG-047", INTEREST_HARMED, "operating a resource was found to harm a protected interest")
    ("REG-048", OTHERS_FINDING, "a department finds otherwise than the managing body, which found harm")
    ("REG-049", SECOND_HOLDER, "a second organisation would hold a role that the document gives to one")
    ("REG-060", REGISTERED_BEFORE, "a first registration is asked for what is registered")
    ("REG-061", NO_REGISTRATION, "a change, correction, renewal or cancellation is asked for what is not registered")
    ("REG-062", RENEWAL_WINDOW, "a renewal is asked for before its days begin or after they have ended")
    ("REG-063", RENEWAL_TOO_LONG, "a renewal is asked for more years than the rules allow")
    ("REG-064", PRODUCT_UNREGISTERED, "a product is not registered")
    ("REG-065", PRODUCT_REGISTRATION_EXPIRED, "a product's registration has run out")
    ("REG-066", REGISTRATION_ENDED, "a registration was cancelled or revoked, and none came after")
    ("REG-070", ROLE_NOT_HERE, "the rules in force know no such role")
    ("REG-071", PROCESSING_CONTENTS, "a processing agreement lacks contents that the rules ask for")
    ("REG-072", NO_ORDER, "the processor has no order that it has taken for this scenario")
    ("REG-073", OTHERWISE_THAN_ORDERED, "a column or kind of output is not part of the order")
    ("REG-074", ORDER_OUTLASTS, "an order ends later than the agreements that it rests on")
    ("REG-075", OWN_PROCESSOR, "the processor is the operator that orders or affiliated with it, and the conflict was not cleared")
    ("REG-076", MODE, "an operator agreement names no mode, or one that the rules do not have")
    ("REG-077", NO_FULL_COPY, "data authorised by sector lies in no whole authorisation")
    ("REG-078", TERM_WITHOUT_REASON, "an agreement is shorter than the term of the rules and does not say why")
    ("REG-080", NO_DISTRICTS, "an organisation is placed in a district, and the document lets none operate on its own")
    ("REG-081", NO_DISTRICT_SCHEME, "an agency of a district authorises while the district has no scheme of its own in force")
    ("REG-082", OF_THE_CITY, "a body that stands above all districts is placed in one")
    ("REG-083", SECTIONS_MISSING, "a district's scheme lacks sections that the document asks for")
    ("REG-084", NOT_THE_DISTRICT, "somebody else than a district's data department acts as one")
    ("REG-090", AGREEMENT_CONTENTS, "an agreement says nothing under headings that the document lists")
    ("REG-091", AGREEMENT_SHARES, "an agreement does not name the shares of all parties, or they are not the whole")
    ("REG-092", PLAN_INCOMPLETE, "an application for a scenario lacks what the document lists")
    ("REG-093", PLAN_TIME_OVER, "the time that a scenario names for service or use of data is over")
    ("REG-094", OPERATION_TYPE, "a scenario is of a type of operation that the document does not list")
    ("REG-095", SCHEME_TAKEN, "another scenario rests on the same scheme")
    ("REG-096", NO_PARENT, "a district's scheme does not name the city's scheme, whose model it follows")
    ("REG-100", OPERATOR_FORM, "an operator is of no legal form that the rules let operate")
    ("REG-101", NOT_YIELDING, "a rule of a higher level is entered where the document yields to none by itself")
    ("REG-102", NOT_NARROWER, "a district's scheme sets a value that the city's rules do not let it, or wider than theirs")
    ("REG-103", NOT_ORDERED_SO, "a thematic database is built by another than the processor whose order it is, or from what was not ordered")
    ("REG-104", MISMEASURED, "steps of governance begin or end with other numbers than the platform measured")
    ("REG-105", FACT_MISSING, "of a resource nothing was told about a fact that the act waits for")
    ("REG-106", UNKNOWN_VALUE, "a fact has a value that the document or the base catalogue does not list")
    ("REG-107", UPDATED_TOO_SELDOM, "a resource is promised anew at a longer interval than its entry in the base catalogue")
    ("REG-108", DEPARTMENTS_NOT_AGREED, "a department whose entries a catalogue touches has not agreed, or objects")
    ("REG-109", CATALOGUE_UNDECIDED, "no decision on a version of the catalogue is on record")
    ("REG-110", CATALOGUE_STALE, "what stands in a version of the catalogue is no longer what is registered")
    ("REG-111", OUTSIDE_REQUIREMENTS, "agency and department agreed on no requirements for a resource, or not on this use")
    ("REG-112", UNMASKED, "a column of a grade that is shown masked only has no mask")
    ("REG-113", NOT_IN_DEPARTMENT_CATALOGUE, "a resource stands in no catalogue that its department published")
    ("REG-114", STOPPED, "its own department stopped the use of a resource")
    ("REG-115", LISTED_BY_ENTRY_ONLY, "the negative list is changed without the decision that the document asks for")
    ("REG-116", PRODUCT_UNFOUND, "on a protected interest nothing was found about a product")
    ("REG-117", PRODUCT_HARMS, "a product was found to harm a protected interest")
    ("REG-118", USE_UNPERMITTED, "a scenario is for a use that needs a permission which is not on record")
    ("REG-119", RIGHT_NOT_ALLOTTED, "a right in a product is allotted by no agreement about it, or stays with the departments")
    ("REG-120", ROLES_APART, "one organisation would hold two roles that the document keeps apart")
    ("REG-121", FILE_OF_ANOTHER, "a kept file is published or shared by another organisation than the one that keeps it")
    ("REG-122", FILE_OF_THE_BUREAU, "a file that only the managing body or the agency keeps is kept by somebody else")
    ("REG-123", NO_SUCH_SOURCE, "a source is stated to be a kind of unit that the document does not name")
    ("REG-124", BY_REFERENCE, "a kind of unit that takes part by reference is stated to take part by duty")
    ("REG-125", NO_ORIGIN, "a first registration does not say what kind of unit holds the data and from which duty they arose")
    ("REG-126", OUTSIDE_AREA, "who authorises or whose data are authorised stands outside the document's area")
    ("REG-127", NOT_FROM_ABOVE, "data are said to have come back from above and name no ministry or province")
    ("REG-128", PAPER_NOT_HELD, "a paper that the document wants held is told by its digest alone")
    ("REG-130", RESULTS_QUARANTINED, "what an incident has put into quarantine would leave or be used")
    ("REG-131", RESOURCE_STOPPED, "a resource is used whose use an incident has stopped")
    ("REG-132", STAFF_UNREGISTERED, "somebody gets a role with access to data, or computes, without a record of staff in order")
    ("REG-133", NOT_CHOSEN, "somebody is entered as operator whom no selection has chosen")
    ("REG-134", OTHER_WHOLE_AGENCY, "whole authorisations are given by another agency than the one, or one is named that cannot be it")
    ("REG-135", OWN_DATA_BARRED, "data that is not public is brought into a workroom, and the rules let none in")
    ("REG-136", DELISTED, "a product is ordered that the managing body took off the shelf")
    ("REG-137", OTHER_SYSTEM, "something is delivered to an entity whose papers are about another system than the agreement's")
    ("REG-138", GRADED_TOO_LOW, "a column is graded lower than the rules of grading let its class be")
    ("REG-150", NOTHING_TO_AMEND, "an agreement is amended that is not in force, or not in the version that the amendment changes")
    ("REG-151", NO_SUCH_RULE_CHANGE, "an amendment or a finding rests on a change of rules that does not touch the agreement")
    ("REG-152", RULES_SPEAK_AGAINST, "an agreement is found to need no change while the rules speak against what it says")
    ("REG-153", OFFICER_UNNAMED, "an agreement does not name the officer responsible for security whom its operator has on file")
    ("REG-154", AGREEMENT_UNFILED, "somebody develops on an agreement of which a copy has not been filed")
}

/// The longest list of names in a sentence; the rest is counted.
const NAMES_MAX: usize = 40;

/// `a, b, c and 7 more`.
pub(crate) fn names<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES_MAX).map(AsRef::as_ref).collect();
    let mut text = shown.join(", ");
    if let Some(more) = names.len().checked_sub(NAMES_MAX).filter(|more| *more > 0) {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// How many bytes of reasons an event holds; an entry of the log can have 65,535.
const EVENT_REASONS_BYTES_MAX: usize = 40_000;

/// The event of a refusal. Its reader gets every reason in the answer; where they
/// are too many for an entry of the log, this holds the first and counts them all.
pub fn refusal(regime: &Regime, actor: &Actor, action: &'static str, object: &str, reasons: &Reasons) -> Event {
    let (mut bytes, mut kept) = (0_usize, Vec::new());
    for reason in reasons.iter() {
        bytes = bytes.saturating_add(reason.what.len() + reason.clause.len() + reason.instead.len() + 64);
        if bytes <= EVENT_REASONS_BYTES_MAX || kept.is_empty() {
            kept.push(reason.clone());
        }
    }
    let all = reasons.iter().count();
    let is_cut = kept.len() < all;
    let event = match Reasons::new(kept).filter(|_| is_cut) {
        None => Event::refused(Some(actor), action, object, reasons),
        Some(kept) => Event::refused(Some(actor), action, object, &kept).facts(json!({ "reasons": all })),
    };
    event.under(regime)
}

/// What somebody gave, cut to what fits in a sentence.
pub(crate) fn cut(given: &str) -> String {
    given.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// [`WRONG_ROLE`], unless the actor holds one of `roles`.
pub(crate) fn needs_role(regime: &Regime, actor: &Actor, roles: &[Role]) -> Option<Reason> {
    if roles.iter().any(|role| actor.is(*role)) {
        return None;
    }
    let words: Vec<String> = roles.iter().map(|role| format!("{} ({})", role.word(), regime.word(*role))).collect();
    let clause = roles.first().map_or_else(|| regime.cite_clause("setting"), |role| regime.cite_role(*role));
    Some(Reason::new(
        WRONG_ROLE,
        format!("this is for {}", words.join(" or ")),
        clause,
        "ask somebody who holds that role, or the security administrator to grant it",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        // A gap belongs to another part of the rules.
        assert!(REASONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(REASONS.iter().all(|(code, when)| code.starts_with("REG-") && code.len() == 7 && !when.is_empty()));
    }

    #[test]
    fn a_long_list_is_counted_not_cut() {
        let many: Vec<String> = (0..45).map(|n| format!("c{n}")).collect();
        assert!(names(&many).ends_with("c39 and 5 more"));
        assert_eq!(names(&["a", "b"]), "a, b");
    }
}
