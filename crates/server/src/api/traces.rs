//! The whole path of a product in one answer: which versions of which resources it was
//! computed from, who computed, checked and signed it, and to whom how much of it went.

use axum::extract::State;
use serde::Serialize;
use shuyu_airlock::Signer;
use shuyu_ledger::{Reach, Sought};
use shuyu_model::id::{
    AgreementId, CandidateId, CaseId, HoldingId, OrganisationId, PersonId, ProductId, ReleaseId, ResourceId,
    ScenarioId, SubscriptionId,
};
use shuyu_model::{Digest, Role, Time};
use utoipa::ToSchema;

use super::Stations;
use crate::app::App;
use crate::endpoint::{At, Shown, Who};
use crate::error::Problem;
use crate::shapes::{path, shaped};

/// The most entries of the log that a trace names of one thing.
const ENTRIES_MAX: i64 = 50;

/// A sealed version that a product was computed from.
#[derive(Debug, Serialize, ToSchema)]
pub struct TracedInput {
    /// Which version.
    #[schema(value_type = String)]
    pub holding: HoldingId,
    /// Of which resource.
    #[schema(value_type = String)]
    pub resource: ResourceId,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    #[schema(value_type = String)]
    pub department: OrganisationId,
    /// Counts the versions.
    pub version: i64,
    /// The digest of what was landed.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// When it was sealed, in microseconds.
    #[schema(value_type = i64)]
    pub sealed_at: Time,
    /// When it was destroyed, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub destroyed_at: Option<Time>,
}

/// To whom a product went.
#[derive(Debug, Serialize, ToSchema)]
pub struct TracedRecipient {
    /// Under which subscription.
    #[schema(value_type = String)]
    pub subscription: SubscriptionId,
    /// Who.
    #[schema(value_type = String)]
    pub entity: OrganisationId,
    /// How often it was delivered.
    pub deliveries: i64,
    /// How many units the tariff counts.
    pub units: i64,
    /// When the last time, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub last_at: Option<Time>,
}

/// An act on the way, as it lies in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct TracedAct {
    /// Its number in the journal; `GET /v1/journal/{seq}/proof` proves it.
    pub seq: i64,
    /// Its index in the log, once it lies there.
    pub leaf_index: Option<i64>,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// By whom; null where it was the platform.
    pub person: Option<String>,
    /// For whom.
    pub organisation: Option<String>,
    /// When, in microseconds.
    pub at: i64,
}

/// The path of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductTrace {
    /// Which.
    #[schema(value_type = String)]
    pub product: ProductId,
    /// What people call it.
    pub title: String,
    /// Who offers it and answers for it.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// The release behind it.
    #[schema(value_type = String)]
    pub release: ReleaseId,
    /// The result that was released.
    #[schema(value_type = String)]
    pub candidate: CandidateId,
    /// Who computed it.
    #[schema(value_type = String)]
    pub author: PersonId,
    /// When, in microseconds.
    #[schema(value_type = i64)]
    pub computed_at: Time,
    /// Under which scenario.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// Under which operator agreement.
    #[schema(value_type = String)]
    pub agreement: AgreementId,
    /// Under which version of which rules.
    pub regime: String,
    /// Under which clauses it was computed.
    pub clauses: Vec<String>,
    /// What it was computed from.
    pub inputs: Vec<TracedInput>,
    /// The case that let it out.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// The codes of the checks that it passed.
    pub checks: Vec<String>,
    /// Who signed for it.
    #[schema(value_type = Vec<path::Signer>)]
    pub signers: Vec<Signer>,
    /// To whom it went.
    pub recipients: Vec<TracedRecipient>,
    /// Everything that was done on the way, oldest first.
    pub acts: Vec<TracedAct>,
}

shaped! { ProductTrace => ProductTrace }

