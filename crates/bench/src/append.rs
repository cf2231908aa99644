//! Durable appends: 64 writers into our log, and 64 into a PostgreSQL table.
//!
//! Both are durable when the call returns (`fdatasync`; `synchronous_commit=on`).

#![expect(clippy::float_arithmetic, reason = "figures of speed are ratios of measured times")]

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use shuyu_ledger::{Access, Clock, DatabaseUrl, Ledger, LedgerConfig};
use shuyu_model::{CryptoProfile, UseKind};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::ROUNDS;
use crate::rows::{Pair, Row};

const WRITERS: u32 = 64;
/// About what an access record takes as JSON.
const ENTRY_BYTES: usize = 560;
const ROUND: Duration = Duration::from_secs(3);

pub(crate) async fn measure() -> anyhow::Result<Vec<Row>> {
    let url = std::env::var("SHUYU_TEST_POSTGRES").context("run under scripts/with-postgres.sh")?;
    let pool = PgPoolOptions::new().max_connections(WRITERS).connect_with(PgConnectOptions::from_str(&url)?).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS appended (id BIGSERIAL PRIMARY KEY, entry TEXT NOT NULL)")
        .execute(&pool)
        .await?;
    let mut rows = Vec::new();
    for profile in CryptoProfile::ALL {
        let folder = tempfile::TempDir::new()?;
        let ledger = Ledger::open(LedgerConfig {
            data_dir: folder.path().to_path_buf(),
            database: DatabaseUrl::Sqlite(folder.path().join("shuyu.db")),
            profile,
            origin: "bench.example/shuyu".to_owned(),
            clock: Clock::system(),
        })
        .await?;
        let mut pair = Pair::default();
        for _ in 0..ROUNDS {
            let (book, access) = (ledger.clone(), access(&ledger));
            let ours = round(move || {
                let (book, access) = (book.clone(), access.clone());
                async move { book.record(access).await.map(|_| ()).map_err(anyhow::Error::from) }
            })
            .await?;
            let pool = pool.clone();
            let theirs = round(move || {
                let pool = pool.clone();
                async move {
                    sqlx::query("INSERT INTO appended (entry) VALUES ($1)")
                        .bind("x".repeat(ENTRY_BYTES))
                        .execute(&pool)
                        .await
                        .map(|_| ())
                        .map_err(anyhow::Error::from)
                }
            })
            .await?;
            pair.push(ours, theirs);
        }
        let name = format!("durable appends, {WRITERS} writers, {ENTRY_BYTES} bytes, {}", profile.hash_name());
        rows.push(pair.row(&name, "/s", "PostgreSQL inserts", ">= 3"));
        ledger.shutdown().await?;
    }
    Ok(rows)
}

/// An access as the gateway records it.
fn access(ledger: &Ledger) -> Access {
    let digest = ledger.profile().digest(b"bench");
    Access {
        subscription: ledger.new_id(),
        product: ledger.new_id(),
        receipt: ledger.new_id(),
        client: Some(ledger.new_id()),
        consent: Some(ledger.new_id()),
        use_kind: UseKind::Industry,
        request: digest,
        answer: digest,
        units: 1,
        at: ledger.now(),
    }
}

/// How many a second `WRITERS` tasks get done, each one after the other.
async fn round<F, R>(act: F) -> anyhow::Result<f64>
where
    F: Fn() -> R + Clone + Send + 'static,
    R: Future<Output = anyhow::Result<()>> + Send,
{
    let done = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (act, done) = (act.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                while start.elapsed() < ROUND {
                    act().await?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    let count = u32::try_from(done.load(Ordering::Relaxed))?;
    Ok(f64::from(count) / start.elapsed().as_secs_f64())
}
