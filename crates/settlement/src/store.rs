//! The SQL of settlement: prices, caps, costs, statements, the book.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_ledger::{Args, Change, Ledger, Row, args};
use shuyu_model::id::{PriceBasisId, ProductId, StatementId};
use shuyu_model::{Actor, Day, Digest, Money, Month, UseKind};

use crate::book::{Account, BookEntry, Posting};
use crate::error::SettlementError;
use crate::statement::Statement;
use crate::tariff::{Cap, Tariff};

pub(crate) mod costs;
pub(crate) mod deals;
pub(crate) mod prices;
pub(crate) mod sharing;
pub(crate) mod treasury;
pub(crate) mod worth;

type Result<T> = std::result::Result<T, SettlementError>;

/// A value that JSON writes as one word, as that word.
fn word<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(SettlementError::Malformed { part: "value", what: "one word" }),
    }
}

fn from_word<T: DeserializeOwned>(word: String, table: &'static str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| SettlementError::Stored { table })
}

fn read<T: TryFrom<String>>(row: &Row, column: &str, table: &'static str) -> Result<T> {
    T::try_from(row.text(column)?).map_err(|_| SettlementError::Stored { table })
}

fn day(row: &Row, column: &str, table: &'static str) -> Result<Day> {
    row.text(column)?.parse().map_err(|_| SettlementError::Stored { table })
}

