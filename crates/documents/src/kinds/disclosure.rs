//! 信息披露: what the rules want the public to know of a period. Parts are chosen by
//! the contents that the rules list; where they list none, all of them stand.
//!
//! Nothing here tells who used what: that is for the parties.

use shuyu_model::Role;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Disclosure;
use shuyu_model::regime::words::body_of;

use super::parts::Readers;
use super::{Desk, Result};
use crate::document::Cell;
use crate::reasons;

/// A part of a disclosure that the records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Authorised,
    Selection,
    Scenarios,
    Products,
    Usage,
}

/// What the documents call the parts. A content that is not here is told by the issuer.
const PARTS: &[(&str, Part)] = &[
    ("授权对象", Part::Authorised),
    ("授权内容", Part::Authorised),
    ("授权范围", Part::Authorised),
    ("授权时限", Part::Authorised),
    ("运营机构确定结果", Part::Selection),
    ("运营主体、加工主体选定结果", Part::Selection),
    ("运营场景和方案", Part::Scenarios),
    ("可供再开发的数据产品和服务", Part::Products),
    ("数据资源使用情况", Part::Usage),
];

/// Those of a document that names no contents.
const ALL: &[Part] = &[Part::Authorised, Part::Scenarios, Part::Products, Part::Usage];

pub(crate) fn part_of(content: &str) -> Option<Part> {
    PARTS.iter().find(|(known, _)| *known == content).map(|(_, part)| *part)
}

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let period = desk.period()?;
    let regime = desk.regime;
    let issuers = desk.new.kind.issuers();
    let role = issuers.iter().copied().find(|role| desk.actor.is(*role));
    let duties: Vec<&Disclosure> =
        regime.disclosure.iter().filter(|duty| role.and_then(body_of) == Some(duty.by)).collect();
    let Some(first) = duties.first() else {
        let clause = regime.disclosure.first().map_or("setting", |duty| duty.source.as_str());
        let known: Vec<&str> = regime.disclosure.iter().map(|duty| duty.by.word()).collect();
        let what = format!("the rules ask these to disclose: {}", known.join(", "));
        desk.refuse(reasons::NOT_IN_RULES, what, &regime.cite_clause(clause), "ask one of them");
        return Ok(());
    };
    if duties.iter().all(|duty| duty.every_months.value != period.months()) {
        let what = format!("it is owed every {} months", first.every_months.value);
        desk.refuse(reasons::OTHER_INTERVAL, what, &regime.cite(&first.every_months), "name a period of that length");
    }
    desk.content.title = format!("{}{}", period.title(), desk.content.title);
    desk.content.fact("披露主体", Cell::text(desk.records.name(&desk.actor.organisation)));
    desk.content.fact("披露期间", Cell::text(period.title()));
    let mut parts: Vec<Part> = Vec::new();
    for duty in &duties {
        desk.cites(regime.cite_clause(&duty.source));
        match &duty.contents {
            None => parts.extend(ALL),
            Some(listed) => {
                for content in &listed.value {
                    match part_of(content) {
                        Some(part) => parts.push(part),
                        None => desk.tell(content, &regime.cite(listed)),
                    }
                }
            }
        }
    }
    let mut seen: Vec<Part> = Vec::new();
    for part in parts {
        if !seen.contains(&part) {
            seen.push(part);
            write_part(desk, part, role).await?;
        }
    }
    Ok(())
}

async fn write_part(desk: &mut Desk<'_>, part: Part, role: Option<Role>) -> Result<()> {
    let period = desk.period()?;
    let (from, until) = (period.first_day(), period.last_day());
    // An operator speaks for itself, the bodies above it for all.
    let own = (role == Some(Role::Operator)).then(|| desk.actor.organisation.clone());
    match part {
        Part::Authorised => desk.authorised("授权对象、内容、范围和时限", from, until, own.as_ref()),
        Part::Selection => {
            desk.matters("选定过程", &[MatterKind::OperatorSelection], from, until).await?;
            desk.authorised("选定结果", from, until, own.as_ref());
        }
        Part::Scenarios => desk.scenarios("运营场景", until, own.as_ref()),
        Part::Products => desk.products("公共数据产品和服务", until, own.as_ref()),
        Part::Usage => {
            let (begin, end) = period.bounds();
            let uses = desk.stations.uses(begin, end).await?;
            let wanted = |one: &shuyu_delivery::Subscription| own.as_ref().is_none_or(|own| one.operator == *own);
            desk.usage("数据资源使用情况", &uses, wanted, Readers::Everybody);
        }
    }
    Ok(())
}
