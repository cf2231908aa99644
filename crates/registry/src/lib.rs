//! Who takes part, what there is, who may do what with it until when.
//!
//! Parties and people, resources, the catalog, the negative list, agreements and
//! scenarios go in; a [`Permit`], or every reason why not, comes out.
//!
//! INVARIANT (dies at once): [`Permit::is_live`] is false the moment its
//! agreement, scenario, registration, role or negative-list basis changes.
//! INVARIANT (all reasons): a refusal names every rule that says no.
//! INVARIANT (three admins): a platform administrator holds no other role.
//!
//! Not here: the procedures that end in a registration, an agreement or a
//! scenario (`casework`, the only caller of [`enact`]); consents of data
//! subjects (`delivery`); sessions and routes (`server`).

#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

mod accounts;
mod affected;
mod affiliates;
pub mod agreement;
mod agreements;
pub mod amendment;
mod amendments;
mod applicant;
mod catalog;
mod catalogue;
mod chosen;
mod cleared;
mod decide;
pub mod district;
mod dossier;
pub mod enact;
mod error;
mod facts;
mod findings;
mod grading;
mod handover;
mod headings;
pub mod kept;
mod live;
mod mode;
pub mod order;
mod orders;
mod overrides;
mod own;
pub mod page;
mod parties;
pub mod party;
pub mod password;
pub mod permit;
pub mod plan;
mod processing;
mod product;
mod reasons;
pub mod registration;
mod registry;
mod requirement;
pub mod resource;
mod resources;
pub mod rules;
pub mod scenario;
mod scenarios;
mod schemes;
mod standing;
mod store;
mod subject;
pub mod supply;
pub mod testing;
mod the_public;
mod thematic;
mod turn;
pub mod units;
mod upward;
mod uses;
mod whole;
mod world;

#[cfg(test)]
mod tests;

pub use accounts::ClosedAccount;
pub use agreement::{Agreement, AgreementKind, AgreementState, NewAgreement, Shares, Target};
pub use amendment::{
    AffectedAgreement, AgreementFinding, AgreementVersion, Amendment, NewAgreementFinding, NewAmendment, RuleChange,
};
pub use applicant::Applicant;
pub use catalog::{Authorised, CatalogEntry, MarkedThing, PublicScenario, UsedResource};
pub use catalogue::{
    Catalogue, CatalogueAnswer, CatalogueDue, CatalogueEntry, CatalogueKind, CatalogueState, LeftOut, NewCatalogue,
};
pub use cleared::{ClearedConflict, NewClearing};
pub use district::{DistrictScheme, DistrictSchemeState, Districts, NewDistrictScheme};
pub use dossier::{
    AdversePaper, Answer, CitedPaper, DossierItem, MissingPaper, NewPaper, Officer, Paper, PaperAnswer, PaperDue,
    PaperState, PaperView, Standing,
};
pub use error::RegistryError;
pub use facts::{BaseEntry, Fact, FactView, InventoryLine, InventoryState, NewBaseEntry, NewFact, ResourceFacts, Stop};
pub use findings::{Finding, FindingOutcome, InterestView, NewFinding};
pub use grading::{GradingRules, NewGradingRules};
pub use handover::{Handed, RunOut};
pub use kept::{FILE_BYTES_MAX, FileKind, KeptFile, NewFile};
pub use mode::last_day;
pub use order::{NewOrder, Order, OrderState, OrderStep, OrderedField, OrdersTally};
pub use overrides::{NewOverride, Override};
pub use own::{NewOwnTable, OWN_TABLES_MAX, OwnTable};
pub use page::{Listing, Page};
pub use parties::Bootstrap;
pub use party::{EntityKind, NewOrganisation, NewPerson, Organisation, Person};
pub use password::Password;
pub use permit::{Act, Permit, PermittedTable, Scope};
pub use plan::{Plan, PlannedForm, PlannedProduct};
pub use product::{DeclaredUse, NewProductFinding, NewRight, NewSpecialUse, ProductFinding, RightView};
pub use reasons::{REASONS, refusal};
pub use registration::apply::RegistrationTerm;
pub use registration::{
    Application, Ending, ExchangeEntry, NewApplication, Papers, ProductEntry, Registration, RegistrationState,
};
pub use registry::Registry;
pub use requirement::{FieldRequirement, NewRequirement, RequirementState, RequirementView};
pub use resource::{Barred, NewResource, Resource, ResourceState};
pub use rules::Rules;
pub use scenario::{Field, NewScenario, Scenario, ScenarioState};
pub use schemes::{Bound, SchemeBook, SchemeMoney};
pub use shuyu_model::canonical;
pub use standing::{Admission, AdmissionState, MatterSubject, RiskSubject, Term};
pub use subject::Subject;
pub use supply::{Supply, UpdateDue};
pub use thematic::{
    ComputedTable, GovernanceKind, GovernanceStep, Measured, NewThematicDatabase, ThematicDatabase, ThematicVersion,
};
pub use turn::Turn;
pub use units::{Origin, Unit};
pub use whole::{NewWholeAgency, WholeAgency};
