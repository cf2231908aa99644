//! What a document says, clause by clause, and what carries each clause here.
//!
//! One file a document, `regimes/CODE/clauses.toml`. A clause is carried by
//! things that exist, or it says in one sentence what would have to be built.
//!
//! INVARIANT (no silence): a key, kind or actor that is not known is a fault,
//! never ignored; all faults of a file are told at once, each with its line.
//! INVARIANT (carried or missing): each clause is exactly one of the two, and
//! only a clause that asks nothing of software is merely shown.
//!
//! Not here: the rows shown to people (`conformance`), the values that code
//! reads (`regime`).

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

mod carrier;
#[cfg(test)]
pub(crate) mod tests;

use carrier::words;
pub use carrier::{CARRIER_KINDS, Carrier, Computed, Owed, Produced};

words! {
    /// What a clause asks of software.
    ClauseKind {
        /// To make breaking it impossible, or to block it.
        Control = "control",
        /// Steps and approvals that it carries out.
        Workflow = "workflow",
        /// Data that it must hold.
        Record = "record",
        /// A time limit that it computes and watches.
        Deadline = "deadline",
        /// Money or a score.
        Calculation = "calculation",
        /// A document or disclosure that it produces.
        Report = "report",
        /// Nothing but to be shown.
        Institution = "institution",
    }
}

impl ClauseKind {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Control => "控制",
            Self::Workflow => "流程",
            Self::Record => "记录",
            Self::Deadline => "期限",
            Self::Calculation => "计算",
            Self::Report => "报告",
            Self::Institution => "制度",
        }
    }
}

words! {
    /// Whom a clause binds or entitles.
    ClauseActor {
        /// 人民政府.
        Government = "government",
        /// The managing body and its coordination group.
        Regulator = "regulator",
        /// Cyberspace, police, state security, cryptography, secrets, industry.
        Supervisor = "supervisor",
        /// Finance, prices, market regulation, state assets, intellectual property.
        Finance = "finance",
        /// Those who hold data.
        Source = "source",
        /// The body that authorises.
        Agency = "agency",
        /// The chosen operator.
        Operator = "operator",
        /// Who processes on somebody's order.
        Processor = "processor",
        /// Who redevelops or uses.
        Entity = "entity",
        /// A data exchange.
        Exchange = "exchange",
        /// The province or the nation, and their platforms.
        Province = "province",
        /// Everybody.
        Public = "public",
        /// Whom data is about.
        Subject = "subject",
        /// The platform itself.
        Platform = "platform",
    }
}

/// The most characters of the original that a clause quotes, to find the place.
pub const QUOTE_CHARS_MAX: usize = 25;

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// `CS26-2.3-1`: the document, its own numbering, a running number.
    pub id: String,
    /// The place, as the document numbers it: `二(三)`.
    pub cite: String,
    /// Whom it binds.
    pub actor: ClauseActor,
    /// What it asks of software.
    pub kind: ClauseKind,
    /// What it says, in our own words.
    pub rule: String,
    /// A few characters of the original, to find the place.
    pub quote_zh: String,
    /// What it is about: `agreement`, `pricing`.
    pub capability: String,
    /// How one would see in the running software that it holds. A proposal,
    /// sometimes stricter than the text.
    pub check: String,
    /// What carries it; empty where nothing does.
    pub carried_by: Vec<Carrier>,
    /// What the carriers leave uncovered.
    pub partly: Option<String>,
    /// What would have to be built, where nothing carries it.
    pub missing: Option<String>,
    /// What of it happens where no software of this kind can see or hold it, and
    /// who answers for it there. Not for what could be built.
    pub beyond: Option<String>,
}

/// A document, clause by clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The code of its regime: `changsha-2026`.
    pub document: String,
    /// What its clauses' ids begin with: `CS26`.
    pub prefix: String,
    /// Its title.
    pub title: String,
    /// Its clauses, in the document's order or nearly so.
    pub clauses: Vec<Clause>,
}

