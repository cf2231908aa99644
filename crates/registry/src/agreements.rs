//! Drafting agreements, and ending those that end directly. That one comes into force
//! is `casework`'s to decide (see [`crate::enact`]), and so is that an operator's
//! agreement ends: it takes its exit, a rectification or an incident. That a
//! development or processing agreement ends needs no procedure and takes effect at once.

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{AgreementId, OrganisationId};
use shuyu_model::regime::{PaperAct, Sourced};
use shuyu_model::{Actor, Day, Reason, Reasons, Regime, Role, Verdict};

use crate::agreement::{Agreement, AgreementKind, AgreementState, NewAgreement};
use crate::decide::{self, Asked};
use crate::dossier::{self, Parties};
use crate::live::Basis;
use crate::reasons::cut;
use crate::{
    EntityKind, Registry, RegistryError, canonical, district, headings, mode, processing, reasons, store, units, whole,
};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// Drafts an agreement: the agency with an operator or a processor, or an operator
    /// with an entity.
    pub async fn draft_agreement(&self, actor: &Actor, new: NewAgreement) -> Result<Verdict<AgreementId>> {
        let mut faults = new.faults();
        let until = mode::until(self.regime(), &new);
        faults.extend(until.is_none().then(|| "`until` is missing; the document sets no term for it".to_owned()));
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let asked = self.asked(&world);
        world.organisation(&new.grantee)?;
        new.resources.iter().try_for_each(|id| world.resource(id).map(|_| ()))?;
        if let Some(scenario) = &new.scenario {
            world.scenario(scenario)?;
        }
        let until = until.unwrap_or(new.from);
        let agreement = self.agreed(actor, new, until)?;
        let mut found = Vec::new();
        decide::role(&asked, actor, &[agreement.kind.parties().0], &mut found);
        against(&asked, &agreement, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "agreement.draft_refused", "", reasons).await;
        }
        store::insert_agreement(turn.change(), &agreement).await?;
        turn.touch(Basis::Agreement(agreement.id.clone()));
        let facts = json!({
            "kind": agreement.kind, "grantor": agreement.grantor, "grantee": agreement.grantee,
            "scenario": agreement.scenario, "from": agreement.from, "until": agreement.until,
            "resources": agreement.resources.len(), "mode": agreement.mode, "scheme": agreement.scheme,
            "selection": agreement.selection, "headings": agreement.contents.keys().collect::<Vec<_>>(),
        });
        let event = Event::done(Some(actor), "agreement.drafted", agreement.id.as_str()).facts(facts);
        turn.commit(event.digests(None, Some(agreement.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(agreement.id))
    }

    pub(crate) fn agreed(&self, actor: &Actor, new: NewAgreement, until: Day) -> Result<Agreement> {
        let NewAgreement { kind, grantee, mut resources, scenario, from, document_digest, .. } = new;
        let NewAgreement { mode, scheme, selection, shares, term_reason, contents, targets, .. } = new;
        let mode = mode.or_else(|| self.regime().mode.taken()).filter(|_| kind == AgreementKind::Operator);
        resources.sort();
        resources.dedup();
        let mut agreement = Agreement {
            id: self.ledger().new_id(),
            kind,
            grantor: actor.organisation.clone(),
            grantee,
            scenario,
            resources,
            from,
            until,
            document_digest,
            mode,
            scheme,
            selection,
            shares,
            term_reason,
            contents,
            targets,
            // Its own follows.
            digest: document_digest,
            version: 1,
            state: AgreementState::Draft,
            authors: vec![actor.person.clone()],
            regime: String::new(),
            decided_at: None,
            amended_at: None,
            filed_at: None,
            ended_at: None,
            ended_ground: None,
        };
        agreement.digest =
            canonical::digest(self.ledger().profile(), &agreement.agreed()).map_err(LedgerError::from)?;
        Ok(agreement)
    }

    /// Ends a development or processing agreement on one of the grounds that the rules
    /// name, at once: the agency any, an operator the development agreements of its own.
    /// An operator's agreement ends by what casework decides.
    pub async fn terminate_agreement(&self, actor: &Actor, id: &AgreementId, ground: &str) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let agreement = world.agreement(id)?;
        let mut found = Vec::new();
        match agreement.kind {
            AgreementKind::Operator => {
                return Err(RegistryError::conflict(format!("`{id}` is an operator's agreement; it ends by its exit")));
            }
            AgreementKind::Processing => {
                decide::role(&self.asked(&world), actor, &[Role::Agency], &mut found);
                let clause = self.regime().cite_role(Role::Agency);
                found.extend(self.unless_own(&world, actor, &agreement.grantor, clause));
            }
            AgreementKind::Development => {
                decide::role(&self.asked(&world), actor, &[Role::Operator, Role::Agency], &mut found);
                if !actor.is(Role::Agency) {
                    let clause = self.regime().cite_role(Role::Operator);
                    found.extend(self.unless_own(&world, actor, &agreement.grantor, clause));
                }
            }
        }
        let grounds = &self.regime().agreement.exit_grounds;
        if !grounds.value.iter().any(|known| known == ground) {
            let what = format!("`{}` is no ground on which an agreement ends", cut(ground));
            let instead = format!("name one of: {}", grounds.value.join(", "));
            found.push(self.regime().reason(reasons::EXIT_GROUND, grounds, what, instead));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "agreement.ending_refused", id.as_str(), reasons).await;
        }
        if !store::set_ended(turn.change(), id, ground).await? {
            return Err(RegistryError::conflict(format!("`{id}` has been ended before")));
        }
        turn.touch(Basis::Agreement(id.clone()));
        let event = Event::done(Some(actor), "agreement.ended", id.as_str()).facts(json!({ "ground": ground }));
        let clauses = [self.regime().cite(grounds), self.regime().cite(&self.regime().agreement.access_ends_with_it)];
        let event = clauses.into_iter().fold(event.under(self.regime()), Event::citing);
        turn.commit(event.digests(Some(agreement.digest), None)).await?;
        Ok(Verdict::Allow(()))
    }
}

