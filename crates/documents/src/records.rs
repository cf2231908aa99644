//! What the stations know, read once for one document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shuyu_casework::{Casework, MatterFilter, MatterItem};
use shuyu_delivery::{Delivery, Product, Subscription};
use shuyu_ledger::Access;
use shuyu_model::id::{AgreementId, OrganisationId, ProductId, ResourceId, ScenarioId, SubscriptionId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Day, Time, UseKind};
use shuyu_registry::{Agreement, AgreementState, Listing, Organisation, Page, Resource, Scenario};
use shuyu_settlement::Settlement;

use crate::DocumentsError;

/// The most records of one sort that a document is made from.
pub const RECORDS_MAX: usize = 20_000;

/// The stations that documents read.
#[derive(Clone)]
pub(crate) struct Stations {
    pub(crate) casework: Casework,
    pub(crate) delivery: Delivery,
    pub(crate) settlement: Settlement,
}

/// What there is.
pub(crate) struct Records {
    pub(crate) organisations: BTreeMap<OrganisationId, Arc<Organisation>>,
    pub(crate) resources: BTreeMap<ResourceId, Arc<Resource>>,
    pub(crate) agreements: BTreeMap<AgreementId, Arc<Agreement>>,
    pub(crate) scenarios: BTreeMap<ScenarioId, Arc<Scenario>>,
    pub(crate) products: BTreeMap<ProductId, Product>,
    pub(crate) subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// Resources that a finding keeps out of every catalogue.
    pub(crate) harmed: BTreeSet<ResourceId>,
    pub(crate) log_size: u64,
}

/// All pages of a list of the registry.
macro_rules! all {
    ($registry:expr, $list:ident) => {{
        let mut found = BTreeMap::new();
        let mut page = Page::first();
        loop {
            let listing: Listing<Arc<_>> = $registry.$list(&page).await?;
            if RECORDS_MAX < listing.total {
                return Err(DocumentsError::TooLarge { part: "records", found: listing.total, max: RECORDS_MAX });
            }
            found.extend(listing.items.into_iter().map(|item| (item.id.clone(), item)));
            match listing.next {
                Some(next) => page.after = Some(next),
                None => break found,
            }
        }
    }};
}

impl Records {
    pub(crate) async fn read(stations: &Stations) -> Result<Self, DocumentsError> {
        let registry = stations.casework.registry();
        // Taken first: what is written while we read lies behind it.
        let log_size = registry.ledger().log().size();
        Ok(Self {
            organisations: all!(registry, organisations),
            resources: all!(registry, resources),
            agreements: all!(registry, agreements),
            scenarios: all!(registry, scenarios),
            products: stations.delivery.products().into_iter().map(|one| (one.id.clone(), one)).collect(),
            subscriptions: stations.delivery.subscriptions().into_iter().map(|one| (one.id.clone(), one)).collect(),
            harmed: registry.harmed().await?.into_iter().collect(),
            log_size,
        })
    }

    pub(crate) fn name<'a>(&'a self, id: &'a OrganisationId) -> &'a str {
        self.organisations.get(id).map_or(id.as_str(), |one| one.name.as_str())
    }

    pub(crate) fn resource_title<'a>(&'a self, id: &'a ResourceId) -> &'a str {
        self.resources.get(id).map_or(id.as_str(), |one| one.title.as_str())
    }

    pub(crate) fn scenario_title<'a>(&'a self, id: &'a ScenarioId) -> &'a str {
        self.scenarios.get(id).map_or(id.as_str(), |one| one.title.as_str())
    }

    pub(crate) fn product_title<'a>(&'a self, id: &'a ProductId) -> &'a str {
        self.products.get(id).map_or(id.as_str(), |one| one.title.as_str())
    }

    /// The agreements that held on some day of these, drafts never.
    pub(crate) fn agreements_between(&self, from: Day, until: Day) -> impl Iterator<Item = &Agreement> {
        self.agreements.values().map(AsRef::as_ref).filter(move |agreement| {
            let last = match (agreement.state, agreement.ended_at) {
                (AgreementState::Draft, _) => return false,
                (AgreementState::Ended, Some(ended)) => agreement.until.min(ended.day()),
                _ => agreement.until,
            };
            agreement.from <= until && from <= last
        })
    }

    /// What a scenario uses.
    pub(crate) fn resources_of(&self, id: &ScenarioId) -> BTreeSet<&ResourceId> {
        self.scenarios.get(id).map(|scenario| scenario.resources()).unwrap_or_default()
    }
}

/// What went out for one subscription in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) calls: i64,
    pub(crate) units: i64,
}

/// Uses of a period, counted from the access records of the log.
pub(crate) type Uses = BTreeMap<(SubscriptionId, UseKind), Used>;

impl Stations {
    pub(crate) async fn uses(&self, from: Time, to: Time) -> Result<Uses, DocumentsError> {
        let mut uses = Uses::new();
        let count = |_, access: Access| {
            let used = uses.entry((access.subscription, access.use_kind)).or_default();
            used.calls = used.calls.saturating_add(1);
            used.units = used.units.saturating_add(access.units);
        };
        self.delivery.for_each_access(from, to, count).await?;
        Ok(uses)
    }

    /// The matters of a kind that somebody may see, oldest first.
    pub(crate) async fn matters(&self, viewer: &Actor, kind: MatterKind) -> Result<Vec<MatterItem>, DocumentsError> {
        let filter = MatterFilter { kind: Some(kind), ..MatterFilter::default() };
        let (mut found, mut page) = (Vec::new(), Page::first());
        loop {
            let listing = self.casework.matters(viewer, &filter, &page).await?;
            if RECORDS_MAX < listing.total {
                return Err(DocumentsError::TooLarge { part: "matters", found: listing.total, max: RECORDS_MAX });
            }
            found.extend(listing.items);
            match listing.next {
                Some(next) => page.after = Some(next),
                None => return Ok(found),
            }
        }
    }
}
