//! Chapter two: departments describe their tables, grade each column, and land
//! the data: real tables that the project ships, and the made-up people.
//!
//! The files come as files do: one in GB18030, one with a byte order mark, one
//! with broken rows and one with line breaks inside quotes. Nothing is lost in
//! silence: what is bad is listed with its line.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::client::{items, number, text};
use super::tables::{self, Table};
use super::{World, jobs};
use crate::city::City;
use crate::shipped;

/// What a file says about itself.
struct File {
    table: Table,
    bytes: Vec<u8>,
    how: &'static str,
    rows_good: u64,
    bad_lines: Vec<u64>,
}

pub(super) async fn chapter(w: &mut World<'_>, city: &City) -> anyhow::Result<()> {
    w.stage.chapter("二、归集", "Two: departments land their tables")?;
    for file in files(city)? {
        land(w, file).await?;
    }
    Ok(())
}

fn files(city: &City) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    let mut accounts = Vec::new();
    let written = city.write_accounts(&mut accounts)?;
    let accounts = gb18030(&accounts)?;
    let (rows_good, bad_lines) = (written.rows_good, written.bad_lines);
    files.push(File { table: tables::ACCOUNTS, bytes: accounts, how: "GB18030", rows_good, bad_lines });
    let mut contributions = Vec::new();
    let written = city.write_contributions(&mut contributions)?;
    files.push(good(tables::CONTRIBUTIONS, contributions, "UTF-8", written.rows_good));
    let mut residents = Vec::new();
    let written = city.write_residents(&mut residents)?;
    files.push(good(tables::RESIDENTS, residents, "UTF-8, 引号内换行 line breaks in quotes", written.rows_good));
    let mut zones = b"\xEF\xBB\xBF".to_vec();
    zones.extend(shipped::ZONES.csv()?);
    files.push(good(tables::ZONES, zones, "UTF-8 BOM", 247));
    files.push(good(tables::STATIONS, shipped::STATIONS.csv()?, "UTF-8", 1706));
    files.push(good(tables::AIR_DONGSI, shipped::AIR_DONGSI.csv()?, "UTF-8", 35_064));
    files.push(good(tables::AIR_AOTI, shipped::AIR_AOTI.csv()?, "UTF-8", 35_064));
    files.push(good(tables::LOANS, shipped::CREDIT.csv()?, "UTF-8", 1000));
    Ok(files)
}

fn good(table: Table, bytes: Vec<u8>, how: &'static str, rows_good: u64) -> File {
    File { table, bytes, how, rows_good, bad_lines: Vec::new() }
}

/// As many departments' systems still export.
fn gb18030(utf8: &[u8]) -> anyhow::Result<Vec<u8>> {
    let text = std::str::from_utf8(utf8).context("the city writes UTF-8")?;
    Ok(encoding_rs::GB18030.encode(text).0.into_owned())
}

async fn land(w: &mut World<'_>, file: File) -> anyhow::Result<()> {
    let table = file.table;
    let department = w.person(table.login)?;
    w.stage.step(
        format!("{} 归集“{}”", department.name, table.title),
        format!("landing {} ({})", table.english, file.how),
    );
    let id = text(&department.post("/v1/resources", &table.draft()).await?.json()?, "id")?;
    department.put(&format!("/v1/resources/{id}/grades"), &table.grades()).await?.json()?;
    let size = file.bytes.len();
    let path = format!("/v1/resources/{id}/landings?format=csv");
    let started = department.upload(&path, "text/csv", file.bytes).await?.json()?;
    let result = jobs::done(w, &department, &started).await?;
    let report = result.get("report").unwrap_or(&result).clone();
    let (good, bad) = (number(&report, "rows_good")?, number(&report, "rows_bad")?);
    let bad_rows = items(&report, "bad_rows")?;
    let lines: Vec<u64> = bad_rows.iter().filter_map(|row| row.get("line").and_then(Value::as_u64)).collect();
    ensure!(u64::try_from(good)? == file.rows_good, "{good} rows landed; the file has {} good ones", file.rows_good);
    ensure!(lines == file.bad_lines, "bad rows on lines {lines:?}; they were planted on {:?}", file.bad_lines);
    ensure!(usize::try_from(bad)? == lines.len(), "{bad} bad rows counted, {} listed", lines.len());
    w.stage.done(format!("{good} 行 rows, {bad} 行有误 bad, {} KiB", size / 1024))?;
    for row in bad_rows {
        let column = row.get("column").and_then(Value::as_str).unwrap_or("–");
        let (line, code, what) = (number(row, "line")?, text(row, "code")?, text(row, "what")?);
        w.stage.note(format!("第 {line} 行 line {line}, {column}: {code} {what}"))?;
    }
    w.report.rows.insert(table.name.to_owned(), (good, bad));
    w.report.resources.insert(table.name.to_owned(), id);
    Ok(())
}
