//! Choosing and looking after the chosen over HTTP: what everybody reads, what a processor
//! reads of an operator, the coordination group, a project with its parts.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use shuyu_casework::testing;
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server, server_under};

const DOCUMENT: &str = "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";

fn holds(path: &str, answer: &Value) {
    let document = document();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, answer, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

async fn read(server: &Server, path: &str) -> String {
    let answer = server.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    String::from_utf8(answer.body).unwrap()
}

async fn read_json(server: &Server, path: &str) -> Value {
    let answer: Value = serde_json::from_str(&read(server, path).await).unwrap();
    holds(path, &answer);
    answer
}

#[tokio::test]
async fn everybody_reads_which_operator_and_which_processor_was_chosen() {
    let server = server_under("changsha-2023").await;
    let (agency, casework) = (server.town.agency.clone(), server.app.casework().clone());
    assert!(read(&server, "/public/selections").await.contains("暂无"));
    testing::selected(&casework, &agency[0], &agency[3], &server.town.operator[0].organisation).await;
    let processor = &server.town.processor[0].organisation;
    testing::selected_as(&casework, &agency[0], &agency[3], processor, ChosenAs::Processor).await;
    let page = read(&server, "/public/selections").await;
    for name in ["江城数据运营公司", "江城数据加工公司"] {
        assert!(page.contains(name), "{name}");
    }
    let listed = read_json(&server, "/v1/selections").await;
    let chosen: Vec<&str> =
        listed["items"].as_array().unwrap().iter().map(|one| one["chosen_as"].as_str().unwrap()).collect();
    assert_eq!(chosen.len(), 2);
    assert!(chosen.contains(&"operator") && chosen.contains(&"processor"));
}

#[tokio::test]
async fn the_rules_say_what_they_repealed_and_what_rests_on_the_rules_above() {
    let server = server_under("changchun-2025").await;
    let rules = read_json(&server, "/v1/rules").await;
    let repealed = &rules["repealed"][0];
    assert_eq!(repealed["number"], "长府规〔2023〕3号");
    assert_eq!((repealed["last_day"].as_str(), rules["from"].as_str()), (Some("2025-09-18"), Some("2025-09-19")));
    let server = server_under("luohu-2025").await;
    let rules = read_json(&server, "/v1/rules").await;
    let above = rules["upstream"].as_array().unwrap();
    for short in ["N26", "N27", "P65"] {
        let rule = above.iter().find(|rule| rule["short"] == short).unwrap();
        let values = rule["values"].as_object().unwrap();
        // What the document says of prices it says itself.
        assert_eq!(values.is_empty(), short == "P65", "{short}");
        assert!(values.values().all(|clause| clause.as_str().unwrap().contains(short)), "{short}");
    }
    assert_eq!(rules["warned_from"], "2027-05-28");
}

#[tokio::test]
async fn a_processor_reads_an_operators_acts_and_nobody_else_of_the_market_does() {
    let server = server_under("changsha-2023").await;
    let (operator, processor) = (server.person(Role::Operator).clone(), server.person(Role::Processor).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    server.town.agreement(std::slice::from_ref(&fund), 2).await;
    let rule = json!({
        "key": "selection.holds_months", "value": 6, "issuer": "某厅", "rule": "某号", "first_day": "2026-06-01",
        "document": DOCUMENT,
    });
    let own = server.post(&operator, "/v1/overrides", &rule).await;
    assert!(own.codes().contains(&"REG-011".to_owned()), "{own:?}");
    let path = format!("/v1/organisations/{}/acts", operator.organisation);
    let early = server.get(&processor, &path).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "no agreement, no sight");
    server.town.processing(std::slice::from_ref(&fund)).await;
    let acts = server.get(&processor, &path).await.ok();
    holds("/v1/organisations/{id}/acts", &acts);
    let items = acts["items"].as_array().unwrap();
    let refused = |one: &&Value| one["refused"].as_array().unwrap().contains(&json!("REG-011"));
    let alert = items.iter().find(refused).unwrap();
    assert_eq!((&alert["is_alert"], &alert["looked_at_in"]), (&json!(true), &json!([])));
    let new = json!({
        "kind": "supervision", "subject": operator.organisation, "title": "操作核查",
        "facts": { "area": "conduct", "acts": alert["seq"].to_string() },
    });
    let check = server.post(&processor, "/v1/matters", &new).await.ok()["id"].clone();
    let acts = server.get(&processor, &path).await.ok();
    let alert = acts["items"].as_array().unwrap().iter().find(refused).cloned().unwrap();
    assert_eq!(alert["looked_at_in"], json!([check]));
    for (who, expected) in [
        (server.person(Role::Regulator).clone(), StatusCode::OK),
        (operator.clone(), StatusCode::NOT_FOUND),
        (server.person(Role::Entity).clone(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(server.get(&who, &path).await.status, expected, "{who:?}");
    }
    let others = format!("/v1/organisations/{}/acts", server.person(Role::Source).organisation);
    assert_eq!(server.get(&processor, &others).await.status, StatusCode::NOT_FOUND, "of operators only");
}

#[tokio::test]
async fn the_groups_office_keeps_members_experts_and_meetings() {
    let server = server_under("changchun-2025").await;
    let (bureau, agency) = (server.person(Role::Regulator).clone(), server.person(Role::Agency).clone());
    let member = json!({ "department": "市政数局", "person": "某局长", "organisation": bureau.organisation });
    assert_eq!(server.post(&agency, "/v1/group/members", &member).await.codes(), ["CAS-130"]);
    assert_eq!(server.post(&bureau, "/v1/group/members", &member).await.ok()["number"], 1);
    let expert = json!({ "name": "周专家", "employer": "外地大学", "field": "数据安全", "appointment": DOCUMENT });
    server.post(&bureau, "/v1/group/experts", &expert).await.ok();
    let new = json!({
        "kind": "coordination", "subject": agency.organisation, "title": "跨部门共享", "facts": { "problem": "口径不一" },
    });
    let id = server.post(&agency, "/v1/matters", &new).await.ok()["id"].clone();
    let today = server.app.ledger().now().day();
    let meeting = json!({ "held_on": today, "agenda": [id], "present": [1], "minutes": DOCUMENT });
    assert_eq!(server.post(&bureau, "/v1/group/meetings", &meeting).await.ok()["number"], 1);
    let group = server.get(&agency, "/v1/group").await.ok();
    holds("/v1/group", &group);
    assert_eq!(group["seats_empty"].as_array().unwrap().len(), 7);
    assert_eq!(group["meetings"][0]["agenda"], json!([id]));
    assert_eq!(group["experts"][0]["name"], "周专家");
    let assets = server.get(&bureau, "/v1/group/assets").await.ok();
    holds("/v1/group/assets", &assets);
    assert_eq!(server.get(&agency, "/v1/group/assets").await.status, StatusCode::NOT_FOUND, "it has no seat");
    let decline = json!({
        "name": "decline", "reason": "不属协调事项", "facts": { "why_declined": "部门可自行解决" },
        "evidence": DOCUMENT, "seen_version": 1,
    });
    let moves = format!("/v1/matters/{}/moves", id.as_str().unwrap());
    assert_eq!(server.post(&bureau, &moves, &decline).await.ok()["state"], "declined");
    let other = self::server().await;
    assert_eq!(other.get(other.person(Role::Agency), "/v1/group").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_shows_its_parts_in_the_documents_order() {
    let server = server_under("changsha-2023").await;
    let (agency, bureau) = (server.town.agency.clone(), server.person(Role::Regulator).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = server.town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
    let path = format!("/v1/scenarios/{scenario}/stages");
    let stands = async || {
        let project = server.get(&bureau, &path).await.ok();
        holds("/v1/scenarios/{id}/stages", &project);
        let stages = project["stages"].as_array().unwrap().clone();
        let one =
            |stage: &Value| (stage["stage"].as_str().unwrap().to_owned(), stage["state"].as_str().unwrap().to_owned());
        (stages.iter().map(one).collect::<Vec<_>>(), project)
    };
    let names = ["platform", "scheme", "choice", "processing", "trade", "distribution"];
    let (stages, project) = stands().await;
    assert_eq!(stages.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
    let states = |stages: &[(String, String)]| stages.iter().map(|(_, state)| state.clone()).collect::<Vec<_>>();
    // The scenario's papers are in order, it is approved, and nobody chose its operator.
    assert_eq!(states(&stages), ["done", "not_begun", "not_begun", "under_way", "not_begun", "not_begun"]);
    assert_eq!(project["systems"].as_array().unwrap().len(), 1);
    assert_eq!(project["operator_name"], "江城数据运营公司");
    // 数据权属主体、数据运营主体、数据加工主体: nobody computes it yet.
    let filled = |project: &Value| {
        let slots = project["subjects"].as_array().unwrap().clone();
        let one = |slot: &Value| (slot["slot"].as_str().unwrap().to_owned(), slot["name"].as_str().map(str::to_owned));
        slots.iter().map(one).collect::<Vec<_>>()
    };
    let slot = |slot: &str, name: Option<&str>| (slot.to_owned(), name.map(str::to_owned));
    let owner = filled(&project)[0].1.clone();
    assert!(owner.as_deref().is_some_and(|issuer| !issuer.is_empty()), "who gave the mandate: {project}");
    let rest = [slot("operator", Some("江城数据运营公司")), slot("processor", None)];
    assert_eq!(filled(&project)[1..], rest);
    let processing = server.town.processing(std::slice::from_ref(&fund)).await;
    server.town.order(&scenario, &processing, &["report"]).await;
    let (_, project) = stands().await;
    assert_eq!(filled(&project)[2], slot("processor", Some("江城数据加工公司")));
    testing::selected(server.app.casework(), &agency[0], &agency[3], &server.town.operator[0].organisation).await;
    let (stages, _) = stands().await;
    assert_eq!(states(&stages)[2], "done");
    let new = json!({
        "kind": "coordination", "subject": scenario, "title": "接口未通", "facts": { "problem": "等待部门开通" },
    });
    let id = server.post(server.person(Role::Operator), "/v1/matters", &new).await.ok()["id"].clone();
    let (_, project) = stands().await;
    assert_eq!(project["coordination"][0]["matter"], id);
}

#[tokio::test]
async fn a_processor_owes_a_security_report_each_quarter_and_issues_it() {
    let server = server_under("changsha-2023").await;
    let processor = server.person(Role::Processor).clone();
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    server.town.agreement(std::slice::from_ref(&fund), 2).await;
    server.town.processing(std::slice::from_ref(&fund)).await;
    let owed = async || {
        let all = server.get(&processor, "/v1/obligations?limit=200").await.ok();
        let of = |one: &&Value| one["kind"] == "report" && one["what"].as_str().unwrap().starts_with("security");
        all["items"].as_array().unwrap().iter().filter(of).cloned().collect::<Vec<_>>()
    };
    let open = owed().await;
    assert_eq!((open.len(), &open[0]["state"], &open[0]["due_day"]), (1, &json!("open"), &json!("2026-07-30")));
    let clock = server.app.ledger().clock();
    clock.advance_to(server.app.ledger().now().plus_days(35)).unwrap();
    let report = json!({ "kind": "operator_report", "about": "security", "period": "2026-Q2" });
    let refused = server.post(server.person(Role::Operator), "/v1/documents", &report).await;
    assert_eq!(refused.codes(), ["DOC-003"], "it is the processor's");
    let issued = server.post(&processor, "/v1/documents", &report).await.ok();
    assert!(issued["number"].as_str().is_some_and(|number| !number.is_empty()), "{issued}");
    assert_eq!(owed().await[0]["state"], "met");
}

#[tokio::test]
async fn a_listing_after_the_choice_is_entered_by_who_supervises_it() {
    let server = server_under("changsha-2023").await;
    let agency = server.town.agency.clone();
    let operator = server.person(Role::Operator).clone();
    let id = testing::selected(server.app.casework(), &agency[0], &agency[3], &operator.organisation).await;
    let path = format!("/v1/matters/{id}/candidacies/{}/later_records", operator.organisation);
    let today = server.app.ledger().now().day();
    let record = json!({ "code": "dishonest_debtor", "on": today, "document": DOCUMENT, "reason": "已列入失信名单" });
    assert_eq!(server.post(&operator, &path, &record).await.codes(), ["CAS-126"]);
    assert_eq!(server.post(server.person(Role::Regulator), &path, &record).await.ok()["number"], 1);
    let owed = server.get(&agency[0], "/v1/obligations?limit=200").await.ok();
    let alert = |one: &Value| one["kind"] == "later_record" && one["state"] == "open";
    assert!(owed["items"].as_array().unwrap().iter().any(alert), "{owed}");
}

#[tokio::test]
async fn a_higher_rule_is_entered_by_the_managing_body_and_shown_with_the_rules() {
    let server = server_under("luohu-2025").await;
    let today = server.app.ledger().now().day();
    let rule = json!({
        "key": "selection.holds_months", "value": 6, "issuer": "深圳市政务服务和数据管理局", "rule": "深数〔2026〕1号 第三条",
        "first_day": today, "document": DOCUMENT,
    });
    let agency = server.post(server.person(Role::Agency), "/v1/overrides", &rule).await;
    assert!(agency.codes().contains(&"REG-011".to_owned()), "{agency:?}");
    server.post(server.person(Role::Regulator), "/v1/overrides", &rule).await.ok();
    let shown = read_json(&server, "/v1/rules").await;
    assert_eq!((&shown["set_anew"][0]["key"], &shown["set_anew"][0]["value"]), (&rule["key"], &rule["value"]));
    assert_eq!(server.app.registry().regime().selection.holds_months.value, 6, "it counts at once");
    assert_eq!(shown["stamp"], "luohu-2025@1+1");
    let near = json!({
        "key": "selection.hold_months", "value": 6, "issuer": "某局", "rule": "某号", "first_day": today, "document": DOCUMENT,
    });
    let wrong = server.post(server.person(Role::Regulator), "/v1/overrides", &near).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(String::from_utf8_lossy(&wrong.body).contains("did you mean `holds_months`?"), "{wrong:?}");
    let later = json!({
        "key": "price.free_uses", "value": ["public_governance"], "issuer": "某局", "rule": "某号",
        "first_day": server.app.ledger().now().plus_days(9).day(), "document": DOCUMENT,
    });
    server.post(server.person(Role::Regulator), "/v1/overrides", &later).await.ok();
    let listed = server.get(server.person(Role::Entity), "/v1/overrides?limit=1").await.ok();
    holds("/v1/overrides", &listed);
    assert_eq!((&listed["total"], &listed["items"][0]["counts"]), (&json!(2), &json!(true)));
    let cursor = listed["next_cursor"].as_str().unwrap();
    let rest = server.get(server.person(Role::Entity), &format!("/v1/overrides?limit=1&cursor={cursor}")).await.ok();
    assert_eq!((&rest["items"][0]["value"], &rest["items"][0]["counts"]), (&later["value"], &json!(false)));
}