/// Why a file of clauses cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the clauses cannot be used:\n{}", faults.join("\n"))]
pub struct ClausesError {
    /// Every fault: `clauses.toml:12: what is wrong`.
    pub faults: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDocument {
    document: String,
    prefix: String,
    title: String,
    clause: Vec<Spanned<toml::Table>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClause {
    id: String,
    cite: String,
    actor: String,
    kind: String,
    rule: String,
    quote_zh: String,
    capability: String,
    check: String,
    carried_by: Vec<String>,
    partly: Option<String>,
    missing: Option<String>,
    beyond: Option<String>,
}

impl Document {
    /// Reads and checks a file of clauses.
    pub fn parse(file: &str, text: &str) -> Result<Self, ClausesError> {
        let WrittenDocument { document, prefix, title, clause } = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            ClausesError { faults: vec![format!("{file}:{line}: {}", error.message().replace('\n', "; "))] }
        })?;
        let (mut faults, mut clauses, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
        for written in clause {
            let line = line_of(text, written.span().start);
            let mut found = Vec::new();
            if let Some(clause) = clause_of(written.into_inner(), &prefix, &mut found) {
                if !ids.insert(clause.id.clone()) {
                    found.push(format!("the id `{}` is there twice", clause.id));
                }
                clauses.push(clause);
            }
            faults.extend(found.into_iter().map(|fault| format!("{file}:{line}: {fault}")));
        }
        if faults.is_empty() { Ok(Self { document, prefix, title, clauses }) } else { Err(ClausesError { faults }) }
    }
}

/// Counted from 1; a place beyond the end is the last line.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The clause, and every fault found in it. `None` where it cannot be made.
fn clause_of(table: toml::Table, prefix: &str, faults: &mut Vec<String>) -> Option<Clause> {
    let written: WrittenClause = match toml::Value::Table(table).try_into() {
        Ok(written) => written,
        Err(error) => {
            faults.push(error.message().replace('\n', "; "));
            return None;
        }
    };
    of_texts(&written, prefix, faults);
    let kind = ClauseKind::parse(&written.kind);
    if kind.is_none() {
        faults.push(unknown("kind", &written.kind, ClauseKind::ALL.iter().map(|known| known.word())));
    }
    let actor = ClauseActor::parse(&written.actor);
    if actor.is_none() {
        faults.push(unknown("actor", &written.actor, ClauseActor::ALL.iter().map(|known| known.word())));
    }
    let mut carried_by: Vec<Carrier> = Vec::new();
    for text in &written.carried_by {
        match Carrier::parse(text) {
            Ok(carrier) if carried_by.contains(&carrier) => faults.push(format!("the carrier `{text}` is there twice")),
            Ok(carrier) => carried_by.push(carrier),
            Err(fault) => faults.push(fault),
        }
    }
    let kind = kind?;
    of_carriers(&written, kind, &carried_by, faults);
    let WrittenClause { id, cite, rule, quote_zh, capability, check, partly, missing, beyond, .. } = written;
    let actor = actor?;
    let clause =
        Clause { id, cite, actor, kind, rule, quote_zh, capability, check, carried_by, partly, missing, beyond };
    Some(clause)
}

fn of_texts(written: &WrittenClause, prefix: &str, faults: &mut Vec<String>) {
    let id = &written.id;
    let parts = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-')).and_then(|rest| rest.rsplit_once('-'));
    let is_numbered = parts.is_some_and(|(section, number)| {
        !section.is_empty() && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !is_numbered {
        faults.push(format!("the id `{id}` is not `{prefix}-SECTION-NUMBER`"));
    }
    for (key, text) in [
        ("cite", Some(&written.cite)),
        ("rule", Some(&written.rule)),
        ("capability", Some(&written.capability)),
        ("check", Some(&written.check)),
        ("partly", written.partly.as_ref()),
        ("missing", written.missing.as_ref()),
        ("beyond", written.beyond.as_ref()),
    ] {
        if text.is_some_and(|text| text.trim().is_empty()) {
            faults.push(format!("`{key}` of `{id}` says nothing"));
        }
    }
    if written.quote_zh.chars().count() > QUOTE_CHARS_MAX {
        faults.push(format!("`quote_zh` of `{id}` has more than {QUOTE_CHARS_MAX} characters"));
    }
}

/// INVARIANT (carried or missing).
fn of_carriers(written: &WrittenClause, kind: ClauseKind, carried_by: &[Carrier], faults: &mut Vec<String>) {
    let id = &written.id;
    match (written.carried_by.is_empty(), written.missing.is_some()) {
        (true, false) => faults.push(format!("`{id}` is carried by nothing and does not say what is missing")),
        (false, true) => faults.push(format!("`{id}` is carried and missing at once; say `partly`")),
        _ => {}
    }
    let is_shown = carried_by.contains(&Carrier::Display);
    let is_only_shown = is_shown && carried_by.len() == 1;
    if kind == ClauseKind::Institution && !is_only_shown {
        faults.push(format!("`{id}` is an institution: `display` carries it, and nothing else"));
    }
    if kind != ClauseKind::Institution && is_shown {
        faults.push(format!("`{id}` asks more than to be shown; `display` is for institutions"));
    }
    for (key, text) in [("partly", &written.partly), ("beyond", &written.beyond)] {
        if text.is_some() && (written.carried_by.is_empty() || is_shown) {
            faults.push(format!("`{id}` says `{key}` of nothing"));
        }
    }
}

fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known.min_by_key(|word| strsim::damerau_levenshtein(word, given)).unwrap_or_default();
    format!("there is no {what} `{given}` (did you mean `{nearest}`?)")
}
