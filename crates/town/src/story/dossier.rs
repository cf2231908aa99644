//! The papers of chapter three: before anything is authorised, each organisation reads
//! what the rules want on file of it and enters that; who must consent does.

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::World;
use super::cast::PEOPLE;
use super::client::{items, text};
use super::tables::Table;
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

/// What the rules protect is looked at, table by table, by whoever holds it.
pub(super) async fn find(w: &mut World<'_>, tables: &[Table]) -> anyhow::Result<()> {
    w.stage.step("逐项认定受保护利益", "each protected interest is looked at, one by one");
    let mut found = 0;
    for table in tables {
        let path = format!("/v1/resources/{}", World::made(&w.report.resources, table.name)?);
        let digest = text(&w.person(table.login)?.get(&path).await?.json()?, "digest")?;
        let seen = w.person(table.login)?.get(&format!("{path}/findings?limit=200")).await?.json()?;
        for interest in items(&seen, "items")? {
            let body = json!({
                "interest": text(interest, "interest")?, "outcome": "treated",
                "treatment": "标识字段假名化，只出统计结果 pseudonyms and statistics only",
                "document_digest": document_digest("受保护利益认定书"), "resource_digest": digest,
            });
            w.person(table.login)?.post(&format!("{path}/findings"), &body).await?.json()?;
            found += 1;
        }
    }
    w.stage.done(format!("{found} 项认定 findings"))
}

/// The system that papers on the protection of systems are about, and in which an entity
/// uses what it gets.
pub(super) const ENTITY_SYSTEM: &str = "业务系统 the business system";

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
            "assessed_on" | "checked_on" | "held_on" | "effective_on" => {
                particulars.insert(word.to_owned(), json!(today.to_string()))
            }
            "system" => particulars.insert(word.to_owned(), json!(ENTITY_SYSTEM)),
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
