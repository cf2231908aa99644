//! Cases: what the law prescribes before something becomes so.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_airlock::Review;
use shuyu_casework::{AllowedAction, CaseState, CaseView, Defect, InboxItem, Opinion, Outcome, Said};
use shuyu_model::id::{CandidateId, CaseId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, Digest};
use utoipa::ToSchema;

use super::agreements::Ground;
use super::{Stations, granted, listed, page};
use crate::app::App;
use crate::endpoint::{Asked, At, Created, Done, FiledWith, IfMatch, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{nouns, path, plans, registrations, review, shaped};

/// A case to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// What it is about.
    #[schema(value_type = nouns::ProcedureKind)]
    pub procedure: ProcedureKind,
    /// The id of the draft: `RES-…`, `AGR-…`, `SCN-…`.
    pub subject: String,
    /// The digest of the draft that the caller looked at; the draft's present
    /// one if not given.
    #[serde(default)]
    #[schema(required = false, value_type = Option<String>, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub subject_digest: Option<Digest>,
}

/// A signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignature {
    /// Which step is signed.
    pub step: String,
    /// `approve`, `return` or `refuse`.
    #[schema(value_type = String, pattern = "^(approve|return|refuse)$")]
    pub outcome: Outcome,
    /// Why, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
    /// The document that the step needs, by its digest.
    #[serde(default)]
    #[schema(required = false, value_type = Option<String>, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<Digest>,
    /// The number of that document, or of the receipt that is signed.
    #[serde(default)]
    #[schema(required = false, max_length = 100)]
    pub number: Option<String>,
    /// The digest of what the signer looked at.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub subject_digest: Digest,
    /// Papers of an application that are at fault, all at once (a return at acceptance).
    #[serde(default)]
    #[schema(required = false, value_type = Vec<registrations::Defect>)]
    pub defects: Vec<Defect>,
    /// Conditions of a yes, findings one by one, fields of a scenario that are not granted.
    #[serde(default)]
    #[schema(required = false, value_type = plans::Said)]
    pub said: Said,
}

/// Where a case stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// `open`, `returned`, `approved`, `refused` or `withdrawn`.
    #[schema(value_type = String)]
    pub state: CaseState,
}

/// What the caller could do in a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllowedActions {
    /// Each action that its state has.
    #[schema(value_type = Vec<path::AllowedAction>)]
    pub items: Vec<AllowedAction>,
}

/// The draft as it is now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// Its digest.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub subject_digest: Digest,
}

/// That a copy was filed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// The digest of what was filed, or of its receipt.
    #[serde(default)]
    #[schema(required = false, value_type = Option<String>, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<Digest>,
}

shaped! {
    NewCase => NewCase, NewSignature => NewSignature, Standing => Standing, Again => Again, Filed => Filed,
    AllowedActions => AllowedActions, CaseView => path::CaseView, InboxItem => path::InboxItem, Review => review::Review,
}

/// Opens a case on a draft. The case of a release is opened by the airlock.
pub async fn open(State(app): Stations, Who(actor): Who, Json(new): Json<NewCase>) -> Result<Created<Made>, Problem> {
    let subject = app.registry().subject(new.procedure, &new.subject).await?;
    let subject =
        subject.ok_or_else(|| Problem::malformed("the case of a release is opened with POST /v1/releases"))?;
    let seen = new.subject_digest.unwrap_or(subject.digest);
    let opened = app.casework().open(&actor, new.procedure, new.subject, seen, Vec::new()).await?;
    Ok(Created(Made::new(granted(opened)?)))
}

async fn known(app: &App, id: &CaseId, viewer: &Actor) -> Result<CaseView, Problem> {
    app.casework().case(id, viewer).await?.ok_or_else(|| Problem::unseen("case"))
}

/// Shows a case, without the opinions that are blind still.
pub async fn show(State(app): Stations, Who(actor): Who, At(id): At<CaseId>) -> Result<Shown<CaseView>, Problem> {
    Ok(Shown(known(&app, &id, &actor).await?))
}

/// Shows what reviewers see of the result that a case is about; never a row.
pub async fn review(State(app): Stations, Who(actor): Who, At(id): At<CaseId>) -> Result<Shown<Review>, Problem> {
    let case = known(&app, &id, &actor).await?;
    let candidate =
        CandidateId::parse(&case.subject).map_err(|_| Problem::unseen("result: this case is about something else"))?;
    Ok(Shown(app.airlock().review(&candidate).await?.ok_or_else(|| Problem::unseen("result"))?))
}

/// What the caller could do in a case now; of what they cannot, every reason.
pub async fn allowed_actions(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
) -> Result<Shown<AllowedActions>, Problem> {
    let items = app.casework().allowed_actions(&actor, &id).await?.ok_or_else(|| Problem::unseen("case"))?;
    Ok(Shown(AllowedActions { items }))
}

/// Lists what waits for the caller, oldest first.
pub async fn inbox(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<InboxItem>>, Problem> {
    Ok(Shown(listed(app.casework().inbox(&actor, &page(&asked)?).await?)?))
}

/// Signs the open step.
pub async fn sign(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    if_match: IfMatch,
    Json(new): Json<NewSignature>,
) -> Result<Created<Standing>, Problem> {
    // The version that was compared goes along, so that nothing slips between.
    let mut version = None;
    if if_match.is_given() {
        let seen = known(&app, &id, &actor).await?;
        if_match.holds_for(&seen)?;
        version = Some(seen.version);
    }
    let NewSignature { step, outcome, reason, evidence, number, subject_digest, defects, said } = new;
    let opinion = Opinion { outcome, reason, evidence, number, subject_digest, defects, said };
    let signed = app.casework().sign_if(&actor, &id, &step, opinion, version).await?;
    Ok(Created(Standing { state: granted(signed)? }))
}

/// Says for which entity a case was opened.
pub async fn name_applicant(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    Json(named): Json<super::matters::NamedOrganisation>,
) -> Result<Done, Problem> {
    granted(app.casework().name_applicant(&actor, &id, &named.organisation).await?)?;
    Ok(Done)
}

/// Submits a returned case again.
pub async fn resubmit(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    Json(again): Json<Again>,
) -> Result<Shown<Standing>, Problem> {
    Ok(Shown(Standing { state: granted(app.casework().resubmit(&actor, &id, again.subject_digest).await?)? }))
}

/// Takes a case back.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    Json(ground): Json<Ground>,
) -> Result<Shown<Standing>, Problem> {
    Ok(Shown(Standing { state: granted(app.casework().withdraw(&actor, &id, &ground.ground).await?)? }))
}

/// Says that a copy of a decision was filed.
pub async fn file(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    At(FiledWith(to)): At<FiledWith>,
    Json(filed): Json<Filed>,
) -> Result<Done, Problem> {
    granted(app.casework().file(&actor, &id, to, filed.evidence).await?)?;
    Ok(Done)
}
