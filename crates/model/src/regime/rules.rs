//! What a document says about each thing that a control reads: one struct a section
//! of the file. Fields that no control reads yet say so.
//!
//! Not here: how things come to be (`choosing`), go on and end (`conduct`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::interest::Interest;
use super::words::{
    Body, Means, Mode, PriceKind, ProcessorPlace, ScenarioPart, ShareModel, TermSetBy, Treasury, UnitKind,
};
use crate::actor::Role;
use crate::column::Grade;

/// What public data is used for; it decides whether it may cost anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// 公共治理.
    PublicGovernance,
    /// 公益事业.
    PublicWelfare,
    /// 产业发展、行业发展.
    Industry,
}

/// Who may be what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRules {
    /// Whether the implementing body is another body than the managing one.
    pub agency_apart_from_regulator: Sourced<bool>,
    /// Roles that the document gives to one organisation by its name.
    pub single_holders: Option<Sourced<Vec<Role>>>,
    /// The area of the document by its division code (GB/T 2260).
    pub division: Option<Sourced<String>>,
    /// Roles of which one organisation holds one only.
    pub apart: Option<Sourced<Vec<Role>>>,
    /// What an entity may be: `legal_person`, `organisation`, `natural_person`.
    pub entity_kinds: Sourced<Vec<String>>,
    /// What an operator may be by law, where the document says so.
    pub operator_kinds: Option<Sourced<Vec<String>>>,
    /// Nobody is entered as operator: whoever a selection chooses becomes it by that choice.
    pub operator_by_selection: Option<Sourced<bool>>,
    /// Whole authorisations are given by one agency alone, beside those of sectors.
    pub whole_agency: Option<Sourced<bool>>,
    /// The three platform administrators hold no other role (三员分立).
    pub admins_are_apart: Sourced<bool>,
    /// Whether somebody else than the operator processes.
    pub processor: Sourced<ProcessorPlace>,
}

/// Rules about resources.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRules {
    /// Only registered resources are authorised.
    pub must_be_registered: Sourced<bool>,
    /// Only graded columns are authorised.
    pub must_be_graded: Sourced<bool>,
    /// Columns of these grades are never authorised.
    pub grades_barred: Sourced<Vec<Grade>>,
    /// What kinds of unit a source is.
    pub source_kinds: Option<Sourced<Vec<UnitKind>>>,
    /// Kinds of unit that take part by reference alone.
    pub by_reference: Option<Sourced<Vec<UnitKind>>>,
    /// A first registration waits for the source's kind of unit, and for the duty from
    /// which the data arose.
    pub origin_required: Option<Sourced<bool>>,
    /// Resources on the negative list are never authorised.
    pub negative_list_is_barred: Sourced<bool>,
    /// Shared data needs its provider's consent.
    pub shared_needs_provider_consent: Sourced<bool>,
    /// For how many years a registration holds.
    pub registration_years: Sourced<u8>,
    /// What is protected, and found on one by one before a resource is authorised.
    pub interests: Option<Sourced<Vec<Interest>>>,
    /// Whose the data is, beside the department that holds it: `government` or `source`.
    pub owner: Option<Sourced<Body>>,
    /// Columns of these grades are shown masked only.
    pub grades_masked: Option<Sourced<Vec<Grade>>>,
    /// A department stops the use of its own resource at once.
    pub department_may_stop: Option<Sourced<bool>>,
    /// Who alone sets the rules of classification and grading.
    pub grading_rules_by: Option<Sourced<Role>>,
    /// Agency and department agree for each field what of it may be used for what.
    pub requirements_agreed: Option<Sourced<bool>>,
}

/// Rules about agreements.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementRules {
    /// The longest term of an operator agreement.
    pub years_max: Sourced<u8>,
    /// Where that term stands. In a document: a shorter one says why.
    pub term_set_by: Sourced<TermSetBy>,
    /// The term holds in principle (原则上) only: a longer one says why.
    pub term_is_in_principle: Sourced<bool>,
    /// Months before the end in which the operator applies anew.
    pub renewal_months_before: Option<Sourced<u8>>,
    /// When the rules change, each agreement in force is amended or found to need no change.
    pub amends_with_law: Option<Sourced<bool>>,
    /// Within how many calendar days after the change that is owed; goes with
    /// `amends_with_law`.
    pub amends_within_days: Option<Sourced<u16>>,
    /// The heading under which an operator agreement names the officer and the department
    /// that answer for security, as the operator has them on file.
    pub officer_heading: Option<Sourced<String>>,
    /// The heading under which a development agreement names the system in which the entity
    /// uses what it gets; the entity's papers on the protection of systems are about it.
    pub system_heading: Option<Sourced<String>>,
    /// Nobody develops on a development agreement before a copy of it has been filed.
    pub development_filed_first: Option<Sourced<bool>>,
    /// In which modes the term is exactly the document's: neither longer nor shorter.
    pub term_is_fixed_for: Option<Sourced<Vec<Mode>>>,
    /// It names the selection that it follows.
    pub names_selection: Option<Sourced<bool>>,
    /// It names the shares of owner, operator and processor.
    pub names_shares: Option<Sourced<bool>>,
    /// What an operator agreement says, each under a heading of its own.
    pub contents_required: Option<Sourced<Vec<String>>>,
    /// What a development agreement says, each under a heading of its own.
    pub development_contents_required: Option<Sourced<Vec<String>>>,
    /// Agreements from before are reported and signed anew or ended. Not yet read by
    /// any control.
    pub legacy_is_reviewed: Option<Sourced<bool>>,
    /// How many measurable operating targets an operator agreement states at least.
    pub targets_min: Option<Sourced<u8>>,
    /// `renew`, `reselect`, `leave`, `reapply`.
    pub at_expiry: Sourced<Vec<String>>,
    /// A development agreement ends no later than the operator's own.
    pub development_within_operator_term: Sourced<bool>,
    /// The operator and its affiliates may not redevelop what it delivered.
    pub operator_may_not_redevelop: Sourced<bool>,
    /// Only an entity with a development agreement is supplied.
    pub entity_must_be_contracted: Sourced<bool>,
    /// Use outside the approved scenario is barred.
    pub scope_is_binding: Sourced<bool>,
    /// When an agreement ends, access ends at once.
    pub access_ends_with_it: Sourced<bool>,
    /// The grounds on which it ends.
    pub exit_grounds: Sourced<Vec<String>>,
}

