//! How far the software carries a document, clause by clause: what carries each
//! clause, which tests show that it does, and when it was last seen at work.
//!
//! INVARIANT (honest): a clause counts as tested only where every one of its
//! carriers has a test; what nothing carries says what would have to be built,
//! and what lies where no software sees it (`beyond`) says who answers for it.
//!
//! Not here: reading the journal for evidence (`server`), whether carriers and
//! tests exist (`tests/conformance.rs`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clauses::{Carrier, Clause, ClauseKind, ClausesError, Document};
use crate::time::Time;

mod page;
#[cfg(test)]
mod tests;

pub use page::{STYLE, Styled, page};

/// How far a clause is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Wholly.
    Carried,
    /// In part; `partly` says what is not.
    Partly,
    /// By nothing; `missing` says what would have to be built.
    Missing,
    /// It asks nothing of software but to be shown.
    Display,
}

impl Status {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Carried, Self::Partly, Self::Missing, Self::Display];

    /// The word in JSON and in the page's anchors.
    pub fn word(self) -> &'static str {
        match self {
            Self::Carried => "carried",
            Self::Partly => "partly",
            Self::Missing => "missing",
            Self::Display => "display",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Carried => "已承载",
            Self::Partly => "部分承载",
            Self::Missing => "尚未承载",
            Self::Display => "仅展示",
        }
    }
}

/// One row of `docs/carriers.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarrierRow {
    /// `control:REG-012`.
    pub name: String,
    /// Where a calculation or report is made.
    #[serde(default)]
    pub code: Option<String>,
    /// `crates/…/file.rs::function`, each of which fails when the carrier breaks.
    pub tests: Vec<String>,
}

/// Which tests fail when a carrier breaks, by the carrier's text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carriers(BTreeMap<String, CarrierRow>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCarriers {
    carrier: Vec<CarrierRow>,
}

impl Carriers {
    /// Reads the file of carriers.
    pub fn parse(file: &str, text: &str) -> Result<Self, ClausesError> {
        let written: WrittenCarriers = toml::from_str(text)
            .map_err(|error| ClausesError { faults: vec![format!("{file}: {}", error.to_string().trim_end())] })?;
        let (mut rows, mut faults) = (BTreeMap::new(), Vec::new());
        for row in written.carrier {
            if let Err(fault) = Carrier::parse(&row.name) {
                faults.push(format!("{file}: {fault}"));
            }
            let name = row.name.clone();
            if rows.insert(name.clone(), row).is_some() {
                faults.push(format!("{file}: `{name}` has two rows"));
            }
        }
        if faults.is_empty() { Ok(Self(rows)) } else { Err(ClausesError { faults }) }
    }

    /// The tests of a carrier; none where it has no row.
    pub fn tests_of(&self, carrier: &Carrier) -> &[String] {
        self.0.get(&carrier.to_string()).map_or(&[], |row| row.tests.as_slice())
    }
}

/// The newest entry of the journal that shows a carrier at work. Which entry
/// that is, by [`Carrier::evidence_key`], stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The entry's number in the journal.
    pub seq: i64,
    /// When it happened.
    pub at: Time,
    /// What happened: `agreement.ended`.
    pub action: String,
    /// To what: an id, never a value from the data.
    pub object: String,
}

/// One clause as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `CS26-2.3-1`.
    pub id: String,
    /// `二(三)`.
    pub cite: String,
    /// What it asks of software.
    pub kind: ClauseKind,
    /// What it says.
    pub rule: String,
    /// A few characters of the original, to find the place.
    pub quote_zh: String,
    /// What carries it, as it stands in the files.
    pub carried_by: Vec<String>,
    /// What the carriers leave uncovered.
    pub partly: Option<String>,
    /// What would have to be built.
    pub missing: Option<String>,
    /// What of it no software of this kind can see, and who answers for it.
    pub beyond: Option<String>,
    /// Every test of its carriers, each once.
    pub tests: Vec<String>,
    /// Those of its carriers that no test breaks with.
    pub untested: Vec<String>,
    /// The newest entry for each carrier that has one.
    pub evidence: BTreeMap<String, Evidence>,
}

impl Row {
    /// How far it is carried.
    pub fn status(&self) -> Status {
        if self.missing.is_some() || self.carried_by.is_empty() {
            Status::Missing
        } else if self.kind == ClauseKind::Institution {
            Status::Display
        } else if self.partly.is_some() {
            Status::Partly
        } else {
            Status::Carried
        }
    }

