//! Every route that reads JSON, sent what is no JSON, and what is published.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::Value;
use shuyu_model::{Actor, Role};
use shuyu_server::authority::Standing;
use shuyu_server::needs::{About, Needs};
use shuyu_server::router::{Route, routes};

use crate::openapi::document;
use crate::schema::instance;
use crate::support::{Reply, Server, server};

/// A JSON route, and the shape of its body.
struct Reader {
    method: Method,
    path: String,
    needs: Needs,
    schema: Value,
}

/// Whether it is read before anybody asks who signed it.
fn is_of_people(reader: &Reader) -> bool {
    !matches!(reader.needs, Needs::ClientSignature | Needs::PeerSignature)
}

fn readers(document: &Value) -> Vec<Reader> {
    let read = |route: Route| {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        let schema = operation["requestBody"]["content"]["application/json"]["schema"].clone();
        let pattern = |name: &str| {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            parameters.iter().find(|p| p["name"] == name).map(|p| p["schema"]["pattern"].as_str().unwrap().to_owned())
        };
        let id = pattern("id").unwrap_or_default();
        let id = id.trim_start_matches('^').split('-').next().unwrap_or_default().to_owned();
        let path = route.path.replace("{id}", &format!("{id}-{}", "0".repeat(32)));
        let number = if path.contains("voices") { "V20260101-0001" } else { "1" };
        let path = path.replace("{to}", "regulator").replace("{version}", "1").replace("{number}", number);
        let path = path.replace("{organisation}", &format!("ORG-{}", "0".repeat(32)));
        schema.is_object().then_some(Reader { method: route.method, path, needs: route.needs, schema })
    };
    routes().into_iter().filter_map(read).collect()
}

/// Somebody who gets past the guard.
fn caller(server: &Server, needs: Needs) -> Actor {
    // Whoever changes a password must have one; the town's people do not.
    if needs == Needs::Session {
        return server.person(Role::Finance).clone();
    }
    let standing = if needs.about() == About::Owned { Standing::Own } else { Standing::Platform };
    let role = server.app.authority().roles_that_may(needs, standing);
    let role = role.first().copied().unwrap_or(Role::Agency);
    server.person(role).clone()
}

async fn send(server: &Server, reader: &Reader, media: &str, body: Vec<u8>) -> Reply {
    let actor = caller(server, reader.needs);
    let request = server.signed_in(&actor, reader.method.clone(), &reader.path).await;
    server.send(request.header("content-type", media).body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn whatever_is_no_body_gets_a_hint_and_never_a_fault() {
    let server = server().await;
    let document = document();
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let malformed: [(&str, &[u8]); 11] = [
        ("nothing", b""),
        ("half an object", b"{"),
        ("a list", b"[]"),
        ("null", b"null"),
        ("a text", b"\"text\""),
        ("a number", b"1e999"),
        ("an unknown field", b"{\"no_such_field\": 1}"),
        ("a field twice", b"{\"ground\": \"aaaaaa\", \"ground\": \"bbbbbb\"}"),
        ("no UTF-8", b"{\"title\": \"\xff\xfe\"}"),
        ("a nul", b"{\"title\": \"\\u0000\"}"),
        ("too deep", deep.as_bytes()),
    ];
    for reader in readers(&document).iter().filter(|reader| is_of_people(reader)) {
        for (name, body) in malformed {
            if name == "a field twice" && !reader.schema.to_string().contains("Ground") {
                continue;
            }
            let reply = send(&server, reader, "application/json", body.to_vec()).await;
            let at = format!("{} {} given {name}", reader.method, reader.path);
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{at}: {}", String::from_utf8_lossy(&reply.body));
            let problem = reply.json();
            assert!(problem["detail"].as_str().is_some_and(|hint| hint.len() > 20), "{at}: {problem}");
        }
        let reply = send(&server, reader, "text/plain", b"{}".to_vec()).await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{}", reader.path);
        let reply = send(&server, reader, "application/json", vec![b' '; 1024 * 1024 + 1]).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", reader.path);
    }
}

#[tokio::test]
async fn each_published_body_is_one_that_its_route_reads() {
    let server = server().await;
    let document = document();
    for reader in readers(&document).iter().filter(|reader| is_of_people(reader)) {
        let body = instance(&document, &reader.schema);
        let reply = send(&server, reader, "application/json", body.to_string().into_bytes()).await;
        let detail = if reply.body.is_empty() { String::new() } else { reply.json()["detail"].to_string() };
        let is_unread = detail.contains("the body is not what this address takes");
        assert!(!is_unread, "{} {} given {body}: {detail}", reader.method, reader.path);
        assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{} {} given {body}", reader.method, reader.path);
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_gets_a_hint() {
    let server = server().await;
    let regulator = server.person(Role::Regulator);
    for (path, status) in [
        ("/v1/resources/RES-1", StatusCode::BAD_REQUEST),
        ("/v1/resources/REL-00000000000000000000000000000000", StatusCode::BAD_REQUEST),
        ("/v1/resources/RES-00000000000000000000000000000000", StatusCode::NOT_FOUND),
        ("/v1/resources/%FF", StatusCode::BAD_REQUEST),
        ("/v1/resources?limit=0", StatusCode::BAD_REQUEST),
        ("/v1/resources?limit=201", StatusCode::BAD_REQUEST),
        ("/v1/resources?limit=ten", StatusCode::BAD_REQUEST),
        ("/v1/resources?page=2", StatusCode::BAD_REQUEST),
        ("/v1/releases?cursor=REL-1", StatusCode::BAD_REQUEST),
        ("/v1/products?cursor=PRD-1", StatusCode::BAD_REQUEST),
        ("/v1/statements/2026-13", StatusCode::BAD_REQUEST),
        ("/v1/statements/2026-01", StatusCode::NOT_FOUND),
        ("/v1/nothing", StatusCode::NOT_FOUND),
    ] {
        let reply = server.get(regulator, path).await;
        assert_eq!(reply.status, status, "{path}: {}", String::from_utf8_lossy(&reply.body));
        assert!(reply.json()["detail"].as_str().is_some_and(|hint| !hint.is_empty()), "{path}");
    }
    let reply = server.json(regulator, Method::PATCH, "/v1/resources", b"{}".to_vec()).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.headers["content-type"], "application/problem+json");
}
