//! Chapter three: registration, the operator agreement, three scenarios; each
//! by the procedure that the regime prescribes, with its working days.

use anyhow::Context as _;
use serde_json::{Value, json};
use shuyu_model::{Day, Time};

use super::World;
use super::cases::{self, Case};
use super::client::{items, text};
use super::tables::{ACCOUNTS, CONTRIBUTIONS, RESIDENTS, ZONES};
use super::world::document_digest;

/// The word, the English and the department of what gets registered.
const REGISTERED: [super::tables::Table; 4] = [ACCOUNTS, CONTRIBUTIONS, RESIDENTS, ZONES];

/// 登记: acceptance, formal review, ten working days of public notice.
pub(super) async fn register(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("三、登记与授权", "Three: registration and authorisation")?;
    let mut open = Vec::new();
    for table in REGISTERED {
        w.stage.step(
            format!("登记“{}”：受理、形式审核", table.title),
            format!("registering {}: accepted, reviewed", table.english),
        );
        let id = World::made(&w.report.resources, table.name)?.to_owned();
        let case = cases::apply(w, table.login, &id, RESOURCE_PAPERS).await?;
        cases::sign(w, "fang.ming", &case, "acceptance", None).await?;
        cases::sign(w, "tan.hui", &case, "formal_review", None).await?;
        w.stage.done(&case.id)?;
        open.push(case);
    }
    if let Some(case) = open.first() {
        w.stage.step("公示未满十个工作日就签署", "signing before ten working days of public notice");
        let reply = cases::try_sign(w, "he.zhiyuan", case, "public_notice", None).await?;
        w.refused("a signature before the notice is over", reply, "CAS-007")?;
    }
    super::select::call(w).await?;
    w.stage
        .step("公示十个工作日（示范时钟前移）", "ten working days of public notice (the demonstration's clock moves)");
    let earliest = after_notice(w, &open).await?;
    w.stage.done(format!("{earliest}"))?;
    w.stage.step("公示期满，登记生效", "the notice is over, the resources are registered");
    for case in &open {
        cases::sign(w, "he.zhiyuan", case, "public_notice", None).await?;
    }
    w.stage.done(format!("{} 项 resources", open.len()))?;

    w.stage.step("历史信贷记录列入负面清单", "the loan history goes on the negative list");
    let loans = World::made(&w.report.resources, super::tables::LOANS.name)?.to_owned();
    let body =
        json!({ "resource": loans, "ground": "含敏感个人信息，不宜授权 sensitive about people", "clause": "三(二)1" });
    w.person("he.zhiyuan")?.post("/v1/negative_list", &body).await?.json()?;
    w.stage.done("")
}

/// What the first registration of a resource brings (N26 9(1)).
const RESOURCE_PAPERS: &[&str] =
    &["subject_info", "lawful_source", "description", "preserved_evidence", "scenario_info", "risk_assessment"];

/// Moves the clock to the morning after the last of these notices. Says which day.
pub(super) async fn after_notice(w: &mut World<'_>, open: &[Case]) -> anyhow::Result<Day> {
    let earliest = earliest(w, open).await?;
    w.advance_to(Time::at_start_of(earliest).plus_micros(NINE_O_CLOCK_MICROS)).await?;
    Ok(earliest)
}

/// Nine in the morning.
const NINE_O_CLOCK_MICROS: i64 = 9 * 3600 * 1_000_000;

/// The first day on which all of these cases can be signed, as they say themselves.
async fn earliest(w: &World<'_>, open: &[Case]) -> anyhow::Result<Day> {
    let mut latest = w.today();
    for case in open {
        let seen = w.person("he.zhiyuan")?.get(&format!("/v1/cases/{}", case.id)).await?.json()?;
        let steps = items(&seen, "steps")?;
        let notice = steps.iter().find(|step| step.get("step").is_some_and(|name| name == "public_notice"));
        let day = notice.and_then(|step| step.pointer("/earliest/day")).and_then(Value::as_str);
        latest = latest.max(day.context("a notice does not say from when it can be signed")?.parse()?);
    }
    Ok(latest)
}

