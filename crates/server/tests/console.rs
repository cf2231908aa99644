//! What a console asks first, and its files: who is called what, whose part can be taken,
//! what a browser may load.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use shuyu_model::Role;
use shuyu_server::wiring::Settings;

use crate::support::{Reply, Server, server, server_told};

async fn fetched(server: &Server, path: &str, accepts: &str) -> Reply {
    server.send(Request::builder().uri(path).header("accept-encoding", accepts).body(Body::empty()).unwrap()).await
}

async fn takes(server: &Server, login: &str) -> Reply {
    let request = Request::builder().method(Method::POST).uri("/v1/demo/sessions");
    let body = Body::from(json!({ "login": login }).to_string());
    server.send(request.header("content-type", "application/json").body(body).unwrap()).await
}

/// What a policy says of one thing.
fn allowed<'a>(policy: &'a str, thing: &str) -> &'a str {
    let found = policy.split(';').map(str::trim).find(|part| part.split(' ').next() == Some(thing));
    found.map(|part| part[thing.len()..].trim()).unwrap_or_default()
}

#[tokio::test]
async fn a_page_of_the_console_loads_what_comes_from_here_and_styles_under_its_own_nonce() {
    let server = server().await;
    let mut nonces = Vec::new();
    for path in ["/console/", "/console/inbox", "/console/cases/CAS-00000000000000000000000000000000"] {
        let page = fetched(&server, path, "identity").await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}: a page holds a nonce of its own");
        let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert_eq!(allowed(&policy, "default-src"), "'none'", "{path}");
        assert_eq!(allowed(&policy, "frame-ancestors"), "'none'", "{path}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        let text = String::from_utf8(page.body).unwrap();
        if text.contains("界面未构建") {
            eprintln!("skipped: the console is not built here (scripts/web.sh build)");
            return;
        }
        assert_eq!(allowed(&policy, "script-src"), "'self'", "{path}");
        assert_eq!(allowed(&policy, "connect-src"), "'self'", "{path}");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(text.contains(&format!("nonce=\"{nonce}\"")), "{path}");
        assert!(!text.contains("CSP_NONCE"), "{path}");
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 3, "each answer has a nonce of its own");
}

#[tokio::test]
async fn a_file_of_the_console_comes_as_its_reader_unpacks_it_and_stays() {
    let server = server().await;
    let page = String::from_utf8(fetched(&server, "/console/", "identity").await.body).unwrap();
    let Some(script) = page.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
        assert!(page.contains("界面未构建"), "{page}");
        eprintln!("skipped: the console is not built here (scripts/web.sh build)");
        return;
    };
    assert!(script.starts_with("/console/assets/"), "{script}");
    let plain = fetched(&server, script, "identity").await;
    assert_eq!(
        (plain.status, &plain.headers["content-type"]),
        (StatusCode::OK, &"text/javascript; charset=utf-8".parse().unwrap())
    );
    assert!(plain.headers["cache-control"].to_str().unwrap().contains("immutable"));
    for (accepts, encoding) in [("gzip, br", "br"), ("gzip", "gzip"), ("gzip;q=0.5, deflate", "gzip")] {
        let packed = fetched(&server, script, accepts).await;
        assert_eq!(packed.headers["content-encoding"], encoding, "{accepts}");
        assert!(packed.body.len() < plain.body.len() / 2, "{accepts}: {} of {}", packed.body.len(), plain.body.len());
    }
    assert!(!fetched(&server, script, "deflate").await.headers.contains_key("content-encoding"));
    let gone = fetched(&server, "/console/assets/index-00000000.js", "br").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "an old file is no page");
    let outside = fetched(&server, "/console/assets/../../Cargo.toml", "identity").await;
    assert_eq!(outside.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_console_begins_behind_its_slash() {
    let server = server().await;
    let reply = fetched(&server, "/console", "identity").await;
    assert_eq!(
        (reply.status, &reply.headers["location"]),
        (StatusCode::PERMANENT_REDIRECT, &"/console/".parse().unwrap())
    );
}

#[tokio::test]
async fn parts_are_taken_in_a_demonstration_that_this_machine_alone_reaches_and_nowhere_else() {
    let open = server().await;
    let reply = takes(&open, "some.finance").await;
    assert_eq!(reply.status, StatusCode::CREATED);
    assert_eq!(reply.json()["roles"], json!(["finance"]));
    assert_eq!(takes(&open, "nobody.here").await.status, StatusCode::NOT_FOUND);
    for (is_demo, has_secure_cookies) in [(true, true), (false, false), (false, true)] {
        let told = Settings { is_demo, has_open_parts: false, has_secure_cookies, backups: None };
        let closed = server_told(told).await;
        assert_eq!(takes(&closed, "some.finance").await.status, StatusCode::NOT_FOUND, "{is_demo}");
        assert_eq!(fetched(&closed, "/v1/demo/parts", "identity").await.status, StatusCode::NOT_FOUND, "{is_demo}");
        let platform = fetched(&closed, "/v1/platform", "identity").await.json();
        assert_eq!((&platform["has_open_parts"], &platform["is_demo"]), (&json!(false), &json!(is_demo)));
    }
}

#[tokio::test]
async fn names_are_told_to_who_takes_part_in_the_work_and_for_so_many_ids_at_once() {
    let server = server().await;
    let (bureau, things) = (server.person(Role::Regulator), server.things().await);
    let ids =
        [bureau.person.as_str(), bureau.organisation.as_str(), things.resource.as_str(), things.scenario.as_str()];
    let asked = format!("/v1/names?ids={},ORG-{},nonsense", ids.join(","), "0".repeat(32));
    let told = server.get(bureau, &asked).await.json();
    let known: Vec<&str> = told["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(known, ids, "what is unknown is left out");
    assert!(told["items"].as_array().unwrap().iter().all(|one| !one["name"].as_str().unwrap().is_empty()));
    assert_eq!(server.get(server.person(Role::AuditAdmin), &asked).await.status, StatusCode::OK);
    // Ids stand in the public log: a citizen does not learn whose they are.
    assert_eq!(server.get(server.person(Role::Subject), &asked).await.status, StatusCode::FORBIDDEN);
    let many = vec![bureau.person.as_str(); 101].join(",");
    assert_eq!(server.get(bureau, &format!("/v1/names?ids={many}")).await.status, StatusCode::BAD_REQUEST);
    let me = server.get(server.person(Role::Subject), "/v1/me").await.json();
    assert_eq!(
        (&me["name"], &me["organisation_name"]),
        (&json!("subject"), &json!("subject 的单位")),
        "one's own is told"
    );
}
