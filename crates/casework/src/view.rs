//! What somebody may see of a case.
//!
//! INVARIANT (blind): of a step that lacks signatures, only the own one shows.

use serde::Serialize;
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{CaseId, MatterId, OrganisationId, PersonId};
use shuyu_model::regime::{ProcedureKind, Remedy};
use shuyu_model::{Actor, Calendar, Day, Digest, Role, Time};

use crate::case::{Case, Outcome, Signed};
use crate::filing::Filing;
use crate::said::Said;
use crate::states::CaseState;

/// A day that was counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayView {
    /// The day.
    pub day: Day,
    /// Whether a year on the way had no holiday notice yet.
    pub is_estimated: bool,
}

impl From<WorkingDay> for DayView {
    fn from(day: WorkingDay) -> Self {
        Self { day: day.day, is_estimated: day.is_estimated }
    }
}

/// A signature as others may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpinionView {
    /// In which turn.
    pub turn: i64,
    /// On which step.
    pub step: String,
    /// Who.
    pub person: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// What they said.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// The document they gave.
    pub evidence: Option<Digest>,
    /// Conditions, findings, fields that are not granted.
    pub said: Said,
    /// The number of the document that they gave, or of the receipt.
    pub number: Option<String>,
    /// When.
    pub signed_at: Time,
}

impl From<&Signed> for OpinionView {
    fn from(signed: &Signed) -> Self {
        Self {
            turn: signed.turn,
            step: signed.step.clone(),
            person: signed.person.clone(),
            organisation: signed.organisation.clone(),
            outcome: signed.opinion.outcome,
            reason: signed.opinion.reason.clone(),
            evidence: signed.opinion.evidence,
            said: signed.opinion.said.clone(),
            number: signed.opinion.number.clone(),
            signed_at: signed.at,
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Its name.
    pub step: String,
    /// What people call it.
    pub title: String,
    /// Who signs it.
    pub by: Role,
    /// Which organisation's people, where it is a certain one's.
    pub party: Option<OrganisationId>,
    /// How many signatures it needs.
    pub signatures_min: u8,
    /// The document that a signer must give.
    pub evidence: Option<String>,
    /// What a signer finds on, one by one, before a yes.
    pub findings: Vec<String>,
    /// Whether it is the receipt of what is filed: it has a number, and can only be given.
    pub is_receipt: bool,
    /// Whether it waits for signatures now.
    pub is_open: bool,
    /// Whether it has them all.
    pub is_complete: bool,
    /// The first day on which it can be approved (open step).
    pub earliest: Option<DayView>,
    /// The last day on which it is in time (open step).
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// The signatures that show.
    pub opinions: Vec<OpinionView>,
    /// How many signatures there are that do not show yet.
    pub opinions_hidden: usize,
    /// The clause.
    pub clause: String,
}

/// A case, as somebody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseView {
    /// Which.
    pub id: CaseId,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// On what: an id.
    pub subject: String,
    /// What people call that.
    pub title: String,
    /// Of what is decided on.
    pub subject_digest: Digest,
    /// Where it stands.
    pub state: CaseState,
    /// Counts from 1; each return ends one.
    pub turn: i64,
    /// Counts changes; the ETag.
    pub version: i64,
    /// Who opened it.
    pub opened_by: PersonId,
    /// For whom.
    pub opener: OrganisationId,
    /// When.
    pub opened_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Under which version of which rules.
    pub regime: String,
    /// The steps, in order.
    pub steps: Vec<StepView>,
    /// Signatures of earlier turns, which no longer count.
    pub discarded: Vec<OpinionView>,
    /// What must be filed now that it has ended.
    pub filings: Vec<Filing>,
    /// The entities for which it was opened.
    pub applicants: Vec<OrganisationId>,
    /// Of a refusal: the remedies at law.
    pub remedies: Vec<Remedy>,
    /// The appeals, reviews, suits and other matters about it, as far as the viewer sees them.
    pub matters_on_it: Vec<MatterId>,
}

/// A case that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxItem {
    /// Which.
    pub id: CaseId,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// On what: an id.
    pub subject: String,
    /// What people call that.
    pub title: String,
    /// Whether it waits for a signature or was returned.
    pub state: CaseState,
    /// The step to be signed.
    pub step: Option<String>,
    /// What people call it.
    pub step_title: Option<String>,
    /// The first day on which it can be approved.
    pub earliest: Option<DayView>,
    /// The last day on which it is in time.
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
}

