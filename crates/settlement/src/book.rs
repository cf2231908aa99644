//! The book: double entry in whole fen.
//!
//! INVARIANT (double entry): in every entry debits equal credits, checked when
//! it is made and again when it is read back; so they are equal in every sum.

use serde::{Deserialize, Serialize};
use shuyu_model::Money;
use shuyu_model::id::OrganisationId;

use crate::error::SettlementError;

macro_rules! accounts {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is counted, for the party that the posting names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Account { $($(#[$doc])* $name,)* }

        impl Account {
            /// Every one.
            pub const ALL: &'static [Account] = &[$(Account::$name,)*];

            /// The word in database and JSON.
            pub fn word(self) -> &'static str {
                match self { $(Account::$name => $text,)* }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($text => Some(Account::$name),)* _ => None }
            }
        }
    };
}

accounts! {
    /// What an entity owes the operator. Grows on the debit side.
    Receivable = "receivable",
    /// The operator's income from charged uses. Grows on the credit side.
    Income = "income",
    /// The operator's cost. Grows on the debit side.
    Cost = "cost",
    /// What the operator owes those who caused its cost. Grows on the credit side.
    Payable = "payable",
    /// What the operator gives out of its income. Grows on the debit side.
    Surplus = "surplus",
    /// What the operator owes the treasury. Grows on the credit side.
    TreasuryPayable = "treasury_payable",
    /// Surplus that waits for its distribution. Grows on the credit side.
    Undistributed = "undistributed",
    /// What a party gets of it. Grows on the credit side.
    SharePayable = "share_payable",
}

/// One side of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Whose.
    pub party: OrganisationId,
    /// On the left.
    #[serde(rename = "debit_fen")]
    pub debit: Money,
    /// On the right.
    #[serde(rename = "credit_fen")]
    pub credit: Money,
}

/// Postings that balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookEntry {
    what: String,
    postings: Vec<Posting>,
}

impl BookEntry {
    /// Moves an amount from the credit of one account to the debit of another.
    pub(crate) fn transfer(
        what: impl Into<String>,
        debit: (Account, &OrganisationId),
        credit: (Account, &OrganisationId),
        amount: Money,
    ) -> Self {
        let side = |(account, party): (Account, &OrganisationId), debit, credit| Posting {
            account,
            party: party.clone(),
            debit,
            credit,
        };
        let postings = vec![side(debit, amount, Money::ZERO), side(credit, Money::ZERO, amount)];
        let entry = Self { what: what.into(), postings };
        assert!(entry.is_balanced(), "INVARIANT (double entry)");
        entry
    }

    /// An entry as it was stored; see INVARIANT (double entry).
    pub(crate) fn read_back(what: String, postings: Vec<Posting>) -> Result<Self, SettlementError> {
        let entry = Self { what, postings };
        if entry.is_balanced() { Ok(entry) } else { Err(SettlementError::Unbalanced) }
    }

    /// What it is for.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Its sides.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// Debits equal credits, each side holds one positive amount, and there is
    /// something to move.
    fn is_balanced(&self) -> bool {
        let sum = |side: fn(&Posting) -> Money| self.postings.iter().map(|p| i128::from(side(p).fen)).sum::<i128>();
        let is_one_sided =
            |p: &Posting| (p.debit.fen > 0 && p.credit == Money::ZERO) || (p.credit.fen > 0 && p.debit == Money::ZERO);
        self.postings.len() >= 2 && self.postings.iter().all(is_one_sided) && sum(|p| p.debit) == sum(|p| p.credit)
    }
}

/// Debits less credits of one account of one party.
pub fn balance(entries: &[BookEntry], account: Account, party: &OrganisationId) -> Result<Money, SettlementError> {
    let mut sum = Money::ZERO;
    for posting in entries.iter().flat_map(BookEntry::postings) {
        if posting.account == account && posting.party == *party {
            sum = sum.plus(posting.debit)?.plus(posting.credit.times(-1)?)?;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::id;

    fn posting(debit: i64, credit: i64) -> Posting {
        Posting { account: Account::Income, party: id(1), debit: Money::fen(debit), credit: Money::fen(credit) }
    }

    #[test]
    fn an_entry_that_does_not_balance_is_not_read_back() {
        for (postings, is_good) in [
            (vec![posting(5, 0), posting(0, 5)], true),
            (vec![posting(5, 0), posting(0, 2), posting(0, 3)], true),
            (vec![posting(5, 0), posting(0, 4)], false),
            (vec![posting(5, 0)], false),
            (vec![], false),
            (vec![posting(5, 5), posting(0, 0)], false),
            (vec![posting(-5, 0), posting(0, -5)], false),
            (vec![posting(i64::MAX, 0), posting(i64::MAX, 0), posting(0, i64::MAX), posting(0, i64::MAX)], true),
        ] {
            assert_eq!(BookEntry::read_back("x".to_owned(), postings.clone()).is_ok(), is_good, "{postings:?}");
        }
    }

    proptest! {
        #[test]
        fn debits_equal_credits_whatever_is_moved(
            moves in prop::collection::vec((0_usize..6, 0_usize..6, 1_u128..4, 1_u128..4, 1_i64..1_000_000), 0..50),
        ) {
            let entries: Vec<BookEntry> = moves
                .iter()
                .map(|(debit, credit, from, to, fen)| {
                    let (debit, credit) = ((Account::ALL[*debit], &id(*from)), (Account::ALL[*credit], &id(*to)));
                    BookEntry::transfer("x", debit, credit, Money::fen(*fen))
                })
                .collect();
            let mut sum = 0;
            for account in Account::ALL {
                for party in 1..4 {
                    sum += balance(&entries, *account, &id(party)).unwrap().fen;
                }
            }
            prop_assert_eq!(sum, 0);
        }
    }
}
