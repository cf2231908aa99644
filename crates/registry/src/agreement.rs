//! Agreements: between agency and operator, between operator and entity, and, where
//! a document has a processor apart, between agency and processor.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, MatterId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::regime::words::Mode;
use shuyu_model::{Day, Digest, Role, Time};

use crate::party::{NAME_CHARS_MAX, text_fault};

/// Between whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementKind {
    /// 授权运营协议: the agency authorises the operator.
    Operator,
    /// 再开发协议: the operator supplies an entity.
    Development,
    /// 加工授权协议: the agency authorises the processor.
    Processing,
}

impl AgreementKind {
    /// Every one.
    pub const ALL: [AgreementKind; 3] = [Self::Operator, Self::Development, Self::Processing];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Development => "development",
            Self::Processing => "processing",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Who gives and who gets. The giver's people draft it.
    pub fn parties(self) -> (Role, Role) {
        match self {
            Self::Operator => (Role::Agency, Role::Operator),
            Self::Development => (Role::Operator, Role::Entity),
            Self::Processing => (Role::Agency, Role::Processor),
        }
    }

    /// The procedure that decides on one.
    pub fn procedure(self) -> ProcedureKind {
        match self {
            Self::Operator => ProcedureKind::OperatorAgreement,
            Self::Development => ProcedureKind::DevelopmentAgreement,
            Self::Processing => ProcedureKind::ProcessorAgreement,
        }
    }
}

/// How far an agreement has come. That its days have run out is not a state:
/// the calendar says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    /// Not signed by all.
    Draft,
    /// Signed; it holds on its days.
    InForce,
    /// Ended before its days had run out.
    Ended,
}

impl AgreementState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce => "in_force",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::InForce, Self::Ended].into_iter().find(|state| state.word() == word)
    }
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Between whom.
    pub kind: AgreementKind,
    /// Who gives: the agency's organisation, or the operator's.
    pub grantor: OrganisationId,
    /// Who gets: the operator, or the entity.
    pub grantee: OrganisationId,
    /// For which scenario; always there for development, never for operation.
    pub scenario: Option<ScenarioId>,
    /// On which resources; empty for development, where the scenario says it.
    pub resources: Vec<ResourceId>,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Of the signed document.
    pub document_digest: Digest,
    /// How much it authorises at once (operation).
    pub mode: Option<Mode>,
    /// The implementing scheme that it rests on, where one was named (operation).
    pub scheme: Option<MatterId>,
    /// The selection that it follows, where one was named (operation).
    pub selection: Option<MatterId>,
    /// Who gets how much of the income (operation).
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules, where they ask for that.
    pub term_reason: Option<String>,
    /// What it says, by heading.
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured (operation).
    pub targets: Vec<Target>,
    /// Of all of the above.
    pub digest: Digest,
    /// Counts what it said, from 1: each draft made anew and each amendment is one more.
    pub version: i64,
    /// How far it has come.
    pub state: AgreementState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// The stamp of the rules under which this version was decided on; empty before that.
    pub regime: String,
    /// When the last party signed.
    pub decided_at: Option<Time>,
    /// When the last party signed the amendment by which it is what it is.
    pub amended_at: Option<Time>,
    /// When the last copy was filed that the rules ask for after its case.
    pub filed_at: Option<Time>,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// On which ground.
    pub ended_ground: Option<String>,
}

impl Agreement {
    /// What its digest covers.
    pub(crate) fn agreed(&self) -> Agreed<'_> {
        Agreed {
            kind: self.kind,
            grantor: &self.grantor,
            grantee: &self.grantee,
            scenario: self.scenario.as_ref(),
            resources: &self.resources,
            from: self.from,
            until: self.until,
            document_digest: self.document_digest,
            more: AgreedMore {
                mode: self.mode,
                scheme: self.scheme.as_ref(),
                selection: self.selection.as_ref(),
                shares: self.shares,
                term_reason: self.term_reason.as_deref(),
                contents: &self.contents,
                targets: &self.targets,
            },
        }
    }

    /// The first moment after its last day.
    pub fn ends_at(&self) -> Time {
        Time::at_start_of(self.until.saturating_add(jiff::Span::new().days(1)))
    }
}

/// Who gets how much of the income, in hundredths of a per cent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// Of whoever owns the rights in the data.
    pub owner_basis_points: u16,
    /// Of the operator.
    pub operator_basis_points: u16,
    /// Of the processor.
    pub processor_basis_points: u16,
}

impl Shares {
    /// In the order owner, operator, processor.
    pub fn all(self) -> [u16; 3] {
        [self.owner_basis_points, self.operator_basis_points, self.processor_basis_points]
    }

    /// Whether they are the whole.
    pub fn is_whole(self) -> bool {
        self.all().into_iter().map(u32::from).sum::<u32>() == 10_000
    }
}

/// What the parties agree on; an agreement's digest is the digest of this.
#[derive(Debug, Serialize)]
pub(crate) struct Agreed<'a> {
    pub(crate) kind: AgreementKind,
    pub(crate) grantor: &'a OrganisationId,
    pub(crate) grantee: &'a OrganisationId,
    pub(crate) scenario: Option<&'a ScenarioId>,
    pub(crate) resources: &'a [ResourceId],
    pub(crate) from: Day,
    pub(crate) until: Day,
    pub(crate) document_digest: Digest,
    #[serde(flatten)]
    pub(crate) more: AgreedMore<'a>,
}

