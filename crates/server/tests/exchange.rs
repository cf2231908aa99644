//! Other platforms and districts over HTTP: who may enter them, what is refused with
//! which clause, and that what is shown has its published shape. Two whole platforms
//! that speak with each other are in the workspace's own tests.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::Role;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server};

const PAPER: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// What somebody sees, held to its published shape.
async fn seen(server: &Server, role: Role, path: &str, address: &str) -> Value {
    let view = server.get(server.person(role), address).await.ok();
    let document = document();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, &view, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
    view
}

#[tokio::test]
async fn another_platform_is_entered_by_the_administrator_and_none_of_a_district_where_that_is_barred() {
    let (here, there) = (server().await, server().await);
    let admin = here.person(Role::SystemAdmin).clone();
    let mut new = seen(&there, Role::SystemAdmin, "/v1/exchange/identity", "/v1/exchange/identity").await;
    (new["name"], new["side"]) = (json!("某区平台"), json!("below"));
    let refused = here.post(&admin, "/v1/exchange/peers", &new).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["EXC-014".to_owned()]));
    (new["name"], new["side"]) = (json!("省平台"), json!("above"));
    (new["url"], new["stands_for"]) = (json!("http://127.0.0.1:9"), json!(["province"]));
    let agency = here.person(Role::Agency).clone();
    assert_eq!(here.post(&agency, "/v1/exchange/peers", &new).await.codes(), ["SRV-001"]);
    let peer = here.post(&admin, "/v1/exchange/peers", &new).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(here.post(&admin, "/v1/exchange/peers", &new).await.status, StatusCode::CONFLICT);
    let peers = seen(&here, Role::SystemAdmin, "/v1/exchange/peers", "/v1/exchange/peers?limit=1").await;
    assert_eq!((&peers["total"], &peers["items"][0]["id"]), (&json!(1), &json!(peer)));
    let status = seen(&here, Role::Agency, "/v1/exchange/status", "/v1/exchange/status").await;
    assert_eq!((&status["items"][0]["name"], &status["items"][0]["waiting"]), (&json!("省平台"), &json!(0)));
    for path in ["/v1/exchange/dispatches", "/v1/exchange/submissions", "/v1/catalog/below"] {
        assert_eq!(seen(&here, Role::Regulator, path, path).await["total"], json!(0), "{path}");
    }
    let unknown = here.get(&agency, "/v1/exchange/dispatches?state=lost").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let letter = Request::builder().method(Method::POST).uri("/v1/exchange/submissions");
    let letter = here.send(letter.header("content-type", "application/json").body(Body::from("{}")).unwrap()).await;
    assert_eq!((letter.status, letter.codes()), (StatusCode::UNAUTHORIZED, vec!["EXC-001".to_owned()]));
    let gone = format!("/v1/exchange/peers/{peer}");
    assert_eq!(here.json(&admin, Method::DELETE, &gone, Vec::new()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(here.json(&admin, Method::DELETE, &gone, Vec::new()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_district_drafts_its_scheme_with_the_sections_that_the_document_asks_for() {
    let server = server().await;
    let (admin, agency) = (server.person(Role::SystemAdmin).clone(), server.person(Role::Agency).clone());
    let bare = json!({ "title": "城东区实施方案", "document_digest": PAPER });
    let refused = server.post(&agency, "/v1/district_schemes", &bare).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::FORBIDDEN, vec!["REG-083".into(), "REG-084".into(), "REG-096".into()]));
    let place = format!("/v1/organisations/{}/district", agency.organisation);
    let body = json!({ "district": agency.organisation }).to_string().into_bytes();
    let placed = server.json(&admin, Method::PUT, &place, body.clone()).await;
    assert_eq!(placed.status, StatusCode::NO_CONTENT);
    assert_eq!(server.json(&admin, Method::PUT, &place, body).await.status, StatusCode::CONFLICT);
    let refused = server.post(&agency, "/v1/district_schemes", &bare).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["REG-083".into(), "REG-096".into()]));
    assert_eq!(refused.json()["reasons"][0]["clause"], "changsha-2026 十一");
    let mut whole = bare.clone();
    whole["sections"] = json!({ "organisation_structure": "区数据局牵头", "working_mechanism": "季度会商" });
    whole["parent"] = json!(shuyu_registry::testing::scheme_id());
    let id = server.post(&agency, "/v1/district_schemes", &whole).await.ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/district_schemes/{id}");
    let scheme = seen(&server, Role::Agency, "/v1/district_schemes/{id}", &path).await;
    assert_eq!((&scheme["state"], &scheme["district"]), (&json!("draft"), &json!(agency.organisation)));
    let list = seen(&server, Role::Regulator, "/v1/district_schemes", "/v1/district_schemes").await;
    assert_eq!(list["total"], json!(1), "the city's bureau sees it");
}