/// Whether a case is this person's business: they act for who opened it or for a
/// party, hold a role that signs one of its steps, or supervise.
pub(crate) fn is_visible(case: &Case, viewer: &Actor) -> bool {
    let is_party =
        case.opener == viewer.organisation || case.parties.values().any(|party| *party == viewer.organisation);
    let signs = case
        .procedure
        .steps
        .iter()
        .any(|step| viewer.is(step.by) && case.party(step).is_none_or(|party| *party == viewer.organisation));
    let is_applicant = case.applicants.contains(&viewer.organisation) && !viewer.roles.is_empty();
    is_party || is_applicant || signs || viewer.is(Role::Regulator) || viewer.is(Role::Supervisor)
}

pub(crate) fn of_case(
    case: &Case,
    signed: &[Signed],
    filings: Vec<Filing>,
    viewer: &Actor,
    calendar: &Calendar,
    cite: impl Fn(&shuyu_model::regime::Step) -> String,
    today: Day,
) -> CaseView {
    let steps = case.procedure.steps.iter().enumerate().map(|(index, step)| {
        let of_step: Vec<&Signed> = signed.iter().filter(|s| s.turn == case.turn && s.step == step.step).collect();
        let is_complete = of_step.len() >= usize::from(step.signatures);
        let is_open = case.state == CaseState::Open && case.step == index;
        let shown: Vec<OpinionView> = of_step
            .iter()
            .filter(|s| is_complete || s.person == viewer.person)
            .map(|s| OpinionView::from(*s))
            .collect();
        let due = case.due(calendar).filter(|_| is_open);
        StepView {
            step: step.step.clone(),
            title: step.title.clone(),
            by: step.by,
            party: case.party(step).cloned(),
            signatures_min: step.signatures,
            evidence: step.evidence.clone(),
            findings: step.findings.clone(),
            is_receipt: step.receipt,
            is_open,
            is_complete,
            earliest: case.earliest(calendar).filter(|_| is_open).map(DayView::from),
            due: due.map(DayView::from),
            is_overdue: due.is_some_and(|due| due.day < today),
            opinions_hidden: of_step.len().saturating_sub(shown.len()),
            opinions: shown,
            clause: cite(step),
        }
    });
    CaseView {
        steps: steps.collect(),
        id: case.id.clone(),
        procedure: case.kind,
        subject: case.subject.clone(),
        title: case.title.clone(),
        subject_digest: case.subject_digest,
        state: case.state,
        turn: case.turn,
        version: case.version,
        opened_by: case.opener_person.clone(),
        opener: case.opener.clone(),
        opened_at: case.opened_at,
        ended_at: case.ended_at,
        regime: case.regime.clone(),
        discarded: signed.iter().filter(|s| s.turn < case.turn).map(OpinionView::from).collect(),
        filings,
        applicants: case.applicants.clone(),
        remedies: Vec::new(),
        matters_on_it: Vec::new(),
    }
}

pub(crate) fn of_inbox(case: &Case, calendar: &Calendar, today: Day) -> InboxItem {
    let due = case.due(calendar);
    InboxItem {
        id: case.id.clone(),
        procedure: case.kind,
        subject: case.subject.clone(),
        title: case.title.clone(),
        state: case.state,
        step: case.open_step().map(|step| step.step.clone()),
        step_title: case.open_step().map(|step| step.title.clone()),
        earliest: case.earliest(calendar).map(DayView::from),
        due: due.map(DayView::from),
        is_overdue: due.is_some_and(|due| due.day < today),
    }
}
