//! A department's account of the use of its data: which resource, in which scenario,
//! by whom, how often, in which period.

use shuyu_model::Role;
use shuyu_model::id::OrganisationId;

use super::parts::Readers;
use super::{Desk, Result};
use crate::DocumentsError;
use crate::document::{Cell, Section};

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let (period, about) = (desk.period()?, desk.about());
    let unseen = || DocumentsError::Unknown { kind: "department", id: about.chars().take(80).collect() };
    let source = OrganisationId::parse(about).map_err(|_| unseen())?;
    let department = desk.records.organisations.get(&source).filter(|one| one.roles.contains(&Role::Source));
    let name = department.ok_or_else(unseen)?.name.clone();
    let clause = desk.regime.cite_role(Role::Source);
    // A department accounts for its own data only; operator and agency for what they see.
    if desk.actor.is(Role::Source) && !desk.actor.is(Role::Agency) {
        desk.only_for(&source, &clause);
    }
    desk.parties.insert(source.clone());
    desk.content.title = format!("{name}{}{}", period.title(), desk.content.title);
    desk.content.fact("数源单位", Cell::text(&name));
    desk.content.fact("期间", Cell::text(period.title()));
    let own: Vec<_> = desk.records.resources.values().filter(|one| one.source == source).cloned().collect();
    let table = desk.resources(own.iter().map(AsRef::as_ref));
    desk.content.sections.push(Section::table("数据资源", table));
    let (begin, end) = period.bounds();
    let uses = desk.stations.uses(begin, end).await?;
    let of_source: std::collections::BTreeSet<_> = desk
        .records
        .scenarios
        .values()
        .filter(|scenario| scenario.resources().iter().any(|id| own.iter().any(|resource| resource.id == **id)))
        .map(|scenario| scenario.id.clone())
        .collect();
    // An operator knows its own customers and not another's.
    let operator =
        (desk.actor.is(Role::Operator) && !desk.actor.is(Role::Agency)).then(|| desk.actor.organisation.clone());
    let wanted = |one: &shuyu_delivery::Subscription| {
        of_source.contains(&one.scenario) && operator.as_ref().is_none_or(|own| one.operator == *own)
    };
    desk.usage("使用情况", &uses, wanted, Readers::Parties);
    desk.made_from("资源登记");
    desk.cites(clause);
    Ok(())
}
