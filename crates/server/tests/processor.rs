//! The processor over HTTP, under the one document that has one: what it may call, an
//! order from placing to the review of what was computed on it, and what is refused.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;
use shuyu_server::authority::{Authority, Standing};
use shuyu_server::needs::{About, Needs};

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, accounts, server, server_under};

fn run(kind: &str) -> Value {
    json!({
        "sql": "SELECT district, count(DISTINCT id_card) AS people FROM fund_accounts GROUP BY district",
        "title": "各区人数",
        "output": { "kind": kind, "columns": [
            { "name": "district", "title": "区", "class": "plain" },
            { "name": "people", "title": "人数", "class": "plain", "is_count": true },
        ] },
    })
}

#[tokio::test]
async fn a_processor_computes_what_was_ordered_and_the_operator_checks_it() {
    let server = server_under("changsha-2023").await;
    let (operator, processor) = (server.person(Role::Operator).clone(), server.person(Role::Processor).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 2).await;
    let fields: &[(&_, &[&str])] = &[(&fund, &["id_card", "district"])];
    let scenario = server.town.scenario("核验", UseKind::Industry, &agreement, fields).await;
    let processing = server.town.processing(std::slice::from_ref(&fund)).await;
    let landed = server.upload(&fund, accounts().into_bytes()).await.ok();
    server.finish(server.person(Role::Source), &landed).await;

    let (drafts, runs) = (format!("/v1/scenarios/{scenario}/drafts"), format!("/v1/scenarios/{scenario}/runs"));
    let draft = json!({ "sql": "SELECT district, count(*) AS n FROM fund_accounts GROUP BY district" });
    for (path, body) in [(&drafts, &draft), (&runs, &run("report"))] {
        let own = server.post(&operator, path, body).await;
        assert!(own.codes().contains(&"REG-011".to_owned()), "{path}: {:?}", own.codes());
        assert_eq!(server.post(&processor, path, body).await.codes(), ["REG-072"], "{path}");
    }
    let until = server.app.ledger().now().plus_days(90).day();
    let order = json!({
        "title": "各区人数统计", "scenario": scenario, "agreement": processing, "requirements": "按区统计缴存人数",
        "outputs": ["report"], "until": until,
    });
    assert_eq!(server.post(&processor, "/v1/orders", &order).await.status, StatusCode::FORBIDDEN);
    let id = server.post(&operator, "/v1/orders", &order).await.ok()["id"].as_str().unwrap().to_owned();
    let steps = format!("/v1/orders/{id}/steps");
    let take = json!({ "step": "take", "reason": "可以承接" });
    assert_eq!(server.post(&operator, &steps, &take).await.codes(), ["REG-010", "REG-011"]);
    assert_eq!(server.post(&processor, &steps, &take).await.ok()["state"], "taken");
    let seen = server.get(&processor, &format!("/v1/orders/{id}")).await.ok();
    let described = document();
    let content = &described["paths"]["/v1/orders/{id}"]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&described, &schema, &seen, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    let other = server.others[&Role::Operator].clone();
    assert_eq!(server.get(&other, &format!("/v1/orders/{id}")).await.status, StatusCode::NOT_FOUND);

    assert_eq!(server.post(&processor, &drafts, &draft).await.ok()["rows_count"], 3);
    let otherwise = server.post(&processor, &runs, &run("dataset")).await.ok();
    shuyu_server::jobs::work_until_idle(server.app.clone()).await.unwrap();
    let refused = server.get(&processor, &format!("/v1/jobs/{}", otherwise["job"].as_str().unwrap())).await.ok();
    assert!(refused.to_string().contains("REG-073"), "{refused}");
    let queued = server.post(&processor, &runs, &run("report")).await.ok();
    let ran = server.finish(&processor, &queued).await;
    let candidate = ran["result"]["candidate"].as_str().unwrap().to_owned();
    let facts = server.get(&processor, &format!("/v1/candidates/{candidate}")).await.ok();
    builds_a_thematic_database(&server, &id, &candidate).await;
    assert_eq!(facts["operator"], json!(operator.organisation));
    assert_eq!(facts["computed_by"], json!(processor.organisation));
    assert_eq!(facts["order"], json!(id));
    assert_eq!(server.post(&operator, "/v1/releases", &json!({ "candidate": candidate })).await.codes(), ["AIR-051"]);

    let submitted = server.post(&processor, "/v1/releases", &json!({ "candidate": candidate })).await.ok();
    let case = submitted["case"].as_str().unwrap().to_owned();
    let sign = format!("/v1/cases/{case}/signatures");
    let shown = server.get(&operator, &format!("/v1/cases/{case}")).await.ok();
    let opinion = |step: &str| {
        let found = json!({ "product_secured": true, "operation_compliant": true });
        let said = if step == "operator_check" { json!({ "findings": found }) } else { json!({}) };
        json!({ "step": step, "outcome": "approve", "reason": "与加工任务一致", "said": said,
                "evidence": shown["subject_digest"], "subject_digest": shown["subject_digest"] })
    };
    let colleague = server.town.processor[1].clone();
    let own = server.post(&colleague, &sign, &opinion("operator_check")).await.codes();
    assert!(own.contains(&"CAS-080".to_owned()), "{own:?}");
    server.post(&operator, &sign, &opinion("operator_check")).await.ok();
    for regulator in &server.town.regulators {
        server.post(regulator, &sign, &opinion("approval")).await.ok();
    }
    let release = server.post(&processor, &format!("/v1/releases/{case}/completion"), &json!({})).await.ok();
    let release = server.get(&operator, &format!("/v1/releases/{}", release["release"].as_str().unwrap())).await.ok();
    assert_eq!(release["operator"], json!(operator.organisation), "the operator offers it, {release}");
}

