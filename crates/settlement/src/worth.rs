//! What data is worth: assets and their booked values for the finance department, and
//! each department's contribution.
//!
//! INVARIANT (risk said): an asset that is pledged or invested has a finding of its
//! risk.
//! INVARIANT (traced): every figure of a contribution names the records it counts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::id::{AssetId, OrganisationId, ProductId, ResourceId};
use shuyu_model::regime::words::Indicator;
use shuyu_model::{Actor, Day, Digest, Month, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Page, ResourceState, ScenarioState};

use crate::error::SettlementError;
use crate::settlement::{COST_FEN_MAX, Settlement, is_line, unknown};
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// What was done with an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetState {
    /// Known, without a value.
    Listed,
    /// Booked with a value (入账).
    Booked,
    /// Pledged (质押).
    Pledged,
    /// Brought in as capital (作价入股).
    Invested,
}

/// An asset to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAsset {
    /// Whose.
    pub unit: OrganisationId,
    /// The resource or product that it is: an id.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// What was done with it.
    pub state: AssetState,
    /// Its booked value; nothing while it is only listed.
    #[serde(default)]
    pub booked_fen: Option<i64>,
    /// Since when.
    #[serde(default)]
    pub booked_on: Option<Day>,
    /// The digest of the document.
    pub document: Digest,
    /// What risk was found.
    #[serde(default)]
    pub risk_finding: Option<String>,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// Its name.
    pub id: AssetId,
    /// What it is.
    #[serde(flatten)]
    pub asset: NewAsset,
}

/// One figure of a contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// Of what.
    pub indicator: Indicator,
    /// How many.
    pub count: i64,
    /// Its weight, in per cent.
    pub weight: u8,
    /// The records that it counts: ids, or for accesses the products that served them.
    pub records: Vec<String>,
}

/// A department's contribution to public data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// Which department.
    pub department: OrganisationId,
    /// Of which month.
    pub month: Month,
    /// Each figure.
    pub figures: Vec<Figure>,
    /// 0 to 10000: each figure against the highest of all departments, weighed.
    pub score_basis_points: i64,
}

/// What the records say of one department.
#[derive(Debug, Default)]
struct Records {
    registered: BTreeSet<ResourceId>,
    in_use: BTreeSet<ResourceId>,
    products: BTreeSet<ProductId>,
    accesses: BTreeMap<ProductId, i64>,
}

impl Records {
    fn figure(&self, indicator: Indicator, weight: u8) -> Figure {
        fn names<T: std::fmt::Display>(ids: impl IntoIterator<Item = T>) -> Vec<String> {
            ids.into_iter().map(|id| id.to_string()).collect()
        }
        let records = match indicator {
            Indicator::Registered => names(&self.registered),
            Indicator::InUse => names(&self.in_use),
            Indicator::Products => names(&self.products),
            Indicator::Accesses => names(self.accesses.keys()),
        };
        let count = match indicator {
            Indicator::Accesses => self.accesses.values().sum(),
            _ => i64::try_from(records.len()).unwrap_or(i64::MAX),
        };
        Figure { indicator, count, weight, records }
    }
}

/// Scores figures against the highest of each kind. `figures` is one list for each
/// department, all in the same order.
fn scores(figures: &[Vec<Figure>]) -> Vec<i64> {
    let highest = |index: usize| figures.iter().filter_map(|of_one| of_one.get(index)).map(|f| f.count).max();
    let score = |of_one: &Vec<Figure>| {
        let part = |(index, figure): (usize, &Figure)| match highest(index) {
            None | Some(0) => 0,
            // Per cent times basis points of the highest: 100 × 100 in all.
            Some(highest) => i64::from(figure.weight).saturating_mul(100).saturating_mul(figure.count) / highest,
        };
        of_one.iter().enumerate().map(part).sum()
    };
    figures.iter().map(score).collect()
}

