//! A rectification over HTTP: ordered, owed, overdue, and what that does to the
//! operator's permits; and what is refused on the way.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::regime::PaperKind;
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server, server_under};

const EVIDENCE: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn named(name: &str, seen_version: i64) -> Value {
    json!({ "name": name, "reason": "日志缺失,限期补齐", "evidence": EVIDENCE, "seen_version": seen_version })
}

/// A view of a matter, held to its published shape.
async fn seen(server: &Server, matter: &str) -> Value {
    let agency = server.person(Role::Agency);
    let view = server.get(agency, &format!("/v1/matters/{matter}")).await.ok();
    let document = document();
    let content = &document["paths"]["/v1/matters/{id}"]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, &view, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    view
}

#[tokio::test]
async fn an_operator_that_does_not_rectify_in_time_computes_nothing_until_it_is_accepted() {
    let server = server().await;
    let (agency, operator) = (server.person(Role::Agency).clone(), server.person(Role::Operator).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 5).await;
    let scenario = server.town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
    let new = json!({
        "kind": "rectification", "subject": agreement, "title": "日志留存整改", "facts": { "finding": "网络日志不完整" },
    });
    let refused = server.post(&operator, "/v1/matters", &new).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["CAS-061".to_owned()]));
    let matter = server.post(&agency, "/v1/matters", &new).await.ok()["id"].as_str().unwrap().to_owned();

    let moves = format!("/v1/matters/{matter}/moves");
    let mut bare = named("order", 1);
    bare.as_object_mut().unwrap().remove("evidence");
    assert_eq!(server.post(&agency, &moves, &bare).await.codes(), ["CAS-026"]);
    assert_eq!(server.post(&agency, &moves, &named("order", 1)).await.ok()["state"], "ordered");
    assert_eq!(server.post(&agency, &moves, &named("order", 1)).await.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(server.post(&operator, &moves, &named("terminate", 2)).await.codes(), ["CAS-020", "CAS-023"]);
    let view = seen(&server, &matter).await;
    let due = view["due"]["day"].as_str().unwrap().to_owned();
    let owed = server.get(&operator, "/v1/obligations").await.ok();
    let about = |one: &&Value| one["about"] == json!(matter) && one["what"] == "report_done";
    let owed = owed["items"].as_array().unwrap().iter().find(about).cloned().unwrap();
    assert_eq!((&owed["due_day"], &owed["state"]), (&json!(due), &json!("open")), "{owed}");

    let draft = json!({ "sql": "SELECT district, count(*) AS n FROM fund_accounts GROUP BY district" });
    let drafts = format!("/v1/scenarios/{scenario}/drafts");
    let before = server.post(&operator, &drafts, &draft).await.codes();
    assert!(!before.contains(&"REG-029".to_owned()), "{before:?}");
    let later = server.app.ledger().now().plus_micros(60 * 86_400_000_000);
    let admin = server.person(Role::SystemAdmin).clone();
    server.post(&admin, "/v1/demo/clock", &json!({ "to": later })).await.ok();
    let view = seen(&server, &matter).await;
    assert_eq!(view["state"], "channel_closed", "{view}");
    let by_nobody = |moved: &&Value| moved["person"].is_null();
    assert_eq!(view["history"].as_array().unwrap().iter().filter(by_nobody).count(), 2, "overdue, then closed");
    let closed = server.post(&operator, &drafts, &draft).await;
    assert!(closed.codes().contains(&"REG-029".to_owned()), "{:?}", closed.codes());

    let version = view["version"].as_i64().unwrap();
    assert_eq!(server.post(&operator, &moves, &named("report_done", version)).await.ok()["state"], "done_suspended");
    let own = server.post(&operator, &moves, &named("accept", version + 1)).await.codes();
    assert!(own.contains(&"CAS-023".to_owned()), "{own:?}");
    let other = server.town.agency[1].clone();
    assert_eq!(server.post(&other, &moves, &named("accept", version + 1)).await.ok()["state"], "accepted");
    let after = server.post(&operator, &drafts, &draft).await.codes();
    assert!(!after.contains(&"REG-029".to_owned()), "{after:?}");
}

