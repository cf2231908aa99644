//! Real ledgers in scratch folders, for the tests of every station: on SQLite
//! always, on PostgreSQL when `SHUYU_TEST_POSTGRES` names a server on which
//! databases may be made.

#![allow(clippy::allow_attributes, clippy::expect_used, reason = "only tests call this; a test fails by panicking")]

use shuyu_model::{CryptoProfile, Time};
use tempfile::TempDir;

use crate::db::DatabaseUrl;
use crate::{Clock, Ledger, LedgerConfig};

/// When the tests' clock begins: 2026-06-01T09:00 in the city.
pub fn start_of_tests() -> Time {
    Time::at_start_of(jiff::civil::date(2026, 6, 1)).plus_micros(9 * 3_600_000_000)
}

/// One fresh ledger for each database there is.
pub async fn ledgers() -> Vec<(&'static str, Ledger, TempDir)> {
    let mut ledgers = vec![];
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    ledgers.push(("sqlite", ledger, folder));
    if let Some(database) = postgres().await {
        let folder = TempDir::new().expect("a scratch folder");
        let ledger = Ledger::open(config(&folder, database, CryptoProfile::International)).await.expect("a ledger");
        ledgers.push(("postgres", ledger, folder));
    }
    ledgers
}

/// One fresh ledger on SQLite.
pub async fn sqlite(profile: CryptoProfile) -> (Ledger, TempDir) {
    let folder = TempDir::new().expect("a scratch folder");
    let database = DatabaseUrl::Sqlite(folder.path().join("shuyu.db"));
    let ledger = Ledger::open(config(&folder, database, profile)).await.expect("a ledger");
    (ledger, folder)
}

/// How the tests open a ledger; to open the same folder again.
pub fn config(folder: &TempDir, database: DatabaseUrl, profile: CryptoProfile) -> LedgerConfig {
    LedgerConfig {
        data_dir: folder.path().to_path_buf(),
        database,
        profile,
        origin: "jiangcheng.example/shuyu".to_owned(),
        clock: Clock::stepped(start_of_tests()),
    }
}

/// A fresh database on the server that the environment names.
async fn postgres() -> Option<DatabaseUrl> {
    use std::str::FromStr;
    let url = std::env::var("SHUYU_TEST_POSTGRES").ok()?;
    let options =
        sqlx::postgres::PgConnectOptions::from_str(&url).expect("SHUYU_TEST_POSTGRES is a PostgreSQL address");
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let mut server = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
        .await
        .expect("the test's PostgreSQL server answers");
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut server).await.expect("a database of its own");
    Some(DatabaseUrl::Postgres(Box::new(options.database(&name))))
}
