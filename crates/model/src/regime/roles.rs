//! Which roles a jurisdiction has, and who computes in it.
//!
//! INVARIANT (no stray role): where a document has no processor apart
//! (`roles.processor`), no word, step or move of its file names one.

use super::Regime;
use super::faults::Faults;
use super::words::{Mode, ProcessorPlace};
use crate::actor::Role;

impl Regime {
    /// Whether somebody can take part in this role here. Only the processor
    /// (数据加工主体) is a role of some documents and not of others.
    pub fn has_role(&self, role: Role) -> bool {
        role != Role::Processor || self.roles.processor.value == ProcessorPlace::Apart
    }

    /// Whether a division lies inside the document's own area; it does where the
    /// document's is not known.
    pub fn is_inside(&self, division: &str) -> bool {
        self.roles.division.as_ref().is_none_or(|own| {
            // A city's code ends in `00` and begins those of its districts.
            let stem = own.value.strip_suffix("00").unwrap_or(&own.value);
            division.starts_with(stem)
        })
    }

    /// The roles that there are here.
    pub fn roles_here(&self) -> impl Iterator<Item = Role> + '_ {
        Role::ALL.iter().copied().filter(|role| self.has_role(*role))
    }

    /// Who can compute in workrooms at all: where the rules have entities redevelop inside
    /// the domain, they too.
    pub fn computing_roles(&self) -> &'static [Role] {
        match (self.computing_role(), self.workroom.entities_compute.value) {
            (Role::Processor, false) => &[Role::Processor],
            (Role::Processor, true) => &[Role::Processor, Role::Entity],
            (_, false) => &[Role::Operator],
            (_, true) => &[Role::Operator, Role::Entity],
        }
    }

    /// Who computes in workrooms for the operator: the processor where it is a party of its own, else
    /// the operator.
    pub fn computing_role(&self) -> Role {
        if self.has_role(Role::Processor) { Role::Processor } else { Role::Operator }
    }
}

/// Words and duties are there for the roles that there are, and for no others; no
/// step and no move belongs to a role that is not there.
pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for role in Role::ALL {
        let word = role.word();
        let (is_called, has_duties) = (regime.words.contains_key(role), regime.duties.contains_key(role));
        if !regime.has_role(*role) {
            for (section, _) in [("words", is_called), ("duties", has_duties)].into_iter().filter(|(_, is)| *is) {
                let what = format!("`{section}.{word}` is there, but `roles.processor` is `absent`; say one of both");
                faults.at(format!("{section}.{word}"), what);
            }
            continue;
        }
        if !is_called {
            faults.at("words", format!("`words.{word}` is missing; say what people call that role"));
        }
        if !has_duties {
            faults.at("duties", format!("`duties.{word}` is missing; name the clause of that role's duties"));
        }
    }
    if regime.processor.as_ref().is_some_and(|rules| !rules.on_orders_only.value) {
        let what = "`processor.on_orders_only` is false, but a processor computes on orders only; leave it true";
        faults.at("processor.on_orders_only", what);
    }
    let one_alone = regime.roles.whole_agency.as_ref().is_some_and(|rule| rule.value);
    if one_alone && !regime.mode.allowed.value.contains(&Mode::Whole) {
        let what = "`roles.whole_agency` is of a mode that `mode.allowed` does not name; leave it out";
        faults.at("roles.whole_agency", what);
    }
    let by_selection = regime.roles.operator_by_selection.as_ref().is_some_and(|rule| rule.value);
    if by_selection && !regime.selection.required_for_agreement.value {
        let what = "`roles.operator_by_selection` rests on a selection that `selection.required_for_agreement` does not ask for";
        faults.at("roles.operator_by_selection", what);
    }
    if let Some(division) = &regime.roles.division
        && !is_division(&division.value)
    {
        faults.at("roles.division", "`roles.division` is a division code of six digits (GB/T 2260)");
    }
    steps_and_moves(regime, faults);
}

/// Whether a text is a division code: six digits.
pub fn is_division(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn steps_and_moves(regime: &Regime, faults: &mut Faults) {
    for (kind, procedure) in &regime.procedure {
        for (index, step) in procedure.steps.iter().enumerate().filter(|(_, step)| !regime.has_role(step.by)) {
            let (kind, by) = (kind.word(), step.by.word());
            let what = format!("`procedure.{kind}` step `{}` is signed by a `{by}`, whom nobody is here", step.step);
            faults.at(format!("procedure.{kind}.steps.{index}.by"), what);
        }
    }
    for (kind, rules) in &regime.matter {
        let makers = rules.moves.iter().flat_map(|rule| &rule.by.0);
        let named = makers.filter_map(|maker| match maker {
            super::Maker::Role(role) => Some(*role),
            _ => None,
        });
        if let Some(role) = named.chain(rules.open_by.iter().copied()).find(|role| !regime.has_role(*role)) {
            faults.named(format!("`matter.{}` names a `{}`, whom nobody is here", kind.word(), role.word()));
        }
    }
}
