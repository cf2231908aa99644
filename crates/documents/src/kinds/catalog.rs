//! 目录: what is registered and can be authorised, on the day of issue.

use shuyu_registry::ResourceState;

use super::Desk;
use crate::document::{Cell, Section};

pub(super) fn write(desk: &mut Desk<'_>) {
    let now = desk.stations.casework.registry().ledger().now();
    let title = desk.regime.terms.catalogue.as_ref().map_or(desk.new.kind.title(), |word| word.value.as_str());
    desk.content.title = crate::document::plain(title);
    let harmed = &desk.records.harmed;
    let open = desk.records.resources.values().map(AsRef::as_ref).filter(|resource| {
        let is_current = resource.registered_until.is_none_or(|until| now < until);
        resource.state == ResourceState::Registered
            && is_current
            && resource.barred.is_none()
            && !harmed.contains(&resource.id)
    });
    let table = desk.resources(open);
    let count = i64::try_from(table.rows.len()).unwrap_or(i64::MAX);
    desk.content.fact("截至", Cell::Day(desk.today));
    desk.content.fact("资源数", Cell::Count(count));
    desk.content.sections.push(Section::table("数据资源", table));
    desk.content.notes.push("目录只列已登记、在有效期内且不在负面清单的数据资源，不含任何数据内容。".to_owned());
    desk.made_from("资源登记");
    let clause = match &desk.regime.terms.catalogue {
        Some(word) => desk.regime.cite(word),
        None => desk.regime.cite_role(shuyu_model::Role::Agency),
    };
    desk.cites(clause);
}
