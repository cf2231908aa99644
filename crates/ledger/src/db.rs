//! SQLite or PostgreSQL behind one face: the same SQL text, the same two types.
//!
//! SQLite has one writer and several readers (WAL, `synchronous=FULL`: what is
//! acknowledged survives the loss of power). On PostgreSQL a change takes the
//! journal's row lock first, so that both databases let one change through at a
//! time and the journal has no gap.
//!
//! Not here: any SQL (that is in each crate's `store.rs`).

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow, PgSslMode};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Column as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};

use crate::LedgerError;
use crate::value::{Args, Row, Value};

const READERS_MAX: u32 = 4;
const CONNECTIONS_MAX: u32 = 10;
const BUSY_WAIT: Duration = Duration::from_secs(10);

/// Where the state lies.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://USER@HOST/NAME` (a socket's folder as
    /// `?host=/run/postgresql`).
    pub fn parse(given: &str) -> Result<Self, LedgerError> {
        if let Some(path) = given.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        let address = || LedgerError::Address {
            // What stands before an @ may hold a password.
            given: given.rsplit('@').next().unwrap_or_default().chars().take(200).collect(),
        };
        if !given.starts_with("postgres://") && !given.starts_with("postgresql://") {
            return Err(address());
        }
        let options = PgConnectOptions::from_str(given).map_err(|_| address())?;
        if !is_here(&options) && !is_encrypted(options.get_ssl_mode()) {
            return Err(LedgerError::PlainDatabase { host: options.get_host().to_owned() });
        }
        Ok(Self::Postgres(Box::new(options)))
    }
}

/// Whether the server is on this machine: over a socket, or on loopback.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let is_loopback = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    options.get_socket().is_some() || host.starts_with('/') || host == "localhost" || is_loopback
}

/// Whether a connection is never made in the clear.
fn is_encrypted(mode: PgSslMode) -> bool {
    matches!(mode, PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull)
}

/// An open database.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// An open transaction.
pub(crate) enum Tx {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

macro_rules! bind_all {
    ($query:expr, $args:expr) => {{
        let mut query = $query;
        for arg in $args {
            query = match arg {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::NullInt => query.bind(None::<i64>),
                Value::NullText => query.bind(None::<String>),
            };
        }
        query
    }};
}

fn failed(attempt: &'static str) -> impl FnOnce(sqlx::Error) -> LedgerError {
    move |source| LedgerError::Database { attempt, source }
}

impl Db {
    pub(crate) async fn open(url: &DatabaseUrl) -> Result<Self, LedgerError> {
        match url {
            DatabaseUrl::Sqlite(path) => Self::open_sqlite(path).await,
            DatabaseUrl::Postgres(options) => PgPoolOptions::new()
                .max_connections(CONNECTIONS_MAX)
                .connect_with(options.as_ref().clone())
                .await
                .map(Self::Postgres)
                .map_err(failed("connecting to PostgreSQL")),
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self, LedgerError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // A destroyed key must not lie on in a freed page.
            .pragma("secure_delete", "on")
            .busy_timeout(BUSY_WAIT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(is_free(connection)))
            .connect_with(options.clone())
            .await
            .map_err(failed("opening the SQLite file"))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed("opening the SQLite file for reading"))?;
        Ok(Self::Sqlite { writer, readers })
    }

    pub(crate) async fn read(&self, sql: &'static str, args: Args) -> Result<Vec<Row>, LedgerError> {
        match self {
            Self::Sqlite { readers, .. } => {
                let rows = bind_all!(sqlx::query(sql), args).fetch_all(readers).await.map_err(failed("reading"))?;
                sqlite_rows(&rows)
            }
            Self::Postgres(pool) => {
                let rows = bind_all!(sqlx::query(sql), args).fetch_all(pool).await.map_err(failed("reading"))?;
                postgres_rows(&rows)
            }
        }
    }

