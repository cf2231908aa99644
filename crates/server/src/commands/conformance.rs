//! `shuyu regime conformance`: clause by clause, what carries it, which tests show
//! that, when it last happened, and what is missing.
//!
//! Not here: what is said of each clause (`regimes/CODE/clauses.toml`), the table
//! (`model::conformance`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use shuyu_ledger::Ledger;
use shuyu_model::Time;
use shuyu_model::clauses::Document;
use shuyu_model::conformance::{self, Evidence, Status, Styled, Tally};

use super::say;
use crate::clauses;
use crate::cli::ConformanceArgs;
use crate::wiring::{self, ClockKind};

/// Events that are read at a time.
const EVENTS_PER_PAGE: i64 = 500;

pub(crate) async fn run(data: &Path, args: ConformanceArgs) -> anyhow::Result<()> {
    let document = document(&args.code)?;
    let carriers = clauses::carriers()?;
    let evidence = if args.evidence { evidence(data, &args, &document).await? } else { BTreeMap::new() };
    let rows = conformance::table(&document.clauses, &carriers, &evidence);
    if args.json {
        say(conformance::json(&document, &rows)?)?;
    } else if let Some(file) = &args.html {
        std::fs::write(file, conformance::page(&document, &rows, Styled::Inline))
            .with_context(|| format!("`{}` cannot be written", file.display()))?;
        say(format!("written 已写入 {}", file.display()))?;
    } else {
        print(&document, &rows)?;
    }
    Ok(())
}

fn document(code: &str) -> anyhow::Result<Document> {
    let known: Vec<&str> = clauses::SHIPPED.iter().map(|(code, _)| *code).collect();
    let found = clauses::document(code);
    Ok(found.with_context(|| format!("there is no regime `{code}`; known are: {}", known.join(", ")))??)
}

fn print(document: &Document, rows: &[conformance::Row]) -> anyhow::Result<()> {
    let tally = Tally::of(rows);
    say(format!("{} {}: {} 条 clauses", document.document, document.title, rows.len()))?;
    for status in Status::ALL {
        say(format!("  {} {}: {}", status.title(), status.word(), tally.count(status)))?;
    }
    for row in rows {
        say(format!("{} 〔{}〕 {}", row.id, row.cite, row.status().title()))?;
        for line in [row.carried_by.join("; "), row.partly.clone().unwrap_or_default()] {
            if !line.is_empty() {
                say(format!("    {line}"))?;
            }
        }
        if let Some(missing) = &row.missing {
            say(format!("    尚缺 missing: {missing}"))?;
        }
        if let Some(beyond) = &row.beyond {
            say(format!("    软件所不及 beyond: {beyond}"))?;
        }
    }
    Ok(())
}

/// The newest entry of the journal for each key that a carrier looks up.
async fn evidence(
    data: &Path,
    args: &ConformanceArgs,
    document: &Document,
) -> anyhow::Result<BTreeMap<String, Evidence>> {
    ensure!(data.is_dir(), "there is no data folder `{}` to look for evidence in", data.display());
    let ledger = wiring::open_ledger(data, &args.store, wiring::clock_of(data, ClockKind::Plain)?).await?;
    let carriers = document.clauses.iter().flat_map(|clause| &clause.carried_by);
    let wanted: BTreeSet<String> = carriers.filter_map(|carrier| carrier.evidence_key()).collect();
    let found = newest(&ledger, &wanted).await;
    ledger.shutdown().await?;
    found
}

async fn newest(ledger: &Ledger, wanted: &BTreeSet<String>) -> anyhow::Result<BTreeMap<String, Evidence>> {
    let (mut found, mut before) = (BTreeMap::new(), i64::MAX);
    while found.len() < wanted.len() {
        let rows = ledger.journal_page(before, EVENTS_PER_PAGE).await?;
        let Some(last) = rows.last() else { break };
        before = last.int("seq")?;
        for row in &rows {
            let event: Event = serde_json::from_str(&row.text("written")?)?;
            for key in event.keys().into_iter().filter(|key| wanted.contains(key)) {
                found.entry(key).or_insert_with(|| event.evidence());
            }
        }
    }
    Ok(found)
}

/// What is read of an event.
#[derive(Debug, Deserialize)]
struct Event {
    seq: i64,
    at: Time,
    action: String,
    object: String,
    #[serde(default)]
    refused: Vec<Refused>,
    #[serde(default)]
    facts: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Refused {
    code: String,
}

impl Event {
    /// Under which keys it is evidence, see `Carrier::evidence_key`.
    fn keys(&self) -> Vec<String> {
        let fact = |name: &str| self.facts.get(name).and_then(serde_json::Value::as_str);
        let mut keys: Vec<String> = self.refused.iter().map(|reason| reason.code.clone()).collect();
        keys.push(self.action.clone());
        if let ("case.approved" | "case.step_completed", Some(procedure)) = (self.action.as_str(), fact("procedure")) {
            keys.extend(fact("step").map(|step| format!("{procedure}/{step}")));
            if self.action == "case.approved" {
                keys.push(procedure.to_owned());
            }
        }
        if let ("matter.opened" | "matter.moved", Some(kind)) = (self.action.as_str(), fact("kind")) {
            keys.push(format!("matter:{kind}"));
            keys.extend(fact("move").map(|name| format!("matter:{kind}/{name}")));
        }
        keys
    }

    fn evidence(&self) -> Evidence {
        let Self { seq, at, .. } = *self;
        Evidence { seq, at, action: self.action.clone(), object: self.object.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_document_reads_with_the_carriers_that_it_names() {
        let carriers = clauses::carriers().unwrap();
        for (code, _) in clauses::SHIPPED {
            let document = document(code).unwrap();
            assert_eq!(document.document, *code);
            let rows = conformance::table(&document.clauses, &carriers, &BTreeMap::new());
            assert_eq!(rows.len(), document.clauses.len());
        }
        assert!(document("nowhere").unwrap_err().to_string().contains("changsha-2026"));
    }

    #[test]
    fn an_event_is_evidence_for_its_codes_its_action_its_procedure_and_its_matter() {
        let event = |json: serde_json::Value| serde_json::from_value::<Event>(json).unwrap().keys();
        let base = |action: &str| serde_json::json!({ "seq": 7, "at": 1, "action": action, "object": "CAS-1" });
        let mut refused = base("case.refused");
        refused["refused"] = serde_json::json!([{ "code": "CAS-005", "what": "no" }]);
        assert_eq!(event(refused), ["CAS-005", "case.refused"]);
        let mut approved = base("case.approved");
        approved["facts"] = serde_json::json!({ "procedure": "scenario", "step": "compliance_review" });
        assert_eq!(event(approved), ["case.approved", "scenario/compliance_review", "scenario"]);
        let mut step = base("case.step_completed");
        step["facts"] = serde_json::json!({ "procedure": "release", "step": "operator_check" });
        assert_eq!(event(step), ["case.step_completed", "release/operator_check"]);
        let mut opened = base("matter.opened");
        opened["facts"] = serde_json::json!({ "kind": "exit", "state": "triggered" });
        assert_eq!(event(opened), ["matter.opened", "matter:exit"]);
        let mut moved = base("matter.moved");
        moved["facts"] = serde_json::json!({ "kind": "exit", "move": "end_access", "from": "confirmed" });
        assert_eq!(event(moved), ["matter.moved", "matter:exit", "matter:exit/end_access"]);
    }
}
