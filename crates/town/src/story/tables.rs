//! The tables that departments bring, each column with its class, grade and
//! mask, as the department's own people classified it.
//!
//! One of them is classified wrongly on purpose: the fund holds that an
//! employer's credit code is public and needs no mask. The airlock finds it.

use serde_json::{Value, json};

/// A column, as registered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Col {
    pub(crate) name: &'static str,
    title: &'static str,
    kind: &'static str,
    class: &'static str,
    pub(crate) grade: &'static str,
    mask: Masked,
    is_entity: bool,
}

#[derive(Debug, Clone, Copy)]
enum Masked {
    None,
    KeepPrefix(u16),
    Month,
    Year,
    Bucket(u32),
    Redact,
    Pseudonym,
}

/// A table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) english: &'static str,
    description: &'static str,
    /// Who brings it.
    pub(crate) login: &'static str,
    update_every_days: u16,
    pub(crate) columns: &'static [Col],
}

const fn col(
    name: &'static str,
    title: &'static str,
    kind: &'static str,
    class: &'static str,
    grade: &'static str,
    mask: Masked,
) -> Col {
    Col { name, title, kind, class, grade, mask, is_entity: false }
}

const fn entity(name: &'static str, title: &'static str, grade: &'static str) -> Col {
    Col { name, title, kind: "text", class: "direct_identifier", grade, mask: Masked::Pseudonym, is_entity: true }
}

const DIRECT: &str = "direct_identifier";
const QUASI: &str = "quasi_identifier";
const SENSITIVE: &str = "sensitive";
const PLAIN: &str = "plain";

/// Provident fund accounts.
pub(crate) const ACCOUNTS: Table = Table {
    name: "fund_accounts",
    title: "住房公积金账户",
    english: "provident fund accounts",
    description: "每个缴存职工一行，由业务系统每日导出。One row for each contributor, exported daily.",
    login: "zhou.min",
    update_every_days: 1,
    columns: &[
        col("account_no", "公积金账号", "text", DIRECT, "l3", Masked::Pseudonym),
        entity("id_card", "身份证号", "l3"),
        col("name", "姓名", "text", DIRECT, "l3", Masked::Redact),
        col("employer_credit_code", "单位信用代码", "text", PLAIN, "l1", Masked::None),
        col("opened_on", "开户日期", "date", QUASI, "l2", Masked::Month),
        col("base_fen", "缴存基数（分）", "integer", SENSITIVE, "l3", Masked::Bucket(100_000)),
        col("rate_percent", "缴存比例（%）", "integer", PLAIN, "l2", Masked::None),
        col("balance_fen", "余额（分）", "integer", SENSITIVE, "l3", Masked::Bucket(1_000_000)),
        col("state", "账户状态", "text", PLAIN, "l2", Masked::None),
    ],
};

/// Provident fund contributions.
pub(crate) const CONTRIBUTIONS: Table = Table {
    name: "fund_contributions",
    title: "住房公积金月缴存",
    english: "provident fund contributions",
    description: "每个账户每月一行。One row for each account and month.",
    login: "zhou.min",
    update_every_days: 30,
    columns: &[
        entity("account_no", "公积金账号", "l3"),
        col("month", "缴存月份", "date", PLAIN, "l2", Masked::None),
        col("personal_fen", "个人缴存（分）", "integer", SENSITIVE, "l3", Masked::Bucket(10_000)),
        col("employer_fen", "单位缴存（分）", "integer", SENSITIVE, "l3", Masked::Bucket(10_000)),
        col("state", "缴存状态", "text", PLAIN, "l2", Masked::None),
    ],
};

/// Residents.
pub(crate) const RESIDENTS: Table = Table {
    name: "residents",
    title: "常住人口",
    english: "residents",
    description: "每位常住居民一行。One row for each resident.",
    login: "meng.fan",
    update_every_days: 7,
    columns: &[
        entity("id_card", "身份证号", "l3"),
        col("name", "姓名", "text", DIRECT, "l3", Masked::Redact),
        col("sex", "性别", "text", QUASI, "l2", Masked::None),
        col("birth_date", "出生日期", "date", QUASI, "l3", Masked::Year),
        col("district_code", "行政区划代码", "text", PLAIN, "l1", Masked::None),
        col("district", "行政区", "text", PLAIN, "l1", Masked::None),
        col("phone", "手机号", "text", DIRECT, "l3", Masked::Redact),
        col("address", "住址", "text", QUASI, "l3", Masked::KeepPrefix(6)),
    ],
};

