//! Every route, tried as nobody, as each role, and at another organisation. The
//! table is a snapshot: who gained what is a one-line difference.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use shuyu_model::registration::{Registrable, RegistrationCode};
use shuyu_model::{Actor, Role};
use shuyu_server::needs::{About, Needs};
use shuyu_server::router::{Route, routes};

use crate::support::{Reply, Server, Things, server};

#[tokio::test]
async fn who_may_call_what() {
    let server = server().await;
    let things = server.things().await;
    let mut table = String::new();
    for route in routes() {
        let path = address(&route, &things);
        let nobody = server.send(request(Request::builder().method(&route.method).uri(&path))).await;
        let nobody = guarded(&route, &nobody);
        let mut may = Vec::new();
        let mut may_elsewhere = Vec::new();
        // What a processor may is told in `processor.rs`: here nobody is one.
        for role in Role::ALL.iter().filter(|role| server.people.contains_key(role)) {
            if passes(&server, &route, &path, server.person(*role)).await {
                may.push(role.word());
            }
            if let Some(other) = server.others.get(role).filter(|_| route.needs.about() == About::Owned)
                && passes(&server, &route, &path, other).await
            {
                may_elsewhere.push(role.word());
            }
        }
        let may = if nobody == "may" { "everybody".to_owned() } else { list(&may) };
        let elsewhere = match route.needs.about() {
            About::Owned => format!("; at another organisation: {}", list(&may_elsewhere)),
            About::Platform => String::new(),
        };
        writeln!(table, "{:<6} {:<38} nobody {nobody:<4} roles: {may}{elsewhere}", route.method.as_str(), route.path)
            .unwrap();
    }
    insta::assert_snapshot!("access", table);
}

fn list(words: &[&str]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

/// Each parameter named by something that is there, of the first organisation.
fn address(route: &Route, things: &Things) -> String {
    let id = match route.path.split('/').nth(2).unwrap_or_default() {
        "resources" | "negative_list" => things.resource.to_string(),
        "holdings" => things.holding.to_string(),
        "scenarios" => things.scenario.to_string(),
        "jobs" => things.job.to_string(),
        "candidates" => things.candidate.clone(),
        other => format!("{}-{}", absent(other), "0".repeat(32)),
    };
    let path = route.path.replace("{id}", &id).replace("{role}", "agency").replace("{to}", "regulator");
    path.replace("{organisation}", &format!("ORG-{}", "0".repeat(32)))
        .replace("{version}", "1")
        .replace("{number}", "1")
        .replace("{shape}", "pdf")
        .replace("{month}", "2026-01")
        .replace("{number}", "V20260101-0001")
        .replace("{digest}", &format!("sha256:{}", "0".repeat(64)))
        .replace("{code}", &code())
        .replace("{seq}", "1")
        .replace("{*file}", "checkpoint")
}

/// Some code that nothing bears.
fn code() -> String {
    RegistrationCode::new(Registrable::Product, "2020-01-01".parse().unwrap(), 1).unwrap().to_string()
}

fn absent(list: &str) -> &'static str {
    match list {
        "organisations" => "ORG",
        "people" => "PER",
        "papers" => "PAP",
        "agreements" => "AGR",
        "cases" | "filings" => "CAS",
        "matters" => "MAT",
        "objections" => "OBJ",
        "orders" => "ORD",
        "thematic_databases" => "THM",
        "documents" => "DOC",
        "releases" => "REL",
        "products" => "PRD",
        "subscriptions" => "SUB",
        "client_keys" => "CLK",
        "files" => "FIL",
        "trainings" => "TRN",
        _ => "CNS",
    }
}

fn request(builder: axum::http::request::Builder) -> Request<Body> {
    // Whoever gets past the guard sends nothing that a station could act on.
    builder.header("content-type", "application/json").body(Body::from("{}")).unwrap()
}

/// Whether the guard lets somebody through; and never, to anybody, a fault.
async fn passes(server: &Server, route: &Route, path: &str, actor: &Actor) -> bool {
    let builder = server.signed_in(actor, route.method.clone(), path).await;
    let reply = server.send(request(builder)).await;
    guarded(route, &reply) == "may"
}

fn guarded(route: &Route, reply: &Reply) -> &'static str {
    assert_ne!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "{} {}", route.method, route.path);
    if matches!(route.needs, Needs::ClientSignature | Needs::PeerSignature) {
        // The guard lets these through to `delivery` or `exchange`, which ask who signed.
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{} {}", route.method, route.path);
        return "sign";
    }
    let is_refused = |code: &str| reply.status == StatusCode::FORBIDDEN && reply.codes().iter().any(|c| c == code);
    match reply.status {
        StatusCode::UNAUTHORIZED => "401",
        _ if is_refused("SRV-001") || is_refused("SRV-002") => "403",
        _ => "may",
    }
}

#[tokio::test]
async fn every_need_is_used_and_none_but_reading_is_open_to_nobody() {
    let routes = routes();
    for needs in Needs::OF_PEOPLE {
        // Two are asked inside a handler, about which part of a list to show.
        let is_asked_inside = matches!(needs, Needs::SeeAllSubscriptions | Needs::SeeAllJobs);
        assert!(is_asked_inside || routes.iter().any(|route| route.needs == *needs), "{needs:?} opens nothing");
    }
    for route in routes.iter().filter(|route| route.needs == Needs::Nothing) {
        // Whoever has no account signs in, or writes to the city.
        let is_door = ["/v1/sessions", "/v1/demo/sessions", "/v1/voices", "/public/voices"]
            .iter()
            .any(|path| route.path.starts_with(path));
        assert!(route.method == Method::GET || is_door, "{} {}", route.method, route.path);
    }
}