pub(crate) async fn insert_tariff(change: &mut Change, tariff: &Tariff, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO tariffs (product_id, use_kind, unit, price_fen, from_day, basis_id, set_by, set_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                tariff.product.as_str(),
                word(tariff.use_kind)?,
                word(tariff.unit)?,
                tariff.price_fen,
                tariff.from.to_string(),
                tariff.basis.as_ref().map(PriceBasisId::as_str),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

const TARIFFS: &str = "SELECT product_id, use_kind, unit, price_fen, from_day, basis_id FROM tariffs
                       ORDER BY product_id, use_kind, from_day";

pub(crate) async fn tariffs(ledger: &Ledger) -> Result<Vec<Tariff>> {
    ledger.read(TARIFFS, args![]).await?.iter().map(tariff).collect()
}

/// As this change sees them.
pub(crate) async fn tariffs_in(change: &mut Change) -> Result<Vec<Tariff>> {
    change.read(TARIFFS, args![]).await?.iter().map(tariff).collect()
}

fn tariff(row: &Row) -> Result<Tariff> {
    const TABLE: &str = "tariffs";
    Ok(Tariff {
        product: read::<ProductId>(row, "product_id", TABLE)?,
        use_kind: from_word::<UseKind>(row.text("use_kind")?, TABLE)?,
        unit: from_word(row.text("unit")?, TABLE)?,
        price_fen: row.int("price_fen")?,
        from: day(row, "from_day", TABLE)?,
        basis: row
            .opt_text("basis_id")?
            .map(|id| PriceBasisId::parse(&id).map_err(|_| SettlementError::Stored { table: TABLE }))
            .transpose()?,
    })
}

pub(crate) async fn insert_cap(change: &mut Change, cap: &Cap, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO caps (product_id, use_kind, cap_fen, floor_fen, from_day, set_by, set_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                cap.product.as_str(),
                word(cap.use_kind)?,
                cap.cap_fen,
                cap.floor_fen,
                cap.from.to_string(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

const CAPS: &str = "SELECT product_id, use_kind, cap_fen, floor_fen, from_day FROM caps
                    ORDER BY product_id, use_kind, from_day";

pub(crate) async fn caps(ledger: &Ledger) -> Result<Vec<Cap>> {
    ledger.read(CAPS, args![]).await?.iter().map(cap).collect()
}

/// As this change sees them.
pub(crate) async fn caps_in(change: &mut Change) -> Result<Vec<Cap>> {
    change.read(CAPS, args![]).await?.iter().map(cap).collect()
}

fn cap(row: &Row) -> Result<Cap> {
    const TABLE: &str = "caps";
    Ok(Cap {
        product: read::<ProductId>(row, "product_id", TABLE)?,
        use_kind: from_word::<UseKind>(row.text("use_kind")?, TABLE)?,
        cap_fen: row.int("cap_fen")?,
        floor_fen: row.int("floor_fen")?,
        from: day(row, "from_day", TABLE)?,
    })
}

/// Months before this one in which a cost was recorded, and which are open.
pub(crate) async fn open_months_with_costs(change: &mut Change, before: Month) -> Result<Vec<Month>> {
    let rows = change
        .read(
            "SELECT DISTINCT month FROM costs
             WHERE month < $1 AND month NOT IN (SELECT month FROM statements) ORDER BY month",
            args![before.to_string()],
        )
        .await?;
    rows.iter().map(|row| read(row, "month", "costs")).collect()
}

/// The months that are closed.
pub(crate) async fn closed_months(change: &mut Change) -> Result<Vec<Month>> {
    let rows = change.read("SELECT month FROM statements ORDER BY month", args![]).await?;
    rows.iter().map(|row| read(row, "month", "statements")).collect()
}

pub(crate) async fn insert_statement(change: &mut Change, statement: &Statement) -> Result<()> {
    let body = statement.body();
    change
        .write(
            "INSERT INTO statements (id, month, body, digest, closed_at) VALUES ($1, $2, $3, $4, $5)",
            args![
                body.id.as_str(),
                body.month.to_string(),
                statement.to_text()?,
                statement.digest().to_string(),
                body.closed_at,
            ],
        )
        .await?;
    for (number, entry) in (1_i64..).zip(&statement.entries()) {
        insert_entry(change, &body.id, number, entry).await?;
    }
    Ok(())
}

/// A posting as the tables of statements and of distributions keep it.
pub(crate) fn posting_args(of: &str, (entry, place): (i64, i64), posting: &Posting, what: &str) -> Args {
    args![of, entry, place, posting.account.word(), posting.party.as_str(), posting.debit.fen, posting.credit.fen, what,]
}

async fn insert_entry(change: &mut Change, id: &StatementId, number: i64, entry: &BookEntry) -> Result<()> {
    for (place, posting) in (1_i64..).zip(entry.postings()) {
        change
            .write(
                "INSERT INTO postings (statement_id, entry, posting, account, party, debit_fen, credit_fen, what)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                posting_args(id.as_str(), (number, place), posting, entry.what()),
            )
            .await?;
    }
    Ok(())
}

fn statement_of(row: &Row) -> Result<Statement> {
    let digest = Digest::parse(&row.text("digest")?).map_err(|_| SettlementError::Stored { table: "statements" })?;
    Statement::read_back(&row.text("body")?, digest)
}

const STATEMENT: &str = "SELECT body, digest FROM statements WHERE month = $1";

pub(crate) async fn statement(ledger: &Ledger, month: Month) -> Result<Option<Statement>> {
    ledger.read(STATEMENT, args![month.to_string()]).await?.first().map(statement_of).transpose()
}

/// As this change sees it.
pub(crate) async fn statement_in(change: &mut Change, month: Month) -> Result<Option<Statement>> {
    change.read(STATEMENT, args![month.to_string()]).await?.first().map(statement_of).transpose()
}

pub(crate) async fn statements(ledger: &Ledger) -> Result<Vec<Statement>> {
    let sql = "SELECT body, digest FROM statements ORDER BY month";
    ledger.read(sql, args![]).await?.iter().map(statement_of).collect()
}

/// The entries of a month's statement, each checked again.
pub(crate) async fn entries(ledger: &Ledger, id: &StatementId) -> Result<Vec<BookEntry>> {
    let rows = ledger
        .read(
            "SELECT entry, account, party, debit_fen, credit_fen, what FROM postings
             WHERE statement_id = $1 ORDER BY entry, posting",
            args![id.as_str()],
        )
        .await?;
    entries_of(&rows, "postings")
}

/// Rows of postings, in their order, as entries that are checked again.
fn entries_of(rows: &[Row], table: &'static str) -> Result<Vec<BookEntry>> {
    let mut found: Vec<(i64, String, Vec<Posting>)> = Vec::new();
    for row in rows {
        let number = row.int("entry")?;
        let posting = Posting {
            account: Account::parse(&row.text("account")?).ok_or(SettlementError::Stored { table })?,
            party: read(row, "party", table)?,
            debit: Money::fen(row.int("debit_fen")?),
            credit: Money::fen(row.int("credit_fen")?),
        };
        match found.last_mut().filter(|(last, _, _)| *last == number) {
            Some((_, _, postings)) => postings.push(posting),
            None => found.push((number, row.text("what")?, vec![posting])),
        }
    }
    found.into_iter().map(|(_, what, postings)| BookEntry::read_back(what, postings)).collect()
}
