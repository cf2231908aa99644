//! Registrations (登记): a record of its own for each result, and what an applicant
//! asks for.
//!
//! INVARIANT (one at a time): of one resource or product at most one registration is
//! valid on a day.
//! INVARIANT (never rewritten): what a result says stays; a change, a correction or a
//! renewal is a record of its own that names its predecessor.
//!
//! Not here: steps, notice and objections (`casework`), the code (`model::registration`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PersonId, ProductId, RegistrationId, ScenarioId};
use shuyu_model::registration::{Applicant, Material, Registrable, RegistrationCode, RegistrationKind};
use shuyu_model::{Day, Digest, Role, Time};

pub(crate) mod apply;
pub(crate) mod result;
pub(crate) mod rules;
pub(crate) mod store;

/// The longest note of an application, in characters.
pub const NOTE_CHARS_MAX: usize = 2000;

/// How a registration stands, by what was decided; its days say the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationState {
    /// It holds on its days.
    Valid,
    /// Another one took its place: changed, corrected or renewed.
    Replaced,
    /// 注销: at its holder's wish, or because nobody renewed it.
    Cancelled,
    /// 撤销 (N26 20).
    Revoked,
}

impl RegistrationState {
    /// Every one.
    pub const ALL: [RegistrationState; 4] = [Self::Valid, Self::Replaced, Self::Cancelled, Self::Revoked];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Replaced => "replaced",
            Self::Cancelled => "cancelled",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A place where a product is registered or listed besides (数据交易场所).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeEntry {
    /// The exchange's name.
    pub exchange: String,
    /// Its number for the product.
    pub number: String,
}

/// A result of registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Registration {
    /// Which.
    pub id: RegistrationId,
    /// Under which anybody can look it up.
    pub code: RegistrationCode,
    /// What was applied for.
    pub kind: RegistrationKind,
    /// Resource or product.
    pub of: Registrable,
    /// Its id.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Who holds the registration.
    pub holder: OrganisationId,
    /// Of what was decided on: the thing as it was, and the application.
    pub digest: Digest,
    /// The day of the code (赋码).
    pub issued: Day,
    /// Its first day.
    pub valid_from: Day,
    /// Its last day.
    pub valid_until: Day,
    /// How it stands.
    pub state: RegistrationState,
    /// What it took the place of.
    pub predecessor: Option<RegistrationId>,
    /// Where else a product is registered.
    pub exchange: Option<ExchangeEntry>,
    /// When it was replaced, cancelled or revoked.
    pub ended_at: Option<Time>,
    /// Why.
    pub ended_ground: Option<String>,
}

impl Registration {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.state == RegistrationState::Valid && self.valid_from <= day && day <= self.valid_until
    }

    /// What the public is told of it on a day: `valid`, `not_yet`, `expired`,
    /// `replaced`, `cancelled`, `revoked`.
    pub fn standing(&self, day: Day) -> &'static str {
        match self.state {
            RegistrationState::Valid if day < self.valid_from => "not_yet",
            RegistrationState::Valid if self.valid_until < day => "expired",
            other => other.word(),
        }
    }
}

/// A product as its station knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductEntry {
    /// Which.
    pub product: ProductId,
    /// What people call it.
    pub title: String,
    /// For which scenario it was made.
    pub scenario: ScenarioId,
}

/// What somebody applies for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewApplication {
    /// The resource or product.
    pub subject: String,
    /// What for.
    pub kind: RegistrationKind,
    /// Why, and what else there is to say.
    #[serde(default)]
    pub note: String,
    /// The papers, by the words of their kinds.
    pub materials: BTreeMap<String, Digest>,
    /// For how many years it is renewed; as many as the rules allow if not said.
    #[serde(default)]
    pub years: Option<u8>,
}

/// An application, until it is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Application {
    /// The resource or product.
    pub subject: String,
    /// What for.
    pub kind: RegistrationKind,
    /// Who applies.
    pub applicant: OrganisationId,
    /// In which role.
    pub applicant_role: Role,
    /// Why.
    pub note: String,
    /// The papers.
    pub materials: BTreeMap<String, Digest>,
    /// For how many years it is renewed.
    pub years: Option<u8>,
    /// The product, where it is one.
    pub product: Option<ProductEntry>,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// The day on which it first came in.
    pub applied_on: Day,
}

/// The papers of an application beside what it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Papers {
    /// All that it needs.
    pub needed: &'static [Material],
    /// What is there.
    pub given: BTreeMap<String, Digest>,
}

impl Papers {
    /// What is not there, in the order of the rules.
    pub fn missing(&self) -> Vec<&'static Material> {
        self.needed.iter().filter(|material| !self.given.contains_key(material.key)).collect()
    }

    pub(crate) fn of(
        application: Option<&Application>,
        kind: RegistrationKind,
        of: Registrable,
        by: Applicant,
    ) -> Self {
        let given = application.map(|application| application.materials.clone()).unwrap_or_default();
        Self { needed: kind.materials(of, by), given }
    }
}

/// How a registration ends before its end, or when nobody renewed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending<'a> {
    /// `Cancelled` or `Revoked`.
    pub state: RegistrationState,
    /// Why.
    pub ground: &'a str,
}
