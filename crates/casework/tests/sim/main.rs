//! Years of a city under each of the five documents: thousands of acts, legal and
//! illegal, each foreseen by a bystander's memory and held against it.
//!
//! `make sim SEED=n` lives five years of each. The tests live one short life of each,
//! by a fixed seed and by a new one; a failure names its seed, and
//! `SHUYU_SEED=n` lives that life again.
//!
//! INVARIANT (foreseen), INVARIANT (nothing unlogged), INVARIANT (no fault): `city.rs`.
//! INVARIANT (no permit outlives its basis), INVARIANT (logs kept): `life.rs`.
//! INVARIANT (registered as remembered): `registrations.rs`.
//! INVARIANT (four eyes): `cases.rs`. INVARIANT (in the table), INVARIANT (what is
//! overdue has its effect): `matters.rs`. INVARIANT (chosen before signed):
//! `applicants.rs`. INVARIANT (owed as remembered): `owed.rs`.
//! INVARIANT (replayable): `dice.rs`.
//!
//! Not here: data, runs and money, which need the stations behind casework.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells its seed"
)]

mod applicants;
mod asked;
mod assessed;
mod cases;
mod city;
mod dice;
mod drafts;
mod held;
mod law;
mod life;
mod matters;
mod memory;
mod owed;
mod registrations;
mod walks;

use life::{Lived, Span, lives};
use shuyu_registry::rules;

/// The seed of the life that is always lived.
const SEED: u64 = 20_260_305;

/// How many steps a short life has.
const STEPS: usize = 400;

fn given<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn told(code: &str, seed: u64, lived: &Lived) {
    let Lived { tally, steps, last_day, events, .. } = lived;
    println!(
        "{code} seed {seed}: {steps} steps to {last_day}, {events} events; {} allowed, {} refused, {} mistakes, \
         {} moves of the platform; {} permits, of which {} died",
        tally.allowed, tally.refused, tally.mistaken, tally.swept, tally.permits, tally.permits_died
    );
    println!("  allowed: {:?}\n  against others: {:?}", tally.acts, tally.grounds);
}

/// The fixed seed and a new one, or the one that is asked for.
fn seeds() -> Vec<u64> {
    match given("SHUYU_SEED") {
        Some(seed) => vec![seed],
        None => {
            let mut bytes = [0; 4];
            getrandom::fill(&mut bytes).unwrap();
            vec![SEED, u64::from(u32::from_le_bytes(bytes))]
        }
    }
}

async fn lives_under(code: &str) {
    for seed in seeds() {
        println!("{code}: SHUYU_SEED={seed}");
        let span = given("SHUYU_SIM_YEARS").map_or(Span::Steps(STEPS), Span::Years);
        told(code, seed, &lives(code, seed, span).await);
    }
}

macro_rules! lives {
    ($($name:ident $code:literal)*) => {
        $(#[tokio::test]
        async fn $name() {
            lives_under($code).await;
        })*

        #[test]
        fn every_document_has_a_life() {
            assert_eq!(rules::codes().collect::<Vec<_>>(), [$($code),*]);
        }
    };
}

lives! {
    a_city_lives_under_changchun_2025 "changchun-2025"
    a_city_lives_under_the_draft_changsha_2023 "changsha-2023"
    a_city_lives_under_changsha_2026 "changsha-2026"
    a_city_lives_under_luohu_2025 "luohu-2025"
    a_city_lives_under_xianning_2025 "xianning-2025"
}

#[tokio::test]
async fn the_same_seed_lives_the_same_life() {
    // Long enough to go past the founding.
    let live = |seed| lives("xianning-2025", seed, Span::Steps(350));
    let (one, two, other) = (live(7).await, live(7).await, live(8).await);
    assert_eq!(one, two);
    assert_ne!(one.trace, other.trace);
}