/// Rules about scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioRules {
    /// Nothing is computed without an emergency plan on file.
    pub needs_emergency_plan: Sourced<bool>,
    /// How many characters at least say what a field is needed for.
    pub field_reason_chars_min: Sourced<u16>,
    /// Who approves one; its steps stand in `procedure.scenario`.
    pub approved_by: Sourced<Vec<Body>>,
    /// Who may propose one. Where it names entities and not operators, an entity drafts
    /// it and the operator passes it on.
    pub proposed_by: Option<Sourced<Vec<Body>>>,
    /// Whoever provides the data reviews it, too. Read through `procedure.scenario`.
    pub provider_reviews: Option<Sourced<bool>>,
    /// One at a time (一场景一审核).
    pub one_by_one: Option<Sourced<bool>>,
    /// What an application says beside title, purpose and fields.
    pub plan_required: Option<Sourced<Vec<ScenarioPart>>>,
    /// Of which types operation can be; the bureau changes the list by a new version.
    pub operation_types: Option<Sourced<Vec<String>>>,
    /// It is published. Not yet read by any control.
    pub published: Option<Sourced<bool>>,
}

/// Rules about people whom data is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalRules {
    /// An answer about a person needs that person's own consent.
    pub consent_per_person: Sourced<bool>,
    /// How long a consent holds at most, in days.
    pub consent_days_max: Sourced<u16>,
    /// Personal data is anonymised, or its subject has consented. Not yet read by any
    /// control; the consent is.
    pub anonymise_or_consent: Option<Sourced<bool>>,
    /// A letter of authorisation of the person. Not yet read by any control.
    pub letter_needed: Option<Sourced<bool>>,
    /// A letter of authorisation of the enterprise. Not yet read by any control.
    pub enterprise_letter_needed: Option<Sourced<bool>>,
}

/// Rules inside a workroom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WorkroomRules {
    /// Those who process never see raw data.
    pub raw_is_invisible: Sourced<bool>,
    /// Data that is not public can be brought in by whoever computes, with its origin.
    pub own_data: Sourced<bool>,
    /// Entities redevelop inside, under their development agreement.
    pub entities_compute: Sourced<bool>,
    /// By which means data may be processed; where the document names none, any.
    #[serde(default)]
    pub means: Option<Sourced<Vec<Means>>>,
    /// The document says that models are trained and validated on sampled and masked data.
    /// Nothing else is mounted here under any rules; this is whose word a refusal cites.
    #[serde(default)]
    pub training_on_samples: Option<Sourced<bool>>,
    /// Rows in a draft-plane sample.
    pub sample_rows_max: Sourced<u32>,
    /// Rows that a statement may give.
    pub result_rows_max: Sourced<u32>,
    /// Seconds that a statement may run.
    pub run_seconds_max: Sourced<u32>,
    /// Memory that a statement may take, in mebibytes.
    pub memory_mebibytes_max: Sourced<u32>,
}

/// Rules for what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRules {
    /// Raw data never leaves.
    pub raw_never_leaves: Sourced<bool>,
    /// The least number of persons or firms that a published cell may describe.
    pub cell_count_min: Sourced<u32>,
    /// The most rows of a report.
    pub report_rows_max: Sourced<u32>,
    /// The most bytes of a release.
    pub bytes_max: Sourced<u64>,
    /// How many rows equal to raw rows a release may hold.
    pub raw_row_matches_max: Sourced<u32>,
    /// The makers of a result do not review it.
    pub reviewer_is_not_author: Sourced<bool>,
}

/// Rules of price and money.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRules {
    /// Uses that cost nothing.
    pub free_uses: Sourced<Vec<UseKind>>,
    /// Uses that may be charged.
    pub charged_uses: Sourced<Vec<UseKind>>,
    /// What is owed or shared: `surplus`, the income less the accepted cost. A setting
    /// where the document does not say.
    pub treasury_share: Sourced<String>,
    /// Free use is free on conditions only.
    pub free_on_conditions: Option<Sourced<bool>>,
    /// How a charged price comes about. Not yet read by any control.
    pub kind: Sourced<PriceKind>,
    /// Who gets what.
    pub share_model: Option<Sourced<ShareModel>>,
    /// Into which treasury.
    pub treasury: Option<Sourced<Treasury>>,
    /// What the income is spent on.
    pub spent_on: Option<Sourced<Vec<String>>>,
    /// With whom prices are filed. Not yet read by any control.
    pub filed_with: Option<Sourced<Body>>,
    /// Who bears the cost of the infrastructure. Not yet read by any control.
    pub infrastructure_cost_by: Option<Sourced<Body>>,
    /// A department uses free what was made of its free data.
    pub source_uses_free: Option<Sourced<bool>>,
}

/// How long what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogRules {
    /// Network logs, in years.
    pub network_log_years_min: Sourced<u8>,
    /// Every request is an entry of the log, also one that only reads.
    pub requests_are_logged: Option<Sourced<bool>>,
}
