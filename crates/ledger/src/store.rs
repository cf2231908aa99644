//! The ledger's own SQL: migrations applied, the journal, where its events lie
//! in the log.

use shuyu_model::Time;

use crate::db::{Db, Tx};
use crate::journal::{Counted, Indexed, Stretch};
use crate::value::{Args, Row};
use crate::{LedgerError, args};

pub(crate) const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)";

pub(crate) async fn applied(tx: &mut Tx) -> Result<Vec<(i64, String)>, LedgerError> {
    let rows = tx.read("SELECT number, digest FROM migrations ORDER BY number", args![]).await?;
    rows.iter().map(|row| Ok((row.int("number")?, row.text("digest")?))).collect()
}

pub(crate) async fn insert_migration(
    tx: &mut Tx,
    number: i64,
    name: &str,
    digest: &str,
    at: Time,
) -> Result<(), LedgerError> {
    tx.write(
        "INSERT INTO migrations (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)",
        args![number, name, digest, at],
    )
    .await?;
    Ok(())
}

/// Takes the journal's lock: one change at a time on PostgreSQL too, and no gap
/// when one rolls back.
pub(crate) async fn lock_journal(tx: &mut Tx) -> Result<(), LedgerError> {
    if matches!(tx, Tx::Postgres(_)) {
        tx.read("SELECT seq FROM journal_head WHERE id = 1 FOR UPDATE", args![]).await?;
    }
    Ok(())
}

pub(crate) async fn next_seq(tx: &mut Tx) -> Result<i64, LedgerError> {
    let rows = tx.read("UPDATE journal_head SET seq = seq + 1 WHERE id = 1 RETURNING seq", args![]).await?;
    match rows.first() {
        Some(row) => row.int("seq"),
        None => {
            Err(LedgerError::Disagree { what: "the journal has no head; the migrations were not applied".to_owned() })
        }
    }
}

pub(crate) async fn insert_journal(
    tx: &mut Tx,
    seq: i64,
    at: Time,
    action: &str,
    object: &str,
    written: &str,
) -> Result<(), LedgerError> {
    tx.write(
        "INSERT INTO journal (seq, at, action, object, written) VALUES ($1, $2, $3, $4, $5)",
        args![seq, at, action, object, written],
    )
    .await?;
    Ok(())
}

pub(crate) async fn journal_after(db: &Db, seq: i64, rows_max: i64) -> Result<Vec<(i64, String)>, LedgerError> {
    let rows =
        db.read("SELECT seq, written FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2", args![seq, rows_max]).await?;
    rows.iter().map(|row| Ok((row.int("seq")?, row.text("written")?))).collect()
}

pub(crate) async fn journal_head(db: &Db) -> Result<i64, LedgerError> {
    let rows = db.read("SELECT seq FROM journal_head WHERE id = 1", args![]).await?;
    rows.first().map_or(Ok(0), |row| row.int("seq"))
}

pub(crate) async fn journal_page(db: &Db, before: i64, rows_max: i64) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT j.seq AS seq, j.written AS written, l.leaf_index AS leaf_index
         FROM journal j LEFT JOIN log_index l ON l.seq = j.seq
         WHERE j.seq < $1 ORDER BY j.seq DESC LIMIT $2",
        args![before, rows_max],
    )
    .await
}

/// Events whose text holds a mark, newest first.
pub(crate) async fn journal_with(db: &Db, mark: &str, before: i64, rows_max: i64) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT seq, written FROM journal WHERE seq < $1 AND written LIKE '%' || $2 || '%' ORDER BY seq DESC LIMIT $3",
        args![before, mark, rows_max],
    )
    .await
}

pub(crate) async fn journal_of(db: &Db, action: &'static str, from: Time, to: Time) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT seq, written FROM journal WHERE action = $1 AND at >= $2 AND at < $3 ORDER BY seq",
        args![action, from, to],
    )
    .await
}

pub(crate) async fn leaf_of(db: &Db, seq: i64) -> Result<Option<i64>, LedgerError> {
    let rows = db.read("SELECT leaf_index FROM log_index WHERE seq = $1", args![seq]).await?;
    rows.first().map(|row| row.int("leaf_index")).transpose()
}

