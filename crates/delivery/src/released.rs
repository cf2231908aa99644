//! The airlock's releases, as delivery opens them.

use std::sync::Arc;

use futures::FutureExt as _;
use shuyu_airlock::{Airlock, OutputKind, Release};
use shuyu_model::id::ReleaseId;
use shuyu_registry::Registry;

use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::product::ProductKind;
use crate::stock::{Facts, Opened, StockColumn};

impl Delivery {
    /// Reads what is offered to whom, counts the day's calls from the log, and
    /// remembers which signed calls of the last minutes were answered.
    pub async fn open(registry: Registry, airlock: Airlock) -> Result<Self, DeliveryError> {
        let opener = move |id: ReleaseId| {
            let airlock = airlock.clone();
            async move {
                match airlock.find(&id).await? {
                    Some(release) => opened(release).await.map(Some),
                    None => Ok(None),
                }
            }
            .boxed()
        };
        Self::over(registry, Arc::new(opener)).await
    }
}

/// INVARIANT (released only): all of it is what was reviewed.
async fn opened(release: Release) -> Result<Opened, DeliveryError> {
    let parquet = release.read_all().await?;
    let columns = release.columns().iter().map(|c| StockColumn { name: c.name.clone(), class: c.class });
    let facts = Facts {
        operator: release.operator().clone(),
        scenario: release.scenario().clone(),
        digest: release.digest(),
        kind: match release.kind() {
            OutputKind::Lookup { .. } => ProductKind::Lookup,
            OutputKind::Dataset => ProductKind::Dataset,
            OutputKind::Report => ProductKind::Report,
            OutputKind::Model => ProductKind::Model,
        },
        key: release.key().map(str::to_owned),
        columns: columns.collect(),
    };
    let (for_keying, for_living) = (release.clone(), release);
    Ok(Opened {
        facts,
        keying: Arc::new(move |key: &str| for_keying.pseudonym(key)),
        living: Arc::new(move || for_living.is_live()),
        parquet,
    })
}
