//! What follows from a complaint: the platform opens the matter and puts before it the
//! prices, terms and refusals to supply of whom it is about.
//!
//! The bridge between two stations: `casework` says what is to be opened and opens it,
//! `settlement` says the terms. Nothing is decided here.

use shuyu_casework::AttachedTerms;
use shuyu_model::canonical;
use shuyu_model::id::OrganisationId;
use shuyu_settlement::Terms;

use crate::app::App;
use crate::error::Problem;

/// Opens every matter that follows from what another has told.
pub async fn raise(app: &App) -> Result<(), Problem> {
    for raisable in app.casework().raisable().await? {
        let terms = if raisable.attaches_terms { Some(attached(app, &raisable.organisation).await?) } else { None };
        if let Some(opened) = app.casework().raise_matter(&raisable, terms).await? {
            tracing::info!(matter = %opened, record = %raisable.record, "what was complained of opened a matter");
        }
    }
    Ok(())
}

/// Prices, terms and refusals of an operator today, in words and as a digest of all.
async fn attached(app: &App, operator: &OrganisationId) -> Result<AttachedTerms, Problem> {
    let terms = app.settlement().terms_of(operator).await?;
    let refusals = app.settlement().supply_refusals_of(operator).await?;
    let whole = serde_json::json!({ "terms": terms, "supply_refusals": refusals });
    let digest = canonical::digest(app.ledger().profile(), &whole).map_err(Problem::fault)?;
    let mut lines = Vec::new();
    for line in &terms {
        let name = app.registry().organisation(&line.entity).await?.map(|known| known.name.clone()).unwrap_or_default();
        lines.push(said(line, &name));
    }
    let unexplained = refusals.iter().filter(|one| one.is_unexplained).count();
    let (served, refused) = (terms.len(), refusals.len());
    lines.push(format!("在供 {served} 项；拒绝供给 {refused} 起，其中未说明理由 {unexplained} 起"));
    let text = lines.join("\n");
    Ok(AttachedTerms { text, digest })
}

/// One subscription's terms beside the usual ones.
fn said(line: &Terms, entity: &str) -> String {
    let why = line.reason.as_deref().unwrap_or(if line.is_unexplained {
        "与通常条件不同，未说明理由"
    } else {
        "通常条件"
    });
    format!(
        "{} {entity}：单价 {} 分（通常 {} 分），每日 {} 次（通常 {} 次）；{why}",
        line.product, line.price.fen, line.usual_price.fen, line.calls_per_day_max, line.usual_calls_per_day_max
    )
}
