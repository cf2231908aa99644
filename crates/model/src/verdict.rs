//! Two ways to answer a question of permission: yes, with the thing that was
//! asked for; or no, with every reason.
//!
//! INVARIANT (all reasons): a refusal is never empty and is never cut at the
//! first reason found.
//!
//! Not here: mistakes of a caller and faults of ours, which are errors.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a verdict that nobody reads protects nobody"]
pub enum Verdict<T> {
    /// Yes; this is what was asked for.
    Allow(T),
    /// No; these are all the reasons.
    Refuse(Reasons),
}

impl<T> Verdict<T> {
    /// Allows `value` when there is nothing against it.
    pub fn from_reasons(value: T, reasons: Vec<Reason>) -> Self {
        match Reasons::new(reasons) {
            None => Self::Allow(value),
            Some(reasons) => Self::Refuse(reasons),
        }
    }

    /// The same answer about another thing.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Verdict<U> {
        match self {
            Self::Allow(value) => Verdict::Allow(f(value)),
            Self::Refuse(reasons) => Verdict::Refuse(reasons),
        }
    }

    /// As a result, for `?` in functions that can only refuse.
    pub fn into_result(self) -> Result<T, Reasons> {
        match self {
            Self::Allow(value) => Ok(value),
            Self::Refuse(reasons) => Err(reasons),
        }
    }
}

/// One reason why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A code that never changes and is never used again: `REG-003`.
    pub code: Cow<'static, str>,
    /// A sentence for the person who asked. Never holds a value from the data.
    pub what: String,
    /// Where the rule stands: `changsha-2026 七(二)3`, or `setting` where the
    /// city chose it itself.
    pub clause: String,
    /// What the person can do instead.
    pub instead: String,
}

impl Reason {
    /// A reason with all four of its parts.
    pub fn new(
        code: &'static str,
        what: impl Into<String>,
        clause: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self { code: Cow::Borrowed(code), what: what.into(), clause: clause.into(), instead: instead.into() }
    }
}

/// One or more reasons, ordered by code and without repetitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Reasons(Vec<Reason>);

impl Reasons {
    /// `None` when there is no reason at all.
    pub fn new(mut reasons: Vec<Reason>) -> Option<Self> {
        reasons.sort_by(|a, b| (&a.code, &a.what).cmp(&(&b.code, &b.what)));
        reasons.dedup();
        if reasons.is_empty() { None } else { Some(Self(reasons)) }
    }

    /// A refusal for one reason.
    pub fn one(reason: Reason) -> Self {
        Self(vec![reason])
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.0.iter()
    }

    /// All of them, to be sent.
    pub fn into_vec(self) -> Vec<Reason> {
        self.0
    }

    /// Whether this code is among them.
    pub fn has(&self, code: &str) -> bool {
        self.0.iter().any(|reason| reason.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(code: &'static str) -> Reason {
        Reason::new(code, "what", "clause", "instead")
    }

    #[test]
    fn keeps_every_reason_once_and_in_order() {
        let reasons = Reasons::new(vec![reason("B"), reason("A"), reason("B")]);
        let codes: Vec<_> = reasons.iter().flat_map(|r| r.iter()).map(|r| r.code.to_string()).collect();
        assert_eq!(codes, ["A", "B"]);
    }

    #[test]
    fn no_reason_is_no_refusal() {
        assert_eq!(Verdict::from_reasons(7, Vec::new()), Verdict::Allow(7));
        assert!(matches!(Verdict::from_reasons(7, vec![reason("A")]), Verdict::Refuse(r) if r.has("A")));
    }
}