/// Everything that speaks against an agreement as it is drafted: asked when it is
/// drafted, when its case opens and when the last party signs.
pub(crate) fn against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    decide::in_force(asked, found);
    let (_, gets) = agreement.kind.parties();
    holds_role(asked, &agreement.grantee, gets, found);
    text_against(asked, agreement, found);
    match agreement.kind {
        AgreementKind::Operator => {
            district::authorised(asked, &agreement.grantor, found);
            whole::against(asked, agreement, found);
            if let Some(operator) = asked.world.organisations.get(&agreement.grantee) {
                found.extend(operator_form(asked.regime, operator.entity_kind, &operator.name));
            }
            units::outside_area(asked, agreement, found);
            for resource in agreement.resources.iter().filter_map(|id| asked.world.resources.get(id)) {
                decide::of_resource(asked, resource, found);
            }
            on_file(asked, agreement, found);
        }
        AgreementKind::Development => development(asked, agreement, found),
        AgreementKind::Processing => processing::against(asked, agreement, found),
    }
}

/// What speaks against an agreement because of what it says, whoever its parties are and
/// whatever lies on file: its mode, its term, its headings, its shares.
pub(crate) fn text_against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    headings::against(asked, agreement, found);
    if agreement.kind == AgreementKind::Operator {
        mode::against(asked, agreement, found);
        mode::term(asked, agreement, found);
        if let Some((scheme, years)) = district::years_max(asked, &agreement.grantor) {
            beyond_district(asked, agreement, scheme, years, found);
        }
    }
}

/// REG-040 to REG-042, REG-045: the papers that an operator agreement waits for.
fn on_file(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let resources = agreement.resources.iter().filter_map(|id| asked.world.resources.get(id));
    let parties = Parties::default()
        .with(Role::Operator, [&agreement.grantee])
        .with(Role::Agency, [&agreement.grantor])
        .with(Role::Source, resources.map(|resource| &resource.source));
    dossier::against(asked, PaperAct::OperatorAgreement, &parties, None, found);
}

/// REG-028.
fn holds_role(asked: &Asked<'_>, party: &OrganisationId, role: Role, found: &mut Vec<Reason>) {
    let organisation = asked.world.organisations.get(party);
    if !organisation.is_some_and(|organisation| organisation.roles.contains(&role)) {
        found.push(Reason::new(
            reasons::PARTY_ROLE,
            format!(
                "`{}` does not take part as {} ({})",
                asked.world.name_of(party),
                role.word(),
                asked.regime.word(role)
            ),
            asked.regime.cite_role(role),
            "name a party that does",
        ));
    }
}

