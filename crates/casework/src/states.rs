//! The states of a case, the moves between them, and who has the next one; and how
//! these and the tables of all matters (`model::matter`) are rendered.
//!
//! `docs/states.md` is rendered from here; run the test with `UPDATE=1` to write
//! it anew.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use shuyu_model::matter::MatterKind;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// A step waits for signatures.
    Open,
    /// Sent back; what was signed in this turn no longer counts.
    Returned,
    /// All steps are signed.
    Approved,
    /// Refused for good.
    Refused,
    /// Taken back by its author.
    Withdrawn,
}

/// What happens to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// A signature that does not complete its step.
    Sign,
    /// The signature that completes a step and opens the next one.
    Advance,
    /// The signature that completes the last step.
    Approve,
    /// A step completed with a return among its signatures.
    Return,
    /// A step completed with a refusal among its signatures.
    Refuse,
    /// The author submits again.
    Resubmit,
    /// The author takes it back.
    Withdraw,
    /// An appeal overturned the refusal.
    Reopen,
}

impl CaseState {
    /// Every one.
    pub const ALL: [CaseState; 5] = [Self::Open, Self::Returned, Self::Approved, Self::Refused, Self::Withdrawn];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whose move it is; nobody's once the case has ended.
    pub fn owner(self) -> Option<&'static str> {
        match self {
            Self::Open => Some("those who sign the open step"),
            Self::Returned => Some("the author"),
            Self::Refused => Some("nobody, unless an appeal overturns it"),
            Self::Approved | Self::Withdrawn => None,
        }
    }

    /// Where a move leads from here; `None` where it is not legal.
    pub fn after(self, given: Move) -> Option<Self> {
        TRANSITIONS.iter().find(|(from, by, _)| *from == self && *by == given).map(|(_, _, to)| *to)
    }
}

impl Move {
    /// Every one.
    pub const ALL: [Move; 8] = [
        Self::Sign,
        Self::Advance,
        Self::Approve,
        Self::Return,
        Self::Refuse,
        Self::Resubmit,
        Self::Withdraw,
        Self::Reopen,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Sign => "a signature, others missing",
            Self::Advance => "the step's last signature",
            Self::Approve => "the last step's last signature",
            Self::Return => "a return among the signatures",
            Self::Refuse => "a refusal among the signatures",
            Self::Resubmit => "the author submits again",
            Self::Withdraw => "the author takes it back",
            Self::Reopen => "an appeal overturns the refusal",
        }
    }
}

/// Every legal move.
pub const TRANSITIONS: &[(CaseState, Move, CaseState)] = &[
    (CaseState::Open, Move::Sign, CaseState::Open),
    (CaseState::Open, Move::Advance, CaseState::Open),
    (CaseState::Open, Move::Approve, CaseState::Approved),
    (CaseState::Open, Move::Return, CaseState::Returned),
    (CaseState::Open, Move::Refuse, CaseState::Refused),
    (CaseState::Open, Move::Withdraw, CaseState::Withdrawn),
    (CaseState::Returned, Move::Resubmit, CaseState::Open),
    (CaseState::Returned, Move::Withdraw, CaseState::Withdrawn),
    (CaseState::Refused, Move::Reopen, CaseState::Open),
];

/// The text of `docs/states.md`.
pub fn render() -> String {
    let mut text = String::from(
        "<!-- Rendered from crates/casework/src/states.rs and crates/model/src/matter; `UPDATE=1` with its tests \
         writes it anew. -->\n\
         # States\n\n## A case\n\n```mermaid\nstateDiagram-v2\n    [*] --> open: it is opened\n",
    );
    for (from, by, to) in TRANSITIONS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {} --> {}: {}", from.word(), to.word(), by.words());
    }
    for state in CaseState::ALL.into_iter().filter(|state| state.owner().is_none()) {
        let _ = writeln!(text, "    {} --> [*]", state.word());
    }
    text.push_str("```\n\n| state | whose move |\n| --- | --- |\n");
    for state in CaseState::ALL {
        let _ = writeln!(text, "| {} | {} |", state.word(), state.owner().unwrap_or("nobody's: it has ended"));
    }
    text.push_str(
        "\n# Matters\n\nEach table is the union of what the documents know; a regime file (`[matter.KIND]`) chooses \
         its moves from it.\n",
    );
    for kind in MatterKind::ALL {
        render_machine(kind, &mut text);
    }
    text
}

fn render_machine(kind: MatterKind, text: &mut String) {
    let machine = kind.machine();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n## {} {}\n\n```mermaid\nstateDiagram-v2", kind.word(), machine.title);
    let _ = writeln!(text, "    [*] --> {}: opened", machine.initial());
    for transition in machine.transitions {
        let title = machine.row(transition.by).map_or("", |row| row.title);
        let _ = writeln!(text, "    {} --> {}: {} {title}", transition.from, transition.to, transition.by);
    }
    for state in machine.states.iter().filter(|state| state.owner.is_none()) {
        let _ = writeln!(text, "    {} --> [*]", state.word);
    }
    text.push_str("```\n\n| state | | whose move |\n| --- | --- | --- |\n");
    for state in machine.states {
        let owner = state.owner.unwrap_or("nobody's: it has ended");
        let _ = writeln!(text, "| {} | {} | {owner} |", state.word, state.title);
    }
    text.push_str("\n| move | | must hold | does |\n| --- | --- | --- | --- |\n");
    for row in machine.moves {
        let guards: Vec<&str> = row.guards.iter().map(|guard| guard.words()).collect();
        let effects = machine.transitions.iter().filter(|t| t.by == row.word).flat_map(|t| t.effects);
        let mut effects: Vec<&str> = effects.map(|effect| effect.words()).collect();
        effects.sort_unstable();
        effects.dedup();
        let (guards, effects) = (guards.join("; "), effects.join("; "));
        let _ = writeln!(text, "| {} | {} | {guards} | {effects} |", row.word, row.title);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_an_owner_or_no_way_out() {
        for state in CaseState::ALL {
            let ways_out = TRANSITIONS.iter().filter(|(from, _, _)| *from == state).count();
            assert_eq!(state.owner().is_some(), ways_out > 0, "{state:?}");
            assert_eq!(CaseState::parse(state.word()), Some(state));
        }
    }

    #[test]
    fn every_state_but_the_first_can_be_reached_and_no_move_is_ambiguous() {
        for state in CaseState::ALL {
            assert!(state == CaseState::Open || TRANSITIONS.iter().any(|(_, _, to)| *to == state), "{state:?}");
            for by in Move::ALL {
                assert!(TRANSITIONS.iter().filter(|(from, m, _)| *from == state && *m == by).count() <= 1);
            }
        }
    }

    #[test]
    fn the_rendered_states_are_the_ones_in_the_manual() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/states.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, render()).unwrap();
        }
        let shown = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(shown, render(), "run this test with UPDATE=1");
    }
}
