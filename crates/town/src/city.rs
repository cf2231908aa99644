//! The people of 江城市: residents, their employers, their provident fund.
//!
//! In: how many residents, and a seed. Out: rows with valid identity numbers
//! and credit codes under real division codes, plausible together (who works
//! has an account, whose employer is weak misses months), written as CSV.
//!
//! INVARIANT (same city): the same options give the same bytes, on any machine.
//! INVARIANT (gapless): an account has one contribution for each month from its
//! opening, or the first month told, to the last month told.
//!
//! The city borrows the nine districts and division codes of Changsha.
//!
//! Not here: the real tables (`shipped`), how any of it is used (`story`).

use std::collections::HashSet;

use jiff::Span;
use shuyu_model::identifier::{credit_code_check, id_card_check};
use shuyu_model::{Day, Month};

use dice::Dice;
use names::{INDUSTRIES, INDUSTRY_WEIGHTS, Names};

mod dice;
mod names;
pub mod tables;

/// Months of contributions that are told.
pub const MONTHS: usize = 12;

/// The most residents a city can have.
pub const RESIDENTS_MAX: u32 = 5_000_000;

/// The division code, to its first four digits, whose districts the city borrows.
const CITY_CODE: &str = "4301";

/// Monthly base: the floor and ceiling that Changsha's fund applies, in yuan.
const BASE_YUAN_MIN: u32 = 2490;
const BASE_YUAN_MAX: u32 = 39_530;

/// What to make.
#[derive(Debug, Clone)]
pub struct CityOptions {
    /// How many residents, at least 1 and at most [`RESIDENTS_MAX`].
    pub residents: u32,
    /// Another seed, another city.
    pub seed: u64,
    /// The last month of contributions; ages are counted on its last day.
    pub last_month: Month,
    /// How many broken rows to plant among the accounts.
    pub bad_rows: u32,
}

impl CityOptions {
    /// A city of so many residents at the end of May 2026, without broken rows.
    pub fn residents(residents: u32) -> Self {
        Self { residents, seed: 1, last_month: Month::of(jiff::civil::date(2026, 5, 1)), bad_rows: 0 }
    }
}

/// A person who lives in the city.
#[derive(Debug, Clone)]
pub struct Resident {
    /// Identity number, unique in the city.
    pub id_card: String,
    /// Name.
    pub name: String,
    /// Whether the identity number says male.
    pub is_male: bool,
    /// Day of birth, the one in the identity number.
    pub born_on: Day,
    /// Division code of the district of residence.
    pub district_code: String,
    /// Its name.
    pub district: String,
    /// Mobile number; children and a few others have none.
    pub phone: Option<String>,
    /// Postal address. A few are typed over two lines, as people do.
    pub address: String,
}

/// A firm.
#[derive(Debug, Clone)]
pub struct Employer {
    /// Unified social credit code, unique in the city.
    pub credit_code: String,
    /// Name.
    pub name: String,
    /// Branch of trade.
    pub industry: &'static str,
    /// Day of founding.
    pub established_on: Day,
    /// Months in a thousand in which it fails to pay.
    missed_per_mille: u32,
}

/// How a month went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthState {
    /// Paid (正常).
    Paid,
    /// Not paid (欠缴).
    Missed,
    /// Paid, and the missed month before it too (补缴).
    CaughtUp,
}

/// A provident fund account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Account number, unique in the city.
    pub account_no: String,
    /// Its holder's place among [`City::residents`].
    pub resident: usize,
    /// The employer's place among [`City::employers`].
    pub employer: usize,
    /// Day of opening.
    pub opened_on: Day,
    /// Monthly base in fen.
    pub base_fen: i64,
    /// What each side pays of the base, in percent.
    pub rate_percent: i64,
    /// Balance in fen.
    pub balance_fen: i64,
    /// Each month told, with how it went, oldest first.
    pub months: Vec<(Month, MonthState)>,
}

impl Account {
    /// What each side pays in a month, in whole yuan, as fen.
    pub fn monthly_fen(&self) -> i64 {
        (self.base_fen * self.rate_percent / 100 + 50) / 100 * 100
    }

    /// 封存 after three missed months in a row at the end, 正常 otherwise.
    pub fn state(&self) -> &'static str {
        let missed = self.months.iter().rev().take_while(|(_, state)| *state == MonthState::Missed).count();
        if missed >= 3 { "封存" } else { "正常" }
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct City {
    /// Everybody.
    pub residents: Vec<Resident>,
    /// Every firm.
    pub employers: Vec<Employer>,
    /// Every provident fund account.
    pub accounts: Vec<Account>,
    bad_rows: u32,
}

/// A division whose code begins identity numbers.
struct Division {
    code: &'static str,
    name: &'static str,
    is_local: bool,
}

/// `demo/data/divisions.csv`: real codes. It holds no statistical zone (fifth
/// digit 7), because no identity number begins with one.
fn divisions() -> Vec<Division> {
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/data/divisions.csv"))
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let (code, name, city_code) = (cells.next()?, cells.next()?, cells.next()?);
            Some(Division { code, name, is_local: city_code == CITY_CODE })
        })
        .collect()
}

