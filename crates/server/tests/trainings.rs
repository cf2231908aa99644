//! Trainings over HTTP, under the document that asks for sampled and masked data.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::Role;

use crate::support::server_under;

const PROGRAM: &str = "
import csv, json
rows = list(csv.DictReader(open('/in/fund_accounts.csv')))
cards = {row['id_card'] for row in rows}
open('/out/model', 'w').write(json.dumps(len(cards)))
json.dump({'rows': len(rows), 'raw': any(card.startswith('4301') for card in cards)}, open('/out/metrics.json', 'w'))
";

fn training(given_as: &Value) -> Value {
    json!({
        "purpose": "train", "title": "信用评分", "program": PROGRAM,
        "inputs": [{ "table": "fund_accounts", "given_as": given_as }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_trained_on_samples_alone_and_its_bytes_are_given_by_no_route() {
    let server = server_under("changchun-2025").await;
    let things = server.things().await;
    let operator = server.person(Role::Operator).clone();
    let trainings = format!("/v1/scenarios/{}/trainings", things.scenario);
    for raw in [json!("raw"), Value::Null] {
        let queued = server.post(&operator, &trainings, &training(&raw)).await.ok();
        shuyu_server::jobs::work_until_idle(server.app.clone()).await.unwrap();
        let job = server.get(&operator, &format!("/v1/jobs/{}", queued["job"].as_str().unwrap())).await.ok();
        let problem = job["problem"].to_string();
        assert_eq!(job["state"], "failed", "{job}");
        assert!(problem.contains("WRK-036") && problem.contains("changchun-2025 18"), "{problem}");
    }
    let queued = server.post(&operator, &trainings, &training(&json!("sampled_masked"))).await.ok();
    let done = server.finish(&operator, &queued).await;
    let id = done["result"]["training"].as_str().unwrap().to_owned();
    let path = format!("/v1/trainings/{id}");
    let shown = server.get(&operator, &path).await.ok();
    assert_eq!(shown["metrics"], json!({ "rows": 100, "raw": false }), "{shown}");
    assert_eq!(shown["stays_inside"], true);
    assert_eq!(shown["inputs"][0]["given_as"], "sampled_masked");
    // Nobody else learns of it, and as a candidate it is not known.
    let source = server.person(Role::Source).clone();
    assert_ne!(server.get(&source, &path).await.status, StatusCode::OK);
    let release = server.post(&operator, "/v1/releases", &json!({ "candidate": id })).await;
    assert!(release.status.is_client_error());
}
