//! Amendments of agreements (协议变更), the versions that an agreement has had, and what a
//! change of rules asks of agreements in force.
//!
//! An amendment names what changes; what it does not name stays. Parties, kind, scenario,
//! mode, selection and first day are the agreement's for ever: whoever changes those
//! concludes another.
//!
//! Not here: drafting and deciding one (`amendments`), which change touches whom (`affected`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, AmendmentId, MatterId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::words::Mode;
use shuyu_model::{Day, Digest, Reason, Time};

use crate::agreement::{Agreement, AgreementState, NewAgreement, Shares, Target};
use crate::party::text_fault;

/// The longest reason for an amendment or a finding, in characters.
pub const AMENDMENT_REASON_CHARS_MAX: usize = 2000;
/// The most amendments and drafts made anew of one agreement.
pub const AGREEMENT_VERSIONS_MAX: i64 = 200;

/// What one version of an agreement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementText {
    /// For which scenario (development).
    pub scenario: Option<ScenarioId>,
    /// On which resources.
    pub resources: Vec<ResourceId>,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Of the signed document.
    pub document_digest: Digest,
    /// How much it authorises at once.
    pub mode: Option<Mode>,
    /// The implementing scheme.
    pub scheme: Option<MatterId>,
    /// The selection.
    pub selection: Option<MatterId>,
    /// Who gets how much of the income.
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    pub term_reason: Option<String>,
    /// What it says, by heading.
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured.
    pub targets: Vec<Target>,
}

impl AgreementText {
    /// The parts in which another text differs, by their keys.
    pub fn differs(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("scenario", self.scenario != other.scenario),
            ("resources", self.resources != other.resources),
            ("from", self.from != other.from),
            ("until", self.until != other.until),
            ("mode", self.mode != other.mode),
            ("scheme", self.scheme != other.scheme),
            ("selection", self.selection != other.selection),
            ("shares", self.shares != other.shares),
            ("term_reason", self.term_reason != other.term_reason),
            ("contents", self.contents != other.contents),
            ("targets", self.targets != other.targets),
        ];
        parts.into_iter().filter(|(_, is_other)| *is_other).map(|(part, _)| part).collect()
    }
}

impl Agreement {
    /// What it says.
    pub fn text(&self) -> AgreementText {
        AgreementText {
            scenario: self.scenario.clone(),
            resources: self.resources.clone(),
            from: self.from,
            until: self.until,
            document_digest: self.document_digest,
            mode: self.mode,
            scheme: self.scheme.clone(),
            selection: self.selection.clone(),
            shares: self.shares,
            term_reason: self.term_reason.clone(),
            contents: self.contents.clone(),
            targets: self.targets.clone(),
        }
    }

    /// The same agreement, saying this.
    pub(crate) fn saying(&self, text: AgreementText) -> Self {
        let AgreementText { scenario, resources, from, until, document_digest, mode, .. } = text;
        let AgreementText { scheme, selection, shares, term_reason, contents, targets, .. } = text;
        Self {
            scenario,
            resources,
            from,
            until,
            document_digest,
            mode,
            scheme,
            selection,
            shares,
            term_reason,
            contents,
            targets,
            ..self.clone()
        }
    }
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amendment {
    /// Its id; a case is opened on it.
    pub id: AmendmentId,
    /// Of which agreement.
    pub agreement: AgreementId,
    /// The version that it changes.
    pub version: i64,
    /// What the agreement shall say.
    pub text: AgreementText,
    /// Which parts of it change.
    pub changes: Vec<String>,
    /// Why.
    pub reason: String,
    /// The change of rules that it follows, if it does.
    pub rule_change: Option<String>,
    /// Of the agreement as it shall be, of the version that is changed, and of the reason; a
    /// signature names it.
    pub digest: Digest,
    /// Of the agreement as it shall be.
    pub agreed_digest: Digest,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When it was drafted.
    pub drafted_at: Time,
    /// When the last party signed.
    pub decided_at: Option<Time>,
}

/// An amendment to be drafted. What it leaves out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAmendment {
    /// On which resources from then on.
    #[serde(default)]
    pub resources: Option<Vec<ResourceId>>,
    /// Its last day.
    #[serde(default)]
    pub until: Option<Day>,
    /// Of the document to be signed.
    pub document_digest: Digest,
    /// The implementing scheme that it rests on.
    #[serde(default)]
    pub scheme: Option<MatterId>,
    /// Who gets how much of the income.
    #[serde(default)]
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    #[serde(default)]
    pub term_reason: Option<String>,
    /// The headings under which something else stands; an empty text takes one out.
    #[serde(default)]
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured.
    #[serde(default)]
    pub targets: Option<Vec<Target>>,
    /// Why.
    pub reason: String,
    /// The change of rules that it follows, by its key.
    #[serde(default)]
    pub rule_change: Option<String>,
}

