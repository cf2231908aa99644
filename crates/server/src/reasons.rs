//! Every code with which the server itself refuses, and which codes of the
//! stations are about *who* asks (403) and not about *what* (422).

/// Code, and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    (NOT_YOUR_ROLE, "none of the person's roles may do this"),
    (NOT_YOUR_ORGANISATION, "the thing belongs to another organisation"),
    (NO_CSRF, "a request that changes something came without the session's `x-csrf-token`"),
    (GAVE_UP, "a job was begun too often without coming to its end"),
    (TOO_OFTEN, "more came from, or went to, one address without an account on one day than is allowed"),
    (NO_JOURNAL_READER, "the journal is read by somebody to whom the document does not open it"),
    (CONTROL_FAILED, "new work is begun while a required security control does not hold"),
];

/// None of the roles may do this.
pub const NOT_YOUR_ROLE: &str = "SRV-001";
/// It belongs to somebody else.
pub const NOT_YOUR_ORGANISATION: &str = "SRV-002";
/// The header against forged requests is missing or wrong.
pub const NO_CSRF: &str = "SRV-003";
/// A job died with its process too often.
pub const GAVE_UP: &str = "SRV-004";
/// The document does not open the journal to this role.
pub const NO_JOURNAL_READER: &str = "SRV-010";
/// A required control does not hold.
pub const CONTROL_FAILED: &str = "SRV-011";

/// Too many voices from one address.
pub const TOO_OFTEN: &str = "SRV-005";

/// Codes that say "not you" (403). All others say "not this" (422). The test
/// `codes_about_who_are_codes_that_exist` holds this list to the stations'.
const ABOUT_WHO: &[&str] = &[
    NOT_YOUR_ROLE,
    NOT_YOUR_ORGANISATION,
    NO_CSRF,
    NO_JOURNAL_READER,
    "CAS-158", // not the officer
    "CAS-160", // not notified
    "REG-010", // not the party
    "REG-011", // not the role
    "REG-024", // own roles
    "REG-044", // the own paper
    "REG-048", // not the body that found harm
    "REG-084", // not the data department of a district
    "REG-121", // not the organisation that keeps a file
    "REG-122", // not the managing body
    "CAS-146", // not asked for an opinion
    "CAS-088", // of another district
    "CAS-003", // not the role that signs
    "CAS-004", // not the party that signs
    "CAS-005", // the author
    "CAS-011", // not the opener
    "CAS-013", // not the author
    "CAS-014", // not the filer
    "EXC-001", // no known platform
    "EXC-010", // not the managing body
    "EXC-012", // not the system administrator
    "VLT-002", // not the department
    "VLT-012", // neither department nor agency
    "WRK-030", // rows are seen by nobody
    "AIR-051", // not the operator that made it
    "AIR-060", // may not withdraw
    "DLV-003", // not the operator
    "DLV-010", // not the entity
    "DLV-011", // neither person nor entity
    "DOC-001", // not the role that issues it
    "DOC-002", // not the party
    "STL-001", // not the operator
    "STL-002", // not the agency
];

/// Whether a code is about who asks.
pub(crate) fn is_about_who(code: &str) -> bool {
    ABOUT_WHO.contains(&code)
}

/// Every code that a caller can get, of all stations.
pub fn all() -> Vec<(&'static str, &'static str)> {
    [
        shuyu_registry::REASONS,
        shuyu_casework::REASONS,
        shuyu_exchange::REASONS,
        shuyu_sources::REASONS,
        shuyu_vault::REASONS,
        shuyu_workroom::REASONS,
        shuyu_airlock::REASONS,
        shuyu_delivery::REASONS,
        shuyu_settlement::REASONS,
        shuyu_documents::REASONS,
        REASONS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_code_is_given_by_two_stations() {
        let codes: Vec<_> = all().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    }

    /// `docs/reasons.md`, for whoever was refused and wants to know when that happens.
    fn document() -> String {
        let mut text = String::from(
            "# Reasons\n\nEvery code with which something can be refused or a row be bad, and when it is given. \
             Written by a test from the stations' own lists; `make accept` renews it.\n\n| code | given when |\n| --- | --- |\n",
        );
        let mut codes = all();
        codes.sort_unstable();
        for (code, when) in codes {
            text.push_str(&format!("| {code} | {when} |\n"));
        }
        text
    }

    #[test]
    fn the_document_of_reasons_is_what_the_stations_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reasons.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), document(), "run `make accept`");
    }

    #[test]
    fn codes_about_who_are_codes_that_exist() {
        let codes: BTreeSet<_> = all().into_iter().map(|(code, _)| code).collect();
        let gone: Vec<_> = ABOUT_WHO.iter().filter(|code| !codes.contains(*code)).collect();
        assert!(gone.is_empty(), "{gone:?}");
    }
}