/// REG-018.
pub(crate) fn term(asked: &Asked<'_>, agreement: &Agreement, rule: &Sourced<u8>, found: &mut Vec<Reason>) {
    let years = jiff::Span::new().years(i64::from(rule.value));
    let last = agreement.from.saturating_add(years).saturating_sub(jiff::Span::new().days(1));
    if last < agreement.until {
        let what = format!(
            "an agreement from {} runs to {last} at most ({} years), not to {}",
            agreement.from, rule.value, agreement.until
        );
        found.push(asked.regime.reason(reasons::TERM_TOO_LONG, rule, what, format!("let it end on {last} or before")));
    }
}

fn development(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let regime = asked.regime;
    // `NewAgreement::faults` asks for the scenario, `draft_agreement` that it exists.
    let Some(scenario) = agreement.scenario.as_ref().and_then(|id| asked.world.scenarios.get(id)) else { return };
    decide::approved(asked, scenario, found);
    if scenario.operator != agreement.grantor {
        let what = format!("the scenario `{}` is not `{}`'s", scenario.title, asked.world.name_of(&agreement.grantor));
        let instead = "name a scenario of the own";
        found.push(regime.reason(reasons::NOT_A_PARTY, &regime.agreement.scope_is_binding, what, instead));
    }
    beyond_scenario(asked, agreement, scenario, found);
    entity_kind(asked, &agreement.grantee, found);
    decide::affiliated(asked, &agreement.grantor, &agreement.grantee, found);
    let Some(above) = asked.world.agreements.get(&scenario.agreement) else { return };
    decide::of_agreement(asked, above, found);
    let rule = &regime.agreement.development_within_operator_term;
    if rule.value && above.until < agreement.until {
        let what = format!("it ends on {}, the operator agreement above it on {}", agreement.until, above.until);
        let instead = format!("let it end on {} or before", above.until);
        found.push(regime.reason(reasons::OUTLASTS_OPERATOR, rule, what, instead));
    }
}

/// REG-016, for a development agreement that names resources.
fn beyond_scenario(asked: &Asked<'_>, agreement: &Agreement, scenario: &crate::Scenario, found: &mut Vec<Reason>) {
    let known = scenario.resources();
    let beyond: Vec<&str> = agreement.resources.iter().filter(|id| !known.contains(id)).map(|id| id.as_str()).collect();
    if !beyond.is_empty() {
        let what = format!("no part of the scenario `{}`: {}", scenario.title, reasons::names(&beyond));
        let rule = &asked.regime.agreement.scope_is_binding;
        found.push(asked.regime.reason(
            reasons::OUTSIDE_AGREEMENT,
            rule,
            what,
            "name resources of the scenario, or none",
        ));
    }
}

/// REG-021.
fn entity_kind(asked: &Asked<'_>, entity: &OrganisationId, found: &mut Vec<Reason>) {
    let rule = &asked.regime.roles.entity_kinds;
    let kind = asked.world.organisations.get(entity).and_then(|organisation| organisation.entity_kind);
    if !kind.is_some_and(|kind| rule.value.iter().any(|word| word == kind.word())) {
        let kind = kind.map_or("of no stated form", EntityKind::word);
        let what = format!("`{}` is {kind}; an entity must be: {}", asked.world.name_of(entity), rule.value.join(", "));
        found.push(asked.regime.reason(reasons::ENTITY_KIND, rule, what, "choose an entity of such a form"));
    }
}

/// REG-102: no longer than the scheme of its own district lets it.
fn beyond_district(
    asked: &Asked<'_>,
    agreement: &Agreement,
    scheme: &crate::DistrictScheme,
    years: u8,
    found: &mut Vec<Reason>,
) {
    let span = jiff::Span::new().years(i64::from(years));
    let last = agreement.from.saturating_add(span).saturating_sub(jiff::Span::new().days(1));
    if last < agreement.until {
        let what = format!("the district's scheme {} lets it run {years} years, to {last}", scheme.id);
        let rule = &asked.regime.agreement.years_max;
        let instead = format!("let it end on {last} or before, or change the scheme");
        found.push(asked.regime.reason(reasons::NOT_NARROWER, rule, what, instead));
    }
}

/// REG-100, of who is or shall be an operator.
pub(crate) fn operator_form(regime: &Regime, kind: Option<EntityKind>, name: &str) -> Option<Reason> {
    let rule = regime.roles.operator_kinds.as_ref()?;
    (!kind.is_some_and(|kind| rule.value.iter().any(|word| word == kind.word()))).then(|| {
        let kind = kind.map_or("of no stated form", EntityKind::word);
        let what = format!("`{name}` is {kind}; who operates must be: {}", rule.value.join(", "));
        regime.reason(reasons::OPERATOR_FORM, rule, what, "name its legal form, or let another operate")
    })
}
