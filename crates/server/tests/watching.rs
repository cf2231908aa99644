//! Watching over security: who reads the journal and how much of it, the path of a
//! product, the state of controls, entries of requests.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use shuyu_ledger::{Event, Request as Logged, args};
use shuyu_model::Role;

use crate::support::{Server, server, server_under};

async fn journal(server: &Server, role: Role, asked: &str) -> Value {
    server.get(server.person(role), &format!("/v1/journal{asked}")).await.ok()
}

#[tokio::test]
async fn overseers_read_the_journal_as_far_as_their_supervision_reaches() {
    let server = server().await;
    server.things().await;
    let all = journal(&server, Role::AuditAdmin, "").await["total"].as_i64().unwrap();
    let bureau = journal(&server, Role::Regulator, "").await;
    assert!(all <= bureau["total"].as_i64().unwrap(), "the bureau reads all of it");
    // The agency reads what parties and the platform did, and its own.
    let agency = journal(&server, Role::Agency, "?limit=200").await;
    assert!(agency["total"].as_i64().unwrap() < all, "{}", agency["total"]);
    let own = server.person(Role::Agency).organisation.to_string();
    for item in agency["items"].as_array().unwrap() {
        let roles: Vec<&str> =
            item["event"]["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let is_party = roles.iter().any(|role| ["operator", "processor", "entity", "source"].contains(role));
        assert!(roles.is_empty() || is_party || item["event"]["organisation"] == json!(own), "{item}");
    }
    // Who reads leaves an entry, and totals are those of the question.
    let read = journal(&server, Role::AuditAdmin, "?action=journal.read").await;
    assert_eq!(read["total"].as_i64(), Some(2));
    assert_eq!(read["items"].as_array().unwrap().len(), 2);
    // An operator is told that the document does not open it.
    let reply = server.get(server.person(Role::Operator), "/v1/journal").await;
    assert_eq!((reply.status, reply.codes()), (StatusCode::FORBIDDEN, vec!["SRV-001".to_owned()]));
}

#[tokio::test]
async fn a_document_says_itself_who_reads_the_journal() {
    // Xianning names the bureau and the overseeing bodies, and not the agency.
    let server = server_under("xianning-2025").await;
    let reply = server.get(server.person(Role::Agency), "/v1/journal").await;
    assert_eq!((reply.status, reply.codes()), (StatusCode::FORBIDDEN, vec!["SRV-010".to_owned()]));
    for role in [Role::Regulator, Role::Supervisor] {
        journal(&server, role, "").await;
    }
}

#[tokio::test]
async fn refusals_are_found_by_themselves_and_each_is_proved() {
    let server = server().await;
    server.things().await;
    let refused = server.get(server.person(Role::Operator), "/v1/journal").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let found = journal(&server, Role::Supervisor, "?refused=true&action=request.refused").await;
    let item = &found["items"][0];
    assert_eq!(item["event"]["refused"][0]["code"], json!("SRV-001"), "{item}");
    let proof = server.get(server.person(Role::Supervisor), &format!("/v1/journal/{}/proof", item["seq"])).await.ok();
    assert!(proof["entry"].as_str().unwrap().contains("SRV-001"));
    let kept = server.get(server.person(Role::Supervisor), "/v1/journal_retention?limit=200").await.ok();
    for kind in kept["items"].as_array().unwrap() {
        assert_eq!((kind["years"].as_i64(), kind["clause"].as_str()), (Some(10), Some("changsha-2026 六")), "{kind}");
        assert!(kind["kept_until"].as_str().unwrap().starts_with("2036"), "{kind}");
    }
}

#[tokio::test]
async fn every_request_is_an_entry_of_the_log_with_who_what_and_how_it_ended() {
    let server = server().await;
    let things = server.things().await;
    let path = format!("/v1/resources/{}", things.resource);
    server.get(server.person(Role::Regulator), &path).await.ok();
    server.send(Request::builder().uri("/nowhere").body(Body::empty()).unwrap()).await;
    let log = server.app.ledger().log().clone();
    let entries = log.entries(0, usize::try_from(log.size()).unwrap()).await.unwrap();
    let requests: Vec<Logged> = entries.iter().filter_map(|entry| Logged::from_entry(entry)).collect();
    let person = &server.person(Role::Regulator).person;
    let read = requests.iter().rfind(|one| one.route == "/v1/resources/{id}").unwrap();
    assert_eq!((read.person.as_ref(), read.method.as_str(), read.status), (Some(person), "GET", 200));
    assert_eq!(read.object.as_deref(), Some(things.resource.as_str()));
    let lost = requests.last().unwrap();
    assert_eq!((lost.person.as_ref(), lost.route.as_str(), lost.status), (None, "unmatched", 404));
}

#[tokio::test]
async fn a_control_that_does_not_hold_stops_new_work_and_alerts() {
    let server = server().await;
    let things = server.things().await;
    shuyu_server::controls::check(&server.app).await.unwrap();
    let shown = server.get(server.person(Role::Operator), "/v1/controls").await.ok();
    for control in shown["items"].as_array().unwrap() {
        assert_eq!(control["holds"], json!(true), "{control}");
    }
    // Somebody with the database in hands takes an event away.
    let mut change = server.app.ledger().change().await.unwrap();
    change.write("DELETE FROM journal WHERE seq = 1", args![]).await.unwrap();
    change.commit(Event::done(None, "test.tampered", "journal")).await.unwrap();
    shuyu_server::controls::check(&server.app).await.unwrap();
    let shown = server.get(server.person(Role::Agency), "/v1/controls").await.ok();
    let failed: Vec<&Value> =
        shown["items"].as_array().unwrap().iter().filter(|c| c["holds"] == json!(false)).collect();
    assert_eq!((failed.len(), failed[0]["name"].as_str()), (1, Some("log_kept")), "{failed:?}");
    let run = json!({ "sql": "SELECT 1", "title": "x", "output": { "kind": "report" } });
    let path = format!("/v1/scenarios/{}/runs", things.scenario);
    let reply = server.post(server.person(Role::Operator), &path, &run).await;
    assert_eq!(reply.codes(), ["SRV-011"], "{reply:?}");
    let alerts = server.get(server.person(Role::Regulator), "/v1/matters?kind=alert").await.ok();
    assert_eq!(alerts["items"][0]["title"], json!("预警:安全控制措施失效"));
}

#[tokio::test]
async fn a_series_of_wrong_passwords_is_an_event_about_the_person() {
    let server = server().await;
    for _ in 0..5 {
        let body = json!({ "login": "some.finance", "password": "no such password" }).to_string();
        let request = Request::builder().method(Method::POST).uri("/v1/sessions");
        server.send(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await;
    }
    let found = journal(&server, Role::AuditAdmin, "?action=session.blocked").await;
    assert_eq!(found["total"], json!(1));
    assert_eq!(found["items"][0]["event"]["object"], json!(server.person(Role::Finance).person));
}

#[tokio::test]
async fn one_list_names_the_parties_that_lack_a_paper() {
    let server = server().await;
    let missing = server.get(server.person(Role::Agency), "/v1/missing_papers?limit=200").await.ok();
    assert!(missing["total"].as_i64().is_some());
    for item in missing["items"].as_array().unwrap() {
        assert!(item["name"].is_string() && item["clause"].as_str().unwrap().starts_with("changsha-2026"), "{item}");
    }
}
