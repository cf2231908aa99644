//! The papers of chapter three: before anything is authorised, each organisation reads
//! what the rules want on file of it and enters that; who must consent does.

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::World;
use super::cast::PEOPLE;
use super::client::{items, text};
use super::world::document_digest;

/// How long a certificate of the story counts.
const CERTIFICATE_YEARS: i64 = 3;

/// Everybody's papers.
pub(super) async fn file(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.step("各方按规定备齐档案", "everybody puts on file what the rules ask for");
    let (mut done, mut entered) = (Vec::new(), 0);
    for person in PEOPLE.iter().filter(|person| person.role != "subject") {
        if done.contains(&person.organisation) {
            continue;
        }
        done.push(person.organisation);
        let organisation = World::made(&w.report.organisations, person.organisation)?.to_owned();
        let dossier = format!("/v1/organisations/{organisation}/dossier");
        let seen = w.person(person.login)?.get(&format!("{dossier}?limit=200")).await?.json()?;
        for item in items(&seen, "items")?.iter().filter(|item| item.get("state") == Some(&json!("missing"))) {
            let body = paper(w, item)?;
            let paper = text(&w.person(person.login)?.post(&format!("{dossier}/papers"), &body).await?.json()?, "id")?;
            answer(w, item, &paper).await?;
            entered += 1;
        }
    }
    w.stage.done(format!("{entered} 份 papers"))
}

/// A paper that holds what the rules want of it.
fn paper(w: &World<'_>, item: &Value) -> anyhow::Result<Value> {
    let today = w.today();
    let mut body = json!({
        "kind": text(item, "kind")?, "title": text(item, "kind_title")?, "issued_on": today.to_string(),
        "digest": document_digest(&text(item, "kind_title")?),
    });
    let (mut head, mut particulars) = (Map::new(), Map::new());
    for word in items(item, "must_hold")?.iter().filter_map(Value::as_str) {
        let until = today.saturating_add(jiff::Span::new().years(CERTIFICATE_YEARS));
        match word {
            "issuer" => head.insert(word.to_owned(), json!("江城市人民政府 the city government")),
            "number" => head.insert(word.to_owned(), json!("江数〔2026〕7号 no. 7 of 2026")),
            "valid_until" => head.insert(word.to_owned(), json!(until.to_string())),
            "assessed_on" | "held_on" | "effective_on" => particulars.insert(word.to_owned(), json!(today.to_string())),
            "protection_level" => particulars.insert(word.to_owned(), json!("3")),
            "gives_rights_away" => particulars.insert(word.to_owned(), json!("no")),
            "asset_kind" => particulars.insert(word.to_owned(), json!("premises")),
            "at_exit" => particulars.insert(word.to_owned(), json!("handed_over")),
            other => particulars.insert(other.to_owned(), json!("见正文 see the paper")),
        };
    }
    let fields = body.as_object_mut().context("a paper is an object")?;
    fields.append(&mut head);
    fields.insert("particulars".to_owned(), Value::Object(particulars));
    Ok(body)
}

/// Consents, or gives the receipt, where the rules want it.
async fn answer(w: &World<'_>, item: &Value, paper: &str) -> anyhow::Result<()> {
    let named = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let (role, said) = match (named("consent_by"), named("filed_with")) {
        (Some(role), _) => (role, "consented"),
        (None, Some(role)) => (role, "received"),
        (None, None) => return Ok(()),
    };
    let by = PEOPLE.iter().find(|person| person.role == role).context("nobody holds the role that answers")?;
    let body = json!({ "answer": said, "note": "江数函〔2026〕3号 letter no. 3 of 2026" });
    w.person(by.login)?.post(&format!("/v1/papers/{paper}/answer"), &body).await?.json()?;
    Ok(())
}