impl NewAmendment {
    /// What an agreement shall say, and what is wrong with that.
    pub(crate) fn applied(&self, to: &Agreement) -> Result<AgreementText, Vec<String>> {
        let mut faults = Vec::new();
        text_fault("reason", &self.reason, AMENDMENT_REASON_CHARS_MAX, &mut faults);
        let before = to.text();
        let mut text = before.clone();
        text.document_digest = self.document_digest;
        text.until = self.until.unwrap_or(text.until);
        text.resources = self.resources.clone().unwrap_or(text.resources);
        text.resources.sort();
        text.resources.dedup();
        text.scheme = self.scheme.clone().or(text.scheme);
        text.shares = self.shares.or(text.shares);
        text.term_reason = self.term_reason.clone().or(text.term_reason);
        text.targets = self.targets.clone().unwrap_or(text.targets);
        for (heading, words) in &self.contents {
            if words.trim().is_empty() {
                text.contents.remove(heading);
            } else {
                text.contents.insert(heading.clone(), words.clone());
            }
        }
        faults.extend(as_new(to, &text).faults());
        if before.differs(&text).is_empty() {
            faults.push("nothing of the agreement changes; name what does".to_owned());
        }
        if text.document_digest == before.document_digest {
            faults.push("`document_digest` is that of the version in force; give that of the amended text".to_owned());
        }
        if faults.is_empty() { Ok(text) } else { Err(faults) }
    }
}

fn as_new(agreement: &Agreement, text: &AgreementText) -> NewAgreement {
    let AgreementText { scenario, resources, from, until, document_digest, mode, .. } = text.clone();
    let AgreementText { scheme, selection, shares, term_reason, contents, targets, .. } = text.clone();
    NewAgreement {
        kind: agreement.kind,
        grantee: agreement.grantee.clone(),
        resources,
        scenario,
        from,
        until: Some(until),
        document_digest,
        mode,
        scheme,
        selection,
        shares,
        term_reason,
        contents,
        targets,
    }
}

/// What an agreement says, said or shall say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreementVersion {
    /// Counts them, from 1; of an amendment that is not decided on, the one it would be.
    pub version: i64,
    /// `holds` or `draft` of the newest, `replaced` of those before it, `proposed` of an
    /// amendment that waits for its signatures, `overtaken` of one whose version is gone.
    pub standing: &'static str,
    /// How far the agreement had come in it.
    pub state: AgreementState,
    /// The amendment by which it came, where one did.
    pub amendment: Option<AmendmentId>,
    /// What changed with it.
    pub changes: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The change of rules that it follows.
    pub rule_change: Option<String>,
    /// What it says.
    pub text: AgreementText,
    /// What its signatures name.
    pub digest: Digest,
    /// The stamp of the rules under which it was decided on; empty where it was not.
    pub regime: String,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When the last party signed it.
    pub decided_at: Option<Time>,
    /// When another version took its place.
    pub replaced_at: Option<Time>,
}

/// A change of rules: a higher rule that counts from its day, or a newer version of the
/// document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// Names it: `override-3`, or the stamp of the document.
    pub key: String,
    /// What changed, in words.
    pub what: String,
    /// Since when it counts here.
    pub since: Time,
}

/// That an agreement needs no change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgreementFinding {
    /// Of which version.
    pub version: i64,
    /// Why it needs none.
    pub reason: String,
    /// Of the document that shows it.
    pub evidence: Option<Digest>,
    /// Who found so.
    pub found_by: PersonId,
    /// When.
    pub found_at: Time,
}

/// A finding to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgreementFinding {
    /// On which change of rules, by its key.
    pub rule_change: String,
    /// Why the agreement needs no change.
    pub reason: String,
    /// Of the document that shows it.
    #[serde(default)]
    pub evidence: Option<Digest>,
}

/// An agreement in force that was decided on before a change of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AffectedAgreement {
    /// Names the row in pages.
    pub key: String,
    /// Which.
    pub agreement: AgreementId,
    /// Who gave it, and amends it.
    pub grantor: OrganisationId,
    /// Who got it.
    pub grantee: OrganisationId,
    /// The change.
    pub change: RuleChange,
    /// By which day it is amended or found to need no change.
    pub due_day: Day,
    /// What the rules say now against what it says.
    pub against: Vec<Reason>,
    /// The amendment that follows the change, drafted or in force.
    pub amendment: Option<AmendmentId>,
    /// That it needs no change.
    pub finding: Option<AgreementFinding>,
    /// When it was settled: by an amendment in force or by a finding.
    pub settled_at: Option<Time>,
}