/// The last event that is known to lie in the log, and where.
pub(crate) async fn last_indexed(db: &Db) -> Result<Option<(i64, i64)>, LedgerError> {
    let rows = db.read("SELECT seq, leaf_index FROM log_index ORDER BY seq DESC LIMIT 1", args![]).await?;
    rows.first().map(|row| Ok((row.int("seq")?, row.int("leaf_index")?))).transpose()
}

/// Notes where events lie. Derived from the log and never evidence itself, so
/// it is the one write that has no event.
pub(crate) async fn index_events(db: &Db, found: &[(i64, i64)]) -> Result<(), LedgerError> {
    let mut tx = db.begin().await?;
    for (seq, leaf_index) in found {
        tx.write(
            "INSERT INTO log_index (seq, leaf_index) VALUES ($1, $2) ON CONFLICT (seq) DO NOTHING",
            args![*seq, *leaf_index],
        )
        .await?;
    }
    tx.commit().await
}

// The index by which the journal is asked.

pub(crate) async fn insert_index(tx: &mut Tx, new: &Indexed) -> Result<(), LedgerError> {
    tx.write(
        "INSERT INTO journal_index (seq, at, action, object, person, organisation, side, is_refused) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            new.seq,
            new.at,
            new.action.as_str(),
            new.object.as_str(),
            new.person.as_deref(),
            new.organisation.as_deref(),
            new.side,
            new.is_refused
        ],
    )
    .await?;
    Ok(())
}

/// Events older than the index, with their numbers.
pub(crate) async fn not_indexed(db: &Db, rows_max: i64) -> Result<Vec<(i64, String)>, LedgerError> {
    let sql = "SELECT seq, written FROM journal WHERE seq NOT IN (SELECT seq FROM journal_index) ORDER BY seq LIMIT $1";
    let rows = db.read(sql, args![rows_max]).await?;
    rows.iter().map(|row| Ok((row.int("seq")?, row.text("written")?))).collect()
}

/// What is within reach and answers the question; `journal::page` says what each is.
macro_rules! sought {
    () => {
        " FROM journal_index x WHERE ($1 = 0 OR x.side IN ('party', 'platform') OR x.organisation = $2) \
         AND ($3 = '' OR $3 LIKE '%,' || x.organisation || ',%') \
         AND ($4 = 0 OR x.is_refused = 1) AND ($5 = '' OR x.action = $5) AND ($6 = '' OR x.object = $6) \
         AND ($7 = '' OR x.person = $7) AND ($8 = '' OR x.organisation = $8)"
    };
}

pub(crate) async fn journal_sought(
    db: &Db,
    asked: Args,
    before: i64,
    rows_max: i64,
) -> Result<(Vec<Row>, i64), LedgerError> {
    let count = db.read(concat!("SELECT CAST(count(*) AS BIGINT) AS total", sought!()), asked.clone()).await?;
    let total = count.first().map_or(Ok(0), |row| row.int("total"))?;
    let sql = concat!(
        "SELECT j.seq AS seq, j.written AS written, l.leaf_index AS leaf_index FROM journal j \
         LEFT JOIN log_index l ON l.seq = j.seq WHERE j.seq IN (SELECT x.seq",
        sought!(),
        ") AND j.seq < $9 ORDER BY j.seq DESC LIMIT $10"
    );
    let mut args = asked;
    args.extend(args![before, rows_max]);
    Ok((db.read(sql, args).await?, total))
}

fn counted(rows: &[Row]) -> Result<Vec<Counted>, LedgerError> {
    let id = |row: &Row, column: &'static str| row.opt_text(column);
    let bad = |column: &'static str| LedgerError::Column { column: column.to_owned(), what: "is no id" };
    rows.iter()
        .map(|row| {
            let organisation = id(row, "organisation")?.map(|text| text.try_into().map_err(|_| bad("organisation")));
            let person = id(row, "person")?.map(|text| text.try_into().map_err(|_| bad("person")));
            Ok(Counted {
                organisation: organisation.transpose()?,
                person: person.transpose()?,
                count: row.int("count")?,
            })
        })
        .collect()
}

