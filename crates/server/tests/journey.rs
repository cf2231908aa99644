//! One small way from a table to its facts, over the router: that the handlers
//! are connected, and that what they send looks as published. The whole story
//! is told by the town, over HTTP, in the repository's own tests.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::Role;
use shuyu_server::needs::Needs;
use shuyu_server::router::{Route, routes};

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, Things, server, servers};

#[tokio::test]
async fn a_table_becomes_a_result_that_nobody_sees() {
    for (backend, server) in servers().await {
        let things = server.things().await;
        let operator = server.person(Role::Operator).clone();
        let facts = server.get(&operator, &format!("/v1/candidates/{}", things.candidate)).await.ok();
        assert_eq!(facts["rows"], 3, "{backend}");
        let rows = server.get(&operator, &format!("/v1/candidates/{}/rows", things.candidate)).await;
        assert_eq!((rows.status, rows.codes()), (StatusCode::FORBIDDEN, vec!["WRK-030".to_owned()]), "{backend}");
        let draft = json!({ "sql": "SELECT district, count(*) AS n FROM fund_accounts GROUP BY district" });
        let path = format!("/v1/scenarios/{}/drafts", things.scenario);
        let drafted = server.post(&operator, &path, &draft).await.ok();
        assert_eq!((&drafted["is_sample"], &drafted["rows_count"]), (&json!(true), &json!(3)), "{backend}");
        let outside = json!({ "sql": "SELECT balance FROM fund_accounts" });
        assert_eq!(server.post(&operator, &path, &outside).await.codes(), ["WRK-007"], "{backend}");
        let lint = format!("/v1/candidates/{}/lint", things.candidate);
        let linted = server.post(&operator, &lint, &json!({})).await.ok();
        assert_eq!(linted["is_clean"], true, "{backend}: {linted}");
        let submitted = server.post(&operator, "/v1/releases", &json!({ "candidate": things.candidate })).await.ok();
        let case = submitted["case"].as_str().unwrap();
        let reviewer = server.town.agency[1].clone();
        let review = server.get(&reviewer, &format!("/v1/cases/{case}/review")).await.ok();
        assert_eq!(review["candidate"], json!(things.candidate), "{backend}");
        let early = server.post(&operator, &format!("/v1/releases/{case}/completion"), &json!({})).await;
        assert_eq!(early.codes(), ["AIR-053"], "{backend}");
    }
}

#[tokio::test]
async fn each_answer_has_its_published_shape() {
    let server = server().await;
    let things = server.things().await;
    server.post(server.person(Role::Operator), "/v1/releases", &json!({ "candidate": things.candidate })).await.ok();
    let document = document();
    let mut held = 0;
    for route in routes().into_iter().filter(|route| route.method == axum::http::Method::GET) {
        let Some((path, schema)) = shown(&document, &route, &things) else { continue };
        let value = ask(&server, &route, &path).await;
        let mut found = Vec::new();
        faults(&document, &schema, &value, "", &mut found);
        assert!(found.is_empty(), "GET {path}: {found:#?}");
        held += 1;
    }
    assert!(held >= 20, "only {held} answers were held to their shape");
}

/// The address of something that is there, and the shape of the answer.
fn shown(document: &Value, route: &Route, things: &Things) -> Option<(String, Value)> {
    let operation = &document["paths"][route.path]["get"];
    let schema = operation["responses"]["200"]["content"]["application/json"]["schema"].clone();
    let id = match route.path.split('/').nth(2).unwrap_or_default() {
        "resources" => things.resource.to_string(),
        "scenarios" => things.scenario.to_string(),
        "jobs" => things.job.to_string(),
        "candidates" => things.candidate.clone(),
        // This document has no coordination group.
        "group" => return None,
        _ if ["{id}", "{month}", "{code}"].iter().any(|name| route.path.contains(name)) => return None,
        _ => String::new(),
    };
    let path = route.path.replace("{id}", &id).replace("{seq}", "1");
    (schema.is_object() && !path.ends_with("/rows")).then_some((path, schema))
}

async fn ask(server: &Server, route: &Route, path: &str) -> Value {
    if route.needs == Needs::Nothing {
        return server.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await.ok();
    }
    for role in Role::ALL.iter().filter(|role| server.people.contains_key(role)) {
        let reply = server.get(server.person(*role), path).await;
        if reply.status.is_success() {
            return reply.json();
        }
    }
    panic!("nobody may GET {path}")
}