impl City {
    /// Makes the city that these options describe.
    pub fn make(options: &CityOptions) -> Self {
        let (_, after_last) = options.last_month.bounds();
        let today = after_last.day();
        let names = Names::new();
        let divisions = divisions();
        let count = options.residents.clamp(1, RESIDENTS_MAX);
        let residents = make_residents(&mut Dice::new(options.seed, "residents"), &names, &divisions, count, today);
        let employers = make_employers(&mut Dice::new(options.seed, "employers"), &names, &divisions, count, today);
        let accounts = make_accounts(&mut Dice::new(options.seed, "accounts"), &residents, &employers, today);
        Self { residents, employers, accounts, bad_rows: options.bad_rows }
    }

    /// Who holds this account.
    pub fn holder(&self, account: &Account) -> Option<&Resident> {
        self.residents.get(account.resident)
    }
}

/// Shares of the five-year age groups from 0-4 to 90 and more, in a thousand:
/// about those of the 2020 census.
const AGE_GROUPS: &[u32] = &[55, 64, 60, 52, 53, 65, 88, 70, 66, 81, 86, 72, 52, 53, 35, 22, 14, 8, 4];

const PHONE_PREFIXES: &[&str] = &[
    "130", "135", "136", "138", "139", "150", "151", "158", "159", "166", "176", "177", "181", "186", "187", "189",
    "199",
];
const ROADS: &[&str] =
    &["文化路", "建设路", "人民路", "解放路", "中兴路", "新华路", "江滨路", "湖东路", "迎春路", "山南路"];

fn make_residents(dice: &mut Dice, names: &Names, divisions: &[Division], count: u32, today: Day) -> Vec<Resident> {
    let locals: Vec<&Division> = divisions.iter().filter(|d| d.is_local).collect();
    // Districts are not of one size; the same throw decides that for every seed.
    let sizes: Vec<u32> = (0..locals.len()).map(|place| 60 + u32::try_from(place * 37 % 71).unwrap_or(0)).collect();
    let mut taken = HashSet::new();
    let mut residents = Vec::new();
    while residents.len() < usize::try_from(count).unwrap_or(usize::MAX) {
        let Some(home) = locals.get(dice.weighted(&sizes)) else { break };
        let origin = if dice.percent(68) { Some(*home) } else { divisions.get(dice.index(divisions.len())) };
        let Some(origin) = origin else { break };
        let group = u32::try_from(dice.weighted(AGE_GROUPS)).unwrap_or(0);
        let age_days = (group * 5 + dice.below(5)) * 365 + dice.below(365) + group;
        let born_on = today.saturating_sub(Span::new().days(i64::from(age_days) + 1));
        let is_male = dice.below(1000) < 512;
        let serial = dice.below(499) * 2 + if is_male { 1 } else { 2 };
        let first17 =
            format!("{}{:04}{:02}{:02}{serial:03}", origin.code, born_on.year(), born_on.month(), born_on.day());
        // A number that exists already is thrown again, with another birthday.
        let (Some(check), true) = (id_card_check(&first17), taken.insert(first17.parse::<u64>().unwrap_or(0))) else {
            continue;
        };
        let has_phone = group >= 2 && dice.percent(97);
        residents.push(Resident {
            id_card: format!("{first17}{check}"),
            name: names.person(dice, is_male),
            is_male,
            born_on,
            district_code: home.code.to_owned(),
            district: home.name.to_owned(),
            phone: has_phone.then(|| format!("{}{:08}", dice.word(PHONE_PREFIXES), dice.below(100_000_000))),
            address: address(dice, home.name),
        });
    }
    residents
}

fn address(dice: &mut Dice, district: &str) -> String {
    let break_or_not = if dice.below(500) == 0 { "\n" } else { "" };
    let (road, number) = (dice.word(ROADS), dice.between(1, 899));
    let (house, floor, flat) = (dice.between(1, 40), dice.between(1, 30), dice.between(1, 8));
    format!("江城市{district}{road}{number}号{break_or_not}{house}幢{floor}{flat:02}室")
}

fn make_employers(dice: &mut Dice, names: &Names, divisions: &[Division], residents: u32, today: Day) -> Vec<Employer> {
    let locals: Vec<&Division> = divisions.iter().filter(|d| d.is_local).collect();
    let mut taken = HashSet::new();
    let mut employers = Vec::new();
    while employers.len() < usize::try_from((residents / 18).max(20)).unwrap_or(20) {
        let Some(home) = locals.get(dice.index(locals.len())) else { break };
        let Some(credit_code) = credit_code(dice, home.code) else { continue };
        if !taken.insert(credit_code.clone()) {
            continue;
        }
        let (industry, words) = INDUSTRIES.get(dice.weighted(INDUSTRY_WEIGHTS)).copied().unwrap_or_default();
        employers.push(Employer {
            credit_code,
            name: names.firm(dice, words),
            industry,
            established_on: today.saturating_sub(Span::new().days(i64::from(dice.between(60, 12_000)))),
            // Most pay nearly always; one in fifteen is in trouble.
            missed_per_mille: if dice.below(15) == 0 { dice.between(60, 250) } else { dice.between(1, 15) },
        });
    }
    employers
}

