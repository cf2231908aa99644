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
    ("REG-075", OWN_PROCESSOR, "the processor is the operator that orders or affiliated with it")
    ("REG-076", MODE, "an operator agreement names no mode, or one that the rules do not have")
    ("REG-077", NO_FULL_COPY, "data authorised by sector lies in no whole authorisation")
    ("REG-078", TERM_WITHOUT_REASON, "an agreement is shorter than the term of the rules and does not say why")
    ("REG-080", NO_DISTRICTS, "an organisation is placed in a district, and the document lets none operate on its own")
    ("REG-081", NO_DISTRICT_SCHEME, "an agency of a district authorises while the district has no scheme of its own in force")
    ("REG-082", OF_THE_CITY, "a body that stands above all districts is placed in one")
    ("REG-083", SECTIONS_MISSING, "a district's scheme lacks sections that the document asks for")
    ("REG-084", NOT_THE_DISTRICT, "somebody else than a district's data department acts as one")
    ("REG-130", RESULTS_QUARANTINED, "what an incident has put into quarantine would leave or be used")
    ("REG-131", RESOURCE_STOPPED, "a resource is used whose use an incident has stopped")
    ("REG-132", STAFF_UNREGISTERED, "somebody gets a role with access to data, or computes, without a record of staff in order")
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