/// What was computed becomes a version, measured at both ends, and its operator reads it.
async fn builds_a_thematic_database(server: &Server, order: &str, candidate: &str) {
    let (operator, processor) = (server.person(Role::Operator).clone(), server.person(Role::Processor).clone());
    let new = json!({ "title": "公积金专题库", "order": order });
    assert_eq!(server.post(&operator, "/v1/thematic_databases", &new).await.codes(), ["REG-011", "REG-103"]);
    let id = server.post(&processor, "/v1/thematic_databases", &new).await.ok()["id"].as_str().unwrap().to_owned();
    let versions = format!("/v1/thematic_databases/{id}/versions");
    let step = |rows: i64, bad: i64| {
        json!({ "candidate": candidate, "steps": [{
            "kind": "aggregate", "what": "按区汇总人数",
            "before": { "rows": rows, "bad": bad, "nulls": 0 }, "after": { "rows": 3, "bad": 0, "nulls": 0 },
        }] })
    };
    let wrong = server.post(&processor, &versions, &step(1, 0)).await;
    assert_eq!(wrong.codes(), ["REG-104"]);
    let told = wrong.json()["reasons"][0]["what"].as_str().unwrap().to_owned();
    let (rows, rest) = told.split_once(" rows with ").unwrap();
    let (rows, bad): (i64, i64) = (rows.parse().unwrap(), rest.split(' ').next().unwrap().parse().unwrap());
    assert_eq!(server.post(&processor, &versions, &step(rows, bad)).await.ok()["number"], 1);
    let path = format!("/v1/thematic_databases/{id}");
    assert_eq!(server.get(&operator, &path).await.status, StatusCode::NOT_FOUND, "its interface is not open");
    server.post(&processor, &format!("{path}/interface"), &json!({})).await.ok();
    let seen = server.get(&operator, &path).await.ok();
    let described = document();
    let content = &described["paths"]["/v1/thematic_databases/{id}"]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&described, &schema, &seen, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!((&seen["versions"][0]["candidate"], &seen["versions"][0]["rows"]), (&json!(candidate), &json!(3)));
    let other = server.others[&Role::Operator].clone();
    assert_eq!(server.get(&other, &path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refusal_names_processors_only_where_there_are_any() {
    for (code, names_them) in [("changsha-2023", true), ("changsha-2026", false)] {
        let server = if names_them { server_under(code).await } else { server().await };
        let refused = server.post(server.person(Role::Source), "/v1/releases", &json!({ "candidate": "CAN-1" })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{code}");
        assert_eq!(refused.json().to_string().contains("processor"), names_them, "{code}: {}", refused.json());
        let page = server.send(axum::http::Request::builder().uri("/").body(axum::body::Body::empty()).unwrap()).await;
        let page = String::from_utf8(page.body).unwrap();
        assert_eq!(page.contains("征求意见稿"), names_them, "a tried draft says so on the public page");
    }
}

#[test]
fn a_processor_may_call_what_this_list_says() {
    let authority = Authority::load().unwrap();
    let standing = |needs: Needs| match needs.about() {
        About::Platform => Standing::Platform,
        About::Owned => Standing::Own,
    };
    let may = |needs: &&Needs| authority.allows(&[Role::Processor], **needs, standing(**needs)).unwrap();
    let found: Vec<&str> = Needs::OF_PEOPLE.iter().filter(may).filter_map(|needs| needs.action()).collect();
    let expected = [
        "use_session",
        "see_names",
        "see_business",
        "sign_case",
        "see_cases",
        "handle_matters",
        "see_matters",
        "keep_dossier",
        "see_dossier",
        "handle_orders",
        "see_orders",
        "issue_documents",
        "see_documents",
        "compute",
        "see_jobs",
        "own_job",
        "own_candidate",
        "submit_release",
        "share_income",
        "see_statements",
    ];
    assert_eq!(found, expected);
}