/// Charging and parking zones.
pub(crate) const ZONES: Table = Table {
    name: "charging_zones",
    title: "充电停车片区",
    english: "charging and parking zones",
    description: "每个片区一行：充电桩数、面积、位置。One row for each zone: piles, area, place.",
    login: "feng.yi",
    update_every_days: 90,
    columns: &[
        col("zone_no", "片区编号", "integer", PLAIN, "l1", Masked::None),
        col("grid", "网格编号", "integer", PLAIN, "l1", Masked::None),
        col("pile_count", "充电桩数", "integer", PLAIN, "l1", Masked::None),
        col("fast_count", "快充桩数", "integer", PLAIN, "l1", Masked::None),
        col("slow_count", "慢充桩数", "integer", PLAIN, "l1", Masked::None),
        col("area_km2", "面积（平方公里）", "float", PLAIN, "l1", Masked::None),
        col("longitude", "经度", "float", PLAIN, "l1", Masked::None),
        col("latitude", "纬度", "float", PLAIN, "l1", Masked::None),
        col("is_centre", "是否中心区", "integer", PLAIN, "l1", Masked::None),
        col("is_dynamic_price", "是否动态定价", "integer", PLAIN, "l1", Masked::None),
    ],
};

/// Charging stations.
pub(crate) const STATIONS: Table = Table {
    name: "charging_stations",
    title: "充电站点",
    english: "charging stations",
    description: "每个站点一行。One row for each station.",
    login: "feng.yi",
    update_every_days: 90,
    columns: &[
        col("station_no", "站点编号", "integer", PLAIN, "l1", Masked::None),
        col("latitude", "纬度", "float", PLAIN, "l1", Masked::None),
        col("longitude", "经度", "float", PLAIN, "l1", Masked::None),
        col("fast_count", "快充桩数", "integer", PLAIN, "l1", Masked::None),
        col("slow_count", "慢充桩数", "integer", PLAIN, "l1", Masked::None),
        col("pile_count", "充电桩数", "integer", PLAIN, "l1", Masked::None),
    ],
};

const AIR: &[Col] = &[
    col("row_no", "序号", "integer", PLAIN, "l1", Masked::None),
    col("year", "年", "integer", PLAIN, "l1", Masked::None),
    col("month", "月", "integer", PLAIN, "l1", Masked::None),
    col("day", "日", "integer", PLAIN, "l1", Masked::None),
    col("hour", "时", "integer", PLAIN, "l1", Masked::None),
    col("pm2_5", "PM2.5", "float", PLAIN, "l1", Masked::None),
    col("pm10", "PM10", "float", PLAIN, "l1", Masked::None),
    col("so2", "二氧化硫", "float", PLAIN, "l1", Masked::None),
    col("no2", "二氧化氮", "float", PLAIN, "l1", Masked::None),
    col("co", "一氧化碳", "float", PLAIN, "l1", Masked::None),
    col("o3", "臭氧", "float", PLAIN, "l1", Masked::None),
    col("temperature", "气温", "float", PLAIN, "l1", Masked::None),
    col("pressure", "气压", "float", PLAIN, "l1", Masked::None),
    col("dew_point", "露点", "float", PLAIN, "l1", Masked::None),
    col("rain", "降水", "float", PLAIN, "l1", Masked::None),
    col("wind_direction", "风向", "text", PLAIN, "l1", Masked::None),
    col("wind_speed", "风速", "float", PLAIN, "l1", Masked::None),
    col("station", "站点", "text", PLAIN, "l1", Masked::None),
];

/// Hourly air, Dongsi.
pub(crate) const AIR_DONGSI: Table = Table {
    name: "air_dongsi",
    title: "东四站空气质量",
    english: "hourly air, Dongsi",
    description: "逐小时空气质量与气象。Hourly air quality and weather.",
    login: "bai.lu",
    update_every_days: 1,
    columns: AIR,
};

/// Hourly air, Aotizhongxin.
pub(crate) const AIR_AOTI: Table =
    Table {
        name: "air_aotizhongxin", title: "奥体中心站空气质量", english: "hourly air, Aotizhongxin", ..AIR_DONGSI
    };

