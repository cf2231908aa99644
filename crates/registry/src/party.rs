//! Organisations and the people who act for them.

use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::identifier::{is_credit_code, is_id_card};
use shuyu_model::{Actor, Role};

use crate::password::Password;
use crate::units::Unit;

/// An organisation's legal form, as far as the rules ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// 法人.
    LegalPerson,
    /// 非法人组织.
    Organisation,
    /// 自然人.
    NaturalPerson,
}

impl EntityKind {
    /// The word in regime files, database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::LegalPerson => "legal_person",
            Self::Organisation => "organisation",
            Self::NaturalPerson => "natural_person",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::LegalPerson, Self::Organisation, Self::NaturalPerson].into_iter().find(|kind| kind.word() == word)
    }
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: String,
    /// What it is here. Its people can hold these roles and no other.
    pub roles: Vec<Role>,
    /// Its legal form; `None` for a public body.
    pub entity_kind: Option<EntityKind>,
    /// Who owns or controls it directly.
    pub owned_by: Vec<OrganisationId>,
    /// What kind of unit it is, and where; nothing before it was stated.
    pub unit: Option<Unit>,
    /// Of a natural person: the identity number, masked.
    pub identity: Option<String>,
}

impl Organisation {
    /// Whether it exercises public power. That two firms are owned by the same
    /// public body does not by itself make them affiliates (公司法 265).
    pub fn is_public_body(&self) -> bool {
        self.roles.iter().any(|role| {
            matches!(role, Role::Regulator | Role::Agency | Role::Source | Role::Supervisor | Role::Finance)
        })
    }
}

/// A party to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// Its name.
    pub name: String,
    /// Unified social credit code, with a valid check character; empty for a natural person.
    #[serde(default)]
    pub credit_code: String,
    /// Of a natural person: the identity number. It is not kept.
    #[serde(default)]
    pub identity_number: Option<IdentityNumber>,
    /// What it is here.
    pub roles: Vec<Role>,
    /// Its legal form.
    #[serde(default)]
    pub entity_kind: Option<EntityKind>,
    /// Who owns or controls it directly.
    #[serde(default)]
    pub owned_by: Vec<OrganisationId>,
}

/// An identity number as it was given. It never prints itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct IdentityNumber(String);

impl IdentityNumber {
    /// What was given.
    pub fn new(given: impl Into<String>) -> Self {
        Self(given.into())
    }

    /// The first three and the last two characters.
    pub(crate) fn mask(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        let kept = |index: usize| index < 3 || chars.len() <= index.saturating_add(2);
        chars.iter().enumerate().map(|(index, c)| if kept(index) { *c } else { '*' }).collect()
    }

    /// To be hashed with a salt, as a password is.
    pub(crate) fn secret(&self) -> Password {
        Password::new(self.0.to_ascii_uppercase())
    }
}

impl std::fmt::Debug for IdentityNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentityNumber(…)")
    }
}

/// The longest name of anything that people name, in characters.
pub const NAME_CHARS_MAX: usize = 200;

/// The most owners of an organisation.
pub const OWNERS_MAX: usize = 50;

impl NewOrganisation {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("name", &self.name, NAME_CHARS_MAX, &mut faults);
        let is_natural = self.entity_kind == Some(EntityKind::NaturalPerson);
        match (is_natural, &self.identity_number) {
            (true, Some(number)) if is_id_card(&number.0) && self.credit_code.is_empty() => {}
            (true, _) => faults.push(
                "a natural person has an `identity_number` with a valid check digit, and no `credit_code`".to_owned(),
            ),
            (false, Some(_)) => faults.push("`identity_number` is given, but only a natural person has one".to_owned()),
            (false, None) => {}
        }
        if !is_natural && !is_credit_code(&self.credit_code) {
            faults.push(
                "`credit_code` is no unified social credit code (18 characters with a valid check character)"
                    .to_owned(),
            );
        }
        if self.roles.is_empty() {
            faults.push("`roles` is empty; an organisation takes part as something".to_owned());
        }
        if self.owned_by.len() > OWNERS_MAX {
            faults.push(format!("`owned_by` has more than {OWNERS_MAX} owners"));
        }
        if self.roles.contains(&Role::Entity) && self.entity_kind.is_none() {
            faults.push("`entity_kind` is missing; an entity has a legal form".to_owned());
        }
        faults
    }
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// For whom they act.
    pub organisation: OrganisationId,
    /// In which roles.
    pub roles: Vec<Role>,
}

impl Person {
    /// This person, acting.
    pub fn actor(&self) -> Actor {
        Actor { person: self.id.clone(), organisation: self.organisation.clone(), roles: self.roles.clone() }
    }
}

/// Somebody to be entered. They have no roles until these are granted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// What they will sign in with: lower-case letters, digits, `.`, `-`, `_`.
    pub login: String,
    /// Their first password.
    pub password: Password,
    /// For whom they will act.
    pub organisation: OrganisationId,
}

/// The longest login, in bytes.
pub const LOGIN_BYTES_MAX: usize = 64;

pub(crate) fn person_faults(name: &str, login: &str, password: &Password) -> Vec<String> {
    let mut faults = Vec::new();
    text_fault("name", name, NAME_CHARS_MAX, &mut faults);
    let is_plain = login.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'));
    if login.is_empty() || !is_plain || login.len() > LOGIN_BYTES_MAX {
        faults.push(format!("`login` is 1 to {LOGIN_BYTES_MAX} lower-case letters, digits, `.`, `-` or `_`"));
    }
    faults.extend(password.fault());
    faults
}

/// A text that people must be able to read: not blank, not endless.
pub(crate) fn text_fault(field: &str, text: &str, chars_max: usize, faults: &mut Vec<String>) {
    if text.trim().is_empty() {
        faults.push(format!("`{field}` is empty"));
    } else if text.chars().count() > chars_max {
        faults.push(format!("`{field}` is longer than {chars_max} characters"));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        faults.push(format!("`{field}` has control characters"));
    }
}
