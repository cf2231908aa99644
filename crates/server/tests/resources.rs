//! Facts, catalogues in versions, and lists of work over HTTP: each answer in its
//! published shape, what the public reads, and what each document makes of the same act.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server, server_under};

const DOCUMENT: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An answer, held to the shape that is published at `route`.
async fn seen(server: &Server, role: Role, route: &str, path: &str) -> Value {
    let answer = server.get(server.person(role), path).await.ok();
    let document = document();
    let content = &document["paths"][route]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    assert!(schema.is_object(), "{route} publishes no shape");
    faults(&document, &schema, &answer, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
    answer
}

/// The public page.
async fn page(server: &Server) -> String {
    let reply = server.get(server.person(Role::Entity), "/").await;
    String::from_utf8(reply.body).unwrap()
}

#[tokio::test]
async fn a_catalogue_is_compiled_decided_and_published_over_http_and_read_by_everybody() {
    let server = server().await;
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let (bureau, agency) = (server.person(Role::Regulator).clone(), server.person(Role::Agency).clone());
    let new = json!({ "kind": "operating" });
    assert_eq!(server.post(&agency, "/v1/catalogues", &new).await.codes(), ["REG-011"]);
    assert_eq!(server.post(server.person(Role::Entity), "/v1/catalogues", &new).await.status, StatusCode::FORBIDDEN);
    let id = server.post(&bureau, "/v1/catalogues", &new).await.ok()["id"].as_str().unwrap().to_owned();
    let at = |part: &str| format!("/v1/catalogues/{id}{part}");
    let version = seen(&server, Role::Source, "/v1/catalogues/{id}", &at("")).await;
    assert_eq!((version["state"].as_str(), version["number"].as_i64()), (Some("compiled"), Some(1)));
    assert_eq!(server.post(&bureau, &at("/publication"), &json!({})).await.codes(), ["REG-109"]);
    let public = seen(&server, Role::Entity, "/v1/published_catalogues", "/v1/published_catalogues").await;
    assert_eq!(public["total"], 0);
    server.post(&bureau, &at("/decision"), &json!({ "minutes": DOCUMENT })).await.ok();
    server.post(&bureau, &at("/publication"), &json!({})).await.ok();
    let public = seen(&server, Role::Entity, "/v1/published_catalogues", "/v1/published_catalogues").await;
    assert_eq!(public["items"][0]["entries"][0]["resource"], fund.to_string());
    let all = seen(&server, Role::Operator, "/v1/catalogues", "/v1/catalogues").await;
    assert_eq!(all["items"][0]["decision"], DOCUMENT);
    let page = page(&server).await;
    assert!(page.contains("第1版") && page.contains("现行 in force"), "the page names the version");
}

#[tokio::test]
async fn the_inventory_and_the_lists_of_work_are_read_over_http() {
    let server = server().await;
    let things = server.things().await;
    let holder = server.person(Role::Source).organisation.clone();
    let entry = json!({ "id": "B-1", "title": "缴存账户", "holder": holder });
    server.post(server.person(Role::Agency), "/v1/base_catalogue", &entry).await.ok();
    let inventory = seen(&server, Role::Agency, "/v1/base_catalogue", "/v1/base_catalogue").await;
    let states: Vec<_> = inventory["items"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["outstanding", "unlinked"]);
    let new = json!({
        "kind": "data_demand", "subject": things.scenario, "title": "缴存数据",
        "facts": { "request": "data", "demand": "按月更新的缴存数据" },
    });
    let matter = server.post(server.person(Role::Operator), "/v1/matters", &new).await.ok()["id"].clone();
    let demands = seen(&server, Role::Operator, "/v1/demands", "/v1/demands").await;
    assert_eq!((demands["total"].as_i64(), &demands["items"][0]["matter"]), (Some(1), &matter));
    let put = json!({ "name": "put", "reason": "交由该部门提供", "assignee": holder, "seen_version": 1 });
    server
        .post(server.person(Role::Agency), &format!("/v1/matters/{}/moves", matter.as_str().unwrap()), &put)
        .await
        .ok();
    let tasks = seen(&server, Role::Source, "/v1/supply_tasks", "/v1/supply_tasks").await;
    let sums = ["put", "supplied", "outstanding", "resources"].map(|key| tasks["items"][0][key].as_i64().unwrap());
    assert_eq!(sums, [1, 0, 1, 1]);
    let work = seen(&server, Role::Source, "/v1/work", "/v1/work").await;
    let item = &work["items"][0];
    assert_eq!((&item["resource"], &item["accuracy"]), (&json!(things.resource), &json!(1000)), "what landed is there");
    let others = server.get(&server.others[&Role::Source], "/v1/work").await.ok();
    assert_eq!(others["total"], 0);
}

#[tokio::test]
async fn facts_marks_stops_and_requirements_go_over_http_by_the_rules_of_each_document() {
    let server = server_under("xianning-2025").await;
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 1).await;
    let fields: &[(&_, &[&str])] = &[(&fund, &["district"])];
    let scenario = server.town.scenario("核验", UseKind::Industry, &agreement, fields).await;
    let source = server.person(Role::Source).clone();
    let facts = format!("/v1/resources/{fund}/facts");
    let unknown = json!({ "fact": "priority_fields", "told": ["航天"] });
    assert_eq!(server.post(&source, &facts, &unknown).await.codes(), ["REG-106"]);
    server.post(&source, &facts, &json!({ "fact": "priority_fields", "told": ["住房公积金"] })).await.ok();
    let told = seen(&server, Role::Entity, "/v1/resources/{id}/facts", &facts).await;
    assert_eq!((&told["owner"], &told["holder"]), (&Value::Null, &json!("江城市住房公积金管理中心")));
    let marks = format!("/v1/scenarios/{scenario}/marks");
    let mark = json!({ "fact": "priority_fields", "told": ["住房公积金"] });
    server.post(server.person(Role::Operator), &marks, &mark).await.ok();
    seen(&server, Role::Entity, "/v1/scenarios/{id}/marks", &marks).await;
    let path = "/v1/marked?value=%E4%BD%8F%E6%88%BF%E5%85%AC%E7%A7%AF%E9%87%91";
    let marked = seen(&server, Role::Entity, "/v1/marked", path).await;
    assert_eq!(marked["total"], 2);
    let stop = format!("/v1/resources/{fund}/stop");
    let ground = serde_json::to_vec(&json!({ "ground": "正在核查数据" })).unwrap();
    let other = server.json(&server.others[&Role::Source], Method::PUT, &stop, ground.clone()).await;
    assert_eq!(other.codes(), ["REG-010"]);
    server.json(&source, Method::PUT, &stop, ground).await.ok();
    let draft = json!({ "sql": "SELECT district, count(*) AS n FROM fund_accounts GROUP BY district" });
    let drafts = format!("/v1/scenarios/{scenario}/drafts");
    assert_eq!(server.post(server.person(Role::Operator), &drafts, &draft).await.codes(), ["REG-114"]);
    let told = seen(&server, Role::Agency, "/v1/resources/{id}/facts", &facts).await;
    assert_eq!(told["stopped"]["ground"], "正在核查数据");
    let planned = seen(&server, Role::Entity, "/v1/planned_products", "/v1/planned_products").await;
    let first = &planned["items"][0];
    assert_eq!(
        (planned["total"].as_i64(), first["state"].as_str(), first["batch"].as_i64()),
        (Some(6), Some("planned"), Some(1))
    );
    let page = page(&server).await;
    for expected in ["拟提供的产品和服务", "文旅数据集", "应用场景及数据需求", "district"] {
        assert!(page.contains(expected), "{expected}");
    }
    let proposed = json!({
        "field": "住房", "resources": [fund], "uses": ["industry"], "scope": "核验", "security": "只出结果",
        "document_digest": DOCUMENT,
    });
    let requirements = server.post(&source, "/v1/field_requirements", &proposed).await;
    assert_eq!(requirements.status, StatusCode::BAD_REQUEST, "this document asks for none");

    let server = server_under("luohu-2025").await;
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let all = seen(&server, Role::Operator, "/v1/field_requirements", "/v1/field_requirements").await;
    assert_eq!((&all["items"][0]["resources"][0], &all["items"][0]["state"]), (&json!(fund), &json!("in_force")));
    let facts = format!("/v1/resources/{fund}/facts");
    let told = seen(&server, Role::Operator, "/v1/resources/{id}/facts", &facts).await;
    assert_eq!(told["owner"], "江城市住房公积金管理中心");
    let ground = serde_json::to_vec(&json!({ "ground": "正在核查数据" })).unwrap();
    let path = format!("/v1/resources/{fund}/stop");
    let stop = server.json(server.person(Role::Source), Method::PUT, &path, ground).await;
    assert_eq!(stop.status, StatusCode::BAD_REQUEST, "and that one gives no such right");
}