/// Loans with their outcome.
pub(crate) const LOANS: Table = Table {
    name: "loan_history",
    title: "历史信贷记录",
    english: "loan history",
    description: "每笔历史贷款一行及其结果。One row for each past loan, with its outcome.",
    login: "shi.lei",
    update_every_days: 365,
    columns: &[
        col("checking_account", "活期账户", "text", SENSITIVE, "l3", Masked::None),
        col("duration_months", "期限（月）", "integer", PLAIN, "l2", Masked::None),
        col("credit_history", "信用历史", "text", SENSITIVE, "l3", Masked::None),
        col("purpose", "用途", "text", PLAIN, "l2", Masked::None),
        col("credit_amount", "金额", "integer", SENSITIVE, "l3", Masked::Bucket(1000)),
        col("savings", "储蓄", "text", SENSITIVE, "l3", Masked::None),
        col("employed_since", "就业年限", "text", QUASI, "l2", Masked::None),
        col("instalment_percent", "分期占收入比", "integer", SENSITIVE, "l3", Masked::None),
        col("status_and_sex", "婚姻与性别", "text", QUASI, "l3", Masked::None),
        col("guarantors", "担保", "text", PLAIN, "l2", Masked::None),
        col("resident_since", "居住年限", "integer", QUASI, "l2", Masked::None),
        col("property", "财产", "text", SENSITIVE, "l3", Masked::None),
        col("age_years", "年龄", "integer", QUASI, "l3", Masked::Bucket(10)),
        col("other_instalments", "其他分期", "text", PLAIN, "l2", Masked::None),
        col("housing", "住房", "text", QUASI, "l2", Masked::None),
        col("credits_count", "在贷笔数", "integer", PLAIN, "l2", Masked::None),
        col("job", "职业", "text", QUASI, "l2", Masked::None),
        col("dependants_count", "赡养人数", "integer", QUASI, "l2", Masked::None),
        col("telephone", "是否登记电话", "text", PLAIN, "l2", Masked::None),
        col("foreign_worker", "是否外籍", "text", QUASI, "l3", Masked::None),
        col("creditability", "结果", "text", SENSITIVE, "l3", Masked::None),
    ],
};

impl Col {
    /// As the API wants it, without the grade, which is given separately.
    fn json(&self) -> Value {
        let mask = match self.mask {
            Masked::None => json!({ "mask": "none" }),
            Masked::KeepPrefix(chars) => json!({ "mask": "keep_prefix", "chars": chars }),
            Masked::Month => json!({ "mask": "generalise_date", "to": "month" }),
            Masked::Year => json!({ "mask": "generalise_date", "to": "year" }),
            Masked::Bucket(width) => json!({ "mask": "bucket", "width": width }),
            Masked::Redact => json!({ "mask": "redact" }),
            Masked::Pseudonym => json!({ "mask": "pseudonym" }),
        };
        json!({
            "name": self.name, "title": self.title, "type": self.kind, "class": self.class,
            "grade": null, "mask": mask, "is_entity": self.is_entity,
        })
    }
}

impl Table {
    /// The body that drafts it.
    pub(crate) fn draft(&self) -> Value {
        json!({
            "name": self.name, "title": self.title, "description": self.description,
            "update_every_days": self.update_every_days,
            "columns": self.columns.iter().map(Col::json).collect::<Vec<_>>(),
        })
    }

    /// The body that grades it.
    pub(crate) fn grades(&self) -> Value {
        let grades: serde_json::Map<_, _> = self.columns.iter().map(|c| (c.name.to_owned(), json!(c.grade))).collect();
        json!({ "grades": grades })
    }
}

#[cfg(test)]
mod tests {
    use shuyu_model::{Column, Grade};

    use super::*;
    use crate::shipped;

    #[test]
    fn every_column_reads_as_the_nouns_want_it() {
        for table in [ACCOUNTS, CONTRIBUTIONS, RESIDENTS, ZONES, STATIONS, AIR_DONGSI, AIR_AOTI, LOANS] {
            for column in table.columns {
                let read: Column = serde_json::from_value(column.json()).unwrap();
                assert!(shuyu_model::column::is_plain_name(&read.name), "{}", read.name);
                serde_json::from_value::<Grade>(json!(column.grade)).unwrap();
            }
            assert!(table.columns.iter().filter(|column| column.is_entity).count() <= 1, "{}", table.name);
        }
    }

    #[test]
    fn the_tables_have_the_columns_of_the_files() {
        for (table, shipped) in [
            (ZONES, shipped::ZONES),
            (STATIONS, shipped::STATIONS),
            (AIR_DONGSI, shipped::AIR_DONGSI),
            (AIR_AOTI, shipped::AIR_AOTI),
            (LOANS, shipped::CREDIT),
        ] {
            let csv = shipped.csv().unwrap();
            let header: Vec<_> =
                csv::Reader::from_reader(csv.as_slice()).headers().unwrap().iter().map(str::to_owned).collect();
            assert_eq!(header, table.columns.iter().map(|column| column.name).collect::<Vec<_>>());
        }
    }
}
