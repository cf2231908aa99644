//! The dossier over HTTP: what is asked for, what is entered, and what waits for it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::Role;
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::server;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Holds a list to its published shape.
fn held_to(document: &Value, path: &str, given: &Value) {
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(document, &schema, given, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

fn of_kind<'a>(list: &'a Value, kind: &str) -> &'a Value {
    list["items"].as_array().unwrap().iter().rfind(|item| item["kind"] == kind).unwrap()
}

#[tokio::test]
async fn an_operator_without_its_procedures_gets_no_agreement_until_it_enters_them() {
    let server = server().await;
    let (operator, agency) = (server.person(Role::Operator).clone(), server.person(Role::Agency).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let dossier = format!("/v1/organisations/{}/dossier", operator.organisation);
    let document = document();
    let list = server.get(&operator, &dossier).await.ok();
    held_to(&document, "/v1/organisations/{id}/dossier", &list);
    let asked = of_kind(&list, "operating_procedures");
    assert_eq!((&asked["state"], &asked["clause"]), (&json!("in_order"), &json!("changsha-2026 十")));
    let paper = asked["paper"].as_str().unwrap();

    let withdrawal = format!("/v1/papers/{paper}/withdrawal");
    let ground = json!({ "ground": "换版" });
    let other = server.others[&Role::Operator].clone();
    assert_eq!(server.post(&other, &withdrawal, &ground).await.codes(), ["REG-010"]);
    server.post(&operator, &withdrawal, &ground).await.ok();
    assert_eq!(server.post(&operator, &withdrawal, &ground).await.status, StatusCode::CONFLICT);
    let agreement = json!({
        "kind": "operator", "grantee": operator.organisation, "resources": [fund], "from": "2026-06-01",
        "until": "2027-05-31", "term_reason": "先行试点一年", "document_digest": DIGEST,
    });
    let refused = server.post(&agency, "/v1/agreements", &agreement).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["REG-040".to_owned()]));

    let new = json!({
        "kind": "operating_procedures", "title": "操作规程", "issued_on": "2026-06-01", "digest": DIGEST,
    });
    let papers = format!("{dossier}/papers");
    let mistaken = json!({ "kind": "wedding", "title": "x", "issued_on": "2026-06-01", "digest": DIGEST });
    assert_eq!(server.post(&operator, &papers, &mistaken).await.status, StatusCode::BAD_REQUEST);
    let id = server.post(&operator, &papers, &new).await.ok()["id"].as_str().unwrap().to_owned();
    server.post(&agency, "/v1/agreements", &agreement).await.ok();
    let all = server.get(&operator, &papers).await.ok();
    held_to(&document, "/v1/organisations/{id}/dossier/papers", &all);
    // The one that was withdrawn is of the same moment, so either may come first.
    let entered = all["items"].as_array().unwrap().iter().find(|paper| paper["id"] == json!(id)).unwrap();
    assert_eq!(entered["kind"], "operating_procedures");
    let answer = json!({ "answer": "consented", "note": "同意" });
    assert_eq!(server.post(&agency, &format!("/v1/papers/{id}/answer"), &answer).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_firm_sees_its_own_dossier_and_no_other_firms() {
    let server = server().await;
    let (bank, other) = (server.person(Role::Entity).clone(), server.others[&Role::Entity].clone());
    let dossier = format!("/v1/organisations/{}/dossier", bank.organisation);
    server.get(&bank, &dossier).await.ok();
    server.get(server.person(Role::Regulator), &dossier).await.ok();
    assert_eq!(server.get(&other, &dossier).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get(&other, &format!("{dossier}/papers")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_the_bureau_finds_harmed_is_out_until_it_finds_otherwise() {
    let server = server().await;
    let (bureau, department) = (server.person(Role::Regulator).clone(), server.person(Role::Source).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let digest = server.get(&bureau, &format!("/v1/resources/{fund}")).await.ok()["digest"].clone();
    let path = format!("/v1/resources/{fund}/findings");
    let found = |outcome: &str| {
        json!({
            "interest": "trade_secrets", "outcome": outcome, "treatment": "只出统计", "document_digest": DIGEST,
            "resource_digest": digest,
        })
    };
    server.post(&bureau, &path, &found("harmed")).await.ok();
    assert_eq!(server.post(&department, &path, &found("clear")).await.codes(), ["REG-048"]);
    let agreement = json!({
        "kind": "operator", "grantee": server.person(Role::Operator).organisation, "resources": [fund],
        "from": "2026-06-01", "until": "2027-05-31", "term_reason": "先行试点一年", "document_digest": DIGEST,
    });
    let agency = server.person(Role::Agency).clone();
    assert_eq!(server.post(&agency, "/v1/agreements", &agreement).await.codes(), ["REG-047"]);
    server.post(&bureau, &path, &found("treated")).await.ok();
    server.post(&agency, "/v1/agreements", &agreement).await.ok();
    let list = server.get(&department, &path).await.ok();
    held_to(&document(), "/v1/resources/{id}/findings", &list);
    let secrets = list["items"].as_array().unwrap().iter().find(|item| item["interest"] == "trade_secrets").unwrap();
    assert_eq!(secrets["findings"].as_array().unwrap().len(), 3, "{secrets}");
}