const CREDIT_ALPHABET: &[char] = &[
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N',
    'P', 'Q', 'R', 'T', 'U', 'W', 'X', 'Y',
];

/// Enterprise, division, a subject code with its own check (GB 11714), check.
fn credit_code(dice: &mut Dice, division: &str) -> Option<String> {
    let mut subject = String::from("MA");
    for _ in 0..6 {
        subject.extend(CREDIT_ALPHABET.get(dice.index(CREDIT_ALPHABET.len())));
    }
    let first17 = format!("91{division}{subject}{}", subject_check(&subject)?);
    let check = credit_code_check(&first17)?;
    Some(format!("{first17}{check}"))
}

/// GB 11714-1997: letters count from A = 10.
fn subject_check(subject: &str) -> Option<char> {
    let mut sum = 0;
    for (symbol, weight) in subject.chars().zip([3, 7, 9, 10, 5, 8, 4, 2]) {
        sum += symbol.to_digit(36)? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(digit, 10),
    }
}

const RATES: &[i64] = &[5, 6, 7, 8, 10, 12];
const RATE_WEIGHTS: &[u32] = &[18, 6, 10, 22, 12, 32];

fn make_accounts(dice: &mut Dice, residents: &[Resident], employers: &[Employer], today: Day) -> Vec<Account> {
    // A few firms employ many and most employ few.
    let mut staff_total = 0_u32;
    let totals: Vec<u32> = employers
        .iter()
        .map(|_| {
            let size = 1 << dice.below(4).saturating_add(dice.below(4)).saturating_add(dice.below(4));
            staff_total = staff_total.saturating_add(size);
            staff_total
        })
        .collect();
    let last = today.saturating_sub(Span::new().days(1));
    let mut accounts = Vec::new();
    for (place, resident) in residents.iter().enumerate() {
        let age = i32::from(today.year()) - i32::from(resident.born_on.year());
        // 78 in 100 of working age work, 88 in 100 of those have an account.
        if !(20..60).contains(&age) || !dice.percent(69) {
            continue;
        }
        let employer_place = dice.by_running_total(&totals);
        let Some(employer) = employers.get(employer_place) else { continue };
        let hired = today.saturating_sub(Span::new().days(i64::from(dice.between(30, 5500))));
        let opened_on = hired.max(employer.established_on.saturating_add(Span::new().days(14)));
        let base_fen = i64::from(base_yuan(dice)) * 100;
        let rate_percent = RATES.get(dice.weighted(RATE_WEIGHTS)).copied().unwrap_or(5);
        let mut account = Account {
            account_no: format!("{CITY_CODE}{:010}", accounts.len() + 1),
            resident: place,
            employer: employer_place,
            opened_on,
            base_fen,
            rate_percent,
            balance_fen: 0,
            months: months(dice, employer, opened_on, last),
        };
        let months_open =
            i64::from(today.year() - opened_on.year()) * 12 + i64::from(today.month() - opened_on.month());
        account.balance_fen = account.monthly_fen() * 2 * months_open.max(1) * i64::from(dice.between(20, 95)) / 100;
        accounts.push(account);
    }
    accounts
}

/// Many earn near the floor, few near the ceiling: sums and rare large throws,
/// so that no floating-point rounding can differ between machines.
fn base_yuan(dice: &mut Dice) -> u32 {
    let mut yuan = 2200 + dice.below(3000) + dice.below(3000) + dice.below(2500);
    if dice.below(5) == 0 {
        yuan += dice.below(9000);
    }
    if dice.below(30) == 0 {
        yuan += dice.below(25_000);
    }
    yuan.clamp(BASE_YUAN_MIN, BASE_YUAN_MAX)
}

fn months(dice: &mut Dice, employer: &Employer, opened_on: Day, last: Day) -> Vec<(Month, MonthState)> {
    let first_told = last.first_of_month().saturating_sub(Span::new().months(i64::try_from(MONTHS).unwrap_or(12) - 1));
    let mut day = opened_on.first_of_month().max(first_told);
    let mut months = Vec::with_capacity(MONTHS);
    let mut before = MonthState::Paid;
    while day <= last {
        let missed_per_mille = if before == MonthState::Missed { 500 } else { employer.missed_per_mille };
        let state = if dice.below(1000) < missed_per_mille {
            MonthState::Missed
        } else if before == MonthState::Missed && dice.percent(40) {
            MonthState::CaughtUp
        } else {
            MonthState::Paid
        };
        months.push((Month::of(day), state));
        before = state;
        day = day.saturating_add(Span::new().months(1));
    }
    months
}

#[cfg(test)]
mod tests;
