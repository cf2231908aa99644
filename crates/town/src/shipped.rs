//! The real tables that the project ships (`demo/data`), inside the executable.
//!
//! They are compressed as they lie in the repository. Their header lines are
//! rewritten to plain column names on the way out, as a department's exporter
//! would; not a single value is touched.
//!
//! Not here: what the columns mean and how they are graded (`story`).

use std::io::Read as _;

use anyhow::Context as _;

/// A shipped table.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its file in `demo/data`, without `.gz`.
    pub file: &'static str,
    gzip: &'static [u8],
    /// The column names that take the place of the header's, in its order.
    columns: &'static [&'static str],
}

macro_rules! shipped {
    ($($(#[$doc:meta])* $name:ident = $file:literal: $($column:literal)+;)*) => {
        $($(#[$doc])* pub const $name: Shipped = Shipped {
            file: $file,
            gzip: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/data/", $file, ".gz")),
            columns: &[$($column),+],
        };)*
        /// Every one.
        pub const ALL: &[Shipped] = &[$($name),*];
    };
}

shipped! {
    /// 247 zones of charging piles and parking in Shenzhen, 2022.
    ZONES = "shenzhen_zones.csv":
        "zone_no" "grid" "pile_count" "fast_count" "slow_count" "area_km2" "longitude" "latitude" "is_centre" "is_dynamic_price";
    /// 1,706 charging stations in Shenzhen, 2022.
    STATIONS = "shenzhen_stations.csv":
        "station_no" "latitude" "longitude" "fast_count" "slow_count" "pile_count";
    /// Hourly air quality at Dongsi, Beijing, March 2013 to February 2017.
    AIR_DONGSI = "beijing_air_dongsi.csv":
        "row_no" "year" "month" "day" "hour" "pm2_5" "pm10" "so2" "no2" "co" "o3"
        "temperature" "pressure" "dew_point" "rain" "wind_direction" "wind_speed" "station";
    /// Hourly air quality at Aotizhongxin, Beijing, March 2013 to February 2017.
    AIR_AOTI = "beijing_air_aotizhongxin.csv":
        "row_no" "year" "month" "day" "hour" "pm2_5" "pm10" "so2" "no2" "co" "o3"
        "temperature" "pressure" "dew_point" "rain" "wind_direction" "wind_speed" "station";
    /// 1,000 loans with their outcome (Statlog German Credit).
    CREDIT = "german_credit.csv":
        "checking_account" "duration_months" "credit_history" "purpose" "credit_amount" "savings"
        "employed_since" "instalment_percent" "status_and_sex" "guarantors" "resident_since" "property"
        "age_years" "other_instalments" "housing" "credits_count" "job" "dependants_count"
        "telephone" "foreign_worker" "creditability";
}

impl Shipped {
    /// The whole table as CSV in UTF-8, under plain column names.
    pub fn csv(&self) -> anyhow::Result<Vec<u8>> {
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(self.gzip)
            .read_to_end(&mut text)
            .with_context(|| format!("`demo/data/{}.gz` does not unpack", self.file))?;
        let body = text
            .iter()
            .position(|byte| *byte == b'\n')
            .and_then(|end| text.get(end..))
            .with_context(|| format!("`demo/data/{}.gz` has no header line", self.file))?;
        let mut csv = self.columns.join(",").into_bytes();
        csv.extend_from_slice(body);
        Ok(csv)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(shipped: Shipped) -> usize {
        let csv = shipped.csv().unwrap();
        csv::Reader::from_reader(csv.as_slice()).records().map(Result::unwrap).fold(0, |rows, _| rows + 1)
    }

    #[test]
    fn every_shipped_table_has_the_rows_that_its_source_counts() {
        for (shipped, rows) in
            [(ZONES, 247), (STATIONS, 1706), (AIR_DONGSI, 35_064), (AIR_AOTI, 35_064), (CREDIT, 1000)]
        {
            assert_eq!(rows_of(shipped), rows, "{}", shipped.file);
        }
    }

    #[test]
    fn every_shipped_column_has_a_plain_name_and_its_place() {
        for shipped in ALL {
            assert!(shipped.columns.iter().all(|name| shuyu_model::column::is_plain_name(name)), "{}", shipped.file);
            let csv = shipped.csv().unwrap();
            let width = csv::Reader::from_reader(csv.as_slice()).records().next().unwrap().unwrap().len();
            assert_eq!(width, shipped.columns.len(), "{}", shipped.file);
        }
    }
}
