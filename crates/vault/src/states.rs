//! The life of a holding.
//!
//! INVARIANT (immutable): there is no way back from destroyed, and no state in
//! which bytes change.

/// Where a holding is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldingState {
    /// It can be opened.
    Sealed,
    /// Its key is gone, and with it the data.
    Destroyed,
}

/// Every legal step: from, event, to.
pub const TRANSITIONS: &[(Option<HoldingState>, &str, HoldingState)] = &[
    (None, "holding.sealed", HoldingState::Sealed),
    (Some(HoldingState::Sealed), "holding.destroyed", HoldingState::Destroyed),
];

impl HoldingState {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::Destroyed => "destroyed",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sealed, Self::Destroyed].into_iter().find(|state| state.word() == word)
    }

    /// Whether it may still become `to`.
    pub fn may_become(self, to: Self) -> bool {
        TRANSITIONS.iter().any(|(from, _, target)| *from == Some(self) && *target == to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_destruction() {
        assert!(HoldingState::Sealed.may_become(HoldingState::Destroyed));
        for to in [HoldingState::Sealed, HoldingState::Destroyed] {
            assert!(!HoldingState::Destroyed.may_become(to));
        }
        assert!(!HoldingState::Sealed.may_become(HoldingState::Sealed));
    }
}
