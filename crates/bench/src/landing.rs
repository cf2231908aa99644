//! Landing and sealing a CSV, beside DuckDB that turns the same file into Parquet.
//!
//! Ours also hashes the bytes, judges every cell, writes a quality report,
//! encrypts, fsyncs and writes the event. DuckDB is told the column types, so
//! that it does not sniff, and compresses with zstd as we do.

#![expect(clippy::float_arithmetic, reason = "figures of speed are ratios of measured times")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use shuyu_ledger::{Clock, DatabaseUrl, Ledger, LedgerConfig};
use shuyu_model::{Actor, Column, ColumnClass, ColumnType, CryptoProfile, Grade, Mask, Role, Verdict};
use shuyu_sources::{Format, Intake, IntakeLimits};
use shuyu_vault::{MasterKey, Vault, VaultConfig};

use crate::ROUNDS;
use crate::rows::{Pair, Row};

const TABLE_ROWS: u64 = 2_000_000;

pub(crate) async fn measure(python: &Path) -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::TempDir::new()?;
    let csv = folder.path().join("contributions.csv");
    let bytes = write_table(&csv)?;
    let mut rows = Vec::new();
    for profile in CryptoProfile::ALL {
        let data = tempfile::TempDir::new()?;
        let ledger = Ledger::open(LedgerConfig {
            data_dir: data.path().to_path_buf(),
            database: DatabaseUrl::Sqlite(data.path().join("shuyu.db")),
            profile,
            origin: "bench.example/shuyu".to_owned(),
            clock: Clock::system(),
        })
        .await?;
        let config = VaultConfig { root: data.path().join("vault"), master_key: MasterKey::generate(profile)? };
        let vault = Vault::open(ledger.clone(), config).await?;
        let mut pair = Pair::default();
        for _ in 0..ROUNDS {
            let ours = land_and_seal(&ledger, &vault, &csv, data.path()).await?;
            let theirs = duckdb(python, &csv, &folder.path().join("theirs.parquet"))?;
            let megabytes = f64::from(u32::try_from(bytes / 1000)?) / 1000.0;
            pair.push(megabytes / ours, megabytes / theirs);
        }
        let name = format!("landing and sealing {TABLE_ROWS} rows of CSV, {}", profile.hash_name());
        rows.push(pair.row(&name, "MB/s", "DuckDB CSV to Parquet", ">= 0.5"));
        ledger.shutdown().await?;
    }
    Ok(rows)
}

/// The same bytes each time: accounts and their months.
fn write_table(path: &Path) -> anyhow::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "account_no,month,district,personal,employer,state")?;
    for row in 0..TABLE_ROWS {
        let (account, month) = (row / 12, row % 12 + 1);
        let fen = (account * 7919) % 300_000 + 5_000;
        writeln!(
            out,
            "GJJ{account:010},2025-{month:02}-01,{},{}.{:02},{}.{:02},{}",
            ["岳麓区", "芙蓉区", "天心区", "开福区", "雨花区"].get(usize::try_from(account % 5)?).unwrap_or(&""),
            fen / 100,
            fen % 100,
            fen / 100,
            fen % 100,
            if row % 97 == 0 { "欠缴" } else { "正常" },
        )?;
    }
    out.flush()?;
    Ok(std::fs::metadata(path)?.len())
}

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        title: name.to_owned(),
        kind,
        class: ColumnClass::Plain,
        grade: Some(Grade::L2),
        mask: Mask::None,
        is_entity: false,
    };
    vec![
        column("account_no", ColumnType::Text),
        column("month", ColumnType::Date),
        column("district", ColumnType::Text),
        column("personal", ColumnType::Float),
        column("employer", ColumnType::Float),
        column("state", ColumnType::Text),
    ]
}

/// Seconds.
async fn land_and_seal(ledger: &Ledger, vault: &Vault, csv: &Path, data: &Path) -> anyhow::Result<f64> {
    let actor = Actor { person: ledger.new_id(), organisation: ledger.new_id(), roles: vec![Role::Source] };
    let intake = Intake {
        landing: ledger.new_id(),
        department: actor.organisation.clone(),
        resource: ledger.new_id(),
        columns: columns(),
        format: Format::Csv,
        profile: ledger.profile(),
        limits: IntakeLimits::default(),
        spool_dir: data.to_path_buf(),
        at: ledger.now(),
        cancel: Arc::default(),
    };
    let input = File::open(csv)?;
    let start = Instant::now();
    let landing = tokio::task::spawn_blocking(move || shuyu_sources::land(&intake, input, &|_| ())).await??;
    ensure!(landing.rows_good() == TABLE_ROWS, "{} rows landed", landing.rows_good());
    match vault.seal(landing, &actor).await? {
        Verdict::Allow(_) => Ok(start.elapsed().as_secs_f64()),
        Verdict::Refuse(reasons) => anyhow::bail!("sealing was refused: {reasons:?}"),
    }
}

/// Seconds, without the start of Python.
fn duckdb(python: &Path, csv: &Path, parquet: &Path) -> anyhow::Result<f64> {
    let script = format!(
        "import duckdb, time\n\
         d = duckdb.connect()\n\
         d.execute('SET threads TO 2')\n\
         t = time.perf_counter()\n\
         d.execute(\"COPY (SELECT * FROM read_csv('{}', header=true, columns={{'account_no':'VARCHAR','month':'DATE',\
         'district':'VARCHAR','personal':'DOUBLE','employer':'DOUBLE','state':'VARCHAR'}})) TO '{}' \
         (FORMAT parquet, COMPRESSION zstd)\")\n\
         print(time.perf_counter() - t)\n",
        csv.display(),
        parquet.display()
    );
    let done = Command::new(python).args(["-c", &script]).output().context("starting Python")?;
    ensure!(done.status.success(), "DuckDB failed: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).trim().parse().context("DuckDB's time")
}
