//! A selection over HTTP: applied for, answered, judged; what each may see of it; and that
//! nobody is evaluated who was not.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::openapi::document;
use crate::schema::faults;
use crate::support::server;

const DOCUMENT: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An answer held to its published shape.
fn holds(path: &str, answer: &Value) {
    let document = document();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, answer, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

#[tokio::test]
async fn an_applicant_answers_a_reviewer_judges_and_only_then_it_is_evaluated() {
    let server = server().await;
    let (agency, operator) = (server.town.agency.clone(), server.town.operator.clone());
    let (rival, own) = (server.town.other_operator[0].clone(), operator[0].organisation.to_string());
    let new = |method: &str| {
        json!({
            "kind": "operator_selection", "subject": agency[0].organisation, "title": "遴选",
            "facts": { "method": method },
        })
    };
    let refused = server.post(&agency[0], "/v1/matters", &new("直接指定")).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["CAS-053".to_owned()]));
    let id = server.post(&agency[0], "/v1/matters", &new("open_tender")).await.ok()["id"].as_str().unwrap().to_owned();
    let at = |part: &str| format!("/v1/matters/{id}{part}");
    let of = |part: &str| format!("/v1/matters/{id}/candidacies/{own}{part}");
    let named = |name: &str, version: i64| {
        let facts = json!({ "winner": own, "few_reason": "另一家撤回申请" });
        json!({ "name": name, "reason": "按公告办理", "evidence": DOCUMENT, "facts": facts, "seen_version": version })
    };
    let application = json!({ "document": DOCUMENT });
    let early = server.post(&operator[0], &at("/candidacies"), &application).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "nothing is called for yet");
    let mut announce = named("announce", 1);
    announce["facts"] = json!({});
    server.post(&agency[0], &at("/moves"), &announce).await.ok();

    let asked = server.get(&rival, &at("/conditions?limit=10")).await.ok();
    holds("/v1/matters/{id}/conditions", &asked);
    assert_eq!((asked["total"].as_i64(), asked["items"].as_array().unwrap().len()), (Some(16), 10));
    server.post(&operator[0], &at("/candidacies"), &application).await.ok();
    server.post(&rival, &at("/candidacies"), &application).await.ok();
    let again = server.post(&rival, &at("/candidacies"), &application).await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let seen = server.get(&operator[1], &of("")).await.ok();
    holds("/v1/matters/{id}/candidacies/{organisation}", &seen);
    assert_eq!(seen["against"].as_array().unwrap().len(), 16);
    assert_eq!(server.get(&rival, &of("")).await.status, StatusCode::NOT_FOUND, "another's is not there");
    let list = server.get(&operator[0], &at("/candidacies")).await.ok();
    holds("/v1/matters/{id}/candidacies", &list);
    assert_eq!(list["total"], 1, "an applicant sees its own");
    assert_eq!(server.get(&agency[0], &at("/candidacies")).await.ok()["total"], 2);

    let refused = server.post(&agency[0], &at("/moves"), &named("evaluate", 2)).await;
    assert!(refused.codes().iter().all(|code| ["CAS-041", "CAS-043"].contains(&code.as_str())), "{refused:?}");
    server.post(&rival, &at(&format!("/candidacies/{}/withdrawal", rival.organisation)), &json!({})).await.ok();
    let today = server.app.ledger().now().day();
    for item in seen["items"].as_array().unwrap() {
        let given = json!({ "code": item["code"], "document": DOCUMENT, "title": item["what"], "dated": today });
        let version = server.post(&operator[0], &of("/evidence"), &given).await.ok()["version"].clone();
        let verdict = json!({ "code": item["code"], "is_met": true, "reason": "已核对材料", "seen_version": version });
        let tied = server.post(&operator[1], &of("/verdicts"), &verdict).await;
        assert_eq!(tied.codes(), ["CAS-046", "CAS-047"]);
        server.post(&agency[2], &of("/verdicts"), &verdict).await.ok();
        assert_eq!(server.post(&agency[2], &of("/findings"), &json!({
            "code": item["code"], "is_clear": true, "document": DOCUMENT, "reason": "已核对材料", "seen_version": 1,
        })).await.status, StatusCode::BAD_REQUEST, "a condition is no ground");
    }
    let evaluated = server.post(&agency[0], &at("/moves"), &named("evaluate", 2)).await.ok();
    assert_eq!(evaluated["state"], "evaluated");
    for path in ["experts", "ranking"] {
        let empty = server.get(&agency[0], &at(&format!("/{path}"))).await.ok();
        holds(&format!("/v1/matters/{{id}}/{path}"), &empty);
        assert_eq!(empty["total"], 0, "this document scores nobody");
    }
}