/// The whole path of a product. An operator traces its own.
pub async fn product(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
) -> Result<Shown<ProductTrace>, Problem> {
    let unseen = || Problem::unseen("product");
    let product = app.delivery().product(&id).ok_or_else(unseen)?;
    let oversees = [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| actor.is(*role));
    if !oversees && product.operator != actor.organisation {
        return Err(unseen());
    }
    let release = app.airlock().find(&product.release).await?.ok_or_else(unseen)?;
    let candidate = app.workrooms().candidate(release.candidate()).await?.ok_or_else(unseen)?;
    let inputs = inputs(&app, candidate.inputs()).await?;
    let recipients = recipients(&app, &id).await?;
    let mut objects: Vec<String> = inputs.iter().map(|input| input.holding.to_string()).collect();
    objects.extend([
        candidate.scenario().to_string(),
        candidate.agreement().to_string(),
        candidate.id().to_string(),
        release.case().to_string(),
        release.id().to_string(),
        id.to_string(),
    ]);
    objects.extend(recipients.iter().map(|recipient| recipient.subscription.to_string()));
    Ok(Shown(ProductTrace {
        product: id,
        title: product.title,
        operator: product.operator,
        release: release.id().clone(),
        candidate: candidate.id().clone(),
        author: candidate.author().clone(),
        computed_at: candidate.made_at(),
        scenario: candidate.scenario().clone(),
        agreement: candidate.agreement().clone(),
        regime: candidate.regime().to_owned(),
        clauses: candidate.clauses().to_vec(),
        inputs,
        case: release.case().clone(),
        checks: release.checks().to_vec(),
        signers: release.signers().to_vec(),
        recipients,
        acts: acts(&app, &objects).await?,
    }))
}

async fn inputs(app: &App, ids: &[HoldingId]) -> Result<Vec<TracedInput>, Problem> {
    let mut found = Vec::new();
    for id in ids {
        let holding = app.vault().holding(id).await?;
        let resource = app.registry().resource(holding.resource()).await?;
        found.push(TracedInput {
            holding: id.clone(),
            resource: holding.resource().clone(),
            name: resource.map_or_else(String::new, |resource| resource.name.clone()),
            department: holding.department().clone(),
            version: holding.version(),
            digest: holding.landed_digest(),
            sealed_at: holding.sealed_at(),
            destroyed_at: holding.destroyed_at(),
        });
    }
    Ok(found)
}

/// Counted from the log's own access records, as bills are.
async fn recipients(app: &App, id: &ProductId) -> Result<Vec<TracedRecipient>, Problem> {
    let subscriptions = app.delivery().subscriptions();
    let mut found: Vec<TracedRecipient> = subscriptions
        .into_iter()
        .filter(|subscription| subscription.product == *id)
        .map(|subscription| TracedRecipient {
            subscription: subscription.id,
            entity: subscription.entity,
            deliveries: 0,
            units: 0,
            last_at: None,
        })
        .collect();
    let until = app.ledger().now().plus_micros(1);
    let count = |_, access: shuyu_ledger::Access| {
        let recipient = found.iter_mut().find(|recipient| recipient.subscription == access.subscription);
        if let Some(recipient) = recipient {
            recipient.deliveries = recipient.deliveries.saturating_add(1);
            recipient.units = recipient.units.saturating_add(access.units);
            recipient.last_at = recipient.last_at.max(Some(access.at));
        }
    };
    app.delivery().for_each_access(Time(0), until, count).await?;
    Ok(found)
}

async fn acts(app: &App, objects: &[String]) -> Result<Vec<TracedAct>, Problem> {
    let mut found = Vec::new();
    for object in objects {
        let sought = Sought { object: object.clone(), ..Sought::default() };
        let rows = app.ledger().journal_sought(&Reach::default(), &sought, i64::MAX, ENTRIES_MAX).await;
        for row in rows.map_err(Problem::fault)?.0 {
            let written: serde_json::Value =
                serde_json::from_str(&row.text("written").map_err(Problem::fault)?).map_err(Problem::fault)?;
            let text = |key: &str| written.get(key).and_then(|value| value.as_str()).map(str::to_owned);
            found.push(TracedAct {
                seq: row.int("seq").map_err(Problem::fault)?,
                leaf_index: row.opt_int("leaf_index").map_err(Problem::fault)?,
                action: text("action").unwrap_or_default(),
                object: object.clone(),
                person: text("person"),
                organisation: text("organisation"),
                at: written.get("at").and_then(serde_json::Value::as_i64).unwrap_or_default(),
            });
        }
    }
    found.sort_by_key(|act| act.seq);
    found.dedup_by_key(|act| act.seq);
    Ok(found)
}
