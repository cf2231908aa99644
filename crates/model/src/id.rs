//! Names of things: a readable prefix and a UUIDv7, `RES-0192f0c1…`.
//!
//! A prefix says what a string in a log line or a letter is about. Two kinds of
//! id are two types, so that a resource can not be passed for a release.
//!
//! Not here: drawing a new one (`ledger::Ledger::new_id`), which needs a clock
//! and randomness.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a string is no id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no {kind} id: expected `{prefix}-` and 32 hexadecimal digits")]
pub struct IdError {
    /// The string as it came.
    pub given: String,
    /// What it should have named, in words.
    pub kind: &'static str,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// A kind of id. `ledger` draws new ones through this.
pub trait Key: Sized {
    /// The letters before the dash.
    const PREFIX: &'static str;
    /// The id that this UUID makes.
    fn from_uuid(uuid: Uuid) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl Key for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self {
                Self(format!(concat!($prefix, "-{}"), uuid.simple()))
            }
        }

        impl $name {
            /// Reads an id as people and JSON write it.
            pub fn parse(given: &str) -> Result<Self, IdError> {
                let tail = given.strip_prefix(concat!($prefix, "-")).unwrap_or_default();
                if tail.len() == 32 && tail.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    Ok(Self(given.to_owned()))
                } else {
                    Err(IdError { given: given.chars().take(80).collect(), kind: $kind, prefix: $prefix })
                }
            }

            /// The id as people and JSON write it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(given: String) -> Result<Self, IdError> {
                Self::parse(&given)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A legal person or public body that takes part.
    OrganisationId, "ORG", "organisation";
    /// A natural person who signs in and acts for an organisation.
    PersonId, "PER", "person";
    /// A table that a department holds.
    ResourceId, "RES", "resource";
    /// One arrival of bytes from a department.
    LandingId, "LND", "landing";
    /// One sealed, immutable version of a resource.
    HoldingId, "HLD", "holding";
    /// An operator agreement or a development agreement.
    AgreementId, "AGR", "agreement";
    /// An amendment of an agreement.
    AmendmentId, "AMD", "amendment";
    /// A task that an operator gives to a processor.
    OrderId, "ORD", "order";
    /// What a processor builds for a scenario, version by version.
    ThematicId, "THM", "thematic database";
    /// A purpose with its minimum fields.
    ScenarioId, "SCN", "scenario";
    /// A paper of a party's dossier.
    PaperId, "PAP", "paper";
    /// One running or ended procedure.
    CaseId, "CAS", "case";
    /// A lifecycle that a document prescribes beside approvals.
    MatterId, "MAT", "matter";
    /// A registration of a resource or product.
    RegistrationId, "RGN", "registration";
    /// An objection against one that is on public notice.
    ObjectionId, "OBJ", "objection";
    /// A result computed inside, that nobody has seen.
    CandidateId, "CAN", "candidate";
    /// A model trained or validated inside a workroom.
    TrainingId, "TRN", "training";
    /// A candidate that passed the airlock.
    ReleaseId, "REL", "release";
    /// Something an entity can subscribe to.
    ProductId, "PRD", "product";
    /// An entity's right to use one product for one scenario.
    SubscriptionId, "SUB", "subscription";
    /// A data subject's consent.
    ConsentId, "CNS", "consent";
    /// A key with which a client signs its requests.
    ClientKeyId, "CLK", "client key";
    /// A delivery: one answer or one file.
    ReceiptId, "RCP", "receipt";
    /// A month's account.
    StatementId, "STM", "statement";
    /// A document that was issued.
    DocumentId, "DOC", "document";
    /// A rule by which income is shared.
    SharingRuleId, "SHR", "distribution rule";
    /// A period's income, shared out by a rule.
    DistributionId, "DST", "distribution";
    /// What is owed to a treasury.
    TreasuryDueId, "TDU", "treasury due";
    /// A payment to a treasury, or the spending of one.
    PaymentId, "PAY", "payment";
    /// A document that prices rest on.
    PriceBasisId, "PBS", "price basis";
    /// A cost of the operator.
    CostId, "CST", "cost";
    /// A data asset.
    AssetId, "AST", "data asset";
    /// A background job.
    JobId, "JOB", "job";
    /// A version of a catalogue.
    CatalogueId, "CTL", "catalogue";
    /// What agency and department agree for a field.
    RequirementId, "FRQ", "field requirement";
    /// The scheme of a district under the city.
    DistrictSchemeId, "DSC", "district scheme";
    /// Another platform, above or below this one.
    PeerId, "PEE", "peer";
    /// A record that goes up to another platform.
    DispatchId, "DSP", "dispatch";
    /// A record that came from a platform below.
    SubmissionId, "SBM", "submission";
    /// A paper that is kept whole.
    FileId, "FIL", "kept file";
    /// A signed-in session.
    SessionId, "SES", "session";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = ResourceId::from_uuid(Uuid::from_u128(7));
        assert_eq!(ResourceId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn refuses_an_id_of_another_kind_and_says_what_it_expected() {
        for given in
            ["", "RES-", "REL-00000000000000000000000000000007", "RES-0000000000000000000000000000000G", "RES-00"]
        {
            let error = ResourceId::parse(given).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains("is no resource id"), "{given}: {error}");
        }
    }
}