/// The operator agreement and the three scenarios under it.
pub(super) async fn agree(w: &mut World<'_>) -> anyhow::Result<()> {
    let from = w.today();
    let operator = World::made(&w.report.organisations, "operator")?.to_owned();
    let resource = |name: &str| World::made(&w.report.resources, name).map(str::to_owned);
    let named = REGISTERED.iter().map(|table| resource(table.name)).collect::<anyhow::Result<Vec<_>>>()?;
    let loans = resource(super::tables::LOANS.name)?;

    w.stage.step("把未登记且在负面清单上的数据写进协议", "an agreement about unregistered, negative-listed data");
    let body = operator_agreement(&operator, &[loans], &from.to_string(), None);
    let reply = w.person("fang.ming")?.post("/v1/agreements", &body).await?;
    w.refused("an agreement about negative-listed data", reply, "REG-004")?;

    w.stage.step("档案未备齐就起草协议", "an agreement before the papers are on file");
    let body = operator_agreement(&operator, &named, &from.to_string(), None);
    let reply = w.person("fang.ming")?.post("/v1/agreements", &body).await?;
    w.refused("an agreement before the papers are on file", reply, "REG-040")?;
    super::dossier::file(w).await?;
    super::dossier::find(w, &REGISTERED).await?;

    w.stage.step("未经遴选就签订授权运营协议", "an operator agreement before anybody was selected");
    let early = text(&w.person("fang.ming")?.post("/v1/agreements", &body).await?.json()?, "id")?;
    let digest = text(&w.person("fang.ming")?.get(&format!("/v1/agreements/{early}")).await?.json()?, "digest")?;
    let opened = json!({ "procedure": "operator_agreement", "subject": early, "subject_digest": digest });
    let reply = w.person("fang.ming")?.post("/v1/cases", &opened).await?;
    w.refused("an agreement with an operator whom no selection has chosen", reply, "CAS-054")?;
    super::select::choose(w).await?;

    w.stage.step("没有实施方案就签订授权运营协议", "an operator agreement that rests on no scheme");
    let reply = w.person("fang.ming")?.post("/v1/cases", &opened).await?;
    w.refused("an agreement that rests on no approved scheme", reply, "CAS-081")?;
    let scheme = super::select::scheme(w).await?;
    let body = operator_agreement(&operator, &named, &from.to_string(), Some(&scheme));

    w.stage.step("签订授权运营协议：三重一大、运营机构、大数据中心", "the operator agreement: decided, signed, signed");
    let agreement = text(&w.person("fang.ming")?.post("/v1/agreements", &body).await?.json()?, "id")?;
    let case = case_about(w, "fang.ming", "operator_agreement", "agreements", &agreement).await?;
    cases::sign(w, "tan.hui", &case, "collective_decision", Some("会议纪要 minutes")).await?;
    cases::sign(w, "su.he", &case, "operator_signature", None).await?;
    cases::sign(w, "luo.chuan", &case, "agency_signature", None).await?;
    let until = text(&w.person("fang.ming")?.get(&format!("/v1/agreements/{agreement}")).await?.json()?, "until")?;
    w.stage.done(format!("{agreement}, {from} – {until}"))?;
    w.report.agreements.insert("operator".to_owned(), agreement.clone());

    for (word, title, english, use_kind, fields) in SCENARIOS {
        w.stage.step(format!("应用场景“{title}”：逐字段说明用途，合规审查"), format!("scenario: {english}"));
        let body = scenario(w, title, english, use_kind, fields, &agreement)?;
        let scenario = text(&w.person("lu.yao")?.post("/v1/scenarios", &body).await?.json()?, "id")?;
        let case = case_about(w, "lu.yao", "scenario", "scenarios", &scenario).await?;
        cases::sign(w, "tan.hui", &case, "compliance_review", None).await?;
        w.stage.done(format!("{scenario}, {use_kind}, {} 个字段 fields", fields.len()))?;
        w.report.scenarios.insert((*word).to_owned(), scenario);
    }
    Ok(())
}

