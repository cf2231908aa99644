//! What a bystander with a good memory knows of a city: told only what was asked and
//! whether it was allowed, never asking the stations.
//!
//! INVARIANT (apart from the engine): nothing here is read from the registry or from
//! casework but ids and digests. The rules and the tables of matters are the law and
//! are read by both.
//!
//! Not here: what follows from it (`law.rs`, `cases.rs`, `matters.rs`, `owed.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shuyu_casework::{CaseState, Outcome};
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{AgreementId, CaseId, MatterId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{AssessmentForm, MatterRules, ProcedureKind, Step};
use shuyu_model::registration::RegistrationKind;
use shuyu_model::{Actor, Calendar, Day, Digest, Grade, Regime, Role, Time, UseKind};
use shuyu_registry::{AdmissionState, AgreementKind, AgreementState, ScenarioState};

use crate::registrations::{Application, Objection, Of, Product, Registration};

pub(crate) type Org = OrganisationId;

pub(crate) struct Resource {
    pub(crate) id: ResourceId,
    pub(crate) name: String,
    pub(crate) source: Org,
    pub(crate) shared_from: Option<Org>,
    pub(crate) has_consent: bool,
    pub(crate) columns: Vec<(String, Option<Grade>)>,
    /// The first moment after its registration; `None` for a draft.
    pub(crate) registered_until: Option<Time>,
    pub(crate) is_barred: bool,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) digest: Digest,
}

pub(crate) struct Agreement {
    /// Whether it says why its term is what it is.
    pub(crate) has_reason: bool,
    pub(crate) id: AgreementId,
    pub(crate) kind: AgreementKind,
    pub(crate) grantor: Org,
    pub(crate) grantee: Org,
    pub(crate) scenario: Option<usize>,
    pub(crate) resources: Vec<usize>,
    pub(crate) from: Day,
    pub(crate) until: Day,
    pub(crate) state: AgreementState,
    /// On which ground it ended before its day.
    pub(crate) ended_ground: Option<String>,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) digest: Digest,
}

impl Agreement {
    /// Whether it is an operator's, concluded, and did not end before its day.
    pub(crate) fn is_of_operator(&self) -> bool {
        let has_run_out = self.state == AgreementState::Ended && self.ended_ground.as_deref() == Some("expiry");
        self.kind == AgreementKind::Operator && (self.state == AgreementState::InForce || has_run_out)
    }
}

pub(crate) struct Scenario {
    pub(crate) id: ScenarioId,
    pub(crate) operator: Org,
    pub(crate) agreement: usize,
    /// The last day for which it was applied, where it names one.
    pub(crate) plan_until: Option<Day>,
    pub(crate) fields: Vec<(usize, String)>,
    pub(crate) has_plan: bool,
    pub(crate) has_reasons: bool,
    pub(crate) use_kind: UseKind,
    pub(crate) state: ScenarioState,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) digest: Digest,
}

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Thing {
    Registration(Of, RegistrationKind),
    Agreement(usize),
    Scenario(usize),
    Release(String),
}

/// A copy to be filed.
pub(crate) struct Copy {
    /// Who files it, where not who made the move.
    pub(crate) filer: Option<Org>,
    /// After which move; 0 for a case.
    pub(crate) version: i64,
    pub(crate) to: Body,
    pub(crate) due: Day,
    pub(crate) filed: Option<Time>,
}

pub(crate) struct Case {
    pub(crate) id: CaseId,
    pub(crate) kind: ProcedureKind,
    pub(crate) thing: Thing,
    pub(crate) steps: Vec<Step>,
    pub(crate) state: CaseState,
    pub(crate) turn: i64,
    pub(crate) step: usize,
    pub(crate) step_opened: Day,
    pub(crate) version: i64,
    pub(crate) opener: Org,
    pub(crate) opener_role: Role,
    pub(crate) parties: BTreeMap<Role, Org>,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) digest: Digest,
    pub(crate) signed: Vec<(i64, String, PersonId, Outcome)>,
    pub(crate) copies: Vec<Copy>,
    pub(crate) objections: Vec<Objection>,
}

/// A move that was made.
pub(crate) struct Made {
    pub(crate) version: i64,
    pub(crate) by: String,
    pub(crate) was_due: Option<Day>,
    pub(crate) org: Option<Org>,
    pub(crate) person: Option<PersonId>,
    pub(crate) day: Day,
}

