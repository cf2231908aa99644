//! What the made-up city promises.

use std::collections::{BTreeMap, HashSet};

use shuyu_model::identifier::{is_credit_code, is_id_card, is_mobile};

use super::*;

fn city(residents: u32, seed: u64) -> City {
    City::make(&CityOptions { seed, ..CityOptions::residents(residents) })
}

fn all_tables(city: &City) -> Vec<u8> {
    let mut bytes = Vec::new();
    city.write_residents(&mut bytes).unwrap();
    city.write_employers(&mut bytes).unwrap();
    city.write_accounts(&mut bytes).unwrap();
    city.write_contributions(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_identity_number_is_valid_and_unique_and_tells_birthday_and_sex() {
    let city = city(5000, 1);
    assert_eq!(city.residents.len(), 5000);
    let mut seen = HashSet::new();
    for r in &city.residents {
        assert!(is_id_card(&r.id_card), "{}", r.id_card);
        assert!(seen.insert(&r.id_card), "{} twice", r.id_card);
        assert_eq!(r.id_card[6..14], r.born_on.strftime("%Y%m%d").to_string());
        assert_eq!(r.id_card[16..17].parse::<u8>().unwrap() % 2 == 1, r.is_male);
        assert!(r.phone.as_deref().is_none_or(is_mobile), "{:?}", r.phone);
        assert!(!r.name.is_empty() && r.district_code.starts_with(CITY_CODE));
    }
}

#[test]
fn no_identity_number_begins_with_a_statistical_zone() {
    assert!(divisions().iter().all(|d| d.code.len() == 6 && d.code.as_bytes()[4] != b'7'));
    assert_eq!(divisions().iter().filter(|d| d.is_local).count(), 9);
}

#[test]
fn every_credit_code_and_account_number_is_valid_and_unique() {
    let city = city(5000, 2);
    let codes: HashSet<_> = city.employers.iter().map(|e| &e.credit_code).collect();
    assert_eq!(codes.len(), city.employers.len());
    assert!(codes.iter().all(|code| is_credit_code(code)));
    let accounts: HashSet<_> = city.accounts.iter().map(|a| &a.account_no).collect();
    let holders: HashSet<_> = city.accounts.iter().map(|a| a.resident).collect();
    assert_eq!((accounts.len(), holders.len()), (city.accounts.len(), city.accounts.len()));
}

#[test]
fn the_subject_code_inside_a_credit_code_carries_its_own_check() {
    // 91350100M000100Y43, the example of GB 32100-2015: subject M000100Y, check 4.
    assert_eq!(subject_check("M000100Y"), Some('4'));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(all_tables(&city(800, 3)), all_tables(&city(800, 3)));
    assert_ne!(all_tables(&city(800, 3)), all_tables(&city(800, 4)));
}

#[test]
fn months_of_contributions_have_no_gap_and_end_with_the_last_month() {
    let city = city(2000, 5);
    let last = CityOptions::residents(1).last_month;
    for account in &city.accounts {
        assert_eq!(account.months.last().unwrap().0, last);
        assert!(account.months.len() <= MONTHS);
        for pair in account.months.windows(2) {
            assert_eq!(pair[0].0.bounds().1, pair[1].0.bounds().0, "{}", account.account_no);
        }
        let (first, _) = account.months[0].0.bounds();
        assert!(account.months.len() == MONTHS || first.day() == account.opened_on.first_of_month());
    }
}

#[test]
fn amounts_follow_from_base_rate_and_state() {
    let city = city(2000, 6);
    let mut csv = Vec::new();
    city.write_contributions(&mut csv).unwrap();
    let by_no: BTreeMap<_, _> = city.accounts.iter().map(|a| (a.account_no.as_str(), a)).collect();
    let mut seen = HashSet::new();
    for row in csv::Reader::from_reader(csv.as_slice()).records() {
        let row = row.unwrap();
        let account = by_no[&row[0]];
        let times = match &row[4] {
            "正常" => 1,
            "欠缴" => 0,
            "补缴" => 2,
            other => panic!("{other}"),
        };
        assert_eq!(row[2].parse::<i64>().unwrap(), account.monthly_fen() * times);
        assert_eq!(row[2], row[3]);
        seen.insert(row[4].to_owned());
    }
    assert_eq!(seen.len(), 3, "every state occurs");
}

#[test]
fn a_city_has_enough_account_holders_in_every_district_to_publish_counts() {
    let city = city(2500, 1);
    let mut per_district = BTreeMap::<&str, u32>::new();
    for account in &city.accounts {
        *per_district.entry(&city.holder(account).unwrap().district).or_default() += 1;
    }
    assert_eq!(per_district.len(), 9);
    assert!(per_district.values().all(|count| *count >= 20), "{per_district:?}");
}

#[test]
fn broken_rows_stand_where_it_says_and_no_good_row_is_lost() {
    let mut options = CityOptions::residents(300);
    let mut plain = Vec::new();
    let good = City::make(&options).write_accounts(&mut plain).unwrap();
    options.bad_rows = 5;
    let mut broken = Vec::new();
    let written = City::make(&options).write_accounts(&mut broken).unwrap();
    assert_eq!((written.rows_good, written.bad_lines.len()), (good.rows_good, 5));
    let lines: Vec<_> = std::str::from_utf8(&broken).unwrap().lines().collect();
    for line in &written.bad_lines {
        assert!(lines[usize::try_from(*line).unwrap() - 1].starts_with("430199"), "line {line}");
    }
    assert_eq!(u64::try_from(lines.len()).unwrap(), 1 + good.rows_good + 5);
}

#[test]
fn a_few_addresses_run_over_two_lines_inside_their_quotes() {
    let city = city(3000, 1);
    let mut csv = Vec::new();
    city.write_residents(&mut csv).unwrap();
    let rows: Vec<_> = csv::Reader::from_reader(csv.as_slice()).records().map(|r| r.unwrap()).collect();
    assert_eq!(rows.len(), 3000);
    assert!(rows.iter().any(|row| row[7].contains('\n')));
}
