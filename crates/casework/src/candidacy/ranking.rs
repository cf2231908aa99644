//! Scores become a ranking.
//!
//! INVARIANT (computed): a rank follows from the scores that were kept, and from
//! nothing else; whole numbers throughout, so that everybody computes the same.
//! INVARIANT (fair): only applicants whom every expert has scored are ranked.

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::OrganisationId;

/// Where an applicant came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ranked {
    /// Who.
    pub organisation: OrganisationId,
    /// From 1; equal points share a rank, and the next one counts those before it.
    pub rank: usize,
    /// The weighted mean of all experts in hundredths of a point, rounded down.
    pub points_hundredths: u64,
}

/// The scores of one applicant: expert, then points in the order of the items.
pub(crate) type Scored = BTreeMap<i64, Vec<u8>>;

/// The ranking, best first; among equals by id, so that it is always the same list.
pub(crate) fn ranked(weights: &[u8], experts: &[i64], scores: &BTreeMap<OrganisationId, Scored>) -> Vec<Ranked> {
    let is_complete = |scored: &Scored| {
        !experts.is_empty()
            && experts.iter().all(|expert| scored.get(expert).is_some_and(|points| points.len() == weights.len()))
    };
    let weighed = |points: &Vec<u8>| -> u64 {
        points.iter().zip(weights).map(|(points, weight)| u64::from(*points) * u64::from(*weight)).sum()
    };
    // Everybody has as many experts, so that sums compare as means do, and exactly.
    let sum = |scored: &Scored| experts.iter().filter_map(|expert| scored.get(expert)).map(weighed).sum::<u64>();
    let mut all: Vec<(u64, &OrganisationId)> =
        scores.iter().filter(|(_, scored)| is_complete(scored)).map(|(id, scored)| (sum(scored), id)).collect();
    all.sort_by(|a, b| (std::cmp::Reverse(a.0), a.1).cmp(&(std::cmp::Reverse(b.0), b.1)));
    let count = u64::try_from(experts.len()).unwrap_or(1).max(1);
    let better = |sum: u64| all.iter().filter(|(other, _)| *other > sum).count();
    all.iter()
        .map(|(sum, id)| Ranked {
            organisation: (*id).clone(),
            rank: better(*sum).saturating_add(1),
            points_hundredths: sum.checked_div(count).unwrap_or(0),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shuyu_model::id::Key;

    use super::*;

    fn id(n: usize) -> OrganisationId {
        OrganisationId::from_uuid(uuid::Uuid::from_u128(n as u128 + 1))
    }

    fn sheets(points: &[Vec<Vec<u8>>]) -> BTreeMap<OrganisationId, Scored> {
        let scored = |sheet: &Vec<Vec<u8>>| sheet.iter().enumerate().map(|(n, p)| (n as i64 + 1, p.clone())).collect();
        points.iter().enumerate().map(|(n, sheet)| (id(n), scored(sheet))).collect()
    }

    #[test]
    fn weights_decide_equals_share_a_rank_and_the_unscored_have_none() {
        let scores = sheets(&[
            vec![vec![80, 90, 100], vec![80, 90, 100]],
            vec![vec![100, 70, 100], vec![60, 110 - 10, 100]],
            vec![vec![90, 90, 90], vec![90, 90, 90]],
            vec![vec![100, 100, 100]],
        ]);
        let ranked = ranked(&[40, 40, 20], &[1, 2], &scores);
        let seen: Vec<_> =
            ranked.iter().map(|one| (one.organisation.clone(), one.rank, one.points_hundredths)).collect();
        assert_eq!(seen, [(id(2), 1, 9000), (id(0), 2, 8800), (id(1), 3, 8600)]);
    }

    #[test]
    fn without_experts_nobody_is_ranked() {
        assert!(ranked(&[100], &[], &sheets(&[vec![vec![100]]])).is_empty());
    }

    fn panel() -> impl Strategy<Value = (Vec<u8>, Vec<Vec<Vec<u8>>>)> {
        let weights =
            (0u8..=100).prop_flat_map(|a| (Just(a), 0..=(100 - a))).prop_map(|(a, b)| vec![a, b, 100 - a - b]);
        let sheets = (1usize..4, 1usize..8).prop_flat_map(|(experts, applicants)| {
            let sheet = prop::collection::vec(prop::collection::vec(0u8..=100, 3), experts);
            prop::collection::vec(sheet, applicants)
        });
        (weights, sheets)
    }

    proptest! {
        #[test]
        fn more_points_never_rank_worse_and_ranks_count_who_was_better(
            (weights, points) in panel(),
            at in any::<prop::sample::Index>(),
        ) {
            let experts: Vec<i64> = (1..=points[0].len() as i64).collect();
            let before = ranked(&weights, &experts, &sheets(&points));
            prop_assert_eq!(before.len(), points.len());
            prop_assert_eq!(before[0].rank, 1);
            for (n, one) in before.iter().enumerate() {
                prop_assert!(one.points_hundredths <= 10_000);
                prop_assert!(one.rank <= n + 1);
            }
            prop_assert!(before.is_sorted_by_key(|one| one.rank));
            prop_assert!(before.is_sorted_by(|a, b| a.points_hundredths >= b.points_hundredths));

            let who = at.index(points.len());
            let mut raised = points.clone();
            raised[who].iter_mut().flatten().for_each(|points| *points = (*points + 1).min(100));
            let after = ranked(&weights, &experts, &sheets(&raised));
            let rank = |list: &[Ranked]| list.iter().find(|one| one.organisation == id(who)).unwrap().rank;
            prop_assert!(rank(&after) <= rank(&before));
        }

        #[test]
        fn the_order_of_experts_changes_nothing((weights, points) in panel()) {
            let experts: Vec<i64> = (1..=points[0].len() as i64).collect();
            let turned: Vec<_> = points.iter().map(|sheet| sheet.iter().rev().cloned().collect()).collect();
            prop_assert_eq!(ranked(&weights, &experts, &sheets(&points)), ranked(&weights, &experts, &sheets(&turned)));
        }
    }
}
