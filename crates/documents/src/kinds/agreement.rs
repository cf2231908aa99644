//! 授权运营协议, 加工授权协议 and 开发利用协议: parties, scope and term from the registry; the other
//! items that the rules prescribe from the operator's selection, or told.

use shuyu_model::id::AgreementId;
use shuyu_model::matter::MatterKind;
use shuyu_registry::{Agreement, AgreementKind, AgreementState};

use super::parts::{term, use_title};
use super::{Desk, Result, malformed};
use crate::document::{Cell, Section, Table};
use crate::headings::heading;
use crate::{DocumentKind, DocumentsError, reasons};

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let agreement = find(desk)?;
    let clause = match &desk.regime.agreement.contents_required {
        Some(listed) => desk.regime.cite(listed),
        None => desk.regime.cite(&desk.regime.agreement.years_max),
    };
    desk.only_for(&agreement.grantor, &clause);
    if agreement.state == AgreementState::Draft {
        let what = "the agreement is a draft";
        desk.refuse(reasons::NOT_CONCLUDED, what, &clause, "issue it when all parties have signed");
    }
    desk.parties.extend([agreement.grantor.clone(), agreement.grantee.clone()]);
    for (label, party) in [("授权方", &agreement.grantor), ("被授权方", &agreement.grantee)] {
        let code = desk.records.organisations.get(party).map(|one| one.credit_code.clone()).unwrap_or_default();
        desk.content.fact(label, Cell::text(format!("{}（统一社会信用代码{code}）", desk.records.name(party))));
    }
    desk.content.fact("期限", Cell::text(term(agreement.from, agreement.until)));
    desk.content.fact("签订日期", Cell::day(agreement.decided_at.map(|at| at.day())));
    desk.content.fact("签署文本摘要", Cell::text(agreement.document_digest.to_string()));
    if let Some(ended) = agreement.ended_at {
        desk.content.fact("提前终止", Cell::Day(ended.day()));
    }
    match agreement.kind {
        AgreementKind::Operator => operator(desk, &agreement).await?,
        AgreementKind::Processing => processing(desk, &agreement),
        AgreementKind::Development => development(desk, &agreement)?,
    }
    desk.made_from(agreement.id.to_string());
    desk.cites(clause);
    Ok(())
}

fn find(desk: &Desk<'_>) -> Result<Agreement> {
    let about = desk.about();
    let unseen = || DocumentsError::Unknown { kind: "agreement", id: about.chars().take(80).collect() };
    let id = AgreementId::parse(about).map_err(|_| unseen())?;
    let agreement = desk.records.agreements.get(&id).ok_or_else(unseen)?;
    let is_kind = match agreement.kind {
        AgreementKind::Operator => desk.new.kind == DocumentKind::OperatorAgreement,
        AgreementKind::Processing => desk.new.kind == DocumentKind::ProcessorAgreement,
        AgreementKind::Development => desk.new.kind == DocumentKind::DevelopmentAgreement,
    };
    if is_kind { Ok(Agreement::clone(agreement)) } else { Err(malformed("`about` names an agreement of another kind")) }
}

async fn operator(desk: &mut Desk<'_>, agreement: &Agreement) -> Result<()> {
    let resources: Vec<_> =
        agreement.resources.iter().filter_map(|id| desk.records.resources.get(id)).cloned().collect();
    let table = desk.resources(resources.iter().map(AsRef::as_ref));
    desk.content.sections.push(Section::table("数据资源范围和目录", table));
    let facts = selection_of(desk, agreement).await?;
    let regime = desk.regime;
    let rules = regime.matter.get(&MatterKind::OperatorSelection);
    let listed: Vec<_> = rules.into_iter().flat_map(|rules| rules.contents_at("sign")).collect();
    for contents in &listed {
        let clause = regime.cite_clause(&contents.source);
        for key in contents.keys.iter().filter(|key| !matches!(key.as_str(), "data_scope" | "scope")) {
            match (key.as_str(), facts.get(key)) {
                ("term", _) => {
                    let words = term(agreement.from, agreement.until);
                    desk.content.sections.push(Section::words(heading(key), &words));
                }
                (_, Some(text)) => desk.content.sections.push(Section::words(heading(key), text)),
                (_, None) => desk.tell(heading(key), &clause),
            }
        }
        desk.cites(clause);
    }
    // What the agreement itself holds under the document's own headings; where no move of
    // the selection lists them, all of these.
    if let Some(own) = &regime.agreement.contents_required {
        let clause = regime.cite(own);
        for item in own.value.iter().filter(|item| !is_of_records(item)) {
            if listed.is_empty() || agreement.contents.contains_key(item) {
                said(desk, agreement, item, &clause);
            }
        }
    }
    if let Some(shares) = agreement.shares {
        let mut table = Table::of(["收益方", "比例"]);
        for (who, share) in ["数据权属主体", "数据运营主体", "数据加工主体"].into_iter().zip(shares.all())
        {
            table.rows.push(vec![Cell::text(who), Cell::text(format!("{}.{:02}%", share / 100, share % 100))]);
        }
        desk.content.sections.push(Section::table("收益分配比例", table));
    }
    Ok(())
}