impl Settlement {
    /// Records a data asset of a public unit.
    pub async fn record_asset(&self, actor: &Actor, new: NewAsset) -> Result<Verdict<AssetId>> {
        let is_amount = new.booked_fen.is_none_or(|fen| (0..=COST_FEN_MAX).contains(&fen));
        let has_value = new.booked_fen.is_some() && new.booked_on.is_some();
        if !is_line(&new.title) || !is_amount || (has_value == (new.state == AssetState::Listed)) {
            return Err(SettlementError::Malformed {
                part: "asset",
                what: "a title, and value and day unless it is only listed",
            });
        }
        if new.risk_finding.as_deref().is_some_and(|finding| !is_line(finding)) {
            return Err(SettlementError::Malformed { part: "finding", what: "1 to 200 characters on one line" });
        }
        let holder = self.holder(&new.subject).await?.ok_or_else(|| unknown("resource or product", &new.subject))?;
        let regime = self.regime();
        let clause = || regime.cite_role(Role::Finance);
        let mut found = Vec::new();
        if !actor.is(Role::Finance) && actor.organisation != new.unit {
            let what = "a unit books its own assets, the finance department all";
            found.push(Reason::new(reasons::NOT_FINANCE, what, clause(), "ask one of them"));
        }
        if holder != new.unit {
            let what = "the unit does not hold this resource or product";
            found.push(Reason::new(reasons::NOT_OWN_ASSET, what, clause(), "name the unit that holds it"));
        }
        let of_group = regime.group.as_ref().and_then(|group| group.asset_risk_is_found.as_ref());
        let of_group = of_group.filter(|rule| rule.value && new.state != AssetState::Listed);
        let is_capital = matches!(new.state, AssetState::Pledged | AssetState::Invested);
        if (is_capital || of_group.is_some()) && new.risk_finding.is_none() {
            let what = "an asset that is booked, pledged or invested needs a finding of its risk here";
            let clause = of_group.map_or_else(clause, |rule| regime.cite(rule));
            found.push(Reason::new(reasons::RISK_UNSAID, what, clause, "say what risk was found"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(actor, "asset.refused", &new.subject, reasons).await;
        }
        let mut change = self.ledger().change().await?;
        let asset = Asset { id: self.ledger().new_id(), asset: new };
        store::worth::insert_asset(&mut change, &asset, actor).await?;
        let event = Event::done(Some(actor), "asset.recorded", asset.id.as_str())
            .under(regime)
            .citing(clause())
            .digests(None, Some(asset.asset.document))
            .facts(serde_json::to_value(&asset)?);
        change.commit(event).await?;
        Ok(Verdict::Allow(asset.id))
    }

    /// Who holds a resource or offers a product.
    async fn holder(&self, subject: &str) -> Result<Option<OrganisationId>> {
        if let Ok(id) = ResourceId::parse(subject) {
            let resource = self.delivery().registry().resource(&id).await;
            return Ok(resource.map_err(shuyu_delivery::DeliveryError::from)?.map(|found| found.source.clone()));
        }
        let product = ProductId::parse(subject).ok().and_then(|id| self.delivery().product(&id));
        Ok(product.map(|product| product.operator))
    }

    /// The assets, oldest first: all for those who oversee, a unit its own.
    pub async fn assets(&self, viewer: &Actor) -> Result<Vec<Asset>> {
        let all = store::worth::assets(self.ledger()).await?.into_iter();
        let sees = |asset: &Asset| crate::statement::sees_all(viewer) || asset.asset.unit == viewer.organisation;
        Ok(all.filter(sees).collect())
    }

    /// Every asset that has a value, for the coordination group: what was booked, pledged or
    /// invested, each with the risk that was found.
    pub async fn assets_of_value(&self) -> Result<Vec<Asset>> {
        let mut all = store::worth::assets(self.ledger()).await?;
        all.retain(|asset| asset.asset.state != AssetState::Listed);
        Ok(all)
    }

    /// Each department's contribution as it stands, with the accesses of a month; empty
    /// where the rules name no indicators.
    pub async fn contributions(&self, month: Month) -> Result<Vec<Contribution>> {
        let money = &self.regime().money;
        let (Some(indicators), Some(weights)) = (&money.contribution_indicators, &money.contribution_weights) else {
            return Ok(Vec::new());
        };
        let records = self.records(month.bounds()).await?;
        let of_one = |found: &Records| -> Vec<Figure> {
            indicators
                .value
                .iter()
                .zip(&weights.value)
                .map(|(indicator, weight)| found.figure(*indicator, *weight))
                .collect()
        };
        let figures: Vec<Vec<Figure>> = records.values().map(of_one).collect();
        let scores = scores(&figures);
        let scored = records.into_keys().zip(figures).zip(scores);
        Ok(scored
            .map(|((department, figures), score_basis_points)| Contribution {
                department,
                month,
                figures,
                score_basis_points,
            })
            .collect())
    }

    async fn records(&self, (from, to): (Time, Time)) -> Result<BTreeMap<OrganisationId, Records>> {
        let registry = self.delivery().registry();
        let failed = shuyu_delivery::DeliveryError::from;
        let mut holders: BTreeMap<ResourceId, OrganisationId> = BTreeMap::new();
        let mut found: BTreeMap<OrganisationId, Records> = BTreeMap::new();
        let mut page = Page::first();
        loop {
            let listing = registry.resources(&page).await.map_err(failed)?;
            for resource in listing.items {
                let records = found.entry(resource.source.clone()).or_default();
                if resource.state == ResourceState::Registered {
                    records.registered.insert(resource.id.clone());
                }
                holders.insert(resource.id.clone(), resource.source.clone());
            }
            let Some(next) = listing.next else { break };
            page = Page { after: Some(next), ..page };
        }
        let mut page = Page::first();
        loop {
            let listing = registry.scenarios(&page).await.map_err(failed)?;
            for scenario in listing.items.iter().filter(|scenario| scenario.state == ScenarioState::Approved) {
                for resource in scenario.resources() {
                    if let Some(records) = holders.get(resource).and_then(|holder| found.get_mut(holder)) {
                        records.in_use.insert(resource.clone());
                    }
                }
            }
            let Some(next) = listing.next else { break };
            page = Page { after: Some(next), ..page };
        }
        let mut served: BTreeMap<ProductId, i64> = BTreeMap::new();
        self.delivery().for_each_access(from, to, |_, access| *served.entry(access.product).or_default() += 1).await?;
        for (product, sources) in self.sources_of_products().await? {
            for source in &sources {
                if let Some(records) = found.get_mut(source) {
                    records.products.insert(product.clone());
                    if let Some(count) = served.get(&product) {
                        records.accesses.insert(product.clone(), *count);
                    }
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(count: i64, weight: u8) -> Figure {
        Figure { indicator: Indicator::Products, count, weight, records: vec![] }
    }

    #[test]
    fn a_score_weighs_each_figure_against_the_highest_of_all() {
        let figures = [
            vec![figure(4, 75), figure(0, 25)],
            vec![figure(2, 75), figure(0, 25)],
            vec![figure(0, 75), figure(0, 25)],
        ];
        assert_eq!(scores(&figures), [7500, 3750, 0], "nobody has any of the second figure, so nobody gets its weight");
        assert_eq!(scores(&[vec![figure(4, 75), figure(9, 25)]]), [10_000]);
    }
}