/// Reads what the subject's digest is, then opens a case about it.
pub(super) async fn case_about(
    w: &World<'_>,
    login: &str,
    procedure: &str,
    list: &str,
    id: &str,
) -> anyhow::Result<Case> {
    let digest = text(&w.person(login)?.get(&format!("/v1/{list}/{id}")).await?.json()?, "digest")?;
    cases::open(w, login, procedure, id, &digest).await
}

fn operator_agreement(operator: &str, resources: &[String], from: &str, scheme: Option<&str>) -> Value {
    // The document sets the term, so that no last day is named.
    json!({
        "kind": "operator", "grantee": operator, "resources": resources, "from": from,
        "document_digest": document_digest("江城市公共数据资源授权运营协议"), "mode": "whole", "scheme": scheme,
    })
}

/// A field: table, column, what it is needed for.
type FieldRow = (&'static str, &'static str, &'static str);

/// Word, title, English, use, fields.
const SCENARIOS: &[(&str, &str, &str, &str, &[FieldRow])] = &[
    (
        "verification",
        "公积金缴存核验",
        "provident fund verification for lending",
        "industry",
        &[
            ("fund_accounts", "id_card", "按本人查询，以假名为键 to find the person, as a pseudonym"),
            ("fund_accounts", "account_no", "连接月缴存表 to join the contributions"),
            ("fund_accounts", "state", "核验账户状态 whether the account is active"),
            ("fund_accounts", "base_fen", "缴存基数分档 the band of the base"),
            ("fund_contributions", "account_no", "连接账户表 to join the accounts"),
            ("fund_contributions", "month", "计算缴存月数 to count months"),
            ("fund_contributions", "state", "区分正常与欠缴 to tell paid from missed"),
        ],
    ),
    (
        "parking",
        "充电停车布局",
        "charging and parking layout",
        "industry",
        &[
            ("charging_zones", "zone_no", "统计片区数 to count zones"),
            ("charging_zones", "longitude", "落到网格 to place into cells"),
            ("charging_zones", "latitude", "落到网格 to place into cells"),
            ("charging_zones", "pile_count", "汇总充电桩 to sum the piles"),
            ("charging_zones", "fast_count", "汇总快充桩 to sum the fast piles"),
            ("charging_zones", "area_km2", "计算密度 for the density"),
        ],
    ),
    (
        "districts",
        "分区缴存覆盖报告",
        "coverage of the fund by district",
        "public_welfare",
        &[
            ("residents", "id_card", "与账户连接并计人数 to join and to count people"),
            ("residents", "district", "按区统计 to group by district"),
            ("residents", "birth_date", "按年代统计 to group by year of birth"),
            ("fund_accounts", "id_card", "与人口连接 to join the residents"),
            ("fund_accounts", "base_fen", "平均缴存基数 for the mean base"),
            ("fund_accounts", "employer_credit_code", "按单位统计 to group by employer"),
        ],
    ),
];

fn scenario(
    w: &World<'_>,
    title: &str,
    purpose: &str,
    use_kind: &str,
    fields: &[FieldRow],
    agreement: &str,
) -> anyhow::Result<Value> {
    let fields = fields
        .iter()
        .map(|(table, column, reason)| {
            let resource = World::made(&w.report.resources, table)?;
            Ok(json!({ "resource": resource, "column": column, "reason": reason }))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(json!({
        "title": title, "purpose": format!("{title} {purpose}"), "use_kind": use_kind, "agreement": agreement,
        "emergency_plan_digest": document_digest("数据安全应急预案"), "fields": fields,
    }))
}
