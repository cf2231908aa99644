//! One registration over HTTP: returned for a paper, noticed to the public, objected to,
//! found under its code by anybody, renewed; another one revoked. And a product, which
//! is offered once it is registered.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::{Actor, Day, Role, Time};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Reply, Server, server, servers};

const PAPER: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn anybody(server: &Server, path: &str) -> Reply {
    server.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

/// An answer, held to its published shape.
fn held(path: &str, method: &str, status: &str, answer: &Value) {
    let document = document();
    let content = &document["paths"][path][method]["responses"][status]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, answer, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

fn application(kind: &str, subject: &str, papers: &[&str]) -> Value {
    let materials: Value = papers.iter().map(|paper| ((*paper).to_owned(), json!(PAPER))).collect();
    json!({ "subject": subject, "kind": kind, "materials": materials })
}

async fn applied(server: &Server, actor: &Actor, new: &Value) -> Value {
    let applied = server.post(actor, "/v1/registrations/applications", new).await.ok();
    held("/v1/registrations/applications", "post", "201", &applied);
    applied
}

async fn opened(server: &Server, actor: &Actor, subject: &str, applied: &Value) -> String {
    let new = json!({
        "procedure": applied["procedure"], "subject": subject, "subject_digest": applied["subject_digest"],
    });
    server.post(actor, "/v1/cases", &new).await.ok()["id"].as_str().unwrap().to_owned()
}

async fn signs(server: &Server, actor: &Actor, case: &str, step: &str, more: Value) -> Reply {
    let seen = server.get(server.person(Role::Regulator), &format!("/v1/cases/{case}")).await.ok();
    let mut new = json!({
        "step": step, "outcome": "approve", "reason": "已核对材料", "subject_digest": seen["subject_digest"],
    });
    new.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    server.post(actor, &format!("/v1/cases/{case}/signatures"), &new).await
}

async fn clock_to(server: &Server, day: &str) {
    let day: Day = day.parse().unwrap();
    let noon = Time::at_start_of(day).plus_micros(12 * 3_600_000_000);
    server.post(server.person(Role::SystemAdmin), "/v1/demo/clock", &json!({ "to": noon })).await.ok();
}

const FIRST: [&str; 6] =
    ["subject_info", "lawful_source", "description", "preserved_evidence", "scenario_info", "risk_assessment"];

#[tokio::test]
async fn a_registration_with_a_defect_an_objection_and_a_renewal() {
    for (backend, server) in servers().await {
        let (source, bank) = (server.person(Role::Source).clone(), server.person(Role::Entity).clone());
        let (agency, colleague) = (server.town.agency[0].clone(), server.town.agency[1].clone());
        let (bureau, other) = (server.town.regulators[0].clone(), server.town.regulators[1].clone());
        let columns = serde_json::to_value(fund_columns()).unwrap();
        let new = json!({
            "name": "fund_accounts", "title": "公积金账户", "description": "缴存账户", "columns": columns,
            "update_every_days": 30,
        });
        let id = server.post(&source, "/v1/resources", &new).await.ok()["id"].as_str().unwrap().to_owned();

        // Two papers short, one at fault: told at once.
        let seen = applied(&server, &source, &application("first", &id, &FIRST[..4])).await;
        let case = opened(&server, &source, &id, &seen).await;
        assert_eq!(signs(&server, &agency, &case, "acceptance", json!({})).await.codes(), ["CAS-070"], "{backend}");
        let faulty = json!({ "outcome": "return", "defects": [{ "material": "lawful_source", "what": "未加盖公章" }] });
        assert_eq!(signs(&server, &agency, &case, "acceptance", faulty).await.ok()["state"], "returned", "{backend}");
        let path = format!("/v1/cases/{case}/registration");
        let file = server.get(&source, &path).await.ok();
        held("/v1/cases/{id}/registration", "get", "200", &file);
        let told: Vec<&str> =
            file["returns"][0]["defects"].as_array().unwrap().iter().filter_map(|d| d["material"].as_str()).collect();
        assert_eq!(told, ["lawful_source", "scenario_info", "risk_assessment"], "{backend}");
        let seen = applied(&server, &source, &application("first", &id, &FIRST)).await;
        let again = json!({ "subject_digest": seen["subject_digest"] });
        server.post(&source, &format!("/v1/cases/{case}/resubmission"), &again).await.ok();
        signs(&server, &agency, &case, "acceptance", json!({})).await.ok();
        signs(&server, &colleague, &case, "formal_review", json!({})).await.ok();

        // On notice, where everybody reads it and the bank objects.
        let notices = anybody(&server, "/v1/notices").await.ok();
        held("/v1/notices", "get", "200", &notices);
        let notice = &notices["items"][0];
        assert_eq!((&notice["case"], &notice["until"]), (&json!(case), &json!("2026-06-15")), "{backend}");
        let page = String::from_utf8(anybody(&server, "/").await.body).unwrap();
        assert!(page.contains("登记公示") && page.contains("2026-06-15"), "{backend}");
        let new = json!({ "objection": "其中有本行的数据", "evidence": PAPER });
        let objections = format!("/v1/cases/{case}/objections");
        let objection = server.post(&bank, &objections, &new).await.ok()["id"].as_str().unwrap().to_owned();
        clock_to(&server, "2026-06-16").await;
        assert_eq!(server.post(&bank, &objections, &new).await.codes(), ["CAS-073"], "{backend}");
        assert_eq!(signs(&server, &bureau, &case, "public_notice", json!({})).await.codes(), ["CAS-074"], "{backend}");
        let decision = json!({ "upheld": false, "reason": "经核实，不含该行数据" });
        let path = format!("/v1/objections/{objection}/decision");
        assert_eq!(server.post(&agency, &path, &decision).await.codes(), ["CAS-075"], "{backend}");
        server.post(&other, &path, &decision).await.ok();
        signs(&server, &bureau, &case, "public_notice", json!({})).await.ok();

        // Its code, for everybody.
        let all = server.get(&bank, "/v1/registrations").await.ok();
        held("/v1/registrations", "get", "200", &all);
        let code = all["items"][0]["code"].as_str().unwrap().to_owned();
        let shown = anybody(&server, &format!("/v1/registration_codes/{code}")).await.ok();
        held("/v1/registration_codes/{code}", "get", "200", &shown);
        let expected = json!({
            "code": code, "state": "valid", "of": "resource", "title": "公积金账户",
            "holder": "江城市住房公积金管理中心", "valid_from": "2026-06-16", "valid_until": "2029-06-15",
        });
        assert_eq!(shown, expected, "{backend}: and nothing else");
        let page = anybody(&server, &format!("/registrations?code={code}")).await;
        let page = String::from_utf8(page.body).unwrap();
        assert!(page.contains("有效 valid") && page.contains("2029-06-15"), "{backend}: {page}");

        // A renewal: too early by a day, then in time.
        let renewal = application("renewal", &id, &["subject_info", "risk_assessment"]);
        clock_to(&server, "2029-04-15").await;
        let early = server.post(&source, "/v1/registrations/applications", &renewal).await;
        assert_eq!(early.codes(), ["REG-062"], "{backend}");
        assert!(early.json()["reasons"][0]["instead"].as_str().unwrap().contains("from 2029-04-16"), "{backend}");
        clock_to(&server, "2029-04-16").await;
        let seen = applied(&server, &source, &renewal).await;
        let case = opened(&server, &source, &id, &seen).await;
        signs(&server, &agency, &case, "acceptance", json!({})).await.ok();
        signs(&server, &colleague, &case, "formal_review", json!({})).await.ok();
        clock_to(&server, "2029-05-10").await;
        signs(&server, &bureau, &case, "public_notice", json!({})).await.ok();
        let owed = server.get(&source, "/v1/obligations").await.ok();
        assert!(owed["items"].as_array().unwrap().iter().all(|one| one["kind"] != "renewal"), "{backend}: {owed}");
        clock_to(&server, "2029-06-16").await;
        let shown = anybody(&server, &format!("/v1/registration_codes/{code}")).await.ok();
        assert_eq!(shown["state"], "replaced", "{backend}");
        let catalog = server.get(&bank, "/v1/catalog").await.ok();
        held("/v1/catalog", "get", "200", &catalog);
        let renewed = catalog["items"][0]["registration_code"].as_str().unwrap();
        let shown = anybody(&server, &format!("/v1/registration_codes/{renewed}")).await.ok();
        assert_eq!((&shown["state"], &shown["valid_until"]), (&json!("valid"), &json!("2032-06-15")), "{backend}");

        // And revoked, on a ground.
        let new = json!({
            "code": renewed, "ground": "tampered_result", "reason": "登记结果被篡改", "evidence": PAPER, "decision": PAPER,
        });
        assert_eq!(server.post(&source, "/v1/registrations/revocations", &new).await.status, StatusCode::FORBIDDEN);
        server.post(&bureau, "/v1/registrations/revocations", &new).await.ok();
        let shown = anybody(&server, &format!("/v1/registration_codes/{renewed}")).await.ok();
        assert_eq!(shown["state"], "revoked", "{backend}");
        assert_eq!(server.get(&bank, "/v1/catalog").await.ok()["total"], 0, "{backend}");
    }
}

#[tokio::test]
async fn a_code_that_is_none_or_that_nothing_bears_is_told_and_repeats_no_markup() {
    let server = server().await;
    let absent = anybody(&server, "/v1/registration_codes/R20260305000178").await;
    assert!(matches!(absent.status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST), "{}", absent.status);
    assert_eq!(anybody(&server, "/v1/registration_codes/hello").await.status, StatusCode::BAD_REQUEST);
    let page = anybody(&server, "/registrations?code=%3Cscript%3Ealert(1)%3C/script%3E").await;
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("查无此码") && !text.contains("<script"), "{text}");
    let empty = anybody(&server, "/registrations").await;
    assert!(!String::from_utf8(empty.body).unwrap().contains("查无此码"));
}

#[tokio::test]
async fn a_delay_is_explained_and_an_exchange_is_named_by_who_may() {
    let server = server().await;
    let source = server.person(Role::Source).clone();
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let seen = applied(&server, &source, &application("correction", fund.as_str(), &["proof_of_error"])).await;
    let case = opened(&server, &source, fund.as_str(), &seen).await;
    let reason = json!({ "reason": "等候数源单位补充说明" });
    let path = format!("/v1/cases/{case}/delay");
    assert_eq!(server.post(server.person(Role::Entity), &path, &reason).await.codes(), ["CAS-003"]);
    server.post(server.person(Role::Agency), &path, &reason).await.ok();
    assert_eq!(server.post(server.person(Role::Agency), &path, &reason).await.status, StatusCode::CONFLICT);

    let product = format!("PRD-{}", "0".repeat(32));
    let entry = json!({ "exchange": "湖南大数据交易所", "number": "HN-17", "evidence": PAPER });
    let path = format!("/v1/products/{product}/exchange");
    let operator = server.person(Role::Operator);
    let refused = server.json(operator, Method::PUT, &path, entry.to_string().into_bytes()).await;
    assert_eq!(refused.codes(), ["REG-064"]);
    let unknown = application("first", &product, &FIRST);
    let unknown = server.post(operator, "/v1/registrations/applications", &unknown).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
