//! The city's tables as CSV in UTF-8, one function each, column names first.
//!
//! Money is whole fen, months are their first day. The accounts can hold rows
//! that are broken on purpose, so that a quality report has something to say.

use std::io::Write;

use csv::WriterBuilder;

use super::{City, MonthState};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows that a careful reader takes.
    pub rows_good: u64,
    /// The lines, counted from 1 with the header, on which broken rows stand.
    pub bad_lines: Vec<u64>,
}

impl Written {
    fn all_good(rows: usize) -> Self {
        Self { rows_good: u64::try_from(rows).unwrap_or(u64::MAX), bad_lines: Vec::new() }
    }
}

/// Rows that are broken, each in its own way: a day that does not exist, cells
/// that are missing, words where a number belongs.
const BAD_ACCOUNTS: &[&[&str]] = &[
    &[
        "43019900000001",
        "11010519491231002X",
        "甄建国",
        "91350100M000100Y43",
        "2025-02-30",
        "500000",
        "8",
        "1200000",
        "正常",
    ],
    &["43019900000002", "11010519491231002X", "贾思敏", "91350100M000100Y43"],
    &[
        "43019900000003",
        "11010519491231002X",
        "吴立",
        "91350100M000100Y43",
        "2019-07-01",
        "约八千元",
        "8",
        "1200000",
        "正常",
    ],
];

impl City {
    /// `id_card, name, sex, birth_date, district_code, district, phone, address`.
    pub fn write_residents(&self, out: impl Write) -> Result<Written, csv::Error> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["id_card", "name", "sex", "birth_date", "district_code", "district", "phone", "address"])?;
        for r in &self.residents {
            let born_on = r.born_on.to_string();
            let sex = if r.is_male { "男" } else { "女" };
            let phone = r.phone.as_deref().unwrap_or_default();
            csv.write_record([&r.id_card, &r.name, sex, &born_on, &r.district_code, &r.district, phone, &r.address])?;
        }
        csv.flush()?;
        Ok(Written::all_good(self.residents.len()))
    }

    /// `credit_code, name, industry, established_on`.
    pub fn write_employers(&self, out: impl Write) -> Result<Written, csv::Error> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["credit_code", "name", "industry", "established_on"])?;
        for e in &self.employers {
            csv.write_record([&e.credit_code, &e.name, e.industry, &e.established_on.to_string()])?;
        }
        csv.flush()?;
        Ok(Written::all_good(self.employers.len()))
    }

    /// `account_no, id_card, name, employer_credit_code, opened_on, base_fen,
    /// rate_percent, balance_fen, state`, and the broken rows asked for.
    pub fn write_accounts(&self, out: impl Write) -> Result<Written, csv::Error> {
        let mut csv = WriterBuilder::new().flexible(true).from_writer(out);
        csv.write_record([
            "account_no",
            "id_card",
            "name",
            "employer_credit_code",
            "opened_on",
            "base_fen",
            "rate_percent",
            "balance_fen",
            "state",
        ])?;
        let bad_rows = usize::try_from(self.bad_rows).unwrap_or(0);
        let apart = (self.accounts.len() / bad_rows.saturating_add(1)).max(1);
        let mut line = 1_u64;
        let mut bad_lines = Vec::new();
        let mut bad = BAD_ACCOUNTS.iter().cycle().take(bad_rows).peekable();
        for (place, a) in self.accounts.iter().enumerate() {
            if place > 0
                && place % apart == 0
                && let Some(row) = bad.next()
            {
                csv.write_record(*row)?;
                line += 1;
                bad_lines.push(line);
            }
            let (Some(holder), Some(employer)) = (self.residents.get(a.resident), self.employers.get(a.employer))
            else {
                continue;
            };
            let (opened_on, base, rate) = (a.opened_on.to_string(), a.base_fen.to_string(), a.rate_percent.to_string());
            let balance = a.balance_fen.to_string();
            csv.write_record([
                &a.account_no,
                &holder.id_card,
                &holder.name,
                &employer.credit_code,
                &opened_on,
                &base,
                &rate,
                &balance,
                a.state(),
            ])?;
            line += 1;
        }
        for row in bad {
            csv.write_record(*row)?;
            line += 1;
            bad_lines.push(line);
        }
        csv.flush()?;
        Ok(Written { bad_lines, ..Written::all_good(self.accounts.len()) })
    }

    /// `account_no, month, personal_fen, employer_fen, state`.
    pub fn write_contributions(&self, out: impl Write) -> Result<Written, csv::Error> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(["account_no", "month", "personal_fen", "employer_fen", "state"])?;
        let mut rows = 0;
        for a in &self.accounts {
            let (once, twice) = (a.monthly_fen().to_string(), (a.monthly_fen() * 2).to_string());
            for (month, state) in &a.months {
                let (amount, word) = match state {
                    MonthState::Paid => (once.as_str(), "正常"),
                    MonthState::Missed => ("0", "欠缴"),
                    MonthState::CaughtUp => (twice.as_str(), "补缴"),
                };
                csv.write_record([&a.account_no, &format!("{month}-01"), amount, amount, word])?;
                rows += 1;
            }
        }
        csv.flush()?;
        Ok(Written::all_good(rows))
    }
}