#[tokio::test]
async fn a_kind_that_the_document_does_not_have_and_a_matter_that_is_not_there_are_told() {
    let server = server().await;
    let agency = server.person(Role::Agency).clone();
    let wedding = json!({ "kind": "wedding", "subject": "AGR-1", "title": "x" });
    let reply = server.post(&agency, "/v1/matters", &wedding).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.json()["detail"].as_str().unwrap().contains("rectification"), "{}", reply.json());
    let absent = format!("/v1/matters/MAT-{}", "0".repeat(32));
    assert_eq!(server.get(&agency, &absent).await.status, StatusCode::NOT_FOUND);
    let moved = server.post(&agency, &format!("{absent}/moves"), &named("order", 1)).await;
    assert_eq!(moved.status, StatusCode::NOT_FOUND);
    let another = json!({ "kind": "scheme", "subject": "CAS-1", "title": "方案" });
    assert_eq!(server.post(&agency, "/v1/matters", &another).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_goal_of_the_document_is_marked_by_the_bureau_and_shows_among_what_is_owed() {
    let server = server().await;
    let (bureau, agency) = (server.person(Role::Regulator).clone(), server.person(Role::Agency).clone());
    let new = json!({ "name": "system_established", "is_met": true, "reason": "年度报告已核", "evidence": EVIDENCE });
    assert_eq!(server.post(&agency, "/v1/milestones/marks", &new).await.codes(), ["CAS-090"]);
    assert_eq!(server.post(&bureau, "/v1/milestones/marks", &new).await.ok()["number"], 1);
    let again = server.post(&bureau, "/v1/milestones/marks", &new).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let listed = server.get(&agency, "/v1/milestones").await.ok();
    let document = document();
    let content = &document["paths"]["/v1/milestones"]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, &listed, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((&listed["total"], &listed["items"][0]["state"]), (&json!(2), &json!("met")));
    let owed = server.get(&bureau, "/v1/obligations").await.ok();
    let goals: Vec<&Value> =
        owed["items"].as_array().unwrap().iter().filter(|owed| owed["kind"] == "milestone").collect();
    assert_eq!((goals.len(), &goals[0]["state"], &goals[1]["state"]), (2, &json!("met"), &json!("open")));
}

#[tokio::test]
async fn a_complaint_of_monopoly_conduct_comes_before_market_regulation_with_the_terms_of_that_day() {
    let server = server_under("changchun-2025").await;
    let things = server.things().await;
    let (bank, operator) = (server.person(Role::Entity).clone(), server.town.operator[0].organisation.clone());
    let new = json!({
        "kind": "complaint", "subject": things.scenario, "counterparty": operator, "title": "捆绑销售",
        "facts": { "complaint": "以数据优势捆绑销售", "about": "monopoly" },
    });
    let id = server.post(&bank, "/v1/matters", &new).await.ok()["id"].clone();
    shuyu_server::raised::raise(&server.app).await.unwrap();
    let supervisor = server.person(Role::Supervisor).clone();
    let listed = server.get(&supervisor, "/v1/matters?kind=inspection").await.ok();
    assert_eq!(listed["total"], 1, "{listed}");
    let path = format!("/v1/matters/{}", listed["items"][0]["id"].as_str().unwrap());
    let view = server.get(&supervisor, &path).await.ok();
    assert_eq!(view["facts"]["area"], "market");
    assert!(view["facts"]["prices_and_terms"].as_str().unwrap().contains("在供 "), "{view}");
    assert!(view["facts"]["prices_and_terms_digest"].as_str().unwrap().starts_with("sha256:"), "{view}");
    assert_eq!(view["history"][0]["cites"], json!([id]));
}

#[tokio::test]
async fn the_bureau_sets_the_targets_of_its_plan_and_anybody_here_reads_how_far_they_are() {
    let server = server_under("changsha-2023").await;
    let bureau = server.person(Role::Regulator).clone();
    let papers = server.town.registry.papers(&bureau, &bureau.organisation).await.unwrap().unwrap();
    let plan = papers.iter().find(|view| view.paper.kind == PaperKind::DevelopmentPlan).unwrap().paper.id.clone();
    let new = json!({
        "plan": plan, "title": "登记的资源不少于二十项", "figure": "resources_registered", "at_least": 20,
        "due_day": server.app.ledger().now().plus_days(200).day().to_string(),
    });
    assert_eq!(server.post(&bureau, "/v1/plan_targets", &new).await.ok()["number"], 1);
    let listed = server.get(server.person(Role::Operator), "/v1/plan_targets").await.ok();
    let schema = document()["paths"]["/v1/plan_targets"]["get"].clone();
    assert!(schema.is_object(), "it is described");
    let target = &listed["items"][0];
    assert_eq!((&target["counted"], &target["state"], &listed["total"]), (&json!(0), &json!("open"), &json!(1)));
    let unknown =
        json!({ "plan": plan, "title": "不知所云的指标", "figure": "wishes", "at_least": 1, "due_day": "2027-01-01" });
    assert_eq!(server.post(&bureau, "/v1/plan_targets", &unknown).await.status, StatusCode::BAD_REQUEST);
}
