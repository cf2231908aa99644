//! Unusual calls of a day: near what a subscription allows, or far above what it was
//! used for in the days before. Counted from the log's own access records.
//!
//! Not here: the numbers (`regime::AlertRules`), what becomes of it (`casework::alerts`).

use std::collections::BTreeMap;

use shuyu_model::Time;
use shuyu_model::id::{OrganisationId, SubscriptionId};
use shuyu_model::regime::Unusual;

use crate::delivery::Delivery;
use crate::error::DeliveryError;

/// Calls that are unusual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusualCalls {
    /// In which way.
    pub pattern: Unusual,
    /// Under which subscription.
    pub subscription: SubscriptionId,
    /// Whose.
    pub entity: OrganisationId,
    /// How many today.
    pub count: i64,
    /// From how many on they are unusual.
    pub threshold: i64,
}

impl Delivery {
    /// What is unusual today, by the rules; nothing where they watch no calls.
    pub async fn unusual_calls(&self, now: Time) -> Result<Vec<UnusualCalls>, DeliveryError> {
        let Some(rules) = self.regime().alerts() else { return Ok(Vec::new()) };
        let begin = Time::at_start_of(now.day());
        let days = rules.mean_days.as_ref().map_or(0, |days| i64::from(days.value));
        let mut today: BTreeMap<SubscriptionId, i64> = BTreeMap::new();
        let mut before: BTreeMap<SubscriptionId, i64> = BTreeMap::new();
        self.for_each_access(begin.plus_days(-days), now.plus_micros(1), |_, access| {
            let counted = if access.at < begin { &mut before } else { &mut today };
            let count = counted.entry(access.subscription).or_insert(0);
            *count = count.saturating_add(1);
        })
        .await?;
        let mut found = Vec::new();
        // A full day of what is open to everybody is nobody's unusual conduct.
        for subscription in self.subscriptions().into_iter().filter(|one| !one.is_public) {
            let Some(count) = today.get(&subscription.id).copied() else { continue };
            let mut is_from = |pattern: Unusual, threshold: i64| {
                if threshold <= count {
                    let (subscription, entity) = (subscription.id.clone(), subscription.entity.clone());
                    found.push(UnusualCalls { pattern, subscription, entity, count, threshold });
                }
            };
            if let Some(percent) = &rules.calls_percent_of_quota {
                let of_quota = subscription.calls_per_day_max.saturating_mul(i64::from(percent.value));
                is_from(Unusual::CallsNearQuota, of_quota.div_euclid(100).max(1));
            }
            let sum = before.get(&subscription.id).copied().unwrap_or(0);
            if let Some(times) = rules.calls_times_mean.as_ref().filter(|_| 0 < sum && 0 < days) {
                let above = sum.saturating_mul(i64::from(times.value)).div_euclid(days);
                is_from(Unusual::CallsAboveMean, above.max(i64::from(times.value)));
            }
        }
        Ok(found)
    }
}
