//! Products that the document announces, and whether each is offered by now.

use shuyu_delivery::ProductState;

use crate::api::catalogues::PlannedProductView;
use crate::app::App;
use crate::error::Problem;

/// Each, in the order of the document; offered once an offered product bears its name.
pub(crate) async fn products(app: &App) -> Result<Vec<PlannedProductView>, Problem> {
    let regime = app.registry().regime();
    let mut offered = Vec::new();
    for product in app.delivery().products().into_iter().filter(|one| one.state == ProductState::Offered) {
        if app.registry().is_product_offered(&product.id).await? {
            offered.push(product.title);
        }
    }
    let view = |planned: &shuyu_model::regime::PlannedProduct| PlannedProductView {
        name: planned.name.clone(),
        batch: planned.batch,
        state: if offered.contains(&planned.name) { "offered" } else { "planned" },
        clause: regime.cite_clause(&planned.source),
    };
    Ok(regime.planned_product.iter().map(view).collect())
}
