//! What pages ask at once: the course of an agreement, who uses a table, what there is in
//! the morning, and the rules as values.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::Role;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server};

/// An answer held to its published shape.
async fn shown(server: &Server, role: Role, path: &str, shape: &str) -> Value {
    let seen = server.get(server.person(role), path).await.ok();
    let document = document();
    let content = &document["paths"][shape]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, &seen, "", &mut found);
    assert!(found.is_empty(), "{shape}: {found:#?}");
    seen
}

fn list<'a>(seen: &'a Value, key: &str) -> &'a Vec<Value> {
    seen[key].as_array().unwrap()
}

#[tokio::test]
async fn an_agreement_shows_its_case_its_end_and_the_scenarios_under_it_with_working_days() {
    let server = server().await;
    let things = server.things().await;
    let scenario = server.get(server.person(Role::Agency), &format!("/v1/scenarios/{}", things.scenario)).await.ok();
    let agreement = scenario["agreement"].as_str().unwrap();
    let path = format!("/v1/agreements/{agreement}/course");
    let seen = shown(&server, Role::Regulator, &path, "/v1/agreements/{id}/course").await;
    assert_eq!(list(&seen, "scenarios").len(), 1);
    let under = &seen["scenarios"][0];
    assert_eq!(
        (&under["scenario"], &under["columns"], &under["resources"]),
        (&json!(things.scenario), &json!(2), &json!(1))
    );
    let end = list(&seen, "duties").iter().find(|one| one["duty"]["kind"] == "agreement_end").unwrap();
    let (day, left) = (end["duty"]["due_day"].as_str().unwrap(), end["working_days_left"].as_i64().unwrap());
    let calendar = server.app.casework().calendar();
    let today = server.app.ledger().now().day();
    assert_eq!(left, calendar.left(today, day.parse().unwrap()));
    assert!(0 < left && left < seen["days_left"].as_i64().unwrap(), "{seen}");
    let foreign = server.get(server.person(Role::Subject), &path).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let absent = format!("/v1/agreements/AGR-{}/course", "0".repeat(32));
    assert_eq!(server.get(server.person(Role::Agency), &absent).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_department_sees_who_uses_which_column_for_what_and_in_how_many_results_it_stands() {
    let server = server().await;
    let things = server.things().await;
    let path = format!("/v1/resources/{}/uses", things.resource);
    let seen = shown(&server, Role::Source, &path, "/v1/resources/{id}/uses").await;
    let one = &seen["items"][0];
    assert_eq!(
        (&one["scenario"], &one["state"], &one["results"]),
        (&json!(things.scenario), &json!("approved"), &json!(1))
    );
    let results: Vec<(&str, i64)> = list(one, "columns")
        .iter()
        .map(|column| (column["name"].as_str().unwrap(), column["results"].as_i64().unwrap()))
        .collect();
    assert_eq!(results, [("district", 1), ("id_card", 1)], "a count of persons comes from their column too");
    assert!(list(one, "columns").iter().all(|column| !column["reason"].as_str().unwrap().is_empty()));
    let other = server.others.get(&Role::Source).unwrap();
    assert_eq!(server.get(other, &path).await.status, StatusCode::FORBIDDEN, "another department");
    assert_eq!(server.get(server.person(Role::Operator), &path).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_morning_counts_what_the_lists_hold() {
    let server = server().await;
    server.things().await;
    let seen = shown(&server, Role::Regulator, "/v1/overview", "/v1/overview").await;
    let owed = server.get(server.person(Role::Regulator), "/v1/obligations?limit=200").await.ok();
    assert!(owed["next_cursor"].is_null(), "the list is whole");
    let until = seen["near_until"].as_str().unwrap();
    let count = |is: &dyn Fn(&Value) -> bool| list(&owed, "items").iter().filter(|one| is(one)).count();
    let overdue = count(&|one| one["state"] == "overdue");
    let near = count(&|one| one["state"] == "open" && one["due_day"].as_str().unwrap() <= until);
    assert_eq!((&seen["owed"]["overdue"], &seen["owed"]["near"]), (&json!(overdue), &json!(near)));
    let ages: i64 = list(&seen["cases"], "ages").iter().map(|age| age["count"].as_i64().unwrap()).sum();
    assert_eq!(seen["cases"]["total"], json!(ages), "each open case has an age");
    assert_eq!(seen["closed"], Value::Null, "no month is closed yet");
    let kinds: Vec<&Value> = list(&seen, "matters").iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["alert", "incident", "rectification", "complaint"]);
    for role in [Role::Operator, Role::Entity, Role::Source, Role::Subject, Role::SystemAdmin] {
        assert_eq!(server.get(server.person(role), "/v1/overview").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[tokio::test]
async fn the_rules_are_told_value_by_value_and_beside_those_of_another_document() {
    let server = server().await;
    let said = shown(&server, Role::Regulator, "/v1/rules/values", "/v1/rules/values").await;
    let term = list(&said, "items").iter().find(|one| one["path"] == "agreement.years_max").unwrap();
    assert_eq!((&term["text_zh"], &term["clause"]), (&json!("5年"), &json!("changsha-2026 三(三)")));
    let alone = shown(&server, Role::Regulator, "/v1/rules/differences", "/v1/rules/differences").await;
    let others: Vec<&str> = list(&alone, "others").iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert!(others.contains(&"luohu-2025") && !others.contains(&"changsha-2026"), "{others:?}");
    assert_eq!((&alone["with"], list(&alone, "items").len()), (&Value::Null, 0));
    let path = "/v1/rules/differences?with=luohu-2025";
    let beside = shown(&server, Role::Regulator, path, "/v1/rules/differences").await;
    let term = list(&beside, "items").iter().find(|one| one["path"] == "agreement.years_max").unwrap();
    assert_eq!((&term["here"], &term["there"]), (&json!("5年"), &json!("2年")));
    for none in ["changsha-2026", "nowhere-2020"] {
        let reply = server.get(server.person(Role::Regulator), &format!("/v1/rules/differences?with={none}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{none}");
    }
}