    pub(crate) async fn begin(&self) -> Result<Tx, LedgerError> {
        match self {
            // IMMEDIATE: two changes that both read first must not deadlock.
            Self::Sqlite { writer, .. } => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite).map_err(failed("beginning a change"))
            }
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres).map_err(failed("beginning a change")),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a connection can serve the next change.
///
/// SQLite ends a transaction by itself when the disk is full. The rollback that
/// follows then fails, and sqlx counts the transaction as running for ever: every
/// later change would fail. Such a connection is closed and another one opened.
async fn is_free(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // The answer comes after what was asked before it: the rollback.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

impl Tx {
    pub(crate) async fn read(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>, LedgerError> {
        match self {
            Self::Sqlite(tx) => {
                let rows = bind_all!(sqlx::query(sql), args)
                    .fetch_all(&mut **tx)
                    .await
                    .map_err(failed("reading in a change"))?;
                sqlite_rows(&rows)
            }
            Self::Postgres(tx) => {
                let rows = bind_all!(sqlx::query(sql), args)
                    .fetch_all(&mut **tx)
                    .await
                    .map_err(failed("reading in a change"))?;
                postgres_rows(&rows)
            }
        }
    }

    pub(crate) async fn write(&mut self, sql: &'static str, args: Args) -> Result<u64, LedgerError> {
        match self {
            Self::Sqlite(tx) => bind_all!(sqlx::query(sql), args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err(failed("writing in a change")),
            Self::Postgres(tx) => bind_all!(sqlx::query(sql), args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())
                .map_err(failed("writing in a change")),
        }
    }

    /// Several statements at once, for migrations.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), LedgerError> {
        let done = match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
            Self::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(|_| ()),
        };
        done.map_err(failed("migrating"))
    }

    pub(crate) async fn commit(self) -> Result<(), LedgerError> {
        let done = match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        };
        done.map_err(failed("committing a change"))
    }
}

macro_rules! convert_rows {
    ($name:ident, $row:ty) => {
        fn $name(rows: &[$row]) -> Result<Vec<Row>, LedgerError> {
            let Some(first) = rows.first() else { return Ok(Vec::new()) };
            let columns = Arc::new(first.columns().iter().map(|c| c.name().to_owned()).collect::<Vec<_>>());
            rows.iter()
                .map(|row| {
                    let values = (0..columns.len())
                        .map(|index| {
                            let raw = row.try_get_raw(index).map_err(failed("reading a cell"))?;
                            if raw.is_null() {
                                return Ok(Value::NullText);
                            }
                            // An expression's type is only known from its value on SQLite.
                            if raw.type_info().name().starts_with("INT") || raw.type_info().name() == "BIGINT" {
                                row.try_get::<i64, _>(index).map(Value::Int).map_err(failed("reading a number"))
                            } else {
                                row.try_get::<String, _>(index).map(Value::Text).map_err(failed("reading a text"))
                            }
                        })
                        .collect::<Result<Vec<_>, _>>()?;
                    Ok(Row { columns: Arc::clone(&columns), values })
                })
                .collect()
        }
    };
}

convert_rows!(sqlite_rows, SqliteRow);
convert_rows!(postgres_rows, PgRow);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ledgers;
    use crate::{Event, args};

    #[tokio::test]
    async fn a_change_that_the_database_ended_by_itself_spoils_no_later_one() {
        for (backend, ledger, _dir) in ledgers().await {
            for _ in 0..3 {
                let mut change = ledger.change().await.unwrap();
                // What SQLite does of its own when there is no room to go on.
                change.write("ROLLBACK", args![]).await.unwrap();
                drop(change);
                let change = ledger.change().await.unwrap();
                let entry = change.commit(Event::done(None, "test.written", "X")).await;
                assert!(entry.is_ok(), "{backend}: {entry:?}");
            }
        }
    }

    #[test]
    fn an_address_that_cannot_be_read_is_told_without_its_password() {
        let error = DatabaseUrl::parse("mysql://root:geheim@host/db").err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("host/db") && !error.contains("geheim"), "{error}");
        assert!(
            matches!(DatabaseUrl::parse("sqlite:/tmp/x.db"), Ok(DatabaseUrl::Sqlite(path)) if path == Path::new("/tmp/x.db"))
        );
        assert!(matches!(DatabaseUrl::parse("postgres:///shuyu?host=/run/pg"), Ok(DatabaseUrl::Postgres(_))));
    }
}
