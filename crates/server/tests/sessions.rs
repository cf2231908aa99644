//! Signing in, forged requests, repeated requests, things that have changed.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::Role;
use shuyu_model::id::ResourceId;
use shuyu_registry::testing::fund_columns;

use crate::support::{PASSWORD, Reply, Server, server, servers};

async fn sign_in(server: &Server, login: &str, password: &str) -> Reply {
    let body = json!({ "login": login, "password": password }).to_string();
    let request =
        Request::builder().method(Method::POST).uri("/v1/sessions").header("content-type", "application/json");
    server.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_session_is_opened_used_and_closed() {
    for (backend, server) in servers().await {
        let reply = sign_in(&server, "some.finance", PASSWORD).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{backend}");
        let cookie = reply.headers["set-cookie"].to_str().unwrap().to_owned();
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(attribute), "{backend}: {cookie}");
        }
        let (cookie, csrf) = (cookie.split(';').next().unwrap(), reply.json()["csrf"].as_str().unwrap().to_owned());
        let me = || Request::builder().uri("/v1/me").header("cookie", cookie);
        let shown = server.send(me().body(Body::empty()).unwrap()).await.ok();
        assert_eq!(shown["roles"], json!(["finance"]), "{backend}");
        assert_eq!(shown["csrf"], json!(csrf), "{backend}: a page that was loaded anew learns the token again");
        let close = || Request::builder().method(Method::DELETE).uri("/v1/sessions/current").header("cookie", cookie);
        let forged = server.send(close().body(Body::empty()).unwrap()).await;
        assert_eq!((forged.status, forged.codes()), (StatusCode::FORBIDDEN, vec!["SRV-003".to_owned()]), "{backend}");
        let wrong = close().header("x-csrf-token", "0".repeat(64)).body(Body::empty()).unwrap();
        assert_eq!(server.send(wrong).await.status, StatusCode::FORBIDDEN, "{backend}");
        let closed = server.send(close().header("x-csrf-token", &csrf).body(Body::empty()).unwrap()).await;
        assert_eq!(closed.status, StatusCode::NO_CONTENT, "{backend}");
        assert!(closed.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "{backend}");
        assert_eq!(server.send(me().body(Body::empty()).unwrap()).await.status, StatusCode::UNAUTHORIZED, "{backend}");
    }
}