/// Who was refused so often, by person; an organisation's calls by organisation.
pub(crate) async fn refusals_by(db: &Db, on: Stretch, min: i64, rows_max: i64) -> Result<Vec<Counted>, LedgerError> {
    let sql = "SELECT person, organisation, CAST(count(*) AS BIGINT) AS count FROM journal_index \
               WHERE is_refused = 1 AND at >= $1 AND at < $2 AND organisation IS NOT NULL \
               GROUP BY person, organisation HAVING count(*) >= $3 ORDER BY person LIMIT $4";
    counted(&db.read(sql, args![on.from, on.to, min, rows_max]).await?)
}

/// To what something was done so often, and how often.
pub(crate) async fn objects_of(
    db: &Db,
    action: &str,
    on: Stretch,
    min: i64,
    rows_max: i64,
) -> Result<Vec<(String, i64)>, LedgerError> {
    let sql = "SELECT object, CAST(count(*) AS BIGINT) AS count FROM journal_index \
               WHERE action = $1 AND at >= $2 AND at < $3 \
               GROUP BY object HAVING count(*) >= $4 ORDER BY object LIMIT $5";
    let rows = db.read(sql, args![action, on.from, on.to, min, rows_max]).await?;
    rows.iter().map(|row| Ok((row.text("object")?, row.int("count")?))).collect()
}

/// Who left events of one kind before the first of these hours or after the last, as
/// hours are counted in the city.
pub(crate) async fn events_outside(
    db: &Db,
    action: &str,
    on: Stretch,
    (first, last): (i64, i64),
    rows_max: i64,
) -> Result<Vec<Counted>, LedgerError> {
    let sql = "SELECT person, organisation, CAST(count(*) AS BIGINT) AS count FROM journal_index \
               WHERE action = $1 AND at >= $2 AND at < $3 AND organisation IS NOT NULL \
               AND (((at - $2) / 3600000000) < $4 OR ((at - $2) / 3600000000) > $5) \
               GROUP BY person, organisation ORDER BY person LIMIT $6";
    counted(&db.read(sql, args![action, on.from, on.to, first, last, rows_max]).await?)
}

/// Events of an organisation in a span of time after a number, oldest first.
pub(crate) async fn events_of(
    db: &Db,
    organisation: &str,
    on: Stretch,
    after: i64,
    rows_max: i64,
) -> Result<Vec<Row>, LedgerError> {
    let sql = "SELECT j.seq AS seq, j.written AS written, x.is_refused AS is_refused FROM journal_index x \
               JOIN journal j ON j.seq = x.seq WHERE x.organisation = $1 AND x.at >= $2 AND x.at < $3 AND x.seq > $4 \
               ORDER BY x.seq LIMIT $5";
    db.read(sql, args![organisation, on.from, on.to, after, rows_max]).await
}

/// When the first and the last event were written, of all and by what was done.
pub(crate) async fn kept(db: &Db) -> Result<Vec<Row>, LedgerError> {
    let sql = "SELECT action, CAST(count(*) AS BIGINT) AS count, CAST(min(at) AS BIGINT) AS first_at, \
               CAST(max(at) AS BIGINT) AS last_at FROM journal_index GROUP BY action ORDER BY action";
    db.read(sql, args![]).await
}

/// The number of the last event, and how many events there are.
pub(crate) async fn journal_count(db: &Db) -> Result<(i64, i64), LedgerError> {
    let sql = "SELECT h.seq AS seq, (SELECT CAST(count(*) AS BIGINT) FROM journal j WHERE j.seq <= h.seq) AS count \
               FROM journal_head h WHERE h.id = 1";
    let rows = db.read(sql, args![]).await?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.int("seq")?, row.int("count")?)))
}

/// When the oldest event after a number was written.
pub(crate) async fn written_after(db: &Db, seq: i64) -> Result<Option<Time>, LedgerError> {
    let rows = db.read("SELECT CAST(min(at) AS BIGINT) AS at FROM journal WHERE seq > $1", args![seq]).await?;
    Ok(rows.first().map(|row| row.opt_int("at")).transpose()?.flatten().map(Time))
}
