//! What a document wants told of resources beside their description, how its catalogue
//! comes about, what it asks of quality and of products.
//!
//! INVARIANT (closed): kinds of facts, the acts that wait for them, rights and special
//! uses are tables here; a regime chooses from them and adds none.
//! INVARIANT (absent): what the document does not ask for is not in its file.
//!
//! Not here: the facts themselves and what speaks against an act (`registry`).

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::interest::Interest;
use super::words::{Body, words};
use super::{Regime, Sourced, UseKind};
use crate::actor::Role;

words! {
    /// A fact that is told of a resource; of a scenario, where it is a mark.
    FactKind {
        OpenMode = "open_mode" "开放方式",
        PriorityCriteria = "priority_criteria" "优先支持标准",
        PriorityFields = "priority_fields" "优先支持领域",
        BaseEntry = "base_entry" "所属目录条目",
        CollectionStandard = "collection_standard" "采集标准",
        BasisOfCollecting = "basis_of_collecting" "采集依据",
        BasisOfHolding = "basis_of_holding" "持有依据",
        BasisOfHosting = "basis_of_hosting" "托管依据",
        BasisOfUse = "basis_of_use" "使用依据",
    }
    /// An act that waits for a fact.
    FactAct {
        Listing = "listing" "列入目录",
        Using = "using" "授权和使用",
    }
    /// A right that data is held, worked with or offered by (产权分置).
    Right {
        Hold = "hold" "数据资源持有权",
        Process = "process" "数据加工使用权",
        Operate = "operate" "数据产品经营权",
        Derived = "derived" "衍生数据权属",
    }
    /// A use that needs a permission of its own.
    SpecialUse {
        Patent = "patent" "专利申报",
        ExclusivePublication = "exclusive_publication" "学术成果独占性发布",
    }
}

impl FactKind {
    /// Whether a scenario can be marked with it, too.
    pub fn is_mark(self) -> bool {
        matches!(self, Self::PriorityCriteria | Self::PriorityFields)
    }
}

/// A fact that the document asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactRules {
    /// The clause.
    pub source: String,
    /// What it is one or several of; any text where absent.
    pub values: Option<Sourced<Vec<String>>>,
    /// Which acts wait for it.
    pub before: Option<Sourced<Vec<FactAct>>>,
    /// It is asked of personal data only.
    pub of_personal_data_only: Option<Sourced<bool>>,
}

/// The catalogue of what can be authorised, in numbered versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRules {
    /// Who compiles one.
    pub compiled_by: Sourced<Vec<Role>>,
    /// Who publishes one.
    pub published_by: Sourced<Role>,
    /// Departments whose entries it touches are asked first, and agree.
    pub departments_agree: Option<Sourced<bool>>,
    /// Who decides on it before it is published.
    pub decided_by: Option<Sourced<Body>>,
    /// Working days after a change in which the next one is published.
    pub working_days_max: Sourced<u16>,
    /// Each department publishes its own, and what stands in none is not authorised.
    pub department_own: Option<Sourced<bool>>,
    /// Working days in which each entry of the base catalogue is described or excluded.
    pub inventory_working_days_max: Option<Sourced<u16>>,
}

/// What is asked of the supply of data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct QualityRules {
    /// What was promised to be landed anew at an interval is owed by its day.
    pub updates_are_owed: Option<Sourced<bool>>,
    /// The least score of a check that passes: good rows, in per cent.
    pub score_min: Sourced<u8>,
    /// A quality issue ends only with a check that passed after it was fixed.
    pub recheck: Option<Sourced<bool>>,
    /// A demand for aggregation is met only by data that came after it was put.
    pub supply_is_landed: Option<Sourced<bool>>,
}

/// What is asked of products.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRules {
    /// What is protected, and found on one by one before a product is delivered.
    pub interests: Option<Sourced<Vec<Interest>>>,
    /// Of products for these uses only; of all where absent.
    pub interests_of_uses: Option<Sourced<Vec<UseKind>>>,
    /// The rights of which each product names the holder.
    pub rights: Option<Sourced<Vec<Right>>>,
    /// Uses that need a permission of their own.
    pub special_uses: Option<Sourced<Vec<SpecialUse>>>,
    /// What serves the public good is open to society, without a contract and for nothing.
    pub public_good_open: Option<Sourced<bool>>,
}

impl Regime {
    /// The rule by which what serves the public good is open to everybody, where there is one.
    pub fn opens_public_good(&self) -> Option<&Sourced<bool>> {
        self.product.as_ref()?.public_good_open.as_ref().filter(|rule| rule.value)
    }
}

/// A product that the document announces.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedProduct {
    /// What it is called there.
    pub name: String,
    /// In which batch.
    pub batch: u16,
    /// The clause.
    pub source: String,
}

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for (kind, rules) in &regime.fact {
        let path = format!("fact.{}", kind.word());
        if rules.source.trim().is_empty() {
            faults.at(&path, format!("`{path}` needs its clause (`source`)"));
        }
        if rules.before.as_ref().is_some_and(|before| before.value.is_empty()) {
            faults.at(format!("{path}.before"), format!("`{path}.before` is empty; leave it out where no act waits"));
        }
        if rules.values.as_ref().is_some_and(|values| values.value.is_empty()) {
            faults.at(format!("{path}.values"), format!("`{path}.values` is empty; leave it out where any text does"));
        }
        if *kind == FactKind::BaseEntry && rules.values.is_some() {
            let what = format!("`{path}.values` is given, but the base catalogue says what entries there are");
            faults.at(format!("{path}.values"), what);
        }
    }
    if regime.quality.as_ref().is_some_and(|rules| rules.score_min.value > 100) {
        faults.at("quality.score_min", "`quality.score_min` is more than 100; it is per cent");
    }
    if let Some(rules) = &regime.catalogue
        && rules.compiled_by.value.is_empty()
    {
        faults.at("catalogue.compiled_by", "`catalogue.compiled_by` is empty; name who compiles it");
    }
    if let Some(product) = &regime.product
        && product.interests_of_uses.is_some()
        && product.interests.is_none()
    {
        let what = "`product.interests_of_uses` narrows `product.interests`, which is missing; name the interests";
        faults.at("product.interests_of_uses", what);
    }
    let owner = regime.resource.owner.as_ref().map(|owner| owner.value);
    if owner.is_some_and(|owner| !matches!(owner, Body::Government | Body::Source)) {
        faults.at("resource.owner", "`resource.owner` is `government` or `source`; others own no public data");
    }
    if owner == Some(Body::Government) && !regime.bodies.contains_key(&Body::Government) {
        faults.at("resource.owner", "`resource.owner` is `government`, and `bodies.government` is missing; name it");
    }
    for (index, planned) in regime.planned_product.iter().enumerate() {
        if regime.planned_product.iter().take(index).any(|earlier| earlier.name == planned.name) {
            let what = format!("the planned product `{}` is there twice; keep one", planned.name);
            faults.at(format!("planned_product.{index}.name"), what);
        }
    }
}
