//! What the products must say, worked out from the city itself and not from any
//! answer: masks, joins, groups and the airlock in between may not change it.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::city::{Account, City, MonthState};

/// All piles of all zones of the shipped table, and the zones.
const PILES: i64 = 18_061;
const ZONES: i64 = 247;

/// What the verification product knows of an account.
pub(super) fn verification(account: &Account) -> Value {
    let yuan = account.base_fen / 100;
    let band = if yuan >= 10_000 {
        "10000+"
    } else if yuan >= 5000 {
        "5000-10000"
    } else {
        "0-5000"
    };
    let missed = account.months.iter().filter(|(_, state)| *state == MonthState::Missed).count();
    json!({
        "state": account.state(), "base_band_yuan": band, "months_told": account.months.len(), "months_missed": missed,
    })
}

/// The data set holds every zone and every pile once.
pub(super) fn parking(csv: &[u8]) -> anyhow::Result<String> {
    let rows = rows(csv)?;
    let (zones, piles) = (sum(&rows, "zones_count")?, sum(&rows, "piles_count")?);
    ensure!(
        (zones, piles) == (ZONES, PILES),
        "the data set has {zones} zones and {piles} piles, not {ZONES} and {PILES}"
    );
    Ok(format!("{} 格 cells, {zones} 片区 zones, {piles} 桩 piles", rows.len()))
}

/// The report counts every holder in the district where they live.
pub(super) fn districts(csv: &[u8], city: &City) -> anyhow::Result<String> {
    let mut expected = BTreeMap::<&str, i64>::new();
    for holder in city.accounts.iter().filter_map(|account| city.holder(account)) {
        *expected.entry(&holder.district).or_default() += 1;
    }
    let rows = rows(csv)?;
    for row in &rows {
        let district = row.get("district").context("the report has no district")?;
        let told = sum(std::slice::from_ref(row), "holders_count")?;
        let lives = expected.remove(district.as_str()).unwrap_or(0);
        ensure!(told == lives, "the report counts {told} holders in {district}; {lives} live there");
    }
    ensure!(expected.is_empty(), "the report leaves out {:?}", expected.keys());
    Ok(format!("{} 区 districts, {} 人 holders", rows.len(), sum(&rows, "holders_count")?))
}

type Row = BTreeMap<String, String>;

fn rows(csv: &[u8]) -> anyhow::Result<Vec<Row>> {
    csv::Reader::from_reader(csv).deserialize().collect::<Result<_, _>>().context("the file is no CSV")
}

fn sum(rows: &[Row], column: &str) -> anyhow::Result<i64> {
    rows.iter()
        .map(|row| {
            row.get(column)
                .with_context(|| format!("the file has no `{column}`"))?
                .parse::<i64>()
                .context("a count is a number")
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::CityOptions;

    #[test]
    fn a_report_that_miscounts_one_district_is_found_out() {
        let city = City::make(&CityOptions::residents(1000));
        let mut counts = BTreeMap::<&str, i64>::new();
        for holder in city.accounts.iter().filter_map(|account| city.holder(account)) {
            *counts.entry(&holder.district).or_default() += 1;
        }
        let report = |wrong: i64| {
            let lines =
                counts.iter().enumerate().map(|(at, (d, n))| format!("{d},{}\n", if at == 0 { n + wrong } else { *n }));
            format!("district,holders_count\n{}", lines.collect::<String>())
        };
        assert!(districts(report(0).as_bytes(), &city).is_ok());
        assert!(districts(report(1).as_bytes(), &city).is_err());
        assert!(districts(b"district,holders_count\n", &city).is_err());
    }

    #[test]
    fn the_shipped_zones_have_as_many_piles_as_their_source_says() {
        let csv = crate::shipped::ZONES.csv().unwrap();
        assert_eq!(sum(&rows(&csv).unwrap(), "pile_count").unwrap(), PILES);
    }
}
