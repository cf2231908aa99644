//! The registry on real databases: every reason, and every way a permit dies.

mod amendments;
mod catalogues;
mod districts;
mod dossier;
mod drafting;
mod facts;
mod findings;
mod grading;
mod overrides;
mod own;
mod parties;
mod permits;
mod plans;
mod processing;
mod products;
mod regimes;
mod registration;
mod staff;
mod standing;
mod systems;
mod thematic;
mod units;
mod whole;

use std::collections::BTreeSet;

/// Each of the registry's reasons is given by one of the tables.
#[tokio::test]
async fn every_code_is_given_somewhere() {
    let mut seen: BTreeSet<String> = permits::codes_of_a_world_with_every_fault().await;
    seen.extend(drafting::codes_of_drafts_with_every_fault().await);
    seen.extend(parties::codes_of_parties_with_every_fault().await);
    seen.extend(registration::codes_of_registrations_with_every_fault().await);
    seen.extend(dossier::codes_of_papers_with_every_fault().await);
    seen.extend(findings::codes_of_findings_with_every_fault().await);
    seen.extend(processing::codes_of_orders_with_every_fault().await);
    seen.extend(plans::codes_of_plans_with_every_fault().await);
    seen.extend(facts::codes_of_facts_with_every_fault().await);
    seen.extend(catalogues::codes_of_catalogues_with_every_fault().await);
    seen.extend(products::codes_of_products_with_every_fault().await);
    seen.extend(districts::codes_of_districts_with_every_fault().await);
    seen.extend(own::codes_of_own_tables_with_every_fault().await);
    seen.extend(overrides::codes_of_overrides_with_every_fault().await);
    seen.extend(whole::codes_of_the_whole_and_the_chosen().await);
    seen.extend(parties::codes_of_an_operators_form().await);
    seen.extend(thematic::codes_of_thematic_databases_with_every_fault().await);
    seen.extend(units::codes_of_units_with_every_fault().await);
    seen.extend(amendments::codes_of_amendments_with_every_fault().await);
    seen.extend(staff::codes_of_staff_and_incidents().await);
    seen.extend(systems::codes_of_another_system().await);
    seen.extend(grading::codes_of_low_grades().await);
    let all: BTreeSet<String> = crate::REASONS.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new());
}