/// What only some agreements say; what is not there leaves the digest as it is.
#[derive(Debug, Serialize)]
pub(crate) struct AgreedMore<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scheme: Option<&'a MatterId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) selection: Option<&'a MatterId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shares: Option<Shares>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) term_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) contents: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "<[Target]>::is_empty")]
    pub(crate) targets: &'a [Target],
}

/// An operating target (经营目标): at least so much of something by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Names it within its agreement.
    pub code: String,
    /// What is measured.
    pub what: String,
    /// In which unit.
    pub unit: String,
    /// How much at least.
    pub at_least: i64,
    /// The day by which.
    pub by: Day,
}

/// An agreement to be drafted. The grantor is the drafter's organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgreement {
    /// Between whom.
    pub kind: AgreementKind,
    /// Who gets.
    pub grantee: OrganisationId,
    /// On which resources (operation, processing).
    #[serde(default)]
    pub resources: Vec<ResourceId>,
    /// For which scenario (development).
    #[serde(default)]
    pub scenario: Option<ScenarioId>,
    /// Its first day.
    pub from: Day,
    /// Its last day; where the document sets the term (operation), the end of that.
    #[serde(default)]
    pub until: Option<Day>,
    /// Of the document to be signed.
    pub document_digest: Digest,
    /// How much it authorises at once (operation); what the rules take in principle
    /// where nothing is said.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// The implementing scheme that it rests on (operation).
    #[serde(default)]
    pub scheme: Option<MatterId>,
    /// The selection that it follows (operation).
    #[serde(default)]
    pub selection: Option<MatterId>,
    /// Who gets how much of the income (operation).
    #[serde(default)]
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    #[serde(default)]
    pub term_reason: Option<String>,
    /// What it says, by heading.
    #[serde(default)]
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured (operation).
    #[serde(default)]
    pub targets: Vec<Target>,
}

/// The most resources in one agreement.
pub const AGREEMENT_RESOURCES_MAX: usize = 5000;
/// The longest reason for a term, in characters.
pub const TERM_REASON_CHARS_MAX: usize = 1000;
/// The most headings of an agreement's contents.
pub const CONTENTS_MAX: usize = 40;
/// The most operating targets of an agreement.
pub const TARGETS_MAX: usize = 40;
/// The longest text under one heading, in characters.
pub const CONTENT_CHARS_MAX: usize = 4000;

impl NewAgreement {
    fn target_faults(&self, faults: &mut Vec<String>) {
        if self.kind != AgreementKind::Operator && !self.targets.is_empty() {
            faults.push("`targets` belong to an operator agreement".to_owned());
        }
        if self.targets.len() > TARGETS_MAX {
            faults.push(format!("`targets` are more than {TARGETS_MAX}"));
        }
        for (index, target) in self.targets.iter().enumerate() {
            text_fault("targets", &target.what, NAME_CHARS_MAX, faults);
            text_fault("targets", &target.unit, NAME_CHARS_MAX, faults);
            if !shuyu_model::regime::is_key(&target.code) || target.code.len() > NAME_CHARS_MAX {
                faults.push("the `code` of a target is lower-case letters, digits and `_`".to_owned());
            }
            if self.targets.iter().take(index).any(|before| before.code == target.code) {
                faults.push(format!("`targets` name `{}` twice", target.code));
            }
            if target.at_least <= 0 || target.by < self.from || self.until.is_some_and(|until| until < target.by) {
                faults.push("a target is more than nothing, by a day of the agreement's term".to_owned());
            }
        }
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.until.is_some_and(|until| until < self.from) {
            faults.push("`until` lies before `from`".to_owned());
        }
        self.texts(&mut faults);
        let names = self.mode.is_some() || self.scheme.is_some() || self.selection.is_some() || self.shares.is_some();
        if self.kind != AgreementKind::Operator && names {
            let what = "`mode`, `scheme`, `selection` and `shares` belong to an operator agreement";
            faults.push(what.to_owned());
        }
        match self.kind {
            AgreementKind::Operator | AgreementKind::Processing => {
                if self.resources.is_empty() || self.resources.len() > AGREEMENT_RESOURCES_MAX {
                    faults.push(format!("`resources` names 1 to {AGREEMENT_RESOURCES_MAX} resources"));
                }
                if self.scenario.is_some() {
                    faults.push("`scenario` belongs to a development agreement".to_owned());
                }
            }
            AgreementKind::Development => {
                if self.scenario.is_none() {
                    faults.push("`scenario` is missing; a development agreement is for one scenario".to_owned());
                }
            }
        }
        faults
    }

    fn texts(&self, faults: &mut Vec<String>) {
        if let Some(reason) = &self.term_reason {
            text_fault("term_reason", reason, TERM_REASON_CHARS_MAX, faults);
        }
        if self.contents.len() > CONTENTS_MAX {
            faults.push(format!("`contents` has more than {CONTENTS_MAX} headings"));
        }
        self.target_faults(faults);
        for (heading, text) in &self.contents {
            text_fault("contents", heading, NAME_CHARS_MAX, faults);
            // An empty text is for the rules to refuse, with the clause that asks for it.
            if text.chars().count() > CONTENT_CHARS_MAX {
                faults.push(format!("a text of `contents` is longer than {CONTENT_CHARS_MAX} characters"));
            }
        }
    }
}