#[tokio::test]
async fn wrong_passwords_and_unknown_names_are_told_alike_and_then_wait() {
    let server = server().await;
    let wrong = sign_in(&server, "some.finance", "no such password").await;
    let unknown = sign_in(&server, "nobody.here", "no such password").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(wrong.json()["detail"], unknown.json()["detail"]);
    for _ in 0..4 {
        sign_in(&server, "some.finance", "no such password").await;
    }
    let waits = sign_in(&server, "some.finance", PASSWORD).await;
    assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(waits.headers["retry-after"], "301");
    server.app.ledger().clock().advance_to(server.app.ledger().now().plus_micros(300_000_001)).unwrap();
    assert_eq!(sign_in(&server, "some.finance", PASSWORD).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_role_withdrawn_is_gone_with_the_next_request() {
    let server = server().await;
    let finance = server.person(Role::Finance).clone();
    let request = |builder: axum::http::request::Builder| builder.body(Body::empty()).unwrap();
    let before = server.signed_in(&finance, Method::GET, "/v1/catalog").await;
    assert_eq!(server.send(request(before)).await.status, StatusCode::OK);
    let during = server.signed_in(&finance, Method::GET, "/v1/catalog").await;
    let path = format!("/v1/people/{}/roles/finance", finance.person);
    let withdrawn = server.json(server.person(Role::SecurityAdmin), Method::DELETE, &path, Vec::new()).await;
    assert_eq!(withdrawn.status, StatusCode::NO_CONTENT, "{}", String::from_utf8_lossy(&withdrawn.body));
    assert_eq!(server.send(request(during)).await.codes(), ["SRV-001"]);
}

#[tokio::test]
async fn a_request_sent_twice_is_done_once() {
    for (backend, server) in servers().await {
        let source = server.person(Role::Source).clone();
        let new = |name: &str| json!({ "name": name, "title": "表", "description": "一张表", "columns": fund_columns(), "update_every_days": 30 });
        let send = async |key: &str, body: &Value| {
            let request = server.signed_in(&source, Method::POST, "/v1/resources").await;
            let request = request.header("content-type", "application/json").header("idempotency-key", key);
            server.send(request.body(Body::from(body.to_string())).unwrap()).await
        };
        let first = send("one", &new("a")).await;
        assert_eq!(first.status, StatusCode::CREATED, "{backend}: {}", String::from_utf8_lossy(&first.body));
        let again = send("one", &new("a")).await;
        assert_eq!((again.status, &again.body), (StatusCode::CREATED, &first.body), "{backend}");
        assert_eq!(again.headers["idempotency-replayed"], "true", "{backend}");
        assert_eq!(send("one", &new("b")).await.status, StatusCode::CONFLICT, "{backend}");
        assert_eq!(send("two", &new("b")).await.status, StatusCode::CREATED, "{backend}");
        assert_eq!(send("", &new("c")).await.status, StatusCode::BAD_REQUEST, "{backend}");
        // A refusal or mistake is an answer too, and comes again as it was.
        let mistake = send("three", &json!({})).await;
        let repeated = send("three", &json!({})).await;
        assert_eq!((mistake.status, repeated.status), (StatusCode::BAD_REQUEST, StatusCode::BAD_REQUEST), "{backend}");
        assert_eq!(repeated.headers["content-type"], "application/problem+json", "{backend}");
        let listed = server.get(&source, "/v1/resources").await.ok();
        assert_eq!(listed["total"], 2, "{backend}");
    }
}

#[tokio::test]
async fn somebody_who_saw_an_older_version_changes_nothing() {
    let server = server().await;
    let source = server.person(Role::Source).clone();
    let id: ResourceId = server.town.resource("fund_accounts", fund_columns()).await;
    let path = format!("/v1/resources/{id}");
    let seen = server.get(&source, &path).await;
    let etag = seen.headers["etag"].to_str().unwrap().to_owned();
    let unchanged = server.signed_in(&source, Method::GET, &path).await.header("if-none-match", &etag);
    assert_eq!(server.send(unchanged.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
    let grade = async |etag: &str, grade: &str| {
        let request = server.signed_in(&source, Method::PUT, &format!("{path}/grades")).await.header("if-match", etag);
        let body = json!({ "grades": { "district": grade } }).to_string();
        server.send(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await.status
    };
    assert_eq!(grade(&etag, "l3").await, StatusCode::NO_CONTENT);
    assert_eq!(grade(&etag, "l1").await, StatusCode::PRECONDITION_FAILED);
    let seen = server.get(&source, &path).await;
    assert_ne!(seen.headers["etag"].to_str().unwrap(), etag);
    assert_eq!(seen.json()["columns"][4]["grade"], "l3");
    assert_eq!(grade("*", "l1").await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn pages_follow_each_other_and_count_what_there_is() {
    let server = server().await;
    for name in ["a", "b", "c", "d", "e"] {
        server.town.resource(name, fund_columns()).await;
    }
    let agency = server.person(Role::Agency);
    let (mut seen, mut path) = (Vec::new(), "/v1/resources?limit=2".to_owned());
    loop {
        let page = server.get(agency, &path).await.ok();
        assert_eq!(page["total"], 5);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/resources?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    // Made within one millisecond of a clock that stands, they have no order.
    seen.sort();
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn a_moved_clock_keeps_people_signed_in_and_never_goes_back() {
    let server = server().await;
    let admin = server.person(Role::SystemAdmin).clone();
    let before = server.app.ledger().now();
    let earlier_session = server.signed_in(&admin, Method::GET, "/v1/me").await;
    let later = before.plus_days(40);
    server.post(&admin, "/v1/demo/clock", &json!({ "to": later.0 })).await.ok();
    assert!(later <= server.app.ledger().now());
    let me = server.send(earlier_session.body(Body::empty()).unwrap()).await;
    assert_eq!(me.status, StatusCode::OK);
    let back = server.post(&admin, "/v1/demo/clock", &json!({ "to": before.0 })).await;
    assert_eq!(back.status, StatusCode::CONFLICT);
}