/// What an agreement says under a heading; where it says nothing, whoever issues it tells.
fn said(desk: &mut Desk<'_>, agreement: &Agreement, heading: &str, clause: &str) {
    match agreement.contents.get(heading).filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            desk.told.remove(heading);
            desk.content.sections.push(Section::words(heading, text));
        }
        None => desk.tell(heading, clause),
    }
}

/// Items of the documents' lists that the registry holds.
fn is_of_records(item: &str) -> bool {
    matches!(item, "授权运营的数据资源范围" | "数据资源范围和目录" | "授权运营期限" | "运营期限")
}

/// What was told when the operator was selected: of the latest selection that it won.
async fn selection_of(
    desk: &mut Desk<'_>,
    agreement: &Agreement,
) -> Result<std::collections::BTreeMap<String, String>> {
    for item in desk.stations.matters(desk.actor, MatterKind::OperatorSelection).await?.into_iter().rev() {
        let Some(matter) = desk.stations.casework.matter(&item.id, desk.actor).await? else { continue };
        if matter.facts.get("winner").is_some_and(|named| named == agreement.grantee.as_str()) {
            desk.made_from(item.id.to_string());
            return Ok(matter.facts);
        }
    }
    Ok(std::collections::BTreeMap::new())
}

/// What the agreement itself holds under each heading of the rules.
fn processing(desk: &mut Desk<'_>, agreement: &Agreement) {
    let resources: Vec<_> =
        agreement.resources.iter().filter_map(|id| desk.records.resources.get(id)).cloned().collect();
    let table = desk.resources(resources.iter().map(AsRef::as_ref));
    desk.content.sections.push(Section::table("数据资源范围和目录", table));
    for (heading, text) in &agreement.contents {
        desk.content.sections.push(Section::words(heading, text));
    }
    if let Some(rules) = &desk.regime.processor {
        let clause = desk.regime.cite(&rules.contents_required);
        desk.cites(clause);
    }
}

fn development(desk: &mut Desk<'_>, agreement: &Agreement) -> Result<()> {
    let id = agreement.scenario.as_ref().ok_or(DocumentsError::Stored { table: "agreements" })?;
    let scenario = desk.records.scenarios.get(id).ok_or(DocumentsError::Stored { table: "scenarios" })?.clone();
    let purpose = format!("{}（{}）\n{}", scenario.title, use_title(scenario.use_kind), scenario.purpose);
    desk.content.sections.push(Section::words("应用场景", &purpose));
    let mut fields = Table::of(["数据资源", "字段", "使用理由"]);
    for field in &scenario.fields {
        let resource = desk.records.resources.get(&field.resource);
        let column = resource.and_then(|resource| resource.column(&field.column));
        fields.rows.push(vec![
            Cell::text(desk.records.resource_title(&field.resource)),
            Cell::text(column.map_or(field.column.as_str(), |column| column.title.as_str())),
            Cell::text(&field.reason),
        ]);
    }
    desk.content.sections.push(Section::table("公共数据资源的范围", fields));
    desk.content.sections.push(Section::words("开发利用的期限", &term(agreement.from, agreement.until)));
    if let Some(listed) = &desk.regime.agreement.development_contents_required {
        let clause = desk.regime.cite(listed);
        for item in listed.value.iter().filter(|item| !matches!(item.as_str(), "应用场景" | "公共数据资源的范围"))
        {
            said(desk, agreement, item, &clause);
        }
        desk.cites(clause);
    }
    desk.made_from(scenario.id.to_string());
    Ok(())
}