pub(crate) struct Matter {
    pub(crate) id: MatterId,
    pub(crate) kind: MatterKind,
    pub(crate) subject: String,
    pub(crate) subject_org: Option<Org>,
    pub(crate) counterparty: Option<Org>,
    pub(crate) parties: BTreeMap<Role, Org>,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) state: &'static str,
    pub(crate) entered: Day,
    pub(crate) due: Option<WorkingDay>,
    pub(crate) platform_day: Option<Day>,
    pub(crate) version: i64,
    pub(crate) opener: Org,
    pub(crate) facts: BTreeMap<String, String>,
    pub(crate) tellers: BTreeMap<String, Org>,
    /// What was known when a state was last reached.
    pub(crate) known: BTreeMap<&'static str, BTreeMap<String, String>>,
    pub(crate) cites: Vec<String>,
    pub(crate) made: Vec<Made>,
    pub(crate) copies: Vec<Copy>,
    /// Whether its applicant has answered and been judged in full.
    pub(crate) is_answered: bool,
    /// Of an exit: whether something was listed and is not settled.
    pub(crate) has_open_handover: bool,
}

/// What is expected of an act.
pub(crate) struct Expect {
    /// The caller made a mistake: nothing is decided and nothing written.
    pub(crate) mistake: Option<&'static str>,
    /// What speaks against it; nothing for a yes.
    pub(crate) grounds: Vec<&'static str>,
}

impl Expect {
    pub(crate) fn decided(grounds: Vec<&'static str>) -> Self {
        Self { mistake: None, grounds }
    }

    pub(crate) fn mistake(what: &'static str) -> Self {
        Self { mistake: Some(what), grounds: Vec::new() }
    }
}

/// All of it.
pub(crate) struct Memory {
    pub(crate) regime: Arc<Regime>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) now: Time,
    /// The roles that people hold now.
    pub(crate) roles: BTreeMap<PersonId, BTreeSet<Role>>,
    pub(crate) roles_of: BTreeMap<Org, Vec<Role>>,
    pub(crate) owners: BTreeMap<Org, Vec<Org>>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) agreements: Vec<Agreement>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) products: Vec<Product>,
    pub(crate) registrations: Vec<Registration>,
    pub(crate) applications: BTreeMap<(Of, RegistrationKind), Application>,
    /// What a case on it would be decided on, as it was last read.
    pub(crate) seen: BTreeMap<(Of, RegistrationKind), Digest>,
    pub(crate) cases: Vec<Case>,
    pub(crate) matters: Vec<Matter>,
    /// What rests, and by which matter.
    pub(crate) held: BTreeSet<(String, usize)>,
    pub(crate) admissions: BTreeMap<(Org, Org), AdmissionState>,
    /// Which agency chose which operator, and when.
    pub(crate) chosen: Vec<(Org, Org, Day)>,
    /// Confirmed results of organisations: whose, in which form, on which day.
    pub(crate) assessed: Vec<(Org, AssessmentForm, Day)>,
}

impl Memory {
    /// The first day on which a matter of a kind came into a state by a move.
    pub(crate) fn reached(&self, kind: MatterKind, state: &str) -> Option<Day> {
        let leads = |by: &str| kind.machine().transitions.iter().any(|row| row.by == by && row.to == state);
        let of_kind = self.matters.iter().filter(|matter| matter.kind == kind);
        of_kind.flat_map(|matter| &matter.made).filter(|made| leads(&made.by)).map(|made| made.day).min()
    }

    pub(crate) fn today(&self) -> Day {
        self.now.day()
    }

    /// Whether the actor acts in this role now.
    pub(crate) fn is(&self, actor: &Actor, role: Role) -> bool {
        actor.is(role) && self.roles.get(&actor.person).is_some_and(|held| held.contains(&role))
    }

    /// Whether the actor acts in any role now.
    pub(crate) fn is_anybody(&self, actor: &Actor) -> bool {
        actor.roles.iter().any(|role| self.is(actor, *role))
    }

    pub(crate) fn rules(&self, kind: MatterKind) -> &MatterRules {
        &self.regime.matter[&kind]
    }

    pub(crate) fn agreement_of(&self, id: &str) -> Option<usize> {
        self.agreements.iter().position(|agreement| agreement.id.as_str() == id)
    }

    pub(crate) fn scenario_of(&self, id: &str) -> Option<usize> {
        self.scenarios.iter().position(|scenario| scenario.id.as_str() == id)
    }

    pub(crate) fn resource_of(&self, id: &str) -> Option<usize> {
        self.resources.iter().position(|resource| resource.id.as_str() == id)
    }

    /// The id of what a case is about.
    pub(crate) fn id_of(&self, thing: &Thing) -> String {
        match thing {
            Thing::Registration(of, _) => self.id_of_registrable(*of),
            Thing::Agreement(at) => self.agreements[*at].id.to_string(),
            Thing::Scenario(at) => self.scenarios[*at].id.to_string(),
            Thing::Release(id) => id.clone(),
        }
    }
}

/// A role that must be held, as a ground.
pub(crate) fn need(is_so: bool, ground: &'static str, found: &mut Vec<&'static str>) {
    if !is_so {
        found.push(ground);
    }
}
