//! The public without an account over HTTP: it writes and follows, over JSON and on a page;
//! papers kept whole, read by who may see the record, published to everybody.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::Role;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Reply, Server, server, server_under, server_with_reserve};

async fn anybody(server: &Server, path: &str) -> Reply {
    server.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

async fn sends(server: &Server, path: &str, body: &Value) -> Reply {
    let request = Request::builder().method(Method::POST).uri(path).header("content-type", "application/json");
    server.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn fills_in(server: &Server, path: &str, body: String) -> Reply {
    let kind = "application/x-www-form-urlencoded";
    let request = Request::builder().method(Method::POST).uri(path).header("content-type", kind);
    server.send(request.body(Body::from(body)).unwrap()).await
}

fn text(reply: &Reply) -> String {
    String::from_utf8(reply.body.clone()).unwrap()
}

/// An answer, held to its published shape.
fn held(path: &str, method: &str, status: &str, answer: &Value) {
    let document = document();
    let content = &document["paths"][path][method]["responses"][status]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, answer, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

fn report(server: &Server) -> Value {
    let about = server.person(Role::Operator).organisation.as_str();
    json!({ "kind": "complaint", "about": about, "title": "核验结果有误", "text": "核验接口返回了错误的结果" })
}

#[tokio::test]
async fn somebody_without_an_account_reports_and_follows_what_becomes_of_it() {
    let server = server().await;
    let taken = sends(&server, "/v1/voices", &report(&server)).await.ok();
    held("/v1/voices", "post", "201", &taken);
    let (number, secret) = (taken["number"].as_str().unwrap(), taken["secret"].as_str().unwrap());
    let path = format!("/v1/voices/{number}/following");
    let view = sends(&server, &path, &json!({ "secret": secret })).await.ok();
    held("/v1/voices/{number}/following", "post", "200", &view);
    assert_eq!((view["state_title"].as_str(), view["is_ended"].as_bool()), (Some("已提出"), Some(false)));
    let wrong = sends(&server, &path, &json!({ "secret": "00000000000000000000" })).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);

    let regulator = server.person(Role::Regulator);
    let found = server.get(regulator, "/v1/matters?kind=complaint").await.ok();
    let id = found["items"][0]["id"].as_str().unwrap();
    let declined = json!({ "name": "decline", "reason": "不属于本平台事项", "seen_version": 1 });
    server.post(regulator, &format!("/v1/matters/{id}/moves"), &declined).await.ok();
    let view = sends(&server, &path, &json!({ "secret": secret })).await.ok();
    assert_eq!(view["steps"][1]["texts"], json!(["不属于本平台事项"]));
    // The word is in no row and in no event.
    let journal = server.get(server.person(Role::AuditAdmin), "/v1/journal").await.ok().to_string();
    assert!(journal.contains("voice.filed") && !journal.contains(secret));
}

#[tokio::test]
async fn the_page_takes_a_report_and_shows_its_answer_without_a_script() {
    let server = server().await;
    let page = anybody(&server, "/public/voices").await;
    assert!(text(&page).contains("社会监督与公众参与") && !text(&page).contains("<script"));
    let about = server.person(Role::Operator).organisation.as_str();
    let form = format!("kind=complaint&about={about}&title=%E4%B8%80&text=%3Cb%3E+12345");
    let taken = fills_in(&server, "/public/voices", form.clone()).await;
    assert_eq!(taken.headers["cache-control"], "no-store");
    let shown = text(&taken);
    let codes: Vec<&str> = shown.split("<code>").skip(1).filter_map(|rest| rest.split("</code>").next()).collect();
    let follow = format!("number={}&secret={}", codes[0], codes[1]);
    assert!(text(&fills_in(&server, "/public/voices/followed", follow).await).contains("已提出"));
    let wrong = format!("number={}&secret=0000", codes[0]);
    assert!(text(&fills_in(&server, "/public/voices/followed", wrong).await).contains("不符"));
    // What the document does not open is told on the page with its code.
    let idea = form.replace("complaint", "scheme_idea");
    // What was written stands in the form again, as text and never as markup.
    let refused = text(&fills_in(&server, "/public/voices", idea).await);
    assert!(refused.contains("CAS-141"));
    assert!(refused.contains("&lt;b&gt; 12345</textarea>") && !refused.contains("<b>"), "{refused}");
    assert!(refused.contains(r#"value="一""#), "{refused}");
    assert!(refused.contains(&format!(r#"<option value="{about}" selected>"#)), "{refused}");
    let wrong_kind = fills_in(&server, "/public/voices", form.replace("complaint", "nonsense")).await;
    assert_eq!(wrong_kind.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_address_writes_so_often_a_day_and_a_full_disk_takes_nothing() {
    let server = server().await;
    for _ in 0..shuyu_server::limits::VOICES_OF_ADDRESS_MAX {
        sends(&server, "/v1/voices", &report(&server)).await.ok();
    }
    let refused = sends(&server, "/v1/voices", &report(&server)).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::TOO_MANY_REQUESTS, vec!["SRV-005".to_owned()]));
    let full = server_with_reserve(u64::MAX).await;
    assert_eq!(sends(&full, "/v1/voices", &report(&full)).await.status, StatusCode::INSUFFICIENT_STORAGE);
}

#[tokio::test]
async fn a_call_and_the_document_itself_stand_on_the_public_page() {
    let server = server_under("changsha-2023").await;
    let regulator = server.person(Role::Regulator);
    let new = json!({
        "kind": "call", "subject": regulator.organisation, "title": "停车数据应用征集",
        "facts": { "scenario": "停车", "asked_for": "运营方案" },
    });
    let id = server.post(regulator, "/v1/matters", &new).await.ok()["id"].as_str().unwrap().to_owned();
    assert!(!text(&anybody(&server, "/").await).contains("停车数据应用征集"));
    let publish = json!({ "name": "publish", "reason": "向社会公开征集", "seen_version": 1 });
    server.post(regulator, &format!("/v1/matters/{id}/moves"), &publish).await.ok();
    let page = text(&anybody(&server, "/").await);
    assert!(page.contains("停车数据应用征集") && page.contains("2023-07-13") && page.contains("2023-08-13"));
    let calls = anybody(&server, "/v1/calls").await.ok();
    held("/v1/calls", "get", "200", &calls);
    let answer = json!({ "kind": "call_answer", "about": id, "title": "方案", "text": "利用停车数据优化诱导" });
    sends(&server, "/v1/voices", &answer).await.ok();
    let changchun = server_under("changchun-2025").await;
    let page = text(&anybody(&changchun, "/").await);
    assert!(page.contains("授权运营域建设单位") && page.contains("江城市大数据中心"));
    let luohu = server_under("luohu-2025").await;
    let page = text(&anybody(&luohu, "/").await);
    assert!(page.contains("罗政数〔2025〕11号") && page.contains("2025-11-25") && page.contains("2025-11-27"));
}

async fn keeps(server: &Server, role: Role, query: &str, bytes: &[u8]) -> Reply {
    let path = format!("/v1/files?{query}");
    let request = server.signed_in(server.person(role), Method::POST, &path).await;
    server.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
}

const LETTER: &str = "title=letter&media_type=application/pdf&kind=paper";

#[tokio::test]
async fn a_paper_is_read_by_who_sees_the_record_that_its_keeper_shared_it_with_and_by_nobody_else() {
    let server = server().await;
    let kept = keeps(&server, Role::Regulator, LETTER, b"%PDF the order").await.ok();
    held("/v1/files", "post", "201", &kept);
    let (file, digest) = (kept["id"].as_str().unwrap(), kept["digest"].as_str().unwrap());
    let path = format!("/v1/files/{digest}");
    let (regulator, operator) = (server.person(Role::Regulator), server.person(Role::Operator));
    assert_eq!(server.get(regulator, &path).await.body, b"%PDF the order");
    assert_eq!(server.get(operator, &path).await.status, StatusCode::NOT_FOUND);

    let new = json!({
        "kind": "rectification", "subject": operator.organisation, "title": "整改", "facts": { "finding": "发现问题" },
    });
    let id = server.post(regulator, "/v1/matters", &new).await.ok()["id"].as_str().unwrap().to_owned();
    let named = format!("{path}?record={id}");
    let order = json!({ "name": "order", "reason": "责令限期整改", "evidence": digest, "seen_version": 1 });
    server.post(regulator, &format!("/v1/matters/{id}/moves"), &order).await.ok();
    assert_eq!(server.get(operator, &named).await.status, StatusCode::NOT_FOUND, "told, and not shared yet");
    let sharing = json!({ "record": id });
    let records = format!("/v1/files/{file}/records");
    let refused = server.post(operator, &records, &sharing).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::FORBIDDEN, vec!["REG-121".to_owned()]));
    server.post(regulator, &records, &sharing).await.ok();
    server.post(regulator, &records, &sharing).await.ok();
    let read = server.get(operator, &named).await;
    assert_eq!((read.status, read.body.as_slice()), (StatusCode::OK, b"%PDF the order".as_slice()));
    assert_eq!(read.headers["x-content-type-options"], "nosniff");
    let listed = server.get(operator, &format!("/v1/files?record={id}")).await.ok();
    held("/v1/files", "get", "200", &listed);
    assert_eq!((&listed["total"], &listed["items"][0]["id"]), (&json!(1), &json!(file)));
    // Who does not see the matter does not read its paper, nor the list of its papers.
    let entity = server.person(Role::Entity);
    assert_eq!(server.get(entity, &named).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get(entity, &format!("/v1/files?record={id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(anybody(&server, &format!("/public/files/{digest}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn to_write_down_the_digest_of_somebody_elses_paper_opens_nothing() {
    let server = server().await;
    let kept = keeps(&server, Role::Regulator, LETTER, b"%PDF of the bureau").await.ok();
    let digest = kept["digest"].as_str().unwrap();
    let things = server.things().await;
    let operator = server.person(Role::Operator);
    // Digests stand in the public log: the operator writes one into a matter of its own.
    let new = json!({
        "kind": "data_demand", "subject": things.scenario, "title": digest, "facts": { "request": "data", "demand": digest },
    });
    let id = server.post(operator, "/v1/matters", &new).await.ok()["id"].as_str().unwrap().to_owned();
    let seen = server.get(operator, &format!("/v1/matters/{id}")).await;
    assert!(text(&seen).contains(digest));
    let own = format!("/v1/files/{digest}?record={id}");
    assert_eq!(server.get(operator, &own).await.status, StatusCode::NOT_FOUND);
    let dossier = format!("/v1/files/{digest}?record={}", operator.organisation);
    assert_eq!(server.get(operator, &dossier).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_text_of_the_document_is_published_by_the_bureau_and_read_by_everybody() {
    let server = server_under("xianning-2025").await;
    let query = "title=%E5%85%A8%E6%96%87&media_type=text/plain&kind=rules_text&number=1&dated=2025-09-24";
    let refused = keeps(&server, Role::Operator, query, "全文".as_bytes()).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::FORBIDDEN, vec!["REG-122".to_owned()]));
    let kept = keeps(&server, Role::Regulator, query, "实施方案全文".as_bytes()).await.ok();
    let (id, digest) = (kept["id"].as_str().unwrap(), kept["digest"].as_str().unwrap());
    assert!(!text(&anybody(&server, "/").await).contains(digest));
    let publish = format!("/v1/files/{id}/publication");
    let others = server.post(server.person(Role::Operator), &publish, &json!({})).await;
    assert_eq!(others.codes(), ["REG-121"]);
    server.post(server.person(Role::Regulator), &publish, &json!({})).await.ok();
    let page = text(&anybody(&server, "/").await);
    assert!(page.contains(digest) && page.contains("2025-09-24") && page.contains("咸宁市人民政府办公室"));
    let read = anybody(&server, &format!("/public/files/{digest}")).await;
    assert_eq!(text(&read), "实施方案全文");
    let listed = anybody(&server, "/public/files").await.ok();
    held("/public/files", "get", "200", &listed);
    assert_eq!(listed["total"], 1);
}

#[tokio::test]
async fn a_file_is_bounded_of_a_known_kind_and_not_taken_by_a_full_disk() {
    let server = server().await;
    let odd = keeps(&server, Role::Entity, "title=x&media_type=text/html&kind=paper", b"<b>").await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
    let big = vec![0_u8; 32 * 1024 * 1024 + 1];
    assert_eq!(keeps(&server, Role::Entity, LETTER, &big).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let full = server_with_reserve(u64::MAX).await;
    assert_eq!(keeps(&full, Role::Entity, LETTER, b"%PDF").await.status, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(server.get(server.person(Role::Entity), "/v1/files").await.ok()["total"], 0);
}

#[tokio::test]
async fn a_product_that_is_not_open_is_not_there_and_an_address_asks_so_often_a_day() {
    let server = server_under("luohu-2025").await;
    let path = format!("/public/products/PRD-{:032x}/files/", 7);
    assert_eq!(anybody(&server, &format!("{path}xlsx")).await.status, StatusCode::BAD_REQUEST);
    for _ in 0..shuyu_server::limits::FILES_OF_ADDRESS_MAX {
        assert_eq!(anybody(&server, &format!("{path}csv")).await.status, StatusCode::NOT_FOUND);
    }
    let refused = anybody(&server, &format!("{path}parquet")).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::TOO_MANY_REQUESTS, vec!["SRV-005".to_owned()]));
    let open = format!("/v1/products/PRD-{:032x}/opening", 7);
    let new = json!({ "files_per_day_max": 10 });
    let by_bank = server.post(server.person(Role::Entity), &open, &new).await;
    assert_eq!((by_bank.status, by_bank.codes()), (StatusCode::FORBIDDEN, vec!["SRV-001".to_owned()]));
    assert_eq!(server.post(server.person(Role::Operator), &open, &new).await.status, StatusCode::NOT_FOUND);
    // Whoever writes is not held up by whoever reads.
    sends(&server, "/v1/voices", &report(&server)).await;
}