    /// Whether it should have tests: it is carried, wholly or in part.
    pub fn is_carried(&self) -> bool {
        matches!(self.status(), Status::Carried | Status::Partly)
    }

    /// INVARIANT (honest): whether every one of its carriers has a test.
    pub fn is_tested(&self) -> bool {
        self.is_carried() && self.untested.is_empty() && !self.tests.is_empty()
    }
}

/// How many clauses there are of each status, and how many of the carried ones
/// are shown by tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Wholly carried.
    pub carried: usize,
    /// Carried in part.
    pub partly: usize,
    /// Carried by nothing.
    pub missing: usize,
    /// Merely shown.
    pub display: usize,
    /// Carried, wholly or in part, with a test for every carrier.
    pub tested: usize,
    /// Carried, wholly or in part, with a carrier that has no test.
    pub untested: usize,
}

impl Tally {
    /// Counts rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut tally = Self::default();
        for row in rows {
            match row.status() {
                Status::Carried => tally.carried += 1,
                Status::Partly => tally.partly += 1,
                Status::Missing => tally.missing += 1,
                Status::Display => tally.display += 1,
            }
            if row.is_tested() {
                tally.tested += 1;
            } else if row.is_carried() {
                tally.untested += 1;
            }
        }
        tally
    }

    /// How many there are of one status.
    pub fn count(&self, status: Status) -> usize {
        match status {
            Status::Carried => self.carried,
            Status::Partly => self.partly,
            Status::Missing => self.missing,
            Status::Display => self.display,
        }
    }
}

/// The rows, in the order of the clauses. `evidence` is keyed by
/// [`Carrier::evidence_key`].
pub fn table(clauses: &[Clause], carriers: &Carriers, evidence: &BTreeMap<String, Evidence>) -> Vec<Row> {
    clauses.iter().map(|clause| row(clause, carriers, evidence)).collect()
}

fn row(clause: &Clause, carriers: &Carriers, known: &BTreeMap<String, Evidence>) -> Row {
    let (mut tests, mut untested, mut evidence) = (Vec::new(), Vec::new(), BTreeMap::new());
    for carrier in clause.carried_by.iter().filter(|carrier| **carrier != Carrier::Display) {
        let of_carrier = carriers.tests_of(carrier);
        if of_carrier.is_empty() {
            untested.push(carrier.to_string());
        }
        for test in of_carrier {
            if !tests.contains(test) {
                tests.push(test.clone());
            }
        }
        if let Some(found) = carrier.evidence_key().and_then(|key| known.get(&key)) {
            evidence.insert(carrier.to_string(), found.clone());
        }
    }
    Row {
        id: clause.id.clone(),
        cite: clause.cite.clone(),
        kind: clause.kind,
        rule: clause.rule.clone(),
        quote_zh: clause.quote_zh.clone(),
        carried_by: clause.carried_by.iter().map(Carrier::to_string).collect(),
        partly: clause.partly.clone(),
        missing: clause.missing.clone(),
        beyond: clause.beyond.clone(),
        tests,
        untested,
        evidence,
    }
}

#[derive(Serialize)]
struct Written<'a> {
    document: &'a str,
    title: &'a str,
    tally: Tally,
    rows: Vec<WrittenRow<'a>>,
}

#[derive(Serialize)]
struct WrittenRow<'a> {
    id: &'a str,
    cite: &'a str,
    kind: &'static str,
    status: Status,
    carried_by: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    partly: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beyond: Option<&'a str>,
    tests: &'a [String],
    untested: &'a [String],
    evidence: &'a BTreeMap<String, Evidence>,
}

/// The rows for machines. Moments are microseconds, as everywhere in JSON.
pub fn json(document: &Document, rows: &[Row]) -> serde_json::Result<String> {
    let written = Written {
        document: &document.document,
        title: &document.title,
        tally: Tally::of(rows),
        rows: rows
            .iter()
            .map(|row| WrittenRow {
                id: &row.id,
                cite: &row.cite,
                kind: row.kind.word(),
                status: row.status(),
                carried_by: &row.carried_by,
                partly: row.partly.as_deref(),
                missing: row.missing.as_deref(),
                beyond: row.beyond.as_deref(),
                tests: &row.tests,
                untested: &row.untested,
                evidence: &row.evidence,
            })
            .collect(),
    };
    serde_json::to_string_pretty(&written)
}
